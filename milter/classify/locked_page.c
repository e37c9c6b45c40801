/* SPDX-License-Identifier: BSD-2-Clause */

#include "locked_page.h"

#include <string.h>

#include "licet/limits.h"

/* A heading is a line, not a paragraph; no transaction needs more links to be told. */
enum { LONGEST_HEADING = 72, MOST_LINKS = 64 };

static bool
is_title (const char *line)
{
    size_t length = strlen (line);

    return length <= LONGEST_HEADING && !strchr (".,;:!?", line[length - 1]);
}

/* The link whose text is the line, or NULL. */
static const Link *
find_link (const Leaf *leaf, const char *line)
{
    for (unsigned i = 0; i < MIN (leaf->links->len, MOST_LINKS); i++) {
        const Link *link = g_ptr_array_index (leaf->links, i);
        if (link->visible && link->target && link->text && strcmp (link->text, line) == 0)
            return link;
    }
    return NULL;
}

static void
add_line (GString *page, const Leaf *leaf, const char *line)
{
    const Link *link = leaf->kind == LEAF_HTML ? find_link (leaf, line) : NULL;
    g_autofree char *text = g_markup_escape_text (line, -1);
    g_autofree char *target = link ? g_markup_escape_text (link->target, -1) : NULL;

    if (link)
        g_string_append_printf (page, "<p><a href=\"%s\">%s</a></p>\n", target, text);
    else if (is_title (line))
        g_string_append_printf (page, "<h3>%s</h3>\n", text);
    else
        g_string_append_printf (page, "<p>%s</p>\n", text);
}

char *
locked_page (const Leaf *leaf)
{
    GString *page = g_string_new (NULL);
    const char *text = leaf->text ? leaf->text : "";

    for (const char *at = text; *at && page->len < LIMIT_READING_BYTES;) {
        size_t length = strcspn (at, "\n");
        g_autofree char *line = g_strndup (at, length);
        g_strstrip (line);
        if (*line)
            add_line (page, leaf, line);
        at += length + (at[length] == '\n');
    }
    return g_string_free (page, FALSE);
}
