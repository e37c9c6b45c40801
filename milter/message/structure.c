/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The MIME tree (RFC 2046 5.1) in one pass with a bounded stack of open multiparts. It says
 * where each leaf's encoded bytes stand; whatever readers are known to see differently is noted
 * as ambiguous. GMime is asked afterwards whether it sees the same (witness.c), unless all of it is plain.
 */

#include "structure.h"

#include <string.h>

#include "licet/error.h"
#include "licet/limits.h"

#include "entity.h"
#include "headers.h"
#include "params.h"
#include "plain.h"

/* An open multipart, or an open message/rfc822. */
typedef struct {
    bool multipart;
    char *boundary; /* NULL for a message and for a multipart without one */
    size_t boundary_length;
    char *path; /* its children are numbered below it; "" at the top */
    unsigned children;
    unsigned range; /* number of its own PartRange */
    unsigned last;  /* number of the PartRange of its last child so far */
    bool digest;    /* RFC 2046 5.1.5: its parts are messages unless they say otherwise */
    bool nested;
    bool attachment;
    const char *locked;
} Level;

typedef struct {
    const char *data;
    size_t length;
    size_t position; /* at the beginning of a line */
    Structure *out;
    Level levels[LIMIT_MIME_DEPTH];
    unsigned depth;
    unsigned range; /* number of the PartRange being read */
    Part *open;     /* the leaf whose end is not known yet */
    bool closed;    /* a multipart has ended, and its boundary means nothing any more */
} Scan;

typedef enum { DELIMITER_NONE, DELIMITER_NEXT, DELIMITER_CLOSE, DELIMITER_ODD } Delimiter;

void
structure_note (Structure *structure, size_t offset, const char *reason)
{
    if (!structure->ambiguity)
        structure->ambiguity = g_strdup_printf ("byte %zu: %s", offset, reason);
}

static bool
only_blanks (const char *text, size_t length)
{
    while (length > 0 && g_ascii_isspace (*text)) {
        text++;
        length--;
    }
    return length == 0;
}

static Delimiter
match_level (const Level *level, const char *line, size_t length)
{
    size_t boundary = level->boundary_length;

    if (!level->boundary || length < boundary + 2 ||
        memcmp (line + 2, level->boundary, boundary) != 0)
        return DELIMITER_NONE;
    line += boundary + 2;
    length -= boundary + 2;
    if (only_blanks (line, length))
        return DELIMITER_NEXT;
    if (length >= 2 && line[0] == '-' && line[1] == '-' && only_blanks (line + 2, length - 2))
        return DELIMITER_CLOSE;
    return DELIMITER_ODD;
}

static bool
begins_with_dashes (const Scan *scan, size_t position)
{
    const char *line = scan->data + position;

    return scan->length - position >= 2 && line[0] == '-' && line[1] == '-';
}

/* RFC 2046 5.1.2: a delimiter of any open multipart ends what is inside it. */
static Delimiter
match_delimiter (const Scan *scan, size_t position, unsigned *ret_level)
{
    const char *line = scan->data + position;
    Delimiter odd = DELIMITER_NONE;

    if (!begins_with_dashes (scan, position))
        return DELIMITER_NONE;
    size_t length = headers_line_end (scan->data, scan->length, position) - position;
    for (unsigned i = scan->depth; i-- > 0;) {
        Delimiter found = match_level (&scan->levels[i], line, length);
        if (found == DELIMITER_NONE)
            continue;
        *ret_level = i;
        if (found != DELIMITER_ODD)
            return found;
        odd = DELIMITER_ODD;
    }
    return odd;
}

static bool
is_delimiter (const void *data, size_t position)
{
    unsigned level = 0;
    Delimiter found = match_delimiter (data, position, &level);

    return found == DELIMITER_NEXT || found == DELIMITER_CLOSE;
}

static void
pop_levels (Scan *scan, unsigned depth)
{
    while (scan->depth > depth) {
        Level *level = &scan->levels[--scan->depth];
        g_free (level->boundary);
        g_free (level->path);
    }
}

/* The line end before a delimiter belongs to the delimiter. */
static void
close_leaf (Scan *scan, size_t line)
{
    if (!scan->open)
        return;
    Leaf *leaf = &scan->open->leaf;
    size_t end = line;
    if (line < scan->length && end > leaf->start && scan->data[end - 1] == '\n')
        end--;
    if (line < scan->length && end > leaf->start && end < line && scan->data[end - 1] == '\r')
        end--;
    leaf->end = end;
    scan->out->plain = scan->out->plain && leaf->end > leaf->start;
    scan->open = NULL;
}

