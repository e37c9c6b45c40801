#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""End to end: mail leaves through a private Postfix and licetd with links of licet-web, which are used as a mailbox
provider uses them; the next mail obeys. Prints TAP. Arguments: the top of the source tree, the build directory.
"""
import email
import os
import re
import shutil
import signal
import smtplib
import sqlite3
import subprocess
import sys
import time

sys.dont_write_bytecode = True
TOP = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("srcdir", "."))
BUILD = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else ".")
sys.path[:0] = [os.path.join(TOP, "contrib", "rehearsal"), os.path.join(TOP, "tests", "web")]
import rehearsal  # noqa: E402
from harness import Site, free_port  # noqa: E402

EVA, BEN, OTTO, IDA, GONE = "eva@gmail.com", "ben@example.org", "otto@gmail.com", "ida@gmail.com", "gone@gmail.com"
PEOPLE = [{"address": a, "purpose": "*", "state": "granted", "basis": "double-opt-in", "at": "2026-02-03T10:15:00Z",
           "source": "shop.example/signup", "wording": "v3", "evidence": "doi-1", "country": "ES",
           "recipient_class": "natural", "language": "es"} for a in (EVA, BEN, OTTO, IDA, GONE)]


class Play(rehearsal.Rehearsal):
    """One with a licet-web on the same store."""

    def __init__(self, build):
        super().__init__(build, "2026-11-24T10:00:00Z")
        self.site = Site(build)
        self.incoming = free_port()  # where mail of strangers comes in, without the milter
        self.site.load(PEOPLE)

    def prepare_licet(self, keys=("rsa", "ed25519")):
        super().prepare_licet(keys)
        path = self.path("policies", "licet-policy.cfg")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        found = 'contact = [ "service@shop.example" ];'
        assert text.count(found) == 1
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace(found, found + '\n    unsubscribe_url = "https://news.shop.example/u/{token}";'
                                    '\n    unsubscribe_mailto = "unsubscribe@shop.example";'))

    def settings(self, keys=("rsa", "ed25519"), **changes):
        return super().settings(keys, consent="sqlite:" + self.site.store,
                                unsubscribe_keys=self.site.path("keys"), **changes)

    def prepare_postfix(self):
        """The lines of contrib/postfix/feedback.cf with this rehearsal's paths."""
        super().prepare_postfix()
        with open(os.path.join(TOP, "contrib/postfix/feedback.cf"), encoding="utf-8") as file:
            lines = [line for line in file if not line.startswith("#")]
        text = "".join(lines).replace("/usr/bin/licet", os.path.join(BUILD, "licet")) \
            .replace("/var/lib/licet/feedback", self.site.path("store", "feedback")).replace("user=licet", "user=nobody") \
            .replace(" feedback --keep", f" feedback --config {self.site.path('licet.cfg')} --keep")
        text += f"127.0.0.1:{self.incoming} inet n - n - - smtpd\n  -o smtpd_milters=\n"
        with open(self.path("etc/master.cf"), "a", encoding="utf-8") as file:
            file.write(text)
        with open(self.path("etc/main.cf"), "a", encoding="utf-8") as file:
            file.write("\nrecipient_delimiter = +\ntransport_maps = inline:{unsubscribe@shop.example=licet-feedback:, "
                       "feedback@shop.example=licet-feedback:}\n"
                       "licet-feedback_destination_recipient_limit = 1\n")
        os.mkdir(self.site.path("store", "feedback"))
        self.site.own()

    def receive(self, mail, to, sender):
        """Mail from outside."""
        with smtplib.SMTP("127.0.0.1", self.incoming, timeout=60) as smtp:
            smtp.sendmail(sender, [to], mail)

    def copy_for(self, recipient, message_id):
        copies = self.received_for(recipient, message_id)
        assert len(copies) == 1, f"{len(copies)} copies for {recipient}"
        return copies[0]

    def deliver(self, name, message_id, recipients, *changes):
        data = self.mail(name)
        data = re.sub(rb"(?m)^Message-ID: .*\r$", b"Message-ID: <" + message_id.encode() + b"@shop.example>\r", data)
        for old, new in changes:
            assert old in data, old
            data = data.replace(old, new)
        answer = self.send(data, recipients)
        self.settle()
        return answer


