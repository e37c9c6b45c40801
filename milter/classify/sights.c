/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A message is not one text. Each program and each person sees another part of it, and promotion
 * in any of them is promotion (RFC 2046 5.1.4 lets the reader choose).
 */

#include "sights.h"

#include <string.h>

#include "licet/limits.h"
#include "licet/utf8.h"

#include "attached.h"
#include "contrived.h"
#include "embeds.h"
#include "encoded.h"

enum { DEEPEST_MESSAGE = 3, DEEPEST_PAGE = 3, MOST_HEADER_TEXT = 16 * 1024 };

typedef struct {
    const Message *message;
    const GPtrArray *blocks; /* NULL in a message within the message */
    const GPtrArray *embeds; /* by leaf */
    GPtrArray *sights;
    GHashTable *seen;   /* the sights, so that none is judged twice */
    GHashTable *pages;  /* char * by GBytes, or NULL */
    const char *prefix; /* of all places */
    unsigned depth;
    bool backwards, contrived;
} Collection;

static void
sight_free (Sight *sight)
{
    g_free (sight->where);
    g_free (sight->text);
    g_free (sight);
}

static guint
hash_sight (gconstpointer data)
{
    return utf8_hash (((const Sight *)data)->text);
}

/* The same text in another reading may be judged otherwise. */
static gboolean
equal_sights (gconstpointer a, gconstpointer b)
{
    const Sight *one = a, *other = b;

    return one->backwards == other->backwards && strcmp (one->signal, other->signal) == 0 &&
           strcmp (one->text, other->text) == 0;
}

/* Signs, and U+FFFD for bytes without meaning, say nothing. */
static bool
has_words (const char *text)
{
    for (; *text; text++) {
        if (strncmp (text, "\xef\xbf\xbd", 3) == 0)
            text += 2;
        else if (g_ascii_isalnum (*text) || (unsigned char)*text >= 0x80)
            return true;
    }
    return false;
}

/* Takes text. */
static void
add (Collection *collection, const char *signal, const char *where, char *text)
{
    if (!has_words (text)) {
        g_free (text);
        return;
    }
    Sight *sight = g_new0 (Sight, 1);
    sight->signal = collection->depth > 0 ? "reading-nested" : signal;
    sight->where = g_strconcat (collection->prefix, where, NULL);
    if (strlen (text) > LIMIT_READING_BYTES)
        *g_utf8_find_prev_char (text, text + LIMIT_READING_BYTES) = '\0';
    sight->text = text;
    sight->backwards = collection->backwards;
    sight->contrived = collection->contrived;
    if (g_hash_table_contains (collection->seen, sight)) {
        sight_free (sight);
        return;
    }
    g_hash_table_add (collection->seen, sight);
    g_ptr_array_add (collection->sights, sight);
}

static void
add_leaf (Collection *collection, const char *signal, const Leaf *leaf, char *text)
{
    g_autofree char *where = g_strdup_printf ("part %s", leaf->path);

    add (collection, signal, where, text);
}

/* The blocks of a leaf, of LeafRange. */
static GArray *
list_ranges (const Collection *collection, unsigned leaf)
{
    GArray *ranges = g_array_new (FALSE, FALSE, sizeof (LeafRange));

    for (unsigned i = 0; collection->blocks && i < collection->blocks->len; i++) {
        const Block *block = g_ptr_array_index (collection->blocks, i);
        LeafRange range = { block->start, block->end };
        if (block->leaf == leaf)
            g_array_append_val (ranges, range);
    }
    return ranges;
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

/* The names that message_readings gives to what pages say beside their visible text. */
static const struct {
    const char *how, *signal;
} hows[] = {
    { "hidden", "reading-hidden" },     { "alt", "reading-image" },
    { "title", "reading-title" },       { "aria-label", "reading-title" },
    { "placeholder", "reading-title" }, { "value", "reading-title" },
    { "css-content", "reading-style" }, { "conditional-comment", "reading-conditional" },
    { "unread", "reading-fallback" },
};

static int
find_how (const char *how)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (hows); i++)
        if (strcmp (hows[i].how, how) == 0)
            return (int)i;
    return -1;
}

