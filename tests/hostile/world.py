# SPDX-License-Identifier: BSD-2-Clause
"""What the classes of bad input share: a receipt with an offer, and what licet makes of a mail."""

import base64
import email
import email.policy
import html
import json
import os
import re
import subprocess
import sys
import tempfile
import unicodedata

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "evasion"))
import mails  # noqa: E402
from mails import RECEIPT, b64, crlf, header, leaf, multi, one  # noqa: E402,F401

TOP = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else ".")
BUILD = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else ".")
LICET = os.environ.get("LICET", os.path.join(BUILD, "licet"))
POLICIES = os.path.join(TOP, "policies")
NOW = "2026-11-24T15:00:00Z"
LEA = "lea@example.de"

# The offer has one word that nothing else has, and the receipt one that must stay.
OFFER = "Jetzt sparen: 20% Rabatt auf Zirbelholz, nur heute! https://shop.example/aktion"
MARKED = (f"<p>{RECEIPT}</p><!-- licet:promotional --><p>{OFFER}</p><!-- /licet:promotional -->"
          "<p>Ihr Wasserkocher kommt am Freitag.</p>")
TEXT = f"{RECEIPT}\n[licet:promotional]\n{OFFER}\n[/licet:promotional]\nIhr Wasserkocher kommt am Freitag."


def page(body=MARKED, head=""):
    return f"<html><head>{head}</head><body>{body}</body></html>"


def readings(data):
    """The bytes as any reader might take them: as they are, each part decoded, each long run of base64."""
    yield data
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    for part in message.walk():
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            yield content
    for run in re.findall(rb"[A-Za-z0-9+/=\r\n]{40,}", data):
        text = re.sub(rb"[^A-Za-z0-9+/]", b"", run)
        yield base64.b64decode(text[:len(text) // 4 * 4])
    yield re.sub(rb"=([0-9A-Fa-f]{2})", lambda m: bytes([int(m[1], 16)]), re.sub(rb"=[ \t]*\r?\n", b"", data))


def has(data, word):
    """Whether a word stands in any reading, under any character set, whatever stands between its letters."""
    for content in readings(data):
        for charset in ("latin-1", "utf-8", "utf-16-le", "utf-16-be", "utf-7", "cp037"):
            text = html.unescape(content.decode(charset, "replace"))
            text = "".join(c for c in unicodedata.normalize("NFKC", text) if c.isalnum())
            if word.casefold() in text.casefold():
                return True
    return False


def licet(*words, stdin=None, seconds=60):
    environment = {k: v for k, v in os.environ.items() if k != "LICET_CONFIG"}
    return subprocess.run([LICET, *words], env=environment, input=stdin, capture_output=True, timeout=seconds,
                          check=False)


def consent_file(work, rows):
    path = os.path.join(work, "consent.csv")
    with open(path, "w", encoding="utf-8") as file:
        file.write("address,purpose,state,basis,at,source,country\n" + "".join(row + "\n" for row in rows))
    return path


def run(mail, rcpt=LEA, sender="orders@shop.example", consent=(LEA + ",*,pending,double-opt-in,2026-02-03T10:15:00Z,signup,DE",),
        more=(), policies=POLICIES):
    """(exit status, plan or None, what it says, copies) of `licet run`."""
    with tempfile.TemporaryDirectory() as work:
        path, out = os.path.join(work, "mail.eml"), os.path.join(work, "out")
        with open(path, "wb") as file:
            file.write(mail)
        rcpts = [word for address in ([rcpt] if isinstance(rcpt, str) else rcpt) for word in ("--rcpt", address)]
        done = licet("run", "--json", "--policies", policies, "--consent", consent_file(work, consent), "--now", NOW,
                     "--out", out, "--from", sender, *rcpts, *more, path)
        copies = []
        if os.path.isdir(out):
            for name in sorted(os.listdir(out)):
                with open(os.path.join(out, name), "rb") as file:
                    copies.append(file.read())
        said = done.stderr.decode(errors="replace").replace(path, "MAIL").strip()
        return done.returncode, json.loads(done.stdout) if done.returncode == 0 else None, said, copies


def outcome(mail, **how):
    """One line: the word of the outcome and what is said about it. A copy that is called stripped has nothing
    left of the offer and all of the receipt, whoever reads it."""
    status, plan, said, copies = run(mail, **how)
    if not plan:
        word = {65: "malformed", 70: "internal", 75: "later"}.get(status, f"exit {status}")
        return f"{word}: {said}"
    decision = plan["decisions"][0]
    reply = decision["reply"] or ""
    if decision["outcome"] == "strip":
        if any(has(copy, "Zirbelholz") for copy in copies):
            return "stripped in part"
        if not all(has(copy, "Wasserkocher") for copy in copies):
            return "stripped too much"
    if decision["outcome"] == "deliver" and any(has(copy, "Zirbelholz") for copy in copies):
        return f"offer delivered as {plan['class']}"
    return f"{decision['outcome']}: {plan['class']} {reply}"


def expects(mail, want, **how):
    """A check: the outcome begins with the word of want and has the text behind its colon."""
    def check():
        got = outcome(mail, **how)
        word, _, text = want.partition(": ")
        return None if got.split(":")[0] == word and text in got else f"wanted {want}, got {got}"
    return check
