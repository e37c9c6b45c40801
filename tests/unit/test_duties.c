/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Kinds of rule that look at the recipient's record, at registries, at earlier mails or at what
 * people attest; for whom a rule stands; several territories and the mailbox provider.
 */

#include <glib/gstdio.h>
#include <string.h>

#include "licet/clock.h"
#include "licet/error.h"
#include "../../milter/policy/docket.h"
#include "../../milter/policy/holidays.h"
#include "../../milter/policy/rules.h"
#include "../../milter/audit/story_phrases.h"

#define NOW "2026-11-24T12:00:00Z" /* a Tuesday */

static const char main_text[] =
    "default_territory = \"XX\"; unsubscribe_words = [ \"unsubscribe\" ];\n"
    "registries = ( { name = \"list\"; file = \"list.csv\"; },\n"
    "  { name = \"gone\"; file = \"none.csv\"; }, { name = \"odd\"; file = \"odd.csv\"; } );\n"
    "attested = ( { rule = \"ATTESTED\"; by = \"A. Lee\"; on = \"2026-11-01\"; } );\n"
    "footers = ( { language = \"en\"; unsubscribe = \"Unsubscribe\"; } );\n"
    "senders = ( { domains = [ \"shop.example\" ]; names = [ \"Shop\" ];\n"
    "    unsubscribe_url = \"https://shop.example/o?a={address}&p={purpose}\";\n"
    "    reply_to = \"hi@shop.example\"; daily_volume = 500; },\n"
    "  { domains = [ \"shop.example\" ]; names = [ \"Dukkan\" ]; territories = [ \"TR\" ]; },\n"
    "  { domains = [ \"bare.example\" ]; names = [ \"Bare\" ]; } );\n";

typedef struct {
    const char *dir;
    GPtrArray *paths;
} Files;

static void
put (Files *files, const char *name, const char *text)
{
    char *path = g_build_filename (files->dir, name, NULL);
    g_autofree char *folder = g_path_get_dirname (path);

    g_mkdir_with_parents (folder, 0700);
    g_assert_true (g_file_set_contents (path, text, -1, NULL));
    g_ptr_array_add (files->paths, path);
}

/* With an entry that is a hash. */
static char *
list_text (void)
{
    g_autofree char *hash =
        g_compute_checksum_for_string (G_CHECKSUM_SHA256, "kim@mail.example", -1);

    return g_strdup_printf ("extracted,2026-11-20T00:00:00Z\r\n# comment\r\n\r\n"
                            "Ana@Mail.example,2026\r\n@firm.example\r\n%s\r\n",
                            hash);
}

/* Territories by code; provider "post". */
static PolicySet *
load (const char *xx, const char *yy, const char *post, GError **error)
{
    g_autofree char *dir = g_dir_make_tmp ("licet-duties.XXXXXX", NULL);
    g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
    g_autofree char *list = list_text ();
    Files files = { dir, paths };

    put (&files, "licet-policy.cfg", main_text);
    put (&files, "list.csv", list);
    put (&files, "odd.csv", "extracted,2026-11-20T00:00:00Z\nno address\n");
    put (&files, "territories/XX.cfg", xx);
    if (yy)
        put (&files, "territories/XY.cfg", yy);
    if (post)
        put (&files, "providers/post.cfg", post);
    put (&files, "words/en.cfg",
         "language = \"en\"; provenance = \"x\"; unsubscribe = [ \"unsubscribe\" ];");
    put (&files, "words/fr.cfg",
         "language = \"fr\"; provenance = \"x\"; unsubscribe = [ \"se désabonner\" ];");
    PolicySet *set = policy_set_load (dir, error);
    for (unsigned i = paths->len; i-- > 0;) {
        g_autofree char *folder = g_path_get_dirname (g_ptr_array_index (paths, i));
        g_unlink (g_ptr_array_index (paths, i));
        g_rmdir (folder);
    }
    return set;
}

#define HOME(code, rest)                                                                       \
    "territory = \"" code "\"; name = \"N\"; mixed_mail = \"any-promotion\"; rules = (\n" rest \
    ");\n"

static Rule *
load_rule (const char *parameters, GPtrArray *problems)
{
    g_autofree char *text =
        g_strdup_printf ("%s applies_to = [ \"promotional\" ]; otherwise = \"refuse\"; "
                         "source = \"S\"; provenance = \"verify: x\";\n%s",
                         strstr (parameters, "id = ") ? "" : "id = \"R\";", parameters);
    g_autoptr (GError) error = NULL;
    g_autoptr (Conffile) file = conffile_parse (text, "R.cfg", &error);

    g_assert_no_error (error);
    return rule_load (conffile_root (file), problems);
}

