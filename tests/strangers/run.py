#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Mail of invented senders in every language, which no model is trained on: what it is called, and
whether what is cut as promotion without marks leaves the transaction whole. Prints TAP.

A mail begins with "== name class kind headers layout" and two fields. Of its lines, "# " is a
heading, "| a | b" a row of a table, "[words](address)" a button, and "+ " goes before each line of
promotion within a transaction. It is trained on nowhere: whoever adds a word because a mail here
fails adds what the language lacks, never what the mail says.

usage: run.py TOP BUILD [--errors] [--out DIR]"""

import collections
import email.header
import email.utils
import glob
import html
import json
import os
import re
import subprocess
import sys
import tempfile

TOP, BUILD = (os.path.abspath(word) for word in sys.argv[1:3])
HERE = os.path.dirname(os.path.abspath(__file__))
LEAST_F1, LEAST_MIXED, LEAST_WHOLE, MOST_CALLED = 0.95, 0.85, 0.8, 1
CLASSES = ("transactional", "promotional", "mixed", "personal")
HEADERS = {
    "auto": "Auto-Submitted: auto-generated\n",
    "esp": "Feedback-ID: 88:cmp:mail:relay\nX-SES-Outgoing: 2025.11.26\nPrecedence: bulk\n",
    "bulk": "List-Unsubscribe: <https://lists.example/u/77>\nPrecedence: bulk\n",
    "person": "User-Agent: Mozilla Thunderbird\n",
    "reply": "User-Agent: Mozilla Thunderbird\nIn-Reply-To: <77@menon.example>\n"
             "References: <77@menon.example>\n",
}
STYLE = ("<style>.b{background:#0a6;color:#fff;padding:12px 20px;border-radius:4px}"
         "h2{font-family:Georgia}</style>")
FOOT = ('<tr><td><a href="https://social.example/a"><img src="https://img.example/a.png" alt=""></a>'
        '<a href="https://social.example/b"><img src="https://img.example/b.png" alt=""></a></td></tr>')


results = []


def check(name, good):
    results.append(good)
    print(f"{'ok' if good else 'not ok'} {len(results)} - {name}")


def read():
    """The mails, as dictionaries, in order."""
    for path in sorted(glob.glob(os.path.join(HERE, "*.txt"))):
        language = os.path.basename(path)[:2]
        with open(path, encoding="utf-8") as file:
            for part in re.split(r"^== ", file.read(), flags=re.M)[1:]:
                head, sender, subject, *lines = part.strip("\n").split("\n")
                name, label, kind, headers, layout = head.split()
                yield {"name": f"{language}-{name}", "language": language, "label": label, "kind": kind,
                       "headers": headers, "layout": layout, "from": sender.split(": ", 1)[1],
                       "subject": subject.split(": ", 1)[1], "lines": lines}


def encoded(words):
    return words if words.isascii() else email.header.Header(words, "utf-8", maxlinelen=900).encode()


def piece(line):
    """One line as HTML."""
    line = line.removeprefix("+ ")
    if line.startswith("# "):
        return f"<h2>{html.escape(line[2:])}</h2>"
    if line.startswith("| "):
        cells = "".join(f"<td>{html.escape(cell.strip())}</td>" for cell in line[2:].split("|"))
        return f"<table><tr>{cells}</tr></table>"
    parts = re.split(r"\[([^]]+)\]\(([^)]+)\)", line)
    words = html.escape(parts[0])
    for i in range(1, len(parts), 3):
        words += f'<a class="b" href="{parts[i + 1]}">{html.escape(parts[i])}</a>{html.escape(parts[i + 2])}'
    return f"<p>{words}</p>"


def body(mail):
    """The leaf's type and text."""
    lines = mail["lines"]
    if mail["layout"] == "text":
        return "plain", "\n\n".join(line.removeprefix("+ ") for line in lines) + "\n"
    pieces = [piece(line) for line in lines]
    if mail["layout"] == "rows":
        middle = "<table>\n" + "\n".join(f"<tr><td>{p}</td></tr>" for p in pieces) + "\n</table>"
    elif mail["layout"] == "styled":
        logo = '<tr><td><img src="https://img.example/logo.png" alt="" width="600"></td></tr>'
        rows = "\n".join(f'<tr><td style="padding:24px">{p}</td></tr>' for p in pieces)
        middle = f'<table width="600" align="center">\n{logo}\n{rows}\n{FOOT}\n</table>'
    else:
        middle = "\n".join(pieces)
    style = STYLE if mail["layout"] == "styled" else ""
    return "html", f"<html><head>{style}</head><body>\n{middle}\n</body></html>\n"


