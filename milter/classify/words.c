/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The vocabulary: terms by language in buckets by first byte, so that a text is walked once
 * whatever the number of terms. Each term counts once per text: a word said ten times is no
 * stronger evidence than one said twice.
 */

#include "words.h"

#include <string.h>

#include "licet/conffile.h"
#include "licet/error.h"
#include "licet/utf8.h"

typedef enum { TERM_PROMOTIONAL, TERM_TRANSACTIONAL, TERM_UNSUBSCRIBE, TERM_SETTLED } TermKind;

typedef struct {
    char *text; /* NFC, folded */
    size_t length;
    const char *written;
    unsigned language;
    unsigned number;
    TermKind kind;
    Purpose purpose;
    bool prefix;    /* any ending */
    bool substring; /* no word boundaries in this language */
} Term;

struct Words {
    GPtrArray *terms;           /* of Term */
    GPtrArray *languages;       /* of char * */
    GPtrArray *buckets[256];    /* of terms that begin a word */
    GPtrArray *substrings[256]; /* of terms that stand anywhere */
    bool begins[256][256];      /* whether a term has these two bytes first */
    Cues *cues;
    gatomicrefcount references;
};

static const char *const match_words[] = { "word", "substring", NULL };

static const ConfField word_fields[] = {
    { "language", CONF_STRING, true, 0, 0, NULL },
    { "provenance", CONF_STRING, true, 0, 0, NULL },
    { "match", CONF_STRING, false, 0, 0, match_words },
    { "promotional", CONF_STRINGS, true, 0, 0, NULL },
    { "transactional", CONF_GROUP, true, 0, 0, NULL },
    { "unsubscribe", CONF_STRINGS, false, 0, 0, NULL },
    { "blocks", CONF_GROUP, false, 0, 0, NULL },
    { "settled", CONF_STRINGS, false, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static const ConfField purpose_fields[] = {
    { "receipt", CONF_STRINGS, false, 0, 0, NULL },
    { "shipping", CONF_STRINGS, false, 0, 0, NULL },
    { "booking", CONF_STRINGS, false, 0, 0, NULL },
    { "account", CONF_STRINGS, false, 0, 0, NULL },
    { "security", CONF_STRINGS, false, 0, 0, NULL },
    { "support", CONF_STRINGS, false, 0, 0, NULL },
    { "billing", CONF_STRINGS, false, 0, 0, NULL },
    { "legal", CONF_STRINGS, false, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static void
term_free (Term *term)
{
    g_free (term->text);
    g_free (term);
}

static char *
fold (const char *text)
{
    if (g_str_is_ascii (text))
        return g_ascii_strdown (text, -1);
    g_autofree char *composed = utf8_normalise (text, G_NORMALIZE_NFC);

    return g_utf8_casefold (composed, -1);
}

static void
add_term (Words *words, const char *written, TermKind kind, Purpose purpose, bool substring)
{
    bool prefix = g_str_has_suffix (written, "*");
    g_autofree char *bare = g_strndup (written, strlen (written) - prefix);
    Term *term = g_new0 (Term, 1);

    term->text = fold (bare);
    term->length = strlen (term->text);
    term->written = g_intern_string (written);
    term->language = words->languages->len - 1;
    term->number = words->terms->len;
    term->kind = kind;
    term->purpose = purpose;
    term->prefix = prefix;
    term->substring = substring;
    g_ptr_array_add (words->terms, term);

    GPtrArray **buckets = substring ? words->substrings : words->buckets;
    GPtrArray **bucket = &buckets[(unsigned char)term->text[0]];
    if (!*bucket)
        *bucket = g_ptr_array_new ();
    g_ptr_array_add (*bucket, term);
    for (unsigned second = 0; second < 256; second++)
        if (term->length == 1 || second == (unsigned char)term->text[1])
            words->begins[(unsigned char)term->text[0]][second] = true;
}

static void
add_terms (Words *words, const ConfNode *group, const char *name, TermKind kind,
           Purpose purpose, bool substring)
{
    g_auto (GStrv) terms = conf_strings (group, name);

    for (char **term = terms; *term; term++)
        if (**term && strcmp (*term, "*") != 0)
            add_term (words, *term, kind, purpose, substring);
}

static void
read_language (Words *words, const ConfNode *root, GPtrArray *problems)
{
    if (!conf_check (root, word_fields, problems))
        return;
    const ConfNode *transactional = conf_child (root, "transactional");
    if (!conf_check (transactional, purpose_fields, problems))
        return;
    bool substring = strcmp (conf_string (root, "match", "word"), "substring") == 0;

    g_ptr_array_add (words->languages, g_strdup (conf_string (root, "language", "")));
    add_terms (words, root, "promotional", TERM_PROMOTIONAL, PURPOSE_NONE, substring);
    add_terms (words, root, "unsubscribe", TERM_UNSUBSCRIBE, PURPOSE_NONE, substring);
    add_terms (words, root, "settled", TERM_SETTLED, PURPOSE_NONE, substring);
    for (Purpose purpose = PURPOSE_RECEIPT; purpose <= PURPOSE_LEGAL; purpose++)
        add_terms (words, transactional, purpose_word (purpose), TERM_TRANSACTIONAL, purpose,
                   substring);
    cues_read (words->cues, root, substring, problems);
}

static Words *
words_new (void)
{
    Words *words = g_new0 (Words, 1);

    words->terms = g_ptr_array_new_with_free_func ((GDestroyNotify)term_free);
    words->languages = g_ptr_array_new_with_free_func (g_free);
    words->cues = cues_new ();
    g_atomic_ref_count_init (&words->references);
    return words;
}

Words *
words_load (const char *dir, GError **error)
{
    g_autoptr (Words) words = words_new ();
    g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);

    if (!g_file_test (dir, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&words);
    g_autoptr (GPtrArray) paths = conffile_list (dir, ".cfg", error);
    if (!paths)
        return NULL;
    for (unsigned i = 0; i < paths->len; i++) {
        g_autoptr (GError) cause = NULL;
        g_autoptr (Conffile) file = conffile_load (g_ptr_array_index (paths, i), &cause);
        if (file)
            read_language (words, conffile_root (file), problems);
        else
            g_ptr_array_add (problems, g_strdup (cause->message));
    }
    if (!conf_finish (problems, LICET_ERROR_POLICY, error))
        return NULL;
    return g_steal_pointer (&words);
}

Words *
words_ref (Words *words)
{
    g_atomic_ref_count_inc (&words->references);
    return words;
}

void
words_unref (Words *words)
{
    if (!words || !g_atomic_ref_count_dec (&words->references))
        return;
    for (unsigned i = 0; i < G_N_ELEMENTS (words->buckets); i++) {
        g_clear_pointer (&words->buckets[i], g_ptr_array_unref);
        g_clear_pointer (&words->substrings[i], g_ptr_array_unref);
    }
    g_ptr_array_unref (words->terms);
    g_ptr_array_unref (words->languages);
    cues_free (words->cues);
    g_free (words);
}

static bool
is_word_start (const char *text, const char *at)
{
    return at == text || !g_unichar_isalnum (g_utf8_get_char (g_utf8_prev_char (at)));
}

static bool
matches_at (const Term *term, const char *at)
{
    size_t same = 1; /* the bucket's byte; without a call, since hardly any goes on */

    while (same < term->length && at[same] == term->text[same])
        same++;
    if (same < term->length)
        return false;
    return term->substring || term->prefix ||
           !g_unichar_isalnum (g_utf8_get_char (at + term->length));
}

static void
count_term (WordCount *count, const Term *term)
{
    switch (term->kind) {
    case TERM_PROMOTIONAL:
        count->promotional++;
        if (!count->promotional_term)
            count->promotional_term = term->written;
        return;
    case TERM_TRANSACTIONAL:
        count->transactional++;
        count->by_purpose[term->purpose]++;
        if (!count->transactional_term)
            count->transactional_term = term->written;
        return;
    case TERM_UNSUBSCRIBE:
        count->unsubscribe++;
        return;
    case TERM_SETTLED:
        count->settled++;
        return;
    }
    g_assert_not_reached ();
}

static WordCount
best_language (const Words *words, const WordCount counts[])
{
    WordCount best = { 0 };
    unsigned most = 0;

    for (unsigned i = 0; i < words->languages->len; i++) {
        unsigned hits = counts[i].promotional + counts[i].transactional + counts[i].unsubscribe;
        if (hits <= most)
            continue;
        most = hits;
        best = counts[i];
        best.language = g_ptr_array_index (words->languages, i);
    }
    return best;
}

static void
count_bucket (const GPtrArray *bucket, const char *at, bool *seen, WordCount *counts)
{
    for (unsigned i = 0; bucket && i < bucket->len; i++) {
        const Term *term = g_ptr_array_index (bucket, i);
        if (seen[term->number] || !matches_at (term, at))
            continue;
        seen[term->number] = true;
        count_term (&counts[term->language], term);
    }
}

/* By language. Two bytes tell of most places that no term begins there. Caller frees. */
static WordCount *
count_languages (const Words *words, const char *text)
{
    g_autofree char *folded = fold (text);
    g_autofree bool *seen = g_new0 (bool, words->terms->len + 1);
    WordCount *counts = g_new0 (WordCount, words->languages->len + 1);

    for (const char *at = folded; *at; at = g_utf8_next_char (at)) {
        unsigned char first = (unsigned char)at[0], second = (unsigned char)at[1];
        if (!words->begins[first][second])
            continue;
        if (words->buckets[first] && is_word_start (folded, at))
            count_bucket (words->buckets[first], at, seen, counts);
        count_bucket (words->substrings[first], at, seen, counts);
    }
    return counts;
}

WordCount
words_count (const Words *words, const char *text)
{
    g_autofree WordCount *counts = count_languages (words, text);

    return best_language (words, counts);
}

unsigned
words_promotional (const Words *words, const char *text, const char **ret_term)
{
    g_autofree WordCount *counts = count_languages (words, text);
    unsigned most = 0;

    *ret_term = NULL;
    for (unsigned i = 0; i < words->languages->len; i++) {
        if (counts[i].promotional <= most)
            continue;
        most = counts[i].promotional;
        *ret_term = counts[i].promotional_term;
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
    g_autofree WordCount *counts = count_languages (words, text);

    for (unsigned i = 0; i < words->languages->len; i++)
        if (counts[i].settled > 0 || counts[i].unsubscribe > 0)
            return true;
    return false;
}
