#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Two mails, a receipt with an offer and a newsletter, to people in every territory, in one run each: a
stranger, one who was asked and never confirmed, a customer, one whose consent is inferred, one who
agreed, one who confirmed it, and one who objected. What becomes of them, and by which rule, are the
tables of everywhere.txt, to be read next to the statutes. LICET_ACCEPT=1 writes them anew. Prints TAP."""

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
    "unconfirmed": ("pending", ""),
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
HEAD = """From: Shop Example <orders@shop.example>
To: customers@example.com
Subject: {subject}
Date: Wed, 25 Nov 2026 15:00:00 +0000
Message-ID: <everywhere@shop.example>
MIME-Version: 1.0
X-Licet-Purpose: {purpose}
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: 7bit

<html><body>
"""
ORDER = """<p>Thank you for your order 2026-10042. We have received your payment of 94.80 EUR.</p>
<p>1 rain jacket, blue, size M: 89.90 EUR. Shipping: 4.90 EUR. The parcel leaves tomorrow.</p>
"""
OFFER = """<div><h2>20 % off all boots until Sunday</h2>
<p><a href="https://shop.example/boots">Choose yours among more than forty kinds of boots</a></p></div>
"""
FOOT = """<p>Shop Example GmbH, Hauptstrasse 1, 10115 Berlin, service@shop.example, HRB 12345</p>
<p><a href="https://shop.example/unsubscribe?u=7">Unsubscribe</a> or write to
<a href="mailto:leave@shop.example?subject=unsubscribe">leave@shop.example to unsubscribe</a></p>
</body></html>
"""
MAILS = {
    "receipt with an offer": HEAD.format(subject="Your order 2026-10042", purpose="receipt, offer") + ORDER
    + "<!-- licet:promotional -->\n" + OFFER + "<!-- /licet:promotional -->\n" + FOOT,
    "newsletter": HEAD.format(subject="Boots for the winter", purpose="newsletter") + OFFER + FOOT,
}


def lay(work):
    """Policies with a sender, the mail, and who agreed to what; returns the codes."""
    policies = os.path.join(work, "policies")
    shutil.copytree(os.path.join(TOP, "policies"), policies)
    os.chmod(policies, 0o755)
    main = os.path.join(policies, "licet-policy.cfg")
    os.chmod(main, 0o644)
    with open(main, "a", encoding="utf-8") as out:
        out.write(SENDERS)
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


def run(work, codes, mail):
    """(code, who) -> outcome and rule, with what was added."""
    with open(os.path.join(work, "mail.eml"), "w", encoding="utf-8") as out:
        out.write(mail)
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
        fixed = [r["id"] for r in decision["rules"] if r["mode"] == "enforce" and r["action"] == "fix" and not r.get("cured_by")]
        rules = [decision["rule"]] if decision["outcome"] != "deliver" else fixed
        answers[code.split(".")[0].upper(), who] = " ".join([decision["outcome"]] + rules)
    return answers


def table(mail, codes, answers):
    """One line per territory; columns as wide as they need."""
    rows = [[mail, *PEOPLE]] + [[f"{code}", *(answers[code, who] for who in PEOPLE)] for code in codes]
    wide = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "".join("  ".join(cell.ljust(w) for cell, w in zip(row, wide)).rstrip() + "\n" for row in rows)


def lines_of(text):
    """"receipt with an offer: ES" -> the rest of the line, without what its columns are wide."""
    found = {}
    for block in text.split("\n\n"):
        head, *rows = block.splitlines()
        mail = head.split("  ")[0]
        found.update({f"{mail}: {row.split()[0]}": " ".join(row.split()[1:]) for row in rows})
    return found


def main():
    work = tempfile.mkdtemp(prefix="licet-everywhere.")
    try:
        codes = lay(work)
        text = "\n".join(table(name, codes, run(work, codes, mail)) for name, mail in MAILS.items())
    finally:
        shutil.rmtree(work)
    if os.environ.get("LICET_ACCEPT"):
        with open(TABLE, "w", encoding="utf-8") as out:
            out.write(text)
    with open(TABLE, encoding="utf-8") as file:
        wanted = lines_of(file.read())
    got = lines_of(text)
    print(f"1..{len(got)}")
    failed = set(wanted) != set(got)
    for number, (name, line) in enumerate(got.items(), 1):
        same = wanted.get(name) == line
        if not same:
            print(f"# got    {line}\n# wanted {wanted.get(name)}")
        print(f"{'ok' if same else 'not ok'} {number} - {name}")
        failed = failed or not same
    sys.exit(failed)


main()
