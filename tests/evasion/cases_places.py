# SPDX-License-Identifier: BSD-2-Clause
"""Promotion in plain words, in a place where it is easily overlooked: it is cut, or doubted."""

import base64
import re

from mails import Case, html, leaf, multi, one

URL = "https://shop.example/"
RECEIPTS = {
    "en": ("Your order 2026-10042", "Thank you for your order 2026-10042.", "Kettle 39.90 EUR. Total 39.90 EUR.",
           "Your parcel will be delivered on Friday, 27 November, by the post."),
    "de": ("Ihre Bestellung 2026-10042", "Vielen Dank für Ihre Bestellung 2026-10042.", "Wasserkocher 39,90 EUR. Summe 39,90 EUR.",
           "Ihr Paket wird am Freitag, den 27. November, von der Post geliefert."),
    "fr": ("Votre commande 2026-10042", "Merci pour votre commande 2026-10042.", "Bouilloire 39,90 EUR. Total 39,90 EUR.",
           "Votre colis sera livré le vendredi 27 novembre par la poste."),
    "es": ("Su pedido 2026-10042", "Gracias por su pedido 2026-10042.", "Hervidor 39,90 EUR. Total 39,90 EUR.",
           "Su paquete será entregado el viernes 27 de noviembre por correo."),
}
LOUD = {
    "en": f"SALE: 30 % off everything, code SPRING30 until Sunday! Shop now: {URL}sale",
    "de": f"SALE: 30 % Rabatt auf alles, Gutscheincode HERBST30 nur bis Sonntag! Jetzt kaufen: {URL}sale",
    "fr": f"SOLDES : 30 % de réduction sur tout, code promo HIVER30 jusqu'à dimanche ! J'en profite : {URL}sale",
    "es": f"REBAJAS: 30 % de descuento en todo, código promocional OTOÑO30 hasta el domingo. Compra ahora: {URL}sale",
}
# Worded as promotion, with hardly a word of the lists.
WORDED = {
    "en": "Treat yourself to something warm this winter: our new collection of soft blankets and cosy slippers is waiting for you, "
          "made with love and softer than ever before. Discover the whole range in our shop and let it inspire you!",
    "de": "Gönnen Sie sich in diesem Winter etwas Warmes: Unsere neue Kollektion aus weichen Decken und kuscheligen Hausschuhen "
          "wartet auf Sie. Entdecken Sie die ganze Auswahl in unserem Shop und lassen Sie sich inspirieren!",
    "fr": "Faites-vous plaisir cet hiver : notre nouvelle collection de plaids moelleux et de chaussons douillets vous attend. "
          "Découvrez toute la gamme dans notre boutique et laissez-vous inspirer !",
    "es": "Date un capricho este invierno: nuestra nueva colección de mantas suaves y zapatillas calentitas te espera. "
          "¡Descubre toda la gama en nuestra tienda y déjate inspirar!",
}
# The same without any word of them.
WARM = {
    "en": "Our cosy blankets are waiting for you, softer than ever and made for long winter evenings. Come and discover your favourite!",
    "de": "Unsere kuscheligen Decken warten auf Sie, weicher denn je und wie gemacht für lange Winterabende. Gönnen Sie sich Ihren neuen "
          "Liebling!",
    "fr": "Nos plaids moelleux vous attendent, plus doux que jamais et faits pour vos soirées d'hiver. Faites-vous plaisir et laissez-vous "
          "inspirer par notre boutique !",
    "es": "¡Nuestras mantas suaves te esperan, más suaves que nunca y hechas para las tardes de invierno! Date un capricho y déjate "
          "inspirar por nuestra tienda.",
}
ITEMS = {
    "en": ("New arrivals", "Summer sale -20%", "Free shipping today", "Shop now"),
    "de": ("Neue Kollektion", "Sommersale -20%", "Heute versandkostenfrei", "Jetzt shoppen"),
    "fr": ("Nouvelle collection", "Soldes d'été -20%", "Livraison offerte", "J'en profite"),
    "es": ("Nueva colección", "Rebajas -20%", "Envío gratis hoy", "Comprar ahora"),
}


