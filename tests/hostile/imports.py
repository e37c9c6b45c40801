# SPDX-License-Identifier: BSD-2-Clause
"""B12: lists of consent that are broken, or that would give what nobody agreed to. A refused list changes nothing,
and the answer names line and column."""

import csv
import os
import tempfile

from world import licet

NAME = "imports"
HEAD = "address,purpose,state,basis,at,source"
GOOD = "bob@example.de,*,granted,double-opt-in,2026-02-03T10:15:00Z,signup"


def row(address="bob@example.de", purpose="*", state="granted", basis="double-opt-in", at="2026-02-03T10:15:00Z", source="signup"):
    return ",".join((address, purpose, state, basis, at, source))


# Name, bytes of the file, what stands in the answer.
REFUSED = [
    ("no header", GOOD, ":1"),
    ("an empty file", "", ""),
    ("a header alone twice", f"{HEAD}\n{HEAD}\n", ":2"),
    ("an unknown column", f"{HEAD},shoe_size\n{GOOD},42\n", "shoe_size"),
    ("a column that is missing", "address,purpose,basis,at,source\nbob@example.de,*,x,2026-02-03T10:15:00Z,s\n", "state"),
    ("a field too few", f"{HEAD}\nbob@example.de,*,granted\n", ":2"),
    ("a field too many", f"{HEAD}\n{GOOD},more\n", ":2"),
    ("no such state", f"{HEAD}\n{row(state='yes')}\n", ":2"),
    ("no such basis", f"{HEAD}\n{row(basis='because')}\n", ":2"),
    ("no such time", f"{HEAD}\n{row(at='yesterday')}\n", ":2"),
    ("the 30th of February", f"{HEAD}\n{row(at='2026-02-30T10:15:00Z')}\n", ":2"),
    ("a time to come", f"{HEAD}\n{row(at='2099-02-03T10:15:00Z')}\n", ":2"),
    ("an address that is none", f"{HEAD}\n{GOOD}\n{row('bob')}\n", ":3"),
    ("two addresses in one field", f'{HEAD}\n"bob@example.de,eve@example.de",*,granted,double-opt-in,2026-02-03T10:15:00Z,s\n', ":2"),
    ("a formula as source", f"{HEAD}\n{row(source='=HYPERLINK(1)')}\n", ":2"),
    ("a control character", f"{HEAD}\n{row(source='a' + chr(27) + '[2J')}\n", ":2"),
    ("a NUL", f"{HEAD}\n{row(source='a' + chr(0) + 'b')}\n", ":2"),
    ("a quote that does not end", f'{HEAD}\n"bob@example.de,*,granted\n', ":2"),
    ("text behind a quote", f'{HEAD}\n"bob@example.de"x,*,granted,double-opt-in,2026-02-03T10:15:00Z,s\n', ":2"),
    ("a field of 10,000 letters", f"{HEAD}\n{row(source='s' * 10000)}\n", ":2"),
    ("another encoding", f"{HEAD}\n{row(source='anmeldung-')}".encode() + b"\xfc\n", ":2"),
    ("UTF-16", f"{HEAD}\n{GOOD}\n".encode("utf-16"), ""),
    ("the last row is broken", f"{HEAD}\n" + "".join(row(f"p{i}@example.de") + "\n" for i in range(500)) + "broken\n", ":502"),
]


class Store:
    def __init__(self, work):
        self.work, self.at = work, ["--consent", "sqlite:" + os.path.join(work, "consent.db")]

    def call(self, *words):
        return licet("consent", *self.at, *words)

    def load(self, data, *words):
        path = os.path.join(self.work, "in.csv")
        with open(path, "wb") as file:
            file.write(data if isinstance(data, bytes) else data.encode())
        return self.call(*words, "import", path)

    def state(self, address="bob@example.de"):
        return self.call("--json", "--", "show", address).stdout.decode()

    def count(self):
        path = os.path.join(self.work, "out.csv")
        self.call("export", path)
        with open(path, encoding="utf-8") as file:
            number = len(file.readlines())
        os.remove(path)
        return number


