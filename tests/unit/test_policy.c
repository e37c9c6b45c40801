/* SPDX-License-Identifier: BSD-2-Clause */

/* Policies: problems with their place, mixed-mail tests, windows and holidays, decisions. */

#include <glib/gstdio.h>
#include <string.h>

#include "licet/clock.h"
#include "licet/error.h"
#include "licet/policy.h"
#include "../../milter/policy/holidays.h"
#include "../../milter/policy/reply.h"
#include "../../milter/policy/rules.h"

static const char main_text[] =
    "default_territory = \"XX\"; unsubscribe_words = [ \"unsubscribe\" ];\n"
    "senders = ( { domains = [ \"shop.example\" ]; names = [ \"Shop Example\" ];\n"
    "  postal_address = [ \"Main St 1\", \"Springfield\" ]; contact = [ \"+1 555\" ]; } );\n";

#define RULE(id, kind, rest)                                                                   \
    "{ id = \"" id "\"; kind = \"" kind                                                        \
    "\"; source = \"S\"; provenance = \"verify: x\"; applies_to = [ \"promotional\" ]; " rest  \
    " }"
#define CONSENT RULE ("C", "consent", "accept = [ \"express\" ]; otherwise = \"strip\";")
#define TERRITORY(rules)                                                                       \
    "territory = \"XX\"; name = \"X\"; mixed_mail = \"any-promotion\";\nrules = (\n" rules     \
    "\n);\n"

/* Lays a directory of policies with one territory file and loads it. */
static PolicySet *
load (const char *territory, const char *other, GError **error)
{
    g_autofree char *dir = g_dir_make_tmp ("licet-policy.XXXXXX", NULL);
    g_autofree char *sub = g_build_filename (dir, "territories", NULL);
    g_autofree char *path = g_build_filename (dir, "licet-policy.cfg", NULL);
    g_autofree char *first = g_build_filename (sub, "XX.cfg", NULL);
    g_autofree char *second = g_build_filename (sub, "XY.cfg", NULL);

    g_mkdir (sub, 0700);
    g_assert_true (g_file_set_contents (path, main_text, -1, NULL));
    g_assert_true (g_file_set_contents (first, territory, -1, NULL));
    if (other)
        g_assert_true (g_file_set_contents (second, other, -1, NULL));
    PolicySet *set = policy_set_load (dir, error);
    g_unlink (first);
    g_unlink (second);
    g_unlink (path);
    g_rmdir (sub);
    g_rmdir (dir);
    return set;
}

typedef struct {
    const char *name, *territory, *other, *want; /* want: part of the error; NULL: loads */
} LoadRow;

