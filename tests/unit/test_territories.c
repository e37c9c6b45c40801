/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The shipped policies: what they make of hand-made mail, out of the box and once an officer has
 * filled in a sender profile; and what a decision carries besides its outcome.
 */

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "licet/clock.h"
#include "licet/error.h"
#include "licet/limits.h"
#include "licet/policy.h"

static const char profile[] =
    "senders = ( { domains = [ \"shop.example\" ]; names = [ \"Shop Example GmbH\" ];\n"
    "  postal_address = [ \"Hauptstrasse 1\", \"10115 Berlin\" ]; contact = [ "
    "\"hi@shop.example\" ];\n"
    "  register = [ \"HRB 12345\" ]; } );\n";

static char *
shipped_file (const char *name)
{
    return g_test_build_filename (G_TEST_DIST, "..", "policies", name, NULL);
}

/* The shipped files, with more appended to the main file and to one territory; NULL for none. */
static PolicySet *
load_with (const char *main_more, const char *code, const char *territory, GError **error)
{
    g_autofree char *dir = g_dir_make_tmp ("licet-territories.XXXXXX", NULL);
    g_autofree char *main_to = g_build_filename (dir, "licet-policy.cfg", NULL);
    g_autofree char *sub = g_build_filename (dir, "territories", NULL);
    g_autofree char *main_from = shipped_file ("licet-policy.cfg");
    g_autofree char *sub_from = shipped_file ("territories");
    g_autofree char *text = NULL;
    g_autoptr (GDir) files = g_dir_open (sub_from, 0, NULL);
    g_autoptr (GPtrArray) copies = g_ptr_array_new_with_free_func (g_free);

    g_assert_true (g_file_get_contents (main_from, &text, NULL, NULL));
    g_autofree char *whole = g_strconcat (text, "\n", main_more, NULL);
    g_assert_true (g_file_set_contents (main_to, whole, -1, NULL));
    g_mkdir (sub, 0700);
    for (const char *name; (name = g_dir_read_name (files));) {
        g_autofree char *from = g_build_filename (sub_from, name, NULL);
        char *to = g_build_filename (sub, name, NULL);
        g_assert_cmpint (symlink (from, to), ==, 0);
        g_ptr_array_add (copies, to);
    }
    if (code) {
        char *to = g_strdup_printf ("%s/%s.cfg", sub, code);
        g_assert_true (g_file_set_contents (to, territory, -1, NULL));
        g_ptr_array_add (copies, to);
    }
    PolicySet *set = policy_set_load (dir, error);
    for (unsigned i = 0; i < copies->len; i++)
        g_unlink (g_ptr_array_index (copies, i));
    g_unlink (main_to);
    g_rmdir (sub);
    g_rmdir (dir);
    return set;
}

static PolicySet *
load_shipped (bool with_profile)
{
    g_autoptr (GError) error = NULL;
    PolicySet *set = load_with (with_profile ? profile : "", NULL, NULL, &error);

    g_assert_no_error (error);
    return set;
}

static Message *
parse (const char *header, const char *body)
{
    g_autofree char *text = g_strdup_printf (
        "From: Shop <orders@shop.example>\r\nMIME-Version: 1.0\r\n%sContent-Type: text/html; "
        "charset=utf-8\r\n\r\n<html><body>%s</body></html>\r\n",
        header, body);
    g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
    g_autoptr (GError) error = NULL;
    Message *message = message_parse (bytes, &error);

    g_assert_no_error (error);
    return message;
}

/* Promotion first when the block stands first. */
static Classification *
classification_of (const Message *message, MessageClass class)
{
    Classification *classification = classification_new ();
    const GArray *marked = message_marked_blocks (message);

    classification->class = class;
    classification->promo_share = class == CLASS_PROMOTIONAL ? 1
                                  : class == CLASS_MIXED     ? 0.2
                                                             : 0;
    classification->subject_class = CLASS_TRANSACTIONAL;
    for (unsigned i = 0; class == CLASS_MIXED && i < marked->len; i++) {
        const MarkedBlock *mark = &g_array_index (marked, MarkedBlock, i);
        Block *block = g_new0 (Block, 1);
        block->leaf = mark->leaf;
        block->start = mark->start;
        block->end = mark->end;
        block->class = CLASS_PROMOTIONAL;
        classification->order =
            mark->start < 20 ? ORDER_PROMOTION_FIRST : ORDER_TRANSACTION_FIRST;
        g_ptr_array_add (classification->blocks, block);
    }
    classification->problem = g_strdup (message_mark_problem (message));
    return classification;
}

