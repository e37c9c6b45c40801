/* SPDX-License-Identifier: BSD-2-Clause */

/* Terms in buckets by their first letters, so that a text is walked once for all languages. */

#include "cues.h"

#include <string.h>

#include "licet/utf8.h"

#include "fold.h"
#include "pairs.h"

/* Two bytes begin most letters of a script; three tell the terms apart. */
enum { BUCKETS = 4096, KEY_BYTES = 3 };

enum { LANGUAGES = 32 };

/* A language is spoken when it has this part of the hits of the most frequent one. */
enum { SPOKEN_PART = 3 };

/* "Order no. (see above): 4711" has this much between the word and its number. */
enum { NUMBER_REACH = 28, NUMBER_DIGITS = 3 };

typedef struct {
    char *text;
    size_t length;
    Cue cue;
    guint32 language; /* one bit */
    bool prefix;      /* any ending */
    bool substring;   /* no word boundaries in this language */
    bool phrase;      /* more than a word */
} Term;

struct Cues {
    GPtrArray *terms; /* of Term */
    unsigned languages;
    GPtrArray *words[BUCKETS];       /* of terms that begin a word */
    GPtrArray *substrings[BUCKETS];  /* of terms that stand anywhere */
    PairSet begins, begins_anywhere; /* the first two bytes of either */
    bool anywhere[256];              /* the first byte of those that stand anywhere */
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
    g_free (term->text);
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
    for (unsigned i = 0; i < BUCKETS; i++) {
        g_clear_pointer (&cues->words[i], g_ptr_array_unref);
        g_clear_pointer (&cues->substrings[i], g_ptr_array_unref);
    }
    g_ptr_array_unref (cues->terms);
    g_free (cues);
}

static unsigned
bucket_of (const char *text)
{
    const unsigned char *bytes = (const unsigned char *)text;

    return (bytes[0] * 289u + bytes[1] * 17u + bytes[2]) % BUCKETS;
}

/* False when the term is too short to be told from others. */
static bool
add_term (Cues *cues, const char *written, Cue cue, bool substring)
{
    bool prefix = g_str_has_suffix (written, "*");
    g_autofree char *bare = g_strndup (written, strlen (written) - prefix);
    g_autofree char *folded = fold_open (bare);

    if (strlen (folded) < KEY_BYTES)
        return false;
    Term *term = g_new0 (Term, 1);
    term->length = strlen (folded);
    term->text = g_steal_pointer (&folded);
    term->cue = cue;
    term->language = (guint32)1 << (cues->languages % LANGUAGES);
    term->prefix = prefix;
    term->substring = substring;
    term->phrase = substring || strchr (written, ' ');
    g_ptr_array_add (cues->terms, term);
    GPtrArray **buckets = substring ? cues->substrings : cues->words;
    GPtrArray **bucket = &buckets[bucket_of (term->text)];
    if (!*bucket)
        *bucket = g_ptr_array_new ();
    g_ptr_array_add (*bucket, term);
    pairs_add (substring ? &cues->begins_anywhere : &cues->begins, term->text);
    if (substring)
        cues->anywhere[(guchar)*term->text] = true;
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

static bool
is_in_word (gunichar letter)
{
    return letter < 0x80 ? g_ascii_isalnum ((char)letter) : g_unichar_isalnum (letter);
}

static bool
ends_word (const Term *term, const char *end)
{
    return term->substring || term->prefix || !g_unichar_isalnum (g_utf8_get_char (end));
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
    hits->found[term->cue] |= term->language;
    if (term->phrase && term->cue < CUE_FIRST_PROTECTED)
        hits->phrases |= term->language;
    if (has_number_behind (at + term->length))
        hits->numbered[term->cue] |= term->language;
}

/* Most terms of a bucket differ in the next letter, before a call would pay. */
static bool
begins_with (const char *at, const char *term)
{
    while (*term && *at == *term) {
        at++;
        term++;
    }
    return !*term;
}

static void
search_bucket (const GPtrArray *bucket, const char *at, CueHits *hits)
{
    for (unsigned i = 0; bucket && i < bucket->len; i++) {
        const Term *term = g_ptr_array_index (bucket, i);
        if (begins_with (at, term->text) && ends_word (term, at + term->length))
            note_hit (term, at, hits);
    }
}

/* Within a word of ASCII only terms that stand anywhere can begin. */
static const char *
skip_word (const Cues *cues, const char *at, const char *end)
{
    while (at < end && g_ascii_isalnum (*at) &&
           (!cues->anywhere[(guchar)*at] || !pairs_have (&cues->begins_anywhere, at)))
        at++;
    return at;
}

void
cues_find (const Cues *cues, const char *folded, CueHits *hits)
{
    const char *end = folded + strlen (folded);
    bool inside = false; /* of a word */

    memset (hits, 0, sizeof *hits);
    for (const char *at = folded; end - at >= KEY_BYTES;) {
        if (!inside && pairs_have (&cues->begins, at))
            search_bucket (cues->words[bucket_of (at)], at, hits);
        if (pairs_have (&cues->begins_anywhere, at))
            search_bucket (cues->substrings[bucket_of (at)], at, hits);
        inside = is_in_word (g_utf8_get_char (at));
        at = g_utf8_next_char (at);
        if (inside)
            at = skip_word (cues, at, end);
    }
}

guint32
cues_languages (const CueHits *hits, unsigned count)
{
    unsigned counts[LANGUAGES] = { 0 }, most = 0;
    guint32 spoken = 0;

    for (unsigned i = 0; i < count; i++)
        for (Cue cue = 0; cue < CUE_KINDS; cue++)
            for (unsigned n = 0; hits[i].found[cue] && n < LANGUAGES; n++)
                counts[n] += (hits[i].found[cue] >> n) & 1;
    for (unsigned n = 0; n < LANGUAGES; n++)
        most = MAX (most, counts[n]);
    for (unsigned n = 0; n < LANGUAGES; n++)
        if (counts[n] > 0 && SPOKEN_PART * counts[n] >= most)
            spoken |= (guint32)1 << n;
    return spoken;
}