static const LoadRow loads[] = {
    { "a rule of each shape", TERRITORY (CONSENT), NULL, NULL },
    { "an unknown kind", TERRITORY (RULE ("A", "konsent", "otherwise = \"strip\";")), NULL,
      "XX.cfg:3: unknown kind \"konsent\" (did you mean \"consent\"?); right would be one of: "
      "ad-disclosure" },
    { "an unknown parameter",
      TERRITORY (RULE ("A", "consent",
                       "accept = [ \"express\" ]; otherwise = \"strip\"; maxage = 3;")),
      NULL, "XX.cfg:3: unknown setting \"maxage\"" },
    { "an unknown basis",
      TERRITORY (RULE ("A", "consent", "accept = [ \"optin\" ]; otherwise = \"strip\";")), NULL,
      "unknown word \"optin\"; right would be one of: express" },
    { "a consent rule that accepts nothing",
      TERRITORY (RULE ("A", "consent", "otherwise = \"strip\";")), NULL,
      "a consent rule accepts nothing" },
    { "an action that does not exist",
      TERRITORY (RULE ("A", "consent", "accept = [ \"express\" ]; otherwise = \"drop\";")),
      NULL, "unknown word \"drop\"" },
    { "beside an unknown kind, an action that does not exist",
      TERRITORY (RULE ("A", "konsent", "otherwise = \"drop\";")), NULL,
      "unknown word \"drop\"" },
    { "and what is no id", TERRITORY (RULE ("A B", "konsent", "otherwise = \"drop\";")), NULL,
      "\"A B\" is no id" },
    { "beside an unknown action, what the kind asks",
      TERRITORY (RULE ("A", "consent", "otherwise = \"drop\";")), NULL,
      "a consent rule accepts nothing" },
    { "a fix where the kind cannot",
      TERRITORY (RULE ("A", "consent", "accept = [ \"express\" ]; otherwise = \"fix\";")), NULL,
      "cannot fix" },
    { "two rules with one id", TERRITORY (CONSENT ",\n" CONSENT), NULL,
      "XX.cfg:4: a second rule with the id C; the first is in " },
    { "an unknown mixed-mail test",
      "territory = \"XX\"; name = \"X\"; mixed_mail = \"half\"; rules = ();", NULL,
      "unknown test \"half\"; right would be one of: any-promotion" },
    { "inheriting from nobody",
      "territory = \"XX\"; name = \"X\"; inherits = \"EU\"; mixed_mail = \"solely\"; rules = "
      "();",
      NULL, "there is no territory EU to inherit from" },
    { "inheriting in a circle",
      "territory = \"XX\"; name = \"X\"; inherits = \"XY\"; mixed_mail = \"solely\"; rules = "
      "();",
      "territory = \"XY\"; name = \"Y\"; inherits = \"XX\"; mixed_mail = \"solely\"; rules = "
      "();",
      "inherits from itself" },
    { "two files for one territory", TERRITORY (CONSENT),
      "territory = \"XX\"; name = \"Y\"; mixed_mail = \"solely\"; rules = ();",
      "XX has a file already" },
    { "replacing a rule that is not there",
      TERRITORY (RULE ("A", "consent",
                       "accept = [ \"express\" ]; otherwise = \"strip\"; replaces = \"Z\";")),
      NULL, "there is no rule Z to replace" },
    { "an end before the beginning",
      TERRITORY (RULE ("A", "consent",
                       "accept = [ \"express\" ]; otherwise = \"strip\"; valid_from = "
                       "\"2026-01-01\"; valid_to = \"2025-01-01\";")),
      NULL, "valid_to is not after valid_from" },
    { "a date that is none",
      TERRITORY (
          RULE ("A", "consent",
                "accept = [ \"express\" ]; otherwise = \"strip\"; valid_from = \"soon\";")),
      NULL, "valid_from: \"soon\" is no RFC 3339 time" },
    { "an unknown time zone",
      TERRITORY (RULE ("A", "contact-window",
                       "otherwise = \"defer\"; time_zone = \"America/Bogotá\"; windows = ( { "
                       "days = [ \"mon\" ]; from = \"07:00\"; to = \"19:00\"; } );")),
      NULL, "unknown time zone" },
    { "a window that ends before it begins",
      TERRITORY (RULE ("A", "contact-window",
                       "otherwise = \"defer\"; time_zone = \"America/Bogota\"; windows = ( { "
                       "days = [ \"mon\" ]; from = \"19:00\"; to = \"07:00\"; } );")),
      NULL, "from before to" },
    { "a window that is never open",
      TERRITORY (RULE ("A", "contact-window",
                       "otherwise = \"defer\"; time_zone = \"America/Bogota\"; windows = ();")),
      NULL, "nobody could ever be contacted" },
    { "a calendar that is not known",
      TERRITORY (RULE (
          "A", "contact-window",
          "otherwise = \"defer\"; time_zone = \"America/Bogota\"; closed_on_holidays = \"QQ\"; "
          "windows = ( { days = [ \"mon\" ]; from = \"07:00\"; to = \"19:00\"; } );")),
      NULL, "no calendar of public holidays for \"QQ\"; known: CO" },
    { "a territory code that is none",
      "territory = \"Germany\"; name = \"X\"; mixed_mail = \"solely\"; rules = ();", NULL,
      "\"Germany\" is no territory code" },
    { "a code that is not the file's",
      "territory = \"DE\"; name = \"X\"; mixed_mail = \"solely\"; rules = ();", NULL,
      "XX.cfg:1: DE does not fit the name of the file" },
    { "a reply that SMTP cannot carry",
      TERRITORY (
          RULE ("A", "consent",
                "accept = [ \"express\" ]; otherwise = \"strip\"; reply = \"nicht möglich\";")),
      NULL, "reply must be ASCII" },
    { "a rule without its source",
      TERRITORY ("{ id = \"A\"; kind = \"consent\"; applies_to = [ \"promotional\" ]; "
                 "otherwise = \"strip\"; provenance = \"x\"; }"),
      NULL, "source is missing" },
};

