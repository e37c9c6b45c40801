#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Hostile mail to a German recipient without consent: none of it may go out as a transaction or as
correspondence, and honest mail must. Prints TAP.

usage: run.py TOP BUILD [WORD]     WORD: only cases whose name has it, with what licet said"""

import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import cases_headers
import cases_hidden
import cases_innocent
import cases_languages
import cases_letters
import cases_pages
import cases_parts
import cases_places
import cases_structure

HOSTILE = (cases_hidden, cases_letters, cases_parts, cases_pages, cases_headers, cases_structure,
           cases_languages, cases_places)
RECIPIENT = "lea@example.de"
CONSENT = ("address,purpose,state,basis,at,source,wording,evidence,country,subdivision,recipient_class,language,"
           "expires,person\n" + RECIPIENT + ",*,pending,double-opt-in,2026-02-03T10:15:00Z,signup,v3,,DE,,natural,,,\n")
SILENT = ("transactional", "personal")


class Licet:
    """One per case: cases run side by side."""

    def __init__(self, top, build, work):
        self.program = os.path.join(build, "licet")
        self.policies = os.path.join(top, "policies")
        self.mail = os.path.join(work, "mail.eml")
        self.out = os.path.join(work, "out")
        self.consent = os.path.join(work, "consent.csv")
        with open(self.consent, "w", encoding="ascii") as file:
            file.write(CONSENT)

    def call(self, *words):
        environment = {k: v for k, v in os.environ.items() if k != "LICET_CONFIG"}
        done = subprocess.run([self.program, words[0], "--json", "--policies", self.policies, *words[1:], self.mail],
                              env=environment, capture_output=True, timeout=60, check=False)
        if done.returncode == 0:
            return json.loads(done.stdout), ""
        if done.returncode in (65, 70, 75):  # sysexits: the mail is refused as it is
            return None, done.stderr.decode(errors="replace").strip()
        raise RuntimeError(f"exit status {done.returncode}: {done.stderr.decode(errors='replace')}")

    def run(self, mail, sender):
        """The plan, and the copy that leaves, if any."""
        with open(self.mail, "wb") as file:
            file.write(mail)
        plan, error = self.call("run", "--consent", self.consent, "--now", "2026-11-24T15:00:00Z", "--out", self.out,
                                "--from", sender, "--rcpt", RECIPIENT)
        copy = os.path.join(self.out, "1.eml")
        if not plan or not os.path.exists(copy):
            return plan, error
        with open(copy, "rb") as file:
            left = file.read()
        os.remove(copy)
        return plan, left

    def judge(self, case, seen):
        """Class, outcome and all that was said; of a copy that was stripped the second look must find nothing."""
        plan, left = self.run(case.mail, case.sender)
        if not plan:
            return "malformed", "refuse", [left]
        kind, outcome = plan["class"], plan["decisions"][0]["outcome"]
        said = [f"{e['signal']}: {e['where']}" for e in seen["evidence"]]
        if outcome == "strip":
            again, _ = self.run(left, case.sender)
            if not again or again["class"] not in SILENT or again["decisions"][0]["outcome"] != "deliver":
                outcome = "strip in part"
        return kind, outcome, said + [seen.get("problem", "")]


def classify(top, build, cases):
    """What `licet classify` says of each, in one start of the program; None of what it cannot read."""
    with tempfile.TemporaryDirectory() as work:
        paths = [os.path.join(work, f"{number}.eml") for number in range(len(cases))]
        for path, case in zip(paths, cases):
            with open(path, "wb") as file:
                file.write(case.mail)
        done = subprocess.run([os.path.join(build, "licet"), "classify", "--json", "--policies",
                               os.path.join(top, "policies"), *paths], capture_output=True, check=False)
        told = {line["file"]: line for line in map(json.loads, done.stdout.splitlines())}
        return [told.get(path) for path in paths]


def fault(case, innocent, kind, outcome, said):
    """What is wrong with the judgement, or None."""
    if innocent:
        loud = [line for line in said if line.startswith(("reading-", "disguise-"))]
        if case.outcomes and (kind not in case.says or outcome not in case.outcomes):
            return f"is {kind} and {outcome}"
        return f"says {loud[0]}" if loud else None
    if kind in SILENT or outcome not in case.outcomes:
        return f"passes silently: {kind}, {outcome}"
    if kind == "malformed":
        return None
    # What is found as a block of its own is cut, and needs no reading that tells of it.
    if outcome == "strip" and any(line.startswith("block-detected") for line in said):
        return None
    for pattern in case.says:
        if not any(re.search(pattern, line) for line in said):
            return f"nothing says {pattern}"
    return None


def main():
    top, build = sys.argv[1], sys.argv[2]
    word = sys.argv[3] if len(sys.argv) > 3 else ""
    cases = [(case, False) for module in HOSTILE for case in module.CASES]
    cases += [(case, True) for case in cases_innocent.CASES + cases_languages.INNOCENT]
    cases = [(case, innocent) for case, innocent in cases if word in case.name]
    # Under a sanitizer each program starts some times as slowly: every fourth case there.
    if "asan" in os.path.basename(os.path.abspath(build)):
        cases = cases[::4]
    silent = wrong = 0

    def judge(case, seen):
        with tempfile.TemporaryDirectory() as work:
            return Licet(top, build, work).judge(case, seen)

    print(f"1..{len(cases)}")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        mails = [case for case, _ in cases]
        judged = pool.map(judge, mails, classify(top, build, mails))
        for number, ((case, innocent), (kind, outcome, said)) in enumerate(zip(cases, judged), 1):
            problem = fault(case, innocent, kind, outcome, said)
            wrong += problem is not None
            silent += bool(problem and problem.startswith("passes"))
            if problem or word:
                print("\n".join(f"# {kind}, {outcome}: {line}" for line in said if line))
            print(f"{'not ' if problem else ''}ok {number} - {'innocent' if innocent else 'hostile'}: {case.name}"
                  + (f" ({problem})" if problem else ""))
    print(f"# {sum(not i for _, i in cases)} hostile, {silent} pass silently; {sum(i for _, i in cases)} innocent; {wrong} wrong")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
