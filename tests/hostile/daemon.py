# SPDX-License-Identifier: BSD-2-Clause
"""One licetd for all cases that need one: the shipped policies, a key, a second port that licetd guards."""

import atexit
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from world import BUILD, LICET, POLICIES, TOP

sys.path.insert(0, os.path.join(TOP, "tests", "audit"))
import second_port  # noqa: E402
from second_port import Milter  # noqa: E402,F401

LICETD = os.environ.get("LICETD", os.path.join(BUILD, "licetd"))
CONSENT = ("address,purpose,state,basis,at,source,country\n"
           "lea@example.de,*,pending,double-opt-in,2026-02-03T10:15:00Z,signup,DE\n"
           "ana@example.de,*,granted,double-opt-in,2026-02-03T10:15:00Z,signup,DE\n")


class Daemon:
    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="licet-hostile.")
        self.numbers, self.lock = 0, threading.Lock()
        self.sink = second_port.serve(0, self.path("milter"), self.path("mail.log"))
        subprocess.run([LICET, "key", "new", "--out", self.path("key.pem"), "shop.example", "s1"], check=True,
                       capture_output=True)
        self.write("consent.csv", CONSENT)
        self.write("licet.cfg", f"""milter_socket = "unix:{self.dir}/milter"; lmtp_listen = "unix:{self.dir}/lmtp";
submit_to = "127.0.0.1:{self.sink.server_address[1]}"; control_socket = "{self.dir}/control"; hostname = "out.shop.example";
policies = "{POLICIES}"; consent = "{self.dir}/consent.csv"; state = "{self.dir}/state.db";
audit_log = "{self.dir}/audit.jsonl"; audit_reserve = 0;
keys = ( {{ domain = "shop.example"; selector = "s1"; file = "{self.dir}/key.pem"; }} );
""")
        self.log = open(self.path("licetd.log"), "wb")
        self.process = subprocess.Popen([LICETD, "--config", self.path("licet.cfg")], stderr=self.log, stdin=subprocess.DEVNULL)
        for _ in range(400):
            if os.path.exists(self.path("milter")) and os.path.exists(self.path("lmtp")):
                return
            assert self.process.poll() is None, self.log_text()
            time.sleep(0.05)
        raise AssertionError("licetd does not listen")

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def log_text(self):
        with open(self.path("licetd.log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def new_id(self):
        with self.lock:
            self.numbers += 1
            return f"3zHostile{self.numbers}z"

    def is_there(self):
        return self.process.poll() is None

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()
        shutil.rmtree(self.dir, ignore_errors=True)


class Lmtp:
    """A client that sends what it is told to, byte for byte."""

    def __init__(self, daemon):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(20)
        self.socket.connect(daemon.path("lmtp"))
        self.file = self.socket.makefile("rb")
        self.reply()
        self.ask("LHLO mta.example")

    def reply(self):
        line = b""
        while True:
            line = self.file.readline()
            if not line or line[3:4] != b"-":
                return line.decode("latin-1").strip()

    def ask(self, command):
        data = command if isinstance(command, bytes) else command.encode() + b"\r\n"
        self.socket.sendall(data)
        return self.reply()

    def begin(self, queue_id, rcpts=("lea@example.de",), sender="orders@shop.example"):
        self.ask(f"XFORWARD IDENT={queue_id}")
        replies = [self.ask(f"MAIL FROM:<{sender}>")] + [self.ask(f"RCPT TO:<{rcpt}>") for rcpt in rcpts]
        return replies + [self.ask("DATA")]

    def close(self):
        self.file.close()
        self.socket.close()


_one, _lock = None, threading.Lock()


def daemon():
    global _one
    with _lock:
        if _one is None:
            _one = Daemon()
            atexit.register(_one.close)
        return _one