static RecipientFacts *
facts_for (const char *territory, ConsentState state, const char *basis)
{
    RecipientFacts *facts = g_new0 (RecipientFacts, 1);

    facts->address = g_strdup ("secret.person@mail.example");
    facts->given = g_strdup (facts->address);
    facts->territory = g_strdup (territory);
    facts->territory_source = "consent-record";
    facts->promotion = consent_answer_new (state);
    facts->tracking = consent_answer_new (CONSENT_UNKNOWN);
    facts->promotion->basis = g_strdup (basis);
    facts->promotion->at = 1790000000;
    return facts;
}

static const RuleResult *
result_of (const Decision *decision, const char *id)
{
    for (unsigned i = 0; i < decision->rules->len; i++) {
        const RuleResult *result = g_ptr_array_index (decision->rules, i);
        if (strcmp (result->id, id) == 0)
            return result;
    }
    return NULL;
}

/* What holds for every decision. */
static void
check_decision (const Decision *decision)
{
    bool held_back = decision->outcome == OUTCOME_REFUSE || decision->outcome == OUTCOME_DEFER;

    g_assert_cmpint (decision->reply != NULL, ==, held_back);
    if (decision->outcome != OUTCOME_DELIVER) {
        g_assert_nonnull (decision->rule);
        g_assert_nonnull (decision->source);
        g_assert_nonnull (result_of (decision, decision->rule));
    }
    if (decision->outcome != OUTCOME_DEFER)
        g_assert_cmpint (decision->until, ==, 0);
    for (unsigned i = 0; i < decision->rules->len; i++) {
        const RuleResult *result = g_ptr_array_index (decision->rules, i);
        g_assert_nonnull (result->evidence);
        g_assert_true (result->mode != MODE_OFF || result->verdict == VERDICT_NOT_APPLICABLE);
    }
    for (const char *c = held_back ? decision->reply : ""; *c; c++)
        g_assert_true (*c >= ' ' && *c <= '~');
    if (held_back) {
        g_assert_cmpuint (strlen (decision->reply), <, LIMIT_REPLY - 4);
        g_assert_null (strstr (decision->reply, "secret.person"));
        g_assert_true (g_str_has_prefix (decision->reply, decision->outcome == OUTCOME_REFUSE
                                                              ? "550 5.7.1 "
                                                              : "451 4.7.1 "));
        g_assert_nonnull (strstr (decision->reply, decision->rule));
    }
}

#define LINK    "<p><a href=\"https://shop.example/unsubscribe?u=1\">Unsubscribe</a></p>"
#define IMPRINT "<p>Shop Example GmbH, Hauptstrasse 1, 10115 Berlin, hi@shop.example</p>"
#define OFFER   "<p>20% off all jackets</p>"
#define RECEIPT "<p>Your receipt 2026-10042</p>"
#define BLOCK   "<div data-licet=\"promotional\">" OFFER "</div>"
#define RESET   "<p>Reset your password</p>"
#define TUESDAY "2026-11-24T15:00:00Z"
#define SUNDAY  "2026-11-22T15:00:00Z"
#define ADULT   "X-Licet-Campaign: adult\r\n"

typedef struct {
    const char *name, *territory;
    MessageClass class;
    const char *header, *body;
    ConsentState consent;
    const char *basis, *now;
    bool with_profile;
    Outcome want;
    const char *rule, *reply; /* reply: a part of it */
} Row;

#define MIXED CLASS_MIXED, ""
#define PROMO CLASS_PROMOTIONAL, ""
#define TRANS CLASS_TRANSACTIONAL, ""
#define YES   CONSENT_GRANTED, "express", TUESDAY
#define NO    CONSENT_REFUSED, NULL, TUESDAY
#define NONE  CONSENT_UNKNOWN, NULL, TUESDAY
#define DOWN  CONSENT_UNAVAILABLE, NULL, TUESDAY
#define SOFT  CONSENT_GRANTED, "soft-opt-in", TUESDAY

