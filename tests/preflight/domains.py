#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""licet doctor --domain and licet key check on domains that a real DNS server (Knot) publishes:
one that is right, and each kind of wrong.

Arguments: the top of the source tree, the build directory. Prints TAP.
"""
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

TOP = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else ".")
BUILD = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else ".")
LICET = os.path.join(BUILD, "licet")
V4, V6 = "192.0.2.1", "2001:db8::1"
GOOD_FACTS = {"spf", "spf-aligned", "dkim", "dkim-aligned", "dmarc", "aligned", "ptr", "mx", "tls-rpt", "mta-sts"}
FAIL = {"gmail": "fail", "yahoo": "fail", "microsoft": "fail", "apple": "fail"}


def txt(*strings):
    return "TXT " + " ".join('"' + s.replace("\\", "\\\\").replace('"', '\\"') + '"' for s in strings)


def long_txt(value):
    return txt(*[value[i:i + 255] for i in range(0, len(value), 255)])


class Case:
    """What differs from a domain that is right, and what doctor is to find."""

    def __init__(self, name, changes=None, problem=(), unknown=(), note=(), lacks=(), unsure=(), **more):
        self.name, self.changes = name, changes or {}
        self.want = {"problem": set(problem), "cannot-tell": set(unknown), "note": set(note)}
        self.lacks, self.unsure, self.more = set(lacks), set(unsure), more


def cases(rsa, ed, other):
    spf = lambda text: {"@": [txt(text)]}
    dkim = lambda text: {"s1._domainkey": [long_txt(text)]}
    dmarc = lambda text: {"_dmarc": [txt(text)]}
    short = rsa.replace("v=DKIM1; ", "")
    lookups = lambda n: {"@": [txt("v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 "
                                   + " ".join(f"a:h{i}" + ".help.test" for i in range(n)) + " -all")]}
    spf_out = {"spf"}
    dkim_out = {"dkim"}
    return [
        Case("all is right"),
        Case("a record in two strings, in capitals", {"@": [txt("V=SPF1 ip4:192.0.", "2.1 IP6:2001:db8::1 -ALL")]}),
        Case("include behind a CNAME", spf("v=spf1 include:alias.help.test -all")),
        Case("redirect", spf("v=spf1 redirect=ours.help.test")),
        Case("exists with macros", spf("v=spf1 exists:%{ir}.%{v}.nolist.help.test -all"), problem=["spf-fail"],
             note=["spf-remark"], lacks=spf_out, providers=FAIL),
        Case("no SPF record", {"@": []}, problem=["spf-missing"], lacks=spf_out, providers=FAIL),
        Case("two SPF records", {"@": [txt("v=spf1 ip4:192.0.2.1 -all"), txt("v=spf1 ip6:2001:db8::1 -all")]},
             problem=["spf-multiple"], lacks=spf_out, providers=FAIL),
        Case("ipv4: in the place of ip4:", spf("v=spf1 ipv4:192.0.2.1 -all"), problem=["spf-error"],
             lacks=spf_out),
        Case("a blank after the colon", spf("v=spf1 ip4: 192.0.2.1 ip6:2001:db8::1 -all"), problem=["spf-error"],
             lacks=spf_out),
        Case("SPF fails for both addresses", spf("v=spf1 ip4:198.51.100.0/24 -all"), problem=["spf-fail"],
             lacks=spf_out, publish="v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 ip4:198.51.100.0/24 -all"),
        Case("IPv6 was forgotten", spf("v=spf1 ip4:192.0.2.1 ~all"), problem=["spf-fail"], lacks=spf_out,
             publish="v=spf1 ip6:2001:db8::1 ip4:192.0.2.1 ~all"),
        Case("?all at the end", spf("v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 ?all"), note=["spf-all"]),
        Case("+all at the end", spf("v=spf1 +all"), problem=["spf-all"]),
        Case("no all", spf("v=spf1 ip4:192.0.2.1 ip6:2001:db8::1"), note=["spf-remark"]),
        Case("terms after all", spf("v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all a:h1.help.test"), note=["spf-remark"]),
        Case("eleven look-ups", lookups(11), problem=["spf-lookups"], lacks=spf_out),
        Case("nine look-ups", lookups(9), note=["spf-lookups"]),
        Case("three look-ups that find nothing",
             spf("v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 a:x1.none.test a:x2.none.test a:x3.none.test -all"),
             problem=["spf-voids"], note=["spf-remark"], lacks=spf_out),
        Case("include of a domain without SPF", spf("v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 include:h1.help.test -all"),
             problem=["spf-error"], lacks=spf_out),
        Case("records that include each other", spf("v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 include:loop.help.test -all"),
             problem=["spf-error", "spf-lookups"], lacks=spf_out),
        Case("quotes within the record", {"@": [txt('"v=spf1 ip4:192.0.2.1 -all"')]},
             problem=["spf-missing", "spf-stray"], lacks=spf_out),
        Case("a macro that libspf2 misreads", spf("v=spf1 exists:%{d2}.exact.help.test -all"), note=["spf-libspf2"]),
        Case("ptr in the record", spf("v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 ptr -all"), note=["spf-remark"]),
        Case("a very long record", {"@": [long_txt("v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 "
                                                    + " ".join(f"ip4:198.51.100.{i}" for i in range(30)) + " -all")]},
             note=["spf-long"]),
        Case("an include that cannot be asked", spf("v=spf1 include:dark.broken -all"),
             unknown=["spf-dns"], unsure=["spf"]),
        Case("key is not published", {"s1._domainkey": []}, problem=["dkim-missing"], lacks=dkim_out),
        Case("another key is published", dkim(other), problem=["dkim-differs"], lacks=dkim_out),
        Case("key is revoked", dkim("v=DKIM1; k=rsa; p="), problem=["dkim-revoked"], lacks=dkim_out),
        Case("two key records", {"s1._domainkey": [long_txt(rsa), long_txt(other)]}, problem=["dkim-multiple"],
             lacks=dkim_out),
        Case("key without v=", dkim(short)),
        Case("t=y", dkim(rsa.replace("p=", "t=y; p=", 1)), problem=["dkim-testing"], lacks=dkim_out),
        Case("t=s", dkim(rsa.replace("p=", "t=s; p=", 1)), note=["dkim-strict"]),
        Case("the wrong k=", dkim(rsa.replace("k=rsa", "k=ed25519")), problem=["dkim-type"], lacks=dkim_out),
        Case("a key that was cut", dkim(rsa[:250]), problem=["dkim-syntax"], lacks=dkim_out),
        Case("a key in which a semicolon is missing", dkim(rsa.replace("k=rsa;", "k=rsa")), problem=["dkim-syntax"],
             lacks=dkim_out),
        Case("h=sha1", dkim(rsa.replace("p=", "h=sha1; p=", 1)), problem=["dkim-hash"], lacks=dkim_out),
        Case("s=tlsrpt", dkim(rsa.replace("p=", "s=tlsrpt; p=", 1)), problem=["dkim-service"], lacks=dkim_out),
        Case("key behind a CNAME", {"s1._domainkey": ["CNAME key.help.test."]}, note=["dkim-alias"]),
        Case("a CNAME that leads to nothing", {"s1._domainkey": ["CNAME gone.help.test."]}, problem=["dkim-missing"],
             lacks=dkim_out),
        Case("CNAMEs in a circle", {"s1._domainkey": ["CNAME s2._domainkey"], "s2._domainkey": ["CNAME s1._domainkey"]},
             unknown=["dkim-dns"], unsure=dkim_out),
        Case("a short TTL", {"s1._domainkey": ["60 " + long_txt(rsa)]}, note=["dkim-ttl"]),
        Case("a wildcard answers for the key", {"s1._domainkey": [], "*": [txt("v=spf1 -all")]},
             problem=["dkim-syntax"], lacks=dkim_out),
        Case("no key is configured", {}, problem=["dkim-none"], lacks={"dkim", "dkim-aligned"}, keys=[]),
        Case("the second of two keys is missing", {}, problem=["dkim-missing"], keys=["s1:rsa", "s9:ed"]),
        Case("RSA and Ed25519", {"s9._domainkey": [txt(ed)]}, keys=["s1:rsa", "s9:ed"]),
        Case("no DMARC record", {"_dmarc": []}, problem=["dmarc-missing"], lacks={"dmarc"}, providers=FAIL),
        Case("two DMARC records", {"_dmarc": [txt("v=DMARC1; p=reject"), txt("v=DMARC1; p=none")]},
             problem=["dmarc-multiple"], lacks={"dmarc"}),
        Case("DMARC without p=", dmarc("v=DMARC1; rua=mailto:a@@D@"), problem=["dmarc-syntax"], lacks={"dmarc"}),
        Case("p=monitor", dmarc("v=DMARC1; p=monitor; rua=mailto:a@@D@"), problem=["dmarc-syntax"], lacks={"dmarc"}),
        Case("p=none", dmarc("v=DMARC1; p=none; rua=mailto:a@@D@"), note=["dmarc-none"]),
        Case("nobody gets reports", dmarc("v=DMARC1; p=reject"), note=["dmarc-no-reports"]),
        Case("pct=50", dmarc("v=DMARC1; p=reject; pct=50; rua=mailto:a@@D@"), note=["dmarc-percent"]),
        Case("reports to who does not take them", dmarc("v=DMARC1; p=reject; rua=mailto:a@help.test"),
             note=["dmarc-report-refused"]),
        Case("reports to who takes them", dmarc("v=DMARC1; p=reject; rua=mailto:a@takes.test")),
        Case("a subdomain with the organisation's DMARC",
             {"news": ["MX 10 mx", txt("v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all")]}, domain="news.@D@",
             note=["tls-rpt-missing", "mta-sts-missing"], lacks={"tls-rpt", "mta-sts"}),
        Case("adkim=s and a key of the parent",
             {"news": ["MX 10 mx", txt("v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all")],
              "_dmarc": [txt("v=DMARC1; p=reject; adkim=s; rua=mailto:a@@D@")]}, domain="news.@D@",
             note=["tls-rpt-missing", "mta-sts-missing", "dmarc-unaligned"],
             lacks={"tls-rpt", "mta-sts", "dkim-aligned"}),
        Case("a DMARC record half way up",
             {"a.b": ["MX 10 mx", txt("v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all")],
              "_dmarc.b": [txt("v=DMARC1; p=none; rua=mailto:a@@D@")]}, domain="a.b.@D@",
             note=["tls-rpt-missing", "mta-sts-missing", "dmarc-tree"], lacks={"tls-rpt", "mta-sts"}),
        Case("an envelope of a subdomain",
             {"bounce": ["MX 10 mx", txt("v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all")]}, envelope="bounce.@D@"),
        Case("aspf=s and an envelope of a subdomain",
             {"bounce": ["MX 10 mx", txt("v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all")],
              "_dmarc": [txt("v=DMARC1; p=reject; aspf=s; rua=mailto:a@@D@")]}, envelope="bounce.@D@",
             note=["dmarc-unaligned"], lacks={"spf-aligned"}),
        Case("an envelope of another organisation", {}, envelope="ours.help.test", lacks={"spf-aligned"},
             note=["mx-missing"]),
        Case("neither passes and is aligned", {"s1._domainkey": []}, envelope="ours.help.test",
             problem=["dkim-missing", "dmarc-fails"], note=["mx-missing"],
             lacks={"spf-aligned", "dkim", "aligned"}, providers=FAIL),
        Case("an address without a name", {"@": [txt("v=spf1 ip4:192.0.2.9 -all")]}, egress=["192.0.2.9"],
             problem=["ptr-missing"], lacks={"ptr"},
             providers={"gmail": "fail", "yahoo": "fail", "microsoft": "pass", "apple": "fail"}),
        Case("a name that does not lead back", {"@": [txt("v=spf1 ip4:192.0.2.10 -all")]}, egress=["192.0.2.10"],
             problem=["ptr-unconfirmed"], lacks={"ptr"}),
        Case("a provider's name for any customer", {"@": [txt("v=spf1 ip4:192.0.2.11 -all")]}, egress=["192.0.2.11"],
             note=["ptr-generic"]),
        Case("a private egress address", {"@": [txt("v=spf1 ip4:10.0.0.1 -all")]}, egress=["10.0.0.1"],
             problem=["egress-address"], unknown=["ptr-dns"], unsure={"ptr"}),
        Case("no egress address", {}, egress=[], unknown=["spf-egress"], unsure={"spf", "ptr"}),
        Case("MX 0 .", {"@mx": ["MX 0 ."]}, problem=["mx-null"], lacks={"mx"}),
        Case("no MX but an address", {"@mx": ["A 192.0.2.80"]}, note=["mx-missing"]),
        Case("neither MX nor address", {"@mx": []}, problem=["mx-missing"], lacks={"mx"}),
        Case("an MX without an address", {"@mx": ["MX 10 nowhere"]}, problem=["mx-no-address"], lacks={"mx"}),
        Case("an MX that is an alias", {"@mx": ["MX 10 mxalias"], "mxalias": ["CNAME mx"]}, note=["mx-alias"]),
        Case("no TLS-RPT", {"_smtp._tls": []}, note=["tls-rpt-missing"], lacks={"tls-rpt"}),
        Case("TLS-RPT without rua", {"_smtp._tls": [txt("v=TLSRPTv1;")]}, note=["tls-rpt-syntax"], lacks={"tls-rpt"}),
        Case("no MTA-STS", {"_mta-sts": []}, note=["mta-sts-missing"], lacks={"mta-sts"}),
        Case("MTA-STS without its host", {"mta-sts": []}, note=["mta-sts-host"]),
        Case("a domain that does not exist", {}, domain="nowhere-@D@", keys=[],
             problem=["spf-missing", "dkim-none", "dmarc-missing", "dmarc-fails", "domain-missing"],
             note=["tls-rpt-missing", "mta-sts-missing"],
             lacks=GOOD_FACTS - {"spf-aligned", "ptr"}),
        Case("a zone that no server has", {}, domain="dark.broken",
             unknown=["spf-dns", "dkim-dns", "dmarc-dns", "mx-dns", "transport-dns"],
             unsure=GOOD_FACTS - {"ptr", "spf-aligned", "dkim-aligned"}, fits=True,
             providers={name: "cannot-tell" for name in FAIL}),
    ]


def usual(domain, rsa):
    return {
        "@mx": ["MX 10 mx"], "@": [txt("v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all")], "mx": ["A 192.0.2.80"],
        "s1._domainkey": [long_txt(rsa)], "_dmarc": [txt(f"v=DMARC1; p=reject; rua=mailto:d@{domain}")],
        "_smtp._tls": [txt(f"v=TLSRPTv1; rua=mailto:t@{domain}")], "_mta-sts": [txt("v=STSv1; id=1")],
        "mta-sts": ["A 192.0.2.80"],
    }


def zone_text(all_cases, rsa):
    lines = ["$TTL 3600", "@ SOA ns hostmaster 1 3600 600 86400 60", "@ NS ns", "ns A 127.0.0.1"]
    for number, case in enumerate(all_cases):
        domain = f"d{number}.test"
        for owner, records in {**usual(domain, rsa), **case.changes}.items():
            name = domain if owner in ("@", "@mx") else f"{owner}.{domain}"
            for record in records:
                record = record.replace("@D@", domain)
                kind = record.split()[0]
                target = record.split()[-1]
                if kind in ("MX", "CNAME") and not target.endswith("."):
                    record = f"{record}.{domain}."
                lines.append(f"{name}. {record}")
    lines += [f"h{i}.help.test. A 198.51.100.{i}\nh{i}.help.test. AAAA 2001:db8:1::{i}" for i in range(12)]
    lines += [
        'ours.help.test. TXT "v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all"', "ours.help.test. A 192.0.2.80",
        "alias.help.test. CNAME ours.help.test.", 'loop.help.test. TXT "v=spf1 include:loop.help.test -all"',
        "key.help.test. " + long_txt(rsa), "*._report._dmarc.takes.test. " + txt("v=DMARC1"),
        "out1.help.test. A 192.0.2.1", "out1.help.test. AAAA 2001:db8::1", "out10.help.test. A 192.0.2.99",
        "customer-192-0-2-11.help.test. A 192.0.2.11",
    ]
    lines += [f"d{number}.test.exact.help.test. A 127.0.0.2" for number in range(len(all_cases))]
    return "\n".join(lines) + "\n"


REVERSE = """$TTL 3600
@ SOA ns.test. hostmaster.test. 1 3600 600 86400 60
@ NS ns.test.
"""
REVERSE4 = REVERSE + """1 PTR out1.help.test.
10 PTR out10.help.test.
11 PTR customer-192-0-2-11.help.test.
"""
REVERSE6 = REVERSE + "1" + ".0" * 23 + " PTR out1.help.test.\n"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Knot:
    def __init__(self, directory, zones):
        self.port = free_port()
        for name, text in zones.items():
            if text is not None:
                with open(os.path.join(directory, name + ".zone"), "w", encoding="ascii") as stream:
                    stream.write(text)
        config = os.path.join(directory, "knot.conf")
        with open(config, "w", encoding="ascii") as stream:
            stream.write(f"server:\n  rundir: {directory}\n  listen: 127.0.0.1@{self.port}\n"
                         f"database:\n  storage: {directory}/db\n"
                         f"log:\n  - target: {directory}/log\n    any: info\n"
                         f"template:\n  - id: default\n    storage: {directory}\n    file: \"%s.zone\"\n"
                         "zone:\n" + "".join(f"  - domain: {name}.\n" for name in zones))
        self.process = subprocess.Popen(["/usr/sbin/knotd", "-c", config], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        for _ in range(100):
            log = os.path.join(directory, "log")
            if os.path.exists(log) and "server started" in open(log, encoding="utf-8").read():
                return
            time.sleep(0.05)
        raise AssertionError("knotd does not start")

    def stop(self):
        self.process.terminate()
        self.process.wait()


CONFIG = tempfile.NamedTemporaryFile(suffix=".cfg")  # nothing of the machine's own


def licet(*args):
    done = subprocess.run([LICET, *args], capture_output=True, text=True, check=False, timeout=120,
                          env={**os.environ, "LICET_CONFIG": CONFIG.name})
    return done.returncode, done.stdout, done.stderr


def make_key(directory, name, algorithm):
    path = os.path.join(directory, name + ".pem")
    code, _, text = licet("key", "new", "--algorithm", algorithm, "--out", path, "key.test", "s1")
    assert code == 0, text
    code, record, text = licet("key", "show", path)
    assert code == 0, text
    return path, record.strip()


def options(case, domain, paths, port):
    ask = case.more.get("domain", "@D@").replace("@D@", domain)
    envelope = case.more.get("envelope", "").replace("@D@", domain)
    keys = case.more.get("keys", ["s1:rsa"])
    owner = ask if case.more.get("fits") else domain
    yield from ("--domain", ask + (":" + envelope if envelope else ""), "--resolver", f"127.0.0.1:{port}",
                "--helo", "out1.help.test", "--policies", os.path.join(TOP, "policies"), "--json")
    for address in case.more.get("egress", [V4, V6]):
        yield from ("--egress", address)
    for key in keys:
        selector, kind = key.split(":")
        yield from ("--key", f"{owner}:{selector}:{paths[kind]}")


NAMES = {"Gmail", "Yahoo", "Microsoft,", "iCloud"}
PROVIDERS = {"GMAIL-BULK-AUTHENTICATION": "gmail", "YAHOO-AUTHENTICATION": "yahoo",
             "MICROSOFT-AUTHENTICATION": "microsoft", "APPLE-AUTHENTICATION": "apple"}


def judge_sentences(rows):
    """Each of the four says what it asks for and where, and in its own words what becomes of the rest."""
    bad = []
    said = [row for row in rows if row["kind"] == "provider"]
    for row in said:
        if not (row["because"] and row["asks"] and row["source"] and row["word"] and row["mail"].endswith("mail")):
            bad.append(f"{row['rule']} does not say all: {row}")
    if {row["provider"].split()[0] for row in said} != NAMES:
        bad.append(f"providers that say something: {said}")
    return bad


def judge_providers(case, rows):
    """Gmail's second rule asks for the name of the host."""
    got = {PROVIDERS[row["rule"]]: row["verdict"] for row in rows if row.get("rule") in PROVIDERS}
    if any(row.get("rule") == "GMAIL-AUTHENTICATION" and row["verdict"] == "fail" for row in rows):
        got["gmail"] = "fail"
    want = case.more.get("providers")
    whole = not case.lacks & {"spf", "dkim", "dmarc", "aligned", "ptr"} and \
        not case.unsure & {"spf", "dkim", "dmarc", "aligned", "ptr"}
    if want is None and whole:
        want = {name: "pass" for name in FAIL}
    return [] if want is None or got == want else [f"providers: {got}, not {want}"]


