/* SPDX-License-Identifier: BSD-2-Clause */

/* Hidden text that repeats a promotional block. */

#include "hidden.h"

#include <string.h>

#include "runs.h"
#include "twin.h"

/* In letters and signs; inbox lists show about a hundred. */
enum { LONGEST_PREHEADER = 300 };

/* One run in so many of a hidden text says that it quotes a block, and of one that is no preheader
 * so many at least: a price or a courtesy is common to much. */
enum { REPEATED_PART = 6, LEAST_RUNS = 2 };

typedef struct {
    const Message *message;
    unsigned leaf;
    const Sought *sought;
    const GPtrArray *blocks;
    GPtrArray *found;
    GArray *forms; /* of LeafRange: hidden elements that repeat a block and are no preheader */
    GArray *left;  /* runs of hidden text that stays */
    bool any;      /* some of them are of a block, first at: */
    size_t first;
} Search;

static const Block *
block_at (const GPtrArray *blocks, unsigned i)
{
    return g_ptr_array_index (blocks, i);
}

/* Elements whose text is never shown: a reader is not to see it anywhere. */
static bool
may_be_shown (const LeafElement *element)
{
    static const char *const never[] = { "head",   "title",    "style",    "script",
                                         "object", "template", "noscript", "select" };

    for (unsigned i = 0; i < G_N_ELEMENTS (never); i++)
        if (strcmp (element->name, never[i]) == 0)
            return false;
    return true;
}

static bool
meets_block (const Search *search, const LeafElement *element)
{
    for (unsigned i = 0; i < search->blocks->len; i++) {
        const Block *block = block_at (search->blocks, i);
        if (block->leaf == search->leaf && block->start < element->end &&
            block->end > element->start)
            return true;
    }
    return false;
}

/* Whether a block follows, or none is in this leaf. */
static bool
stands_before (const Search *search, const LeafElement *element)
{
    bool any = false;

    for (unsigned i = 0; i < search->blocks->len; i++) {
        const Block *block = block_at (search->blocks, i);
        if (block->leaf == search->leaf && block->start >= element->end)
            return true;
        any = any || block->leaf == search->leaf;
    }
    return !any;
}

static bool
is_blank (const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!g_ascii_isspace (text[i]))
            return false;
    return true;
}

/* Whether nothing is seen before it, so that inbox lists begin with it. */
static bool
stands_first (const Search *search, const LeafElement *element)
{
    const GArray *runs = message_text_runs (search->message, search->leaf);
    const char *text = message_leaf (search->message, search->leaf)->text;

    for (unsigned i = 0; i < runs->len; i++) {
        const TextRun *run = &g_array_index (runs, TextRun, i);
        if (run->start >= element->start)
            return true;
        if (!is_blank (text + run->text_start, run->text_end - run->text_start))
            return false;
    }
    return true;
}

/* Whether it is a line of text: a form of the page has links, paragraphs and tables. */
static bool
is_line (const Search *search, unsigned number)
{
    static const char *const inlines[] = { "span", "b", "strong", "i", "em", "font", "br" };
    size_t end = message_element (search->message, search->leaf, number)->end;

    for (unsigned i = number + 1; i < message_element_count (search->message, search->leaf);
         i++) {
        const LeafElement *inner = message_element (search->message, search->leaf, i);
        bool known = false;
        if (inner->start >= end)
            break;
        for (unsigned n = 0; n < G_N_ELEMENTS (inlines); n++)
            known = known || strcmp (inner->name, inlines[n]) == 0;
        if (!known)
            return false;
    }
    return true;
}

/* Preheaders are filled up with blanks and signs that nobody sees. */
static bool
is_short (const char *text)
{
    unsigned letters = 0;

    for (; *text && letters <= LONGEST_PREHEADER; text = g_utf8_next_char (text)) {
        gunichar letter = g_utf8_get_char (text);
        letters += g_unichar_isgraph (letter) && !g_unichar_iszerowidth (letter);
    }
    return letters <= LONGEST_PREHEADER;
}

static bool
is_most_of (const GArray *words, const Sought *sought)
{
    g_autofree bool *covered = runs_cover (words, sought->runs);
    unsigned count = 0;

    for (unsigned i = 0; i < words->len; i++)
        count += covered[i];
    return 2 * count > words->len;
}

