/* SPDX-License-Identifier: BSD-2-Clause */

/* A territory file to begin with. */

#include <string.h>

#include "iso3166.h"
#include "licet/error.h"
#include "licet/policy.h"

static const char *const members[] = { "AT", "BE", "BG", "CY", "CZ", "DE", "DK",
                                       "EE", "ES", "FI", "FR", "GR", "HR", "HU",
                                       "IE", "IT", "LT", "LU", "LV", "MT", "NL",
                                       "PL", "PT", "RO", "SE", "SI", "SK", NULL };

/* @CODE@, @NAME@, @INHERITS@ and @REPLACES:…@ are filled in. */
static const char head[] =
    "# @NAME@: name the statutes here, and what they ask that is not in rules yet.\n"
    "# After each change: licet policy check, licet policy test --mutate. See "
    "licet-policy(5).\n"
    "\n"
    "territory = \"@CODE@\";           # ISO 3166, as the name of this file\n"
    "name = \"@NAME@\";\n"
    "@INHERITS@"
    "# What a receipt with an offer is here: any-promotion, one-of-purposes, solely, "
    "primary-us,\n"
    "# primary, no-promo-in-exempt or incidental-ad-ok. The first is the strictest.\n"
    "mixed_mail = \"any-promotion\";\n"
    "\n"
    "# Without this file the default territory judges these recipients, by strict rules. A "
    "rule in\n"
    "# shadow mode is judged and logged and has no effect: then nobody is protected by it.\n";

static const char rules[] =
    "rules = (\n"
    "  { id = \"@CODE@-CONSENT\";       # unique in all files; stands in replies and in the "
    "log\n"
    "    kind = \"consent\";            # licet policy kinds lists them\n"
    "    applies_to = [ \"promotional\" ];    # and, or, \"transactional\"\n"
    "@REPLACES:CONSENT@"
    "    # The bases that count: express, double-opt-in, soft-opt-in, inferred, published, "
    "registry,\n"
    "    # contract. Where an objection is what counts: opt_out = true; instead.\n"
    "    accept = [ \"express\", \"double-opt-in\" ];\n"
    "    otherwise = \"strip\";         # allow, fix, strip, defer, hold or refuse\n"
    "    cannot_tell = \"defer\";       # when the consent store does not answer\n"
    "    mode = \"enforce\";           # shadow or off\n"
    "    # valid_from = \"2027-01-01\"; valid_to = \"2028-01-01\";\n"
    "    source = \"name the statute and its article\";    # the sender reads it\n"
    "    provenance = \"verify: from general knowledge\"; },    # or \"verified: what was "
    "read\"\n"
    "\n"
    "  { id = \"@CODE@-UNSUBSCRIBE\";\n"
    "    kind = \"unsubscribe\";\n"
    "    applies_to = [ \"promotional\" ];\n"
    "@REPLACES:UNSUBSCRIBE@"
    "    where = [ \"link\", \"mailto\" ];\n"
    "    otherwise = \"refuse\";\n"
    "    source = \"name the statute and its article\";\n"
    "    provenance = \"verify: from general knowledge\"; },\n"
    "\n"
    "  { id = \"@CODE@-IDENTITY\";\n"
    "    kind = \"sender-identity\";\n"
    "    applies_to = [ \"promotional\" ];\n"
    "@REPLACES:IDENTITY@"
    "    fields = [ \"name\" ];         # name, postal_address, contact, email, register …\n"
    "    otherwise = \"refuse\";\n"
    "    cannot_tell = \"allow\";       # a sender without a profile in licet-policy.cfg\n"
    "    source = \"name the statute and its article\";\n"
    "    provenance = \"verify: from general knowledge\"; }\n"
    ");\n"
    "\n"
    "# What somebody answers for, until a date:\n"
    "#\n"
    "# exceptions = (\n"
    "#   { rule = \"@CODE@-IDENTITY\";\n"
    "#     owner = \"who answers for it\";\n"
    "#     reason = \"why the rule cannot be kept until then\";\n"
    "#     senders = [ \"shop.example\" ];\n"
    "#     until = \"2027-03-31\"; }\n"
    "# );\n"
    "\n"
    "tests = (\n"
    "  { name = \"a receipt goes out whatever its recipient agreed to\";\n"
    "    mail = \"receipt\"; recipient = { consent = \"withdrawn\"; };\n"
    "    expect = \"deliver\"; },\n"
    "  { name = \"a newsletter with consent and all that is due\";\n"
    "    mail = \"newsletter\"; recipient = { consent = \"express\"; };\n"
    "    expect = \"deliver\"; },\n"
    "  { name = \"a newsletter to a stranger\";\n"
    "    mail = \"newsletter\";\n"
    "    expect = \"refuse\"; rule = \"@CODE@-CONSENT\"; },\n"
    "  { name = \"a receipt with an offer goes to a stranger without the offer\";\n"
    "    mail = \"mixed\";\n"
    "    expect = \"strip\"; rule = \"@CODE@-CONSENT\"; },\n"
    "  { name = \"no way out\";\n"
    "    mail = \"newsletter\"; unsubscribe = [ ]; recipient = { consent = \"express\"; };\n"
    "    expect = \"refuse\"; rule = \"@CODE@-UNSUBSCRIBE\"; },\n"
    "  { name = \"a footer that does not say who sends\";\n"
    "    mail = \"newsletter\"; identity = [ ]; recipient = { consent = \"express\"; };\n"
    "    expect = \"refuse\"; rule = \"@CODE@-IDENTITY\"; }\n"
    ");\n";

