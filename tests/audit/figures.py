# SPDX-License-Identifier: BSD-2-Clause
"""What the report of `licet audit` should say, counted anew from the JSON lines and the consent CSV, and the
report's page taken apart to compare."""
import collections
import csv
import datetime
import html.parser

CLASSES = ["transactional", "promotional", "mixed", "personal"]
NARROW_SPACE = "\u202f"  # between the digits of great numbers, and before "%"
OUTCOMES = ["deliver", "strip", "defer", "hold", "refuse"]


def seconds(text):
    return int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


class Sections(html.parser.HTMLParser):
    """Per heading: rows of cells, notes, and the bars (height or width by class) of each drawing."""

    def __init__(self, page):
        super().__init__()
        self.rows, self.notes, self.drawings = (collections.defaultdict(list) for _ in range(3))
        self.heading, self.text, self.period, self.in_drawing = "", None, None, False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "tr":
            self.rows[self.heading].append([])
        elif tag == "svg":
            self.drawings[self.heading].append([])
            self.in_drawing = True
        elif tag == "rect":
            size = attrs["width" if float(attrs["height"]) == 8 else "height"]
            self.drawings[self.heading][-1].append((float(attrs["x"]), attrs["class"], float(size)))
        if tag in ("h2", "td", "th", "p") and not self.in_drawing:
            self.text = ""

    def handle_data(self, data):
        if self.text is not None and not self.in_drawing:
            self.text += data.replace(NARROW_SPACE, "")

    def handle_endtag(self, tag):
        if tag == "svg":
            self.in_drawing = False
        if self.in_drawing or self.text is None or tag not in ("h2", "td", "th", "p"):
            return
        if tag == "h2":
            self.heading = self.text
        elif tag == "p":
            self.notes[self.heading].append(self.text)
        else:
            self.rows[self.heading][-1].append(self.text)
        self.text = None


def decisions(rows):
    return [row for row in rows if row["record"] == "decision"]


def carries(row):
    """Promotion that reached the person whole."""
    message = row["message"]
    return row["outcome"] == "deliver" and (message["promo_share"] > 0 or message["class"] in ("promotional", "mixed"))


BASES = {"express": "express agreement", "double-opt-in": "confirmed agreement, double opt-in",
         "soft-opt-in": "a sale before, soft opt-in", "": "no consent on record (allowed by the territory's rules)"}


def bases(rows):
    counts, people = collections.Counter(), collections.defaultdict(set)
    for row in filter(carries, decisions(rows)):
        consent = row["consent"]
        basis = consent["basis"] or "" if consent["state"] == "granted" else ""
        basis = BASES[basis]
        counts[basis] += 1
        people[basis].add(row["subject"])
    return {basis: [str(count), str(len(people[basis]))] for basis, count in counts.items()}


def buckets(rows, since, length, count, place, words):
    table = [[0] * len(words) for _ in range(count)]
    for row in decisions(rows):
        word = place(row)
        if word in words:
            table[min((seconds(row["time"]) - since) // length, count - 1)][words.index(word)] += 1
    return table


def shift(rows, since, until):
    """Points that each class gained in the second half, by sender's domain."""
    mixes = collections.defaultdict(lambda: ([0] * 4, [0] * 4))
    for row in decisions(rows):
        half = seconds(row["time"]) - since > (until - since) // 2
        mixes[row["sender_domain"]][half][CLASSES.index(row["message"]["class"])] += 1
    return {sender: [100 * second[i] / max(sum(second), 1) - 100 * first[i] / max(sum(first), 1) for i in range(4)]
            for sender, (first, second) in mixes.items()}


def frequencies(rows):
    mails = {(row["queue_id"], row["subject"]) for row in filter(carries, decisions(rows))}
    people = collections.Counter(subject for _, subject in mails)
    bins = [0] * 5
    for count in people.values():
        bins[(count > 1) + (count > 2) + (count > 5) + (count > 10)] += 1
    most = sorted(people.items(), key=lambda item: (-item[1], item[0]))[:10]
    return bins, [[subject[:16] + "…", str(count)] for subject, count in most], len(mails)


def rules(rows):
    """Looked at, found nothing, of these could not tell."""
    looked, found, unsure = set(), set(), set()
    for row in decisions(rows):
        for rule in row["rules"]:
            looked.add(rule["id"])
            if rule["verdict"] == "violated":
                found.add(rule["id"])
            elif rule["verdict"] == "cannot-tell":
                unsure.add(rule["id"])
                if row["rule"] == rule["id"]:
                    found.add(rule["id"])
    return len(looked), len(looked - found), len(unsure - found), found


def complaints(path, since, until):
    """Statements and addresses by reason, in the report's order."""
    lists = [[] for _ in range(7)]
    with open(path, encoding="utf-8", newline="") as file:
        for event in csv.DictReader(file):
            if not event["at"] or not since <= seconds(event["at"]) < until:
                continue
            if event["state"] == "suppressed":
                lists[{"complaint": 0, "bounce": 5}.get(event["basis"], 6)].append(event["address"])
            elif event["state"] == "withdrawn":
                source = event["source"]
                lists[{"one-click": 1, "unsubscribe-page": 2, "preference-page": 2, "mailto": 3}.get(source, 4)].append(
                    event["address"])
    return [[str(len(one)), str(len(set(one)))] for one in lists]
