/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The table says how many points (pitches.h) make a reading promotional. Honest transactions name
 * a term or two in their visible text (a rebate, a voucher that was paid with), and what is one
 * beyond doubt more of them; hardly any does where its sender has to look twice.
 */

#include "disguise.h"

#include <string.h>

#include "licet/limits.h"

#include "embeds.h"
#include "leaning.h"
#include "pitches.h"
#include "sights.h"
#include "unread.h"

typedef struct {
    const char *signal;
    unsigned transaction; /* points from which on it is promotional in a transaction */
    unsigned letter;      /* and in correspondence */
} Row;

/* The first one whose signal fits; the last is for all others. */
static const Row rows[] = {
    { "reading-visible", 3, 4 },    { "reading-plain", 3, 4 },    { "reading-html", 3, 4 },
    { "reading-attachment", 4, 5 }, { "reading-bytes", 3, 4 },    { "reading-nested", 3, 5 },
    { "reading-script", 3, 3 },     { "reading-uuencode", 3, 3 }, { NULL, 2, 3 },
};

/* Of the open text of what is a transaction beyond doubt, and of what somebody wrote: people talk of
 * sales to each other, but an answer's thread is easily forged. */
enum { POINTS_TRANSACTION = 4, POINTS_LETTER = 6 };

/* Points of what is plainly worded as promotion, where it is kept from the eye. */
enum { POINTS_WORDED = 3 };

/* What is searched. */
typedef struct {
    Classification *classification;
    const Message *message;
    const Words *words;
    const GPtrArray *embeds;
    OpenText open;
} Search;

/* What some readers see, and what is out of the way of those who look for blocks (detected.h). */
static bool
is_kept (const Sight *sight)
{
    static const char *const signals[] = {
        "reading-hidden",      "reading-image",    "reading-title", "reading-style",
        "reading-conditional", "reading-fallback", "reading-page",  "reading-amp",
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (signals); i++)
        if (strcmp (sight->signal, signals[i]) == 0)
            return true;
    return sight->contrived;
}

/* Whether one of its lines is worded as promotion, or all of them are. */
static bool
is_worded (const char *text, const Words *words)
{
    for (const char *at = text; *at;) {
        size_t length = strcspn (at, "\n");
        g_autofree char *line = g_strndup (at, length);
        if (leaning_promotes (words, line))
            return true;
        at += length + (at[length] == '\n');
    }
    const char *more = strchr (text, '\n');
    return more && more[1] && leaning_promotes (words, text);
}

/* Few texts have points enough, so that only they are searched for what is settled. */
static Pitch
judge (Pitches *pitches, const Words *words, const Sight *sight, unsigned limit)
{
    Pitch pitch = pitches_whole (pitches, sight->text, sight->backwards);

    if (pitch.points >= limit)
        return pitches_rest (pitches, sight->text, sight->backwards);
    if (is_kept (sight) && is_worded (sight->text, words))
        pitch.points += POINTS_WORDED;
    return pitch;
}

static const Row *
find_row (const char *signal)
{
    unsigned i = 0;

    while (rows[i].signal && strcmp (rows[i].signal, signal) != 0)
        i++;
    return &rows[i];
}

/* Where people would say that it stands. */
static const char *
name_place (const char *signal)
{
    static const struct {
        const char *signal, *place;
    } places[] = {
        { "reading-visible", "the text that is shown" },
        { "reading-plain", "the plain text" },
        { "reading-html", "the page" },
        { "reading-amp", "the AMP page" },
        { "reading-hidden", "text that the page hides" },
        { "reading-image", "what pictures are named" },
        { "reading-title", "titles and labels of the page" },
        { "reading-style", "style sheets" },
        { "reading-script", "scripts" },
        { "reading-conditional", "comments for Outlook" },
        { "reading-fallback", "text for programs that cannot show the page" },
        { "reading-page", "a page within the page" },
        { "reading-subject", "the subject" },
        { "reading-sender", "the sender's name" },
        { "reading-filename", "the name of a file" },
        { "reading-attachment", "an attached file" },
        { "reading-nested", "a message within the message" },
        { "reading-between", "what stands between the parts" },
        { "reading-bytes", "bytes that some programs read otherwise" },
        { "reading-uuencode", "text encoded by uuencode" },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (places); i++)
        if (strcmp (places[i].signal, signal) == 0)
            return places[i].place;
    return signal;
}

static void
note_sight (Classification *classification, const Sight *sight, const Pitch *pitch)
{
    g_autofree char *term =
        pitch->term ? g_strdup_printf (", first \"%s\"", pitch->term) : g_strdup ("");

    classification_note (classification, sight->signal, pitch->points / 2.0,
                         g_strdup_printf ("%s: promotion in %s: %u points%s", sight->where,
                                          name_place (sight->signal), pitch->points, term));
    if (pitch->disguised > 0)
        classification_note (
            classification, "disguise-letters", 0,
            g_strdup_printf ("%s: %u terms in letters that are swapped, split or marked",
                             sight->where, pitch->disguised));
}