static Message *
parse (const char *header, const char *body)
{
    g_autofree char *text = g_strdup_printf (
        "%sMIME-Version: 1.0\r\n%sContent-Type: text/html; charset=utf-8\r\n\r\n%s\r\n",
        strstr (header, "From: ") ? "" : "From: Shop <a@shop.example>\r\n", header, body);
    g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
    g_autoptr (GError) error = NULL;
    Message *message = message_parse (bytes, &error);

    g_assert_no_error (error);
    return message;
}

static int64_t
time_of (const char *text)
{
    int64_t time = 0;

    g_assert_true (!text || clock_parse (text, &time, NULL));
    return time;
}

/* "2026-11-24T10:00:00Z 2026-…" in order; NULL: not known. */
/* "2026-11-24T01:00:00Z/survey …" */
static GArray *
times_of (const char *text)
{
    g_auto (GStrv) parts = g_strsplit (text ? text : "", " ", -1);
    GArray *times = text ? g_array_new (FALSE, FALSE, sizeof (Contact)) : NULL;

    for (char **part = parts; text && *part; part++) {
        g_auto (GStrv) words = g_strsplit (*part, "/", 2);
        Contact contact = { *words ? time_of (*words) : 0, PURPOSE_NONE };
        if (*words && words[1])
            g_assert_true (purpose_parse (words[1], &contact.purpose));
        if (**part)
            g_array_append_val (times, contact);
    }
    return times;
}

typedef struct {
    const char *name, *rule;
    Verdict want;
    const char *evidence; /* a part of it, or of the fix after "fix: " */
    const char *header, *body;
    ConsentState state;
    const char *basis, *at, *proof, *class, *address, *contacts;
    Purpose purpose;
    ContentOrder order;
    MessageClass kind; /* of the message; transactional stands for promotional here */
    bool pending, subject, stripped;
} Row;

#define ORDER(rest)   "kind = \"order\"; " rest
#define REG(rest)     "kind = \"registry\"; max_age_days = 30; " rest
#define CAP           "kind = \"frequency-cap\"; most = 2; hours = 24;"
#define SURVEYS                                                                                \
    "kind = \"frequency-cap\"; most = 1; hours = 720; purposes = [ \"survey\", \"event\" ];"
#define DAYS          "kind = \"frequency-cap\"; most = 1; hours = 24; time_zone = \"America/Bogota\";"
#define SECTOR        "kind = \"sector-gate\"; campaigns = [ \"wine\" ]; "
#define SOFT          "kind = \"soft-opt-in\"; predicates = [ \"sale\", \"own\", \"similar\" ];"
#define PROOF         "kind = \"consent-evidence\"; fields = [ \"at\", \"source\", \"evidence\" ];"
#define STOP          "kind = \"suppression\"; business_days = 10; "
#define TONGUE(rest)  "kind = \"language\"; languages = [ \"en\", \"fr\" ]; " rest
#define REQUEST(rest) "kind = \"consent-request\"; allowed = \"" rest "\";"
#define TERMS         "kind = \"promotion-terms\"; words = [ \"conditions\" ];"
#define DISCLOSE      "kind = \"ad-disclosure\"; words = [ \"advertisement\" ]; "
#define TRUTH(rest)   "kind = \"header-truth\"; " rest
#define LIST(rest)    "kind = \"list-unsubscribe\"; " rest
#define REPLY         "kind = \"reply-address\";"
#define ATTEST(id)    "id = \"" id "\"; kind = \"attestation\"; duty = \"a thing is done\";"
#define ASKING        "X-Licet-Campaign: consent-request\r\n"
#define ONE           "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
#define YES           .state = CONSENT_GRANTED
#define NO            .state = CONSENT_REFUSED
#define DOWN          .state = CONSENT_UNAVAILABLE
#define SAT           VERDICT_SATISFIED
#define VIO           VERDICT_VIOLATED
#define NA            VERDICT_NOT_APPLICABLE
#define CANT          VERDICT_CANNOT_TELL
#define MIXED         .kind = CLASS_MIXED

