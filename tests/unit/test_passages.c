/* SPDX-License-Identifier: BSD-2-Clause */

/* The terms of a passage, what is learnt from passages, and what texts weigh by it. */

#include <glib/gstdio.h>
#include <string.h>

#include "licet/conffile.h"
#include "licet/error.h"
#include "licet/passages.h"
#include "../../milter/classify/terms.h"
#include "../../milter/classify/wording.h"

static void
spell (const PassageTerm *term, gpointer data)
{
    g_autofree char *spelling = passage_term_spell (term);
    GString *all = data;

    g_assert_cmpuint (passage_term_hash (spelling, strlen (spelling)), ==, term->hash);
    g_string_append_printf (all, "%s%s", all->len > 0 ? "|" : "", spelling);
}

static char *
spell_all (const char *text)
{
    GString *all = g_string_new (NULL);

    passage_terms_each (text, spell, all);
    return g_string_free (all, FALSE);
}

static void
test_terms (void)
{
    static const struct {
        const char *text, *terms;
    } rows[] = {
        { "", "" },
        { " .,; ", "" },
        { "We ship", "we|^ we|ship|we ship" },
        { "Orders", "orders|^ orders|orde*|order*" },
        { "\xc3\x84pfel", "apfel|^ apfel|apfe*" },
        { "l'offre", "l|^ l|offre|l offre|offr*" },
        { "12.50 \xe2\x82\xac!", "#|^ #|\xe2\x82\xac|# \xe2\x82\xac|!|\xe2\x82\xac !" },
        { "https://a.example/b?c www.d.example e@f.example go", "go|^ go" },
        { "5G 2026-11-26.", "5g|^ 5g|#|5g #" },
        { "\xe7\x89\xb9\xe5\x85\xb8\xe3\x81\x82", /* three letters without blanks */
          "\xe7\x89\xb9|\xe7\x89\xb9\xe5\x85\xb8|\xe7\x89\xb9\xe5\x85\xb8\xe3\x81\x82|"
          "\xe5\x85\xb8|\xe5\x85\xb8\xe3\x81\x82|\xe3\x81\x82" },
        { "\xed\x95\xa0\xec\x9d\xb8\xec\x9d\x80", /* a word of three parts */
          "\xed\x95\xa0\xec\x9d\xb8\xec\x9d\x80|^ "
          "\xed\x95\xa0\xec\x9d\xb8\xec\x9d\x80|*\xed\x95\xa0\xec\x9d\xb8*|"
          "*\xed\x95\xa0\xec\x9d\xb8\xec\x9d\x80*|*\xec\x9d\xb8\xec\x9d\x80*" },
        { "\xe7\x89\xb9\xe3\x80\x82\xe5\x85\xb8 a", /* a sign parts letters */
          "\xe7\x89\xb9|\xe5\x85\xb8|a" },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autofree char *terms = spell_all (rows[i].text);
        g_assert_cmpstr (terms, ==, rows[i].terms);
    }
}

static const char lesson[] = "# ours\n"
                             "== books\n"
                             "- your order has been shipped\n"
                             "+ you may like this novel\n"
                             "== shoes\n"
                             "- your order will be shipped\n"
                             "+ friends like this shoe\n";

static void
test_lines (void)
{
    static const struct {
        const char *text, *said;
    } rows[] = {
        { "- a\n", "x.txt:1: " },
        { "== t\n- a\n+ b\n* c\n", "x.txt:4: " },
        { "== t\n- a\n+ \xff\n", "x.txt:3: " },
        { "== t\n- a\n", "x.txt: there must be passages of both kinds" },
        { "", "x.txt: there must be passages of both kinds" },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autoptr (GError) error = NULL;
        g_autoptr (Passages) passages = passages_parse (rows[i].text, "x.txt", &error);
        g_assert_null (passages);
        g_assert_error (error, LICET_ERROR, LICET_ERROR_MALFORMED);
        g_assert_true (g_str_has_prefix (error->message, rows[i].said));
    }
}

static Wording *
read_wording (const char *text, const char *second)
{
    const char *const texts[] = { text, second };
    g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
    Wording *wording = wording_new ();

    for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++) {
        g_autoptr (GError) error = NULL;
        g_autoptr (Conffile) file =
            texts[i] ? conffile_parse (texts[i], "x.cfg", &error) : NULL;
        g_assert_no_error (error);
        if (file)
            wording_read (wording, conffile_root (file), problems);
    }
    g_assert_cmpuint (problems->len, ==, 0);
    wording_sort (wording);
    return wording;
}

