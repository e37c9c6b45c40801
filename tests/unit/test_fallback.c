/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What becomes of a copy that must be stripped and cannot be: each strip_fallback, each reason why
 * the plain text cannot go alone, and the action hold; through the whole pipeline.
 */

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "licet/clock.h"
#include "licet/pipeline.h"

#define HEAD                                                                                   \
    "From: Shop <orders@shop.example>\r\nTo: c@example.com\r\nSubject: Your receipt\r\n"       \
    "Message-ID: <f1@shop.example>\r\nMIME-Version: 1.0\r\n"
#define RECEIPT "X-Licet-Purpose: receipt\r\n"
#define KIND(type, boundary)                                                                   \
    "Content-Type: multipart/" type "; boundary=\"" boundary "\"\r\n\r\n"
#define PART(type, text) "Content-Type: " type "\r\n\r\n" text "\r\n"
#define ALTERNATIVE(text, page)                                                                \
    HEAD RECEIPT KIND ("alternative", "a") "--a\r\n" PART (                                    \
        "text/plain", text) "--a\r\n" PART ("text/html", page) "--a--\r\n"

#define ORDER                                                                                  \
    "Thank you for your order 2026-10042. Your invoice total is 94,80 EUR, paid by card."
#define OFFER  "Only this week 20% off all rain jackets and boots in our shop."
#define SECOND "Win a journey to the sunny island of Elba with your next order."
#define LINES                                                                                  \
    ORDER "\r\n[licet:promotional]\r\n" OFFER                                                  \
          "\r\n[/licet:promotional]\r\nShop Example GmbH\r\n"
#define BLOCK "<div data-licet=\"promotional\">" OFFER "</div>"
#define BAD   "<p>" ORDER BLOCK " is on its way.</p><p>Shop Example GmbH</p>"
#define GOOD  "<p>" ORDER "</p>" BLOCK "<p>Shop Example GmbH</p>"
#define BROKEN                                                                                 \
    "<p>" ORDER "</p><!-- licet:promotional --><p>" OFFER "</p><p>Shop Example GmbH</p>"

#define FACT "source = \"S\"; provenance = \"verify: x\"; "
#define CONSENT(id, more)                                                                      \
    "{ id = \"" id "\"; kind = \"consent\"; applies_to = [ \"promotional\" ]; "                \
    "accept = [ \"express\" ]; otherwise = \"strip\"; " FACT more " }"
#define NAME(id, classes, otherwise)                                                           \
    "{ id = \"" id                                                                             \
    "\"; kind = \"sender-identity\"; fields = [ \"name\" ]; applies_to = [ " classes           \
    " ]; cannot_tell = \"" otherwise "\"; otherwise = \"" otherwise "\"; " FACT " }"
#define UNSUB(more)                                                                            \
    "{ id = \"U\"; kind = \"unsubscribe\"; applies_to = [ \"promotional\" ]; "                 \
    "where = [ \"link\" ]; otherwise = \"fix\"; " FACT more " }"
#define MIXED(otherwise, mixed)                                                                \
    "{ id = \"M\"; kind = \"consent\"; applies_to = [ \"promotional\" ]; accept = [ "          \
    "\"express\" ]; otherwise = \"" otherwise "\"; mixed_otherwise = \"" mixed "\"; " FACT     \
    " }"
#define PROMO "\"promotional\""
#define TRANS "\"transactional\""
#define BOTH  PROMO ", " TRANS

typedef struct {
    const char *name, *fallback, *rules, *mail;
    Outcome want;
    Copy copy;
    const char *rule, *said; /* said: a part of reply or obstacle */
} Row;

#define ASK CONSENT ("C", "")