static void
test_load (gconstpointer data)
{
    const LoadRow *row = data;
    g_autoptr (GError) error = NULL;
    g_autoptr (PolicySet) set = load (row->territory, row->other, &error);

    g_assert_cmpint (set != NULL, ==, row->want == NULL);
    if (!row->want)
        return;
    g_assert_true (g_error_matches (error, LICET_ERROR, LICET_ERROR_POLICY));
    g_test_message ("%s", error->message);
    g_assert_nonnull (strstr (error->message, row->want));
}

typedef struct {
    const char *name, *test;
    ContentOrder order;
    MessageClass subject;
    double share;
    MessageClass want;
} MixedRow;

static const MixedRow mixed_rows[] = {
    { "any promotion counts in the EU", "any-promotion", ORDER_TRANSACTION_FIRST,
      CLASS_TRANSACTIONAL, 0.01, CLASS_PROMOTIONAL },
    { "one of several purposes counts in Australia", "one-of-purposes", ORDER_TRANSACTION_FIRST,
      CLASS_TRANSACTIONAL, 0.01, CLASS_PROMOTIONAL },
    { "not solely transactional in Canada", "solely", ORDER_TRANSACTION_FIRST,
      CLASS_TRANSACTIONAL, 0.01, CLASS_PROMOTIONAL },
    { "neutral subject and transaction first in the US", "primary-us", ORDER_TRANSACTION_FIRST,
      CLASS_TRANSACTIONAL, 0.9, CLASS_TRANSACTIONAL },
    { "the subject advertises in the US", "primary-us", ORDER_TRANSACTION_FIRST,
      CLASS_PROMOTIONAL, 0.1, CLASS_PROMOTIONAL },
    { "the promotion comes first in the US", "primary-us", ORDER_PROMOTION_FIRST,
      CLASS_TRANSACTIONAL, 0.1, CLASS_PROMOTIONAL },
    { "the larger part is the transaction", "primary", ORDER_PROMOTION_FIRST, CLASS_PROMOTIONAL,
      0.5, CLASS_TRANSACTIONAL },
    { "the larger part is promotion", "primary", ORDER_TRANSACTION_FIRST, CLASS_TRANSACTIONAL,
      0.51, CLASS_PROMOTIONAL },
    { "an exempt notice may not promote in Turkey", "no-promo-in-exempt",
      ORDER_TRANSACTION_FIRST, CLASS_TRANSACTIONAL, 0.01, CLASS_PROMOTIONAL },
    { "a little, after the transaction, in Japan", "incidental-ad-ok", ORDER_TRANSACTION_FIRST,
      CLASS_TRANSACTIONAL, 0.2, CLASS_TRANSACTIONAL },
    { "too much in Japan", "incidental-ad-ok", ORDER_TRANSACTION_FIRST, CLASS_TRANSACTIONAL,
      0.21, CLASS_PROMOTIONAL },
    { "first in Japan", "incidental-ad-ok", ORDER_PROMOTION_FIRST, CLASS_TRANSACTIONAL, 0.1,
      CLASS_PROMOTIONAL },
};

static void
test_mixed (gconstpointer data)
{
    const MixedRow *row = data;
    Classification classification = { .class = CLASS_MIXED,
                                      .order = row->order,
                                      .subject_class = row->subject,
                                      .promo_share = row->share };
    g_autofree char *reason = NULL;

    g_assert_cmpint (mixed_test_find (row->test) (&classification, &reason), ==, row->want);
    g_assert_true (reason && *reason);
}

