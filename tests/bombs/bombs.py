#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Mail that is made to hang or to fill a reader: each has its outcome, within a bounded time and 64 MB.

Arguments: the top of the source tree, the build directory. Time is processor time of a process that
runs the whole pipeline, without what it takes for a mail of one word, which is reading policies and
vocabularies; memory is that of the whole process. Both are the best of a few runs. What is aimed at
is 100 ms, whatever the size: on an idle machine --exact fails on more. Without it ten times that is
allowed, which no busy machine reaches and a reader that is not linear passes at once, so that the
test fails for licet alone; those above 100 ms are counted at the end. Sanitizers change time and
memory, so there only the outcome counts. LICET_BOMB=word runs those with the word in their name.
Prints TAP.
"""
import os
import subprocess
import sys
import tempfile
import time

EXACT = "--exact" in sys.argv
TOP, BUILD = (os.path.abspath(path) for path in ([path for path in sys.argv[1:] if path != "--exact"] + [".", "."])[:2])
LICET = os.environ.get("LICET", os.path.join(BUILD, "licet"))
AIM_SECONDS, MOST_KILOBYTES, MOST_ADDRESS_SPACE = 0.100, 64 * 1024, 1 << 30
MOST_SECONDS = AIM_SECONDS if EXACT else 10 * AIM_SECONDS
MOST_RUNS = 4
HEAD = "From: orders@shop.example\r\nSubject: Your order\r\nMIME-Version: 1.0\r\n"
SHOP = "<!-- licet:promotional --><p>Buy more</p><!-- /licet:promotional -->"


def html(body, subject="Your order"):
    head = HEAD.replace("Your order", subject)
    return (head + "Content-Type: text/html; charset=utf-8\r\n\r\n" + body + "\r\n").encode()


def fields(text):
    return (HEAD + text + "\r\nx\r\n").encode()


def folded(text, every=900):
    return "\r\n ".join(text[i:i + every] for i in range(0, len(text), every))


def parts(count):
    return (HEAD + "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + "--b\r\n\r\nx\r\n" * count
            + "--b--\r\n").encode()


def nested_parts(depth):
    opening = "".join(f"Content-Type: multipart/mixed; boundary=b{i}\r\n\r\n--b{i}\r\n" for i in range(depth))
    return (HEAD + opening + "\r\nx\r\n").encode()


def nested_messages(depth):
    return (HEAD + "Content-Type: message/rfc822\r\n\r\n" * depth + "\r\nx\r\n").encode()


def quoted(body):
    return (HEAD + "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
            + body + "\r\n").encode()


def sheet(selectors, elements, rule="{display:none}"):
    css = "".join(f".c{i}{rule}" for i in range(selectors))
    return html(f"<style>{css}</style>" + "".join(f"<i class='c{i} x'>a</i>" for i in range(elements)))


def ruled(rule, count, body, charset="utf-8"):
    """A page whose style sheet has a rule (with its number in the place of N) many times."""
    css = "".join(rule.replace("N", str(number)) for number in range(count))
    mail = html(SHOP + f"<style>{css}</style>" + body).decode()
    return mail.replace("charset=utf-8", "charset=" + charset).encode(charset)


TOO_MANY_RULES = "its style sheets have too many rules for its elements"

# Name, mail, what licet says.
BOMBS = [
    ("a parameter name of odd letters", lambda: fields('Content-Type: text/plain; ' + "\u00e4" * 32 + '*0*=x\r\n'),
     "a parameter without a name"),
    ("125,000 address groups", lambda: fields("Reply-To: " + folded("a:" * 125000) + "\r\n"),
     "too many address groups"),
    ("125,000 address groups in From", lambda: ("From: " + "a:" * 125000 + "\r\n\r\nx\r\n").encode(),
     "too many address groups"),
    ("125,000 address groups in an attached message",
     lambda: (HEAD + "Content-Type: message/rfc822\r\n\r\nTo: " + "a:" * 125000 + "\r\n\r\nx\r\n").encode(),
     "too many address groups"),
    ("100,000 header fields", lambda: fields("X-A: b\r\n" * 100000), "too many fields"),
    ("15,000 addresses", lambda: fields("To: " + folded("a@b.example, " * 15000) + "c@d.example\r\n"),
     "delivered whole"),
    ("a field of 3 MB", lambda: fields("X-A: " + "b" * 3000000 + "\r\n"), "the header is too long"),
    ("5,000 parameters", lambda: fields("Content-Type: text/plain" + ";\r\n a=b" * 5000 + "\r\n"),
     "a parameter given twice"),
    ("2,000 continued parameters",
     lambda: fields("Content-Disposition: attachment" + "".join(f";\r\n filename*{i}=x" for i in range(2000)) + "\r\n"),
     "too many parameters"),
    ("200 kB of encoded words in the subject",
     lambda: html("x", subject=folded("=?utf-8?q?=41?= " * 12500, 960).rstrip()), "refused"),
    ("an encoded word that never ends", lambda: html("x", subject="=?utf-8?q?" * 20000),
     "refused"),
    ("400,000 parts", lambda: parts(400000), "too many parts"),
    ("20,000 nested multiparts", lambda: nested_parts(20000), "parts are nested too deep"),
    ("20,000 nested messages", lambda: nested_messages(20000), "parts are nested too deep"),
    ("100,000 lines that begin like a boundary",
     lambda: (HEAD + "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + "--c\r\n" * 100000 + "--b--\r\n").encode(),
     "a multipart without parts"),
    ("60 kB of unclosed letters", lambda: html(SHOP + "<i>" * 20000), "its HTML is nested too deep"),
    ("6 MB of spans", lambda: html(SHOP + "<span>" * 1000000), "its HTML is too long"),
    ("6 MB of closed spans", lambda: html(SHOP + "<span></span>" * 460000), "its HTML is too long"),
    ("elements 20,000 deep", lambda: html(SHOP + "<div>" * 20000 + "x" + "</div>" * 20000),
     "its HTML is nested too deep"),
    ("tables 5,000 deep", lambda: html(SHOP + "<table><tr><td>" * 5000), "its HTML is nested too deep"),
    ("letters closed out of order", lambda: html(SHOP + "<p><b><i><u></p>" * 20000),
     "its HTML is nested too deep"),
    ("a line of 3 MB", lambda: html(SHOP + "x" * 3000000), "its HTML is too long"),
    ("a plain line of 3 MB", lambda: (HEAD + "\r\n" + "x" * 3000000 + "\r\n").encode(), "delivered whole"),
    ("300,000 paragraphs", lambda: (HEAD + "\r\nYour order 48213 is on its way.\r\n\r\n" + "a b c\r\n\r\n" * 300000).encode(),
     "delivered whole"),
    ("1,000,000 attributes of one tag", lambda: html(SHOP + "<p" + " a" * 1000000 + ">x</p>"),
     "a tag of its HTML has too many attributes"),
    ("255 attributes of each tag", lambda: html(SHOP + ("<p" + " a" * 255 + ">x</p>") * 3800),
     "its HTML has too many attributes"),
    ("a number of a million digits", lambda: html(SHOP + "&#" + "9" * 1000000 + ";"), "refused"),
    ("a name of a million letters", lambda: html(SHOP + "&" + "a" * 1000000 + ";"),
     "delivered without the promotional blocks"),
    ("660,000 ampersands", lambda: html(SHOP + "&no" * 660000),
     "its HTML has too many character references"),
    ("50,000 unclosed comments", lambda: html(SHOP + "<!-- x " * 50000), "refused"),
    ("comments of dashes", lambda: html(SHOP + "<!" + "-" * 1500000), "refused"),
    ("75,000 comments for Outlook", lambda: html(SHOP + "<!--[if mso]>x<![endif]-->" * 75000), "refused"),
    ("100,000 begins of a comment for Outlook", lambda: html(SHOP + "<!--[if " * 100000), "refused"),
    ("250,000 quotes that do not close", lambda: html(SHOP + "<a b=\"" * 250000), "refused"),
    ("end tags without begin", lambda: html(SHOP + "<div>" * 200 + "</b></i></u>" * 100000),
     "its HTML is nested too deep"),
    ("a script of half tags", lambda: html(SHOP + "<script>" + "</scrip" * 250000), "refused"),
    ("a script of comments", lambda: html(SHOP + "<script>" + "<!--<script" * 150000), "refused"),
    ("10,000 selectors on 10,000 elements", lambda: sheet(10000, 10000), "delivered whole"),
    ("one class with 50,000 rules on 50,000 elements",
     lambda: html("<style>" + ".x{color:red}" * 50000 + "</style>" + "<i class=x>a</i>" * 50000),
     "delivered whole"),
    ("80,000 selectors", lambda: html(SHOP + "<style>" + "".join(f".a{i}{{color:red}}" for i in range(80000)) + "</style>"),
     "its style sheet has too many selectors"),
    ("80,000 selectors of a descendant", lambda: ruled(".a .bN{color:red}", 80000, "<p>a"), TOO_MANY_RULES),
    ("3,900 rules that any element might meet",
     lambda: ruled("pN *{color:red}", 3900, "<p>" * 19000), TOO_MANY_RULES),
    ("3,900 rules that each element meets",
     lambda: ruled(".o *{color:red}", 3900, "<b class=o>" + "<i>a</i>" * 15000), TOO_MANY_RULES),
    ("500 rules of 28 descendants, 200 deep",
     lambda: ruled(".o " + "i " * 28 + "b i{color:red}", 500, "<b class=o>" + "<i>" * 200 + "<i>a</i>" * 15000),
     TOO_MANY_RULES),
    ("a rule below an element of 500,000 classes",
     lambda: ruled(".o p{color:red}", 1, "<div class='" + "a " * 500000 + "o'>" + "<p>a</p>" * 15000), TOO_MANY_RULES),
    ("an element of 800,000 classes with rules",
     lambda: ruled(".o .a{color:red}.a p{color:red}.b{color:red}", 1,
                   "<div class='" + "a b " * 400000 + "o'>" + "<p>a</p>" * 15000), "refused"),
    ("500 rules on letters of another character set",
     lambda: ruled(".o [title]{color:red}", 500, "<div class=o>" + "<p title='\u00e9'>a</p>" * 15000, "iso-8859-1"),
     TOO_MANY_RULES),
    ("500 rules on letters of a multibyte character set",
     lambda: ruled(".o [title]{color:red}", 500, "<div class=o>" + "<p title='\u4e00'>a</p>" * 15000, "gb18030"),
     TOO_MANY_RULES),
    ("500 rules that search long values",
     lambda: ruled(".o [title*=" + "a" * 30 + "b i]{color:red}", 500,
                   "<div class=o>" + ("<p title='" + "a" * 1900 + "'>a</p>") * 400), TOO_MANY_RULES),
    ("500 rules on 5,000 character references",
     lambda: ruled(".o .x p{color:red}", 500, "<div class=o><div class='x " + "&notinx" * 5000 + "'>" + "<p>a</p>" * 15000),
     TOO_MANY_RULES),
    ("a list of 500,000 selectors", lambda: html(SHOP + "<style>" + "a," * 500000 + "b{color:red}</style>"),
     "refused"),
    ("150,000 blocks in a sheet", lambda: html(SHOP + "<style>" + "@media x{" * 150000 + "</style>"),
     "refused"),
    ("250,000 open braces and quotes", lambda: html(SHOP + "<style>" + "a{b:'" * 250000 + "</style>"),
     "refused"),
    ("70,000 style sheets", lambda: html(SHOP + "<style>a{}</style>" * 70000),
     "its HTML has too many elements"),
    ("an element of 600,000 classes",
     lambda: html(SHOP + "<style>.x{color:red}</style><p class='" + "x " * 600000 + "'>a</p>"), "refused"),
    ("150,000 style declarations", lambda: html(SHOP + "<p style='" + "color:red;" * 150000 + "'>a</p>"),
     "refused"),
    ("100,000 hidden elements", lambda: html(SHOP + "<p hidden>x</p>y" * 100000),
     "its HTML has too many elements"),
    ("75,000 begin marks", lambda: html("<!-- licet:promotional -->" * 75000),
     "a marked block without its end"),
    ("70,000 end marks", lambda: html("<!-- /licet:promotional -->" * 70000),
     "the end of a marked block that does not begin"),
    ("1,000 blocks", lambda: html(SHOP * 1000), "more than 256 marked blocks"),
    ("250 blocks", lambda: html(("<p>Receipt</p>" + SHOP) * 250),
     "delivered without the promotional blocks"),
    ("50,000 marked elements", lambda: html("<p data-licet=promotional>x</p>" * 50000),
     "its HTML has too many elements"),
    ("60,000 links", lambda: html("<a href=http://a.example/>x</a>" * 60000), "delivered whole"),
    ("100,000 addresses in plain text", lambda: (HEAD + "\r\n" + "http://a.example/\r\n" * 100000).encode(),
     "delivered whole"),
    ("2 MB of equals signs", lambda: quoted("=" * 2000000), "a broken transfer encoding"),
    ("2 MB of soft line breaks", lambda: quoted("=\r\n" * 660000), "delivered whole"),
    ("2 MB of broken base64",
     lambda: (HEAD + "Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n" + "=A" * 1000000 + "\r\n").encode(),
     "a broken transfer encoding"),
    ("escapes of another character set",
     lambda: (HEAD + "Content-Type: text/html; charset=iso-2022-jp\r\n\r\n" + "\x1b$B\x1b(B" * 250000 + "\r\n").encode(),
     "delivered whole"),
]


def write_mail(path, make):
    """In a process of its own, whose memory the kernel would count as that of the next one."""
    child = os.fork()
    if child == 0:
        with open(path, "wb") as stream:
            stream.write(make())
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0


def run_once(path, limited):
    command = [LICET, "run", "--policies=" + os.path.join(TOP, "policies"), "--consent=memory:",
               "--from=orders@shop.example", "--rcpt=ana@example.com", "--now=2026-11-24T15:00:00Z", path]
    if limited:
        command = ["/usr/bin/prlimit", f"--as={MOST_ADDRESS_SPACE}", "--cpu=20"] + command
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = status
        out.seek(0)
        text = out.read().decode("utf-8", "replace")
    return status, text, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def said(status, text, path):
    """The reason of a refusal, else what becomes of the recipient."""
    if os.WIFSIGNALED(status):
        return f"killed by signal {os.WTERMSIG(status)}"
    lines = [line for line in text.splitlines() if "note:" not in line]
    for number, line in enumerate(lines):
        if line.startswith("  ana@example.com"):
            verdict = line.split(": ", 1)[1].split("  [")[0]
            reply = lines[number + 1] if verdict == "refused" else ""
            return verdict + (": " + reply.split("; ", 1)[1].split(". Source")[0] if "; " in reply else "")
    return lines[-1].replace(path, "").removeprefix("licet: : ") if lines else ""


def is_sanitized():
    with open(LICET, "rb") as stream:
        return b"__asan_init" in stream.read() or "sanitize" in os.environ.get("CFLAGS", "")


def start_seconds(plain):
    return min(run_once(plain, False)[2] for _ in range(3))


def check(path, wanted, start):
    """What is wrong, and time and memory of the best run; without a time of start only the outcome counts."""
    best_time, best_memory = 1e9, 1 << 40
    for _ in range(MOST_RUNS if start else 1):
        status, text, seconds, kilobytes = run_once(path, start > 0)
        outcome = said(status, text, path)
        if wanted not in outcome or not wanted:
            return f"it says: {outcome}", seconds, kilobytes
        best_time = min(best_time, seconds - start)
        best_memory = min(best_memory, kilobytes)
        if not start or (best_time <= AIM_SECONDS and best_memory <= MOST_KILOBYTES):
            return None, best_time, best_memory
    if best_memory > MOST_KILOBYTES:
        return "it takes too much memory", best_time, best_memory
    return "it takes too long" if best_time > MOST_SECONDS else None, best_time, best_memory


def main():
    bombs = [bomb for bomb in BOMBS if os.environ.get("LICET_BOMB", "") in bomb[0]]
    bad = above = 0
    print(f"1..{len(bombs)}")
    with tempfile.TemporaryDirectory() as work:
        path, plain = os.path.join(work, "mail.eml"), os.path.join(work, "plain.eml")
        write_mail(plain, lambda: fields(""))
        start = 0 if is_sanitized() else start_seconds(plain)
        for number, (name, make, wanted) in enumerate(bombs, 1):
            write_mail(path, make)
            problem, seconds, kilobytes = check(path, wanted, start)
            above += seconds > AIM_SECONDS
            print(f"# {os.path.getsize(path)} bytes, {seconds * 1000:.0f} ms, {kilobytes / 1024:.0f} MB")
            if problem:
                print(f"# {problem}")
                bad += 1
            print(f"{'not ok' if problem else 'ok'} {number} - {name}: {wanted}")
    print(f"# {above} of {len(bombs)} took more than {AIM_SECONDS * 1000:.0f} ms")
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
