#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Signatures survive two Postfix hops, the second of which takes no 8BITMIME. Prints TAP.

usage: hops.py TOP BUILD [FOLDER...]

A private Postfix with licetd gives its mail to a second one that offers neither 8BITMIME nor
SMTPUTF8, so that the first converts what it finds to convert; a sink keeps what comes out. Every
copy must verify with dkimpy and Mail::DKIM before and after, and have the same bytes but for trace
fields. Mails: some made here and every fourth of tests/cases; with folders, their files instead of
the latter, From orders@shop.example.
"""
import collections
import datetime
import glob
import os
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
TOP = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("srcdir", "."))
BUILD = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else ".")
FOLDERS = sys.argv[3:]
sys.path.insert(0, os.path.join(TOP, "contrib", "rehearsal"))
import rehearsal  # noqa: E402
from rehearsal import listens, wait_for  # noqa: E402

HEAD = """From: Shop Example <orders@shop.example>
To: ana@example.com
Date: Sun, 22 Nov 2026 09:00:00 +0100
MIME-Version: 1.0
"""
RECEIPT = """Thank you for your order 2026-10042. Total: 94,80 EUR.
Shop Example GmbH, Hauptstrasse 1, 10115 Berlin, service@shop.example
"""
MADE = {
    "8-bit text": HEAD + "Subject: Your receipt\nContent-Type: text/plain; charset=utf-8\n"
                         "Content-Transfer-Encoding: 8bit\n\nGrüße\n" + RECEIPT,
    "8-bit without a declaration": HEAD + "Subject: Your receipt\n\nGrüße\n" + RECEIPT,
    "declared 8bit over ASCII": HEAD + "Subject: Your receipt\nContent-Type: text/plain\n"
                                       "Content-Transfer-Encoding: 8bit\n\n" + RECEIPT,
    "a line of 5,000": HEAD + "Subject: Your receipt\n\n" + RECEIPT + "x" * 5000 + "\n",
    "a line of 998": HEAD + "Subject: Your receipt\n\n" + RECEIPT + "x" * 998 + "\n",
    "a page in one line": HEAD + "Subject: Your receipt\nContent-Type: text/html; charset=utf-8\n\n<html><body><p>" +
                          RECEIPT.replace("\n", "</p><p>") + "<b>Größe</b> 38, " * 300 + "</p></body></html>\n",
    "base64 in one line": HEAD + "Subject: Your receipt\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n"
                          + "VGhhbmsgeW91IGZvciB5b3VyIG9yZGVyIDIwMjYtMTAwNDIuIFRvdGFsOiA5NCw4MCBFVVIu" * 30 + "\n",
    "a header of 8 bits": HEAD.replace("Shop Example", "Müller & Söhne") + "Subject: Ihre Größe, Ihr Beleg\n\n" + RECEIPT,
    "a header line of 3,000": HEAD + "Subject: Your receipt\nReferences: " + "<1@shop.example>" * 190 + "\n\n" + RECEIPT,
    "a subject in one word": HEAD + "Subject: Your receipt " + "y" * 1200 + "\n\n" + RECEIPT,
    "a fold without text": HEAD + "Subject: Your receipt\nX-Note: a\n \n b\n\n" + RECEIPT,
    "parts of all kinds": HEAD + "Subject: Your receipt\nContent-Type: multipart/mixed; boundary=cut\n"
                          "Content-Transfer-Encoding: 8bit\n\n--cut\nContent-Type: text/plain; charset=utf-8\n"
                          "Content-Transfer-Encoding: 8bit\n\nGrüße\n" + RECEIPT + "--cut\n"
                          "Content-Type: application/x-odd\nContent-Transfer-Encoding: binary\n\nÄ" + "z" * 3000 +
                          "\n--cut\nContent-Type: multipart/alternative; boundary=in\nContent-Transfer-Encoding: 8bit\n\n"
                          "--in\nContent-Transfer-Encoding: 8bit\n\nplain\n--in--\n--cut--\n",
    "trailing blanks and a lone dot": HEAD + "Subject: Your receipt\n\n" + RECEIPT + "a  \n.\n..b\nFrom c\n\n\n",
}
SPLIT = "8-bit, and a block for some"  # takes the way through the LMTP edge and the second port
MADE[SPLIT] = HEAD + """Subject: Your receipt
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: 8bit