def judge(case, code, out):
    rows = [json.loads(line) for line in out.splitlines()]
    found = {grade: {row["check"] for row in rows if row["kind"] == "finding" and row["grade"] == grade}
             for grade in case.want}
    bad = [f"{grade}: {sorted(found[grade])}, not {sorted(case.want[grade])}"
           for grade in found if found[grade] != case.want[grade]]
    facts = {row["fact"]: row["answer"] for row in rows if row["kind"] == "fact"}
    for fact in sorted(GOOD_FACTS):
        want = "no" if fact in case.lacks else "cannot-tell" if fact in case.unsure else "yes"
        if facts.get(fact) != want:
            bad.append(f"{fact}: {facts.get(fact)}, not {want}")
    status = 78 if case.want["problem"] else 75 if case.want["cannot-tell"] else 0
    if code != status:
        bad.append(f"exit status {code}, not {status}")
    publish = case.more.get("publish")
    if publish and not any(publish in (row.get("publish") or "") for row in rows):
        bad.append(f"nowhere it says to publish {publish}")
    for row in rows:
        if row["kind"] == "finding" and row["grade"] == "problem" and not row["publish"] and \
                row["check"] not in ("spf-error", "dmarc-fails", "egress-address", "mx-null", "mx-no-address"):
            bad.append(f"{row['check']} does not say what to publish")
    return bad + judge_providers(case, rows) + judge_sentences(rows)


