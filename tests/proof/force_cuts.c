/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * usage: force_cuts ranges|marks FILE [OUT]
 * Cuts a few ranges of each leaf (elements, lines), or the marked blocks of each leaf, whether or
 * not anything speaks for it, and checks every result with GMime. Writes results to OUT.<number>
 * and says on stdout, in lines of tab-separated words, what became of it:
 *   message  ok|refused  reason
 *   ambiguous  reason
 *   leaf  number  path  kind  encoding  start  end  free|locked  reason
 *   cut   number of the result  leaf  start  end  edited|refused  reason
 *   problem  what is wrong with the marks
 *   time  microseconds of reading  mean microseconds of a cut with its proof
 */

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../fuzz/check.h"
#include "licet/error.h"

#define MOST_RANGES 4

typedef struct {
    const Message *message;
    const char *out;
    unsigned results, tries;
    gint64 time; /* of all cuts, in microseconds */
} Proof;

/* Of this thread: other programs may run at the same time. */
static gint64
used_time (void)
{
    struct timespec now;

    clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
    return (gint64)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void
try_edits (Proof *proof, unsigned leaf, const GPtrArray *edits)
{
    g_autoptr (GError) error = NULL;
    gint64 begin = used_time ();
    g_autoptr (GBytes) rendered = message_render (proof->message, edits, &error);
    const Edit *first = g_ptr_array_index (edits, 0);

    proof->time += used_time () - begin;
    proof->tries++;
    printf ("cut\t%u\t%u\t%zu\t%zu\t%s\t%s\n", proof->results, leaf, first->start, first->end,
            error ? "refused" : "edited", error ? error->message : "");
    if (error)
        return;
    g_autofree char *path = g_strdup_printf ("%s.%u", proof->out, proof->results++);
    size_t length = 0;
    const char *data = g_bytes_get_data (rendered, &length);
    if (!g_file_set_contents (path, data, (gssize)length, NULL))
        g_error ("cannot write %s", path);
    g_autoptr (GBytes) checked = check_edits (proof->message, leaf, edits);
}

static void
try_range (Proof *proof, unsigned leaf, size_t start, size_t end)
{
    g_autoptr (GPtrArray) edits = g_ptr_array_new_full (1, (GDestroyNotify)edit_free);

    g_ptr_array_add (edits, edit_cut_new ("strip", leaf, start, end, "", NULL));
    try_edits (proof, leaf, edits);
}

/* What a sender would mark: an element that is not nearly all of the page. */
static bool
is_candidate (const LeafElement *element, size_t length)
{
    static const char *const names[] = { "tr",     "table", "div",  "p",  "td", "li",
                                         "ul",     "a",     "h1",   "h2", "h3", "h4",
                                         "center", "img",   "span", "br", "b",  NULL };

    return element->whole && element->end - element->start <= length / 2 &&
           g_strv_contains (names, element->name);
}

static void
cut_elements (Proof *proof, unsigned leaf)
{
    size_t length = g_bytes_get_size (message_leaf (proof->message, leaf)->content);
    g_autoptr (GPtrArray) found = g_ptr_array_new ();

    for (unsigned i = 0; i < message_element_count (proof->message, leaf); i++) {
        const LeafElement *element = message_element (proof->message, leaf, i);
        if (is_candidate (element, length))
            g_ptr_array_add (found, (gpointer)element);
    }
    for (unsigned i = 0; i < MIN (found->len, MOST_RANGES); i++) {
        unsigned at = found->len * (2 * i + 1) / (2 * MIN (found->len, MOST_RANGES));
        const LeafElement *element = g_ptr_array_index (found, at);
        try_range (proof, leaf, element->start, element->end);
    }
}

static size_t
next_line (const char *data, size_t length, size_t from)
{
    const char *newline = from < length ? memchr (data + from, '\n', length - from) : NULL;

    return newline ? (size_t)(newline - data) + 1 : length;
}

static void
cut_lines (Proof *proof, unsigned leaf)
{
    size_t length = 0;
    const char *data = g_bytes_get_data (message_leaf (proof->message, leaf)->content, &length);

    for (unsigned i = 0; i < MOST_RANGES && length > 0; i++) {
        size_t start = i == 0 ? 0 : next_line (data, length, length * i / MOST_RANGES);
        size_t end = next_line (data, length, MIN (length, start + length / 8));
        if (start < end && (i == 0 || end < length))
            try_range (proof, leaf, start, end);
    }
}

static void
cut_marks (Proof *proof, unsigned leaf)
{
    const GArray *blocks = message_marked_blocks (proof->message);
    g_autoptr (GPtrArray) edits = g_ptr_array_new_full (1, (GDestroyNotify)edit_free);

    for (unsigned i = 0; i < blocks->len; i++) {
        const MarkedBlock *block = &g_array_index (blocks, MarkedBlock, i);
        if (block->leaf == leaf)
            g_ptr_array_add (edits,
                             edit_cut_new ("strip", leaf, block->start, block->end, "", NULL));
    }
    if (edits->len > 0)
        try_edits (proof, leaf, edits);
}

static void
take_leaf (Proof *proof, unsigned i, bool marks)
{
    const Leaf *leaf = message_leaf (proof->message, i);
    static const char *const kinds[] = { "plain", "html", "amp", "other" };
    static const char *const encodings[] = { "identity", "quoted-printable", "base64",
                                             "unknown" };

    printf ("leaf\t%u\t%s\t%s\t%s\t%zu\t%zu\t%s\t%s\n", i, leaf->path, kinds[leaf->kind],
            encodings[leaf->encoding], leaf->start, leaf->end, leaf->locked ? "locked" : "free",
            leaf->locked ? leaf->locked : "");
    if (marks)
        cut_marks (proof, i);
    else if (leaf->kind == LEAF_PLAIN)
        cut_lines (proof, i);
    else if (leaf->kind != LEAF_OTHER)
        cut_elements (proof, i);
}

int
main (int argc, char **argv)
{
    g_autofree char *text = NULL;
    g_autoptr (GError) error = NULL;
    size_t length = 0;

    if (argc < 4 || !g_file_get_contents (argv[2], &text, &length, &error)) {
        fprintf (stderr, "usage: force_cuts ranges|marks FILE OUT\n");
        return 64;
    }
    g_autoptr (GBytes) bytes = g_bytes_new (text, length);
    /* Libraries set themselves up at the first message. */
    g_autoptr (Message) first = message_parse (bytes, NULL);
    gint64 begin = used_time ();
    g_autoptr (Message) message = message_parse (bytes, &error);
    gint64 parsed = used_time ();
    printf ("message\t%s\t%s\n", message ? "ok" : "refused", message ? "" : error->message);
    if (!message)
        return 0;
    Proof proof = { message, argv[3], 0, 0, 0 };
    check_unedited (message);
    if (message_ambiguity (message))
        printf ("ambiguous\t%s\n", message_ambiguity (message));
    if (message_mark_problem (message))
        printf ("problem\t%s\n", message_mark_problem (message));
    for (unsigned i = 0; i < message_leaf_count (message); i++)
        take_leaf (&proof, i, strcmp (argv[1], "marks") == 0);
    printf ("time\t%" G_GINT64_FORMAT "\t%" G_GINT64_FORMAT "\n", parsed - begin,
            proof.time / MAX (proof.tries, 1));
    return 0;
}
