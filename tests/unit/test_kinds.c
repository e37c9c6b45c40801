/* SPDX-License-Identifier: BSD-2-Clause */

/* What each kind of rule makes of a message: verdicts; and problems with what files say. */

#include <glib/gstdio.h>
#include <string.h>

#include "licet/clock.h"
#include "licet/error.h"
#include "../../milter/policy/rules.h"
#include "../../milter/audit/story_phrases.h"

static const char main_text[] =
    "default_territory = \"XX\";\n"
    "unsubscribe_words = [ \"unsubscribe\", \"TD\", \"退订\", \"opt out\", \"הסר\" ];\n"
    "senders = ( { domains = [ \"shop.example\" ]; names = [ \"Shop Example\", \"Shop\" ];\n"
    "  postal_address = [ \"Hauptstraße 1\", \"Köln\" ]; contact = [ \"+49 30 123\", \"hi@shop\" "
    "]; },\n"
    "  { domains = [ \"news.shop.example\", \"bücher.example\" ]; names = [ \"News Desk\" ]; "
    "contact = [ \"desk@news\" ]; } );\n";
static const char territory_text[] =
    "territory = \"XX\"; name = \"X\"; mixed_mail = \"any-promotion\"; rules = (\n"
    "{ id = \"X-OUT\"; kind = \"unsubscribe\"; where = [ \"link\" ]; otherwise = \"refuse\";\n"
    "  applies_to = [ \"promotional\" ]; source = \"S\"; provenance = \"verify: x\"; } );\n";

static PolicySet *
load_set (const char *main_file, const char *second, GError **error)
{
    g_autofree char *dir = g_dir_make_tmp ("licet-kinds.XXXXXX", NULL);
    g_autofree char *sub = g_build_filename (dir, "territories", NULL);
    g_autofree char *path = g_build_filename (dir, "licet-policy.cfg", NULL);
    g_autofree char *territory = g_build_filename (sub, "XX.cfg", NULL);
    g_autofree char *other = g_build_filename (sub, "XY.cfg", NULL);

    g_mkdir (sub, 0700);
    g_assert_true (g_file_set_contents (path, main_file, -1, NULL));
    g_assert_true (g_file_set_contents (territory, territory_text, -1, NULL));
    if (second)
        g_assert_true (g_file_set_contents (other, second, -1, NULL));
    PolicySet *set = policy_set_load (dir, error);
    g_unlink (other);
    g_unlink (territory);
    g_unlink (path);
    g_rmdir (sub);
    g_rmdir (dir);
    return set;
}

static Rule *
load_rule (const char *parameters, GPtrArray *problems)
{
    g_autofree char *text = g_strdup_printf (
        "id = \"R\"; applies_to = [ \"promotional\" ]; otherwise = \"refuse\"; "
        "source = \"S\"; provenance = \"verify: x\";\n%s",
        parameters);
    g_autoptr (GError) error = NULL;
    g_autoptr (Conffile) file = conffile_parse (text, "R.cfg", &error);

    g_assert_no_error (error);
    return rule_load (conffile_root (file), problems);
}

#define UNSUBSCRIBE(rest) "kind = \"unsubscribe\"; " rest
#define ANY_WAY           UNSUBSCRIBE ("where = [ \"link\", \"mailto\" ];")
#define LABEL(rest)       "kind = \"subject-label\"; " rest
#define TRUTH             "kind = \"subject-truth\"; prefixes = [ \"Re:\", \"Fwd:\" ];"
#define TEXTS             "kind = \"required-text\"; texts = [ \"El titular podrá\", \"Otra frase\" ];"
#define SHARE             "kind = \"promo-share\"; most_percent = 20;"
#define IDENTITY(fields)  "kind = \"sender-identity\"; fields = [ " fields " ];"
#define MERSIS            "shapes = [ \"MERSIS No: ################\" ];"
#define HTML              "Content-Type: text/html; charset=utf-8\r\n"
#define PLAIN             "Content-Type: text/plain; charset=utf-8\r\n"
#define TWINS             "Content-Type: multipart/alternative; boundary=b\r\n"
#define TWIN(plain, html)                                                                      \
    "--b\r\n" PLAIN "\r\n" plain "\r\n--b\r\n" HTML "\r\n" html "\r\n--b--\r\n"
#define LIST(value) "List-Unsubscribe: " value "\r\n"
#define URL         "https://shop.example/"
#define BLOCK(text) "<div data-licet=\"promotional\">" text "</div>"
/* Ten characters, and a hundred. */
#define TEN     "abcdefgh. "
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

typedef struct {
    const char *name, *rule, *header, *body;
    bool stripped;
    Verdict want;
    const char *evidence; /* a part of it; NULL: any */
} VerdictRow;

