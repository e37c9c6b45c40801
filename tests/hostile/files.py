# SPDX-License-Identifier: BSD-2-Clause
"""B14: policies, keys and other files that are not what they should be. Each is refused with its place, and never taken for an empty one."""

import os
import shutil
import tempfile
import time

from world import POLICIES, header, crlf, leaf, licet

NAME = "files"


def policy(change, wanted):
    """What `licet policy check` says after a change to a copy of the shipped policies."""
    def check():
        with tempfile.TemporaryDirectory() as work:
            policies = os.path.join(work, "policies")
            shutil.copytree(POLICIES, policies)
            change(policies)
            begun = time.monotonic()
            done = licet("policy", "check", "--policies", policies)
            took = time.monotonic() - begun
            said = (done.stdout + done.stderr).decode(errors="replace").replace(work, "")
            if wanted is None or wanted.startswith("warning: "):
                return None if done.returncode == 0 and (wanted or "") in said else said[:300]
            if done.returncode == 0 or wanted not in said or took > 60:
                return f"exit {done.returncode} after {took:.1f} s: {said[:300]}"
            return None
    return check


def write(name, data, mode="w"):
    def change(policies):
        with open(os.path.join(policies, name), mode) as file:
            file.write(data)
    return change


def instead(name, make):
    def change(policies):
        path = os.path.join(policies, name)
        os.remove(path)
        make(path)
    return change


def sparse(path):
    with open(path, "wb") as file:
        file.truncate(1 << 30)


def append(name, text):
    return write(name, text, "a")


DE = "territories/DE.cfg"
MAIN = "licet-policy.cfg"
POLICY = [
    ("a territory that is missing is not there", lambda p: os.remove(os.path.join(p, "territories/AR.cfg")), None),
    ("no policies at all", lambda p: shutil.rmtree(p), "no such directory"),
    ("no territories", lambda p: shutil.rmtree(os.path.join(p, "territories")), "territories"),
    ("the default territory has no file", lambda p: os.remove(os.path.join(p, "territories/XX.cfg")), "XX"),
    ("a fifo", instead(DE, os.mkfifo), "DE.cfg"),
    ("a device", instead(DE, lambda p: os.symlink("/dev/zero", p)), "DE.cfg"),
    ("a directory", instead(DE, os.mkdir), "DE.cfg"),
    ("a link to nowhere", instead(DE, lambda p: os.symlink("/nowhere", p)), "DE.cfg"),
    ("a link to itself", instead(DE, lambda p: os.symlink(p, p)), "DE.cfg"),
    ("a file of 1 GiB", instead(DE, sparse), "DE.cfg"),
    ("a file of zeros", write(DE, b"\0" * 1000, "wb"), "DE.cfg"),
    ("a NUL in a file", write(DE, b"territory = \"DE\";\0", "wb"), "DE.cfg"),
    ("an empty file", write(DE, ""), "DE.cfg"),
    ("half a file", write(DE, 'territory = "DE"; rules = ( { id = "X";'), "DE.cfg:1"),
    ("another encoding", write(DE, b'territory = "DE"; name = "M\xfcnchen";', "wb"), "DE.cfg:1"),
    ("UTF-16", write(DE, 'territory = "DE";'.encode("utf-16"), "wb"), "DE.cfg"),
    ("an include of itself", append(MAIN, '@include "licet-policy.cfg"\n'), "licet-policy.cfg"),
    ("an include of another directory", append(MAIN, '@include "../../../../etc/passwd"\n'), "licet-policy.cfg"),
    ("an include of an absolute path", append(MAIN, '@include "/etc/passwd"\n'), "licet-policy.cfg"),
    ("an include of a device", append(MAIN, '@include "/dev/zero"\n'), "licet-policy.cfg"),
    ("an include of nothing", append(MAIN, '@include "nothing.cfg"\n'), "licet-policy.cfg"),
    ("10,000 open brackets", append(MAIN, "x = " + "(" * 10000 + "\n"), "licet-policy.cfg"),
    ("a text of 900 kB", append(MAIN, 'x = "' + "a" * 900000 + '";\n'), "licet-policy.cfg"),
    ("a number beyond all", append(MAIN, "x = 99999999999999999999;\n"), "licet-policy.cfg"),
    ("a setting given twice", append(MAIN, 'version = "2";\n'), "licet-policy.cfg"),
    ("an expression that never ends", append(MAIN, 'senders = ( { domains = [ "a.example" ]; names = [ "A" ]; } );\n'
                                             'exceptions = ( { rule = "(a+)+$"; } );\n'), "licet-policy.cfg"),
    ("everybody may write", lambda p: os.chmod(os.path.join(p, DE), 0o666), "warning: /policies/territories/DE.cfg: everybody may write it"),
    ("the group may write", lambda p: os.chmod(os.path.join(p, DE), 0o664), None),
    ("a words file that is broken", write("words/de.cfg", "promotion = ["), "de.cfg:1"),
    ("a model that is broken", lambda p: [write(os.path.join("model", n), "x")(p) for n in os.listdir(os.path.join(p, "model"))], "model"),
    ("a folder of providers that cannot be read", lambda p: [shutil.rmtree(os.path.join(p, "providers")), write("providers", "")(p)],
     "providers"),
    ("a name that begins with a dot is an editor's", write("territories/.#DE.cfg", "x"), None),
]

KEYS = [
    ("a key that is missing", None, 0o600),
    ("an empty key", b"", 0o600),
    ("a key that is no PEM", b"secret", 0o600),
    ("a public key", b"-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n", 0o600),
    ("a key that all may read", "good", 0o644),
    ("a key that is a link to nowhere", "link", 0o600),
    ("a key that is a directory", "dir", 0o700),
    ("a key of 1,024 bits", "short", 0o600),
]


def key(content, mode):
    def check():
        with tempfile.TemporaryDirectory() as work:
            path, mail = os.path.join(work, "k.pem"), os.path.join(work, "mail.eml")
            with open(mail, "wb") as file:
                file.write(crlf(header() + leaf("Danke")))
            if content == "good":
                licet("key", "new", "--out", path, "shop.example", "s1")
            elif content == "short":
                os.system(f"openssl genrsa -traditional -out {path} 1024 2>/dev/null")
            elif content == "link":
                os.symlink("/nowhere", path)
            elif content == "dir":
                os.mkdir(path)
            elif content is not None:
                with open(path, "wb") as file:
                    file.write(content)
            if os.path.isfile(path):
                os.chmod(path, mode)
            done = licet("run", "--policies", POLICIES, "--key", f"shop.example:s1:{path}", "--from", "a@shop.example", "--rcpt",
                         "lea@example.de", mail)
            said = done.stderr.decode(errors="replace")
            if done.returncode == 0 or "k.pem" not in said or "secret" in said:
                return f"exit {done.returncode}: {said[:300]}"
            return None
    return check


def rows():
    for name, change, wanted in POLICY:
        yield name, policy(change, wanted)
    for name, content, mode in KEYS:
        yield name, key(content, mode)
