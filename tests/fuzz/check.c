/* SPDX-License-Identifier: BSD-2-Clause */

/* What must hold of every message that message_render gives, said without its own code. */

#include "check.h"

#include <string.h>

#include "../proof/second.h"

/* How many of its bytes are gone already; a replacement that is not all within cuts or all outside
 * of them has no meaning. */
static size_t
count_gone (const bool *gone, const Edit *edit)
{
    size_t count = 0;

    for (size_t at = edit->start; at < edit->end; at++)
        count += gone[at];
    return count;
}

static void
set_gone (bool *gone, const Edit *edit)
{
    for (size_t at = edit->start; at < edit->end; at++)
        gone[at] = true;
}

/* One byte after the other. NULL when edits contradict each other, which must be refused. */
static GBytes *
apply (const Leaf *leaf, const GPtrArray *edits)
{
    size_t length = 0;
    const char *data = g_bytes_get_data (leaf->content, &length);
    g_autofree bool *gone = g_new0 (bool, length + 1);
    g_autofree const char **with = g_new0 (const char *, length + 1);
    g_autoptr (GString) out = g_string_new (NULL);

    for (unsigned i = 0; i < edits->len; i++)
        if (((Edit *)g_ptr_array_index (edits, i))->kind == EDIT_CUT)
            set_gone (gone, g_ptr_array_index (edits, i));
    for (unsigned i = 0; i < edits->len; i++) {
        const Edit *edit = g_ptr_array_index (edits, i);
        size_t already = edit->kind == EDIT_REPLACE ? count_gone (gone, edit) : 0;
        if (edit->kind != EDIT_REPLACE || edit->start == edit->end)
            continue;
        if (already != 0 && already != edit->end - edit->start)
            return NULL;
        if (already == 0)
            with[edit->start] = edit->value;
        set_gone (gone, edit);
    }
    for (size_t i = 0; i < length; i++) {
        g_string_append (out, with[i] ? with[i] : "");
        if (!gone[i])
            g_string_append_c (out, data[i]);
    }
    return g_string_free_to_bytes (g_steal_pointer (&out));
}

/* Everything before and after the encoded leaf. */
static void
check_around (const Message *message, const Leaf *leaf, GBytes *result)
{
    size_t before = 0, after = 0;
    const char *old = g_bytes_get_data (message_bytes (message), &before);
    const char *new = g_bytes_get_data (result, &after);
    size_t tail = before - leaf->end;

    g_assert_cmpuint (after, >=, leaf->start + tail);
    g_assert_true (memcmp (old, new, leaf->start) == 0);
    g_assert_true (memcmp (old + leaf->end, new + after - tail, tail) == 0);
}

static void
check_again (const Message *message, unsigned leaf, const Message *now, GBytes *want)
{
    g_assert_nonnull (now);
    g_assert_null (message_ambiguity (now));
    g_assert_cmpuint (message_leaf_count (now), ==, message_leaf_count (message));
    for (unsigned i = 0; i < message_leaf_count (now); i++) {
        const Leaf *is = message_leaf (now, i), *was = message_leaf (message, i);
        g_assert_cmpstr (is->path, ==, was->path);
        g_assert_cmpstr (is->type, ==, was->type);
        g_assert_cmpint (is->encoding, ==, was->encoding);
        if (i == leaf) {
            g_assert_null (is->locked);
            g_assert_true (g_bytes_equal (is->content, want));
            g_assert_true (g_utf8_validate (is->text, -1, NULL));
        }
    }
}

static void
check_second (const Message *message, unsigned leaf, GBytes *result, GBytes *want)
{
    g_autoptr (GPtrArray) before = second_read (message_bytes (message));
    g_autoptr (GPtrArray) after = second_read (result);

    g_assert_true (before && after);
    g_assert_cmpuint (before->len, ==, after->len);
    g_assert_cmpuint (before->len, ==, message_leaf_count (message));
    for (unsigned i = 0; i < after->len; i++) {
        const SecondLeaf *was = g_ptr_array_index (before, i);
        const SecondLeaf *is = g_ptr_array_index (after, i);
        g_assert_cmpstr (was->type, ==, is->type);
        if (i == leaf)
            g_assert_true (g_bytes_equal (is->decoded, want));
        else
            g_assert_true (g_bytes_equal (is->encoded, was->encoded));
    }
}

static void
append_text (GString *out, const Message *message, unsigned leaf, size_t start, size_t end)
{
    g_autofree char *text = message_visible_text (message, leaf, start, end);

    for (const char *c = text; *c; c = g_utf8_next_char (c))
        if (!g_unichar_isspace (g_utf8_get_char (c)))
            g_string_append_unichar (out, g_utf8_get_char (c));
}

/* What a person reads afterwards is what stood around the cut. */
static void
check_text (const Message *message, unsigned leaf, const Edit *cut, const Message *now)
{
    g_autoptr (GString) before = g_string_new (NULL), after = g_string_new (NULL);
    size_t length = g_bytes_get_size (message_leaf (message, leaf)->content);

    append_text (before, message, leaf, 0, cut->start);
    append_text (before, message, leaf, cut->end, length);
    append_text (after, now, leaf, 0, g_bytes_get_size (message_leaf (now, leaf)->content));
    g_assert_cmpstr (after->str, ==, before->str);
}

void
check_unedited (const Message *message)
{
    g_autoptr (GPtrArray) none = g_ptr_array_new ();
    g_autoptr (GBytes) result = message_render (message, none, NULL);

    g_assert_true (result && g_bytes_equal (result, message_bytes (message)));
}

GBytes *
check_edits (const Message *message, unsigned leaf, const GPtrArray *edits)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) result = message_render (message, edits, &error);

    if (!result) {
        g_assert_nonnull (error);
        return NULL;
    }
    const Leaf *was = message_leaf (message, leaf);
    g_autoptr (GBytes) want = apply (was, edits);
    g_assert_nonnull (want);
    if (g_bytes_equal (want, was->content)) {
        g_assert_true (g_bytes_equal (result, message_bytes (message)));
        return g_steal_pointer (&result);
    }
    check_around (message, was, result);
    g_autoptr (Message) now = message_parse (result, NULL);
    check_again (message, leaf, now, want);
    check_second (message, leaf, result, want);
    const Edit *first = g_ptr_array_index (edits, 0);
    if (edits->len == 1 && first->kind == EDIT_CUT)
        check_text (message, leaf, first, now);
    return g_steal_pointer (&result);
}

GBytes *
check_cut (const Message *message, unsigned leaf, size_t start, size_t end)
{
    g_autoptr (GPtrArray) edits = g_ptr_array_new_full (1, (GDestroyNotify)edit_free);

    g_ptr_array_add (edits, edit_cut_new ("strip", leaf, start, end, "", ""));
    return check_edits (message, leaf, edits);
}
