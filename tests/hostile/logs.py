# SPDX-License-Identifier: BSD-2-Clause
"""B13: texts of strangers in the log, in what is printed of it, in tables and on pages. Every one is refused
mail, so that its words come as near to the log as they can."""

import csv
import io
import json
import os
import re
import subprocess
import threading

from daemon import Milter, daemon
from world import LICET, crlf, header, leaf, page

NAME = "logs"
ESC, CSV = "\x1b", "=cmd|'/C calc'!A0"
TEXTS = [f"{ESC}[2J{ESC}]0;owned\x07", "a\r\nNov 24 09:00:00 mail licetd: class=transactional", 'a","outcome":"delivered', "\x00\x01\x02",
         "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</td></tr></table><h1>x</h1>", CSV, "+1+1", "-2+3", "@SUM(1)",
         "\tTAB", "\u202egnp.exe", "\u2028line", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "%s%n%x", "{{7*7}}",
         "${jndi:ldap://x}", "a" * 5000, "'; DROP TABLE salts; --"]
PLACES = ["subject", "sender's name", "envelope", "campaign"]


def clean(text):
    """What a milter may hold: no line end of its own, no NUL."""
    return text.replace("\r\n", "\n ").replace("\x00", "")


def refuse(place, text):
    """Hands a mail with an offer to somebody who has not agreed; all of it stands in one attribute of it."""
    value = clean(text)
    more = f"X-Campaign: {value}\nX-Licet-Campaign: {value}\n" if place == "campaign" else ""
    sender = f'"{value}" <orders@shop.example>' if place == "sender's name" else "Shop <orders@shop.example>"
    mail = crlf(header(value if place == "subject" else "Angebot", sender, more + "X-Licet-Class: promotional\n")
                + leaf(page("<p>Jetzt sparen: 20% Rabatt</p>"), "text/html; charset=utf-8")).decode()
    client = Milter(daemon().path("milter"))
    envelope = f'"{value[:100]}"@shop.example' if place == "envelope" else "orders@shop.example"
    client.send(b"M", f"<{envelope}>\0".encode()) if place == "envelope" else None
    accepted = client.deliver(daemon().new_id(), ["lea@example.de"], mail)
    client.socket.close()
    return accepted


def strip():
    """Hands a mail whose marked block begins so; its first words stand in the log."""
    block = f"<!-- licet:promotional --><p>{ESC}[2J \u202egnp.exe \x9b31m ANA-X7QP: Jetzt sparen</p><!-- /licet:promotional -->"
    mail = crlf(header("Rechnung 17", "Shop <orders@shop.example>", "X-Licet-Purpose: receipt, offer\n")
                + leaf(page(f"<p>Ihre Rechnung 17 liegt bei. Vielen Dank für Ihre Bestellung.</p>{block}"),
                       "text/html; charset=utf-8")).decode()
    client = Milter(daemon().path("milter"))
    client.deliver(daemon().new_id(), ["lea@example.de"], mail)
    client.socket.close()


def tool(*words):
    done = subprocess.run([LICET, "audit", *words, "--config", daemon().path("licet.cfg")], capture_output=True, check=False)
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]")
_once, _lock = {}, threading.Lock()


def outputs():
    """All ways to look at the log, after all texts are in it."""
    with _lock:
        if not _once:
            for place in PLACES:
                for text in TEXTS:
                    _once[place, text] = refuse(place, text)
            strip()
            report = daemon().path("report.html")
            tool("report", "--out", report)
            with open(report, encoding="utf-8") as file:
                _once["report"] = file.read()
            for name, words in (("search", ("search",)), ("tail", ("tail",)), ("csv", ("export", "--format", "csv")),
                                ("json", ("export", "--format", "json"))):
                _once[name] = tool(*words)
            with open(daemon().path("audit.jsonl"), encoding="utf-8") as file:
                _once["log"] = file.read()
            numbers = [str(json.loads(line)["seq"]) for line in _once["log"].splitlines() if '"begins"' in line]
            _once["show"] = "".join(tool("show", number)[1] for number in numbers)
            _once["messages"] = daemon().log_text()
        return _once


def is_refused(place, text):
    return lambda: "accepted" if outputs()[place, text] else None


def lines_are_json():
    for number, line in enumerate(outputs()["log"].split("\n")[:-1], 1):
        json.loads(line)
    return None if outputs()["log"].count("\n") >= 2 * len(TEXTS) else "too few lines"


def plain(name):
    def check():
        text = outputs()[name] if isinstance(outputs()[name], str) else outputs()[name][1]
        text = text.replace("\r\n", "\n") if name == "csv" else text  # RFC 4180 2
        found = CONTROL.search(text)
        return None if text and not found else f"{found!r} at {text[max(0, found.start() - 40):found.end() + 20]!r}" if found else "nothing"
    return check


def no_formulas():
    cells = [cell for row in csv.reader(io.StringIO(outputs()["csv"][1])) for cell in row]
    bad = [cell for cell in cells if cell[:1] in "=+-@\t\r" and cell]
    return None if len(cells) > 50 and not bad else f"{len(cells)} cells, {bad[:3]}"


def no_markup():
    bad = [word for word in ("<script>alert", "<img src=x", "<h1>x</h1>", "{{7*7}}</") if word in outputs()["report"]]
    return None if not bad and "</html>" in outputs()["report"] else f"{bad}"


def no_code():
    """What a voucher is worth to who reads the log."""
    return "the code" if "X7QP" in outputs()["log"] else None if "begins" in outputs()["log"] else "nothing"


def no_words():
    """Nothing that a stranger wrote stands in the daemon's messages as a line of its own."""
    bad = [line for line in outputs()["messages"].splitlines() if not line.startswith("licetd: ")]
    return None if not bad else f"{bad}"


def verifies():
    status, out, err = tool("verify")
    return None if status == 0 else out + err


def rows():
    for place in PLACES:
        for text in TEXTS:
            yield f"{text[:40]!a} as {place} is refused", is_refused(place, text)
    yield "each line of the log is JSON", lines_are_json
    for name in ("log", "messages", "search", "tail", "csv", "json", "report", "show"):
        yield f"no control character in {name}", plain(name)
    yield "no formula in the table", no_formulas
    yield "no markup in the report", no_markup
    yield "no line of a stranger among the messages", no_words
    yield "no voucher of a block in the log", no_code
    yield "the log verifies", verifies
