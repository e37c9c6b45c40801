#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The shipped model on mail of our own in every language of the vocabulary, and training on it.
Prints TAP.

usage: check-model.py TOP BUILD"""

import json
import os
import subprocess
import sys
import tempfile

TOP, BUILD = (os.path.abspath(word) for word in sys.argv[1:3])
LICET = os.path.join(BUILD, "licet")
POLICIES = os.path.join(TOP, "policies")
LABELLED = os.path.join(TOP, "tests", "labelled")
CLASSES = ("transactional", "promotional", "personal")
MOST_WRONG = 2  # of all; and promotion never passes for anything else
results = []


def check(name, good, said=""):
    results.append(good)
    print(f"{'ok' if good else 'not ok'} {len(results)} - {name}")
    for line in said.splitlines() if not good else []:
        print(f"# {line}")


def licet(*words):
    return subprocess.run([LICET, *words], capture_output=True, text=True, timeout=300, check=False)


def mails(label):
    folder = os.path.join(LABELLED, label)
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder))]


def classes(policies, label):
    done = licet("classify", "--json", "--policies", policies, *mails(label))
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return {os.path.basename(row["file"]): row["class"] for row in rows}


def check_shipped():
    wrong = []
    for label in CLASSES:
        found = classes(POLICIES, label)
        check(f"every mail is told: {label}", len(found) == len(mails(label)) >= 18)
        wrong += [(label, name, told) for name, told in found.items() if told != label]
    check("the model knows mail of every language", len(wrong) <= MOST_WRONG, "\n".join(map(str, wrong)))
    check("no promotion passes for anything else", not [w for w in wrong if w[0] == "promotional"], str(wrong))
    check("no transaction is taken for promotion",
          not [w for w in wrong if w[0] == "transactional" and w[2] == "promotional"], str(wrong))


def check_training(work):
    os.makedirs(os.path.join(work, "model"))
    os.symlink(os.path.join(POLICIES, "words"), os.path.join(work, "words"))
    out = os.path.join(work, "model", "general.cfg")
    words = ("train", "--policies", POLICIES, "--table", os.path.join(LABELLED, "table.tsv"), "--errors",
             "--show", "--out", out, LABELLED)
    done = licet(*words)
    with open(out, encoding="utf-8") as file:
        first = file.read()
    again = licet(*words)
    with open(out, encoding="utf-8") as file:
        check("the same mail gives the same model", file.read() == first and again.stdout == done.stdout)
    for part in ("folds grouped by source", "each source unseen", "each language unseen", "macro-F1",
                 "signals that speak most", "he personal (1):"):
        check(f"train says: {part}", part in done.stdout, done.stderr)
    tables = [line.split() for line in done.stdout.splitlines() if line.startswith(CLASSES)]
    check("every mail is in each table", sum(int(n) for row in tables for n in row[1:5]) == 3 * 54)
    right = sum(told == label for label in CLASSES for told in classes(work, label).values())
    check("a model of this mail knows it", right >= 50, f"{right} of 54")


check_shipped()
with tempfile.TemporaryDirectory() as folder:
    check_training(folder)
print(f"1..{len(results)}")
sys.exit(0 if all(results) else 1)
