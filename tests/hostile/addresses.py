# SPDX-License-Identifier: BSD-2-Clause
"""B8: one person under several spellings is one person, and two people under similar ones are two. Who is
taken for whom shows in whose consent is found."""

from world import MARKED, crlf, header, leaf, page, run

NAME = "addresses"
MAIL = crlf(header() + leaf(page(), "text/html; charset=utf-8"))
AT = ",double-opt-in,2026-02-03T10:15:00Z,signup,DE"


def stored(address, state="granted"):
    quoted = '"' + address.replace('"', '""') + '"'
    return f"{quoted},*,{state}{AT}"


# Stored as, asked as, whether they are one.
TABLE = [
    ("ana@example.de", "ana@EXAMPLE.de", True),
    ("ana@EXAMPLE.DE", "ana@example.de", True),
    ("ana@example.de", "Ana@example.de", True),
    ("ana@example.de", "ana@example.de.", True),
    ("ana@bücher.example", "ana@xn--bcher-kva.example", True),
    ("ana@xn--bcher-kva.example", "ana@bücher.example", True),
    ("ana@BÜCHER.example", "ana@bücher.example", True),
    ("ana@bücher.example", "ana@bu\u0308cher.example", True),
    ("ana@straße.example", "ana@strasse.example", False),
    ("ana@faß.example", "ana@xn--fa-hia.example", True),
    ("josé@example.de", "jose\u0301@example.de", True),
    ("josé@example.de", "jose@example.de", False),
    ("ana@example.de", "an\u0430@example.de", False),
    ("ana@example.de", "ana@ex\u0430mple.de", False),
    ("ana@example.de", "ana@\uff45xample.de", True),
    ("ana@example.de", '"ana"@example.de', True),
    ('"ana b"@example.de', '"ana b"@example.de', True),
    ('"ana b"@example.de', '"ana\\ b"@example.de', True),
    ('"ana"@example.de', "ana@example.de", True),
    ("ana@example.de", "ana+shop@example.de", False),
    ("ana+shop@example.de", "ana+shop@example.de", True),
    ("a.na@example.de", "ana@example.de", False),
    ("ana@example.de", "ana@mail.example.de", False),
    ("ana@example.de", "ana@example.de.evil.example", False),
    ("ana@example.de", "lea@example.de", False),
    ("o'neil@example.de", "o'neil@example.de", True),
    ("ana%shop@example.de", "ana%shop@example.de", True),
    ("ana@[192.0.2.1]", "ana@[192.0.2.1]", True),
    ("ana@[IPv6:2001:db8::1]", "ana@[IPv6:2001:DB8::1]", True),
    ("=ana@example.de", "=ana@example.de", True),
]

# Addresses that are none: nobody is asked for, and nothing is taken for consent.
BROKEN = ["ana@", "@example.de", "ana", "", "ana@example..de", "ana@-example.de", "a@b@example.de", "ana@exa mple.de",
          "ana\x00@example.de", "a" * 400 + "@example.de", "ana@" + "a" * 70 + ".de", "ana@xn--zzzzzzzzz-.de"]


def state_for(asked, rows):
    status, plan, said, _ = run(MAIL, rcpt=asked, consent=rows)
    return plan["decisions"][0]["consent"]["state"] if plan else f"exit {status}: {said}"


def same(kept, asked, one):
    def check():
        agreed = state_for(asked, (stored(kept),))
        # Who withdrew under one spelling has withdrawn under each.
        later = state_for(asked, (stored(asked), stored(kept, "withdrawn").replace("02-03", "03-03")))
        wanted = ("granted", "refused") if one else ("unknown", "granted")
        return None if (agreed, later) == wanted else f"agreed: {agreed}, withdrawn later: {later}"
    return check


def none(address):
    def check():
        got = state_for(address.replace("\x00", "\x01"), ("ana@example.de,*,granted" + AT,))
        return None if got in ("unknown",) or got.startswith("exit 6") else got
    return check


def rows():
    for kept, asked, one in TABLE:
        yield f"{kept} and {asked} are {'one' if one else 'two'}", same(kept, asked, one)
    for address in BROKEN:
        yield f"{address[:30]!r} is no address", none(address)
