#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""`licet audit` on the log of a day that make_day wrote. What it answers is compared with the lines of the
log themselves, read with Python's json. Prints TAP.

    tools.py TOP BUILD [MESSAGES]
"""
import base64
import csv
import datetime
import glob
import gzip
import hashlib
import html.parser
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import day  # noqa: E402
import figures  # noqa: E402

TOP, BUILD = sys.argv[1] if len(sys.argv) > 1 else ".", sys.argv[2] if len(sys.argv) > 2 else "."
MESSAGES = int(sys.argv[3]) if len(sys.argv) > 3 else 900


class Page(html.parser.HTMLParser):
    """What would fetch or run something, and elements that are not closed."""
    VOID = {"meta", "rect", "path"}

    def __init__(self):
        super().__init__()
        self.foreign, self.open, self.numbers = [], [], []
        self.drawings = self.titles = 0

    def handle_starttag(self, tag, attrs):
        if tag in ("script", "link", "img", "iframe", "object", "embed", "base", "form") or \
                any(name in ("src", "href", "xlink:href") or name.startswith("on") for name, _ in attrs):
            self.foreign.append(tag)
        self.drawings += tag == "svg"
        self.titles += tag == "title" and "svg" in self.open
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data):
        if self.open and self.open[-1] in ("td", "dd"):
            self.numbers.append(data.replace(figures.NARROW_SPACE, ""))


class Tools:
    def __init__(self, directory):
        self.dir = directory
        self.config = day.prepare(TOP, directory, MESSAGES)
        day.run_day(BUILD, self.config, MESSAGES, self.path("mails"))
        self.rows = self.read()
        self.number = 0
        self.failed = False

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def read(self):
        names = sorted(name for name in os.listdir(self.dir) if name.startswith("audit") and name.endswith(".jsonl"))
        rows = []
        for name in names[1:] + names[:1] if names[0] != "audit.jsonl" else names:
            with open(self.path(name), encoding="utf-8") as file:
                rows += [json.loads(line) for line in file]
        return sorted(rows, key=lambda row: row["seq"])

    def audit(self, *args, status=0):
        done = subprocess.run([os.path.join(BUILD, "licet"), "audit", *args, "--config", self.config],
                              capture_output=True, text=True, check=False)
        if done.returncode != status:
            print(f"# licet audit {' '.join(args)}: {done.returncode}\n# {done.stderr[:500]}")
            self.failed = True
        return done.stdout

    def found(self, *args):
        return [json.loads(line)["seq"] for line in self.audit(*args, "--json").splitlines()]

    def check(self, name, holds):
        self.number += 1
        print(f"{'ok' if holds else 'not ok'} {self.number} - {name}")
        self.failed = self.failed or not holds

    def fits(self, test):
        return [row["seq"] for row in self.rows if test(row)]

    def check_search(self):
        some = next(row for row in self.rows if row["record"] == "outcome" and row["submitted_queue_id"])
        tests = {
            "outcome": ("strip", lambda row: row.get("outcome") == "strip"),
            "territory": ("DE", lambda row: row.get("territory") == "DE"),
            "class": ("mixed", lambda row: row.get("message", {}).get("class") == "mixed"),
            "sender": ("shop.example", lambda row: row.get("sender_domain") == "shop.example"),
            "record": ("failure", lambda row: row["record"] == "failure"),
            "purpose": ("shipping", lambda row: row.get("message", {}).get("purpose") == "shipping"),
            "queue-id": (some["submitted_queue_id"],
                         lambda row: some["submitted_queue_id"] in (row.get("queue_id"), row.get("submitted_queue_id"))),
            "since": ("2026-11-24T12:00:00Z", lambda row: row["time"] >= "2026-11-24T12:00:00Z"),
            "until": ("2026-11-24T12:00:00Z", lambda row: row["time"] < "2026-11-24T12:00:00Z"),
            "rule": ("DE-CONSENT", lambda row: row.get("rule") == "DE-CONSENT" or any(
                rule["id"] == "DE-CONSENT" and rule["verdict"] == "violated" for rule in row.get("rules", []))),
        }
        for name, (value, test) in tests.items():
            wanted = self.fits(test)
            self.check(f"search --{name} {value} finds what is there ({len(wanted)})",
                       wanted and self.found("search", f"--{name}", value) == wanted)
        wanted = self.fits(lambda row: row.get("territory") == "DE" and row.get("outcome") == "refuse")
        self.check("filters add up", self.found("search", "--territory", "de", "--outcome", "refuse") == wanted)
        mails = {row["queue_id"] for row in self.rows if row["record"] == "decision" and row["sender_domain"] == "shop.example"}
        wanted = self.fits(lambda row: row["record"] == "outcome" and row["queue_id"] in mails)
        self.check("search --sender finds what became of the mails too",
                   wanted and self.found("search", "--sender", "shop.example", "--record", "outcome") == wanted)
        self.check("tail gives the last", self.found("tail", "-n", "3") == [row["seq"] for row in self.rows[-3:]])

    def said(self, *args):
        """Exit status and what stands on stderr."""
        done = subprocess.run([os.path.join(BUILD, "licet"), "audit", *args, "--config", self.config],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stderr

    def check_keys(self):
        key = json.loads(self.audit("verify", "--json"))["key"]
        self.check("the log's own key is taken", self.said("verify", "--key", key)[0] == 0)
        for bad in ("abc", "", key[:-1], key + "A", key.replace("=", "")):
            status, said = self.said("verify", "--key", bad)
            self.check(f"--key \"{bad}\" is no key", status == 64 and f"--key {bad}: no Ed25519 public key" in said)

    def check_foreign(self):
        """Checkpoints of another host say nothing of this log, and both verifiers tell what is wrong."""
        other, name, mine = self.path("other"), json.loads(self.audit("verify", "--json"))["log"], self.path("checkpoints")
        os.mkdir(other)
        subprocess.run([os.path.join(BUILD, "tests", "audit", "make_log"), other, "2000"], check=True)
        theirs, key = os.path.join(other, "checkpoints"), json.loads(self.audit("verify", "--json"))["key"]
        script = os.path.join(TOP, "contrib", "verify-audit.py")
        for what, args, last, problems in (
                ("alone", ["--checkpoints", theirs], "NOT CONFIRMED: whole in itself", 1),
                ("and with the key", ["--checkpoints", theirs, "--key", key], "NOT CONFIRMED: whole in itself", 1),
                ("beside the right ones", ["--checkpoints", theirs, "--checkpoints", mine], "NOT CONFIRMED: whole in itself", 1)):
            done = subprocess.run([sys.executable, script, *args, self.path("audit.jsonl")], capture_output=True, text=True,
                                  check=False)
            for who, said in (("licet", self.audit("verify", *args, status=65)), ("verify-audit.py", done.stdout)):
                lines = said.splitlines()
                named = [line for line in lines if line.startswith(f"problem: {theirs}: checkpoints of the log ") and
                         f"but this log is {name}: the file is of another log" in line]
                self.check(f"{who}: checkpoints of another log {what}", lines[-1].startswith(last) and len(named) == 1 and
                           sum(line.startswith("problem: ") for line in lines) == problems)
        page = self.audit("report", "--checkpoints", theirs, status=65)
        self.check("so does the report", "THE LOG IS NOT CONFIRMED" in page and "NOT WHOLE" not in page)
        wrong = base64.b64encode(bytes(32)).decode()
        said = self.audit("verify", "--checkpoints", mine, "--key", wrong, status=65)
        self.check("another key is no mistake of the file", said.count("checkpoints:") <= 1 and said.endswith("NOT WHOLE\n"))

    def check_transfer(self):
        """What happens to files on their way: both verifiers say it, and no mistake of the auditor's accuses the log."""
        here, script = self.path("transfer"), os.path.join(TOP, "contrib", "verify-audit.py")
        os.mkdir(here)
        subprocess.run([os.path.join(BUILD, "tests", "audit", "make_log"), here, "30"], check=True)
        log, outside = os.path.join(here, "audit.jsonl"), os.path.join(here, "checkpoints")
        with open(log, "rb") as file:
            data = file.read()
        with open(outside, "rb") as file:
            kept = file.read()
        for what, lines, checkpoints, last, says in (
                ("as it is", data, kept, "whole", ""),
                ("CRLF", data.replace(b"\n", b"\r\n"), kept, "NOT WHOLE", "end in CRLF, as a transfer"),
                ("a byte order mark", b"\xef\xbb\xbf" + data, kept, "NOT WHOLE", "begins with a byte order mark"),
                ("compressed", gzip.compress(data), kept, "NOT WHOLE", "is compressed (gzip)"),
                ("what is no checkpoint", data, b"some text\n", "NOT CONFIRMED: whole in itself", "holds no checkpoint"),
                ("a checkpoint that is damaged", data, kept.replace(b'"signature":"', b'"signature":"A'), "NOT WHOLE",
                 "holds no checkpoint"),
                ("a line that a crash tore", data + data[:100], kept, "whole", "the last line has no end"),
                ("the end cut off", data[:data.rindex(b"\n", 0, -1) + 1], kept, "NOT WHOLE", "its end was cut off"),
                ("a record of a megabyte", data[:-1] + b" " * (1 << 20) + b"\n", kept, "NOT WHOLE", "is no record of a chain"),
                ("nothing", b"", kept, "NOT WHOLE", "the log is empty")):
            with open(log, "wb") as file:
                file.write(lines)
            with open(outside, "wb") as file:
                file.write(checkpoints)
            for who, command in (("licet", [os.path.join(BUILD, "licet"), "audit", "verify", "--log"]),
                                 ("verify-audit.py", [sys.executable, script])):
                done = subprocess.run([*command, log, "--checkpoints", outside], capture_output=True, text=True, check=False)
                said = done.stdout.splitlines()
                self.check(f"{who}: {what}", said[-1].startswith(last) and says in done.stdout and len(said) < 30 and
                           (done.returncode == 0) == (last == "whole"))
        os.remove(log)
        for wrong, says in ((log, "there is no log"), (here, "is a directory; right would be a file")):
            done = subprocess.run([os.path.join(BUILD, "licet"), "audit", "verify", "--log", wrong], capture_output=True,
                                  text=True, check=False)
            self.check(f"licet: {says}", done.returncode not in (0, 65) and says in done.stderr)
        done = subprocess.run([sys.executable, script, log], capture_output=True, text=True, check=False)
        self.check("verify-audit.py: there is no log", done.returncode == 2 and "there is no log" in done.stderr)

    def check_unreadable(self):
        """A record that stands in the chain and is no JSON, as whoever has the key could write, is shown as such."""
        here = self.path("unreadable")
        os.mkdir(here)
        subprocess.run([os.path.join(BUILD, "tests", "audit", "make_log"), here, "30"], check=True)
        log = os.path.join(here, "audit.jsonl")
        with open(log, "rb") as file:
            last = json.loads(file.read().splitlines()[-1])
        seq, head = last["seq"], last["hash"]
        with open(log, "ab") as file:
            for record in ('"record":"decision","outcome":"refuse","x":' + "[" * 5000, '"record":"decision","reply":"\\u0000"',
                           '"record":"decision","time":"2025-11-25T00:03:00Z","outcome":"refuse","reply":"550 ' +
                           "A" * (1 << 20) + '"'):
                seq += 1
                start = f'{{"seq":{seq},"prev":"{head}",{record}'
                head = hashlib.sha256(start.encode()).hexdigest()
                file.write(f'{start},"hash":"{head}"}}\n'.encode())
        config, self.config = self.config, os.path.join(here, "none.cfg")
        day.write(self.config, f'audit_log = "{log}"; state = "{here}/state.db";\n')
        self.check("the chain is whole", "\nwhole\n" in self.audit("verify"))
        lines = self.audit("search", "--record", "unreadable").splitlines()
        self.check("search finds it", [int(line.split()[1]) for line in lines] == [seq - 2, seq - 1])
        self.check("show tells it", "a record that cannot be read" in self.audit("show", str(seq - 1)))
        self.check("export has all", len(self.audit("export").splitlines()) == seq + 1)
        self.check("the report names it", self.audit("report").count("a record that cannot be read") == 2)
        self.check("a record of a megabyte is one like others", self.found("search", "--outcome", "refuse") == [seq] and
                   len(self.audit("show", str(seq))) > 1 << 20)
        self.config = config

    def check_nobody(self):
        status, said = self.said("replay", "nonsense", "--mails", self.path("mails"))
        self.check("replay of what the log has not", status == 66 and "no such record: " in said and "nonsense" in said)
        status, said = self.said("replay", "all", "--mails", self.path("mails"))
        self.check("replay of all says nothing of the sort", "no such record" not in said)

    def check_words(self):
        for name, word, near in (("outcome", "refsed", "refuse"), ("record", "decisions", "decision"),
                                 ("class", "promotion", "promotional"), ("purpose", "recipt", "receipt"),
                                 ("territory", "Germany", "DE"), ("outcome", "xyzzy", "in-doubt")):
            for command in ("search", "export", "tail", "report"):
                status, said = self.said(command, f"--{name}", word)
                self.check(f"{command} --{name} {word} is wrong usage",
                           status == 64 and f"--{name} {word}: right would be" in said and near in said)
        for name, key in (("outcome", "outcome"), ("record", "record"), ("territory", "territory")):
            for word in {row.get(key) for row in self.rows} - {None}:
                self.check(f"--{name} {word}, which the log has, is taken", self.said("search", f"--{name}", word)[0] == 0)
        for word in ("US-CA", "us+de"):
            self.check(f"--territory {word} is a code", self.said("search", "--territory", word)[0] == 0)
        for part in ("class", "purpose", "promo_purpose"):
            for word in {row.get("message", {}).get(part) for row in self.rows} - {None}:
                name = part.removeprefix("promo_")
                self.check(f"--{name} {word}, which the log has, is taken", self.said("search", f"--{name}", word)[0] == 0)
        for args, right in ((("--since", "yesterday"), "--since: \"yesterday\" is no RFC 3339 time; right would be"),
                            (("--since", "2026-11-25", "--until", "2026-11-24"),
                             "--since 2026-11-25 is not before --until 2026-11-24"),
                            (("--sender", "orders@gym.example"),
                             "--sender orders@gym.example: the log has domains; right would be gym.example"),
                            (("-n", "-5"), "right would be 0 to 1000000")):
            status, said = self.said("tail", *args)
            self.check(f"{' '.join(args)} is wrong usage", status == 64 and right in said)
        status, said = self.said("search", "--address", "nonsense")
        self.check("no address", status == 65 and "--address nonsense: " in said and "right would be name@example.org" in said)
        self.check("a rule that is none", self.said("search", "--rule", "DE-CONSNT")[1].endswith(
            'no record names the rule DE-CONSNT; did you mean "DE-CONSENT"?\n'))
        self.check("a rule that is there", "no record names" not in self.said("search", "--rule", "de-consent")[1])
        codes = sorted({row["territory"] for row in self.rows if row.get("territory")})
        self.check("a territory that the log has not", self.said("search", "--territory", "QQ")[1].endswith(
            f"the territories of this log are: {', '.join(codes)}\n"))
        self.check("refuse hints at refused", "--outcome refused finds" in self.said("search", "--outcome", "refuse")[1])
        self.check("refused hints at refuse", "--outcome refuse finds" in self.said("search", "--outcome", "refused")[1])
        self.check("strip hints at nothing", "finds" not in self.said("search", "--outcome", "strip")[1])

    def check_person(self):
        address = "p131@example.org"
        found = self.audit("find", address, "--json")
        seqs = [json.loads(line)["seq"] for line in found.splitlines()]
        subjects = {json.loads(line)["subject"] for line in found.splitlines()}
        self.check("find gives the records of one person",
                   len(subjects) == 1 and seqs == self.fits(lambda row: row.get("subject") in subjects))
        self.check("search --address is the same", self.found("search", "--address", address) == seqs)
        for language, head, start in (("en", "Record", "  On 24 November 2026"), ("es", "Asiento", "  El 24 de noviembre")):
            told = self.audit("find", address, "--language", language).splitlines()
            self.check(f"find tells them in words, in {language}", seqs == [
                int(line.split()[1]) for line in told if line.startswith(head + " ")] and
                sum(line.startswith(start) for line in told) == len(seqs) and not any("{" in line for line in told))
        only = self.audit("find", address, "--outcome", "strip")
        self.check("find takes the filters", only.count("Record ") == len(self.fits(
            lambda row: row.get("subject") in subjects and row.get("outcome") == "strip")))
        self.audit("find", address, "--language", "fr", status=64)
        self.check("addresses are shown when asked for only",
                   address in self.audit("tail", "-n", "100000", "--addresses") and
                   address not in self.audit("tail", "-n", "100000"))
        self.check("an erased person is not found", "erased: no record that the log has so far" in self.audit("erase", address) and
                   not self.audit("find", address) and not self.audit("search", "--address", address))
        self.check("erase says what it is not", all(text in self.audit("erase", address) for text in (
            "no record of this address", "still waits in a queue", "licet consent erase")))
        self.check("the log still verifies", "\nwhole\n" in self.audit("verify", "--checkpoints",
                                                                        self.path("checkpoints")))
        self.check("a log that begins within the period tells of nobody that they are unused",
                   "nobody was erased" in self.said("erase", "unused", "--days", "100000")[1])
        self.audit("erase", "unused", status=65)
        self.check("no address is in the log", not any("@example." in json.dumps(row) for row in self.rows
                                                        if row["record"] != "decision") and
                   not any(f"p{n}@" in json.dumps(row) for row in self.rows for n in range(0, 500, 50)))

    def check_removed(self):
        """The hash of a cut is that of the bytes that the message has there."""
        cuts, wrong = 0, 0
        for row in self.rows:
            for edit in (row.get("copy") or {}).get("edits", []) if row["record"] == "decision" else []:
                if edit["kind"] != "strip":
                    continue
                with open(self.path("mails", f"{int(row['queue_id'][3:], 16):05d}.eml"), "rb") as file:
                    body = file.read().split(b"\r\n\r\n", 1)[1]
                removed = body[edit["start"]:edit["start"] + edit["bytes_removed"]]
                cuts += 1
                wrong += hashlib.sha256(removed).hexdigest() != edit["sha256"] or b"umbrellas" not in removed
        self.check(f"each of {cuts} cuts names the hash of what it removed", cuts and not wrong)

    def check_export(self):
        text = self.audit("export", "--out", self.path("out.csv"))
        with open(self.path("out.csv"), encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        self.check("the CSV has every record", not text and [int(row["seq"]) for row in rows] ==
                   [row["seq"] for row in self.rows])
        self.check("no cell of it is a formula", not any(cell[:1] in ("=", "+", "-", "@", "\t", "\r")
                                                         for row in rows for cell in row.values()))
        forged = self.path("forged.jsonl")
        with open(forged, "w", encoding="utf-8") as out:
            out.write('{"seq":1,"record":"decision","time":"2026-11-24T00:00:00Z","message_id":"=cmd|\' /C calc\'!A1",'
                      '"reply":"say \\"no\\", twice","rule":"@SUM(1)"}\n')
        rows = list(csv.DictReader(io.StringIO(self.audit("export", "--log", forged))))
        self.check("what would be one is text", rows[0]["message_id"].startswith("'=") and
                   rows[0]["rule"].startswith("'@") and rows[0]["reply"] == 'say "no", twice')
        lines = self.audit("export", "--format", "json", "--record", "decision").splitlines()
        self.check("JSON lines are the records", [json.loads(line) for line in lines] ==
                   [row for row in self.rows if row["record"] == "decision"])
        self.audit("export", "--format", "xml", status=64)

    def check_report(self):
        for language, title, mark in (("en", "Report on outgoing mail", "The log is whole"),
                                      ("es", "Informe sobre el correo saliente", "El registro está íntegro")):
            page = self.audit("report", "--language", language, "--checkpoints", self.path("checkpoints"))
            reader = Page()
            reader.feed(page)
            self.check(f"the report in {language} stands alone and says that the log is whole",
                       title in page and mark in page and not reader.foreign and not reader.open)
            self.check("each drawing has a text", reader.drawings > 2 and reader.titles >= reader.drawings)
        self.check("samples are told in the report's language", ", recortado, " in page and ", strip, " not in page)
        cells = " ".join(reader.numbers)
        strips = len(self.fits(lambda row: row.get("record") == "decision" and row["outcome"] == "strip"))
        decisions = len(self.fits(lambda row: row["record"] == "decision"))
        self.check("the drawing of classes says what it shows", f"<desc id=\"d2\">Barras en el tiempo. En total: "
                   f"recortado: {strips}, " in page)
        self.check("its figures are those of the log", f" {strips} " in f" {cells} " and f" {decisions} " in cells)
        self.audit("report", "--language", "fr", status=64)
        with open(self.path("audit.jsonl"), "r+b", buffering=0) as file:
            data = file.read()
            at = data.rindex(b'"outcome":"strip"') + 11
            file.seek(at)
            file.write(b"S")
            file.flush()
            page = self.audit("report", status=65)
            self.check("a report on a changed log says so", "THE LOG IS NOT WHOLE" in page)
            file.seek(at)
            file.write(b"s")

    def check_charts(self, page, since, length):
        """The tables of the charts and the heights of their bars."""
        for heading, words, place in (
                ("Volume by class", figures.CLASSES, lambda row: row["message"]["class"]),
                ("Strips, holds, deferrals and refusals over time", figures.OUTCOMES[1:], lambda row: row["outcome"])):
            shown = [[int(cell) for cell in row[1:]] for row in page.rows[heading][1:]]
            wanted = figures.buckets(self.rows, since, length, len(shown), place, words)
            highest = max(sum(row) for row in wanted)
            heights = [round(170 * value / highest, 2) for row in wanted for value in row if value]
            self.check(f"{heading}: {len(shown)} bars and their figures", shown == wanted and
                       [size for _, _, size in page.drawings[heading][0]] == heights)

    def check_figures(self):
        """All that the report counts, against a count of the lines that knows nothing of licet's code."""
        since = "2026-11-24T00:00:00Z"
        until = "2026-11-25T00:00:00Z"
        page = figures.Sections(self.audit("report", "--since", since, "--until", until))
        since, until = figures.seconds(since), figures.seconds(until)
        self.check_charts(page, since, 3600)
        shown = {row[0]: row[1:] for row in page.rows["Consent behind promotion"][1:]}
        self.check(f"{len(shown)} bases of consent", shown and shown == figures.bases(self.rows))
        shown = {row[0]: [float(cell) for cell in row[3:]] for row in page.rows["Shift of classes by sender"][1:]}
        wanted = figures.shift(self.rows, since, until)
        self.check(f"the shift of {len(shown)} senders", shown.keys() == wanted.keys() and all(
            abs(a - b) < 0.0501 for sender, points in wanted.items() for a, b in zip(points, shown[sender])))
        bins, most, _ = figures.frequencies(self.rows)
        rows = page.rows["Promotion per recipient"]
        self.check(f"promotion per recipient {bins}", sum(bins[1:]) and [int(row[1]) for row in rows[1:6]] == bins and
                   rows[7:] == most)
        looked, nothing, unsure, found = figures.rules(self.rows)
        rows = page.rows["Outcomes by rule"][1:]
        empty = self.audit("report", "--since", "2031-12-01T00:00:00Z")
        self.check("a period without a record has its own times", "1 December 2031, 00:00 UTC to 1 December 2031, "
                   "00:00 UTC" in " ".join(re.sub("<[^>]+>", "", empty).split()))
        half = self.audit("report", "--since", "2026-11-24T00:00:00Z", "--until", "2026-11-27T00:00:00Z")
        self.check("beside an empty half nothing changed", half.count('<td class="n">–</td>') >= 4)
        self.check("a rule that was violated decided, was put right, left it to another, or only watched", all(
            int(row[2]) == sum(map(int, row[3:])) or row[0] in self.unsure() for row in rows))
        self.check("the sender who renamed its offers stands out, and no other", [
            row[0] for row in page.rows["Shift of classes by sender"][1:] if float(row[4]) <= -10] == ["gym.example"])
        self.check(f"{looked} rules were looked at, {nothing} found nothing, no row is all zeros",
                   f"Rules looked at: {looked}. Found nothing, and so left out: {nothing} (of these, could not tell at "
                   f"least once: {unsure})." in page.notes["Outcomes by rule"][0] and
                   len(rows) == min(len(found), 25) and {row[0] for row in rows} <= found and
                   all(any(cell != "0" for cell in row[2:]) for row in rows))

    def unsure(self):
        """Rules that decided without knowing."""
        return {rule["id"] for row in self.rows for rule in row.get("rules", [])
                if rule["verdict"] == "cannot-tell" and rule["id"] == row["rule"]}

    def check_complaints(self):
        store, day_of = self.path("feedback.csv"), "2026-11-24T"
        events = [("p1", "*", "suppressed", "complaint", day_of + "08:00:00Z", "complaint"),
                  ("p2", "*", "suppressed", "bounce", day_of + "08:00:00Z", "bounce"),
                  ("p3", "*", "suppressed", "manual", day_of + "08:00:00Z", "desk"),
                  ("p4", "offer", "withdrawn", "", day_of + "09:00:00Z", "one-click"),
                  ("p4", "survey", "withdrawn", "", day_of + "09:00:00Z", "one-click"),
                  ("p5", "offer", "withdrawn", "", day_of + "09:00:00Z", "preference-page"),
                  ("p6", "offer", "withdrawn", "", day_of + "09:00:00Z", "unsubscribe-page"),
                  ("p7", "offer", "withdrawn", "", day_of + "09:00:00Z", "mailto"),
                  ("p8", "offer", "withdrawn", "", day_of + "09:00:00Z", "crm export"),
                  ("p9", "offer", "granted", "express", day_of + "09:00:00Z", "signup"),
                  ("p10", "*", "suppressed", "complaint", "2026-11-23T23:59:59Z", "complaint"),
                  ("p11", "*", "suppressed", "complaint", "2026-11-25T00:00:00Z", "complaint")]
        day.write(store, "address,purpose,state,basis,at,source\n" +
                  "".join(f"{one[0]}@example.com,{','.join(one[1:])}\n" for one in events))
        since, until = "2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z"
        text = self.audit("report", "--since", since, "--until", until, "--consent", store)
        page = figures.Sections(text)
        wanted = figures.complaints(store, figures.seconds(since), figures.seconds(until))
        mails = figures.frequencies(self.rows)[2]
        rows = page.rows["Complaints and withdrawals"][1:]
        self.check("complaints and withdrawals by reason", [row[1:3] for row in rows] == wanted and
                   wanted[0] == ["1", "1"] and wanted[1] == ["2", "1"] and wanted[2] == ["2", "2"])
        self.check(f"per 1,000 of {mails} promotional mails", mails and
                   [row[3] for row in rows] == [f"{1000 * int(row[2]) / mails:.2f}" for row in rows])
        self.check("no address of the store is on the page", "@example" not in text)
        self.check("without a store the report says so", "had no consent store" in
                   self.audit("report", "--log", self.path("audit.jsonl")) and
                   not os.path.exists(self.path("none.db")))
        self.audit("report", "--consent", "sqlite:" + self.path("none.db"), status=66)
        self.check("and makes none", not os.path.exists(self.path("none.db")))
        day.write(store, "no,such,columns\n")
        self.check("a store that cannot be read is no zero", "could not be read" in
                   self.audit("report", "--consent", store, status=69))

    def check_caps(self):
        """A log of a few lines: one mail that waited, was asked about again and then was tried twice, and others."""
        forged = self.path("caps.jsonl")
        lines = []
        for number, (queue, outcome, mode) in enumerate((("A", "defer", "enforce"), ("A", "defer", "enforce"),
                                                         ("A", "deliver", "enforce"), ("A", "deliver", "enforce"),
                                                         ("B", "refuse", "enforce"),
                                                         ("C", "deliver", "shadow"))):
            decided = mode == "enforce" and outcome != "deliver"
            lines.append(json.dumps({
                "seq": number + 1, "record": "decision", "time": "2026-11-24T01:00:00Z", "queue_id": queue,
                "subject": "s1", "sender_domain": "shop.example", "outcome": outcome, "rule": "CAP" if decided else None,
                "message": {"class": "promotional", "promo_share": 1.0}, "consent": {"state": "granted"},
                "rules": [{"id": "CAP", "kind": "frequency-cap", "mode": mode,
                           "verdict": "satisfied" if mode == "enforce" and outcome == "deliver" else "violated"}]}))
        day.write(forged, "\n".join(lines) + "\n")
        text = self.audit("report", "--log", forged, status=65)
        page = figures.Sections(text)
        self.check("a mail that still waits counts once, and how often it was asked about stands apart",
                   "<dt>deferred</dt><dd>1 <small>20.0\u202f%</small></dd>" in text and "still waiting (not counted)</dt><dd>1</dd>" in text and
                   "<dt>Decisions, one per recipient</dt><dd>5</dd>" in text)
        notes = " ".join(page.notes["Promotion per recipient"])
        self.check("what caps decided, and a mail tried twice is one",
                   "(kind frequency-cap): 2." in notes and "deferred (the mail waits) 1, held 0, refused 1." in notes and
                   page.rows["Promotion per recipient"][7:] == [["s1…", "2"]])

    def replayed(self, *args, status=0):
        lines = self.audit("replay", "all", "--mails", self.path("mails"), "--json", *args, status=status).splitlines()
        results = [json.loads(line) for line in lines]
        return {row["seq"]: row["result"] for row in results}

    def check_mixed(self):
        """What replay is shown on has all that a day can have."""
        rows = [row for row in self.rows if row["record"] == "decision"]
        consent = {row["consent"]["state"] for row in rows} | {row["consent"].get("suppression") for row in rows}
        self.check("the day has all classes, outcomes and answers of the store, territories and a limit",
                   {row["message"]["class"] for row in rows} == set(figures.CLASSES) and
                   {row["outcome"] for row in rows} == set(figures.OUTCOMES) and
                   {"granted", "refused", "unknown", "complaint", "bounce"} <= consent and
                   len({row["territory"] for row in rows}) > 9 and any(row["rule"] == "LIMIT-campaigns" for row in rows))

    def check_change(self, name, file, change, touched):
        """One rule is another in a copy of the policies."""
        copy = self.path("changed")
        shutil.copytree(self.path("policies"), copy)
        path = os.path.join(copy, *file)
        with open(path, encoding="utf-8") as source:
            text = source.read()
        at = text.index(f'id = "{name.split()[0]}"') if name.startswith("DE-") else 0
        day.write(path, text[:at] + text[at:].replace(*change, 1))
        affected = self.fits(lambda row: any(map(touched, row.get("rules", []))))
        results = self.replayed("--policies", copy, status=65)
        self.check(f"{name}: exactly the {len(affected)} that this touches differ", affected and
                   [seq for seq, result in sorted(results.items()) if result == "different"] == affected)
        shutil.rmtree(copy)

    def check_replay(self):
        decisions = self.fits(lambda row: row["record"] == "decision")
        begin = time.monotonic()
        results = self.replayed()
        print(f"# replay {len(decisions) / (time.monotonic() - begin):.0f} records/s")
        self.check(f"all of {len(decisions)} decisions come out the same again",
                   sorted(results) == decisions and set(results.values()) == {"same"})
        for name, file, old, new, touched in (
                ("DE-CONSENT refuses", ("territories", "DE.cfg"), 'otherwise = "strip"', 'otherwise = "refuse"',
                 lambda rule: rule["id"] == "DE-CONSENT" and rule["action"] == "strip"),
                ("the sending limit is higher", ("sending-limits.cfg",), "per_hour = ", "per_hour = 1000",
                 lambda rule: rule["id"] == "LIMIT-campaigns"),
                ("held mail is refused", ("house.cfg",), 'otherwise = "hold"', 'otherwise = "refuse"',
                 lambda rule: rule["id"] == "HOUSE-LOOK" and rule["action"] == "hold")):
            self.check_change(name, file, (old, new), touched)
        one = next(row for row in self.rows if row["record"] == "decision")
        os.remove(self.path("mails", "00001.eml"))
        gone = [row["seq"] for row in self.rows if row["record"] == "decision" and row["queue_id"] == "4cD00001"]
        self.audit("replay", str(gone[0]), "--mails", self.path("mails"), status=66)
        self.check("one record by its number", "same" in self.audit("replay", str(one["seq"]), "--mails",
                                                                    self.path("mails")))

    def addresses(self, directory):
        """Of people, anywhere in the files of the daemon: log, state, what SQLite keeps beside it."""
        found = set()
        for name in os.listdir(directory):
            if name.startswith(("audit", "state", "checkpoints")) and os.path.isfile(os.path.join(directory, name)):
                with open(os.path.join(directory, name), "rb") as file:
                    found |= set(re.findall(rb"p[0-9]+@example\.(?:com|net|org)", file.read()))
        return found

    def erase_by_tool(self, directory, config):
        done = subprocess.run([os.path.join(BUILD, "licet"), "audit", "erase", "unused", "--days", "30", "--config", config],
                              capture_output=True, text=True, check=False)
        return re.fullmatch(r"erased: (\d+) of (\d+) people, who have no record in the last 30 days\n", done.stdout).groups()

    def retention(self, directory, config, pattern):
        """What the daemon says with audit_address_days, which looks at its start."""
        with open(config, "a", encoding="utf-8") as out:
            out.write(f"""audit_address_days = 30; milter_socket = "unix:{directory}/milter"; audit_reserve = 0;
lmtp_listen = "unix:{directory}/lmtp"; control_socket = "{directory}/control"; submit_to = "127.0.0.1:9";
postfix_queue = ""; mail_log = "{directory}/mail.log";
""")
        with open(os.path.join(directory, "licetd.log"), "w+", encoding="utf-8") as log:
            daemon = subprocess.Popen([os.path.join(BUILD, "licetd"), "--config", config], stdout=log, stderr=log)
            found = None
            for _ in range(600):
                log.seek(0)
                found = re.search("licetd: retention: " + pattern, log.read())
                if found or daemon.poll() is not None:
                    break
                time.sleep(0.1)
            daemon.terminate()
            daemon.wait(60)
            log.seek(0)
            if not found:
                print("# " + log.read()[-1500:].replace("\n", "\n# "))
        return found

    def erase_by_daemon(self, directory, config):
        found = self.retention(directory, config, r"addresses=(\d+) erased=(\d+) days=30\n")
        return (found.group(2), found.group(1)) if found else None

    def check_young_log(self):
        """A log that is new, moved away or cut tells nothing of who had mail before."""
        directory = self.path("retention-young")
        os.mkdir(directory)
        config = day.prepare(TOP, directory, 60)
        yesterday = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)
        day.run_day(BUILD, config, 15, date=yesterday.strftime("%Y-%m-%dT00:00:00Z"))
        for path in glob.glob(os.path.join(directory, "audit*.jsonl*")):
            os.remove(path)
        every = self.addresses(directory)
        found = self.retention(directory, config, "the log begins less than 30 days ago; nobody is erased\n")
        self.check("daemon: a log that is not there any more erases nobody",
                   every and found and self.addresses(directory) == every)

    def check_retention(self, who, erase):
        """A day long ago and one of today in one log: who came on the first alone goes, from every file."""
        directory = self.path("retention-" + who)
        os.mkdir(directory)
        config = day.prepare(TOP, directory, 60)
        today = datetime.datetime.now(datetime.timezone.utc)
        day.run_day(BUILD, config, 200, date="2025-03-04T00:00:00Z")
        before = self.addresses(directory)
        day.run_day(BUILD, config, 15, date=(today - datetime.timedelta(days=1)).strftime("%Y-%m-%dT00:00:00Z"))

        def ask(*args):
            return subprocess.run([os.path.join(BUILD, "licet"), "audit", *args, "--config", config], capture_output=True,
                                  text=True, check=False)
        every = self.addresses(directory)
        young = {line.split('"subject":"')[1][:64] for line in ask(
            "search", "--since", "2026-01-01", "--json").stdout.splitlines() if '"subject":"' in line}
        said = erase(directory, config)
        left = self.addresses(directory)
        self.check(f"{who}: of {len(every)} people all but {len(young)} are erased", len(before) > len(young) > 3 and
                   said == (str(len(every) - len(young)), str(len(every))) and len(left) == len(young))
        gone = sorted(every - left)[0].decode()
        found = ask("find", gone)
        self.check("find says that nothing leads to who is gone, and whose records are young is found",
                   found.returncode == 0 and not found.stdout and "no record leads to this address: none was written, or "
                   "what led to it was erased" in found.stderr and
                   all(ask("find", one.decode()).stdout for one in left))
        whole = ask("verify", "--checkpoints", os.path.join(directory, "checkpoints"))
        self.check("and the log verifies", whole.returncode == 0 and whole.stdout.endswith("whole\n"))

    def check_show(self):
        """A record in words, in both languages, and with the same mail's other records."""
        row = self.fits(lambda row: row.get("rule") == "DE-CONSENT" and row["outcome"] == "strip" and
                        row["consent"]["state"] == "refused" and row["copy"]["edits"])[0]
        edit = next(edit for record in self.rows if record["seq"] == row for edit in record["copy"]["edits"]
                    if edit["kind"] == "strip")
        leaf = edit["where"].split(",")[0]
        english, spanish = self.audit("show", str(row)), self.audit("show", str(row), "--language", "es")
        self.check("what was removed and why, in English",
                   f"licet removed the block “{edit['begins']}” ({edit['bytes_removed']} bytes of {leaf}) for this "
                   "recipient, because DE-CONSENT (UWG s. 7(2) no. 2, 7(3)) needs consent to this promotion (" in english
                   and "the newest event is a withdrawal from all promotion of 3 February 2026, 10:15 UTC" in english)
        self.check("and in Spanish", f"licet retiró el bloque «{edit['begins']}» ({edit['bytes_removed']} bytes" in spanish
                   and "una baja de toda promoción del 3 de febrero de 2026, 10:15 UTC" in spanish)
        self.check_suppressed()
        self.check("no such record", not self.audit("show", "99999999", status=66))

    def check_suppressed(self):
        """A complaint and a dead mailbox are no word of the person."""
        for suppression, english, spanish in (("complaint", "a complaint", "una queja"),
                                              ("bounce", "the mailbox is gone", "el buzón ya no existe")):
            row = self.fits(lambda row: row.get("consent", {}).get("suppression") == suppression and
                            row["outcome"] in ("strip", "refuse") and row["rule"].endswith("-CONSENT"))[0]
            told = self.audit("show", str(row)), self.audit("show", str(row), "--language", "es")
            self.check(f"{suppression} is no withdrawal", f": {english} (from feedback)" in told[0] and
                       f": {spanish} (de feedback)" in told[1] and
                       "the newest event is a withdrawal" not in told[0] and
                       "el hecho más reciente es una baja" not in told[1])

    def check_speed(self):
        begin = time.monotonic()
        self.found("search", "--queue-id", "none")
        middle = time.monotonic()
        self.found("search", "--territory", "QQ")
        end = time.monotonic()
        print(f"# search by queue id {len(self.rows) / (middle - begin):.0f} records/s, "
              f"by territory {len(self.rows) / (end - middle):.0f} records/s")


def main():
    directory = tempfile.mkdtemp(prefix="licet-audit.")
    try:
        tools = Tools(directory)
        tools.check_search()
        tools.check_keys()
        tools.check_foreign()
        tools.check_transfer()
        tools.check_unreadable()
        tools.check_nobody()
        tools.check_words()
        tools.check_person()
        tools.check_removed()
        tools.check_export()
        tools.check_report()
        tools.check_figures()
        tools.check_complaints()
        tools.check_caps()
        tools.check_mixed()
        tools.check_replay()
        tools.check_show()
        tools.check_speed()
        tools.check_retention("tool", tools.erase_by_tool)
        tools.check_retention("daemon", tools.erase_by_daemon)
        tools.check_young_log()
        print(f"1..{tools.number}")
        return 1 if tools.failed else 0
    finally:
        shutil.rmtree(directory)


if __name__ == "__main__":
    sys.exit(main())
