/* SPDX-License-Identifier: BSD-2-Clause */

/* A Message: its layout, with the leaves decoded and read. */

#include "licet/message.h"

#include <string.h>

#include "licet/address.h"
#include "licet/error.h"
#include "licet/limits.h"
#include "licet/utf8.h"

#include "charset.h"
#include "coding.h"
#include "headers.h"
#include "htmltext.h"
#include "layout.h"
#include "marks.h"
#include "notes.h"
#include "outline.h"
#include "slips.h"
#include "strays.h"
#include "text.h"
#include "whole.h"
#include "witness.h"

struct Message {
    GBytes *bytes;
    Layout *layout;
    GPtrArray *values; /* of char *: the unfolded value of each field */
    char *subject;
    char *from;
    GArray *blocks; /* of MarkedBlock */
    char *mark_problem;
};

static LeafKind
leaf_kind (const Leaf *leaf)
{
    if (leaf->attachment)
        return LEAF_OTHER;
    if (strcmp (leaf->type, "text/plain") == 0)
        return LEAF_PLAIN;
    if (strcmp (leaf->type, "text/html") == 0)
        return LEAF_HTML;
    return strcmp (leaf->type, "text/x-amp-html") == 0 ? LEAF_AMP : LEAF_OTHER;
}

static void
lock (Leaf *leaf, const char *reason)
{
    if (!leaf->locked && reason)
        leaf->locked = g_strdup (reason);
}

/* Whether a text has a line that begins so. */
static bool
has_line (const char *data, size_t length, const char *line)
{
    const char *found = length > 0 ? memmem (data, length, line, strlen (line)) : NULL;

    while (found && found > data && found[-1] != '\n')
        found = memmem (found + 1, length - (size_t)(found + 1 - data), line, strlen (line));
    return found != NULL;
}

/* OpenPGP in the text itself (RFC 9580 7): part of a multipart/signed in all but its form. */
static void
read_armour (Part *part)
{
    static const struct {
        const char *line, *reason;
    } armours[] = {
        { "-----BEGIN PGP SIGNED MESSAGE-----", "it is inside a signed part" },
        { "-----BEGIN PGP MESSAGE-----", "it is inside an encrypted part" },
    };
    size_t length = 0;
    const char *data = g_bytes_get_data (part->leaf.content, &length);

    for (unsigned i = 0; i < G_N_ELEMENTS (armours); i++) {
        if (!has_line (data, length, armours[i].line))
            continue;
        lock (&part->leaf, armours[i].reason);
        part->foreign = true;
    }
}

/* A leaf that decoders read differently must not be edited; when it is the text that differs,
 * the message is ambiguous. */
static void
decode_leaf (Message *message, Leaf *leaf)
{
    CodingVerdict verdict = CODING_STRICT;
    size_t length = 0;

    leaf->content =
        coding_decode (leaf->encoding, message->bytes, leaf->start, leaf->end, &verdict);
    if (leaf->encoding == ENCODING_OTHER)
        lock (leaf, "its transfer encoding is not known");
    if (verdict == CODING_BROKEN)
        structure_note (message->layout->structure, leaf->start, "a broken transfer encoding");
    if (verdict != CODING_STRICT)
        lock (leaf, "its transfer encoding is not strict");
    const char *data = g_bytes_get_data (leaf->content, &length);
    /* To some readers it ends the text, others leave it out. */
    if (length > 0 && !charset_hides_markup (leaf->charset) && memchr (data, '\0', length))
        structure_note (message->layout->structure, leaf->start, "a NUL byte in a text");
    lock (leaf, charset_lock_reason (leaf->charset, data, length));
}

static void
read_leaf (Message *message, Part *part)
{
    Leaf *leaf = &part->leaf;

    leaf->kind = leaf_kind (leaf);
    if (leaf->content_id) {
        size_t length = strlen (leaf->content_id);
        bool bracketed = leaf->content_id[0] == '<' && leaf->content_id[length - 1] == '>';
        g_autofree char *whole = g_steal_pointer (&leaf->content_id);
        leaf->content_id = bracketed ? g_strndup (whole + 1, length - 2) : g_strdup (whole);
    }
    if (!message->layout->dangerous && (part->content_type || part->disposition))
        leaf->filename = witness_filename (part);
    if (leaf->kind == LEAF_OTHER)
        return;
    decode_leaf (message, leaf);
    read_armour (part);
    if (leaf->kind == LEAF_PLAIN)
        text_read_plain (part);
    else
        htmltext_read (part);
}

