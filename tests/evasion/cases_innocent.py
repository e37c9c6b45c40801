# SPDX-License-Identifier: BSD-2-Clause
"""Honest mail that looks a little like the cases: it goes out as it is, and the search for disguise
says nothing of it. Whether a letter is called correspondence or a transaction is another question;
and of the quiet cases only silence is asked, since the words in them mislead the signals."""

from mails import LETTER, RECEIPT, Case, alternative, b64, crlf, friend, header, html, leaf, multi, one, receipt

FOOT = "<p>Shop Example GmbH, Hauptstrasse 1, 10115 Berlin</p>"
GHOST = ("<!--[if mso | IE]><table role=\"presentation\" width=\"600\"><tr><td><![endif]-->"
         f"<div style=\"max-width:600px\">{RECEIPT}</div><!--[if mso | IE]></td></tr></table><![endif]-->"
         "<!--[if mso]><xml><o:OfficeDocumentSettings><o:AllowPNG/><o:PixelsPerInch>96</o:PixelsPerInch>"
         "</o:OfficeDocumentSettings></xml><style>.x{font-family:Arial}</style><![endif]-->")


def person(name, body, subject="Freitag", more="", outcomes=("deliver",)):
    return Case(name, crlf(friend(subject, more) + body), ["personal", "transactional"], outcomes, "jonas@shop.example")


def shop(name, mail):
    return Case(name, mail, ["transactional"], ("deliver",))


def quiet(case):
    case.outcomes = ()
    return case