static const Row rows[] = {
    { "promotion only", ORDER (""), NA, .evidence = "not both" },
    { "the transaction first", ORDER (""), SAT, .evidence = "transaction-first", MIXED,
      .order = ORDER_TRANSACTION_FIRST },
    { "the promotion first", ORDER (""), VIO,
      .evidence = "promotion from byte 7 of text/html 1", MIXED,
      .order = ORDER_PROMOTION_FIRST },
    { "nobody knows which", ORDER (""), CANT, .evidence = "none", MIXED },
    { "a subject that advertises", ORDER ("subject = true;"), VIO,
      .evidence = "the subject speaks", MIXED, .order = ORDER_TRANSACTION_FIRST,
      .subject = true },
    { "a subject that nobody asks about", ORDER (""), SAT, .evidence = NULL, MIXED,
      .order = ORDER_TRANSACTION_FIRST, .subject = true },
    { "what is left has no order", ORDER (""), SAT, .evidence = "nothing but", MIXED,
      .order = ORDER_PROMOTION_FIRST, .stripped = true },

    { "listed", REG ("registry = \"list\";"), VIO,
      .evidence = "listed in list, extract of 2026-11-20", .address = "ana@mail.example" },
    { "all of the domain", REG ("registry = \"list\";"), VIO, .evidence = NULL,
      .address = "x@firm.example" },
    { "a domain below", REG ("registry = \"list\";"), SAT, .evidence = NULL,
      .address = "x@a.firm.example" },
    { "listed by hash", REG ("registry = \"list\";"), VIO, .evidence = NULL,
      .address = "kim@mail.example" },
    { "not listed", REG ("registry = \"list\";"), SAT, .evidence = "not listed in list" },
    { "not among the consents", REG ("registry = \"list\"; lists = \"consents\";"), VIO,
      .evidence = "not listed" },
    { "among the consents", REG ("registry = \"list\"; lists = \"consents\";"), SAT,
      .evidence = NULL, .address = "ana@mail.example" },
    { "too old", "kind = \"registry\"; registry = \"list\"; max_age_days = 4;", CANT,
      .evidence = "of 2026-11-20T00:00:00Z, 4 days ago" },
    { "young enough", "kind = \"registry\"; registry = \"list\"; max_age_days = 5;", SAT,
      .evidence = NULL },
    { "nobody set it up", REG ("registry = \"other\";"), CANT,
      .evidence = "no registry other is set up" },
    { "a file that is gone", REG ("registry = \"gone\";"), CANT, .evidence = "cannot be read" },
    { "a file that is odd", REG ("registry = \"odd\";"), CANT,
      .evidence = "odd.csv:2: neither" },
    { "consent overrides", REG ("registry = \"list\"; unless = [ \"express\" ];"), NA,
      .evidence = "agreed, basis express", .address = "ana@mail.example", YES,
      .basis = "express" },
    { "consent on another basis does not",
      REG ("registry = \"list\"; unless = [ \"express\" ];"), VIO, .evidence = NULL,
      .address = "ana@mail.example", YES, .basis = "soft-opt-in" },

    { "nothing before", CAP, SAT, .evidence = "0 promotional mails", .contacts = "" },
    { "one of two", CAP, SAT, .evidence = NULL, .contacts = "2026-11-24T01:00:00Z" },
    { "two of two", CAP, VIO, .evidence = "2 promotional mails in 24 hours",
      .contacts = "2026-11-23T12:00:01Z 2026-11-24T01:00:00Z" },
    { "one of them a day ago", CAP, SAT, .evidence = NULL,
      .contacts = "2026-11-23T12:00:00Z 2026-11-24T01:00:00Z" },
    { "nobody counts", CAP, CANT, .evidence = "no record" },
    { "yesterday there", DAYS, SAT, .evidence = "by calendar days",
      .contacts = "2026-11-24T04:59:59Z" },
    { "an offer does not count", SURVEYS, SAT, .evidence = "0 promotional mails (survey event)",
      .purpose = PURPOSE_SURVEY, .contacts = "2026-11-24T01:00:00Z/offer" },
    { "what is capped with it counts", SURVEYS, VIO, .evidence = "1 promotional mails",
      .purpose = PURPOSE_SURVEY,
      .contacts = "2026-11-01T01:00:00Z/event 2026-11-24T01:00:00Z/offer" },
    { "another purpose is not judged", SURVEYS, NA, .evidence = "a mail for offer",
      .purpose = PURPOSE_OFFER, .contacts = "2026-11-24T01:00:00Z/survey" },
    { "nor when nobody counts", SURVEYS, NA, .evidence = "a mail for offer",
      .purpose = PURPOSE_OFFER },
    { "today there", DAYS, VIO, .evidence = NULL, .contacts = "2026-11-24T05:00:00Z" },

    { "an adult", SECTOR, SAT, .evidence = "as: adult", .class = "adult" },
    { "a firm", SECTOR, SAT, .evidence = NULL, .class = "company" },
    { "a minor", SECTOR, VIO, .evidence = NULL, .class = "minor" },
    { "who knows", SECTOR, CANT, .evidence = "as: nothing" },
    { "a person of unknown age", SECTOR, CANT, .evidence = NULL, .class = "natural" },
    { "forbidden to all", SECTOR "forbidden = true;", VIO, .evidence = NULL, .class = "adult" },

    { "all conditions", SOFT, SAT, .evidence = "every condition", YES, .basis = "soft-opt-in",
      .proof = "sale=order 81; OWN;similar: yes" },
    { "one is missing", SOFT, CANT, .evidence = "does not state: similar", YES,
      .basis = "soft-opt-in", .proof = "sale; own; dissimilar" },
    { "one is denied", SOFT, VIO, .evidence = "denies: similar", YES, .basis = "soft-opt-in",
      .proof = "sale; own; not-similar" },
    { "no evidence at all", SOFT, CANT, .evidence = "sale, own, similar", YES,
      .basis = "soft-opt-in" },
    { "consent needs no conditions", SOFT, NA, .evidence = NULL, YES, .basis = "express" },
    { "a store that is down", SOFT, CANT, .evidence = NULL, DOWN },

    { "a whole record", PROOF, SAT, .evidence = NULL, YES, .at = "2026-01-01", .proof = "x" },
    { "no evidence", PROOF, VIO, .evidence = "lacks: evidence", YES, .at = "2026-01-01" },
    { "no date", PROOF, VIO, .evidence = "lacks: at, evidence", YES },
    { "nothing to prove", PROOF, NA, .evidence = NULL },
    { "proof of a store that is down", PROOF, CANT, .evidence = NULL, DOWN },

    { "nobody left", STOP, SAT, .evidence = "no withdrawal" },
    { "left, before the deadline", STOP, VIO,
      .evidence = "the deadline to stop is 2026-12-08T00:00:00Z", NO,
      .at = "2026-11-23T10:00:00Z" },
    { "with grace", STOP "grace = true;", SAT, .evidence = NULL, NO,
      .at = "2026-11-23T10:00:00Z" },
    { "with grace, past the deadline", STOP "grace = true;", VIO,
      .evidence = "the deadline to stop was 2026-11-24T00:00:00Z", NO,
      .at = "2026-11-09T10:00:00Z" },
    { "withdrawal of a store that is down", STOP, CANT, .evidence = NULL, DOWN },

    { "both languages", TONGUE (""), SAT, .evidence = "en (\"unsubscribe\")",
      .body = "<p>Unsubscribe, se désabonner" },
    { "one of two languages", TONGUE (""), VIO, .evidence = "not in: fr",
      .body = "<p>unsubscribe" },
    { "one of two suffices", TONGUE ("any = true;"), SAT, .evidence = NULL,
      .body = "<p>unsubscribe" },
    { "hidden words", TONGUE (""), VIO, .evidence = "not in: fr",
      .body = "<p>Unsubscribe<p hidden>se désabonner" },
    { "a language without words", "kind = \"language\"; languages = [ \"qq\" ];", CANT,
      .evidence = "no words for: qq", .body = "<p>x" },

    { "no request", REQUEST ("never"), NA, .evidence = NULL },
    { "a request where none may be", REQUEST ("never"), VIO, .evidence = NULL,
      .header = ASKING },
    { "a request to who agreed", REQUEST ("never"), SAT, .evidence = NULL, .header = ASKING,
      YES },
    { "the first request", REQUEST ("once"), SAT, .evidence = "first", .header = ASKING },
    { "the second request", REQUEST ("once"), VIO, .evidence = "asked before", .header = ASKING,
      .pending = true },
    { "a request to who refused", REQUEST ("once"), VIO, .evidence = "refused before",
      .header = ASKING, NO },
    { "a request while the store is down", REQUEST ("once"), CANT, .evidence = NULL,
      .header = ASKING, DOWN },
    { "a request with an offer", REQUEST ("once"), VIO, .evidence = "carries promotion",
      .header = ASKING, MIXED },

    { "an offer with conditions", TERMS, SAT, .evidence = "\"conditions\"",
      .purpose = PURPOSE_OFFER, .body = "<a href='https://a.example'>Conditions</a>" },
    { "an offer without", TERMS, VIO, .evidence = NULL, .purpose = PURPOSE_OFFER },
    { "no offer", TERMS, NA, .evidence = "newsletter", .purpose = PURPOSE_NEWSLETTER },

    { "it says so", DISCLOSE, SAT, .evidence = "the text has",
      .body = "<p>This is an advertisement" },
    { "the subject says so", DISCLOSE, SAT, .evidence = "Subject has",
      .header = "Subject: Advertisement\r\n" },
    { "it does not say so", DISCLOSE, CANT, .evidence = "no word" },
    { "it must say so", DISCLOSE "exact = true;", VIO, .evidence = NULL },
    { "the subject must say so", DISCLOSE "exact = true; where = \"subject\";", VIO,
      .evidence = NULL, .body = "<p>advertisement" },
    { "who agreed knows", DISCLOSE "when = \"unsolicited\";", NA, .evidence = "agreed", YES,
      .basis = "express" },
    { "a customer did not ask for it", DISCLOSE "when = \"unsolicited\";", CANT,
      .evidence = "no word", YES, .basis = "soft-opt-in" },

    { "one sender", TRUTH (""), SAT, .evidence = "From shop.example" },
    { "another's domain", TRUTH ("not_from = [ \"shop.example\" ];"), VIO,
      .evidence = "provider's own" },
    { "nobody's domain", TRUTH ("known_sender = true;"), CANT, .evidence = "no sender profile",
      .header = "From: a@other.example\r\n" },
    { "no sender", TRUTH (""), VIO, .evidence = "no sender", .header = "From: x\r\n" },

    { "no field", LIST (""), VIO,
      .evidence = "fix: <https://shop.example/o?a=who%40mail.example&p=offer>",
      .purpose = PURPOSE_OFFER },
    { "no field and nothing to add", LIST (""), VIO, .evidence = "no List-Unsubscribe",
      .header = "From: a@bare.example\r\n" },
    { "one-click", LIST (""), SAT, .evidence = NULL,
      .header = "List-Unsubscribe: <mailto:a@b.example>, <https://b.example/1>\r\n" ONE },
    { "two addresses", LIST (""), VIO, .evidence = "not one-click",
      .header = "List-Unsubscribe: <https://b.example/2>, <https://b.example/1>\r\n" ONE },
    { "twice", LIST (""), VIO, .evidence = "more than once",
      .header = "List-Unsubscribe: <https://b.example/2>\r\nList-Unsubscribe: "
                "<https://b.example/1>\r\n" ONE },
    { "without the other field", LIST (""), VIO, .evidence = "not one-click",
      .header = "List-Unsubscribe: <https://b.example/2>\r\n" },
    { "without one-click", LIST ("one_click = false;"), SAT, .evidence = NULL,
      .header = "List-Unsubscribe: <mailto:a@b.example>\r\n" },

    { "answers are read", REPLY, SAT, .evidence = "From" },
    { "nobody reads them", REPLY, VIO, .evidence = "fix: hi@shop.example",
      .header = "From: No-Reply@shop.example\r\n" },
    { "nobody reads Reply-To", REPLY, VIO, .evidence = "Reply-To",
      .header = "Reply-To: <donotreply@shop.example>\r\n" },
    { "Reply-To is read", REPLY, SAT, .evidence = NULL,
      .header = "From: noreply@shop.example\r\nReply-To: hi@shop.example\r\n" },

    { "attested", ATTEST ("ATTESTED"), SAT,
      .evidence = "A. Lee on 2026-11-01: a thing is done" },
    { "not attested", ATTEST ("OTHER"), CANT, .evidence = "nobody has attested" },
};

