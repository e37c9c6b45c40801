/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Where our own scan and GMime disagree about a message, so will the readers of the world. This
 * is the only file that knows GMime.
 */

#include "witness.h"

#include <gmime/gmime.h>
#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimeStream, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimeParser, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimeMessage, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimeContentType, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimeContentDisposition, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimeParserOptions, g_mime_parser_options_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimePartIter, g_mime_part_iter_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (InternetAddressList, g_object_unref)

static void
start_library (void)
{
    static gsize started = 0;

    if (g_once_init_enter (&started)) {
        g_mime_init ();
        g_once_init_leave (&started, 1);
    }
}

/* Its complaints about texts and addresses touch no structure. */
static const char *
read_warning (GMimeParserWarning warning)
{
    switch (warning) {
    case GMIME_WARN_DUPLICATED_PARAMETER:
    case GMIME_CRIT_CONFLICTING_PARAMETER:
        return "a parameter given twice";
    case GMIME_WARN_INVALID_CONTENT_TYPE:
        return "a Content-Type that is no type";
    case GMIME_WARN_MALFORMED_MULTIPART:
    case GMIME_CRIT_MULTIPART_WITHOUT_BOUNDARY:
        return "a malformed multipart";
    case GMIME_WARN_TRUNCATED_MESSAGE:
    case GMIME_WARN_MALFORMED_MESSAGE:
    case GMIME_CRIT_INVALID_HEADER_NAME:
        return "a malformed part";
    case GMIME_CRIT_NESTING_OVERFLOW:
        return "parts that are nested too deep";
    case GMIME_WARN_PART_WITHOUT_CONTENT:
    case GMIME_CRIT_PART_WITHOUT_HEADERS_OR_CONTENT:
        return "a part without content";
    case GMIME_CRIT_CONFLICTING_HEADER:
        return "conflicting header fields";
    case GMIME_WARN_DUPLICATED_HEADER:
    case GMIME_WARN_UNENCODED_8BIT_HEADER:
    case GMIME_WARN_INVALID_RFC2047_HEADER_VALUE:
    case GMIME_WARN_INVALID_PARAMETER:
    case GMIME_WARN_INVALID_ADDRESS_LIST:
        return NULL;
    }
    return "a fault";
}

static void
take_warning (gint64 offset, GMimeParserWarning warning, const gchar *item, gpointer data)
{
    const char *reason = read_warning (warning);

    (void)item;
    if (reason)
        structure_note (data, offset > 0 ? (size_t)offset : 0, reason);
}

static void
free_borrowed (void *array)
{
    g_byte_array_free (array, FALSE);
}

/* A stream with a buffer of its own would copy the message. This one is only read, and its array lives
 * as long as the parts that refer to it. */
static GMimeStream *
stream_borrowed (GBytes *bytes)
{
    gsize length = 0;
    guint8 *data = (guint8 *)g_bytes_get_data (bytes, &length);
    GByteArray *array = g_byte_array_new_take (data, length);
    GMimeStream *stream = g_mime_stream_mem_new ();

    g_mime_stream_mem_set_byte_array (GMIME_STREAM_MEM (stream), array);
    g_object_set_data_full (G_OBJECT (stream), "borrowed", array, free_borrowed);
    return stream;
}

static GMimeMessage *
parse (GBytes *bytes, Structure *structure)
{
    g_autoptr (GMimeStream) stream = stream_borrowed (bytes);
    g_autoptr (GMimeParser) parser = g_mime_parser_new_with_stream (stream);
    g_autoptr (GMimeParserOptions) options = g_mime_parser_options_new ();

    g_mime_parser_set_persist_stream (parser, TRUE);
    g_mime_parser_set_format (parser, GMIME_FORMAT_MESSAGE);
    g_mime_parser_options_set_warning_callback (options, take_warning, structure);
    return g_mime_parser_construct_message (parser, options);
}

static LeafEncoding
read_encoding (GMimeContentEncoding encoding)
{
    switch (encoding) {
    case GMIME_CONTENT_ENCODING_DEFAULT:
    case GMIME_CONTENT_ENCODING_7BIT:
    case GMIME_CONTENT_ENCODING_8BIT:
    case GMIME_CONTENT_ENCODING_BINARY:
        return ENCODING_IDENTITY;
    case GMIME_CONTENT_ENCODING_BASE64:
        return ENCODING_BASE64;
    case GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE:
        return ENCODING_QUOTED_PRINTABLE;
    case GMIME_CONTENT_ENCODING_UUENCODE:
        return ENCODING_OTHER;
    }
    return ENCODING_OTHER;
}

