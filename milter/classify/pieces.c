/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Where the text of a block stands in another leaf, in pieces that can be cut: lines of plain
 * text, elements of HTML.
 */

#include "pieces.h"

#include <string.h>

#include "runs.h"

/* Fewer may be a courtesy or the name of the shop. */
enum { LEAST_RUNS = 2 };

/* The words of most elements are far too many to be a whole block: those are not hashed. */
enum { LONGEST_PHRASE = 2 * RUN_WORDS, MOST_PHRASE_LINES = 3 };

/* A heading or a button of a block is found as it is, if it has so few words; in bytes of HTML. */
enum { SHORT_LINE = 2, LONGEST_STRETCH = 4096 };

typedef enum {
    LINE_OTHER,
    LINE_SOUGHT,  /* most of its words are of the block */
    LINE_SHORT,   /* a heading or a button of the block */
    LINE_ADDRESS, /* nothing but addresses of the Web that are of the block */
    LINE_EMPTY,   /* blank, or a rule such as "----" */
} LineKind;

typedef struct {
    size_t start, end; /* decoded, with its line end */
    unsigned first_word, words, covered, single;
    bool exact;     /* the whole text of a block */
    bool elsewhere; /* leads where the page leads outside of the blocks */
    LineKind kind;
} Line;

static bool
is_mostly (unsigned part, unsigned whole)
{
    return part > 0 && 5 * part >= 4 * whole;
}

static void
add_block (GPtrArray *blocks, unsigned leaf, size_t start, size_t end, const char *how)
{
    Block *block = g_new0 (Block, 1);

    block->leaf = leaf;
    block->start = block->inner_start = start;
    block->end = block->inner_end = end;
    block->class = CLASS_PROMOTIONAL;
    block->how = how;
    g_ptr_array_add (blocks, block);
}

static GArray *
split_lines (const Leaf *leaf)
{
    GArray *lines = g_array_new (FALSE, TRUE, sizeof (Line));
    size_t length = 0;
    const char *data = g_bytes_get_data (leaf->content, &length);

    for (size_t at = 0; at < length;) {
        const char *newline = memchr (data + at, '\n', length - at);
        Line line = { .start = at, .end = newline ? (size_t)(newline - data) + 1 : length };
        at = line.end;
        g_array_append_val (lines, line);
    }
    return lines;
}

/* LINE_OTHER when one is not known to be of the block alone: it may be that of the invoice, which
 * only the text gives in letters. */
static LineKind
judge_addresses (const Leaf *leaf, Line *line, unsigned *next_link, const Sought *sought)
{
    LineKind kind = LINE_EMPTY;

    for (; *next_link < leaf->links->len; (*next_link)++) {
        const Link *link = g_ptr_array_index (leaf->links, *next_link);
        if (link->start >= line->end)
            break;
        bool known = g_hash_table_contains (sought->addresses, link->target);
        line->elsewhere =
            line->elsewhere || g_hash_table_contains (sought->elsewhere, link->target);
        if (!known)
            kind = LINE_OTHER;
        else if (kind == LINE_EMPTY)
            kind = LINE_ADDRESS;
    }
    return kind;
}

/* "[1] https://…", in which the number is the only word. */
static bool
is_footnote (const Leaf *leaf, const Line *line)
{
    const char *data = g_bytes_get_data (leaf->content, NULL);
    size_t at = line->start;

    while (at < line->end && strchr (" \t[(", data[at]))
        at++;
    return line->words == 1 && at < line->end && g_ascii_isdigit (data[at]);
}

/* A short block may be wrapped, so that no line is it by itself. */
static void
find_wrapped (GArray *lines, const GArray *words, const Sought *sought)
{
    for (unsigned i = 0; i < lines->len; i++) {
        const Line *first = &g_array_index (lines, Line, i);
        unsigned end = first->first_word + first->words;
        for (unsigned n = i + 1; n < MIN (lines->len, i + MOST_PHRASE_LINES); n++) {
            unsigned count = g_array_index (lines, Line, n).words;
            end += count;
            if (first->words == 0 || count == 0 || end - first->first_word > LONGEST_PHRASE)
                break;
            if (!runs_has (sought->phrases, runs_whole (words, first->first_word, end)))
                continue;
            for (unsigned k = i; k <= n; k++) {
                g_array_index (lines, Line, k).exact = true;
                g_array_index (lines, Line, k).kind = LINE_SOUGHT;
            }
        }
    }
}