static RecipientFacts *
facts_of (const Row *row)
{
    RecipientFacts *facts = g_new0 (RecipientFacts, 1);

    facts->address = g_strdup (row->address ? row->address : "who@mail.example");
    facts->territory = g_strdup ("XX");
    facts->recipient_class = g_strdup (row->class);
    facts->promotion = consent_answer_new (row->state);
    facts->tracking = consent_answer_new (CONSENT_UNKNOWN);
    facts->promotion->basis = g_strdup (row->basis);
    facts->promotion->at = time_of (row->at);
    facts->promotion->source = g_strdup ("signup");
    facts->promotion->evidence = g_strdup (row->proof);
    facts->promotion->pending = row->pending;
    facts->contacts = times_of (row->contacts);
    return facts;
}

static Classification *
classification_of (const Row *row)
{
    Classification *classification = classification_new ();

    classification->class = row->kind == CLASS_MIXED ? CLASS_MIXED : CLASS_PROMOTIONAL;
    classification->promo_purpose = row->purpose;
    classification->order = row->order;
    classification->subject_class = row->subject ? CLASS_PROMOTIONAL : CLASS_TRANSACTIONAL;
    if (row->kind == CLASS_MIXED) {
        Block *block = g_new0 (Block, 1);
        block->start = 7;
        block->end = 8;
        g_ptr_array_add (classification->blocks, block);
    }
    return classification;
}

