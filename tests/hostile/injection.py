# SPDX-License-Identifier: BSD-2-Clause
"""B7: values that would write header fields, commands or markup of their own: of mails, of envelopes, of
policies. No copy has a field that neither the mail nor licet gave it."""

import email
import email.header
import email.policy
import os
import shutil
import tempfile

from daemon import Lmtp, daemon
from world import POLICIES, crlf, header, leaf, licet, run

NAME = "injection"
SEOUL = "kim@example.kr"
AGREED = (SEOUL + ",*,granted,double-opt-in,2026-02-03T10:15:00Z,signup,KR",)
OURS = {"DKIM-Signature", "X-Licet-Class", "X-Licet-Unsigned", "List-Unsubscribe", "List-Unsubscribe-Post", "Reply-To",
        "Content-Type", "Content-Transfer-Encoding"}
OFFER = leaf("<p>오늘만 20% 할인, 쿠폰을 받으세요. 수신거부 https://shop.example/u</p>", "text/html; charset=utf-8")

LABEL = """territory = "KR"; name = "Test"; mixed_mail = "any-promotion";
rules = ( { id = "KR-L"; kind = "subject-label"; applies_to = [ "promotional" ]; labels = [ "(광고)" ]; otherwise = "fix";
source = "S"; provenance = "verified: t"; } );
"""

# In the Subject, before which a label is put (Network Act art. 50); decoded, each has a line end or more.
SUBJECTS = [
    "=?utf-8?Q?Angebot=0D=0ABcc:_victim@example.de?=",
    "=?utf-8?Q?Angebot=0ABcc:_victim@example.de?=",
    "=?utf-8?Q?Angebot=0DBcc:_victim@example.de?=",
    "=?utf-8?B?QW5nZWJvdA0KQmNjOiB2aWN0aW1AZXhhbXBsZS5kZQ==?=",
    "=?utf-8?Q?Angebot=0D=0A=0D=0A<h1>Bcc</h1>?=",
    "Angebot =?utf-8?Q?=0D=0A?= Bcc: victim@example.de",
    "=?utf-7?Q?+AA0ACg-Bcc:_victim@example.de?=",
    "=?utf-16?B?DQAKAEIAYwBjADoA?=",
    "=?utf-8?Q?Angebot=E2=80=A8Bcc:_victim@example.de?=",
    "=?utf-8?Q?Angebot=00Bcc:_victim@example.de?=",
    "Angebot\n Bcc: victim@example.de",
    "\n Bcc: victim@example.de",
]

# In a sender's profile: each is refused at its line, or stands in the copy as text.
PROFILES = [
    ("unsubscribe_url", "https://shop.example/u\\r\\nBcc: victim@example.de"),
    ("unsubscribe_url", "https://shop.example/u>\\r\\n<x"),
    ("unsubscribe_url", "https://shop.example/u>,<https://evil.example"),
    ("unsubscribe_url", 'https://shop.example/u\\"><script>alert(1)</script>'),
    ("unsubscribe_url", "javascript:alert(1)"),
    ("reply_to", "service@shop.example\\r\\nBcc: victim@example.de"),
    ("reply_to", "service@shop.example, victim@example.de"),
    ("names", "Shop\\r\\nBcc: victim@example.de"),
    ("names", "<script>alert(1)</script>"),
    ("names", "Shop <!-- licet:promotional -->"),
    ("postal_address", "Hauptstr. 1\\r\\n.\\r\\nMAIL FROM:<x>"),
    ("contact", "a@b\\u0000c"),
]

# In commands of LMTP: refused, and the session goes on.
COMMANDS = [
    b"MAIL FROM:<a@shop.example>\nRCPT TO:<victim@example.de>\r\n",
    b"MAIL FROM:<a@shop.example\0>\r\n",
    b"MAIL FROM:<a@shop.example> SIZE=1\rRCPT\r\n",
    b"MAIL FROM:<a b@shop.example>\r\n",
    b"MAIL FROM:<<a@shop.example>>\r\n",
    b"MAIL FROM:a@shop.example\r\n",
    b"XFORWARD IDENT=A\nB\r\n",
    b"RCPT TO:<lea@example.de>\r\n",
    b"DATA\r\n",
    b"MAIL FROM:<" + b"a" * 600 + b"@shop.example>\r\n",
    b"MAIL FROM:<a@shop.example> " + b"X=y " * 2000 + b"\r\n",
]


