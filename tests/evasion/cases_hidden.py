# SPDX-License-Identifier: BSD-2-Clause
"""Text that is not shown, and text that only some show. A hidden receipt is no receipt; hidden
promotion is shown by readers that know no style sheets."""

from mails import OFFER, OFFER_EN, RECEIPT, Case, html, one, receipt

DECOY = (RECEIPT + " ") * 3


def decoy(before, after="", head=""):
    """An offer to see, under a transaction that nobody sees."""
    return one(html(f"{before}{DECOY}{after}<p>{OFFER}</p>", head))


def plain_decoy(attributes, head=""):
    return decoy(f"<div {attributes}>", "</div>", head)


VISIBLE = ["reading-|word"]
CASES = [
    Case("decoy white on white", plain_decoy('style="color:#fff;background-color:#ffffff"'), VISIBLE),
    Case("decoy white by font element", decoy('<font color="white">', "</font>"), VISIBLE),
    Case("decoy of size zero", plain_decoy('style="font-size:0"'), VISIBLE),
    Case("decoy of one pixel", plain_decoy('style="font-size:1px;line-height:1px"'), VISIBLE),
    Case("decoy not displayed", plain_decoy('style="display:none"'), VISIBLE),
    Case("decoy not displayed, important", plain_decoy('style="display : NONE !important"'), VISIBLE),
    Case("decoy not displayed by a sheet",
         plain_decoy('class="q"', "<style>.q{display:none}</style>"), VISIBLE),
    Case("decoy invisible by a sheet",
         plain_decoy('id="q"', "<style>#q{visibility:hidden}</style>"), VISIBLE),
    Case("decoy not displayed by a rule of a descendant",
         decoy('<div class="o"><div class="q">', "</div></div>", "<style>.o .q{display:none}</style>"), VISIBLE),
    Case("decoy not displayed by a rule of a child",
         decoy('<div id="o"><div>', "</div></div>", "<style>#o>div{display:none}</style>"), VISIBLE),
    Case("decoy not displayed by a rule of two classes",
         plain_decoy('class="q r"', "<style>.q.r{display:none}</style>"), VISIBLE),
    Case("decoy not displayed by an attribute",
         plain_decoy('data-x="q"', '<style>[data-x="q"]{display:none}</style>'), VISIBLE),
    Case("decoy not displayed by its place",
         decoy("<div><div>", "</div></div>", "<style>body>div:nth-child(1){display:none}</style>"), VISIBLE),
    Case("decoy not displayed on screens of a pixel and more",
         plain_decoy('class="q"', "<style>@media screen and (min-width:1px){.q{display:none}}</style>"), VISIBLE),
    Case("decoy not displayed but in print",
         plain_decoy('class="q"', "<style>@media not print{.q{display:none}}</style>"), VISIBLE),
    Case("decoy hidden by the heavier rule, though a later one shows it",
         decoy('<div class="o"><div class="q">', "</div></div>",
               "<style>.o div.q{display:none}.q{display:block}</style>"), VISIBLE),
    Case("decoy white on white by two rules of descendants",
         decoy('<div class="o"><div class="q">', "</div></div>",
               "<style>.o{background:#fff}.o .q{color:#fefefe}</style>"), VISIBLE),
    Case("decoy not displayed by a rule after more rules than are read",
         decoy('<div class="o"><div class="q">', "</div></div>",
               "<style>" + ".a .b{color:red}" * 4000 + ".o .q{display:none}</style>"), ["block-locked|reading-"]),
    Case("decoy off the screen", plain_decoy('style="position:absolute;left:-9999px"'), VISIBLE),
    Case("decoy indented away", plain_decoy('style="text-indent:-9999px"'), VISIBLE),
    Case("decoy without height", plain_decoy('style="max-height:0;overflow:hidden"'), VISIBLE),
    Case("decoy transparent", plain_decoy('style="opacity:0"'), VISIBLE),
    Case("decoy for one program", plain_decoy('style="mso-hide:all"'), VISIBLE),
    Case("decoy with the attribute hidden", plain_decoy("hidden"), VISIBLE),
    Case("decoy in a comment", decoy("<!-- ", " -->"), VISIBLE),
    Case("decoy far below", one(html(f"<p>{OFFER}</p>" + "<br>" * 400 + DECOY)), VISIBLE),
    Case("offer not displayed", receipt(f'<div style="display:none">{OFFER}</div>'),
         ["reading-hidden"]),
    Case("offer of size zero", receipt(f'<span style="font-size:0px">{OFFER}</span>'),
         ["reading-hidden"]),
    Case("offer shown by a sheet alone",
         receipt(f'<div class="s" style="display:none">{OFFER}</div>',
                 "<style>.s{display:block!important}</style>"), ["reading-"]),
    Case("offer hidden by a class and shown by a heavier rule",
         receipt(f'<div class="o"><div class="s">{OFFER}</div></div>',
                 "<style>.o .s{display:block}.s{display:none}</style>"), ["reading-visible"]),
    Case("offer hidden by an id and shown by an important rule of a child",
         receipt(f'<div class="o"><div id="s">{OFFER}</div></div>',
                 "<style>#s{display:none}.o>div{display:block!important}</style>"), ["reading-visible"]),
    Case("offer hidden by a rule and shown on every screen that there is",
         receipt(f'<div class="s">{OFFER}</div>',
                 "<style>.s{display:none}@media (min-width:100px){div.s{display:block}}</style>"), ["reading-visible"]),
    Case("offer hidden by a rule of a descendant",
         receipt(f'<div class="o"><p class="s">{OFFER}</p></div>', "<style>.o .s{display:none}</style>"),
         ["reading-hidden"]),
    Case("offer for phones alone",
         receipt(f'<div class="s">{OFFER}</div>',
                 "<style>.s{display:none}@media (max-width:480px){body .s{display:block!important}}</style>"),
         ["reading-hidden|reading-visible"]),
    Case("offer in noscript", receipt(f"<noscript>{OFFER}</noscript>"), ["reading-"]),
    Case("offer in a template", receipt(f"<template>{OFFER}</template>"), ["reading-"]),
    Case("offer in details", receipt(f"<details><summary>Mehr</summary>{OFFER}</details>"),
         ["reading-"]),
    Case("offer below an English decoy of another language",
         one(html(f"<p>{RECEIPT}</p><p>{RECEIPT}</p><p>{OFFER_EN}</p>")), ["reading-visible"]),
    Case("offer in the title of the page", receipt(head=f"<title>{OFFER}</title>"), ["reading-"]),
]
