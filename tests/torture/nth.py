#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The n-th write, sync, open, unlink, connect, send, receive, rename and allocation of licetd fails, for each n
until a message gets by: every reply is a 4xx or as it should be, and in the end each copy is there, once, whole.
Twenty messages by two roads, and a reload. Prints TAP.

    nth.py TOP BUILD [--all]      without --all: two messages and some of the n
"""
import errno
import mmap
import os
import re
import signal
import socket
import smtplib
import struct
import sys
import tempfile
import shutil
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
ALL = "--all" in sys.argv
sys.argv = [word for word in sys.argv if word != "--all"]  # kill.py takes numbers there
sys.path[:0] = [os.path.join(os.path.dirname(HERE), "audit"), HERE]
import kill  # noqa: E402
import world as worlds  # noqa: E402

# fault.c has the same numbers. The errors that a call may give; -1: half of the work.
CALLS = {"write": (1, (errno.ENOSPC, errno.EIO, -1)), "sync": (2, (errno.EIO,)), "rename": (3, (errno.EIO,)),
         "unlink": (4, (errno.EIO,)), "connect": (5, (errno.ECONNREFUSED, errno.EMFILE)),
         "open": (6, (errno.EMFILE, errno.EIO)), "send": (7, (errno.ECONNRESET, -1)),
         "receive": (8, (errno.ECONNRESET, -1)), "allocate": (9, (errno.ENOMEM,))}
HEAD = """From: Shop <orders@shop.example>\r
To: you@example.com\r
Subject: {subject}\r
Date: Tue, 24 Nov 2026 09:00:00 +0000\r
Message-ID: <@ID@@shop.example>\r
X-Licet-Purpose: {purposes}\r
"""
OFFER = "[licet:promotional]\r\nSave 30 % on all umbrellas this week only!\r\n[/licet:promotional]\r\n"
ORDER = "Thank you for your order 4711. Total 63.90 EUR.\r\n"
PAGE = "<html><body><p>Order 4711, 63.90 EUR</p>\r\n<div data-licet=\"promotional\"><p>All umbrellas 30 % off</p></div>\r\n" \
       "<p>Shop Example, Berlin</p></body></html>\r\n"


def part(kind, coding, text):
    return f"Content-Type: {kind}; charset=utf-8\r\nContent-Transfer-Encoding: {coding}\r\n\r\n{text}"


def alternative(plain, page):
    return "MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b1\r\n\r\n" + \
        f"--b1\r\n{plain}\r\n--b1\r\n{page}\r\n--b1--\r\n"


def encode(text):
    import base64  # pylint: disable=import-outside-toplevel
    return base64.encodebytes(text.encode()).decode().replace("\n", "\r\n")


QUOTED = PAGE.replace("=", "=3D")
MAILS = {
    "plain and mixed": "\r\n" + ORDER + OFFER,
    "plain, the offer first": "\r\n" + OFFER + ORDER,
    "plain without offer": "\r\n" + ORDER,
    "a page": "MIME-Version: 1.0\r\n" + part("text/html", "7bit", PAGE),
    "a page in quoted-printable": "MIME-Version: 1.0\r\n" + part("text/html", "quoted-printable", QUOTED),
    "a page in base64": "MIME-Version: 1.0\r\n" + part("text/html", "base64", encode(PAGE)),
    "both": alternative(part("text/plain", "7bit", ORDER + OFFER), part("text/html", "7bit", PAGE)),
    "both, encoded": alternative(part("text/plain", "base64", encode(ORDER + OFFER)),
                                 part("text/html", "quoted-printable", QUOTED)),
    "long": "\r\n" + ORDER * 2000 + OFFER,
    "dots and odd lines": "\r\n.\r\n..\r\n" + ORDER + OFFER + ". \r\n\t\r\n",
}


class Full(kill.Milter):
    """All that licetd wants done, in order."""

    def exchange(self, queue_id, recipients, mail):
        self.changes = []
        verdict = self.deliver(queue_id, recipients, mail)
        return verdict, self.changes

    def receive(self):
        command, data = super().receive()
        if hasattr(self, "changes"):
            self.changes.append((command, data))
        return command, data


class Trial:
    def __init__(self):
        self.world = kill.World(tempfile.mkdtemp(prefix="licet-nth."))
        path = self.world.path("control.map")
        with open(path, "wb") as file:
            file.write(b"\0" * 20)
        with open(path, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), 20)
        os.environ["LD_PRELOAD"] = os.path.join(kill.BUILD, "tests", "torture", "fault.so")
        os.environ["FAULT_CONTROL"] = path
        self.number, self.ends, self.injected, self.wrong = 0, 0, 0, []
        settings = self.world.path("licet.cfg")
        with open(settings, encoding="utf-8") as file:
            text = file.read().replace("doubt_seconds = 2", "doubt_seconds = 1").replace("audit_segment = 1", "audit_segment = 64")
        self.world.write("licet.cfg", text + "audit_reserve = 0;\n")

    def arm(self, call, n, number, lasts=0):
        self.map[:] = struct.pack("=iiiii", call, n, number, 0, lasts)

    def disarm(self):
        injected = struct.unpack("=iiiii", self.map[:])[3]
        self.map[:] = b"\0" * 20
        self.injected += injected
        return injected

    def revive(self):
        """After an end that was forced on it (no memory), or one that it chose."""
        if self.world.daemon is None or self.world.daemon.poll() is not None:
            self.ends += self.world.daemon is not None
            self.world.start()

    def restart(self):
        self.world.end(signal.SIGKILL)
        self.world.start()

    def fresh(self, mail):
        self.number += 1
        name = f"N{self.number:08d}"
        purposes = "receipt, cross-sell" if "licet" in mail or "base64" in mail else "receipt"
        return name, HEAD.format(subject="Your order", purposes=purposes).replace("@ID@", name) + mail

    # Roads: each gives (whether all is done, what came of it); None for what came: not done.

    def by_milter(self, name, mail, who):
        try:
            client = Full(self.world.path("milter"))
            client.socket.settimeout(30)
            taken, changes = client.exchange(name, [who], mail)
        except OSError:
            return False, None
        if taken:
            return True, changes
        command, data = changes[-1]
        if command == b"t" or (command == b"y" and data.startswith(b"4")):
            return False, None
        return True, changes  # a refusal, which nobody asked for

    def by_lmtp(self, name, mail, waiting):
        """Hands over once. waiting: set of recipients; those with 250 leave it."""
        try:
            with smtplib.LMTP(self.world.path("lmtp"), timeout=30) as lmtp:
                lmtp.ehlo_or_helo_if_needed()
                lmtp.docmd("XFORWARD", f"NAME=client.example ADDR=192.0.2.7 IDENT={name}")
                lmtp.docmd("MAIL", "FROM:<orders@shop.example>")
                asked = [who for who in sorted(waiting) if lmtp.docmd("RCPT", f"TO:<{who}>")[0] == 250]
                if not asked or lmtp.docmd("DATA")[0] != 354:
                    return
                lmtp.send((re.sub(r"(?m)^\.", "..", mail) + ".\r\n").encode())
                for who in asked:
                    code, text = lmtp.getreply()
                    if code == 250:
                        waiting.discard(who)
                    elif not 400 <= code < 500:
                        self.wrong.append(f"{name} {who}: {code} {text.decode()}")
        except (OSError, smtplib.SMTPException, EOFError):
            pass

    def finish_lmtp(self, name, mail, waiting):
        for number in range(12):
            if not waiting:
                return
            self.revive()
            if number == 8:
                self.restart()
            self.by_lmtp(name, mail, waiting)
            if waiting:
                time.sleep(0.3)

    def run_lmtp(self, mail, arm):
        name, text = self.fresh(mail)
        waiting = {"yes@example.com", "no@example.com"}
        self.revive()
        arm()
        self.by_lmtp(name, text, waiting)
        injected = self.disarm()
        self.finish_lmtp(name, text, waiting)
        if waiting:
            self.wrong.append(f"{name}: never served {waiting}")
        with self.world.sink.lock:
            copies = [(who, data.replace(name, "@ID@")) for first, who, data in self.world.sink.whole if first == name]
        return injected, sorted(copies)

    def run_milter(self, mail, arm):
        name, text = self.fresh(mail)
        self.revive()
        arm()
        done, changes = self.by_milter(name, text, "no@example.com")
        injected = self.disarm()
        for number in range(12):
            if done:
                break
            self.revive()
            if number == 8:
                self.restart()
            done, changes = self.by_milter(name, text, "no@example.com")
        return injected, [(c, d.replace(name.encode(), b"@ID@")) for c, d in changes or []]

    def run_reload(self, _mail, arm):
        """The old state or the new one, and an answer or an end."""
        self.revive()
        arm()
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(30)
                client.connect(self.world.path("control"))
                client.sendall(b"reload\n")
                answer = client.makefile().readline()
        except OSError:
            answer = ""
        injected = self.disarm()
        if answer and not answer.startswith('{"ok":'):
            self.wrong.append("reload: " + answer)
        _, changes = self.run_milter(MAILS["plain and mixed"], lambda: None)
        return injected, changes


def numbers_of(word):
    """Each n; of the thousands of allocations some."""
    if word != "allocate":
        return range(1, 200 if ALL else 40)
    return [int(1.7 ** i) + 1 for i in range(1, 18 if ALL else 8)]


def try_call(trial, run, mail, want, word):
    """Until the call is not reached any more."""
    call, errors = CALLS[word]
    times = 0
    for number in errors:
        for n in numbers_of(word):
            injected, got = run(mail, lambda n=n, number=number: trial.arm(call, n, number))
            if got != want:
                trial.wrong.append(f"{word} {n} errno {number}: {str(got)[:300]} instead of {str(want)[:300]}")
            times += injected
            if not injected:
                break
    return times


def main():
    if worlds.is_sanitized(kill.BUILD):
        print("1..0 # SKIP a sanitizer and the faults want the same calls")
        return 0
    mails = list(MAILS.items()) if ALL else [item for i, item in enumerate(MAILS.items()) if i in (0, 7)]
    trial = Trial()
    roads = [(f"{name}, {road}", run, mail) for name, mail in mails
             for road, run in (("in place", trial.run_milter), ("handed over", trial.run_lmtp))]
    roads.append(("a reload", trial.run_reload, ""))
    failed = 0
    print(f"1..{len(roads) + 1}")
    try:
        for number, (name, run, mail) in enumerate(roads, 1):
            _, want = run(mail, lambda: None)
            counts = {word: try_call(trial, run, mail, want, word) for word in CALLS}
            told = ", ".join(f"{word} {times}" for word, times in counts.items())
            missing = [] if counts["write"] and counts["sync"] and counts["allocate"] or run == trial.run_reload else ["nothing failed"]
            failed += bool(trial.wrong or missing or not want)
            print(f"{'not ok' if trial.wrong or missing or not want else 'ok'} {number} - {name}: {told}", flush=True)
            for line in (trial.wrong + missing)[:5]:
                print("#", line)
            trial.wrong = []
        trial.revive()
        trial.world.end(signal.SIGTERM)
        del os.environ["LD_PRELOAD"]
        verdict = trial.world.verify()
        failed += not verdict["whole"]
        print(f"{'ok' if verdict['whole'] else 'not ok'} {len(roads) + 1} - the log verifies; {trial.injected} faults, "
              f"{trial.ends} ends of the daemon")
        for line in verdict["problems"][:5]:
            print("#", line)
    finally:
        if trial.world.daemon and trial.world.daemon.poll() is None:
            trial.world.end(signal.SIGKILL)
        shutil.rmtree(trial.world.dir)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
