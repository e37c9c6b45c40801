# SPDX-License-Identifier: BSD-2-Clause
"""B3: character sets and encodings that are odd, wrong, unknown, or made to split a mark."""

import base64
import quopri

from world import MARKED, OFFER, RECEIPT, TEXT, b64, crlf, expects, header, leaf, one, page

NAME = "character sets"
ASCII = page(MARKED.encode("ascii", "xmlcharrefreplace").decode())
PAGE = page()


def raw(data, charset="utf-8", kind="text/html", encoding="8bit"):
    """Bytes as they are in a body under this label."""
    label = f"; charset={charset}" if charset else ""
    return crlf(header() + f"Content-Type: {kind}{label}\nContent-Transfer-Encoding: {encoding}\n\n") + data + b"\r\n"


def in64(data, charset, kind="text/html"):
    return raw(base64.encodebytes(data).replace(b"\n", b"\r\n"), charset, kind, "base64")


def quoted(text, charset="utf-8"):
    return raw(text.encode().replace(b"\n", b"\r\n"), charset, encoding="quoted-printable")


def wrapped(text, at):
    """The same bytes in quoted-printable with a soft line break behind each of these texts."""
    data = quopri.encodestring(text.encode(), quotetabs=False).decode().replace("=\n", "")
    for word in at:
        assert word in data, word
        data = data.replace(word, word + "=\n")
    out, line = [], ""
    for piece in data.split("\n"):
        while len(piece) > 70:
            cut = 70 if "=" not in piece[68:70] else 67
            out.append(piece[:cut] + "=")
            piece = piece[cut:]
        out.append(piece)
    return quoted("\n".join(out))