static void
check_evidence (const Row *row, const RuleResult *result)
{
    if (row->evidence && g_str_has_prefix (row->evidence, "fix: "))
        g_assert_cmpstr (result->fix, ==, row->evidence + strlen ("fix: "));
    else if (row->evidence)
        g_assert_nonnull (strstr (result->evidence, row->evidence));
}

static void
test_row (gconstpointer data)
{
    const Row *row = data;
    g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
    g_autoptr (GError) error = NULL;
    g_autoptr (PolicySet) set = load (HOME ("XX", ""), NULL, NULL, &error);
    g_autoptr (Message) message =
        parse (row->header ? row->header : "", row->body ? row->body : "<p>text");
    g_autoptr (Classification) classification = classification_of (row);
    g_autoptr (RecipientFacts) facts = facts_of (row);
    g_autoptr (RuleResult) result = rule_result_new ();
    RuleView view = { set,           message,       classification, facts,
                      row->stripped, time_of (NOW), false,          NULL };
    Rule *rule = load_rule (row->rule, problems);

    g_assert_no_error (error);
    g_assert_cmpuint (problems->len, ==, 0);
    result->id = g_strdup (rule->id);
    rule->kind->judge (rule->parameters, &view, result);
    g_test_message ("%s", result->evidence);
    g_assert_true (story_knows (result->evidence));
    g_assert_cmpstr (verdict_word (result->verdict), ==, verdict_word (row->want));
    g_assert_nonnull (result->evidence);
    check_evidence (row, result);
    bool asks = row->want == VERDICT_VIOLATED || row->want == VERDICT_CANNOT_TELL;
    g_assert_cmpint (result->remedy != NULL, ==, asks);
    rule_free (rule);
}

