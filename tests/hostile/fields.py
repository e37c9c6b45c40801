# SPDX-License-Identifier: BSD-2-Clause
"""B2: header fields that are too many, too long, double, empty, broken or forged."""

from world import OFFER, RECEIPT, b64, crlf, expects, header, leaf, outcome, page, run

NAME = "header fields"
PAGE = leaf(page(), "text/html; charset=utf-8")
HEAD = header()


def more(text):
    return crlf(HEAD + text + PAGE)


def other(old, new):
    assert old in HEAD
    return crlf(HEAD.replace(old, new) + PAGE)


def folded(text, every=900):
    return "\n ".join(text[i:i + every] for i in range(0, len(text), every))


FROM, SUBJECT = "From: Shop Example <orders@shop.example>\n", "Subject: Ihre Bestellung 2026-10042\n"

TABLE = [
    ("two From fields", more("From: other@shop.example\n"), "refuse: two From"),
    ("two From fields of two names", more("From: Shop Example <orders@shop.test>\n"), "refuse: two From"),
    ("two Subject fields", more("Subject: Noch einer\n"), "refuse: two Subject"),
    ("two To fields", more("To: other@example.de\n"), "refuse: conflicting"),
    ("two Reply-To fields", more("Reply-To: a@shop.example\nReply-To: b@shop.example\n"), "refuse: conflicting"),
    ("two Sender fields", more("Sender: a@shop.example\nSender: b@shop.example\n"), "refuse: conflicting"),
    ("two Date fields", more("Date: Tue, 24 Nov 2026 10:00:00 +0100\n"), "refuse: conflicting"),
    ("two Message-ID fields", more("Message-ID: <e2@shop.example>\n"), "refuse: conflicting"),
    ("two List-Unsubscribe fields", more("List-Unsubscribe: <https://a.example>\nList-Unsubscribe: <https://b.example>\n"), "strip"),
    ("no From", other(FROM, ""), "strip"),
    ("an empty From", other(FROM, "From:\n"), "strip"),
    ("From without an address", other(FROM, "From: Shop Example\n"), "strip"),
    ("From of two people", other(FROM, "From: a@shop.example, b@other.example\n"), "strip"),
    ("From that is a group", other(FROM, "From: Shop: a@shop.example, b@shop.example;\n"), "strip"),
    ("From whose name is another address", other(FROM, 'From: "bank@bank.example" <orders@shop.example>\n'), "strip"),
    ("From folded before its address", other(FROM, "From: Shop Example\n <orders@shop.example>\n"), "strip"),
    ("From folded with a line of blanks", other(FROM, "From: Shop Example\n \n <orders@shop.example>\n"), "strip"),
    ("From in capitals", other("From: ", "FROM: "), "strip"),
    ("no Subject", other(SUBJECT, ""), "strip"),
    ("a Subject of nothing", other(SUBJECT, "Subject:\n"), "strip"),
    ("a Subject in raw UTF-8", other("Ihre Bestellung", "Für Sie: Ihre Bestellung"), "strip"),
    ("a Subject that is no UTF-8", other("Ihre", "F\udcfcr Ihre"), "strip"),
    ("a Subject in a character set that is not known", other("Ihre", "=?x-none?Q?Ihre?="), "strip"),
    ("a Subject with an encoded word that does not end", other("Ihre", "=?utf-8?Q?Ihre"), "strip"),
    ("a Subject with a letter in two encoded words", other("Ihre", "=?utf-8?B?w?= =?utf-8?B?vA==?="), "strip"),
    ("a Subject with a line end in an encoded word", other("Ihre", "=?utf-8?Q?Ihre=0D=0ABcc:_x@y.example?="), "strip"),
    ("a Subject with a NUL in an encoded word", other("Ihre", "=?utf-8?Q?Ih=00re?="), "strip"),
    ("a Subject of 60,000 letters", other("Ihre", folded("Ihre " * 12000)), "strip"),
    ("a line of 998 letters", more("X-A: " + "b" * 993 + "\n"), "strip"),
    ("a line of 5,000 letters", more("X-A: " + "b" * 4995 + "\n"), "strip"),
    ("a header of 300 KiB", more("".join(f"X-A{i}: {'b' * 900}\n" for i in range(340))), "malformed: the header is too long"),
    ("1,001 fields", more("X-A: b\n" * 1001), "malformed: too many fields"),
    ("a name of 300 letters", more("X" * 300 + ": b\n"), "malformed: the name is too long"),
    ("a name of no letters", more(": b\n"), "malformed: without a name"),
    ("a name with a blank", more("X A: b\n"), "refuse"),
    ("a name beyond ASCII", more("X-Ä: b\n"), "refuse"),
    ("a line that is no field", more("hello\n"), "refuse: no effect"),
    ("a first line that is folded", crlf(" x\n" + HEAD + PAGE), "malformed: no header"),
    ("an mbox line", crlf("From orders@shop.example Tue Nov 24 09:00:00 2026\n" + HEAD + PAGE), "strip"),
    ("200 Received fields", crlf("Received: from a by b; Tue, 24 Nov 2026 09:00:00 +0100\n" * 200 + HEAD + PAGE), "strip"),
    ("a Date that is none", other("Tue, 24 Nov 2026 09:00:00 +0100", "yesterday"), "strip"),
    ("a Date in the year 9999", other("24 Nov 2026", "24 Nov 9999"), "strip"),
    ("a purpose that is not known", more("X-Licet-Purpose: surprise\n"), "strip"),
    ("two purposes that contradict", more("X-Licet-Purpose: receipt\nX-Licet-Purpose: newsletter\n"), "strip"),
    ("two kinds of promotion in one field", more("X-Licet-Purpose: offer, receipt,\n newsletter\n"), "malformed: two promotional purposes"),
    ("two kinds of promotion in two fields", more("X-Licet-Purpose: offer\nX-Licet-Purpose: newsletter\n"), "malformed: two promotional purposes"),
    ("one kind of promotion twice", more("X-Licet-Purpose: offer\nX-Licet-Purpose: receipt, offer\n"), "strip"),
    ("a class that is not known", more("X-Licet-Class: harmless\n"), "strip"),
    ("a class that hides the block", more("X-Licet-Class: transactional\n"), "strip"),
    ("a country that is none", more("X-Licet-Country: XY\n"), "strip"),
    ("a route of the daemon's own", more("X-Licet-Route: split\n"), "strip"),
    ("a mark of the second port", more("X-Licet-Guard: 1:00112233445566778899aabbccddeeff\n"), "strip"),
    ("a reason of the daemon's own", more("X-Licet-Unsigned: no key\n"), "strip"),
    ("a template mark that is not ours", more("X-Licet-Template: ../../etc/passwd\n"), "strip"),
    ("30 signatures that are not ours", more("".join(
        f"DKIM-Signature: v=1; a=rsa-sha256; d=d{i}.example; s=s; h=from; bh=eA==; b=eA==\n" for i in range(30))), "strip"),
]

# Names of the daemon's own that come from outside must not leave (include/licet/pipeline.h).
OWN = ("X-Licet-Route: split", "X-Licet-Unsigned: no key", "X-Licet-Purpose: receipt", "X-Licet-Class: transactional",
       "X-Licet-Country: DE")


def leaves(line):
    def check():
        *_, copies = run(crlf(HEAD + line + "\n" + leaf(RECEIPT)))
        name = line.split(":")[0]
        found = [field for copy in copies for field in copy.split(b"\r\n\r\n")[0].decode("latin-1").split("\r\n") if field == line]
        return None if copies and not found else f"{name} leaves, or nothing does"
    return check


def rows():
    for name, mail, want in TABLE:
        yield name, expects(mail, want)
    for line in OWN:
        yield f"a field of the daemon's own does not leave: {line}", leaves(line)
