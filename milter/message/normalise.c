/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Finds what a later hop would change, and changes it first. Everything is a patch of the bytes;
 * the patches of the header are edits as well, since a milter tells Postfix of each.
 */

#include "licet/normalise.h"

#include <string.h>

#include "coding.h"
#include "encode.h"
#include "folds.h"
#include "headers.h"
#include "layout.h"
#include "mend.h"
#include "needs.h"
#include "part_header.h"
#include "patches.h"

#define CTE "Content-Transfer-Encoding"

typedef struct {
    const char *data;
    size_t length;
    const Layout *layout;
    bool eightbit;
    bool *ours;      /* by PartRange: some leaf in it may be edited */
    GArray *patches; /* of Patch */
    Normalised *out;
} Work;

static void
leave (Work *work, const char *where, const char *why)
{
    g_ptr_array_add (work->out->left, g_strdup_printf ("%s: %s", where, why));
}

static void
add_edit (Work *work, EditKind kind, unsigned field, const char *name, const char *value)
{
    g_ptr_array_add (work->out->edits,
                     edit_header_new (kind, "normalise", field, name, value, NULL));
}

/* For the record; leaf: its number. */
static void
note_encoded (Work *work, unsigned leaf, char *where)
{
    Edit *edit = edit_cut_new ("normalise", leaf, 0, 0, where, NULL);

    edit->kind = EDIT_ENCODE;
    g_ptr_array_add (work->out->edits, edit);
    g_free (where);
}

static void
replace_value (Work *work, const PartHeader *header, unsigned i, const char *value)
{
    const HeaderField *field = g_ptr_array_index (header->fields, i);

    patches_add (work->patches, header->start + field->value_start, header->start + field->end,
                 g_strdup_printf (" %s\r\n", value));
    if (header->range == 0)
        add_edit (work, EDIT_HEADER_REPLACE, i, field->name, value);
}

/* In the header of the message at the top, which is where a milter can add. */
static void
insert_field (Work *work, const PartHeader *header, const char *name, const char *value)
{
    size_t at = header->range == 0 ? 0 : header->end;

    patches_add (work->patches, at, at, g_strdup_printf ("%s: %s\r\n", name, value));
    if (header->range == 0)
        add_edit (work, EDIT_HEADER_INSERT, 0, name, value);
}

static bool
read_header (const Work *work, unsigned range, PartHeader *ret_header)
{
    return part_header_read (work->layout, work->data, work->length, range, ret_header);
}

static void
mend_fields (Work *work, const PartHeader *header, const char *part)
{
    for (unsigned i = 0; i < header->fields->len; i++) {
        const HeaderField *field = g_ptr_array_index (header->fields, i);
        char *left = NULL;
        if (g_ascii_strcasecmp (field->name, CTE) == 0)
            continue; /* see set_encoding */
        g_autofree char *where = g_strconcat (field->name, part, NULL);
        g_autofree char *value = mend_value (field->name, field->value, work->eightbit, &left);
        if (value)
            replace_value (work, header, i, value);
        if (value && header->range > 0)
            note_encoded (work, 0, g_strdup (where));
        if (left)
            leave (work, where, left);
        g_free (left);
    }
}

/* RFC 2045 6.1: without such a field it is 7bit. */
static void
set_encoding (Work *work, const PartHeader *header, const char *encoding)
{
    int i = part_header_find (header, CTE);

    if (i >= 0)
        replace_value (work, header, (unsigned)i, encoding);
    else
        insert_field (work, header, CTE, encoding);
    /* RFC 2045 4: without it the field above means nothing. */
    if (i < 0 && header->range == 0 && part_header_find (header, "MIME-Version") < 0)
        insert_field (work, header, "MIME-Version", "1.0");
}

/* The declared encoding, or NULL: what Postfix goes by when it converts. */
static char *
declared_encoding (const PartHeader *header)
{
    int i = part_header_find (header, CTE);
    const HeaderField *field = i < 0 ? NULL : g_ptr_array_index (header->fields, (unsigned)i);

    return field ? headers_unfold (field->value, strlen (field->value)) : NULL;
}

