/* SPDX-License-Identifier: BSD-2-Clause */

/* Bounds, header, MIME tree and second reader, in the order in which each may trust the last. */

#include "layout.h"

#include "licet/error.h"
#include "licet/limits.h"

#include "headers.h"
#include "prescan.h"
#include "witness.h"

/* What is ambiguous already cannot become more so, and of what is plain its answer is known. */
static bool
is_to_be_witnessed (const Prescan *scan, const Structure *structure)
{
    return !scan->danger && !structure->ambiguity && !structure->plain;
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
    if (witnessed && is_to_be_witnessed (&scan, layout->structure))
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
