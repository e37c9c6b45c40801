/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A text is walked once through the vocabulary, whatever its size. Each term counts once per text: a
 * word said ten times is no stronger evidence than one said twice.
 */

#include "words.h"

#include <unitypes.h>
#include <uniwbrk.h>

#include "fold.h"
#include "vocabulary.h"

/* OPENING: bytes that count as the first lines. NEAR: how far from its name a number stands. FEW: terms
 * that are told apart by looking at all of them; a short text has no more. */
enum { OPENING = 500, NEAR = 40, FEW = 24 };

/* What is counted of one language. */
typedef struct {
    unsigned language;
    WordCount count;
} Tongue;

/* A text on its way through the vocabulary. */
typedef struct {
    const Words *words;
    const char *text;
    size_t length;
    char *breaks;    /* where words begin (UAX #29), made when first asked for */
    GArray *tongues; /* of Tongue: the languages that the text has a word of; NULL: none */
    unsigned few[FEW], count; /* numbers of the terms that were seen */
    bool *seen;               /* the same by number, of more than a few */
} Walk;

static bool
is_letter_at (const char *at)
{
    unsigned char byte = (unsigned char)*at;

    return byte < 0x80 ? g_ascii_isalnum (byte) : g_unichar_isalnum (g_utf8_get_char (at));
}

/* Two letters mean something else inside a longer word: they count at either end of one. */
static bool
is_at_edge (Walk *walk, size_t start, size_t end)
{
    if (!walk->breaks) {
        walk->breaks = g_malloc (walk->length + 1);
        u8_wordbreaks ((const uint8_t *)walk->text, walk->length, walk->breaks);
    }
    return start == 0 || end >= walk->length || walk->breaks[start] || walk->breaks[end];
}

/* Whether `least` digits and more stand together close after `at`, with that many letters between at
 * most: "order number: 4711" but not "order now and save 100". */
static bool
number_follows (const char *at, unsigned least, unsigned letters)
{
    unsigned digits = 0, passed = 0;

    for (unsigned i = 0; i < NEAR && *at && passed <= letters;
         i++, at = g_utf8_next_char (at)) {
        digits = g_ascii_isdigit (*at) ? digits + 1 : 0;
        passed += is_letter_at (at) && digits == 0;
        if (digits >= least)
            return true;
    }
    return false;
}

static bool
percentage_near (const Walk *walk, size_t start, size_t end)
{
    size_t from = start > NEAR / 2 ? start - NEAR / 2 : 0;
    size_t to = MIN (walk->length, end + NEAR / 2);

    for (size_t i = from; i < to; i++)
        if (walk->text[i] == '%' && i > 0 &&
            (g_ascii_isdigit (walk->text[i - 1]) || walk->text[i - 1] == ' '))
            return true;
    return false;
}

static void
count_place (const Walk *walk, WordCount *count, const Term *term, size_t start)
{
    const char *after = walk->text + start + term->key.length;

    switch (term->group) {
    case GROUP_REFERENCE:
        count->numbered[term->group] += number_follows (after, 3, 8);
        return;
    case GROUP_TOTAL:
        count->numbered[term->group] += number_follows (after, 2, 16);
        return;
    case GROUP_SECRET:
        count->numbered[term->group] += number_follows (after, 4, 24);
        return;
    case GROUP_PROMOTIONAL:
        count->reductions += percentage_near (walk, start, start + term->key.length);
        return;
    case GROUP_COUPON:
    case GROUP_CALLS:
    case GROUP_NEWS:
    case GROUP_URGENCY:
    case GROUP_TRANSACTIONAL:
    case GROUP_STATUS:
    case GROUP_AUTOMATIC:
    case GROUP_TASK:
    case GROUP_FORMAL:
    case GROUP_PERSONAL:
    case GROUP_VIEW:
    case GROUP_UNSUBSCRIBE:
    case GROUP_SURVEY:
    case GROUP_REWARD:
    case GROUP_SETTLED:
    case GROUP_COUNT:
        return;
    }
    g_assert_not_reached ();
}

static WordCount *
count_of (Walk *walk, unsigned language)
{
    Tongue tongue = { .language = language };

    if (!walk->tongues)
        walk->tongues = g_array_new (FALSE, FALSE, sizeof (Tongue));
    GArray *tongues = walk->tongues;
    for (unsigned i = 0; i < tongues->len; i++)
        if (g_array_index (tongues, Tongue, i).language == language)
            return &g_array_index (tongues, Tongue, i).count;
    g_array_append_val (tongues, tongue);
    return &g_array_index (tongues, Tongue, tongues->len - 1).count;
}

static void
see_all (Walk *walk)
{
    walk->seen = g_new0 (bool, walk->words->numbers + 1);
    for (unsigned i = 0; i < walk->count; i++)
        walk->seen[walk->few[i]] = true;
}

static bool
was_seen (Walk *walk, unsigned number)
{
    for (unsigned i = 0; !walk->seen && i < walk->count; i++)
        if (walk->few[i] == number)
            return true;
    if (!walk->seen && walk->count < FEW) {
        walk->few[walk->count++] = number;
        return false;
    }
    if (!walk->seen)
        see_all (walk);
    bool before = walk->seen[number];
    walk->seen[number] = true;
    return before;
}