static const Row rows[] = {
    /* Spain, Germany: opt-in with the exception for customers. */
    { "ES: consent, link, name", "ES", PROMO, OFFER LINK IMPRINT, YES, true, OUTCOME_DELIVER,
      NULL, NULL },
    { "ES: a customer", "ES", PROMO, OFFER LINK IMPRINT, SOFT, true, OUTCOME_DELIVER, NULL,
      NULL },
    { "ES: nothing on record, mixed", "ES", MIXED, RECEIPT BLOCK LINK, NONE, true,
      OUTCOME_STRIP, "ES-CONSENT", NULL },
    { "ES: nothing on record, newsletter", "ES", PROMO, OFFER LINK IMPRINT, NONE, true,
      OUTCOME_REFUSE, "ES-CONSENT",
      "550 5.7.1 ES-CONSENT: the recipient has not agreed to promotional mail. Source: Ley "
      "34/2002 (LSSI) art. 21.1, 21.2" },
    { "ES: withdrawn, mixed", "ES", MIXED, RECEIPT BLOCK, NO, true, OUTCOME_STRIP, "ES-CONSENT",
      NULL },
    { "ES: newsletter without a way out", "ES", PROMO, OFFER IMPRINT, YES, true, OUTCOME_REFUSE,
      "ES-UNSUBSCRIBE",
      "550 5.7.1 ES-UNSUBSCRIBE: the mail has no visible way to unsubscribe" },
    { "ES: mixed mail with consent needs a way out as well", "ES", MIXED, RECEIPT BLOCK IMPRINT,
      YES, true, OUTCOME_REFUSE, "ES-UNSUBSCRIBE", NULL },
    { "ES: a name that is missing", "ES", PROMO, OFFER LINK, YES, true, OUTCOME_REFUSE,
      "ES-IDENTITY", NULL },
    { "ES: without a profile nobody can tell", "ES", PROMO, OFFER LINK, YES, false,
      OUTCOME_DELIVER, NULL, NULL },
    { "ES: the store is down, mixed", "ES", MIXED, RECEIPT BLOCK LINK IMPRINT, DOWN, true,
      OUTCOME_DEFER, "ES-CONSENT", "451 4.7.1 ES-CONSENT: it cannot be told now" },
    { "ES: the store is down, a receipt goes", "ES", TRANS, RECEIPT, DOWN, true,
      OUTCOME_DELIVER, NULL, NULL },
    { "ES: a receipt needs nothing", "ES", TRANS, RECEIPT, NO, true, OUTCOME_DELIVER, NULL,
      NULL },
    { "DE: consent", "DE", PROMO, OFFER LINK IMPRINT, YES, true, OUTCOME_DELIVER, NULL, NULL },
    { "DE: a customer, mixed", "DE", MIXED, RECEIPT BLOCK LINK IMPRINT, SOFT, true,
      OUTCOME_DELIVER, NULL, NULL },
    { "DE: published is no basis", "DE", MIXED, RECEIPT BLOCK LINK, CONSENT_GRANTED,
      "published", TUESDAY, true, OUTCOME_STRIP, "DE-CONSENT", NULL },
    { "DE: newsletter without a way out", "DE", PROMO, OFFER IMPRINT, YES, true, OUTCOME_REFUSE,
      "DE-UNSUBSCRIBE", "Source: UWG s. 7(2) no. 3 c" },
    { "DE: register data are looked for in shadow mode only", "DE", PROMO, OFFER LINK IMPRINT,
      YES, true, OUTCOME_DELIVER, NULL, NULL },
    { "DE: broken marks cannot be cut", "DE", CLASS_MIXED, "",
      RECEIPT "<!-- licet:promotional -->" OFFER LINK, NONE, true, OUTCOME_REFUSE, "DE-CONSENT",
      "has not agreed to promotional mail; part 1, byte 42: a marked block without its end" },
    { "DE: promotion that nobody marked cannot be cut", "DE", MIXED, RECEIPT OFFER LINK, NONE,
      true, OUTCOME_REFUSE, "DE-CONSENT", "no promotional block is marked in it" },
    { "DE: a letter between people", "DE", CLASS_PERSONAL, "", "<p>see you, 20% off</p>", NO,
      true, OUTCOME_DELIVER, NULL, NULL },

    /* United States: opt-out, primary purpose. */
    { "US: mixed, transaction first, goes whole", "US", MIXED, RECEIPT BLOCK, NO, true,
      OUTCOME_DELIVER, NULL, NULL },
    { "US: mixed, promotion first, after an objection", "US", MIXED, BLOCK RECEIPT LINK, NO,
      true, OUTCOME_STRIP, "US-OPT-OUT", NULL },
    { "US: newsletter without a record", "US", PROMO, OFFER LINK IMPRINT, NONE, true,
      OUTCOME_DELIVER, NULL, NULL },
    { "US: newsletter after an objection", "US", PROMO, OFFER LINK IMPRINT, NO, true,
      OUTCOME_REFUSE, "US-OPT-OUT", "Source: 15 USC 7704(a)(4)" },
    { "US: newsletter without a way out", "US", PROMO, OFFER IMPRINT, NONE, true,
      OUTCOME_REFUSE, "US-UNSUBSCRIBE", NULL },
    { "US: newsletter without the postal address", "US", PROMO, OFFER LINK, NONE, true,
      OUTCOME_REFUSE, "US-ADDRESS", NULL },
    { "US: without a profile nobody can tell", "US", PROMO, OFFER LINK, NONE, false,
      OUTCOME_DELIVER, NULL, NULL },
    { "US: adult campaign, the label is added", "US", CLASS_PROMOTIONAL, ADULT "Subject: x\r\n",
      OFFER LINK IMPRINT, NONE, true, OUTCOME_DELIVER, "US-ADULT-LABEL", NULL },
    { "US: adult campaign with the label", "US", CLASS_PROMOTIONAL,
      ADULT "Subject: SEXUALLY-EXPLICIT: x\r\n", OFFER LINK IMPRINT, NONE, true,
      OUTCOME_DELIVER, NULL, NULL },
    { "US: the store is down, newsletter", "US", PROMO, OFFER LINK IMPRINT, DOWN, true,
      OUTCOME_DEFER, "US-OPT-OUT", NULL },

    /* Canada: exempt from consent only. */
    { "CA: mixed, all there", "CA", MIXED, RECEIPT BLOCK LINK IMPRINT, YES, true,
      OUTCOME_DELIVER, NULL, NULL },
    { "CA: mixed, consent, no postal address", "CA", MIXED, RECEIPT BLOCK LINK, YES, true,
      OUTCOME_REFUSE, "CA-IDENTITY", "Source: CASL s. 6(2)(a), (b); SOR/2012-36 s. 2" },
    { "CA: implied consent", "CA", PROMO, OFFER LINK IMPRINT, CONSENT_GRANTED, "inferred",
      TUESDAY, true, OUTCOME_DELIVER, NULL, NULL },
    { "CA: mixed without consent", "CA", MIXED, RECEIPT BLOCK, NONE, true, OUTCOME_STRIP,
      "CA-CONSENT", NULL },
    { "CA: mixed, no profile yet: the transaction goes", "CA", MIXED,
      RECEIPT BLOCK LINK IMPRINT, YES, false, OUTCOME_STRIP, "CA-IDENTITY", NULL },
    { "CA: newsletter, no profile yet: it waits", "CA", PROMO, OFFER LINK IMPRINT, YES, false,
      OUTCOME_DEFER, "CA-IDENTITY", "451 4.7.1 CA-IDENTITY" },
    { "CA: newsletter, no profile yet, no way out: refused", "CA", PROMO, OFFER IMPRINT, YES,
      false, OUTCOME_REFUSE, "CA-UNSUBSCRIBE", NULL },
    { "CA: newsletter, no profile yet, no consent: refused", "CA", PROMO, OFFER LINK, NONE,
      false, OUTCOME_REFUSE, "CA-CONSENT", NULL },
    { "CA: a password reset goes out of the box", "CA", TRANS, RESET, NONE, false,
      OUTCOME_DELIVER, NULL, NULL },
    { "CA: a password reset goes with a profile", "CA", TRANS, RESET, NONE, true,
      OUTCOME_DELIVER, NULL, NULL },

    /* Colombia: hours. */
    { "CO: consent on a Tuesday", "CO", PROMO, OFFER LINK IMPRINT, YES, true, OUTCOME_DELIVER,
      NULL, NULL },
    { "CO: consent on a Sunday", "CO", PROMO, OFFER LINK IMPRINT, CONSENT_GRANTED, "express",
      SUNDAY, true, OUTCOME_DEFER, "CO-WINDOW", "it waits until 2026-11-23T12:00:00Z" },
    { "CO: no consent on a Sunday", "CO", PROMO, OFFER LINK IMPRINT, CONSENT_UNKNOWN, NULL,
      SUNDAY, true, OUTCOME_REFUSE, "CO-CONSENT", NULL },
    { "CO: mixed without consent on a Sunday", "CO", MIXED, RECEIPT BLOCK, CONSENT_UNKNOWN,
      NULL, SUNDAY, true, OUTCOME_STRIP, "CO-CONSENT", NULL },
    { "CO: mixed with consent on a Sunday goes without the offer", "CO", MIXED,
      RECEIPT BLOCK LINK IMPRINT, CONSENT_GRANTED, "express", SUNDAY, true, OUTCOME_STRIP,
      "CO-WINDOW", NULL },
    { "CO: an offer that cannot be cut waits on a Sunday with its receipt", "CO", MIXED,
      RECEIPT OFFER LINK IMPRINT, CONSENT_GRANTED, "express", SUNDAY, true, OUTCOME_DEFER,
      "CO-WINDOW", NULL },
    { "CO: a receipt on a Sunday", "CO", TRANS, RECEIPT, CONSENT_UNKNOWN, NULL, SUNDAY, true,
      OUTCOME_DELIVER, NULL, NULL },
    { "CO: the store is down on a Sunday: the longer wait counts", "CO", PROMO,
      OFFER LINK IMPRINT, CONSENT_UNAVAILABLE, NULL, SUNDAY, true, OUTCOME_DEFER, "CO-WINDOW",
      NULL },
    { "CO: a customer is no consent", "CO", MIXED, RECEIPT BLOCK LINK, SOFT, true,
      OUTCOME_STRIP, "CO-CONSENT", NULL },

    /* Anywhere else. */
    { "XX: provable consent and all there", "XX", PROMO, OFFER LINK IMPRINT, CONSENT_GRANTED,
      "double-opt-in", TUESDAY, true, OUTCOME_DELIVER, NULL, NULL },
    { "XX: a customer is no consent", "XX", MIXED, RECEIPT BLOCK LINK IMPRINT, SOFT, true,
      OUTCOME_STRIP, "XX-CONSENT", NULL },
    { "XX: no contact", "XX", PROMO, OFFER LINK "<p>Shop Example GmbH", YES, true,
      OUTCOME_REFUSE, "XX-IDENTITY", NULL },
    { "XX: no way out", "XX", PROMO, OFFER IMPRINT, YES, true, OUTCOME_REFUSE, "XX-UNSUBSCRIBE",
      NULL },
};