static unsigned
count_runs (const GArray *runs, const Sought *sought)
{
    unsigned count = 0;

    for (unsigned i = 0; i < runs->len; i++)
        count += runs_has (sought->runs, g_array_index (runs, guint64, i));
    return count;
}

static void
add_block (Search *search, size_t start, size_t end, const char *how)
{
    Block *block = g_new0 (Block, 1);

    *block = (Block){ .leaf = search->leaf,
                      .start = start,
                      .end = end,
                      .inner_start = start,
                      .inner_end = end,
                      .class = CLASS_PROMOTIONAL,
                      .how = how };
    g_ptr_array_add (search->found, block);
}

/* The line at the top that says something of the order and something of the offer is a preheader
 * too; what it says of the order stands below it. */
static bool
is_preheader (const Search *search, unsigned number, const char *text, const GArray *words,
              bool quotes)
{
    const LeafElement *element = message_element (search->message, search->leaf, number);

    return is_short (text) && stands_before (search, element) && is_line (search, number) &&
           (is_most_of (words, search->sought) || (quotes && stands_first (search, element)));
}

/* Inbox lists show a preheader, so what it says of the offer is read like the offer. */
static void
take_element (Search *search, unsigned number)
{
    const LeafElement *element = message_element (search->message, search->leaf, number);
    g_autoptr (GArray) words = g_array_new (FALSE, FALSE, sizeof (RunWord));
    g_autofree char *text = message_whole_text (search->message, search->leaf,
                                                element->inner_start, element->inner_end);
    LeafRange range = { element->start, element->end };

    runs_add_words (words, text, 0);
    g_autoptr (GArray) runs = runs_of (words);
    unsigned common = count_runs (runs, search->sought);
    if (common == 0)
        return;
    if (is_preheader (search, number, text, words, REPEATED_PART * common >= runs->len))
        add_block (search, element->start, element->end, "preheader");
    else if (common >= LEAST_RUNS)
        g_array_append_val (search->forms, range);
}

static void
find_elements (Search *search)
{
    size_t taken = 0;

    for (unsigned i = 0; i < message_element_count (search->message, search->leaf); i++) {
        const LeafElement *element = message_element (search->message, search->leaf, i);
        if (element->start < taken || !element->hidden || !element->whole ||
            !may_be_shown (element) || meets_block (search, element))
            continue;
        taken = element->end;
        take_element (search, i);
    }
}

static int
compare_blocks (const void *a, const void *b)
{
    const Block *first = *(const Block *const *)a, *second = *(const Block *const *)b;

    return first->start < second->start ? -1 : first->start > second->start;
}

/* The words of a range that are in none of the blocks, which are in order and of this leaf. */
static void
add_words_left (const Search *search, const GPtrArray *cut, const LeafRange *range,
                GArray *words)
{
    size_t from = range->start;

    for (unsigned i = 0; i <= cut->len; i++) {
        size_t end = i < cut->len ? block_at (cut, i)->start : range->end;
        if (end < from)
            continue;
        g_autofree char *text =
            message_whole_text (search->message, search->leaf, from, MIN (end, range->end));
        runs_add_words (words, text, 0);
        if (end >= range->end)
            return;
        from = block_at (cut, i)->end;
    }
}

static bool
repeats (const Search *search, const GArray *left)
{
    unsigned common = count_runs (left, search->sought);

    if (common >= LEAST_RUNS && REPEATED_PART * common >= left->len)
        return true;
    for (unsigned i = 0; common >= LEAST_RUNS && i < search->blocks->len; i++)
        if (twin_is_left (search->message, block_at (search->blocks, i), search->sought->said,
                          left))
            return true;
    return false;
}

/* Of a place, only when nothing was left at one before. */
static void
add_left (Search *search, GArray *words, size_t offset)
{
    g_autoptr (GArray) runs = runs_of (words);

    if (!search->any && count_runs (runs, search->sought) > 0) {
        search->any = true;
        search->first = offset;
    }
    g_array_append_vals (search->left, runs->data, runs->len);
}