CASES = [
    shop("receipt", one(leaf(RECEIPT))),
    shop("receipt as a page", receipt(FOOT)),
    shop("receipt in both alternatives", alternative(RECEIPT, f"<p>{RECEIPT}</p>")),
    shop("hidden preview line", receipt(FOOT + '<div style="display:none;font-size:1px;color:#fff">Ihre Bestellung '
                                        "2026-10042 ist unterwegs &zwnj;&nbsp;&zwnj;&nbsp;&zwnj;&nbsp;&#847;&#847;</div>")),
    shop("one form for phones and one for wide screens",
         receipt(f'<table class="wide"><tr><td class="m">{RECEIPT}</td></tr></table><div class="narrow" style="display:none">{RECEIPT}'
                 "</div>" + FOOT,
                 "<style>body table.wide{width:600px}.wide td.m{padding:8px}@media only screen and (max-width:480px){table.wide,.wide .m"
                 "{display:none!important}div.narrow{display:block!important;max-height:none!important}}</style>")),
    shop("a heading for each kind of screen",
         receipt('<div class="o"><p class="d">Ihre Bestellung 2026-10042</p><p class="m">Bestellung 2026-10042</p></div>' + FOOT,
                 "<style>.o .m{display:none}@media (max-width:600px){.o .m{display:block}.o .d{display:none}}"
                 "@media (prefers-color-scheme:dark){.o p{color:#fff!important;background:#000!important}}</style>")),
    shop("white letters on buttons by rules of descendants",
         receipt('<table class="b"><tr><td><a href="https://shop.example/account/orders/2026-10042">Bestellung ansehen</a></td></tr>'
                 "</table>" + FOOT, "<style>.b td{background:#0a5}.b td a{color:#ffffff;font-size:15px}</style>")),
    shop("ghost tables for Outlook", one(html(GHOST))),
    shop("logo with its name behind a link",
         receipt('<a href="https://shop.example/"><img src="https://shop.example/logo.png" alt="Shop Example"></a>')),
    shop("few but whole words in Chinese",
         one(html('<img src="https://shop.example/logo.png"><p>您的订单 2026-10042 已发货,预计周五送达。'
                  '</p><p><a href="https://shop.example/account/orders/2026-10042">查看订单</a></p>'),
             subject="您的订单 2026-10042 已发货")),
    shop("rebate as a line of the order",
         receipt("<table><tr><td>Wasserkocher</td><td>44,90 EUR</td></tr><tr><td>Rabatt</td><td>-5,00 EUR</td></tr>"
                 "<tr><td>Summe</td><td>39,90 EUR</td></tr></table>")),
    quiet(shop("voucher and rebate that were paid with",
         receipt("<table><tr><td>Wasserkocher</td><td>49,90 EUR</td></tr><tr><td>Gutschein SOMMER</td><td>-5,00 EUR</td></tr>"
                 "<tr><td>10 % Rabatt, Sie sparen</td><td>-5,00 EUR</td></tr><tr><td>Summe</td><td>39,90 EUR</td></tr></table>"))),
    shop("coupon that was applied",
         one(leaf("Hello Lea,\n\nthank you. This is your receipt.\n\nOrder number: 4711-88\nLamp    49.90 EUR\nTotal   44.90 EUR\n\n"
                  "Discount (10%): -$5.00, coupon code ETE10 applied\n\nUnsubscribe from offers: https://shop.example/u?i=1"),
             subject="Your receipt 4711-88", more="X-Licet-Purpose: receipt\n")),
    shop("voucher that was redeemed, in German",
         one(leaf(RECEIPT + "\n\nRabatt (10 %): -5,00 €, Gutschein HERBST eingelöst, versandkostenfrei\n"),
             more="X-Licet-Purpose: receipt\n")),
    shop("card and code that were used",
         receipt("<p>Gift card redeemed: 10.00 EUR. Promo code applied.</p>" + FOOT, more="X-Licet-Purpose: receipt\n")),
    shop("terms of business in a file",
         one(multi("mixed", leaf(RECEIPT),
                   leaf("Allgemeine Geschäftsbedingungen. Gutscheine gelten drei Jahre. Rabatte werden nicht verbunden. "
                        "Unsere Angebote sind freibleibend.", "text/plain; charset=utf-8", "8bit",
                        'Content-Disposition: attachment; filename="AGB.txt"\n')))),
    shop("parcel that is on its way",
         one(leaf("Your order 2026-10042 has been shipped. Tracking number: 00340434161094000000. "
                  "It is on its way and should be with you on Friday."), subject="Your order 2026-10042 has shipped")),
    shop("code to sign in", one(leaf("Ihr Bestätigungscode lautet 482913. Er gilt zehn Minuten. Geben Sie ihn niemandem."),
                                subject="Ihr Bestätigungscode")),
    shop("new password", one(html("<p>You asked for a new password.</p><p><a href=\"https://shop.example/r?t=9\">Reset your password</a></p>"
                                  "<p>If it was not you, ignore this mail.</p>"), subject="Password reset")),
    shop("invoice with a file",
         one(multi("mixed", leaf("Anbei Ihre Rechnung 2026-10042, fällig am 8. Dezember."),
                   leaf(b64(b"%PDF-1.4\n" + bytes(200)), "application/pdf", "base64",
                        'Content-Disposition: attachment; filename="Rechnung-2026-10042.pdf"\n')),
             subject="Rechnung 2026-10042")),
    shop("appointment with a calendar",
         one(multi("mixed", leaf("Buchungsbestätigung: Ihr Termin ist am Freitag um acht Uhr. Reservierung 2026-10042."),
                   leaf("BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nSUMMARY:Termin\nDTSTART:20261127T080000Z\n"
                        "END:VEVENT\nEND:VCALENDAR", "text/calendar; charset=utf-8")), subject="Buchungsbestätigung 2026-10042")),
    shop("soft hyphens in long words",
         receipt("<p>Ihre Bestell&shy;bestätigung, die Sendungs&shy;verfolgung und die Zahlungs&shy;bedingungen.</p>")),
    shop("Russian receipt with Latin names",
         one(leaf("Ваш заказ 10042 на Shop Example оплачен. Товар: iPhone 15 Pro, чехол Apple MagSafe. Квитанция: "
                  "чек об оплате, сумма 79 900,00 RUB."), subject="Ваш заказ 10042")),
    shop("Greek receipt with Latin names",
         one(leaf("Invoice. Η παραγγελία σας 10042 στο Shop Example: Kindle Paperwhite, USB-C. Total: 139,00 EUR. Your order 10042."),
             subject="Your order 10042 / Παραγγελία 10042")),
    shop("Hebrew receipt with Latin names",
         one(leaf("\u200fתודה על ההזמנה 10042 ב-Shop Example. קבלה: \u202aBosch TWK\u202c, סה\u05f4כ 139.00. Order number 10042, receipt."),
             subject="Receipt 10042 / קבלה")),
    shop("Japanese receipt with fullwidth letters",
         one(leaf("ご注文ありがとうございます。注文番号：１００４２　商品：ＵＳＢケーブル（Anker）　合計：１，２８０円　領収書を添付します。"
                  "ご注文の確認メールです。"), subject="ご注文の確認（注文番号：10042）")),
    shop("receipt in quoted-printable of Latin 1",
         one(leaf("Vielen Dank f=FCr Ihre Bestellung 2026-10042. Rechnung: Summe 39,90 EUR.",
                  "text/plain; charset=iso-8859-1", "quoted-printable"))),
    shop("style sheet with ornaments",
         receipt(FOOT, '<style>.a:after{content:"\\2022"}.b:before{content:"Summe: "}@media(max-width:600px){.c{display:none}}</style>')),
    shop("picture of a bar code with its number",
         receipt('<img src="cid:c1" alt="Bestellnummer 2026-10042" title="Bestellnummer 2026-10042">')),
    shop("delivery that failed",
         crlf(header("Undelivered Mail Returned to Sender", "Mail Delivery System <mailer-daemon@shop.example>",
                     "Auto-Submitted: auto-replied\n") +
              multi("report", leaf("Your message could not be delivered to one recipient: user unknown."),
                    leaf("Reporting-MTA: dns; mx.shop.example\n\nFinal-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1",
                         "message/delivery-status", "7bit"),
                    leaf(friend() + leaf(LETTER), "message/rfc822", "8bit"), more="; report-type=delivery-status"))),
    person("letter", leaf(LETTER)),
    person("letter as a page", html("<p>" + LETTER.replace("\n\n", "</p><p>") + "</p>")),
    person("answers among people",
           leaf("Gern, bis dann!\n\nAm Montag schrieb Lea:\n> Am Freitag passt es mir.\n>\n>> Wann kommst du?\n>> Jonas"),
           "Re: Freitag", "In-Reply-To: <a@b.example>\nReferences: <a@b.example>\n"),
    quiet(person("quotation for a customer",
           leaf("Guten Tag Frau Weber,\n\nvielen Dank für das Gespräch. Unser Angebot für die Fenster schicke ich Ihnen am "
                "Montag, mit dem Preis für beide Größen.\n\nMit freundlichen Grüßen\nJonas Keller"), "Angebot Fenster")),
    person("talk about a sale", leaf("Hi Lea,\n\nthe sale of the house went through on Monday. I will tell you about the buyers "
                                     "when we meet, it is quite a story.\n\nJonas"), "The house"),
    person("talk about a rebate in an answer",
           leaf("Hallo Lea,\n\nden Rabatt hat er uns nicht gegeben, aber der Preis ist trotzdem gut.\n\nJonas\n\n"
                "> Hat er den Rabatt gegeben?"), "Re: Fenster", "In-Reply-To: <a@b.example>\n"),
    person("photograph without words",
           multi("mixed", leaf(""), leaf(b64(b"\xff\xd8\xff\xe0" + bytes(300)), "image/jpeg", "base64",
                                         'Content-Disposition: inline; filename="IMG_2041.jpg"\n')), "Der Garten"),
    person("signature with a picture behind a link",
           html("<p>Hallo Lea,</p><p>ich rufe dich am Freitag an.</p><p>Jonas Keller</p>"
                '<a href="https://shop.example"><img src="cid:logo" alt="Shop Example"></a>')),
    person("smileys and flags", leaf("Hallo Lea, \U0001f600\ufe0f \U0001f1e9\U0001f1ea \U0001f468\u200d\U0001f469\u200d\U0001f467 bis Freitag!\n\nJonas")),
    person("sealed letter",
           multi("encrypted", leaf("Version: 1", "application/pgp-encrypted", "7bit"),
                 leaf("-----BEGIN PGP MESSAGE-----\n\nhQEMA0\n-----END PGP MESSAGE-----", "application/octet-stream", "7bit"),
                 more='; protocol="application/pgp-encrypted"'), "..."),
    person("forwarded letter", multi("mixed", leaf("Zur Info.\n\nJonas"), leaf(friend("Termin") + leaf(LETTER), "message/rfc822", "8bit")),
           "Fwd: Termin"),
    person("letter with Greek words", leaf("Dear Lea,\n\nthe word is λόγος, and in Russian it would be слово. Tell me what you think of it."
                                           "\n\nJonas"), "Words"),
    shop("names to read Japanese words by",
         one(html("<p><ruby>\u9818\u53ce\u66f8<rt>\u308a\u3087\u3046\u3057\u3085\u3046\u3057\u3087</rt></ruby> receipt. "
                  "Your order 2026-10042: 1,280 JPY.</p>"), subject="Receipt 2026-10042")),
    shop("table of small cells",
         receipt("<table><tr><td>Nr.</td><td>A</td><td>1</td></tr><tr><td>Pos</td><td>B</td><td>2</td></tr>"
                 "<tr><td>St</td><td>C</td><td>3</td></tr><tr><td>kg</td><td>D</td><td>4</td></tr></table>")),
    shop("confirmation of a newsletter",
         one(html("<p>Sie haben sich f\u00fcr unseren Newsletter angemeldet. Bitte best\u00e4tigen Sie Ihre E-Mail-Adresse. Wenn Sie "
                  "sich nicht angemeldet haben, ignorieren Sie diese Nachricht.</p>"
                  '<p><a href="https://shop.example/confirm?t=9">Anmeldung best\u00e4tigen</a></p>'),
             subject="Bitte best\u00e4tigen Sie Ihre Anmeldung")),
    shop("renewal of a subscription",
         one(html("<p>Your subscription renews on December 8, 2026. We will charge $9.99 to your card ending in 4242. "
                  "You can cancel at any time in your account settings.</p>"), subject="Your subscription renews soon")),
    shop("appointment to be looked at again",
         one(html("<p>Your appointment on Friday, November 27 at 8:00 has been changed. Please review the new time and confirm "
                  "it. Booking reference 2026-10042.</p>"), subject="Please review your appointment")),
    shop("scan from a copier",
         one(multi("mixed", leaf(""), leaf(b64(b"%PDF-1.4\n" + bytes(300)), "application/pdf", "base64",
                                           'Content-Disposition: attachment; filename="Scan_001.pdf"\n')),
             subject="Rechnung 2026-10042")),
    person("lists of letters", leaf("Hallo Lea,\n\na - b - c - d - e\nx | y | z | w\n1. a\n2. b\nE-Mail-Adresse, O-Ton, S-Bahn-Linie\n\nJonas")),
]

