# SPDX-License-Identifier: BSD-2-Clause
"""What the header says, shows and pretends."""

import base64

from mails import LETTER, OFFER, OFFER_EN, RECEIPT, Case, crlf, friend, header, html, leaf, multi, one

OFFERS = html(f"<p>{OFFER}</p><p>{OFFER_EN}</p>")


def word(text, charset="utf-8"):
    return f"=?{charset}?B?{base64.b64encode(text.encode(charset)).decode()}?="


def friendly(name, body, subject, more, says=("reading-|word|percent",)):
    return Case(name, crlf(friend(subject, more) + body), list(says), sender="jonas@shop.example")


CASES = [
    Case("promotion in the subject alone", one(leaf(RECEIPT), subject="Sale! 50% off, coupon, last chance"),
         ["reading-subject"]),
    Case("promotion in an encoded subject", one(leaf(RECEIPT), subject=word("Rabatt: 20% auf alles, nur heute, Gutschein")),
         ["reading-subject"]),
    Case("promotion in a subject encoded twice",
         one(leaf(RECEIPT), subject=word(word("Sale! 50% off, coupon, last chance"))), ["reading-subject"]),
    Case("promotion in a second subject",
         one(leaf(RECEIPT), more="Subject: Sale! 50% off, coupon, last chance\n"), ["reading-subject|ambiguous"]),
    Case("promotion in the name of the sender",
         one(leaf(RECEIPT), sender='"50% off Black Friday Sale - shop now" <orders@shop.example>'),
         ["reading-sender"]),
    Case("promotion in the encoded name of the sender",
         one(leaf(RECEIPT), sender=word("Rabatt, Gutschein, 20% sparen, nur heute") + " <orders@shop.example>"),
         ["reading-sender"]),
    Case("declared receipt that is an offer", one(OFFERS, more="X-Licet-Purpose: receipt\n"),
         ["declared-contradicted|reading-visible"]),
    Case("declared transactional that is an offer", one(OFFERS, more="X-Licet-Class: transactional\n"),
         ["declared-contradicted|reading-visible"]),
    Case("declared personal that is an offer", one(OFFERS, more="X-Licet-Class: personal\n"),
         ["declared-personal-not-believed|reading-"]),
    Case("stream said to be transactional",
         one(OFFERS, more="X-PM-Message-Stream: transactional\nAuto-Submitted: auto-generated\n"),
         ["stream-contradicted"]),
    friendly("forged answer", OFFERS, "Re: Ihre Frage", "In-Reply-To: <a@b.example>\n"),
    friendly("forged thread", OFFERS, "AW: AW: Termin", "References: <a@b.example> <c@d.example>\n"),
    friendly("offer without any list header", OFFERS, "Hallo", ""),
    friendly("offer in the clothes of a mail client", leaf(OFFER), "Hallo",
             "User-Agent: Mozilla Thunderbird\nX-Mailer: Apple Mail\n"),
    friendly("letter with an offer below it", leaf(LETTER + "\n\n" + OFFER), "Freitag", ""),
    friendly("answer with an offer as signature", leaf(LETTER + "\n\n-- \n" + OFFER + "\n" + OFFER_EN),
             "Re: Freitag", "In-Reply-To: <a@b.example>\n"),
    friendly("forged answer with a picture alone",
             html('<a href="https://shop.example/a"><img src="https://shop.example/a.jpg"></a>'),
             "Re: Freitag", "In-Reply-To: <a@b.example>\n", ["disguise-image-alone"]),
    friendly("forged answer with the offer in text/plain alone",
             multi("alternative", leaf(OFFER), html(f"<p>{LETTER}</p>")),
             "Re: Freitag", "In-Reply-To: <a@b.example>\n", ["reading-plain"]),
    Case("promotion in the subject of a receipt with receipts around it",
         one(leaf(RECEIPT * 4), subject="Ihre Bestellung: Rabatt und Gutschein, nur heute 20% sparen"),
         ["reading-subject"]),
    Case("promotion in the name of the list", one(leaf(RECEIPT), more="List-Id: Rabatt, Gutschein, 20% sparen <a.shop.example>\n"),
         ["reading-sender"]),
    Case("promotion beside the way to unsubscribe",
         one(leaf(RECEIPT), more="List-Unsubscribe: (Rabatt, Gutschein, nur heute sparen) <https://shop.example/u>\n"),
         ["reading-sender"]),
    Case("name of the sender with a backslash in its words",
         one(leaf(RECEIPT), sender='"R\\a\\b\\att, Gut\\sch\\ein, grat\\is, spar\\en" <orders@shop.example>'), ["reading-sender"]),
    Case("promotion in the description of a part",
         one(multi("mixed", leaf(RECEIPT), leaf("JVBERi0x", "application/pdf", "base64",
                                                f"Content-Description: {word('Rabatt, Gutschein, gratis, sparen')}\n"))),
         ["reading-between"]),
]
CASES += [Case(f"gift in the subject: {subject}", one(leaf(RECEIPT), subject=word(subject)), ["reading-subject"])
          for subject in ("Danke für Ihre Bestellung: Gutschein über 15 %, wir schenken Ihnen etwas",
                          "Tu pedido 2026-10088: te regalamos un cupón del 15 %",
                          "Pedido 2026-10088 + 15 % de descuento en tu próxima compra")]

# What a campaign says without a word of offers, from an office: none of it is correspondence.
SOFT = {
    "basket": ("Noch da?", "Hallo Lea,\n\nin Ihrem Korb liegen noch zwei Lampen: https://shop.example/korb\n\nShop Example"),
    "basket in Spanish": ("Siguen ahí", "Hola Lea:\n\nTienes dos lámparas en la cesta: https://shop.example/cesta\n\nShop Example"),
    "questions": ("Eine Minute", "Guten Tag,\n\nwie fanden Sie unseren Laden? Hier können Sie antworten: https://shop.example/f"),
    "birthday": ("Herzlichen Glückwunsch", "Liebe Lea,\n\nheute ist Ihr Tag! Im Laden wartet etwas auf Sie.\n\nShop Example"),
    "launch": ("They are here", "Hello Lea,\n\nour new lamps are here. Have a look: https://shop.example/lamps\n\nShop Example"),
    "invitation": ("Hasta el viernes", "El viernes abrimos la tienda nueva. Te esperamos con música.\n\nShop Example"),
    "farewell": ("It has been a while", "Hi Lea,\n\nwe have not seen you for a while. Come by when you like.\n\nShop Example"),
}
CASES += [Case(f"soft words of an office: {name}", one(leaf(text), subject=word(subject)))
          for name, (subject, text) in SOFT.items()]
CASES += [Case(f"soft words from {sender}", one(leaf(SOFT["launch"][1]), subject="They are here", sender=f"Shop <{sender}>"), sender=sender)
          for sender in ("pedidos@shop.example", "hola@shop.example", "bestellungen@shop.example", "ordini@shop.example",
                         "zamowienia@shop.example", "noreply@shop.example", "no-reply@shop.example", "tienda.online@shop.example")]
