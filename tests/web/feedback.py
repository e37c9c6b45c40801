#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""licet feedback: requests, complaints and notices as mail, true and forged. Prints TAP.

Arguments: the top of the source tree, the build directory.
"""
import json
import os
import random
import subprocess
import sys

sys.dont_write_bytecode = True
TOP = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("srcdir", "."))
BUILD = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else ".")
sys.path.insert(0, os.path.join(TOP, "tests", "web"))
import tokens  # noqa: E402
from harness import Site  # noqa: E402


def request(subject="unsubscribe", extra="", body="Please."):
    return (f"From: Anybody <anybody@example.net>\r\nTo: unsubscribe@shop.example\r\nSubject: {subject}\r\n{extra}"
            f"Date: Tue, 24 Nov 2026 09:00:00 +0100\r\nMIME-Version: 1.0\r\n\r\n{body}\r\n")


def returned(token):
    list_ = f"List-Unsubscribe: <https://news.shop.example/u/{token}>\r\n" if token else ""
    return (f"From: Shop <news@shop.example>\r\nTo: customer@example.com\r\nSubject: Sale\r\n{list_}"
            "Message-ID: <sale@shop.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nJackets.\r\n")


def report(kind, fields, mail, what="message/rfc822"):
    return ("From: <feedback@provider.example>\r\nTo: feedback@shop.example\r\nSubject: report\r\nMIME-Version: 1.0\r\n"
            f"Content-Type: multipart/report; report-type={kind}; boundary=\"r\"\r\n\r\n"
            "--r\r\nContent-Type: text/plain\r\n\r\nThis is a report.\r\n"
            f"--r\r\nContent-Type: message/{kind}\r\n\r\n{fields}\r\n"
            f"--r\r\nContent-Type: {what}\r\n\r\n{mail}\r\n--r--\r\n")


def arf(token, type_="abuse", rcpt="ana@example.com", what="message/rfc822"):
    return report("feedback-report", f"Feedback-Type: {type_}\r\nUser-Agent: Provider/1.0\r\nVersion: 1\r\n"
                  f"Original-Rcpt-To: {rcpt}\r\nSource-IP: 192.0.2.1\r\n", returned(token), what)


def dsn(token, status="5.1.1", action="failed", rcpt="ana@example.com", more="", what="text/rfc822-headers"):
    return report("delivery-status", "Reporting-MTA: dns; mx.example.com\r\nArrival-Date: Tue, 24 Nov 2026 09:00:00 +0100"
                  f"\r\n\r\nOriginal-Recipient: rfc822;{rcpt}\r\nFinal-Recipient: rfc822;{rcpt.upper()}\r\n"
                  f"Action: {action}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; 550 5.1.1 no such\r\n  user here\r\n"
                  + more, returned(token), what)


def run(site, mail, *options, check=0):
    done = subprocess.run([os.path.join(BUILD, "licet"), "feedback", "--json", "--keys", site.path("keys"), "--consent",
                           "sqlite:" + site.store, *options], input=mail.encode(), capture_output=True, check=False)
    assert done.returncode == check, (done.returncode, done.stderr.decode())
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


class Fresh:
    number = 0

    def __init__(self, site, purpose="offer"):
        Fresh.number += 1
        self.site = site
        self.address = f"person{Fresh.number}@example.com"
        self.token = site.token(self.address, purpose)

    def events(self):
        return [(e["purpose"], e["source"]) for e in self.site.events(self.address)]


def encoded(text):
    """RFC 2047: words of at most 75 characters; here of 16 letters each."""
    return "\r\n ".join("=?utf-8?Q?" + "".join(f"={ord(c):02X}" if c in "_=?" else "_" if c == " " else c
                                               for c in text[i:i + 16]) + "?=" for i in range(0, len(text), 16))


def mailto(site):
    """a mail with the token as subject withdraws the token's purpose, whoever sent it"""
    for make in (lambda t: request(t), lambda t: request("Re: unsubscribe " + t),
                 lambda t: request(encoded("unsubscribe " + t))):
        person = Fresh(site)
        row, = run(site, make(person.token))
        assert row["kind"] == "request" and row["proof"] == "token", row
        assert person.events() == [("offer", "mailto")], person.events()
    person = Fresh(site, "*")
    run(site, request(), "--extension", person.token)
    assert person.events() == [("*", "mailto")]