/* The public holidays of Colombia in 2026 and 2027 as the government publishes them. */
static const char *const holidays_2026[] = { "01-01", "01-12", "03-23", "04-02", "04-03",
                                             "05-01", "05-18", "06-08", "06-15", "06-29",
                                             "07-20", "08-07", "08-17", "10-12", "11-02",
                                             "11-16", "12-08", "12-25", NULL };
static const char *const holidays_2027[] = { "01-01", "01-11", "03-22", "03-25", "03-26",
                                             "05-01", "05-10", "05-31", "06-07", "07-05",
                                             "07-20", "08-07", "08-16", "10-18", "11-01",
                                             "11-15", "12-08", "12-25", NULL };

static void
check_year (int year, const char *const *want)
{
    GDate date;
    unsigned found = 0;

    g_date_clear (&date, 1);
    for (g_date_set_dmy (&date, 1, 1, (GDateYear)year); g_date_get_year (&date) == year;
         g_date_add_days (&date, 1)) {
        g_autofree char *text = g_strdup_printf ("%02d-%02u", (int)g_date_get_month (&date),
                                                 (unsigned)g_date_get_day (&date));
        bool holiday =
            holiday_is ("CO", year, (int)g_date_get_month (&date), (int)g_date_get_day (&date));
        if (holiday != g_strv_contains (want, text))
            g_test_message ("%d-%s: %s", year, text, holiday ? "should be none" : "is missing");
        g_assert_cmpint (holiday, ==, g_strv_contains (want, text));
        found += holiday;
    }
    g_assert_cmpuint (found, ==, g_strv_length ((char **)want));
}

static void
test_holidays (void)
{
    check_year (2026, holidays_2026);
    check_year (2027, holidays_2027);
    g_assert_false (holiday_is ("DE", 2026, 1, 1));
}

static Message *
parse (const char *header, const char *body)
{
    g_autofree char *text = g_strdup_printf (
        "From: Shop <a@shop.example>\r\nTo: b@x.example\r\nMIME-Version: 1.0\r\n%s"
        "Content-Type: text/html; charset=utf-8\r\n\r\n%s",
        header, body);
    g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
    g_autoptr (GError) error = NULL;
    Message *message = message_parse (bytes, &error);

    g_assert_no_error (error);
    return message;
}

static Classification *
mixed_of (const Message *message)
{
    Classification *classification = classification_new ();
    const GArray *marked = message_marked_blocks (message);

    classification->class = marked->len ? CLASS_MIXED : CLASS_PROMOTIONAL;
    classification->promo_share = marked->len ? 0.2 : 1;
    classification->order = ORDER_TRANSACTION_FIRST;
    classification->promo_purpose = PURPOSE_OFFER;
    for (unsigned i = 0; i < marked->len; i++) {
        const MarkedBlock *mark = &g_array_index (marked, MarkedBlock, i);
        Block *block = g_new0 (Block, 1);
        block->leaf = mark->leaf;
        block->start = mark->start;
        block->end = mark->end;
        block->class = CLASS_PROMOTIONAL;
        g_ptr_array_add (classification->blocks, block);
    }
    return classification;
}

#define RULE_OF(id, kind, rest) RULE (id, kind, rest)
#define UNSUBSCRIBE                                                                            \
    RULE_OF ("U", "unsubscribe", "where = [ \"link\" ]; otherwise = \"refuse\";")
#define WINDOW                                                                                 \
    RULE_OF ("W", "contact-window",                                                            \
             "time_zone = \"America/Bogota\"; closed_on_holidays = \"CO\"; otherwise = "       \
             "\"defer\"; windows = ( { days = [ \"mon\", \"tue\", \"wed\", \"thu\", \"fri\" "  \
             "]; from = \"07:00\"; to = \"19:00\"; } );")
#define IDENTITY(fields)                                                                       \
    RULE_OF ("I", "sender-identity", "fields = [ " fields " ]; otherwise = \"refuse\";")
#define LINK    "<p><a href=\"https://shop.example/unsubscribe\">Unsubscribe</a></p>"
#define BLOCK   "<div data-licet=\"promotional\">sale</div>"
#define RECEIPT "<p>Your receipt</p>"

typedef struct {
    const char *name, *rules, *header, *body, *now;
    ConsentState consent;
    const char *basis;
    Outcome want;
    const char *rule, *reply; /* reply: a part of it */
} DecideRow;

