/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Rules of the house beside those of the territories, and exceptions from rules that one territory
 * or several have; through the whole pipeline.
 */

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "licet/clock.h"
#include "licet/pipeline.h"
#include "licet/policy.h"

#define HEAD                                                                                   \
    "From: Shop <orders@shop.example>\r\nTo: c@example.com\r\nSubject: Boots for winter\r\n"   \
    "Message-ID: <h1@shop.example>\r\nMIME-Version: 1.0\r\nX-Licet-Purpose: newsletter\r\n"    \
    "X-Licet-Territory: "
#define BODY "\r\nContent-Type: text/html\r\n\r\n<p>20 % off all boots until Sunday.</p>\r\n"

#define RULE(id)                                                                               \
    "{ id = \"" id "\"; kind = \"consent\"; applies_to = [ \"promotional\" ]; accept = [ "     \
    "\"express\" ]; otherwise = \"refuse\"; source = \"S\"; provenance = \"verify: x\"; }"
#define EXCEPT(rule, more)                                                                     \
    "{ rule = \"" rule "\"; owner = \"Erika Beispiel\"; reason = \"r\"; " more                 \
    "until = \"2099-01-01\"; }"

/* The rules and exceptions of each file. */
typedef struct {
    const char *name, *to;
    const char *house, *house_but, *eu, *eu_but, *de, *de_but, *fr, *fr_but;
    const char *rule; /* that refuses; NULL: the mail leaves */
} Row;

static const Row rows[] = {
    { "a rule of the house is for a territory", "DE", .house = RULE ("H"), .rule = "H" },
    { "and for the default", "XX", .house = RULE ("H"), .rule = "H" },
    { "and for several", "DE, FR", .house = RULE ("H"), .rule = "H" },
    { "the territory's own rule comes first", "DE", .house = RULE ("H"), .de = RULE ("D"),
      .rule = "D" },
    { "none of the house", "DE", .house = "", .rule = NULL },

    { "an exception of the house", "DE", .house = RULE ("H"), .house_but = EXCEPT ("H", ""),
      .rule = NULL },
    { "an exception of the house, for several", "DE, FR", .house = RULE ("H"),
      .house_but = EXCEPT ("H", ""), .rule = NULL },
    { "an exception of one territory from the house", "DE", .house = RULE ("H"),
      .de_but = EXCEPT ("H", ""), .rule = NULL },
    { "which is none of another's", "FR", .house = RULE ("H"), .de_but = EXCEPT ("H", ""),
      .rule = "H" },
    { "nor of both", "DE, FR", .house = RULE ("H"), .de_but = EXCEPT ("H", ""), .rule = "H" },
    { "nor in the other order", "FR, DE", .house = RULE ("H"), .de_but = EXCEPT ("H", ""),
      .rule = "H" },
    { "unless both except", "DE, FR", .house = RULE ("H"), .de_but = EXCEPT ("H", ""),
      .fr_but = EXCEPT ("H", ""), .rule = NULL },

    { "an exception of the only territory that has the rule", "DE, FR", .de = RULE ("D"),
      .de_but = EXCEPT ("D", ""), .rule = NULL },
    { "the rule of the other stands", "DE, FR", .de = RULE ("D"), .fr = RULE ("F"),
      .de_but = EXCEPT ("D", ""), .rule = "F" },
    { "an exception of one from what both inherit", "DE, FR", .eu = RULE ("E"),
      .de_but = EXCEPT ("E", ""), .rule = "E" },
    { "it holds for the one", "DE", .eu = RULE ("E"), .de_but = EXCEPT ("E", ""),
      .rule = NULL },
    { "an exception that both inherit", "DE, FR", .eu = RULE ("E"), .eu_but = EXCEPT ("E", ""),
      .rule = NULL },
    { "both except for other campaigns", "DE, FR", .eu = RULE ("E"), .de_but = EXCEPT ("E", ""),
      .fr_but = EXCEPT ("E", "campaigns = [ \"x\" ]; "), .rule = "E" },
    { "both except, one of them not yet", "DE, FR", .eu = RULE ("E"),
      .de_but = EXCEPT ("E", ""), .fr_but = EXCEPT ("E", "from = \"2098-01-01\"; "),
      .rule = "E" },
};

static const char *const files[] = { "house.cfg", "territories/EU.cfg", "territories/DE.cfg",
                                     "territories/FR.cfg", "territories/XX.cfg" };

