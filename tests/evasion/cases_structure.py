# SPDX-License-Identifier: BSD-2-Clause
"""Messages that two readers understand differently, and what cannot be read at all."""

from mails import (LETTER, OFFER, OFFER_EN, RECEIPT, Case, b64, crlf, friend, header, html, leaf, multi,
                   one, qp)

PAGE = f"<html><body><p>{OFFER}</p></body></html>"


def raw(text, more=b""):
    return crlf(text) + more


CASES = [
    Case("two Content-Type fields",
         one(f"Content-Type: text/plain; charset=utf-8\nContent-Type: text/html; charset=utf-8\n\n{RECEIPT}\n<!-- -->{PAGE}\n"),
         ["ambiguous|reading-"]),
    Case("two boundaries",
         one(f'Content-Type: multipart/alternative; boundary="a"; boundary="b"\n\n--a\n{leaf(RECEIPT)}\n--a--\n--b\n{html(OFFER)}\n--b--\n'),
         ["ambiguous|reading-"]),
    Case("missing terminator",
         one(f'Content-Type: multipart/mixed; boundary="a"\n\n--a\n{leaf(RECEIPT)}\n--a\n{html(OFFER)}\n'),
         ["ambiguous|reading-"]),
    Case("two transfer encodings",
         one("Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n"
             f"Content-Transfer-Encoding: 7bit\n\n{b64(PAGE)}\n"), ["ambiguous|reading-"]),
    Case("text after the end of base64",
         one(leaf(b64(RECEIPT + "  ") + "==\n" + b64(PAGE), "text/html; charset=utf-8", "base64")),
         ["ambiguous|reading-"]),
    Case("offer in plain sight in a base64 part",
         one(leaf(b64(RECEIPT) + "\n" + OFFER, "text/plain; charset=utf-8", "base64")), ["ambiguous|reading-"]),
    Case("NUL in the text", raw(header() + leaf(RECEIPT), OFFER.encode().replace(b" ", b"\0 ")),
         ["ambiguous|reading-"]),
    Case("NUL between the letters",
         raw(header() + "Content-Type: text/html; charset=utf-8\n\n" + RECEIPT, b"\0".join(bytes([c]) for c in OFFER_EN.encode())),
         ["ambiguous|reading-"]),
    Case("label of another character set",
         one(leaf(PAGE, "text/html; charset=utf-16")), ["reading-|unread-"]),
    Case("UTF-16 without a label",
         raw(header() + "Content-Type: text/html\nContent-Transfer-Encoding: base64\n\n" + b64(PAGE.encode("utf-16-le")) + "\n"),
         ["reading-|ambiguous"]),
    Case("UTF-7", one(leaf(OFFER_EN.replace("S", "+AFM-").replace("o", "+AG8-"), "text/plain; charset=utf-7")),
         ["reading-|word"]),
    Case("character set that is not known",
         raw(header() + "Content-Type: text/plain; charset=x-rot13\n\n", bytes(b ^ 0x80 for b in OFFER.encode("ascii", "replace")) + b"\r\n"),
         ["unread-charset"]),
    Case("EBCDIC", raw(header() + "Content-Type: text/html; charset=cp037\nContent-Transfer-Encoding: base64\n\n"
                       + b64(OFFER_EN.encode("cp037")) + "\n"), ["unread-charset"]),
    Case("quoted-printable that is not declared", one(leaf(qp(PAGE).replace("a", "=61"), "text/html; charset=utf-8", "7bit")),
         ["reading-|ambiguous"]),
    Case("base64 that is not declared", one(leaf(RECEIPT + "\n\n" + b64(PAGE), encoding="7bit")), ["reading-"]),
    Case("encoding that is not known", one(leaf(b64(PAGE), "text/html; charset=utf-8", "x-base64")), ["unread-|ambiguous|reading-"]),
    Case("promotion before the first part",
         one(f'Content-Type: multipart/mixed; boundary="a"\n\n{OFFER}\n--a\n{leaf(RECEIPT)}\n--a--\n'), ["reading-between"]),
    Case("promotion after the last part",
         one(f'Content-Type: multipart/mixed; boundary="a"\n\n--a\n{leaf(RECEIPT)}\n--a--\n{OFFER}\n'), ["reading-between"]),
    Case("parts without Content-Type at the top",
         one(f"\n--a\n{leaf(RECEIPT)}\n--a\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\n{b64(PAGE)}\n--a--\n"),
         ["reading-|ambiguous"]),
    Case("type that is no type", one(leaf(PAGE, "html")), ["ambiguous|reading-"]),
    Case("encoded multipart",
         one('Content-Type: multipart/mixed; boundary="a"\nContent-Transfer-Encoding: base64\n\n' +
             b64(f"--a\r\n{html(OFFER)}\r\n--a--\r\n") + "\n"), ["ambiguous|reading-"]),
    Case("letter with two readings",
         crlf(friend("Re: Freitag", "In-Reply-To: <a@b.example>\n") +
              f'Content-Type: multipart/mixed; boundary="a"; boundary="b"\n\n--a\n{leaf(LETTER)}\n--a--\n--b\n{html(OFFER)}\n--b--\n'),
         ["reading-"], sender="jonas@shop.example"),
    Case("boundary within the boundary",
         one(f'Content-Type: multipart/mixed; boundary="a"\n\n--a\n{leaf(RECEIPT)}\n--a b\n{html(OFFER)}\n--a--\n'),
         ["ambiguous|reading-"]),
    Case("comment in the boundary",
         one(f'Content-Type: multipart/mixed; boundary(x)="a"; boundary=b\n\n--a\n{leaf(RECEIPT)}\n--b\n{html(OFFER)}\n--b--\n--a--\n'),
         ["ambiguous|reading-"]),
]

# A part that must not be edited is searched all the same, and what is found is said.
WARES = ("<p>Thank you for your order 2026-10088. Total 39.90 EUR.</p>"
         "<h3>You may also like</h3><p>Customers also bought the copper pan and the wooden spoon.</p>"
         "<p><a href=\"https://shop.example/pans\">See them all</a></p>")
CASES += [
    Case("recommendation in a page nested too deep", one(html("<b>" * 300 + WARES), subject="Order 2026-10088"), ["block-locked"]),
    Case("recommendation in a signed part",
         one(multi("signed", html(WARES), leaf("x", "application/pgp-signature", "7bit"),
                   more='; protocol="application/pgp-signature"; micalg=pgp-sha256'), subject="Order 2026-10088"), ["block-locked"]),
    Case("recommendation in a page of an unknown character set",
         one(leaf(f"<html><body>{WARES}</body></html>", "text/html; charset=x-none"), subject="Order 2026-10088"), ["block-locked"]),
    Case("recommendation behind a blank at the end of a line",
         one(leaf(f"<html><body>{WARES} \n</body></html>".replace("=", "=3D"), "text/html; charset=utf-8", "quoted-printable"),
             subject="Order 2026-10088"), ["block-locked"]),
]
