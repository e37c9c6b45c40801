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

/* OPENING: bytes that count as the first lines. NEAR: how far from its name a number stands. */
enum { OPENING = 500, NEAR = 40 };

/* A text on its way through the vocabulary. */
typedef struct {
    const Words *words;
    const char *text;
    size_t length;
    char *breaks;      /* where words begin (UAX #29), made when first asked for */
    bool *seen;        /* by number of the term */
    WordCount *counts; /* by language */
} Walk;

static bool
is_letter_before (const char *text, const char *at)
{
    if (at == text)
        return false;
    unsigned char byte = (unsigned char)at[-1];
    return byte < 0x80 ? g_ascii_isalnum (byte)
                       : g_unichar_isalnum (g_utf8_get_char (g_utf8_prev_char (at)));
}

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
    const char *after = walk->text + start + term->length;

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
        count->reductions += percentage_near (walk, start, start + term->length);
        return;
    case GROUP_COUPON:
    case GROUP_CALLS:
    case GROUP_NEWS:
    case GROUP_URGENCY:
    case GROUP_TRANSACTIONAL:
    case GROUP_STATUS:
    case GROUP_AUTOMATIC:
    case GROUP_FORMAL:
    case GROUP_PERSONAL:
    case GROUP_VIEW:
    case GROUP_UNSUBSCRIBE:
    case GROUP_SETTLED:
    case GROUP_COUNT:
        return;
    }
    g_assert_not_reached ();
}

static void
count_term (Walk *walk, const Term *term, size_t start)
{
    WordCount *count = &walk->counts[term->language];

    count_place (walk, count, term, start);
    if (walk->seen[term->number])
        return;
    walk->seen[term->number] = true;
    count->count[term->group]++;
    count->opening[term->group] += start < OPENING;
    count->by_purpose[term->purpose]++;
    if (!count->first[term->group])
        count->first[term->group] = term->written;
}

static bool
ends_word (Walk *walk, const Term *term, size_t start)
{
    size_t end = start + term->length;

    if (term->substring)
        return !term->edge || is_at_edge (walk, start, end);
    return term->prefix || !is_letter_at (walk->text + end);
}

/* All terms that stand at this place: the range that has the letters so far narrows with each. */
static void
count_at (Walk *walk, const Index *index, size_t start)
{
    const char *at = walk->text + start;
    unsigned low = index->begin[term_first_two (at)],
             high = index->begin[term_first_two (at) + 1];
    const Term *const *terms = (const Term *const *)index->terms->pdata;

    for (size_t depth = 2; low < high; depth++) {
        for (; low < high && terms[low]->length == depth; low++)
            if (ends_word (walk, terms[low], start))
                count_term (walk, terms[low], start);
        unsigned char next = (unsigned char)at[depth];
        while (low < high && (unsigned char)terms[low]->text[depth] < next)
            low++;
        while (low < high && (unsigned char)terms[high - 1]->text[depth] > next)
            high--;
        if (!next)
            return;
    }
}

/* Two bytes, and then four, tell of most places that no term begins there. */
static bool
may_begin (const Index *index, const char *at, size_t left)
{
    unsigned key = term_first_two (at);

    return index->begin[key] < index->begin[key + 1] &&
           (index->brief[key] || left < sizeof (guint32) || index->fours[term_first_four (at)]);
}

/* Takes folded, and gives the counts by language. Caller frees. */
static WordCount *
count_languages (const Words *words, char *folded, const Index *starts, const Index *anywhere)
{
    g_autofree char *text = folded;
    g_autofree bool *seen = g_new0 (bool, words->numbers + 1);
    Walk walk = { .words = words,
                  .text = text,
                  .length = strlen (text),
                  .seen = seen,
                  .counts = g_new0 (WordCount, words->languages->len + 1) };

    for (const char *at = text; *at; at = g_utf8_next_char (at)) {
        size_t start = (size_t)(at - text);
        if (!is_letter_before (text, at) && may_begin (starts, at, walk.length - start))
            count_at (&walk, starts, start);
        if (may_begin (anywhere, at, walk.length - start))
            count_at (&walk, anywhere, start);
    }
    g_free (walk.breaks);
    return walk.counts;
}

static unsigned
sum_groups (const WordCount *count)
{
    unsigned sum = 0;

    for (WordGroup group = GROUP_PROMOTIONAL; group < GROUP_SETTLED; group++)
        sum += count->count[group];
    return sum;
}

WordCount
words_count (const Words *words, const char *text)
{
    g_autofree WordCount *counts =
        count_languages (words, fold_loose (text), words->words, words->substrings);
    WordCount best = { 0 };
    unsigned most = 0;

    for (unsigned i = 0; i < words->languages->len; i++) {
        unsigned hits = sum_groups (&counts[i]);
        if (hits <= most)
            continue;
        most = hits;
        best = counts[i];
        best.language = g_ptr_array_index (words->languages, i);
    }
    return best;
}

unsigned
words_promotional (const Words *words, const char *text, const char **ret_term)
{
    g_autofree WordCount *counts =
        count_languages (words, fold_case (text), words->offers, words->offer_substrings);
    unsigned most = 0;

    *ret_term = NULL;
    for (unsigned i = 0; i < words->languages->len; i++) {
        unsigned promotional = counts[i].count[GROUP_PROMOTIONAL];
        if (promotional <= most)
            continue;
        most = promotional;
        *ret_term = counts[i].first[GROUP_PROMOTIONAL];
    }
    return most;
}

const Cues *
words_cues (const Words *words)
{
    return words->cues;
}

bool
words_settled (const Words *words, const char *text)
{
    g_autofree WordCount *counts =
        count_languages (words, fold_case (text), words->words, words->substrings);

    for (unsigned i = 0; i < words->languages->len; i++)
        if (counts[i].count[GROUP_SETTLED] > 0 || counts[i].count[GROUP_UNSUBSCRIBE] > 0)
            return true;
    return false;
}