static void
test_row (gconstpointer data)
{
    const Row *row = data;
    g_autoptr (PolicySet) set = load_shipped (row->with_profile);
    g_autoptr (Message) message = parse (row->header, row->body);
    g_autoptr (Classification) classification = classification_of (message, row->class);
    int64_t now = 0;

    g_assert_true (clock_parse (row->now, &now, NULL));
    g_autoptr (Decision) decision =
        policy_decide (set, message, classification,
                       facts_for (row->territory, row->consent, row->basis), now);
    g_test_message ("%s", decision->reply ? decision->reply : "no reply");
    g_assert_cmpstr (outcome_word (decision->outcome), ==, outcome_word (row->want));
    g_assert_cmpstr (decision->rule, ==, row->rule);
    g_assert_true (!row->reply || strstr (decision->reply ? decision->reply : "", row->reply));
    check_decision (decision);
}

/* Nothing transactional is held back because the profile is missing or the store is down. */
static void
test_transactions_go (void)
{
    static const char *const territories[] = {
        "AE", "AR", "AT", "AU", "BE",    "BR",    "CA", "CA-QC", "CH", "CL", "CN", "CO",
        "DE", "DK", "EC", "ES", "EU",    "FR",    "GB", "HK",    "IE", "IL", "IN", "IT",
        "JP", "KR", "MX", "NL", "NZ",    "PE",    "PL", "PT",    "RU", "SA", "SE", "SG",
        "TR", "TW", "UA", "US", "US-CA", "US-WA", "UY", "XX",    "ZA"
    };
    g_autoptr (PolicySet) set = load_shipped (false);
    g_autoptr (Message) message = parse ("", RESET);
    g_autoptr (Classification) classification =
        classification_of (message, CLASS_TRANSACTIONAL);

    for (unsigned i = 0; i < G_N_ELEMENTS (territories); i++)
        for (ConsentState state = CONSENT_UNKNOWN; state <= CONSENT_UNAVAILABLE; state++) {
            g_autoptr (Decision) decision =
                policy_decide (set, message, classification,
                               facts_for (territories[i], state, NULL), 1795600800);
            g_assert_cmpint (decision->outcome, ==, OUTCOME_DELIVER);
        }
    g_assert_cmpuint (policy_set_territory_count (set), ==, G_N_ELEMENTS (territories));
}

