#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""OpenDKIM's own program beside licet, on the same tables and the same mail. Prints TAP.

usage: opendkim.py TOP BUILD [SIGNED.eml...]

Both choose the same domain, selector and identity for each From address, and find the same body
hash. Skipped where opendkim is not installed.
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("srcdir", "."))
BUILD = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else ".")
NOW = "2026-11-22T15:00:00Z"

KEYS = """# name domain:selector:file
a shop.example:s1:DIR/key.pem
b %:s2:DIR/key.pem
shop.example shop.example:s3:DIR/key.pem
"""
TABLES = {
    "refile": ("refile:", "*@shop.example a\n*@*.shop.example b:box@%\nx@other.example b\n*third.example a:@shop.example\n"),
    "refile, first of several": ("refile:", "news@shop.example b\n*@shop.example a\n"),
    "refile, the domain is the name": ("refile:", "*@shop.example %\n"),
    "file": ("file:", "x@shop.example a\nshop.example b\n"),
    "file, parents": ("file:", ".shop.example b\nx@.shop.example a\n.example a\n"),
    "file, everybody": ("file:", "x@* a\n* b\n"),
}
FROM = ["x@shop.example", "news@shop.example", "X@SHOP.example", "x@eu.shop.example", "y@deep.eu.shop.example",
        "x@other.example", "y@other.example", "x@third.example"]


def run(*argv):
    return subprocess.run(argv, capture_output=True, text=True, check=False)


def tags(signature):
    if not signature:
        return None
    flat = re.sub(r"\s+", "", signature)
    found = dict(tag.split("=", 1) for tag in flat.split(";") if "=" in tag)
    return {name: found.get(name) for name in ("d", "s", "i", "bh")}


def signature_of(data):
    """Of a message: the tags of its first signature."""
    head = data.split(b"\r\n\r\n", 1)[0].decode("latin-1") + "\r\n"
    found = re.search(r"DKIM-Signature: ((?:.*\r\n)(?:[ \t].*\r\n)*)", head)
    return tags(found.group(1) if found else None)


class Both:
    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="licet-opendkim.")
        done = run(os.path.join(BUILD, "licet"), "key", "new", "shop.example", "k", "--algorithm", "rsa", "--out",
                   self.path("key.pem"), "--keyring", self.path("keyring"))
        assert done.returncode == 0, done.stderr
        self.write("KeyTable", KEYS.replace("DIR", self.dir))

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text):
        with open(self.path(name), "wb") as out:
            out.write(text if isinstance(text, bytes) else text.encode())
        os.chmod(self.path(name), 0o600)
        return self.path(name)

    def use(self, kind, rows):
        self.write("SigningTable", rows)
        self.write("opendkim.conf", f"KeyTable file:{self.path('KeyTable')}\n"
                   f"SigningTable {kind}{self.path('SigningTable')}\nCanonicalization relaxed/relaxed\nMode s\n"
                   "InternalHosts 0.0.0.0/0\nRequireSafeKeys no\nSyslog no\n")
        self.write("licet.cfg", f'key_table = "{self.path("KeyTable")}";\n'
                   f'signing_table = "{kind}{self.path("SigningTable")}";\npolicies = "{TOP}/policies";\n'
                   f'consent = "memory:";\neightbit = "keep";\ntag_header = "";\nverify_signatures = 1;\n')

    def opendkim(self, mail):
        said = run("opendkim", "-x", self.path("opendkim.conf"), "-v", "-v", "-t", mail).stdout
        found = re.search(r"hname='DKIM-Signature' hvalue='([^']*)'", said)
        return tags(found.group(1) if found else None)

    def licet(self, mail):
        out = self.path("out")
        done = run(os.path.join(BUILD, "licet"), "run", "--config", self.path("licet.cfg"), "--now", NOW, "--rcpt",
                   "ana@nowhere.invalid", "--from", "x@shop.example", "--out", out, mail)
        if done.returncode:
            return {"error": done.stderr + done.stdout}
        if not os.path.exists(os.path.join(out, "1.eml")):
            return "no copy"
        with open(os.path.join(out, "1.eml"), "rb") as file:
            data = file.read()
        shutil.rmtree(out)
        return signature_of(data)


def check_tables(both):
    number, bad = 0, 0
    for name, (kind, rows) in TABLES.items():
        both.use(kind, rows)
        differ = []
        for sender in FROM:
            mail = both.write("m.eml", f"From: {sender}\r\nTo: b@example.com\r\nSubject: x\r\nX-Licet-Class: transactional\r\nDate: Sun, 22 Nov 2026 "
                              "09:00:00 +0100\r\nMessage-ID: <1@x>\r\n\r\nDear Ana,  thanks for your letter.\r\n\r\n")
            theirs, ours = both.opendkim(mail), both.licet(mail)
            if theirs != ours:
                differ.append(f"{sender}: opendkim {theirs}, licet {ours}")
        number += 1
        for line in differ:
            print("# " + line[:600].replace("\n", " "))
        bad += bool(differ)
        print(f"{'not ' if differ else ''}ok {number} - {name}: the same keys", flush=True)
    return bad


def check_bodies(both, copies):
    """What licet signed, as the golden copies keep it, and as opendkim would sign it."""
    both.use("refile:", "* a\n")
    same, differ = 0, []
    for path in copies:
        with open(path, "rb") as file:
            data = file.read()
        signature = signature_of(data)
        if not signature:
            continue
        # Its test mode wants whole lines; RFC 6376 3.4.4 makes that no difference.
        theirs = both.opendkim(both.write("m.eml", data if data.endswith(b"\n") else data + b"\r\n"))
        if theirs and theirs["bh"] == signature["bh"]:
            same += 1
        else:
            differ.append(f"{path}: opendkim {theirs}, licet {signature}")
    for line in differ:
        print("# " + line)
    good = not differ and same >= len(copies) / 2
    print(f"{'' if good else 'not '}ok {len(TABLES) + 1} - opendkim finds the same body hash in {same} copies")
    return not good


def main():
    if not shutil.which("opendkim", path="/usr/sbin:/usr/bin"):
        print("1..0 # SKIP opendkim is not installed")
        return 0
    os.environ["PATH"] = "/usr/sbin:" + os.environ["PATH"]
    both = Both()
    copies = sys.argv[3:] or sorted(glob.glob(os.path.join(TOP, "tests/cases/*/expected/*.eml")))
    print(f"1..{len(TABLES) + 1}")
    try:
        bad = check_tables(both)
        return 1 if check_bodies(both, copies) or bad else 0
    finally:
        shutil.rmtree(both.dir)


if __name__ == "__main__":
    sys.exit(main())
