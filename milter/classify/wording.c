/* SPDX-License-Identifier: BSD-2-Clause */

/* The terms of all languages in one table; one with the same spelling in several follows the other. */

#include "wording.h"

#include <math.h>
#include <string.h>

#include "same.h"
#include "terms.h"

/* Terms of one text that are counted, and places for them to be found again: what has more is no passage. */
enum { MOST_TERMS = 512, MET_SLOTS = 2048 };

/* Each text is weighed in all of them. */
enum { MOST_LANGUAGES = 100 };

/* Words that are named, and tenths of log-odds that one worth a name adds. */
enum { MOST_NAMED = 3, LEAST_NAMED = 3 };

/* A language with fewer terms than this in a text is not known to be its language. */
enum { LEAST_TERMS = 3 };

/* A text is in another language than the rest when it has so many terms of that, and so many times those
 * that it has of the other: names and loan-words are of many. */
enum { LEAST_OTHER = 8, TIMES_OTHER = 2 };

typedef struct {
    guint64 hash;
    gint8 tenths; /* of log-odds */
    guint8 language;
} Entry;

/* Small, since a text asks for thousands: place and check together are some fifty bits of the hash. */
typedef struct {
    guint32 check; /* 0 when it is free */
    gint8 tenths;
    guint8 language;
} Slot;

struct Wording {
    GArray *entries;      /* of Entry */
    GPtrArray *languages; /* of char * */
    Slot *slots;          /* by hash; the next free one where it is taken */
    guint64 mask;
};

Wording *
wording_new (void)
{
    Wording *wording = g_new0 (Wording, 1);

    wording->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
    wording->languages = g_ptr_array_new_with_free_func (g_free);
    return wording;
}

void
wording_free (Wording *wording)
{
    if (!wording)
        return;
    g_array_unref (wording->entries);
    g_ptr_array_unref (wording->languages);
    g_free (wording->slots);
    g_free (wording);
}

/* They are many: a copy of each would be most of what loading costs. */
static void
read_terms (Wording *wording, const char *terms, gint8 tenths)
{
    guint8 language = (guint8)(wording->languages->len - 1);

    for (const char *at = terms; *at;) {
        const char *comma = strstr (at, ", ");
        size_t length = comma ? (size_t)(comma - at) : strlen (at);
        Entry entry = { passage_term_hash (at, length), tenths, language };
        g_array_append_val (wording->entries, entry);
        at += comma ? length + 2 : length;
    }
}

static void
read_group (Wording *wording, const ConfNode *group, GPtrArray *problems)
{
    static const ConfField fields[] = {
        { "weight", CONF_NUMBER, true, -12, 12, NULL },
        { "terms", CONF_STRING, true, 0, 0, NULL },
        { NULL, CONF_STRING, false, 0, 0, NULL },
    };

    if (conf_check (group, fields, problems))
        read_terms (wording, conf_string (group, "terms", ""),
                    (gint8)lround (10 * conf_number (group, "weight", 0)));
}

void
wording_read (Wording *wording, const ConfNode *root, GPtrArray *problems)
{
    static const ConfField fields[] = {
        { "language", CONF_STRING, true, 0, 0, NULL },
        { "trained", CONF_STRING, true, 0, 0, NULL },
        { "weights", CONF_GROUPS, true, 0, 0, NULL },
        { NULL, CONF_STRING, false, 0, 0, NULL },
    };

    if (!conf_check (root, fields, problems))
        return;
    const ConfNode *weights = conf_child (root, "weights");
    const char *language = conf_string (root, "language", "");
    if (wording->languages->len == MOST_LANGUAGES) {
        conf_problem (problems, root, "there are more than %d languages", MOST_LANGUAGES);
        return;
    }
    if (g_ptr_array_find_with_equal_func (wording->languages, language, g_str_equal, NULL)) {
        conf_problem (problems, root, "there is another file with language = \"%s\"", language);
        return;
    }
    g_ptr_array_add (wording->languages, g_strdup (language));
    for (unsigned i = 0; i < conf_count (weights); i++)
        read_group (wording, conf_item (weights, i), problems);
}

static guint32
check_of (guint64 hash)
{
    return (guint32)(hash >> 32) | 1;
}

