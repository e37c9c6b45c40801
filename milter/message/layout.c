/* SPDX-License-Identifier: BSD-2-Clause */

/* Bounds, header, MIME tree and second reader, in the order in which each may trust the last. */

#include "layout.h"

#include "licet/error.h"
#include "licet/limits.h"

#include "headers.h"
#include "prescan.h"
#include "witness.h"

/* Our own view is bounded already. GMime's differs where the structure is ambiguous, but it
 * cannot see more parts than there are lines that begin with "--". */
static bool
may_be_witnessed (const Prescan *scan, const Structure *structure)
{
    return !scan->danger && (!structure->ambiguity || scan->dashes <= LIMIT_MIME_LEAVES);
}

Layout *
layout_read (GBytes *bytes, bool witnessed, GError **error)
{
    g_autoptr (Layout) layout = g_new0 (Layout, 1);
    size_t length = 0;
    const char *data = g_bytes_get_data (bytes, &length);
    Prescan scan;

    if (length > LIMIT_MESSAGE_BYTES) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_LIMIT, "the message is too long");
        return NULL;
    }
    layout->fields = headers_scan (data, length, &layout->body, error);
    if (!layout->fields)
        return NULL;
    layout->structure = structure_scan (data, length, error);
    if (!layout->structure)
        return NULL;
    prescan (data, length, &scan);
    if (scan.oddity)
        structure_note (layout->structure, layout->body, scan.oddity);
    if (scan.danger)
        structure_note (layout->structure, 0, scan.danger);
    layout->dangerous = scan.danger != NULL;
    if (witnessed && may_be_witnessed (&scan, layout->structure))
        witness_compare (bytes, layout->structure);
    return g_steal_pointer (&layout);
}

void
layout_free (Layout *layout)
{
    g_clear_pointer (&layout->fields, g_ptr_array_unref);
    g_clear_pointer (&layout->structure, structure_free);
    g_free (layout);
}