static const Row rows[] = {
    { "refused unless the policy says otherwise", NULL, ASK, ALTERNATIVE (LINES, BAD),
      OUTCOME_REFUSE, COPY_WHOLE, "C",
      "550 5.7.1 C: the promotional block cannot be removed safely: part 2, " },
    { "held", "hold", ASK, ALTERNATIVE (LINES, BAD), OUTCOME_HOLD, COPY_WHOLE, "C",
      "C: the promotional block cannot be removed safely: part 2, " },
    { "text only", "text-only", ASK, ALTERNATIVE (LINES, BAD), OUTCOME_STRIP, COPY_TEXT_ONLY,
      "C", "the cut changes the HTML around it" },
    { "a cut that can be made needs no fallback", "hold", ASK, ALTERNATIVE (LINES, GOOD),
      OUTCOME_STRIP, COPY_STRIPPED, "C", NULL },
    { "the rule's own fallback", "text-only", CONSENT ("C", "strip_fallback = \"hold\";"),
      ALTERNATIVE (LINES, BAD), OUTCOME_HOLD, COPY_WHOLE, "C", NULL },
    { "the rule's own fallback is weaker", "refuse",
      CONSENT ("C", "strip_fallback = \"text-only\";"), ALTERNATIVE (LINES, BAD), OUTCOME_STRIP,
      COPY_TEXT_ONLY, "C", NULL },
    { "the strictest of two rules", "text-only",
      ASK "," CONSENT ("D", "strip_fallback = \"hold\";"), ALTERNATIVE (LINES, BAD),
      OUTCOME_HOLD, COPY_WHOLE, "C", NULL },
    { "the strictest of three rules", "text-only",
      ASK "," CONSENT ("D", "strip_fallback = \"hold\";") "," CONSENT (
          "E", "strip_fallback = \"refuse\";"),
      ALTERNATIVE (LINES, BAD), OUTCOME_REFUSE, COPY_WHOLE, "C", NULL },
    { "another rule refuses", "hold", ASK "," NAME ("N", PROMO, "refuse"),
      ALTERNATIVE (LINES, BAD), OUTCOME_REFUSE, COPY_WHOLE, "N", NULL },
    { "another rule would wait", "hold", ASK "," NAME ("N", PROMO, "defer"),
      ALTERNATIVE (LINES, BAD), OUTCOME_HOLD, COPY_WHOLE, "C", NULL },
    { "a strip that is not certain waits", "hold", NAME ("N", PROMO, "strip"),
      ALTERNATIVE (LINES, BAD), OUTCOME_DEFER, COPY_WHOLE, "N", "451 4.7.1 N: " },
    { "nothing but promotion", "hold", ASK, HEAD PART ("text/html", BLOCK), OUTCOME_REFUSE,
      COPY_WHOLE, "C", NULL },
    { "marks that do not pair, held", "hold", ASK, ALTERNATIVE (LINES, BROKEN), OUTCOME_HOLD,
      COPY_WHOLE, "C", "part 2, " },
    { "no block is known, held", "hold", ASK,
      HEAD "X-Licet-Class: mixed\r\n" PART ("text/html", "<p>" ORDER OFFER "</p>"),
      OUTCOME_HOLD, COPY_WHOLE, "C", "no promotional block is marked in it" },
    { "ambiguous, held", "hold", ASK,
      HEAD RECEIPT "Content-Type: text/plain\r\n" PART ("text/html", GOOD), OUTCOME_HOLD,
      COPY_WHOLE, "C", NULL },

    { "a footer that cannot be added, of a block that was marked", "hold", UNSUB (""),
      ALTERNATIVE (LINES, GOOD), OUTCOME_REFUSE, COPY_WHOLE, "U", "550 5.7.1 U: " },
    { "unfixed strip", NULL, UNSUB ("unfixed = \"strip\";"), ALTERNATIVE (LINES, GOOD),
      OUTCOME_STRIP, COPY_STRIPPED, "U", NULL },
    { "unfixed strip, and no cut can be made", NULL, UNSUB ("unfixed = \"strip\";"),
      ALTERNATIVE (LINES, BAD), OUTCOME_REFUSE, COPY_WHOLE, "U", NULL },
    { "unfixed strip, and marks that do not pair", NULL, UNSUB ("unfixed = \"strip\";"),
      ALTERNATIVE (LINES, BROKEN), OUTCOME_REFUSE, COPY_WHOLE, "U", NULL },
    { "unfixed strip of promotion alone", NULL, UNSUB ("unfixed = \"strip\";"),
      HEAD PART ("text/html", BLOCK), OUTCOME_REFUSE, COPY_WHOLE, "U", NULL },
    { "unfixed hold", NULL, UNSUB ("unfixed = \"hold\";"), ALTERNATIVE (LINES, GOOD),
      OUTCOME_HOLD, COPY_WHOLE, "U", NULL },
    { "unfixed refuse", NULL, UNSUB ("unfixed = \"refuse\";"), ALTERNATIVE (LINES, GOOD),
      OUTCOME_REFUSE, COPY_WHOLE, "U", NULL },

    { "no text alternative", "text-only", ASK, HEAD RECEIPT PART ("text/html", BAD),
      OUTCOME_REFUSE, COPY_WHOLE, "C",
      "nor can its text go alone: there is no text/plain alternative" },
    { "no page", "text-only", ASK,
      HEAD RECEIPT PART ("text/plain", ORDER "\r\n[licet:promotional]\r\n" OFFER),
      OUTCOME_REFUSE, COPY_WHOLE, "C", "there is no page to leave out" },
    { "text and page are no alternatives", "text-only", ASK,
      HEAD RECEIPT KIND ("mixed", "a") "--a\r\n" PART ("text/plain", LINES) "--a\r\n" PART (
          "text/html", BAD) "--a--\r\n",
      OUTCOME_REFUSE, COPY_WHOLE, "C", "there is no text/plain alternative" },
    { "the text is no text", "text-only", ASK,
      ALTERNATIVE ("Your mail program cannot show this page, please open it elsewhere.", BAD),
      OUTCOME_REFUSE, COPY_WHOLE, "C", "it does not say what the page says" },
    { "the text does not know the offer", "text-only", ASK,
      ALTERNATIVE (ORDER "\r\nShop Example GmbH\r\n", BAD), OUTCOME_STRIP, COPY_TEXT_ONLY, "C",
      NULL },
    { "broken marks in the page, none in the text", "text-only", ASK,
      ALTERNATIVE (ORDER "\r\n" OFFER "\r\n", BROKEN), OUTCOME_REFUSE, COPY_WHOLE, "C",
      "no promotional block is known in it" },
    { "broken marks in the page, good ones in the text", "text-only", ASK,
      ALTERNATIVE (LINES, BROKEN), OUTCOME_STRIP, COPY_TEXT_ONLY, "C", NULL },
    { "broken marks in the text", "text-only", ASK,
      ALTERNATIVE (LINES "[licet:promotional]\r\n" SECOND "\r\n", BAD), OUTCOME_REFUSE,
      COPY_WHOLE, "C", "nor can its text go alone: " },
    { "the text has another block without a mark", "text-only", ASK,
      ALTERNATIVE (LINES SECOND "\r\n", BAD "<div data-licet=\"promotional\">" SECOND "</div>"),
      OUTCOME_REFUSE, COPY_WHOLE, "C", "it still has the text of the block in part 2, " },
    { "no block is known, text only", "text-only", ASK,
      HEAD "X-Licet-Class: mixed\r\n" KIND ("alternative", "a") "--a\r\n" PART (
          "text/plain", ORDER OFFER) "--a\r\n" PART ("text/html", ORDER OFFER) "--a--\r\n",
      OUTCOME_REFUSE, COPY_WHOLE, "C", "no promotional block is known in it" },
    { "the subject advertises", "text-only", ASK,
      "From: Shop <orders@shop.example>\r\nSubject: Sale: 20% discount, newsletter offer, free "
      "shipping, only today!\r\nPrecedence: bulk\r\nList-Unsubscribe: <mailto:u@shop.example>"
      "\r\nMIME-Version: 1.0\r\n" KIND ("alternative", "a") "--a\r\n" PART (
          "text/plain", LINES) "--a\r\n" PART ("text/html", BAD) "--a--\r\n",
      OUTCOME_REFUSE, COPY_WHOLE, "C", "promotion in the subject" },
    { "a rule for the text waits", "text-only", ASK "," NAME ("N", TRANS, "defer"),
      ALTERNATIVE (LINES, BAD), OUTCOME_DEFER, COPY_TEXT_ONLY, "N", NULL },
    { "a rule for the text holds", "text-only", ASK "," NAME ("N", TRANS, "hold"),
      ALTERNATIVE (LINES, BAD), OUTCOME_HOLD, COPY_TEXT_ONLY, "N", NULL },
    { "a rule wants the text stripped still", "text-only", ASK "," NAME ("N", TRANS, "strip"),
      ALTERNATIVE (LINES, BAD), OUTCOME_REFUSE, COPY_TEXT_ONLY, "N", "nothing more to strip" },

    { "a mixed mail is stripped where a promotion waits", NULL, MIXED ("defer", "strip"),
      ALTERNATIVE (LINES, GOOD), OUTCOME_STRIP, COPY_STRIPPED, "M", NULL },
    { "a mixed mail is refused where a promotion is stripped", NULL, MIXED ("strip", "refuse"),
      ALTERNATIVE (LINES, GOOD), OUTCOME_REFUSE, COPY_WHOLE, "M", "550 5.7.1 M: " },
    { "a mixed mail is held", NULL, MIXED ("refuse", "hold"), ALTERNATIVE (LINES, GOOD),
      OUTCOME_HOLD, COPY_WHOLE, "M", NULL },
    { "nothing but promotion is not mixed", NULL, MIXED ("defer", "strip"),
      HEAD PART ("text/html", BLOCK), OUTCOME_DEFER, COPY_WHOLE, "M", "451 4.7.1 M: " },
    { "a mixed mail whose marks do not pair waits", NULL, MIXED ("defer", "strip"),
      ALTERNATIVE (LINES, BROKEN), OUTCOME_DEFER, COPY_WHOLE, "M", "451 4.7.1 M: " },
    { "a mixed mail whose block stays waits", NULL, MIXED ("defer", "strip"),
      ALTERNATIVE (LINES, BAD), OUTCOME_DEFER, COPY_WHOLE, "M", "451 4.7.1 M: " },
    { "the action hold", NULL, NAME ("N", BOTH, "hold"), ALTERNATIVE (LINES, GOOD),
      OUTCOME_HOLD, COPY_WHOLE, "N", "N: a setting is missing" },
    { "hold weighs more than defer", NULL,
      NAME ("M", BOTH, "defer") "," NAME ("N", BOTH, "hold"), ALTERNATIVE (LINES, GOOD),
      OUTCOME_HOLD, COPY_WHOLE, "N", NULL },
    { "refuse weighs more than hold", NULL,
      NAME ("M", BOTH, "hold") "," NAME ("N", BOTH, "refuse"), ALTERNATIVE (LINES, GOOD),
      OUTCOME_REFUSE, COPY_WHOLE, "N", NULL },
    { "a stripped copy is held", NULL, ASK "," NAME ("N", BOTH, "hold"),
      ALTERNATIVE (LINES, GOOD), OUTCOME_HOLD, COPY_STRIPPED, "N", NULL },
    { "held, but the strip fails", NULL, ASK "," NAME ("N", BOTH, "hold"),
      ALTERNATIVE (LINES, BAD), OUTCOME_REFUSE, COPY_WHOLE, "C", "cannot be removed safely" },
    { "a hold that the strip cures", NULL, ASK "," NAME ("N", PROMO, "hold"),
      ALTERNATIVE (LINES, GOOD), OUTCOME_STRIP, COPY_STRIPPED, "C", NULL },
};