#define NOON   "2026-11-24T17:00:00Z" /* Tuesday noon in Bogota */
#define SUNDAY "2026-11-22T17:00:00Z"

static const DecideRow decisions[] = {
    { "consent on an accepted basis", CONSENT, "", RECEIPT BLOCK, NOON, CONSENT_GRANTED,
      "express", OUTCOME_DELIVER, NULL, NULL },
    { "consent on another basis is none", CONSENT, "", RECEIPT BLOCK, NOON, CONSENT_GRANTED,
      "inferred", OUTCOME_STRIP, "C", NULL },
    { "no record", CONSENT, "", RECEIPT BLOCK, NOON, CONSENT_UNKNOWN, NULL, OUTCOME_STRIP, "C",
      NULL },
    { "withdrawn", CONSENT, "", RECEIPT BLOCK, NOON, CONSENT_REFUSED, NULL, OUTCOME_STRIP, "C",
      NULL },
    { "a store that does not answer is no consent", CONSENT, "", RECEIPT BLOCK, NOON,
      CONSENT_UNAVAILABLE, NULL, OUTCOME_DEFER, "C", "451 4.7.1 C: it cannot be told now" },
    { "what the mail does not show is no failure that passes",
      RULE ("D", "ad-disclosure",
            "words = [ \"werbung\" ]; otherwise = \"refuse\"; cannot_tell = \"refuse\";"),
      "", RECEIPT BLOCK, NOON, CONSENT_GRANTED, "express", OUTCOME_REFUSE, "D",
      "550 5.7.1 D: nothing shows that the mail may be sent; who keeps the policies" },
    { "a setting that is missing is for the administrator",
      RULE ("I", "sender-identity",
            "fields = [ \"register\" ]; otherwise = \"refuse\"; cannot_tell = \"refuse\";"),
      "", RECEIPT BLOCK, NOON, CONSENT_GRANTED, "express", OUTCOME_REFUSE, "I",
      "550 5.7.1 I: a setting is missing" },
    { "a store that does not answer: strip, when the rule says so",
      RULE ("C", "consent",
            "accept = [ \"express\" ]; otherwise = \"strip\"; cannot_tell = \"strip\";"),
      "", RECEIPT BLOCK, NOON, CONSENT_UNAVAILABLE, NULL, OUTCOME_STRIP, "C", NULL },
    { "a newsletter cannot be stripped while the store is away: it waits",
      RULE ("C", "consent",
            "accept = [ \"express\" ]; otherwise = \"strip\"; cannot_tell = \"strip\";"),
      "", "<p>sale</p>", NOON, CONSENT_UNAVAILABLE, NULL, OUTCOME_DEFER, "C", NULL },
    { "nothing but promotion cannot be stripped", CONSENT, "", "<p>sale</p>", NOON,
      CONSENT_UNKNOWN, NULL, OUTCOME_REFUSE, "C", "550 5.7.1 C: the recipient has not agreed" },
    { "opt-out: no objection suffices",
      RULE ("O", "consent", "opt_out = true; otherwise = \"strip\";"), "", RECEIPT BLOCK, NOON,
      CONSENT_UNKNOWN, NULL, OUTCOME_DELIVER, NULL, NULL },
    { "opt-out: an objection counts",
      RULE ("O", "consent", "opt_out = true; otherwise = \"strip\";"), "", RECEIPT BLOCK, NOON,
      CONSENT_REFUSED, NULL, OUTCOME_STRIP, "O", NULL },
    { "no way to unsubscribe", UNSUBSCRIBE, "", "<p>sale</p>", NOON, CONSENT_GRANTED, "express",
      OUTCOME_REFUSE, "U",
      "550 5.7.1 U: the mail has no visible way to unsubscribe. Source: S" },
    { "a way to unsubscribe", UNSUBSCRIBE, "", "<p>sale</p>" LINK, NOON, CONSENT_GRANTED,
      "express", OUTCOME_DELIVER, NULL, NULL },
    { "a hidden way to unsubscribe is none", UNSUBSCRIBE, "",
      "<p>sale</p><div style=\"display:none\">" LINK "</div>", NOON, CONSENT_GRANTED, "express",
      OUTCOME_REFUSE, "U", NULL },
    { "a link that does not say so is none", UNSUBSCRIBE, "",
      "<p>sale <a href=\"https://shop.example/\">home</a></p>", NOON, CONSENT_GRANTED,
      "express", OUTCOME_REFUSE, "U", NULL },
    { "a javascript link is none", UNSUBSCRIBE, "",
      "<a href=\"javascript:x()\">unsubscribe</a>", NOON, CONSENT_GRANTED, "express",
      OUTCOME_REFUSE, "U", NULL },
    { "what the strip cures no longer counts", CONSENT "," UNSUBSCRIBE, "", RECEIPT BLOCK, NOON,
      CONSENT_UNKNOWN, NULL, OUTCOME_STRIP, "C", NULL },
    { "without a strip the missing link refuses the whole", CONSENT "," UNSUBSCRIBE, "",
      RECEIPT BLOCK, NOON, CONSENT_GRANTED, "express", OUTCOME_REFUSE, "U", NULL },
    { "a closed window waits until it opens", WINDOW, "", RECEIPT BLOCK, SUNDAY,
      CONSENT_GRANTED, "express", OUTCOME_DEFER, "W",
      "451 4.7.1 W: promotional mail may not be sent to the recipient at this hour; it waits "
      "until 2026-11-23T12:00:00Z" },
    { "an open window", WINDOW, "", RECEIPT BLOCK, NOON, CONSENT_GRANTED, "express",
      OUTCOME_DELIVER, NULL, NULL },
    { "the window closes at its end", WINDOW, "", RECEIPT BLOCK, "2026-11-25T00:00:00Z",
      CONSENT_GRANTED, "express", OUTCOME_DEFER, "W", "until 2026-11-25T12:00:00Z" },
    { "the last minute is open", WINDOW, "", RECEIPT BLOCK, "2026-11-24T23:59:59Z",
      CONSENT_GRANTED, "express", OUTCOME_DELIVER, NULL, NULL },
    { "a public holiday on Monday is skipped", WINDOW, "", RECEIPT BLOCK,
      "2026-11-15T17:00:00Z", CONSENT_GRANTED, "express", OUTCOME_DEFER, "W",
      "until 2026-11-17T12:00:00Z" },
    { "a strip takes the mail out of the window's reach", CONSENT "," WINDOW, "", RECEIPT BLOCK,
      SUNDAY, CONSENT_UNKNOWN, NULL, OUTCOME_STRIP, "C", NULL },
    { "refusing is heavier than waiting", UNSUBSCRIBE "," WINDOW, "", RECEIPT BLOCK, SUNDAY,
      CONSENT_GRANTED, "express", OUTCOME_REFUSE, "U", NULL },
    { "the name of the sender stands in the text", IDENTITY ("\"name\""), "",
      "<p>SHOP\r\n example</p>", NOON, CONSENT_GRANTED, "express", OUTCOME_DELIVER, NULL,
      NULL },
    { "half a postal address is none", IDENTITY ("\"postal_address\""), "", "<p>Main St 1</p>",
      NOON, CONSENT_GRANTED, "express", OUTCOME_REFUSE, "I", "550 5.7.1 I" },
    { "a hidden address is none", IDENTITY ("\"postal_address\""), "",
      "<p style=\"font-size:0\">Main St 1 Springfield</p>", NOON, CONSENT_GRANTED, "express",
      OUTCOME_REFUSE, "I", NULL },
    { "a rule in shadow mode has no effect",
      RULE ("U", "unsubscribe",
            "where = [ \"link\" ]; otherwise = \"refuse\"; mode = \"shadow\";"),
      "", "<p>sale</p>", NOON, CONSENT_GRANTED, "express", OUTCOME_DELIVER, NULL, NULL },
    { "a rule that is not in force yet",
      RULE ("U", "unsubscribe",
            "where = [ \"link\" ]; otherwise = \"refuse\"; valid_from = \"2026-11-25\";"),
      "", "<p>sale</p>", NOON, CONSENT_GRANTED, "express", OUTCOME_DELIVER, NULL, NULL },
    { "a rule for campaigns that this is not",
      RULE ("L", "subject-label",
            "labels = [ \"ADV\" ]; otherwise = \"refuse\"; campaigns = [ \"adult\" ];"),
      "Subject: x\r\nX-Licet-Campaign: spring\r\n", "<p>sale</p>", NOON, CONSENT_GRANTED,
      "express", OUTCOME_DELIVER, NULL, NULL },
    { "a label is missing",
      RULE ("L", "subject-label",
            "labels = [ \"ADV\" ]; otherwise = \"refuse\"; campaigns = [ \"adult\" ];"),
      "Subject: x\r\nX-Licet-Campaign: spring, adult\r\n", "<p>sale</p>", NOON, CONSENT_GRANTED,
      "express", OUTCOME_REFUSE, "L", NULL },
    { "a full-width look-alike is not the label",
      RULE ("L", "subject-label", "labels = [ \"(AD)\" ]; otherwise = \"refuse\";"),
      "Subject: =?utf-8?B?77yIQUTvvIkgeA==?=\r\n", "<p>sale</p>", NOON, CONSENT_GRANTED,
      "express", OUTCOME_REFUSE, "L", NULL },
    { "a label encoded in the subject counts",
      RULE ("L", "subject-label", "labels = [ \"(광고)\" ]; otherwise = \"refuse\";"),
      "Subject: =?utf-8?B?KOq0keqzoCkgeA==?=\r\n", "<p>sale</p>", NOON, CONSENT_GRANTED,
      "express", OUTCOME_DELIVER, NULL, NULL },
};

