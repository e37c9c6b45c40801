/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The edits of a message as splices of its bytes, and the proof that they did what was asked
 * and nothing else. Whatever cannot be proven is refused with its place.
 */

#include "licet/message.h"

#include <string.h>

#include "licet/error.h"
#include "licet/limits.h"

#include "coding.h"
#include "conditionals.h"
#include "cut.h"
#include "drop.h"
#include "insert.h"
#include "judge.h"
#include "layout.h"
#include "part_header.h"
#include "patches.h"
#include "text.h"

/* The cuts of one leaf and what they make of it. */
typedef struct {
    bool dropped;        /* the leaf goes as a whole */
    GArray *ranges;      /* of CutRange, joined; NULL when the leaf is not touched */
    Insertion insertion; /* one at most: its text is NULL when there is none */
    GBytes *encoded;     /* new content */
    GBytes *decoded;
    GBytes *header; /* new fields of its part, from header_start to header_end; NULL when they
                       stay, and for those of the message, which are edits of their own */
    size_t header_start, header_end;
} LeafEdit;

typedef struct {
    const Message *message;
    const GPtrArray *edits;
    const char *data;
    size_t length;
    LeafEdit *leaves; /* by leaf number */
    GArray *drops;    /* of PartRange to leave out, in order; NULL when there is none */
    bool cuts;
} Render;

static bool
fail (GError **error, const char *place, const char *what)
{
    g_set_error (error, LICET_ERROR, LICET_ERROR_MALFORMED, "%s: %s", place, what);
    return false;
}

static bool
fail_leaf (GError **error, const Leaf *leaf, size_t offset, const char *what)
{
    g_autofree char *place = g_strdup_printf ("part %s, byte %zu", leaf->path, offset);

    return fail (error, place, what);
}

/* RFC 5322 2.2: a name of printable ASCII but the colon; a value whose line ends are folds.
 * Values carry text from templates, which must not begin new fields. */
static bool
is_safe_field (const char *name, const char *value)
{
    size_t length = name ? strlen (name) : 0;

    if (length == 0 || length > LIMIT_HEADER_NAME || !value)
        return false;
    for (const char *c = name; *c; c++)
        if (*c <= ' ' || *c >= 0x7f || *c == ':')
            return false;
    for (const char *c = value; *c; c++) {
        if (*c == '\n' && (c == value || c[-1] != '\r'))
            return false;
        if (*c == '\r' &&
            (c[1] != '\n' || (c[2] != ' ' && c[2] != '\t') ||
             c[2 + strspn (c + 2, " \t")] == '\r' || !c[2 + strspn (c + 2, " \t")]))
            return false;
    }
    return true;
}

static bool
check_header_edit (const Render *render, const Edit *edit, GError **error)
{
    bool inserts = edit->kind == EDIT_HEADER_INSERT;
    const char *name = edit->name;

    if (!inserts && edit->field >= message_field_count (render->message))
        return fail (error, "header", "an edit of a field that is not there");
    if (!inserts)
        name = message_field (render->message, edit->field)->name;
    if (edit->kind != EDIT_HEADER_REMOVE && !is_safe_field (name, edit->value))
        return fail (error, name && *name ? name : "header",
                     "the new field is not well-formed");
    return true;
}

static bool
is_attribute_text (const char *text)
{
    if (!text)
        return false;
    for (; *text; text++)
        if (*text < ' ' || *text >= 0x7f)
            return false;
    return true;
}

static bool
take_drop (Render *render, const Edit *edit, GError **error)
{
    const Leaf *leaf = message_leaf (render->message, edit->leaf);

    if (((const Part *)leaf)->foreign)
        return fail_leaf (error, leaf, 0, leaf->locked ? leaf->locked : "it is not ours");
    render->leaves[edit->leaf].dropped = true;
    render->cuts = true;
    return true;
}

static GArray *
ranges_of (LeafEdit *change)
{
    if (!change->ranges)
        change->ranges = g_array_new (FALSE, FALSE, sizeof (CutRange));
    return change->ranges;
}

