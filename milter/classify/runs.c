/* SPDX-License-Identifier: BSD-2-Clause */

/* Words and runs of words as hashes, so that long texts are compared in one pass. */

#include "runs.h"

#include <stdlib.h>
#include <string.h>

/* As FNV-1a, but of letters and words instead of bytes. A collision would need two different runs in
 * one message; what it could do is name a line a twin, which must hold several runs. */
static const guint64 HASH_START = G_GUINT64_CONSTANT (14695981039346656037);
static const guint64 HASH_STEP = G_GUINT64_CONSTANT (1099511628211);

static guint64
hash_letter (guint64 hash, gunichar letter)
{
    return (hash ^ letter) * HASH_STEP;
}

static guint64
hash_word (guint64 hash, guint64 word)
{
    hash = (hash ^ word) * HASH_STEP;
    return hash ^ hash >> 32;
}

/* So few hashes are sorted as they are; more are split by their first byte. */
enum { MOST_INSERTED = 32, BUCKETS = 256 };

/* Words that go into an array at once. */
enum { MOST_TAKEN = 32 };

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

/* Words on their way into an array, some at a time. */
typedef struct {
    GArray *words; /* of RunWord */
    unsigned piece;
    guint64 hash; /* of the word so far */
    unsigned count;
    RunWord taken[MOST_TAKEN];
} Taker;

static void
put_taken (Taker *taker)
{
    g_array_append_vals (taker->words, taker->taken, taker->count);
    taker->count = 0;
}

static void
end_word (Taker *taker)
{
    if (taker->hash == HASH_START)
        return;
    taker->taken[taker->count++] = (RunWord){ taker->hash, taker->piece };
    taker->hash = HASH_START;
    if (taker->count == MOST_TAKEN)
        put_taken (taker);
}

/* The length of an address of the Web that begins here, or 0. */
static size_t
address_length (const char *text)
{
    static const char *const prefixes[] = { "http://", "https://", "mailto:", "www." };
    char first = *text | 0x20, second = text[1] | 0x20;

    if (!(first == 'h' && second == 't') && !(first == 'm' && second == 'a') &&
        !(first == 'w' && second == 'w'))
        return 0;
    for (unsigned i = 0; i < G_N_ELEMENTS (prefixes); i++)
        if (g_ascii_strncasecmp (text, prefixes[i], strlen (prefixes[i])) == 0)
            return strcspn (text, " \t\r\n<>\"");
    return 0;
}

/* A letter that is not of ASCII. */
static void
add_letter (Taker *taker, gunichar letter)
{
    letter = g_unichar_tolower (letter);
    bool of_word = g_unichar_isalnum (letter), alone = of_word && stands_alone (letter);

    if (!of_word || alone)
        end_word (taker);
    if (of_word)
        taker->hash = hash_letter (taker->hash, letter);
    if (alone)
        end_word (taker);
}

/* All letters of ASCII that stand together, or the address that begins with them. */
static const char *
add_ascii (Taker *taker, const char *text)
{
    size_t address = taker->hash == HASH_START ? address_length (text) : 0;
    guint64 hash = taker->hash;

    if (address > 0)
        return text + address;
    for (; g_ascii_isalnum (*text); text++)
        hash = hash_letter (hash, (guchar)*text | 0x20);
    taker->hash = hash;
    return text;
}

