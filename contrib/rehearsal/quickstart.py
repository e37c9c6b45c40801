# SPDX-License-Identifier: BSD-2-Clause
"""What contrib/quickstart shows: sample mail through a private Postfix with licet, told per recipient."""
import argparse
import datetime
import email
import email.policy
import os
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import rehearsal  # noqa: E402

MAILS = (
    ("a-receipt-with-offer.eml", "A receipt with a marked offer, one message to four recipients",
     ("ana@example.com", "bruno@example.com", "carla@example.com", "dave@example.com")),
    ("b-password-reset.eml", "A password reset", ("bruno@example.com",)),
    ("c-newsletter-without-unsubscribe.eml", "A newsletter without an unsubscribe link", ("ana@example.com",)),
    ("d-newsletter.eml", "A newsletter that is in order", ("ana@example.com", "carla@example.com")),
    ("e-personal-letter.eml", "A personal letter with an attachment", ("dave@example.com",)),
)

WHO = {
    "ana@example.com": "lives in Spain and agreed (double opt-in)",
    "bruno@example.com": "lives in Germany and withdrew",
    "carla@example.com": "lives in Colombia and agreed; offices there are closed now",
    "dave@example.com": "lives in Canada and agreed",
}


def last_sunday():
    """15:00 UTC of the last Sunday: 10:00 in Bogota, where no advertising may be sent on Sundays."""
    today = datetime.datetime.now(datetime.timezone.utc).date()
    day = today - datetime.timedelta(days=(today.weekday() + 1) % 7 or 7)
    return f"{day.isoformat()}T15:00:00Z"


def verify(play, path):
    """An independent verifier (dkimpy) reads the signatures; the key records come from a file."""
    done = subprocess.run(["/usr/bin/python3", os.path.join(rehearsal.TOP, "tests", "check-dkim.py"),
                           play.path("keyring"), path], capture_output=True, text=True, check=False)
    return [line.strip() for line in done.stdout.splitlines()] or [done.stderr.strip() or "no signature"]


def offer_in(message):
    return any("rain jackets" in part.get_content() for part in message.walk()
               if part.get_content_maintype() == "text")


def describe_copy(play, copy, message_id):
    message = email.message_from_bytes(copy["data"], policy=email.policy.default)
    lines = []
    if "receipt" in message_id:
        lines.append("the offer is in it" if offer_in(message) else "the offer is not in it, the receipt is")
    tag = message["X-Licet-Class"]
    if tag:
        lines.append(f"tagged  X-Licet-Class: {tag}")
    lines += [f"DKIM    {line}" for line in verify(play, copy["file"])]
    lines.append(f"bytes   {copy['file']}")
    return lines


def find_record(play, recipient, message_id_hint, kind):
    """The last record of the log about this recipient, found as an auditor would."""
    found = play.licet("audit", "find", recipient, "--json", "--log", play.path("audit.jsonl"), "--state",
                       play.path("state.db"), check=False).stdout.splitlines()
    return [line for line in found if f'"record":"{kind}"' in line and message_id_hint in line]


def rule_line(record):
    import json
    parsed = json.loads(record)
    if parsed.get("rule"):
        return f"rule    {parsed['rule']}, {parsed['source']}"
    return f"rule    none stands against it ({len(parsed['rules'])} rules of {parsed['territory']} looked at)"


def shorten(line, width=230):
    return line if len(line) <= width else line[:width] + " …"


def show_recipient(play, recipient, outcome, details):
    print(f"    {recipient}  ({WHO[recipient]})")
    print(f"      -> {outcome}")
    for line in details:
        print(f"         {line}")


def message_id_of(data):
    return email.message_from_bytes(data)["Message-ID"].strip("<>")