/* What is promotional stays on record when the strip cures it; what holds only for the stripped
 * copy is on record too. */
static void
test_record_of_strip (void)
{
    static const char territory[] =
        "territory = \"XY\"; name = \"Y\"; mixed_mail = \"any-promotion\"; rules = (\n"
        "{ id = \"Y-CONSENT\"; kind = \"consent\"; applies_to = [ \"promotional\" ]; accept = "
        "[ "
        "\"express\" ]; otherwise = \"strip\"; source = \"S\"; provenance = \"verify: x\"; },\n"
        "{ id = \"Y-OUT\"; kind = \"unsubscribe\"; applies_to = [ \"promotional\" ]; where = [ "
        "\"link\" ]; otherwise = \"refuse\"; source = \"S\"; provenance = \"verify: x\"; },\n"
        "{ id = \"Y-NAME\"; kind = \"sender-identity\"; applies_to = [ \"transactional\" ]; "
        "fields "
        "= [ \"name\" ]; otherwise = \"refuse\"; source = \"\xc2\xa7 3\"; provenance = "
        "\"verify: "
        "x\"; } );";
    g_autoptr (GError) error = NULL;
    g_autoptr (PolicySet) set = load_with (profile, "XY", territory, &error);
    g_autoptr (Message) message = parse ("", RECEIPT BLOCK);
    g_autoptr (Classification) classification = classification_of (message, CLASS_MIXED);

    g_assert_no_error (error);
    g_autoptr (Decision) decision = policy_decide (set, message, classification,
                                                   facts_for ("XY", CONSENT_UNKNOWN, NULL), 0);
    check_decision (decision);
    g_assert_cmpint (decision->outcome, ==, OUTCOME_REFUSE);
    g_assert_cmpstr (decision->rule, ==, "Y-NAME");
    g_assert_nonnull (strstr (decision->reply, ". Source: s. 3"));
    g_assert_true (result_of (decision, "Y-OUT")->cured);
    g_assert_cmpint (result_of (decision, "Y-OUT")->verdict, ==, VERDICT_VIOLATED);
    const RuleResult *name = result_of (decision, "Y-NAME");
    g_assert_cmpint (name->verdict, ==, VERDICT_VIOLATED);
    g_assert_cmpint (name->action, ==, ACTION_REFUSE);
    g_assert_cmpstr (name->evidence, ==, "in the stripped copy: the visible text lacks: name");
}

