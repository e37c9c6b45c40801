/* SPDX-License-Identifier: BSD-2-Clause */

#include <glib.h>

#include "../milter/classify/pitches.h"
#include "licet/classify.h"

typedef struct {
    const char *text;
    bool reduced;
} Row;

static const Row rows[] = {
    { "30% off", true },
    { "now 5 % discount", true },
    { "-20%", true },
    { "it is - 20 % today", true },
    { "a-20%", false },
    { "2.-20%", false },
    { "100% cotton", false },
    { "100% cotton, 15% rabatt", true },
    { "123% off", false },
    { "%20 indirim", true },
    { "% 20 indirim", true },
    { "%20%20%20", false },
    { "50% \xd0\xa1\xd0\x9a\xd0\x98\xd0\x94\xd0\x9a\xd0\x90", true },
    { "10\u00a0%\u00a0off", true },
    { "\u0661\u0665% off", true },
    { "5% zni\u017cki", true },
    { "% off 5", false },
    { "%", false },
    { "use promo code X", true },
    { "USE PROMOCODE X and this code", true },
    { "gutschein-code", true },
    { "your discount code", true },
    { "your area code", false },
    { "postcode, then code promo", true },
    { "c\u00f3digo promocional", true },
    { "codice sconto", true },
    { "codice fiscale", false },
    { "code", false },
    { "a vouchercode", true },
    { "xvouchercode", false },
    { "20 % auf alles - nur bis Sonntag!", true },
    { "15 % auf die ganze Kollektion", true },
    { "10% auf das ganze Sortiment", true },
    { "10 % auf das Konto", false },
    { "19 % aller Kunden", false },
    { "Save 20% now with code WINTER20", true },
    { "Sparen Sie jetzt 20 % mit Code LICHT", true },
    { "Profitez de 15 % avec le code ETE", true },
    { "20% de ahorro con el c\u00f3digo SOL25", true },
    { "20% now with code WINTER20", true },
    { "taxed at 20%. Confirm it with code 4711", false },
    { "20% done, the code is 4711", false },
    { "Identity check 90% done - log in with the code 118822", false },
    { "Deployment 75% failed with exit code 137", false },
    { "Disk 95% full with status code 28", false },
    { "Anmeldung zu 80 % fertig, weiter mit Code 5512", false },
    { "Verzugszinsen: 9 % auf die gesamte Forderung", false },
    { "19 % auf das gesamte Guthaben", false },
    { "MwSt 19 % auf alles", false },
    { "Preisanpassung: 3 % auf alles ab 1. Januar", false },
};

static void
test_reduced (gconstpointer data)
{
    const Words *words = data;

    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autoptr (Pitches) pitches = pitches_new (words);
        g_autofree char *amid = g_strdup_printf ("5%% of it, the code: %s.", rows[i].text);
        g_test_message ("%s", rows[i].text);
        g_assert_cmpint (pitches_whole (pitches, rows[i].text, false).reduced, ==,
                         rows[i].reduced);
        g_assert_cmpint (pitches_whole (pitches, amid, false).reduced, ==, rows[i].reduced);
    }
}

/* The second time from memory, and in another direction not. */
static void
test_known (gconstpointer data)
{
    g_autoptr (Pitches) pitches = pitches_new (data);
    Pitch forwards = pitches_whole (pitches, "elas elas", false);
    Pitch backwards = pitches_whole (pitches, "elas elas", true);

    g_assert_cmpuint (forwards.points, ==, 0);
    g_assert_cmpuint (backwards.points, ==, 2);
    g_assert_cmpuint (backwards.disguised, ==, 1);
    g_assert_cmpstr (backwards.term, ==, "sale");
    g_assert_cmpuint (pitches_whole (pitches, "elas elas", false).points, ==, 0);
    g_assert_cmpuint (pitches_whole (pitches, "elas elas", true).points, ==, 2);
}

/* What was paid with is no offer. */
static void
test_settled (gconstpointer data)
{
    static const char text[] = "Kettle 39,90\nVoucher discount code -5,00 EUR\nTotal";
    g_autoptr (Pitches) pitches = pitches_new (data);

    g_assert_true (pitches_whole (pitches, text, false).reduced);
    g_assert_false (pitches_rest (pitches, text, false).reduced);
    g_assert_true (pitches_whole (pitches, text, false).reduced);
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_autofree char *dir = g_test_build_filename (G_TEST_DIST, "..", "policies", "words", NULL);
    g_autoptr (GError) error = NULL;
    g_autoptr (Words) words = words_load (dir, &error);

    g_assert_no_error (error);
    g_test_add_data_func ("/pitches/percentages and codes", words, test_reduced);
    g_test_add_data_func ("/pitches/a text is judged once for each direction", words,
                          test_known);
    g_test_add_data_func ("/pitches/what is settled", words, test_settled);
    return g_test_run ();
}
