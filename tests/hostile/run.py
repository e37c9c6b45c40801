#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Bad input of every class, each case with the one outcome that it must have. Prints TAP.

usage: run.py TOP BUILD [WORD]     WORD: only cases whose class or name has it"""

import concurrent.futures
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import addresses  # noqa: E402
import charsets  # noqa: E402
import fields  # noqa: E402
import files  # noqa: E402
import identity  # noqa: E402
import imports  # noqa: E402
import injection  # noqa: E402
import lines  # noqa: E402
import logs  # noqa: E402
import pages  # noqa: E402
import protocol  # noqa: E402
import signatures  # noqa: E402
import structure  # noqa: E402

CLASSES = (structure, fields, charsets, pages, lines, injection, addresses, imports, files, protocol,
           signatures, identity, logs)


def judge(row):
    name, check = row
    try:
        return name, check()
    except Exception as error:  # a check that breaks has not passed
        return name, f"{type(error).__name__}: {error}"


def main():
    word = sys.argv[3] if len(sys.argv) > 3 else ""
    rows = [(f"{module.NAME}: {name}", check) for module in CLASSES for name, check in module.rows()]
    rows = [row for row in rows if word in row[0]]
    # Under a sanitizer each program starts some times as slowly: every fourth row there.
    if "asan" in os.path.basename(os.path.abspath(sys.argv[2])):
        rows = rows[::4]
    wrong, counts = 0, {}
    print(f"1..{len(rows)}")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for number, (name, problem) in enumerate(pool.map(judge, rows), 1):
            wrong += problem is not None
            group = name.split(": ")[0]
            counts[group] = counts.get(group, 0) + 1
            print(f"{'not ' if problem else ''}ok {number} - {name}" + (f" ({problem})" if problem else ""), flush=True)
    print("# " + ", ".join(f"{group} {count}" for group, count in counts.items()) + f"; {wrong} wrong")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
