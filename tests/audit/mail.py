#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Checkpoints by mail: the auditor gets one when it is due and once only, and with the mail as it was saved
both verifiers find a log that was taken back; a second port that fails delays neither mail nor the end.

Arguments: the top of the source tree, the build directory. Prints TAP.
"""
import email
import glob
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

TOP = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else ".")
BUILD = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else ".")
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(TOP, "tests", "audit"))
import second_port  # noqa: E402
LICET = os.path.join(BUILD, "licet")

MAIL = ("From: <orders@shop.test>\r\nSubject: Your order 4711\r\nDate: Tue, 24 Nov 2026 15:00:00 +0000\r\n"
        "Message-ID: <{id}@shop.test>\r\nX-Licet-Class: transactional\r\nX-Licet-Purpose: receipt\r\n\r\n"
        "Thank you for your order 4711. Total 63.90 EUR.\r\n")
AUDITORS = ["auditor@audit.test", "board@audit.test"]


class World:
    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="licet-audit-mail.")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.sink_port = probe.getsockname()[1]
        self.sink, self.daemon, self.count = None, None, 0
        os.makedirs(self.path("policies", "territories"))
        os.makedirs(self.path("policies", "words"))
        self.write("policies/licet-policy.cfg", 'default_territory = "ES"; unsubscribe_words = [ "unsubscribe" ];\n')
        self.write("policies/territories/ES.cfg", 'territory = "ES"; name = "Test"; mixed_mail = "any-promotion";\n'
                   "rules = ();\n")
        subprocess.run([LICET, "key", "new", "--out", self.path("key.pem"), "shop.test", "s1"], check=True,
                       capture_output=True)
        self.configure(AUDITORS)
        self.log = open(self.path("licetd.log"), "wb")

    def configure(self, auditors, sender="licet@shop.test"):
        names = ", ".join(f'"{name}"' for name in auditors)
        self.write("licet.cfg", f"""milter_socket = "unix:{self.dir}/milter"; lmtp_listen = "unix:{self.dir}/lmtp";