def check_keys(paths, port):
    """key check sees the keys alone and their statuses."""
    bad = []
    for number, status in ((0, 0), (25, 78), (39, 75)):
        code, out, err = licet("key", "check", "--resolver", f"127.0.0.1:{port}", "--json",
                               "--key", f"d{number}.test:s1:{paths['rsa']}")
        facts = [json.loads(line)["fact"] for line in out.splitlines() if '"fact"' in line]
        if code != status or facts != ["dkim"]:
            bad.append(f"key check of d{number}.test: {code} {facts} {err}")
    code, out, _ = licet("key", "check", "--resolver", f"127.0.0.1:{port}",
                         "--key", f"d0.test:s1:{paths['rsa']}")
    if code != 0 or "1 of 1 keys is published" not in out or "0 problems, 0 cannot tell, 0 notes" not in out:
        bad.append(f"key check in words: {out}")
    _, out, _ = licet("doctor", "--domain", "d0.test", "--resolver", f"127.0.0.1:{port}", "--egress", "203.0.113.99",
                      "--policies", f"{TOP}/policies", "--key", f"d0.test:s1:{paths['rsa']}")
    if not re.search("Gmail: promotional mail, above 4500 a day, would fail, because spf: no, .* It asks for SPF, DKIM, "
                     "a DMARC record, SPF or DKIM aligned with From, and says: \"550 5.7.26 .*\" "
                     r"\(Google, Email sender guidelines: .*\) \[GMAIL-BULK-AUTHENTICATION\]\n", out) \
            or not re.search("Microsoft, .*: promotional mail, above 5000 a day, would fail, ", out):
        bad.append(f"providers in words: {out}")
    code, _, err = licet("doctor", "--domain", "d0.test", "--resolver", "not-a-server")
    if code != 78 or "resolver" not in err:
        bad.append(f"a wrong resolver: {code} {err}")
    return bad