<html><body><p>Thank you for your order 2026-10042, Größe 38. Total: 94,80 EUR.</p>
<!-- licet:promotional --><div><h2>20 % Rabatt auf Jacken, für Sie</h2></div><!-- /licet:promotional -->
<p>Shop Example GmbH, Hauptstrasse 1, 10115 Berlin, service@shop.example
<a href="https://shop.example/unsubscribe?id=7f3a">Unsubscribe</a></p></body></html>
"""


def crlf(data):
    return re.sub(rb"\r?\n", b"\r\n", data)


class Hops(rehearsal.Rehearsal):
    """The rehearsal with a second Postfix between the first and the sink."""

    def __init__(self, **options):
        super().__init__(**options)
        self.next_port = self.sink_port + 1

    def configure_postfix(self):
        super().configure_postfix()
        with open(self.path("etc", "main.cf"), encoding="utf-8") as file:
            main = file.read()
        # What is shipped keeps Postfix from converting; here it must have a reason to, and find nothing.
        converting = main.replace(f"relayhost = [127.0.0.1]:{self.sink_port}", f"relayhost = [127.0.0.1]:{self.next_port}")
        for shipped, ours in (("disable_mime_output_conversion = yes", "disable_mime_output_conversion = no"),
                              ("smtp_line_length_limit = 0", "smtp_line_length_limit = 998")):
            assert shipped in converting
            converting = converting.replace(shipped, ours)
        self.write("etc/main.cf", converting)
        for name in ("queue", "data"):
            os.makedirs(self.path("next", name), exist_ok=True)
        shutil.chown(self.path("next", "data"), "postfix", "postfix")
        os.chmod(self.path("next", "data"), 0o700)
        own = main[:main.index(self.snippet("main.cf"))]
        own = own.replace(self.path("queue"), self.path("next", "queue"))
        own = own.replace(self.path("data"), self.path("next", "data"))
        own = own.replace(self.path("maillog"), self.path("next", "maillog"))
        self.write("next/etc/main.cf", own + """