static const VerdictRow verdicts[] = {
    { "the link says so", ANY_WAY, HTML, "<a href='" URL "x'>Unsubscribe</a>", false,
      VERDICT_SATISFIED, "link in text/html 1, byte 0" },
    { "the target says so", ANY_WAY, HTML, "<a href='" URL "UnSubscribe?u=1'>here</a>", false,
      VERDICT_SATISFIED, NULL },
    { "the sentence says so", ANY_WAY, HTML,
      "<p>To unsubscribe, click <a href='" URL "u/7'>here</a>.", false, VERDICT_SATISFIED,
      NULL },
    { "the sentence after says so", ANY_WAY, HTML, "<a href='" URL "u/7'>Click</a> to opt out",
      false, VERDICT_SATISFIED, NULL },
    { "the word is at another link", ANY_WAY, HTML,
      "<a href='javascript:x()'>Unsubscribe</a> <a href='" URL "'>Home</a>", false,
      VERDICT_VIOLATED, NULL },
    { "the word is too far away", ANY_WAY, HTML,
      "<p>unsubscribe " HUNDRED HUNDRED HUNDRED "<a href='" URL "'>Home</a>", false,
      VERDICT_VIOLATED, NULL },
    { "the word near the link is hidden", ANY_WAY, HTML,
      "<p><span hidden>unsubscribe</span> <a href='" URL "'>Home</a>", false, VERDICT_VIOLATED,
      NULL },
    { "a short word within another", ANY_WAY, HTML, "<a href='" URL "'>Outdoor</a>", false,
      VERDICT_VIOLATED, NULL },
    { "a short word alone", ANY_WAY, HTML, "<a href='" URL "'>Reply TD</a>", false,
      VERDICT_SATISFIED, NULL },
    { "a short word in a target", ANY_WAY, HTML, "<a href='" URL "td/'>x</a>", false,
      VERDICT_VIOLATED, NULL },
    { "a short word between characters without blanks", ANY_WAY, HTML,
      "<a href='" URL "'>回复TD取消</a>", false, VERDICT_SATISFIED, NULL },
    { "a script without blanks", ANY_WAY, HTML, "<a href='" URL "'>点击退订此邮件</a>", false,
      VERDICT_SATISFIED, NULL },
    { "the Hebrew film is not remove", ANY_WAY, HTML, "<a href='" URL "'>הסרט החדש</a>", false,
      VERDICT_VIOLATED, NULL },
    { "the end of a session", ANY_WAY, HTML,
      "<a href='https://shop.example/logout'>unsubscribe</a>", false, VERDICT_VIOLATED, NULL },
    { "the end of a session with a way back", ANY_WAY, HTML,
      "<a href='https://shop.example/signout?next=/home'>unsubscribe</a>", false,
      VERDICT_VIOLATED, NULL },
    { "the end of a plan that is paid for", ANY_WAY, HTML,
      "<a href='https://shop.example/billing/cancel'>unsubscribe</a>", false, VERDICT_VIOLATED,
      NULL },
    { "the end of a session beside a way out", ANY_WAY, HTML,
      "<a href='https://shop.example/logout'>unsubscribe</a> <a href='" URL
      "x'>unsubscribe</a>",
      false, VERDICT_SATISFIED, NULL },
    { "a plan's newsletter", ANY_WAY, HTML,
      "<a href='https://shop.example/premium/newsletter'>unsubscribe</a>", false,
      VERDICT_SATISFIED, NULL },
    { "a mark of the reader", ANY_WAY, HTML,
      "<a href='https://shop.example/abmelden?u=7'>unsubscribe</a>", false, VERDICT_SATISFIED,
      NULL },
    { "an address", ANY_WAY, HTML, "<a href='mailto:out@shop.example'>unsubscribe</a>", false,
      VERDICT_SATISFIED, "mailto in" },
    { "an address where only a link counts", UNSUBSCRIBE ("where = [ \"link\" ];"), HTML,
      "<a href='mailto:out@shop.example'>unsubscribe</a>", false, VERDICT_VIOLATED, NULL },
    { "in plain text the line counts", ANY_WAY, PLAIN, "Unsubscribe: " URL "x\r\n", false,
      VERDICT_SATISFIED, "text/plain" },
    { "plain text whose twin has no link", ANY_WAY, TWINS,
      TWIN ("Unsubscribe: " URL "x", "<p>Sale"), false, VERDICT_VIOLATED, NULL },
    { "both twins have it", ANY_WAY, TWINS,
      TWIN ("Unsubscribe: " URL "x", "<a href='" URL "x'>Unsubscribe</a>"), false,
      VERDICT_SATISFIED, "text/html" },
    { "the link is in the block that goes", ANY_WAY, HTML,
      "<p>Receipt" BLOCK ("<a href='" URL "x'>Unsubscribe</a>"), true, VERDICT_VIOLATED, NULL },
    { "the word is in the block that goes", ANY_WAY, HTML,
      "<p>Receipt" BLOCK ("unsubscribe") "<a href='" URL "x'>here</a>", true, VERDICT_VIOLATED,
      NULL },
    { "the same with the block", ANY_WAY, HTML,
      "<p>Receipt" BLOCK ("unsubscribe") "<a href='" URL "x'>here</a>", false,
      VERDICT_SATISFIED, NULL },
    { "the header field suffices", UNSUBSCRIBE ("where = [ \"header\" ];"),
      LIST ("<mailto:out@shop.example>") HTML, "x", false, VERDICT_SATISFIED,
      "List-Unsubscribe" },
    { "a header field without an address does not", UNSUBSCRIBE ("where = [ \"header\" ];"),
      LIST ("NO") HTML, "x", false, VERDICT_VIOLATED, NULL },
    { "the header field does not suffice for a link", ANY_WAY,
      LIST ("<https://shop.example/u>") HTML, "x", false, VERDICT_VIOLATED, NULL },
    { "the header field is needed too",
      UNSUBSCRIBE ("where = [ \"link\" ]; list_unsubscribe = true;"), HTML,
      "<a href='" URL "'>Unsubscribe</a>", false, VERDICT_VIOLATED, "no List-Unsubscribe" },
    { "one-click", UNSUBSCRIBE ("where = [ \"link\" ]; one_click = true;"),
      LIST ("<https://shop.example/u>") "List-Unsubscribe-Post: "
                                        "List-Unsubscribe=One-Click\r\n" HTML,
      "<a href='" URL "'>Unsubscribe</a>", false, VERDICT_SATISFIED, NULL },
    { "one-click needs https", UNSUBSCRIBE ("where = [ \"link\" ]; one_click = true;"),
      LIST ("<mailto:out@shop.example>") "List-Unsubscribe-Post: "
                                         "List-Unsubscribe=One-Click\r\n" HTML,
      "<a href='" URL "'>Unsubscribe</a>", false, VERDICT_VIOLATED, "no one-click" },

    { "the label begins the subject", LABEL ("labels = [ \"ADV\" ];"),
      "Subject: ADV: x\r\n" HTML, "x", false, VERDICT_SATISFIED, "\"ADV\"" },
    { "the label begins another word", LABEL ("labels = [ \"ADV\" ];"),
      "Subject: ADVENT sale\r\n" HTML, "x", false, VERDICT_VIOLATED, NULL },
    { "the label after Re:", LABEL ("labels = [ \"ADV\" ];"), "Subject: Re: ADV x\r\n" HTML,
      "x", false, VERDICT_VIOLATED, NULL },
    { "the label anywhere", LABEL ("labels = [ \"ADV\" ]; position = \"anywhere\";"),
      "Subject: ADVENT (ADV)\r\n" HTML, "x", false, VERDICT_SATISFIED, NULL },
    { "the label in small letters", LABEL ("labels = [ \"ADV\" ];"), "Subject: adv x\r\n" HTML,
      "x", false, VERDICT_VIOLATED, NULL },
    { "the second of two labels", LABEL ("labels = [ \"ADV\", \"AD:\" ];"),
      "Subject: AD:x\r\n" HTML, "x", false, VERDICT_SATISFIED, "\"AD:\"" },
    { "a label with its blank", LABEL ("labels = [ \"SEXUALLY-EXPLICIT: \" ];"),
      "Subject: SEXUALLY-EXPLICIT:x\r\n" HTML, "x", false, VERDICT_VIOLATED, NULL },
    { "a label broken up by invisible characters", LABEL ("labels = [ \"ADV\" ];"),
      "Subject: =?utf-8?B?QeKAi0RWIHg=?=\r\n" HTML, "x", false, VERDICT_SATISFIED, NULL },
    { "a label in decomposed letters", LABEL ("labels = [ \"PUBLICITE\xcc\x81\" ];"),
      "Subject: =?utf-8?Q?PUBLICIT=C3=89_x?=\r\n" HTML, "x", false, VERDICT_SATISFIED, NULL },
    { "a mail without a subject", LABEL ("labels = [ \"ADV\" ];"), HTML, "x", false,
      VERDICT_VIOLATED, NULL },

    { "an answer to nothing", TRUTH, "Subject: RE: your order\r\n" HTML, "x", false,
      VERDICT_VIOLATED, "\"re:\"" },
    { "an answer", TRUTH, "In-Reply-To: <1@b>\r\nSubject: Re: your order\r\n" HTML, "x", false,
      VERDICT_SATISFIED, NULL },
    { "an answer to what has no id", TRUTH, "References: x\r\nSubject: Re: x\r\n" HTML, "x",
      false, VERDICT_VIOLATED, NULL },
    { "a subject that is no answer", TRUTH, "Subject: Regarding re:\r\n" HTML, "x", false,
      VERDICT_SATISFIED, NULL },

    { "all required texts", TEXTS, HTML, "<p>El  TITULAR podrá<p>Otra frase", false,
      VERDICT_SATISFIED, NULL },
    { "a text that suffices", TEXTS " suffices = [ \"gob.mx/otra\" ];", HTML,
      "<p>Vea www.GOB.mx/otra", false, VERDICT_SATISFIED, "has \"gob.mx/otra\"" },
    { "the missing text is named", TEXTS, HTML, "<p>El titular podrá", false, VERDICT_VIOLATED,
      "lacks \"Otra frase\"" },
    { "a required text without its accent", TEXTS, HTML, "<p>El titular podra<p>Otra frase",
      false, VERDICT_VIOLATED, "lacks \"El titular" },
    { "a required text that is hidden", TEXTS, HTML, "<p>El titular podrá<p hidden>Otra frase",
      false, VERDICT_VIOLATED, "Otra frase" },
    { "a required text in the block that goes", TEXTS, HTML,
      "<p>El titular podrá" BLOCK ("Otra frase"), true, VERDICT_VIOLATED, NULL },

    { "no promotion at all", SHARE, HTML, "x", false, VERDICT_SATISFIED, "0 %" },

    { "one of the names", IDENTITY ("\"name\""), HTML, "<p>Your SHOP", false, VERDICT_SATISFIED,
      "has: name" },
    { "the whole address, folded and cased", IDENTITY ("\"postal_address\""), HTML,
      "<p>HAUPTSTRASSE&nbsp;1<br>KÖLN", false, VERDICT_SATISFIED, NULL },
    { "letters of two code points", IDENTITY ("\"postal_address\""), HTML,
      "<p>Hauptstraße 1, Ko\xcc\x88ln", false, VERDICT_SATISFIED, NULL },
    { "one way of contact suffices", IDENTITY ("\"contact\""), HTML, "<p>hi@shop", false,
      VERDICT_SATISFIED, NULL },
    { "a number is no address", IDENTITY ("\"email\""), HTML, "<p>Tel. +49 30 123", false,
      VERDICT_VIOLATED, "lacks: email" },
    { "an address is no number", IDENTITY ("\"telephone\""), HTML, "<p>hi@shop", false,
      VERDICT_VIOLATED, "lacks: telephone" },
    { "both are there", IDENTITY ("\"email\", \"telephone\""), HTML,
      "<p>hi@shop, +49 30 123", false, VERDICT_SATISFIED, "has: email, telephone" },
    { "an address does not stand for a number", IDENTITY ("\"telephone_else_email\""), HTML,
      "<p>hi@shop", false, VERDICT_VIOLATED, "lacks: telephone_else_email" },
    { "an address where there is no number", IDENTITY ("\"telephone_else_email\""),
      "From: a@m.news.shop.example\r\n" HTML, "<p>desk@news", false, VERDICT_SATISFIED, NULL },
    { "no number at all", IDENTITY ("\"telephone\""), "From: a@m.news.shop.example\r\n" HTML,
      "<p>desk@news", false, VERDICT_CANNOT_TELL, "profile lacks: telephone" },
    { "what is missing is named", IDENTITY ("\"name\", \"postal_address\", \"contact\""), HTML,
      "<p>Shop, Köln", false, VERDICT_VIOLATED, "lacks: postal_address, contact" },
    { "the name in the block that goes", IDENTITY ("\"name\""), HTML,
      "<p>Receipt" BLOCK ("Shop"), true, VERDICT_VIOLATED, NULL },
    { "the name in a comment", IDENTITY ("\"name\""), HTML, "<p>x<!-- Shop -->", false,
      VERDICT_VIOLATED, NULL },
    { "the name in a plain text that nobody sees", IDENTITY ("\"name\""), TWINS,
      TWIN ("Shop", "<p>Sale"), false, VERDICT_VIOLATED, NULL },
    { "a profile without that field", IDENTITY ("\"register\""), HTML, "<p>Shop", false,
      VERDICT_CANNOT_TELL, "the sender profile lacks: register" },
    { "a profile without that field, and a mail without another",
      IDENTITY ("\"register\", \"name\""), HTML, "<p>x", false, VERDICT_VIOLATED,
      "the visible text lacks: name" },
    { "a subdomain without its own profile", IDENTITY ("\"name\""),
      "From: a@mail.shop.example\r\n" HTML, "<p>Shop", false, VERDICT_SATISFIED, NULL },
    { "a subdomain with its own profile", IDENTITY ("\"name\""),
      "From: a@m.news.shop.example\r\n" HTML, "<p>Shop", false, VERDICT_VIOLATED, NULL },
    { "a domain of non-ASCII letters", IDENTITY ("\"name\""),
      "From: a@xn--bcher-kva.example\r\n" HTML, "<p>News desk", false, VERDICT_SATISFIED,
      NULL },
    { "a domain that only ends alike", IDENTITY ("\"name\""), "From: a@myshop.example\r\n" HTML,
      "<p>Shop", false, VERDICT_CANNOT_TELL, "no sender profile for myshop.example" },
    { "a box where a place is due", IDENTITY ("\"name\"") "forbidden = [ \"P.O. Box\" ];", HTML,
      "<p>Shop, p.o. box 12", false, VERDICT_VIOLATED, "has \"p.o. box\"" },
    { "a number without a profile", IDENTITY ("\"register\"") MERSIS,
      "From: a@no.example\r\n" HTML, "<p>MERSIS  No:0123456789012345.", false,
      VERDICT_SATISFIED, "looks like" },
    { "a longer number", IDENTITY ("\"register\"") MERSIS, "From: a@no.example\r\n" HTML,
      "<p>MERSIS No: 01234567890123456", false, VERDICT_CANNOT_TELL, "no sender profile" },
    { "a number within a word", IDENTITY ("\"register\"") MERSIS, "From: a@no.example\r\n" HTML,
      "<p>xMERSIS No: 0123456789012345", false, VERDICT_CANNOT_TELL, NULL },
    { "a number is no profile", IDENTITY ("\"register\"") MERSIS, HTML,
      "<p>MERSIS No: 0123456789012345", false, VERDICT_CANNOT_TELL, "profile lacks" },
    { "a mail without a sender", IDENTITY ("\"name\""), "From: x\r\n" HTML, "<p>Shop", false,
      VERDICT_CANNOT_TELL, "a mail without From" },
};