/* When a deferral ends. */
static void
test_cap_ends (void)
{
    static const struct {
        const char *rule, *contacts, *until;
    } caps[] = {
        { CAP, "2026-11-23T12:00:01Z 2026-11-24T01:00:00Z", "2026-11-24T12:00:01Z" },
        { CAP, "2026-11-24T01:00:00Z 2026-11-24T02:00:00Z 2026-11-24T03:00:00Z",
          "2026-11-25T02:00:00Z" },
        { DAYS, "2026-11-24T05:00:00Z", "2026-11-25T05:00:00Z" },
        { SURVEYS, "2026-11-01T00:00:00Z/survey 2026-11-20T00:00:00Z/offer",
          "2026-12-01T00:00:00Z" },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (caps); i++) {
        const Row row = { .contacts = caps[i].contacts, .purpose = PURPOSE_SURVEY };
        g_autoptr (Classification) classification = classification_of (&row);
        g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
        g_autoptr (RecipientFacts) facts = facts_of (&row);
        g_autoptr (RuleResult) result = rule_result_new ();
        RuleView view = { .classification = classification,
                          .facts = facts,
                          .now = time_of (NOW) };
        Rule *rule = load_rule (caps[i].rule, problems);
        rule->kind->judge (rule->parameters, &view, result);
        g_autofree char *until = clock_format (result->until);
        g_assert_cmpstr (until, ==, caps[i].until);
        rule_free (rule);
    }
}

static void
test_business_days (void)
{
    static const struct {
        const char *country, *zone, *at;
        unsigned days;
        const char *want;
    } cases[] = {
        { NULL, "UTC", "2026-11-24T12:00:00Z", 0, "2026-11-24T12:00:00Z" },
        { NULL, "UTC", "2026-11-24T12:00:00Z", 1, "2026-11-26T00:00:00Z" },
        { NULL, "UTC", "2026-11-27T23:00:00Z", 1, "2026-12-01T00:00:00Z" },
        { NULL, "UTC", "2026-11-28T12:00:00Z", 5, "2026-12-05T00:00:00Z" },
        /* 8 December is a holiday, and the day ends in Bogota. */
        { "CO", "America/Bogota", "2026-12-07T12:00:00Z", 1, "2026-12-10T05:00:00Z" },
        /* 16 December, the Day of Reconciliation. */
        { "ZA", "Africa/Johannesburg", "2026-12-15T10:00:00Z", 1, "2026-12-17T22:00:00Z" },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
        g_autoptr (GTimeZone) zone = g_time_zone_new_identifier (cases[i].zone);
        int64_t end =
            business_days_after (cases[i].country, zone, time_of (cases[i].at), cases[i].days);
        g_autofree char *text = clock_format (end);
        g_assert_cmpstr (text, ==, cases[i].want);
    }
}

/* Rules as decisions see them. */
#define RULE(id, rest)                                                                         \
    "{ id = \"" id "\"; applies_to = [ \"promotional\" ]; source = \"S\"; provenance = "       \
    "\"verify: x\"; otherwise = \"refuse\"; " rest " }"
#define NEVER "kind = \"required-text\"; texts = [ \"never there\" ]; "

typedef struct {
    const char *name, *xx, *yy, *post;
    const char *territory, *header, *class, *provider;
    Outcome want;
    const char *rule;
    Verdict verdict; /* of the first rule */
} DecideRow;

#define NARROW(rest) HOME ("XX", RULE ("A", NEVER rest)), NULL, NULL, "XX"
#define BARE         "From: a@bare.example\r\n"