static RecipientFacts *
facts_with (const DecideRow *row)
{
    RecipientFacts *facts = g_new0 (RecipientFacts, 1);

    facts->address = g_strdup ("b@x.example");
    facts->given = g_strdup ("b@x.example");
    facts->territory = g_strdup ("XX");
    facts->territory_source = "default";
    facts->promotion = consent_answer_new (row->consent);
    facts->tracking = consent_answer_new (CONSENT_UNKNOWN);
    facts->promotion->basis = g_strdup (row->basis);
    return facts;
}

static void
test_decide (gconstpointer data)
{
    const DecideRow *row = data;
    g_autofree char *territory = g_strdup_printf (
        "territory = \"XX\"; name = \"X\"; mixed_mail = \"any-promotion\"; rules = ( %s );",
        row->rules);
    g_autoptr (GError) error = NULL;
    g_autoptr (PolicySet) set = load (territory, NULL, &error);
    g_autoptr (Message) message = parse (row->header, row->body);
    int64_t now = 0;

    g_assert_no_error (error);
    g_assert_true (clock_parse (row->now, &now, NULL));
    g_autoptr (Classification) classification = mixed_of (message);
    g_autoptr (Decision) decision =
        policy_decide (set, message, classification, facts_with (row), now);
    g_assert_cmpstr (outcome_word (decision->outcome), ==, outcome_word (row->want));
    g_assert_cmpstr (decision->rule, ==, row->rule);
    if (row->reply) {
        g_test_message ("%s", decision->reply);
        g_assert_nonnull (strstr (decision->reply, row->reply));
    }
    g_assert_cmpint (decision->reply != NULL, ==,
                     row->want == OUTCOME_REFUSE || row->want == OUTCOME_DEFER);
}

