#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""licetd --check: all that is wrong at once, each with its place; and by root as the daemon's user, who
may own the keys and nobody else.

Arguments: the top of the source tree, the build directory. Prints TAP.
"""
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

TOP = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else ".")
BUILD = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else ".")
MAIL = b"From: news@shop.test\r\nTo: ann@example.org\r\nSubject: Hello\r\n\r\nHello.\r\n"
NOBODY, OTHER, NAMELESS = 65534, 1, 54321

results = []


def check(name, good, seen=""):
    results.append(bool(good))
    print(f"{'ok' if good else 'not ok'} {len(results)} - {name}")
    if not good:
        print("\n".join("# " + line for line in str(seen).splitlines()))


def run(program, *arguments):
    done = subprocess.run([os.path.join(BUILD, program), *arguments], capture_output=True, text=True, check=False,
                          timeout=120)
    assert "GLib-" not in done.stderr, done.stderr
    return done.returncode, done.stdout + done.stderr


class Site:
    """Settings, a key and directories below one of their own."""

    def __init__(self, work, name):
        self.dir = os.path.join(work, name)
        os.mkdir(self.dir)
        os.mkdir(self.path("state"))
        self.key("key.pem")
        self.ports = [free_port(), free_port()]
        self.write()

    def path(self, name):
        return os.path.join(self.dir, name)

    def key(self, name):
        code, text = run("licet", "key", "new", "shop.test", "s1", "--algorithm", "ed25519", "--out", self.path(name))
        assert code == 0, text

    def write(self, more="", keys=None):
        keys = keys or f'{{ domain = "shop.test"; selector = "s1"; file = "{self.path("key.pem")}"; }}'
        values = {"policies": os.path.join(os.path.dirname(self.dir), "policies"),
                  "state": self.path("state/licet.db"), "audit_log": self.path("state/audit.jsonl"),
                  "control_socket": self.path("state/control"), "consent": "sqlite:" + self.path("state/consent.db"),
                  "milter_socket": f"inet:{self.ports[0]}@127.0.0.1", "lmtp_listen": f"127.0.0.1:{self.ports[1]}",
                  "postfix_queue": "", "mail_log": ""}
        lines = [f'{name} = "{value}";' for name, value in values.items() if name + " =" not in more]
        with open(self.path("licet.cfg"), "w", encoding="ascii") as file:
            file.write("\n".join(lines) + f"\nkeys = ( {keys} );\n{more}")

    def put(self, name, text):
        with open(self.path(name), "w", encoding="ascii") as file:
            file.write(text)
        return self.path(name)

    def check(self, *more):
        return run("licetd", "--check", "--config", self.path("licet.cfg"), *more)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_right(work):
    site = Site(work, "right")
    code, text = site.check()
    check("a right set-up", code == 0 and "keys=1 " in text and " user=" in text, text)


def test_all_at_once(work):
    site = Site(work, "wrong")
    os.chmod(site.path("key.pem"), 0o644)
    policies = os.path.join(site.dir, "policies")
    shutil.copytree(os.path.join(work, "policies"), policies)
    with open(os.path.join(policies, "territories", "DE.cfg"), "a", encoding="utf-8") as file:
        file.write("nonsense = 1;\n")
    table = site.put("KeyTable", f"a shop.test:s2:{site.path('none.pem')}\nb\n")
    signing = site.put("SigningTable", "*@shop.test a:x\n*@news.test c\n")
    hosts = site.put("TrustedHosts", "127.0.0.1\n192.0.2.0/99\n")
    site.write(f'eightbit = "perhaps";\nresolver = "dns";\npolicies = "{policies}";\n'
               f'unsubscribe_keys = "{site.path("no.keys")}";\nconsent = "sqlite:{site.path("none/c.db")}";\n'
               f'state = "{site.path("nostate/s.db")}";\nmilter_socket = "inet:1@192.0.2.1";\n'
               f'key_table = "{table}";\nsigning_table = "refile:{signing}";\ntrusted_hosts = "{hosts}";\n',
               f'{{ domain = "shop.test"; selector = "s1"; file = "{site.path("key.pem")}"; }}, '
               f'{{ domain = "shop.test"; selector = "s3"; file = "{site.path("no.pem")}"; }}')
    code, text = site.check()
    cfg = site.path("licet.cfg")
    wanted = {"a word": f"{cfg}:", "the word that is wrong": 'eightbit: unknown word "perhaps"',
              "a setting's form": 'resolver: "dns"; right would be 127.0.0.1:53',
              "a directory": f"state: {site.path('nostate')}: user ",
              "a socket": "milter_socket: cannot listen on 192.0.2.1:1",
              "a key's mode": "key.pem: mode 0644", "a key that is not there": "no.pem: No such file",
              "a row of the KeyTable": f"{table}:2: no row of a KeyTable",
              "a row of the SigningTable": f"{signing}:1: the signer after the colon",
              "a host": f"{hosts}:2: ", "a policy": "DE.cfg:", "tokens": "no.keys: No such file",
              "the consent store": f"consent: {site.path('none/c.db')}"}
    for name, part in wanted.items():
        check(f"all at once: {name}", part in text, text)
    count = len([line for line in text.splitlines() if line.startswith("licetd: ")]) - 1
    check("all at once: nothing else", code == 78 and count == 12 and f"licetd: {count} problems" in text, text)


def test_cases_beside_a_key(work):
    site = Site(work, "cases")
    policies = os.path.join(site.dir, "policies")
    shutil.copytree(os.path.join(work, "policies"), policies)
    path = os.path.join(policies, "providers", "apple.cfg")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace('expect = "deliver"', 'expect = "refuse"', 1))
    os.remove(site.path("key.pem"))
    site.write(f'policies = "{policies}";\n')
    code, text = site.check()
    check("the policies' own cases are tried beside a key that is wrong",
          code == 78 and "key.pem" in text and "apple.cfg" in text and "case " in text, text)


def test_busy_socket(work):
    site = Site(work, "busy")
    path = site.path("state/control")
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as waits:
        listener.bind(path)
        listener.listen(0)
        waits.connect(path)
        code, text = run("/usr/bin/timeout", "30", os.path.join(BUILD, "licetd"), "--config",
                         site.path("licet.cfg"))
        check("the socket of a daemon that is too busy to answer stays its own",
              code not in (0, 124) and "another daemon listens there" in text and os.path.exists(path), f"{code} {text}")
        code, text = site.check()
        check("and the check says so", code == 78 and "another program listens there" in text, text)


def test_sockets(work):
    site = Site(work, "sockets")
    with socket.create_server(("127.0.0.1", site.ports[1])):
        code, text = site.check()
    check("a port that another program has", code == 78 and f"lmtp_listen: cannot listen on 127.0.0.1:{site.ports[1]}"
          in text, text)
    path = site.put("milter", "")
    site.write(f'milter_socket = "unix:{path}";\n')
    code, text = site.check()
    check("a file where a socket should be", code == 78 and f"milter_socket: {path}: there is something that is no socket"
          in text, text)
    site.write()
    with open(os.path.join(site.dir, "log"), "wb") as log:
        daemon = subprocess.Popen([os.path.join(BUILD, "licetd"), "--config", site.path("licet.cfg")], stderr=log)
    try:
        for _ in range(300):
            if run("licet", "status", "--config", site.path("licet.cfg"))[0] == 0:
                break
            time.sleep(0.1)
        code, text = site.check()
        check("those of the licetd that runs are right", code == 0, text)
    finally:
        daemon.terminate()
        daemon.wait()


def test_root(work):
    site = Site(work, "root")
    os.chown(site.path("state"), NOBODY, NOBODY)
    code, text = site.check()
    check("root looks as the owner of state: a key of root's is closed to it",
          code == 78 and "key.pem: Permission denied" in text and "as user nobody" in text, text)
    os.chown(site.path("key.pem"), NOBODY, NOBODY)
    code, text = site.check()
    check("the daemon's user may own the key", code == 0 and "user=nobody" in text, text)
    owners = {os.stat(os.path.join(site.path("state"), name)).st_uid for name in os.listdir(site.path("state"))}
    check("what the check makes is the daemon's", owners <= {NOBODY}, owners)
    code, text = site.check("--user", "root")
    check("it is not the daemon's when root will run it", code == 78 and "belongs to user nobody" in text, text)
    os.chown(site.path("key.pem"), OTHER, OTHER)
    os.chmod(site.path("key.pem"), 0o600)
    code, text = site.check()
    check("nobody else may", code == 78 and "key.pem" in text, text)
    code, text = site.check("--user", "root")
    check("and root is named once", code == 78 and "who is not root, as whom licetd runs" in text, text)
    mail = site.path("mail.eml")
    with open(mail, "wb") as file:
        file.write(MAIL)
    asked = ("explain", "--config", site.path("licet.cfg"), "--consent", "memory:", "--rcpt", "ann@example.org", mail)
    code, text = run("licet", *asked)
    check("nor before a tool that root runs", code != 0 and "neither root nor nobody, as whom licetd runs" in text and
          "chown nobody" in text, text)
    os.chown(site.path("key.pem"), NOBODY, NOBODY)
    code, text = run("licet", *asked)
    check("which takes the daemon's", code == 0, text)
    tokens = site.path("unsubscribe.keys")
    run("licet", "key", "new", "--unsubscribe", tokens)
    os.chmod(tokens, 0o600)
    with open(site.path("licet.cfg"), "a", encoding="utf-8") as file:
        file.write(f'unsubscribe_keys = "{tokens}";\n')
    code, text = site.check()
    check("keys of links that only root may read: who cannot, and what would be right",
          code == 78 and f"{tokens}: Permission denied for user nobody; right would be: chgrp" in text, text)
    site.write()
    for path, _, names in os.walk(site.dir):
        for name in [path] + [os.path.join(path, name) for name in names]:
            os.chown(name, NAMELESS, NAMELESS)
    done = subprocess.run([os.path.join(BUILD, "licetd"), "--check", "--config", site.path("licet.cfg")],
                          capture_output=True, text=True, check=False, timeout=120, user=NAMELESS, group=NAMELESS)
    check("a user without a name, as in containers", done.returncode == 0 and f"user={NAMELESS}" in done.stdout,
          done.stdout + done.stderr)
    os.chown(site.path("state"), NOBODY, NOBODY)
    site.write('audit_log = "/var/log/licet-check-start.jsonl";\n')
    os.chmod(site.path("licet.cfg"), 0o644)
    code, text = site.check()
    check("a directory of the system's does not become ours", code == 78 and "chown nobody /var" not in text and
          "right would be: install -d -m 0750 -o nobody /var/log/licet, and" in text.replace("'", ""), text)
    site.write()
    os.chmod(site.path("licet.cfg"), 0o600)
    code, text = site.check()
    check("settings that the daemon cannot read", code == 78 and "licet.cfg: user nobody: Permission denied" in text, text)


def test_usage():
    code, text = run("licetd", "--user", "nobody")
    check("--user goes with --check", code == 64, text)
    with tempfile.NamedTemporaryFile("w", suffix=".cfg") as file:
        code, text = run("licetd", "--check", "--config", file.name, "--user", "no-such-user")
    check("a user that there is not", code == 78 and "no such user: no-such-user" in text, text)


def main():
    work = tempfile.mkdtemp(prefix="licet-start-")
    os.chmod(work, 0o755)
    try:
        shutil.copytree(os.path.join(TOP, "policies"), os.path.join(work, "policies"))
        test_right(work)
        test_all_at_once(work)
        test_cases_beside_a_key(work)
        test_busy_socket(work)
        test_sockets(work)
        if os.geteuid() == 0:
            test_root(work)
        test_usage()
    finally:
        shutil.rmtree(work)
    print(f"1..{len(results)}")
    return 0 if all(results) else 1


sys.exit(main())