/* RFC 9051 6.4.5.1: a multipart at the top of a message has no number of its own. */
static char *
next_path (Scan *scan, bool is_multipart)
{
    if (scan->depth == 0)
        return g_strdup (is_multipart ? "" : "1");
    Level *level = &scan->levels[scan->depth - 1];
    if (!level->multipart && is_multipart)
        return g_strdup (level->path);
    level->children++;
    return g_strdup_printf ("%s%s%u", level->path, *level->path ? "." : "", level->children);
}

/* Some readers look no further than to the end of a boundary that they know. */
static bool
is_prefix (const Level *a, const Level *b)
{
    size_t least = MIN (a->boundary_length, b->boundary_length);

    return a->boundary && b->boundary && memcmp (a->boundary, b->boundary, least) == 0;
}

static bool
push_level (Scan *scan, Level level, GError **error)
{
    if (scan->depth == LIMIT_MIME_DEPTH) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_LIMIT,
                     "byte %zu: parts are nested too deep", scan->position);
        g_free (level.boundary);
        g_free (level.path);
        return false;
    }
    for (unsigned i = 0; level.boundary && i < scan->depth; i++) {
        if (g_strcmp0 (scan->levels[i].boundary, level.boundary) == 0)
            structure_note (scan->out, scan->position, "one boundary at two levels");
        scan->out->plain = scan->out->plain && !is_prefix (&scan->levels[i], &level);
    }
    scan->levels[scan->depth++] = level;
    return true;
}

static LeafEncoding
read_encoding (const Scan *scan, const char *value)
{
    g_autofree char *word = g_ascii_strdown (value ? value : "", -1);

    if (!*word || strcmp (word, "7bit") == 0 || strcmp (word, "8bit") == 0 ||
        strcmp (word, "binary") == 0)
        return ENCODING_IDENTITY;
    if (strcmp (word, "quoted-printable") == 0)
        return ENCODING_QUOTED_PRINTABLE;
    if (strcmp (word, "base64") == 0)
        return ENCODING_BASE64;
    if (strpbrk (word, "();\" \t"))
        structure_note (scan->out, scan->position,
                        "a Content-Transfer-Encoding that is no token");
    return ENCODING_OTHER;
}

static bool
is_embedded_message (const char *type)
{
    return strcmp (type, "message/rfc822") == 0 || strcmp (type, "message/global") == 0 ||
           strcmp (type, "message/rfc2822") == 0 || strcmp (type, "message/news") == 0;
}

static const char *
lock_reason (const char *type)
{
    if (strcmp (type, "multipart/signed") == 0)
        return "it is inside a signed part";
    if (strcmp (type, "multipart/encrypted") == 0)
        return "it is inside an encrypted part";
    return g_str_has_prefix (type, "message/") ? "it is inside another message" : NULL;
}

/* RFC 2183 2.8: an unknown disposition is an attachment. */
static bool
is_attachment (const Entity *entity)
{
    if (!entity->disposition)
        return false;
    g_autoptr (Params) params = params_parse (entity->disposition);
    return *params->head && strcmp (params->head, "inline") != 0;
}

static bool
add_leaf (Scan *scan, const Entity *entity, const Params *type, Level inherited, GError **error)
{
    if (scan->out->parts->len == LIMIT_MIME_LEAVES) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_LIMIT, "byte %zu: too many parts",
                     scan->position);
        return false;
    }
    Part *part = part_new ();
    Leaf *leaf = &part->leaf;
    const char *charset = params_get (type, "charset");

    leaf->path = next_path (scan, false);
    leaf->type = g_strdup (type->head);
    leaf->charset = charset && *charset ? g_ascii_strdown (charset, -1) : NULL;
    leaf->encoding = read_encoding (scan, entity->transfer_encoding);
    leaf->attachment = inherited.attachment;
    leaf->locked = g_strdup (inherited.locked);
    if (!leaf->locked && entity->measured)
        leaf->locked = g_strdup ("its header has its digest or its length");
    leaf->start = leaf->end = entity->body;
    leaf->content_id = g_strdup (entity->content_id);
    part->range = scan->range;
    part->nested = inherited.nested;
    part->foreign = inherited.locked != NULL;
    part->content_type = g_strdup (entity->content_type);
    part->disposition = g_strdup (entity->disposition);
    g_ptr_array_add (scan->out->parts, part);
    scan->open = part;
    return true;
}