typedef struct {
    const char *name, *header, *address, *country, *territory, *source;
} FactsRow;

static const FactsRow facts_rows[] = {
    { "the consent record comes first", "X-Licet-Territory: XX\r\n", "a@x.example", "XY", "XY",
      "consent-record" },
    { "then the header", "X-Licet-Territory: xy-ab\r\n", "a@x.example", NULL, "XY", "header" },
    { "then the default", "", "a@x.example", NULL, "XX", "default" },
    { "a country without a file goes to the default", "X-Licet-Territory: XY\r\n",
      "a@x.example", "QQ", "XX", "default" },
    { "a header without sense goes to the default", "X-Licet-Territory: -\r\n", "a@x.example",
      NULL, "XX", "default" },
};

static void
test_facts (gconstpointer data)
{
    const FactsRow *row = data;
    g_autoptr (PolicySet) set =
        load (TERRITORY (CONSENT),
              "territory = \"XY\"; name = \"Y\"; mixed_mail = \"solely\"; rules = ();", NULL);
    g_autoptr (Message) message = parse (row->header, "x");
    ConsentRecord record = { .address = (char *)row->address,
                             .country = (char *)row->country,
                             .promotion = consent_answer_new (CONSENT_UNKNOWN),
                             .tracking = consent_answer_new (CONSENT_UNKNOWN) };
    g_autoptr (RecipientFacts) facts = policy_facts (set, message, row->address, &record, NULL);

    g_assert_cmpstr (facts->territory, ==, row->territory);
    g_assert_cmpstr (facts->territory_source, ==, row->source);
    consent_answer_free (record.promotion);
    consent_answer_free (record.tracking);
}

