/* SPDX-License-Identifier: BSD-2-Clause */

/* Told by name, type and first bytes, so that a picture or a document is never decoded whole. */

#include "attached.h"

#include <string.h>

#include "encoded.h"

bool
attached_is_text (const Message *message, unsigned number)
{
    gsize length = 0;
    g_autoptr (GBytes) head = message_leaf_head (message, number, ENCODED_HEAD);
    const char *data = g_bytes_get_data (head, &length);

    return encoded_is_text (data, length) ||
           g_str_has_prefix (message_leaf (message, number)->type, "text/");
}

static bool
has_suffix (const Leaf *leaf, const char *suffix)
{
    g_autofree char *name = g_utf8_casefold (leaf->filename ? leaf->filename : "", -1);

    return g_str_has_suffix (name, suffix);
}

bool
attached_is_message (const Leaf *leaf)
{
    return g_str_has_prefix (leaf->type, "message/rfc") ||
           strcmp (leaf->type, "message/global") == 0 || has_suffix (leaf, ".eml") ||
           g_str_has_suffix (leaf->type, "pkcs7-mime");
}

/* S/MIME without encryption is a message in a frame of another format (RFC 8551 3.5.2), and all who
 * read that format see it. */
static GBytes *
without_frame (const Leaf *leaf, GBytes *content)
{
    static const char begin[] = "Content-Type:";
    gsize length = 0;
    const char *data = g_bytes_get_data (content, &length);

    if (!g_str_has_suffix (leaf->type, "pkcs7-mime") || length == 0)
        return g_bytes_ref (content);
    const char *found = memmem (data, length, begin, strlen (begin));
    size_t at = found ? (size_t)(found - data) : 0;
    return g_bytes_new_from_bytes (content, at, length - at);
}

Message *
attached_message (const Leaf *leaf, GBytes *content)
{
    g_autoptr (GBytes) plain = without_frame (leaf, content);
    g_autoptr (GBytes) wire = encoded_with_crlf (plain);

    return message_parse (wire, NULL);
}
