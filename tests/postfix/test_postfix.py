#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""End to end: a private Postfix, licetd and a sink on loopback. Prints TAP.

Arguments: the top of the source tree, the build directory. Skipped where no Postfix can start.
"""
import concurrent.futures
import json
import os
import re
import resource
import shutil
import smtplib
import subprocess
import sys
import time

sys.dont_write_bytecode = True
TOP = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("srcdir", "."))
BUILD = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else ".")
sys.path.insert(0, os.path.join(TOP, "contrib", "rehearsal"))
import rehearsal  # noqa: E402
from rehearsal import without_received, wait_for  # noqa: E402

SUNDAY = "2026-11-22T15:00:00Z"
FOUR = ["ana@example.com", "bruno@example.com", "carla@example.com", "dave@example.com"]
RECEIPT = "receipt-10042"


def check_dkim(play, path):
    done = subprocess.run(["/usr/bin/python3", os.path.join(TOP, "tests", "check-dkim.py"), play.path("keyring"),
                           path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "rsa-sha256" in done.stdout and "ed25519-sha256" in done.stdout, done.stdout


def one(copies):
    assert len(copies) == 1, f"{len(copies)} copies instead of one"
    return copies[0]


def unsigned(data):
    """Header fields (unfolded bytes) without trace and signatures, and the body."""
    head, body = without_received(data).split(b"\r\n\r\n", 1)
    fields = [f for f in re.split(rb"\r\n(?![ \t])", head) if not f.startswith(b"DKIM-Signature:")]
    return fields, body


def test_four_outcomes(play):
    """one submission comes out as a full copy, a stripped copy, a deferral and a bounce"""
    code, text = play.send(play.mail("a-receipt-with-offer.eml"), FOUR)
    assert code == 250, text
    play.settle()
    full = one(play.received_for(FOUR[0], RECEIPT))
    stripped = one(play.received_for(FOUR[1], RECEIPT))
    assert b"rain jackets" in full["data"] and b"rain jackets" not in stripped["data"]
    assert b"94,80" in stripped["data"]
    queue = dict(play.queue())
    assert list(queue) == [FOUR[2]], queue
    assert "CO-" in queue[FOUR[2]] and "2026-11-23T12:00:00Z" in queue[FOUR[2]], queue
    assert not play.received_for(FOUR[3], RECEIPT)


def test_bounce_has_reason(play):
    """the sender's notice carries the rule and its legal source"""
    notices = [m for m in play.received() if b"report-type=delivery-status" in m["data"]]
    notice = one(notices)
    assert notice["recipients"] == ["orders@shop.example"], notice["recipients"]
    folded = b" ".join(notice["data"].split())
    assert b"CA-IDENTITY" in folded and b"SOR/2012-36" in folded, notice["data"]


def test_copies_differ_only_where_they_must(play):
    """the two copies differ in the block, the tag and the signatures only"""
    full_fields, full_body = unsigned(one(play.received_for(FOUR[0], RECEIPT))["data"])
    stripped_fields, stripped_body = unsigned(one(play.received_for(FOUR[1], RECEIPT))["data"])

    def without_tag(fields):
        return [f for f in fields if not f.startswith(b"X-Licet-Class:")]
    assert without_tag(full_fields) == without_tag(stripped_fields)
    assert full_fields != stripped_fields
    # The end of the line that the block stood in stays, as an empty line.
    rest = iter(full_body.split(b"\r\n"))
    extra = [line for line in stripped_body.split(b"\r\n") if line and line not in rest]
    assert not extra, extra
    gone = [line for line in full_body.split(b"\r\n") if line not in stripped_body.split(b"\r\n")]
    assert len(gone) == 9, gone


def test_signatures(play):
    """an independent verifier accepts both signatures on both copies"""
    for recipient in FOUR[:2]:
        check_dkim(play, one(play.received_for(recipient, RECEIPT))["file"])


