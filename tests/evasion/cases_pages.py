# SPDX-License-Identifier: BSD-2-Clause
"""What a page shows besides its text, and pages in pages."""

import base64
import html as entities
import urllib.parse

from mails import OFFER, OFFER_EN, Case, receipt

DRAWING = "data:image/svg+xml," + urllib.parse.quote(
    f'<svg xmlns="http://www.w3.org/2000/svg"><text>{OFFER}</text></svg>')
PAGE = f"<html><body><h1>Sale</h1>{OFFER}</body></html>"


def case(name, body="", says=("reading-",), head=""):
    return Case(name, receipt(body, head), list(says))


CASES = [
    case("content of a style sheet", head=f'<style>.a::after{{content:"{OFFER_EN}"}}</style>',
         says=["reading-style"]),
    case("content with a sign that styles know", head='<style>p::after{content:"Hi! ' + OFFER_EN + '"}</style>',
         says=["reading-style"]),
    case("content of an attribute with that sign", f'<p style="content:\'Hi! {OFFER_EN}\'">.</p>', ["reading-style"]),
    case("content in a variable",
         head=f'<style>:root{{--t:"{OFFER_EN}"}} p::after{{content:var(--t)}}</style>', says=["reading-style"]),
    case("signs of a list", head=f'<style>li{{list-style-type:"{OFFER_EN}"}}</style>', says=["reading-style"]),
    case("content of a style sheet in escapes",
         head="<style>.a::before{content:'" +
              "".join("\\%06x" % ord(c) for c in OFFER_EN) + "'}</style>", says=["reading-style"]),
    case("content in pieces",
         head='<style>.a:after{content:"Black Fri" "day Sale, 50% " "off, last ch" "ance, shop now"}'
              "</style>", says=["reading-style"]),
    case("content by an attribute",
         f'<p data-t="{OFFER}" class="a"></p>', head="<style>.a:after{content:attr(data-t)}</style>",
         says=["reading-"]),
    case("text of a vector picture", f'<svg width="600"><text x="0" y="20">{OFFER}</text></svg>'),
    case("title attributes", f'<p title="{OFFER}">&nbsp;</p>', ["reading-title"]),
    case("value of a button", f'<form action="https://shop.example/b"><input type="submit" value="{OFFER}"></form>'),
    case("placeholder of a field", f'<input type="text" placeholder="{OFFER}">'),
    case("conditional comment", f"<!--[if mso]><p>{OFFER}</p><![endif]-->", ["reading-conditional"]),
    case("conditional comment for all", f"<!--[if gte mso 9]><v:rect><v:textbox>{OFFER}</v:textbox></v:rect><![endif]-->",
         ["reading-conditional"]),
    case("downlevel-revealed comment", f"<!--[if !mso]><!--><p>{OFFER}</p><!--<![endif]-->"),
    case("page in a frame", f'<iframe srcdoc="{entities.escape(PAGE)}"></iframe>', ["reading-page"]),
    case("page in a data URI",
         '<a href="data:text/html;base64,' + base64.b64encode(PAGE.encode()).decode() + '">Rechnung</a>',
         ["reading-page"]),
    case("page in a data URI by percent",
         '<iframe src="data:text/html,' + urllib.parse.quote(PAGE) + '"></iframe>', ["reading-page"]),
    case("page in a data URI with a broken escape",
         '<iframe src="data:text/html,' + urllib.parse.quote(PAGE) + '%%20"></iframe>', ["reading-page"]),
    case("picture in a data URI that is text",
         '<img src="data:image/svg+xml,' + urllib.parse.quote(f"<svg><text>{OFFER}</text></svg>") + '">',
         ["reading-page"]),
    case("page from elsewhere in a frame", '<iframe src="https://shop.example/aktion"></iframe>',
         ["disguise-fetched"]),
    case("page from elsewhere as an object", '<object data="https://shop.example/aktion" type="text/html"></object>',
         ["disguise-fetched"]),
    case("another page after a second",
         head='<meta http-equiv="Refresh" content="1; URL=https://shop.example/aktion">',
         says=["disguise-redirect"]),
    case("another page by percent in http-equiv",
         head='<meta content="0;url=https://shop.example/a" http-equiv=" refresh">',
         says=["disguise-redirect"]),
    case("sheet from elsewhere", head='<link rel="stylesheet" href="https://shop.example/a.css">'
                                      '<base href="https://shop.example/aktion/">' + f"<title>{OFFER}</title>"),
    case("options of a list", "<select><option>Rabatt<option>Gutschein<option>gratis<option>Sale"
                              "<option>nur heute</select>"),
    case("text after the end of the page", f"</body></html><p>{OFFER}</p>"),
    case("text in an unfinished tag", f"<p>Danke.</p><plaintext>{OFFER}"),
    case("comment that browsers end early", f"<!--> <p>{OFFER}</p> -->"),
    case("script that writes", f"<script>document.write('{OFFER}')</script>"),
    case("textarea", f"<textarea rows=9>{OFFER}</textarea>"),
    case("label for readers aloud", f'<p aria-label="{OFFER}"></p>'),
    case("marquee", f"<marquee>{OFFER}</marquee>"),
    case("text of a drawing in CDATA", f"<svg><text><![CDATA[{OFFER}]]></text></svg>"),
    case("notes beside the letters", "<ruby>" + "".join(f"x<rt>{w}</rt>" for w in OFFER.split()) + "</ruby>"),
    case("letters with notes", " ".join("".join(f"<ruby>{c}<rt>x</rt></ruby>" for c in w) for w in OFFER.split())),
    case("label of a group of options", f'<select><optgroup label="{OFFER}"><option>1</optgroup></select>'),
    case("values to choose from", f'<input list="d"><datalist id="d"><option value="{OFFER}"></datalist>'),
    case("summary of a table", f'<table summary="{OFFER}"><tr><td>1</td></tr></table>'),
    case("short form of a head", f'<table><tr><th abbr="{OFFER}">1</th></tr></table>'),
    case("description for readers aloud", f'<p aria-description="{OFFER}">1</p>'),
    case("value for readers aloud", f'<p role="slider" aria-valuetext="{OFFER}">1</p>'),
    case("description of the page", head=f'<meta name="description" content="{OFFER}">'),
    case("annotation for the list of mails",
         '<div itemscope itemtype="http://schema.org/DiscountOffer">'
         f'<meta itemprop="description" content="{OFFER}"></div>'),
    case("text that AMP puts in", f"<p [text]=\"'{OFFER}'\">1</p>"),
    case("drawing behind a page", '<p style="background:url(\'' + DRAWING + '\')"></p>', ["reading-page"]),
    case("drawing in a style sheet", head='<style>.a{background:url("' + DRAWING + '")}</style>', says=["reading-page"]),
    case("drawing for sharp screens", f'<img src="cid:a" srcset="{DRAWING} 2x">', ["reading-page"]),
    case("drawing among sources", f'<picture><source srcset="{DRAWING}"><img src="cid:a"></picture>', ["reading-page"]),
    case("style sheet in a data URI", head='<link rel="stylesheet" href="data:text/css,' +
         urllib.parse.quote(f'.a:after{{content:"{OFFER_EN}"}}') + '">', says=["reading-page"]),
]
