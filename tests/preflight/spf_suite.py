#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What our readers of SPF say, against rows of our own and the RFC 7208 test suite.

Arguments: the top of the source tree, the build directory. The suite is not part of licet:
SPF_SUITE names its file (rfc7208-tests.yml, which the sources of pyspf and Mail::SPF carry).
Prints TAP. Our reading must be right in every row; where libspf2 differs, the difference must
be one that LIBSPF2 explains, and preflight reports it as what receivers with libspf2 see.
"""
import os
import subprocess
import sys

import dnsd

TOP = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else ".")
BUILD = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else ".")

# Why libspf2 1.2.10 differs from the RFC, and the suite's tests that show it. What it takes for
# right and the RFC does not is a syntax error in our reading, hence a problem in preflight; what it
# takes for wrong and the RFC does not is a note that says what receivers with libspf2 see.
LIBSPF2 = {
    "a domain that is none is looked up and not found, where the RFC has a syntax error": """
        invalid-domain ptr-empty-domain a-bad-domain a-null a-numeric a-numeric-toplabel a-bad-toplabel
        a-only-toplabel a-only-toplabel-trailing-dot a-empty-domain mx-bad-domain mx-null
        mx-numeric-top-label mx-bad-toplab mx-empty-domain exists-empty-domain exists-cidr
        exp-empty-domain exp-syntax-error redirect-empty-domain""",
    "odd bytes and macros that are none are taken for letters": """
        non-ascii-policy control-char-policy invalid-macro-char invalid-embedded-macro-char
        invalid-trailing-macro-char unknown-modifier-syntax exp-only-macro-char""",
    "redirect with a colon, and redirect or exp that stand twice, are no error": """
        redirect-is-modifier redirect-twice exp-twice""",
    "a prefix length of 0 is an error": """
        a-nxdomain a-cidr4-0 a-cidr4-0-ip6 a-cidr6-0-ip4 a-cidr6-0-ip4mapped a-cidr6-0-ip6
        a-cidr6-0-nxdomain mx-nxdomain mx-cidr4-0 mx-cidr4-0-ip6 mx-cidr6-0-ip4 mx-cidr6-0-ip4mapped
        mx-cidr6-0-ip6 mx-cidr6-0-nxdomain cidr4-0 cidr6-0 cidr6-0-ip4 cidr6-ip4""",
    "a prefix length may begin with 0": "cidr4-032",
    "redirect before the end, and unusual names of modifiers, are errors": """
        redirect-after-mechanisms1 redirect-after-mechanisms2 modifier-charset-good""",
    "an IPv4 client or range written as IPv6 is not told apart": """
        ip4-mapped-ip6 a-colon-domain-ip4mapped mx-colon-domain-ip4mapped""",
    "more than 10 PTR records are an error, and so is a PTR that is an alias without end": """
        ptr-limit ptr-cname-loop""",
    "the limits of 10 look-ups over all includes and of 2 that find nothing are not kept": """
        include-over-limit void-over-limit""",
}
# labels.test below; no test of the suite asks for it.
MACRO = "the first letter is lost when a macro asks for all labels of a name"

ZONE = {
    "plain.test": [("TXT", "v=spf1 ip4:192.0.2.0/28 ip6:2001:db8::/64 -all")],
    "split.test": [("TXT", ["v=spf1 ip4:192.0.", "2.1 -all"])],
    "upper.test": [("TXT", "V=SPF1 IP4:192.0.2.1 -ALL")],
    "notspf.test": [("TXT", "v=spf10 +all"), ("TXT", "hello")],
    "two.test": [("TXT", "v=spf1 -all"), ("TXT", "v=spf1 +all")],
    "nested.test": [("TXT", "v=spf1 include:plain.test ~all")],
    "loop.test": [("TXT", "v=spf1 include:loop.test -all")],
    "redirect.test": [("TXT", "v=spf1 redirect=plain.test")],
    "gone.test": [("TXT", "v=spf1 redirect=none.test")],
    "macro.test": [("TXT", "v=spf1 exists:%{ir}.%{v}._spf.%{d} -all")],
    "1.2.0.192.in-addr._spf.macro.test": [("A", "127.0.0.2")],
    "labels.test": [("TXT", "v=spf1 exists:%{d2}.list.test -all")],
    "labels.test.list.test": [("A", "127.0.0.2")],
    "mail.test": [("TXT", "v=spf1 a:mx1.mail.test mx ?all"), ("MX", (10, "mx2.mail.test"))],
    "mx1.mail.test": [("A", "192.0.2.1"), ("AAAA", "2001:db8::1")],
    "mx2.mail.test": [("CNAME", "mx1.mail.test")],
    "ptr.test": [("TXT", "v=spf1 ptr -all")],
    "1.2.0.192.in-addr.arpa": [("PTR", "out.ptr.test")],
    "out.ptr.test": [("A", "192.0.2.1")],
    "typo.test": [("TXT", "v=spf1 ipv4:192.0.2.1 -all")],
    "colon.test": [("TXT", "v=spf1 ip4: 192.0.2.1 -all")],
    "broken.test": [("TIMEOUT", None)],
    "relies.test": [("TXT", "v=spf1 include:broken.test -all")],
    "many.test": [("TXT", "v=spf1 " + " ".join(f"a:h{i}.many.test" for i in range(11)) + " -all")],
    "voids.test": [("TXT", "v=spf1 a:x1.test a:x2.test a:x3.test -all")],
    **{f"h{i}.many.test": [("A", f"198.51.100.{i}")] for i in range(11)},
}
# address, sender's domain, our result, look-ups, void ones, a word of the problem
OWN = [
    ("192.0.2.1", "plain.test", "pass", 0, 0, ""),
    ("2001:db8::9", "plain.test", "pass", 0, 0, ""),
    ("198.51.100.7", "plain.test", "fail", 0, 0, ""),
    ("192.0.2.1", "split.test", "pass", 0, 0, ""),
    ("192.0.2.1", "upper.test", "pass", 0, 0, ""),
    ("192.0.2.1", "notspf.test", "none", 0, 0, ""),
    ("192.0.2.1", "none.test", "none", 0, 0, ""),
    ("192.0.2.1", "two.test", "permerror", 0, 0, "2 SPF records"),
    ("192.0.2.1", "nested.test", "pass", 1, 0, ""),
    ("203.0.113.1", "nested.test", "softfail", 1, 0, ""),
    ("192.0.2.1", "loop.test", "permerror", 12, 0, "without end"),
    ("192.0.2.1", "redirect.test", "pass", 1, 0, ""),
    ("192.0.2.1", "gone.test", "permerror", 1, 1, "no SPF record"),
    ("192.0.2.1", "macro.test", "pass", 1, 0, ""),
    ("192.0.2.2", "macro.test", "fail", 1, 1, ""),
    ("192.0.2.1", "labels.test", "pass", 1, 0, ""),
    ("192.0.2.1", "mail.test", "pass", 2, 0, ""),
    ("2001:db8::1", "mail.test", "pass", 2, 0, ""),
    ("203.0.113.1", "mail.test", "neutral", 2, 0, ""),
    ("192.0.2.1", "ptr.test", "pass", 1, 0, ""),
    ("192.0.2.1", "typo.test", "permerror", 0, 0, "no mechanism"),
    ("192.0.2.1", "colon.test", "permerror", 0, 0, "no IPv4 address"),
    ("192.0.2.1", "broken.test", "temperror", 0, 0, ""),
    ("192.0.2.1", "relies.test", "temperror", 1, 0, ""),
    ("203.0.113.1", "many.test", "permerror", 11, 0, ""),
    ("203.0.113.1", "voids.test", "permerror", 3, 3, ""),
]
OWN_LIBSPF2 = {"labels.test", "voids.test"}


def ask(port, rows):
    program = os.path.join(BUILD, "tests", "preflight", "spf_probe")
    lines = "".join("\t".join(row) + "\n" for row in rows)
    done = subprocess.run([program, f"127.0.0.1:{port}"], input=lines, capture_output=True, text=True,
                          check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-800:]
    return [line.split("\t") for line in done.stdout.split("\n")[:len(rows)]]


def rows_of(records):
    """The suite's SPF records stand for TXT unless there are TXT records."""
    has_txt = any(isinstance(record, dict) and "TXT" in record for record in records)
    for record in records:
        if record == "TIMEOUT":
            yield "TIMEOUT", None
            continue
        for kind, value in record.items():
            if kind == "SPF" and not has_txt:
                yield "TXT", value
            elif kind == "MX":
                yield "MX", tuple(value)
            elif kind in dnsd.TYPES and value != "NONE":
                yield kind, value