static void
write_policies (const char *dir, const char *fallback, const char *rules)
{
    g_autofree char *main_file = g_build_filename (dir, "licet-policy.cfg", NULL);
    g_autofree char *sub = g_build_filename (dir, "territories", NULL);
    g_autofree char *territory = g_build_filename (sub, "XY.cfg", NULL);
    g_autofree char *words = g_build_filename (dir, "words", "en.cfg", NULL);
    g_autofree char *folder = g_build_filename (dir, "words", NULL);
    g_autofree char *shipped =
        g_test_build_filename (G_TEST_DIST, "..", "policies", "words", "en.cfg", NULL);
    g_autofree char *line =
        fallback ? g_strdup_printf ("strip_fallback = \"%s\";\n", fallback) : g_strdup ("");
    g_autofree char *main_text = g_strdup_printf (
        "default_territory = \"XY\";\nunsubscribe_words = [ \"unsubscribe\" ];\n%s", line);
    g_autofree char *text = g_strdup_printf ("territory = \"XY\"; name = \"Y\"; mixed_mail = "
                                             "\"any-promotion\"; rules = ( %s );\n",
                                             rules);
    g_autofree char *real = g_canonicalize_filename (shipped, NULL);

    g_mkdir (sub, 0700);
    g_assert_true (g_file_set_contents (main_file, main_text, -1, NULL));
    g_assert_true (g_file_set_contents (territory, text, -1, NULL));
    g_mkdir (folder, 0700);
    g_assert_cmpint (symlink (real, words), ==, 0);
}

