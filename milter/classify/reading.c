/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A message is not one text. Each program and each person sees another part of it, and promotion
 * in any of them is promotion (RFC 2046 5.1.4 lets the reader choose).
 */

#include "reading.h"

#include <string.h>

#include "licet/limits.h"

#include "encoded.h"

enum { DEEPEST_MESSAGE = 3, MOST_HEADER_TEXT = 16 * 1024 };

typedef struct {
    const Message *message;
    const GPtrArray *blocks; /* NULL in a message within the message */
    GPtrArray *readings;
    const char *prefix; /* of all places */
    unsigned depth;
    bool backwards;
} Collection;

static void
reading_free (Reading *reading)
{
    g_free (reading->where);
    g_free (reading->text);
    g_free (reading);
}

static bool
is_blank (const char *text)
{
    while (g_ascii_isspace (*text))
        text++;
    return *text == '\0';
}

/* Takes text. */
static void
add (Collection *collection, const char *signal, const char *where, char *text)
{
    if (is_blank (text)) {
        g_free (text);
        return;
    }
    Reading *reading = g_new0 (Reading, 1);
    reading->signal = collection->depth > 0 ? "reading-nested" : signal;
    reading->where = g_strconcat (collection->prefix, where, NULL);
    if (strlen (text) > LIMIT_READING_BYTES)
        *g_utf8_find_prev_char (text, text + LIMIT_READING_BYTES) = '\0';
    reading->text = text;
    reading->backwards = collection->backwards;
    g_ptr_array_add (collection->readings, reading);
}

static void
add_leaf (Collection *collection, const char *signal, const Leaf *leaf, char *text)
{
    g_autofree char *where = g_strdup_printf ("leaf %s", leaf->path);

    add (collection, signal, where, text);
}

static bool
in_block (const Collection *collection, unsigned leaf, size_t offset)
{
    for (unsigned i = 0; collection->blocks && i < collection->blocks->len; i++) {
        const Block *block = g_ptr_array_index (collection->blocks, i);
        if (block->leaf == leaf && offset >= block->start && offset < block->end)
            return true;
    }
    return false;
}

/* The visible text outside of the blocks; blanks matter, so it is not collapsed without need. */
static char *
text_outside (const Collection *collection, unsigned leaf)
{
    const Message *message = collection->message;
    g_autoptr (GString) text = g_string_new (NULL);
    size_t at = 0;

    for (unsigned i = 0; collection->blocks && i < collection->blocks->len; i++) {
        const Block *block = g_ptr_array_index (collection->blocks, i);
        if (block->leaf != leaf)
            continue;
        g_autofree char *before = message_visible_text (message, leaf, at, block->start);
        g_string_append_printf (text, "%s\n", before);
        at = block->end;
    }
    if (at == 0)
        return g_strdup (message_leaf (message, leaf)->text);
    g_autofree char *rest = message_visible_text (
        message, leaf, at, g_bytes_get_size (message_leaf (message, leaf)->content));
    g_string_append (text, rest);
    return g_string_free (g_steal_pointer (&text), FALSE);
}

static const char *
signal_of (const Collection *collection, unsigned leaf)
{
    if ((int)leaf == message_main_leaf (collection->message))
        return "reading-visible";
    switch (message_leaf (collection->message, leaf)->kind) {
    case LEAF_PLAIN:
        return "reading-plain";
    case LEAF_HTML:
        return "reading-html";
    case LEAF_AMP:
        return "reading-amp";
    case LEAF_OTHER:
        return "reading-attachment";
    }
    g_assert_not_reached ();
}

static const char *const aside_signals[] = {
    [ASIDE_HIDDEN] = "reading-hidden", [ASIDE_IMAGE] = "reading-image",
    [ASIDE_TITLE] = "reading-title",   [ASIDE_STYLE] = "reading-style",
    [ASIDE_SCRIPT] = "reading-script", [ASIDE_CONDITIONAL] = "reading-conditional",
    [ASIDE_PAGE] = "reading-page",
};

static void
add_asides (Collection *collection, unsigned leaf)
{
    g_autoptr (GPtrArray) asides = message_asides (collection->message, leaf);
    GString *texts[G_N_ELEMENTS (aside_signals)] = { NULL };

    for (unsigned i = 0; i < asides->len; i++) {
        const Aside *aside = g_ptr_array_index (asides, i);
        if (aside->kind >= G_N_ELEMENTS (texts) || in_block (collection, leaf, aside->start))
            continue;
        if (!texts[aside->kind])
            texts[aside->kind] = g_string_new (NULL);
        g_string_append_printf (texts[aside->kind], "%s\n", aside->text);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++)
        if (texts[i])
            add_leaf (collection, aside_signals[i], message_leaf (collection->message, leaf),
                      g_string_free (texts[i], FALSE));
}