static bool
is_open (const char *signal)
{
    return strcmp (signal, "reading-visible") == 0 || strcmp (signal, "reading-plain") == 0;
}

/* What the class was told by: the main leaf, or the other form of it. */
static bool
is_of_main (const Search *search, const Sight *sight)
{
    int main = message_main_leaf (search->message);

    for (unsigned i = 0; main >= 0 && i < message_leaf_count (search->message); i++) {
        g_autofree char *where =
            g_strdup_printf ("part %s", message_leaf (search->message, i)->path);
        if (strcmp (sight->where, where) == 0)
            return i == (unsigned)main ||
                   message_is_alternative (search->message, i, (unsigned)main) ||
                   message_is_alternative (search->message, (unsigned)main, i);
    }
    return false;
}

/* What was found first outside of the blocks, for the problem; or NULL. Caller frees. */
static char *
search_sights (const Search *search, Pitches *pitches, const GPtrArray *sights, bool say)
{
    bool letter = search->classification->class == CLASS_PERSONAL;
    char *found = NULL;

    for (unsigned i = 0; i < sights->len; i++) {
        const Sight *sight = g_ptr_array_index (sights, i);
        const Row *row = find_row (sight->signal);
        unsigned limit = letter ? row->letter : row->transaction;
        bool open = is_open (sight->signal) && !sight->contrived;
        if (open && search->open == OPEN_VOUCHED)
            continue;
        Pitch pitch = judge (pitches, search->words, sight, limit);
        if (open && search->open == OPEN_TRUSTED && pitch.disguised == 0 &&
            (letter || !pitch.reduced) && pitch.points >= limit && is_of_main (search, sight))
            limit = letter ? POINTS_LETTER : POINTS_TRANSACTION;
        if (pitch.points < limit)
            continue;
        if (say)
            note_sight (search->classification, sight, &pitch);
        if (!found)
            found = g_strdup_printf ("%s: promotion in %s, outside of the blocks", sight->where,
                                     name_place (sight->signal));
    }
    return found;
}

static bool
has_detected (const Classification *classification)
{
    for (unsigned i = 0; i < classification->blocks->len; i++)
        if (strcmp (((const Block *)g_ptr_array_index (classification->blocks, i))->how,
                    "detected") == 0)
            return true;
    return false;
}

static bool
is_told (const Block *block)
{
    return strcmp (block->how, "marked") == 0 || strcmp (block->how, "selected") == 0;
}

/* How promotion that nobody told of was to be read is said even where it is in a block now. */
static char *
search_promotion (const Search *search)
{
    g_autoptr (GPtrArray) told = g_ptr_array_new ();
    g_autoptr (GHashTable) pages = sights_pages_new ();
    const GPtrArray *blocks = search->classification->blocks;

    for (unsigned i = 0; i < blocks->len; i++)
        if (is_told (g_ptr_array_index (blocks, i)))
            g_ptr_array_add (told, g_ptr_array_index (blocks, i));
    if (!has_detected (search->classification)) {
        g_autoptr (GPtrArray) sights =
            sights_new (search->message, blocks, search->embeds, NULL);
        g_autoptr (Pitches) pitches = pitches_new (search->words);
        return search_sights (search, pitches, sights, true);
    }
    g_autoptr (GPtrArray) before = sights_new (search->message, told, search->embeds, pages);
    g_autoptr (GPtrArray) outside = sights_new (search->message, blocks, search->embeds, pages);
    g_autoptr (Pitches) pitches = pitches_new (search->words);
    g_free (search_sights (search, pitches, before, true));
    return search_sights (search, pitches, outside, false);
}

static char *
search_unread (const Search *search)
{
    Classification *classification = search->classification;
    g_autoptr (GPtrArray) findings = unread_find (search->message, search->embeds);
    char *found = NULL;

    for (unsigned i = 0; i < findings->len; i++) {
        Finding *finding = g_ptr_array_index (findings, i);
        if (finding->friendly && classification->class == CLASS_PERSONAL)
            continue;
        if (finding->weight > 0 && !found)
            found = g_strdup (finding->where);
        classification_note (classification, finding->signal, finding->weight,
                             g_strdup (finding->where));
    }
    return found;
}

void
disguise_find (Classification *classification, const Message *message, const Words *words,
               OpenText open)
{
    if (classification->class == CLASS_PROMOTIONAL)
        return;
    g_autoptr (GPtrArray) embeds = embeds_all (message, classification->blocks);
    Search search = { classification, message, words, embeds, open };
    g_autofree char *promotion = search_promotion (&search);
    g_autofree char *unread = search_unread (&search);

    if (!promotion && !unread)
        return;
    if (!classification->problem)
        classification->problem = g_strdup (promotion ? promotion : unread);
    if (classification->class == CLASS_TRANSACTIONAL)
        classification->class = CLASS_MIXED;
    if (classification->class == CLASS_PERSONAL)
        classification->class = CLASS_PROMOTIONAL;
}