/* A word of the block is not enough: it may be the name of what was ordered. The address behind a
 * button may be another in each alternative, since they are counted apart. */
static bool
is_short (const Line *line, guint64 phrase, const Sought *sought)
{
    return line->words > 0 && line->words <= SHORT_LINE && line->single == line->words &&
           runs_has (sought->stretches, phrase);
}

static void
judge_lines (const Message *message, unsigned number, GArray *lines, const Sought *sought)
{
    const Leaf *leaf = message_leaf (message, number);
    g_autoptr (GArray) words = g_array_new (FALSE, FALSE, sizeof (RunWord));
    unsigned next_link = 0;

    for (unsigned i = 0; i < lines->len; i++) {
        const Line *line = &g_array_index (lines, Line, i);
        g_array_index (lines, Line, i).first_word = words->len;
        runs_add_range (words, message, number, line->start, line->end, i);
    }
    g_autofree bool *covered = runs_cover (words, sought->runs);
    for (unsigned i = 0; i < words->len; i++) {
        const RunWord *word = &g_array_index (words, RunWord, i);
        Line *line = &g_array_index (lines, Line, word->piece);
        line->words++;
        line->covered += covered[i];
        line->single += runs_has (sought->words, word->hash);
    }
    for (unsigned i = 0; i < lines->len; i++) {
        Line *line = &g_array_index (lines, Line, i);
        LineKind addresses = judge_addresses (leaf, line, &next_link, sought);
        guint64 phrase = runs_whole (words, line->first_word, line->first_word + line->words);
        line->exact = line->words > 0 && runs_has (sought->phrases, phrase);
        if (line->words == 0)
            line->kind = addresses;
        else if (line->elsewhere && line->words <= SHORT_LINE)
            line->kind = LINE_OTHER;
        else if (line->exact || is_mostly (line->covered, line->words))
            line->kind = LINE_SOUGHT;
        else if (is_short (line, phrase, sought))
            line->kind = LINE_SHORT;
        else if (addresses == LINE_ADDRESS && is_footnote (leaf, line))
            line->kind = LINE_ADDRESS;
    }
    find_wrapped (lines, words, sought);
}

static bool
goes_along (const Line *line)
{
    return line->kind == LINE_SHORT || line->kind == LINE_ADDRESS;
}

/* The group of lines that begins at a sought one: all below it that is sought itself, a heading or
 * a button of the block, or leads where only the block leads. */
static unsigned
group_end (const GArray *lines, unsigned first)
{
    unsigned last = first;

    for (unsigned i = first + 1; i < lines->len; i++) {
        const Line *line = &g_array_index (lines, Line, i);
        if (line->kind == LINE_OTHER)
            break;
        if (line->kind != LINE_EMPTY)
            last = i;
    }
    return last + 1;
}

static unsigned
group_start (const GArray *lines, unsigned first, unsigned floor)
{
    while (first > floor && goes_along (&g_array_index (lines, Line, first - 1)))
        first--;
    return first;
}

/* Whether the line goes with a sought one below it. */
static bool
leads_to_sought (const GArray *lines, unsigned first)
{
    while (first < lines->len && goes_along (&g_array_index (lines, Line, first)))
        first++;
    return first < lines->len && g_array_index (lines, Line, first).kind == LINE_SOUGHT;
}

/* Lines with nothing but addresses that the block alone leads to, and what names them right above:
 * all that a text alternative has of a picture without a name. */
static unsigned
add_addresses (const GArray *lines, unsigned first, unsigned floor, unsigned leaf,
               const char *how, GPtrArray *blocks)
{
    unsigned end = first + 1;

    while (end < lines->len && g_array_index (lines, Line, end).kind == LINE_ADDRESS)
        end++;
    while (first > floor && g_array_index (lines, Line, first - 1).kind == LINE_SHORT)
        first--;
    add_block (blocks, leaf, g_array_index (lines, Line, first).start,
               g_array_index (lines, Line, end - 1).end, how);
    return end;
}

