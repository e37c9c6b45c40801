#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Forces cuts into every message of directories and proves each result with Python's email
parser, after force_cuts has proved it with GMime. Prints TAP and, as comments, the counts.

usage: prove.py TOP BUILD [DIR...]     default: the mails of tests/cases

Per message: without an edit the output is the input; after a cut of an element or of lines all
other leaves are the same bytes and the edited leaf decodes to what was meant; with marks put
around the same range by this program, the cut of the marks gives the same text and finds no
block again. A refusal is right, and counted by its reason; a wrong result or a crash is not.
"""
import base64
import collections
import email
import email.base64mime
import email.policy
import os
import re
import subprocess
import sys
import tempfile

TOP, BUILD = sys.argv[1:3]
FORCE = os.path.join(BUILD, "tests", "proof", "force_cuts")
MARKS = {
    "html": (b"<!-- licet:promotional -->", b"<!-- /licet:promotional -->"),
    "plain": (b"[licet:promotional]\r\n", b"[/licet:promotional]\r\n"),
}
FILE_BOUND = 20 << 20
BOUND = 100  # ms per MB


def wire(data):
    """As a mail system would hand it over: with CRLF, without a mailbox's "From " line."""
    if data.startswith(b"From "):
        data = data[data.index(b"\n") + 1:]
    return data if b"\r\n" in data else data.replace(b"\n", b"\r\n")


def read_files(dirs):
    for top in dirs:
        for folder, _, names in sorted(os.walk(top)):
            for name in sorted(names):
                path = os.path.join(folder, name)
                if os.path.getsize(path) < FILE_BOUND and "expected" not in folder and \
                        name.endswith(".eml"):
                    with open(path, "rb") as file:
                        yield path, wire(file.read())


def leaves(data):
    """Content type, encoded and decoded bytes of each leaf, as Python reads them."""
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    found = []
    for part in message.walk():
        if part.is_multipart():
            continue
        raw = part._payload  # get_payload would decode the character set
        raw = raw.encode("ascii", "surrogateescape") if isinstance(raw, str) else b""
        found.append((part.get_content_type(), raw, part.get_payload(decode=True) or b""))
    return found


class Report:
    """What force_cuts said about one file."""

    def __init__(self, mode, data, folder):
        path = os.path.join(folder, "message")
        with open(path, "wb") as file:
            file.write(data)
        run = subprocess.run([FORCE, mode, path, path + ".out"], capture_output=True, check=False,
                             timeout=600)
        self.crash = run.returncode and (run.stderr or run.stdout).decode(errors="replace")[-400:]
        self.refused = self.ambiguous = self.problem = None
        self.leaves, self.cuts, self.time = [], [], (0, 0)
        for line in run.stdout.decode(errors="replace").splitlines():
            word, *rest = line.split("\t")
            if word == "message" and rest[0] == "refused":
                self.refused = rest[1]
            elif word == "ambiguous":
                self.ambiguous = rest[0]
            elif word == "problem":
                self.problem = rest[0]
            elif word == "leaf":
                self.leaves.append(rest)
            elif word == "cut":
                number, leaf, start, end, result, reason = rest
                out = None
                if result == "edited":
                    with open(f"{path}.out.{number}", "rb") as file:
                        out = file.read()
                self.cuts.append((int(leaf), int(start), int(end), out, reason))
            elif word == "time":
                self.time = (int(rest[0]), int(rest[1]))


def insert_marks(data, leaf, text, start, end):
    """The message with marks around a decoded range of a leaf; None where they cannot stand."""
    _, _, kind, encoding, from_, to, _, _ = leaf
    first, last = MARKS["plain" if kind == "plain" else "html"]
    from_, to = int(from_), int(to)
    body = data[from_:to]
    if kind == "plain" and not text[start:end].endswith(b"\n"):
        return None
    if encoding == "identity":
        body = body[:start] + first + body[start:end] + last + body[end:]
    elif encoding == "base64":
        plain = base64.b64decode(body)
        plain = plain[:start] + first + plain[start:end] + last + plain[end:]
        body = email.base64mime.body_encode(plain, 76, "\r\n").encode().removesuffix(b"\r\n") + \
            (b"\r\n" if body.endswith(b"\n") else b"")
    elif encoding == "quoted-printable":
        body = insert_quoted(body, [(start, first), (end, last)])
    else:
        return None
    return data[:from_] + body + data[to:]


def insert_quoted(body, inserts):
    """Walks quoted-printable piece by piece with a count of the decoded bytes."""
    out, decoded, inserts = [], 0, list(inserts)
    for match in re.finditer(rb"=\r\n|=[0-9A-Fa-f]{2}|.", body, re.S):
        piece = match.group()
        while inserts and inserts[0][0] == decoded and piece != b"=\r\n":
            text = inserts.pop(0)[1].replace(b"=", b"=3D")
            line_start = not out or out[-1].endswith(b"\n")
            out.append(text if line_start and text.endswith(b"\n") else
                       (b"" if line_start else b"=\r\n") + text + b"=\r\n")
        out.append(piece)
        decoded += 0 if piece == b"=\r\n" else 1
    for _, text in inserts:
        out.append(b"=\r\n" + text)
    return b"".join(out)


