/* SPDX-License-Identifier: BSD-2-Clause */

/* The terms of all languages in one tree, so that a text is walked once. */

#include "cues.h"

#include <string.h>

#include "licet/utf8.h"

#include "fold.h"
#include "trie.h"

/* A shorter term is not told from others. */
enum { LEAST_BYTES = 3 };

enum { LANGUAGES = 32 };

/* A language is spoken when it has this part of the hits of the most frequent one. */
enum { SPOKEN_PART = 3 };

/* "Order no. (see above): 4711" has this much between the word and its number. */
enum { NUMBER_REACH = 28, NUMBER_DIGITS = 3 };

typedef struct {
    TrieKey key;
    Cue cue;
    guint32 language; /* one bit */
    bool prefix;      /* any ending */
    bool substring;   /* no word boundaries in this language */
    bool phrase;      /* more than a word */
} Term;

struct Cues {
    GPtrArray *terms; /* of Term */
    unsigned languages;
    Trie *words;      /* of terms that begin a word */
    Trie *substrings; /* of terms that stand anywhere */
};

static const char *const names[CUE_KINDS] = {
    [CUE_RECOMMENDATION] = "recommendation",
    [CUE_COUPON] = "coupon",
    [CUE_OFFER] = "offer",
    [CUE_NEXT] = "next",
    [CUE_REFERRAL] = "referral",
    [CUE_APP] = "app",
    [CUE_SOCIAL] = "social",
    [CUE_SURVEY] = "survey",
    [CUE_NEWSLETTER] = "newsletter",
    [CUE_LOYALTY] = "loyalty",
    [CUE_WINBACK] = "winback",
    [CUE_URGENCY] = "urgency",
    [CUE_ACTION] = "action",
    [CUE_MORE] = "more",
    [CUE_TERMS] = "terms",
    [CUE_OCCASION] = "occasion",
    [CUE_LURE] = "lure",
    [CUE_ORDER] = "order",
    [CUE_AMOUNT] = "amount",
    [CUE_DELIVERY] = "delivery",
    [CUE_BOOKING] = "booking",
    [CUE_ACCESS] = "access",
    [CUE_LEGAL] = "legal",
    [CUE_HELP] = "help",
    [CUE_DUTY] = "duty",
};

static void
term_free (Term *term)
{
    g_free (term->key.text);
    g_free (term);
}

Cues *
cues_new (void)
{
    Cues *cues = g_new0 (Cues, 1);

    cues->terms = g_ptr_array_new_with_free_func ((GDestroyNotify)term_free);
    return cues;
}

void
cues_free (Cues *cues)
{
    if (!cues)
        return;
    trie_free (cues->words);
    trie_free (cues->substrings);
    g_ptr_array_unref (cues->terms);
    g_free (cues);
}

/* False when the term is too short to be told from others. */
static bool
add_term (Cues *cues, const char *written, Cue cue, bool substring)
{
    bool prefix = g_str_has_suffix (written, "*");
    g_autofree char *bare = g_strndup (written, strlen (written) - prefix);
    g_autofree char *folded = fold_open (bare);

    if (strlen (folded) < LEAST_BYTES)
        return false;
    Term *term = g_new0 (Term, 1);
    term->key.length = strlen (folded);
    term->key.text = g_steal_pointer (&folded);
    term->cue = cue;
    term->language = (guint32)1 << (cues->languages % LANGUAGES);
    term->prefix = prefix;
    term->substring = substring;
    term->phrase = substring || strchr (written, ' ');
    g_ptr_array_add (cues->terms, term);
    return true;
}

void
cues_read (Cues *cues, const ConfNode *root, bool substring, GPtrArray *problems)
{
    const ConfNode *group = conf_child (root, "blocks");
    ConfField fields[CUE_KINDS + 1] = { 0 };

    for (Cue cue = 0; cue < CUE_KINDS; cue++)
        fields[cue] = (ConfField){ names[cue], CONF_STRINGS, false, 0, 0, NULL };
    if (!group || !conf_check (group, fields, problems))
        return;
    cues->languages++;
    for (Cue cue = 0; cue < CUE_KINDS; cue++) {
        g_auto (GStrv) terms = conf_strings (group, names[cue]);
        for (unsigned i = 0; terms[i]; i++)
            if (!add_term (cues, terms[i], cue, substring))
                conf_problem (problems, conf_item (conf_child (group, names[cue]), i),
                              "%s \"%s\" is too short; right would be a word of three letters",
                              names[cue], terms[i]);
    }
}

static Trie *
make_trie (const Cues *cues, bool substring)
{
    GPtrArray *wanted = g_ptr_array_new ();

    for (unsigned i = 0; i < cues->terms->len; i++) {
        Term *term = g_ptr_array_index (cues->terms, i);
        if (term->substring == substring)
            g_ptr_array_add (wanted, term);
    }
    return trie_new (wanted);
}