def test_run_gives_the_same_bytes(play):
    """licet run gives the bytes that the sink received"""
    for recipient in FOUR[:2]:
        data = one(play.received_for(recipient, RECEIPT))["data"]
        at = int(re.search(rb"\bt=(\d+)", data).group(1))
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
        out = play.path("run-" + recipient)
        play.licet("run", "--config", play.config, "--now", now, "--rcpt", recipient, "--from",
                   "orders@shop.example", "--out", out,
                   os.path.join(TOP, "contrib/rehearsal/mails/a-receipt-with-offer.eml"))
        with open(os.path.join(out, "1.eml"), "rb") as file:
            assert file.read() == without_received(data), recipient


def test_deferred_is_asked_again(play):
    """Postfix asks again about who waits: the 4xx is repeated, nothing is doubled"""
    before = len(play.audit())
    play.run_queue()
    wait_for("second hand-over", 30, lambda: any(
        r["record"] == "outcome" and r["outcome"] == "deferred" for r in play.audit()[before:]))
    play.settle()
    assert [a for a, _ in play.queue()] == [FOUR[2]]
    one(play.received_for(FOUR[0], RECEIPT))


def test_waiting_mail_leaves_when_the_window_opens(play):
    """after a restart of licetd on Monday the waiting copy leaves, once"""
    play.stop_licetd()
    play.now = "2026-11-23T14:00:00Z"
    play.start_licetd()
    play.run_queue()
    wait_for("delivery", 30, lambda: play.received_for(FOUR[2], RECEIPT))
    play.settle()
    copy = one(play.received_for(FOUR[2], RECEIPT))
    assert b"rain jackets" in copy["data"]
    check_dkim(play, copy["file"])
    assert play.queue() == []


def test_in_place(play):
    """a password reset is edited in place: tag, signatures, and the body byte for byte"""
    data = play.mail("b-password-reset.eml")
    code, text = play.send(data, ["bruno@example.com"], sender="account@shop.example")
    assert code == 250, text
    play.settle()
    copy = one(play.received_for("bruno@example.com", "reset-88"))
    check_dkim(play, copy["file"])
    assert copy["data"].split(b"\r\n\r\n", 1)[1] == data.split(b"\r\n\r\n", 1)[1]
    assert b"X-Licet-Purpose" not in copy["data"] and b"\nX-Licet-Class: transactional" in copy["data"]


def test_refused_at_once(play):
    """a newsletter without an unsubscribe link is refused in the SMTP session"""
    code, text = play.send(play.mail("c-newsletter-without-unsubscribe.eml"), ["ana@example.com"])
    assert code == 550 and "ES-UNSUBSCRIBE" in text, (code, text)
    play.settle()
    assert not play.received_for("ana@example.com", "news-47")


def test_newsletter_and_letter(play):
    """a newsletter in order and a personal letter arrive; the letter is untouched but for signatures"""
    assert play.send(play.mail("d-newsletter.eml"), ["ana@example.com"])[0] == 250
    letter = play.mail("e-personal-letter.eml")
    assert play.send(letter, ["dave@example.com"], sender="erika@shop.example")[0] == 250
    play.settle()
    one(play.received_for("ana@example.com", "news-48"))
    copy = one(play.received_for("dave@example.com", "9f1c2b"))
    fields, body = unsigned(copy["data"])
    assert (b"\r\n".join(fields) + b"\r\n\r\n" + body) == letter


def test_sendmail(play):
    """mail from sendmail(1) takes the same road, split included"""
    mail = play.mail("a-receipt-with-offer.eml").replace(RECEIPT.encode(), b"by-sendmail").replace(b"\r\n", b"\n")
    subprocess.run(["sendmail", "-C", play.path("etc"), "-i", "-f", "orders@shop.example", *FOUR[:2]],
                   input=mail, check=True)
    wait_for("both copies", 30, lambda: all(play.received_for(r, "by-sendmail") for r in FOUR[:2]))
    play.settle()
    assert b"rain jackets" in one(play.received_for(FOUR[0], "by-sendmail"))["data"]
    assert b"rain jackets" not in one(play.received_for(FOUR[1], "by-sendmail"))["data"]