/* Letter by letter, as policy_fold says. */
static char *
fold_slowly (const char *text)
{
    g_autofree char *composed = g_utf8_normalize (text, -1, G_NORMALIZE_NFC);
    g_autofree char *folded = g_utf8_casefold (composed, -1);
    GString *out = g_string_new (NULL);
    bool blank = false;

    for (const char *c = folded; *c; c = g_utf8_next_char (c)) {
        gunichar letter = g_utf8_get_char (c);
        bool space = g_unichar_isspace (letter);
        if (!space && blank && out->len > 0)
            g_string_append_c (out, ' ');
        if (!space)
            g_string_append_unichar (out, letter);
        blank = space;
    }
    return g_string_free (out, FALSE);
}

/* What composes, what folds to more letters, blanks of all kinds, and ASCII between them. */
static void
test_fold (void)
{
    static const char *const pieces[] = {
        "a",
        "E",
        " ",
        "\n",
        "\t",
        "\v",
        "Save 30 percent on all of it",
        "\u0301",
        "\u0308",
        "\u00c9",
        "\u00df",
        "\u0130",
        "\ufb01",
        "\u1100",
        "\u1161",
        "\u11a8",
        "\u00a0",
        "\u3000",
        "\u4e2d",
        "\u0416",
        "K\u030c",
        "\u212b",
    };
    GRand *chance = g_rand_new_with_seed (7);

    for (unsigned i = 0; i < 20000; i++) {
        g_autoptr (GString) text = g_string_new (NULL);
        for (int left = g_rand_int_range (chance, 0, 12); left > 0; left--)
            g_string_append (text,
                             pieces[g_rand_int_range (chance, 0, (int)G_N_ELEMENTS (pieces))]);
        g_autofree char *quick = policy_fold (text->str);
        g_autofree char *slow = fold_slowly (text->str);
        g_assert_cmpstr (quick, ==, slow);
    }
    g_rand_free (chance);
}

#define ADD_ROWS(prefix, rows, function)                                                       \
    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {                                       \
        g_autofree char *path = g_strdup_printf (prefix "/%s", rows[i].name);                  \
        g_test_add_data_func (path, &rows[i], function);                                       \
    }

static void
test_doubts_in_spanish (void)
{
    static const RuleResult doubts[] = { { .passing = true }, { .not_set_up = true }, { 0 } };
    Decision english = { .reply_language = ENGLISH }, spanish = { .reply_language = SPANISH };

    for (unsigned i = 0; i < G_N_ELEMENTS (doubts); i++)
        g_assert_cmpstr (reply_doubt (&english, &doubts[i]), !=,
                         reply_doubt (&spanish, &doubts[i]));
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    ADD_ROWS ("/policy/load", loads, test_load)
    ADD_ROWS ("/policy/mixed", mixed_rows, test_mixed)
    ADD_ROWS ("/policy/decide", decisions, test_decide)
    ADD_ROWS ("/policy/facts", facts_rows, test_facts)
    g_test_add_func ("/policy/doubts in Spanish", test_doubts_in_spanish);
    g_test_add_func ("/policy/fold", test_fold);
    g_test_add_func ("/policy/holidays", test_holidays);
    return g_test_run ();
}
