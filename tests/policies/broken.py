#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Policies with one mistake each: licet policy check names the file, the line and the word, says
nothing else, and fits on one screen. Prints TAP.

A row is: what is wrong, the file, a text that stands in it once, what stands there instead, a word of
the answer; and where needed the most lines that it may have, one more pair of texts, and how many
lines away the answer points. It is for the line of that place, or of the mark ¤ in the new text."""

import json
import os
import shutil
import subprocess
import sys
import tempfile

LICET = os.environ["LICET"]

# libconfig does not free a string without its end, which LeakSanitizer would tell of.
SUPPRESSIONS = tempfile.NamedTemporaryFile("w", prefix="licet-lsan.", encoding="ascii")
SUPPRESSIONS.write("leak:strbuf_append\n")
SUPPRESSIONS.flush()
os.environ["LSAN_OPTIONS"] = f"suppressions={SUPPRESSIONS.name}:print_suppressions=0"

MAIN = """version = "1";
default_territory = "XX";
unsubscribe_words = [ "unsubscribe", "abmelden" ];
senders = (
  { domains = [ "shop.example" ];
    names = [ "Shop Example" ];
    postal_address = [ "Main Street 1" ]; }
);
promotional_blocks = [ "tr.offers" ];
protected_blocks = [ "#total" ];
tracking : {
  pixel_hosts = [ "open.shop.example" ];
  pixel_patterns = [ "/open*" ];
  campaign_parameters = [ "utm_*" ];
};
ambiguous = "promotional";
strip_fallback = "hold";
"""
EU = """territory = "EU";
name = "European Union";
mixed_mail = "any-promotion";
rules = (
  { id = "EU-CONSENT"; kind = "consent"; applies_to = [ "promotional" ];
    accept = [ "express", "soft-opt-in" ];
    otherwise = "strip";
    source = "Directive 2002/58/EC art. 13"; provenance = "verify: x"; },
  { id = "EU-UNSUBSCRIBE"; kind = "unsubscribe"; applies_to = [ "promotional" ];
    where = [ "link" ];
    otherwise = "refuse";
    source = "Directive 2002/58/EC art. 13"; provenance = "verify: x"; }
);
"""
DE = """territory = "DE";
name = "Germany";
inherits = "EU";
mixed_mail = "any-promotion";
rules = (
  { id = "DE-CONSENT";
    kind = "consent";
    applies_to = [ "promotional" ];
    replaces = "EU-CONSENT";
    accept = [ "double-opt-in", "soft-opt-in" ];
    soft_opt_in_days = 700;
    otherwise = "strip";
    cannot_tell = "defer";
    mode = "enforce";
    valid_from = "2004-07-08";
    source = "UWG s. 7";
    provenance = "verified: the statute"; },
  { id = "DE-WINDOW";
    kind = "contact-window";
    applies_to = [ "promotional" ];
    time_zone = "Europe/Berlin";
    windows = (
      { days = [ "mon", "fri" ]; from = "08:00"; to = "20:00"; }
    );
    extra_holidays = [ "2026-12-24" ];
    otherwise = "defer";
    source = "house rule";
    provenance = "verify: x"; },
  { id = "DE-LABEL";
    kind = "subject-label";
    applies_to = [ "promotional" ];
    labels = [ "Werbung" ];
    position = "start";
    otherwise = "fix";
    source = "house rule";
    provenance = "verify: x"; },
  { id = "DE-IDENTITY";
    kind = "sender-identity";
    applies_to = [ "promotional" ];
    fields = [ "name" ];
    otherwise = "refuse";
    source = "DDG s. 6";
    provenance = "verify: x"; },
  { id = "DE-SHARE";
    kind = "promo-share";
    applies_to = [ "promotional" ];
    most_percent = 20;
    otherwise = "refuse";
    source = "house rule";
    provenance = "verify: x"; },
  { id = "DE-TEXT";
    kind = "required-text";
    applies_to = [ "promotional" ];
    texts = [ "Widerspruch" ];
    otherwise = "refuse";
    source = "house rule";
    provenance = "verify: x"; },
  { id = "DE-SUBJECT";
    kind = "subject-truth";
    applies_to = [ "promotional" ];
    prefixes = [ "aw:" ];
    otherwise = "refuse";
    source = "UWG s. 5";
    provenance = "verify: x"; }
);
exceptions = (
  { rule = "DE-TEXT";
    owner = "Erika Beispiel";
    reason = "the template is being translated";
    senders = [ "shop.test" ];
    until = "2099-01-31"; }
);
tests = (
  { name = "a newsletter to a stranger";
    mail = "newsletter";
    recipient = { consent = "none"; };
    at = "2026-11-23T10:00:00+01:00";
    expect = "refuse"; rule = "DE-CONSENT"; },
  { name = "the evening";
    mail = "mixed"; offers = 1; unsubscribe = [ "link" ]; text = [ "Widerspruch" ];
    headers = [ "X-A: b" ];
    recipient = { consent = "double-opt-in"; since = "2026-01-01"; };
    at = "2026-11-23T21:00:00+01:00";
    expect = "defer"; rule = "DE-WINDOW"; until = "2026-11-27T08:00:00+01:00"; }
);
"""
XX = """territory = "XX";
name = "Unknown";
mixed_mail = "any-promotion";
rules = (
  { id = "XX-CONSENT"; kind = "consent"; applies_to = [ "promotional" ];
    accept = [ "express" ]; otherwise = "strip"; strip_fallback = "hold";
    source = "house rule"; provenance = "verify: x"; }
);
"""
HOUSE = """name = "Test";
rules = (
  { id = "HOUSE-SHARE"; kind = "promo-share"; applies_to = [ "promotional" ];
    most_percent = 10; otherwise = "refuse";
    source = "house rule"; provenance = "verify: x"; }
);
exceptions = (
  { rule = "HOUSE-SHARE"; owner = "Erika Beispiel"; reason = "the spring campaign"; until = "2099-01-31"; }
);
tests = (
  { name = "nothing but promotion"; mail = "newsletter"; recipient = { country = "XX"; consent = "express"; };
    expect = "refuse"; rule = "HOUSE-SHARE"; }
);
"""
WORDS = """language = "en";
provenance = "verify: x";
promotional = [ "sale" ];
transactional = { receipt = [ "receipt" ]; };
unsubscribe = [ "unsubscribe" ];
"""
M, D, E, X, W, H = (
    "licet-policy.cfg",
    "territories/DE.cfg",
    "territories/EU.cfg",
    "territories/XX.cfg",
    "words/en.cfg",
    "house.cfg",
)
FILES = {M: MAIN, D: DE, E: EU, X: XX, W: WORDS, H: HOUSE}
SOURCE = 'source = "house rule"; provenance = "verify: x";'
LAST = 'prefixes = [ "aw:" ];\n    otherwise = "refuse";\n    source = "UWG s. 5";\n    provenance = "verify: x"; }'


def more(rule):
    """The last rule of DE.cfg, and one more."""
    return (D, LAST, LAST + ",\n  ¤" + rule)


def rule(name, kind, rest):
    return f'{{ id = "{name}"; kind = "{kind}"; applies_to = [ "promotional" ]; {rest} {SOURCE} }}'


WARNS = "a warning"

ROWS = [
    # Typos in the names of settings.
    ("a typo in mixed_mail", D, "mixed_mail =", "mixed_mial =", 'did you mean "mixed_mail"', 2),
    ("a typo in name", D, "name = \"Germany\"", "nmae = \"Germany\"", 'did you mean "name"', 2),
    ("a typo in inherits", D, "inherits =", "inherit =", 'did you mean "inherits"', None),
    ("a typo in rules", X, "rules = (", "rule = (", 'did you mean "rules"', 2),
    ("a typo in tests", D, "tests = (", "test = (", 'did you mean "tests"'),
    ("a typo in exceptions", D, "exceptions = (", "exeptions = (", 'did you mean "exceptions"'),
    ("a typo in otherwise", D, 'otherwise = "defer"', 'otherwize = "defer"', 'did you mean "otherwise"', 3),
    ("a typo in cannot_tell", D, "cannot_tell =", "cant_tell =", 'did you mean "cannot_tell"'),
    ("a typo in accept", D, 'accept = [ "double', 'acept = [ "double', 'did you mean "accept"'),
    ("a typo in soft_opt_in_days", D, "soft_opt_in_days", "soft_optin_days", 'did you mean "soft_opt_in_days"'),
    ("a contact without its purpose", D, 'consent = "none"; }', 'consent = "none"; contacts = [ "2026-11-24T10:00:00Z" ]; }', "is no contact of the last 92 days"),
    ("a contact of long ago", D, 'consent = "none"; }', 'consent = "none"; contacts = [ "2025-11-24T10:00:00Z offer" ]; }', "is no contact of the last 92 days"),
    ("an unknown purpose", *more(rule("DE-CAP", "frequency-cap", 'purposes = [ "surveys" ]; most = 1; hours = 24; otherwise = "defer";')), 'unknown purpose "surveys"'),
    ("a purpose that is no promotion", *more(rule("DE-CAP", "frequency-cap", 'purposes = [ "receipt" ]; most = 1; hours = 24; otherwise = "defer";')), 'unknown purpose "receipt"'),
    ("a longer interval than is remembered", *more(rule("DE-CAP", "frequency-cap", 'most = 1; hours = 2209; otherwise = "defer";')), "2208"),
    ("a typo in time_zone", D, "time_zone", "timezone", 'did you mean "time_zone"', 3),
    ("a typo in windows", D, "windows = (", "window = (", 'did you mean "windows"', 3),
    ("a typo in a window", D, 'from = "08:00"', 'form = "08:00"', 'did you mean "from"', 2),
    ("a typo in valid_from", D, "valid_from", "valid_form", 'did you mean "valid_from"'),
    ("a typo in applies_to", D, 'applies_to = [ "promotional" ];\n    replaces', 'apply_to = [ "promotional" ];\n    replaces', 'did you mean "applies_to"', 2),
    ("a typo in most_percent", D, "most_percent", "most_precent", 'did you mean "most_percent"', 2),
    ("a typo in a profile", M, "postal_address", "postal_adress", 'did you mean "postal_address"'),
    ("a typo in senders", M, "senders = (", "sender = (", 'did you mean "senders"'),
    ("a typo in tracking", M, "pixel_hosts", "pixel_host", 'did you mean "pixel_hosts"'),
    ("a typo in default_territory", M, "default_territory", "default_teritory", 'did you mean "default_territory"', 2),
    ("a typo in a case", D, 'expect = "refuse"', 'expects = "refuse"', 'did you mean "expect"', 2),
    ("a typo in a recipient", D, 'consent = "none"', 'concent = "none"', 'did you mean "consent"'),
    ("a typo in an exception", D, "owner =", "owners =", 'did you mean "owner"', 2),
    ("a setting that nobody knows", X, 'name = "Unknown";', 'name = "Unknown"; colour = "red";', 'unknown setting "colour"'),
    # Typos in words.
    ("a typo in a kind", D, 'kind = "subject-label"', 'kind = "subject-lable"', 'did you mean "subject-label"'),
    ("a kind that nobody knows", D, 'kind = "promo-share"', 'kind = "weather"', 'unknown kind "weather"'),
    ("a typo in a basis", D, '"double-opt-in", "soft', '"double-optin", "soft', 'did you mean "double-opt-in"'),
    ("a typo in an action", D, 'otherwise = "defer"', 'otherwise = "defre"', 'did you mean "defer"'),
    ("a typo in a mode", D, 'mode = "enforce"', 'mode = "enforced"', 'did you mean "enforce"'),
    ("a typo in a class", D, 'applies_to = [ "promotional" ];\n    replaces', 'applies_to = [ "promotion" ];\n    replaces', 'unknown word "promotion"'),
    ("a typo in a mixed-mail test", D, "any-promotion", "any-promo", 'did you mean'),
    ("a typo in a day", D, '"mon", "fri"', '"mon", "fry"', 'did you mean "fri"'),
    ("a typo in a place", E, 'where = [ "link" ]', 'where = [ "links" ]', 'did you mean "link"'),
    ("a typo in a field", D, 'fields = [ "name" ]', 'fields = [ "nmae" ]', 'did you mean "name"'),
    ("a typo in a position", D, 'position = "start"', 'position = "strat"', 'did you mean "start"'),
    ("a typo in strip_fallback", M, '"hold"', '"holt"', 'did you mean "hold"'),
    ("a language that nobody speaks here", M, 'ambiguous = "promotional";', 'ambiguous = "promotional"; reply_language = "fr";', "en, es"),
    ("an attested rule that is none", M, 'ambiguous = "promotional";', 'ambiguous = "promotional"; attested = ( { rule = "DE-WINDOWS"; by = "A. Lee"; on = "2026-11-01"; } );', 'did you mean "DE-WINDOW"', WARNS),
    ("a profile for a territory that is none", M, 'domains = [ "shop.example" ];', 'domains = [ "shop.example" ]; territories = [ "DEU" ];', 'there is no territory "DEU"', WARNS),
    ("two profiles of one domain", M, 'postal_address = [ "Main Street 1" ]; }', 'postal_address = [ "Main Street 1" ]; },\n  ¤{ domains = [ "Shop.example" ]; names = [ "Other" ]; }', "a second entry of senders for shop.example", WARNS),
    ("a sender of no mail", M, 'domains = [ "shop.example" ];', 'domains = [ "shop.example" ]; daily_volume = 0;', "daily_volume"),
    ("a registry that no rule asks", M, 'ambiguous = "promotional";', 'ambiguous = "promotional"; registries = ( { name = "es-robinsn"; file = "nofile.csv"; } );', "no rule asks the registry", WARNS),
    ("known mail of all senders", M, 'ambiguous = "promotional";', 'ambiguous = "promotional"; known_mail = ( { class = "transactional"; owner = "A. Lee"; reason = "read"; until = "2027-01-01"; } );', "it would be all mail"),
    ("known mail without an end", M, 'ambiguous = "promotional";', 'ambiguous = "promotional"; known_mail = ( { class = "transactional"; senders = [ "pay.example" ]; owner = "A. Lee"; reason = "read"; } );', "until is missing"),
    ("a name of a template that is none", M, 'ambiguous = "promotional";', 'ambiguous = "promotional"; known_mail = ( { class = "transactional"; templates = [ "receipt" ]; owner = "A. Lee"; reason = "read"; until = "2027-01-01"; } );', "right would be the 16 digits"),
    ("known mail that has ended", M, 'ambiguous = "promotional";', 'ambiguous = "promotional"; known_mail = ( { class = "transactional"; senders = [ "pay.example" ]; owner = "A. Lee"; reason = "read"; until = "2020-01-01"; } );', "an entry of known_mail ended on 2020-01-01", WARNS),
    ("a link that names nobody", M, 'names = [ "Shop Example" ];', 'names = [ "Shop Example" ]; unsubscribe_url = "https://shop.example/unsubscribe";', "names no recipient"),
    ("a place that nothing fills in", M, 'names = [ "Shop Example" ];', 'names = [ "Shop Example" ]; unsubscribe_url = "https://shop.example/u?a={addres}";', '"{addres}" is filled in by nothing'),
    ("a footer whose link is no way out", M, 'ambiguous = "promotional";', 'ambiguous = "promotional"; footers = ( { language = "es"; unsubscribe = "Salir"; } );', "none of unsubscribe_words"),
    ("a page that is none", M, 'ambiguous = "promotional";', 'ambiguous = "promotional"; reply_url = "intranet/rules";', 'right would be "https://'),
    ("a typo in ambiguous", M, '= "promotional"', '= "promotionl"', 'did you mean "promotional"'),
    ("a typo in detect_blocks", M, 'ambiguous = "promotional";', 'ambiguous = "promotional"; detect_blocks = "cutt";', 'did you mean "cut"'),
    ("a typo in the name of marked_transaction", M, 'ambiguous = "promotional";', 'ambiguous = "promotional"; marked_transactions = "tag";', 'did you mean "marked_transaction"'),
    ("a typo in marked_transaction", M, 'ambiguous = "promotional";', 'ambiguous = "promotional"; marked_transaction = "tagg";', 'did you mean "tag"'),
    ("marked_transaction with a word of detect_blocks", M, 'ambiguous = "promotional";', 'ambiguous = "promotional"; marked_transaction = "off";', "cut, tag"),
    ("marked_transaction that is no word", M, 'ambiguous = "promotional";', 'ambiguous = "promotional"; marked_transaction = true;', "marked_transaction"),
    ("a typo in marked_transaction of a sender", M, 'names = [ "Shop Example" ];', 'names = [ "Shop Example" ]; marked_transaction = "tga";', 'did you mean "tag"'),
    ("a typo in an outcome", D, 'expect = "defer"', 'expect = "differ"', 'did you mean "defer"'),
    ("a typo in a consent", D, 'consent = "double-opt-in"', 'consent = "doubleoptin"', 'did you mean "double-opt-in"'),
    ("a typo in a mail", D, 'mail = "newsletter";\n    recipient', 'mail = "newsleter";\n    recipient', 'did you mean "newsletter"'),
    ("capitals in a kind", D, 'kind = "promo-share"', 'kind = "Promo-Share"', 'did you mean "promo-share"'),
    # Wrong types.
    ("text for a number", D, "soft_opt_in_days = 700", 'soft_opt_in_days = "700"', "must be a whole number"),
    ("a number for text", X, 'name = "Unknown"', "name = 7", "must be text in quotes"),
    ("text for a list", D, 'labels = [ "Werbung" ]', 'labels = "Werbung"', "must be a list of texts"),
    ("a list for text", D, 'time_zone = "Europe/Berlin"', 'time_zone = [ "Europe/Berlin" ]', "must be text in quotes"),
    ("a group for a list of groups", X, "rules = (\n  {", "rules = {\n  a = {", "must be a list of groups", 1, ("provenance = \"verify: x\"; }\n);", "provenance = \"verify: x\"; };\n};")),
    ("numbers in a list of texts", D, 'prefixes = [ "aw:" ]', "prefixes = [ 1, 2 ]", "must be a list of texts"),
    ("a fraction for a whole number", D, "most_percent = 20", "most_percent = 20.5", "must be a whole number"),
    ("text for true or false", D, 'accept = [ "double-opt-in", "soft-opt-in" ];', 'accept = [ "double-opt-in", "soft-opt-in" ]; opt_out = "no";', "must be true or false"),
    ("true for a number of offers", D, "offers = 1", "offers = true", "must be a whole number"),
    # Numbers.
    ("a number that libconfig would wrap", D, "soft_opt_in_days = 700", "soft_opt_in_days = 5000000000", "5000000000 is too large"),
    ("one in base 16 that it would wrap", D, "soft_opt_in_days = 700", "soft_opt_in_days = 0x1FFFFFFFF", "0x1FFFFFFFF is too large"),
    ("a long one with its suffix", D, "most_percent = 20", "most_percent = 5000000000L", "is too large"),
    ("a share of a hundred", D, "most_percent = 20", "most_percent = 100", "0 to 99"),
    ("a negative share", D, "most_percent = 20", "most_percent = -1", "0 to 99"),
    ("no day at all", D, "soft_opt_in_days = 700", "soft_opt_in_days = 0", "1 to 36500"),
    ("more offers than a mail has", D, "offers = 1", "offers = 5000", "1 to 100"),
    # What is missing.
    ("a rule without an id", D, '{ id = "DE-SHARE";\n', "{\n", "id is missing"),
    ("a rule without a kind", D, '    kind = "promo-share";\n', "", "without a kind", 1, None, -1),
    ("a rule without a source", D, '    source = "DDG s. 6";\n', "", "source is missing", 1, None, -5),
    ("a rule without a provenance", D, 'source = "UWG s. 5";\n    provenance = "verify: x"; }', 'source = "UWG s. 5"; }', "provenance is missing", 1, None, -5),
    ("a rule without an action", D, '    most_percent = 20;\n    otherwise = "refuse";\n', "    most_percent = 20;\n", "otherwise is missing", 1, None, -3),
    ("a rule without applies_to", D, '    applies_to = [ "promotional" ];\n    most', "    most", "applies_to is missing", 1, None, -2),
    ("a window without an end", D, ' to = "20:00";', "", "to is missing", None),
    ("a profile without domains", M, 'domains = [ "shop.example" ];', "", "domains is missing"),
    ("an exception without an end", D, 'until = "2099-01-31"; }', "}", "until is missing", 1, None, -4),
    ("an exception without an owner", D, '    owner = "Erika Beispiel";\n', "", "owner is missing", 1, None, -1),
    ("an exception without a reason", D, '    reason = "the template is being translated";\n', "", "reason is missing", 1, None, -2),
    ("a case without an expectation", D, 'expect = "refuse"; ', "", "expect is missing", 1, None, -4),
    ("no default", M, 'default_territory = "XX";\n', "", "default_territory is missing", 1, None, -1),
    # What is empty or says nothing.
    ("an empty applies_to", D, 'applies_to = [ "promotional" ];\n    most', "applies_to = [ ];\n    most", "applies_to is empty"),
    ("a consent that accepts nothing", D, 'accept = [ "double-opt-in", "soft-opt-in" ];\n    soft_opt_in_days = 700;\n', "accept = [ ];\n", "accepts nothing", 1, None, -4),
    ("no window at all", D, 'windows = (\n      { days = [ "mon", "fri" ]; from = "08:00"; to = "20:00"; }\n    );', "windows = ( );", "windows is empty", 1, None, -4),
    ("a window without days", D, 'days = [ "mon", "fri" ]', "days = [ ]", "days is empty"),
    ("an empty label", D, 'labels = [ "Werbung" ]', 'labels = [ "" ]', "a label must be"),
    ("a label of two lines", D, 'labels = [ "Werbung" ]', 'labels = [ "Wer\\nbung" ]', "a label must be"),
    ("an empty required text", D, 'texts = [ "Widerspruch" ]', 'texts = [ "" ]', "texts has an empty text"),
    ("an empty source", D, 'source = "DDG s. 6"', 'source = ""', "source must name the statute"),
    ("an owner who is nobody", D, '"Erika Beispiel"', '" "', "owner says nothing"),
    ("an empty unsubscribe word", M, '"abmelden"', '""', "unsubscribe_words has an empty text"),
    # Ids and references.
    ("a second rule with an id", D, 'id = "DE-SHARE"', 'id = "DE-TEXT"', "DE-TEXT", 1, None, 7),
    ("an id of another file", X, 'id = "XX-CONSENT"', 'id = "DE-CONSENT"', "a second rule with the id DE-CONSENT"),
    ("an id with a blank", D, 'id = "DE-SHARE"', 'id = "DE SHARE"', "is no id"),
    ("replacing a rule with a typo", D, 'replaces = "EU-CONSENT"', 'replaces = "EU-CONSNT"', 'did you mean "EU-CONSENT"'),
    ("replacing a rule of a stranger", D, 'replaces = "EU-CONSENT"', 'replaces = "XX-CONSENT"', "does not inherit the rule XX-CONSENT"),
    ("replacing a rule of another kind", D, 'replaces = "EU-CONSENT"', 'replaces = "EU-UNSUBSCRIBE"', "of kind unsubscribe"),
    ("inheriting from nobody", D, 'inherits = "EU"', 'inherits = "EV"', "there is no territory EV"),
    ("inheriting in a circle", D, 'inherits = "EU"', 'inherits = "DE"', "inherits from itself"),
    ("a default without a file", M, '"XX"', '"YT"', "there is no territory YT"),
    ("a case that names no rule", D, 'rule = "DE-WINDOW"', 'rule = "DE-WINDOWS"', 'did you mean "DE-WINDOW"'),
    ("an exception from no rule", D, 'rule = "DE-TEXT"', 'rule = "DE-TEXTS"', 'did you mean "DE-TEXT"'),
    ("an exception from a rule elsewhere", D, 'rule = "DE-TEXT"', 'rule = "XX-CONSENT"', "DE has no rule XX-CONSENT"),
    ("an exception of the house from a rule elsewhere", H, 'rule = "HOUSE-SHARE"; owner', 'rule = "DE-TEXT"; owner', "house has no rule DE-TEXT"),
    ("a rule of the house in place of a law's", H, 'most_percent = 10;', 'most_percent = 10; replaces = "DE-SHARE";', "house does not inherit the rule DE-SHARE"),
    ("an id of the house that a law has", H, 'id = "HOUSE-SHARE"', 'id = "XX-CONSENT"', "a second rule with the id XX-CONSENT", None),
    ("a rule of the house for hosted domains", H, 'most_percent = 10;', 'most_percent = 10; hosted = "off";', "hosted is for the rules of mailbox providers"),
    ("a typo in the house", H, 'rules = (', 'rulez = (', 'did you mean "rules"', 2),
    ("a territory that the house has not", H, 'name = "Test";', 'name = "Test"; territory = "DE";', 'unknown setting "territory"'),
    ("a case of the house without a country", H, 'country = "XX"; ', '', "nothing says where the recipient is"),
    ("a case of the house that names no rule", H, 'rule = "HOUSE-SHARE"; }', 'rule = "HOUSE-SHARES"; }', 'did you mean "HOUSE-SHARE"'),
    ("an exception of the house without an end", H, '; until = "2099-01-31"', '', "until is missing"),
    ("two cases with one name", D, 'name = "the evening"', 'name = "a newsletter to a stranger"', "a second case with the name"),
    # Dates, zones, codes, addresses.
    ("a day that is none", D, "2004-07-08", "2004-13-08", "2004-13-08"),
    ("a date in words", D, "2004-07-08", "July 2004", "July 2004"),
    ("an end before the beginning", D, 'valid_from = "2004-07-08";', 'valid_from = "2004-07-08"; valid_to = "2003-01-01";', "valid_to is not after valid_from"),
    ("a bad date of an exception", D, "2099-01-31", "31.1.2099", "31.1.2099"),
    ("a bad time of a case", D, 'at = "2026-11-23T10:00:00+01:00"', 'at = "2026-11-23 10:00"', "2026-11-23 10:00"),
    ("a holiday that is no date", D, "2026-12-24", "24 December", "is no date"),
    ("a time zone with a typo", D, "Europe/Berlin", "Europe/Berlino", 'unknown time zone "Europe/Berlino"'),
    ("a time zone of one's own", D, "Europe/Berlin", "CET+1h", 'unknown time zone "CET+1h"'),
    ("a window over midnight", D, 'from = "08:00"; to = "20:00"', 'from = "20:00"; to = "08:00"', "from before to"),
    ("an hour that is none", D, 'to = "20:00"', 'to = "25:00"', "from before to"),
    ("a country that is none", X, 'territory = "XX"', 'territory = "EN"', "ISO 3166 has no country EN"),
    ("a country by its name", X, 'territory = "XX"', 'territory = "Germany"', "the ISO 3166 code is DE"),
    ("the United Kingdom", X, 'territory = "XX"', 'territory = "UK"', "the ISO 3166 code is GB"),
    ("a code in small letters", X, 'territory = "XX"', 'territory = "ch"', "the ISO 3166 code is CH"),
    ("a code of another file", X, 'territory = "XX"', 'territory = "CH"', "does not fit the name of the file"),
    ("a domain that is none", M, '"shop.example"', '"shop..example"', "is no domain"),
    ("a sender of an exception that is none", D, 'senders = [ "shop.test" ]', 'senders = [ "a b" ]', "is no domain"),
    ("a header of a case that is none", D, '"X-A: b"', '"X A"', "is no header field"),
    ("a mail of a case that is not there", D, 'mail = "newsletter";\n    recipient', 'mail = "none.eml";\n    recipient', "none.eml"),
    # Selectors and patterns.
    ("a bad selector", M, '"tr.offers"', '"tr..offers"', "tr..offers"),
    ("a selector that is not known", M, '"#total"', '"a:hover"', "a:hover"),
    ("a selector that combines in :not()", M, '"#total"', '"tr:not(.a b)"', "elements are not combined in :not()"),
    ("a pattern that takes all", M, '"/open*"', '"*"', "is no pattern"),
    ("a host that is an address", M, '"open.shop.example"', '"https://open.shop.example/"', "is no host"),
    # What cannot be, or does nothing.
    ("a fix where the kind cannot", D, 'most_percent = 20;\n    otherwise = "refuse"', 'most_percent = 20;\n    otherwise = "fix"', "cannot fix", 1, None, 1),
    ("a fallback for what does not strip", X, 'otherwise = "strip"', 'otherwise = "refuse"', "strip_fallback is for a rule that strips"),
    ("a reply that SMTP cannot carry", D, 'source = "UWG s. 5";', 'source = "UWG s. 5"; reply = "nicht möglich";', "reply must be ASCII"),
    ("a provenance without its word", D, '"verified: the statute"', '"sure"', "provenance must begin with"),
    ("until for what does not wait", D, 'expect = "refuse"; rule = "DE-CONSENT"', 'expect = "refuse"; until = "2026-12-01"; rule = "DE-CONSENT"', "until is for"),
    ("an idle share", *more(rule("DE-SHARE-2", "promo-share", 'most_percent = 30; otherwise = "refuse";')), "DE-SHARE-2 never decides anything", WARNS),
    ("a territory that hosts", *more(rule("DE-SHARE-3", "promo-share", 'most_percent = 30; otherwise = "refuse"; hosted = "off";')), "hosted is for the rules of mailbox providers"),
    ("an idle consent", *more(rule("DE-CONSENT-2", "consent", 'opt_out = true; otherwise = "strip"; valid_from = "2020-01-01";')), "DE-CONSENT-2 never decides anything", WARNS),
    ("an idle identity", *more(rule("DE-IDENTITY-2", "sender-identity", 'fields = [ "name" ]; otherwise = "hold";')), "DE-IDENTITY-2 never decides anything", WARNS),
    ("the same text twice", *more(rule("DE-TEXT-2", "required-text", 'texts = [ "Widerspruch" ]; otherwise = "refuse";')), "DE-TEXT-2 never decides anything", WARNS),
    ("two labels at the start", *more(rule("DE-LABEL-2", "subject-label", 'labels = [ "Anzeige" ]; otherwise = "fix";')), "contradict each other"),
    ("hours that never meet", *more(rule("DE-WINDOW-2", "contact-window", 'time_zone = "Europe/Berlin"; windows = ( { days = [ "tue" ]; from = "08:00"; to = "20:00"; } ); otherwise = "defer";')), "contradict each other"),
    ("accept beside opt_out", D, "soft_opt_in_days = 700;", "opt_out = true;", "has no effect", 1, None, -1),
    ("a soft opt-in that is not accepted", D, '"double-opt-in", "soft-opt-in"', '"double-opt-in"', "has no effect", 1, None, 1),
    ("a bound on an opt-out", D, 'accept = [ "double-opt-in", "soft-opt-in" ];', "opt_out = true;", "has no effect", 1, None, 1),
    ("a rule that has ended", D, 'valid_from = "2004-07-08";', 'valid_from = "2004-07-08"; valid_to = "2020-01-01";', "DE-CONSENT ended on 2020-01-01", WARNS, None, -9),
    ("an exception that has ended", D, '"2099-01-31"', '"2020-01-31"', "the exception from DE-TEXT ended on 2020-01-31", WARNS, None, -4),
    # Syntax.
    ("a quote too few", X, 'territory = "XX";', 'territory = "XX;', "is a quote missing?"),
    ("a comma too few between rules", E, "},\n  { id = \"EU-UNS", "}\n  { id = \"EU-UNS", "syntax error", 1, None, 1),
    ("a setting that stands twice", X, 'name = "Unknown";\n', 'name = "Unknown";\nname = "Other";\n', "duplicate setting name", 1, None, 1),
    ("a byte order mark", X, 'territory = "XX"', '\ufeffterritory = "XX"', "byte order mark"),
    ("a bracket that does not close", D, 'labels = [ "Werbung" ];', 'labels = [ "Werbung";', "syntax error"),
    # Words.
    ("a typo in a words file", W, "promotional =", "promotinal =", 'did you mean "promotional"', 2),
    ("a purpose that is none", W, "receipt = [", "reciept = [", "reciept"),
]


def lay(top, row):
    """The policies with the row's mistake; the line where the answer must point to."""
    name, old, new = row[1:4]
    swaps = [(old, new)] + ([row[6]] if len(row) > 6 and row[6] else [])
    line = 0
    for path, text in FILES.items():
        if path == name:
            first = text.index(old)
            assert text.count(old) == 1 or old in ("any-promotion",), f"{row[0]}: {old} stands more than once"
            mark = new.find("¤")
            line = (text[:first] + new[: max(mark, 0)]).count("\n") + 1
            for before, after in swaps:
                text = text.replace(before, after.replace("¤", ""), 1)
        os.makedirs(os.path.dirname(os.path.join(top, path)), exist_ok=True)
        with open(os.path.join(top, path), "w", encoding="utf-8") as out:
            out.write(text)
    return line + (row[7] if len(row) > 7 else 0)


