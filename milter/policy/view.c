/* SPDX-License-Identifier: BSD-2-Clause */

/* The message as a rule sees it: with or without the promotional blocks. */

#include <string.h>

#include "licet/utf8.h"

#include "rules.h"

static char *
fold_ascii (const char *text)
{
    GString *out = g_string_sized_new (strlen (text));
    bool blank = false;

    for (const char *c = text; *c; c++) {
        if (g_ascii_isspace (*c)) {
            blank = out->len > 0;
            continue;
        }
        if (blank)
            g_string_append_c (out, ' ');
        blank = false;
        g_string_append_c (out, g_ascii_tolower (*c));
    }
    return g_string_free (out, FALSE);
}

char *
policy_fold (const char *text)
{
    /* Most links; a mail can have thousands of them. */
    if (g_str_is_ascii (text))
        return fold_ascii (text);
    g_autofree char *composed = utf8_normalise (text, G_NORMALIZE_NFC);
    g_autofree char *folded = g_utf8_casefold (composed, -1);
    GString *out = g_string_sized_new (strlen (folded));
    bool blank = false;

    for (const char *c = folded; *c; c = g_utf8_next_char (c)) {
        gunichar letter = g_utf8_get_char (c);
        if (g_unichar_isspace (letter)) {
            blank = out->len > 0;
            continue;
        }
        if (blank)
            g_string_append_c (out, ' ');
        blank = false;
        g_string_append_unichar (out, letter);
    }
    return g_string_free (out, FALSE);
}

static void
append_range (GString *text, const RuleView *view, unsigned leaf, size_t start, size_t end)
{
    if (start >= end)
        return;
    g_autofree char *part = message_visible_text (view->message, leaf, start, end);
    g_string_append_printf (text, "%s\n", part);
}

/* The range without the blocks of a stripped view. */
static void
append_kept (GString *text, const RuleView *view, unsigned leaf, size_t start, size_t end)
{
    const GPtrArray *blocks = view->classification->blocks;
    size_t at = start;

    for (unsigned i = 0; view->stripped && i < blocks->len; i++) {
        const Block *block = g_ptr_array_index (blocks, i);
        if (block->leaf != leaf || block->end <= at || block->start >= end)
            continue;
        append_range (text, view, leaf, at, block->start);
        at = block->end;
    }
    append_range (text, view, leaf, at, end);
}

char *
view_range (const RuleView *view, unsigned leaf, size_t start, size_t end)
{
    g_autoptr (GString) text = g_string_new (NULL);

    append_kept (text, view, leaf, start, end);
    return policy_fold (text->str);
}

/* "1" of "1.2", "" of "1". */
static size_t
parent_length (const char *path)
{
    const char *dot = strrchr (path, '.');

    return dot ? (size_t)(dot - path) : 0;
}

bool
view_reads (const RuleView *view, unsigned leaf)
{
    const Leaf *this = message_leaf (view->message, leaf);
    int main_leaf = message_main_leaf (view->message);

    if (this->kind == LEAF_OTHER || this->kind == LEAF_AMP)
        return false;
    if (this->kind == LEAF_HTML || main_leaf <= (int)leaf)
        return true;
    const Leaf *shown = message_leaf (view->message, (unsigned)main_leaf);
    size_t parent = parent_length (this->path);
    return shown->kind != LEAF_HTML || parent != parent_length (shown->path) ||
           strncmp (this->path, shown->path, parent) != 0;
}

char *
view_text (const RuleView *view)
{
    g_autoptr (GString) text = g_string_new (NULL);

    for (unsigned i = 0; i < message_leaf_count (view->message); i++)
        if (view_reads (view, i))
            append_kept (text, view, i, 0,
                         g_bytes_get_size (message_leaf (view->message, i)->content));
    return policy_fold (text->str);
}

/* Blocks are in order and apart; a page can have thousands of places to ask about. */
bool
view_has (const RuleView *view, unsigned leaf, size_t offset)
{
    const GPtrArray *blocks = view->classification->blocks;
    unsigned low = 0, high = view->stripped ? blocks->len : 0;

    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        const Block *block = g_ptr_array_index (blocks, middle);
        if (block->leaf == leaf && offset >= block->start && offset < block->end)
            return false;
        if (block->leaf < leaf || (block->leaf == leaf && block->end <= offset))
            low = middle + 1;
        else
            high = middle;
    }
    return true;
}

bool
message_has_campaign (const Message *message, const char *word)
{
    const char *value = message_header (message, "X-Licet-Campaign");
    g_auto (GStrv) tokens = g_strsplit_set (value ? value : "", ",; ", -1);

    for (char **token = tokens; *token; token++)
        if (g_ascii_strcasecmp (word, *token) == 0)
            return true;
    return false;
}
