/* SPDX-License-Identifier: BSD-2-Clause */

/* Which texts are the same, against a look at each pair of them. */

#include <string.h>

#include "../../milter/classify/same.h"

enum { TEXTS = 2000, KINDS = 300 };

static void
test_random (void)
{
    g_autoptr (GRand) random = g_rand_new_with_seed (4711);
    g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
    unsigned repeated = 0, told = 0;

    for (unsigned i = 0; i < TEXTS; i++)
        g_ptr_array_add (texts, i % 7 == 0
                                    ? NULL
                                    : g_strdup_printf ("%d pieces in stock",
                                                       g_rand_int_range (random, 0, KINDS)));
    const char *const *all = (const char *const *)texts->pdata;
    g_autofree unsigned *first = same_first (all, TEXTS);
    for (unsigned i = 0; i < TEXTS; i++) {
        unsigned same = 0;
        while (same < i && (!all[same] || g_strcmp0 (all[same], all[i]) != 0))
            same++;
        /* No text is taken for another one; a few that are the same need not be told. */
        g_assert_cmpuint (first[i], <=, i);
        g_assert_true (first[i] == i || g_strcmp0 (all[first[i]], all[i]) == 0);
        g_assert_true (all[i] || first[i] == i);
        repeated += same < i;
        told += first[i] < i;
        g_assert_true (first[i] == i || first[i] == same);
    }
    g_assert_cmpuint (repeated, >, TEXTS / 2);
    g_assert_cmpuint (10 * told, >=, 9 * repeated);
}

static void
test_few (void)
{
    static const char *const texts[] = { "", "a", "", "b", "a", "a", NULL, NULL };
    static const unsigned expected[] = { 0, 1, 0, 3, 1, 1, 6, 7 };
    g_autofree unsigned *first = same_first (texts, G_N_ELEMENTS (texts));
    g_autofree unsigned *none = same_first (texts, 0);

    for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++)
        g_assert_cmpuint (first[i], ==, expected[i]);
    g_assert_nonnull (none);
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_add_func ("/same/random", test_random);
    g_test_add_func ("/same/few", test_few);
    return g_test_run ();
}