static Message *
parse (const char *header, const char *body)
{
    g_autofree char *text = g_strdup_printf (
        "MIME-Version: 1.0\r\n%s%s\r\n%s",
        strstr (header, "From: ") ? "" : "From: Shop <a@shop.example>\r\n", header, body);
    g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
    g_autoptr (GError) error = NULL;
    Message *message = message_parse (bytes, &error);

    g_assert_no_error (error);
    return message;
}

static Classification *
classification_of (const Message *message)
{
    Classification *classification = classification_new ();
    const GArray *marked = message_marked_blocks (message);

    for (unsigned i = 0; i < marked->len; i++) {
        const MarkedBlock *mark = &g_array_index (marked, MarkedBlock, i);
        Block *block = g_new0 (Block, 1);
        block->leaf = mark->leaf;
        block->start = mark->start;
        block->end = mark->end;
        g_ptr_array_add (classification->blocks, block);
    }
    return classification;
}

static void
test_verdict (gconstpointer data)
{
    const VerdictRow *row = data;
    g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
    g_autoptr (GError) error = NULL;
    g_autoptr (PolicySet) set = load_set (main_text, NULL, &error);
    g_autoptr (Message) message = parse (row->header, row->body);
    g_autoptr (Classification) classification = classification_of (message);
    g_autoptr (RuleResult) result = rule_result_new ();
    g_autoptr (RecipientFacts) facts = g_new0 (RecipientFacts, 1);
    facts->address = g_strdup ("ana@mail.example");
    facts->territory = g_strdup ("XX");
    RuleView view = { set, message, classification, facts, row->stripped, 0, false, NULL };
    Rule *rule = load_rule (row->rule, problems);

    g_assert_no_error (error);
    g_assert_cmpuint (problems->len, ==, 0);
    rule->kind->judge (rule->parameters, &view, result);
    g_test_message ("%s", result->evidence);
    g_assert_true (story_knows (result->evidence));
    g_assert_cmpstr (verdict_word (result->verdict), ==, verdict_word (row->want));
    g_assert_true (!row->evidence || strstr (result->evidence, row->evidence));
    g_assert_cmpint (result->remedy != NULL, ==, row->want != VERDICT_SATISFIED);
    rule_free (rule);
}

