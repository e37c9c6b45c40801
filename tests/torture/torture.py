#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""kill -9 of licetd at named points and at random, Postfix reloaded, stopped and aborted, the disk full, the
consent store locked, policies broken, the clock moved; while clients send the same bytes until they get a
250, and some of them hang up after the dot. In the end every copy is accounted for. Prints TAP.

    torture.py TOP BUILD [--messages N] [--kills N] [--aborts N] [--seconds S] [--each N] [--seed N] [--keep]
    torture.py TOP BUILD --defect no-guard|no-journal|early|no-strip|no-sign     must go red

It runs until N messages are accepted, N kills and N stops of Postfix are done, and each point was hit --each
times; after S seconds it gives up, and fails for what was not injected.

The files are in memory (/dev/shm), where there is room: whether what is written was synced makes no difference to
kill -9, and the machine gets four times as far. What a busy disk adds, that a sync takes its time, one life of licetd
in four has. --disk has all on the disk of TMPDIR.
"""
import argparse
import collections
import os
import random
import shutil
import signal
import smtplib
import sqlite3
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import account  # noqa: E402
import world as worlds  # noqa: E402

CLIENTS = 16
POINTS = ("route-before", "route-after", "in-place-half", "begin-before-commit", "begin-after-commit",
          "submit-mail-before", "submit-mail-after", "submit-data-before", "submit-data-after", "submit-dot-before",
          "submit-dot-after", "admit-before-commit", "admit-after-commit", "guard-before-unmark",
          "guard-before-accept", "guard-after-accept", "submit-after-250", "submitted-before", "submitted-after",
          "reply-before", "reply-after", "audit-before-sync", "audit-after-sync", "audit-torn", "abandon-before",
          "abandon-after", "failed-before")

MAIL = """From: Shop <orders@shop.example>\r
To: you@example.com\r
Subject: Your order {id}\r
Date: Tue, 24 Nov 2026 09:00:00 +0000\r
Message-ID: <{id}@shop.example>\r
X-Licet-Purpose: receipt, cross-sell\r
\r
Thank you for your order {id}. Total 63.90 EUR.\r
[licet:promotional]\r
Save 30 % on all umbrellas this week only!\r
[/licet:promotional]\r
.A line with a dot, and the end.\r
"""


class Torture:
    def __init__(self, options):
        self.options = options
        self.world = worlds.World(options.build, options.defect, worlds.find_room(options.disk))
        self.random = random.Random(options.seed)
        self.sent = {}       # message id: recipients, once a client saw its 250
        self.accepted = {}   # queue id of that 250: message id
        self.dropped = 0
        self.counts = collections.Counter()
        self.lock = threading.Lock()
        self.stop, self.calm = threading.Event(), threading.Event()
        self.problems = []
        self.begun = time.monotonic()

    # Clients

    def attempt(self, data, recipients, drops):
        with smtplib.SMTP("127.0.0.1", self.world.smtp_port, timeout=60) as smtp:
            smtp.ehlo("app.shop.example")
            if smtp.mail("orders@shop.example")[0] != 250 or any(smtp.rcpt(r)[0] != 250 for r in recipients):
                return None
            if smtp.docmd("DATA")[0] != 354:
                return None
            smtp.send(smtplib._quote_periods(data) + b".\r\n")  # pylint: disable=protected-access
            if drops:
                smtp.sock.close()
                smtp.sock = None
                smtp.file = None
                return None
            code, text = smtp.getreply()
            return text.decode().rsplit(" ", 1)[-1] if code == 250 else None

    def send_until_taken(self, name, data, recipients, rng):
        drops = rng.random() < 0.05
        while not self.stop.is_set():
            queue_id = None
            try:
                queue_id = self.attempt(data, recipients, drops)
                self.dropped += drops
            except (OSError, smtplib.SMTPException):
                pass
            drops = False
            if queue_id:
                with self.lock:
                    self.sent[name] = recipients
                    self.accepted[queue_id] = name
                return
            time.sleep(rng.uniform(0.02, 0.2))

    def run_client(self, letter, seed):
        rng = random.Random(seed)
        number = 0
        while not self.stop.is_set():
            number += 1
            name = f"T{letter}X{number}"
            recipients = [worlds.WHO[0]] if number % 4 == 0 else list(worlds.WHO)
            self.send_until_taken(name, MAIL.format(id=name).encode(), recipients, rng)
            while not self.stop.is_set() and self.is_behind():
                time.sleep(0.2)

    def is_behind(self):
        """Clients do not run away from what is delivered, nor far from the faults."""
        with self.lock:
            waiting = sum(map(len, self.sent.values())) - len(self.world.sink.copies)
        share = self.counts["kills"] / max(1, self.options.kills)
        return waiting > 300 or len(self.sent) > self.options.messages * (share + 0.1)

    # Faults

    def hits(self):
        return collections.Counter(self.world.text("points").split())

    def choose(self):
        """The points that were hit least, most of the time; else a moment."""
        if self.random.random() < 0.2:
            return None
        hits = self.hits()
        least = sorted(POINTS, key=lambda p: (hits[p], self.random.random()))[:8]
        return self.random.choice(least)

    def live_once(self):
        point = self.choose()
        faults = {}
        if point:
            rare = point.startswith(("abandon", "failed"))
            faults["FAULT_KILL"] = f"{point}:{1 if rare else self.random.randint(1, self.options.depth)}"
        if self.random.random() < 0.15:
            faults["FAULT_CLOCK"] = str(self.random.choice((-86400, -3600, 3600, 86400)))
            self.counts["clock"] += 1
        if self.random.random() < 0.25:
            faults["FAULT_SLOW"] = str(self.random.choice((5, 20, 80)))
        started = self.world.start_licetd(**faults)
        if not started and self.world.daemon.returncode in (75, 78, -signal.SIGHUP):
            # Rightly: its policies were broken, or its store locked; or a SIGHUP came before main.
            self.counts["refused starts"] += 1
            time.sleep(0.2)
            return
        end = time.monotonic() + (self.random.uniform(2, 4) if point else min(5, self.random.expovariate(1 / 0.7)))
        while time.monotonic() < end and self.world.daemon.poll() is None:
            time.sleep(0.02)
        if self.world.daemon.poll() is None and self.random.random() < 0.03:
            self.world.end_licetd(signal.SIGTERM)
            self.counts["terms"] += 1
            return
        self.world.end_licetd()
        if self.world.daemon.returncode != -signal.SIGKILL:
            raise RuntimeError(f"licetd ended by itself: {self.world.daemon.returncode}")
        self.counts["kills"] += 1

    def keep_killing(self):
        while not self.calm.is_set():
            self.live_once()

    def keep_stopping(self):
        """Postfix: a reload, a stop or an abort, and back."""
        rng = random.Random(self.options.seed + 1)
        while not self.calm.wait(rng.expovariate(1 / self.options.pause)):
            word = rng.choice(("reload", "abort", "abort", "stop"))
            done = self.world.control_postfix(word) == 0
            self.counts[word if done else "hung"] += 1
            if word != "reload" or not done:
                process = self.world.processes["postfix"]
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    pass
                self.world.begin_postfix()

    def fill_disk(self, rng):
        self.world.limit_files(4096)
        time.sleep(rng.uniform(0.3, 1))
        self.world.limit_files(-1)

    def lock_store(self, rng):
        with sqlite3.connect(self.world.path("consent.db"), timeout=1) as store:
            store.isolation_level = None
            store.execute("BEGIN EXCLUSIVE")
            self.counts["locked"] += 1
            time.sleep(rng.uniform(0.5, 6))
            store.execute("ROLLBACK")

    def break_policies(self, rng):
        path = "policies/territories/ES.cfg"
        kept = self.world.text(path)
        self.world.write(path, kept.replace("enforce", "enforced"))
        self.hang_up()
        time.sleep(rng.uniform(0.1, 0.5))
        self.world.write(path, kept)
        self.hang_up()

    def hang_up(self):
        if self.world.daemon.poll() is None:
            self.world.daemon.send_signal(signal.SIGHUP)

    def keep_breaking(self):
        rng = random.Random(self.options.seed + 2)
        works = (self.fill_disk, self.lock_store, self.break_policies)
        while not self.calm.wait(rng.expovariate(1 / self.options.pause)):
            try:
                rng.choice(works)(rng)
            except (OSError, sqlite3.Error):
                pass  # it came too late for this one

    # The whole

    def guarded(self, work):
        try:
            work()
        except Exception as problem:  # pylint: disable=broad-except
            self.problems.append(f"{work.__name__}: {type(problem).__name__}: {problem}")
            self.calm.set()
            self.stop.set()

    def is_enough(self):
        hits = self.hits()
        stops = self.counts["abort"] + self.counts["stop"] + self.counts["reload"]
        return (len(self.sent) >= self.options.messages and self.counts["kills"] >= self.options.kills and
                stops >= self.options.aborts and all(hits[p] >= self.options.each for p in POINTS))

    def rage(self):
        threads = [threading.Thread(target=self.guarded, args=(work,))
                   for work in (self.keep_killing, self.keep_stopping, self.keep_breaking)]
        clients = [threading.Thread(target=self.run_client, args=(chr(65 + i), self.options.seed * 100 + i))
                   for i in range(CLIENTS)]
        for thread in clients + threads:
            thread.start()
        end = time.monotonic() + self.options.seconds
        told = time.monotonic()
        while time.monotonic() < end and not self.is_enough() and not self.problems:
            time.sleep(0.5)
            if time.monotonic() - told > 60:
                told = time.monotonic()
                print(f"# {int(told - self.begun)} s: {len(self.sent)} messages, {dict(self.counts)}, "
                      f"{len(self.world.sink.copies)} copies", flush=True)
        self.calm.set()
        for thread in threads:
            thread.join()
        self.world.end_licetd()
        self.guarded(self.world.begin_postfix)
        self.guarded(self.world.start_licetd)
        time.sleep(1)
        self.stop.set()
        for thread in clients:
            thread.join()

    def drain(self):
        """Until Postfix, up, has nothing left and the journal no doubt. What hangs is told."""
        end = time.monotonic() + self.options.drain
        while time.monotonic() < end:
            try:
                ask_queue(self.world, "-f")
                status = self.world.licet("status", "--json", "--config", self.world.config, check=False).stdout
                listed = ask_queue(self.world, "-j")
                if listed.returncode == 0 and not listed.stdout.strip() and '"in_doubt":0' in status.replace(" ", ""):
                    return True
            except subprocess.TimeoutExpired:
                self.world.kill_hung_postfix()
                self.world.begin_postfix()
            time.sleep(1)
        return False

    def run(self):
        self.world.prepare()
        self.world.begin_postfix()
        self.rage()
        drained = self.drain()
        self.world.end_licetd(signal.SIGTERM)
        return account.judge(self, POINTS, drained)


def ask_queue(world, option):
    return subprocess.run(["postqueue", "-c", world.path("etc"), option], capture_output=True, text=True, check=False,
                          timeout=30)


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("top", nargs="?", default=".")
    parser.add_argument("build", nargs="?", default=".")
    parser.add_argument("--messages", type=int, default=150)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--aborts", type=int, default=2)
    parser.add_argument("--each", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=150)
    parser.add_argument("--pause", type=float, default=3, help="mean seconds between two faults of one kind")
    parser.add_argument("--depth", type=int, default=4, help="a point kills at one of its first so many times")
    parser.add_argument("--drain", type=float, default=90)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--defect", choices=("no-guard", "no-journal", "early", "no-strip", "no-sign"))
    parser.add_argument("--disk", action="store_true", help="not in memory")
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    return options


def main():
    options = parse()
    os.environ["PATH"] = "/usr/sbin:/sbin:" + os.environ["PATH"]
    if os.geteuid() != 0 or not shutil.which("postfix"):
        print("1..0 # SKIP needs root and Postfix")
        return 0
    if worlds.is_sanitized(options.build):
        print("1..0 # SKIP a sanitizer and the faults want the same calls")
        return 0
    if not account.can_verify():
        print("1..0 # SKIP needs dkimpy")
        return 0
    torture = Torture(options)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return torture.run()
    finally:
        torture.stop.set()
        if options.keep:
            torture.world.end_licetd()
            torture.world.stop_all()
            print(f"# kept {torture.world.dir}")
        else:
            torture.world.clean_up()


if __name__ == "__main__":
    sys.exit(main())