def test_forged_route(play):
    """a client's own X-Licet-Route triggers nothing and does not leave"""
    mail = play.mail("b-password-reset.eml").replace(b"reset-88", b"forged-1")
    code, text = play.send(b"X-Licet-Route: split\r\n" + mail, ["bruno@example.com"])
    assert code == 250, text
    play.settle()
    copy = one(play.received_for("bruno@example.com", "forged-1"))
    assert b"X-Licet-Route" not in copy["data"]
    assert not [r for r in play.audit() if r["record"] == "outcome" and r["queue_id"] in text]
    mixed = play.mail("a-receipt-with-offer.eml").replace(RECEIPT.encode(), b"forged-2")
    assert play.send(b"X-Licet-Route: split\r\n" + mixed, FOUR[:2])[0] == 250
    play.settle()
    for recipient in FOUR[:2]:
        assert b"X-Licet-Route" not in one(play.received_for(recipient, "forged-2"))["data"]


def uncuttable(play, message_id):
    """The receipt with its offer inside a paragraph of the page, which no cut can get out safely."""
    mail = play.mail("a-receipt-with-offer.eml").replace(RECEIPT.encode(), message_id.encode())
    mail, count = re.subn(rb"(?s)<!-- licet:promotional -->.*<!-- /licet:promotional -->",
                          b'<tr><td><p>Good boots<div data-licet=3D"promotional"><h2>20 % off rain jackets</h2>'
                          b"<p>Only this week</p></div>need care</p></td></tr>", mail)
    assert count == 1
    return mail


def set_fallback(play, word):
    path = play.path("policies", "licet-policy.cfg")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(re.sub(r'(?m)^strip_fallback = ".*";', f'strip_fallback = "{word}";', text))
    play.licet("reload", "--config", play.config)


def release(play, recipient, message_id):
    """What the manual tells an officer to do. The copy that leaves."""
    queue_id = play.held()[recipient]
    shown = subprocess.run(["postcat", "-c", play.path("etc"), "-q", queue_id], capture_output=True, check=True).stdout
    assert message_id.encode() in shown and b"rain jackets" in shown
    play.release(queue_id)
    wait_for("released copy", 30, lambda: play.received_for(recipient, message_id))
    play.settle()
    assert recipient not in play.held()
    return one(play.received_for(recipient, message_id))


def test_fallback_refuse(play):
    """a block that cannot be cut: refused, unless the policy says otherwise"""
    code, text = play.send(uncuttable(play, "uncut-0"), [FOUR[1]])
    assert code == 550 and "cannot be removed safely" in text, (code, text)


def test_fallback_text_only(play):
    """text-only: the plain text goes alone, in place and signed"""
    set_fallback(play, "text-only")
    code, text = play.send(uncuttable(play, "uncut-1"), [FOUR[1]])
    assert code == 250, text
    play.settle()
    copy = one(play.received_for(FOUR[1], "uncut-1"))
    assert b"94,80" in copy["data"] and b"text/html" not in copy["data"] and b"rain jackets" not in copy["data"]
    check_dkim(play, copy["file"])


def test_held_all(play):
    """hold: a message that all recipients must decide about is held in place, and leaves when released"""
    set_fallback(play, "hold")
    code, text = play.send(uncuttable(play, "uncut-2"), [FOUR[1]])
    assert code == 250, text
    play.settle()
    assert list(play.held()) == [FOUR[1]] and not play.received_for(FOUR[1], "uncut-2")
    decision = [r for r in play.audit() if r["record"] == "decision"][-1]
    assert decision["outcome"] == "hold" and decision["fallback"] == "hold" and decision["copy"]["held"], decision
    copy = release(play, FOUR[1], "uncut-2")
    assert b"text/html" in copy["data"] and b"X-Licet-Purpose" not in copy["data"]
    check_dkim(play, copy["file"])