/* RFC 2046 5.1.1: 1 to 70 characters, not ending in a blank. */
static bool
is_usable_boundary (const char *boundary)
{
    size_t length = boundary ? strlen (boundary) : 0;

    return length > 0 && length <= 70 && boundary[length - 1] != ' ';
}

static bool
open_multipart (Scan *scan, const Entity *entity, const Params *type, Level level,
                GError **error)
{
    const char *boundary = params_get (type, "boundary");

    if (entity->folds_quoted && boundary && strpbrk (boundary, " \t"))
        structure_note (scan->out, scan->position, "a boundary that is folded");
    if (!is_usable_boundary (boundary))
        structure_note (scan->out, scan->position, "a multipart without a usable boundary");
    level.path = next_path (scan, true);
    level.multipart = true;
    level.range = scan->range;
    level.boundary = boundary && *boundary ? g_strdup (boundary) : NULL;
    level.boundary_length = level.boundary ? strlen (level.boundary) : 0;
    level.digest = strcmp (type->head, "multipart/digest") == 0;
    g_array_index (scan->out->ranges, PartRange, scan->range).alternative =
        strcmp (type->head, "multipart/alternative") == 0;
    return push_level (scan, level, error);
}

static Params *
read_type (const Scan *scan, const Entity *entity)
{
    bool digest = scan->depth > 0 && scan->levels[scan->depth - 1].digest;

    if (!entity->content_type)
        return params_parse (digest ? "message/rfc822" : "text/plain");
    Params *type = params_parse (entity->content_type);
    const char *slash = strchr (type->head, '/');
    if (type->problem)
        structure_note (scan->out, scan->position, type->problem);
    if (!slash || slash == type->head || strpbrk (slash + 1, "/ ()\"=\t") || !slash[1] ||
        strpbrk (type->head, "()\" \t"))
        structure_note (scan->out, scan->position, "a Content-Type that is no type");
    return type;
}

static void
note_entity (Scan *scan, const Entity *entity, const Params *type)
{
    bool digest = scan->depth > 0 && scan->levels[scan->depth - 1].digest;

    scan->out->plain = scan->out->plain && !digest && !lock_reason (type->head) &&
                       plain_header (scan->data, scan->position, entity->body);

    if (entity->problem)
        structure_note (scan->out, scan->position, entity->problem);
    if (entity->cut_short && (scan->depth > 0 || entity->body < scan->length))
        structure_note (scan->out, scan->position, "a part header without an empty line");
}

/* The entity at the position: a leaf, a multipart, or messages inside each other. */
static bool
read_entity (Scan *scan, GError **error)
{
    for (;;) {
        g_autoptr (Entity) entity =
            entity_read (scan->data, scan->length, scan->position, is_delimiter, scan, error);
        if (!entity)
            return false;
        g_autoptr (Params) type = read_type (scan, entity);
        note_entity (scan, entity, type);
        Level level = { 0 };
        if (scan->depth > 0)
            level = scan->levels[scan->depth - 1];
        level = (Level){ .nested = level.nested,
                         .attachment = level.attachment || is_attachment (entity),
                         .locked = level.locked ? level.locked : lock_reason (type->head) };
        LeafEncoding encoding = read_encoding (scan, entity->transfer_encoding);
        scan->position = entity->body;

        if (g_str_has_prefix (type->head, "multipart/")) {
            if (encoding != ENCODING_IDENTITY)
                structure_note (scan->out, scan->position, "an encoded multipart");
            return open_multipart (scan, entity, type, level, error);
        }
        bool message = is_embedded_message (type->head);
        if (message && encoding != ENCODING_IDENTITY)
            structure_note (scan->out, scan->position, "an encoded message");
        if (!message || encoding != ENCODING_IDENTITY)
            return add_leaf (scan, entity, type, level, error);
        level.nested = true;
        level.path = next_path (scan, false);
        if (!push_level (scan, level, error))
            return false;
    }
}

/* The next line that begins with a hyphen, for which much text and all of base64 need not be split into
 * lines. */
