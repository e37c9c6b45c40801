/* SPDX-License-Identifier: BSD-2-Clause */

/* Words and runs of words as hashes, so that long texts are compared in one pass. */

#include "runs.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a, 64 bits. A collision would need two different runs in one message; what it could do
 * is name a line a twin, which must hold several runs. */
static guint64
hash_bytes (guint64 hash, const void *data, size_t length)
{
    const guint8 *bytes = data;

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ bytes[i]) * G_GUINT64_CONSTANT (1099511628211);
    return hash;
}

#define HASH_START G_GUINT64_CONSTANT (14695981039346656037)

static bool
stands_alone (gunichar letter)
{
    static const GUnicodeScript scripts[] = {
        G_UNICODE_SCRIPT_HAN,     G_UNICODE_SCRIPT_HIRAGANA, G_UNICODE_SCRIPT_KATAKANA,
        G_UNICODE_SCRIPT_THAI,    G_UNICODE_SCRIPT_LAO,      G_UNICODE_SCRIPT_KHMER,
        G_UNICODE_SCRIPT_MYANMAR,
    };

    for (unsigned i = 0; letter >= 0x0e00 && i < G_N_ELEMENTS (scripts); i++)
        if (g_unichar_get_script (letter) == scripts[i])
            return true;
    return false;
}

static void
end_word (GArray *words, guint64 *hash, unsigned piece)
{
    RunWord word = { *hash, piece };

    if (*hash != HASH_START)
        g_array_append_val (words, word);
    *hash = HASH_START;
}

/* The length of an address of the Web that begins here, or 0. */
static size_t
address_length (const char *text)
{
    static const char *const prefixes[] = { "http://", "https://", "mailto:", "www." };

    for (unsigned i = 0; i < G_N_ELEMENTS (prefixes); i++)
        if (g_ascii_strncasecmp (text, prefixes[i], strlen (prefixes[i])) == 0)
            return strcspn (text, " \t\r\n<>\"");
    return 0;
}

void
runs_add_words (GArray *words, const char *text, unsigned piece)
{
    guint64 hash = HASH_START;

    while (*text) {
        size_t address = hash == HASH_START ? address_length (text) : 0;
        gunichar letter = g_unichar_tolower (g_utf8_get_char (text));
        bool alone = g_unichar_isalnum (letter) && stands_alone (letter);
        text = address > 0 ? text + address : g_utf8_next_char (text);
        if (address > 0)
            continue;
        if (!g_unichar_isalnum (letter) || alone)
            end_word (words, &hash, piece);
        if (g_unichar_isalnum (letter))
            hash = hash_bytes (hash, &letter, sizeof letter);
        if (alone)
            end_word (words, &hash, piece);
    }
    end_word (words, &hash, piece);
}

void
runs_add_range (GArray *words, const Message *message, unsigned leaf, size_t start, size_t end,
                unsigned piece)
{
    g_autofree char *text = message_visible_text (message, leaf, start, end);

    runs_add_words (words, text, piece);
}

guint64
runs_whole (const GArray *words, unsigned from, unsigned to)
{
    guint64 hash = HASH_START;

    for (unsigned i = from; i < to; i++)
        hash = hash_bytes (hash, &g_array_index (words, RunWord, i).hash, sizeof hash);
    return hash;
}

guint64
runs_at (const GArray *words, unsigned i)
{
    return runs_whole (words, i, i + RUN_WORDS);
}

static int
compare_hashes (const void *a, const void *b)
{
    guint64 first = *(const guint64 *)a, second = *(const guint64 *)b;

    return first < second ? -1 : first > second;
}

GArray *
runs_sort (GArray *set)
{
    unsigned kept = 0;

    g_array_sort (set, compare_hashes);
    for (unsigned i = 0; i < set->len; i++) {
        guint64 hash = g_array_index (set, guint64, i);
        if (kept == 0 || g_array_index (set, guint64, kept - 1) != hash)
            g_array_index (set, guint64, kept++) = hash;
    }
    g_array_set_size (set, kept);
    return set;
}

GArray *
runs_of (const GArray *words)
{
    GArray *set = g_array_new (FALSE, FALSE, sizeof (guint64));

    for (unsigned i = 0; i + RUN_WORDS <= words->len; i++) {
        guint64 run = runs_at (words, i);
        g_array_append_val (set, run);
    }
    return runs_sort (set);
}

GArray *
runs_single (const GArray *words)
{
    GArray *set = g_array_new (FALSE, FALSE, sizeof (guint64));

    for (unsigned i = 0; i < words->len; i++)
        g_array_append_val (set, g_array_index (words, RunWord, i).hash);
    return runs_sort (set);
}

bool
runs_has (const GArray *set, guint64 hash)
{
    return set->len > 0 &&
           bsearch (&hash, set->data, set->len, sizeof (guint64), compare_hashes);
}

void
runs_subtract (GArray *set, const GArray *other)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < set->len; i++) {
        guint64 hash = g_array_index (set, guint64, i);
        if (!runs_has (other, hash))
            g_array_index (set, guint64, kept++) = hash;
    }
    g_array_set_size (set, kept);
}

bool *
runs_cover (const GArray *words, const GArray *set)
{
    bool *covered = g_new0 (bool, words->len + 1);

    for (unsigned i = 0; i + RUN_WORDS <= words->len; i++)
        if (runs_has (set, runs_at (words, i)))
            memset (covered + i, true, RUN_WORDS * sizeof (bool));
    return covered;
}