#define CONSENT(rest) "kind = \"consent\"; " rest
#define OPT_IN        CONSENT ("accept = [ \"express\", \"inferred\" ];")
#define SOFT          CONSENT ("accept = [ \"express\", \"soft-opt-in\" ]; soft_opt_in_days = 30;")

typedef struct {
    const char *name, *rule;
    ConsentState state;
    const char *basis, *at, *expires;
    bool pending;
    Verdict want;
    const char *evidence;
} ConsentRow;

/* Judged at 2026-11-24T12:00:00Z. */
static const ConsentRow consents[] = {
    { "granted", OPT_IN, CONSENT_GRANTED, "express", "2026-01-01", NULL, false,
      VERDICT_SATISFIED, "granted, basis express, 2026-01-01T00:00:00Z" },
    { "granted on another basis", OPT_IN, CONSENT_GRANTED, "registry", "2026-01-01", NULL,
      false, VERDICT_VIOLATED, "not on a basis that counts here, basis registry" },
    { "granted on no known basis", OPT_IN, CONSENT_GRANTED, NULL, "2026-01-01", NULL, false,
      VERDICT_VIOLATED,
      "granted, but without a basis, 2026-01-01T00:00:00Z; accepted are: express, inferred" },
    { "expires later", OPT_IN, CONSENT_GRANTED, "inferred", "2026-01-01",
      "2026-11-24T12:00:01Z", false, VERDICT_SATISFIED, NULL },
    { "expires now", OPT_IN, CONSENT_GRANTED, "inferred", "2026-01-01", "2026-11-24T12:00:00Z",
      false, VERDICT_VIOLATED, "expired" },
    { "young enough", CONSENT ("accept = [ \"express\" ]; max_age_days = 30;"), CONSENT_GRANTED,
      "express", "2026-10-25T12:00:01Z", NULL, false, VERDICT_SATISFIED, NULL },
    { "too old", CONSENT ("accept = [ \"express\" ]; max_age_days = 30;"), CONSENT_GRANTED,
      "express", "2026-10-25T12:00:00Z", NULL, false, VERDICT_VIOLATED, "too long ago" },
    { "a young soft opt-in", SOFT, CONSENT_GRANTED, "soft-opt-in", "2026-10-25T12:00:01Z", NULL,
      false, VERDICT_SATISFIED, NULL },
    { "an old soft opt-in", SOFT, CONSENT_GRANTED, "soft-opt-in", "2026-10-25T12:00:00Z", NULL,
      false, VERDICT_VIOLATED, "too long ago" },
    { "the bound of the soft opt-in is for it alone", SOFT, CONSENT_GRANTED, "express",
      "2020-01-01", NULL, false, VERDICT_SATISFIED, NULL },
    { "withdrawn", OPT_IN, CONSENT_REFUSED, NULL, "2026-01-01", NULL, false, VERDICT_VIOLATED,
      "withdrawn, 2026-01-01T00:00:00Z" },
    { "what became of earlier mail", OPT_IN, CONSENT_REFUSED, "bounce", "2026-01-01", NULL,
      false, VERDICT_VIOLATED, "suppressed: bounce, 2026-01-01T00:00:00Z" },
    { "nothing on record", OPT_IN, CONSENT_UNKNOWN, NULL, NULL, NULL, false, VERDICT_VIOLATED,
      "no consent on record" },
    { "not confirmed", OPT_IN, CONSENT_UNKNOWN, "double-opt-in", "2026-01-01", NULL, true,
      VERDICT_VIOLATED, "not confirmed yet" },
    { "no answer", OPT_IN, CONSENT_UNAVAILABLE, NULL, NULL, NULL, false, VERDICT_CANNOT_TELL,
      "did not answer" },
    { "opt-out: nothing on record", CONSENT ("opt_out = true;"), CONSENT_UNKNOWN, NULL, NULL,
      NULL, false, VERDICT_SATISFIED, NULL },
    { "opt-out: an expired consent is no objection", CONSENT ("opt_out = true;"),
      CONSENT_GRANTED, "inferred", "2020-01-01", "2022-01-01", false, VERDICT_SATISFIED, NULL },
    { "opt-out: withdrawn", CONSENT ("opt_out = true;"), CONSENT_REFUSED, NULL, "2026-01-01",
      NULL, false, VERDICT_VIOLATED, NULL },
    { "opt-out: no answer is no permission", CONSENT ("opt_out = true;"), CONSENT_UNAVAILABLE,
      NULL, NULL, NULL, false, VERDICT_CANNOT_TELL, NULL },
};