def judge(row):
    """None, or what is wrong with the answer."""
    top = tempfile.mkdtemp(prefix="licet-broken.")
    try:
        line = lay(top, row)
        run = subprocess.run([LICET, "policy", "check", "--json", "--policies", top], capture_output=True, text=True)
        most = row[5] if len(row) > 5 else 1
        if run.returncode != (0 if most == WARNS else 78):
            return f"exit status {run.returncode}: {run.stdout} {run.stderr}"
        problems = json.loads(run.stdout)["warnings" if most == WARNS else "problems"]
        place = f"{top}/{row[1]}:{line}: "
        if not any(p.startswith(place) and row[4] in p for p in problems):
            return f"no answer for {place}… {row[4]}: " + " | ".join(problems)
        if len(problems) > {WARNS: 1, None: 3}.get(most, most):
            return "it says more than that: " + " | ".join(problems)
        if sum(len(p) // 80 + 1 for p in problems) > 24:
            return "more than a screen"
        return None
    finally:
        shutil.rmtree(top)


def provider(first, second):
    """A mailbox provider with two rules that ask the same but for this."""
    share = 'most_percent = 30; otherwise = "refuse"; '
    return ("providers/box.cfg", 'provider = "box"; name = "Box"; domains = [ "box.example" ]; mx = [ ".box.example" ]; '
            f'mixed_mail = "any-promotion"; rules = ( {rule("BOX-1", "promo-share", share + first)}, '
            f'{rule("BOX-2", "promo-share", share + second)} );\n')


# Two rules of one kind of which each decides something, and the same without what tells them apart.
BESIDE = [
    ("a rule that is stricter in mixed mail is not idle",
     lambda more: ("territories/DE.cfg", DE.replace(LAST, LAST + ",\n" + rule("DE-CONSENT-2", "consent",
                   'opt_out = true; otherwise = "strip"; valid_from = "2020-01-01"; ' + more))),
     'mixed_otherwise = "refuse";', 'mixed_otherwise = "strip";', "DE-CONSENT-2"),
    ("a rule that is not for hosted domains leaves the other something to do",
     lambda more: provider(more, ""), 'hosted = "off";', "", "BOX-2"),
]


def beside():
    for name, text, apart, alike, idle in BESIDE:
        said = []
        for what in (apart, alike):
            top = tempfile.mkdtemp(prefix="licet-broken.")
            try:
                lay(top, ("beside", M, "version", "version"))
                path, content = text(what)
                os.makedirs(os.path.dirname(os.path.join(top, path)), exist_ok=True)
                with open(os.path.join(top, path), "w", encoding="utf-8") as out:
                    out.write(content)
                run = subprocess.run([LICET, "policy", "check", "--json", "--policies", top], capture_output=True, text=True)
                said.append(run.stdout)
            finally:
                shutil.rmtree(top)
        never = [f"{idle} never decides anything" in text for text in said]
        yield name, all('"ok":true' in text for text in said) and never == [False, True], " ".join(said)


def whole():
    """Without a mistake nothing is found; with one in each file, all are."""
    top = tempfile.mkdtemp(prefix="licet-broken.")
    try:
        lay(top, ("whole", M, "version", "version"))
        run = subprocess.run([LICET, "policy", "check", "--json", "--policies", top], capture_output=True, text=True)
        test = subprocess.run([LICET, "policy", "test", "--mutate", "--policies", top], capture_output=True, text=True)
        yield "no mistake, no answer", run.returncode == 0, run.stdout
        yield "its cases come out as wanted", " 0 otherwise" in test.stdout, test.stdout
        for path in FILES:
            with open(os.path.join(top, path), "a", encoding="utf-8") as out:
                out.write("colour = 1;\n")
        run = subprocess.run([LICET, "policy", "check", "--json", "--policies", top], capture_output=True, text=True)
        problems = "\n".join(json.loads(run.stdout)["problems"])
        yield "all mistakes of all files at once", all(f"{top}/{path}:" in problems for path in FILES), problems
    finally:
        shutil.rmtree(top)


def main():
    print(f"1..{len(ROWS) + len(BESIDE) + 3}")
    failed = False
    answers = [(row[0], judge(row)) for row in ROWS] + [(n, None if ok else out) for n, ok, out in [*beside(), *whole()]]
    for number, (name, wrong) in enumerate(answers, 1):
        if wrong:
            print("# " + wrong.replace("\n", "\n# "))
        print(f"{'not ok' if wrong else 'ok'} {number} - {name}")
        failed = failed or wrong is not None
    sys.exit(failed)


main()
