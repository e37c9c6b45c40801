/* SPDX-License-Identifier: BSD-2-Clause */

/* The vocabulary from its files: terms of all languages in one tree. */

#include "vocabulary.h"

#include "licet/conffile.h"
#include "licet/error.h"

#include "fold.h"

enum { SHORT_TERM = 2 };

static const char *const match_words[] = { "word", "substring", NULL };

static const struct {
    const char *name;
    WordGroup group;
} lists[] = {
    { "promotional", GROUP_PROMOTIONAL },
    { "coupon", GROUP_COUPON },
    { "calls", GROUP_CALLS },
    { "news", GROUP_NEWS },
    { "urgency", GROUP_URGENCY },
    { "status", GROUP_STATUS },
    { "automatic", GROUP_AUTOMATIC },
    { "reference", GROUP_REFERENCE },
    { "total", GROUP_TOTAL },
    { "secret", GROUP_SECRET },
    { "task", GROUP_TASK },
    { "formal", GROUP_FORMAL },
    { "personal", GROUP_PERSONAL },
    { "view", GROUP_VIEW },
    { "unsubscribe", GROUP_UNSUBSCRIBE },
    { "settled", GROUP_SETTLED },
};

static const ConfField word_fields[] = {
    { "language", CONF_STRING, true, 0, 0, NULL },
    { "provenance", CONF_STRING, true, 0, 0, NULL },
    { "match", CONF_STRING, false, 0, 0, match_words },
    { "promotional", CONF_STRINGS, true, 0, 0, NULL },
    { "transactional", CONF_GROUP, true, 0, 0, NULL },
    { "coupon", CONF_STRINGS, false, 0, 0, NULL },
    { "calls", CONF_STRINGS, false, 0, 0, NULL },
    { "news", CONF_STRINGS, false, 0, 0, NULL },
    { "urgency", CONF_STRINGS, false, 0, 0, NULL },
    { "status", CONF_STRINGS, false, 0, 0, NULL },
    { "automatic", CONF_STRINGS, false, 0, 0, NULL },
    { "reference", CONF_STRINGS, false, 0, 0, NULL },
    { "total", CONF_STRINGS, false, 0, 0, NULL },
    { "secret", CONF_STRINGS, false, 0, 0, NULL },
    { "task", CONF_STRINGS, false, 0, 0, NULL },
    { "formal", CONF_STRINGS, false, 0, 0, NULL },
    { "personal", CONF_STRINGS, false, 0, 0, NULL },
    { "view", CONF_STRINGS, false, 0, 0, NULL },
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
    g_free (term->key.text);
    g_free (term);
}

static void
add_spelling (Words *words, const Term *term, char *text)
{
    Term *spelling = g_new0 (Term, 1);

    *spelling = *term;
    spelling->key = (TrieKey){ text, strlen (text) };
    g_ptr_array_add (words->terms, spelling);
}

/* Latin words stand between blanks in texts of these languages too. */
static bool
is_unspaced (const char *text)
{
    return g_utf8_get_char (text) >= 0xe00;
}

static void
add_term (Words *words, const char *written, WordGroup group, Purpose purpose, bool substring)
{
    bool prefix = g_str_has_suffix (written, "*");
    g_autofree char *bare = g_strndup (written, strlen (written) - prefix);
    char *exact = fold_case (bare);
    g_autofree char *loose = fold_loose (bare);
    Term term = { .written = g_string_chunk_insert_const (words->written, written),
                  .language = words->languages->len - 1,
                  .number = words->numbers++,
                  .group = group,
                  .purpose = purpose,
                  .prefix = prefix,
                  .substring = substring && is_unspaced (exact) };

    term.edge = term.substring && g_utf8_strlen (exact, -1) <= SHORT_TERM;
    add_spelling (words, &term, exact);
    if (strcmp (loose, exact) != 0)
        add_spelling (words, &term, g_steal_pointer (&loose));
}

static void
add_terms (Words *words, const ConfNode *group, const char *name, WordGroup kind,
           Purpose purpose, bool substring)
{
    g_auto (GStrv) terms = conf_strings (group, name);

    /* A single letter is a word of no language that says anything. */
    for (char **term = terms; terms && *term; term++)
        if (strlen (*term) > 1)
            add_term (words, *term, kind, purpose, substring);
}

