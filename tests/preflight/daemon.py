#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What the daemon knows of its domains' DNS, and what that does to mail: a newsletter waits while
DNS is wrong, goes out when it is mended, and nothing waits when DNS does not answer.

Arguments: the top of the source tree, the build directory. Prints TAP.
"""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import dnsd

TOP = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else ".")
BUILD = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else ".")
sys.path.insert(0, os.path.join(TOP, "tests", "audit"))
import second_port  # noqa: E402
LICET = os.path.join(BUILD, "licet")

NEWSLETTER = """From: Shop <news@shop.test>\r
To: {to}\r
Subject: Autumn sale\r
Date: Tue, 24 Nov 2026 15:00:00 +0000\r
Message-ID: <{id}@shop.test>\r
X-Licet-Class: promotional\r
List-Unsubscribe: <https://shop.test/u?x=1>\r
List-Unsubscribe-Post: List-Unsubscribe=One-Click\r
\r
Save 30 % on all umbrellas. Unsubscribe: https://shop.test/u?x=1\r
Shop Ltd, 1 High Street, London. https://shop.test +44 20 7946 0000\r
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class World:
    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="licet-watch.")
        self.table, self.behaviour = {}, None
        self.dns = dnsd.Server(self.answer)
        self.sink_port = free_port()
        self.sink = second_port.serve(self.sink_port, self.path("milter"), self.path("mail.log"))
        self.count = 0
        subprocess.run([LICET, "key", "new", "--out", self.path("key.pem"), "shop.test", "s1"], check=True,
                       capture_output=True)
        self.record = subprocess.run([LICET, "key", "show", self.path("key.pem")], check=True,
                                     capture_output=True, text=True).stdout.strip()
        self.write("policies/licet-policy.cfg", 'default_territory = "ES"; unsubscribe_words = [ "unsubscribe" ];\n')
        self.write("policies/territories/ES.cfg", 'territory = "ES"; name = "Test"; mixed_mail = "any-promotion";\n'
                   'rules = ( { id = "ES-C"; kind = "consent"; applies_to = [ "promotional" ]; '
                   'accept = [ "double-opt-in" ]; otherwise = "strip"; source = "S"; provenance = "verified: t"; } );\n')
        self.write("policies/providers/post.cfg", 'provider = "post"; name = "Post"; domains = [ "post.test" ]; mx = [ ".post.test" ];\n'
                   'mixed_mail = "any-promotion"; rules = ( { id = "POST-AUTH"; kind = "authentication";\n'
                   'applies_to = [ "promotional" ]; require = [ "spf", "dkim", "dmarc", "aligned", "ptr" ];\n'
                   'otherwise = "defer"; source = "Post"; provenance = "verified: t"; } );\n')
        os.makedirs(self.path("policies", "words"))
        self.write("consent.csv", "address,purpose,state,basis,at,source\n"
                   + "".join(f"kim@{domain}.test,*,granted,double-opt-in,2026-02-03T10:15:00Z,test\n"
                             for domain in ("post", "hosted", "backup", "none", "late", "silent")))
        self.write("licet.cfg", f"""milter_socket = "unix:{self.dir}/milter"; lmtp_listen = "unix:{self.dir}/lmtp";
submit_to = "127.0.0.1:{self.sink_port}"; control_socket = "{self.dir}/control"; hostname = "out.shop.test";
policies = "{self.dir}/policies"; consent = "{self.dir}/consent.csv"; state = "{self.dir}/state.db";
audit_log = "{self.dir}/audit.jsonl"; audit_reserve = 0;
keys = ( {{ domain = "shop.test"; selector = "s1"; file = "{self.dir}/key.pem"; }} );
resolver = "127.0.0.1:{self.dns.port}"; egress = [ "192.0.2.1" ]; preflight_minutes = 0;
preflight_domains = [ "shop.test", "shop.test:bounce.shop.test" ];
""")
        self.log = open(self.path("licetd.log"), "wb")
        self.daemon = None

    def answer(self, query, tcp):
        return self.behaviour(query, tcp) if self.behaviour else dnsd.from_table(self.table)(query, tcp)

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as stream:
            stream.write(text)

    def start(self):
        self.daemon = subprocess.Popen([os.path.join(BUILD, "licetd"), "--config", self.path("licet.cfg")],
                                       stderr=self.log, stdout=self.log)
        for _ in range(200):
            if os.path.exists(self.path("control")) and os.path.exists(self.path("lmtp")):
                return
            time.sleep(0.05)
        raise AssertionError(self.logged())

    def logged(self):
        with open(self.path("licetd.log"), encoding="utf-8") as stream:
            return stream.read()

    def licet(self, *args):
        done = subprocess.run([LICET, *args], capture_output=True, text=True, check=False,
                              env={**os.environ, "LICET_CONFIG": self.path("licet.cfg")}, timeout=60)
        return done.returncode, done.stdout

    def known(self, envelope="shop.test"):
        code, out = self.licet("doctor", "--daemon")
        assert code == 0, out
        for domain in json.loads(out)["domains"]:
            if domain["envelope"] == envelope:
                return {fact: value["answer"] for fact, value in domain["facts"].items()}, domain
        return None, None

    def wait_for(self, wanted, seconds=60, envelope="shop.test"):
        end = time.monotonic() + seconds
        facts = None
        while time.monotonic() < end:
            facts, _ = self.known(envelope)
            if facts and all(facts[fact] == answer for fact, answer in wanted.items()):
                return
            time.sleep(0.1)
        raise AssertionError(f"{facts}, not {wanted}; {self.logged()[-2000:]}")

    def send(self, to="kim@post.test", sender="news@shop.test"):
        """The reply for the recipient, when Postfix hands the mail over."""
        self.count += 1
        with socket.socket(socket.AF_UNIX) as peer:
            peer.connect(self.path("lmtp"))
            stream = peer.makefile("rwb")
            read = lambda: next(line for line in iter(stream.readline, b"") if line[3:4] != b"-").decode()
            read()
            for line in ("LHLO t.test", f"MAIL FROM:<{sender}>", f"RCPT TO:<{to}>", "DATA"):
                stream.write(line.encode() + b"\r\n")
                stream.flush()
                reply = read()
                assert reply[0] in "23", reply
            stream.write(NEWSLETTER.format(to=to, id=self.count).encode() + b".\r\n")
            stream.flush()
            return read().strip()

    def publish(self, **changes):
        table = {
            "shop.test": [("TXT", "v=spf1 ip4:192.0.2.1 -all"), ("MX", (10, "out.shop.test"))],
            "bounce.shop.test": [("TXT", "v=spf1 -all"), ("MX", (10, "out.shop.test"))],
            "s1._domainkey.shop.test": [("TXT", self.record)],
            "_dmarc.shop.test": [("TXT", "v=DMARC1; p=reject; rua=mailto:d@shop.test")],
            "out.shop.test": [("A", "192.0.2.1")],
            "1.2.0.192.in-addr.arpa": [("PTR", "out.shop.test")],
            "hosted.test": [("MX", (10, "MX1.post.test")), ("MX", (20, "mx.elsewhere.test"))],
            "backup.test": [("MX", (20, "mx2.post.test")), ("MX", (10, "mx.elsewhere.test"))],
            "none.test": [("MX", (0, "."))],
            "late.test": [("MX", (10, "mx1.post.test"))],
        }
        for name in changes.get("without", []):
            del table[name]
        self.table, self.behaviour = table, None

    def stop(self):
        if self.daemon and self.daemon.poll() is None:
            self.daemon.terminate()
            self.daemon.wait(timeout=30)
        self.sink.shutdown()
        self.log.close()
        shutil.rmtree(self.dir)