static void
find_lines (const Message *message, unsigned leaf, const Sought *sought, const char *how,
            GPtrArray *blocks)
{
    g_autoptr (GArray) lines = split_lines (message_leaf (message, leaf));
    unsigned floor = 0;

    judge_lines (message, leaf, lines, sought);
    for (unsigned i = 0; i < lines->len; i++) {
        LineKind kind = g_array_index (lines, Line, i).kind;
        if (kind == LINE_ADDRESS && !leads_to_sought (lines, i)) {
            floor = add_addresses (lines, i, floor, leaf, how, blocks);
            i = floor - 1;
        }
        if (kind != LINE_SOUGHT)
            continue;
        unsigned first = group_start (lines, i, floor), end = group_end (lines, i), covered = 0;
        bool exact = false;
        for (unsigned n = first; n < end; n++) {
            covered += g_array_index (lines, Line, n).covered;
            exact = exact || g_array_index (lines, Line, n).exact;
        }
        if (exact || covered >= RUN_WORDS + LEAST_RUNS - 1)
            add_block (blocks, leaf, g_array_index (lines, Line, first).start,
                       g_array_index (lines, Line, end - 1).end, how);
        floor = end;
        i = end - 1;
    }
}

/* A stretch of visible text, or the name of a picture or field. */
typedef struct {
    size_t start;
    const char *text;
    size_t length;
    bool name;
} Piece;

/* Words before each piece, so that those of any element are known. */
typedef struct {
    GArray *pieces; /* of Piece, by offset */
    GArray *list;   /* of RunWord, of the text */
    GArray *named;  /* of RunWord, of the names */
    unsigned *words, *names;
    unsigned *covered; /* words of the block, in text and names */
    unsigned *likely;  /* those in names */
    unsigned *foreign; /* stretches of text without a word of the block */
} Sums;

static int
compare_pieces (const void *a, const void *b)
{
    const Piece *first = a, *second = b;

    return first->start < second->start ? -1 : first->start > second->start;
}

static void
add_runs (GArray *pieces, const Message *message, unsigned number)
{
    const GArray *runs = message_text_runs (message, number);
    const char *text = message_leaf (message, number)->text;

    for (unsigned i = 0; i < runs->len; i++) {
        const TextRun *run = &g_array_index (runs, TextRun, i);
        Piece piece = { run->start, text + run->text_start, run->text_end - run->text_start,
                        false };
        g_array_append_val (pieces, piece);
    }
}

static void
add_readings (GArray *pieces, const GPtrArray *readings, bool name)
{
    for (unsigned i = 0; i < readings->len; i++) {
        const Reading *reading = g_ptr_array_index (readings, i);
        Piece piece = { reading->start, reading->text, strlen (reading->text), name };
        g_array_append_val (pieces, piece);
    }
}

/* hidden: of Reading, the text to look at instead of the visible text, or NULL; names: of Reading.
 * The pieces borrow of both. */
static GArray *
list_pieces (const Message *message, unsigned number, const GPtrArray *hidden,
             const GPtrArray *names)
{
    GArray *pieces = g_array_new (FALSE, FALSE, sizeof (Piece));

    if (hidden)
        add_readings (pieces, hidden, false);
    else
        add_runs (pieces, message, number);
    add_readings (pieces, names, true);
    g_array_sort (pieces, compare_pieces);
    return pieces;
}

static unsigned *
new_sums (const Sums *sums)
{
    return g_new0 (unsigned, sums->pieces->len + 1);
}

static void
count_text (Sums *sums, const Sought *sought)
{
    g_autofree bool *covered = runs_cover (sums->list, sought->runs);
    g_autofree unsigned *known = new_sums (sums);

    for (unsigned i = 0; i < sums->list->len; i++) {
        const RunWord *word = &g_array_index (sums->list, RunWord, i);
        sums->words[word->piece + 1]++;
        sums->covered[word->piece + 1] += covered[i];
        known[word->piece] += covered[i] || runs_has (sought->words, word->hash);
    }
    for (unsigned i = 0; i < sums->pieces->len; i++)
        sums->foreign[i + 1] = sums->words[i + 1] > 0 && known[i] == 0;
}