TABLE = [
    # Supersets of ASCII: spliced as they are.
    ("windows-1252", raw(PAGE.encode("cp1252"), "windows-1252"), "strip"),
    ("iso-8859-15", raw(PAGE.encode("iso-8859-15"), "iso-8859-15"), "strip"),
    ("koi8-r", raw(ASCII.encode("koi8-r"), "koi8-r"), "strip"),
    ("windows-1251 in base64", in64(ASCII.encode("cp1251"), "windows-1251"), "strip"),
    ("euc-jp", raw(ASCII.replace("Ihr ", "御 ").encode("euc-jp"), "euc-jp"), "strip"),
    ("us-ascii", raw(ASCII.encode(), "us-ascii"), "strip"),
    ("no label at all", raw(ASCII.encode(), ""), "strip"),
    ("a label in capitals and quotes", raw(PAGE.encode(), '"UTF-8"'), "strip"),
    ("a label under another name", raw(PAGE.encode("latin-1"), "l1"), "refuse: not known"),
    # Not supersets: through an exact map, or not at all.
    ("utf-16 with a mark", in64(PAGE.encode("utf-16"), "utf-16"), "refuse: hides markup"),
    ("utf-16le", in64(PAGE.encode("utf-16-le"), "utf-16le"), "refuse: hides markup"),
    ("utf-16be", in64(PAGE.encode("utf-16-be"), "utf-16be"), "refuse: hides markup"),
    ("utf-32", in64(PAGE.encode("utf-32"), "utf-32"), "refuse: hides markup"),
    ("utf-7", raw(PAGE.encode("utf-7"), "utf-7", encoding="7bit"), "refuse"),
    ("iso-2022-jp", raw(ASCII.replace("Ihr ", "御 ").encode("iso-2022-jp"), "iso-2022-jp", encoding="7bit"), "refuse: hides markup"),
    ("shift_jis", raw(ASCII.replace("Ihr ", "表 ").encode("shift_jis"), "shift_jis"), "strip"),
    ("gb18030", raw(ASCII.replace("Ihr ", "您 ").encode("gb18030"), "gb18030"), "strip"),
    ("big5", raw(ASCII.replace("Ihr ", "您 ").encode("big5"), "big5"), "strip"),
    ("euc-kr", raw(ASCII.replace("Ihr ", "귀 ").encode("euc-kr"), "euc-kr"), "strip"),
    ("hz", raw(ASCII.replace("Ihr ", "您 ").encode("hz"), "hz-gb-2312", encoding="7bit"), "refuse"),
    ("EBCDIC", in64(ASCII.encode("cp037"), "cp037"), "refuse"),
    ("a label that nobody knows", raw(PAGE.encode(), "x-none"), "refuse"),
    ("a label of nothing", raw(PAGE.encode(), '""'), "strip"),
    # Labels that lie.
    ("latin-1 under the label utf-8", raw(PAGE.encode("latin-1"), "utf-8"), "strip"),
    ("utf-8 under the label us-ascii", raw(PAGE.encode(), "us-ascii"), "strip"),
    ("utf-16 under the label utf-8", in64(PAGE.encode("utf-16-le"), "utf-8"), "refuse"),
    ("utf-8 under the label utf-16", raw(PAGE.encode(), "utf-16"), "refuse"),
    ("utf-16 whose last letter is half", in64(PAGE.encode("utf-16-le") + b"x", "utf-16le"), "refuse"),
    ("iso-2022-jp that does not come back", raw(ASCII.encode() + b"\x1b$B", "iso-2022-jp", encoding="7bit"), "refuse"),
    ("shift_jis with half a letter", raw(ASCII.encode() + b"\x81", "shift_jis"), "refuse"),
    ("a label of two pages: utf-8, and utf-16 in the page", raw(PAGE.replace(
        "<head>", '<head><meta charset="utf-16">').encode()), "strip"),
    ("utf-8 with a mark of its order", raw(b"\xef\xbb\xbf" + PAGE.encode()), "strip"),
    ("letters longer than they need be", raw(PAGE.encode().replace(b"Zirbelholz", b"\xc1\x9airbelholz")), "strip"),
    ("halves of letters in utf-8", raw(PAGE.encode().replace(b"Zirbelholz", b"Zirbelholz\xed\xa0\xbd")), "strip"),
    # Quoted-printable.
    ("a soft break inside the mark", wrapped(PAGE, ["<!-- licet:promo"]), "strip"),
    ("a soft break inside the end mark", wrapped(PAGE, ["<!-- /licet:promo"]), "strip"),
    ("a soft break inside a tag", wrapped(PAGE, ["<bo"]), "strip"),
    ("the mark in escapes", quoted(PAGE.replace("ü", "=C3=BC").replace("<!-- licet:", "=3C=21=2D=2D licet=3A")), "strip"),
    ("escapes in small letters", quoted(PAGE.replace("ü", "=c3=bc")), "strip"),
    ("an escape that is none", quoted(PAGE.replace("ü", "=ZZ")), "refuse: not strict"),
    ("an equals sign at the end", raw(PAGE.replace("ü", "=C3=BC").encode() + b"=", encoding="quoted-printable"), "strip"),
    ("8-bit letters among escapes", quoted(PAGE), "refuse: not strict"),
    ("a line of 2,000 in quoted-printable", quoted(PAGE.replace("ü", "=C3=BC") + "x" * 2000), "strip"),
    # Base64.
    ("base64 in one line", raw(base64.b64encode(PAGE.encode()), encoding="base64"), "strip"),
    ("base64 in lines of 7", one(leaf(b64(PAGE, 7), "text/html; charset=utf-8", "base64")), "strip"),
    ("base64 with blank lines", one(leaf(b64(PAGE).replace("\n", "\n\n", 2), "text/html; charset=utf-8", "base64")), "strip"),
    ("base64 without its padding", raw(base64.b64encode(PAGE.encode() + b" " * (-len(PAGE.encode()) % 3 + 1)).rstrip(b"="),
                                       encoding="base64"), "refuse: not strict"),
    ("base64 with a foreign letter", one(leaf(b64(PAGE).replace("\n", "!\n", 1), "text/html; charset=utf-8", "base64")),
     "refuse: not strict"),
    ("base64 with text behind its end", one(leaf(b64(TEXT + "  ") + "\n" + OFFER, "text/plain; charset=utf-8", "base64")), "refuse"),
    ("base64 of the address kind", one(leaf(b64(PAGE).replace("/", "_").replace("+", "-"), "text/html; charset=utf-8", "base64")), "refuse: not strict"),
    ("uuencode as an encoding", one(leaf("begin 644 a\n" + base64.b64encode(PAGE.encode()).decode() + "\nend",
                                         "text/html; charset=utf-8", "x-uuencode")), "refuse"),
    ("the binary encoding", raw(PAGE.encode(), encoding="binary"), "strip"),
    ("8-bit letters under 7bit", raw(PAGE.encode(), encoding="7bit"), "strip"),
    ("plain text in utf-16", in64(TEXT.replace("\n", "\r\n").encode("utf-16"), "utf-16", "text/plain"), "refuse: hides markup"),
    ("plain text whose mark is in escapes", crlf(header() + "Content-Type: text/plain; charset=utf-8\n"
                                                 "Content-Transfer-Encoding: quoted-printable\n\n" + TEXT.replace("ü", "=C3=BC").replace(
                                                     "[licet", "=5Blicet") + "\n"), "strip"),
]


def rows():
    for name, mail, want in TABLE:
        yield name, expects(mail, want)
