/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Runs every folder of tests/cases through the pipeline and compares plan, copies and log with
 * the files kept there, byte for byte. A folder holds:
 *
 *   about.txt    what a person should learn from the case
 *   mail.eml     the message, CRLF
 *   envelope     lines "from ADDRESS", "rcpt ADDRESS", "now TIME",
 *                "set eightbit WORD", "set existing_signatures WORD"
 *   consent.csv  the consent store; absent: empty
 *   policies/    files laid over the shipped policies; absent: none
 *   expected/    plan.json, audit.jsonl, 1.eml, 2.eml, …; or error.txt
 *
 * LICET_ACCEPT=1 writes expected/ anew; the diff in version control is the review.
 */

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "licet/audit.h"
#include "licet/error.h"
#include "licet/pipeline.h"
#include "licet/audit_story.h"
#include "../milter/audit/record.h"
#include "../milter/audit/row.h"
#include "../milter/audit/story_phrases.h"
#include "../milter/tool/report.h"

typedef struct {
    char *dir;
    const char *work;      /* shared policies and keys below a temporary directory */
    const Engine *shipped; /* with those policies */
} Case;

static void
free_case (void *data)
{
    Case *this = data;

    g_free (this->dir);
    g_free (this);
}

static char *
read_file (const char *dir, const char *name)
{
    g_autofree char *path = g_build_filename (dir, name, NULL);
    char *text = NULL;

    g_file_get_contents (path, &text, NULL, NULL);
    return text;
}

static void
copy_file (const char *from, const char *to, int mode)
{
    g_autofree char *data = NULL;
    size_t length = 0;

    g_assert_true (g_file_get_contents (from, &data, &length, NULL));
    g_assert_true (g_file_set_contents (to, data, (gssize)length, NULL));
    g_assert_cmpint (g_chmod (to, mode), ==, 0);
}

/* Copies a directory tree of regular files; what is there already is written over. */
static void
copy_tree (const char *from, const char *to)
{
    g_autoptr (GDir) handle = g_dir_open (from, 0, NULL);

    g_assert_cmpint (g_mkdir_with_parents (to, 0700), ==, 0);
    for (const char *name; handle && (name = g_dir_read_name (handle));) {
        g_autofree char *source = g_build_filename (from, name, NULL);
        g_autofree char *target = g_build_filename (to, name, NULL);
        if (g_file_test (source, G_FILE_TEST_IS_DIR))
            copy_tree (source, target);
        else
            copy_file (source, target, 0600);
    }
}

static void
append_file (const char *from, const char *to)
{
    g_autofree char *head = NULL, *tail = NULL;

    g_assert_true (g_file_get_contents (to, &head, NULL, NULL));
    g_assert_true (g_file_get_contents (from, &tail, NULL, NULL));
    g_autofree char *whole = g_strconcat (head, "\n", tail, NULL);
    g_assert_true (g_file_set_contents (to, whole, -1, NULL));
}

static ToolOptions
read_envelope (const char *dir)
{
    ToolOptions options = { 0 };
    g_autofree char *text = read_file (dir, "envelope");
    g_auto (GStrv) lines = g_strsplit (text ? text : "", "\n", -1);
    GPtrArray *recipients = g_ptr_array_new ();

    for (char **line = lines; *line; line++) {
        if (g_str_has_prefix (*line, "from "))
            options.from = g_strdup (*line + 5);
        if (g_str_has_prefix (*line, "rcpt "))
            g_ptr_array_add (recipients, g_strdup (*line + 5));
        if (g_str_has_prefix (*line, "now "))
            options.now = g_strdup (*line + 4);
    }
    g_ptr_array_add (recipients, NULL);
    options.recipients = (char **)g_ptr_array_free (recipients, FALSE);
    return options;
}

static void
set_text (char **setting, const char *value)
{
    g_free (*setting);
    *setting = g_strdup (value);
}

