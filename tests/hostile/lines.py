# SPDX-License-Identifier: BSD-2-Clause
"""B6: line ends that servers understand differently (CVE-2023-51764), handed over by LMTP. What leaves has
CRLF alone, and nobody's second message."""

from daemon import Lmtp, daemon
from world import RECEIPT, crlf, header, leaf

NAME = "line ends"
STOLEN = "MAIL FROM:<boss@shop.example>\r\nRCPT TO:<victim@example.de>\r\nDATA\r\nMessage-ID: <stolen@shop.example>\r\n\r\nPay!"


def mail(number, body, more=b""):
    head = crlf(header().replace("<e1@", f"<{number}@")) + more
    return head + crlf("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n") + body


TEXT = RECEIPT.encode() + b"\r\n"


def smuggle(end):
    return TEXT + end.encode() + STOLEN.encode() + b"\r\n"


# Name, what stands in DATA before the real end, the reply's beginning.
TABLE = [
    ("LF . LF", smuggle("\n.\n"), "550 5.6"),
    ("LF . CR LF", smuggle("\n.\r\n"), "550 5.6"),
    ("CR LF . LF", smuggle("x\r\n.\n"), "550 5.6"),
    ("CR . CR", smuggle("\r.\r"), "550 5.6"),
    ("CR . CR LF", smuggle("\r.\r\n"), "550 5.6"),
    ("CR LF . CR", smuggle("x\r\n.\r"), "550 5.6"),
    ("CR CR LF . CR CR LF", smuggle("\r\r\n.\r\r\n"), "550 5.6"),
    ("LF NUL . LF", smuggle("\n\0.\n"), "550 5.6"),
    ("a vertical tab around the dot", smuggle("\x0b.\x0b"), "250"),
    ("a form feed around the dot", smuggle("\x0c.\x0c"), "250"),
    ("the next line of Latin-1", smuggle("\x85.\x85"), "250"),
    ("the line separator of Unicode", smuggle("\u2028.\u2028"), "250"),
    ("a dot that was stuffed", TEXT + b"..\r\n" + TEXT, "250"),
    ("dots that were stuffed at every line", b"..." + TEXT + b"..x\r\n", "250"),
    ("a bare LF in the text", TEXT + b"a\nb\r\n", "550 5.6"),
    ("a bare CR in the text", TEXT + b"a\rb\r\n", "550 5.6"),
    ("a NUL in the text", TEXT + b"a\0b\r\n", "550 5.7.1"),
    ("a line of 100,000 letters", TEXT + b"x" * 100000 + b"\r\n", "250"),
    ("no text", b"", "250"),
]
FIELDS = [
    ("a bare LF in a field", b"X-A: b\nBcc: victim@example.de\r\n", "550 5.6"),
    ("a bare CR in a field", b"X-A: b\rBcc: victim@example.de\r\n", "550 5.6"),
    ("a NUL in a field", b"X-A: b\0Bcc: victim@example.de\r\n", "550 5.6"),
]


def handed(name, data, want):
    def check():
        world = daemon()
        queue_id = world.new_id()
        client = Lmtp(world)
        client.begin(queue_id)
        client.socket.sendall(data(queue_id) + b".\r\n")
        got = client.reply()
        after = client.ask("NOOP")
        client.close()
        stolen = [copy for copy in world.sink.whole if "victim" in copy[1]]
        copies = [copy[2] for copy in world.sink.whole if f"<{queue_id}@" in copy[2]]
        bare = [c for c in copies if "\r" in c.replace("\r\n", "") or "\n" in c.replace("\r\n", "")]
        if stolen or bare or not got.startswith(want) or not after.startswith("250") or (want == "250") != bool(copies):
            return f"{got}; then {after}; stolen {len(stolen)}, bare {len(bare)}, copies {len(copies)}"
        return None
    return check


def rows():
    for name, body, want in TABLE:
        yield name, handed(name, lambda number, body=body: mail(number, body), want)
    for name, field, want in FIELDS:
        yield name, handed(name, lambda number, field=field: mail(number, TEXT, field), want)