def coded(text):
    return text if text.isascii() else f"=?utf-8?B?{base64.b64encode(text.encode()).decode()}?="


def mail(language, body):
    return one(body, subject=coded(RECEIPTS[language][0]))


def page(language, *more, before=()):
    lines = [*before, *(f"<p>{line}</p>" for line in RECEIPTS[language][1:]), *more]
    return html("\n".join(lines))


def text(language, *more):
    return leaf("\n\n".join([*RECEIPTS[language][1:], *more]))


def cases(name, make, languages=RECEIPTS, says=("block-|reading-",)):
    return [Case(f"{name}, {language}", mail(language, make(language)), list(says)) for language in languages]


def linked(line):
    return f'<a href="{URL}new">{line}</a>'


PARTS = [
    *cases("offer in a second part of text", lambda l: multi("mixed", text(l), leaf(LOUD[l]))),
    *cases("offer in a second page", lambda l: multi("mixed", page(l), html(f"<p>{LOUD[l]}</p>"))),
    *cases("offer as text below a page", lambda l: multi("mixed", page(l), leaf(LOUD[l]))),
    *cases("offer in the part before", lambda l: multi("mixed", leaf(LOUD[l]), page(l))),
    *cases("worded offer in a second part", lambda l: multi("mixed", text(l), leaf(f"{WORDED[l]}\n\n{URL}new"))),
    *cases("warm offer with its link in a second part", lambda l: multi("mixed", text(l), leaf(f"{WARM[l]}\n{URL}new"))),
    *cases("worded offer in a second page", lambda l: multi("mixed", page(l), html(f"<p>{WORDED[l]}</p><p>{linked(ITEMS[l][3])}</p>"))),
    *cases("warm offer before a page and its text",
           lambda l: multi("mixed", html(f"<p>{WARM[l]}</p><p>{linked('Shop Example')}</p>"),
                           multi("alternative", text(l), page(l), boundary="b2")), ("en", "de")),
    *cases("warm offer in a second text of the page",
           lambda l: multi("alternative", text(l), leaf(f"{WARM[l]}\n{URL}new"), page(l)), ("en", "de")),
    *cases("offer in the text alternative alone", lambda l: multi("alternative", text(l, LOUD[l]), page(l))),
    *cases("worded offer in the text alternative alone",
           lambda l: multi("alternative", text(l, f"{WORDED[l]}\n{URL}new"), page(l))),
]

SHORT = [
    *cases("offer in items of a list",
           lambda l: page(l, "<ul>" + "".join(f"<li>{linked(item)}</li>" for item in ITEMS[l]) + "</ul>")),
    *cases("offer in cells of a row",
           lambda l: page(l, "<table><tr>" + "".join(f"<td>{linked(item)}</td>" for item in ITEMS[l]) + "</tr></table>")),
    *cases("offer in rows of a table",
           lambda l: page(l, "<table>" + "".join(f"<tr><td>{item}</td></tr>" for item in ITEMS[l]) + "</table>")),
    *cases("offer in short paragraphs", lambda l: page(l, *(f"<p>{item}</p>" for item in ITEMS[l]))),
    *cases("offer in short lines", lambda l: text(l, *ITEMS[l], f"{URL}new")),
]

BREAKS = [
    *cases("offer below the receipt in one paragraph",
           lambda l: html(f"<p>{'<br>'.join(RECEIPTS[l][1:])}<br>{LOUD[l]}</p>")),
    *cases("offer below the delivery in one paragraph", lambda l: page(l, f"<p>{RECEIPTS[l][3]}<br><br>{LOUD[l]}</p>")),
    *cases("warm offer below the delivery in one paragraph",
           lambda l: page(l, f"<p>{RECEIPTS[l][3]}<br>{WARM[l]}<br>{linked('Shop Example')}</p>")),
    *cases("worded offer below the delivery in one paragraph",
           lambda l: page(l, f"<p>{RECEIPTS[l][3]}<br><br>{WORDED[l]}<br>{linked(ITEMS[l][3])}</p>")),
]