#define HEAD(code, rest)                                                                       \
    "territory = \"" code "\"; name = \"x\"; mixed_mail = \"solely\"; " rest
#define OUT(id, rest)                                                                          \
    "{ id = \"" id                                                                             \
    "\"; kind = \"unsubscribe\"; applies_to = [ \"promotional\" ]; where = [ \"link\" ]; "     \
    "otherwise = \"refuse\"; " rest " }"
#define FACT "source = \"S\"; provenance = \"verify: x\"; "
#define NAME_IN(classes, otherwise)                                                            \
    "{ id = \"N\"; kind = \"sender-identity\"; fields = [ \"name\" ]; applies_to = [ " classes \
    " ]; otherwise = \"" otherwise "\"; " FACT " }"
#define BOTH "\"promotional\", \"transactional\""

typedef struct {
    const char *name, *rules, *body, *now;
    Outcome want;
    const char *rule, *reply;
} HouseRow;

/* Rules of a house of its own, for what no shipped rule does. */
static const HouseRow house_rows[] = {
    { "in force from its first second", OUT ("A", FACT "valid_from = \"2026-11-24\";"),
      RECEIPT BLOCK, "2026-11-24T00:00:00Z", OUTCOME_REFUSE, "A", NULL },
    { "not in force a second before", OUT ("A", FACT "valid_from = \"2026-11-24\";"),
      RECEIPT BLOCK, "2026-11-23T23:59:59Z", OUTCOME_DELIVER, NULL, NULL },
    { "in force until its last second", OUT ("A", FACT "valid_to = \"2026-11-24\";"),
      RECEIPT BLOCK, "2026-11-23T23:59:59Z", OUTCOME_REFUSE, "A", NULL },
    { "not in force from its end on", OUT ("A", FACT "valid_to = \"2026-11-24\";"),
      RECEIPT BLOCK, "2026-11-24T00:00:00Z", OUTCOME_DELIVER, NULL, NULL },
    { "a sentence of the house", OUT ("A", FACT "reply = \"add the link\";"), RECEIPT BLOCK,
      TUESDAY, OUTCOME_REFUSE, "A", "550 5.7.1 A: add the link. Source: S" },
    { "the first of two refusals", OUT ("A", FACT) "," OUT ("B", FACT), RECEIPT BLOCK, TUESDAY,
      OUTCOME_REFUSE, "A", NULL },
    { "switched off", OUT ("A", FACT "mode = \"off\";"), RECEIPT BLOCK, TUESDAY,
      OUTCOME_DELIVER, NULL, NULL },
    { "a strip that cures", NAME_IN ("\"promotional\"", "strip"), RECEIPT BLOCK, TUESDAY,
      OUTCOME_STRIP, "N", NULL },
    { "a strip that does not help", NAME_IN (BOTH, "strip"), RECEIPT BLOCK, TUESDAY,
      OUTCOME_REFUSE, "N", "; there is nothing more to strip. Source: S" },
    { "a violation that is allowed", NAME_IN (BOTH, "allow"), RECEIPT BLOCK, TUESDAY,
      OUTCOME_DELIVER, NULL, NULL },
    { "a violation that waits without an end", NAME_IN (BOTH, "defer"), RECEIPT BLOCK, TUESDAY,
      OUTCOME_DEFER, "N", "451 4.7.1 N: the mail does not state who sends it" },
    { "one good block and one broken mark", NAME_IN ("\"promotional\"", "strip"),
      RECEIPT BLOCK "<!-- licet:promotional -->" OFFER, TUESDAY, OUTCOME_REFUSE, "N",
      "; part 1, byte " },
};

static void
test_house_row (gconstpointer data)
{
    const HouseRow *row = data;
    g_autofree char *territory = g_strdup_printf (HEAD ("XY", "rules = ( %s );"), row->rules);
    g_autoptr (GError) error = NULL;
    g_autoptr (PolicySet) set = load_with (profile, "XY", territory, &error);
    g_autoptr (Message) message = parse ("", row->body);
    g_autoptr (Classification) classification = classification_of (message, CLASS_MIXED);
    int64_t now = 0;

    g_assert_no_error (error);
    g_assert_true (clock_parse (row->now, &now, NULL));
    g_autoptr (Decision) decision = policy_decide (
        set, message, classification, facts_for ("XY", CONSENT_UNKNOWN, NULL), now);
    g_test_message ("%s", decision->reply ? decision->reply : "no reply");
    g_assert_cmpstr (outcome_word (decision->outcome), ==, outcome_word (row->want));
    g_assert_cmpstr (decision->rule, ==, row->rule);
    g_assert_true (!row->reply || strstr (decision->reply ? decision->reply : "", row->reply));
    check_decision (decision);
}