static void
add_notes (Collection *collection, unsigned leaf)
{
    g_autoptr (GArray) ranges = list_ranges (collection, leaf);
    g_autoptr (GPtrArray) notes = message_readings_without (collection->message, leaf, ranges);
    GString *texts[G_N_ELEMENTS (hows)] = { NULL };

    for (unsigned i = 0; i < notes->len; i++) {
        const Reading *note = g_ptr_array_index (notes, i);
        int how = find_how (note->how);
        if (how < 0)
            continue;
        if (!texts[how])
            texts[how] = g_string_new (NULL);
        g_string_append_printf (texts[how], "%s\n", note->text);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++)
        if (texts[i])
            add_leaf (collection, hows[i].signal, message_leaf (collection->message, leaf),
                      g_string_free (texts[i], FALSE));
}

/* All that a page says, whoever is shown it, and pages in it: it is read as a mail of its own. */
static char *
read_page (const char *page, size_t length, unsigned depth)
{
    g_autoptr (GString) bytes = encoded_without_nul (page, length);
    g_autoptr (Message) message = message_of_page (bytes->str, bytes->len);
    GString *text = g_string_new (NULL);

    if (!message || message_leaf_count (message) == 0)
        return g_string_free (text, FALSE);
    g_autoptr (GPtrArray) notes = message_readings (message, 0);
    g_string_append (text, message_leaf (message, 0)->text);
    for (unsigned i = 0; i < notes->len; i++)
        g_string_append_printf (text, "\n%s",
                                ((const Reading *)g_ptr_array_index (notes, i))->text);
    g_autoptr (Embeds) embeds = depth < DEEPEST_PAGE ? embeds_pages (message, 0) : NULL;
    if (embeds && embeds->pages->len > 0) {
        g_autofree char *inner = read_page (embeds->pages->str, embeds->pages->len, depth + 1);
        g_string_append_printf (text, "\n%s", inner);
    }
    return g_string_free (text, FALSE);
}

/* The same, once for each page. */
static char *
read_known (const Collection *collection, const char *page, size_t length)
{
    if (!collection->pages)
        return read_page (page, length, 0);
    g_autoptr (GBytes) key = g_bytes_new_static (page, length);
    char *text = g_hash_table_lookup (collection->pages, key);
    if (!text) {
        text = read_page (page, length, 0);
        g_hash_table_insert (collection->pages, g_bytes_new (page, length), text);
    }
    return g_strdup (text);
}

