# SPDX-License-Identifier: BSD-2-Clause
"""A DNS server for tests: answers from a table over UDP and TCP, hangs, or lies.

A table maps a lower-case name to a list of (type, value): "A", "AAAA", "MX" (preference, host),
"TXT" (a text, or a list of strings), "PTR", "CNAME", or ("TIMEOUT", None) for SERVFAIL to the types that are not there.
"""
import contextlib
import socket
import struct
import threading

TYPES = {"A": 1, "CNAME": 5, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28}
NUMBERS = {number: name for name, number in TYPES.items()}


def pack_name(name):
    out = b""
    for label in name.rstrip(".").split("."):
        raw = label.encode("latin-1")
        out += bytes([len(raw)]) + raw
    return out + b"\0" if name else b"\0"


def pack_value(kind, value):
    if kind == "A":
        return socket.inet_aton(value)
    if kind == "AAAA":
        return socket.inet_pton(socket.AF_INET6, value)
    if kind == "MX":
        return struct.pack("!H", value[0]) + pack_name(value[1])
    if kind == "TXT":
        strings = [value] if isinstance(value, str) else value
        out = b""
        for string in strings:
            raw = string.encode("utf-8") if isinstance(string, str) else string
            chunks = [raw[i:i + 255] for i in range(0, len(raw), 255)] or [b""]
            out += b"".join(bytes([len(chunk)]) + chunk for chunk in chunks)
        return out
    return pack_name(value)


def pack_record(name, kind, value, ttl=300):
    data = pack_value(kind, value)
    return pack_name(name) + struct.pack("!HHIH", TYPES[kind], 1, ttl, len(data)) + data


def read_question(query):
    at, labels = 12, []
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode("latin-1"))
        at += 1 + query[at]
    number, = struct.unpack("!H", query[at + 1:at + 3])
    return ".".join(labels), number, query[12:at + 5]


def reply(query, answers, code=0, flags=0x8180, ident=None):
    question = read_question(query)[2]
    head = query[:2] if ident is None else struct.pack("!H", ident)
    return head + struct.pack("!HHHHH", flags | code, 1, len(answers), 0, 0) + question + b"".join(answers)


def from_table(table):
    """The behaviour of an honest resolver."""
    def answer(query, tcp):
        name, number, _ = read_question(query)
        kind, answers, owner = NUMBERS.get(number), [], name.lower()
        for _ in range(8):
            rows = table.get(owner)
            if rows is None:
                return reply(query, answers, 3)
            if ("TIMEOUT", None) in rows and kind not in [row for row, _ in rows]:
                return reply(query, [], 2)
            alias = [value for row, value in rows if row == "CNAME"]
            if not alias:
                break
            answers.append(pack_record(owner, "CNAME", alias[0]))
            owner = alias[0].lower().rstrip(".")
        answers += [pack_record(owner, row, value) for row, value in table.get(owner, []) if row == kind]
        whole = reply(query, answers)
        return whole if tcp or len(whole) <= 1232 else reply(query, [], 0, 0x8380)
    return answer


class Server:
    """behaviour(query, tcp) gives the bytes of a reply, a list of several, or None to hang."""

    def __init__(self, behaviour, host="127.0.0.1"):
        self.behaviour, self.count, self.stopping = behaviour, 0, False
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.udp = socket.socket(family, socket.SOCK_DGRAM)
        self.tcp = socket.socket(family, socket.SOCK_STREAM)
        self.tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        for _ in range(50):
            self.tcp.bind((host, 0))
            self.port = self.tcp.getsockname()[1]
            try:
                self.udp.bind((host, self.port))
                break
            except OSError:
                self.tcp.close()
                self.tcp = socket.socket(family, socket.SOCK_STREAM)
        self.tcp.listen(16)
        for run in (self.serve_udp, self.serve_tcp):
            threading.Thread(target=run, daemon=True).start()

    def replies(self, query, tcp):
        self.count += 1
        got = self.behaviour(query, tcp)
        return [] if got is None else got if isinstance(got, list) else [got]

    def serve_udp(self):
        while True:
            query, peer = self.udp.recvfrom(4096)
            for data in self.replies(query, False):
                self.udp.sendto(data[:65000], peer)

    def serve_tcp(self):
        while True:
            peer, _ = self.tcp.accept()
            threading.Thread(target=self.serve_one, args=(peer,), daemon=True).start()

    def serve_one(self, peer):
        with peer, contextlib.suppress(ConnectionError):
            while True:
                head = peer.recv(2, socket.MSG_WAITALL)
                if len(head) < 2:
                    return
                query = peer.recv(struct.unpack("!H", head)[0], socket.MSG_WAITALL)
                for data in self.replies(query, True):
                    peer.sendall(struct.pack("!H", len(data) & 0xffff) + data)
