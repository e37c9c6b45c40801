#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Sending limits through the daemon: a campaign that runs away waits with a reply that says why and until
when, and transactional mail goes on; counts survive a restart and a kill.

Arguments: the top of the source tree, the build directory. Prints TAP.
"""
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

LIMITS = """limits = (
  { name = "campaigns"; applies_to = [ "promotional" ]; domains = [ "shop.test" ]; each = "domain"; per_hour = 5; },
  { name = "receipts"; applies_to = [ "transactional" ]; domains = [ "shop.test" ]; per_hour = 1000; },
  { name = "mailings"; applies_to = [ "promotional" ]; senders = [ "list@slow.test" ]; count = "messages"; per_day = 2; },
  { name = "each"; senders = [ "ann@desk.test", "bob@desk.test" ]; each = "sender"; per_hour = 100; per_day = 1; },
  { name = "new"; domains = [ "new.test" ]; warm_up = ( { from = "2026-12-01"; per_day = 1; },
                                                        { from = "2026-12-02"; per_day = 3; } ); }
);
"""

PROMOTION = """From: <{sender}>\r
Subject: Autumn sale\r
Date: Tue, 24 Nov 2026 15:00:00 +0000\r
Message-ID: <{id}@shop.test>\r
X-Licet-Class: promotional\r
List-Unsubscribe: <https://shop.test/u?x=1>\r
\r
Save 30 % on all umbrellas. Unsubscribe: https://shop.test/u?x=1\r
"""
RECEIPT = """From: <{sender}>\r
Subject: Your order 4711\r
Date: Tue, 24 Nov 2026 15:00:00 +0000\r
Message-ID: <{id}@shop.test>\r
X-Licet-Class: transactional\r
X-Licet-Purpose: receipt\r
\r
Thank you for your order 4711. Total 63.90 EUR.\r
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class World:
    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="licet-limits.")
        self.sink_port, self.count, self.daemon = free_port(), 0, None
        self.sink = None
        self.write("policies/licet-policy.cfg", 'default_territory = "ES"; unsubscribe_words = [ "unsubscribe" ];\n')
        self.write("policies/territories/ES.cfg", 'territory = "ES"; name = "Test"; mixed_mail = "any-promotion";\n'
                   "rules = ();\n")
        self.write("policies/sending-limits.cfg", LIMITS)
        os.makedirs(self.path("policies", "words"))
        self.write("licet.cfg", f"""milter_socket = "unix:{self.dir}/milter"; lmtp_listen = "unix:{self.dir}/lmtp";
submit_to = "127.0.0.1:{self.sink_port}"; control_socket = "{self.dir}/control";
policies = "{self.dir}/policies"; consent = "sqlite:{self.dir}/consent.db"; state = "{self.dir}/state.db";
audit_log = "{self.dir}/audit.jsonl"; audit_reserve = 0;
""")
        self.log = open(self.path("licetd.log"), "wb")

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as stream:
            stream.write(text)

    def logged(self):
        with open(self.path("licetd.log"), encoding="utf-8") as stream:
            return stream.read()

    def open_sink(self):
        self.sink = second_port.serve(self.sink_port, self.path("milter"), self.path("mail.log"))

    def start(self, now="2026-11-24T15:00:10Z"):
        for name in ("control", "lmtp", "milter"):
            if os.path.exists(self.path(name)):
                os.remove(self.path(name))
        self.daemon = subprocess.Popen([os.path.join(BUILD, "licetd"), "--config", self.path("licet.cfg"),
                                        "--now", now], stderr=self.log, stdout=self.log)
        for _ in range(200):
            if os.path.exists(self.path("control")) and os.path.exists(self.path("lmtp")):
                return
            time.sleep(0.05)
        raise AssertionError(self.logged())

    def end(self, how=signal.SIGTERM):
        self.daemon.send_signal(how)
        self.daemon.wait(timeout=30)

    def send(self, text, recipients, sender="news@shop.test"):
        """The replies, one per recipient, as Postfix gets them when it hands the mail over."""
        self.count += 1
        with socket.socket(socket.AF_UNIX) as peer:
            peer.connect(self.path("lmtp"))
            stream = peer.makefile("rwb")
            read = lambda: next(line for line in iter(stream.readline, b"") if line[3:4] != b"-").decode().strip()
            read()
            commands = ["LHLO t.test", f"MAIL FROM:<{sender}>"] + [f"RCPT TO:<{one}>" for one in recipients] + ["DATA"]
            for line in commands:
                stream.write(line.encode() + b"\r\n")
                stream.flush()
                reply = read()
                assert reply[0] in "23", reply
            mail = text.format(sender=sender, id=self.count)
            self.write(f"mails/{self.count}.eml", mail)
            stream.write(mail.encode() + b".\r\n")
            stream.flush()
            return [read() for _ in recipients]

    def sent(self):
        done = subprocess.run([LICET, "status", "--config", self.path("licet.cfg")], capture_output=True, text=True,
                              check=True)
        return {row["limit"]: row for row in json.loads(done.stdout)["sent"]}

    def stop(self):
        if self.daemon and self.daemon.poll() is None:
            self.end()
        if self.sink:
            self.sink.shutdown()
        self.log.close()
        shutil.rmtree(self.dir)


