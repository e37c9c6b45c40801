/* SPDX-License-Identifier: BSD-2-Clause */

/* The header of one MIME entity, reduced to the fields that decide how its body is read. */

#include "entity.h"

#include <stdint.h>
#include <string.h>

#include "licet/error.h"
#include "licet/limits.h"

#include "headers.h"

/* A field that must stand once. */
typedef struct {
    const char *name;
    size_t slot; /* where its value is kept, or NOT_KEPT */
    const char *twice;
} SingleField;

#define NOT_KEPT   SIZE_MAX
#define STRUCTURAL "a structural field that is given twice"
#define SHOWN      "two From or two Subject fields"

/* From and Subject count too, since readers show either. */
static const SingleField singles[] = {
    { "content-type", offsetof (Entity, content_type), STRUCTURAL },
    { "content-disposition", offsetof (Entity, disposition), STRUCTURAL },
    { "content-transfer-encoding", offsetof (Entity, transfer_encoding), STRUCTURAL },
    { "content-id", offsetof (Entity, content_id), STRUCTURAL },
    { "mime-version", NOT_KEPT, STRUCTURAL },
    { "from", NOT_KEPT, SHOWN },
    { "subject", NOT_KEPT, SHOWN },
};

static void
note (Entity *entity, const char *problem)
{
    if (!entity->problem)
        entity->problem = problem;
}

static const SingleField *
find_single (const char *field, size_t name)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (singles); i++)
        if (strlen (singles[i].name) == name &&
            g_ascii_strncasecmp (field, singles[i].name, name) == 0)
            return &singles[i];
    return NULL;
}

/* RFC 5322 3.2.4 lets a quoted string be folded; not every reader then unfolds it. */
static bool
has_quoted_fold (const char *value, size_t length)
{
    bool quoted = false;

    for (size_t i = 0; i < length; i++) {
        if (quoted && value[i] == '\\' && i + 1 < length)
            i++;
        else if (value[i] == '"')
            quoted = !quoted;
        else if (quoted && value[i] == '\n' && i + 1 < length)
            return true;
    }
    return false;
}

static bool
is_measure (const char *field, size_t name)
{
    static const char *const measures[] = { "content-md5", "content-length" };

    for (unsigned i = 0; i < G_N_ELEMENTS (measures); i++)
        if (strlen (measures[i]) == name && g_ascii_strncasecmp (field, measures[i], name) == 0)
            return true;
    return false;
}

/* seen: one bit for each of the single fields. */
static void
take_field (Entity *entity, const char *field, size_t length, unsigned *seen)
{
    size_t name = headers_name_length (field, length);
    const SingleField *single = find_single (field, name);

    entity->measured = entity->measured || is_measure (field, name);
    if (!single)
        return;
    unsigned bit = 1u << (single - singles);
    if (*seen & bit)
        note (entity, single->twice);
    if (!(*seen & bit) && single == &singles[0])
        entity->folds_quoted = has_quoted_fold (field + name + 1, length - name - 1);
    if (!(*seen & bit) && single->slot != NOT_KEPT)
        *(char **)((char *)entity + single->slot) =
            headers_unfold (field + name + 1, length - name - 1);
    *seen |= bit;
}

static bool
is_empty_line (const char *line, size_t length)
{
    return (length == 2 && line[0] == '\r' && line[1] == '\n') ||
           (length == 1 && line[0] == '\n');
}

Entity *
entity_read (const char *data, size_t length, size_t position, EntityStop stop,
             const void *scan, GError **error)
{
    g_autoptr (Entity) entity = g_new0 (Entity, 1);
    size_t start = position;
    unsigned seen = 0, fields = 0;

    entity->cut_short = true;
    while (position < length && !stop (scan, position)) {
        size_t end = headers_line_end (data, length, position);
        if (is_empty_line (data + position, end - position)) {
            entity->cut_short = false;
            position = end;
            break;
        }
        if (headers_name_length (data + position, end - position) == 0) {
            note (entity, "a header line that is no field");
            break;
        }
        while (end < length && (data[end] == ' ' || data[end] == '\t'))
            end = headers_line_end (data, length, end);
        if (end - start > LIMIT_HEADER_BYTES || ++fields > LIMIT_HEADER_FIELDS) {
            g_set_error (error, LICET_ERROR, LICET_ERROR_LIMIT,
                         "byte %zu: the header of a part is too long", start);
            return NULL;
        }
        take_field (entity, data + position, end - position, &seen);
        position = end;
    }
    entity->body = position;
    return g_steal_pointer (&entity);
}

void
entity_free (Entity *entity)
{
    g_free (entity->content_type);
    g_free (entity->disposition);
    g_free (entity->transfer_encoding);
    g_free (entity->content_id);
    g_free (entity);
}
