/* SPDX-License-Identifier: BSD-2-Clause */

/* Plain text: paragraphs stand between blank lines and lines of dashes. */

#include "layout_lines.h"

#include <string.h>

#include "licet/limits.h"

/* A heading is a line, not a paragraph. */
enum { LONGEST_HEADING = 72 };

/* Each takes a kilobyte while it is judged, as an element of a page does; what is behind them is one. */
enum { MOST_PARAGRAPHS = LIMIT_HTML_ELEMENTS };

/* A byte beyond ASCII may be a letter of any script. */
static bool
is_rule (const char *line, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (g_ascii_isalnum (line[i]) || (unsigned char)line[i] >= 0x80)
            return false;
    return true;
}

static unsigned
look_of (const char *text, unsigned lines)
{
    size_t length = strlen (text);
    char last = length > 0 ? text[length - 1] : 0;
    bool title = lines == 1 && length > 0 && !strchr (".,;", last) && !strstr (text, "://");

    return title && g_utf8_strlen (text, -1) <= LONGEST_HEADING ? PIECE_HEADING : 0;
}

static void
add_paragraph (const Message *message, unsigned leaf, PageLayout *layout, size_t start,
               size_t end, unsigned lines)
{
    Piece piece = { .start = start,
                    .end = end,
                    .text_start = start,
                    .text_end = end,
                    .node = layout->nodes->len,
                    .text = message_visible_text (message, leaf, start, end) };
    LayoutNode node = { .parent = 0,
                        .next = layout->nodes->len + 1,
                        .first_piece = layout->pieces->len,
                        .end_piece = layout->pieces->len + 1,
                        .start = start,
                        .end = end,
                        .element = -1,
                        .around = -1,
                        .whole = true };

    piece.look = look_of (piece.text, lines);
    g_array_append_val (layout->pieces, piece);
    g_array_append_val (layout->nodes, node);
}

void
layout_lines (const Message *message, unsigned leaf, PageLayout *layout)
{
    size_t length = 0, start = 0, end = 0;
    const char *data = g_bytes_get_data (message_leaf (message, leaf)->content, &length);
    unsigned lines = 0;

    for (size_t at = 0; at < length;) {
        const char *newline = memchr (data + at, '\n', length - at);
        size_t next = newline ? (size_t)(newline - data) + 1 : length;
        if (layout->pieces->len < MOST_PARAGRAPHS && is_rule (data + at, next - at)) {
            if (lines > 0)
                add_paragraph (message, leaf, layout, start, end, lines);
            lines = 0;
        } else {
            start = lines == 0 ? at : start;
            end = next;
            lines++;
        }
        at = next;
    }
    if (lines > 0)
        add_paragraph (message, leaf, layout, start, end, lines);
    LayoutNode *whole = &g_array_index (layout->nodes, LayoutNode, 0);
    whole->end_piece = layout->pieces->len;
    whole->next = layout->nodes->len;
}