void
wording_sort (Wording *wording)
{
    guint64 size = 16;

    while (size < 2 * (guint64)wording->entries->len)
        size *= 2;
    wording->mask = size - 1;
    wording->slots = g_new0 (Slot, size);
    for (unsigned i = 0; i < wording->entries->len; i++) {
        const Entry *entry = &g_array_index (wording->entries, Entry, i);
        guint64 at = entry->hash & wording->mask;
        while (wording->slots[at].check != 0)
            at = (at + 1) & wording->mask;
        wording->slots[at] = (Slot){ check_of (entry->hash), entry->tenths, entry->language };
    }
}

/* One text: the sums, in tenths, and numbers of its terms by language, and which terms it had. */
typedef struct {
    const Wording *wording;
    int *sums;
    guint16 *known;
    unsigned count;
    guint64 hashes[MOST_TERMS]; /* of its terms */
    guint16 places[MOST_TERMS]; /* of them in `met` */
    guint16 met[MET_SLOTS];     /* by hash: one more than the number of a term, or 0 */
} Reading;

static void
reading_init (Reading *reading, const Wording *wording)
{
    reading->wording = wording;
    reading->count = 0;
    memset (reading->met, 0, sizeof reading->met);
}

/* Whether a term was not met before; it is from then on. */
static bool
meet (Reading *reading, guint64 hash)
{
    unsigned at = (unsigned)(hash >> 20) % MET_SLOTS;

    for (; reading->met[at] != 0; at = (at + 1) % MET_SLOTS)
        if (reading->hashes[reading->met[at] - 1] == hash)
            return false;
    reading->hashes[reading->count] = hash;
    reading->places[reading->count++] = (guint16)at;
    reading->met[at] = (guint16)reading->count;
    return true;
}

static void
forget (Reading *reading)
{
    for (; reading->count > 0; reading->count--)
        reading->met[reading->places[reading->count - 1]] = 0;
}

static void
weigh_term (const PassageTerm *term, gpointer data)
{
    Reading *reading = data;
    const Wording *wording = reading->wording;
    guint32 check = check_of (term->hash);
    guint64 at = term->hash & wording->mask;

    while (wording->slots[at].check != 0 && wording->slots[at].check != check)
        at = (at + 1) & wording->mask;
    if (wording->slots[at].check == 0 || reading->count == MOST_TERMS ||
        !meet (reading, term->hash))
        return;
    for (; wording->slots[at].check != 0; at = (at + 1) & wording->mask) {
        const Slot *slot = &wording->slots[at];
        if (slot->check != check)
            continue;
        reading->sums[slot->language] += slot->tenths;
        reading->known[slot->language]++;
    }
}

static unsigned
most_known (const guint16 *known, unsigned languages)
{
    unsigned best = 0;

    for (unsigned i = 1; i < languages; i++)
        best = known[i] > known[best] ? i : best;
    return best;
}

static unsigned
most_known_of_all (const guint16 *known, unsigned languages, unsigned count)
{
    g_autofree unsigned *all = g_new0 (unsigned, languages);
    unsigned best = 0;

    for (unsigned i = 0; i < count; i++, known += languages)
        for (unsigned language = 0; language < languages; language++)
            all[language] += known[language];
    for (unsigned i = 1; i < languages; i++)
        best = all[i] > all[best] ? i : best;
    return all[best] >= LEAST_TERMS ? best : languages;
}

/* Into a row of sums and one of numbers for each text. */
static void
read_all (const Wording *wording, const char *const texts[], unsigned count, int *sums,
          guint16 *known)
{
    size_t languages = wording->languages->len;
    g_autofree unsigned *first = same_first (texts, count);
    Reading reading;

    reading_init (&reading, wording);
    for (unsigned i = 0; i < count; i++) {
        reading.sums = sums + i * languages;
        reading.known = known + i * languages;
        if (first[i] < i) {
            memcpy (reading.sums, sums + first[i] * languages, languages * sizeof *sums);
            memcpy (reading.known, known + first[i] * languages, languages * sizeof *known);
            continue;
        }
        forget (&reading);
        passage_terms_each (texts[i], weigh_term, &reading);
    }
}

double *
wording_weigh (const Wording *wording, const char *const texts[], unsigned count)
{
    unsigned languages = wording->languages->len;

    if (languages == 0)
        return NULL;
    g_autofree int *sums = g_new0 (int, (size_t)count *languages + 1);
    g_autofree guint16 *known = g_new0 (guint16, (size_t)count * languages + 1);
    read_all (wording, texts, count, sums, known);
    unsigned best = most_known_of_all (known, languages, count);
    double *result = g_new0 (double, count + 1);
    for (unsigned i = 0; best < languages && i < count; i++) {
        const guint16 *own = known + (size_t)i * languages;
        unsigned other = most_known (own, languages);
        bool foreign = own[other] >= LEAST_OTHER && own[other] >= TIMES_OTHER * own[best];
        result[i] = sums[(size_t)i * languages + (foreign ? other : best)] / 10.0;
    }
    return result;
}

