# SPDX-License-Identifier: BSD-2-Clause
"""Words that a person reads and a search does not."""

from mails import OFFER, OFFER_EN, Case, receipt


def spread(text, between):
    """Something between the letters of each word."""
    return " ".join(between.join(word) for word in text.split(" "))


def swap(text, pairs):
    return "".join(pairs.get(letter, letter) for letter in text)


def mathematical(text, upper, lower):
    return "".join(chr(upper + ord(c) - 65) if "A" <= c <= "Z" else
                   chr(lower + ord(c) - 97) if "a" <= c <= "z" else c for c in text)


LINES = "Sale, Rabatt, Gutschein: jetzt kaufen, nur heute, gratis"
ENGLISH = "Black Friday Sale: discount, coupon, free shipping, last chance, shop now"
CYRILLIC = dict(zip("aceopxysijACEOPXSIJBHKMT", "асеорхуѕіјАСЕОРХЅІЈВНКМТ"))
GREEK = dict(zip("oviOABEHIKMNPTXYZ", "ονιΟΑΒΕΗΙΚΜΝΡΤΧΥΖ"))
LEET = dict(zip("aeio", "431" + "0"))
SMALL = dict(zip("abcdefghijklmnoprstuvwz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡᴢ"))
CELLS = "".join("<table><tr>" + "".join(f"<td>{c}</td>" for c in word) + "</tr></table>"
                for word in ("SALE", "RABATT", "GUTSCHEIN", "GRATIS"))


def case(name, text, says=("reading-",)):
    return Case(name, receipt(f"<p>{text}</p>"), list(says))


CASES = [
    case("letters split by empty elements", spread(LINES, "<b></b>")),
    case("letters split by comments", spread(LINES, "<!-- x -->")),
    case("letters split by spans", "".join(f"<span>{c}</span>" for c in LINES)),
    case("soft hyphens", spread(LINES, "&shy;")),
    case("zero-width spaces", spread(LINES, "\u200b")),
    case("zero-width joiners", spread(LINES, "&zwj;")),
    case("word joiners and byte order marks", spread(LINES, "\u2060\ufeff")),
    case("variation selectors and tags", spread(LINES, "\ufe0f\U000e0061")),
    case("grapheme joiners", spread(LINES, "\u034f")),
    case("strokes through letters", spread(LINES, "\u0336")),
    case("accents over letters", spread(ENGLISH, "\u0301")),
    case("letters in the cells of a table", CELLS),
    case("letters with blanks between", spread(LINES, " ").replace("  ", " ")),
    case("letters with dots between", spread(LINES, ".")),
    case("Cyrillic letters", swap(ENGLISH, CYRILLIC), ["reading-", "disguise-letters"]),
    case("Greek letters", swap(ENGLISH, GREEK), ["reading-", "disguise-letters"]),
    case("fullwidth letters", "".join(chr(ord(c) + 0xfee0) if c.isalpha() else c for c in LINES)),
    case("mathematical bold letters", mathematical(ENGLISH, 0x1d400, 0x1d41a)),
    case("mathematical monospace letters", mathematical(ENGLISH, 0x1d670, 0x1d68a)),
    case("circled letters", mathematical(ENGLISH, 0x24b6, 0x24d0)),
    case("squared letters", mathematical(ENGLISH.upper(), 0x1f130, 0x1f130)),
    case("negative squared letters", mathematical(ENGLISH.upper(), 0x1f170, 0x1f170)),
    case("regional letters", mathematical(ENGLISH.upper(), 0x1f1e6, 0x1f1e6)),
    case("small capitals", swap(ENGLISH.lower(), SMALL)),
    case("digits for letters", swap(ENGLISH, LEET), ["reading-", "disguise-letters"]),
    case("character references", "".join(f"&#{ord(c)};" for c in OFFER)),
    case("hexadecimal references without semicolon",
         "".join(f"&#x{ord(c):x} ".strip() if c != " " else " " for c in ENGLISH)),
    case("right-to-left override",
         " ".join("\u202e" + word[::-1] + "\u202c" for word in ENGLISH.split(" "))),
    case("right-to-left override by element",
         " ".join(f'<bdo dir="rtl">{word[::-1]}</bdo>' for word in ENGLISH.split(" "))),
    case("blanks of other widths", OFFER.replace(" ", "\u2003")),
    case("no blanks to search by", OFFER_EN.replace(" ", "\u00a0")),
    case("pairs of letters in cells",
         "<table><tr>" + "".join(f"<td>{w[i:i + 2]}</td>" for w in OFFER.split() for i in range(0, len(w), 2)) + "</tr></table>"),
    case("boxes side by side",
         " ".join("".join(f'<div style="display:inline">{w[i:i + 3]}</div>' for i in range(0, len(w), 3)) for w in OFFER.split())),
    case("line ends in the words", " ".join(f"{w[:3]}<br>{w[3:]}" for w in OFFER.split())),
    case("hyphens in the words", "ra-ba-tt gut-sche-in gra-tis spa-ren an-ge-bot"),
    case("slashes between the letters", spread(LINES, "/")),
    case("dots half way up", spread(LINES, "\u00b7")),
    case("letters in brackets", "".join(f"[{c}]" if c != " " else c for c in LINES)),
    case("letters that are drawn out", "raaaabatt guuutschein graaatis spaaaren jeeetzt kaaaufen"),
    case("Lisu letters", "\ua4e2\ua4ee\ua4e1\ua4f0 \ua4d3\ua4f2\ua4e2\ua4da\ua4f3\ua4f4\ua4e0\ua4d4 "
                         "\ua4da\ua4f3\ua4f4\ua4d1\ua4f3\ua4e0"),
    case("words turned round by an isolate",
         f'<span style="unicode-bidi:isolate-override;direction:rtl">{OFFER[::-1]}</span>'),
    case("boxes in reverse order", " ".join(
        '<div style="display:flex;flex-direction:row-reverse">' + "".join(f"<b>{c}</b>" for c in w[::-1]) + "</div>"
        for w in OFFER.split())),
]