def show_message(play, name, title, recipients, before):
    data = play.mail(name)
    message_id = message_id_of(data)
    print(f"\n{title}\n    {name}, sent over SMTP to {', '.join(recipients)}")
    code, text = play.send(data, recipients)
    print(f"    Postfix answered: {code} {text}")
    play.settle()
    queue = dict(play.queue())
    for recipient in recipients:
        records = [r for r in find_record(play, recipient, "", "decision") if r not in before]
        before.update(records)
        details = [rule_line(records[-1])] if records else []
        copies = play.received_for(recipient, message_id)
        if copies:
            stripped = records and '"outcome":"strip"' in records[-1]
            outcome = "delivered without the promotional block" if stripped else "delivered whole"
            details += describe_copy(play, copies[0], message_id)
        elif recipient in queue:
            outcome = "waits in Postfix's queue"
            details.append(f"reason  {queue[recipient]}")
        else:
            outcome = "refused"
            details.append(f"reply   {refusal(play, recipient, message_id, code, text)}")
        if records:
            details.append(f"log     {shorten(records[-1])}")
        show_recipient(play, recipient, outcome, details)


def refusal(play, recipient, message_id, code, text):
    """What the sender got to read: the SMTP reply, or Postfix's notice."""
    if code >= 500:
        return f"{code} {text}"
    for copy in play.received():
        if b"report-type=delivery-status" in copy["data"] and message_id.encode() in copy["data"]:
            for part in email.message_from_bytes(copy["data"], policy=email.policy.default).walk():
                if part.get_content_type() == "message/delivery-status":
                    status = " ".join(part.as_string().split())
                    if recipient in status:
                        return status[status.find("Diagnostic-Code:"):] + "  (in Postfix's notice to the sender)"
    return "no notice was found"


def show_ends(play, keep):
    print("\nWhere to look next")
    print("    README.md                    the first ten minutes of an admin, an officer and an auditor")
    print("    contrib/postfix/             the lines for your own Postfix")
    print("    policies/territories/        the rules as an officer edits them")
    print("    man licetd, licet, licet.cfg, licet-policy   (man -l milter/licetd.8 before installing)")
    if keep:
        show_use(play)
    else:
        print("    contrib/quickstart --keep    leaves all this running to play with")


def show_use(play):
    licet = os.path.join(play.build, "licet")
    print(f"""
Everything is still running, below {play.dir}
    send mail        smtp-source -f orders@shop.example -t ana@example.com -4 127.0.0.1:{play.smtp_port}
                     (or any SMTP client: 127.0.0.1, port {play.smtp_port})
    what arrived     ls {play.path("sink")}
    what waits       postqueue -c {play.path("etc")} -p
    the log          {licet} audit find ana@example.com --config {play.config}
    explain          {licet} explain --config {play.config} --now {play.now} --rcpt ana@example.com MAIL.eml
    consent          {licet} consent show ana@example.com --config {play.config}
    (the daemon's clock began at {play.now}: an act of today lies in its future, so say when:)
                     {licet} consent withdraw ana@example.com '*' --at {play.now} --config {play.config}
    edit a rule      {play.path("policies", "territories")}, then: {licet} policy check --config {play.config}
                     and: {licet} reload --config {play.config}
    stop             postfix -c {play.path("etc")} stop; kill {play.processes["licetd"].pid} {play.processes["sink"].pid}; rm -rf {play.dir}""")


def run(play, keep):
    print(f"== starting a private Postfix, licetd and a sink below {play.dir}")
    print(f"   (the clock of licetd is set to {play.now}, a Sunday)")
    play.start_all()
    before = set()
    for name, title, recipients in MAILS:
        show_message(play, name, title, recipients, before)
    show_ends(play, keep)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()

    def stop(_number, _frame):
        raise KeyboardInterrupt
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGHUP, stop)
    play = rehearsal.Rehearsal(build=options.build, now=last_sunday())
    finished = False
    try:
        run(play, options.keep)
        finished = True
    except KeyboardInterrupt:
        print("\ninterrupted; cleaning up", file=sys.stderr)
        return 130
    finally:
        if not (finished and options.keep):
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            play.clean_up()
    if not options.keep:
        print(f"\nAll of it is stopped and {play.dir} is removed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