static int64_t
time_of (const char *text)
{
    int64_t time = 0;

    g_assert_true (!text || clock_parse (text, &time, NULL));
    return time;
}

static void
test_consent (gconstpointer data)
{
    const ConsentRow *row = data;
    g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
    g_autoptr (RuleResult) result = rule_result_new ();
    RecipientFacts *facts = g_new0 (RecipientFacts, 1);
    RuleView view = { .facts = facts, .now = time_of ("2026-11-24T12:00:00Z") };
    Rule *rule = load_rule (row->rule, problems);

    g_assert_cmpuint (problems->len, ==, 0);
    facts->promotion = consent_answer_new (row->state);
    facts->tracking = consent_answer_new (CONSENT_UNKNOWN);
    if (row->state == CONSENT_REFUSED)
        facts->promotion->suppression = g_strdup (row->basis);
    else
        facts->promotion->basis = g_strdup (row->basis);
    facts->promotion->at = time_of (row->at);
    facts->promotion->expires = time_of (row->expires);
    facts->promotion->pending = row->pending;
    rule->kind->judge (rule->parameters, &view, result);
    g_assert_true (story_knows (result->evidence));
    g_assert_cmpstr (verdict_word (result->verdict), ==, verdict_word (row->want));
    g_assert_true (!row->evidence || strstr (result->evidence, row->evidence));
    g_assert_cmpint (result->remedy != NULL, ==, row->want != VERDICT_SATISFIED);
    rule_free (rule);
    recipient_facts_free (facts);
}

