/* SPDX-License-Identifier: BSD-2-Clause */

/* What the policies say of blocks, tracking and ambiguous mail, and what becomes of it. */

#include <glib/gstdio.h>
#include <string.h>

#include "licet/classify.h"
#include "licet/error.h"
#include "licet/policy.h"

#define MAIN                                                                                   \
    "default_territory = \"XX\"; unsubscribe_words = [ \"unsubscribe\" ];\n"                   \
    "senders = ( { domains = [ \"shop.example\" ]; names = [ \"Shop\" ];\n"                    \
    "  promotional_blocks = [ \".shop\" ]; protected_blocks = [ \"#own\" ]; } );\n"
#define RULES(mode)                                                                            \
    "territory = \"XX\"; name = \"X\"; mixed_mail = \"any-promotion\"; rules = (\n"            \
    "{ id = \"C\"; kind = \"consent\"; source = \"S\"; provenance = \"verify: x\";\n"          \
    "  applies_to = [ \"promotional\" ]; accept = [ \"express\" ]; otherwise = \"strip\"; "    \
    "},\n"                                                                                     \
    "{ id = \"T\"; kind = \"tracking\"; source = \"S\"; provenance = \"verify: x\";\n"         \
    "  applies_to = [ \"promotional\", \"transactional\" ]; " mode " } );\n"
#define TRACKING                                                                               \
    "tracking : { pixel_hosts = [ \"px.example\" ]; link_hosts = [ \"click.example\" ];\n"     \
    "  link_parameters = [ \"u\" ]; };\n"

static PolicySet *
load (const char *extra, const char *territory, GError **error)
{
    g_autofree char *dir = g_dir_make_tmp ("licet-hints.XXXXXX", NULL);
    g_autofree char *sub = g_build_filename (dir, "territories", NULL);
    g_autofree char *path = g_build_filename (dir, "licet-policy.cfg", NULL);
    g_autofree char *file = g_build_filename (sub, "XX.cfg", NULL);
    g_autofree char *text = g_strconcat (MAIN, extra, NULL);

    g_mkdir (sub, 0700);
    g_assert_true (g_file_set_contents (path, text, -1, NULL));
    g_assert_true (g_file_set_contents (file, territory, -1, NULL));
    PolicySet *set = policy_set_load (dir, error);
    g_unlink (file);
    g_unlink (path);
    g_rmdir (sub);
    g_rmdir (dir);
    return set;
}

typedef struct {
    const char *extra, *want; /* want: part of the error; NULL: it loads */
} LoadRow;

#define EIGHT(text)   text text text text text text text text
#define SIXTEEN(text) EIGHT (text) EIGHT (text)

static const LoadRow loads[] = {
    { "protected_blocks = [ " EIGHT (SIXTEEN ("\".a\",")) "\".a\" ];",
      "licet-policy.cfg:4: protected_blocks has more than 128 entries" },
    { "tracking : { link_hosts = [ " EIGHT (SIXTEEN ("\"a.example\",")) "\"a.example\" ]; };",
      "licet-policy.cfg:4: link_hosts has more than 128 entries" },
    { "tracking : { link_parameters = [ " EIGHT (SIXTEEN ("\"u\",")) "\"u\" ]; };",
      "licet-policy.cfg:4: link_parameters has more than 128 entries" },
    { "promotional_blocks = [ \".a\", \"td > b\" ]; protected_blocks = [ \"#legal\" ];", NULL },
    { "promotional_blocks = [ \".a\",\n \"td +\" ];",
      "licet-policy.cfg:5: promotional_blocks \"td +\": column 5: here a type" },
    { "protected_blocks = [ \"\" ];",
      "licet-policy.cfg:4: protected_blocks \"\": column 1: here a type" },
    { "promotional_blocks = \".a\";", "licet-policy.cfg:4: " },
    { "protected_blocks = [ \".a\",\n \"legal\" ];",
      "licet-policy.cfg:5: protected_blocks \"legal\": HTML has no element \"legal\"; right "
      "would be \".legal\"" },
    { "protected_blocks = [ \"amp-img\", \"td *\", \"*.a\" ];", NULL },
    { "promotional_blocks = [ \".a, *\" ];", "\"*\" takes the whole page" },
    { "promotional_blocks = [ \":not(.order)\" ];", ":not() alone takes the whole page" },
    { "protected_blocks = [ \"p:not(offers)\" ];", "HTML has no element \"offers\"" },
    { "promotional_blocks = [ \".a\" ];\nprotected_blocks = [ \".a\" ];",
      "licet-policy.cfg:5: protected_blocks \".a\" is one of promotional_blocks, too" },
    { "tracking : { pixel_patterns = [ \"https://a.example/o*\" ]; };",
      "so it must begin with \"/\"" },
    { "tracking : { pixel_patterns = [ \"/o*\", \"*open.gif?*\" ]; };", NULL },
    { TRACKING, NULL },
    { "tracking : { pixel_hosts = [ \"bücher.example\", \".a.example\", \"a_b.example\" ]; };",
      NULL },
    { "tracking : { pixel_host = [ \"a.example\" ]; };",
      "licet-policy.cfg:4: unknown setting \"pixel_host\"" },
    { "tracking : { pixel_hosts = [ \"https://a.example\" ]; };",
      "licet-policy.cfg:4: pixel_hosts \"https://a.example\" is no host" },
    { "tracking : { link_hosts = [ \".\" ]; };", "link_hosts \".\" is no host" },
    { "tracking : { link_hosts = [ \"*.a.example\" ]; };", "is no host" },
    { "tracking : { pixel_patterns = [ \"/*\" ]; };", "pixel_patterns \"/*\" is no pattern" },
    { "tracking : {\n campaign_parameters = [ \"*\" ]; };",
      "licet-policy.cfg:5: campaign_parameters \"*\" is no pattern" },
    { "ambiguous = \"refuse\";", NULL },
    { "ambiguous = \"promotional\";", NULL },
    { "ambiguous = \"pass\";", "licet-policy.cfg:4: ambiguous: unknown word \"pass\"" },
};