def bill(name, subject, *lines):
    """A receipt in plain text and as a page, with what was reduced on it."""
    return [shop(f"{name}, plain", one(leaf("\n\n".join(lines)), subject=coded(subject))),
            shop(f"{name}, page", one(html("".join(f"<p>{line}</p>" for line in lines) + FOOT), subject=coded(subject)))]


def coded(text):
    return text if text.isascii() else f"=?utf-8?B?{b64(text)}?="


BILLS = [
    *bill("rebate, voucher and free postage in German", "Ihre Quittung 88-1203", "Guten Tag Frau Weber,",
          "danke für Ihren Einkauf. Schreibtischlampe 59,00 EUR, Rabatt 15 % -8,85 EUR, Gutschein -10,00 EUR, versandkostenfrei, "
          "Gesamtbetrag 40,15 EUR.", "Für diesen Einkauf wurden 40 Punkte gutgeschrieben."),
    *bill("rebate in German within the amount", "Rechnung 88-1203", "Sehr geehrte Frau Weber,",
          "anbei die Rechnung 88-1203 über 540,00 EUR. 10 % Rabatt gewährt, im Betrag enthalten. Bei Zahlung innerhalb von acht "
          "Tagen 3 % Skonto."),
    *bill("rebate in Dutch", "Kassabon 88-1203", "Beste Lea,",
          "bedankt voor je aankoop. Bureaulamp 59,00 EUR, korting 15% -8,85 EUR, tegoedbon -10,00 EUR, gratis verzending, totaal "
          "40,15 EUR.", "Je hebt 40 punten gespaard."),
    *bill("rebate in Portuguese", "Recibo 88-1203", "Olá Lea,",
          "obrigado pela sua compra. Candeeiro 59,00 EUR, desconto 15% -8,85 EUR, cupom CASA aplicado, frete grátis, total 50,15 EUR.",
          "Pagou com Pix e ganhou 5 % de desconto neste pedido."),
    *bill("rebate in Turkish", "Siparişiniz 881203", "Siparişiniz alındı. Sipariş no: 881203",
          "Masa lambası 900 TL\nİndirim kuponu: -90 TL\nKargo bedava\nToplam 810 TL"),
    *bill("rebate in Ukrainian", "Чек 881203", "дякуємо за покупку.",
          "Лампа 1200 грн, знижка -120 грн, безкоштовна доставка, разом 1080 грн. Нараховано 10 бонусів."),
    *bill("rebate in Hebrew", "קבלה 881203", "תודה על הקנייה.", "מנורה 250 ₪, הנחה 10% -25.00 ₪, משלוח חינם, סה\"כ 225.00 ₪."),
    *bill("rebate in Chinese", "订单 881203 已支付", "您的订单 881203 已支付成功。", "商品：台灯 1件\n优惠券抵扣：-30元\n会员积分：+26\n实付：269元"),
    *bill("position that is offered", "Your offer letter", "Dear Lea,",
          "we are glad to offer you the position of Head of Promotions. Salary 58,000 EUR a year. Please sign the contract by 10 December."),
    *bill("leaving a newsletter", "You have unsubscribed", "Hello Lea,",
          "you have unsubscribed from our newsletter. You will no longer receive news and offers from us."),
    *bill("new terms with a chapter on vouchers", "Änderung unserer Geschäftsbedingungen", "Guten Tag,",
          "am 1. Februar ändern sich unsere Geschäftsbedingungen: Kapitel 4 (Gutscheine und Rabatte). Sie können widersprechen bis "
          "zum 31. Januar."),
    *bill("purchase to be approved", "Purchase request 4410 awaits your approval",
          "Ida Holm asks you to approve purchase request 4410: 6 desks, 1,140.00 EUR including 5% discount."),
    *bill("goods with loud names", "Order 2026-10088: shipped",
          "Your order 2026-10088 has shipped.", "1 x Cushion \"Final Sale\" 21.90 EUR\nTotal 21.90 EUR\nTracking number 00340434161095"),
    person("talk about a voucher in an answer", leaf("Hallo Lea,\n\nden Gutschein lösen wir am Samstag ein, dort ist gerade Sale mit "
                                                     "20 % Rabatt. Kommst du mit?\n\nJonas"), "Re: Samstag", "In-Reply-To: <a@b.example>\n"),
    person("talk about a sale with a mail program", leaf("Hi Lea,\n\nthe chairs are on sale, 30% off until Sunday. Shall I get them? "
                                                         "I have a voucher left.\n\nJonas"), "chairs", "User-Agent: Mozilla Thunderbird\n"),
]
CASES += BILLS