typedef struct {
    const char *name, *text, *want;
} ProblemRow;

static const ProblemRow rule_problems[] = {
    { "no kind", "",
      "R.cfg:1: a rule without a kind \"\"; right would be one of: ad-disclosure" },
    { "a consent of no days", CONSENT ("accept = [ \"express\" ]; max_age_days = 0;"),
      "max_age_days is out of range; right would be 1 to 36500" },
    { "nowhere to unsubscribe", UNSUBSCRIBE ("where = [];"),
      "where is empty; right would be where = [ \"link\" ]" },
    { "a place that is none", UNSUBSCRIBE ("where = [ \"footer\" ];"),
      "where: unknown word \"footer\"; right would be one of: link, mailto, header" },
    { "no label", LABEL ("labels = [];"), "labels is empty" },
    { "an empty label stands in every subject", LABEL ("labels = [ \"ADV\", \"\" ];"),
      "R.cfg:2: a label must be a text of one line" },
    { "a label of two lines", LABEL ("labels = [ \"ADV\\r\\nBcc: x\" ];"),
      "a label must be a text of one line" },
    { "a label that is no text", LABEL ("labels = [ \"a\\nb\" ];"),
      "a label must be a text of one line" },
    { "no fields", IDENTITY (""), "fields is empty; right would be fields = [ \"name\" ]" },
    { "a field that is none", IDENTITY ("\"address\""),
      "unknown word \"address\"; right would be one of: name, postal_address" },
    { "a number for a text", ANY_WAY "replaces = 3;", "replaces must be text in quotes" },
};