static void
test_load (const void *data)
{
    const LoadRow *row = data;
    g_autoptr (GError) error = NULL;
    g_autoptr (PolicySet) set = load (row->extra, RULES ("otherwise = \"fix\";"), &error);

    if (!row->want) {
        g_assert_no_error (error);
        return;
    }
    g_assert_null (set);
    g_assert_error (error, LICET_ERROR, LICET_ERROR_POLICY);
    g_test_message ("%s", error ? error->message : "");
    g_assert_nonnull (strstr (error ? error->message : "", row->want));
}

static Message *
parse (const char *header, const char *body)
{
    g_autofree char *text = g_strdup_printf (
        "From: %s\r\nSubject: Your order 7\r\nX-Licet-Purpose: receipt\r\n%s\r\n%s",
        strstr (header, "\"other\"") ? "a@other.example" : "a@mail.shop.example",
        *header ? header : "Content-Type: text/html; charset=utf-8\r\n", body);
    g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
    g_autoptr (GError) error = NULL;
    Message *message = message_parse (bytes, &error);

    g_assert_no_error (error);
    return message;
}

#define OTHER  "Content-Type: text/html; x=\"other\"\r\n"
#define OPAQUE "Content-Type: text/html; charset=iso-2022-jp\r\n"
#define AMP    "Content-Type: text/x-amp-html\r\n"

typedef struct {
    const char *extra, *header, *body;
    const char *want; /* the blocks, each in brackets, or "!" and a part of the problem */
} BlockRow;

static const char general[] =
    "promotional_blocks = [ \".promo\" ]; protected_blocks = [ \".legal\" ];";

static const BlockRow blocks[] = {
    { general, "", "<p>a</p><p class=promo>b</p>", "[<p class=promo>b</p>]" },
    { general, AMP, "<p>a</p><p class=promo>b</p>", "[<p class=promo>b</p>]" },
    { general, "", "<p class=promo>a</p><p class=promo>b</p>",
      "[<p class=promo>a</p>][<p class=promo>b</p>]" },
    { general, "", "<div class=promo>a<p class=promo>b</p></div>",
      "[<div class=promo>a<p class=promo>b</p></div>]" },
    { general, "", "<p class=shop>a</p><p>b</p>", "[<p class=shop>a</p>]" },
    { general, OTHER, "<p class=shop>a</p><p>b</p>", "" },
    { general, "", "<div class=legal>a<p class=promo>b</p></div>", "" },
    { general, "", "<div class=promo>a<p class=legal>b</p></div>",
      "!byte 0: the block holds an element that the policy protects" },
    { general, "", "<div class=promo>a<p id=own>b</p></div>", "!policy protects" },
    { general, OTHER, "<div class=promo>a<p id=own>b</p></div>",
      "[<div class=promo>a<p id=own>b</p></div>]" },
    { general, "", "<p class=legal>a</p><p class=promo>b</p><p class=legal>c</p>",
      "[<p class=promo>b</p>]" },
    { general, "", "<div class=legal><p data-licet=promotional>b</p></div>",
      "!policy protects" },
    { general, "", "<div data-licet=promotional>a<p class=promo>b</p></div>",
      "[<div data-licet=promotional>a<p class=promo>b</p></div>]" },
    { general, "", "<div class=promo>a<p data-licet=promotional>b</p></div>",
      "[<div class=promo>a<p data-licet=promotional>b</p></div>]" },
    { general, OPAQUE, "<p>a</p>", "" },
    { general, OPAQUE, "<p class=promo>a</p>",
      "!the policy selects an element that cannot be cut: its character set hides markup" },
    { general, "Content-Type: message/rfc822\r\n",
      "Content-Type: text/html\r\n\r\n<p class=promo>a</p>", "" },
    { "", "", "<p class=promo>a</p>", "" },
};