static const DecideRow decisions[] = {
    { "for this class", NARROW ("only_for = [ \"company\" ];"), "", "company", NULL,
      OUTCOME_REFUSE, "A", VIO },
    { "for another class", NARROW ("only_for = [ \"company\" ];"), "", "natural", NULL,
      OUTCOME_DELIVER, NULL, NA },
    { "for a class that nobody knows", NARROW ("only_for = [ \"company\" ];"), "", NULL, NULL,
      OUTCOME_REFUSE, "A", VIO },
    { "not for this class", NARROW ("not_for = [ \"role\" ];"), "", "role", NULL,
      OUTCOME_DELIVER, NULL, NA },
    { "not for a class that nobody knows", NARROW ("not_for = [ \"role\" ];"), "", NULL, NULL,
      OUTCOME_REFUSE, "A", VIO },
    { "a sender of more", NARROW ("volume_above = 499;"), "", NULL, NULL, OUTCOME_REFUSE, "A",
      VIO },
    { "a sender of less", NARROW ("volume_above = 500;"), "", NULL, NULL, OUTCOME_DELIVER, NULL,
      NA },
    { "a sender who does not say", NARROW ("volume_above = 500; not_set_up = \"allow\";"), BARE,
      NULL, NULL, OUTCOME_DELIVER, NULL, CANT },
    { "and where that counts", NARROW ("volume_above = 500; cannot_tell = \"defer\";"), BARE,
      NULL, NULL, OUTCOME_DEFER, "A", CANT },
    { "two territories, one strict",
      "territory = \"XX\"; name = \"N\"; mixed_mail = \"any-promotion\"; rules = ();",
      HOME ("XY", RULE ("A", NEVER)), NULL, "XX+XY", "", NULL, NULL, OUTCOME_REFUSE, "A", VIO },
    { "one territory alone",
      "territory = \"XX\"; name = \"N\"; mixed_mail = \"any-promotion\"; rules = ();",
      HOME ("XY", RULE ("A", NEVER)), NULL, "XX", "", NULL, NULL, OUTCOME_DELIVER, NULL, NA },
    { "a rule that both inherit stands once", HOME ("XX", RULE ("A", NEVER)),
      "inherits = \"XX\"; " HOME ("XY", ""), NULL, "XX+XY", "", NULL, NULL, OUTCOME_REFUSE, "A",
      VIO },
    { "a provider", HOME ("XX", ""), NULL,
      "provider = \"post\"; name = \"P\"; domains = [ \"post.example\" ]; mixed_mail = "
      "\"any-promotion\"; rules = ( " RULE ("P", NEVER) " );",
      "XX", "", NULL, "post", OUTCOME_REFUSE, "P", VIO },
};

static RecipientFacts *
facts_for (const DecideRow *row)
{
    const Row plain = { .class = row->class };
    RecipientFacts *facts = facts_of (&plain);

    g_free (facts->territory);
    facts->territory = g_strdup (row->territory);
    facts->territory_source = "header";
    facts->provider = g_strdup (row->provider);
    facts->given = g_strdup (facts->address);
    return facts;
}

static unsigned
count_rule (const Decision *decision, const char *id)
{
    unsigned count = 0;

    for (unsigned i = 0; i < decision->rules->len; i++)
        count += strcmp (((RuleResult *)g_ptr_array_index (decision->rules, i))->id, id) == 0;
    return count;
}

static void
test_decide (gconstpointer data)
{
    const DecideRow *row = data;
    const Row plain = { .purpose = PURPOSE_OFFER };
    g_autoptr (GError) error = NULL;
    g_autoptr (PolicySet) set = load (row->xx, row->yy, row->post, &error);
    g_autoptr (Message) message = parse (row->header, "<p>text");
    g_autoptr (Classification) classification = classification_of (&plain);

    g_assert_no_error (error);
    g_autoptr (Decision) decision =
        policy_decide (set, message, classification, facts_for (row), time_of (NOW));
    g_test_message ("%s", decision->reply ? decision->reply : "no reply");
    g_assert_cmpstr (outcome_word (decision->outcome), ==, outcome_word (row->want));
    g_assert_cmpstr (decision->rule, ==, row->rule);
    if (decision->rules->len > 0)
        g_assert_cmpint (((RuleResult *)g_ptr_array_index (decision->rules, 0))->verdict, ==,
                         row->verdict);
    if (row->rule)
        g_assert_cmpuint (count_rule (decision, row->rule), ==, 1);
}