static bool
take_cut (Render *render, const Edit *edit, GError **error)
{
    CutRange range = { edit->start, edit->end, NULL };
    const Leaf *leaf = message_leaf (render->message, edit->leaf);

    if (leaf->locked || !leaf->content)
        return fail_leaf (error, leaf, edit->start,
                          leaf->locked ? leaf->locked : "it is no text to edit");
    if (edit->start > edit->end || edit->end > g_bytes_get_size (leaf->content))
        return fail_leaf (error, leaf, edit->start, "a cut outside of the part");
    if (edit->kind == EDIT_REPLACE && !is_attribute_text (edit->value))
        return fail_leaf (error, leaf, edit->start, "a replacement that is no plain ASCII");
    range.with = edit->kind == EDIT_REPLACE ? edit->value : NULL;
    g_array_append_val (ranges_of (&render->leaves[edit->leaf]), range);
    render->cuts = true;
    return true;
}

static bool
take_insertion (Render *render, const Edit *edit, GError **error)
{
    const Leaf *leaf = message_leaf (render->message, edit->leaf);
    LeafEdit *change = &render->leaves[edit->leaf];
    const char *why = leaf->locked             ? leaf->locked
                      : change->insertion.text ? "a second insertion"
                      : !leaf->content         ? "it is no text to edit"
                                               : NULL;

    if (why || !insert_prepare (leaf, edit->start, edit->value, &change->insertion, &why))
        return fail_leaf (error, leaf, edit->start, why);
    g_array_append_val (ranges_of (change), change->insertion.range);
    render->cuts = true;
    return true;
}

static bool
take_body_edit (Render *render, const Edit *edit, GError **error)
{
    if (edit->kind == EDIT_ENCODE)
        return fail (error, "body", "an edit that is made after all others");
    if (edit->kind == EDIT_DROP)
        return take_drop (render, edit, error);
    return edit->kind == EDIT_INSERT ? take_insertion (render, edit, error)
                                     : take_cut (render, edit, error);
}

static bool
take_edit (Render *render, const Edit *edit, GError **error)
{
    if (!edit_is_of_body (edit))
        return check_header_edit (render, edit, error);
    if (edit->leaf >= message_leaf_count (render->message))
        return fail (error, "body", "an edit of a part that is not there");
    return take_body_edit (render, edit, error);
}

static bool
collect_edits (Render *render, GError **error)
{
    for (unsigned i = 0; i < render->edits->len; i++)
        if (!take_edit (render, g_ptr_array_index (render->edits, i), error))
            return false;
    const char *ambiguity = message_ambiguity (render->message);
    if (render->cuts && ambiguity)
        return fail (error, "the structure can be read in two ways", ambiguity);
    return true;
}

/* Whether what is to be put in, if anything is, was not swallowed by a cut around it. */
static bool
has_insertion (const LeafEdit *change)
{
    for (unsigned i = 0; i < change->ranges->len; i++)
        if (g_array_index (change->ranges, CutRange, i).with == change->insertion.with)
            return true;
    return !change->insertion.text;
}

/* The ranges but that of the insertion. */
static GArray *
list_cuts (const LeafEdit *change)
{
    GArray *cuts = g_array_new (FALSE, FALSE, sizeof (CutRange));

    for (unsigned i = 0; i < change->ranges->len; i++) {
        CutRange range = g_array_index (change->ranges, CutRange, i);
        if (range.with != change->insertion.with)
            g_array_append_val (cuts, range);
    }
    return cuts;
}

/* An insertion is right when taking it out again is a right cut that gives what was there. */
static bool
judge_insertion (const LeafEdit *change, GBytes *before, size_t place)
{
    g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (CutRange));
    CutRange range = { place, place + strlen (change->insertion.text), NULL };
    size_t offset = 0;

    g_array_append_val (ranges, range);
    g_autoptr (GBytes) without = cut_decoded (change->decoded, ranges);
    return g_bytes_equal (without, before) &&
           judge_cut (change->decoded, ranges, before, &offset);
}

static bool
judge_leaf (const LeafEdit *change, const Leaf *leaf, size_t *ret_offset)
{
    if (!change->insertion.text)
        return judge_cut (leaf->content, change->ranges, change->decoded, ret_offset);
    g_autoptr (GArray) cuts = list_cuts (change);
    g_autoptr (GBytes) middle = cut_decoded (leaf->content, cuts);
    if (cuts->len > 0 && !judge_cut (leaf->content, cuts, middle, ret_offset))
        return false;
    *ret_offset = change->insertion.at;
    return judge_insertion (change, middle, insert_place (&change->insertion, cuts));
}

