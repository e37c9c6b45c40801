/* SPDX-License-Identifier: BSD-2-Clause */

/* The tree of terms against a look at each of them. */

#include <glib.h>

#include "../../milter/classify/trie.h"

enum { TERMS = 400, LONGEST = 7, TEXT = 3000 };

/* Few letters, so that terms are the beginning of others and stand twice. */
static char *
random_word (GRand *random, int most)
{
    GString *word = g_string_new (NULL);
    int length = g_rand_int_range (random, 2, most + 1);

    while (length-- > 0)
        g_string_append_c (word, "abc\xc3\xa4"[g_rand_int_range (random, 0, 5)]);
    return g_string_free (word, FALSE);
}

static void
note (const TrieKey *key, gpointer data)
{
    g_ptr_array_add (data, (gpointer)key);
}

/* The shorter first, and of equal ones the first. */
static void
check_place (const Trie *trie, const GPtrArray *terms, const char *at, size_t left)
{
    g_autoptr (GPtrArray) found = g_ptr_array_new ();
    unsigned expected = 0;

    if (trie_may_begin (trie, at, left))
        trie_find (trie, at, note, found);
    for (unsigned i = 0; i < terms->len; i++)
        expected += g_str_has_prefix (at, ((const TrieKey *)terms->pdata[i])->text);
    g_assert_cmpuint (found->len, ==, expected);
    for (unsigned i = 0; i < found->len; i++) {
        const TrieKey *key = found->pdata[i], *before = i > 0 ? found->pdata[i - 1] : NULL;
        g_assert_true (g_str_has_prefix (at, key->text));
        g_assert_true (!before || before->length < key->length ||
                       (before->length == key->length && before < key));
    }
}

static void
test_random (void)
{
    g_autoptr (GRand) random = g_rand_new_with_seed (4711);
    TrieKey keys[TERMS];
    GPtrArray *terms = g_ptr_array_new ();

    for (unsigned i = 0; i < TERMS; i++) {
        char *text = random_word (random, LONGEST);
        keys[i] = (TrieKey){ text, strlen (text) };
        g_ptr_array_add (terms, &keys[i]);
    }
    Trie *trie = trie_new (terms);
    for (unsigned byte = 0; byte < 256; byte++)
        g_assert_false (trie->first[byte] && (trie->within[byte] || trie->between[byte]));
    for (unsigned i = 0; i < TEXT; i++) {
        g_autofree char *text = random_word (random, 2 * LONGEST);
        check_place (trie, terms, text, strlen (text));
    }
    trie_free (trie);
    for (unsigned i = 0; i < TERMS; i++)
        g_free (keys[i].text);
}

static void
test_empty (void)
{
    Trie *trie = trie_new (g_ptr_array_new ());

    g_assert_false (trie_may_begin (trie, "abcd", 4));
    trie_free (trie);
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_add_func ("/trie/random", test_random);
    g_test_add_func ("/trie/empty", test_empty);
    return g_test_run ();
}