def run_suite(path):
    """Yields name, wanted results, what our programs say."""
    import yaml
    with open(path, encoding="utf-8") as stream:
        for section in yaml.safe_load_all(stream):
            table = {name.lower().rstrip("."): list(rows_of(records))
                     for name, records in section["zonedata"].items()}
            server = dnsd.Server(dnsd.from_table(table))
            tests = section["tests"]
            rows = [(str(test["host"]), test["helo"] or "-", test["mailfrom"] or "-") for test in tests.values()]
            for name, got in zip(tests, ask(server.port, rows)):
                want = tests[name]["result"]
                yield name, want if isinstance(want, list) else [want], got


def check_suite(path):
    reasons = {name: reason for reason, names in LIBSPF2.items() for name in names.split()}
    count, bad, differs = 0, [], {}
    for name, want, got in run_suite(path):
        count += 1
        if got[0] not in want:
            bad.append(f"{name}: {got[0]}, not {want}")
        if got[1] not in want:
            if name in reasons:
                differs[reasons[name]] = differs.get(reasons[name], 0) + 1
            else:
                bad.append(f"{name}: libspf2 says {got[1]}, not {want}, and nothing explains it")
    for reason, number in differs.items():
        print(f"# libspf2 differs in {number}: {reason}")
    return count, bad, sum(differs.values())


def check_own():
    server = dnsd.Server(dnsd.from_table(ZONE))
    answers = ask(server.port, [(row[0], "mail.test", "a@" + row[1]) for row in OWN])
    bad, differs = [], set()
    for row, got in zip(OWN, answers):
        if [got[0], int(got[3]), int(got[4])] != list(row[2:5]) or row[5] not in got[5] or \
                bool(row[5]) != bool(got[5]):
            bad.append(f"{row} gives {got}")
        if got[1] != got[0]:
            differs.add(row[1])
    if differs != OWN_LIBSPF2:
        bad.append(f"libspf2 differs in {differs}, not {OWN_LIBSPF2}")
    print(f"# libspf2: {MACRO}")
    return bad


def main():
    suite = os.environ.get("SPF_SUITE")
    print(f"1..{2 if suite else 1}")
    bad = check_own()
    for line in bad:
        print(f"# {line}")
    print(f"{'not ok' if bad else 'ok'} 1 - {len(OWN)} rows of our own")
    if not suite:
        return bool(bad)
    count, wrong, differs = check_suite(suite)
    for line in wrong:
        print(f"# {line}")
    ok = not wrong and count > 100
    print(f"{'ok' if ok else 'not ok'} 2 - {os.path.basename(suite)}: {count} tests, {len(wrong)} wrong; "
          f"libspf2 is wrong in {differs}, all explained")
    return bool(bad) or not ok


if __name__ == "__main__":
    sys.exit(main())