submit_to = "127.0.0.1:{self.sink_port}"; control_socket = "{self.dir}/control"; hostname = "mail.shop.test";
policies = "{self.dir}/policies"; consent = "sqlite:{self.dir}/consent.db"; state = "{self.dir}/state.db";
audit_log = "{self.dir}/audit.jsonl"; audit_reserve = 0; mail_log = "{self.dir}/mail.log"; postfix_queue = "";
audit_mail_to = [ {names} ]; audit_mail_from = "{sender}"; verify_signatures = 1;
keys = ( {{ domain = "shop.test"; selector = "s1"; file = "{self.dir}/key.pem"; }} );
""")

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
        return self.path(name)

    def logged(self):
        with open(self.path("licetd.log"), encoding="utf-8") as stream:
            return stream.read()

    def open_sink(self):
        self.sink = second_port.serve(self.sink_port, self.path("milter"), self.path("mail.log"))

    def close_sink(self):
        self.sink.shutdown()
        self.sink.server_close()

    def start(self, now):
        for name in ("control", "lmtp", "milter"):
            if os.path.exists(self.path(name)):
                os.remove(self.path(name))
        self.daemon = subprocess.Popen([os.path.join(BUILD, "licetd"), "--config", self.path("licet.cfg"), "--now", now],
                                       stderr=self.log, stdout=self.log)
        assert wait(lambda: os.path.exists(self.path("milter")) and os.path.exists(self.path("control"))), self.logged()

    def end(self):
        """Seconds that it took."""
        begun = time.monotonic()
        self.daemon.send_signal(signal.SIGTERM)
        try:
            self.daemon.wait(60)
        except subprocess.TimeoutExpired:
            self.daemon.kill()
        return time.monotonic() - begun

    def send(self):
        """One message through the milter; whether Postfix may take it."""
        self.count += 1
        milter = second_port.Milter(self.path("milter"))
        return milter.deliver(f"4cMAIL{self.count}", ["ana@example.org"], MAIL.format(id=self.count))

    def status(self):
        return json.loads(subprocess.run([LICET, "status", "--json", "--config", self.path("licet.cfg")],
                                         capture_output=True, text=True, check=True).stdout)

    def mails(self):
        """(recipient, text) of the mails to auditors that the second port has taken."""
        return [(who, text) for name, who, text in self.sink.whole if name.startswith("checkpoint-")]

    def verify(self, mail):
        """What both verifiers say of the log beside a mail, given as it was saved."""
        one = subprocess.run([LICET, "audit", "verify", "--log", self.path("audit.jsonl"), "--checkpoints", mail],
                             capture_output=True, text=True, check=False)
        other = subprocess.run([sys.executable, os.path.join(TOP, "contrib", "verify-audit.py"), "--checkpoints", mail,
                                self.path("audit.jsonl")], capture_output=True, text=True, check=False)
        self.said = one.stdout + one.stderr + other.stdout + other.stderr
        return one.returncode, other.returncode

    def stop(self):
        if self.daemon and self.daemon.poll() is None:
            self.end()
        self.log.close()


def wait(ready, seconds=20):
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def check_first(world, check):
    world.open_sink()
    world.start("2026-11-24T15:00:10Z")
    check("a mail comes with the first start", wait(lambda: len(world.mails()) == 2), world.logged())
    check("to each auditor", sorted(who for who, _ in world.mails()) == AUDITORS, world.mails())
    check("status says so", wait(lambda: world.status()["audit_mail"] == "sent") and world.status()["audit_mails"] == 1,
          world.status())
    check("mail goes through", all(world.send() for _ in range(5)), world.logged())
    world.end()
    world.start("2026-11-24T23:50:00Z")
    time.sleep(2)
    check("a restart sends none that was sent", len(world.mails()) == 2, world.mails())
    world.end()


def check_next_day(world, check):
    world.start("2026-11-25T00:00:05Z")
    check("the next day brings the next", wait(lambda: len(world.mails()) == 4), world.logged())
    text = world.mails()[-1][1]
    mail = email.message_from_string(text)
    check("signed with the key of its sender", "d=shop.test; s=s1" in (mail["DKIM-Signature"] or "").replace("\r\n", ""), text)
    check("7bit, and from nobody who answers", (mail["Content-Transfer-Encoding"], mail["Auto-Submitted"]) ==
          ("7bit", "auto-generated"), text)
    world.end()
    return world.write("mail.eml", "Return-Path: <licet@shop.test>\r\nReceived: by mx.audit.test; Wed, 25 Nov 2026\r\n" + text)


def check_verifies(world, check, saved):
    check("both verifiers find the log whole beside the mail as it was saved", world.verify(saved) == (0, 0), world.said)
    closed = glob.glob(world.path("audit-0*.jsonl"))
    with open(closed[0], encoding="utf-8") as stream:
        lines = stream.readlines()
    sealed = [i for i, line in enumerate(lines) if '"record":"checkpoint"' in line]
    shutil.move(closed[0], world.path("closed"))
    shutil.move(world.path("audit.jsonl"), world.path("open"))
    world.write("audit.jsonl", "".join(lines[:sealed[1] + 1]))
    other = world.write("other.eml", "From: <a@b.test>\r\n\r\nNothing here.\r\n")
    nothing = world.write("nothing.eml", "")
    check("a log that was taken back is whole in itself", world.verify(nothing) == (0, 0), world.said)
    check("and is found by the mail", world.verify(saved) == (65, 1), world.said)
    check("a mail without a checkpoint is no proof", world.verify(other) == (65, 1), world.said)
    shutil.move(world.path("open"), world.path("audit.jsonl"))
    shutil.move(world.path("closed"), closed[0])


def check_failure(world, check):
    world.close_sink()
    world.configure(AUDITORS, "licet@keyless.test")
    world.start("2026-11-26T08:00:00Z")
    check("what was not sent yet is due", world.status()["audit_mail"] == "due", world.status())
    telling = "mail to the auditor cannot be sent"
    check("a second port that is not there is told", wait(lambda: telling in world.logged(), 40), world.logged())
    check("and counted", world.status()["audit_mail"] == "failing" and world.status()["audit_mails_failed"] >= 2,
          world.status())
    check("mail goes through all the same", all(world.send() for _ in range(3)), world.logged())
    before = len(world.mails())
    world.open_sink()
    check("it is sent when the port is back", wait(lambda: len(world.mails()) == 2, 60), (before, world.logged()))
    check("as it is where no key fits its sender", "DKIM-Signature" not in world.mails()[-1][1], world.mails())
    check("and told once each", wait(lambda: "works again" in world.logged()) and world.logged().count(telling) == 1,
          world.logged())
    check("no address of an auditor is in the daemon's messages", "audit.test" not in world.logged(), world.logged())
    world.end()
    world.close_sink()


class Mute(second_port.Sink):
    """Takes the first mail and is gone before it says so."""

    def say(self, text):
        if "queued as" in text and not getattr(self.server, "muted", False):
            self.server.muted = True
            raise ConnectionError
        super().say(text)


def check_doubt(world, check):
    world.open_sink()
    world.sink.RequestHandlerClass = Mute
    world.start("2026-11-27T08:00:00Z")
    check("what was taken without an answer is known by Postfix's log", wait(lambda: world.status()["audit_mail"] == "sent") and
          len(world.mails()) == 2 and world.sink.number == 1 and world.status()["audit_mails_failed"] == 1,
          (world.mails(), world.logged()))
    world.end()
    world.close_sink()


def check_stop(world, check):
    with socket.create_server(("127.0.0.1", world.sink_port)) as silent:
        world.start("2026-11-28T08:00:00Z")
        client, _ = silent.accept()
        took = world.end()
        client.close()
    check("a second port that says nothing does not keep the daemon", took < 15 and world.daemon.returncode == 0, took)


def check_nobody(world, check):
    world.configure([])
    world.start("2026-11-29T08:00:00Z")
    check("without auditors there is nothing to do", world.status()["audit_mail"] == "off" and
          world.status()["audit_mails_failed"] == 0, world.status())
    world.end()
    check("and nothing was wrong in all this", "CRITICAL" not in world.logged() and "Sanitizer" not in world.logged(),
          world.logged())


def check_settings(world, check):
    for auditors, sender, word in ((["auditor"], "licet@shop.test", '"auditor"'), (AUDITORS, "", "audit_mail_from"),
                                   (["a@audit.test\\nBcc: x@y.test"], "licet@shop.test", "audit_mail_to"),
                                   (["a@audit.test", "a@audit.test"], "licet@shop.test", "twice"),
                                   (AUDITORS, "nobody", '"nobody"')):
        world.configure(auditors, sender)
        done = subprocess.run([os.path.join(BUILD, "licetd"), "--check", "--config", world.path("licet.cfg")],
                              capture_output=True, text=True, check=False)
        check(f"settings: {word}", done.returncode == 78 and word in done.stderr, done.stderr)


def main():
    world, results = World(), []

    def check(what, ok, details=""):
        results.append(bool(ok))
        print(f"{'ok' if ok else 'not ok'} {len(results)} - {what}")
        if not ok:
            print("# " + str(details)[-3000:].replace("\n", "\n# "), flush=True)

    try:
        check_first(world, check)
        saved = check_next_day(world, check)
        check_verifies(world, check, saved)
        check_failure(world, check)
        check_doubt(world, check)
        check_stop(world, check)
        check_nobody(world, check)
        check_settings(world, check)
    finally:
        world.stop()
        shutil.rmtree(world.dir, ignore_errors=True)
    print(f"1..{len(results)}")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