#define LABEL(id, text)                                                                        \
    "{ id = \"" id "\"; applies_to = [ \"promotional\" ]; source = \"S\"; provenance = "       \
    "\"verify: x\"; otherwise = \"fix\"; kind = \"subject-label\"; labels = [ \"" text         \
    "\" ]; }"

/* China's label and Korea's cannot both be the first of one subject. */
static void
test_rival_labels (void)
{
    static const Outcome outcomes[] = { OUTCOME_REFUSE, OUTCOME_DELIVER };

    for (unsigned i = 0; i < G_N_ELEMENTS (outcomes); i++) {
        const char *yy = HOME ("XY", LABEL ("B", "(A)"));
        if (outcomes[i] == OUTCOME_REFUSE)
            yy = HOME ("XY", LABEL ("B", "(B)"));
        const DecideRow row = { .territory = "XX+XY" };
        const Row plain = { .purpose = PURPOSE_OFFER };
        g_autoptr (GError) error = NULL;
        g_autoptr (PolicySet) set = load (HOME ("XX", LABEL ("A", "(A)")), yy, NULL, &error);
        g_autoptr (Message) message = parse ("Subject: x\r\n", "<p>text");
        g_autoptr (Classification) classification = classification_of (&plain);
        g_assert_no_error (error);
        g_autoptr (Decision) decision =
            policy_decide (set, message, classification, facts_for (&row), time_of (NOW));
        g_assert_cmpstr (outcome_word (decision->outcome), ==, outcome_word (outcomes[i]));
    }
}

static const struct {
    const char *name, *post, *want;
} provider_problems[] = {
    { "another name",
      "provider = \"x\"; name = \"P\"; domains = [ \"a.example\" ]; mixed_mail = "
      "\"solely\"; rules = ();",
      "x does not fit the name of the file; right would be x.cfg" },
    { "no domain",
      "provider = \"post\"; name = \"P\"; domains = []; mixed_mail = \"solely\"; "
      "rules = ();",
      "domains is empty" },
    { "no such test",
      "provider = \"post\"; name = \"P\"; domains = [ \"a.example\" ]; "
      "mixed_mail = \"some\"; rules = ();",
      "unknown test \"some\"" },
    { "an id of a territory",
      "provider = \"post\"; name = \"P\"; domains = [ \"a.example\" ]; mixed_mail = "
      "\"solely\"; "
      "rules = ( " RULE ("A", NEVER) " );",
      "a second rule with the id A" },
    { "a transaction to unsubscribe from",
      "provider = \"post\"; name = \"P\"; domains = [ \"a.example\" ]; mixed_mail = "
      "\"solely\"; "
      "rules = ( { id = \"P\"; kind = \"list-unsubscribe\"; applies_to = [ \"transactional\" "
      "]; "
      "otherwise = \"fix\"; source = \"S\"; provenance = \"verify: x\"; } );",
      "a transaction must not be unsubscribed from" },
};

static void
test_provider_problems (void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (provider_problems); i++) {
        g_autoptr (GError) error = NULL;
        g_autoptr (PolicySet) set =
            load (HOME ("XX", RULE ("A", NEVER)), NULL, provider_problems[i].post, &error);
        g_assert_null (set);
        g_test_message ("%s", error->message);
        g_assert_nonnull (strstr (error->message, provider_problems[i].want));
    }
}

/* By country: the profile for Turkey has no address to unsubscribe at. */
static void
test_profiles (void)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (PolicySet) set = load (HOME ("XX", ""), NULL, NULL, &error);

    g_assert_no_error (error);
    g_assert_cmpstr (policy_set_sender (set, "shop.example", "XX")->names[0], ==, "Shop");
    g_assert_cmpstr (policy_set_sender (set, "shop.example", "TR")->names[0], ==, "Dukkan");
    g_assert_cmpstr (policy_set_sender (set, "shop.example", "XX+TR")->names[0], ==, "Dukkan");
    g_assert_cmpstr (policy_set_sender (set, "shop.example", "TR-34")->names[0], ==, "Dukkan");
    g_assert_null (policy_set_sender (set, "other.example", "TR"));
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autofree char *path = g_strdup_printf ("/duties/verdict/%s", rows[i].name);
        g_test_add_data_func (path, &rows[i], test_row);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS (decisions); i++) {
        g_autofree char *path = g_strdup_printf ("/duties/decide/%s", decisions[i].name);
        g_test_add_data_func (path, &decisions[i], test_decide);
    }
    g_test_add_func ("/duties/the end of a cap", test_cap_ends);
    g_test_add_func ("/duties/business days", test_business_days);
    g_test_add_func ("/duties/rival labels", test_rival_labels);
    g_test_add_func ("/duties/problems of providers", test_provider_problems);
    g_test_add_func ("/duties/profiles by country", test_profiles);
    return g_test_run ();
}
