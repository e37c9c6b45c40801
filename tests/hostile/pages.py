# SPDX-License-Identifier: BSD-2-Clause
"""B4: pages that are broken, deep, or whose marks stand where a reader does not see a block."""

from world import MARKED, OFFER, RECEIPT, expects, leaf, one, page

NAME = "pages"
OPEN, CLOSE = "<!-- licet:promotional -->", "<!-- /licet:promotional -->"
FIRST, LAST = f"<p>{RECEIPT}</p>", "<p>Ihr Wasserkocher kommt am Freitag.</p>"
BLOCK = f"<p>{OFFER}</p>"


def raw(text):
    return one(leaf(text, "text/html; charset=utf-8"))


def body(text, head=""):
    return raw(page(FIRST + text + LAST, head))


def around(before, after, inside=BLOCK):
    """A marked block between two texts."""
    return body(before + OPEN + inside + CLOSE + after)


def rows_of(cell):
    return f"<table><tr><td>Wasserkocher</td><td>39,90 EUR</td></tr>{cell}</table>"


TABLE = [
    # Marks that are whole.
    ("a marked paragraph", around("", ""), "strip"),
    ("a marked row", body(rows_of(f"{OPEN}<tr><td colspan=2>{OFFER}</td></tr>{CLOSE}")), "strip"),
    ("a marked cell", body(rows_of(f"<tr>{OPEN}<td>{OFFER}</td>{CLOSE}<td>Danke</td></tr>")), "strip"),
    ("a marked table in a cell", body(rows_of(f"<tr><td>{OPEN}<table><tr><td>{OFFER}</td></tr></table>{CLOSE}Danke</td></tr>")), "strip"),
    ("a marked item", around("<ul><li>Danke</li>", "</ul>", f"<li>{OFFER}</li>"), "strip"),
    ("an element with the attribute", body(f'<div data-licet="promotional">{OFFER}</div>'), "strip"),
    ("the attribute in capitals and without quotes", body(f"<DIV DATA-LICET=promotional>{OFFER}</DIV>"), "strip"),
    ("a mark without blanks", body(f"<!--licet:promotional-->{BLOCK}<!--/licet:promotional-->"), "strip"),
    ("a mark with more blanks", body(f"<!--   licet:promotional \n -->{BLOCK}<!--  /licet:promotional   -->"), "strip"),
    ("two blocks", around("", OPEN + BLOCK + CLOSE), "strip"),
    ("a block of nothing", around("", "", "") , "strip"),
    # Marks that are broken.
    ("a mark that does not end", body(OPEN + BLOCK), "refuse"),
    ("an end without its mark", body(BLOCK + CLOSE), "refuse"),
    ("an end before its mark", body(CLOSE + BLOCK + OPEN), "refuse"),
    ("a mark in a mark", around(OPEN, CLOSE), "strip"),
    ("a mark whose comment does not end", body("<!-- licet:promotional " + BLOCK), "refuse"),
    ("a mark with one letter wrong", body(f"<!-- licet:promotionel -->{BLOCK}<!-- /licet:promotionel -->"), "refuse"),
    ("a mark in capitals", body(f"<!-- LICET:PROMOTIONAL -->{BLOCK}<!-- /LICET:PROMOTIONAL -->"), "strip"),
    ("an attribute of another value", body(f'<div data-licet="promo">{OFFER}</div>'), "refuse"),
    ("an attribute given twice", body(f'<div data-licet="no" data-licet="promotional">{OFFER}</div>'), "refuse"),
    ("an attribute whose element does not end", body(f'<div data-licet="promotional">{OFFER}'), "refuse"),
    ("the attribute on the whole page", raw(f'<html><body data-licet="promotional">{FIRST}{BLOCK}</body></html>'), "refuse"),
    # Marks across the tree.
    ("from one cell into the next", body(rows_of(f"<tr><td>{OPEN}{OFFER}</td><td>Rabatt{CLOSE}</td></tr>")), "strip"),
    ("from a row into the table's end", body(f"<table><tr><td>Danke</td></tr>{OPEN}<tr><td>{OFFER}</td></tr></table>{CLOSE}"), "refuse"),
    ("an end tag of what is outside", around("<div>", "", f"{BLOCK}</div>"), "refuse"),
    ("a start tag of what is outside", around("", "</div>", f"{BLOCK}<div>"), "strip"),
    ("a paragraph that the block ends", around("<p>Ihre Rechnung ", "", BLOCK), "strip"),
    ("bold that runs through the block", around("<b>Ihre Rechnung", "</b>", f"</b>{OFFER}<b>"), "strip"),
    ("a link that runs through the block", around('<a href="https://shop.example/r">Rechnung', "</a>", f"</a>{OFFER}<a href=x>"), "strip"),
    ("text of a table that is moved before it", body(f"<table>{OPEN}{OFFER}{CLOSE}<tr><td>Danke</td></tr></table>"), "strip"),
    ("half an opening tag", around("<di", "v>", f"x>{BLOCK}"), "refuse"),
    # Marks that no reader sees as comments.
    ("in an attribute", body(f'<p title="{OPEN}">Danke</p>{BLOCK}<p title="{CLOSE}">Danke</p>'), "refuse"),
    ("in a script", body(f"<script>{OPEN}</script>{BLOCK}<script>{CLOSE}</script>"), "refuse"),
    ("in a style sheet", body(f"<style>{OPEN}</style>{BLOCK}<style>{CLOSE}</style>"), "refuse"),
    ("in a text area", body(f"<textarea>{OPEN}</textarea>{BLOCK}<textarea>{CLOSE}</textarea>"), "refuse"),
    ("in the title", raw(page(FIRST + BLOCK + LAST, f"<title>{OPEN}{CLOSE}</title>")), "refuse"),
    ("in xmp", body(f"<xmp>{OPEN}{BLOCK}{CLOSE}</xmp>"), "refuse"),
    ("behind plaintext", body(f"<plaintext>{OPEN}{BLOCK}{CLOSE}"), "refuse"),
    ("in CDATA of a drawing", body(f"<svg><![CDATA[{OPEN}]]></svg>{BLOCK}<svg><![CDATA[{CLOSE}]]></svg>"), "refuse"),
    ("as text", body(f"&lt;!-- licet:promotional --&gt;{BLOCK}&lt;!-- /licet:promotional --&gt;"), "refuse"),
    ("in a comment that ends at once", body(f"<!--> licet:promotional -->{BLOCK}<!--> /licet:promotional -->"), "refuse"),
    ("in a comment with a bang", body(f"<!-- licet:promotional --!>{BLOCK}<!-- /licet:promotional --!>"), "refuse"),
    ("in a processing instruction", body(f"<?licet:promotional ?>{BLOCK}<?/licet:promotional ?>"), "refuse"),
    ("in a conditional comment", body(f"<!--[if mso]>{OPEN}{BLOCK}{CLOSE}<![endif]-->"), "refuse"),
    ("around a conditional comment", around("", "", f"<!--[if mso]><p>{OFFER}</p><![endif]-->{BLOCK}"), "strip"),
    ("half of a conditional comment", around("<!--[if mso]>", "", f"<p>{OFFER}</p><![endif]-->"), "refuse"),
    ("in noscript", body(f"<noscript>{OPEN}{BLOCK}{CLOSE}</noscript>"), "strip"),
    ("in a template", body(f"<template>{OPEN}{BLOCK}{CLOSE}</template>"), "strip"),
    ("in a page of the page", body(f"<iframe srcdoc='{OPEN}{BLOCK}{CLOSE}'></iframe>"), "refuse"),
    ("in a select", body(f"<select>{OPEN}<option>{OFFER}</option>{CLOSE}<option>Danke</option></select>"), "strip"),
    # Pages that cost.
    ("20,000 ends of the page", body("</body></html>" * 20000 + OPEN + BLOCK + CLOSE), "strip"),
    ("20,000 open elements", body("<i>" * 20000 + OPEN + BLOCK + CLOSE), "refuse"),
    ("250 levels", body("<div>" * 250 + OPEN + BLOCK + CLOSE + "</div>" * 250), "strip"),
    ("300 levels", body("<div>" * 300 + OPEN + BLOCK + CLOSE + "</div>" * 300), "refuse"),
    ("300 attributes", body("<p " + " ".join(f"a{i}=b" for i in range(300)) + f">Danke</p>{OPEN}{BLOCK}{CLOSE}"), "refuse"),
    ("30,000 elements", body("<b>a</b>" * 30000 + OPEN + BLOCK + CLOSE), "refuse"),
    ("60,000 references", body("&amp;" * 60000 + OPEN + BLOCK + CLOSE), "refuse"),
    ("a page of 3 MiB", body("<p>Danke</p>" + "x" * 78 + ("\n" + "x" * 78) * 40000 + OPEN + BLOCK + CLOSE), "refuse"),
    ("300 blocks", body((OPEN + BLOCK + CLOSE) * 300), "malformed: more than 256 marked blocks"),
    # Broken pages that are cut nevertheless.
    ("no end of anything", raw(f"<html><body>{FIRST}{OPEN}{BLOCK}{CLOSE}{LAST}"), "strip"),
    ("no html and no body", raw(FIRST + OPEN + BLOCK + CLOSE + LAST), "strip"),
    ("paragraphs that do not end", body(f"<p>Danke{OPEN}<p>{OFFER}{CLOSE}<p>Danke"), "strip"),
    ("elements that end in the wrong order", around("<b><i>Danke</b></i>", ""), "strip"),
    ("a form in a form", around("<form><form>", "</form></form>"), "strip"),
    ("a tag that does not end", raw(page(MARKED)[:-len("</body></html>")] + "<p"), "strip"),
    ("bytes that mean nothing", around("\udcff\udcfe", ""), "strip"),
    ("a base for all links", raw(page(MARKED, '<base href="https://shop.example/">')), "strip"),
    ("tags in capitals", raw(page(MARKED.replace("<p>", "<P>").replace("</p>", "</P>"))), "strip"),
]


def rows():
    for name, mail, want in TABLE:
        yield name, expects(mail, want)