static void
add_embeds (Collection *collection, unsigned i)
{
    const Leaf *leaf = message_leaf (collection->message, i);
    const Embeds *embeds = g_ptr_array_index (collection->embeds, i);

    if (embeds->pages->len > 0)
        add_leaf (collection, "reading-page", leaf,
                  read_known (collection, embeds->pages->str, embeds->pages->len));
    if (embeds->scripts->len > 0)
        add_leaf (collection, "reading-script", leaf,
                  g_utf8_make_valid (embeds->scripts->str, (gssize)embeds->scripts->len));
    add_leaf (collection, "reading-title", leaf, g_strdup (embeds->own->str));
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

/* The bytes of a leaf outside of its blocks: what a block says is known, whoever reads it. */
static GString *
bytes_outside (const Collection *collection, unsigned leaf)
{
    gsize length = 0;
    const char *data =
        g_bytes_get_data (message_leaf (collection->message, leaf)->content, &length);
    g_autoptr (GArray) ranges = list_ranges (collection, leaf);
    GString *bytes = g_string_sized_new (length);
    size_t at = 0;

    for (unsigned i = 0; i < ranges->len; i++) {
        const LeafRange *range = &g_array_index (ranges, LeafRange, i);
        g_string_append_len (bytes, data + at, (gssize)(range->start - at));
        at = range->end;
    }
    return g_string_append_len (bytes, data ? data + at : "", (gssize)(length - at));
}

/* Some readers believe the bytes and not the label. */
static void
add_other_charset (Collection *collection, unsigned number)
{
    const Leaf *leaf = message_leaf (collection->message, number);
    gsize length = 0;
    const char *data = g_bytes_get_data (leaf->content, &length);

    if (length == 0 || (is_plain_charset (leaf) && !memchr (data, '\0', length)))
        return;
    g_autoptr (GString) outside = bytes_outside (collection, number);
    g_autoptr (GString) bytes = encoded_without_nul (outside->str, outside->len);
    add_leaf (collection, "reading-bytes", leaf,
              read_known (collection, bytes->str, bytes->len));
}

/* Takes bytes. */
static char *
read_encoded (const Collection *collection, GString *bytes)
{
    char *text =
        bytes->len > 0 ? read_known (collection, bytes->str, bytes->len) : g_strdup ("");

    g_string_free (bytes, TRUE);
    return text;
}

static void
add_encoded (Collection *collection, const Leaf *leaf)
{
    gsize length = 0;
    const char *data = g_bytes_get_data (leaf->content, &length);

    if (length == 0)
        return;
    add_leaf (collection, "reading-uuencode", leaf,
              read_encoded (collection, encoded_uu (data, length)));
    if (leaf->kind == LEAF_PLAIN)
        add_leaf (collection, "reading-bytes", leaf,
                  read_encoded (collection, encoded_base64 (data, length)));
    if (leaf->encoding == ENCODING_IDENTITY && encoded_has_escapes (data, length))
        add_leaf (collection, "reading-bytes", leaf,
                  read_encoded (collection, encoded_escapes (data, length)));
}

static void
add_filename (Collection *collection, const Leaf *leaf)
{
    char *name = leaf->filename ? g_strdup (leaf->filename) : NULL;

    if (name)
        add_leaf (collection, "reading-filename", leaf, g_strdelimit (name, "_-.+", ' '));
}

/* What is written so that only the eye reads it, as the eye does. */
static void
add_contrived (Collection *collection, unsigned i)
{
    const Leaf *leaf = message_leaf (collection->message, i);
    g_autofree char *text = collection->backwards ? text_outside (collection, i) : NULL;
    g_autoptr (GArray) ranges = list_ranges (collection, i);
    char *rest = contrived_without_fillers (collection->message, i, ranges);

    collection->contrived = true;
    if (text)
        add_leaf (collection, signal_of (collection, i), leaf, contrived_turned (text));
    if (rest)
        add_leaf (collection, signal_of (collection, i), leaf, rest);
    collection->contrived = false;
}

static void
add_text_leaf (Collection *collection, unsigned i)
{
    const Leaf *leaf = message_leaf (collection->message, i);

    collection->backwards = contrived_turns (leaf);
    add_leaf (collection, signal_of (collection, i), leaf, text_outside (collection, i));
    add_contrived (collection, i);
    add_notes (collection, i);
    add_embeds (collection, i);
    collection->backwards = false;
    add_other_charset (collection, i);
    add_encoded (collection, leaf);
}

static void collect (Collection *collection);

/* An encoded one, or one in a file. What cannot be parsed is read as text. */
static bool
add_message (Collection *collection, const Leaf *leaf, GBytes *file)
{
    if (!attached_is_message (leaf) || collection->depth == DEEPEST_MESSAGE)
        return false;
    g_autoptr (Message) inner = attached_message (leaf, file);
    if (!inner)
        return false;
    g_autofree char *prefix = g_strdup_printf ("%spart %s, ", collection->prefix, leaf->path);
    g_autoptr (GPtrArray) embeds = embeds_all (inner, NULL);
    Collection nested = { .message = inner, .sights = collection->sights };
    nested.embeds = embeds;
    nested.prefix = prefix;
    nested.seen = collection->seen;
    nested.pages = collection->pages;
    nested.depth = collection->depth + 1;
    collect (&nested);
    return true;
}

/* Calendars and cards put long lines in pieces and write line ends as "\\n" (RFC 5545 3.1). */
static void
add_folded (Collection *collection, const Leaf *leaf, const GString *bytes)
{
    g_autoptr (GString) lines = g_string_new (bytes->str);

    if (g_ascii_strncasecmp (bytes->str, "BEGIN:V", strlen ("BEGIN:V")) != 0)
        return;
    g_string_replace (lines, "\r\n", "\n", 0);
    g_string_replace (lines, "\n ", "", 0);
    g_string_replace (lines, "\n\t", "", 0);
    g_string_replace (lines, "\\n", "\n", 0);
    g_string_replace (lines, "\\N", "\n", 0);
    add_leaf (collection, "reading-attachment", leaf,
              read_known (collection, lines->str, lines->len));
}

static void
add_attachment (Collection *collection, const Leaf *leaf, unsigned i)
{
    gsize length = 0;

    if (!attached_is_message (leaf) && !attached_is_text (collection->message, i))
        return;
    g_autoptr (GBytes) content = message_leaf_bytes (collection->message, i);
    const char *data = g_bytes_get_data (content, &length);
    if (length == 0 || add_message (collection, leaf, content))
        return;
    if (!attached_is_text (collection->message, i))
        return;
    g_autoptr (GString) bytes = encoded_without_nul (data, length);
    add_leaf (collection, "reading-attachment", leaf,
              read_known (collection, bytes->str, bytes->len));
    add_folded (collection, leaf, bytes);
    if (encoded_has_escapes (bytes->str, bytes->len))
        add_leaf (collection, "reading-attachment", leaf,
                  read_encoded (collection, encoded_escapes (bytes->str, bytes->len)));
}

static char *
decode_twice (const char *value)
{
    g_autofree char *some = g_strndup (value, strnlen (value, MOST_HEADER_TEXT));
    g_autofree char *text = message_decode_words (some);

    return strstr (text, "=?") ? message_decode_words (text) : g_steal_pointer (&text);
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
    if (text->len == 0)
        return;
    g_autofree char *page = read_known (collection, text->str, text->len);
    if (strstr (page, "=?"))
        add (collection, "reading-between", "between the parts", decode_twice (page));
    add (collection, "reading-between", "between the parts", g_steal_pointer (&page));
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
    add (collection, "reading-bytes", "body",
         read_encoded (collection, encoded_escapes (bytes->str, bytes->len)));
    add (collection, "reading-bytes", "body",
         read_encoded (collection, encoded_base64 (bytes->str, bytes->len)));
}

/* A name is shown where the address is not. */
static void
append_names (GString *out, const char *text)
{
    bool address = false;

    for (; *text; text++) {
        address = *text == '<' || (address && *text != '>');
        if (!address && *text != '>' && *text != '\\')
            g_string_append_c (out, *text);
    }
    g_string_append_c (out, '\n');
}

static void
add_fields (Collection *collection)
{
    static const char *const senders[] = {
        "From", "Sender",   "Reply-To", "Organization",     "Comments",  "To",
        "Cc",   "Keywords", "List-Id",  "List-Unsubscribe", "List-Help", "Content-Description",
    };
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
        add_filename (collection, leaf);
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
sights_new (const Message *message, const GPtrArray *blocks, const GPtrArray *embeds,
            GHashTable *pages)
{
    g_autoptr (GHashTable) seen = g_hash_table_new (hash_sight, equal_sights);
    GPtrArray *sights = g_ptr_array_new_with_free_func ((GDestroyNotify)sight_free);
    Collection collection = { .message = message, .sights = sights, .prefix = "" };

    collection.blocks = blocks;
    collection.embeds = embeds;
    collection.seen = seen;
    collection.pages = pages;
    collect (&collection);
    return sights;
}

/* FNV-1a over eight bytes at a time: pages are long. */
static guint
hash_page (gconstpointer data)
{
    gsize length = 0;
    const char *at = g_bytes_get_data ((GBytes *)data, &length);
    guint64 hash = length, eight = 0;

    for (; length >= sizeof eight; length -= sizeof eight, at += sizeof eight) {
        memcpy (&eight, at, sizeof eight);
        hash = (hash ^ eight) * G_GUINT64_CONSTANT (1099511628211);
        hash ^= hash >> 32;
    }
    for (; length > 0; length--)
        hash = (hash ^ (guchar)*at++) * G_GUINT64_CONSTANT (1099511628211);
    return (guint)(hash ^ hash >> 32);
}

GHashTable *
sights_pages_new (void)
{
    return g_hash_table_new_full (hash_page, g_bytes_equal, (GDestroyNotify)g_bytes_unref,
                                  g_free);
}