def people(first, count):
    return [f"p{number}@else.test" for number in range(first, first + count)]


def what_is_not_sent_does_not_count(world):
    world.start()
    replies = world.send(PROMOTION, people(0, 3))  # nobody listens on the second port
    assert all(reply.startswith("451") and "LIMIT" not in reply for reply in replies), replies
    assert world.sent() == {}, world.sent()
    world.open_sink()


def a_campaign_waits(world):
    replies = world.send(PROMOTION, people(0, 8))
    assert [reply[:3] for reply in replies] == ["250"] * 5 + ["451"] * 3, replies
    assert "LIMIT-campaigns" in replies[7] and "5 recipients in an hour" in replies[7] and \
        "2026-11-24T16:00:00Z" in replies[7] and "sending-limits.cfg" in replies[7], replies[7]
    assert world.sent()["campaigns/shop.test"]["hour"] == 5, world.sent()


def transactions_go_on(world):
    replies = world.send(RECEIPT, people(0, 8), "orders@shop.test")
    assert [reply[:3] for reply in replies] == ["250"] * 8, replies
    assert world.send(PROMOTION, people(20, 1))[0].startswith("451")
    sent = world.sent()
    assert sent["receipts"]["hour"] == 8 and sent["campaigns/shop.test"]["hour"] == 5, sent


def other_domains_have_their_own_count(world):
    assert world.send(PROMOTION, people(0, 1), "a@sub.shop.test")[0].startswith("250")
    assert world.send(PROMOTION, people(0, 1), "a@elsewhere.test")[0].startswith("250")
    assert world.sent()["campaigns/sub.shop.test"]["hour"] == 1


def messages_are_counted_once(world):
    for number, want in enumerate(("250", "250", "451")):
        replies = world.send(PROMOTION, people(number, 3), "list@slow.test")
        assert [reply[:3] for reply in replies] == [want] * 3, replies
    assert "2 messages in a day" in replies[0], replies[0]
    assert world.sent()["mailings"]["day"] == 2


def each_sender_has_a_count(world):
    for sender in ("ann@desk.test", "bob@desk.test"):
        replies = world.send(RECEIPT, people(0, 2), sender)
        assert [reply[:3] for reply in replies] == ["250", "451"], replies


def counts_survive_a_restart(world):
    before = world.sent()
    world.end()
    world.start("2026-11-24T15:10:00Z")
    after = world.sent()
    assert {key: row["hour"] for key, row in after.items()} == {key: row["hour"] for key, row in before.items()}
    assert world.send(PROMOTION, people(0, 1))[0].startswith("451")


def counts_survive_a_kill(world):
    time.sleep(1.2)  # what was counted a second ago is on disk with the next message
    assert world.send(RECEIPT, people(0, 1), "orders@shop.test")[0].startswith("250")
    time.sleep(1.2)
    assert world.send(RECEIPT, people(1, 1), "orders@shop.test")[0].startswith("250")
    world.end(signal.SIGKILL)
    world.start("2026-11-24T15:20:00Z")
    assert world.sent()["receipts"]["hour"] == 10, world.sent()


def an_hour_later_it_goes_on(world):
    world.end(signal.SIGKILL)
    world.start("2026-11-24T16:00:30Z")
    assert world.send(PROMOTION, people(0, 1))[0].startswith("250")
    assert world.sent()["campaigns/shop.test"]["hour"] == 1