def mailto_of_tags(site):
    """where tags are folded the request is who it is without the tag"""
    with open(site.path("fold.cfg"), "w", encoding="utf-8") as file:
        file.write('address_tags = "fold";\n')
    row, = run(site, request(site.token("tim+shop@example.com", "offer")), "--config", site.path("fold.cfg"))
    assert row["kind"] == "request" and site.events("tim@example.com"), (row, site.events())
    assert not site.events("tim+shop@example.com")


def mailto_without_token(site):
    """a mail without a token stops nobody's mail: From can be anybody; it is kept for a person"""
    before = site.events()
    keep = site.path("keep")
    os.mkdir(keep)
    for mail in request(), request("unsubscribe ana@example.com"), request(Fresh(site).token[:-1]), \
            request("x", body=Fresh(site).token):
        row, = run(site, mail, "--keep", keep)
        assert row["kind"] == "unknown" and "no token" in row["why"], row
        run(site, mail, "--keep", keep)
    assert site.events() == before and len(os.listdir(keep)) == 4, os.listdir(keep)
    for name in os.listdir(keep):
        assert os.stat(os.path.join(keep, name)).st_mode & 0o777 == 0o600


def automatic_replies(site):
    """an absence note is no request"""
    person = Fresh(site)
    row, = run(site, request("Re: " + person.token, "Auto-Submitted: auto-replied (vacation)\r\n"))
    assert row["kind"] == "nothing" and not person.events()


def complaints(site):
    """ARF and CFBL complaints with our token in what they return stop all advertising to that person"""
    for type_ in "abuse", "opt-out", "ABUSE":
        for what in "message/rfc822", "text/rfc822-headers":
            person = Fresh(site)
            row, = run(site, arf(person.token, type_, what=what))
            assert row["kind"] == "complaint" and person.events() == [("*", "complaint")], (row, person.events())
    event, = site.events(person.address)
    assert event["evidence"].startswith("a complaint (abuse); token under key "), event
    assert (event["state"], event["basis"]) == ("suppressed", "complaint"), event
    person = Fresh(site)
    cfbl = arf(None).replace("Message-ID:", f"CFBL-Address: fbl@shop.example; report=arf\r\nCFBL-Feedback-ID: "
                             f"{person.token}\r\nMessage-ID:")
    run(site, cfbl)
    assert person.events() == [("*", "complaint")]


def other_reports(site):
    """reports that are no complaint stop nothing"""
    for type_, kind in ("not-spam", "nothing"), ("auth-failure", "nothing"), ("virus", "unknown"), ("", "unknown"):
        person = Fresh(site)
        row, = run(site, arf(person.token, type_))
        assert row["kind"] == kind and not person.events(), (type_, row)


def bounces(site):
    """a mailbox that is gone stops advertising; what may be otherwise tomorrow does not"""
    for status, gone in [("5.1.1", True), ("5.1.10", True), ("5.1.2", True), ("5.1.6 (moved)", True), ("4.1.1", False),
                         ("5.2.2", False), ("5.7.1", False), ("5.0.0", False), ("5.1.11", False), ("", False)]:
        person = Fresh(site)
        row, = run(site, dsn(person.token, status))
        assert (row["kind"] == "bounce") == gone, (status, row)
        assert person.events() == ([("*", "bounce")] if gone else []), (status, person.events())
    for action in "delayed", "delivered", "relayed", "expanded":
        person = Fresh(site)
        assert run(site, dsn(person.token, "5.1.1", action))[0]["kind"] == "nothing" and not person.events()


def forged_reports(site):
    """forged reports without our token stop nobody, whatever address they name"""
    before = site.events()
    stranger = tokens.make(random.Random(1).randbytes(64), "ana@example.com", "*")
    for token in None, stranger, Fresh(site).token[:-2], "A" * 71:
        for mail in arf(token), dsn(token), arf(token, what="text/rfc822-headers"):
            row, = run(site, mail)
            assert row["kind"] == "unknown", row
    assert site.events() == before


def somebody_elses_notice(site):
    """a notice that names several recipients and returns one token blames nobody"""
    person = Fresh(site)
    second = "\r\nFinal-Recipient: rfc822;other@example.com\r\nAction: delivered\r\nStatus: 2.0.0\r\n"
    row, = run(site, dsn(person.token, more=second))
    assert row["kind"] == "unknown" and not person.events(), row