static char *
describe_blocks (const Classification *classification, const Message *message)
{
    GString *found = g_string_new (NULL);

    if (classification->problem)
        g_string_append_printf (found, "!%s", classification->problem);
    for (unsigned i = 0; !classification->problem && i < classification->blocks->len; i++) {
        const Block *block = g_ptr_array_index (classification->blocks, i);
        const char *data =
            g_bytes_get_data (message_leaf (message, block->leaf)->content, NULL);
        g_string_append_printf (found, "[%.*s]", (int)(block->end - block->start),
                                data + block->start);
    }
    return g_string_free (found, FALSE);
}

static char *
classify_blocks (const char *extra, const char *header, const char *body)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (PolicySet) set = load (extra, RULES ("otherwise = \"fix\";"), &error);
    g_autoptr (Words) words = words_load ("/nonexistent", NULL);
    g_autoptr (Message) message = parse (header, body);

    g_assert_no_error (error);
    g_autoptr (Classification) classification =
        classify (message, words, NULL, policy_hints (set, message));
    return describe_blocks (classification, message);
}

static void
test_blocks (const void *data)
{
    const BlockRow *row = data;
    g_autofree char *found = classify_blocks (row->extra, row->header, row->body);

    if (row->want[0] == '!')
        g_assert_nonnull (strstr (found, row->want + 1));
    else
        g_assert_cmpstr (found, ==, row->want);
}

/* More elements than anyone would cut, and a page too deep to know any. */
static void
test_bounds (void)
{
    g_autoptr (GString) many = g_string_new (NULL);
    g_autoptr (GString) deep = g_string_new (NULL);

    for (unsigned i = 0; i < 4000; i++)
        g_string_append (many, "<p class=promo>b</p><i class=legal>c</i>");
    g_autofree char *found = classify_blocks (general, "", many->str);
    g_assert_nonnull (strstr (found, "the policy selects too many elements"));
    for (unsigned i = 0; i < 300; i++)
        g_string_append (deep, "<div class=promo>");
    g_autofree char *unseen = classify_blocks (general, "", deep->str);
    g_assert_nonnull (strstr (unseen, "elements cannot be selected in it: its HTML is nested"));
}

typedef struct {
    const char *rule; /* how the tracking rule acts */
    const char *extra, *header, *body;
    ConsentState consent;
    Verdict verdict;
    Action action;
    Outcome outcome;
    const char *evidence; /* a part of it, or of the reply of a refusal */
} DecideRow;

#define FIX "otherwise = \"fix\";"
/* A page of pictures and next to no words would be taken for a disguise. */
#define ORDER                                                                                  \
    "<p>Your order 7 was sent today and arrives on Monday, 30 November, at the address that "  \
    "you gave with it. Thank you.</p>"
#define PIXEL    ORDER "<img src=\"https://px.example/1\">"
#define WRAPPED  ORDER "<a href=\"https://click.example/x\">a</a>"
#define TWO_WAYS "Content-Type: text/html\r\nContent-Type: text/plain\r\n"

