#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Random tamperings of a log: `licet audit verify` and contrib/verify-audit.py must find each, and
nothing in the log that nobody touched. Prints TAP.

    tamper.py TOP BUILD [RECORDS [TAMPERINGS [SEED]]]

Who tampers knows all but the key, and recomputes hashes where that helps; "fork" and "rollback" have
the key as well, and only the checkpoints that were kept outside betray them.
"""
import base64
import copy
import hashlib
import importlib.util
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

TOP, BUILD = sys.argv[1] if len(sys.argv) > 1 else ".", sys.argv[2] if len(sys.argv) > 2 else "."
RECORDS = int(sys.argv[3]) if len(sys.argv) > 3 else 2000
TAMPERINGS = int(sys.argv[4]) if len(sys.argv) > 4 else 72
SEED = int(sys.argv[5]) if len(sys.argv) > 5 else 1

sys.dont_write_bytecode = True
spec = importlib.util.spec_from_file_location("verify_audit", os.path.join(TOP, "contrib", "verify-audit.py"))
verifier = importlib.util.module_from_spec(spec)
spec.loader.exec_module(verifier)

HASH = b',"hash":"'
TAIL = verifier.TAIL


def sign(seed, text):
    """RFC 8032 5.1.6, to forge with a key that was stolen."""
    h = hashlib.sha512(seed).digest()
    a = (int.from_bytes(h[:32], "little") & ((1 << 254) - 8)) | (1 << 254)

    def encode(point):
        z = pow(point[2], verifier.P - 2, verifier.P)
        x, y = point[0] * z % verifier.P, point[1] * z % verifier.P
        return (y | (x & 1) << 255).to_bytes(32, "little")
    public = encode(verifier.times(a, verifier.BASE))
    r = int.from_bytes(hashlib.sha512(h[32:] + text).digest(), "little") % verifier.L
    big_r = encode(verifier.times(r, verifier.BASE))
    k = int.from_bytes(hashlib.sha512(big_r + public + text).digest(), "little") % verifier.L
    return public, big_r + ((r + k * a) % verifier.L).to_bytes(32, "little")


def body(line):
    """What stands between prev and hash."""
    return verifier.LINE.fullmatch(line).group(3)


def link(seq, prev, record):
    start = b'{"seq":%d,"prev":"%s",%s' % (seq, prev, record)
    head = hashlib.sha256(start).hexdigest().encode()
    return start + HASH + head + b'"}', head


def checkpoint(record, size, head, seed):
    found = verifier.CHECKPOINT.fullmatch(record)
    parts = [b"licet-audit-checkpoint", found.group(2), b"%d" % size, head, found.group(1), found.group(3)]
    public, signature = sign(seed, b"".join(part + b"\n" for part in parts))
    return b'"record":"checkpoint","time":"%s","log":"%s","reason":"%s","size":%d,"head":"%s","key":"%s",' \
        b'"signature":"%s"' % (found.group(1), found.group(2), found.group(3), size, head,
                               base64.b64encode(public), base64.b64encode(signature))


class Log:
    def __init__(self, directory):
        self.directory = directory
        path = os.path.join(directory, "audit.jsonl")
        self.names = [os.path.basename(file) for file in verifier.files_of(path)]
        self.files = [verifier.read(os.path.join(directory, name)).split(b"\n")[:-1] for name in self.names]
        self.held = verifier.read(os.path.join(directory, "checkpoints"))
        with open(os.path.join(directory, "key.pem"), encoding="ascii") as file:
            self.seed = base64.b64decode("".join(file.read().split("\n")[1:-2]))[-32:]
        self.key = base64.b64encode(sign(self.seed, b"")[0]).decode()
        self.where = [(i, k) for i, lines in enumerate(self.files) for k in range(len(lines))]
        self.memory = {}
        self.flat = [line for lines in self.files for line in lines]

    def layout(self, flat):
        """Lines back into files, each with as many as before; the rest into the last."""
        files, start = [], 0
        for lines in self.files[:-1]:
            files.append(flat[start:start + len(lines)])
            start += len(lines)
        return files + [flat[start:]]


def rechain(flat, start, seed=None):
    """Numbers and hashes anew from a line on; checkpoints are signed anew with a seed, else left."""
    flat = list(flat)
    prev = verifier.LINE.fullmatch(flat[start - 1]).group(4) if start else b"0" * 64
    for i in range(start, len(flat)):
        match = verifier.LINE.fullmatch(flat[i])
        record = match.group(3) if match else flat[i][flat[i].find(b',"', 80) + 1:-TAIL]
        if seed and record.startswith(verifier.START):
            record = checkpoint(record, i, prev, seed)
        flat[i], prev = link(i + 1, prev, record)
    return flat


def change(line, rng):
    """One byte of a record becomes another that JSON could hold."""
    start, end = line.find(b'","') + 3, len(line) - TAIL
    at = rng.randrange(start, end)
    other = rng.choice([c for c in b"abcdefghijklmnopqrstuvwxyz0123456789" if c != line[at]])
    return line[:at] + bytes([other]) + line[at + 1:]


def edit(log, rng):
    flat = list(log.flat)
    i = rng.randrange(len(flat))
    at = rng.randrange(len(flat[i]))
    flat[i] = flat[i][:at] + bytes([flat[i][at] ^ 1 << rng.randrange(7)]) + flat[i][at + 1:]
    if b"\n" in flat[i]:
        return edit(log, rng)
    return flat


def edit_rechained(log, rng):
    i = rng.randrange(len(log.flat))
    flat = list(log.flat)
    flat[i] = link(i + 1, verifier.LINE.fullmatch(flat[i]).group(2), body(change(flat[i], rng)))[0]
    return rechain(flat, i)


def delete(log, rng):
    flat = list(log.flat)
    i = rng.randrange(len(flat))
    del flat[i:i + rng.choice([1, 1, 2, 10])]
    return flat


def delete_rechained(log, rng):
    flat = list(log.flat)
    i = rng.randrange(len(flat) - 1)
    del flat[i]
    return rechain(flat, i)


def insert(log, rng):
    flat = list(log.flat)
    flat.insert(rng.randrange(len(flat) + 1), rng.choice(flat))
    return flat


def insert_rechained(log, rng):
    flat = list(log.flat)
    i = rng.randrange(len(flat) + 1)
    flat.insert(i, rng.choice(flat))
    return rechain(flat, i)


def swap(log, rng):
    flat = list(log.flat)
    i, k = rng.sample(range(len(flat)), 2)
    flat[i], flat[k] = flat[k], flat[i]
    return flat


def swap_rechained(log, rng):
    i = rng.randrange(len(log.flat) - 1)
    flat = list(log.flat)
    flat[i], flat[i + 1] = flat[i + 1], flat[i]
    return rechain(flat, i)


def splice(log, rng):
    """A stretch takes the place of another."""
    flat = list(log.flat)
    n = rng.randrange(1, 20)
    i, k = rng.randrange(len(flat) - n), rng.randrange(len(flat) - n)
    if i == k:
        return splice(log, rng)
    return flat[:i] + flat[k:k + n] + flat[i + n:]


def cut(log, rng):
    return log.flat[:-rng.choice([1, 1, 2, rng.randrange(1, len(log.flat))])]


def cut_within(log, rng):
    flat = list(log.flat[:len(log.flat) - rng.randrange(5)])
    return flat[:-1] + [flat[-1][:rng.randrange(len(flat[-1]))]]


def cut_begin(log, rng):
    return log.flat[rng.randrange(1, len(log.flat) // 2):]


def drop_file(log, rng):
    files = list(log.files)
    files[rng.randrange(len(files))] = []
    return files


def swap_files(log, rng):
    files = list(log.files)
    i, k = rng.sample(range(len(files)), 2)
    files[i], files[k] = files[k], files[i]
    return files


def other_key(log, rng):
    return rechain(log.flat, rng.randrange(len(log.flat) - 1), bytes(rng.randrange(256) for _ in range(32)))


def fork(log, rng):
    """With the key: another end from one point on."""
    i = rng.randrange(len(log.flat) - 2, len(log.flat) * 9 // 10, -1)
    flat = list(log.flat)
    if body(flat[i]).startswith(verifier.START):
        return fork(log, rng)
    flat[i] = link(i + 1, verifier.LINE.fullmatch(flat[i]).group(2), body(change(flat[i], rng)))[0]
    return rechain(flat, i, log.seed)


def rollback(log, rng):
    """An older state of the log, which ended in a checkpoint then."""
    ends = [i for i, line in enumerate(log.flat[:-1]) if body(line).startswith(verifier.START)]
    return log.flat[:rng.choice(ends) + 1]


CHEAP = [edit, edit, edit, edit_rechained, delete, delete_rechained, insert, insert_rechained, swap, swap_rechained,
         splice, cut, cut_within, cut_begin, drop_file, swap_files, rollback]
KINDS = CHEAP + CHEAP + [other_key, fork]


def found_by_python(log, files):
    """What it thinks after files that nobody touched is remembered from the first time."""
    check = verifier.Verifier([log.key], stop_at_first=True)
    check.hold("checkpoints", log.held)
    untouched = True
    for i, (name, lines) in enumerate(zip(log.names, files)):
        untouched = untouched and lines == log.files[i]
        if untouched and i in log.memory:
            check = copy.copy(log.memory[i])
            continue
        check.problems, check.notes = list(check.problems), list(check.notes)
        if lines:
            check.feed(name, b"\n".join(lines) + b"\n")
        if check.stopped():
            break
        if untouched:
            log.memory[i] = copy.copy(check)
    check.problems = list(check.problems)
    check.finish()
    return bool(check.problems)


def found_by_licet(log, files, directory):
    """Exit status 65: not whole. Files that nobody touched are linked."""
    for name, lines, original in zip(log.names, files, log.files):
        path = os.path.join(directory, name)
        if os.path.lexists(path):
            os.remove(path)
        if lines is original or lines == original:
            os.link(os.path.join(log.directory, name), path)
        elif lines:
            with open(path, "wb") as out:
                out.write(b"\n".join(lines) + b"\n")
    done = subprocess.run([os.path.join(BUILD, "licet"), "audit", "verify", "--json", "--first", "--log",
                           os.path.join(directory, "audit.jsonl"), "--checkpoints",
                           os.path.join(log.directory, "checkpoints"), "--key", log.key], capture_output=True,
                          text=True, check=False)
    if done.returncode in (0, 65):
        return done.returncode == 65
    return None if os.path.exists(os.path.join(directory, "audit.jsonl")) else True


def with_retention(log):
    """Its files, the last with a record more: retention took the first."""
    last = len(log.files[0])
    record = b'"record":"retention","time":"2026-11-24T09:00:00Z","first":1,"last":%d,"days":30' % last
    flat = log.flat + [link(len(log.flat) + 1, verifier.LINE.fullmatch(log.flat[-1]).group(4), record)[0]]
    return log.layout(flat)


def misses_by_retention(log, directory):
    """Which files are gone, and who does not see that only the first may be."""
    wrong = []
    for gone in (1, 2, 3):
        files = [[]] * gone + with_retention(log)[gone:]
        log.memory = {}
        for who, found in (("verify-audit.py", found_by_python(log, files)),
                           ("licet audit verify", found_by_licet(log, files, directory))):
            if found is not (gone > 1):
                wrong.append(f"{who}: {gone} files gone")
    return wrong


def whole_without_outside(log):
    done = subprocess.run([os.path.join(BUILD, "licet"), "audit", "verify", "--json", "--log",
                           os.path.join(log.directory, "audit.jsonl")], capture_output=True, text=True, check=False)
    return done.returncode == 0 and json.loads(done.stdout)["whole"]


def main():
    work = tempfile.mkdtemp(prefix="licet-tamper.", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    try:
        original, changed = os.path.join(work, "log"), os.path.join(work, "changed")
        os.mkdir(original)
        os.mkdir(changed)
        subprocess.run([os.path.join(BUILD, "tests", "audit", "make_log"), original, str(RECORDS),
                        str(max(65536, RECORDS * 10))], check=True)
        log = Log(original)
        rng = random.Random(SEED)
        print("1..4")
        begin = time.monotonic()
        by_python = found_by_python(log, log.files)
        middle = time.monotonic()
        by_licet = found_by_licet(log, log.files, changed)
        end = time.monotonic()
        print(f"# {len(log.flat)} records in {len(log.files)} files, {log.held.count(10)} checkpoints outside; "
              f"verify-audit.py {len(log.flat) / (middle - begin):.0f} records/s, "
              f"licet audit verify {len(log.flat) / (end - middle):.0f} records/s")
        whole = not by_python and by_licet is False and whole_without_outside(log)
        print("ok 1 - nothing is found in the log that nobody touched" if whole else
              f"not ok 1 - found in an untouched log: python {by_python}, licet {by_licet}")
        missed = {"verify-audit.py": [], "licet audit verify": []}
        for number in range(TAMPERINGS):
            kind = KINDS[number % len(KINDS)]
            files = kind(log, rng)
            if not files or isinstance(files[0], bytes):
                files = log.layout(files)
            if files == log.files:
                continue
            if number and number % 100 == 0:
                print(f"# {number} done, missed: {sum(map(len, missed.values()))}", flush=True)
            if not found_by_python(log, files):
                missed["verify-audit.py"].append((number, kind.__name__))
            if found_by_licet(log, files, changed) is not True:
                missed["licet audit verify"].append((number, kind.__name__))
        for test, (who, numbers) in enumerate(missed.items(), 2):
            for number, kind in numbers[:10]:
                print(f"# {who} missed number {number}: {kind}")
            print(f"{'not ok' if numbers else 'ok'} {test} - {who} finds all of {TAMPERINGS} tamperings")
        wrong = misses_by_retention(log, changed)
        for line in wrong:
            print("#", line)
        print(f"{'not ok' if wrong else 'ok'} 4 - retention answers for the files that it took, and for no other")
        return 0 if whole and not any(missed.values()) and not wrong else 1
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    sys.exit(main())