static void
remove_policies (const char *dir)
{
    static const char *const names[] = {
        "licet-policy.cfg", "territories/XY.cfg", "territories", "words/en.cfg", "words", ""
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (names); i++) {
        g_autofree char *path = g_build_filename (dir, names[i], NULL);
        g_assert_cmpint (g_remove (path), ==, 0);
    }
}

static Plan *
run (const char *fallback, const char *rules, const char *mail)
{
    g_autofree char *dir = g_dir_make_tmp ("licet-fallback.XXXXXX", NULL);
    g_autoptr (GError) error = NULL;
    g_autoptr (Envelope) envelope = envelope_new ();
    g_autoptr (GBytes) bytes = g_bytes_new (mail, strlen (mail));
    Settings *settings = settings_new ();

    write_policies (dir, fallback, rules);
    g_free (settings->policies);
    settings->policies = g_strdup (dir);
    g_free (settings->consent);
    settings->consent = g_strdup ("memory:");
    g_autoptr (Engine) engine = engine_new (settings, &error);
    g_assert_no_error (error);
    remove_policies (dir);
    envelope->sender = envelope_path_new ("orders@shop.example", "");
    g_ptr_array_add (envelope->recipients, envelope_path_new ("secret@mail.example", ""));
    Plan *plan = pipeline_run (engine, envelope, bytes, 1795600800, &error);
    g_assert_no_error (error);
    return plan;
}