static LeafEncoding
encoding_after (const LeafEdit *change, const Leaf *leaf)
{
    return change->insertion.recode.quoted ? ENCODING_QUOTED_PRINTABLE : leaf->encoding;
}

/* Edits of the fields of a part as bytes. */
static GBytes *
edit_fields (const PartHeader *header, const char *data, const GPtrArray *edits)
{
    g_autoptr (GArray) patches = patches_new ();
    g_autoptr (GBytes) bytes =
        g_bytes_new_static (data + header->start, header->end - header->start);

    for (unsigned i = 0; i < edits->len; i++) {
        const Edit *edit = g_ptr_array_index (edits, i);
        size_t start = header->end - header->start, end = start;
        if (edit->kind == EDIT_HEADER_REPLACE) {
            const HeaderField *field = g_ptr_array_index (header->fields, edit->field);
            start = field->value_start;
            end = field->end;
            patches_add (patches, start, end, g_strdup_printf (" %s\r\n", edit->value));
        } else {
            patches_add (patches, start, end,
                         g_strdup_printf ("%s: %s\r\n", edit->name, edit->value));
        }
    }
    return patches_apply (patches, bytes);
}

/* The header of a part whose text is written otherwise. That of the message is changed by edits
 * of its own, and a message that lacks them is not proven. */
static bool
recode_header (const Render *render, LeafEdit *change, const Part *part)
{
    const Recode *recode = &change->insertion.recode;
    g_auto (PartHeader) header = { 0 };

    if ((!recode->charset && !recode->quoted) || part->range == 0)
        return true;
    if (!part_header_read (message_layout (render->message), render->data, render->length,
                           part->range, &header))
        return false;
    g_autoptr (GPtrArray) edits = recode_fields (&header, recode, "", NULL);
    if (!edits)
        return false;
    change->header = edit_fields (&header, render->data, edits);
    change->header_start = header.start;
    change->header_end = header.end;
    return true;
}

/* The new bytes of one leaf, and the proof that they mean what they should. */
static bool
cut_leaf (Render *render, unsigned i, GError **error)
{
    LeafEdit *change = &render->leaves[i];
    const Leaf *leaf = message_leaf (render->message, i);
    const Recode *recode = &change->insertion.recode;
    CodingVerdict verdict = CODING_BROKEN;
    size_t offset = 0;

    if (!cut_join (change->ranges))
        return fail_leaf (error, leaf, 0, "edits that overlap");
    if (!has_insertion (change))
        return fail_leaf (error, leaf, change->insertion.at, "the insertion is in a cut");
    if (change->ranges->len == 0) {
        g_clear_pointer (&change->ranges, g_array_unref);
        return true;
    }
    offset = g_array_index (change->ranges, CutRange, 0).start;
    if (!recode_header (render, change, (const Part *)leaf))
        return fail_leaf (error, leaf, offset, "no room for letters: its header stays");
    change->decoded = recode_decoded (leaf, change->ranges, recode);
    change->encoded = recode_encoded ((const Part *)leaf, message_bytes (render->message),
                                      change->ranges, change->decoded, recode, error);
    if (!change->encoded)
        return false;
    g_autoptr (GBytes) back = coding_decode (encoding_after (change, leaf), change->encoded, 0,
                                             g_bytes_get_size (change->encoded), &verdict);
    if (verdict != CODING_STRICT || !g_bytes_equal (back, change->decoded))
        return fail_leaf (error, leaf, offset, "the cut does not decode to what was meant");
    if (leaf->kind != LEAF_PLAIN && !judge_leaf (change, leaf, &offset))
        return fail_leaf (error, leaf, offset, "the cut changes the HTML around it");
    if (leaf->kind != LEAF_PLAIN &&
        conditionals_are_split (leaf->content, change->ranges, &offset))
        return fail_leaf (error, leaf, offset,
                          "the cut holds one half of a conditional comment");
    return true;
}

