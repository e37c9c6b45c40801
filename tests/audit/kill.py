#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""kill -9 while sixteen clients send, half of them as smtpd with its milter, half as Postfix handing over.
After each kill the log verifies against the checkpoints that were handed out; in the end every message that
was accepted has its decisions, and every copy is there. Prints TAP.

    kill.py TOP BUILD [KILLS [SEED]] [--days DAYS]

With DAYS the log keeps so many, each start is eight hours after the last, and every other end falls just before
or after a file is removed: what is gone is named, and what is left verifies.
"""
import datetime
import json
import os
import random
import re
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
from second_port import Milter, serve  # noqa: E402

DAYS = int(sys.argv.pop(sys.argv.index("--days") + 1)) if "--days" in sys.argv else 0
sys.argv = [word for word in sys.argv if word != "--days"]
TOP, BUILD = sys.argv[1] if len(sys.argv) > 1 else ".", sys.argv[2] if len(sys.argv) > 2 else "."
KILLS = int(sys.argv[3]) if len(sys.argv) > 3 else 6
SEED = int(sys.argv[4]) if len(sys.argv) > 4 else 1
CLIENTS = 16
FIRST_START = datetime.datetime(2026, 11, 24, 9)

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


class World:
    def __init__(self, directory):
        self.dir = directory
        self.sink = serve(0, self.path("milter"), self.path("mail.log"))
        self.accepted = {}   # queue id: number of recipients, through the milter
        self.submitted = {}  # queue id: recipients that got 250, by hand-over
        self.lock = threading.Lock()
        self.stop = threading.Event()
        self.daemon = None
        self.starts = 0
        self.rows = {}       # of the log, by number, as they were seen
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
audit_days = {DAYS};
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

    def clock(self):
        """Arguments and environment of a start whose clock shows another time."""
        if not DAYS:
            return [], None
        now = FIRST_START + datetime.timedelta(hours=8 * self.starts)
        point = ("retention-before", "", "retention-after", "")[self.starts % 4]
        faults = {"LD_PRELOAD": os.path.join(BUILD, "tests", "torture", "fault.so"), "FAULT_TICK": "50",
                  "FAULT_LOG": self.path("points")}
        if point and self.starts <= KILLS:
            faults["FAULT_KILL"] = point + ":1"
        return ["--now", now.isoformat() + "Z"], dict(os.environ, **faults)

    def start(self):
        arguments, environment = self.clock()
        self.starts += 1
        for name in ("milter", "lmtp", "control"):
            if os.path.exists(self.path(name)):
                os.remove(self.path(name))
        with open(self.path("licetd.log"), "ab") as log:
            self.daemon = subprocess.Popen([os.path.join(BUILD, "licetd"), "--config", self.path("licet.cfg")]
                                           + arguments, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + 60
        while not os.path.exists(self.path("milter")):
            if self.daemon.poll() == -signal.SIGKILL and DAYS:
                return  # at its point, before it listened
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
    """What is there now, as a list of records, and what was there before it went by retention."""
    rows = []
    for name in os.listdir(world.dir):
        if re.fullmatch(r"audit(-\d+)?\.jsonl", name):
            with open(world.path(name), encoding="utf-8") as file:
                rows += [json.loads(line) for line in file if line.endswith("\n")]
    world.rows.update((row["seq"], row) for row in rows)
    return [world.rows[number] for number in sorted(world.rows)], rows


class Judge:
    def __init__(self):
        self.number, self.failed = 0, False

    def check(self, name, wrong):
        self.number += 1
        for line in list(wrong)[:5]:
            print("#", line)
        print(f"{'not ok' if wrong else 'ok'} {self.number} - {name}")
        self.failed = self.failed or bool(wrong)


def judge_retention(judged, world, rows, left):
    gone = set(world.rows) - {row["seq"] for row in left}
    said = set()
    for row in rows:
        if row["record"] == "retention":
            said.update(range(row["first"], row["last"] + 1))
    judged.check(f"{len(gone)} records went by retention, and the log names each of them",
                 sorted(gone - said) or ([] if gone else ["nothing went"]))
    with open(world.path("points"), encoding="utf-8") as points:
        hit = points.read().split()
    judged.check(f"{hit.count('retention-before')} ends before a file went and {hit.count('retention-after')} after",
                 [point for point in ("retention-before", "retention-after") if KILLS >= 20 and point not in hit])
    judged.check("what is older than that is gone",
                 [row["time"] for row in left if row["record"] == "checkpoint" and datetime.datetime.fromisoformat(
                     row["time"].rstrip("Z")) < FIRST_START + datetime.timedelta(
                         hours=8 * (world.starts - 1), days=-DAYS - 1)])


def judge(world, verdicts):
    rows, left = read_log(world)
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
    if DAYS:
        judge_retention(judged, world, rows, left)
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
            if DAYS:
                read_log(world)
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
