/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Which header fields a signature covers. A field that a reader acts upon is signed once more
 * than it occurs, since a verifier would not see one that somebody added on the way.
 */

#include "fields.h"

#include <string.h>

#include "canon.h"
#include "licet/error.h"
#include "licet/limits.h"

typedef struct {
    const char *name;
    bool oversign;
} Covered;

/* RFC 6376 5.4.1; MIME; RFC 8058 4 asks for both List-Unsubscribe fields, RFC 9477 3.1 for the
 * CFBL ones, mailbox providers and the Certified Senders Alliance for the feedback ones. */
static const Covered covered_fields[] = {
    { "From", true },
    { "Sender", true },
    { "Reply-To", true },
    { "Subject", true },
    { "Date", true },
    { "To", true },
    { "Cc", true },
    { "Message-ID", true },
    { "In-Reply-To", true },
    { "References", true },
    { "MIME-Version", true },
    { "Content-Type", true },
    { "Content-Transfer-Encoding", true },
    { "Content-ID", false },
    { "Content-Description", false },
    { "Resent-Date", false },
    { "Resent-From", false },
    { "Resent-To", false },
    { "Resent-Cc", false },
    { "List-Id", false },
    { "List-Help", false },
    { "List-Unsubscribe", true },
    { "List-Unsubscribe-Post", true },
    { "List-Subscribe", false },
    { "List-Post", false },
    { "List-Owner", false },
    { "List-Archive", false },
    { "Feedback-ID", true },
    { "CFBL-Address", true },
    { "CFBL-Feedback-ID", false },
    { "X-CSA-Complaints", false },
    { "Auto-Submitted", false },
};

static bool
fail (GError **error, LicetError code, unsigned field, const char *what)
{
    g_set_error (error, LICET_ERROR, code, "header field %u: %s", field + 1, what);
    return false;
}

static size_t
line_end (const char *message, size_t length, size_t position)
{
    const char *newline = memchr (message + position, '\n', length - position);

    return newline ? (size_t)(newline - message) + 1 : length;
}

static bool
check_line (const char *line, size_t length, unsigned number, GError **error)
{
    const char *cr = memchr (line, '\r', length);

    if (!cr || (size_t)(cr - line) + 2 != length || cr[1] != '\n')
        return fail (error, LICET_ERROR_MALFORMED, number, "a line does not end in CRLF alone");
    if (memchr (line, '\0', length))
        return fail (error, LICET_ERROR_MALFORMED, number, "a NUL byte");
    return true;
}

/* RFC 5322 2.2: a name is printable ASCII without the colon. */
static bool
read_name (Field *field, unsigned number, GError **error)
{
    size_t i = 0;

    while (i < field->length && field->start[i] > ' ' && field->start[i] < 0x7f &&
           field->start[i] != ':')
        i++;
    if (i == 0 || i == field->length || field->start[i] != ':')
        return fail (error, LICET_ERROR_MALFORMED, number, "a line that is no field");
    if (i > LIMIT_HEADER_NAME)
        return fail (error, LICET_ERROR_LIMIT, number, "the name is too long");
    field->name_length = i;
    return true;
}

/* The field that begins at position: its first line and those that begin with a blank. */
static bool
read_field (const char *message, size_t length, size_t position, Field *ret_field,
            unsigned number, GError **error)
{
    size_t end = position;
    Field field = { .start = message + position };

    do {
        size_t next = line_end (message, length, end);
        if (next > LIMIT_HEADER_BYTES)
            return fail (error, LICET_ERROR_LIMIT, number, "the header is too long");
        if (!check_line (message + end, next - end, number, error))
            return false;
        end = next;
    } while (end < length && (message[end] == ' ' || message[end] == '\t'));
    field.length = end - position;
    if (!read_name (&field, number, error))
        return false;
    *ret_field = field;
    return true;
}

GArray *
fields_split (const char *message, size_t length, size_t *ret_body, GError **error)
{
    g_autoptr (GArray) fields = g_array_new (FALSE, FALSE, sizeof (Field));
    size_t position = 0;

    while (position < length && !(length - position >= 2 && message[position] == '\r' &&
                                  message[position + 1] == '\n')) {
        Field field;
        if (fields->len == LIMIT_HEADER_FIELDS) {
            fail (error, LICET_ERROR_LIMIT, fields->len, "too many fields");
            return NULL;
        }
        if (!read_field (message, length, position, &field, fields->len, error))
            return NULL;
        g_array_append_val (fields, field);
        position += field.length;
    }
    *ret_body = MIN (position + 2, length);
    return g_steal_pointer (&fields);
}

static bool
is_named (const Field *field, const char *name)
{
    return strlen (name) == field->name_length &&
           g_ascii_strncasecmp (field->start, name, field->name_length) == 0;
}

static unsigned
count_named (const GArray *fields, const char *name)
{
    unsigned count = 0;

    for (unsigned i = 0; i < fields->len; i++)
        count += is_named (&g_array_index (fields, Field, i), name);
    return count;
}

/* The fields of one name: those that are there, in order. */
static void
cover (const Covered *covered, const GArray *fields, Choice *choice)
{
    unsigned first = choice->fields->len;

    for (unsigned i = 0; i < fields->len; i++) {
        const Field *field = &g_array_index (fields, Field, i);
        if (!is_named (field, covered->name))
            continue;
        g_ptr_array_add (choice->names, (gpointer)covered->name);
        g_array_append_val (choice->fields, *field);
    }
    /* RFC 6376 5.4.2: the last of several comes first. */
    for (unsigned i = choice->fields->len; i-- > first;) {
        const Field *field = &g_array_index (choice->fields, Field, i);
        canon_header (field->start, field->length, choice->canonical);
        g_string_append (choice->canonical, "\r\n");
    }
}

Choice *
fields_choose (const GArray *fields, GError **error)
{
    unsigned from = count_named (fields, "From");

    if (from != 1) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_MALFORMED,
                     "header: %u From fields; right would be one (RFC 5322 3.6)", from);
        return NULL;
    }
    Choice *choice = g_new0 (Choice, 1);
    choice->names = g_ptr_array_new ();
    choice->canonical = g_string_sized_new (2048);
    choice->fields = g_array_new (FALSE, FALSE, sizeof (Field));
    choice->oversigned = g_ptr_array_new ();
    for (unsigned i = 0; i < G_N_ELEMENTS (covered_fields); i++)
        cover (&covered_fields[i], fields, choice);
    /* A name without a field is hashed as nothing (RFC 6376 5.4). */
    for (unsigned i = 0; i < G_N_ELEMENTS (covered_fields); i++) {
        if (!covered_fields[i].oversign)
            continue;
        g_ptr_array_add (choice->names, (gpointer)covered_fields[i].name);
        g_ptr_array_add (choice->oversigned, (gpointer)covered_fields[i].name);
    }
    g_ptr_array_add (choice->oversigned, NULL);
    return choice;
}

void
fields_choice_free (Choice *choice)
{
    g_ptr_array_unref (choice->names);
    g_ptr_array_unref (choice->oversigned);
    g_string_free (choice->canonical, TRUE);
    g_array_unref (choice->fields);
    g_free (choice);
}