def refused(data, text):
    def check():
        with tempfile.TemporaryDirectory() as work:
            store = Store(work)
            store.call("--source", "test", "grant", "ana@example.de", "newsletter")
            before = store.count()
            done = store.load(data)
            said = done.stderr.decode(errors="replace")
            if done.returncode == 0 or text not in said or "in.csv" not in said or store.count() != before:
                return f"exit {done.returncode}, {store.count() - before} rows more: {said[:200]}"
            return None if "\x1b" not in said else "the answer has a control character"
    return check


def beats(first, second, wanted):
    """Two statements in the order in which they come in; what holds afterwards."""
    def check():
        with tempfile.TemporaryDirectory() as work:
            store = Store(work)
            for act in (first, second):
                done = store.load(f"{HEAD}\n{act}\n", "--allow-mass-change") if "," in act else store.call(
                    "--source", "page", *act.split())
                if done.returncode:
                    return done.stderr.decode()
            return None if f'"{wanted}"' in store.state() else store.state()
    return check


ORDER = [
    ("a list does not undo a withdrawal", "withdraw bob@example.de *", row(), "refused"),
    ("an older list does not undo a withdrawal", row(state="withdrawn", at="2026-03-03T10:15:00Z"), row(), "refused"),
    ("a withdrawal that comes in before what it withdraws", row(state="withdrawn", at="2026-03-03T10:15:00Z"), row(), "refused"),
    ("a withdrawal of the same second", row(), row(state="withdrawn"), "refused"),
    ("a withdrawal of the same second comes in first", row(state="withdrawn"), row(), "refused"),
    ("a withdrawal in other letters", row(), row("BOB@EXAMPLE.DE", state="withdrawn", at="2026-03-03T10:15:00Z"), "refused"),
    ("a pending one gives nothing", row(state="pending"), row(state="pending", at="2026-03-03T10:15:00Z"), "pending"),
]


def mass():
    """More than 5 % at once needs a word of its own."""
    with tempfile.TemporaryDirectory() as work:
        store = Store(work)
        people = [f"p{i}@example.de" for i in range(100)]
        store.load(f"{HEAD}\n" + "".join(row(p) + "\n" for p in people))
        gone = f"{HEAD}\n" + "".join(row(p, state="withdrawn", at="2026-03-03T10:15:00Z") + "\n" for p in people[:10])
        done = store.load(gone)
        if done.returncode == 0 or "--allow-mass-change" not in done.stderr.decode():
            return f"exit {done.returncode}: {done.stderr.decode()}"
        return None if store.load(gone, "--allow-mass-change").returncode == 0 else "not even with it"


def formula(address):
    """An address may begin like a formula; no cell of an export does, and it is read again as the same."""
    def check():
        with tempfile.TemporaryDirectory() as work:
            store, path = Store(work), os.path.join(work, "out.csv")
            store.call("--source", "page", "--", "grant", address, "newsletter")
            store.call("export", path)
            with open(path, encoding="utf-8", newline="") as file:
                cells = [cell for row in csv.reader(file) for cell in row]
            if any(cell[:1] in tuple("=+-@\t") and cell for cell in cells):
                return f"cells {cells}"
            os.rename(os.path.join(work, "consent.db"), os.path.join(work, "old.db"))
            again = store.call("--restore", "import", path)
            return None if again.returncode == 0 and '"granted"' in store.state(address) else again.stderr.decode()
    return check


def rows():
    for name, data, text in REFUSED:
        yield name, refused(data, text)
    for name, first, second, wanted in ORDER:
        yield name, beats(first, second, wanted)
    for address in ("=cmd|'/C'!A1@example.de", "+ana@example.de", "-ana-@example.de", "@SUM(1)@example.de"):
        yield f"the export of {address}", formula(address)
    yield "a tenth of all at once", mass