def write(mail, folder):
    name, address = email.utils.parseaddr(mail["from"])
    kind, text = body(mail)
    mail["body"] = text.replace("\n", "\r\n").encode()
    mail["path"] = os.path.join(folder, mail["name"] + ".eml")
    head = (f"From: {encoded(name)} <{address}>\nTo: reader@mail.example\n"
            f"Subject: {encoded(mail['subject'])}\nDate: Wed, 26 Nov 2025 09:12:00 +0000\n"
            f"Message-ID: <{mail['name']}@{address.split('@')[1]}>\nMIME-Version: 1.0\n"
            + HEADERS[mail["headers"]] +
            f"Content-Type: text/{kind}; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n")
    with open(mail["path"], "wb") as file:
        file.write(head.replace("\n", "\r\n").encode() + mail["body"])


def classify(mails):
    done = subprocess.run([os.path.join(BUILD, "licet"), "classify", "--json", "--policies",
                           os.path.join(TOP, "policies"), *(mail["path"] for mail in mails)],
                          capture_output=True, text=True, check=False)
    for mail, line in zip(mails, done.stdout.splitlines()):
        mail["told"] = json.loads(line)


def words_left(mail):
    """What is left of the lines of a mail when its blocks are cut: (protected lost, offers left)."""
    left = mail["body"]
    for block in sorted(mail["told"]["blocks"], key=lambda block: -block["start"]):
        left = left[:block["start"]] + left[block["end"]:]
    lost, stayed = [], []
    escape = (lambda words: words) if mail["layout"] == "text" else html.escape
    for line in mail["lines"]:
        shown = re.sub(r"^(\+ )?(# |\| )?", "", line)
        parts = [part.strip() for part in re.split(r"\]\([^)]*\)|[|\[]", shown) if part.strip()]
        kept = all(escape(part).encode() in left for part in parts)
        if line.startswith("+ "):
            stayed += [shown] if kept else []
        elif not kept:
            lost.append(shown)
    return lost, stayed


def score(mails):
    """macro-F1 over three classes; a mixed mail that is called promotional still counts against it."""
    total = 0
    for label in ("transactional", "promotional", "personal"):
        hit = sum(m["label"] == label == m["told"]["class"] for m in mails)
        said = sum(m["told"]["class"] == label for m in mails if m["label"] != "mixed")
        meant = sum(m["label"] == label for m in mails)
        total += 2 * hit / max(said + meant, 1)
    return total / 3


def show(mails):
    print("# rows: what it is; columns: what it is called")
    print("# " + " " * 14 + "".join(f"{label:>15}" for label in CLASSES))
    for label in CLASSES:
        counts = collections.Counter(m["told"]["class"] for m in mails if m["label"] == label)
        print(f"# {label:14}" + "".join(f"{counts[told]:15}" for told in CLASSES))
    for key in ("language", "kind"):
        wrong, all_of = collections.Counter(), collections.Counter()
        for mail in mails:
            all_of[mail[key]] += 1
            wrong[mail[key]] += mail["label"] != mail["told"]["class"]
        print(f"# wrong by {key}: " + ", ".join(f"{k} {wrong[k]}/{all_of[k]}" for k in sorted(all_of)))


def show_errors(mails):
    for mail in mails:
        lost, stayed = words_left(mail)
        if mail["label"] != mail["told"]["class"] or lost or stayed:
            told = mail["told"]
            print(f"# {mail['name']}: {mail['label']} called {told['class']}, {told['confidence']}"
                  f"; lost {lost}; left {stayed}")
            print("#    " + "; ".join(f"{e['signal']} {e['weight']:.1f}" for e in told["evidence"]))


def main():
    mails = list(read())
    folder = sys.argv[sys.argv.index("--out") + 1] if "--out" in sys.argv else None
    with tempfile.TemporaryDirectory() as scratch:
        for mail in mails:
            write(mail, folder or scratch)
        classify(mails)
    show(mails)
    if "--errors" in sys.argv:
        show_errors(mails)
    mixed = [mail for mail in mails if mail["label"] == "mixed"]
    lost = [mail["name"] for mail in mails if mail["label"] != "promotional" and words_left(mail)[0]]
    whole = sum(not words_left(mail)[1] for mail in mixed)
    found = sum(mail["told"]["class"] == "mixed" for mail in mixed)
    called = [mail["name"] for mail in mails
              if mail["label"] == "transactional" and mail["told"]["class"] in ("promotional", "mixed")]
    check("every mail is told", all("told" in mail for mail in mails) and len(mails) >= 120)
    check("every language has mail of each class", all(
        any(mail["language"] == language and mail["label"] == label for mail in mails)
        for language in {mail["language"] for mail in mails} for label in CLASSES))
    check(f"macro-F1 {score(mails):.3f} is {LEAST_F1} or more", score(mails) >= LEAST_F1)
    check(f"transactional called promotional or mixed: {len(called)}", len(called) <= MOST_CALLED)
    check(f"mixed found: {found} of {len(mixed)}", found >= LEAST_MIXED * len(mixed))
    check(f"mixed cut to the last line: {whole} of {len(mixed)}", whole >= LEAST_WHOLE * len(mixed))
    check(f"passages of a transaction that were cut: {len(lost)}", not lost)
    for names in (called, lost):
        print("# " + " ".join(names)) if names else None
    print(f"1..{len(results)}")
    sys.exit(0 if all(results) else 1)


main()