def main():
    directory = tempfile.mkdtemp(prefix="licet-domains.")
    paths, records = {}, {}
    for name, algorithm in (("rsa", "rsa"), ("ed", "ed25519"), ("other", "rsa")):
        paths[name], records[name] = make_key(directory, name, algorithm)
    all_cases = cases(records["rsa"], records["ed"], records["other"])
    knot = Knot(directory, {"test": zone_text(all_cases, records["rsa"]), "2.0.192.in-addr.arpa": REVERSE4,
                            "8.b.d.0.1.0.0.2.ip6.arpa": REVERSE6, "broken": None})
    failed = 0
    print(f"1..{len(all_cases) + 1}")
    try:
        for number, case in enumerate(all_cases):
            code, out, err = licet("doctor", *options(case, f"d{number}.test", paths, knot.port))
            bad = judge(case, code, out) + ([err] if err else [])
            for line in bad:
                print(f"# {line}")
            failed += bool(bad)
            print(f"{'not ok' if bad else 'ok'} {number + 1} - {case.name}")
        bad = check_keys(paths, knot.port)
        for line in bad:
            print(f"# {line}")
        print(f"{'not ok' if bad else 'ok'} {len(all_cases) + 1} - key check")
    finally:
        knot.stop()
        shutil.rmtree(directory)
    return failed > 0 or bool(bad)


if __name__ == "__main__":
    sys.exit(main())