static void
find_in_forms (Search *search)
{
    g_autoptr (GPtrArray) cut = g_ptr_array_new ();

    if (search->forms->len == 0)
        return;
    pieces_find_hidden (search->message, search->leaf, search->sought, search->forms, "twin",
                        cut);
    g_ptr_array_sort (cut, compare_blocks);
    for (unsigned i = 0; i < search->forms->len; i++) {
        const LeafRange *range = &g_array_index (search->forms, LeafRange, i);
        g_autoptr (GArray) words = g_array_new (FALSE, FALSE, sizeof (RunWord));
        add_words_left (search, cut, range, words);
        add_left (search, words, range->start);
    }
    g_ptr_array_extend (search->found, cut, NULL, NULL);
}

/* What a page says of itself to programs: its title, which some show, and annotations (schema.org),
 * from which inbox lists make offers. */
static bool
is_said_to_programs (const Search *search, unsigned number)
{
    const LeafElement *element = message_element (search->message, search->leaf, number);

    if (strcmp (element->name, "title") == 0)
        return true;
    if (strcmp (element->name, "script") != 0)
        return false;
    g_autofree char *type =
        message_element_attribute (search->message, search->leaf, number, "type");
    return type && g_ascii_strncasecmp (g_strstrip (type), "application/ld+json", 19) == 0;
}

/* A title stays without its text, and an annotation goes as a whole, if it says nothing else. */
static void
take_said (Search *search, unsigned number)
{
    const LeafElement *element = message_element (search->message, search->leaf, number);
    g_autoptr (GArray) words = g_array_new (FALSE, FALSE, sizeof (RunWord));
    bool title = strcmp (element->name, "title") == 0;
    g_autofree char *text = message_whole_text (search->message, search->leaf,
                                                element->inner_start, element->inner_end);

    runs_add_words (words, text, 0);
    if (words->len == 0)
        return;
    if (!pieces_is_block (words, search->sought))
        add_left (search, words, element->start);
    else if (title)
        add_block (search, element->inner_start, element->inner_end, "twin");
    else
        add_block (search, element->start, element->end, "twin");
}

static void
find_said (Search *search)
{
    for (unsigned i = 0; i < message_element_count (search->message, search->leaf); i++) {
        const LeafElement *element = message_element (search->message, search->leaf, i);
        if (element->whole && is_said_to_programs (search, i) && !meets_block (search, element))
            take_said (search, i);
    }
}

/* A page may say the block once more for Outlook alone. */
static void
take_comment (Search *search, const Reading *comment)
{
    g_autoptr (GArray) words = g_array_new (FALSE, FALSE, sizeof (RunWord));

    runs_add_words (words, comment->text, 0);
    if (words->len == 0)
        return;
    if (pieces_is_block (words, search->sought))
        add_block (search, comment->start, comment->end, "twin");
    else
        add_left (search, words, comment->start);
}

static void
find_in_comments (Search *search)
{
    g_autoptr (GPtrArray) readings = message_readings (search->message, search->leaf);

    for (unsigned i = 0; i < readings->len; i++) {
        const Reading *reading = g_ptr_array_index (readings, i);
        LeafElement comment = { .start = reading->start, .end = reading->end };
        if (strcmp (reading->how, "conditional-comment") == 0 &&
            !meets_block (search, &comment))
            take_comment (search, reading);
    }
}

/* All that is left is looked at together, since a block may be taken apart in hidden pieces. */
char *
hidden_find (const Message *message, unsigned leaf, const Sought *sought,
             const GPtrArray *blocks, GPtrArray *found)
{
    g_autoptr (GArray) forms = g_array_new (FALSE, FALSE, sizeof (LeafRange));
    g_autoptr (GArray) left = g_array_new (FALSE, FALSE, sizeof (guint64));
    Search search = { .message = message,
                      .leaf = leaf,
                      .sought = sought,
                      .blocks = blocks,
                      .found = found,
                      .forms = forms,
                      .left = left };

    find_elements (&search);
    find_in_forms (&search);
    find_in_comments (&search);
    find_said (&search);
    runs_sort (left);
    if (!search.any || !repeats (&search, left))
        return NULL;
    return g_strdup_printf ("part %s, byte %zu: text of the promotional block is hidden here "
                            "among other text",
                            message_leaf (message, leaf)->path, search.first);
}
