/* SPDX-License-Identifier: BSD-2-Clause */

/* GMime as a reader that knows nothing of licet. */

#include "second.h"

#include <gmime/gmime.h>
#include <stdbool.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimeDataWrapper, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimeStream, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimeParser, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimeMessage, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimePartIter, g_mime_part_iter_free)

static void
free_leaf (SecondLeaf *leaf)
{
    g_free (leaf->type);
    g_bytes_unref (leaf->encoded);
    g_bytes_unref (leaf->decoded);
    g_free (leaf);
}

static GBytes *
read_encoded (GMimeDataWrapper *content, GBytes *message)
{
    GMimeStream *stream = content ? g_mime_data_wrapper_get_stream (content) : NULL;
    const char *data = g_bytes_get_data (message, NULL);

    if (!stream || stream->bound_end < stream->bound_start)
        return g_bytes_new (NULL, 0);
    size_t start = (size_t)stream->bound_start, end = (size_t)stream->bound_end;
    /* At an edge of its buffer GMime counts the CR before a delimiter to the part. */
    if (end > start && end < g_bytes_get_size (message) && data[end - 1] == '\r')
        end--;
    return g_bytes_new_from_bytes (message, start, end - start);
}

static GBytes *
decode (GBytes *encoded, GMimeContentEncoding encoding)
{
    size_t length = 0;
    const char *data = g_bytes_get_data (encoded, &length);
    g_autoptr (GMimeStream) in = g_mime_stream_mem_new_with_buffer (data, length);
    g_autoptr (GMimeStream) out = g_mime_stream_mem_new ();
    g_autoptr (GMimeDataWrapper) content = g_mime_data_wrapper_new_with_stream (in, encoding);

    g_mime_data_wrapper_write_to_stream (content, out);
    GByteArray *bytes = g_mime_stream_mem_get_byte_array ((GMimeStreamMem *)out);
    return g_bytes_new (bytes->data, bytes->len);
}

static SecondLeaf *
read_leaf (GMimePart *part, GBytes *message)
{
    SecondLeaf *leaf = g_new0 (SecondLeaf, 1);
    GMimeDataWrapper *content = g_mime_part_get_content (part);
    GMimeContentType *type = g_mime_object_get_content_type ((GMimeObject *)part);

    leaf->type = type ? g_mime_content_type_get_mime_type (type) : g_strdup ("");
    leaf->encoded = read_encoded (content, message);
    leaf->decoded = decode (leaf->encoded, g_mime_part_get_content_encoding (part));
    return leaf;
}

GPtrArray *
second_read (GBytes *message)
{
    static gsize started = 0;
    size_t length = 0;
    const char *data = g_bytes_get_data (message, &length);

    if (g_once_init_enter (&started)) {
        g_mime_init ();
        g_once_init_leave (&started, 1);
    }
    g_autoptr (GMimeStream) stream = g_mime_stream_mem_new_with_buffer (data, length);
    g_autoptr (GMimeParser) parser = g_mime_parser_new_with_stream (stream);
    g_mime_parser_set_persist_stream (parser, TRUE);
    g_autoptr (GMimeMessage) parsed = g_mime_parser_construct_message (parser, NULL);
    if (!parsed)
        return NULL;
    GPtrArray *leaves = g_ptr_array_new_with_free_func ((GDestroyNotify)free_leaf);
    g_autoptr (GMimePartIter) iterator = g_mime_part_iter_new ((GMimeObject *)parsed);
    for (bool more = g_mime_part_iter_is_valid (iterator); more;
         more = g_mime_part_iter_next (iterator)) {
        GMimeObject *object = g_mime_part_iter_get_current (iterator);
        if (GMIME_IS_PART (object))
            g_ptr_array_add (leaves, read_leaf ((GMimePart *)object, message));
    }
    return leaves;
}
