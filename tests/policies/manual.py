#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The rules for lifecycle mail that licet-policy(5) tells officers to copy load, and its cases come out and
miss the rules that they name. Prints TAP. Arguments: the top of the source tree, the build directory."""

import os
import re
import shutil
import subprocess
import sys
import tempfile

TOP = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("srcdir", ".")
LICET = os.environ["LICET"]


def blocks():
    with open(os.path.join(TOP, "policies", "licet-policy.5"), encoding="utf-8") as file:
        text = file.read()
    begin = text.index("\nLifecycle mail:")
    return re.findall(r"\.Bd -literal\n(.*?)\n\.Ed", text[begin:], re.S)[:2]


def insert(path, place, text):
    with open(path, encoding="utf-8") as file:
        whole = file.read()
    assert whole.count(place) == 1, place
    with open(path, "w", encoding="utf-8") as file:
        file.write(whole.replace(place, place + "\n" + text + ",\n"))


def licet(*words):
    done = subprocess.run([LICET, "policy", *words], capture_output=True, encoding="utf-8", check=False)
    return done.returncode, done.stdout + done.stderr


def main():
    rules, cases = blocks()
    with tempfile.TemporaryDirectory(prefix="licet-manual.") as directory:
        policies = os.path.join(directory, "policies")
        shutil.copytree(os.path.join(TOP, "policies"), policies)
        os.chmod(policies, 0o755)
        path = os.path.join(policies, "territories", "XX.cfg")
        os.chmod(path, 0o644)
        insert(path, "rules = (", rules)
        insert(path, "tests = (", cases)
        status, out = licet("test", "--policies", policies)
        wrong = status != 0
        mutated = licet("test", "--mutate", "--policies", policies)[1]
        silent = [name for name in re.findall(r'rule = "([^"]*)"', cases) if f"without {name} nothing" in mutated]
    print("1..1")
    for line in out.splitlines() if wrong else silent:
        print("# " + line)
    print(("not ok" if wrong or silent else "ok") + " 1 - the rules for lifecycle mail in licet-policy(5) work as it says")
    return 1 if wrong or silent else 0


sys.exit(main())