/* Lines "set NAME VALUE" of the envelope; every message is verified. */
static void
read_settings (const Case *this, Settings *settings)
{
    g_autofree char *text = read_file (this->dir, "envelope");
    g_auto (GStrv) lines = g_strsplit (text ? text : "", "\n", -1);

    settings->verify_signatures = 1;
    for (char **line = lines; *line; line++) {
        if (g_str_has_prefix (*line, "set eightbit "))
            set_text (&settings->eightbit, *line + strlen ("set eightbit "));
        if (g_str_has_prefix (*line, "set existing_signatures "))
            set_text (&settings->existing_signatures,
                      *line + strlen ("set existing_signatures "));
    }
}

static Settings *
settings_for (const Case *this, const char *policies)
{
    Settings *settings = settings_new ();
    g_autofree char *csv = g_build_filename (this->dir, "consent.csv", NULL);
    bool has_csv = g_file_test (csv, G_FILE_TEST_EXISTS);

    g_free (settings->policies);
    settings->policies = g_strdup (policies);
    g_free (settings->consent);
    settings->consent = g_strdup (has_csv ? csv : "memory:");
    read_settings (this, settings);
    g_free (settings->unsubscribe_keys);
    settings->unsubscribe_keys = g_build_filename (this->work, "keys", "unsubscribe", NULL);
    for (unsigned i = 0; i < 2; i++) {
        const char *selector = i ? "ed25519" : "rsa";
        g_autofree char *pem = g_strdup_printf ("%s/keys/%s.pem", this->work, selector);
        g_ptr_array_add (settings->keys, signer_key_spec_new ("shop.example", selector, pem));
    }
    return settings;
}

static void
compare_bytes (const char *dir, const char *name, const char *data, size_t length)
{
    g_autofree char *expected_dir = g_build_filename (dir, "expected", NULL);
    g_autofree char *path = g_build_filename (expected_dir, name, NULL);
    g_autofree char *wanted = NULL;
    size_t wanted_length = 0;

    if (g_getenv ("LICET_ACCEPT")) {
        g_assert_cmpint (g_mkdir_with_parents (expected_dir, 0755), ==, 0);
        g_assert_true (g_file_set_contents (path, data, (gssize)length, NULL));
        g_assert_cmpint (g_chmod (path, 0644), ==, 0);
        return;
    }
    g_assert_true (g_file_get_contents (path, &wanted, &wanted_length, NULL));
    if (wanted_length == length && memcmp (wanted, data, length) == 0)
        return;
    g_test_message ("%s differs.\nwanted:\n%s\ngot:\n%.*s", path, wanted, (int)length, data);
    g_test_fail ();
}

static bool
changes_body (const Variant *variant)
{
    for (unsigned i = 0; i < variant->edits->len; i++)
        if (edit_is_of_body (g_ptr_array_index (variant->edits, i)))
            return true;
    return false;
}

/* The message before anybody signed it. */
static GBytes *
unsigned_bytes (const Engine *engine, GBytes *bytes)
{
    g_autoptr (GPtrArray) signatures = signer_existing (engine->signer, bytes);
    g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (unsigned));

    for (unsigned i = 0; i < signatures->len; i++)
        g_array_append_val (numbers,
                            ((ExistingSignature *)g_ptr_array_index (signatures, i))->field);
    return signer_without_fields (bytes, numbers);
}

/* Both engines sign a message with the same text. */
static void
check_engines (const Engine *engine, const Variant *variant, int64_t now)
{
    g_autoptr (GError) error = NULL;
    SignerOptions options = { .keys = engine->settings->keys, .libopendkim = true };
    g_autoptr (Signer) other = signer_open (&options, &error);
    g_autoptr (GBytes) bytes = unsigned_bytes (engine, variant->bytes);
    SignerCopy copy = { .from = "shop.example", .now = now };
    g_autoptr (GPtrArray) ours = signer_sign (engine->signer, bytes, &copy, &error);
    g_autoptr (GPtrArray) theirs = signer_sign (other, bytes, &copy, &error);

    g_assert_no_error (error);
    g_assert_cmpuint (ours->len, ==, 2);
    g_assert_cmpuint (theirs->len, ==, 2);
    for (unsigned i = 0; i < 2; i++)
        g_assert_cmpstr (((Signature *)ours->pdata[i])->value, ==,
                         ((Signature *)theirs->pdata[i])->value);
}