/* What a reader would be left with must still be a message. */
static bool
drop_leaves (Render *render, GError **error)
{
    const Structure *structure = message_layout (render->message)->structure;
    g_autofree bool *leaves = g_new0 (bool, structure->parts->len);
    bool any = false;

    for (unsigned i = 0; i < structure->parts->len; i++) {
        leaves[i] = render->leaves[i].dropped;
        any = any || leaves[i];
    }
    if (!any)
        return true;
    render->drops = drop_ranges (structure, leaves);
    return render->drops ? true : fail (error, "body", "no part would be left");
}

static bool
cut_leaves (Render *render, GError **error)
{
    for (unsigned i = 0; i < message_leaf_count (render->message); i++)
        if (render->leaves[i].ranges && !render->leaves[i].dropped &&
            !cut_leaf (render, i, error))
            return false;
    return true;
}

static const Edit *
find_edit (const Render *render, EditKind kind, unsigned field)
{
    for (unsigned i = 0; i < render->edits->len; i++) {
        const Edit *edit = g_ptr_array_index (render->edits, i);
        if (edit->kind == kind && edit->field == field)
            return edit;
    }
    return NULL;
}

static void
append_header (const Render *render, GString *out)
{
    for (unsigned i = 0; i < render->edits->len; i++) {
        const Edit *edit = g_ptr_array_index (render->edits, i);
        if (edit->kind == EDIT_HEADER_INSERT)
            g_string_append_printf (out, "%s: %s\r\n", edit->name, edit->value);
    }
    for (unsigned i = 0; i < message_field_count (render->message); i++) {
        const HeaderField *field = message_field (render->message, i);
        const Edit *replace = find_edit (render, EDIT_HEADER_REPLACE, i);
        if (find_edit (render, EDIT_HEADER_REMOVE, i))
            continue;
        size_t end = replace ? field->value_start : field->end;
        g_string_append_len (out, render->data + field->start, (gssize)(end - field->start));
        if (replace)
            g_string_append_printf (out, " %s\r\n", replace->value);
    }
}

/* The original up to `to`, without the parts that are dropped; moves `from` on. */
static void
append_kept (const Render *render, GString *out, size_t *from, size_t to, unsigned *next_drop)
{
    while (render->drops && *next_drop < render->drops->len) {
        const PartRange *drop = &g_array_index (render->drops, PartRange, *next_drop);
        if (drop->start >= to)
            break;
        g_string_append_len (out, render->data + *from, (gssize)(drop->start - *from));
        *from = drop->end;
        (*next_drop)++;
    }
    g_string_append_len (out, render->data + *from, (gssize)(to - *from));
    *from = to;
}

/* From the empty line to the end, with the new leaves in place of the old. */
static void
append_body (const Render *render, GString *out)
{
    unsigned last = message_field_count (render->message) - 1, next_drop = 0;
    size_t from = message_field (render->message, last)->end;

    for (unsigned i = 0; i < message_leaf_count (render->message); i++) {
        const Leaf *leaf = message_leaf (render->message, i);
        const LeafEdit *change = &render->leaves[i];
        size_t size = 0;
        if (!change->ranges || change->dropped)
            continue;
        if (change->header) {
            append_kept (render, out, &from, change->header_start, &next_drop);
            const char *header = g_bytes_get_data (change->header, &size);
            g_string_append_len (out, header, (gssize)size);
            from = change->header_end;
        }
        append_kept (render, out, &from, leaf->start, &next_drop);
        const char *encoded = g_bytes_get_data (change->encoded, &size);
        g_string_append_len (out, encoded, (gssize)size);
        from = leaf->end;
    }
    append_kept (render, out, &from, render->length, &next_drop);
}

static bool
is_leaf_kept (const Render *render, unsigned i, const Leaf *now, const char *data)
{
    const Leaf *was = message_leaf (render->message, i);
    const LeafEdit *change = &render->leaves[i];
    const char *want = render->data + was->start, *charset = change->insertion.recode.charset;
    size_t size = was->end - was->start;

    if (change->ranges)
        want = g_bytes_get_data (change->encoded, &size);
    /* Parts that are gone change the numbers of those after them. */
    return (render->drops || strcmp (was->path, now->path) == 0) &&
           strcmp (was->type, now->type) == 0 &&
           g_strcmp0 (charset ? charset : was->charset, now->charset) == 0 &&
           encoding_after (change, was) == now->encoding && now->end - now->start == size &&
           (size == 0 || memcmp (data + now->start, want, size) == 0);
}

