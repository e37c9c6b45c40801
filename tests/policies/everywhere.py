#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""One receipt with an offer to people in every territory, in one run: a stranger, a customer, one whose
consent is inferred, one who agreed, one who confirmed it, and one who objected. What becomes of it,
and by which rule, is the table everywhere.txt, to be read next to the statutes. LICET_ACCEPT=1 writes
it anew. Prints TAP."""

import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

TOP = sys.argv[1] if len(sys.argv) > 1 else "."
TABLE = os.path.join(TOP, "tests/policies/everywhere.txt")
PEOPLE = {
    "stranger": None,
    "customer": ("granted", "soft-opt-in"),
    "inferred": ("granted", "inferred"),
    "agreed": ("granted", "express"),
    "confirmed": ("granted", "double-opt-in"),
    "objected": ("withdrawn", ""),
}
SENDERS = """
senders = ( { domains = [ "shop.example" ]; names = [ "Shop Example GmbH" ];
  postal_address = [ "Hauptstrasse 1", "10115 Berlin" ]; contact = [ "service@shop.example" ];
  register = [ "HRB 12345" ]; } );
"""
MAIL = """From: Shop Example <orders@shop.example>
To: customers@example.com
Subject: Your order 2026-10042
Date: Wed, 25 Nov 2026 15:00:00 +0000
Message-ID: <everywhere@shop.example>
MIME-Version: 1.0
X-Licet-Purpose: receipt, offer
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: 7bit

<html><body>
<p>Thank you for your order 2026-10042. We have received your payment of 94.80 EUR.</p>
<p>1 rain jacket, blue, size M: 89.90 EUR. Shipping: 4.90 EUR. The parcel leaves tomorrow.</p>
<!-- licet:promotional -->
<div><h2>20 % off all boots until Sunday</h2>
<p><a href="https://shop.example/boots">Choose yours among more than forty kinds of boots</a></p></div>
<!-- /licet:promotional -->
<p>Shop Example GmbH, Hauptstrasse 1, 10115 Berlin, service@shop.example, HRB 12345</p>
<p><a href="https://shop.example/unsubscribe?u=7">Unsubscribe</a> or write to
<a href="mailto:leave@shop.example?subject=unsubscribe">leave@shop.example to unsubscribe</a></p>
</body></html>
"""


def lay(work):
    """Policies with a sender, the mail, and who agreed to what; returns the codes."""
    policies = os.path.join(work, "policies")
    shutil.copytree(os.path.join(TOP, "policies"), policies)
    os.chmod(policies, 0o755)
    main = os.path.join(policies, "licet-policy.cfg")
    os.chmod(main, 0o644)
    with open(main, "a", encoding="utf-8") as out:
        out.write(SENDERS)
    with open(os.path.join(work, "mail.eml"), "w", encoding="utf-8") as out:
        out.write(MAIL)
    codes = sorted(os.path.basename(f)[:-4] for f in glob.glob(os.path.join(policies, "territories/*.cfg")))
    with open(os.path.join(work, "people.csv"), "w", encoding="utf-8") as out:
        out.write("address,purpose,state,basis,at,country,subdivision\n")
        for code in codes:
            country, _, subdivision = code.partition("-")
            for who, consent in PEOPLE.items():
                # Who is asked for tracking and has not answered is known, and has agreed to nothing.
                state, basis = consent or ("pending", "")
                purpose = "*" if consent else "tracking"
                out.write(f"{who}@{code.lower()}.example,{purpose},{state},{basis},2026-10-01T00:00:00Z,{country},{subdivision}\n")
    return codes


def run(work, codes):
    """(code, who) -> outcome and rule, with what was added."""
    command = [os.environ["LICET"], "run", "--json", "--policies", f"{work}/policies", "--consent", f"{work}/people.csv"]
    command += ["--now", "2026-11-25T15:00:00Z", "--from", "orders@shop.example"]
    for code in codes:
        for who in PEOPLE:
            command += ["--rcpt", f"{who}@{code.lower()}.example"]
    plan = json.loads(subprocess.run(command + [f"{work}/mail.eml"], capture_output=True, check=True).stdout)
    answers = {}
    for decision in plan["decisions"]:
        who, code = decision["recipient"].split("@")
        assert decision["territory"] == code.split(".")[0].upper(), decision
        acting = [r["id"] for r in decision["rules"] if r["mode"] == "enforce" and r["action"] == decision["outcome"]]
        fixed = [r["id"] for r in decision["rules"] if r["mode"] == "enforce" and r["action"] == "fix" and not r.get("cured_by")]
        rules = acting[:1] if decision["outcome"] != "deliver" else fixed
        answers[code.split(".")[0].upper(), who] = " ".join([decision["outcome"]] + rules)
    return answers


def table(codes, answers):
    """One line per territory; columns as wide as they need."""
    rows = [["", *PEOPLE]] + [[code, *(answers[code, who] for who in PEOPLE)] for code in codes]
    wide = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "".join("  ".join(cell.ljust(w) for cell, w in zip(row, wide)).rstrip() + "\n" for row in rows)


def main():
    work = tempfile.mkdtemp(prefix="licet-everywhere.")
    try:
        codes = lay(work)
        text = table(codes, run(work, codes))
    finally:
        shutil.rmtree(work)
    if os.environ.get("LICET_ACCEPT"):
        with open(TABLE, "w", encoding="utf-8") as out:
            out.write(text)
    with open(TABLE, encoding="utf-8") as wanted:
        lines = {line.split(" ")[0]: line for line in wanted.read().splitlines()[1:]}
    print(f"1..{len(codes)}")
    failed = set(lines) != set(codes)
    for number, line in enumerate(text.splitlines()[1:], 1):
        same = lines.get(line.split(" ")[0], "").split() == line.split()
        if not same:
            print(f"# got    {line}\n# wanted {lines.get(line.split(' ')[0])}")
        print(f"{'ok' if same else 'not ok'} {number} - {line.split(' ')[0]}")
        failed = failed or not same
    sys.exit(failed)


main()
