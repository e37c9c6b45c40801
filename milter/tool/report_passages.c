/* SPDX-License-Identifier: BSD-2-Clause */

/* The promotion of a mail that somebody has at hand, a line of each passage. The log never has them. */

#include <stdio.h>
#include <string.h>

#include "licet/audit_story.h"
#include "licet/utf8.h"
#include "report.h"

/* Of a passage that is shown: marks that combine take no column, however many there are. */
enum { MOST_COLUMNS = 60, MOST_BYTES = 4 * MOST_COLUMNS };

/* A terminal turns the line round at some letters that have no width. */
static bool
is_shown (gunichar letter)
{
    return g_unichar_type (letter) != G_UNICODE_FORMAT && !g_unichar_iszerowidth (letter);
}

/* The beginning of a text on one line, as wide as fits. Caller frees. */
static char *
first_columns (const char *text)
{
    g_autofree char *clean = utf8_without_controls (text);
    g_auto (GStrv) words = g_strsplit_set (clean, " \t\r\n", -1);
    g_autoptr (GString) line = g_string_new (NULL);
    unsigned columns = 0;

    for (char **word = words; *word; word++) {
        if (**word && line->len > 0)
            g_string_append_c (line, ' ');
        columns += **word && line->len > 0;
        for (const char *c = *word; *c; c = g_utf8_next_char (c)) {
            gunichar letter = g_utf8_get_char (c);
            columns += g_unichar_iswide (letter) ? 2 : is_shown (letter);
            if (columns > MOST_COLUMNS || line->len > MOST_BYTES)
                return g_strconcat (g_strchomp (line->str), "…", NULL);
            if (g_unichar_type (letter) != G_UNICODE_FORMAT)
                g_string_append_unichar (line, letter);
        }
    }
    return g_string_free (g_steal_pointer (&line), FALSE);
}

/* What the pictures of a block are named. Caller frees. */
static char *
names_of_pictures (const Message *message, const Block *block)
{
    g_autoptr (GPtrArray) readings = message_descriptions (message, block->leaf);
    g_autoptr (GString) names = g_string_new (NULL);

    for (unsigned i = 0; i < readings->len; i++) {
        const Reading *reading = g_ptr_array_index (readings, i);
        if (reading->start >= block->start && reading->start < block->end)
            g_string_append_printf (names, "%s ", reading->text);
    }
    return g_string_free (g_steal_pointer (&names), FALSE);
}

/* What it shows; else what it hides, as a preview line does; else what its pictures are named. */
char *
report_passage (const Message *message, const Block *block)
{
    char *(*const readings[]) (const Message *, unsigned, size_t, size_t) = {
        message_visible_text,
        message_whole_text,
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (readings); i++) {
        g_autofree char *text =
            readings[i](message, block->leaf, block->inner_start, block->inner_end);
        g_autofree char *line = text ? first_columns (text) : NULL;
        if (line && *line)
            return g_steal_pointer (&line);
    }
    g_autofree char *names = names_of_pictures (message, block);
    return first_columns (names);
}

char *
report_place (const Message *message, const char *problem)
{
    char path[32];
    size_t at = 0;

    if (sscanf (problem, "part %31[0-9.], byte %zu:", path, &at) != 2)
        return NULL;
    for (unsigned i = 0; i < message_leaf_count (message); i++) {
        const Leaf *leaf = message_leaf (message, i);
        size_t end = leaf->content ? g_bytes_get_size (leaf->content) : 0;
        if (strcmp (leaf->path, path) != 0 || at >= end)
            continue;
        const Block rest = { .leaf = i, .start = at, .end = end, .inner_start = at, .inner_end = end };
        return report_passage (message, &rest);
    }
    return NULL;
}

static void
add_passage (GString *text, const Message *message, const Block *block)
{
    const Leaf *leaf = message_leaf (message, block->leaf);
    g_autofree char *line = report_passage (message, block);
    g_autofree char *why = block->why ? audit_story_phrase (STORY_EN, block->why) : NULL;

    g_string_append_printf (text, "      %s %s, bytes %zu to %zu: %s\n", leaf->type, leaf->path,
                            block->start, block->end, block_words (block));
    g_string_append_printf (text, *line ? "        “%s”\n" : "        (no words)\n", line);
    if (why)
        g_string_append_printf (text, "        why: %s\n", why);
}

bool
report_is_cut (const Edit *edit)
{
    return strcmp (edit->why, "strip") == 0 || strcmp (edit->why, "text-only") == 0;
}

static const Block *
find_block (const Classification *classification, const Edit *edit)
{
    for (unsigned i = 0; i < classification->blocks->len; i++) {
        const Block *block = g_ptr_array_index (classification->blocks, i);
        if (block->leaf == edit->leaf && block->start == edit->start && block->end == edit->end)
            return block;
    }
    return NULL;
}

void
report_passages (GString *text, const Message *message, const Classification *classification)
{
    if (classification->blocks->len > 0)
        g_string_append (text, "    promotional passages:\n");
    for (unsigned i = 0; i < classification->blocks->len; i++)
        add_passage (text, message, g_ptr_array_index (classification->blocks, i));
}

bool
report_cuts (GString *text, const Message *message, const Classification *classification,
             const Variant *variant)
{
    bool any = false;

    for (unsigned i = 0; i < variant->edits->len; i++) {
        const Edit *edit = g_ptr_array_index (variant->edits, i);
        if (!report_is_cut (edit))
            continue;
        if (!any)
            g_string_append (text, "    cut from this copy:\n");
        any = true;
        const Block *block = edit->kind == EDIT_CUT ? find_block (classification, edit) : NULL;
        if (block) {
            add_passage (text, message, block);
            continue;
        }
        g_autofree char *where = utf8_without_controls (edit->where);
        g_string_append_printf (text, "      %s: left out as a whole\n", where);
    }
    if (!any)
        g_string_append (text, "    nothing was cut from this copy\n");
    return any;
}