def header_url(copy):
    fields = email.message_from_bytes(copy["data"])
    assert fields["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    urls = re.findall(r"<(https:[^>]*)>", fields["List-Unsubscribe"])
    assert len(urls) == 1 and "<mailto:unsubscribe@shop.example?subject=" in fields["List-Unsubscribe"]
    return urls[0]


def body_urls(copy):
    text = b""
    for part in email.message_from_bytes(copy["data"]).walk():
        if not part.is_multipart():
            text += part.get_payload(decode=True)
    return set(re.findall(r"https://news\.shop\.example/u/[A-Za-z0-9_-]+", text.decode()))


def links_leave(play):
    """a newsletter without a way out leaves with each recipient's own link, in the footer and for one-click, signed"""
    code, text = play.deliver("c-newsletter-without-unsubscribe.eml", "links-1", [EVA, BEN, OTTO])
    assert code == 250, text
    seen = set()
    for recipient in EVA, BEN, OTTO:
        copy = play.copy_for(recipient, "links-1")
        url, = body_urls(copy)
        seen.add(url)
        if recipient.endswith("@gmail.com"):
            assert header_url(copy) == url
            signed = re.findall(rb"[ ;]h=([^;]*);", copy["data"])
            assert all(re.sub(rb"\s", b"", h).count(b":List-Unsubscribe:List-Unsubscribe:") for h in signed), signed
        done = subprocess.run(["/usr/bin/python3", os.path.join(TOP, "tests/check-dkim.py"), play.path("keyring"),
                               copy["file"]], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    assert len(seen) == 3


def looking_changes_nothing(play):
    """the recipient's security gateway looks at the link, and nothing changes"""
    url, = body_urls(play.copy_for(EVA, "links-1"))
    path = url.removeprefix("https://news.shop.example")
    assert "Darse de baja" in play.site.ask("GET", path).text
    assert not play.site.events()


def one_click_obeyed(play):
    """after the provider's POST the newsletter is refused to that person and to nobody else"""
    path = header_url(play.copy_for(EVA, "links-1")).removeprefix("https://news.shop.example")
    assert play.site.post(path, b"List-Unsubscribe=One-Click").status == 200
    code, text = play.deliver("c-newsletter-without-unsubscribe.eml", "links-2", [EVA])
    assert code == 550 and "ES-CONSENT" in text, (code, text)
    assert play.deliver("c-newsletter-without-unsubscribe.eml", "links-3", [EVA, OTTO])[0] == 250
    assert not play.received_for(EVA, "links-3")
    play.copy_for(OTTO, "links-3")


def receipt_still_arrives(play):
    """a receipt with a block of the newsletter arrives without the block, and for the other with it"""
    purpose = (b"X-Licet-Purpose: receipt, cross-sell", b"X-Licet-Purpose: receipt, newsletter")
    code, text = play.deliver("a-receipt-with-offer.eml", "links-4", [EVA, OTTO], purpose)
    assert code == 250, text
    stripped, whole = play.copy_for(EVA, "links-4"), play.copy_for(OTTO, "links-4")
    assert b"94,80" in stripped["data"] and b"rain jackets" not in stripped["data"]
    assert b"94,80" in whole["data"] and b"rain jackets" in whole["data"]


def other_purposes_wait_for_a_word(play):
    """what else was agreed to still comes, until all advertising is stopped on the page"""
    assert play.deliver("a-receipt-with-offer.eml", "links-5", [EVA])[0] == 250
    assert b"rain jackets" in play.copy_for(EVA, "links-5")["data"]
    url, = body_urls(play.copy_for(EVA, "links-1"))
    path = url.removeprefix("https://news.shop.example/u/")
    assert play.site.post("/p/" + path, {"all": "yes"}).status == 200
    assert play.deliver("a-receipt-with-offer.eml", "links-6", [EVA])[0] == 250
    data = play.copy_for(EVA, "links-6")["data"]
    assert b"94,80" in data and b"rain jackets" not in data


def mailbox_obeyed(play):
    """the mailbox of List-Unsubscribe, read by licet feedback through pipe(8), withdraws too; without a token not"""
    fields = email.message_from_bytes(play.copy_for(OTTO, "links-1")["data"])
    token = re.search(r"<mailto:unsubscribe@shop.example\?subject=([^>]*)>", fields["List-Unsubscribe"]).group(1)

    def write(subject, to="unsubscribe@shop.example"):
        mail = (f"From: Otto <otto@gmail.com>\r\nTo: {to}\r\nSubject: {subject}\r\nDate: Tue, 24 Nov 2026 "
                f"09:00:00 +0100\r\nMessage-ID: <{abs(hash(subject))}@gmail.com>\r\n\r\nHello.\r\n")
        code, text = play.send(mail.encode(), [to], "otto@gmail.com")
        assert code == 250, text
        play.settle()
    write("unsubscribe me")
    assert not play.site.events(OTTO) and len(os.listdir(play.site.path("store", "feedback"))) == 1
    write(token)
    event, = play.site.events(OTTO)
    assert event["purpose"] == "newsletter" and event["source"] == "mailto", event
    write("hello", f"unsubscribe+{play.site.token(BEN, '*')[:64]}@shop.example")  # too long for a local part: cut
    assert not play.site.events(BEN)
    assert not play.queue(), play.queue()
    play.site.load([{"address": OTTO, "purpose": "*", "state": "granted", "basis": "double-opt-in",
                     "at": "2026-11-24T11:00:00Z", "source": "again", "evidence": "doi-2", "wording": "v3"}])


def complaint_obeyed(play):
    """a complaint to the address for feedback stops the person's advertising, and no import brings it back"""
    code, text = play.deliver("c-newsletter-without-unsubscribe.eml", "feedback-1", [IDA])
    assert code == 250, text
    returned = play.copy_for(IDA, "feedback-1")["data"].decode("utf-8", "surrogateescape")
    mail = ("From: <complaints@provider.example>\r\nTo: feedback@shop.example\r\nSubject: complaint\r\n"
            "Message-ID: <arf@provider.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; "
            "report-type=feedback-report; boundary=\"r\"\r\n\r\n--r\r\n\r\nA complaint.\r\n--r\r\nContent-Type: "
            "message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: P/1\r\nVersion: 1\r\n\r\n--r\r\n"
            f"Content-Type: message/rfc822\r\n\r\n{returned}\r\n--r--\r\n")
    play.receive(mail.encode("utf-8", "surrogateescape"), "feedback@shop.example", "complaints@provider.example")
    play.settle()
    event, = play.site.events(IDA)
    assert (event["state"], event["basis"], event["purpose"]) == ("suppressed", "complaint", "*"), event
    assert not play.queue(), play.queue()


def bounce_obeyed(play):
    """a notice that Postfix itself writes, of a mailbox that is gone, stops advertising to it"""
    code, text = play.send(re.sub(rb"(?m)^Message-ID: .*\r$", b"Message-ID: <gone-1@shop.example>\r",
                                  play.mail("c-newsletter-without-unsubscribe.eml")), [GONE], "feedback@shop.example")
    assert code == 250, text
    deadline = time.monotonic() + 20
    while not play.site.events(GONE) and time.monotonic() < deadline:
        time.sleep(0.2)
    event, = play.site.events(GONE)
    assert (event["state"], event["basis"], event["purpose"]) == ("suppressed", "bounce", "*"), event
    play.settle()
    assert not play.queue(), play.queue()


def feedback_processes(play):
    """Those of this play: their settings are in its directory."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
        except OSError:
            continue
        if words[0].endswith(b"/licet") and b"feedback" in words and play.site.path("licet.cfg").encode() in words:
            found.append(int(name))
    return found


def killed_in_the_middle(play):
    """killed while it waits for the store, licet feedback leaves the mail in Postfix's queue, and it is obeyed once"""
    token = play.site.token(BEN, "offer")
    mail = f"From: Ben <{BEN}>\r\nTo: unsubscribe@shop.example\r\nSubject: {token}\r\nMessage-ID: <k@b>\r\n\r\n.\r\n"
    lock = sqlite3.connect(play.site.store, isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    killed = []
    try:
        play.receive(mail.encode(), "unsubscribe@shop.example", BEN)
        deadline = time.monotonic() + 20
        while not killed and time.monotonic() < deadline:
            time.sleep(0.05)
            killed = feedback_processes(play)
        time.sleep(0.3)
        for process in killed:
            os.kill(process, signal.SIGKILL)
        play.settle()
    finally:
        lock.execute("ROLLBACK")
        lock.close()
    assert len(killed) == 1, killed
    (address, reason), = play.queue()
    assert address == "unsubscribe@shop.example" and "signal" in reason, (address, reason)
    assert not play.site.events(BEN)
    play.run_queue()
    deadline = time.monotonic() + 20
    while play.queue() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not play.queue() and [e["purpose"] for e in play.site.events(BEN)] == ["offer"], play.site.events(BEN)


def hostile_feedback(play):
    """hostile mail to the addresses is kept for a person: it is not obeyed, not returned and runs nothing"""
    before, kept = play.site.events(), len(os.listdir(play.site.path("store", "feedback")))
    received = len(play.received())
    evil = play.site.path("evil")
    head = "From: <x@x.example>\r\nMessage-ID: <h@x>\r\nSubject: "
    odd = [("unsubscribe+--keep=" + evil + "@shop.example", head + "1\r\n\r\n"),
           ("unsubscribe+$(touch$IFS" + evil + ")@shop.example", head + "2\r\n\r\n"),
           ("unsubscribe+--consent@shop.example", head + "3\r\n\r\n"),
           ("unsubscribe@shop.example", head + "`touch " + evil + "` $(touch " + evil + ") " + "A" * 71 + "\r\n\r\n"),
           ("feedback@shop.example", head + "4\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\n"
            "Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nOriginal-Rcpt-To: " + OTTO + "\r\n"),
           ("feedback@shop.example", head + "5\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
            + "--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" * 500),
           ("feedback@shop.example", "\x01\xff" * 500 + "\r\n\r\n" + "\xfe" * 900)]
    for to, mail in odd:
        play.receive(mail.encode("latin-1"), to, "x@x.example")
    play.settle()
    assert not play.queue(), play.queue()
    assert play.site.events() == before and not os.path.exists(evil)
    assert len(play.received()) == received, "something was returned to its sender"
    assert len(os.listdir(play.site.path("store", "feedback"))) > kept


def own_link_stays(play):
    """a mail with the sender's own one-click and link keeps its bytes"""
    code, text = play.deliver("d-newsletter.eml", "links-7", [OTTO])
    assert code == 250, text
    data = play.copy_for(OTTO, "links-7")["data"]
    assert b"news.shop.example" not in data and data.count(b"<https://shop.example/u?id=7f3a>") == 1
    assert data.split(b"\r\n\r\n", 1)[1] == play.mail("d-newsletter.eml").split(b"\r\n\r\n", 1)[1]


def nothing_in_the_logs(play):
    """no token is in any log"""
    url, = body_urls(play.copy_for(OTTO, "links-1"))
    token = url.rsplit("/", 1)[1]
    for path in play.path("licetd.log"), play.path("audit.jsonl"), play.path("maillog"), play.site.path("log"):
        if os.path.exists(path):
            with open(path, encoding="utf-8", errors="replace") as file:
                assert token[:24] not in file.read(), path


TESTS = [links_leave, looking_changes_nothing, one_click_obeyed, receipt_still_arrives, other_purposes_wait_for_a_word,
         mailbox_obeyed, complaint_obeyed, bounce_obeyed, killed_in_the_middle, hostile_feedback, own_link_stays, nothing_in_the_logs]


def main():
    if os.geteuid() != 0 or not shutil.which("postfix"):
        print("1..0 # SKIP a private Postfix is started by root")
        return 0
    print(f"1..{len(TESTS)}", flush=True)
    play = Play(BUILD)
    failed = 0
    try:
        play.start_all()
        play.site.start("--now", play.now)
        for number, test in enumerate(TESTS, 1):
            try:
                test(play)
                print(f"ok {number} - {test.__doc__}", flush=True)
            except Exception as error:  # noqa: BLE001  the next test still tells something
                failed = 1
                print(f"# {type(error).__name__}: {error}".replace("\n", "\n# "))
                print(f"not ok {number} - {test.__doc__}", flush=True)
    finally:
        play.clean_up()
        play.site.close()
    return failed


if __name__ == "__main__":
    sys.exit(main())
