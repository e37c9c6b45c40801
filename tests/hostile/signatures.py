# SPDX-License-Identifier: BSD-2-Clause
"""B9: what somebody may add to a signed copy, and signatures that come with a mail. dkimpy is the judge."""

import os
import re
import subprocess
import tempfile

import dkim

from world import LICET, RECEIPT, crlf, header, leaf, run

NAME = "signatures"
BODY = leaf(RECEIPT)
LISTED = "Reply-To: service@shop.example\nCc: eve@example.de\nList-Unsubscribe: <https://shop.example/u>\nList-Id: <a.shop.example>\n"
FOREIGN = ("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={d}; s=s; h=from:to:subject; {more}\n"
           " bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\n")

_keys = tempfile.TemporaryDirectory()
_key = os.path.join(_keys.name, "k.pem")
subprocess.run([LICET, "key", "new", "--out", _key, "shop.example", "s1"], check=True, capture_output=True)
_shown = subprocess.run([LICET, "key", "show", _key], check=True, capture_output=True, text=True).stdout
_record = "".join(re.findall(r'"([^"]*)"', _shown)) or _shown.strip()


def verifies(copy):
    try:
        return dkim.verify(copy, dnsfunc=lambda name, timeout=5: _record.encode() if name.startswith(b"s1._domainkey.shop.example")
                           else None)
    except dkim.DKIMException:
        return False


def signed(mail, **how):
    *_, said, copies = run(mail, rcpt="ana@example.de", more=("--key", f"shop.example:s1:{_key}"), **how)
    if len(copies) != 1:
        raise ValueError(f"{len(copies)} copies; {said}")
    return copies[0]


def added(field, where):
    """A copy verifies; with one more field, first or last, it does not (oversigning, RFC 6376 8.15)."""
    def check():
        copy = signed(crlf(header(more=LISTED) + BODY))
        head, body = copy.split(b"\r\n\r\n", 1)
        line = field.encode()
        more = line + b"\r\n" + copy if where == "first" else head + b"\r\n" + line + b"\r\n\r\n" + body
        if not verifies(copy):
            return "the copy itself does not verify"
        return "still verifies" if verifies(more) else None
    return check


def appended(change):
    def check():
        copy = signed(crlf(header() + BODY))
        if not verifies(copy) or verifies(change(copy)):
            return "the copy does not verify, or the changed one does"
        return "the signature has l=" if re.search(rb"[; \t]l=", copy.split(b"\r\n\r\n")[0]) else None
    return check


def comes_with(text, count=1):
    """Our own signature stands above what came with the mail, and verifies."""
    def check():
        copy = signed(crlf(text + header() + BODY))
        found = len(re.findall(rb"d=shop\.example;", copy))
        if not verifies(copy):
            return "does not verify"
        return None if found == count else f"{found} signatures of shop.example"
    return check


def unsigned(sender, from_):
    def check():
        copy = signed(crlf(header(sender=from_) + BODY), sender=sender)
        return "signed" if b"DKIM-Signature" in copy else None
    return check


FIELDS = ["From: Bank <bank@bank.example>", "Subject: Pay at once", "To: victim@example.de", "Date: Wed, 25 Nov 2026 09:00:00 +0100",
          "Message-ID: <other@shop.example>", "Reply-To: evil@evil.example", "Cc: victim@example.de",
          "List-Unsubscribe: <https://evil.example>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
          "Content-Type: text/html", "MIME-Version: 1.0", "Content-Transfer-Encoding: base64"]


def rows():
    for field in FIELDS:
        yield f"one more {field.split(':')[0]} above", added(field, "first")
    for field in FIELDS[:4]:
        yield f"one more {field.split(':')[0]} below", added(field, "last")
    yield "text behind the end", appended(lambda copy: copy + b"Buy now\r\n")
    yield "text before the beginning", appended(lambda copy: copy.replace(b"\r\n\r\n", b"\r\n\r\nBuy now\r\n", 1))
    yield "another letter in the subject", appended(lambda copy: copy.replace(b"Subject: I", b"Subject: i"))
    yield "a foreign signature with l=", comes_with(FOREIGN.format(d="esp.example", more="l=0;"))
    yield "a foreign signature with z= of 60 kB", comes_with(FOREIGN.format(d="esp.example", more="z=" + "|".join(
        f"\n X-A{i}:{'b' * 80}" for i in range(650)) + ";"))
    yield "a foreign signature that has expired", comes_with(FOREIGN.format(d="esp.example", more="t=1; x=2;"))
    yield "a foreign signature of a weak kind", comes_with(FOREIGN.format(d="esp.example", more="").replace("rsa-sha256", "rsa-sha1"))
    yield "a foreign signature that is none", comes_with("DKIM-Signature: nonsense\n")
    yield "an empty one", comes_with("DKIM-Signature:\n")
    yield "30 of them", comes_with("".join(FOREIGN.format(d=f"e{i}.example", more="") for i in range(30)))
    yield "one of our domain by a key that is not ours", comes_with(FOREIGN.format(d="shop.example", more=""), 2)
    yield "From of a domain without a key", unsigned("orders@other.example", "Other <orders@other.example>")
    yield "From of a domain that ends alike", unsigned("orders@evilshop.example", "Other <orders@evilshop.example>")
    yield "From of a domain that begins alike", unsigned("orders@shop.example.evil.example", "S <orders@shop.example.evil.example>")
    yield "envelope of ours, From of another", unsigned("orders@shop.example", "Other <orders@other.example>")