# What sounds like promotion and is a part of what was bought or must be done.
CONFIRMED = ("<h1>Confirmation 2026-10088</h1><p>Dear Lea, this confirms your booking 2026-10088. Total paid 79.00 EUR.</p>",
             "<h1>Bestätigung 2026-10088</h1><p>Guten Tag Frau Weber, wir bestätigen Ihre Buchung 2026-10088. Gesamtpreis 79,00 EUR.</p>")
DUTIES = (
    (0, "The key to your room", "Please download the app before you travel: the room does not open without it.", "https://apps.apple.com/app/id7"),
    (0, "On the day of the surgery", "You may not drive afterwards. Bring a friend who drives you home.", "https://clinic.example/day"),
    (0, "Survey of the roof", "The survey of your roof is on Friday at ten. Someone must be at home.", "https://house.example/survey"),
    (0, "Your club card", "Members get into the gate with the member card. The club house is closed at night.", "https://golf.example/club"),
    (0, "Your bonus", "The reward points of November are paid out with your salary.", "https://hr.example/rewards"),
    (1, "Umfrage des Amtes", "Sie sind verpflichtet, die Umfrage bis Montag zu beantworten.", "https://amt.example/umfrage"),
    (1, "Ihre Begleitung", "Bringen Sie eine Freundin mit: Sie dürfen nach der Narkose nicht fahren.", "https://klinik.example/tag"),
    (1, "Neukundenbonus", "Die Prämie für Ihren Wechsel überweisen wir am Dienstag auf Ihr Konto.", "https://strom.example/bonus"),
)
CASES += [shop(f"duty: {title}",
               one(html(f"{CONFIRMED[language]}<div><h3>{title}</h3><p>{text}</p><p><a href='{link}'>{title}</a></p></div>{FOOT}"),
                   subject=coded(("Confirmation 2026-10088", "Bestätigung 2026-10088")[language])))
          for language, title, text, link in DUTIES]