BEFORE = [
    *cases("offer above the receipt", lambda l: page(l, before=[f"<p>{LOUD[l]}</p>"])),
    *cases("warm offer above the receipt", lambda l: page(l, before=[f"<p>{WARM[l]}</p>", f"<p>{linked('Shop Example')}</p>"])),
    *cases("warm offer with its link above the receipt", lambda l: page(l, before=[f"<p>{WARM[l]} {linked('Shop Example')}</p>"])),
]

SHIELDED = [
    *cases("warm offer with an address", lambda l: page(l, f"<p>{WARM[l]} {linked('Shop Example')} offers@shop.example</p>")),
    *cases("warm offer with a sign of copyright", lambda l: page(l, f"<p>{WARM[l]} {linked('Shop Example')} © Shop Example</p>")),
    *cases("warm offer with a number", lambda l: page(l, f"<p>{WARM[l]} {linked('Shop Example')} #123456</p>")),
    *cases("loud offer with an address", lambda l: page(l, f"<p>{LOUD[l]} offers@shop.example</p>")),
]

TONGUES = [Case(f"warm offer in {other} below a receipt in {language}",
                mail(language, page(language, f"<p>{WARM[other]}</p>", f"<p>{linked('Shop Example')}</p>")), ["block-"])
           for language, other in (("de", "en"), ("en", "fr"), ("fr", "es"), ("es", "en"))]

HIDDEN = [
    *cases("warm offer that is not displayed", lambda l: page(l, f'<div style="display:none">{WARM[l]}</div>'), says=("reading-hidden",)),
    *cases("warm offer in the name of a picture", lambda l: page(l, f'<img src="{URL}1.jpg" alt="{WARM[l]}">'), says=("reading-image",)),
]


def turned(line):
    return f"<p><bdo dir=rtl>{line[::-1]}</bdo></p>"


TURNED = [
    *cases("offer that is turned round", lambda l: page(l, turned(LOUD[l].split(" http")[0])), says=("reading-visible",)),
    *cases("warm offer that is turned round", lambda l: page(l, turned(WARM[l])), says=("reading-visible",)),
]


def filled(line):
    """Each word with letters that no eye sees."""
    return re.sub(r"(\w\w)(?=\w)", r"\1<i class=f>qx</i>", line.split(" http")[0])


def styled(language, body, sheet):
    lines = "".join(f"<p>{line}</p>" for line in RECEIPTS[language][1:])
    return html(f'{lines}<div class="o">{body}</div>', f"<style>{sheet}</style>")


# What some programs read of a style sheet, and others do not.
SHEETS = {
    "@supports": "@supports (display:block){%s}",
    "@supports within @media": "@supports (color:red){@media screen{%s}}",
    "@supports of what nothing supports": "@supports not (display:foo){%s}",
    "@layer": "@layer a{%s}",
    "@media of wide screens": "@media (min-width:600px){%s}",
}
SHEETS = [
    case for name, sheet in SHEETS.items() for case in (
        *cases(f"letters between those of an offer that {name} hides",
               lambda l, sheet=sheet: styled(l, filled(LOUD[l]), sheet % ".f{display:none}"), ("en", "de", "fr")),
        *cases(f"offer that {name} shows",
               lambda l, sheet=sheet: styled(l, LOUD[l], ".o{display:none}" + sheet % ".o{display:block}"), ("en",)),
        *cases(f"offer that {name} hides", lambda l, sheet=sheet: styled(l, LOUD[l], sheet % ".o{display:none}"), ("en",)))]

CASES = PARTS + SHORT + BREAKS + BEFORE + SHIELDED + TONGUES + HIDDEN + TURNED + SHEETS