def test_held_by_sendmail(play):
    """hold: mail from sendmail(1) is held as well"""
    subprocess.run(["sendmail", "-C", play.path("etc"), "-i", "-f", "orders@shop.example", FOUR[1]],
                   input=uncuttable(play, "uncut-3").replace(b"\r\n", b"\n"), check=True)
    wait_for("held copy", 30, lambda: FOUR[1] in play.held())
    assert not play.received_for(FOUR[1], "uncut-3")
    release(play, FOUR[1], "uncut-3")


def test_held_some(play):
    """hold: who agreed gets the mail, the other copy is held through the second port until it is released"""
    code, text = play.send(uncuttable(play, "uncut-4"), FOUR[:2])
    assert code == 250, text
    wait_for("held copy", 30, lambda: FOUR[1] in play.held())
    play.settle()
    assert b"rain jackets" in one(play.received_for(FOUR[0], "uncut-4"))["data"]
    assert list(play.held()) == [FOUR[1]] and not play.received_for(FOUR[1], "uncut-4")
    outcome = [r for r in play.audit() if r["record"] == "outcome" and r["outcome"] == "held"][-1]
    assert outcome["submitted_queue_id"] == play.held()[FOUR[1]], outcome
    check_dkim(play, release(play, FOUR[1], "uncut-4")["file"])
    status = json.loads(play.licet("status", "--json", "--config", play.config).stdout)
    assert status["held"] >= 3, status


def edit_master(play, change):
    """Gives what stood there before."""
    path = play.path("etc/master.cf")
    with open(path, encoding="utf-8") as file:
        before = file.read()
    after = change(before)
    assert after != before
    with open(path, "w", encoding="utf-8") as file:
        file.write(after)
    subprocess.run(["postfix", "-c", play.path("etc"), "reload"], capture_output=True, check=True)
    time.sleep(1)
    return before


def test_no_guard(play):
    """a second port without its guard gets no copy: all wait with 451 4.3.5, and leave when it is back"""
    kept = edit_master(play, lambda text: text.replace("    -o milter_macro_daemon_name=licet-guard\n", ""))
    mail = play.mail("a-receipt-with-offer.eml").replace(RECEIPT.encode(), b"no-guard")
    assert play.send(mail, FOUR[:2])[0] == 250
    play.settle()
    waiting = dict(play.queue())
    for recipient in FOUR[:2]:
        assert not play.received_for(recipient, "no-guard")
        assert "4.3.5" in waiting[recipient] and "not guarded" in waiting[recipient], waiting
    with open(play.path("licetd.log"), encoding="utf-8") as file:
        assert "it needs smtpd_milters and milter_macro_daemon_name=licet-guard" in file.read()
    edit_master(play, lambda text: kept)
    play.run_queue()
    wait_for("both copies", 60, lambda: all(play.received_for(r, "no-guard") for r in FOUR[:2]))
    play.settle()
    for recipient in FOUR[:2]:
        one(play.received_for(recipient, "no-guard"))


def knock(play, data, recipient="bruno@example.com"):
    """What somebody else on this host gets who tries the second port."""
    with smtplib.SMTP("127.0.0.1", play.second_port, timeout=60) as smtp:
        smtp.ehlo("app.shop.example")
        assert smtp.mail("orders@shop.example")[0] == 250 and smtp.rcpt(recipient)[0] == 250
        code, text = smtp.data(data)
        return code, text.decode()


