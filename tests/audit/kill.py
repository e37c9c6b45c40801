#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""kill -9 while sixteen clients send, half of them as smtpd with its milter, half as Postfix handing over.
After each kill the log verifies against the checkpoints that were handed out; in the end every message that
was accepted has its decisions, and every copy is there. Prints TAP.

    kill.py TOP BUILD [KILLS [SEED]]
"""
import json
import os
import random
import re
import shutil
import signal
import smtplib
import socket
import socketserver
import struct
import subprocess
import sys
import tempfile
import threading
import time

TOP, BUILD = sys.argv[1] if len(sys.argv) > 1 else ".", sys.argv[2] if len(sys.argv) > 2 else "."
KILLS = int(sys.argv[3]) if len(sys.argv) > 3 else 6
SEED = int(sys.argv[4]) if len(sys.argv) > 4 else 1
CLIENTS = 16

MAIL = """From: Shop <orders@shop.example>\r
To: you@example.com\r
Subject: Your order 4711\r
Date: Tue, 24 Nov 2026 09:00:00 +0000\r
Message-ID: <{id}@shop.example>\r
X-Licet-Purpose: receipt, cross-sell\r
\r
Thank you for your order 4711. Total 63.90 EUR.\r
[licet:promotional]\r
Save 30 % on all umbrellas this week only!\r
[/licet:promotional]\r
"""


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
    copies, whole = [], []
    number, guard, log = 0, None, None
    lock = threading.Lock()

    def handle_error(self, request, client_address):
        """A client that is killed within a transaction is what this is about."""


class World:
    def __init__(self, directory):
        self.dir = directory
        self.sink = Server(("127.0.0.1", 0), Sink)
        self.sink.guard = self.path("milter")
        self.sink.log = open(self.path("mail.log"), "w", encoding="utf-8")
        threading.Thread(target=self.sink.serve_forever, daemon=True).start()
        self.accepted = {}   # queue id: number of recipients, through the milter
        self.submitted = {}  # queue id: recipients that got 250, by hand-over
        self.lock = threading.Lock()
        self.stop = threading.Event()
        self.daemon = None
        self.write("policies/licet-policy.cfg", 'default_territory = "ES";\nunsubscribe_words = [ "unsubscribe" ];\n')
        self.write("policies/territories/ES.cfg", """territory = "ES";
name = "Test"; mixed_mail = "any-promotion";
rules = ( { id = "ES-CONSENT"; kind = "consent"; applies_to = [ "promotional" ]; accept = [ "double-opt-in" ];
  otherwise = "strip"; mode = "enforce"; source = "Test Act s. 1"; provenance = "verified: test"; } );
""")
        self.write("consent.csv", "address,purpose,state,basis,at,source\n"
                   "yes@example.com,*,granted,double-opt-in,2026-02-03T10:15:00Z,test\n"
                   "no@example.com,*,withdrawn,,2026-02-03T10:15:00Z,test\n")
        os.makedirs(self.path("policies", "words"), exist_ok=True)
        self.write("licet.cfg", f"""milter_socket = "unix:{directory}/milter";