def names(data):
    return {name for name, _ in email.message_from_bytes(data, policy=email.policy.compat32).items()}


def foreign(mail, copies):
    """Fields that nobody gave a copy, and lines that are no fields."""
    for copy in copies:
        head = copy.split(b"\r\n\r\n")[0].split(b"\r\n")
        broken = [line for line in head if not line.startswith((b" ", b"\t")) and b":" not in line]
        extra = names(copy) - names(mail) - OURS
        if broken or extra or b"\n" in copy.replace(b"\r\n", b"") or b"\r" in copy.replace(b"\r\n", b""):
            return f"fields {extra}, lines {broken}"
    return None


def subject(text):
    def check():
        mail = crlf(header(subject=text, more="X-Licet-Purpose: newsletter\n") + OFFER)
        with tempfile.TemporaryDirectory() as policies:
            os.makedirs(os.path.join(policies, "territories"))
            os.symlink(os.path.join(POLICIES, "words"), os.path.join(policies, "words"))
            for name, content in (("licet-policy.cfg", 'default_territory = "KR"; unsubscribe_words = [ "수신거부" ];\n'),
                                  ("territories/KR.cfg", LABEL)):
                with open(os.path.join(policies, name), "w", encoding="utf-8") as file:
                    file.write(content)
            status, _, said, copies = run(mail, rcpt=SEOUL, consent=AGREED, policies=policies)
        if status != 0 or len(copies) != 1:
            return f"exit {status}: {said}"
        shown = str(email.header.make_header(email.header.decode_header(
            email.message_from_bytes(copies[0])["Subject"])))
        return foreign(mail, copies) or (None if shown.startswith("(광고)") else f"no label: {shown}")
    return check


def profile(key, value):
    def check():
        with tempfile.TemporaryDirectory() as work:
            policies = os.path.join(work, "policies")
            shutil.copytree(POLICIES, policies)
            entry = {"names": "Shop Example GmbH", "postal_address": "Hauptstr. 1", "contact": "service@shop.example",
                     "unsubscribe_url": "https://shop.example/u?a={address}", "reply_to": "service@shop.example"} | {key: value}
            lines = [f'{k} = "{v}";' if k in ("unsubscribe_url", "reply_to") else f'{k} = [ "{v}" ];' for k, v in entry.items()]
            with open(os.path.join(policies, "licet-policy.cfg"), "a", encoding="utf-8") as file:
                file.write('senders = ( { domains = [ "shop.example" ];\n' + "\n".join(lines) + " } );\n")
            if licet("policy", "check", "--policies", policies).returncode != 0:
                said = licet("policy", "check", "--policies", policies)
                told = (said.stdout + said.stderr).decode(errors="replace")
                with open(os.path.join(policies, "licet-policy.cfg"), encoding="utf-8") as file:
                    at = next(number for number, line in enumerate(file, 1) if line.startswith(lines[list(entry).index(key)]))
                return None if f"licet-policy.cfg:{at}: " in told else f"says {told}"
            mail = crlf(header() + leaf("<p>Jetzt sparen: 20% Rabatt auf alle Angebote, nur heute!</p>", "text/html; charset=utf-8"))
            _, _, _, copies = run(mail, rcpt="ana@example.de", policies=policies,
                                  consent=("ana@example.de,*,granted,double-opt-in,2026-02-03T10:15:00Z,signup,DE",))
            if any(word in copy for copy in copies for word in (b"<script>", b"<!-- licet:promotional", b"javascript:", b"evil.example")):
                return "stands in the copy as markup"
            return foreign(mail, copies) if copies else "no copy"
    return check


def command(line):
    def check():
        client = Lmtp(daemon())
        got = client.ask(line)
        client.ask("RSET")
        alive = client.ask("NOOP")
        client.close()
        return None if got.startswith("5") and alive[:1] in ("2", "5", "") and daemon().is_there() else f"{got}; then {alive}"
    return check


def rows():
    for text in SUBJECTS:
        yield f"subject {text!r}", subject(text)
    for key, value in PROFILES:
        yield f"profile {key} = {value}", profile(key, value)
    for line in COMMANDS:
        yield f"command {line[:60]!r}", command(line)