static bool
declares_more (const PartHeader *header)
{
    g_autofree char *word = declared_encoding (header);

    return word &&
           (g_ascii_strcasecmp (word, "8bit") == 0 || g_ascii_strcasecmp (word, "binary") == 0);
}

/* "part 1.2"; a multipart has no number of its own. Caller frees. */
static char *
name_part (const Work *work, unsigned range)
{
    const Structure *structure = work->layout->structure;

    for (unsigned i = 0; i < structure->parts->len; i++) {
        const Part *part = g_ptr_array_index (structure->parts, i);
        if (part->range == range)
            return g_strdup_printf ("part %s", part->leaf.path);
    }
    return g_strdup_printf ("the multipart at %zu",
                            g_array_index (structure->ranges, PartRange, range).start);
}

static void
declare_7bit (Work *work, unsigned number, const PartHeader *header)
{
    set_encoding (work, header, "7bit");
    if (header->range == 0)
        return;
    g_autofree char *part = name_part (work, header->range);
    note_encoded (work, number, g_strdup_printf ("%s of %s", CTE, part));
}

static void
put_content (Work *work, const Leaf *leaf, GString *content)
{
    patches_add (work->patches, leaf->start, leaf->end, g_string_free (content, FALSE));
}

/* A leaf that stands for itself gets an encoding. */
static void
encode_identity (Work *work, unsigned number, const Leaf *leaf, const PartHeader *header)
{
    bool text = g_str_has_prefix (leaf->type, "text/");
    g_autofree char *was = declared_encoding (header);
    GString *content = g_string_sized_new (leaf->end - leaf->start + 64);

    if (text)
        encode_quoted (work->data + leaf->start, leaf->end - leaf->start, content);
    else
        encode_base64 (work->data + leaf->start, leaf->end - leaf->start, content);
    if (!text && leaf->end == work->length)
        g_string_append (content, "\r\n");
    put_content (work, leaf, content);
    set_encoding (work, header, text ? "quoted-printable" : "base64");
    note_encoded (work, number,
                  g_strdup_printf ("%s %s, %s to %s", leaf->type, leaf->path,
                                   was ? was : "no encoding",
                                   text ? "quoted-printable" : "base64"));
}

/* A leaf whose encoding is right but for its lines. NULL, or why it cannot be mended. */
static const char *
mend_encoded (Work *work, unsigned number, const Leaf *leaf)
{
    bool quoted = leaf->encoding == ENCODING_QUOTED_PRINTABLE;
    g_autoptr (GBytes) bytes =
        g_bytes_new_static (work->data + leaf->start, leaf->end - leaf->start);
    CodingVerdict verdict = CODING_BROKEN;
    g_autoptr (GBytes) decoded =
        coding_decode (leaf->encoding, bytes, 0, g_bytes_get_size (bytes), &verdict);
    size_t size = 0;

    if (verdict == CODING_BROKEN || (!quoted && verdict != CODING_STRICT))
        return "its transfer encoding is broken";
    GString *content = g_string_sized_new (leaf->end - leaf->start + 64);
    if (quoted) {
        encode_mend_quoted (work->data + leaf->start, leaf->end - leaf->start, work->eightbit,
                            content);
    } else {
        const char *plain = g_bytes_get_data (decoded, &size);
        encode_base64 (plain, size, content);
        g_string_append (content, leaf->end == work->length ? "\r\n" : "");
    }
    put_content (work, leaf, content);
    note_encoded (work, number,
                  g_strdup_printf ("%s %s, lines of its %s", leaf->type, leaf->path,
                                   quoted ? "quoted-printable" : "base64"));
    return NULL;
}

/* Returns why a leaf that needs it was left, or NULL. */
static const char *
mend_leaf (Work *work, unsigned number, const Leaf *leaf, const PartHeader *header)
{
    switch (leaf->encoding) {
    case ENCODING_IDENTITY:
        encode_identity (work, number, leaf, header);
        return NULL;
    case ENCODING_QUOTED_PRINTABLE:
    case ENCODING_BASE64:
        return mend_encoded (work, number, leaf);
    case ENCODING_OTHER:
        return "its transfer encoding is not known";
    }
    g_assert_not_reached ();
}

