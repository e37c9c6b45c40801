# SPDX-License-Identifier: BSD-2-Clause
"""Postfix's second port for tests: an SMTP server whose only milter is licetd, and which keeps what licetd
lets in; and smtpd's half of the milter protocol. A unix socket is the daemon's milter_socket."""
import re
import socket
import socketserver
import struct
import threading


class Sink(socketserver.StreamRequestHandler):
    """Postfix's second port: it has what the guard lets in, and says 250 if it is still asked."""

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self):
        recipients, name = [], b"?"
        guard = Milter(self.server.guard, self.client_address[1], True)
        self.say("220 sink ESMTP")
        while True:
            line = self.rfile.readline()
            verb = line[:4].upper()
            if not line or verb == b"QUIT":
                return
            if verb == b"EHLO":
                self.say("250-sink\r\n250-PIPELINING\r\n250-SIZE 100000000\r\n250-DSN\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n"
                         "250 XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE")
            elif verb == b"MAIL":
                recipients = []
                self.say("250 2.1.0 Ok")
            elif verb == b"RCPT":
                recipients.append(line[line.index(b"<") + 1:line.index(b">")].decode())
                self.say("250 2.1.5 Ok")
            elif verb == b"DATA":
                self.say("354 go on")
                data = b""
                for line in iter(self.rfile.readline, b""):
                    if line.lower().startswith(b"message-id:"):
                        name = line[line.index(b"<") + 1:line.index(b"@")]
                    if line == b".\r\n":
                        break
                    data += line[1:] if line.startswith(b".") else line
                else:
                    return
                with self.server.lock:
                    self.server.number += 1
                    queue_id = f"SINK{self.server.number}"
                if not guard.deliver(queue_id, recipients, data.decode()):
                    self.say("451 4.7.1 the guard says no")
                    continue
                with self.server.lock:
                    self.server.copies += [(name.decode(), recipient) for recipient in recipients]
                    self.server.whole += [(name.decode(), who, re.sub("X-Licet-Copy.*\r\n", "", data.decode()))
                                          for who in recipients]
                    self.server.log.write(f"Nov 24 09:00:00 mail postfix/qmgr[1]: {queue_id}: removed\n")
                    self.server.log.flush()
                self.say(f"250 2.0.0 Ok: queued as {queue_id}")
            else:
                self.say("250 2.0.0 Ok")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128
    number, guard, log = 0, None, None
    lock = threading.Lock()

    def handle_error(self, request, client_address):
        """A client that is killed within a transaction is what this is about."""


def serve(port, guard, log):
    """Listens on a port of the loopback address (0: any); guard is the milter socket, log gets qmgr's lines."""
    server = Server(("127.0.0.1", port), Sink)
    server.guard, server.log = guard, open(log, "w", encoding="utf-8")
    server.copies, server.whole = [], []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class Milter:
    """smtpd's half of the protocol, as far as it is needed."""

    def __init__(self, path, port=25, guards=False):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(30)
        self.socket.connect(path)
        self.send(b"O", struct.pack("!III", 6, 0x1ff, 0x1fffff))
        self.receive()
        if guards:
            self.send(b"D", b"C{daemon_name}\0licet-guard\0")
        self.send(b"C", b"client.example\0" + b"4" + struct.pack("!H", port) + b"192.0.2.7\0")
        self.receive()
        self.send(b"H", b"client.example\0")

    def send(self, command, data):
        self.socket.sendall(struct.pack("!I", len(data) + 1) + command + data)

    def read(self, length):
        data = b""
        while len(data) < length:
            more = self.socket.recv(length - len(data))
            if not more:
                raise ConnectionError("the daemon is gone")
            data += more
        return data

    def receive(self):
        data = self.read(struct.unpack("!I", self.read(4))[0])
        return data[:1], data[1:]

    def deliver(self, queue_id, recipients, mail):
        header, body = mail.split("\r\n\r\n", 1)
        header = re.sub("\r\n(?=[ \t])", "\n", header)
        self.send(b"M", b"<orders@shop.example>\0")
        for recipient in recipients:
            self.send(b"R", f"<{recipient}>\0".encode())
        for line in header.split("\r\n"):
            name, value = line.split(":", 1)
            self.send(b"L", f"{name}\0{value}\0".encode())
        self.send(b"N", b"")
        data = body.encode()
        for at in range(0, len(data), 65535):  # libmilter's MILTER_CHUNK_SIZE
            self.send(b"B", data[at:at + 65535])
        self.send(b"D", b"Ei\0" + queue_id.encode() + b"\0")
        self.send(b"E", b"")
        while True:
            command, _ = self.receive()
            if command in (b"a", b"c", b"r", b"t", b"y", b"d"):
                return command in (b"a", b"c")