def test_strangers(play):
    """nobody else gets mail into the second port, whatever mark it carries: 451, and one line in the log"""
    mail = play.mail("d-newsletter.eml").replace(b"news-48", b"by-the-back-door")
    marks = (b"", b"X-Licet-Copy: 1\r\n", b"X-Licet-Copy: 1." + b"0" * 64 + b"\r\n", b"X-Licet-Copy:\r\n",
             b"X-Licet-Copy: 99999999999999999999.x\r\n", b"x-licet-copy: -1.\r\n")
    with open(play.path("licetd.log"), encoding="utf-8") as file:
        before = file.read().count("guard: turned away")
    for mark in marks:
        code, text = knock(play, mark + mail)
        assert code == 451 and "takes finished copies" in text, (mark, code, text)
    play.settle()
    assert not play.received_for("bruno@example.com", "by-the-back-door")
    with open(play.path("licetd.log"), encoding="utf-8") as file:
        assert file.read().count("guard: turned away") == before + len(marks)
    assert not [a for a, _ in play.queue() if a == "bruno@example.com"]


FOOT = b"Unsubscribe: https://shop.example/u\r\nShop Example GmbH, Hauptstrasse 1, 10115 Berlin\r\n"
ODD = {
    "one empty line": b"{head}\r\n\r\n{foot}",
    "dots": b"{head}\r\n.\r\n..\r\n.a\r\n. \r\n{foot}",
    "long lines": b"{head}X-Long: " + b"y" * 5000 + b"\r\n\r\n" + b"x" * 9000 + b"\r\n{foot}",
    "tabs and folds": b"X-Odd:\tone\r\n\ttwo\r\n three  \r\nX-None:\r\nX-Blank: \r\nX-Fold:\r\n folded\r\n{head}\r\n{foot}",
    "no blank behind the colon": b"X-Odd:value\r\n{head}\r\n{foot}",
    "a blank before the colon": b"X-Odd : value\r\n{head}\r\n{foot}",
    "no header line among them": b"{head}this is no header field\r\n\r\n{foot}",
    "an old mark": b"X-Licet-Copy: 1.abc\r\n{head}\r\n{foot}",
    "trace and more": b"Received: from a by b; Tue, 24 Nov 2026 09:00:00 +0000\r\nReturn-Path: <x@y>\r\n{head}\r\n{foot}",
    "eight bits": b"{head}Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
                  b"Gr\xc3\xbc\xc3\x9fe\r\n{foot}",
    "no last line end": b"{head}\r\n{foot}body",
    "white space at the end": b"{head}\r\n{foot}body  \r\n\t\r\n\r\n\r\n",
}


def test_odd_bytes(play):
    """odd messages get through the guard byte for byte as they were decided"""
    for number, (name, form) in enumerate(ODD.items()):
        head = (f"From: Shop <orders@shop.example>\r\nTo: all@example.com\r\nSubject: Publicidad: {name}\r\n"
                f"Date: Tue, 24 Nov 2026 09:00:00 +0000\r\nMessage-ID: <odd-{number}-@shop.example>\r\n"
                "X-Licet-Class: promotional\r\nList-Unsubscribe: <https://shop.example/u>\r\n"
                "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n").encode()
        code, text = play.send(form.replace(b"{head}", head).replace(b"{foot}", FOOT), FOUR[:2],
                               options=["BODY=8BITMIME"])
        assert code == 250, (name, code, text)
    play.settle()
    with open(play.path("licetd.log"), encoding="utf-8") as file:
        assert "bytes are not those" not in file.read()
    for number, name in enumerate(ODD):
        copy = one(play.received_for(FOUR[0], f"odd-{number}-"))
        assert b"X-Licet-Copy" not in copy["data"], name
        check_dkim(play, copy["file"])