/* What some parts of a page are for is also what a whole mail can be for. */
static void
add_part_terms (Words *words, const ConfNode *blocks, bool substring)
{
    static const char *const rewards[] = { "next", "referral", "loyalty", "winback" };

    if (!blocks)
        return;
    add_terms (words, blocks, "survey", GROUP_SURVEY, PURPOSE_NONE, substring);
    for (unsigned i = 0; i < G_N_ELEMENTS (rewards); i++)
        add_terms (words, blocks, rewards[i], GROUP_REWARD, PURPOSE_NONE, substring);
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
    for (unsigned i = 0; i < G_N_ELEMENTS (lists); i++)
        add_terms (words, root, lists[i].name, lists[i].group, PURPOSE_NONE, substring);
    for (Purpose purpose = PURPOSE_RECEIPT; purpose <= PURPOSE_LEGAL; purpose++)
        add_terms (words, transactional, purpose_word (purpose), GROUP_TRANSACTIONAL, purpose,
                   substring);
    add_part_terms (words, conf_child (root, "blocks"), substring);
    cues_read (words->cues, root, substring, problems);
}

static bool
is_any (const Term *term)
{
    return term->key.length > 1;
}

static bool
is_offer (const Term *term)
{
    return term->group == GROUP_PROMOTIONAL;
}

static bool
is_settled (const Term *term)
{
    return term->group == GROUP_SETTLED || term->group == GROUP_UNSUBSCRIBE;
}

static Trie *
make_trie (const GPtrArray *terms, bool substring, bool (*is_wanted) (const Term *term))
{
    GPtrArray *wanted = g_ptr_array_new ();

    for (unsigned i = 0; i < terms->len; i++) {
        Term *term = terms->pdata[i];
        if (term->substring == substring && is_any (term) && is_wanted (term))
            g_ptr_array_add (wanted, term);
    }
    return trie_new (wanted);
}

static Words *
words_new (void)
{
    Words *words = g_new0 (Words, 1);

    words->terms = g_ptr_array_new_with_free_func ((GDestroyNotify)term_free);
    words->languages = g_ptr_array_new_with_free_func (g_free);
    words->written = g_string_chunk_new (4096);
    words->cues = cues_new ();
    words->wording = wording_new ();
    g_atomic_ref_count_init (&words->references);
    return words;
}

static Words *
sort_terms (Words *words)
{
    words->words = make_trie (words->terms, false, is_any);
    words->substrings = make_trie (words->terms, true, is_any);
    words->offers = make_trie (words->terms, false, is_offer);
    words->offer_substrings = make_trie (words->terms, true, is_offer);
    words->settled = make_trie (words->terms, false, is_settled);
    words->settled_substrings = make_trie (words->terms, true, is_settled);
    cues_sort (words->cues);
    wording_sort (words->wording);
    return words;
}

static void
read_passages (Words *words, const ConfNode *root, GPtrArray *problems)
{
    wording_read (words->wording, root, problems);
}

static bool
read_files (Words *words, const char *dir,
            void (*read) (Words *words, const ConfNode *root, GPtrArray *problems),
            GPtrArray *problems, GError **error)
{
    if (!g_file_test (dir, G_FILE_TEST_EXISTS))
        return true;
    g_autoptr (GPtrArray) paths = conffile_list (dir, ".cfg", error);

    for (unsigned i = 0; paths && i < paths->len; i++) {
        g_autoptr (GError) cause = NULL;
        g_autoptr (Conffile) file = conffile_load (g_ptr_array_index (paths, i), &cause);
        if (file)
            read (words, conffile_root (file), problems);
        else
            g_ptr_array_add (problems, g_strdup (cause->message));
    }
    return paths != NULL;
}

Words *
words_load (const char *dir, GError **error)
{
    g_autoptr (Words) words = words_new ();
    g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
    g_autofree char *passages = g_build_filename (dir, "passages", NULL);

    if (!read_files (words, dir, read_language, problems, error) ||
        !read_files (words, passages, read_passages, problems, error) ||
        !conf_finish (problems, LICET_ERROR_POLICY, error))
        return NULL;
    return sort_terms (g_steal_pointer (&words));
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
    trie_free (words->words);
    trie_free (words->substrings);
    trie_free (words->offers);
    trie_free (words->offer_substrings);
    trie_free (words->settled);
    trie_free (words->settled_substrings);
    g_ptr_array_unref (words->terms);
    g_ptr_array_unref (words->languages);
    g_string_chunk_free (words->written);
    cues_free (words->cues);
    wording_free (words->wording);
    g_free (words);
}