def own_notices(site):
    """with --trust-notices the recipients of our own Postfix's notices are believed, original before final"""
    mail = dsn(None, rcpt="gone@example.com").replace("FINAL", "final")
    row, = run(site, mail, "--trust-notices")
    assert row["proof"] == "notice" and [e["source"] for e in site.events("gone@example.com")] == ["bounce"]
    mail = dsn(None, rcpt="alias@example.com").replace("rfc822;ALIAS@EXAMPLE.COM", "rfc822;target@example.com")
    run(site, mail, "--trust-notices")
    assert site.events("alias@example.com") and not site.events("target@example.com")
    row, = run(site, arf(None), "--trust-notices")
    assert row["kind"] == "unknown"


def notices_in_utf8(site):
    """a notice about mail that needed SMTPUTF8 names its recipient, whichever way it writes the letters"""
    for kind, named, address in [
            ("global-delivery-status", "utf-8;j\u00f6rg@m\u00fcller.example", "j\u00f6rg@xn--mller-kva.example"),
            ("delivery-status", "UTF-8; \\x{4F}lga.\\x{17C}@xn--mller-kva.example", "olga.\u017c@xn--mller-kva.example"),
            ("global-delivery-status", "rfc822;plain@xn--MLLER-kva.example.", "plain@xn--mller-kva.example"),
            ("delivery-status", 'rfc822;"quoted\\ part"@x.example', '"quoted part"@x.example')]:
        mail = report(kind, f"Reporting-MTA: dns; a\r\n\r\nFinal-Recipient: {named}\r\nAction: failed\r\nStatus: 5.1.1\r\n",
                      returned(None), "message/global-headers")
        row, = run(site, mail, "--trust-notices")
        assert row["kind"] == "bounce", (named, row)
        assert [e["source"] for e in site.events(address)] == ["bounce"], (named, site.events()[-1])
    person = Fresh(site)
    run(site, dsn(person.token).replace("message/delivery-status", "message/global-delivery-status"))
    assert person.events() == [("*", "bounce")]


def too_large(site):
    """a mail past every bound is read as far as it names a person, and never returned"""
    person = Fresh(site)
    row, = run(site, request(person.token, body="x" * 76 + ("\r\n" + "y" * 900) * 66000))
    assert row["kind"] == "request" and person.events() == [("offer", "mailto")], row


def again(site):
    """the same mail again, as Postfix may bring it, stores nothing more"""
    person = Fresh(site)
    for _ in range(3):
        run(site, arf(person.token))
    assert len(person.events()) == 1


def store_down(site):
    """while the store does not answer Postfix keeps the mail (75), and so when the settings are wrong"""
    person = Fresh(site)
    for options in ["--consent", "unavailable:"], ["--consent", "sqlite:" + site.path("none.db")], ["--keys", "/none"], \
            ["--config", "/none"], ["--keep", "/none"]:
        mail = request("x") if options[0] == "--keep" else request(person.token)
        run(site, mail, *options, check=75)
    assert not os.path.exists(site.path("none.db")) and not person.events()


def rubbish(site):
    """what is no mail, or too odd, is for a person and does no harm"""
    before = site.events()
    chance = random.Random(2)
    for mail in "", "\r\n\r\n", "no header", "A: b\r\n\r\n" + "x" * 100000, dsn(None).replace("\r\n", "\n"):
        assert run(site, mail)[0]["kind"] in ("unknown", "nothing")
    base = dsn(None) + arf(None)
    for _ in range(60):
        cut = bytearray(base.encode())
        for _ in range(chance.randrange(1, 30)):
            cut[chance.randrange(len(cut))] = chance.randrange(256)
        done = subprocess.run([os.path.join(BUILD, "licet"), "feedback", "--keys", site.path("keys"), "--consent",
                               "sqlite:" + site.store], input=bytes(cut), capture_output=True, check=False)
        assert done.returncode == 0, (done.returncode, done.stderr)
    assert site.events() == before


TESTS = [mailto, mailto_of_tags, mailto_without_token, automatic_replies, complaints, other_reports, bounces, forged_reports,
         somebody_elses_notice, own_notices, notices_in_utf8, too_large, again, store_down, rubbish]


def main():
    print(f"1..{len(TESTS)}", flush=True)
    site = Site(BUILD)
    failed = 0
    try:
        for number, test in enumerate(TESTS, 1):
            try:
                test(site)
                print(f"ok {number} - {test.__doc__}", flush=True)
            except Exception as error:  # noqa: BLE001  the next test still tells something
                failed = 1
                print(f"# {type(error).__name__}: {error}".replace("\n", "\n# "))
                print(f"not ok {number} - {test.__doc__}", flush=True)
    finally:
        site.close()
    return failed


if __name__ == "__main__":
    sys.exit(main())