static Part *
get_part (const Message *message, unsigned i)
{
    return g_ptr_array_index (message->layout->structure->parts, i);
}

/* Nearly all mail has no marks, so the search for them begins with a search for their name. */
static bool
mentions_name (const Part *part)
{
    size_t length = 0;
    const char *data = part->source ? g_bytes_get_data (part->source, &length) : NULL;

    return length > 0 && strays_next_name (data, length, 0) < length;
}

static bool
mentions_slips (const Part *part)
{
    size_t length = 0;
    const char *data = part->source ? g_bytes_get_data (part->source, &length) : NULL;

    return length > 0 && slips_may_be_in (data, length);
}

/* Whether all there is of a leaf has been searched for the name of marks: another spelling of it is none of a
 * text that stands there as it is read, without a NUL between its letters. */
static bool
is_searched (const Part *part)
{
    size_t length = 0;
    const char *data = part->source ? g_bytes_get_data (part->source, &length) : NULL;

    return part->source && part->source == part->leaf.content &&
           (length == 0 || !memchr (data, '\0', length));
}

static void
keep_problem (Message *message, char *problem)
{
    if (message->mark_problem)
        g_free (problem);
    else
        message->mark_problem = problem;
}

/* Marks in signed parts and in other messages belong to somebody else. In a leaf of our own
 * that must not be edited they ask for what cannot be done; in a huge one their mere name counts,
 * since nobody writes a newsletter of that size. */
static void
find_leaf_marks (Message *message, unsigned i, bool named)
{
    const Part *part = get_part (message, i);

    if (part->foreign || (!named && !mentions_slips (part)))
        return;
    if (!part->leaf.locked) {
        keep_problem (message, marks_find (part, i, message->blocks));
        return;
    }
    g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (MarkedBlock));
    bool huge = g_bytes_get_size (part->source) > LIMIT_HTML_BYTES;
    g_autofree char *problem = huge ? NULL : marks_find (part, i, found);
    if (huge || problem || found->len > 0)
        keep_problem (message, g_strdup_printf (
                                   "part %s, byte 0: it has marks but cannot be edited: %s",
                                   part->leaf.path, part->leaf.locked));
}

static bool
find_marks (Message *message, GError **error)
{
    for (unsigned i = 0; i < message_leaf_count (message); i++) {
        const Part *part = get_part (message, i);
        bool named = mentions_name (part);
        find_leaf_marks (message, i, named);
        if (message->blocks->len > LIMIT_BLOCKS) {
            g_set_error (error, LICET_ERROR, LICET_ERROR_MALFORMED,
                         "part %s: more than %d marked blocks", message_leaf (message, i)->path,
                         LIMIT_BLOCKS);
            return false;
        }
        char *stray = named || !is_searched (part)
                          ? strays_find (message->bytes, part, i, message->blocks)
                          : NULL;
        if (stray)
            keep_problem (message, stray);
    }
    return true;
}

static void
read_fields (Message *message)
{
    message->values = g_ptr_array_new_with_free_func (g_free);
    for (unsigned i = 0; i < message_field_count (message); i++) {
        const char *value = message_field (message, i)->value;
        g_ptr_array_add (message->values, headers_unfold (value, strlen (value)));
    }
    const char *subject = message_header (message, "Subject");
    g_autofree char *decoded = witness_decode (subject ? subject : "");
    message->subject = utf8_normalise (decoded, G_NORMALIZE_NFC);

    const char *from = message_header (message, "From");
    if (!from || message->layout->dangerous)
        return;
    g_autofree char *mailbox = witness_first_mailbox (from);
    if (mailbox)
        message->from = address_normalise (mailbox, NULL);
}