def helper_of(pid, name="licetd-dns"):
    children = subprocess.run(["ps", "-o", "pid=,comm=", "--ppid", str(pid)], capture_output=True, text=True,
                              check=False).stdout.split("\n")
    return [int(line.split()[0]) for line in children if name in line]


def wrong_dns_defers(world):
    world.publish(without=["_dmarc.shop.test"])
    world.start()
    world.wait_for({"dmarc": "no", "spf": "yes", "dkim": "yes", "ptr": "yes"})
    reply = world.send()
    assert reply.startswith("451") and "POST-AUTH" in reply, reply
    assert "fact=dmarc was=cannot-tell is=no" in world.logged()
    assert world.send(to="kim@else.test")[:3] != "451"  # not of that provider


def decisions(world):
    with open(world.path("audit.jsonl"), encoding="utf-8") as stream:
        return [line for line in map(json.loads, stream) if line.get("record") == "decision"]


def hosted_domain(world):
    """Whose mail the provider takes comes under its rules; a backup host does not count."""
    reply = world.send(to="kim@hosted.test")
    assert reply.startswith("451") and "POST-AUTH" in reply, reply
    last = decisions(world)[-1]
    assert (last["provider"], last["provider_source"]) == ("post", "mx"), last
    assert last["facts"]["mail_hosts"]["hosts"] == ["mx1.post.test"], last
    for domain in ("backup", "none"):
        assert world.send(to=f"kim@{domain}.test").startswith("250")
        assert "provider" not in decisions(world)[-1]
    asked = world.dns.count
    assert world.send(to="kim@hosted.test").startswith("451")
    assert world.dns.count == asked


def silent_dns_is_no_provider(world):
    """Mail waits as long as the setting says, goes out, and the log says what was not known."""
    honest, world.behaviour = dnsd.from_table(world.table), lambda query, tcp: None
    begin = time.monotonic()
    assert world.send(to="kim@late.test").startswith("250")
    assert time.monotonic() - begin < 8, time.monotonic() - begin
    last = decisions(world)[-1]
    assert "provider" not in last and "in time" in last["facts"]["mail_hosts"]["failure"], last
    world.behaviour = lambda query, tcp: honest(query, tcp)
    end = time.monotonic() + 80
    while not world.send(to="kim@late.test").startswith("451") and time.monotonic() < end:
        time.sleep(1)
    assert decisions(world)[-1]["provider"] == "post"


