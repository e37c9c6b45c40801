#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Lines and branches that the tests reached, by folder, and the files with the most lines that they did not.
After ./configure --enable-coverage CFLAGS="-O0 -g" and whichever tests are to be counted.

    coverage.py BUILD [FILES]     FILES: how many files to name, 15
"""
import collections
import glob
import gzip
import json
import os
import subprocess
import sys
import tempfile


def read(build):
    """File: {line: count}, {(line, branch): count}; a file in several programs counts once."""
    lines, branches = collections.defaultdict(collections.Counter), collections.defaultdict(collections.Counter)
    notes = glob.glob(os.path.join(build, "milter", "**", "*.gcno"), recursive=True)
    with tempfile.TemporaryDirectory() as work:
        for note in notes:
            subprocess.run(["gcov", "-b", "--json-format", "-o", os.path.dirname(note), note], cwd=work, check=False,
                           capture_output=True)
            for name in glob.glob(os.path.join(work, "*.gz")):
                with gzip.open(name, "rt") as file:
                    take(json.load(file), lines, branches)
                os.remove(name)
    return lines, branches


def take(report, lines, branches):
    for source in report["files"]:
        name = source["file"]
        if "/milter/" not in name or not name.endswith(".c"):
            continue
        name = name[name.index("/milter/") + 8:]
        for line in source["lines"]:
            lines[name][line["line_number"]] += line["count"]
            for number, branch in enumerate(line["branches"]):
                branches[name][line["line_number"], number] += branch["count"]


def share(counter):
    reached = sum(count > 0 for count in counter.values())
    return f"{reached:6} of {len(counter):6} {100 * reached / max(1, len(counter)):5.1f} %"


def main():
    lines, branches = read(os.path.abspath(sys.argv[1]))
    folders = collections.defaultdict(lambda: (collections.Counter(), collections.Counter()))
    for name in lines:
        for folder in (os.path.dirname(name) or "(top)", "all"):
            folders[folder][0].update({(name, key): count for key, count in lines[name].items()})
            folders[folder][1].update({(name, key): count for key, count in branches[name].items()})
    print(f"{'folder':10} {'lines':>24} {'branches':>24}")
    for folder in sorted(folders, key=lambda name: (name == "all", name)):
        print(f"{folder:10} {share(folders[folder][0]):>24} {share(folders[folder][1]):>24}")
    missed = sorted(((sum(not count for count in lines[name].values()), name) for name in lines), reverse=True)
    for count, name in missed[:int(sys.argv[2]) if len(sys.argv) > 2 else 15]:
        print(f"{count:5} lines of {name} were not reached; branches {share(branches[name]).strip()}")


if __name__ == "__main__":
    main()
