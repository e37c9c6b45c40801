#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""An SMTP server that keeps what it is given: DIR/NNNN.eml and DIR/NNNN.json per message.

Usage: sink.py PORT DIR.  It accepts everything but mailboxes that begin with "gone"; a message counts only
after its final dot.
"""
import json
import os
import socketserver
import sys
import threading

lock = threading.Lock()
counter = 0


def keep(directory, sender, recipients, data):
    global counter
    with lock:
        counter += 1
        stem = os.path.join(directory, f"{counter:04d}")
    with open(stem + ".tmp", "wb") as out:
        out.write(data)
    with open(stem + ".json.tmp", "w", encoding="utf-8") as out:
        json.dump({"sender": sender, "recipients": recipients}, out)
    os.rename(stem + ".tmp", stem + ".eml")
    os.rename(stem + ".json.tmp", stem + ".json")


class Session(socketserver.StreamRequestHandler):
    def reply(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def read_data(self):
        lines = []
        while True:
            line = self.rfile.readline()
            if not line:
                return None
            if line == b".\r\n":
                return b"".join(lines)
            lines.append(line[1:] if line.startswith(b".") else line)

    def handle(self):
        sender, recipients = None, []
        self.reply("220 sink.example ESMTP")
        while True:
            line = self.rfile.readline().decode("utf-8", "replace").strip()
            verb = line[:4].upper()
            path = line[line.find("<") + 1:line.rfind(">")] if "<" in line else ""
            if not line or verb == "QUIT":
                if line:
                    self.reply("221 2.0.0 bye")
                return
            if verb == "EHLO":
                self.reply("250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE")
            elif verb == "MAIL":
                sender, recipients = path, []
                self.reply("250 2.1.0 Ok")
            elif verb == "RCPT":
                if path.startswith("gone"):
                    self.reply("550 5.1.1 no such mailbox")
                    continue
                recipients.append(path.split(">")[0])
                self.reply("250 2.1.5 Ok")
            elif verb == "DATA":
                self.reply("354 go on")
                data = self.read_data()
                if data is None:
                    return
                keep(self.server.directory, sender, recipients, data)
                self.reply("250 2.0.0 kept")
            else:
                self.reply("250 2.0.0 Ok")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128


if __name__ == "__main__":
    server = Server(("127.0.0.1", int(sys.argv[1])), Session)
    server.directory = sys.argv[2]
    server.serve_forever()