/* An element or a style that turns letters round, in whatever it is written. */
static bool
turns_letters (const Leaf *leaf)
{
    gsize length = 0;
    const char *data = g_bytes_get_data (leaf->content, &length);

    return length > 0 && (g_strstr_len (data, (gssize)length, "<bdo") ||
                          g_strstr_len (data, (gssize)length, "<BDO") ||
                          g_strstr_len (data, (gssize)length, "bidi-override"));
}

/* In these sets letters of ASCII are what they are, so that no second look is needed. */
static bool
is_plain_charset (const Leaf *leaf)
{
    static const char *const prefixes[] = { "utf-8",    "utf8",     "us-ascii", "ascii",
                                            "iso-8859", "windows-", "cp125",    "koi8" };

    for (unsigned i = 0; leaf->charset && i < G_N_ELEMENTS (prefixes); i++)
        if (g_str_has_prefix (leaf->charset, prefixes[i]))
            return true;
    return leaf->charset == NULL;
}

/* Some readers believe the bytes and not the label. */
static void
add_other_charset (Collection *collection, const Leaf *leaf)
{
    gsize length = 0;
    const char *data = g_bytes_get_data (leaf->content, &length);

    if (length == 0 || (is_plain_charset (leaf) && !memchr (data, '\0', length)))
        return;
    g_autoptr (GString) bytes = encoded_without_nul (data, length);
    add_leaf (collection, "reading-bytes", leaf, message_page_text (bytes->str, bytes->len));
}

static void
add_encoded (Collection *collection, const Leaf *leaf)
{
    gsize length = 0;
    const char *data = g_bytes_get_data (leaf->content, &length);

    if (length == 0)
        return;
    add_leaf (collection, "reading-uuencode", leaf, encoded_read_uu (data, length));
    if (leaf->kind == LEAF_PLAIN)
        add_leaf (collection, "reading-bytes", leaf, encoded_read_base64 (data, length));
    if (leaf->encoding == ENCODING_IDENTITY && encoded_has_escapes (data, length))
        add_leaf (collection, "reading-bytes", leaf, encoded_read_escapes (data, length));
}

static void
add_text_leaf (Collection *collection, unsigned i)
{
    const Leaf *leaf = message_leaf (collection->message, i);

    collection->backwards = turns_letters (leaf);
    add_leaf (collection, signal_of (collection, i), leaf, text_outside (collection, i));
    add_asides (collection, i);
    collection->backwards = false;
    add_other_charset (collection, leaf);
    add_encoded (collection, leaf);
}

static void collect (Collection *collection);

static bool
has_suffix (const Leaf *leaf, const char *suffix)
{
    g_autofree char *name = g_utf8_casefold (leaf->filename ? leaf->filename : "", -1);

    return g_str_has_suffix (name, suffix);
}

static bool
is_message (const Leaf *leaf)
{
    return g_str_has_prefix (leaf->type, "message/rfc") ||
           strcmp (leaf->type, "message/global") == 0 || has_suffix (leaf, ".eml");
}

/* An encoded one, or one in a file. What cannot be parsed is read as text. */
static bool
add_message (Collection *collection, const Leaf *leaf, GBytes *content)
{
    if (!is_message (leaf) || collection->depth == DEEPEST_MESSAGE)
        return false;
    g_autoptr (GBytes) wire = encoded_with_crlf (content);
    g_autoptr (Message) inner = message_parse (wire, NULL);
    if (!inner)
        return false;
    g_autofree char *prefix = g_strdup_printf ("%sleaf %s, ", collection->prefix, leaf->path);
    Collection nested = { .message = inner, .readings = collection->readings };
    nested.prefix = prefix;
    nested.depth = collection->depth + 1;
    collect (&nested);
    return true;
}

