#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What the HTML scanner reads, against rows of our own and the html5lib tokenizer tests.

Arguments: the top of the source tree, the build directory. The tests of html5lib-tests are not
part of licet: HTML5LIB_TESTS names a directory with its tokenizer/*.test files. Prints TAP.
"""
import collections
import glob
import json
import os
import re
import subprocess
import sys

TOP = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else ".")
BUILD = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else ".")
RAW_STATES = {"Data state": None, "RCDATA state": "title", "RAWTEXT state": "style",
              "Script data state": "script", "PLAINTEXT state": "plaintext"}


def unescape(text):
    return re.sub(r"\\u([0-9A-Fa-f]{4})", lambda m: chr(int(m.group(1), 16)), text)


def doubly(value):
    if isinstance(value, str):
        return unescape(value)
    if isinstance(value, list):
        return [doubly(item) for item in value]
    if isinstance(value, dict):
        return {doubly(key): doubly(item) for key, item in value.items()}
    return value


def plain(text):
    """Line ends and NUL bytes are the business of whoever reads the text, not of the scanner."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")


def same_text(tokens):
    joined = []
    for token in tokens:
        if token[0] == "Character" and joined and joined[-1][0] == "Character":
            joined[-1] = ["Character", joined[-1][1] + token[1]]
        elif token != ["Character", ""]:
            joined.append(list(token))
    return joined


def wanted(output):
    tokens = []
    for token in output:
        if token[0] == "DOCTYPE":
            tokens.append(["DOCTYPE"])
        elif token[0] == "StartTag":
            tokens.append([token[0], plain(token[1]), {plain(k): plain(v) for k, v in token[2].items()}])
        else:
            tokens.append([token[0], plain(token[1])])
    return same_text(tokens)


def comment(raw):
    """The text of a comment, given where the scanner says that it begins and ends."""
    if raw in ("<!-->", "<!--->"):
        return ""
    text = raw[4:]
    for end in ("-->", "--!>", "--!", "--", "-"):
        if text.endswith(end):
            return text[:-len(end)]
    return text


def other(raw):
    if re.match(r"</?[A-Za-z]", raw) or raw == "</>":
        return []
    if raw[:9].upper() == "<!DOCTYPE":
        return [["DOCTYPE"]]
    text = raw[1:] if raw[1] == "?" else raw[2:]
    return [["Comment", plain(text[:-1] if text.endswith(">") else text)]]


def read(line):
    tokens = []
    for word in line.split():
        kind, _, rest = word.partition(":")
        fields = rest.split(",")
        text = bytes.fromhex(fields[0]).decode("utf-8")
        if kind == "S":
            attributes = {}
            for pair in fields[1:]:
                name, value = (plain(bytes.fromhex(half).decode("utf-8")) for half in pair.split("="))
                attributes.setdefault(name, value)
            tokens.append(["StartTag", plain(text), attributes])
        elif kind == "E":
            tokens.append(["EndTag", plain(text)])
        elif kind == "T":
            tokens.append(["Character", plain(text)])
        elif kind == "C":
            tokens.append(["Comment", plain(comment(text))])
        else:
            tokens.extend(other(text))
    return same_text(tokens)


def raw_name(state, last):
    """The element that the scanner is to think it is in; one that never ends without a last tag."""
    if state in ("Data state", "PLAINTEXT state"):
        return RAW_STATES[state] or "-"
    if state == "Script data state":
        return "script" if last in (None, "script") else None
    if state == "RCDATA state" and last not in (None, "title", "textarea"):
        return None
    return last or ("title" if state == "RCDATA state" else "style")


def skip_reason(case, state):
    if state not in RAW_STATES:
        return "CDATA sections exist in SVG and MathML only, whose text is judged by its tree"
    if any(0xd800 <= ord(c) < 0xe000 for c in case["input"] + json.dumps(case["output"], ensure_ascii=False)):
        return "a lone surrogate cannot be written in UTF-8"
    if raw_name(state, case.get("lastStartTag")) is None:
        return "a state that the element does not have"
    return None


def load(directory):
    for path in sorted(glob.glob(os.path.join(directory, "**", "*.test"), recursive=True)):
        with open(path, encoding="utf-8") as stream:
            data = json.load(stream)
        if "tests" not in data and os.path.basename(path) != "xmlViolation.test":
            continue
        for case in data.get("tests", []):
            yield os.path.basename(path), case
        if "xmlViolationTests" in data:
            yield os.path.basename(path), None


def run_scanner(program, jobs):
    lines = "".join(f"{raw} {source.encode('utf-8').hex()}\n" for raw, source in jobs)
    done = subprocess.run([program], input=lines, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    return [read(line) for line in done.stdout.split("\n")[:len(jobs)]]


def compare(program, cases):
    """Passed, failures, and how many were skipped by reason."""
    skipped, jobs, wants, names = collections.Counter(), [], [], []
    for file, case in cases:
        if case is None:
            skipped["the rules for making an XML document of it"] += 1
            continue
        if case.get("doubleEscaped"):
            case = {**case, "input": doubly(case["input"]), "output": doubly(case["output"])}
        for state in case.get("initialStates", ["Data state"]):
            reason = skip_reason(case, state)
            if reason:
                skipped[reason] += 1
                continue
            jobs.append((raw_name(state, case.get("lastStartTag")), case["input"]))
            wants.append(wanted(case["output"]))
            names.append(f"{file}: {state}: {case['description']}")
    found = run_scanner(program, jobs)
    failures = [f"{name}: {job[1]!r} gives {have}, not {want}"
                for name, job, want, have in zip(names, jobs, wants, found) if want != have]
    return len(jobs) - len(failures), failures, skipped


def main():
    program = os.path.join(BUILD, "tests", "html5lib", "tokens")
    corpus = os.environ.get("HTML5LIB_TESTS")
    sources = [("rows of our own", os.path.join(TOP, "tests", "html5lib"))]
    if corpus:
        sources.append(("html5lib tokenizer tests", corpus))
    print(f"1..{len(sources)}")
    bad = 0
    for number, (name, directory) in enumerate(sources, 1):
        passed, failures, skipped = compare(program, load(directory))
        for failure in failures[:40]:
            print(f"# {failure}")
        for reason, count in skipped.items():
            print(f"# skipped {count}: {reason}")
        ok = not failures and passed > 0
        bad += not ok
        print(f"{'ok' if ok else 'not ok'} {number} - {name}: {passed} passed, {len(failures)} failed, "
              f"{sum(skipped.values())} skipped")
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