static size_t
next_dash (const Scan *scan)
{
    for (size_t at = scan->position + 1; at < scan->length; at++) {
        const char *dash = memchr (scan->data + at, '-', scan->length - at);
        if (!dash)
            break;
        at = (size_t)(dash - scan->data);
        if (dash[-1] == '\n')
            return at;
    }
    return scan->length;
}

/* Moves to the next line that is a delimiter. */
static Delimiter
find_delimiter (Scan *scan, unsigned *ret_level)
{
    while (scan->position < scan->length) {
        Delimiter found = match_delimiter (scan, scan->position, ret_level);
        if (found == DELIMITER_NEXT || found == DELIMITER_CLOSE)
            return found;
        if (found == DELIMITER_ODD)
            structure_note (scan->out, scan->position, "text after a boundary");
        scan->out->plain =
            scan->out->plain && !(scan->closed && begins_with_dashes (scan, scan->position));
        scan->position = next_dash (scan);
    }
    return DELIMITER_NONE;
}

/* The line at the position is that delimiter and nothing more. */
static bool
is_bare_delimiter (const Scan *scan, const Level *level, Delimiter found)
{
    size_t length =
        headers_line_end (scan->data, scan->length, scan->position) - scan->position;
    size_t wanted = strlen ("--\r\n") + level->boundary_length;

    return length == wanted + (found == DELIMITER_CLOSE ? strlen ("--") : 0);
}

/* Levels that end without their own closing delimiter. */
static void
abandon_levels (Scan *scan, unsigned depth)
{
    for (unsigned i = depth; i < scan->depth; i++)
        if (scan->levels[i].multipart)
            structure_note (scan->out, scan->position, "a multipart without its end");
    pop_levels (scan, depth);
}

/* A delimiter ends the part before it. */
static void
end_range (Scan *scan, const Level *level)
{
    if (level->last > 0)
        g_array_index (scan->out->ranges, PartRange, level->last).end = scan->position;
}

static void
begin_range (Scan *scan, Level *level)
{
    PartRange range = { .start = scan->position,
                        .end = scan->length,
                        .parent = (int)level->range };

    scan->range = level->last = scan->out->ranges->len;
    g_array_append_val (scan->out->ranges, range);
}

static bool
scan_parts (Scan *scan, GError **error)
{
    unsigned level = 0;

    if (!read_entity (scan, error))
        return false;
    for (;;) {
        Delimiter found = scan->depth > 0 ? find_delimiter (scan, &level) : DELIMITER_NONE;
        if (found == DELIMITER_NONE)
            break;
        scan->out->plain =
            scan->out->plain && is_bare_delimiter (scan, &scan->levels[level], found);
        close_leaf (scan, scan->position);
        abandon_levels (scan, level + 1);
        end_range (scan, &scan->levels[level]);
        if (found == DELIMITER_NEXT)
            begin_range (scan, &scan->levels[level]);
        if (found == DELIMITER_CLOSE && scan->levels[level].children == 0)
            structure_note (scan->out, scan->position, "a multipart without parts");
        if (found == DELIMITER_CLOSE)
            pop_levels (scan, level);
        scan->closed = scan->closed || found == DELIMITER_CLOSE;
        scan->position = headers_line_end (scan->data, scan->length, scan->position);
        if (found == DELIMITER_NEXT && !read_entity (scan, error))
            return false;
    }
    scan->position = scan->length;
    close_leaf (scan, scan->length);
    abandon_levels (scan, 0);
    return true;
}

Structure *
structure_scan (const char *data, size_t length, GError **error)
{
    g_autoptr (Structure) structure = g_new0 (Structure, 1);
    Scan scan = { .data = data, .length = length, .out = structure };

    structure->plain = length >= 2 && data[length - 2] == '\r' && data[length - 1] == '\n';
    structure->parts = g_ptr_array_new_with_free_func ((GDestroyNotify)part_free);
    structure->ranges = g_array_new (FALSE, FALSE, sizeof (PartRange));
    PartRange message = { .end = length, .parent = -1 };
    g_array_append_val (structure->ranges, message);
    bool done = scan_parts (&scan, error);
    pop_levels (&scan, 0);
    return done ? g_steal_pointer (&structure) : NULL;
}

void
structure_free (Structure *structure)
{
    g_ptr_array_unref (structure->parts);
    g_array_unref (structure->ranges);
    g_free (structure->ambiguity);
    g_free (structure);
}