/* What holds for every message whatever the case is about. */
static void
check_invariants (const Case *this, const Engine *engine, const Envelope *envelope,
                  const Plan *plan)
{
    g_autofree char *keyring = g_strdup_printf ("%s/keys/keyring", this->work);

    for (unsigned i = 0; i < plan->variants->len; i++) {
        const Variant *variant = g_ptr_array_index (plan->variants, i);
        g_autoptr (GError) error = NULL;

        /* A body that no edit touches is byte-identical. */
        if (!changes_body (variant))
            g_assert_cmpstr (variant->body_hash, ==, plan->body_hash);
        /* What is signed verifies with libopendkim. */
        if (variant->signatures->len > 0) {
            g_assert_true (signer_verify (variant->bytes, keyring, &error));
            g_assert_no_error (error);
            g_assert_cmpuint (g_strv_length (variant->signed_for), ==,
                              variant->recipients->len + 1);
            g_assert_true (variant_is_for (variant, envelope, variant->recipients, &error));
        }
        check_engines (engine, variant, envelope->arrival);
        /* A second run over the copy leaves its body alone. */
        g_autoptr (Envelope) again = envelope_new ();
        again->sender = envelope_path_new (envelope->sender->address, "");
        unsigned first = g_array_index (variant->recipients, unsigned, 0);
        g_ptr_array_add (again->recipients,
                         envelope_path_new (envelope_recipient (envelope, first)->address, ""));
        g_autoptr (Plan) second =
            pipeline_run (engine, again, variant->bytes, envelope->arrival, &error);
        g_assert_no_error (error);
        if (second && second->variants->len == 1)
            g_assert_cmpstr (((Variant *)g_ptr_array_index (second->variants, 0))->body_hash,
                             ==, variant->body_hash);
    }
}

/* A model that is trained anew must not change every case: which signals are seen, and the class,
 * is what a case is about. */
static void
forget_weights (const GPtrArray *evidence)
{
    for (unsigned i = 0; i < evidence->len; i++)
        ((Evidence *)g_ptr_array_index (evidence, i))->weight =
            ((Evidence *)g_ptr_array_index (evidence, i))->letter = 0;
}

/* What nobody translates: quotations, the statutes in parentheses, names. */
static char *
without_quotations (const char *text)
{
    g_autoptr (GRegex) regex =
        g_regex_new ("«[^»]*»|\\([^()]*(\\([^()]*\\)[^()]*)*\\)", G_REGEX_DEFAULT, 0, NULL);

    return g_regex_replace_literal (regex, text, -1, 0, " ", 0, NULL);
}

/* Who reads Spanish reads no English: not in the story, and not in what a rule or a signal saw. */
static void
check_spanish (const char *text)
{
    g_autofree char *rest = without_quotations (text);

    if (!g_regex_match_simple ("\\b(the|of|and|is|was|not|for|with|it|to|in|that|has|had)\\b",
                               rest, G_REGEX_CASELESS, 0))
        return;
    g_test_message ("English in: %s", text);
    g_test_fail ();
}

static void
check_known (const char *text)
{
    if (!text || story_knows (text))
        return;
    g_test_message ("no phrase of milter/audit/story_*.c tells: %s", text);
    g_test_fail ();
}

