/* SPDX-License-Identifier: BSD-2-Clause */

/* Which lines go as headings with the promotion below them: what is cut too much is lost. */

#include "heads.h"

#include <string.h>

/* Log-odds of a heading that leans to promotion. */
static const double HEAD_LEANS = 0.7;

/* What is written below a signature has none above it. */
static bool
is_postscript (const char *text)
{
    static const char *const beginnings[] = { "p.s",  "ps:",  "ps ", "ps.", "p. s", "p.-s", "p.p.s", "pps",
                                              "p.d",  "pd:",  "pd.", "p. d", "n.b", "nb:" };

    text += strspn (text, " \t\r\n(*");
    for (unsigned i = 0; i < G_N_ELEMENTS (beginnings); i++)
        if (g_ascii_strncasecmp (text, beginnings[i], strlen (beginnings[i])) == 0)
            return true;
    return false;
}

/* "Doors open at 6 pm", "Meeting point: the yard": a short line that tells something says it of the
 * transaction, unless it cries out. */
static bool
tells_something (const char *text)
{
    const char *colon = strchr (text, ':');
    bool value = colon && colon[1 + strspn (colon + 1, " \t\r\n")];

    return (value || strpbrk (text, "0123456789")) && !strpbrk (text, "!%") &&
           !strstr (text, "\xef\xbc\x81") /* the wide exclamation mark */;
}

bool
heads_below (const BlockParts *parts, unsigned piece)
{
    unsigned next = piece + 1;

    return block_parts_is_heading (parts, piece) &&
           (parts->kinds[piece] == PART_PROMOTION ||
            !tells_something (block_parts_piece (parts, piece)->text) ||
            block_parts_odds (parts, (Span){ piece, next }) >= HEAD_LEANS) &&
           (next >= block_parts_count (parts) ||
            !is_postscript (block_parts_piece (parts, next)->text));
}
