# SPDX-License-Identifier: BSD-2-Clause
"""B15: a client that breaks the milter protocol, or leaves at any stage. The daemon drops it or says "try again",
and serves the next one."""

import socket
import struct

from daemon import Milter, daemon
from world import LEA, RECEIPT, crlf, header, leaf

NAME = "milter protocol"
MAIL = crlf(header() + leaf(RECEIPT)).decode()
OPTIONS = struct.pack("!III", 6, 0x1ff, 0x1fffff)
CLIENT = b"client.example\0" + b"4" + struct.pack("!H", 25) + b"192.0.2.7\0"
VERDICTS = b"acdrtyh"


def packet(command, data=b""):
    return struct.pack("!I", len(data) + 1) + command + data


STAGES = [packet(b"O", OPTIONS), packet(b"C", CLIENT), packet(b"H", b"client.example\0"), packet(b"M", b"<orders@shop.example>\0"),
          packet(b"R", b"<lea@example.de>\0"), packet(b"L", b"From\0 orders@shop.example\0"), packet(b"N"), packet(b"B", b"Danke\r\n"),
          packet(b"E")]
BEGUN = b"".join(STAGES[:5])
WORDS = ["options", "connection", "greeting", "sender", "recipient", "field", "end of the header", "body"]


def talk(data, shut=True):
    """What the daemon says to these bytes, until it has no more to say."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(10)
        client.connect(daemon().path("milter"))
        got = b""
        try:
            client.sendall(data)
            if shut:
                client.shutdown(socket.SHUT_WR)
            while more := client.recv(65536):
                got += more
        except (BrokenPipeError, ConnectionResetError):
            pass
    commands, at = b"", 0
    while at + 5 <= len(got):
        length = struct.unpack("!I", got[at:at + 4])[0]
        commands += got[at + 4:at + 5]
        at += 4 + length
    return commands


def serves():
    """Whether the next message gets its verdict."""
    client = Milter(daemon().path("milter"))
    done = client.deliver(daemon().new_id(), ["ana@example.de"], MAIL)
    client.socket.close()
    return done and daemon().is_there()


def dropped(data):
    def check():
        said = talk(data)
        final = [c for c in said[1:] if c in b"ary"]
        return None if not final and serves() else f"said {said!r}"
    return check


def left(stage):
    def check():
        for _ in range(20):
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(daemon().path("milter"))
                client.sendall(b"".join(STAGES[:stage + 1]))
        return None if serves() else "does not serve"
    return check


def in_pieces():
    """A client that is slow: each byte alone."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(20)
        client.connect(daemon().path("milter"))
        for byte in b"".join(STAGES):
            client.sendall(bytes([byte]))
        client.shutdown(socket.SHUT_WR)
        got = b""
        while more := client.recv(65536):
            got += more
    return None if got[4:5] == b"O" and got[-1:] in (b"a", b"c", b"\0", b"t") or len(got) > 20 else f"{got!r}"


def many_recipients():
    """10,000 recipients: the bound is told at the end of the message."""
    data = b"".join(STAGES[:4]) + packet(b"R", b"<lea@example.de>\0") * 10000 + b"".join(STAGES[5:])
    said = talk(data)
    return None if said.endswith(b"y") and serves() else f"ends with {said[-3:]!r}"


TABLE = [
    ("a packet of no length", BEGUN + struct.pack("!I", 0)),
    ("a packet of 2 GiB", BEGUN + struct.pack("!I", 1 << 31) + b"B"),
    ("a packet of 4 GiB less one", BEGUN + struct.pack("!I", 0xffffffff) + b"B"),
    ("a packet that is cut off", BEGUN + struct.pack("!I", 100) + b"Bhalf"),
    ("a length that is cut off", BEGUN + b"\0\0"),
    ("a command that does not exist", BEGUN + packet(b"z", b"abc")),
    ("no options first", packet(b"C", CLIENT) + BEGUN),
    ("options of version 1", packet(b"O", struct.pack("!III", 1, 0, 0)) + STAGES[1]),
    ("options that are cut off", packet(b"O", b"\0\0\0\6") + STAGES[1]),
    ("options without our actions", packet(b"O", struct.pack("!III", 6, 0, 0)) + STAGES[1]),
    ("a client of an unknown family", STAGES[0] + packet(b"C", b"x\0" + b"9" + b"\0\0" + b"x\0")),
    ("a client without an end", STAGES[0] + packet(b"C", b"client.example")),
    ("a recipient before the sender", b"".join(STAGES[:3]) + STAGES[4] + packet(b"E")),
    ("a body before the sender", b"".join(STAGES[:3]) + STAGES[7] + packet(b"E")),
    ("the end before anything", b"".join(STAGES[:3]) + packet(b"E")),
    ("a sender without an end", b"".join(STAGES[:3]) + packet(b"M", b"<orders@shop.example>")),
    ("a sender of nothing", b"".join(STAGES[:3]) + packet(b"M", b"")),
    ("a field without a value", BEGUN + packet(b"L", b"From")),
    ("a field of nothing", BEGUN + packet(b"L", b"")),
    ("macros of an odd number", b"".join(STAGES[:3]) + packet(b"D", b"Mi\0")),
]


def rows():
    for name, data in TABLE:
        yield name, dropped(data)
    for stage, word in enumerate(WORDS):
        yield f"leaves after {word}, 20 times", left(stage)
    yield "one byte at a time", in_pieces
    yield "10,000 recipients", many_recipients