def mx_process_that_dies(world):
    asker, = helper_of(world.daemon.pid, "licetd-mx")
    os.kill(asker, signal.SIGKILL)
    end = time.monotonic() + 30
    while "asks for MX is gone" not in world.logged() and time.monotonic() < end:
        time.sleep(0.1)
    assert world.send(to="kim@silent.test").startswith("250")
    assert world.send(to="kim@hosted.test").startswith("250")  # all that it asks of the sender holds


def mended_dns_lets_it_out(world):
    world.publish()
    world.licet("doctor", "--daemon")
    world.wait_for({"dmarc": "yes", "aligned": "yes"})
    reply = world.send()
    assert reply.startswith("250"), reply
    assert "fact=dmarc was=no is=yes" in world.logged()


def other_envelope(world):
    """An envelope that is watched is judged by its own SPF, one that is not by what is known."""
    world.wait_for({"spf": "no", "dkim": "yes"}, envelope="bounce.shop.test")
    reply = world.send(sender="x@bounce.shop.test")
    assert reply.startswith("451") and "POST-AUTH" in reply, reply
    reply = world.send(sender="x@elsewhere.test")
    assert reply.startswith("250"), reply  # cannot tell is no reason to wait


def metrics_and_age(world):
    _, text = world.licet("status", "--metrics")
    for line in text.splitlines():
        assert re.fullmatch(r'# (HELP|TYPE) licet_\w+ .+|licet_\w+({.*})? [0-9.]+', line), line
    assert len(text.splitlines()) > 100, text
    assert 'licet_preflight{domain="shop.test",envelope="shop.test",fact="dmarc"} 1' in text, text
    assert 'licet_preflight{domain="shop.test",envelope="bounce.shop.test",fact="spf"} 0' in text
    assert 'licet_preflight_timestamp_seconds{domain="shop.test"' in text
    assert world.known()[1]["age_seconds"] < 120


def silent_dns_keeps_what_was_seen(world):
    world.behaviour = lambda query, tcp: dnsd.reply(query, [], 2)
    asked = world.dns.count
    world.licet("doctor", "--daemon")
    end = time.monotonic() + 30
    while world.dns.count < asked + 8 and time.monotonic() < end:
        time.sleep(0.1)
    time.sleep(1)
    facts, _ = world.known()
    assert facts["dmarc"] == "yes" and facts["spf"] == "yes", facts
    assert world.send().startswith("250")


def first_look_without_dns(world):
    """A daemon that has never seen an answer lets mail go."""
    world.daemon.terminate()
    world.daemon.wait(timeout=30)
    world.start()
    world.wait_for({"spf": "cannot-tell", "dmarc": "cannot-tell"})
    assert world.send().startswith("250")


def helper_that_dies(world):
    world.publish()
    world.licet("reload")
    world.wait_for({"spf": "yes", "dmarc": "yes"})
    helper, = helper_of(world.daemon.pid)
    os.kill(helper, signal.SIGKILL)
    world.licet("doctor", "--daemon")
    end = time.monotonic() + 30
    while "helper process is gone" not in world.logged() and time.monotonic() < end:
        time.sleep(0.1)
    assert "helper process is gone" in world.logged()
    assert world.known()[0]["spf"] == "yes"
    assert world.send().startswith("250")


def daemon_that_is_killed(world):
    world.daemon.terminate()
    world.daemon.wait(timeout=30)
    world.start()
    helper, = helper_of(world.daemon.pid)
    world.daemon.kill()
    world.daemon.wait()
    time.sleep(0.3)
    assert not os.path.exists(f"/proc/{helper}") or "Z" in open(f"/proc/{helper}/stat", encoding="ascii").read()


def replay(world):
    """The log says what was known, so that the decisions come out the same again."""
    os.makedirs(world.path("mails"))
    for number in range(1, world.count + 1):
        with open(world.path("mails", f"{number}.eml"), "w", encoding="utf-8", newline="") as stream:
            stream.write(NEWSLETTER.format(to="kim@post.test", id=number))
    with open(world.path("audit.jsonl"), encoding="utf-8") as stream:
        lines = [json.loads(line) for line in stream]
    known = [line["facts"]["authentication"]["dmarc"] for line in lines
             if line.get("record") == "decision" and "authentication" in line["facts"]]
    assert "no" in known and "yes" in known and "cannot-tell" in known, known
    done = subprocess.run([LICET, "audit", "replay", "all", "--log", world.path("audit.jsonl"), "--mails", world.path("mails")],
                          capture_output=True, text=True, check=False)
    assert ", 0 different" in done.stderr, done.stdout + done.stderr


def nothing_was_wrong_with_memory(world):
    world.daemon.terminate()
    world.daemon.wait(timeout=60)
    assert "Sanitizer" not in world.logged(), world.logged()[-3000:]


STEPS = [wrong_dns_defers, hosted_domain, silent_dns_is_no_provider, mended_dns_lets_it_out, other_envelope, metrics_and_age, silent_dns_keeps_what_was_seen,
         first_look_without_dns, helper_that_dies, mx_process_that_dies, daemon_that_is_killed, replay,
         nothing_was_wrong_with_memory]


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