/* What a picture is named counts where it is of the block, and is nothing otherwise. */
static void
count_names (Sums *sums, const Sought *sought)
{
    g_autofree bool *covered = runs_cover (sums->named, sought->runs);

    for (unsigned i = 0; i < sums->named->len; i++) {
        const RunWord *word = &g_array_index (sums->named, RunWord, i);
        sums->names[word->piece + 1]++;
        sums->covered[word->piece + 1] += covered[i];
        sums->likely[word->piece + 1] += covered[i];
    }
}

static void
add_up (Sums *sums)
{
    unsigned *const all[] = { sums->words, sums->names, sums->covered, sums->likely,
                              sums->foreign };

    for (unsigned k = 0; k < G_N_ELEMENTS (all); k++)
        for (unsigned i = 0; i < sums->pieces->len; i++)
            all[k][i + 1] += all[k][i];
}

static void
sums_init (Sums *sums, const Message *message, unsigned number, const Sought *sought,
           const GPtrArray *hidden)
{
    g_autoptr (GPtrArray) names = message_descriptions (message, number);

    sums->pieces = list_pieces (message, number, hidden, names);
    sums->list = g_array_new (FALSE, FALSE, sizeof (RunWord));
    sums->named = g_array_new (FALSE, FALSE, sizeof (RunWord));
    sums->words = new_sums (sums);
    sums->names = new_sums (sums);
    sums->covered = new_sums (sums);
    sums->likely = new_sums (sums);
    sums->foreign = new_sums (sums);
    for (unsigned i = 0; i < sums->pieces->len; i++) {
        Piece *piece = &g_array_index (sums->pieces, Piece, i);
        g_autofree char *text = g_strndup (piece->text, piece->length);
        runs_add_words (piece->name ? sums->named : sums->list, text, i);
        piece->text = NULL;
    }
    count_text (sums, sought);
    count_names (sums, sought);
    add_up (sums);
}

static void
sums_clear (Sums *sums)
{
    g_array_unref (sums->pieces);
    g_array_unref (sums->list);
    g_array_unref (sums->named);
    g_free (sums->words);
    g_free (sums->names);
    g_free (sums->covered);
    g_free (sums->likely);
    g_free (sums->foreign);
}