# Where promotion is looked for in places that are easily overlooked, such words stand as well.
PAID = "<p>Thank you for your order 2026-10042.</p><p>Kettle 39.90 EUR. Total 39.90 EUR.</p>"
PAID_TEXT = "Thank you for your order 2026-10042.\n\nKettle 39.90 EUR. Total 39.90 EUR."
CASES += [
    shop("notice of a filter in a part of its own",
         one(multi("mixed", leaf(PAID_TEXT), leaf("This message was scanned for viruses. It may hold confidential matters and is meant "
                                                  "for the person that it is addressed to.")), subject="Your order 2026-10042")),
    shop("terms in a part of its own",
         one(multi("mixed", html(PAID), leaf("Our terms: you may return goods within 14 days. Vouchers are not paid out in cash, and "
                                             "discounts are not combined.")), subject="Your order 2026-10042")),
    shop("text that says more than its page",
         alternative(PAID_TEXT + "\n\nTrack your parcel here:\nhttps://shop.example/account/orders/2026-10042\n\nYou get this mail since "
                     "you have ordered at Shop Example. If you cannot read it, open it in your browser:\nhttps://shop.example/view/1",
                     PAID + '<p><a href="https://shop.example/account/orders/2026-10042">Track</a></p>', subject="Your order 2026-10042")),
    shop("thanks in warm words above the lines of the order",
         one(html("<p>Hello Lea, we are so happy that you have chosen us, and we hope that you will love your new kettle as much as we "
                  "do! Here is all that you need to know of your order.</p>" + PAID), subject="Your order 2026-10042")),
    shop("thanks in warm words in one paragraph with the order",
         one(html("<p>Thank you for your order 2026-10042.<br>Kettle 39.90 EUR, total 39.90 EUR.<br><br>We hope that you will love "
                  "your new kettle as much as we do, and wish you many cosy cups of tea!</p>"), subject="Your order 2026-10042")),
    shop("goods of few words each in a list",
         one(html(PAID + "<ul><li>New summer dress</li><li>Gift box red</li><li>Free sample tea</li></ul>"), subject="Your order 2026-10042")),
    shop("what was bought, described in another language",
         receipt("<p>Ihr Artikel, wie der Hersteller ihn beschreibt: Stainless steel kettle with a soft grip. The water boils in three "
                 "minutes, and the lid opens at the push of a button. Do not immerse in water.</p>" + FOOT)),
    shop("notes on a change, with the address to write to",
         receipt("<p>Gef\u00e4llt Ihnen etwas nicht? Schreiben Sie uns an hilfe@shop.example, wir finden gemeinsam eine L\u00f6sung.</p>" + FOOT)),
    shop("thanks in warm words that are hidden above the order",
         one(html('<div style="display:none">Hello Lea, we are so happy that you have chosen us, and we hope that you will love your new '
                  "kettle as much as we do!</div>" + PAID), subject="Your order 2026-10042")),
    shop("a word of Hebrew that is turned round", receipt('<p>Die Bestellung ging an <bdo dir="rtl">\u05e9\u05dc\u05d5\u05dd</bdo>.</p>' + FOOT)),
    shop("letters that stand out in their words",
         receipt("<p><b>S</b>hop <b>E</b>xample und <b>P</b>artner danken; <i>n</i>-te <i>k</i>-fache Sendung, H<sub>2</sub>O und "
                 "CO<sub>2</sub>-neutral verpackt.</p>" + FOOT)),
    shop("style sheet for what a program can do",
         receipt('<p class="a">Lieferung am Freitag.</p><p class="b">Lieferung: 27.11.</p>' + FOOT,
                 "<style>@supports (display:grid){.a{display:none}}@media (max-width:480px){.b{display:none}}</style>")),
    shop("warm words that lead to help, above the order",
         one(html("<p>Thank you for choosing us. We are excited to have you with us, and cannot wait to hear what you think! "
                  '<a href="https://shop.example/help">Help and answers</a></p>' + PAID), subject="Your order 2026-10042")),
    shop("warm words that lead to the order, in one paragraph with it",
         one(html("<p>Kettle 39.90 EUR, total 39.90 EUR.<br>Your kettle is almost here! We are packing it with love, and you can follow "
                  'its way <a href="https://shop.example/account/orders/2026-10042">here</a>.</p>'), subject="Your order 2026-10042")),
    shop("how to care for what was bought",
         receipt("<p>Wir hoffen, dass Ihr neuer Wasserkocher Ihnen viel Freude macht! Wie Sie ihn pflegen, lesen Sie "
                 '<a href="https://shop.example/pflege">hier</a>.</p>' + FOOT)),
]