void
runs_add_words (GArray *words, const char *text, unsigned piece)
{
    Taker taker;

    taker.words = words;
    taker.piece = piece;
    taker.hash = HASH_START;
    taker.count = 0;
    while (*text) {
        if ((signed char)*text < 0) {
            add_letter (&taker, g_utf8_get_char (text));
            text = g_utf8_next_char (text);
        } else if (g_ascii_isalnum (*text)) {
            text = add_ascii (&taker, text);
        } else {
            end_word (&taker);
            text++;
        }
    }
    end_word (&taker);
    put_taken (&taker);
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
        hash = hash_word (hash, g_array_index (words, RunWord, i).hash);
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

static void
sort_few (guint64 *hashes, unsigned count)
{
    if (count > MOST_INSERTED) {
        qsort (hashes, count, sizeof *hashes, compare_hashes);
        return;
    }
    for (unsigned i = 1; i < count; i++) {
        guint64 hash = hashes[i];
        unsigned at = i;
        for (; at > 0 && hashes[at - 1] > hash; at--)
            hashes[at] = hashes[at - 1];
        hashes[at] = hash;
    }
}

/* Hashes are spread evenly, so that little is left to sort in each bucket. */
static void
sort_many (guint64 *hashes, unsigned count)
{
    g_autofree guint64 *from = g_memdup2 (hashes, count * sizeof *hashes);
    unsigned ends[BUCKETS + 1] = { 0 };

    for (unsigned i = 0; i < count; i++)
        ends[(from[i] >> 56) + 1]++;
    for (unsigned i = 0; i < BUCKETS; i++)
        ends[i + 1] += ends[i];
    for (unsigned i = 0; i < count; i++)
        hashes[ends[from[i] >> 56]++] = from[i];
    for (unsigned i = 0, start = 0; i < BUCKETS; start = ends[i++])
        sort_few (hashes + start, ends[i] - start);
}

/* What a page repeats is kept once. Returns how many are left. */
static unsigned
keep_once (guint64 *hashes, unsigned count)
{
    unsigned size = 2 * MOST_INSERTED, kept = 0;
    bool zero = false;

    while (size < 2 * count)
        size *= 2;
    g_autofree guint64 *seen = g_new0 (guint64, size);
    for (unsigned i = 0; i < count; i++) {
        guint64 hash = hashes[i];
        unsigned at = (unsigned)(hash >> 24) & (size - 1);
        while (seen[at] != 0 && seen[at] != hash)
            at = (at + 1) & (size - 1);
        if (seen[at] == hash && (hash != 0 || zero))
            continue;
        zero = zero || hash == 0;
        seen[at] = hash;
        hashes[kept++] = hash;
    }
    return kept;
}

GArray *
runs_sort (GArray *set)
{
    guint64 *hashes = (guint64 *)(void *)set->data;
    unsigned kept = keep_once (hashes, set->len);

    if (kept > MOST_INSERTED)
        sort_many (hashes, kept);
    else
        sort_few (hashes, kept);
    return g_array_set_size (set, kept);
}

static GArray *
set_sized (unsigned count)
{
    GArray *set = g_array_sized_new (FALSE, FALSE, sizeof (guint64), count);

    return g_array_set_size (set, count);
}

GArray *
runs_of (const GArray *words)
{
    unsigned count = words->len < RUN_WORDS ? 0 : words->len - RUN_WORDS + 1;
    GArray *set = set_sized (count);

    for (unsigned i = 0; i < count; i++)
        g_array_index (set, guint64, i) = runs_at (words, i);
    return runs_sort (set);
}

GArray *
runs_single (const GArray *words)
{
    GArray *set = set_sized (words->len);

    for (unsigned i = 0; i < words->len; i++)
        g_array_index (set, guint64, i) = g_array_index (words, RunWord, i).hash;
    return runs_sort (set);
}

bool
runs_has (const GArray *set, guint64 hash)
{
    const guint64 *first = (const guint64 *)(const void *)set->data;

    for (unsigned count = set->len; count > 1; count -= count / 2)
        first += first[count / 2 - 1] < hash ? count / 2 : 0;
    return set->len > 0 && *first == hash;
}

/* Both are sorted. */
void
runs_subtract (GArray *set, const GArray *other)
{
    guint64 *hashes = (guint64 *)(void *)set->data;
    const guint64 *away = (const guint64 *)(const void *)other->data;
    unsigned kept = 0, next = 0;

    for (unsigned i = 0; i < set->len; i++) {
        while (next < other->len && away[next] < hashes[i])
            next++;
        if (next == other->len || away[next] != hashes[i])
            hashes[kept++] = hashes[i];
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