static void
test_strip_failed (void)
{
    g_autoptr (PolicySet) set = load_shipped (true);
    g_autoptr (Message) message = parse ("", RECEIPT BLOCK);
    g_autoptr (Classification) classification = classification_of (message, CLASS_MIXED);
    g_autofree char *reason = g_strnfill (2000, 'x');

    for (unsigned i = 0; i < 2; i++) {
        g_autoptr (Decision) decision = policy_decide (
            set, message, classification, facts_for ("DE", CONSENT_UNKNOWN, NULL), 1795600800);
        g_assert_cmpint (decision->outcome, ==, OUTCOME_STRIP);
        g_assert_true (result_of (decision, "DE-UNSUBSCRIBE")->cured);
        policy_strip_failed (set, message, classification, decision, 1795600800,
                             i ? reason : "part 1, byte 20: it is ambiguous\r\n250 ok");
        check_decision (decision);
        g_assert_cmpint (decision->outcome, ==, OUTCOME_REFUSE);
        g_assert_cmpstr (decision->rule, ==, "DE-CONSENT");
        g_assert_false (result_of (decision, "DE-UNSUBSCRIBE")->cured);
        g_assert_true (i || strstr (decision->reply, "part 1, byte 20: it is ambiguous"));
    }
}

typedef struct {
    const char *name, *header, *address, *country, *subdivision, *territory, *source;
} FactsRow;

#define TO(code) "X-Licet-Territory: " code "\r\n"

static const FactsRow facts_rows[] = {
    { "the record", TO ("US"), "a@mail.es", "DE", NULL, "DE", "consent-record" },
    { "the record with a subdivision that has no file", "", "a@mail.es", "CA", "ON", "CA",
      "consent-record" },
    { "the header", TO ("us-ca"), "a@mail.es", NULL, NULL, "US-CA", "header" },
    { "a header with a subdivision that has no file", TO ("us-tx"), "a@mail.es", NULL, NULL,
      "US", "header" },
    { "the domain", "", "a@mail.es", NULL, NULL, "ES", "domain" },
    { "an empty header says nothing", TO (""), "a@mail.es", NULL, NULL, "ES", "domain" },
    { "the record with a subdivision", "", "a@mail.es", "CA", "QC", "CA-QC", "consent-record" },
    { "nobody", "", "a@mail.example", NULL, NULL, "XX", "default" },
    { "a country code that is sold as a word", "", "a@start.co", NULL, NULL, "XX", "default" },
    { "a record without a file beats a lax domain", "", "a@mail.us", "BO", NULL, "XX",
      "default" },
    { "a header without a file beats a lax domain", TO ("BO"), "a@mail.us", NULL, NULL, "XX",
      "default" },
    { "several countries in a header", TO ("US, DE"), "a@mail.us", NULL, NULL, "US+DE",
      "header" },
    { "several, one of them without a file", TO ("de BO;us-ca"), "a@mail.us", NULL, NULL,
      "DE+XX+US-CA", "header" },
    { "the same country twice", TO ("de, DE"), "a@mail.us", NULL, NULL, "DE", "header" },
    { "a record beats several in a header", TO ("US, DE"), "a@mail.us", "FR", NULL, "FR",
      "consent-record" },
};

static void
test_facts (gconstpointer data)
{
    const FactsRow *row = data;
    g_autoptr (PolicySet) set = load_shipped (false);
    g_autoptr (Message) message = parse (row->header, RECEIPT);
    ConsentRecord record = { .address = (char *)row->address,
                             .country = (char *)row->country,
                             .subdivision = (char *)row->subdivision,
                             .promotion = consent_answer_new (CONSENT_UNKNOWN),
                             .tracking = consent_answer_new (CONSENT_UNKNOWN) };
    g_autoptr (RecipientFacts) facts = policy_facts (set, message, row->address, &record, NULL);

    g_assert_cmpstr (facts->territory, ==, row->territory);
    g_assert_cmpstr (facts->territory_source, ==, row->source);
    g_assert_cmpfloat (facts->territory_confidence, >, 0);
    consent_answer_free (record.promotion);
    consent_answer_free (record.tracking);
}