lmtp_listen = "unix:{directory}/lmtp";
submit_to = "127.0.0.1:{self.sink.server_address[1]}";
control_socket = "{directory}/control";
hostname = "licet.example";
policies = "{directory}/policies";
consent = "{directory}/consent.csv";
state = "{directory}/state.db";
audit_log = "{directory}/audit.jsonl";
audit_checkpoints = "{directory}/checkpoints";
audit_segment = 1;
postfix_queue = "";
mail_log = "{directory}/mail.log";
doubt_seconds = 2;
""")

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def start(self):
        for name in ("milter", "lmtp", "control"):
            if os.path.exists(self.path(name)):
                os.remove(self.path(name))
        with open(self.path("licetd.log"), "ab") as log:
            self.daemon = subprocess.Popen([os.path.join(BUILD, "licetd"), "--config", self.path("licet.cfg")],
                                           stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + 60
        while not os.path.exists(self.path("milter")):
            if self.daemon.poll() is not None or time.monotonic() > end:
                with open(self.path("licetd.log"), encoding="utf-8") as log:
                    raise RuntimeError("licetd does not start: " + log.read()[-1000:])
            time.sleep(0.01)

    def end(self, number):
        self.daemon.send_signal(number)
        self.daemon.wait(60)

    def verify(self):
        done = subprocess.run([os.path.join(BUILD, "licet"), "audit", "verify", "--json", "--log",
                               self.path("audit.jsonl"), "--checkpoints", self.path("checkpoints")],
                              capture_output=True, text=True, check=False)
        return json.loads(done.stdout) if done.stdout else {"whole": False, "problems": [done.stderr], "notes": []}


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
        self.send(b"B", body.encode())
        self.send(b"D", b"Ei\0" + queue_id.encode() + b"\0")
        self.send(b"E", b"")
        while True:
            command, _ = self.receive()
            if command in (b"a", b"c", b"r", b"t", b"y", b"d"):
                return command in (b"a", b"c")


def until_answered(world, attempt):
    while not world.stop.is_set():
        try:
            if attempt():
                return
        except (OSError, smtplib.SMTPException, EOFError):
            pass
        time.sleep(0.02)


def send_by_milter(world, name):
    state = {"milter": None}

    def attempt():
        try:
            state["milter"] = state["milter"] or Milter(world.path("milter"))
            accepted = state["milter"].deliver(queue_id, [recipient], mail)
        except OSError:
            state["milter"] = None
            raise
        if accepted:
            with world.lock:
                world.accepted[queue_id] = 1
        return accepted
    number = 0
    while not world.stop.is_set():
        number += 1
        queue_id, recipient = f"4M{name}X{number}", ("yes@example.com", "no@example.com")[number % 2]
        mail = MAIL.format(id=queue_id)
        until_answered(world, attempt)


def send_by_lmtp(world, name):
    def attempt():
        with smtplib.LMTP(world.path("lmtp"), timeout=30) as lmtp:
            lmtp.ehlo_or_helo_if_needed()
            lmtp.docmd("XFORWARD", f"NAME=client.example ADDR=192.0.2.7 IDENT={queue_id}")
            lmtp.docmd("MAIL", "FROM:<orders@shop.example>")
            asked = sorted(waiting)
            for recipient in asked:
                lmtp.docmd("RCPT", f"TO:<{recipient}>")
            lmtp.putcmd("DATA")
            lmtp.getreply()
            lmtp.send((mail + ".\r\n").encode())
            for recipient in asked:
                code, _ = lmtp.getreply()
                if code == 250:
                    waiting.discard(recipient)
                    with world.lock:
                        world.submitted.setdefault(queue_id, []).append(recipient)
        return not waiting
    number = 0
    while not world.stop.is_set():
        number += 1
        queue_id, waiting = f"4L{name}X{number}", {"yes@example.com", "no@example.com"}
        mail = MAIL.format(id=queue_id)
        until_answered(world, attempt)


def read_log(world):
    rows = []
    for name in os.listdir(world.dir):
        if re.fullmatch(r"audit(-\d+)?\.jsonl", name):
            with open(world.path(name), encoding="utf-8") as file:
                rows += [json.loads(line) for line in file]
    return sorted(rows, key=lambda row: row["seq"])


class Judge:
    def __init__(self):
        self.number, self.failed = 0, False

    def check(self, name, wrong):
        self.number += 1
        for line in list(wrong)[:5]:
            print("#", line)
        print(f"{'not ok' if wrong else 'ok'} {self.number} - {name}")
        self.failed = self.failed or bool(wrong)


def judge(world, verdicts):
    rows = read_log(world)
    decisions, outcomes = {}, {}
    for row in rows:
        if row["record"] == "decision":
            decisions.setdefault(row["queue_id"], set()).add(row["subject"])
        if row["record"] == "outcome" and row["outcome"] in ("submitted", "already-submitted"):
            outcomes.setdefault(row["queue_id"], set()).add(row["subject"])
    copies = {}
    for name, recipient in world.sink.copies:
        copies[name, recipient] = copies.get((name, recipient), 0) + 1
    doubles = [key for key, count in copies.items() if count > 1]
    with open(world.path("licetd.log"), encoding="utf-8") as log:
        doubts = {match.group(1) for match in re.finditer(r"(4L\w+): .* in doubt: ", log.read())}
    judged = Judge()
    judged.check(f"the log verifies after each of {len(verdicts)} ends",
                 [verdict["problems"] for verdict in verdicts if not verdict["whole"]])
    judged.check("no number is missing or twice",
                 [] if [row["seq"] for row in rows] == list(range(1, len(rows) + 1)) else ["gap"])
    judged.check(f"each of {len(world.accepted)} accepted messages has its decisions",
                 [queue_id for queue_id, count in world.accepted.items() if len(decisions.get(queue_id, ())) < count])
    judged.check(f"each of {sum(map(len, world.submitted.values()))} recipients handed over has decision and outcome",
                 [queue_id for queue_id, who in world.submitted.items()
                  if len(decisions.get(queue_id, ())) < len(who) or len(outcomes.get(queue_id, ())) < len(who)])
    judged.check("each of them has its copy", [(queue_id, who) for queue_id, whole in world.submitted.items()
                                               for who in whole if (queue_id, who) not in copies])
    judged.check("a copy is doubled only where the journal was in doubt and said so",
                 [key for key in doubles if key[0] not in doubts])
    repairs = sum(row["record"] == "repair" for row in rows)
    print(f"# {len(rows)} records, {repairs} torn lines repaired, {len(doubts)} hand-overs in doubt, "
          f"{len(doubles)} copies twice")
    print(f"1..{judged.number}")
    return 1 if judged.failed else 0


def main():
    directory = tempfile.mkdtemp(prefix="licet-kill.")
    world = World(directory)
    rng = random.Random(SEED)
    try:
        threads = [threading.Thread(target=(send_by_milter, send_by_lmtp)[i % 2], args=(world, chr(65 + i)))
                   for i in range(CLIENTS)]
        verdicts = []
        world.start()
        for thread in threads:
            thread.start()
        for _ in range(KILLS):
            time.sleep(rng.uniform(0.05, 1.0))
            world.end(signal.SIGKILL)
            verdicts.append(world.verify())
            world.start()
        time.sleep(1)
        world.stop.set()
        for thread in threads:
            thread.join()
        world.end(signal.SIGTERM)
        verdicts.append(world.verify())
        return judge(world, verdicts)
    finally:
        world.stop.set()
        if world.daemon and world.daemon.poll() is None:
            world.end(signal.SIGKILL)
        shutil.rmtree(directory)


if __name__ == "__main__":
    sys.exit(main())