static void
test_rule_problem (gconstpointer data)
{
    const ProblemRow *row = data;
    g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
    Rule *rule = load_rule (row->text, problems);

    g_assert_cmpuint (problems->len, ==, 1);
    const char *problem = problems->len ? g_ptr_array_index (problems, 0) : "";
    g_test_message ("%s", problem);
    g_assert_nonnull (strstr (problem, row->want));
    rule_free (rule);
}

#define MAIN(rest)    "default_territory = \"XX\"; " rest
#define WORDS         "unsubscribe_words = [ \"stop\" ];\n"
#define SENDER(group) MAIN (WORDS "senders = ( { " group " } );")

static const ProblemRow main_problems[] = {
    { "an empty word is in every link", MAIN ("unsubscribe_words = [ \"stop\", \" \" ];"),
      "licet-policy.cfg:1: unsubscribe_words has an empty text" },
    { "a profile for no domain", SENDER ("domains = []; names = [ \"Shop\" ];"),
      "licet-policy.cfg:2: domains is empty" },
    { "a profile for an address",
      SENDER ("domains = [ \"a@shop.example\" ]; names = [ \"Shop\" ];"),
      "\"a@shop.example\" is no domain; right would be shop.example" },
    { "a name without letters", SENDER ("domains = [ \"shop.example\" ]; names = [ \"\" ];"),
      "names has an empty text" },
    { "a profile without names", SENDER ("domains = [ \"shop.example\" ];"),
      "names is missing" },
    { "an unknown setting", MAIN (WORDS "sender = ();"),
      "licet-policy.cfg:2: unknown setting \"sender\" (did you mean \"senders\"?); all that "
      "are known are in licet-policy(5)" },
    { "a file that cannot be read",
      "default_territory = ", "licet-policy.cfg:1: syntax error" },
};

static void
test_main_problem (gconstpointer data)
{
    const ProblemRow *row = data;
    g_autoptr (GError) error = NULL;
    g_autoptr (PolicySet) set = load_set (row->text, NULL, &error);

    g_assert_null (set);
    g_assert_nonnull (error);
    g_test_message ("%s", error ? error->message : "");
    g_assert_nonnull (error ? strstr (error->message, row->want) : NULL);
}

#define XY(rest) "territory = \"XY\"; name = \"Y\"; mixed_mail = \"solely\"; " rest
#define OUT(id, rest)                                                                          \
    "{ id = \"" id                                                                             \
    "\"; kind = \"unsubscribe\"; applies_to = [ \"promotional\" ]; where = [ \"link\" ]; "     \
    "otherwise = \"refuse\"; " rest " }"
