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

/* A heading or a button of a block is found by single words, if it is not longer. */
enum { SHORT_LINE = 2 };

typedef enum {
    LINE_OTHER,
    LINE_SOUGHT,  /* most of its words are of the block */
    LINE_SHORT,   /* one or two words, all of them of the block */
    LINE_ADDRESS, /* nothing but addresses of the Web that are of the block */
    LINE_BARE,    /* nothing but addresses that may be of the block */
    LINE_EMPTY,   /* blank, or a rule such as "----" */
} LineKind;

typedef struct {
    size_t start, end; /* decoded, with its line end */
    unsigned first_word, words, covered, single;
    bool exact; /* the whole text of a block */
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

static LineKind
judge_addresses (const Leaf *leaf, const Line *line, unsigned *next_link, const Sought *sought)
{
    LineKind kind = LINE_EMPTY;

    for (; *next_link < leaf->links->len; (*next_link)++) {
        const Link *link = g_ptr_array_index (leaf->links, *next_link);
        if (link->start >= line->end)
            break;
        bool known = g_hash_table_contains (sought->addresses, link->target);
        if (kind == LINE_EMPTY)
            kind = known ? LINE_ADDRESS : LINE_BARE;
        else if (!known)
            kind = LINE_BARE;
    }
    return kind;
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
        else if (line->exact || is_mostly (line->covered, line->words))
            line->kind = LINE_SOUGHT;
        else if (line->words <= SHORT_LINE && line->single == line->words)
            line->kind = LINE_SHORT;
    }
}

static bool
goes_along (const Line *line)
{
    return line->kind == LINE_SHORT || line->kind == LINE_ADDRESS || line->kind == LINE_BARE;
}

/* The group of lines that begins at a sought one: what stands right below it, and what comes
 * after empty lines when it is sought itself or leads where the block leads. */
static unsigned
group_end (const GArray *lines, unsigned first)
{
    unsigned last = first;
    bool gap = false;

    for (unsigned i = first + 1; i < lines->len; i++) {
        const Line *line = &g_array_index (lines, Line, i);
        if (line->kind == LINE_OTHER || (gap && line->kind == LINE_BARE))
            break;
        if (line->kind == LINE_EMPTY) {
            gap = true;
            continue;
        }
        last = i;
        gap = false;
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

static void
find_lines (const Message *message, unsigned leaf, const Sought *sought, const char *how,
            GPtrArray *blocks)
{
    g_autoptr (GArray) lines = split_lines (message_leaf (message, leaf));
    unsigned floor = 0;

    judge_lines (message, leaf, lines, sought);
    for (unsigned i = 0; i < lines->len; i++) {
        if (g_array_index (lines, Line, i).kind != LINE_SOUGHT)
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

/* Words and covered words before each run of text, so that those of any element are known. */
typedef struct {
    const GArray *runs; /* of TextRun */
    GArray *list;       /* of RunWord */
    unsigned *words, *covered;
    unsigned *foreign; /* runs without a word of the block */
} Sums;

static void
sum_runs (const Message *message, unsigned number, const Sought *sought, Sums *sums)
{
    const Leaf *leaf = message_leaf (message, number);
    GArray *words = g_array_new (FALSE, FALSE, sizeof (RunWord));

    sums->list = words;
    sums->runs = message_text_runs (message, number);
    sums->words = g_new0 (unsigned, sums->runs->len + 1);
    sums->covered = g_new0 (unsigned, sums->runs->len + 1);
    sums->foreign = g_new0 (unsigned, sums->runs->len + 1);
    g_autofree unsigned *known = g_new0 (unsigned, sums->runs->len + 1);
    for (unsigned i = 0; i < sums->runs->len; i++) {
        const TextRun *run = &g_array_index (sums->runs, TextRun, i);
        g_autofree char *text =
            g_strndup (leaf->text + run->text_start, run->text_end - run->text_start);
        runs_add_words (words, text, i);
    }
    g_autofree bool *covered = runs_cover (words, sought->runs);
    for (unsigned i = 0; i < words->len; i++) {
        const RunWord *word = &g_array_index (words, RunWord, i);
        unsigned run = word->piece;
        sums->words[run + 1]++;
        sums->covered[run + 1] += covered[i];
        known[run] += covered[i] || runs_has (sought->words, word->hash);
    }
    for (unsigned i = 0; i < sums->runs->len; i++) {
        bool foreign = sums->words[i + 1] > 0 && known[i] == 0;
        sums->foreign[i + 1] = sums->foreign[i] + foreign;
        sums->words[i + 1] += sums->words[i];
        sums->covered[i + 1] += sums->covered[i];
    }
}

static unsigned
run_from (const GArray *runs, size_t offset)
{
    unsigned low = 0, high = runs->len;

    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (g_array_index (runs, TextRun, middle).start < offset)
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

/* The words of most elements are far too many to be a whole block: those are not hashed. */
enum { LONGEST_PHRASE = 2 * RUN_WORDS };

static bool
is_sought (const LeafElement *element, const Sums *sums, const Sought *sought)
{
    unsigned first = run_from (sums->runs, element->start);
    unsigned end = run_from (sums->runs, element->end);
    unsigned covered = sums->covered[end] - sums->covered[first];
    unsigned from = sums->words[first], to = sums->words[end];

    if (to > from && to - from <= LONGEST_PHRASE &&
        runs_has (sought->phrases, runs_whole (sums->list, from, to)))
        return true;
    return sums->foreign[end] == sums->foreign[first] &&
           covered >= RUN_WORDS + LEAST_RUNS - 1 &&
           is_mostly (covered, sums->words[end] - sums->words[first]);
}

/* The outermost elements, since what is around the text of a block is its frame. */
static void
find_elements (const Message *message, unsigned leaf, const Sought *sought, const char *how,
               GPtrArray *blocks)
{
    Sums sums = { 0 };
    size_t taken = 0;

    sum_runs (message, leaf, sought, &sums);
    for (unsigned i = 0; i < message_element_count (message, leaf); i++) {
        const LeafElement *element = message_element (message, leaf, i);
        if (element->start < taken || !element->whole || is_page (element->name) ||
            !is_sought (element, &sums, sought))
            continue;
        add_block (blocks, leaf, element->start, element->end, how);
        taken = element->end;
    }
    g_array_unref (sums.list);
    g_free (sums.words);
    g_free (sums.covered);
    g_free (sums.foreign);
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