def test_licetd_down(play):
    """while licetd is down the client keeps its mail (451); a message already handed over waits"""
    mixed = play.mail("a-receipt-with-offer.eml").replace(RECEIPT.encode(), b"while-down")
    os.rename(play.path("etc/licet_header_checks"), play.path("etc/kept"))
    with open(play.path("etc/kept"), encoding="utf-8") as file:
        text = file.read()
    with open(play.path("etc/licet_header_checks"), "w", encoding="utf-8") as file:
        file.write(text.replace(str(play.lmtp_port), "9"))
    subprocess.run(["postfix", "-c", play.path("etc"), "reload"], capture_output=True, check=True)
    time.sleep(1)
    assert play.send(mixed, FOUR[:2])[0] == 250
    play.settle()
    assert sorted(a for a, _ in play.queue()) == sorted(FOUR[:2])
    play.stop_licetd(kill=True)
    code, text = play.send(play.mail("b-password-reset.eml"), ["bruno@example.com"])
    assert 400 <= code < 500, (code, text)
    os.replace(play.path("etc/kept"), play.path("etc/licet_header_checks"))
    play.start_licetd()
    subprocess.run(["postfix", "-c", play.path("etc"), "reload"], capture_output=True, check=True)
    time.sleep(1)
    # FILTER was written into the queue file; requeueing has Postfix ask the milter anew.
    subprocess.run(["postsuper", "-c", play.path("etc"), "-r", "ALL"], capture_output=True, check=True)
    wait_for("both copies", 60, lambda: all(play.received_for(r, "while-down") for r in FOUR[:2]))
    play.settle()
    for recipient in FOUR[:2]:
        one(play.received_for(recipient, "while-down"))


def test_memory_short(play):
    """a licetd that gets no memory: clients keep their mail (4xx), and nothing is doubled"""
    text = play.mail("b-password-reset.eml") + (b"y" * 76 + b"\r\n") * 100000
    mails = {f"reset-big{i}": text.replace(b"reset-88", b"reset-big%d" % i) for i in range(8)}
    play.stop_licetd()
    play.start_licetd()
    # Below what it has already, so that nothing more can be had: for one mail what it has freed may do, not for eight.
    limit = 1 << 20
    for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
        resource.prlimit(play.processes["licetd"].pid, kind, (limit, limit))

    def send(name):
        return play.send(mails[name], ["bruno@example.com"], sender="account@shop.example")

    with concurrent.futures.ThreadPoolExecutor(len(mails)) as pool:
        replies = dict(zip(mails, pool.map(send, mails)))
    kept = [name for name, (code, _) in replies.items() if 400 <= code < 500]
    assert kept and all(code == 250 or name in kept for name, (code, _) in replies.items()), replies
    play.stop_licetd(kill=True)
    play.start_licetd()
    for name in kept:
        code, text = send(name)
        assert code == 250, (code, text)
    play.settle()
    for name in mails:
        one(play.received_for("bruno@example.com", name))