static void
check_story (const char *line)
{
    ParsedRow parsed;

    g_assert_true (row_parse (&parsed, line, strlen (line)));
    const AuditRow *row = &parsed.row;
    g_autoptr (GPtrArray) story = audit_story (row, STORY_ES);
    for (unsigned i = 0; i < story->len; i++)
        check_spanish (g_ptr_array_index (story, i));
    for (unsigned i = 0; i < row->rules->len; i++) {
        const char *evidence = g_array_index (row->rules, AuditRule, i).evidence;
        g_autofree char *told = evidence ? audit_story_phrase (STORY_ES, evidence) : NULL;
        check_known (evidence);
        check_spanish (told ? told : "");
    }
    for (unsigned i = 0; i < AUDIT_SIGNS && row->seen[i]; i++)
        check_known (row->seen[i]);
    check_known (row->legal_reason);
    check_known (row->obstacle);
    row_clear (&parsed);
}

static void
compare_plan (const Case *this, const Envelope *envelope, const Plan *plan)
{
    g_autoptr (GString) json = g_string_new (NULL);
    g_autoptr (GString) log = g_string_new (NULL);

    report_run_json (json, "mail.eml", envelope, plan, NULL);
    compare_bytes (this->dir, "plan.json", json->str, json->len);
    for (unsigned i = 0; i < plan->decisions->len; i++) {
        g_autofree char *subject = g_strdup_printf ("subject-%u", i + 1);
        g_autofree char *line =
            record_decision (envelope, plan, i, subject, "milter", envelope->arrival);
        check_story (line);
        g_string_append_printf (log, "%s\n", line);
    }
    compare_bytes (this->dir, "audit.jsonl", log->str, log->len);
    for (unsigned i = 0; i < plan->variants->len; i++) {
        const Variant *variant = g_ptr_array_index (plan->variants, i);
        g_autofree char *name = g_strdup_printf ("%u.eml", i + 1);
        size_t length = 0;
        const char *data = g_bytes_get_data (variant->bytes, &length);
        compare_bytes (this->dir, name, data, length);
    }
}

static bool
has_policies (const Case *this)
{
    g_autofree char *overlay = g_build_filename (this->dir, "policies", NULL);

    return g_file_test (overlay, G_FILE_TEST_IS_DIR);
}

static char *
lay_policies (const Case *this)
{
    g_autofree char *name = g_path_get_basename (this->dir);
    g_autofree char *shared = g_build_filename (this->work, "policies", NULL);
    g_autofree char *overlay = g_build_filename (this->dir, "policies", NULL);
    char *policies = g_build_filename (this->work, name, NULL);

    copy_tree (shared, policies);
    copy_tree (overlay, policies);
    return policies;
}

/* Most cases take the shipped policies as they are, which are read once for all of them. */
static Engine *
open_engine (const Case *this)
{
    g_autofree char *bare = g_build_filename (this->work, "bare", NULL);
    g_autofree char *policies = has_policies (this) ? lay_policies (this) : g_strdup (bare);
    g_autoptr (GError) error = NULL;
    Engine *engine = engine_new (settings_for (this, policies), &error);

    g_assert_no_error (error);
    if (has_policies (this))
        return engine;
    policy_set_unref (engine->policies);
    words_unref (engine->words);
    engine->policies = policy_set_ref (this->shipped->policies);
    engine->words = words_ref (this->shipped->words);
    engine->model = model_ref (this->shipped->model);
    return engine;
}