static void
leave_leaf (Work *work, const Leaf *leaf, Needs needs, const char *why)
{
    g_autofree char *what = needs_describe (needs, work->eightbit);
    g_autofree char *where = g_strdup_printf ("%s %s", leaf->type, leaf->path);
    g_autofree char *text = g_strdup_printf ("%s; %s", what, why);

    leave (work, where, text);
}

/* Whether its content is fit to travel now. */
static bool
treat_leaf (Work *work, unsigned number, const PartHeader *header)
{
    const Part *part = g_ptr_array_index (work->layout->structure->parts, number);
    const Leaf *leaf = &part->leaf;
    Needs needs = needs_scan (work->data + leaf->start, leaf->end - leaf->start);
    const char *why = NULL;

    needs.declared = declares_more (header);
    if (!needs_any (needs, work->eightbit))
        return true;
    if (part->foreign)
        why = leaf->locked ? leaf->locked : "it is not ours to edit";
    else if (needs.long_line || needs.bare || (work->eightbit && needs.eightbit))
        why = mend_leaf (work, number, leaf, header);
    else
        declare_7bit (work, number, header);
    if (why)
        leave_leaf (work, leaf, needs, why);
    return !why || !work->eightbit || !(needs.eightbit || needs.declared);
}

static void
mark_range (const Work *work, bool *marks, unsigned range)
{
    for (int i = (int)range; i >= 0;
         i = g_array_index (work->layout->structure->ranges, PartRange, (unsigned)i).parent)
        marks[i] = true;
}

/* Returns, by PartRange, whether bytes that need 8BITMIME stay in it. Caller frees. */
static bool *
treat_leaves (Work *work)
{
    const Structure *structure = work->layout->structure;
    bool *wide = g_new0 (bool, structure->ranges->len);

    for (unsigned i = 0; i < structure->parts->len; i++) {
        const Part *part = g_ptr_array_index (structure->parts, i);
        PartHeader header;
        if (!part->foreign)
            mark_range (work, work->ours, part->range);
        if (!read_header (work, part->range, &header)) {
            leave (work, part->leaf.path, "its header can be read in two ways");
            mark_range (work, wide, part->range);
            continue;
        }
        if (!treat_leaf (work, i, &header))
            mark_range (work, wide, part->range);
        part_header_clear (&header);
    }
    return wide;
}

static bool
has_leaf (const Structure *structure, unsigned range)
{
    for (unsigned i = 0; i < structure->parts->len; i++)
        if (((const Part *)g_ptr_array_index (structure->parts, i))->range == range)
            return true;
    return false;
}

/* Headers of parts, and multiparts that say 8bit of parts that no longer are. The header of the
 * message is ours even when all its parts are signed. */
static void
treat_headers (Work *work, const bool *wide)
{
    const Structure *structure = work->layout->structure;

    for (unsigned i = 0; i < structure->ranges->len; i++) {
        g_autofree char *name = name_part (work, i), *part = g_strconcat (" of ", name, NULL);
        PartHeader header;
        if ((i > 0 && !work->ours[i]) || !read_header (work, i, &header))
            continue;
        if (i > 0)
            mend_fields (work, &header, part);
        if (work->eightbit && !wide[i] && !has_leaf (structure, i) && declares_more (&header))
            declare_7bit (work, 0, &header);
        part_header_clear (&header);
    }
}

static void
treat_body (Work *work)
{
    work->ours = g_new0 (bool, work->layout->structure->ranges->len);
    g_autofree bool *wide = treat_leaves (work);
    treat_headers (work, wide);
    g_clear_pointer (&work->ours, g_free);
}

static GBytes *
content_of (const Leaf *leaf, GBytes *bytes)
{
    CodingVerdict verdict = CODING_BROKEN;

    return coding_decode (leaf->encoding, bytes, leaf->start, leaf->end, &verdict);
}

