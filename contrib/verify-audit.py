#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Verifies a log of licet without any part of licet: Python's standard library alone.

    verify-audit.py [--checkpoints FILE]... [--key BASE64]... LOG

LOG is the log that is written (audit.jsonl; the closed files beside it are found) or a directory that
holds a copy of all files. Exit status: 0 the log is whole, 1 it is not, 2 wrong use.

What a line is: {"seq":N,"prev":"H",...,"hash":"H"} and a line feed. hash is SHA-256, as 64 hex digits,
over the bytes of the line before ,"hash"; prev is the hash of the line before, zeros for the first;
seq counts from 1. A checkpoint is a line whose record is
    "record":"checkpoint","time":"T","log":"L","reason":"R","size":N,"head":"H","key":"K","signature":"S"
with size and head of the line before it, and S an Ed25519 signature (RFC 8032) by K over
    licet-audit-checkpoint LF L LF N LF H LF T LF R LF
A checkpoint kept outside must stand in the log right behind the N records that it covers.
"""
import base64
import binascii
import functools
import hashlib
import os
import re
import sys

# Ed25519, RFC 8032 section 5.1, from the formulas there. Only verification: nothing here is secret.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def add(a, b):
    x = (a[1] - a[0]) * (b[1] - b[0]) % P
    y = (a[1] + a[0]) * (b[1] + b[0]) % P
    t = 2 * a[3] * b[3] * D % P
    z = 2 * a[2] * b[2] % P
    e, f, g, h = y - x, z - t, z + t, y + x
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, point):
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = add(result, point)
        point = add(point, point)
        number >>= 1
    return result


def decode_point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * SQRT_M1 % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = decode_point(bytes.fromhex("58" + "66" * 31))


@functools.lru_cache(maxsize=100000)
def signature_is_valid(key, text, signature):
    if len(key) != 32 or len(signature) != 64:
        return False
    public, r = decode_point(key), decode_point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if not public or not r or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + text).digest(), "little") % L
    left, right = times(s, BASE), add(r, times(h, public))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


HEX = rb"[0-9a-f]{64}"
LINE = re.compile(rb'\{"seq":([1-9][0-9]{0,17}),"prev":"(' + HEX + rb')",(.+),"hash":"(' + HEX + rb')"\}', re.DOTALL)
PLAIN = rb'([A-Za-z0-9+/=:.-]*)'
NUMBER = rb'(0|[1-9][0-9]{0,17})'
START = b'"record":"checkpoint",'
CHECKPOINT = re.compile(START + rb'"time":"' + PLAIN + rb'","log":"' + PLAIN + rb'","reason":"' + PLAIN +
                        rb'","size":' + NUMBER + rb',"head":"(' + HEX + rb')","key":"' + PLAIN +
                        rb'","signature":"' + PLAIN + rb'"')
TAIL = len(b',"hash":""}') + 64


class Checkpoint:
    def __init__(self, record):
        match = CHECKPOINT.fullmatch(record)
        if not match:
            raise ValueError("not written as a checkpoint is")
        self.time, self.log, self.reason, size, self.head, self.key, self.signature = match.groups()
        self.size = int(size)
        text = b"".join(b"%s\n" % part for part in (b"licet-audit-checkpoint", self.log, size, self.head, self.time,
                                                    self.reason))
        try:
            key = base64.b64decode(self.key, validate=True)
            signature = base64.b64decode(self.signature, validate=True)
        except binascii.Error:
            raise ValueError("no base64") from None
        if base64.b64encode(key) != self.key or base64.b64encode(signature) != self.signature or \
                not signature_is_valid(key, text, signature):
            raise ValueError("not validly signed")


class Verifier:
    def __init__(self, keys=(), stop_at_first=False):
        self.keys = [key.encode() for key in keys]
        self.stop_at_first = stop_at_first
        self.problems, self.notes = [], []
        self.held, self.next_held = [], 0
        self.size = self.head = self.first = self.log = self.key = None
        self.checkpoints = self.sealed = self.outside = 0
        self.sealed_at = b""
        self.removed = 0
        self.foreign = False
        self.blank = []

    def stopped(self):
        return self.stop_at_first and self.problems

    def is_trusted(self, key):
        return key in self.keys if self.keys else self.key in (None, key)

    def hold(self, name, data):
        """Checkpoints that were kept outside, a line each; other lines, as those of a mail, are skipped."""
        before = len(self.held)
        for number, line in enumerate(data.split(b"\n"), 1):
            if b'"checkpoint"' not in line and b'"signature"' not in line:
                continue
            start, end = line.rfind(b"{"), line.rfind(b"}")
            try:
                checkpoint = Checkpoint(line[start + 1:end] if start >= 0 else b"")
            except ValueError as error:
                self.problems.append(f"{name}:{number}: holds no checkpoint: {error}")
                continue
            checkpoint.place = f"{name}:{number}"
            checkpoint.name = name
            self.held.append(checkpoint)
        if data and len(self.held) == before:
            self.blank.append(name)
        self.held.sort(key=lambda held: held.size)

    def begin(self, place, seq, prev, record):
        self.first, self.size, self.head = seq, seq - 1, prev
        if seq == 1 and prev != b"0" * 64:
            self.problems.append(f"{place}: record 1 names one before it")
        if not record.startswith(START):
            self.problems.append(f"{place}: does not begin with a checkpoint")

    def check_checkpoint(self, place, seq, prev, record):
        try:
            checkpoint = Checkpoint(record)
        except ValueError as error:
            self.problems.append(f"{place}: record {seq}: a checkpoint that is {error}")
            return None
        if checkpoint.size != seq - 1 or checkpoint.head != prev:
            self.problems.append(f"{place}: record {seq}: a checkpoint of another place")
        if not self.is_trusted(checkpoint.key):
            self.problems.append(f"{place}: record {seq}: signed by another key, {checkpoint.key.decode()}")
        if self.log is None:
            self.log, self.key = checkpoint.log, checkpoint.key
        if self.log != checkpoint.log:
            self.problems.append(f"{place}: record {seq}: a checkpoint of another log")
        self.checkpoints += 1
        self.sealed, self.sealed_at = checkpoint.size, checkpoint.time
        return checkpoint

    def is_foreign(self, held):
        return self.log is not None and held.log != self.log

    def meet_held(self, place, seq, checkpoint):
        while self.next_held < len(self.held) and self.held[self.next_held].size + 1 <= seq:
            held = self.held[self.next_held]
            self.next_held += 1
            if held.size + 1 < seq or self.is_foreign(held):
                continue
            if checkpoint and (checkpoint.signature, checkpoint.log) == (held.signature, held.log):
                self.outside = held.size
            else:
                self.problems.append(f"{place}: record {seq} is not the checkpoint of {held.time.decode()} that was "
                                     "kept outside: the log was rewritten or is another one")

    def check_line(self, name, number, line, is_first):
        match = LINE.fullmatch(line)
        if not match:
            self.problems.append(f"{name}:{number}: is no record of a chain")
            return
        seq, prev, record, stated = match.groups()
        seq = int(seq)
        if b"\0" in line or hashlib.sha256(line[:-TAIL]).hexdigest().encode() != stated:
            self.problems.append(f"{name}:{number}: does not have the hash that it names")
            return
        if self.first is None:
            self.begin(f"{name}:{number}", seq, prev, record)
        if seq != self.size + 1:
            self.problems.append(f"{name}:{number}: record {seq} is not the next number")
        elif prev != self.head:
            self.problems.append(f"{name}:{number}: record {seq} does not follow the record before it")
        self.size, self.head = seq, stated
        checkpoint = None
        if record.startswith(START):
            checkpoint = self.check_checkpoint(f"{name}:{number}", seq, prev, record)
        elif is_first:
            self.problems.append(f"{name}:{number}: does not begin with a checkpoint")
        elif record.startswith(b'"record":"retention",'):
            last = re.search(rb'"last":([0-9]{1,18})[,}]?', record)
            self.removed = max(self.removed, int(last.group(1)) if last else 0)
        elif record.startswith(b'"record":"repair",'):
            self.notes.append(f"record {seq}: the daemon cut off a torn line after a crash")
        self.meet_held(f"{name}:{number}", seq, checkpoint)

    def note_transfer(self, name, data):
        """What a transfer or an editor does to a file, so that a mistake is told from a crime."""
        for found, note in ((data.startswith(b"\x1f\x8b"), "is compressed (gzip); what it holds is to be verified"),
                            (data.startswith(b"\xef\xbb\xbf"), "begins with a byte order mark, as an editor saves it; "
                             "fetch it again as it is"),
                            (data.split(b"\n", 1)[0].endswith(b"\r"), "has lines that end in CRLF, as a transfer in text "
                             "mode makes them; fetch it again byte for byte")):
            if found:
                self.notes.append(f"{name} {note}")
                return

    def feed(self, name, data):
        """One file of the log; the files in order."""
        self.note_transfer(name, data)
        lines = data.split(b"\n")
        if lines.pop():
            self.notes.append(f"{name}: the last line has no end: it is being written, or a crash tore it")
        for number, line in enumerate(lines, 1):
            self.check_line(name, number, line, number == 1)
            if self.stopped():
                return

    def check_keys(self):
        others = [held for held in self.held if self.keys and not self.is_foreign(held) and held.key not in self.keys]
        if others:
            self.problems.append(f"{others[0].place}: a checkpoint by another key, {others[0].key.decode()} "
                                 f"({len(others)} of them)")

    def check_foreign(self):
        """The mistakes that say nothing of the records: a file that was fetched from another host, or is none of
        checkpoints."""
        places = [(held.name, held.log) for held in self.held if self.is_foreign(held)]
        self.foreign = bool(places or self.blank) and not self.problems
        self.problems += [f"{name}: holds no checkpoint" for name in self.blank]
        for name, log in sorted(set(places)):
            self.problems.append(f"{name}: checkpoints of the log {log.decode()} in it: {places.count((name, log))}, but "
                                 f"this log is {self.log.decode()}: the file is of another log, or this log was begun "
                                 "anew")

    def finish(self):
        if self.stopped():
            return
        if self.first is None:
            self.problems.append("the log is empty")
            return
        for held in self.held:
            if not self.is_foreign(held) and held.size + 1 > self.size:
                self.problems.append(f"the log ends with record {self.size}, but the checkpoint of "
                                     f"{held.time.decode()} that was kept outside says {held.size + 1}: its end was "
                                     "cut off or it was taken back")
        if self.first > self.removed + 1:
            self.problems.append(f"records {self.removed + 1} to {self.first - 1} are missing, and the log does not "
                                 "say that retention took them")
        elif self.first > 1:
            self.notes.append(f"records 1 to {self.first - 1} are gone by retention, as the log says")
        self.check_keys()
        self.check_foreign()
        if not self.keys and self.key:
            self.notes.append(f"the key {self.key.decode()} is the log's own word; give the one you know with --key")
        if not self.held:
            self.notes.append("no checkpoint from outside was given: whoever has the key could have written the "
                              "log anew")
        if self.size > self.sealed + 1:
            self.notes.append(f"records after {self.sealed + 1} are not under a checkpoint yet")


def files_of(path):
    """The closed files beside a log, oldest first, and the log itself."""
    if os.path.isdir(path):
        path = os.path.join(path, "audit.jsonl")
    directory, name = os.path.split(path)
    stem, extension = os.path.splitext(name)
    pattern = re.compile(re.escape(stem) + r"-[0-9]{12}" + re.escape(extension))
    closed = sorted(other for other in os.listdir(directory or ".") if pattern.fullmatch(other))
    files = [os.path.join(directory, other) for other in closed]
    return files + [path] if os.path.exists(path) else files


def read(path):
    with open(path, "rb") as file:
        return file.read()


def main(arguments):
    checkpoints, keys, logs = [], [], []
    while arguments:
        word = arguments.pop(0)
        if word in ("--checkpoints", "--key") and arguments:
            (checkpoints if word == "--checkpoints" else keys).append(arguments.pop(0))
        elif word.startswith("-"):
            print(__doc__, file=sys.stderr)
            return 2
        else:
            logs.append(word)
    if len(logs) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    verifier = Verifier(keys)
    for path in checkpoints:
        verifier.hold(path, read(path))
    files = files_of(logs[0])
    if not files:
        print(f"verify-audit: {logs[0]}: there is no log", file=sys.stderr)
        return 2
    for path in files:
        verifier.feed(path, read(path))
    verifier.finish()
    for problem in verifier.problems[:20]:
        print("problem:", problem)
    for note in verifier.notes:
        print("note:", note)
    if verifier.first is not None:
        print(f"records {verifier.first} to {verifier.size}, {verifier.checkpoints} checkpoints, the last of "
              f"{verifier.sealed_at.decode()}")
    print("NOT CONFIRMED: whole in itself, but the checkpoints do not speak of it" if verifier.foreign else
          "NOT WHOLE" if verifier.problems else "whole")
    return 1 if verifier.problems else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except OSError as error:
        print(f"verify-audit: {error}", file=sys.stderr)
        sys.exit(2)