#define RULES(rules) "rules = (\n" rules " );"
#define FACT         "source = \"S\"; provenance = \"verify: x\"; "

static const ProblemRow territory_problems[] = {
    { "an id of another file", XY (RULES (OUT ("X-OUT", FACT))),
      "XY.cfg:2: a second rule with the id X-OUT" },
    { "replacing what is not inherited", XY (RULES (OUT ("A", FACT "replaces = \"X-OUT\";"))),
      "XY.cfg:2: XY does not inherit the rule X-OUT" },
    { "replacing a rule of its own",
      XY ("inherits = \"XX\"; " RULES (
          OUT ("A", FACT) ",\n" OUT ("B", FACT "replaces = \"A\";"))),
      "XY.cfg:3: XY does not inherit the rule A" },
    { "replacing what nobody has",
      XY ("inherits = \"XX\"; " RULES (OUT ("A", FACT "replaces = \"Z\";"))),
      "XY.cfg:2: there is no rule Z to replace" },
    { "inheriting from itself", XY ("\ninherits = \"XY\"; rules = ();"),
      "XY.cfg:2: XY inherits from itself; right would be a territory that does not lead back" },
    { "an id that a reply cannot carry", XY (RULES (OUT ("A B", FACT))),
      "XY.cfg:2: \"A B\" is no id; right would be letters, digits and hyphens" },
    { "a fact that nobody vouches for",
      XY (RULES (OUT ("A", "source = \"S\"; provenance = \"sure\";"))),
      "XY.cfg:2: provenance must begin with \"verified: \"" },
    { "a source that is no text",
      XY (RULES (OUT ("A", "source = \"\xff\"; provenance = \"verify: x\";"))),
      "is no UTF-8; save the file as UTF-8" },
    { "an end that is the beginning",
      XY (RULES (OUT ("A", FACT "valid_from = \"2026-01-01\"; valid_to = \"2026-01-01\";"))),
      "XY.cfg:2: valid_to is not after valid_from" },
    { "a code in small letters",
      "territory = \"yy\"; name = \"Y\"; mixed_mail = \"solely\"; rules = ();",
      "XY.cfg:1: \"yy\" is no territory code; right would be DE or US-CA" },
};

static void
test_territory_problem (gconstpointer data)
{
    const ProblemRow *row = data;
    g_autoptr (GError) error = NULL;
    g_autoptr (PolicySet) set = load_set (main_text, row->text, &error);

    g_assert_null (set);
    g_assert_true (g_error_matches (error, LICET_ERROR, LICET_ERROR_POLICY));
    g_test_message ("%s", error ? error->message : "");
    g_assert_nonnull (error ? strstr (error->message, row->want) : NULL);
}

/* All problems of all files at once. */
static void
test_many_problems (void)
{
    static const char *const wanted[] = { "licet-policy.cfg:2: unknown setting \"sender\"",
                                          "XY.cfg:1: there is no territory QQ",
                                          "XY.cfg:2: unknown setting \"x\"" };
    g_autoptr (GError) error = NULL;
    g_autoptr (PolicySet) set =
        load_set (MAIN (WORDS "sender = 1;"),
                  XY ("inherits = \"QQ\"; " RULES (OUT ("A", FACT "x = 1;"))), &error);

    g_assert_null (set);
    for (unsigned i = 0; i < G_N_ELEMENTS (wanted); i++)
        g_assert_nonnull (error ? strstr (error->message, wanted[i]) : NULL);
}

/* The manual and `licet policy kinds` come from this table. */
static void
test_table (void)
{
    for (const RuleKindInfo *info = policy_kinds (); info->name; info++) {
        const RuleKind *kind = rule_kind_find (info->name);
        g_assert_nonnull (kind);
        g_assert_cmpstr (kind->summary, ==, info->summary);
        g_assert_true (g_str_is_ascii (kind->sentence[ENGLISH]));
        g_assert_cmpstr (kind->sentence[SPANISH], !=, NULL);
    }
    g_assert_null (rule_kind_find (""));
}

#define ADD_ROWS(prefix, rows, function)                                                       \
    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {                                       \
        g_autofree char *path = g_strdup_printf (prefix "/%s", rows[i].name);                  \
        g_test_add_data_func (path, &rows[i], function);                                       \
    }

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    ADD_ROWS ("/kinds/verdict", verdicts, test_verdict)
    ADD_ROWS ("/kinds/consent", consents, test_consent)
    ADD_ROWS ("/kinds/rule problem", rule_problems, test_rule_problem)
    ADD_ROWS ("/kinds/main problem", main_problems, test_main_problem)
    ADD_ROWS ("/kinds/territory problem", territory_problems, test_territory_problem)
    g_test_add_func ("/kinds/many problems", test_many_problems);
    g_test_add_func ("/kinds/table", test_table);
    return g_test_run ();
}