static void
test_learnt (void)
{
    static const char *const texts[] = { "Your order: shipped", "You may like this", "",
                                         "Completely different" };
    g_autoptr (GError) error = NULL;
    g_autoptr (Passages) passages = passages_parse (lesson, "x.txt", &error);
    g_assert_no_error (error);
    g_autofree char *learnt = passages_learn (passages, "en");
    g_autofree char *again = passages_learn (passages, "en");
    Wording *wording = read_wording (learnt, NULL);
    g_autofree double *odds = wording_weigh (wording, texts, G_N_ELEMENTS (texts));
    PassagesTrial trial = passages_validate (passages, 2, 0.5);

    g_assert_cmpstr (learnt, ==, again);
    g_assert_cmpfloat (odds[0], <, -0.5);
    g_assert_cmpfloat (odds[1], >, 0.5);
    g_assert_cmpfloat (odds[2], ==, 0);
    g_assert_cmpfloat (odds[3], ==, 0);
    g_assert_cmpuint (trial.all, ==, 4);
    g_assert_cmpuint (trial.promotion_wrong + trial.service_wrong, ==, 0);
    wording_free (wording);
}

#define HEAD(language) "language = \"" language "\"; trained = \"by hand\"; weights = ( "

/* All texts together tell their language; a term counts once in each. */
static void
test_languages (void)
{
    static const char *const texts[] = { "gift gift", "die gift taal", "die taal" };
    Wording *wording = read_wording (HEAD ("en") "{ weight = 2.0; terms = \"gift\"; } );",
                                     HEAD ("nl") "{ weight = -1.5; terms = \"gift\"; },"
                                                 "{ weight = 0.5; terms = \"die, taal\"; } );");

    g_autofree double *all = wording_weigh (wording, texts, 3);
    g_assert_cmpfloat (all[0], ==, -1.5);
    g_assert_cmpfloat (all[1], ==, -0.5);
    g_assert_cmpfloat (all[2], ==, 1);
    g_autofree double *one = wording_weigh (wording, texts, 1);
    g_assert_cmpfloat (one[0], ==, 0); /* one word is no language */
    wording_free (wording);
}

/* Beginnings and pairs are of their word; the strongest words first, each once and as the files have it:
 * "Tastel" may be a name. */
static void
test_named (void)
{
    static const struct {
        const char *text, *names;
    } rows[] = {
        { "Taste our gifts, a gift for friends", "gift*, taste, for friends" },
        { "Giftel Tastel", "gift*" },
        { "our our our", "our" },
        { "the order", NULL },
        { "", NULL },
    };
    Wording *wording = read_wording (
        HEAD (
            "en") "{ weight = 1.0; terms = \"gift*\"; }, { weight = 0.7; terms = \"taste\"; }, "
                  "{ weight = 0.4; terms = \"our, for friends\"; }, "
                  "{ weight = 0.2; terms = \"friends\"; }, "
                  "{ weight = -1.0; terms = \"order\"; } );",
        NULL);

    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autofree char *names = wording_name (wording, rows[i].text);
        g_assert_cmpstr (names, ==, rows[i].names);
    }
    wording_free (wording);
}

static void
test_nothing (void)
{
    static const char *const texts[] = { "anything" };
    Wording *wording = read_wording (NULL, NULL);

    g_assert_null (wording_weigh (wording, texts, 1));
    g_assert_null (wording_name (wording, texts[0]));
    wording_free (wording);
}

static void
test_problems (void)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
    g_autoptr (Conffile) file = conffile_parse (
        "language = \"en\";\ntrained = \"by hand\";\nweights = (\n"
        "{ weight = 99.0; terms = \"a\"; },\n{ weight = 1.0; words = \"a\"; } );",
        "x.cfg", &error);
    Wording *wording = wording_new ();

    g_assert_no_error (error);
    wording_read (wording, conffile_root (file), problems);
    g_assert_cmpuint (problems->len, >=, 2);
    g_assert_true (g_str_has_prefix (problems->pdata[0], "x.cfg:4: "));
    g_assert_true (g_str_has_prefix (problems->pdata[1], "x.cfg:5: "));
    wording_free (wording);
}

/* They would compete as two languages, and what an officer added to one would say nothing. */
static void
test_twice (void)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
    g_autoptr (Conffile) file =
        conffile_parse (HEAD ("en") "{ weight = 1.0; terms = \"a\"; } );", "x.cfg", &error);
    Wording *wording = wording_new ();

    g_assert_no_error (error);
    wording_read (wording, conffile_root (file), problems);
    g_assert_cmpuint (problems->len, ==, 0);
    wording_read (wording, conffile_root (file), problems);
    g_assert_cmpuint (problems->len, ==, 1);
    g_assert_nonnull (strstr (problems->pdata[0], "another file with language = \"en\""));
    wording_free (wording);
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_add_func ("/passages/terms", test_terms);
    g_test_add_func ("/passages/lines", test_lines);
    g_test_add_func ("/passages/learnt", test_learnt);
    g_test_add_func ("/passages/languages", test_languages);
    g_test_add_func ("/passages/named", test_named);
    g_test_add_func ("/passages/nothing", test_nothing);
    g_test_add_func ("/passages/problems", test_problems);
    g_test_add_func ("/passages/twice", test_twice);
    return g_test_run ();
}
