# SPDX-License-Identifier: BSD-2-Clause
"""Builders of the mails of the evasion cases: bytes as they stand on the wire, written by hand,
since a library would repair what makes a case."""

import base64
import quopri
from dataclasses import dataclass, field

RECEIPT = ("Vielen Dank für Ihre Bestellung 2026-10042. Ihre Rechnung: ein Wasserkocher, "
           "Summe 39,90 EUR. Lieferung am Freitag, den 27. November.")
OFFER = ("Jetzt sparen: 20% Rabatt auf alle Angebote, nur heute! Ihr Gutschein wartet. "
         "Jetzt kaufen: https://shop.example/aktion")
OFFER_EN = ("Black Friday Sale: 50% off, free shipping, last chance! Shop now: "
            "https://shop.example/sale")
LETTER = ("Hallo Lea,\n\nich komme am Freitag um acht. Bringst du das Buch mit, von dem du "
          "erzählt hast?\n\nLiebe Grüße\nJonas")


@dataclass
class Case:
    name: str
    mail: bytes
    says: list = field(default_factory=list)  # each must stand in the evidence; "a|b": one of them
    outcomes: tuple = ("refuse", "strip", "hold", "defer")
    sender: str = "orders@shop.example"


def crlf(text):
    data = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
    return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def header(subject="Ihre Bestellung 2026-10042", sender="Shop Example <orders@shop.example>",
           more=""):
    return (f"From: {sender}\nTo: lea@example.de\nSubject: {subject}\n"
            "Date: Tue, 24 Nov 2026 09:00:00 +0100\nMessage-ID: <e1@shop.example>\n"
            f"MIME-Version: 1.0\n{more}")


def friend(subject="Freitag", more=""):
    return header(subject, "Jonas <jonas@shop.example>", more)


def leaf(content, kind="text/plain; charset=utf-8", encoding="8bit", more=""):
    return f"Content-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n{more}\n{content}\n"


def html(body, head=""):
    return leaf(f"<html><head>{head}</head><body>{body}</body></html>", "text/html; charset=utf-8")


def b64(content, width=76):
    data = content.encode() if isinstance(content, str) else content
    text = base64.b64encode(data).decode()
    return "\n".join(text[i:i + width] for i in range(0, len(text), width))


def qp(content):
    return quopri.encodestring(content.encode()).decode()


def multi(kind, *parts, boundary="b1", more=""):
    inside = "".join(f"--{boundary}\n{part}\n" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"{more}\n\n{inside}--{boundary}--\n'


def one(body, **fields):
    return crlf(header(**fields) + body)


def receipt(body="", head="", **fields):
    """A receipt of one HTML leaf with something in it."""
    return one(html(f"<p>{RECEIPT}</p>{body}", head), **fields)


def alternative(plain, page, **fields):
    return one(multi("alternative", leaf(plain), html(page)), **fields)
