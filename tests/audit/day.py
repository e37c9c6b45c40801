# SPDX-License-Identifier: BSD-2-Clause
"""A directory with settings, policies, consent and the log of a day, for the tests of the tools."""
import os
import shutil
import subprocess

COUNTRIES = ["ES", "DE", "US", "CO", "FR", "GB", "IT", "CA", "MX", "PL"]
DOMAINS = ["example.com", "example.net", "example.org"]
# state, basis, time, source: what came in on that day
REFUSALS = ["suppressed,complaint,2026-11-24T08:00:00Z,feedback", "withdrawn,,2026-11-24T09:00:00Z,one-click",
            "suppressed,bounce,2026-11-24T10:00:00Z,feedback", "withdrawn,,2026-11-24T11:00:00Z,unsubscribe-page",
            "withdrawn,,2026-11-24T12:00:00Z,mailto", "withdrawn,,2026-11-24T13:00:00Z,import"]
# A cap, a rule that has somebody look, and one that tells a withdrawal from a complaint.
HOUSE = """name = "the house";
rules = (
  { id = "HOUSE-CAP"; kind = "frequency-cap"; applies_to = [ "promotional" ]; most = 1; hours = 24;
    otherwise = "defer"; mixed_otherwise = "strip"; cannot_tell = "defer";
    source = "house rule"; provenance = "verified: decision of the board"; },
  { id = "HOUSE-LOOK"; kind = "required-text"; applies_to = [ "promotional" ]; campaigns = [ "december" ];
    texts = [ "Terms" ]; otherwise = "hold";
    source = "house rule"; provenance = "verified: decision of the board"; },
  { id = "HOUSE-STOP"; kind = "suppression"; applies_to = [ "promotional" ]; days = 10; grace = true;
    mode = "shadow"; otherwise = "refuse"; cannot_tell = "defer";
    source = "house rule"; provenance = "verified: decision of the board"; }
);
"""
# What the travel agency promotes past this much in an hour waits.
LIMITS = """limits = ( {{ name = "campaigns"; applies_to = [ "promotional" ]; domains = [ "travel.example" ];
             per_hour = {}; }} );
"""
DATE = "2026-11-24T00:00:00Z"


def consent(people=500):
    rows = ["address,purpose,state,basis,at,source,wording,evidence,country,subdivision,recipient_class,language,"
            "expires,person"]
    for number in range(people):
        address, country = f"p{number}@{DOMAINS[number % 3]}", COUNTRIES[number % len(COUNTRIES)]
        state = ("granted", "withdrawn", "granted", "pending", "granted")[number % 5]
        basis = ("double-opt-in", "soft-opt-in", "express")[number % 3] if state == "granted" else ""
        if number % 8:
            expires = "2026-11-01T00:00:00Z" if number % 31 == 0 else ""
            rows.append(f"{address},*,{state},{basis},2026-02-03T10:15:00Z,signup,v3,,{country},,natural,,{expires},")
        if number % 23 == 7:
            rows.append(f"{address},*,{REFUSALS[number // 23 % len(REFUSALS)]},,,{country},,natural,,,")
    return "\n".join(rows) + "\n"


def write(path, text, mode=0o644):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


def prepare(top, directory, messages):
    """Settings and all that they name, for a day of so many messages. Returns the path of the settings file."""
    policies = os.path.join(directory, "policies")
    shutil.copytree(os.path.join(top, "policies"), policies)
    with open(os.path.join(policies, "licet-policy.cfg"), "a", encoding="utf-8") as out:
        with open(os.path.join(top, "tests", "cases", "senders.cfg"), encoding="utf-8") as senders:
            known = '"shop.example", "books.shop.example", "gym.example"'
            out.write("\n" + senders.read().replace('"shop.example"', known))
    write(os.path.join(policies, "house.cfg"), HOUSE)
    write(os.path.join(policies, "sending-limits.cfg"), LIMITS.format(max(1, messages // 4000)))
    shutil.copy(os.path.join(top, "tests", "cases", "keys", "ed25519.pem"), os.path.join(directory, "dkim.pem"))
    os.chmod(os.path.join(directory, "dkim.pem"), 0o600)
    write(os.path.join(directory, "consent.csv"), consent())
    config = os.path.join(directory, "licet.cfg")
    write(config, f"""policies = "{policies}";
consent = "{directory}/consent.csv";
state = "{directory}/state.db";
audit_log = "{directory}/audit.jsonl";
hostname = "licet.example";
keys = ( {{ domain = "shop.example"; selector = "d"; file = "{directory}/dkim.pem"; }} );
""")
    return config


def run_day(build, config, count, mails=None, date=DATE):
    command = [os.path.join(build, "tests", "audit", "make_day"), config, str(count), date]
    if mails:
        os.makedirs(mails)
        command.append(mails)
    subprocess.run(command, check=True)