static Message *
parse (GBytes *bytes, bool witnessed, GError **error)
{
    g_autoptr (Message) message = g_new0 (Message, 1);

    message->bytes = g_bytes_ref (bytes);
    message->layout = layout_read (bytes, witnessed, error);
    if (!message->layout)
        return NULL;
    read_fields (message);
    for (unsigned i = 0; i < message_leaf_count (message); i++)
        read_leaf (message, get_part (message, i));
    message->blocks = g_array_new (FALSE, FALSE, sizeof (MarkedBlock));
    if (witnessed && !find_marks (message, error))
        return NULL;
    return g_steal_pointer (&message);
}

Message *
message_parse (GBytes *bytes, GError **error)
{
    return parse (bytes, true, error);
}

/* The one field of it is our own, so that nobody else need be asked how to read it. */
Message *
message_of_page (const char *page, size_t length)
{
    static const char head[] = "Content-Type: text/html; charset=utf-8\r\n\r\n";
    GString *mail = g_string_sized_new (strlen (head) + length + 1);

    g_string_append (mail, head);
    g_string_append_len (mail, page, (gssize)length);
    g_autoptr (GBytes) bytes = g_string_free_to_bytes (mail);
    return parse (bytes, false, NULL);
}

void
message_free (Message *message)
{
    g_bytes_unref (message->bytes);
    g_clear_pointer (&message->layout, layout_free);
    g_clear_pointer (&message->values, g_ptr_array_unref);
    g_free (message->subject);
    g_free (message->from);
    g_clear_pointer (&message->blocks, g_array_unref);
    g_free (message->mark_problem);
    g_free (message);
}

GBytes *
message_bytes (const Message *message)
{
    return message->bytes;
}

const Layout *
message_layout (const Message *message)
{
    return message->layout;
}

size_t
message_body_offset (const Message *message)
{
    return message->layout->body;
}

const char *
message_ambiguity (const Message *message)
{
    return message->layout->structure->ambiguity;
}

unsigned
message_field_count (const Message *message)
{
    return message->layout->fields->len;
}

const HeaderField *
message_field (const Message *message, unsigned i)
{
    return g_ptr_array_index (message->layout->fields, i);
}

int
message_find_field (const Message *message, const char *name)
{
    for (unsigned i = 0; i < message_field_count (message); i++)
        if (g_ascii_strcasecmp (message_field (message, i)->name, name) == 0)
            return (int)i;
    return -1;
}

const char *
message_header (const Message *message, const char *name)
{
    int field = message_find_field (message, name);

    return field < 0 ? NULL : g_ptr_array_index (message->values, (unsigned)field);
}

const char *
message_subject (const Message *message)
{
    return message->subject;
}

const char *
message_from (const Message *message)
{
    return message->from;
}

unsigned
message_leaf_count (const Message *message)
{
    return message->layout->structure->parts->len;
}

const Leaf *
message_leaf (const Message *message, unsigned i)
{
    return &get_part (message, i)->leaf;
}

static int
find_leaf (const Message *message, LeafKind kind, bool nested)
{
    for (unsigned i = 0; i < message_leaf_count (message); i++) {
        const Part *part = get_part (message, i);
        if (part->leaf.kind == kind && part->nested == nested)
            return (int)i;
    }
    return -1;
}

int
message_main_leaf (const Message *message)
{
    static const struct {
        LeafKind kind;
        bool nested;
    } order[] = {
        { LEAF_HTML, false },
        { LEAF_PLAIN, false },
        { LEAF_HTML, true },
        { LEAF_PLAIN, true },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (order); i++) {
        int found = find_leaf (message, order[i].kind, order[i].nested);
        if (found >= 0)
            return found;
    }
    return -1;
}

bool
message_is_alternative (const Message *message, unsigned leaf, unsigned other)
{
    const GArray *ranges = message->layout->structure->ranges;
    int part = (int)get_part (message, leaf)->range;
    int choice = g_array_index (ranges, PartRange, part).parent;
    int r = (int)get_part (message, other)->range;

    if (choice < 0 || !g_array_index (ranges, PartRange, choice).alternative)
        return false;
    while (r >= 0 && r != part && r != choice)
        r = g_array_index (ranges, PartRange, r).parent;
    return r == choice && (int)get_part (message, other)->range != choice;
}