static const DecideRow decisions[] = {
    { FIX, TRACKING, "", "<p>Order 7</p>", CONSENT_UNKNOWN, VERDICT_SATISFIED, ACTION_ALLOW,
      OUTCOME_DELIVER, "nothing in it is known as tracking" },
    { FIX, "", "", PIXEL, CONSENT_UNKNOWN, VERDICT_SATISFIED, ACTION_ALLOW, OUTCOME_DELIVER,
      "nothing in it is known as tracking" },
    { FIX, TRACKING, "", PIXEL, CONSENT_GRANTED, VERDICT_SATISFIED, ACTION_ALLOW,
      OUTCOME_DELIVER, "granted" },
    { FIX, TRACKING, "", PIXEL, CONSENT_REFUSED, VERDICT_VIOLATED, ACTION_FIX, OUTCOME_DELIVER,
      "withdrawn; 1 tracked" },
    { FIX, TRACKING, "", PIXEL, CONSENT_UNKNOWN, VERDICT_VIOLATED, ACTION_FIX, OUTCOME_DELIVER,
      "no consent on record; 1 tracked" },
    { FIX, TRACKING, "", PIXEL, CONSENT_UNAVAILABLE, VERDICT_CANNOT_TELL, ACTION_FIX,
      OUTCOME_DELIVER, "the consent store did not answer" },
    { FIX, TRACKING, "", PIXEL WRAPPED, CONSENT_REFUSED, VERDICT_VIOLATED, ACTION_FIX,
      OUTCOME_DELIVER, "2 tracked places, 1 of them cannot be taken out" },
    { "otherwise = \"refuse\";", TRACKING, "", PIXEL, CONSENT_REFUSED, VERDICT_VIOLATED,
      ACTION_REFUSE, OUTCOME_REFUSE, "withdrawn" },
    { FIX, "", TWO_WAYS, "Order 7", CONSENT_UNKNOWN, VERDICT_SATISFIED, ACTION_ALLOW,
      OUTCOME_REFUSE, "550 5.7.1 C: the recipient has not agreed" },
    { FIX, "ambiguous = \"promotional\";", TWO_WAYS, "Order 7", CONSENT_UNKNOWN,
      VERDICT_SATISFIED, ACTION_ALLOW, OUTCOME_REFUSE, "550 5.7.1 C: " },
    { FIX, "ambiguous = \"refuse\";", TWO_WAYS, "Order 7", CONSENT_GRANTED, VERDICT_SATISFIED,
      ACTION_ALLOW, OUTCOME_REFUSE,
      "550 5.6.0 the message can be read in two ways: byte 0: a structural field" },
    { FIX, "ambiguous = \"refuse\";", "", "<p>Order 7</p>", CONSENT_UNKNOWN, VERDICT_SATISFIED,
      ACTION_ALLOW, OUTCOME_DELIVER, "nothing" },
};

static RecipientFacts *
facts_with (ConsentState tracking)
{
    RecipientFacts *facts = g_new0 (RecipientFacts, 1);

    facts->address = g_strdup ("b@x.example");
    facts->given = g_strdup ("b@x.example");
    facts->territory = g_strdup ("XX");
    facts->territory_source = "default";
    facts->promotion = consent_answer_new (CONSENT_UNKNOWN);
    facts->tracking = consent_answer_new (tracking);
    return facts;
}

static void
test_decide (const void *data)
{
    const DecideRow *row = data;
    g_autofree char *territory = g_strdup_printf (RULES ("%s"), row->rule);
    g_autoptr (GError) error = NULL;
    g_autoptr (PolicySet) set = load (row->extra, territory, &error);
    g_autoptr (Words) words = words_load ("/nonexistent", NULL);
    g_autoptr (Message) message = parse (row->header, row->body);

    g_assert_no_error (error);
    g_autoptr (Classification) classification =
        classify (message, words, NULL, policy_hints (set, message));
    g_autoptr (Decision) decision =
        policy_decide (set, message, classification, facts_with (row->consent), 1795532400);
    const RuleResult *result = g_ptr_array_index (decision->rules, 1);
    g_assert_cmpint (result->verdict, ==, row->verdict);
    g_assert_cmpint (result->action, ==, row->action);
    g_assert_cmpstr (outcome_word (decision->outcome), ==, outcome_word (row->outcome));
    g_test_message ("%s / %s", result->evidence, decision->reply);
    g_assert_true (strstr (result->evidence, row->evidence) ||
                   (decision->reply && strstr (decision->reply, row->evidence)));
}

#define ADD_ROWS(prefix, rows, function)                                                       \
    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {                                       \
        g_autofree char *path = g_strdup_printf (prefix "/%02u", i);                           \
        g_test_add_data_func (path, &rows[i], function);                                       \
    }

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    ADD_ROWS ("/hints/load", loads, test_load)
    ADD_ROWS ("/hints/blocks", blocks, test_blocks)
    ADD_ROWS ("/hints/decide", decisions, test_decide)
    g_test_add_func ("/hints/bounds", test_bounds);
    return g_test_run ();
}
