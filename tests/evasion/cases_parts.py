# SPDX-License-Identifier: BSD-2-Clause
"""Promotion in one part, a clean transaction in the part that is looked at first."""

from mails import (LETTER, OFFER, OFFER_EN, RECEIPT, Case, alternative, b64, crlf, friend, header,
                   html, leaf, multi, one, receipt)

PAGE = f"<html><body><h1>Angebote</h1><p>{OFFER}</p></body></html>"
INNER = header("Angebot") + leaf(OFFER)
CALENDAR = ("BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nSUMMARY:Black Friday Sale\n"
            f"DESCRIPTION:{OFFER}\nEND:VEVENT\nEND:VCALENDAR\n")

FOLDED = "\n ".join(OFFER[i:i + 5] for i in range(0, len(OFFER), 5))
THREE = "Gutschein und Rabatt, nur heute."


def mixed(*parts):
    return one(multi("mixed", leaf(RECEIPT), *parts))


def attached(content, kind, name, encoding="base64"):
    body = b64(content) if encoding == "base64" else content
    return leaf(body, kind, encoding, f'Content-Disposition: attachment; filename="{name}"\n')


CASES = [
    Case("promotion in text/plain alone", alternative(OFFER, f"<p>{RECEIPT}</p>"), ["reading-plain"]),
    Case("promotion in HTML alone", alternative(RECEIPT, f"<p>{OFFER}</p>"), ["word|reading-"]),
    Case("promotion in AMP alone",
         one(multi("alternative", leaf(RECEIPT),
                   leaf(f"<html amp4email><body>{OFFER}</body></html>", "text/x-amp-html; charset=utf-8"),
                   html(f"<p>{RECEIPT}</p>"))), ["reading-amp"]),
    Case("promotion in a second HTML part",
         one(multi("mixed", html(f"<p>{RECEIPT}</p>"), html(f"<p>{OFFER}</p>"))), ["reading-"]),
    Case("promotion in a second text part", mixed(leaf(OFFER)), ["reading-"]),
    Case("promotion in the first of two alternatives",
         one(multi("alternative", html(f"<p>{OFFER}</p>"), html(f"<p>{RECEIPT}</p>"))),
         ["reading-|word"]),
    Case("attached page", mixed(attached(PAGE, "text/html; charset=utf-8", "angebot.html")),
         ["reading-attachment"]),
    Case("attached page as octets",
         mixed(attached(PAGE, "application/octet-stream", "rechnung.html")), ["reading-attachment"]),
    Case("attached page in UTF-16",
         mixed(attached(PAGE.encode("utf-16"), "text/html; charset=utf-16", "a.html")),
         ["reading-attachment"]),
    Case("attached text", mixed(attached(OFFER, "text/plain; charset=utf-8", "a.txt", "8bit")),
         ["reading-attachment"]),
    Case("the same text attached before it is shown",
         one(multi("mixed", attached(THREE, "text/plain; charset=utf-8", "a.txt", "8bit"), leaf(RECEIPT), leaf(THREE))),
         ["reading-plain"]),
    Case("offer beside a marked block",
         one(multi("mixed", leaf(f"{RECEIPT}\n[licet:promotional]\nNeu bei uns: Tee.\n[/licet:promotional]\nDanke."),
                   leaf(OFFER))), ["reading-plain"]),
    Case("offer in a hidden place beside a marked block",
         one(html(f"<p>{RECEIPT}</p><!-- licet:promotional --><p>Neu bei uns: Tee.</p><!-- /licet:promotional -->"
                  f'<p title="{OFFER}">Danke.</p>')), ["reading-title"]),
    Case("calendar", mixed(leaf(CALENDAR, "text/calendar; charset=utf-8")), ["reading-attachment"]),
    Case("picture of the vector kind",
         mixed(attached(f'<svg xmlns="http://www.w3.org/2000/svg"><text>{OFFER}</text></svg>',
                        "image/svg+xml", "a.svg")), ["reading-attachment"]),
    Case("contact card", mixed(leaf(f"BEGIN:VCARD\nNOTE:{OFFER}\nEND:VCARD", "text/vcard")),
         ["reading-attachment"]),
    Case("enriched text", mixed(leaf(f"<bold>{OFFER}</bold>", "text/enriched; charset=utf-8")),
         ["reading-attachment"]),
    Case("nested message", mixed(leaf(INNER, "message/rfc822", "7bit")), ["reading-"]),
    Case("nested message in base64", mixed(leaf(b64(crlf(INNER)), "message/rfc822", "base64")),
         ["reading-"]),
    Case("message attached as a file",
         mixed(attached(crlf(INNER).decode(), "application/octet-stream", "weiter.eml")),
         ["reading-"]),
    Case("offer in a quoted reply of a friend",
         crlf(friend("Re: Freitag", "In-Reply-To: <a@b.example>\n") +
              leaf("Siehe unten.\n\nAm Montag schrieb der Laden:\n" +
                   "\n".join("> " + line for line in OFFER.split(": ")))),
         ["reading-"], sender="jonas@shop.example"),
    Case("uuencoded page in the text",
         mixed(leaf("begin 644 angebot.html\n" + "".join(
             __import__("binascii").b2a_uu(PAGE.encode()[i:i + 45]).decode()
             for i in range(0, len(PAGE.encode()), 45)) + "`\nend\n")), ["reading-uuencode"]),
    Case("file name in pieces",
         mixed(leaf(b64(b"%PDF-1.4 x"), "application/pdf", "base64",
                    "Content-Disposition: attachment;\n filename*0=\"Black Friday Sale \";\n"
                    " filename*1=\"50% off coupon, last chan\";\n filename*2=\"ce.pdf\"\n")),
         ["reading-filename"]),
    Case("picture alone behind a link",
         one(html('<a href="https://shop.example/a"><img src="https://shop.example/a.jpg" '
                  'width="600" height="800"></a>')), ["disguise-image-alone"]),
    Case("picture alone with a receipt as its text",
         one(html('<a href="https://shop.example/a"><img src="https://shop.example/a.jpg" '
                  f'alt="{RECEIPT}" width="600" height="800"></a>')), ["disguise-image-alone"]),
    Case("picture alone with an offer as its text",
         one(html(f'<a href="https://shop.example/a"><img src="https://shop.example/a.jpg" '
                  f'alt="{OFFER}"></a>')), ["disguise-image-alone|reading-image"]),
    Case("picture alone in the mail itself",
         one(multi("related", html('<a href="https://shop.example/a"><img src="cid:i1"></a>'),
                   leaf(b64(b"\xff\xd8\xff\xe0" + bytes(300)), "image/jpeg", "base64",
                        "Content-ID: <i1>\n"))), ["disguise-image-alone"]),
    Case("picture alone as a background",
         one(html('<a href="https://shop.example/a"><table><tr><td height="600" '
                  'background="https://shop.example/a.jpg">&nbsp;</td></tr></table></a>')),
         ["disguise-image-alone"]),
    Case("offer as the text of a picture", receipt(f'<img src="https://shop.example/a.jpg" alt="{OFFER}">'),
         ["reading-image"]),
    Case("receipt in text/plain, pictures in HTML",
         alternative(RECEIPT, '<a href="https://shop.example/a"><img src="https://shop.example/a.jpg"></a>'),
         ["disguise-image-alone"]),
    Case("part that stands elsewhere",
         mixed(leaf("", 'message/external-body; access-type=URL; URL="https://shop.example/a"', "7bit")),
         ["unread-"]),
    Case("piece of a message",
         one(leaf(OFFER_EN[:20], 'message/partial; id="a@b"; number=1; total=2', "7bit")), ["unread-"]),
    Case("calendar with its lines in pieces", mixed(leaf(CALENDAR.replace(OFFER, FOLDED), "text/calendar; charset=utf-8")),
         ["reading-attachment"]),
    Case("calendar with line ends in the text",
         mixed(leaf(CALENDAR.replace(OFFER, "Heute:" + "".join("\\n" + w for w in OFFER.split())),
                    "text/calendar; charset=utf-8")), ["reading-attachment"]),
    Case("calendar in quoted-printable of its own",
         mixed(leaf(CALENDAR.replace(OFFER, "".join("=%02X" % b for b in OFFER.encode())), "text/x-vcalendar")),
         ["reading-attachment"]),
    Case("sealed without encryption",
         one(leaf(b64(b"0\x82\x01\x06\x09" + crlf(leaf(b64(OFFER), encoding="base64"))),
                  'application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"', "base64")), ["reading-nested"]),
    Case("base64 that somebody quoted", one(leaf(RECEIPT + "\n\n" + "\n".join("> " + l for l in b64(OFFER).split()))),
         ["reading-bytes"]),
    Case("lines that a reader puts together",
         one(leaf(RECEIPT + "\n" + " \n".join(OFFER[i:i + 3] for i in range(0, len(OFFER), 3)),
                  "text/plain; charset=utf-8; format=flowed; delsp=yes")), ["reading-visible"]),
    Case("picture and nothing else", one(leaf(b64(b"\xff\xd8\xff\xe0" + bytes(300)), "image/jpeg", "base64")),
         ["disguise-image-alone"]),
    Case("code to scan and nothing else",
         one(multi("related", html('<img src="cid:i1">'), leaf(b64(bytes(300)), "image/png", "base64", "Content-ID: <i1>\n"))),
         ["disguise-image-alone"]),
    Case("name of the text", one(leaf(RECEIPT, 'text/plain; charset=utf-8; name="Rabatt Gutschein gratis sparen.txt"')),
         ["reading-filename"]),
]
