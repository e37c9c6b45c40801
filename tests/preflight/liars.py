#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""licet doctor --domain beside DNS servers that hang, lie or overdo it: bounded time, no crash, no
word that is not printable, and never a "yes" that rests on a lie.

Arguments: the top of the source tree, the build directory. Prints TAP.
"""
import concurrent.futures
import os
import random
import struct
import subprocess
import sys
import tempfile
import time

import dnsd

TOP = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else ".")
BUILD = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else ".")
SECONDS = 60  # 40 of the child and what a busy machine adds
CONFIG = tempfile.NamedTemporaryFile(suffix=".cfg")


def hang(query, tcp):
    return None


def only_tcp_hangs(query, tcp):
    return None if tcp else dnsd.reply(query, [], 0, 0x8380)


def truncated_for_ever(query, tcp):
    return dnsd.reply(query, [], 0, 0x8380)


def spf(query, text="v=spf1 ip4:192.0.2.1 -all", **more):
    return dnsd.reply(query, [dnsd.pack_record(dnsd.read_question(query)[0], "TXT", text)], **more)


def wrong_id(query, tcp):
    ident, = struct.unpack("!H", query[:2])
    return [spf(query, ident=(ident + offset) & 0xffff) for offset in (1, 2, 256, 0x8000)]


def wrong_question(query, tcp):
    name = dnsd.read_question(query)[0]
    return spf(query).replace(dnsd.pack_name(name), dnsd.pack_name("x" + name[1:]))


def garbage(query, tcp):
    return random.Random(query).randbytes(random.Random(query).randrange(0, 600))


def garbage_after_head(query, tcp):
    rng = random.Random(query)
    return query[:2] + struct.pack("!HHHHH", 0x8180, 1, rng.randrange(1, 9), 0, 0) + \
        dnsd.read_question(query)[2] + rng.randbytes(rng.randrange(0, 400))


def flipped_bits(query, tcp):
    rng, data = random.Random(query), bytearray(spf(query))
    for _ in range(6):
        data[rng.randrange(12, len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


def cut_short(query, tcp):
    data = spf(query)
    return data[:random.Random(query).randrange(12, len(data))]


def empty(query, tcp):
    return b""


def pointer_loop(query, tcp):
    head = query[:2] + struct.pack("!HHHHH", 0x8180, 1, 1, 0, 0) + dnsd.read_question(query)[2]
    return head + struct.pack("!H", 0xc000 | len(head)) + struct.pack("!HHIH", 16, 1, 60, 4) + b"\3abc"


def cname_circle(query, tcp):
    name = dnsd.read_question(query)[0]
    return dnsd.reply(query, [dnsd.pack_record(name, "CNAME", "a." + name),
                              dnsd.pack_record("a." + name, "CNAME", name)])


def cname_without_end(query, tcp):
    name = dnsd.read_question(query)[0]
    first = name.split(".")[0]
    number = int(first[1:]) + 1 if first[:1] == "n" and first[1:].isdigit() else 0
    return dnsd.reply(query, [dnsd.pack_record(name, "CNAME", f"n{number}.lie.test")])


def failing(query, tcp):
    return dnsd.reply(query, [], 2)


def refused(query, tcp):
    return dnsd.reply(query, [], 5)


def slow(query, tcp):
    time.sleep(0.7)
    return dnsd.reply(query, [], 3)


def huge_record(query, tcp):
    if not tcp:
        return dnsd.reply(query, [], 0, 0x8380)
    return spf(query, "v=spf1 " + "ip4:198.51.100.7 " * 3600 + "-all")


def many_records(query, tcp):
    if not tcp:
        return dnsd.reply(query, [], 0, 0x8380)
    name, number, _ = dnsd.read_question(query)
    kind = dnsd.NUMBERS.get(number, "TXT")
    value = {"A": "192.0.2.1", "AAAA": "2001:db8::1", "MX": (1, "m.lie.test"), "PTR": "p.lie.test",
             "TXT": "v=spf1 -all", "CNAME": "c.lie.test"}[kind]
    return dnsd.reply(query, [dnsd.pack_record(name, kind, value)] * 1400)


def tree_of_includes(query, tcp):
    name, number, _ = dnsd.read_question(query)
    if number != 16:
        return dnsd.reply(query, [], 3)
    return spf(query, "v=spf1 " + " ".join(f"include:{letter}.{name[-180:].lstrip('.')}" for letter in "abcdefghij")
               + " -all")


def includes_itself(query, tcp):
    return spf(query, f"v=spf1 include:{dnsd.read_question(query)[0]} -all")


def odd_macros(query, tcp):
    return spf(query, "v=spf1 exists:%{d99999999999}%{l255r-+,/_=}.%{p}.%{h9r}%{i}%{S}%{L1R}.x.test "
                      "include:%{d128}.%{d128}.%{d128}.x.test a:%%%_%-.x.test -all")


def escapes(query, tcp):
    name = dnsd.read_question(query)[0]
    return dnsd.reply(query, [dnsd.pack_record(name, "TXT", [b"v=spf1 a:\x1b[2J\x07\x00\xff\xfe" + b"\r\n-all"]),
                              dnsd.pack_record(name, "TXT", [b"v=DMARC1; \x1b]0\xc3\xa9\x07\x00; p=none"]),
                              dnsd.pack_record(name, "TXT", [b"v=TLSRPTv1; rua=\x9b31m"])])


def half_a_string(query, tcp):
    name = dnsd.read_question(query)[0]
    return dnsd.reply(query, [dnsd.pack_name(name) + struct.pack("!HHIH", 16, 1, 60, 5) + b"\xffabcd"])


def addresses_of_odd_length(query, tcp):
    name, number, _ = dnsd.read_question(query)
    return dnsd.reply(query, [dnsd.pack_name(name) + struct.pack("!HHIH", number, 1, 60, 3) + b"\1\2\3"])


# What it may still say is true: an honest "there is none" for a server that is only slow.
LIARS = {
    "accepts and never answers": hang,
    "sends to TCP and hangs there": only_tcp_hangs,
    "truncates over TCP too": truncated_for_ever,
    "answers under other ids": wrong_id,
    "answers another question": wrong_question,
    "sends garbage": garbage,
    "sends garbage behind a head": garbage_after_head,
    "flips bits": flipped_bits,
    "cuts its answers": cut_short,
    "sends empty packets": empty,
    "lets a name point at itself": pointer_loop,
    "sends aliases in a circle": cname_circle,
    "sends aliases without end": cname_without_end,
    "always fails": failing,
    "always refuses": refused,
    "is slow": slow,
    "sends 60 kB of one record": huge_record,
    "sends 1400 records": many_records,
    "has a tree of includes": tree_of_includes,
    "includes itself": includes_itself,
    "has odd macros": odd_macros,
    "sends escapes to the terminal": escapes,
    "ends within a string": half_a_string,
    "has addresses of three bytes": addresses_of_odd_length,
}
TELLS_NOTHING = {hang, only_tcp_hangs, truncated_for_ever, wrong_id, wrong_question, garbage, empty, failing,
                 refused, cname_circle, cname_without_end}


def examine(behaviour):
    server = dnsd.Server(behaviour)
    start = time.monotonic()
    done = subprocess.run(
        [os.path.join(BUILD, "licet"), "doctor", "--domain", "lie.test", "--egress", "192.0.2.1", "--egress",
         "2001:db8::1", "--resolver", f"127.0.0.1:{server.port}", "--policies", os.path.join(TOP, "policies")],
        capture_output=True, check=False, timeout=120, env={**os.environ, "LICET_CONFIG": CONFIG.name})
    return done, time.monotonic() - start, server.count


def judge(behaviour, done, seconds, asked):
    bad = []
    text = done.stdout.decode("latin-1")
    if done.returncode not in (75, 78):
        bad.append(f"exit status {done.returncode}: {done.stderr[-300:]!r}")
    if seconds > SECONDS:
        bad.append(f"it took {seconds:.0f} s")
    if asked > (12 if behaviour in (hang, wrong_id) else 2000):  # it counts as dead after four
        bad.append(f"{asked} questions")
    if any(not (" " <= letter <= "~" or letter == "\n") for letter in text):
        bad.append("the output is not all printable")
    facts = [line.split()[:2] for line in text.splitlines() if line.startswith("  ") and "publish:" not in line]
    told = [fact for answer, fact in facts if answer != "cannot-tell" and
            fact not in ("spf-aligned", "dkim-aligned", "dkim")]  # of the settings, not of DNS
    if behaviour in TELLS_NOTHING and told:
        bad.append(f"it believes {told}")
    if "spf           SPF passes" in text and behaviour not in (flipped_bits, cut_short):
        bad.append("SPF is said to pass")
    return bad


def main():
    print(f"1..{len(LIARS)}")
    with concurrent.futures.ThreadPoolExecutor(len(LIARS)) as pool:
        results = list(pool.map(examine, LIARS.values()))
    failed = 0
    for number, ((name, behaviour), (done, seconds, asked)) in enumerate(zip(LIARS.items(), results), 1):
        bad = judge(behaviour, done, seconds, asked)
        for line in bad:
            print(f"# {line}")
        failed += bool(bad)
        print(f"{'not ok' if bad else 'ok'} {number} - a server that {name} ({seconds:.1f} s, {asked} questions)")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