static void
add_attachment (Collection *collection, const Leaf *leaf, unsigned i)
{
    g_autoptr (GBytes) content = message_leaf_bytes (collection->message, i);
    gsize length = 0;
    const char *data = g_bytes_get_data (content, &length);

    if (leaf->filename) {
        char *name = g_strdup (leaf->filename);
        add_leaf (collection, "reading-filename", leaf, g_strdelimit (name, "_-.+", ' '));
    }
    if (length == 0 || add_message (collection, leaf, content))
        return;
    if (!encoded_is_text (data, length) && !g_str_has_prefix (leaf->type, "text/"))
        return;
    g_autoptr (GString) bytes = encoded_without_nul (data, length);
    add_leaf (collection, "reading-attachment", leaf,
              message_page_text (bytes->str, bytes->len));
}

/* Old readers show what stands around the parts; the fields of parts are there too. */
static void
add_between (Collection *collection)
{
    gsize length = 0;
    const char *data = g_bytes_get_data (message_bytes (collection->message), &length);
    g_autoptr (GString) text = g_string_new (NULL);
    size_t at = message_body_offset (collection->message);

    for (unsigned i = 0; i < message_leaf_count (collection->message); i++) {
        const Leaf *leaf = message_leaf (collection->message, i);
        if (leaf->start > at)
            g_string_append_len (text, data + at, (gssize)(leaf->start - at));
        at = MAX (at, leaf->end);
    }
    if (length > at)
        g_string_append_len (text, data + at, (gssize)(length - at));
    if (text->len > 0)
        add (collection, "reading-between", "between the parts",
             message_page_text (text->str, text->len));
}

/* What another reader takes for the body is somewhere in its bytes. */
static void
add_raw (Collection *collection)
{
    gsize length = 0;
    const char *data = g_bytes_get_data (message_bytes (collection->message), &length);
    size_t body = message_body_offset (collection->message);

    if (!message_ambiguity (collection->message) || length <= body)
        return;
    g_autoptr (GString) bytes = encoded_without_nul (data + body, length - body);
    add (collection, "reading-bytes", "body", encoded_read_escapes (bytes->str, bytes->len));
    add (collection, "reading-bytes", "body", encoded_read_base64 (bytes->str, bytes->len));
}

static char *
decode_twice (const char *value)
{
    g_autofree char *some = g_strndup (value, strnlen (value, MOST_HEADER_TEXT));
    g_autofree char *text = message_decode_words (some);

    return strstr (text, "=?") ? message_decode_words (text) : g_steal_pointer (&text);
}

/* A name is shown where the address is not. */
static void
append_names (GString *out, const char *text)
{
    bool address = false;

    for (; *text; text++) {
        address = *text == '<' || (address && *text != '>');
        if (!address && *text != '>')
            g_string_append_c (out, *text);
    }
    g_string_append_c (out, '\n');
}

static void
add_fields (Collection *collection)
{
    static const char *const senders[] = { "From",     "Sender", "Reply-To", "Organization",
                                           "Comments", "To",     "Cc",       "Keywords" };
    GString *subjects = g_string_new (NULL), *names = g_string_new (NULL);

    for (unsigned i = 0; i < message_field_count (collection->message); i++) {
        const HeaderField *field = message_field (collection->message, i);
        bool named = false;
        for (unsigned k = 0; k < G_N_ELEMENTS (senders); k++)
            named = named || g_ascii_strcasecmp (field->name, senders[k]) == 0;
        bool subject = g_ascii_strcasecmp (field->name, "Subject") == 0 ||
                       g_ascii_strcasecmp (field->name, "Thread-Topic") == 0;
        if (!named && !subject)
            continue;
        g_autofree char *text = decode_twice (field->value);
        if (subject)
            g_string_append_printf (subjects, "%s\n", text);
        else
            append_names (names, text);
    }
    add (collection, "reading-subject", "Subject", g_string_free (subjects, FALSE));
    add (collection, "reading-sender", "names", g_string_free (names, FALSE));
}

static void
collect (Collection *collection)
{
    for (unsigned i = 0; i < message_leaf_count (collection->message); i++) {
        const Leaf *leaf = message_leaf (collection->message, i);
        if (leaf->kind == LEAF_OTHER)
            add_attachment (collection, leaf, i);
        else
            add_text_leaf (collection, i);
    }
    add_fields (collection);
    add_between (collection);
    add_raw (collection);
}

GPtrArray *
readings_new (const Message *message, const GPtrArray *blocks)
{
    GPtrArray *readings = g_ptr_array_new_with_free_func ((GDestroyNotify)reading_free);
    Collection collection = { .message = message, .readings = readings, .prefix = "" };

    collection.blocks = blocks;
    collect (&collection);
    return readings;
}