/* What is on top of the law of the country. */
static const char rules_on_top[] =
    "rules = (\n"
    "  { id = \"@CODE@-TEXT\";       # unique in all files; stands in replies and in the log\n"
    "    kind = \"required-text\";   # licet policy kinds lists them\n"
    "    applies_to = [ \"promotional\" ];    # and, or, \"transactional\"\n"
    "    texts = [ \"The sentence that the law of this part asks for.\" ];\n"
    "    otherwise = \"refuse\";     # allow, fix (it is added), strip, defer, hold or refuse\n"
    "    source = \"name the statute and its article\";    # the sender reads it\n"
    "    provenance = \"verify: from general knowledge\"; }    # or \"verified: what was "
    "read\"\n"
    ");\n"
    "\n"
    "tests = (\n"
    "  { name = \"a receipt\";\n"
    "    mail = \"receipt\";\n"
    "    expect = \"deliver\"; },\n"
    "  { name = \"a newsletter that has the sentence\";\n"
    "    mail = \"newsletter\"; recipient = { consent = \"express\"; };\n"
    "    text = [ \"The sentence that the law of this part asks for.\" ];\n"
    "    expect = \"deliver\"; },\n"
    "  { name = \"a newsletter that lacks it\";\n"
    "    mail = \"newsletter\"; recipient = { consent = \"express\"; };\n"
    "    expect = \"refuse\"; rule = \"@CODE@-TEXT\"; }\n"
    ");\n";

static char *
replace (char *text, const char *what, const char *with)
{
    g_auto (GStrv) parts = g_strsplit (text, what, -1);

    g_free (text);
    return g_strjoinv (with, parts);
}

static char *
fill_in (const char *country, const char *subdivision, const char *inherits)
{
    g_autofree char *code = g_strconcat (country, subdivision ? "-" : NULL, subdivision, NULL);
    g_autofree char *line =
        inherits ? g_strdup_printf ("inherits = \"%s\";           # its rules hold as well\n",
                                    inherits)
                 : g_strdup ("");
    static const char *const names[] = { "CONSENT", "UNSUBSCRIBE", "IDENTITY" };
    char *text = g_strconcat (head, subdivision ? rules_on_top : rules, NULL);

    for (unsigned i = 0; i < G_N_ELEMENTS (names); i++) {
        g_autofree char *mark = g_strdup_printf ("@REPLACES:%s@", names[i]);
        g_autofree char *with =
            inherits ? g_strdup_printf ("    replaces = \"%s-%s\";\n", inherits, names[i])
                     : g_strdup ("");
        text = replace (text, mark, with);
    }
    text = replace (text, "@INHERITS@", line);
    text = replace (text, "@NAME@", subdivision ? code : iso3166_name (country));
    return replace (text, "@CODE@", code);
}

char *
policy_skeleton (const char *code, GError **error)
{
    g_auto (GStrv) parts = g_strsplit (code, "-", 2);
    const char *country = parts[0] ? parts[0] : "", *subdivision = parts[0] ? parts[1] : NULL;
    const char *right = iso3166_right (country);
    size_t length = subdivision ? strlen (subdivision) : 1;

    if (!iso3166_name (country) || length < 1 || length > 3 ||
        (subdivision &&
         strspn (subdivision, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != length)) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_MALFORMED,
                     "\"%s\" is no code of ISO 3166; right would be %s", code,
                     right ? right : "BO or US-TX");
        return NULL;
    }
    return fill_in (country, subdivision,
                    subdivision                          ? country
                    : g_strv_contains (members, country) ? "EU"
                                                         : NULL);
}