static const char *
compare_type (GMimeObject *object, const Leaf *leaf)
{
    GMimeContentType *type = g_mime_object_get_content_type (object);
    g_autofree char *name = type ? g_mime_content_type_get_mime_type (type) : NULL;
    const char *charset = type ? g_mime_content_type_get_parameter (type, "charset") : NULL;

    if (!name || g_ascii_strcasecmp (name, leaf->type) != 0)
        return "readers see different types";
    if (g_ascii_strcasecmp (charset ? charset : "", leaf->charset ? leaf->charset : "") != 0)
        return "readers see different character sets";
    return NULL;
}

/* At an edge of its buffer GMime counts the CR before a delimiter to the part. */
static bool
is_same_end (const char *data, size_t seen, size_t end)
{
    return seen == end || (seen == end + 1 && data[end] == '\r' && data[end + 1] == '\n');
}

/* GMime keeps an encoding that it does not know as the default one. */
static const char *
compare_leaf (const char *data, GMimeObject *object, const Leaf *leaf)
{
    GMimeDataWrapper *content = g_mime_part_get_content ((GMimePart *)object);
    GMimeStream *stream = content ? g_mime_data_wrapper_get_stream (content) : NULL;

    if (!stream || stream->bound_start < 0 || stream->bound_end < stream->bound_start) {
        if (leaf->start != leaf->end)
            return "a part that not every reader sees";
    } else if ((size_t)stream->bound_start != leaf->start ||
               !is_same_end (data, (size_t)stream->bound_end, leaf->end)) {
        return "readers see different ends of a part";
    }
    if (leaf->encoding != ENCODING_OTHER && read_encoding (g_mime_part_get_content_encoding (
                                                (GMimePart *)object)) != leaf->encoding)
        return "readers see different transfer encodings";
    return compare_type (object, leaf);
}

void
witness_compare (GBytes *bytes, Structure *structure)
{
    start_library ();
    g_autoptr (GMimeMessage) message = parse (bytes, structure);
    const char *data = g_bytes_get_data (bytes, NULL);
    unsigned seen = 0;

    if (!message) {
        structure_note (structure, 0, "a message that not every reader can read");
        return;
    }
    g_autoptr (GMimePartIter) iterator = g_mime_part_iter_new ((GMimeObject *)message);
    for (bool more = g_mime_part_iter_is_valid (iterator); more && !structure->ambiguity;
         more = g_mime_part_iter_next (iterator)) {
        GMimeObject *object = g_mime_part_iter_get_current (iterator);
        if (!GMIME_IS_PART (object))
            continue;
        if (seen == structure->parts->len)
            break;
        const Part *part = g_ptr_array_index (structure->parts, seen++);
        const char *reason = compare_leaf (data, object, &part->leaf);
        if (reason)
            structure_note (structure, part->leaf.start, reason);
    }
    if (seen != structure->parts->len)
        structure_note (structure, 0, "readers see different parts");
}

/* Whether it may have the parameter "name" or "filename". */
static bool
may_name (const char *value)
{
    for (const char *at = value; at && (at = strpbrk (at, "nN")); at++)
        if (g_ascii_strncasecmp (at, "name", strlen ("name")) == 0)
            return true;
    return false;
}

char *
witness_filename (const Part *part)
{
    const char *name = NULL;
    g_autoptr (GMimeContentDisposition) disposition = NULL;
    g_autoptr (GMimeContentType) type = NULL;

    start_library ();
    if (may_name (part->disposition)) {
        disposition = g_mime_content_disposition_parse (NULL, part->disposition);
        if (disposition)
            name = g_mime_content_disposition_get_parameter (disposition, "filename");
    }
    if (!name && may_name (part->content_type)) {
        type = g_mime_content_type_parse (NULL, part->content_type);
        if (type)
            name = g_mime_content_type_get_parameter (type, "name");
    }
    return name ? g_utf8_make_valid (name, -1) : NULL;
}