static void
run_case (gconstpointer data)
{
    const Case *this = data;
    g_auto (ToolOptions) options = read_envelope (this->dir);
    g_autofree char *mail = g_build_filename (this->dir, "mail.eml", NULL);
    g_autoptr (GError) error = NULL;
    int64_t now = 0;

    g_assert_true (clock_parse (options.now, &now, NULL));
    g_autoptr (Engine) engine = open_engine (this);
    g_autoptr (GBytes) bytes = tool_read_mail (mail, &error);
    g_assert_no_error (error);
    g_autoptr (Envelope) envelope = report_envelope (&options, now);
    g_autoptr (Plan) plan = pipeline_run (engine, envelope, bytes, now, &error);
    if (!plan) {
        g_autofree char *text =
            g_strdup_printf ("%s: %s\n", licet_error_word (error), error->message);
        compare_bytes (this->dir, "error.txt", text, strlen (text));
        return;
    }
    /* A comment in a policy file must not change every case. */
    g_free (plan->policy_version);
    plan->policy_version = g_strdup ("(the policies of this tree)");
    forget_weights (plan->classification->evidence);
    compare_plan (this, envelope, plan);
    check_invariants (this, engine, envelope, plan);
}

/* The least that is a directory of policies. */
static void
write_bare (const char *work)
{
    g_autofree char *territories = g_build_filename (work, "bare", "territories", NULL);
    g_autofree char *main_file = g_build_filename (work, "bare", "licet-policy.cfg", NULL);
    g_autofree char *territory = g_build_filename (territories, "XX.cfg", NULL);

    g_assert_cmpint (g_mkdir_with_parents (territories, 0700), ==, 0);
    g_assert_true (g_file_set_contents (main_file,
                                        "default_territory = \"XX\";\n"
                                        "unsubscribe_words = [ \"unsubscribe\" ];\n",
                                        -1, NULL));
    g_assert_true (g_file_set_contents (territory,
                                        "territory = \"XX\"; name = \"X\"; mixed_mail = "
                                        "\"any-promotion\"; rules = ( );\n",
                                        -1, NULL));
}

/* The shipped policies with the sender profile of the cases, and the keys with a safe mode. */
static char *
prepare_work (const char *cases)
{
    char *work = g_dir_make_tmp ("licet-golden.XXXXXX", NULL);
    g_autofree char *shipped = g_build_filename (cases, "..", "..", "policies", NULL);
    g_autofree char *policies = g_build_filename (work, "policies", NULL);
    g_autofree char *main_file = g_build_filename (policies, "licet-policy.cfg", NULL);
    g_autofree char *senders = g_build_filename (cases, "senders.cfg", NULL);
    g_autofree char *keys_from = g_build_filename (cases, "keys", NULL);
    g_autofree char *keys_to = g_build_filename (work, "keys", NULL);

    copy_tree (shipped, policies);
    append_file (senders, main_file);
    copy_tree (keys_from, keys_to);
    write_bare (work);
    return work;
}

static Engine *
open_shipped (const char *work)
{
    g_autoptr (GError) error = NULL;
    Settings *settings = settings_new ();

    g_free (settings->policies);
    settings->policies = g_build_filename (work, "policies", NULL);
    g_free (settings->consent);
    settings->consent = g_strdup ("memory:");
    Engine *engine = engine_new (settings, &error);
    g_assert_no_error (error);
    return engine;
}

static int
compare_names (const void *a, const void *b)
{
    return strcmp (*(const char *const *)a, *(const char *const *)b);
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    g_autofree char *cases = g_test_build_filename (G_TEST_DIST, "cases", NULL);
    g_autofree char *work = prepare_work (cases);
    g_autoptr (Engine) shipped = open_shipped (work);
    g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
    g_autoptr (GDir) handle = g_dir_open (cases, 0, NULL);

    for (const char *name; handle && (name = g_dir_read_name (handle));)
        if (g_ascii_isdigit (name[0]))
            g_ptr_array_add (names, g_strdup (name));
    g_ptr_array_sort (names, compare_names);
    g_assert_cmpuint (names->len, >, 0);
    for (unsigned i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index (names, i);
        Case *this = g_new0 (Case, 1);
        this->dir = g_build_filename (cases, name, NULL);
        this->work = work;
        this->shipped = shipped;
        g_autofree char *path = g_strdup_printf ("/cases/%s", name);
        g_test_add_data_func_full (path, this, run_case, free_case);
    }
    return g_test_run ();
}
