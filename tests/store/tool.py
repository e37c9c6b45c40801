# SPDX-License-Identifier: BSD-2-Clause
"""licet consent on SQLite and on a PostgreSQL server of the test's own: imports, what they refuse, kill -9 in
their midst, exports, erasure. Prints TAP. Arguments: the top of the source tree, the build directory."""

import glob
import hmac
import json
import os
import pwd
import random
import re
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

LICET = os.environ.get("LICET") or os.path.join(sys.argv[2], "licet")
HEADER = "address,purpose,state,basis,at,source,wording,evidence,country,person\n"
EX_DATAERR = 65
tests = []
number = failures = 0
random.seed(int(os.environ.get("SEED", "7")))


class Failed(Exception):
    pass


def check(truth, what):
    if not truth:
        raise Failed(what)


def equal(got, want, what=""):
    check(got == want, f"{what} got {got!r}, want {want!r}")


def test(name):
    def add(run):
        tests.append((name, run))
        return run
    return add


class Server:
    """A cluster in a temporary directory, run by nobody when the test is root."""

    def __init__(self):
        places = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda p: -int(p.split("/")[4]))
        self.bin = os.path.dirname(places[0]) if places else None
        if not self.bin:
            return
        self.dir = tempfile.mkdtemp(prefix="licet-pg.")
        user = pwd.getpwnam("nobody") if os.getuid() == 0 else None
        if user:
            os.chown(self.dir, user.pw_uid, user.pw_gid)
        self.user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
        probe = socket.socket()
        probe.bind(("127.0.0.1", 0))
        self.port = probe.getsockname()[1]
        probe.close()
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": "/", **self.user}
        subprocess.run([self.bin + "/initdb", "-D", self.dir + "/data", "-U", "licet", "-A", "trust", "-N", "-E", "UTF8",
                        "--no-locale"], check=True, **quiet)
        self.start("off")
        self.psql("postgres", "CREATE DATABASE licet")
        self.uri = f"postgresql://licet@{self.dir.replace('/', '%2F')}:{self.port}/licet"

    def start(self, fsync):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": "/", **self.user}
        for _ in range(100):  # a killed one's children may still hold its memory
            self.process = subprocess.Popen(
                [self.bin + "/postgres", "-D", self.dir + "/data", "-p", str(self.port), "-k", self.dir,
                 "-c", "listen_addresses=", "-c", "fsync=" + fsync], **quiet)
            while self.process.poll() is None and not self.psql("postgres", "SELECT 1"):
                time.sleep(0.05)
            if self.process.poll() is None:
                return
            time.sleep(0.1)
        raise Failed("the server does not start")

    def kill(self):
        """kill -9, the server and all that belongs to it."""
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as file:
            children = [int(word) for word in file.read().split()]
        for process in [self.process.pid, *children]:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()

    def psql(self, database, sql):
        return subprocess.run([self.bin + "/psql", "-q", "-h", self.dir, "-p", str(self.port), "-U", "licet", "-d", database,
                               "-c", sql], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0

    def value(self, database, sql):
        return subprocess.run([self.bin + "/psql", "-At", "-h", self.dir, "-p", str(self.port), "-U", "licet", "-d", database,
                               "-c", sql], stdout=subprocess.PIPE, check=True).stdout

    def stop(self):
        if self.bin:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait()
            shutil.rmtree(self.dir)


class Store:
    def __init__(self, kind, directory, server):
        self.kind, self.dir, self.server = kind, directory, server
        self.empty()

    def empty(self):
        path = os.path.join(self.dir, "consent.db")
        self.uri = "sqlite:" + path if self.kind == "sqlite" else self.server.uri
        if self.kind == "sqlite":
            for name in (path, path + "-journal"):
                if os.path.exists(name):
                    os.unlink(name)
        else:
            check(self.server.psql("licet", "SET client_min_messages = error; DROP SCHEMA IF EXISTS licet CASCADE"), "drop")

    def argv(self, *words):
        return [LICET, "consent", *words, "--consent", self.uri]

    def run(self, *words):
        done = subprocess.run(self.argv(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
        return done.returncode, done.stdout, done.stderr

    def ok(self, *words):
        status, out, err = self.run(*words)
        equal(status, 0, f"{words} {err}")
        return out

    def write(self, text, name="in.csv"):
        path = os.path.join(self.dir, name)
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        return path

    def load(self, rows, *words):
        return self.ok("import", self.write(HEADER + rows), *words)

    def state(self, address, purpose="newsletter"):
        for line in self.ok("show", address, "--json").splitlines():
            answer = json.loads(line)
            if answer["purpose"] == purpose:
                return answer["state"] + (":" + answer["suppression"] if answer["suppression"] else "")

    def count(self):
        """Of events, asked of the database itself, which answers while an import is under way."""
        if self.kind == "sqlite":
            with sqlite3.connect("file:" + self.uri[len("sqlite:"):] + "?mode=ro", uri=True, timeout=30) as database:
                return database.execute("SELECT count(*) FROM events").fetchone()[0]
        return int(self.server.value("licet", "SELECT count(*) FROM licet.events"))

    def rows(self):
        return self.ok("export", "-").splitlines()[1:]


def row(address, state="granted", at="2026-01-01", purpose="*", basis="", source="web", wording="", evidence="", person=""):
    return f"{address}@x.example,{purpose},{state},{basis},{at},{source},{wording},{evidence},,{person}\n"


BAD = [
    ("a formula in the source", row("b", source="=cmd()"), "in.csv:3: source: begins with a formula character"),
    ("a plus in the wording", row("b", wording="+1"), "in.csv:3: wording: begins with a formula character"),
    ("a minus in the evidence", row("b", evidence="-1"), "in.csv:3: evidence: begins with a formula character"),
    ("an at sign in the person", row("b", person="@SUM"), "in.csv:3: person: begins with a formula character"),
    ("a quoted formula", row("b", source='"=1,2"'), "in.csv:3: source: begins with a formula character"),
    ("a line feed", row("b", evidence='"a\nb"'), "in.csv:3: evidence: a control character at byte 2"),
    ("an escape", row("b", source="a\x1b[31m"), "in.csv:3: source: a control character at byte 2"),
    ("a released suppression", row("b", state="released"), "in.csv:3: state: an import lifts no suppression"),
    ("a bad state", row("b", state="yes"), "in.csv:3: state: right would be"),
    ("a bad address", row("b c"), "in.csv:3: address: "),
    ("too few columns", "b@x.example,*,granted\n", "in.csv:3: 3 columns; the header has 10"),
]


@test("what is refused is told with its place, and nothing is imported")
def refused(store):
    for name, text, want in BAD:
        path = store.write(HEADER + row("a") + text + row("c"))
        for words in ([], ["--resume"]) if text == BAD[0][1] else ([],):
            status, out, err = store.run("import", path, *words)
            equal(status, EX_DATAERR, name)
            check(want in err, f"{name}: {err}")
            check("x.example" not in err, f"{name}: tells an address: {err}")
            check("CRITICAL" not in err, f"{name}: {err}")
            check(err.endswith("--dry-run shows all problems\n"), f"{name}: {err}")
    equal(store.rows(), [])
    path = store.write(HEADER + row("a") + "".join(text for _, text, _ in BAD))
    status, out, err = store.run("import", "--dry-run", "--json", path)
    equal(status, EX_DATAERR)
    equal(json.loads(out)["refused"], len(BAD))
    equal(len(err.splitlines()), len(BAD))
    equal(store.rows(), [])


@test("a dry run tells new, same and changed, and changes nothing")
def dry_run(store):
    store.load("".join(row(f"p{i}") for i in range(100)))
    before = store.rows()
    text = row("p1") + row("p2", "withdrawn", "2026-02-01") + row("p3", "withdrawn", "2025-01-01") + row("new") + row(
        "p4", "granted", "2026-03-01")
    out = json.loads(store.ok("import", "--dry-run", "--json", store.write(HEADER + text)))
    equal({key: out[key] for key in ("dry_run", "rows", "grants", "refusals", "new", "same", "changed", "changed_to_granted",
                                      "known", "refused")},
          {"dry_run": True, "rows": 5, "grants": 3, "refusals": 2, "new": 1, "same": 1, "changed": 1, "changed_to_granted": 0, "known": 100, "refused": 0})
    equal(store.rows(), before)


@test("more than five in a hundred do not change by mistake")
def mass(store):
    store.load("".join(row(f"p{i}") for i in range(100)))
    five = store.write(HEADER + "".join(row(f"p{i}", "withdrawn", "2026-02-01") for i in range(5)), "five.csv")
    six = store.write(HEADER + "".join(row(f"p{i}", "withdrawn", "2026-02-01") for i in range(6)), "six.csv")
    status, out, err = store.run("import", six)
    equal(status, EX_DATAERR)
    check("6 of the 100 known addresses" in err and "--allow-mass-change" in err, err)
    equal(store.state("p0@x.example"), "granted")
    store.ok("import", five)
    equal(store.state("p0@x.example"), "refused")
    store.ok("import", six)  # only one is left to change
    back = store.write(HEADER + "".join(row(f"p{i}", "granted", "2026-03-01") for i in range(6)), "back.csv")
    equal(store.run("import", back)[0], EX_DATAERR)
    out = json.loads(store.ok("import", back, "--allow-mass-change", "--json"))
    equal((out["changed"], out["changed_to_granted"]), (6, 6))


@test("a suppression outlasts imports and grants until it is released")
def suppression(store):
    store.load(row("a") + "".join(row(f"p{i}") for i in range(30)))
    store.ok("suppress", "a@x.example", "*", "--basis", "complaint", "--at", "2026-02-01")
    equal(store.state("a@x.example"), "refused:complaint")
    out = json.loads(store.load(row("a", "granted", "2026-05-01"), "--json"))
    equal((out["suppressed"], out["changed"]), (1, 0))
    status, _, err = store.run("grant", "a@x.example", "newsletter", "--basis", "express")
    equal(status, 0)
    check("suppressed (complaint)" in err, err)
    equal(store.state("a@x.example"), "refused:complaint")
    store.ok("grant", "late@x.example", "newsletter", "--at", "2024-05-06", "--basis", "express")
    late = store.ok("history", "late@x.example")
    check(re.search(r"^2024-05-06T00:00:00Z .* event [0-9]+, entered 20[0-9-]+T[0-9:]+Z$", late, re.M), late)
    shown = store.ok("show", "late@x.example")
    check(re.search(r"newsletter +granted.*, event [0-9]+, entered 20", shown), shown)
    store.ok("grant", "soon@x.example", "newsletter", "--basis", "express")
    check("entered" not in store.ok("history", "soon@x.example"), "an act of now")
    history = store.ok("history", "a@x.example")
    check("suppressed" in history and "withdrawn" not in history, history)
    store.ok("release", "a@x.example", "*")
    equal(store.state("a@x.example"), "granted")


@test("an erased person stays erased, whatever is imported")
def erase(store):
    store.load(row("a", basis="express", evidence="form-1", person="p1") + row("b", person="p1"))
    out = store.ok("erase", "A@x.example", "--keep-evidence")
    for want in ("erased: 1 statement", "17(3)(b)", "1 act of agreeing", "1 linked address", "licet audit erase"):
        check(want in out, f"{want}: {out}")
    check(not any("a@x.example" in line for line in store.rows()), "still there")
    out = json.loads(store.load(row("a", "granted", "2026-09-01"), "--json"))
    equal((out["rows"], out["erased"]), (1, 1))
    check(not any("a@x.example" in line for line in store.rows()), "imported again")
    equal(store.state("a@x.example"), "refused:erased")
    check("form-1" in store.ok("export", "a@x.example"), "the proof is not found")
    equal(store.run("erase", "a@x.example")[0], 0)
    check("form-1" not in store.ok("export", "a@x.example"), "the proof was to go")
    equal(store.state("b@x.example"), "granted")


class Counts:
    """The counts of frequency caps, as the daemon keeps them beside a store."""

    def __init__(self, store):
        self.store = store
        state = os.path.join(store.dir, "state.db")
        self.config = os.path.join(store.dir, "licet.cfg")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(f'consent = "{store.uri}"; state = "{state}";\n')
        self.path = state + ".contacts"
        if store.kind == "sqlite":
            self.key = os.urandom(32)
            with sqlite3.connect(self.path) as database:
                database.executescript(
                    "PRAGMA application_id = 1818456113; PRAGMA user_version = 2;"
                    "CREATE TABLE secret (id INTEGER PRIMARY KEY CHECK (id = 1), key BLOB NOT NULL);"
                    "CREATE TABLE contacts (who TEXT NOT NULL, queue_id TEXT NOT NULL, at INTEGER NOT NULL,"
                    " purpose TEXT NOT NULL DEFAULT '', PRIMARY KEY (who, queue_id)) WITHOUT ROWID;")
                database.execute("INSERT INTO secret VALUES (1, ?)", (self.key,))
        else:
            key = bytes.fromhex(store.server.value("licet", "SELECT encode(key, 'hex') FROM licet.layout").decode().strip())
            self.key = hmac.digest(key, b"contacts", "sha256")

    def add(self, who):
        name = hmac.digest(self.key, who.encode(), "sha256").hex()
        if self.store.kind == "sqlite":
            with sqlite3.connect(self.path) as database:
                database.execute("INSERT INTO contacts VALUES (?, 'Q1', 100, 'offer')", (name,))
        else:
            check(self.store.server.psql("licet", f"INSERT INTO licet.contacts VALUES ('{name}', 'h/Q1', 100, 'offer')"), who)

    def count(self):
        if self.store.kind == "sqlite":
            with sqlite3.connect(self.path) as database:
                return database.execute("SELECT count(*) FROM contacts").fetchone()[0]
        return int(self.store.server.value("licet", "SELECT count(*) FROM licet.contacts"))

    def erase(self, address):
        done = subprocess.run([LICET, "consent", "erase", address, "--config", self.config, "--json"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
        equal(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["contacts"]

    def close(self):
        if self.store.kind == "sqlite":
            os.unlink(self.path)


@test("what was counted for frequency caps goes with the person, and not with one address of several")
def erase_counts(store):
    store.load(row("a", person="p1") + row("b", person="p1") + row("c"))
    counts = Counts(store)
    for who in ("a@x.example", "p1", "c@x.example", "d@x.example"):
        counts.add(who)
    equal(counts.erase("c@x.example"), 1)
    equal(counts.erase("a@x.example"), 1)
    equal(counts.count(), 2)
    equal(counts.erase("b@x.example"), 1)
    equal(counts.erase("d@x.example"), 1)
    equal(counts.count(), 0)
    counts.close()
    text = store.ok("erase", "c@x.example")
    check(("--config" in text) == (store.kind == "sqlite"), text)


SPELLINGS = [
    ("J\u00f6rg@M\u00fcller.example", "j\u00f6rg@xn--mller-kva.example", "<Jo\u0308rg@XN--MLLER-KVA.Example.>"),
    ('"A B"@x.example', '"a b"@X.example', '"a\\ b"@x.example'),
    ('"Plain"@x.example', "plain@x.example", "<PLAIN@x.example>"),
    ('"a\\"@b"@x.example', '"A\\"@b"@x.example.', '<"a\\"@b"@X.EXAMPLE>'),
    ("\u0395\u03bb\u03ad\u03bd\u03b7@\u03c0\u03b1\u03c1\u03ac\u03b4\u03b5\u03b9\u03b3\u03bc\u03b1.\u03b5\u03bb",
     "\u03b5\u03bb\u03ad\u03bd\u03b7@xn--hxajbheg2az3al.xn--qxam",
     "\u0395\u039b\u0388\u039d\u0397@XN--HXAJBHEG2AZ3AL.XN--QXAM"),
]


@test("one mailbox is one however it is written, in every command")
def spellings(store):
    for first, second, third in SPELLINGS:
        store.empty()
        store.ok("grant", first, "*", "--at", "2026-01-01")
        equal(store.state(second), "granted", second)
        cell = '"' + third.replace('"', '""') + '"'
        store.ok("import", store.write(f"address,purpose,state,at\n{cell},newsletter,withdrawn,2026-02-01\n"),
                 "--allow-mass-change")
        equal(store.state(first), "refused", first)
        store.ok("link", second, "other@x.example")
        equal(store.state("other@x.example"), "refused", first)
        store.ok("request", third, "offer", "--at", "2026-03-01")
        store.ok("confirm", first, "offer")
        equal(store.state(second, "offer"), "granted", second)
        store.ok("suppress", third, "*", "--basis", "complaint")
        equal(store.state(first), "refused:complaint", first)
        store.ok("release", first, "*")
        store.ok("unlink", second)
        equal(len({line[:line.index(",*,")] for line in store.rows() if ",*," in line and "other@" not in line}), 1, first)
        out = store.write("", "out.csv")
        store.ok("export", out)
        before = store.rows()
        store.empty()
        store.ok("import", out, "--restore")
        equal(store.rows(), before, first)
        store.ok("erase", third)
        equal(store.state(second), "refused:erased", second)
    for bad in ("", "@x.example", "a@", "a b@x.example", "a@x@", "a@x..example", "a\x01@x.example", "a@-", "a" * 600 + "@x.example"):
        status, _, err = store.run("grant", bad, "*")
        check(status == EX_DATAERR, f"{bad!r}: {status} {err}")


@test("double opt-in, links and a request of access")
def acts(store):
    store.ok("request", "a@x.example", "newsletter", "--source", "shop.example/form", "--evidence", "ip 192.0.2.1")
    equal(store.state("a@x.example"), "unknown")
    equal(store.run("confirm", "a@x.example", "offer")[0], EX_DATAERR)
    store.ok("confirm", "a@x.example", "newsletter", "--evidence", "click 9")
    equal(store.state("a@x.example"), "granted")
    store.ok("link", "a@x.example", "b@x.example")
    equal(store.state("b@x.example"), "granted")
    store.ok("withdraw", "b@x.example", "*")
    equal(store.state("a@x.example"), "refused")
    store.ok("unlink", "b@x.example")
    equal(store.state("b@x.example"), "refused")
    equal(store.run("unlink", "z@x.example")[0], EX_DATAERR)
    text = store.ok("export", "a@x.example")
    check("ip 192.0.2.1" in text and "click 9" in text and "b@x.example" not in text, text)
    lines = [json.loads(line) for line in store.ok("export", "a@x.example", "--json").splitlines()]
    check(any(line.get("basis") == "double-opt-in" for line in lines), lines)
    out = [json.loads(line) for line in store.ok("stats", "--json").splitlines()]
    equal(out[0]["addresses"], 2)
    equal([line["refused"] for line in out if line.get("purpose") == "offer"], [1])


MAILCHIMP = '"Email Address","First Name",MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LEID'
FORMATS = [
    ("mailchimp, subscribed", ["--format", "mailchimp", "--basis", "double-opt-in"],
     MAILCHIMP + '\na@x.example,"=1+1, Ana",2,"2024-01-02 03:04:05",192.0.2.1,"2024-01-03 03:04:05",192.0.2.2,77\n',
     ["a@x.example,newsletter,granted,double-opt-in,2024-01-03T03:04:05Z,mailchimp,,optintime=2024-01-02 03:04:05 "
      "optinip=192.0.2.1 confirmtime=2024-01-03 03:04:05 confirmip=192.0.2.2 leid=77,,,,,,"]),
    ("mailchimp, unsubscribed", ["--format", "mailchimp", "--purpose", "offer"],
     'Email Address,UNSUB_TIME,UNSUB_REASON\na@x.example,"2024-01-02 03:04:05",NORMAL\n',
     ["a@x.example,offer,withdrawn,,2024-01-02T03:04:05Z,mailchimp,,,,,,,,"]),
    ("mailchimp, cleaned", ["--format", "mailchimp"], 'Email Address,CLEAN_TIME\na@x.example,2024-01-02 03:04:05\n',
     ["a@x.example,*,suppressed,bounce,2024-01-02T03:04:05Z,mailchimp,,,,,,,,"]),
    ("brevo", ["--format", "brevo"],
     "CONTACT ID;EMAIL;FIRSTNAME;EMAIL_MARKETING;ADDED_TIME;MODIFIED_TIME\n"
     "1;a@x.example;Ana;subscribed;2024-01-02 03:04:05;2024-02-02 03:04:05\n"
     "2;b@x.example;Bea;blocklisted;2024-01-02 03:04:05;2024-02-02 03:04:05\n"
     "3;c@x.example;Cia;never subscribed;2024-01-02 03:04:05;\n",
     ["a@x.example,newsletter,granted,,2024-01-02T03:04:05Z,brevo,,contactid=1,,,,,,",
      "b@x.example,*,withdrawn,,2024-02-02T03:04:05Z,brevo,,contactid=2,,,,,,"]),
    ("sendgrid, contacts", ["--format", "sendgrid", "--basis", "express"],
     "EMAIL,FIRST_NAME,CREATED_AT,UPDATED_AT,CONTACT_ID\na@x.example,Ana,2024-01-02T03:04:05Z,2024-01-02T03:04:05Z,9\n",
     ["a@x.example,newsletter,granted,express,2024-01-02T03:04:05Z,sendgrid,,contactid=9,,,,,,"]),
    ("sendgrid, spam reports", ["--format", "sendgrid", "--list", "complained"], "ip,email,created\n192.0.2.1,a@x.example,1704164645\n",
     ["a@x.example,*,suppressed,complaint,2024-01-02T03:04:05Z,sendgrid,,,,,,,,"]),
    ("mautic", ["--format", "mautic"],
     "id,email,date_added,doNotContact,dncReason,dncDate\n1,a@x.example,2024-01-02 03:04:05,0,,\n"
     "2,b@x.example,2024-01-02 03:04:05,1,2,2024-02-02 03:04:05\n3,c@x.example,2024-01-02 03:04:05,1,1,2024-03-02 03:04:05\n",
     ["a@x.example,newsletter,granted,,2024-01-02T03:04:05Z,mautic,,id=1,,,,,,",
      "b@x.example,*,suppressed,bounce,2024-02-02T03:04:05Z,mautic,,id=2,,,,,,",
      "c@x.example,*,withdrawn,,2024-03-02T03:04:05Z,mautic,,id=3,,,,,,"]),
    ("mautic, a report with the reason in the flag's place", ["--format", "mautic"],
     "id,email,date_added,doNotContact\n1,a@x.example,2024-01-02 03:04:05,\n2,b@x.example,,2\n3,c@x.example,,3\n",
     ["a@x.example,newsletter,granted,,2024-01-02T03:04:05Z,mautic,,id=1,,,,,,",
      "b@x.example,*,suppressed,bounce,,mautic,,id=2,,,,,,", "c@x.example,*,withdrawn,,,mautic,,id=3,,,,,,"]),
]
FORMATS += [
    ("mailchimp, whole, with what people wrote in it", ["--format", "mailchimp"],
     '\ufeff"Email Address","First Name","Last Name",Address,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,'
     'GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES,TAGS\r\n'
     '"  Ana.B@X.Example ","=HYPERLINK(""x"")",O\'Hara,"1 Main St\n2nd floor; left",2,,,"2024-01-03 03:04:05",192.0.2.2,1.5,-2.5,-5,-4,'
     'America/Bogota,co,dc,"2024-02-02 03:04:05",77,c2cb0681af,"""2024: said ""yes""""","""a"",""b"""\r\n',
     ["ana.b@x.example,newsletter,granted,,2024-01-03T03:04:05Z,mailchimp,,confirmtime=2024-01-03 03:04:05 "
      "confirmip=192.0.2.2 leid=77,,,,,,"]),
    ("mailchimp, all of an audience in one file", ["--format", "mailchimp"],
     "Email Address,Status,OPTIN_TIME,CONFIRM_TIME\na@x.example,Subscribed,,2024-01-03 03:04:05\n"
     "b@x.example,Unsubscribed,,2024-01-03 03:04:05\nc@x.example,Cleaned,,2024-01-03 03:04:05\n"
     "d@x.example,Non-Subscribed,,2024-01-03 03:04:05\n",
     ["a@x.example,newsletter,granted,,2024-01-03T03:04:05Z,mailchimp,,confirmtime=2024-01-03 03:04:05,,,,,,",
      "b@x.example,newsletter,withdrawn,,,mailchimp,,confirmtime=2024-01-03 03:04:05,,,,,,",
      "c@x.example,*,suppressed,bounce,,mailchimp,,confirmtime=2024-01-03 03:04:05,,,,,,"]),
    ("brevo, the older columns, said to be subscribed", ["--format", "brevo", "--list", "subscribed"],
     "EMAIL;LASTNAME;EMAIL_BLACKLISTED;ADDED_TIME\na@x.example;A;no;2024-01-02\nb@x.example;B;Yes;2024-01-02\n"
     "c@x.example;C;;2024-01-02\n",
     ["a@x.example,newsletter,granted,,2024-01-02T00:00:00Z,brevo,,,,,,,,", "b@x.example,*,withdrawn,,,brevo,,,,,,,,",
      "c@x.example,newsletter,granted,,2024-01-02T00:00:00Z,brevo,,,,,,,,"]),
    ("mautic, said to be subscribed", ["--format", "mautic", "--list", "subscribed"],
     "email,doNotContact,dncReason\na@x.example,0,\nb@x.example,1,\nc@x.example,1,2\n",
     ["a@x.example,newsletter,granted,,,mautic,,,,,,,,", "b@x.example,*,withdrawn,,,mautic,,,,,,,,",
      "c@x.example,*,suppressed,bounce,,mautic,,,,,,,,"]),
    ("sendgrid, bounces with their reasons", ["--format", "sendgrid", "--list", "bounced"],
     'status,reason,email,created\n5.1.1,"550 5.1.1 =cmd|x, no\n such user",A@X.example,1704164645\n',
     ["a@x.example,*,suppressed,bounce,2024-01-02T03:04:05Z,sendgrid,,status=5.1.1,,,,,,"]),
    ("addresses of all kinds", ["--format", "sendgrid", "--list", "unsubscribed"],
     'email,created\nJ\u00f6rg@M\u00fcller.example,1704164645\n"""A B""@x.example",1704164645\n"""plain""@x.example",1704164645\n'
     "<c+tag@XN--MLLER-KVA.example>,1704164645\n",
     ['"""a b""@x.example",*,withdrawn,,2024-01-02T03:04:05Z,sendgrid,,,,,,,,',
      "c+tag@xn--mller-kva.example,*,withdrawn,,2024-01-02T03:04:05Z,sendgrid,,,,,,,,",
      "j\u00f6rg@xn--mller-kva.example,*,withdrawn,,2024-01-02T03:04:05Z,sendgrid,,,,,,,,",
      "plain@x.example,*,withdrawn,,2024-01-02T03:04:05Z,sendgrid,,,,,,,,"]),
]
BAD_FORMATS = [
    (["--basis", "express"], HEADER, "are for the rows of a --format"),
    (["--format", "mailchip"], MAILCHIMP + "\n", "right would be mailchimp, brevo, sendgrid or mautic"),
    (["--format", "mailchimp"], "Name,OPTIN_TIME\nAna,x\n", "in.csv:1: no column with the address"),
    (["--format", "mailchimp"], "Email Address\na@x.example\n", "--list subscribed"),
    (["--format", "sendgrid"], "email,created\na@x.example,1704164645\n", "--list unsubscribed, bounced or complained"),
    (["--format", "mautic"], "email,doNotContact\na@x.example,9\n", "in.csv:2: doNotContact: right would be"),
    (["--format", "brevo"], "EMAIL;EMAIL_MARKETING\na@x.example;perhaps\n", "in.csv:2: EMAIL_MARKETING: right would be"),
    (["--format", "brevo"], "EMAIL;EMAIL_MARKETING;ADDED_TIME\na@x.example;subscribed;03-02-2024\n", "in.csv:2: no time that reads"),
]


BAD_FORMATS += [
    (["--format", "mautic", "--list", "subscribed"], "email,doNotContact\na@x.example,perhaps\n", "in.csv:2: doNotContact"),
    (["--format", "mailchimp"], MAILCHIMP + "\nAna Berg <a@x.example>,,,,,2024-01-03 03:04:05,,\n", "in.csv:2: address"),
    (["--format", "mailchimp"], MAILCHIMP + "\n,,,,,2024-01-03 03:04:05,,\n", "in.csv:2: address"),
    (["--format", "mailchimp"], MAILCHIMP + '\na@x.example,"Ana,,,,2024-01-03 03:04:05,,\n', "in.csv:2"),
    (["--format", "mailchimp"], MAILCHIMP + "\na@x.example,,,,,01/03/2024 3:04 AM,,\n", "no time that reads in one way"),
    (["--format", "sendgrid", "--list", "bounced"], "email,created\na@-.example..,1704164645\n", "in.csv:2: address"),
    (["--format", "brevo"], "EMAIL,EMAIL_MARKETING\na@x.example,subscribed,extra\n", "in.csv:2: 3 columns; the header has 2"),
]


@test("exports of other programs")
def formats(store):
    for name, words, text, want in FORMATS:
        store.empty()
        store.ok("import", store.write(text), *words)
        equal(sorted(store.rows()), want, name)
    store.empty()
    for words, text, want in BAD_FORMATS:
        status, out, err = store.run("import", store.write(text), *words)
        check(status != 0 and want in err, f"{words}: {err}")
    equal(store.run("export", "-")[1].count("\n") if store.kind != "sqlite" else 1, 1)


@test("an export comes back whole, suppressions and links too")
def restore(store):
    store.load(row("a", person="p1") + row("b", source='"x ""y"", z"') + row("c", "suppressed", basis="bounce"))
    store.ok("release", "c@x.example", "*", "--at", "2026-02-01", "--source", "+49 phone")
    out = store.write("", "out.csv")
    store.ok("export", out)
    equal(os.stat(out).st_mode & 0o777, 0o600)
    before = store.rows()
    store.empty()
    check(store.run("import", out)[0] == EX_DATAERR, "taken without --restore")
    store.ok("import", out, "--restore")
    equal(store.rows(), before)


def kill_import(store, path, words, after):
    process = subprocess.Popen(store.argv("import", path, *words), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    return process.returncode


@test("kill -9 during an import leaves all or nothing")
def kill_all_or_nothing(store):
    count, seen = 6000, set()
    path = store.write(HEADER + "".join(row(f"p{i}", person=f"q{i // 2}") for i in range(count)))
    start = time.monotonic()
    store.ok("import", path)
    whole = time.monotonic() - start
    for turn in range(4):
        store.empty()
        store.ok("grant", "first@x.example", "*")
        status = kill_import(store, path, [], whole * (turn + 1) / 5)
        left = len(store.rows()) - 1
        check(left in (0, count), f"{left} of {count} rows after a kill")
        check(status != 0 or left == count, "acknowledged and not there")
        seen.add(left)
        equal(store.state("first@x.example"), "granted")
    check(0 in seen, "no kill came in time to be seen")


@test("an import cut short is carried on")
def kill_resume(store):
    count, partly = 30000, False
    path = store.write(HEADER + "".join(row(f"p{i}") for i in range(count)))
    for _ in range(4):
        store.empty()
        store.ok("grant", "first@x.example", "*")
        process = subprocess.Popen(store.argv("import", path, "--resume"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None and store.count() < 10000:
            time.sleep(0.01)
        process.kill()
        process.wait()
        left = store.count() - 1
        equal(left % 10000, 0, "a batch is there in part")
        partly = 0 < left < count
        if partly:
            break
    check(partly, "no kill came between two batches")
    store.ok("import", path, "--resume")
    equal(store.count() - 1, count)


@test("kill -9 of the server during an import leaves all or nothing, or whole batches")
def kill_server(store):
    if store.kind == "sqlite":
        return
    count, parts = 40000, set()
    path = store.write(HEADER + "".join(row(f"p{i}", evidence="e" * 100) for i in range(count)))
    store.server.kill()
    store.server.start("on")
    for words in (["--resume"], []):
        for turn in range(3):
            store.empty()
            store.ok("grant", "first@x.example", "*")
            process = subprocess.Popen(store.argv("import", path, *words), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            deadline = time.monotonic() + 60
            while process.poll() is None and time.monotonic() < deadline and (
                    store.count() < 10000 * (turn + 1) if words else
                    int(store.server.value("licet", "SELECT pg_relation_size('licet.events')")) < 1000000 * (turn + 1)):
                time.sleep(0.01)
            store.server.kill()
            err = process.communicate()[1].decode()
            store.server.start("on")
            left = store.count() - 1
            check(process.returncode in (0, 75), f"{process.returncode}: {err}")
            check(process.returncode != 0 or left == count, "acknowledged and not there")
            check(left % 10000 == 0 if words else left in (0, count), f"{left} rows")
            equal(store.state("first@x.example"), "granted")
            parts.add((bool(words), 0 < left < count, left == 0))
            store.ok("import", path, *words)
            equal(store.count() - 1, count)
    check(any(resumed and partly for resumed, partly, _ in parts), f"no kill came between two batches: {parts}")
    check(any(not resumed and none for resumed, _, none in parts), f"no kill came in the midst: {parts}")
    store.server.kill()
    store.server.start("off")


@test("a full disk keeps nothing half")
def full(store):
    if store.kind != "sqlite":  # the server's disk, not the tool's: tests/store/postgres.c
        return
    store.ok("grant", "first@x.example", "*")
    path = store.write(HEADER + "".join(row(f"p{i}", evidence="e" * 200) for i in range(2000)))

    def bound():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000))

    for words in (["import", path], ["import", path, "--resume"]):
        done = subprocess.run(store.argv(*words), preexec_fn=bound, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
        equal(done.returncode, 75, done.stderr)
        check("consent.db: " in done.stderr, done.stderr)
        equal(store.count(), 1)
    store.ok("import", path)
    equal(store.count(), 2001)


@test("an act that was acknowledged before kill -9 is there")
def kill_acts(store):
    store.ok("grant", "first@x.example", "*")
    acknowledged = set()
    for turn in range(25):
        process = subprocess.Popen(store.argv("grant", f"p{turn}@x.example", "*"), stderr=subprocess.DEVNULL)
        try:
            process.wait(random.uniform(0.0, 0.03))
        except subprocess.TimeoutExpired:
            process.kill()
        if process.wait() == 0:
            acknowledged.add(f"p{turn}@x.example")
    there = {line.split(",")[0] for line in store.rows()}
    check(acknowledged <= there, f"lost: {acknowledged - there}")
    check(len(acknowledged) < 25, "no kill came in time")


def main():
    global number, failures
    server = Server()
    kinds = ["sqlite"] + (["postgresql"] if server.bin else [])
    print(f"1..{2 * len(tests)}", flush=True)
    with tempfile.TemporaryDirectory(prefix="licet-tool.") as directory:
        for kind in ("sqlite", "postgresql"):
            for name, run in tests:
                number += 1
                if os.environ.get("ONLY", "") not in name:
                    continue
                if kind not in kinds:
                    print(f"ok {number} - {kind}: {name} # SKIP no PostgreSQL server in /usr/lib/postgresql", flush=True)
                    continue
                try:
                    run(Store(kind, directory, server))
                    print(f"ok {number} - {kind}: {name}", flush=True)
                except Failed as failed:
                    failures += 1
                    print(f"# {failed}\nnot ok {number} - {kind}: {name}", flush=True)
    server.stop()
    return 1 if failures else 0


sys.exit(main())