/* Why a reader would not get the same from `after`, or NULL. */
static const char *
find_difference (const Structure *was, GBytes *before, const Structure *is, GBytes *after)
{
    if (!was->ambiguity != !is->ambiguity)
        return is->ambiguity ? is->ambiguity : was->ambiguity;
    if (was->parts->len != is->parts->len)
        return "the result has other parts";
    for (unsigned i = 0; i < was->parts->len; i++) {
        const Leaf *old = g_ptr_array_index (was->parts, i);
        const Leaf *new = g_ptr_array_index (is->parts, i);
        g_autoptr (GBytes) content = content_of (old, before);
        g_autoptr (GBytes) copy = content_of (new, after);
        if (strcmp (old->type, new->type) != 0 || g_strcmp0 (old->charset, new->charset) != 0 ||
            !g_bytes_equal (content, copy))
            return "a part of the result reads otherwise";
    }
    return NULL;
}

static bool
is_proven (Work *work, GBytes *before, GBytes *after)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (Layout) layout = layout_read (after, true, &error);
    const char *why =
        layout ? find_difference (work->layout->structure, before, layout->structure, after)
               : error->message;

    if (why)
        leave (work, "normalising", why);
    return !why;
}

static Normalised *
nothing_done (GBytes *bytes)
{
    Normalised *normalised = g_new0 (Normalised, 1);

    normalised->edits = g_ptr_array_new_with_free_func ((GDestroyNotify)edit_free);
    normalised->left = g_ptr_array_new_with_free_func (g_free);
    normalised->bytes = g_bytes_ref (bytes);
    return normalised;
}

/* Takes the edits back; what they were for is left. */
static void
give_up (Work *work)
{
    for (unsigned i = 0; i < work->out->edits->len; i++)
        leave (work, ((Edit *)g_ptr_array_index (work->out->edits, i))->where,
               "left as it was");
    g_ptr_array_set_size (work->out->edits, 0);
}

static void
leave_body (Work *work, const char *why)
{
    Needs needs =
        needs_scan (work->data + work->layout->body, work->length - work->layout->body);
    PartHeader header;

    if (read_header (work, 0, &header))
        needs.declared = needs.declared || declares_more (&header);
    g_autofree char *what = needs_describe (needs, work->eightbit);
    if (needs_any (needs, work->eightbit)) {
        g_autofree char *text = g_strdup_printf ("%s; %s", what, why);
        leave (work, "body", text);
    }
}

/* Text between the parts, which belongs to nobody. */
static void
check_rest (Work *work)
{
    size_t length = 0;
    const char *data = g_bytes_get_data (work->out->bytes, &length);
    Needs needs = needs_scan (data, length);

    needs.declared = false;
    if (work->out->left->len > 0 || !needs_any (needs, work->eightbit))
        return;
    g_autofree char *what = needs_describe (needs, work->eightbit);
    leave (work, "between the parts", what);
}

static void
work_on (Work *work, GBytes *bytes)
{
    PartHeader header;

    if (read_header (work, 0, &header))
        mend_fields (work, &header, "");
    if (work->layout->structure->ambiguity)
        leave_body (work, work->layout->structure->ambiguity);
    else
        treat_body (work);
    if (work->patches->len > 0) {
        g_autoptr (GBytes) result = patches_apply (work->patches, bytes);
        if (is_proven (work, bytes, result)) {
            g_bytes_unref (work->out->bytes);
            work->out->bytes = g_steal_pointer (&result);
        } else {
            give_up (work);
        }
    }
    check_rest (work);
}

Normalised *
normalise (GBytes *bytes, NormaliseOptions options)
{
    bool eightbit = options.eightbit && !options.utf8;
    size_t length = 0;
    const char *data = g_bytes_get_data (bytes, &length);
    Normalised *normalised = nothing_done (bytes);

    if (!needs_any (needs_scan (data, length), eightbit) &&
        !folds_have_blank_line (data, length))
        return normalised;
    g_autoptr (GError) error = NULL;
    g_autoptr (Layout) layout = layout_read (bytes, true, &error);
    g_autoptr (GArray) patches = patches_new ();
    Work work = { .data = data,
                  .length = length,
                  .layout = layout,
                  .eightbit = eightbit,
                  .patches = patches,
                  .out = normalised };
    if (layout)
        work_on (&work, bytes);
    else
        leave (&work, "the message", error->message);
    return normalised;
}

void
normalised_free (Normalised *normalised)
{
    if (!normalised)
        return;
    g_ptr_array_unref (normalised->edits);
    g_ptr_array_unref (normalised->left);
    g_bytes_unref (normalised->bytes);
    g_free (normalised);
}