def a_warm_up_grows(world):
    for now, want in (("2026-11-30T12:00:00Z", 250), ("2026-12-01T12:00:00Z", 451), ("2026-12-02T12:30:00Z", 250)):
        world.end(signal.SIGKILL)
        world.start(now)
        replies = world.send(RECEIPT, people(0, 1), "a@new.test") + world.send(RECEIPT, people(1, 1), "a@new.test")
        assert int(replies[1][:3]) == want, (now, replies)


def limits_change_with_a_reload(world):
    world.write("policies/sending-limits.cfg", LIMITS.replace("per_hour = 5", "per_hour = 0"))
    subprocess.run([LICET, "reload", "--config", world.path("licet.cfg")], check=True, capture_output=True)
    reply, = world.send(PROMOTION, people(0, 1))
    assert reply.startswith("451") and "0 recipients in an hour" in reply, reply


def the_log_says_which_limit(world):
    rows = []
    for path in sorted(glob.glob(world.path("audit*.jsonl"))):  # each day closes one
        with open(path, encoding="utf-8") as stream:
            rows += [json.loads(line) for line in stream]
    waits = [row for row in rows if row.get("record") == "decision" and row.get("rule") == "LIMIT-campaigns"]
    assert len(waits) >= 4, len(waits)
    rule = next(rule for rule in waits[0]["rules"] if rule["id"] == "LIMIT-campaigns")
    assert rule["kind"] == "sending-limit" and rule["verdict"] == "violated" and rule["action"] == "defer", rule
    assert "campaigns/shop.test: 5 sent of 5 recipients in an hour" in rule["evidence"], rule
    assert waits[0]["until"] == "2026-11-24T16:00:00Z", waits[0]["until"]
    world.write("mail.eml", RECEIPT.format(sender="a@shop.test", id=1))
    text = subprocess.run([LICET, "explain", "--config", world.path("licet.cfg"), "--rcpt", "a@b.test",
                           world.path("mail.eml")], capture_output=True, text=True, check=True).stdout
    assert "sending limit, which the daemon counts: receipts: 1000 recipients in an hour" in text, text


def replay(world, *more):
    done = subprocess.run([LICET, "audit", "replay", "all", "--log", world.path("audit.jsonl"), "--mails",
                           world.path("mails"), "--json", *more], capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def what_waited_is_decided_again(world):
    results, told = replay(world)
    assert results and all(row["result"] == "same" for row in results), (told, [row for row in results
                                                                                if row["result"] != "same"])
    world.write("wider/licet-policy.cfg", open(world.path("policies", "licet-policy.cfg"), encoding="utf-8").read())
    world.write("wider/territories/ES.cfg", open(world.path("policies", "territories", "ES.cfg"),
                                                 encoding="utf-8").read())
    world.write("wider/sending-limits.cfg", LIMITS.replace("per_hour = 5;", "per_hour = 6;"))
    os.makedirs(world.path("wider", "words"))
    other, told = replay(world, "--policies", world.path("wider"))
    changed = [row for row in other if row["result"] == "different"]
    assert changed and all("LIMIT-campaigns" in row["text"] for row in changed), changed
    # The three that had met five of five; "0 in an hour" was another version of the policies.
    assert len(other) == len(results), (len(other), len(results))


def nothing_was_wrong_with_memory(world):
    world.daemon.terminate()
    world.daemon.wait(timeout=60)
    assert "Sanitizer" not in world.logged(), world.logged()[-3000:]


STEPS = [what_is_not_sent_does_not_count, a_campaign_waits, transactions_go_on, other_domains_have_their_own_count,
         messages_are_counted_once, each_sender_has_a_count, counts_survive_a_restart, counts_survive_a_kill, an_hour_later_it_goes_on,
         a_warm_up_grows, limits_change_with_a_reload, the_log_says_which_limit,
         what_waited_is_decided_again, nothing_was_wrong_with_memory]


def main():
    world = World()
    failed = 0
    print(f"1..{len(STEPS)}", flush=True)
    try:
        for number, step in enumerate(STEPS, 1):
            try:
                step(world)
                print(f"ok {number} - {step.__name__.replace('_', ' ')}", flush=True)
            except Exception as error:  # the next steps may still say something
                failed += 1
                print(f"# {type(error).__name__}: {error}".replace("\n", "\n# "))
                print(f"not ok {number} - {step.__name__.replace('_', ' ')}", flush=True)
    finally:
        world.stop()
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