char *
message_visible_text (const Message *message, unsigned leaf, size_t start, size_t end)
{
    return text_visible (get_part (message, leaf), start, end);
}

char *
message_whole_text (const Message *message, unsigned leaf, size_t start, size_t end)
{
    return whole_text (get_part (message, leaf), start, end);
}

GBytes *
message_leaf_bytes (const Message *message, unsigned leaf)
{
    const Leaf *this = message_leaf (message, leaf);
    CodingVerdict verdict = CODING_STRICT;

    return this->content ? g_bytes_ref (this->content)
                         : coding_decode (this->encoding, message->bytes, this->start,
                                          this->end, &verdict);
}

/* A decoder that stops too early may read the last group of letters in another way. */
enum { TORN = 8 };

GBytes *
message_leaf_head (const Message *message, unsigned leaf, size_t most)
{
    const Leaf *this = message_leaf (message, leaf);
    size_t length = this->end - this->start, some = 2 * most + TORN;
    CodingVerdict verdict;

    if (!this->content)
        for (; some < length; some *= 2) {
            g_autoptr (GBytes) head = coding_decode (this->encoding, message->bytes,
                                                     this->start, this->start + some, &verdict);
            if (g_bytes_get_size (head) >= most + TORN)
                return g_bytes_new_from_bytes (head, 0, most);
        }
    g_autoptr (GBytes) whole = message_leaf_bytes (message, leaf);
    return g_bytes_new_from_bytes (whole, 0, MIN (most, g_bytes_get_size (whole)));
}

bool
message_charset_is_known (const char *charset)
{
    return charset_is_known (charset);
}

char *
message_decode_words (const char *value)
{
    return witness_decode (value);
}

const GArray *
message_text_runs (const Message *message, unsigned leaf)
{
    return get_part (message, leaf)->runs;
}

GPtrArray *
message_readings (const Message *message, unsigned leaf)
{
    return notes_readings (get_part (message, leaf), NOTES_ALL, NULL);
}

GPtrArray *
message_readings_without (const Message *message, unsigned leaf, const GArray *ranges)
{
    return notes_readings (get_part (message, leaf), NOTES_ALL, ranges);
}

GPtrArray *
message_hidden_pieces (const Message *message, unsigned leaf)
{
    return notes_readings (get_part (message, leaf), NOTES_HIDDEN, NULL);
}

GPtrArray *
message_descriptions (const Message *message, unsigned leaf)
{
    return notes_readings (get_part (message, leaf), NOTES_DESCRIPTIONS, NULL);
}

unsigned
message_element_count (const Message *message, unsigned leaf)
{
    const Part *part = get_part (message, leaf);

    return part->elements && !part->leaf.locked ? part->elements->len : 0;
}

const LeafElement *
message_element (const Message *message, unsigned leaf, unsigned i)
{
    return &g_array_index (get_part (message, leaf)->elements, LeafElement, i);
}

char *
message_element_attribute (const Message *message, unsigned leaf, unsigned i, const char *name)
{
    return outline_attribute (get_part (message, leaf), i, name);
}

void
message_element_attributes (const Message *message, unsigned leaf, unsigned i,
                            const char *const *names, char **ret_values)
{
    outline_attributes (get_part (message, leaf), i, names, ret_values);
}

const GArray *
message_marked_blocks (const Message *message)
{
    return message->blocks;
}

const char *
message_mark_problem (const Message *message)
{
    return message->mark_problem;
}

char **
message_recipients (const Message *message)
{
    static const char *const fields[] = { "To", "Cc", NULL };
    g_autoptr (GPtrArray) given = g_ptr_array_new_with_free_func (g_free);
    g_autoptr (GStrvBuilder) addresses = g_strv_builder_new ();
    g_autoptr (GHashTable) once = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

    for (const char *const *field = fields; *field; field++)
        if (message_header (message, *field))
            witness_all_mailboxes (message_header (message, *field), given);
    for (unsigned i = 0; i < given->len && i < LIMIT_RECIPIENTS; i++) {
        char *address = address_normalise (g_ptr_array_index (given, i), NULL);
        if (address && g_hash_table_add (once, address))
            g_strv_builder_add (addresses, address);
    }
    return g_strv_builder_end (addresses);
}