static void
test_version (void)
{
    g_autoptr (PolicySet) set = load_shipped (false), same = load_shipped (false),
                          other = load_shipped (true);

    g_assert_cmpuint (strlen (policy_set_version (set)), ==, 64);
    g_assert_cmpstr (policy_set_version (set), ==, policy_set_version (same));
    g_assert_cmpstr (policy_set_version (set), !=, policy_set_version (other));
    g_assert_cmpuint (policy_set_sender_count (set), ==, 0);
    g_assert_cmpuint (policy_set_sender_count (other), ==, 1);
}

static char *
version_of (const char *dir)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (PolicySet) set = policy_set_load (dir, &error);

    g_assert_no_error (error);
    return g_strdup (policy_set_version (set));
}

/* What decides the class belongs to the version too. */
static void
test_version_of_words (void)
{
    static const char *const folders[] = { "words", "words/passages", "model" };
    static const char *const shipped[] = { "licet-policy.cfg", "territories" };
    g_autofree char *dir = g_dir_make_tmp ("licet-version.XXXXXX", NULL);

    for (unsigned i = 0; i < G_N_ELEMENTS (shipped); i++) {
        g_autofree char *from = shipped_file (shipped[i]);
        g_autofree char *to = g_build_filename (dir, shipped[i], NULL);
        g_assert_cmpint (symlink (from, to), ==, 0);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS (folders); i++) {
        g_autofree char *folder = g_build_filename (dir, folders[i], NULL);
        g_autofree char *path = g_build_filename (folder, "xx.cfg", NULL);
        g_autofree char *first = version_of (dir);
        g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
        g_assert_true (g_file_set_contents (path, "a = 1;\n", -1, NULL));
        g_autofree char *second = version_of (dir);
        g_assert_true (g_file_set_contents (path, "a = 2;\n", -1, NULL));
        g_autofree char *third = version_of (dir);
        g_assert_cmpstr (first, !=, second);
        g_assert_cmpstr (second, !=, third);
        g_unlink (path);
    }
    static const char *const order[] = { "words/passages", "words", "model" };
    for (unsigned i = 0; i < G_N_ELEMENTS (order); i++) {
        g_autofree char *folder = g_build_filename (dir, order[i], NULL);
        g_assert_cmpint (g_rmdir (folder), ==, 0);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS (shipped); i++) {
        g_autofree char *to = g_build_filename (dir, shipped[i], NULL);
        g_unlink (to);
    }
    g_rmdir (dir);
}

/* An officer sees where each fact comes from, and the rules that are inherited once. */
static void
test_show (void)
{
    g_autoptr (PolicySet) set = load_shipped (false);
    g_autofree char *text = policy_show (set, "de", "en");

    g_assert_nonnull (strstr (text, "DE, Germany"));
    g_assert_nonnull (strstr (text, "source: UWG s. 7(2) no. 2, 7(3)"));
    g_assert_nonnull (strstr (text, "verified: "));
    g_assert_nonnull (strstr (text, "shadow"));
    g_assert_null (strstr (text, "EU-CONSENT"));
    g_autofree char *spanish = policy_show (set, "de", "es");
    g_assert_nonnull (strstr (spanish, "la dirección se obtuvo en una venta"));
    g_assert_nonnull (strstr (spanish, "debe tener: la fecha y hora, el origen."));
    g_assert_null (policy_show (set, "QQ", "en"));
    g_autofree char *near = policy_nearest (set, "DEE"), *none = policy_nearest (set, "#####");
    g_autofree char *named = policy_nearest (set, "germany");
    g_assert_cmpstr (near, ==, "DE");
    g_assert_cmpstr (named, ==, "DE");
    g_assert_null (none);
}

static void
test_no_directory (void)
{
    g_autoptr (GError) error = NULL;

    g_assert_null (policy_set_load ("/nonexistent/policies", &error));
    g_assert_true (g_error_matches (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE));
}

#define ADD_ROWS(prefix, table, function)                                                      \
    for (unsigned i = 0; i < G_N_ELEMENTS (table); i++) {                                      \
        g_autofree char *path = g_strdup_printf (prefix "/%s", table[i].name);                 \
        g_test_add_data_func (path, &table[i], function);                                      \
    }

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    ADD_ROWS ("/territories/decide", rows, test_row)
    ADD_ROWS ("/territories/facts", facts_rows, test_facts)
    ADD_ROWS ("/territories/house", house_rows, test_house_row)
    g_test_add_func ("/territories/transactions go", test_transactions_go);
    g_test_add_func ("/territories/the record of a strip", test_record_of_strip);
    g_test_add_func ("/territories/a strip that failed", test_strip_failed);
    g_test_add_func ("/territories/version", test_version);
    g_test_add_func ("/territories/version of words", test_version_of_words);
    g_test_add_func ("/territories/show", test_show);
    g_test_add_func ("/territories/no directory", test_no_directory);
    return g_test_run ();
}