class Proof:
    def __init__(self):
        self.count = collections.Counter()
        self.reasons = collections.Counter()
        self.wrong = []
        self.bytes = 0
        self.time = [0, 0]
        self.each = []  # ms per MB of reading, of a cut, and of both, and the file

    def note(self, path, what):
        self.wrong.append(f"{path}: {what}")

    def detail(self, *words):
        if os.environ.get("PROVE_DETAILS"):
            print("#", *words)

    def refuse(self, kind, reason):
        reason = re.sub(r"^(leaf|offset) [^:]*: |\d+", "", reason)
        self.reasons[f"{kind}: {re.sub(r'^.*: ', '', reason)}"] += 1

    def compare(self, path, before, after, leaf, want):
        was, now = leaves(before), leaves(after)
        if [x[0] for x in was] != [x[0] for x in now]:
            self.note(path, "Python sees other leaves")
            return
        if leaf >= len(was):
            self.note(path, f"Python sees no leaf {leaf}")
            return
        for i, (a, b) in enumerate(zip(was, now)):
            if i == leaf and b[2] != want:
                self.note(path, f"leaf {i} decodes to something else")
            if i != leaf and a[1] != b[1]:
                self.note(path, f"leaf {i} has other bytes")

    def prove_cuts(self, path, data, report):
        decoded = leaves(data)
        for leaf, start, end, out, reason in report.cuts:
            if out is None:
                self.count["cuts refused"] += 1
                self.refuse("cut", reason)
                continue
            self.count["cuts made"] += 1
            text = decoded[leaf][2] if leaf < len(decoded) else b""
            self.compare(path, data, out, leaf, text[:start] + text[end:])

    def prove_own_marks(self, path, data, folder):
        first = Report("marks", data, folder)
        if first.crash:
            self.note(path, f"crash with marks: {first.crash}")
        for leaf, _, _, out, reason in first.cuts:
            if out is None:
                self.count["marked blocks refused"] += 1
                self.refuse("block", reason)
                continue
            self.count["marked blocks cut"] += 1
            if any(cut[0] == leaf for cut in Report("marks", out, folder).cuts):
                self.note(path, f"leaf {leaf} has a block again")

    def prove_marks(self, path, data, report, folder):
        decoded, done = leaves(data), set()
        for leaf, start, end, out, _ in report.cuts:
            if out is None or leaf in done or leaf >= len(decoded):
                continue
            done.add(leaf)
            text = decoded[leaf][2]
            marked = insert_marks(data, report.leaves[leaf], text, start, end)
            if marked is None:
                continue
            second = Report("marks", marked, folder)
            if second.crash:
                self.note(path, f"crash with marks: {second.crash}")
                continue
            ours = [cut for cut in second.cuts if cut[0] == leaf]
            if not ours or ours[0][3] is None:
                self.count["marked blocks refused"] += 1
                reason = ours[0][4] if ours else second.problem or second.ambiguous
                if not reason:
                    self.note(path, f"marks around {start}-{end} of leaf {leaf} say nothing")
                self.refuse("block", reason or "")
                self.detail(path, leaf, start, end, reason)
                continue
            self.count["marked blocks cut"] += 1
            self.compare(path, marked, ours[0][3], leaf, text[:start] + text[end:])
            again = Report("marks", ours[0][3], folder)
            if any(cut[0] == leaf for cut in again.cuts) or again.problem:
                self.note(path, f"leaf {leaf} has a block again: {again.problem}")

    def prove(self, path, data, folder):
        self.count["messages"] += 1
        report = Report("ranges", data, folder)
        if report.crash:
            self.note(path, f"crash: {report.crash}")
            return
        if report.refused:
            self.count["messages refused whole"] += 1
            self.refuse("message", report.refused)
            return
        if len(data) > 20000:
            self.bytes += len(data)
            self.time = [a + b for a, b in zip(self.time, report.time)]
            reading, cut = (x / 1000 / (len(data) / 1e6) for x in report.time)
            self.each.append((reading, cut, reading + cut, os.path.basename(path)))
        if report.ambiguous:
            self.count["messages ambiguous"] += 1
            self.refuse("ambiguous", report.ambiguous)
        for leaf in report.leaves:
            self.count["leaves"] += 1
            edited = any(c[0] == int(leaf[0]) and c[3] is not None for c in report.cuts)
            tried = any(c[0] == int(leaf[0]) for c in report.cuts)
            self.count["leaves edited" if edited else "leaves refused" if tried else
                       "leaves without anything to cut"] += 1
        self.prove_cuts(path, data, report)
        if b"licet" in data.lower():
            self.prove_own_marks(path, data, folder)
        else:
            self.prove_marks(path, data, report, folder)


def main():
    dirs = sys.argv[3:] or [os.path.join(TOP, "tests", "cases")]
    proof = Proof()
    with tempfile.TemporaryDirectory(prefix="licet-proof") as folder:
        for path, data in read_files(dirs):
            proof.prove(path, data, folder)
    print("1..2")
    for name, number in sorted(proof.count.items()):
        print(f"# {number:6} {name}")
    for reason, number in proof.reasons.most_common():
        print(f"# {number:6} refused: {reason}")
    size = max(proof.bytes, 1) / 1e6
    print(f"# messages over 20 kB, {size:.1f} MB: reading {proof.time[0] / 1000 / size:.1f} ms/MB, "
          f"a cut with its proof {proof.time[1] / 1000 / size:.1f} ms/MB")
    for column, name in enumerate(["reading", "a cut with its proof", "both"] if proof.each else []):
        slowest = max(proof.each, key=lambda row, column=column: row[column])
        over = sum(row[column] > BOUND for row in proof.each)
        print(f"# {over:6} over {BOUND} ms/MB in {name}; slowest {slowest[column]:.1f}, {slowest[3]}")
    for wrong in proof.wrong:
        print(f"# {wrong}")
    done = proof.count["cuts made"] > 0 and proof.count["marked blocks cut"] > 0
    print(f"{'ok' if not proof.wrong else 'not ok'} 1 - no result is wrong")
    print(f"{'ok' if done else 'not ok'} 2 - cuts and marked blocks were made")
    return 1 if proof.wrong or not done else 0


if __name__ == "__main__":
    sys.exit(main())
