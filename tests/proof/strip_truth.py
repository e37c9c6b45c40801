#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Strips marked blocks with `licet run` and compares the HTML with the one that never had them.

usage: strip_truth.py TOP BUILD CORPUS
CORPUS holds labelled/mixed/NAME.eml, strip-truth/NAME.base.html and strip-truth/NAME.block.html.
Each block is marked by comments around it, by an attribute at each of its rows, named by a selector
of the policy, or not marked at all; each page travels as it is, in quoted-printable and in base64.
Prints TAP and, as comments, how many are equal to the byte, equal as a tree, or refused; and without
marks, how many are cut in part, not found, or have lost what is not of the block, which must be none.
"""
import base64
import collections
import email
import glob
import json
import os
import quopri
import re
import subprocess
import sys
import tempfile

import html5lib

TOP, BUILD, CORPUS = sys.argv[1:4]
HEAD = (b"From: Shop <orders@shop.example>\r\nTo: ana@example.com\r\nSubject: Order 17\r\n"
        b"Date: Tue, 24 Nov 2026 15:00:00 +0000\r\nMessage-ID: <1@shop.example>\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: %s\r\n\r\n")
CONSENT = ("address,purpose,state,basis,at,source,wording,evidence,country,subdivision,"
           "recipient_class,language,expires,person\n"
           "ana@example.com,*,withdrawn,,2026-02-03T10:15:00Z,signup,v3,,DE,,natural,,,\n")
POLICY = """version = "proof";
default_territory = "XX";
unsubscribe_words = [ "unsubscribe" ];
promotional_blocks = [ "tr.offer-of-the-proof" ];
"""


def mark_rows(block, attribute):
    """The attribute at each row of the block that is in no table of its own."""
    out, depth, at = [], 0, 0
    for tag in re.finditer(rb"<(/?)(table|tr)\b", block, re.I):
        closing, name = tag.group(1), tag.group(2).lower()
        if name == b"table":
            depth += -1 if closing else 1
        elif not closing and depth == 0:
            out.append(block[at:tag.end()] + b" " + attribute)
            at = tag.end()
    return b"".join(out) + block[at:]


MARKS = {
    "comments": lambda b: b"<!-- licet:promotional -->" + b + b"<!-- /licet:promotional -->",
    "attribute": lambda b: mark_rows(b, b'data-licet="promotional"'),
    "selector": lambda b: mark_rows(b, b'class="offer-of-the-proof"'),
}


def words(data):
    return collections.Counter(word for text in tree(data) if isinstance(text, str) and text != "end"
                               for word in text.split())


def judge_unmarked(got, page, base):
    """What became of a page whose block nobody marked."""
    if got is None:
        return "refused"
    if unix(got).rstrip() == unix(page).rstrip():
        return "not found"
    if tree(unix(got)) == tree(base):
        return "equal as a tree"
    return "something else lost" if words(base) - words(unix(got)) else "cut in part"


def fold_base64(data):
    text = base64.b64encode(data)
    return b"".join(text[i:i + 76] + b"\r\n" for i in range(0, len(text), 76))


def encode_quoted(data):
    return quopri.encodestring(data.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")


ENCODINGS = {"8bit": lambda data: data, "quoted-printable": encode_quoted, "base64": fold_base64}


def unix(data):
    return data.replace(b"\r\n", b"\n")


def tree(data):
    """Tags, attributes and texts; blanks between rows and cells are none."""
    out = []

    def walk(node):
        out.append((str(node.tag), sorted(node.attrib.items())))
        for text in [node.text] + [child.tail for child in node]:
            if text and text.strip():
                out.append(" ".join(text.split()))
        for child in node:
            walk(child)
        out.append("end")

    walk(html5lib.parse(data, treebuilder="etree", namespaceHTMLElements=False,
                        transport_encoding="utf-8"))
    return out


def pairs():
    for path in sorted(glob.glob(os.path.join(CORPUS, "strip-truth", "*.base.html"))):
        name = os.path.basename(path).removesuffix(".base.html")
        with open(path, "rb") as file:
            base = unix(file.read())
        with open(path.replace(".base.html", ".block.html"), "rb") as file:
            block = unix(file.read())
        with open(os.path.join(CORPUS, "labelled", "mixed", name + ".eml"), "rb") as file:
            mixed = unix(email.message_from_bytes(file.read()).get_payload(decode=True))
        at = mixed.find(block)
        assert mixed[:at] + mixed[at + len(block):] == base, name
        yield name, base, base[:at], block, base[at:]


def run(folder, mail):
    path, out = os.path.join(folder, "mail.eml"), os.path.join(folder, "out")
    with open(path, "wb") as file:
        file.write(mail)
    for old in glob.glob(os.path.join(out, "*")):
        os.remove(old)
    done = subprocess.run(
        [os.path.join(BUILD, "licet"), "run", "--json", "--policies", folder, "--consent",
         os.path.join(folder, "consent.csv"), "--now", "2026-11-24T15:00:00Z", "--from",
         "orders@shop.example", "--rcpt", "ana@example.com", "--out", out, path],
        capture_output=True, check=False)
    plan = done.stdout.decode(errors="replace") + done.stderr.decode(errors="replace")
    copies = glob.glob(os.path.join(out, "*.eml"))
    if not copies:
        return None, plan
    with open(copies[0], "rb") as file:
        return email.message_from_bytes(file.read()).get_payload(decode=True), plan


def reason_of(plan):
    for line in plan.splitlines():
        try:
            for recipient in json.loads(line).get("recipients", []):
                return recipient.get("reason") or recipient.get("reply") or str(recipient)[:160]
        except ValueError:
            pass
    return plan[:160]


def main():
    counts, wrong, lost = collections.Counter(), [], []
    with tempfile.TemporaryDirectory(prefix="licet-truth") as folder:
        with open(os.path.join(folder, "licet-policy.cfg"), "w", encoding="utf-8") as file:
            file.write(POLICY)
        with open(os.path.join(folder, "consent.csv"), "w", encoding="utf-8") as file:
            file.write(CONSENT)
        for name in ("words", "territories"):
            os.symlink(os.path.abspath(os.path.join(TOP, "policies", name)),
                       os.path.join(folder, name))
        for name, base, before, block, after in pairs():
            page = (before + block + after).replace(b"\n", b"\r\n")
            for encoding, encode in ENCODINGS.items():
                got, plan = run(folder, HEAD % encoding.encode() + encode(page))
                result = judge_unmarked(got, page, base)
                counts[("unmarked", encoding, result)] += 1
                if result == "something else lost":
                    lost.append(f"{name}, unmarked, {encoding}: {result}")
            for how, mark in MARKS.items():
                page = (before + mark(block) + after).replace(b"\n", b"\r\n")
                for encoding, encode in ENCODINGS.items():
                    got, plan = run(folder, HEAD % encoding.encode() + encode(page))
                    result = "equal to the byte" if got is not None and \
                        unix(got).rstrip() == base.rstrip() else \
                        "equal as a tree" if got is not None and tree(unix(got)) == tree(base) \
                        else "refused" if got is None else "different"
                    counts[(how, encoding, result)] += 1
                    if result in ("refused", "different"):
                        wrong.append(f"{name}, {how}, {encoding}: {result}: {reason_of(plan)}")
    for key, number in sorted(counts.items()):
        print(f"# {number:4} {', '.join(key)}")
    for line in wrong[:6] + lost[:6]:
        print(f"# {line}")
    print("1..2")
    good = counts and not wrong
    print(f"{'ok' if good else 'not ok'} 1 - every page is the one without its block")
    print(f"{'not ok' if lost else 'ok'} 2 - without marks nothing but the block is lost")
    return 0 if good and not lost else 1


if __name__ == "__main__":
    sys.exit(main())
