# SPDX-License-Identifier: BSD-2-Clause
"""B1: MIME structure that readers take differently, that breaks its rules, or that has no end."""

from world import MARKED, OFFER, RECEIPT, TEXT, b64, crlf, expects, header, leaf, multi, one, page

NAME = "MIME structure"
PAGE = leaf(page(), "text/html; charset=utf-8")
PLAIN = leaf(TEXT)
CLEAN = leaf(RECEIPT)
LATER = "Ihr Wasserkocher kommt am Freitag."


def raw(more, body=PAGE):
    return one(f"{more}\n{body}")


def boxed(kind='multipart/mixed; boundary="a"', between="", end="--a--\n", first=CLEAN, second=PAGE, mark="a"):
    return one(f"Content-Type: {kind}\n{between}\n--{mark}\n{first}\n--{mark}\n{second}\n{end}")


def nested(depth, inside=PAGE):
    text = inside
    for level in range(depth):
        text = multi("mixed", CLEAN, text, boundary=f"n{level}x")
    return one(text)


def messages(depth):
    text = PAGE
    for _ in range(depth):
        text = f"Content-Type: message/rfc822\n\n{header()}{text}"
    return one(text)


TABLE = [
    ("two Content-Type fields", one(f"Content-Type: text/plain; charset=utf-8\n{PAGE}"), "refuse: no effect"),
    ("two Content-Type fields that agree", one(f"Content-Type: text/html; charset=utf-8\n{PAGE}"), "refuse: given twice"),
    ("two transfer encodings", one(f"Content-Transfer-Encoding: base64\n{PAGE}"), "refuse: given twice"),
    ("two MIME-Version fields", one(f"MIME-Version: 1.0\n{PAGE}"), "refuse: given twice"),
    ("two dispositions of the part", boxed(second=leaf(page(), "text/html; charset=utf-8", more=(
        "Content-Disposition: inline\nContent-Disposition: attachment\n"))), "refuse: given twice"),
    ("two charset parameters", one(leaf(page(), "text/html; charset=utf-8; charset=utf-16")), "refuse: given twice"),
    ("two boundary parameters", boxed('multipart/mixed; boundary="a"; boundary="b"'), "refuse: given twice"),
    ("a boundary in the form of RFC 2231", boxed("multipart/mixed; boundary*=us-ascii''a"), "refuse: RFC 2231"),
    ("a boundary in pieces", boxed("multipart/mixed; boundary*0=\"a\"; boundary*1=\"\""), "refuse: RFC 2231"),
    ("a comment in the type", one(leaf(page(), "text/(plain)html; charset=utf-8")), "refuse: no effect"),
    ("a type without a subtype", one(leaf(page(), "text; charset=utf-8")), "refuse: no type"),
    ("a type with two slashes", one(leaf(page(), "text/html/plain; charset=utf-8")), "refuse"),
    ("an empty type", one(leaf(page(), "")), "refuse"),
    ("a type in capitals", one(leaf(page(), "TEXT/HTML; CHARSET=UTF-8")), "strip"),
    ("a type folded before its parameter", one(leaf(page(), "text/html;\n charset=utf-8")), "strip"),
    ("a type folded with a tab", one(leaf(page(), "text/html;\n\tcharset=utf-8")), "strip"),
    ("a comment behind the type", one(leaf(page(), "text/html (a page); charset=utf-8")), "refuse: no effect"),
    ("an empty parameter at the end", one(leaf(page(), "text/html; charset=utf-8;")), "strip"),
    ("65 parameters", one(leaf(page(), "text/html; charset=utf-8" + "".join(f";\n a{i}=b" for i in range(65)))),
     "refuse: too many parameters"),
    ("a multipart without a boundary", boxed("multipart/mixed"), "refuse: usable boundary"),
    ("a boundary of nothing", boxed('multipart/mixed; boundary=""', mark="", end="----\n"), "refuse: boundary"),
    ("a boundary of 71 characters", boxed(f'multipart/mixed; boundary="{"a" * 71}"', mark="a" * 71, end=f"--{'a' * 71}--\n"),
     "refuse: usable boundary"),
    ("a boundary of 70 characters", boxed(f'multipart/mixed; boundary="{"a" * 70}"', mark="a" * 70, end=f"--{'a' * 70}--\n"),
     "strip"),
    ("a boundary that ends in a blank", boxed('multipart/mixed; boundary="a "', mark="a ", end="--a --\n"),
     "refuse: usable boundary"),
    ("a boundary with a backslash", boxed('multipart/mixed; boundary="a\\b"', mark="ab", end="--ab--\n"), "strip"),
    ("a boundary with blanks inside", boxed('multipart/mixed; boundary="a b"', mark="a b", end="--a b--\n"), "strip"),
    ("a boundary that begins another one", one('Content-Type: multipart/mixed; boundary=ab\n\n--ab\n'
                                               f'Content-Type: multipart/mixed; boundary=a\n\n--a\n{PAGE}\n--ab\n{CLEAN}\n--ab--\n'),
     "refuse: without its end"),
    ("one boundary at two levels", one('Content-Type: multipart/mixed; boundary=a\n\n--a\n'
                                       f'Content-Type: multipart/mixed; boundary=a\n\n--a\n{PAGE}\n--a--\n--a--\n'), "refuse: two levels"),
    ("blanks behind a boundary", one(f'Content-Type: multipart/mixed; boundary="a"\n\n--a  \n{CLEAN}\n--a\t\n{PAGE}\n--a-- \n'),
     "strip"),
    ("text behind a boundary", one(f'Content-Type: multipart/mixed; boundary="a"\n\n--a\n{CLEAN}\n--a x\n{PAGE}\n--a--\n'),
     "refuse: no effect"),
    ("no end", boxed(end=""), "refuse: without its end"),
    ("no end of the inner one", one(f'Content-Type: multipart/mixed; boundary="a"\n\n--a\nContent-Type: multipart/alternative; '
                                    f'boundary="b"\n\n--b\n{PAGE}\n--a--\n'), "refuse: without its end"),
    ("no parts", one(f'Content-Type: multipart/mixed; boundary="a"\n\n{page()}\n--a--\n'), "refuse: without parts"),
    ("an end and parts behind it", boxed(end=f"--a--\n--a\n{PAGE}\n--a--\n", second=CLEAN), "refuse"),
    ("offer before the first part", one(f'Content-Type: multipart/mixed; boundary="a"\n\n{OFFER}\n--a\n{CLEAN}\n--a--\n'), "refuse"),
    ("offer behind the last part", one(f'Content-Type: multipart/mixed; boundary="a"\n\n--a\n{CLEAN}\n--a--\n{OFFER}\n'), "refuse"),
    ("a multipart in base64", one('Content-Type: multipart/mixed; boundary="a"\nContent-Transfer-Encoding: base64\n\n' +
                                  b64(f"--a\r\n{PAGE}\r\n--a--\r\n") + "\n"), "refuse: encoded multipart"),
    ("a multipart in quoted-printable", boxed(between="Content-Transfer-Encoding: quoted-printable\n"), "refuse: encoded multipart"),
    ("a part without an empty line", one(f'Content-Type: multipart/mixed; boundary="a"\n\n--a\nContent-Type: text/html\n--a\n{PAGE}\n--a--\n'),
     "refuse: empty line"),
    ("a part header line that is no field", boxed(second=f"no field\n{PAGE}"), "refuse: no effect"),
    ("a part without a header", boxed(first=f"\n{RECEIPT}\n"), "strip"),
    ("an unknown kind of multipart", boxed('multipart/x-shop; boundary="a"'), "strip"),
    ("multipart/related whose start is the other part", boxed('multipart/related; boundary="a"; start="<p2>"', second=leaf(
        page(), "text/html; charset=utf-8", more="Content-ID: <p2>\n")), "strip"),
    ("multipart/digest", one(f'Content-Type: multipart/digest; boundary="a"\n\n--a\n\n{header()}{PAGE}\n--a--\n'), "refuse"),
    ("multipart/parallel", boxed('multipart/parallel; boundary="a"'), "strip"),
    ("alternatives the wrong way round", one(multi("alternative", PAGE, PLAIN)), "strip"),
    ("three alternatives of one kind", one(multi("alternative", PLAIN, PAGE, PAGE)), "strip"),
    ("multipart/signed", one(multi("signed", PAGE, leaf("x", "application/pgp-signature", "7bit"),
                                   more='; protocol="application/pgp-signature"; micalg=pgp-sha256')), "refuse"),
    ("multipart/encrypted with a page", one(multi("encrypted", leaf("Version: 1", "application/pgp-encrypted", "7bit"), PAGE,
                                                  more='; protocol="application/pgp-encrypted"')), "refuse"),
    ("sealed and opaque", one(leaf(b64(page()), 'application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"', "base64")), "refuse"),
    ("TNEF with a page in it", one(multi("mixed", CLEAN, leaf(b64(b"\x78\x9f\x3e\x22" + page().encode()), "application/ms-tnef",
                                                              "base64", 'Content-Disposition: attachment; filename="winmail.dat"\n'))),
     "refuse"),
    ("a message in the message", messages(1), "refuse"),
    ("a message in a message in the message", messages(2), "refuse"),
    ("a message in base64", one(leaf(b64(crlf(header() + PAGE)), "message/rfc822", "base64")), "refuse: inside another message"),
    ("a piece of a message", one(leaf(page(), 'message/partial; id="a@b"; number=1; total=2', "7bit")), "refuse"),
    ("a part that is elsewhere", one(multi("mixed", CLEAN, leaf("", 'message/external-body; access-type=URL; URL="https://shop.example/zirbelholz"',
                                                                "7bit"))), "refuse"),
    ("an encoding that is not known", one(leaf(page(), "text/html; charset=utf-8", "x-plain")), "refuse"),
    ("an encoding with a comment", one(leaf(page(), "text/html; charset=utf-8", "8bit (really)")), "refuse: not known"),
    ("an encoding of two words", one(leaf(page(), "text/html; charset=utf-8", "7bit base64")), "refuse: not known"),
    ("XHTML as an application", one(leaf(page(), "application/xhtml+xml; charset=utf-8")), "refuse"),
    ("a page called text/x-html", one(leaf(page(), "text/x-html; charset=utf-8")), "refuse"),
    ("30 levels", nested(30), "strip"),
    ("33 levels", nested(33), "malformed: deep"),
    ("1,001 parts", one(multi("mixed", PAGE, *[leaf("x")] * 1001)), "malformed: parts"),
    ("no MIME-Version", crlf(header().replace("MIME-Version: 1.0\n", "") + PAGE), "strip"),
    ("MIME-Version 2.0", crlf(header().replace("MIME-Version: 1.0\n", "MIME-Version: 2.0\n") + PAGE), "strip"),
    ("a blank before the colon", one(f"Content-Type : text/plain; charset=utf-8\n{PAGE}"), "refuse"),
]


def rows():
    for name, mail, want in TABLE:
        yield name, expects(mail, want)
