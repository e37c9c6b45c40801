/* SPDX-License-Identifier: BSD-2-Clause */

#include "contrived.h"

#include <string.h>

/* Fewer are a letter in bold at the beginning of a word, and a plural behind a name. */
enum { LEAST_FILLERS = 4 };

/* What turns letters round, by the rarest of its signs and what stands before and behind that. Those
 * with the same sign follow each other. */
typedef struct {
    char sign;
    const char *before, *behind;
} Turn;

static const Turn turns[] = {
    { '<', "", "bdo" },        { '-', "bidi", "override" }, { '-', "isolate", "override" },
    { '-', "row", "reverse" }, { '(', "scalex", "-1" },     { '(', "rotatey", "180" },
};

/* at: of its sign. */
static bool
is_turn (const char *data, const char *at, const char *end, const Turn *turn)
{
    size_t before = strlen (turn->before), behind = strlen (turn->behind);

    return (size_t)(at - data) >= before && (size_t)(end - at) > behind &&
           (at[1] | 0x20) == *turn->behind &&
           g_ascii_strncasecmp (at + 1, turn->behind, behind) == 0 &&
           g_ascii_strncasecmp (at - before, turn->before, before) == 0;
}

static bool
holds_turn (const char *data, size_t length, const Turn *first, const Turn *last)
{
    const char *end = data + length;

    for (const char *at = data; (at = memchr (at, first->sign, (size_t)(end - at))); at++)
        for (const Turn *turn = first; turn <= last; turn++)
            if (is_turn (data, at, end, turn))
                return true;
    return false;
}

bool
contrived_turns (const Leaf *leaf)
{
    gsize length = 0;
    const char *data = g_bytes_get_data (leaf->content, &length);

    for (unsigned i = 0, last = 0; length > 0 && i < G_N_ELEMENTS (turns); i = last + 1) {
        last = i;
        while (last + 1 < G_N_ELEMENTS (turns) && turns[last + 1].sign == turns[i].sign)
            last++;
        if (holds_turn (data, length, &turns[i], &turns[last]))
            return true;
    }
    return false;
}

char *
contrived_turned (const char *text)
{
    GString *lines = g_string_new (NULL);

    for (const char *at = text; *at;) {
        size_t length = strcspn (at, "\n");
        g_autofree char *line = g_utf8_strreverse (at, (gssize)length);
        g_string_append_printf (lines, "%s\n", line);
        at += length + (at[length] == '\n');
    }
    return g_string_free (lines, FALSE);
}

/* The text of a leaf in runs, and the elements that begin before the next of them. */
typedef struct {
    const Message *message;
    unsigned leaf, element;
    const GArray *runs;
} Walk;

static const TextRun *
run_at (const Walk *walk, unsigned i)
{
    return &g_array_index (walk->runs, TextRun, i);
}

/* Whether letters meet between a run and the next. */
static bool
are_joined (const Walk *walk, unsigned i)
{
    const char *text = message_leaf (walk->message, walk->leaf)->text;
    const TextRun *one = run_at (walk, i), *next = run_at (walk, i + 1);

    if (one->text_end != next->text_start || one->text_start == one->text_end ||
        next->text_start == next->text_end)
        return false;
    return g_unichar_isalpha (g_utf8_get_char (g_utf8_prev_char (text + one->text_end))) &&
           g_unichar_isalpha (g_utf8_get_char (text + next->text_start));
}

/* Whether a run between two others is all that an element shows. */
static bool
is_enclosed (Walk *walk, unsigned i)
{
    size_t from = run_at (walk, i - 1)->end, to = run_at (walk, i + 1)->start;
    unsigned count = message_element_count (walk->message, walk->leaf);

    for (; walk->element < count; walk->element++) {
        const LeafElement *element = message_element (walk->message, walk->leaf, walk->element);
        if (element->start > run_at (walk, i)->start)
            return false;
        if (element->start >= from && element->end >= run_at (walk, i)->end &&
            element->end <= to)
            return true;
    }
    return false;
}

static bool
is_filler (Walk *walk, unsigned i)
{
    return i > 0 && i + 1 < walk->runs->len &&
           (are_joined (walk, i - 1) || are_joined (walk, i)) && is_enclosed (walk, i);
}

/* next: the range that may hold it. */
static bool
is_in_range (const GArray *ranges, unsigned *next, size_t offset)
{
    while (*next < ranges->len && g_array_index (ranges, LeafRange, *next).end <= offset)
        (*next)++;
    return *next < ranges->len && g_array_index (ranges, LeafRange, *next).start <= offset;
}

char *
contrived_without_fillers (const Message *message, unsigned leaf, const GArray *ranges)
{
    Walk walk = { message, leaf, 0, message_text_runs (message, leaf) };
    const char *text = message_leaf (message, leaf)->text;
    g_autoptr (GString) rest = g_string_new (NULL);
    unsigned fillers = 0, next = 0;
    size_t from = 0;

    for (unsigned i = 0; i < walk.runs->len; i++) {
        const TextRun *run = run_at (&walk, i);
        bool apart = is_in_range (ranges, &next, run->start);
        if (!apart && !is_filler (&walk, i))
            continue;
        g_string_append_len (rest, text + from, (gssize)(run->text_start - from));
        from = run->text_end;
        fillers += !apart;
    }
    if (fillers < LEAST_FILLERS)
        return NULL;
    g_string_append (rest, text + from);
    return g_string_free (g_steal_pointer (&rest), FALSE);
}