/* With a character set of one letter and no text. */
enum { SHORTEST_WORD = 8 };

/* RFC 2047 2: "=?charset?B?text?=", and nothing else between blanks. */
static bool
is_encoded_word (const char *token, gsize length, bool *ret_padded)
{
    const char *end = token + length - strlen ("?=");

    if (length < SHORTEST_WORD || !g_str_has_prefix (token, "=?") || end[0] != '?' ||
        end[1] != '=')
        return false;
    const char *encoding = memchr (token + 2, '?', (gsize)(end - token) - 2);
    if (!encoding || end - encoding < 3 || encoding[2] != '?' ||
        !strchr ("BbQq", encoding[1]) ||
        memchr (encoding + 3, '?', (gsize)(end - encoding) - 3))
        return false;
    *ret_padded = g_ascii_toupper (encoding[1]) == 'B' && end[-1] == '=';
    return true;
}

static void
flush_words (GString *words, GString *text)
{
    g_autofree char *decoded = g_mime_utils_header_decode_text (NULL, words->str);

    g_string_append (text, decoded ? decoded : "");
    g_string_truncate (words, 0);
}

/*
 * GMime decodes adjacent words of one kind in one go, since a character may be split between them,
 * but then stops at the first padding, where other readers go on; and a broken word keeps it from
 * seeing the next one. So it is shown a run of good words at a time, and all else by itself.
 * Blanks between two words are none.
 */
char *
witness_decode (const char *value)
{
    g_autoptr (GString) text = g_string_new (NULL), run = g_string_new (NULL);
    bool in_words = false, padded = false;

    start_library ();
    while (*value) {
        gsize blanks = strspn (value, " \t"), length = strcspn (value + blanks, " \t");
        bool was_padded = padded, word = is_encoded_word (value + blanks, length, &padded);
        if (word != in_words || (word && was_padded))
            flush_words (run, text);
        if (word && in_words)
            g_string_append (run, run->len > 0 ? " " : "");
        else
            g_string_append_len (word ? text : run, value, (gssize)blanks);
        g_string_append_len (run, value + blanks, (gssize)length);
        in_words = word;
        value += blanks + length;
    }
    flush_words (run, text);
    return g_utf8_make_valid (text->str, (gssize)text->len);
}

/* Groups are one level deep (RFC 5322 3.4). */
static char *
first_of (InternetAddressList *list)
{
    for (int i = 0; list && i < internet_address_list_length (list); i++) {
        InternetAddress *address = internet_address_list_get_address (list, i);
        if (INTERNET_ADDRESS_IS_MAILBOX (address)) {
            InternetAddressMailbox *mailbox = (InternetAddressMailbox *)address;
            return g_strdup (internet_address_mailbox_get_addr (mailbox));
        }
    }
    return NULL;
}

char *
witness_first_mailbox (const char *value)
{
    start_library ();
    g_autoptr (InternetAddressList) list = internet_address_list_parse (NULL, value);
    char *found = first_of (list);

    for (int i = 0; list && !found && i < internet_address_list_length (list); i++) {
        InternetAddress *address = internet_address_list_get_address (list, i);
        if (INTERNET_ADDRESS_IS_GROUP (address))
            found =
                first_of (internet_address_group_get_members ((InternetAddressGroup *)address));
    }
    return found;
}

static void
add_all (InternetAddressList *list, GPtrArray *all)
{
    for (int i = 0; list && i < internet_address_list_length (list); i++) {
        InternetAddress *address = internet_address_list_get_address (list, i);
        if (INTERNET_ADDRESS_IS_MAILBOX (address))
            g_ptr_array_add (all, g_strdup (internet_address_mailbox_get_addr (
                                      (InternetAddressMailbox *)address)));
    }
}

void
witness_all_mailboxes (const char *value, GPtrArray *all)
{
    start_library ();
    g_autoptr (InternetAddressList) list = internet_address_list_parse (NULL, value);

    add_all (list, all);
    for (int i = 0; list && i < internet_address_list_length (list); i++) {
        InternetAddress *address = internet_address_list_get_address (list, i);
        if (INTERNET_ADDRESS_IS_GROUP (address))
            add_all (internet_address_group_get_members ((InternetAddressGroup *)address), all);
    }
}