void
cues_sort (Cues *cues)
{
    cues->words = make_trie (cues, false);
    cues->substrings = make_trie (cues, true);
}

static bool
is_in_word (const char *at)
{
    return (guchar)*at < 0x80 ? g_ascii_isalnum (*at)
                              : g_unichar_isalnum (g_utf8_get_char (at));
}

static bool
ends_word (const Term *term, const char *end)
{
    return term->substring || term->prefix || !is_in_word (end);
}

/* Whether a number that is no percentage stands behind a word. A sentence's end ends the search. */
static bool
has_number_behind (const char *at)
{
    unsigned digits = 0;

    for (unsigned i = 0; i < NUMBER_REACH + digits && at[i]; i++) {
        if (g_ascii_isdigit (at[i])) {
            digits++;
        } else if (digits >= NUMBER_DIGITS) {
            return at[i] != '%';
        } else if (digits > 0 && !strchr ("-./ ", at[i])) {
            digits = 0;
        } else if (strchr ("!?", at[i])) {
            return false;
        }
    }
    return digits >= NUMBER_DIGITS;
}

static void
note_hit (const Term *term, const char *at, CueHits *hits)
{
    hits->languages |= term->language;
    hits->found[term->cue] |= term->language;
    if (term->phrase && term->cue < CUE_FIRST_SOFT)
        hits->phrases |= term->language;
    if (has_number_behind (at + term->key.length))
        hits->numbered[term->cue] |= term->language;
}

typedef struct {
    const char *at;
    CueHits *hits;
} Place;

static void
see_term (const TrieKey *key, gpointer data)
{
    const Term *term = (const Term *)key;
    const Place *place = data;

    if (ends_word (term, place->at + key->length))
        note_hit (term, place->at, place->hits);
}

static void
look_for_all (const Trie *terms, const char *at, CueHits *hits)
{
    Place place = { at, hits };

    trie_find (terms, at, see_term, &place);
}

/* Most bytes begin no term, and at most places none does. */
static bool
may_begin (const Trie *terms, const char *at, const char *end)
{
    return terms->first[(guchar)*at] && trie_may_begin (terms, at, (size_t)(end - at));
}

/* Within a word of ASCII only terms that stand anywhere can begin. */
static const char *
skip_word (const Cues *cues, const char *at, const char *end)
{
    const Trie *anywhere = cues->substrings;

    while (at < end && (anywhere->within[(guchar)*at] ||
                        (g_ascii_isalnum (*at) && !pairs_have (&anywhere->pairs, at))))
        at++;
    return at;
}

void
cues_find (const Cues *cues, const char *folded, CueHits *hits)
{
    const char *end = folded + strlen (folded);
    bool inside = false; /* of a word */

    memset (hits, 0, sizeof *hits);
    for (const char *at = folded; end - at >= LEAST_BYTES;) {
        if (may_begin (cues->words, at, end) && (!inside || !is_in_word (at)))
            look_for_all (cues->words, at, hits);
        if (may_begin (cues->substrings, at, end))
            look_for_all (cues->substrings, at, hits);
        inside = is_in_word (at);
        at = g_utf8_next_char (at);
        if (inside)
            at = skip_word (cues, at, end);
    }
}

static void
count_languages (const CueHits *hits, Cue first, Cue end, unsigned counts[])
{
    for (Cue cue = first; hits->languages && cue < end; cue++)
        for (guint32 found = hits->found[cue]; found; found &= found - 1)
            counts[__builtin_ctz (found)]++;
}

/* Soft words are common ones, and tell the language only where nothing else does. */
guint32
cues_languages (const CueHits *hits, unsigned count)
{
    unsigned counts[LANGUAGES] = { 0 }, most = 0, told = 0;
    guint32 spoken = 0;

    for (unsigned i = 0; i < count; i++) {
        count_languages (&hits[i], 0, CUE_FIRST_SOFT, counts);
        count_languages (&hits[i], CUE_FIRST_PROTECTED, CUE_KINDS, counts);
    }
    for (unsigned n = 0; n < LANGUAGES; n++)
        told += counts[n];
    for (unsigned i = 0; told == 0 && i < count; i++)
        count_languages (&hits[i], CUE_FIRST_SOFT, CUE_FIRST_PROTECTED, counts);
    for (unsigned n = 0; n < LANGUAGES; n++)
        most = MAX (most, counts[n]);
    for (unsigned n = 0; n < LANGUAGES; n++)
        if (counts[n] > 0 && SPOKEN_PART * counts[n] >= most)
            spoken |= (guint32)1 << n;
    return spoken;
}