/* gumbo's tree is the judge of what stands where; whether it is seen, our reader tells, and a start
 * tag that is gone can have ended what hides the text after it. */
static bool
shows_the_rest (const Render *render, unsigned leaf, const Part *now)
{
    g_autoptr (GString) before = g_string_new (NULL), after = g_string_new (NULL);
    const Part *was =
        g_ptr_array_index (message_layout (render->message)->structure->parts, leaf);
    const GArray *ranges = render->leaves[leaf].ranges;
    size_t at = 0;

    for (unsigned i = 0; i < ranges->len; i++) {
        text_append_letters (was, at, g_array_index (ranges, CutRange, i).start, before);
        at = g_array_index (ranges, CutRange, i).end;
    }
    text_append_letters (was, at, g_bytes_get_size (was->leaf.content), before);
    text_append_letters (now, 0, g_bytes_get_size (now->leaf.content), after);
    return g_string_equal (before, after);
}

/* A reader of the result must find the same leaves with the content that was meant. */
static bool
prove (const Render *render, GBytes *result, GError **error)
{
    const char *data = g_bytes_get_data (result, NULL);
    g_autoptr (Message) copy = message_parse (result, error);

    if (!copy)
        return false;
    const Layout *layout = message_layout (copy);
    if (layout->structure->ambiguity && !message_ambiguity (render->message))
        return fail (error, "the result can be read in two ways", layout->structure->ambiguity);
    unsigned now = 0, count = layout->structure->parts->len;
    for (unsigned i = 0; i < message_leaf_count (render->message); i++) {
        if (render->leaves[i].dropped)
            continue;
        if (now == count)
            return fail (error, "body", "the result has other parts");
        const Leaf *leaf = message_leaf (render->message, i);
        const LeafEdit *change = &render->leaves[i];
        const Part *part = g_ptr_array_index (layout->structure->parts, now);
        if (!is_leaf_kept (render, i, &part->leaf, data))
            return fail_leaf (error, leaf, 0, "the result has another part");
        /* A line that a cut has moved to its beginning can say that the text is signed in itself. */
        if (change->ranges && message_leaf (copy, now)->locked)
            return fail_leaf (error, leaf, g_array_index (change->ranges, CutRange, 0).start,
                              "the cut leaves a part that must not be edited");
        if (change->ranges && !change->insertion.text && leaf->kind != LEAF_PLAIN &&
            !shows_the_rest (render, i, part))
            return fail_leaf (error, leaf, g_array_index (change->ranges, CutRange, 0).start,
                              "the cut changes what is shown around it");
        now++;
    }
    return now == count ? true : fail (error, "body", "the result has other parts");
}

static GBytes *
assemble (Render *render, GError **error)
{
    if (!collect_edits (render, error) || !drop_leaves (render, error) ||
        !cut_leaves (render, error))
        return NULL;
    GString *out = g_string_sized_new (render->length + 1024);
    append_header (render, out);
    append_body (render, out);
    g_autoptr (GBytes) result = g_string_free_to_bytes (out);
    if (render->cuts && !prove (render, result, error))
        return NULL;
    return g_steal_pointer (&result);
}

GBytes *
message_render (const Message *message, const GPtrArray *edits, GError **error)
{
    Render render = { .message = message, .edits = edits };

    if (edits->len == 0)
        return g_bytes_ref (message_bytes (message));
    render.data = g_bytes_get_data (message_bytes (message), &render.length);
    render.leaves = g_new0 (LeafEdit, message_leaf_count (message));
    GBytes *result = assemble (&render, error);
    for (unsigned i = 0; i < message_leaf_count (message); i++) {
        g_clear_pointer (&render.leaves[i].ranges, g_array_unref);
        g_clear_pointer (&render.leaves[i].encoded, g_bytes_unref);
        g_clear_pointer (&render.leaves[i].decoded, g_bytes_unref);
        g_clear_pointer (&render.leaves[i].header, g_bytes_unref);
        insert_clear (&render.leaves[i].insertion);
    }
    g_free (render.leaves);
    g_clear_pointer (&render.drops, g_array_unref);
    return result;
}