static unsigned
piece_from (const GArray *pieces, size_t offset)
{
    unsigned low = 0, high = pieces->len;

    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (g_array_index (pieces, Piece, middle).start < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool
is_page (const char *name)
{
    return strcmp (name, "html") == 0 || strcmp (name, "body") == 0;
}

static bool
is_phrase (const Sought *sought, const GArray *words, unsigned from, unsigned to)
{
    return to > from && to - from <= LONGEST_PHRASE &&
           runs_has (sought->phrases, runs_whole (words, from, to));
}

static bool
is_sought (const LeafElement *element, const Sums *sums, const Sought *sought)
{
    unsigned first = piece_from (sums->pieces, element->start);
    unsigned end = piece_from (sums->pieces, element->end);
    unsigned covered = sums->covered[end] - sums->covered[first];
    unsigned words = sums->words[end] - sums->words[first];

    if (is_phrase (sought, sums->list, sums->words[first], sums->words[end]) ||
        (words == 0 && is_phrase (sought, sums->named, sums->names[first], sums->names[end])))
        return true;
    return sums->foreign[end] == sums->foreign[first] &&
           covered >= RUN_WORDS + LEAST_RUNS - 1 &&
           is_mostly (covered, words + sums->likely[end] - sums->likely[first]);
}

/* The outermost elements, since what is around the text of a block is its frame. */
static void
find_elements (const Message *message, unsigned leaf, const Sought *sought, const char *how,
               GPtrArray *blocks)
{
    Sums sums = { 0 };
    size_t taken = 0;

    sums_init (&sums, message, leaf, sought, NULL);
    for (unsigned i = 0; i < message_element_count (message, leaf); i++) {
        const LeafElement *element = message_element (message, leaf, i);
        if (element->start < taken || !element->whole || is_page (element->name) ||
            !is_sought (element, &sums, sought))
            continue;
        add_block (blocks, leaf, element->start, element->end, how);
        taken = element->end;
    }
    sums_clear (&sums);
}

void
pieces_find (const Message *message, unsigned leaf, const Sought *sought, const char *how,
             GPtrArray *blocks)
{
    if (message_leaf (message, leaf)->kind == LEAF_PLAIN)
        find_lines (message, leaf, sought, how, blocks);
    else
        find_elements (message, leaf, sought, how, blocks);
}

void
pieces_find_hidden (const Message *message, unsigned leaf, const Sought *sought,
                    const GArray *ranges, const char *how, GPtrArray *blocks)
{
    g_autoptr (GPtrArray) hidden = message_hidden_pieces (message, leaf);
    Sums sums = { 0 };
    size_t taken = 0;
    unsigned next = 0;

    sums_init (&sums, message, leaf, sought, hidden);
    for (unsigned i = 0; i < message_element_count (message, leaf); i++) {
        const LeafElement *element = message_element (message, leaf, i);
        while (next < ranges->len &&
               g_array_index (ranges, LeafRange, next).end <= element->start)
            next++;
        if (next == ranges->len)
            break;
        const LeafRange *range = &g_array_index (ranges, LeafRange, next);
        if (element->start < taken || !element->whole || element->start < range->start ||
            element->end > range->end || !is_sought (element, &sums, sought))
            continue;
        add_block (blocks, leaf, element->start, element->end, how);
        taken = element->end;
    }
    sums_clear (&sums);
}

bool
pieces_is_block (const GArray *words, const Sought *sought)
{
    g_autofree bool *covered = runs_cover (words, sought->runs);
    unsigned count = 0;

    for (unsigned i = 0; i < words->len; i++)
        count += covered[i];
    return is_phrase (sought, words, 0, words->len) ||
           (count >= RUN_WORDS + LEAST_RUNS - 1 && is_mostly (count, words->len));
}

/* An element that makes a line of its own, or a button, in the text alternative. One of a few words
 * is no longer than that, with its styles. */
static bool
makes_line (const LeafElement *element)
{
    static const char *const names[] = { "a",  "button", "div", "h1", "h2", "h3", "h4", "h5",
                                         "h6", "li",     "p",   "td", "th", "dt", "dd" };

    for (unsigned i = 0;
         element->end - element->start <= LONGEST_STRETCH && i < G_N_ELEMENTS (names); i++)
        if (strcmp (element->name, names[i]) == 0)
            return true;
    return false;
}

static void
add_stretch (const char *text, GArray *stretches)
{
    g_autoptr (GArray) words = g_array_new (FALSE, FALSE, sizeof (RunWord));

    runs_add_words (words, text, 0);
    guint64 phrase = runs_whole (words, 0, words->len);
    if (words->len > 0 && words->len <= SHORT_LINE)
        g_array_append_val (stretches, phrase);
}

static void
add_stretches_of_text (const Message *message, const Block *block, GArray *stretches)
{
    const char *data = g_bytes_get_data (message_leaf (message, block->leaf)->content, NULL);

    for (size_t at = block->inner_start, end = at; at < block->inner_end; at = end) {
        const char *newline = memchr (data + at, '\n', block->inner_end - at);
        end = newline ? (size_t)(newline - data) + 1 : block->inner_end;
        g_autofree char *line = message_visible_text (message, block->leaf, at, end);
        add_stretch (line, stretches);
    }
}

void
pieces_add_stretches (const Message *message, const Block *block, GArray *stretches)
{
    if (message_leaf (message, block->leaf)->kind == LEAF_PLAIN) {
        add_stretches_of_text (message, block, stretches);
        return;
    }
    g_autoptr (GPtrArray) names = message_descriptions (message, block->leaf);
    for (unsigned i = 0; i < names->len; i++) {
        const Reading *name = g_ptr_array_index (names, i);
        if (name->start >= block->start && name->start < block->end)
            add_stretch (name->text, stretches);
    }
    for (unsigned i = 0; i < message_element_count (message, block->leaf); i++) {
        const LeafElement *element = message_element (message, block->leaf, i);
        if (element->start < block->start || element->end > block->end || !makes_line (element))
            continue;
        g_autofree char *text =
            message_visible_text (message, block->leaf, element->start, element->end);
        add_stretch (text, stretches);
    }
}