smtputf8_enable = no
smtpd_discard_ehlo_keywords = 8bitmime, smtputf8, chunking
smtp_discard_ehlo_keywords = 8bitmime, smtputf8, chunking
""")
        with open(self.path("etc", "master.cf"), encoding="utf-8") as file:
            master = file.read()
        master = master[:master.index(self.snippet("master.cf"))]
        self.write("next/etc/master.cf", master.replace(str(self.smtp_port), str(self.next_port)))

    def start_next(self):
        self.start("next", ["postfix", "-c", self.path("next", "etc"), "start-fg"], lambda: listens(self.next_port))

    def stop_all(self):
        if "next" in self.processes:
            subprocess.run(["postfix", "-c", self.path("next", "etc"), "stop"], stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            self.processes.pop("next").wait(30)
        super().stop_all()

    def settle_both(self):
        self.settle(60)

        def is_empty():
            done = subprocess.run(["postqueue", "-c", self.path("next", "etc"), "-j"], capture_output=True, check=False)
            return not done.stdout.strip()
        wait_for("empty second queue", 60, is_empty)


def mails():
    """Name and bytes; each gets a Message-ID of its own."""
    for name, text in MADE.items():
        yield name, crlf(text.encode())
    if not FOLDERS:
        for path in sorted(glob.glob(os.path.join(TOP, "tests/cases/*/mail.eml")))[::4]:
            with open(path, "rb") as file:
                yield os.path.basename(os.path.dirname(path)), crlf(file.read())
    for folder in FOLDERS:
        for path in sorted(glob.glob(os.path.join(folder, "**", "*.eml"), recursive=True)):
            with open(path, "rb") as file:
                data = re.sub(rb"(?im)^From:.*\r\n(?:[ \t].*\r\n)*", b"", crlf(file.read()), count=1)
                yield os.path.relpath(path, folder), b"From: orders@shop.example\r\n" + data


def identified(data, number):
    data = re.sub(rb"(?im)^Message-ID:.*\r\n(?:[ \t].*\r\n)*", b"", data, count=1)
    return b"Message-ID: <hop-%d@shop.example>\r\n" % number + data


VERIFIERS = [["/usr/bin/python3", os.path.join(TOP, "tests/check-dkim.py")],
             ["perl", os.path.join(TOP, "tests/sign/mail_dkim.pl")]]


def run_verifier(play, argv, files):
    done = subprocess.run([*argv, play.path("keyring"), *files], capture_output=True, text=True, check=False)
    return "" if done.returncode in (0, 77) else done.stdout + done.stderr


def verify(play, files):
    """What does not verify, by either program: all at once, and each when something is wrong."""
    bad = []
    for argv in VERIFIERS:
        if files and run_verifier(play, argv, files):
            for path in files:
                said = run_verifier(play, argv, [path])
                bad += [f"{os.path.basename(path)}: {os.path.basename(argv[-1])}: {said}"] if said else []
    return bad


def as_before(play, data, recipient, at):
    """What licetd handed to the first Postfix: licet run gives the same bytes."""
    source, out = play.write("before.eml", ""), play.path("before", "1.eml")
    with open(source, "wb") as file:
        file.write(data)
    done = play.licet("run", "--config", play.config, "--now", at, "--rcpt", recipient, "--from",
                      "orders@shop.example", "--json", "--out", play.path("before"), source, check=False)
    if not os.path.exists(out):  # Postfix mended its header first, and it is another mail
        return b"\r\n\r\n", False
    with open(out, "rb") as file:
        data = file.read()
    os.remove(out)
    return data, '"left":' in done.stdout


def send_all(play, counts):
    sent = {}
    for number, (name, data) in enumerate(mails()):
        data = identified(data, number)
        try:
            code, text = play.send(data, ["ana@example.com"] + ["bruno@example.com"] * (name == SPLIT))
        except Exception as problem:  # a mail that smtplib cannot send
            code, text = 0, str(problem)
        counts["taken" if code == 250 else f"not taken: {code}"] += 1
        if code == 250:
            sent[number] = name
        elif code < 500:
            print(f"# {name}: {code} {text}")
    play.settle_both()
    return sent


def time_of(data):
    """When its signature was made, or None."""
    stamp = re.search(rb"(?s)DKIM-Signature:.*?\bt=(\d+)", data.split(b"\r\n\r\n", 1)[0])
    return stamp and datetime.datetime.fromtimestamp(int(stamp.group(1)), datetime.timezone.utc).strftime(
        "%Y-%m-%dT%H:%M:%SZ")


def compare(play, copy, number, data, counts):
    """The two files to verify, when the copy is one that has to be unchanged."""
    at = time_of(copy["data"])
    before, left = as_before(play, data, copy["recipients"][0], at) if at else (b"", False)
    if not at or not time_of(before):
        counts["no signature"] += 1
    elif left:
        counts["left, so it may break"] += 1
    elif foreign(before):
        counts["with a signature of others"] += 1
    else:
        path = play.path(f"before-{number}-{copy['recipients'][0]}.eml")
        with open(path, "wb") as out:
            out.write(before)
        # A missing last line end is added on the way, which RFC 6376 3.4.4 foresees.
        same = body_of(before) == body_of(copy["data"])
        counts["same body bytes"] += same
        return [path, copy["file"]], same
    return [], True


def body_of(data):
    return data.split(b"\r\n\r\n", 1)[1].rstrip(b"\r\n")


def judge(play, sent, counts):
    problems, files, all_mails = [], [], dict(enumerate(mails()))
    for copy in play.received():
        found = re.search(rb"<hop-(\d+)@shop\.example>", copy["data"])
        number = int(found.group(1)) if found else -1
        if number not in sent:
            continue
        both, same = compare(play, copy, number, identified(all_mails[number][1], number), counts)
        files += both
        if not same:
            problems.append(f"{sent[number]}: the body changed")
    counts["verified before and after"] = len(files) // 2
    counts["of them split"] = sum("bruno" in path for path in files)
    return problems + verify(play, files)


def foreign(data):
    head = data.split(b"\r\n\r\n", 1)[0]
    return any(b"shop.example" not in domain for domain in re.findall(rb"\bd=([^;]+);", head))


def control(play):
    """The hops do convert: with eightbit = "keep" the same mails break."""
    play.stop_licetd()
    with open(play.config, "a", encoding="utf-8") as out:
        out.write('eightbit = "keep";\n')
    play.start_licetd()
    broken = 0
    for number, name in ((9001, "8-bit text"), (9002, "declared 8bit over ASCII")):
        assert play.send(identified(crlf(MADE[name].encode()), number), ["ana@example.com"])[0] == 250
        play.settle_both()
        copies = play.received_for("ana@example.com", f"hop-{number}@")
        assert len(copies) == 1
        broken += bool(verify(play, [copies[0]["file"]]))
    return broken == 2


def main():
    if os.geteuid() != 0 or not shutil.which("postfix", path="/usr/sbin:/usr/bin"):
        print("1..0 # SKIP needs root and Postfix")
        return 0
    os.environ["PATH"] = "/usr/sbin:/sbin:" + os.environ["PATH"]
    play = Hops(build=BUILD, now=None)
    counts = collections.Counter()
    failed = 0
    print("1..3", flush=True)
    try:
        play.prepare_licet()
        play.prepare_postfix()
        play.start_sink()
        play.start_licetd()
        play.start_next()
        play.start_postfix()
        sent = send_all(play, counts)
        problems = judge(play, sent, counts)
        for problem in problems:
            print("# " + problem[:1500].replace("\n", "\n# "))
        print(f"# {dict(counts)}")
        failed += bool(problems)
        print(f"{'not ' if problems else ''}ok 1 - every copy verifies before and after two hops")
        enough = counts["verified before and after"] >= len(MADE) and counts["of them split"] == 1
        failed += not enough
        print(f"{'' if enough else 'not '}ok 2 - mails of all kinds got through")
        converts = control(play)
        failed += not converts
        print(f"{'' if converts else 'not '}ok 3 - with eightbit = \"keep\" the same hops break signatures")
    finally:
        if failed and os.environ.get("LICET_KEEP"):
            play.stop_all()
            print(f"# kept {play.dir}")
        else:
            play.clean_up()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