def test_store_down(play):
    """without the store promotion waits and transactions go out"""
    play.stop_licetd()
    os.rename(play.path("consent.db"), play.path("consent.kept"))
    os.mkdir(play.path("consent.db"))
    try:
        done = subprocess.run([os.path.join(BUILD, "licetd"), "--config", play.config, "--check"],
                              capture_output=True, text=True, check=False)
        assert done.returncode in (75, 78) and "consent.db" in done.stderr, done.stderr
    finally:
        os.rmdir(play.path("consent.db"))
        os.rename(play.path("consent.kept"), play.path("consent.db"))
    play.start_licetd()
    with open(play.path("consent.db"), "r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 8192)
    code, text = play.send(play.mail("d-newsletter.eml").replace(b"news-48", b"news-49"), ["ana@example.com"])
    assert code == 250, (code, text)
    code, text = play.send(play.mail("b-password-reset.eml").replace(b"reset-88", b"reset-89"), ["bruno@example.com"])
    assert code == 250, (code, text)
    play.settle()
    one(play.received_for("bruno@example.com", "reset-89"))
    assert not play.received_for("ana@example.com", "news-49")
    assert "ana@example.com" in dict(play.queue())


def test_one_line_each(play):
    """a message is one line of the daemon's, and one per hand-over: its queue id, what was decided, which rules"""
    with open(play.path("licetd.log"), encoding="utf-8") as file:
        lines = [line.rstrip("\n").split(": ", 3)[1:] for line in file if re.match(r"licetd: [\w-]+: (milter|lmtp): class=", line)]
    value = r"[A-Za-z0-9_.,+-]+|\"[^\"]*\""
    assert lines and all(re.fullmatch(f"[a-z]+=(?:{value})(?: [a-z]+=(?:{value}))*", text) for _, _, text in lines), lines
    seen = {}
    for queue_id, edge, text in lines:
        seen.setdefault(queue_id, {}).setdefault(edge, []).append(dict(re.findall(f"([a-z]+)=({value})", text)))
    assert all(len(one["milter"]) == 1 for one in seen.values() if "milter" in one), seen
    outcomes = {outcome: next((one for edges in seen.values() for fields in edges.values() for one in fields if outcome in one),
                              None) for outcome in ("deliver", "strip", "hold", "defer", "refuse")}
    assert all(outcomes.values()), outcomes
    assert all(one["rules"] for outcome, one in outcomes.items() if outcome != "deliver"), outcomes
    split = [one for one in seen.values() if one.get("milter", [{}])[0].get("route") == "split" and "lmtp" in one]
    decided = {row["queue_id"]: 0 for row in play.audit() if row["record"] == "decision"}
    assert split and decided.keys() <= seen.keys(), decided.keys() - seen.keys()


def test_log_holds_no_address(play):
    """neither the log nor the daemon's messages hold an address"""
    for name in ("audit.jsonl", "licetd.log"):
        with open(play.path(name), encoding="utf-8") as file:
            text = file.read()
        for address in FOUR + ["orders@shop.example"]:
            assert address not in text, (name, address)
    found = play.licet("audit", "find", "dave@example.com", "--config", play.config).stdout
    assert "because of CA-IDENTITY" in found, found


TESTS = [test_four_outcomes, test_bounce_has_reason, test_copies_differ_only_where_they_must, test_signatures,
         test_run_gives_the_same_bytes, test_deferred_is_asked_again, test_waiting_mail_leaves_when_the_window_opens,
         test_in_place, test_refused_at_once, test_newsletter_and_letter, test_sendmail, test_forged_route,
         test_fallback_refuse, test_fallback_text_only, test_held_all, test_held_by_sendmail, test_held_some,
         test_no_guard, test_strangers, test_odd_bytes,
         test_licetd_down, test_memory_short, test_store_down, test_one_line_each, test_log_holds_no_address]


class Play(rehearsal.Rehearsal):
    """In whose Colombia a receipt waits with its offer: so one message has all four outcomes."""

    def prepare_licet(self, *args):
        super().prepare_licet(*args)
        shutil.copy(os.path.join(TOP, "tests/cases/501-four-outcomes/policies/territories/CO.cfg"),
                    self.path("policies", "territories", "CO.cfg"))


def main():
    if os.geteuid() != 0 or not shutil.which("postfix", path="/usr/sbin:/usr/bin"):
        print("1..0 # SKIP needs root and Postfix")
        return 0
    os.environ["PATH"] = "/usr/sbin:/sbin:" + os.environ["PATH"]
    play = Play(build=BUILD, now=SUNDAY)
    failed = 0
    print(f"1..{len(TESTS)}", flush=True)
    try:
        play.start_all()
        for number, test in enumerate(TESTS, 1):
            try:
                test(play)
                print(f"ok {number} - {test.__doc__}", flush=True)
            except Exception as problem:  # one failure must not hide the others
                failed += 1
                print("# " + (f"{type(problem).__name__}: {problem}")[:3000].replace("\n", "\n# "))
                print(f"not ok {number} - {test.__doc__}", flush=True)
        if failed:
            print("# " + play.maillog()[-6000:].replace("\n", "\n# "))
    finally:
        if failed and os.environ.get("LICET_KEEP"):
            play.stop_all()
            print(f"# kept {play.dir}")
        else:
            play.clean_up()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
