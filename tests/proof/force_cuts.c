/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * force_cuts OUT FILE…: makes one cut in each text leaf of each mail where it can, and writes the
 * results to OUT/<number>.eml. A line of tab-separated fields on standard output for each attempt:
 * file, "edited N LEAF START END MARKER" or "refused REASON" or "unchanged REASON". GMime is asked
 * here whether all other parts are what they were; prove.py asks Python's email.
 */

#include <gmime/gmime.h>
#include <stdio.h>
#include <string.h>

#include "licet/message.h"

typedef struct {
    const char *out, *file;
    GBytes *bytes;
    unsigned *number;
} Job;

static GByteArray *
decode_part (GMimeObject *object)
{
    GByteArray *bytes = g_byte_array_new ();
    GMimeStream *stream = g_mime_stream_mem_new_with_byte_array (bytes);
    GMimeDataWrapper *content =
        GMIME_IS_PART (object) ? g_mime_part_get_content ((GMimePart *)object) : NULL;

    g_mime_stream_mem_set_owner ((GMimeStreamMem *)stream, FALSE);
    if (content)
        g_mime_data_wrapper_write_to_stream (content, stream);
    g_object_unref (stream);
    return bytes;
}

static void
collect_part (GMimeObject *parent, GMimeObject *part, void *data)
{
    (void)parent;
    if (GMIME_IS_PART (part))
        g_ptr_array_add (data, decode_part (part));
}

/* The decoded leaves as GMime sees them. */
static GPtrArray *
read_parts (GBytes *bytes)
{
    GPtrArray *parts = g_ptr_array_new_with_free_func ((GDestroyNotify)g_byte_array_unref);
    size_t length = 0;
    const char *data = g_bytes_get_data (bytes, &length);
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer (data, length);
    GMimeParser *parser = g_mime_parser_new_with_stream (stream);
    GMimeMessage *message = g_mime_parser_construct_message (parser, NULL);

    if (message) {
        GMimeObject *top = g_mime_message_get_mime_part (message);
        if (top && GMIME_IS_PART (top))
            g_ptr_array_add (parts, decode_part (top));
        else if (top)
            g_mime_message_foreach (message, collect_part, parts);
        g_object_unref (message);
    }
    g_object_unref (parser);
    g_object_unref (stream);
    return parts;
}

static bool
is_same (const GByteArray *a, const GByteArray *b)
{
    return a->len == b->len && (a->len == 0 || memcmp (a->data, b->data, a->len) == 0);
}

/* One part at most may differ. */
static bool
does_gmime_agree (GBytes *before, GBytes *after)
{
    g_autoptr (GPtrArray) first = read_parts (before), second = read_parts (after);
    unsigned different = 0;

    if (first->len != second->len)
        return false;
    for (unsigned i = 0; i < first->len; i++)
        different += !is_same (g_ptr_array_index (first, i), g_ptr_array_index (second, i));
    return different <= 1;
}

/* The longest text among the elements that leave at least half of the page where it is. */
static bool
choose_element (const Message *message, unsigned leaf, size_t *ret_start, size_t *ret_end)
{
    size_t size = g_bytes_get_size (message_leaf (message, leaf)->content), best = 0;

    for (unsigned i = 0; i < message_element_count (message, leaf); i++) {
        const LeafElement *element = message_element (message, leaf, i);
        size_t length = element->end - element->start;
        if (!element->whole || element->hidden || length * 2 > size || length <= best ||
            element->inner_start == element->inner_end || strcmp (element->name, "body") == 0 ||
            strcmp (element->name, "head") == 0)
            continue;
        best = length;
        *ret_start = element->start;
        *ret_end = element->end;
    }
    return best > 0;
}

static bool
choose_line (const Leaf *leaf, size_t *ret_start, size_t *ret_end)
{
    size_t length = 0;
    const char *data = g_bytes_get_data (leaf->content, &length);
    const char *newline = length ? memchr (data, '\n', length) : NULL;
    const char *second =
        newline ? memchr (newline + 1, '\n', length - (size_t)(newline + 1 - data)) : NULL;

    if (!second)
        return false;
    *ret_start = (size_t)(newline + 1 - data);
    *ret_end = (size_t)(second + 1 - data);
    return true;
}

static void
cut_leaf (const Job *job, const Message *message, unsigned i)
{
    const Leaf *leaf = message_leaf (message, i);
    g_autoptr (GPtrArray) edits = g_ptr_array_new_with_free_func ((GDestroyNotify)edit_free);
    g_autoptr (GError) error = NULL;
    size_t start = 0, end = 0;
    bool chosen = leaf->kind == LEAF_PLAIN ? choose_line (leaf, &start, &end)
                                           : choose_element (message, i, &start, &end);

    if (!chosen) {
        printf ("%s\tunchanged\t%s\n", job->file,
                leaf->locked ? leaf->locked : "nothing in the leaf to cut");
        return;
    }
    g_ptr_array_add (edits, edit_cut_new ("", i, start, end, "", NULL));
    g_autoptr (GBytes) result = message_render (message, edits, &error);
    if (!result) {
        g_strdelimit (error->message, "\t\n", ' ');
        printf ("%s\trefused\t%s\n", job->file, error->message);
        return;
    }
    unsigned number = ++*job->number;
    g_autofree char *path = g_strdup_printf ("%s/%u.eml", job->out, number);
    g_file_set_contents (path, g_bytes_get_data (result, NULL),
                         (gssize)g_bytes_get_size (result), NULL);
    printf ("%s\tedited\t%u\t%s\t%zu\t%zu\t%s\n", job->file, number, leaf->path, start, end,
            does_gmime_agree (job->bytes, result) ? "gmime-agrees" : "gmime-differs");
}

static void
check_unedited (const Job *job, const Message *message)
{
    g_autoptr (GPtrArray) none = g_ptr_array_new ();
    g_autoptr (GBytes) same = message_render (message, none, NULL);

    if (!same || !g_bytes_equal (same, job->bytes))
        printf ("%s\tchanged without an edit\n", job->file);
}

static GBytes *
read_mail (const char *path)
{
    g_autofree char *data = NULL;
    size_t length = 0;

    if (!g_file_get_contents (path, &data, &length, NULL))
        return NULL;
    if (memmem (data, length, "\r\n", 2))
        return g_bytes_new_take (g_steal_pointer (&data), length);
    GString *text = g_string_new_len (data, (gssize)length);
    g_string_replace (text, "\n", "\r\n", 0);
    return g_string_free_to_bytes (text);
}

static void
prove_mail (const char *out, const char *path, unsigned *number)
{
    g_autoptr (GBytes) bytes = read_mail (path);
    g_autoptr (GError) error = NULL;
    g_autoptr (GTimer) timer = g_timer_new ();
    g_autoptr (Message) message = bytes ? message_parse (bytes, &error) : NULL;
    double seconds = g_timer_elapsed (timer, NULL);
    Job job = { out, path, bytes, number };

    if (!message) {
        printf ("%s\tno message\t%s\n", path, error ? error->message : "cannot be read");
        return;
    }
    printf ("%s\tparsed\t%zu\t%.6f\n", path, g_bytes_get_size (bytes), seconds);
    check_unedited (&job, message);
    for (unsigned i = 0; i < message_leaf_count (message); i++)
        if (message_leaf (message, i)->kind != LEAF_OTHER)
            cut_leaf (&job, message, i);
}

int
main (int argc, char **argv)
{
    unsigned number = 0;

    g_mime_init ();
    for (int i = 2; i < argc; i++)
        prove_mail (argv[1], argv[i], &number);
    return argc < 3;
}