static char *
copy_text (const Plan *plan)
{
    g_assert_cmpuint (plan->variants->len, ==, 1);
    GBytes *bytes = ((Variant *)g_ptr_array_index (plan->variants, 0))->bytes;
    return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

/* What holds for every copy: nobody gets the offer by chance. */
static void
check_copy (const Plan *plan, const Decision *decision, const char *mail)
{
    const Variant *variant = g_ptr_array_index (plan->variants, 0);
    size_t length = 0;
    const char *data = g_bytes_get_data (variant->bytes, &length);
    g_autofree char *text = g_strndup (data, length);
    bool offer = strstr (text, "20% off") != NULL;

    g_assert_cmpint (variant->held, ==, decision->outcome == OUTCOME_HOLD);
    g_assert_cmpint (offer, ==, decision->copy == COPY_WHOLE && strstr (mail, "20% off"));
    g_assert_cmpint (strstr (text, "text/html") != NULL, ==, decision->copy != COPY_TEXT_ONLY);
    g_assert_nonnull (strstr (text, "94,80 EUR"));
    g_assert_null (strstr (text, "X-Licet-Purpose"));
}

static void
test_row (gconstpointer data)
{
    const Row *row = data;
    g_autoptr (Plan) plan = run (row->fallback, row->rules, row->mail);
    const Decision *decision = plan_decision (plan, 0);
    bool leaves = row->want == OUTCOME_STRIP || row->want == OUTCOME_HOLD;
    bool in_reply = row->said && decision->reply && strstr (decision->reply, row->said);
    bool in_obstacle =
        row->said && decision->obstacle && strstr (decision->obstacle, row->said);

    g_test_message ("%s; %s", decision->reply ? decision->reply : "no reply",
                    decision->obstacle ? decision->obstacle : "no obstacle");
    g_assert_cmpstr (outcome_word (decision->outcome), ==, outcome_word (row->want));
    g_assert_cmpstr (decision->rule, ==, row->rule);
    g_assert_cmpint (decision->reply != NULL, ==, row->want != OUTCOME_STRIP);
    g_assert_true (!row->said || in_reply || in_obstacle);
    g_assert_cmpuint (plan->variants->len, ==, leaves);
    if (!leaves || plan->variants->len == 0)
        return;
    g_assert_cmpint (decision->copy, ==, row->copy);
    check_copy (plan, decision, row->mail);
    g_assert_true (decision->outcome == OUTCOME_HOLD
                       ? g_str_has_prefix (decision->reply, row->rule)
                       : true);
}

#define PICTURE(id, disposition)                                                               \
    "Content-Type: image/gif\r\nContent-ID: <" id ">\r\nContent-Disposition: " disposition     \
    "\r\nContent-Transfer-Encoding: base64\r\n\r\nR0lGODlhAQABAIAAAP==\r\n"

/* Pictures that only the page shows go with it, wherever they stand; what is attached stays. */
static void
test_pictures (void)
{
    static const char mail[] = HEAD RECEIPT
        KIND ("mixed", "m") "--m\r\n" KIND ("related", "r") "--r\r\n" KIND ("alternative", "a") "--a\r\n" PART ("text/plain", LINES) "--a\r\n" KIND ("related", "q") "--q\r\n" PART ("text/html", BAD "<img src=\"cid:in%40shop\"><img src='CID:out@shop'>") "--q\r\n" PICTURE (
            "in@shop",
            "inline") "--q--\r\n--a\r\n" PART ("text/x-amp-html",
                                               "<p>amp</p>") "--a\r\n" PART ("text/calendar",
                                                                             "BEGIN:VCALENDAR") "--a--\r\n--r\r\n" PICTURE ("out@shop",
                                                                                                                            "inline") "--r--\r\n--m\r\n" PICTURE ("ticket@shop",
                                                                                                                                                                  "attachment") "--m--\r\n";
    g_autoptr (Plan) plan = run ("text-only", ASK, mail);
    g_autofree char *text = copy_text (plan);

    g_assert_cmpint (plan_decision (plan, 0)->copy, ==, COPY_TEXT_ONLY);
    g_assert_null (strstr (text, "in@shop"));
    g_assert_null (strstr (text, "out@shop"));
    g_assert_null (strstr (text, "amp</p>"));
    g_assert_nonnull (strstr (text, "VCALENDAR"));
    g_assert_nonnull (strstr (text, "ticket@shop"));
    g_assert_nonnull (strstr (text, ORDER));
}

/* A fallback belongs to a strip, and its words are known. */
static void
test_settings (void)
{
    static const struct {
        const char *fallback, *rules;
    } wrong[] = {
        { "keep", ASK },
        { NULL, CONSENT ("C", "strip_fallback = \"deliver\";") },
        { NULL,
          "{ id = \"C\"; kind = \"consent\"; applies_to = [ \"promotional\" ]; accept = [ "
          "\"express\" ]; otherwise = \"defer\"; strip_fallback = \"hold\"; " FACT " }" },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (wrong); i++) {
        g_autofree char *dir = g_dir_make_tmp ("licet-fallback.XXXXXX", NULL);
        g_autoptr (GError) error = NULL;
        write_policies (dir, wrong[i].fallback, wrong[i].rules);
        g_autoptr (PolicySet) set = policy_set_load (dir, &error);
        remove_policies (dir);
        g_assert_null (set);
        g_assert_nonnull (strstr (error->message, "strip_fallback"));
    }
}

int
main (int argc, char *argv[])
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autofree char *path = g_strdup_printf ("/fallback/%s", rows[i].name);
        g_test_add_data_func (path, &rows[i], test_row);
    }
    g_test_add_func ("/fallback/pictures go with the page", test_pictures);
    g_test_add_func ("/fallback/settings are checked", test_settings);
    return g_test_run ();
}