static void
write_file (const char *dir, const char *name, const char *head, const char *rules,
            const char *exceptions)
{
    g_autofree char *path = g_build_filename (dir, name, NULL);
    g_autofree char *text = g_strdup_printf ("%srules = ( %s );\nexceptions = ( %s );\n", head,
                                             rules ? rules : "", exceptions ? exceptions : "");

    g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

#define PLACE(code, more)                                                                      \
    "territory = \"" code "\"; name = \"N\"; mixed_mail = \"any-promotion\"; " more

static void
write_policies (const char *dir, const Row *row)
{
    g_autofree char *main_file = g_build_filename (dir, "licet-policy.cfg", NULL);
    g_autofree char *sub = g_build_filename (dir, "territories", NULL);
    g_autofree char *words = g_build_filename (dir, "words", "en.cfg", NULL);
    g_autofree char *folder = g_build_filename (dir, "words", NULL);
    g_autofree char *shipped =
        g_test_build_filename (G_TEST_DIST, "..", "policies", "words", "en.cfg", NULL);
    g_autofree char *real = g_canonicalize_filename (shipped, NULL);

    g_mkdir (sub, 0700);
    g_mkdir (folder, 0700);
    g_assert_cmpint (symlink (real, words), ==, 0);
    g_assert_true (g_file_set_contents (main_file,
                                        "default_territory = \"XX\";\n"
                                        "unsubscribe_words = [ \"unsubscribe\" ];\n",
                                        -1, NULL));
    write_file (dir, files[0], "", row->house, row->house_but);
    write_file (dir, files[1], PLACE ("EU", ""), row->eu, row->eu_but);
    write_file (dir, files[2], PLACE ("DE", "inherits = \"EU\"; "), row->de, row->de_but);
    write_file (dir, files[3], PLACE ("FR", "inherits = \"EU\"; "), row->fr, row->fr_but);
    write_file (dir, files[4], PLACE ("XX", ""), NULL, NULL);
}

static void
remove_policies (const char *dir)
{
    static const char *const others[] = { "licet-policy.cfg", "territories", "words/en.cfg",
                                          "words", "" };

    for (unsigned i = 0; i < G_N_ELEMENTS (files) + G_N_ELEMENTS (others); i++) {
        bool other = i >= G_N_ELEMENTS (files);
        g_autofree char *path =
            g_build_filename (dir, other ? others[i - G_N_ELEMENTS (files)] : files[i], NULL);
        g_assert_cmpint (g_remove (path), ==, 0);
    }
}

static Plan *
run (const Row *row)
{
    g_autofree char *dir = g_dir_make_tmp ("licet-house.XXXXXX", NULL);
    g_autofree char *mail = g_strconcat (HEAD, row->to, BODY, NULL);
    g_autoptr (GError) error = NULL;
    g_autoptr (Envelope) envelope = envelope_new ();
    g_autoptr (GBytes) bytes = g_bytes_new (mail, strlen (mail));
    Settings *settings = settings_new ();

    write_policies (dir, row);
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

static void
test_row (gconstpointer data)
{
    const Row *row = data;
    g_autoptr (Plan) plan = run (row);
    const Decision *decision = plan_decision (plan, 0);

    g_assert_cmpstr (decision->rule, ==, row->rule);
    g_assert_cmpint (decision->outcome, ==, row->rule ? OUTCOME_REFUSE : OUTCOME_DELIVER);
    for (unsigned i = 0; i < decision->rules->len && !row->rule; i++) {
        const RuleResult *result = g_ptr_array_index (decision->rules, i);
        g_assert_cmpstr (rule_mode_word (result->mode), ==, "shadow");
        g_assert_nonnull (strstr (result->evidence, "exception of Erika Beispiel until"));
    }
}

/* Of two kinds, all in one another's way. */
static char *
many_rules (unsigned count)
{
    GString *rules = g_string_new (NULL);

    for (unsigned i = 0; i < count; i++)
        g_string_append_printf (
            rules,
            "%s{ id = \"H%u\"; kind = \"%s\"; applies_to = [ \"promotional\" ]; %s "
            "otherwise = \"refuse\"; source = \"S\"; provenance = \"verify: x\"; }",
            i ? ",\n" : "", i, i % 2 ? "subject-label" : "consent",
            i % 2 ? "labels = [ \"[AD]\" ];" : "accept = [ \"express\" ];");
    return g_string_free (rules, FALSE);
}

/* Each is told which one makes it idle. */
static void
test_many_rules (void)
{
    enum { COUNT = 3000 };
    g_autofree char *dir = g_dir_make_tmp ("licet-house.XXXXXX", NULL);
    g_autofree char *rules = many_rules (COUNT);
    Row row = { .house = rules };
    g_autoptr (GError) error = NULL;

    write_policies (dir, &row);
    g_autoptr (PolicySet) set = policy_set_load (dir, &error);
    remove_policies (dir);
    g_assert_no_error (error);
    g_autoptr (GPtrArray) warnings = policy_set_warnings (set, 1795600800);
    g_assert_cmpuint (warnings->len, >=, COUNT - 2);
}

/* A rule that many contradict is one mistake, not one for each pair. */
static void
test_contradictions (void)
{
#define LABEL(id, label)                                                                       \
    "{ id = \"" id                                                                             \
    "\"; kind = \"subject-label\"; applies_to = [ \"promotional\" ]; labels = [ "              \
    "\"" label "\" ]; otherwise = \"refuse\"; source = \"S\"; provenance = \"verify: x\"; }"
    g_autofree char *dir = g_dir_make_tmp ("licet-house.XXXXXX", NULL);
    Row row = { .house = LABEL ("A", "[A]") ",\n" LABEL ("B", "[B]") ",\n" LABEL ("C", "[C]") };
    g_autoptr (GError) error = NULL;

    write_policies (dir, &row);
    g_autoptr (PolicySet) set = policy_set_load (dir, &error);
    remove_policies (dir);
    g_assert_null (set);
    g_assert_nonnull (strstr (error->message, "B and A ("));
    g_assert_nonnull (strstr (error->message, "C and A ("));
    g_assert_null (strstr (error->message, "C and B ("));
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autofree char *path = g_strconcat ("/house/", rows[i].name, NULL);
        g_test_add_data_func (path, &rows[i], test_row);
    }
    g_test_add_func ("/house/many rules", test_many_rules);
    g_test_add_func ("/house/contradictions", test_contradictions);
    return g_test_run ();
}
