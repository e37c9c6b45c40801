/* SPDX-License-Identifier: BSD-2-Clause */

/* RFC 2392: what one part of a message says of another. */

#include "licet/message.h"

#include <string.h>

static void
free_reference (void *data)
{
    PartReference *reference = data;

    g_free (reference->id);
    g_free (reference);
}

/* Up to what ends an attribute value, a url() or an address. */
static char *
read_id (const char *text, size_t length)
{
    size_t end = 0;

    while (end < length && text[end] && !strchr ("\"'<>() \t\r\n", text[end]))
        end++;
    return g_uri_unescape_segment (text, text + end, NULL);
}

GPtrArray *
message_part_references (const Message *message, unsigned leaf)
{
    GPtrArray *references = g_ptr_array_new_with_free_func (free_reference);
    GBytes *content = message_leaf (message, leaf)->content;
    size_t length = 0;
    const char *data = content ? g_bytes_get_data (content, &length) : NULL;

    for (size_t at = 0; at + 4 < length; at++) {
        if (data[at + 3] != ':' || g_ascii_strncasecmp (data + at, "cid", 3) != 0)
            continue;
        char *id = read_id (data + at + 4, length - at - 4);
        if (!id)
            continue;
        PartReference *reference = g_new (PartReference, 1);
        *reference = (PartReference){ .id = id, .start = at };
        g_ptr_array_add (references, reference);
    }
    return references;
}