static void
count_term (Walk *walk, const Term *term, size_t start)
{
    WordCount *count = count_of (walk, term->language);

    count_place (walk, count, term, start);
    if (was_seen (walk, term->number))
        return;
    count->count[term->group]++;
    count->opening[term->group] += start < OPENING;
    count->by_purpose[term->purpose]++;
    if (!count->first[term->group])
        count->first[term->group] = term->written;
}

static bool
ends_word (Walk *walk, const Term *term, size_t start)
{
    size_t end = start + term->key.length;

    if (term->substring)
        return !term->edge || is_at_edge (walk, start, end);
    return term->prefix || !is_letter_at (walk->text + end);
}

/* Where a term was found. */
typedef struct {
    Walk *walk;
    size_t start;
} Place;

static void
see_term (const TrieKey *key, gpointer data)
{
    const Term *term = (const Term *)key;
    const Place *place = data;

    if (ends_word (place->walk, term, place->start))
        count_term (place->walk, term, place->start);
}

static void
count_all (Walk *walk, const Trie *terms, size_t start)
{
    Place place = { walk, start };

    trie_find (terms, walk->text + start, see_term, &place);
}

/* Most bytes begin no term, and at most places none does. */
static bool
may_begin (const Trie *terms, const char *at, const char *end)
{
    return terms->first[(guchar)*at] && trie_may_begin (terms, at, (size_t)(end - at));
}

/* Takes folded, and gives what it has of each language: array of Tongue, or NULL. */
static GArray *
count_languages (const Words *words, char *folded, const Trie *starts, const Trie *anywhere)
{
    g_autofree char *text = folded;
    Walk walk = { .words = words, .text = text, .length = strlen (text) };
    bool inside = false; /* of a word */

    for (const char *at = text, *end = text + walk.length; at < end;) {
        if (!inside && may_begin (starts, at, end))
            count_all (&walk, starts, (size_t)(at - text));
        if (may_begin (anywhere, at, end))
            count_all (&walk, anywhere, (size_t)(at - text));
        inside = is_letter_at (at);
        at = g_utf8_next_char (at);
        /* Within a word of ASCII no term begins but those that stand anywhere. */
        while (inside && anywhere->within[(guchar)*at])
            at++;
        for (; starts->between[(guchar)*at] && anywhere->between[(guchar)*at]; at++)
            inside = false;
    }
    g_free (walk.breaks);
    g_free (walk.seen);
    return walk.tongues;
}

static unsigned
sum_groups (const WordCount *count)
{
    unsigned sum = 0;

    for (WordGroup group = GROUP_PROMOTIONAL; group < GROUP_SETTLED; group++)
        sum += count->count[group];
    return sum;
}

/* Whether a language with so many hits outdoes the best so far; of equals the first counts. */
static bool
is_better (const Tongue *tongue, unsigned hits, const Tongue *best, unsigned most)
{
    return hits > most || (hits > 0 && hits == most && tongue->language < best->language);
}

WordCount
words_count (const Words *words, const char *text)
{
    g_autoptr (GArray) tongues =
        count_languages (words, fold_loose (text), words->words, words->substrings);
    const Tongue *best = NULL;
    unsigned most = 0;

    for (unsigned i = 0; tongues && i < tongues->len; i++) {
        const Tongue *tongue = &g_array_index (tongues, Tongue, i);
        unsigned hits = sum_groups (&tongue->count);
        if (!is_better (tongue, hits, best, most))
            continue;
        most = hits;
        best = tongue;
    }
    WordCount count = best ? best->count : (WordCount){ 0 };
    if (best)
        count.language = g_ptr_array_index (words->languages, best->language);
    return count;
}

unsigned
words_promotional (const Words *words, const char *text, const char **ret_term)
{
    g_autoptr (GArray) tongues =
        count_languages (words, fold_case (text), words->offers, words->offer_substrings);
    const Tongue *best = NULL;
    unsigned most = 0;

    for (unsigned i = 0; tongues && i < tongues->len; i++) {
        const Tongue *tongue = &g_array_index (tongues, Tongue, i);
        unsigned promotional = tongue->count.count[GROUP_PROMOTIONAL];
        if (!is_better (tongue, promotional, best, most))
            continue;
        most = promotional;
        best = tongue;
    }
    *ret_term = best ? best->count.first[GROUP_PROMOTIONAL] : NULL;
    return most;
}

const Cues *
words_cues (const Words *words)
{
    return words->cues;
}

const Wording *
words_wording (const Words *words)
{
    return words->wording;
}

bool
words_settled (const Words *words, const char *text)
{
    g_autoptr (GArray) tongues =
        count_languages (words, fold_case (text), words->settled, words->settled_substrings);

    return tongues != NULL;
}

bool
words_spent (const Words *words, const char *text)
{
    g_autoptr (GArray) tongues =
        count_languages (words, fold_case (text), words->settled, words->settled_substrings);

    for (unsigned i = 0; tongues && i < tongues->len; i++)
        if (g_array_index (tongues, Tongue, i).count.count[GROUP_SETTLED] > 0)
            return true;
    return false;
}
