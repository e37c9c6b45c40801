# SPDX-License-Identifier: BSD-2-Clause
"""The reckoning: what clients were promised, against what the sink got and what the log says."""
import collections
import glob
import hashlib
import json
import multiprocessing
import os
import sqlite3
import time

from world import MARK

try:
    import dkim
except ImportError:
    dkim = None

RECORD = b""
KINDS = ("disk full", "store locked", "reload refused", "clock moved")


def can_verify():
    return dkim is not None


def verify(data):
    """By an independent verifier. The clock of the signer was moved by up to a day."""
    now = time.time
    time.time = lambda: now() + 3 * 86400
    try:
        return dkim.verify(data, dnsfunc=lambda *_args, **_names: RECORD)
    except Exception:  # pylint: disable=broad-except
        return False
    finally:
        time.time = now


def find_unsigned(world):
    global RECORD  # pylint: disable=global-statement
    with open(world.path("keyring"), "rb") as file:
        RECORD = file.read().strip().partition(b" ")[2]
    with multiprocessing.Pool(2) as pool:
        good = pool.map(verify, world.sink.bytes, 200)
    return [number for number, whole in enumerate(good) if not whole]


def read_log(world):
    rows = []
    for name in glob.glob(world.path("audit*.jsonl")):
        with open(name, encoding="utf-8") as file:
            rows += [json.loads(line) for line in file]
    return sorted(rows, key=lambda row: row["seq"])


def read_subjects(world):
    with sqlite3.connect(world.path("state.db")) as state:
        return {address: hashlib.sha256(salt + address.encode()).hexdigest()
                for address, salt in state.execute("SELECT address, salt FROM subjects")}


class Books:
    def __init__(self, torture):
        world = torture.world
        self.first_ids = collections.defaultdict(set)   # (first queue id, recipient): last queue ids
        self.names = collections.Counter()              # (message id, recipient): copies
        self.arrivals = collections.Counter()           # (last queue id, recipient): times
        self.unstripped, self.unmarked = [], []
        for name, recipient, first, last, number in world.sink.copies:
            self.first_ids[first, recipient].add(last)
            self.names[name, recipient] += 1
            self.arrivals[last, recipient] += 1
            promotes = MARK in world.sink.bytes[number]
            if promotes == (recipient == "no@example.com"):
                self.unstripped.append((name, recipient))
            if b"x-licet-copy" in world.sink.bytes[number].lower():
                self.unmarked.append((name, recipient))
        self.lost = [(name, who) for name, whole in torture.sent.items() for who in whole if not self.names[name, who]]
        self.lost += [(queue_id, who) for queue_id, name in torture.accepted.items() for who in torture.sent[name]
                      if (queue_id, who) not in self.first_ids]
        self.doubled = [key for key, last in self.first_ids.items() if len(last) > 1]
        self.again = sum(times - 1 for times in self.arrivals.values())
        self.unsigned = find_unsigned(world)
        self.read_log(world)

    def read_log(self, world):
        rows, subjects = read_log(world), read_subjects(world)
        decided, settled = collections.Counter(), collections.Counter()
        self.doubts = set()
        for row in rows:
            key = row.get("queue_id"), row.get("subject")
            if row["record"] == "decision":
                decided[key] += 1
            if row["record"] == "outcome" and row["outcome"] in ("submitted", "already-submitted"):
                settled[key] += 1
            if row["record"] == "outcome" and row["outcome"] == "in-doubt":
                self.doubts.add(key)
        self.records = len(rows)
        self.gaps = [] if [row["seq"] for row in rows] == list(range(1, len(rows) + 1)) else ["a number is missing"]
        for (first, recipient), last in self.first_ids.items():
            key = first, subjects.get(recipient)
            if not decided[key]:
                self.gaps.append(f"no decision: {first} {recipient}")
            if first not in last and not settled[key]:
                self.gaps.append(f"no outcome: {first} {recipient}")
        done = world.licet("audit", "verify", "--json", "--log", world.path("audit.jsonl"), "--checkpoints",
                           world.path("checkpoints"), check=False)
        verdict = json.loads(done.stdout) if done.stdout else {"whole": False, "problems": [done.stderr]}
        self.chain = [] if verdict["whole"] else verdict["problems"]
        self.unflagged = [(first, who) for first, who in self.doubled if (first, subjects.get(who)) not in self.doubts]


class Verdict:
    def __init__(self):
        self.number, self.failed = 0, 0

    def check(self, name, wrong):
        self.number += 1
        self.failed += bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {self.number} - {name}", flush=True)
        for line in list(wrong)[:5]:
            print("#", line)


def count_faults(torture):
    log = torture.world.text("licetd.log")
    return {"disk full": log.count("disk I/O error") + log.count("File too large") + log.count("database or disk is full"),
            "store locked": torture.counts["locked"], "reload refused": log.count("reload=failed"),
            "clock moved": torture.counts["clock"]}


def judge(torture, points, drained):
    options, counts = torture.options, torture.counts
    hits, faults, books = torture.hits(), count_faults(torture), Books(torture)
    verdict = Verdict()
    stops = counts["abort"] + counts["stop"] + counts["reload"]
    print(f"# seed {options.seed}, {int(time.monotonic() - torture.begun)} s: {len(torture.sent)} messages, "
          f"{len(torture.world.sink.copies)} copies, {torture.dropped} clients hung up after the dot")
    print(f"# {counts['kills']} kills of licetd, {sum(hits.values())} of them at points, {counts['terms']} ends; "
          f"Postfix: {counts['abort']} aborts, {counts['stop']} stops, {counts['reload']} reloads; {faults}")
    print(f"# {len(torture.world.sink.copies) / (time.monotonic() - torture.begun):.1f} copies/s, the slowest start took "
          f"{torture.world.slowest:.1f} s")
    print("# hits: " + ", ".join(f"{point} {hits[point]}" for point in points))
    print(f"# lost {len(books.lost)}, doubled {len(books.doubled)} ({len(books.unflagged)} without a word in the log), "
          f"unstripped {len(books.unstripped)}, unsigned {len(books.unsigned)}, log gaps {len(books.gaps)}, "
          f"records {books.records}, in doubt {len(books.doubts)}, delivered again by Postfix {books.again}")
    verdict.check("nothing broke that was not to", torture.problems)
    verdict.check("all is drained", [] if drained else [torture.world.queue()[:5]])
    verdict.check("nothing is lost", books.lost)
    verdict.check("nothing is doubled", books.doubled)
    verdict.check("nothing leaves unstripped, and nothing is stripped that need not be", books.unstripped)
    verdict.check("nothing leaves unsigned", books.unsigned)
    verdict.check("no mark leaves", books.unmarked)
    verdict.check("the log has no gap, and a decision and an outcome for each copy", books.gaps)
    verdict.check("the log verifies", books.chain)
    verdict.check(f"{options.messages} messages, {options.kills} kills and {options.aborts} stops of Postfix happened",
                  [] if len(torture.sent) >= options.messages and counts["kills"] >= options.kills and
                  stops >= options.aborts and sum(hits.values()) > options.kills // 4 else ["too few"])
    verdict.check("each point was hit often enough", [p for p in points if hits[p] < options.each])
    verdict.check("each other fault was injected", [kind for kind in KINDS if options.each and not faults[kind]])
    print(f"1..{verdict.number}")
    return 1 if verdict.failed else 0