/* A word that may be named, with all that its terms add, and where it stands: only for comparison, the
 * text is gone. It is spelled as the strongest term that the files have of it: the word itself may be
 * somebody's name, and goes into the log. */
typedef struct {
    char *spelling; /* NULL: nothing of it is known */
    guintptr start, end;
    int tenths, strongest;
} Named;

typedef struct {
    const Wording *wording;
    unsigned language;
    GArray *list; /* of Named */
} Naming;

static void
named_clear (gpointer data)
{
    g_free (((Named *)data)->spelling);
}

static unsigned
language_of (const Wording *wording, const char *text)
{
    unsigned languages = wording->languages->len;
    g_autofree int *sums = g_new0 (int, languages);
    g_autofree guint16 *known = g_new0 (guint16, languages);
    Reading reading = { .sums = sums, .known = known };

    reading_init (&reading, wording);
    passage_terms_each (text, weigh_term, &reading);
    return most_known (known, languages);
}

static gint8
tenths_of (const Wording *wording, guint64 hash, unsigned language)
{
    guint32 check = check_of (hash);

    for (guint64 at = hash & wording->mask; wording->slots[at].check != 0;
         at = (at + 1) & wording->mask)
        if (wording->slots[at].check == check && wording->slots[at].language == language)
            return wording->slots[at].tenths;
    return 0;
}

static void
add_term (Named *named, const PassageTerm *term, int tenths)
{
    named->tenths += tenths;
    if (tenths <= named->strongest)
        return;
    named->strongest = tenths;
    g_free (named->spelling);
    named->spelling = passage_term_spell (term);
}

/* Beginnings, parts and what a word is with the one before it follow the word itself. */
static void
note_term (const PassageTerm *term, gpointer data)
{
    Naming *naming = data;
    int tenths = tenths_of (naming->wording, term->hash, naming->language);
    guintptr start = (guintptr)term->at;
    Named *last = naming->list->len > 0
                      ? &g_array_index (naming->list, Named, naming->list->len - 1)
                      : NULL;
    bool word = term->place == TERM_WHOLE && term->before_length == 0;

    if (!word && last && start >= last->start && start < last->end) {
        add_term (last, term, tenths);
    } else if (word) {
        Named named = { .start = start, .end = start + term->length };
        add_term (&named, term, tenths);
        g_array_append_val (naming->list, named);
    }
}

static int
compare_named (const void *a, const void *b)
{
    const Named *first = a, *second = b;

    if (first->tenths != second->tenths)
        return second->tenths - first->tenths;
    if (first->start != second->start)
        return first->start < second->start ? -1 : 1;
    return g_strcmp0 (second->spelling, first->spelling);
}

/* Whether it stands where an earlier one does, or is the same. */
static bool
is_named (const GArray *list, unsigned i)
{
    const Named *named = &g_array_index (list, Named, i);

    for (unsigned k = 0; k < i; k++) {
        const Named *other = &g_array_index (list, Named, k);
        if (g_strcmp0 (other->spelling, named->spelling) == 0 ||
            (named->start < other->end && other->start < named->end))
            return true;
    }
    return false;
}

char *
wording_name (const Wording *wording, const char *text)
{
    g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (Named));
    g_autoptr (GString) names = g_string_new (NULL);

    if (wording->languages->len == 0)
        return NULL;
    Naming naming = { wording, language_of (wording, text), list };
    g_array_set_clear_func (list, named_clear);
    passage_terms_each (text, note_term, &naming);
    g_array_sort (list, compare_named);
    for (unsigned i = 0, count = 0; i < list->len && count < MOST_NAMED; i++) {
        const Named *named = &g_array_index (list, Named, i);
        if (named->tenths < LEAST_NAMED || !named->spelling || is_named (list, i) ||
            strcmp (named->spelling, "#") == 0)
            continue;
        g_string_append_printf (names, "%s%s", count++ > 0 ? ", " : "", named->spelling);
    }
    return names->len > 0 ? g_string_free (g_steal_pointer (&names), FALSE) : NULL;
}
