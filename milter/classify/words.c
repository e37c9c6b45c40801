/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The vocabulary: terms of all languages in one sorted array, so that a text is walked once whatever
 * their number. Each term counts once per text: a word said ten times is no stronger evidence than
 * one said twice.
 */

#include "words.h"

#include <string.h>
#include <unitypes.h>
#include <uniwbrk.h>

#include "licet/conffile.h"
#include "licet/error.h"

#include "fold.h"

/* OPENING: bytes that count as the first lines. NEAR: how far from its name a number stands. */
enum { OPENING = 500, NEAR = 40, SHORT_TERM = 2, FOURS = 1 << 15 };

/* Each is found as it is written and as fold_loose makes it. */
typedef struct {
    char *text;
    size_t length;
    const char *written;
    unsigned language;
    unsigned number; /* the same for both spellings */
    WordGroup group;
    Purpose purpose;
    bool prefix;    /* any ending */
    bool substring; /* of a script that puts no blanks between words */
    bool edge;      /* stands at the beginning or end of a word, being short */
} Term;

typedef struct {
    GPtrArray *terms;              /* of Term, sorted by text */
    unsigned begin[256 * 256 + 1]; /* by first two bytes */
    bool brief[256 * 256]; /* whether one of less than four bytes begins with these two */
    bool fours[FOURS];     /* by hash of four bytes: whether a longer one begins so */
} Index;

struct Words {
    GPtrArray *terms;     /* of Term; owns them */
    GPtrArray *languages; /* of char * */
    unsigned numbers;
    Index *words;                     /* that begin a word */
    Index *substrings;                /* that stand anywhere */
    Index *offers, *offer_substrings; /* of these the promotional ones */
    gatomicrefcount references;
};

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
    { "personal", GROUP_PERSONAL },
    { "view", GROUP_VIEW },
    { "unsubscribe", GROUP_UNSUBSCRIBE },
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
    { "personal", CONF_STRINGS, false, 0, 0, NULL },
    { "view", CONF_STRINGS, false, 0, 0, NULL },
    { "unsubscribe", CONF_STRINGS, false, 0, 0, NULL },
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

static void
index_free (Index *index)
{
    if (!index)
        return;
    g_ptr_array_unref (index->terms);
    g_free (index);
}

static void
add_spelling (Words *words, const Term *term, char *text)
{
    Term *spelling = g_new0 (Term, 1);

    *spelling = *term;
    spelling->text = text;
    spelling->length = strlen (text);
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
    Term term = { .written = g_intern_string (written),
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
}

static int
compare_terms (gconstpointer a, gconstpointer b)
{
    const Term *first = *(const Term *const *)a, *second = *(const Term *const *)b;
    int order = strcmp (first->text, second->text);

    return order ? order : (first->number > second->number) - (first->number < second->number);
}

static unsigned
first_bytes (const char *text)
{
    return (unsigned)(unsigned char)text[0] << 8 | (unsigned char)text[1];
}

static unsigned
first_four (const char *text)
{
    guint32 bytes;

    memcpy (&bytes, text, sizeof bytes);
    return (bytes * 2654435761u) >> 17;
}

static void
fill_index (Index *index)
{
    unsigned at = 0;

    for (unsigned i = 0; i < index->terms->len; i++) {
        const Term *term = index->terms->pdata[i];
        if (term->length < sizeof (guint32))
            index->brief[first_bytes (term->text)] = true;
        else
            index->fours[first_four (term->text)] = true;
    }
    for (unsigned key = 0; key < G_N_ELEMENTS (index->begin); key++) {
        while (at < index->terms->len &&
               first_bytes (((const Term *)index->terms->pdata[at])->text) < key)
            at++;
        index->begin[key] = at;
    }
}

static Index *
index_new (const GPtrArray *terms, bool substring, bool offers)
{
    Index *index = g_new0 (Index, 1);

    index->terms = g_ptr_array_new ();
    for (unsigned i = 0; i < terms->len; i++) {
        Term *term = terms->pdata[i];
        if (term->substring == substring && term->length > 1 &&
            (!offers || term->group == GROUP_PROMOTIONAL))
            g_ptr_array_add (index->terms, term);
    }
    g_ptr_array_sort (index->terms, compare_terms);
    fill_index (index);
    return index;
}

static Words *
words_new (void)
{
    Words *words = g_new0 (Words, 1);

    words->terms = g_ptr_array_new_with_free_func ((GDestroyNotify)term_free);
    words->languages = g_ptr_array_new_with_free_func (g_free);
    g_atomic_ref_count_init (&words->references);
    return words;
}

static Words *
sort_terms (Words *words)
{
    words->words = index_new (words->terms, false, false);
    words->substrings = index_new (words->terms, true, false);
    words->offers = index_new (words->terms, false, true);
    words->offer_substrings = index_new (words->terms, true, true);
    return words;
}

Words *
words_load (const char *dir, GError **error)
{
    g_autoptr (Words) words = words_new ();
    g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);

    if (!g_file_test (dir, G_FILE_TEST_EXISTS))
        return sort_terms (g_steal_pointer (&words));
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
    index_free (words->words);
    index_free (words->substrings);
    index_free (words->offers);
    index_free (words->offer_substrings);
    g_ptr_array_unref (words->terms);
    g_ptr_array_unref (words->languages);
    g_free (words);
}

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

/* Whether `least` digits and more stand together close after `at`. */
static bool
number_follows (const char *at, unsigned least)
{
    unsigned digits = 0;

    for (unsigned i = 0; i < NEAR && at[i]; i++) {
        digits = g_ascii_isdigit (at[i]) ? digits + 1 : 0;
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
    case GROUP_TOTAL:
        count->numbered[term->group] +=
            number_follows (after, term->group == GROUP_TOTAL ? 2 : 3);
        return;
    case GROUP_SECRET:
        count->numbered[term->group] += number_follows (after, 4);
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
    case GROUP_PERSONAL:
    case GROUP_VIEW:
    case GROUP_UNSUBSCRIBE:
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
    unsigned low = index->begin[first_bytes (at)], high = index->begin[first_bytes (at) + 1];
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
    unsigned key = first_bytes (at);

    return index->begin[key] < index->begin[key + 1] &&
           (index->brief[key] || left < sizeof (guint32) || index->fours[first_four (at)]);
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

    for (WordGroup group = GROUP_PROMOTIONAL; group < GROUP_COUNT; group++)
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
