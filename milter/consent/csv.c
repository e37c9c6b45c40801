/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The CSV of licet(1) as RFC 4180 has it, with the place of every problem. A CSV file is also an
 * engine of the store, read once and read-only.
 */

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include "backend.h"
#include "licet/clock.h"
#include "licet/error.h"
#include "licet/limits.h"

typedef struct {
    const char *name;
    size_t offset;
    bool required;
    bool time;
} Column;

static const Column columns[] = {
    { "address", offsetof (ConsentEvent, address), true, false },
    { "purpose", offsetof (ConsentEvent, purpose), true, false },
    { "state", offsetof (ConsentEvent, state), true, false },
    { "basis", offsetof (ConsentEvent, basis), false, false },
    { "at", offsetof (ConsentEvent, at), false, true },
    { "source", offsetof (ConsentEvent, source), false, false },
    { "wording", offsetof (ConsentEvent, wording), false, false },
    { "evidence", offsetof (ConsentEvent, evidence), false, false },
    { "country", offsetof (ConsentEvent, country), false, false },
    { "subdivision", offsetof (ConsentEvent, subdivision), false, false },
    { "recipient_class", offsetof (ConsentEvent, recipient_class), false, false },
    { "language", offsetof (ConsentEvent, language), false, false },
    { "expires", offsetof (ConsentEvent, expires), false, true },
    { "person", offsetof (ConsentEvent, person), false, false },
};

typedef struct {
    const char *name, *at, *end;
    unsigned line; /* where the row under way begins */
    unsigned next; /* line of the next byte */
} Reader;

static bool fail_at (const Reader *reader, GError **error, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

static bool
fail_at (const Reader *reader, GError **error, const char *format, ...)
{
    va_list args;

    va_start (args, format);
    g_autofree char *text = g_strdup_vprintf (format, args);
    va_end (args);
    g_set_error (error, LICET_ERROR, LICET_ERROR_MALFORMED, "%s:%u: %s", reader->name,
                 reader->line, text);
    return false;
}

static bool
read_quoted (Reader *reader, GString *field, GError **error)
{
    for (reader->at++; reader->at < reader->end; reader->at++) {
        if (*reader->at == '"' && (reader->at + 1 == reader->end || reader->at[1] != '"')) {
            reader->at++;
            return true;
        }
        reader->at += *reader->at == '"';
        reader->next += *reader->at == '\n';
        g_string_append_c (field, *reader->at);
        if (field->len > LIMIT_CSV_FIELD)
            return fail_at (reader, error,
                            "a field is longer than %d bytes; is a quote missing?",
                            LIMIT_CSV_FIELD);
    }
    return fail_at (reader, error, "a quoted field does not end");
}

static bool
read_plain (Reader *reader, GString *field, GError **error)
{
    while (reader->at < reader->end && !memchr (",\r\n", *reader->at, 3)) {
        if (*reader->at == '"')
            return fail_at (reader, error,
                            "a quote inside a field that does not begin with one");
        g_string_append_c (field, *reader->at++);
        if (field->len > LIMIT_CSV_FIELD)
            return fail_at (reader, error, "a field is longer than %d bytes", LIMIT_CSV_FIELD);
    }
    return true;
}

/* Steps over the end of a row: CRLF, LF or the end of the file. */
static bool
at_row_end (Reader *reader)
{
    if (reader->at == reader->end)
        return true;
    if (*reader->at == '\r' && reader->at + 1 < reader->end && reader->at[1] == '\n')
        reader->at++;
    if (*reader->at != '\n')
        return false;
    reader->at++;
    reader->next++;
    return true;
}

/* The field that begins here, quoted or not. Caller frees; NULL on failure. */
static char *
read_field (Reader *reader, unsigned number, GError **error)
{
    g_autoptr (GString) field = g_string_new (NULL);
    bool quoted = reader->at < reader->end && *reader->at == '"';

    if (!(quoted ? read_quoted (reader, field, error) : read_plain (reader, field, error)))
        return NULL;
    /* Bytes of value 0 are not valid here either. */
    if (!g_utf8_validate_len (field->str, field->len, NULL)) {
        fail_at (reader, error, "column %u is no valid UTF-8", number);
        return NULL;
    }
    return g_string_free (g_steal_pointer (&field), FALSE);
}

/* The fields of one row, or NULL. */
static GPtrArray *
read_row (Reader *reader, GError **error)
{
    g_autoptr (GPtrArray) row = g_ptr_array_new_with_free_func (g_free);

    reader->line = reader->next;
    while (row->len <= G_N_ELEMENTS (columns)) {
        char *field = read_field (reader, row->len + 1, error);
        if (!field)
            return NULL;
        g_ptr_array_add (row, field);
        if (at_row_end (reader))
            return g_steal_pointer (&row);
        if (*reader->at != ',') {
            fail_at (reader, error, "%s column %u",
                     *reader->at == '\r' ? "a CR without LF after"
                                         : "text after the closing quote of",
                     row->len);
            return NULL;
        }
        reader->at++;
    }
    fail_at (reader, error, "more columns than the %zu that there are", G_N_ELEMENTS (columns));
    return NULL;
}

static const Column *
find_column (const char *name)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (columns); i++)
        if (strcmp (columns[i].name, name) == 0)
            return &columns[i];
    return NULL;
}

static bool
is_in_header (GPtrArray *order, const Column *column)
{
    return g_ptr_array_find (order, column, NULL);
}

/* A file without its header row would otherwise have an address printed here. */
static bool
is_column_name (const char *name)
{
    return strlen (name) <= 32 &&
           strspn (name, "abcdefghijklmnopqrstuvwxyz"
                         "ABCDEFGHIJKLMNOPQRSTUVWXYZ_- ") == strlen (name);
}

static bool
fail_at_header (const Reader *reader, unsigned number, const char *name, bool is_double,
                GError **error)
{
    if (is_double)
        return fail_at (reader, error, "double column \"%s\"", name);
    if (!*name)
        return fail_at (reader, error, "unknown column \"\"; is the header row missing?");
    if (is_column_name (name))
        return fail_at (reader, error, "unknown column \"%s\"", name);
    return fail_at (reader, error, "column %u has no name; is the header row missing?", number);
}

/* Which column of the table each column of the file is. */
static GPtrArray *
read_header (Reader *reader, GError **error)
{
    g_autoptr (GPtrArray) row = read_row (reader, error);
    g_autoptr (GPtrArray) order = g_ptr_array_new ();

    for (unsigned i = 0; row && i < row->len; i++) {
        const Column *column = find_column (g_ptr_array_index (row, i));
        if (!column || is_in_header (order, column)) {
            fail_at_header (reader, i + 1, g_ptr_array_index (row, i), column != NULL, error);
            return NULL;
        }
        g_ptr_array_add (order, (void *)column);
    }
    for (unsigned i = 0; row && i < G_N_ELEMENTS (columns); i++)
        if (columns[i].required && !is_in_header (order, &columns[i])) {
            fail_at (reader, error, "column \"%s\" is missing", columns[i].name);
            return NULL;
        }
    return row ? g_steal_pointer (&order) : NULL;
}

static bool
set_field (const Reader *reader, ConsentEvent *event, const Column *column, const char *text,
           GError **error)
{
    char *member = (char *)event + column->offset;

    if (!*text)
        return true;
    if (!column->time)
        *(char **)member = g_strdup (text);
    else if (!clock_parse (text, (int64_t *)member, NULL))
        /* Without the text, which in a shifted row is an address. */
        return fail_at (reader, error,
                        "%s: no RFC 3339 time; right would be 2026-11-25T10:00:00Z",
                        column->name);
    return true;
}

static ConsentEvent *
read_event (Reader *reader, const GPtrArray *order, const GPtrArray *row, GError **error)
{
    g_autoptr (ConsentEvent) event = g_new0 (ConsentEvent, 1);
    g_autoptr (GError) cause = NULL;

    if (row->len != order->len) {
        fail_at (reader, error, "%u columns; the header has %u", row->len, order->len);
        return NULL;
    }
    for (unsigned i = 0; i < row->len; i++)
        if (!set_field (reader, event, g_ptr_array_index (order, i), g_ptr_array_index (row, i),
                        error))
            return NULL;
    if (!consent_event_check (event, &cause)) {
        fail_at (reader, error, "%s", cause->message);
        return NULL;
    }
    return g_steal_pointer (&event);
}

GPtrArray *
consent_csv_parse (const char *text, size_t length, const char *name, GError **error)
{
    Reader reader = { name, text, text + length, 1, 1 };
    g_autoptr (GPtrArray) events = consent_events_new ();

    if (length >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0)
        reader.at += 3;
    g_autoptr (GPtrArray) order = read_header (&reader, error);
    if (!order)
        return NULL;
    while (reader.at < reader.end) {
        g_autoptr (GPtrArray) row = read_row (&reader, error);
        if (!row)
            return NULL;
        if (row->len == 1 && !*(char *)g_ptr_array_index (row, 0))
            continue; /* an empty line */
        ConsentEvent *event = read_event (&reader, order, row, error);
        if (!event)
            return NULL;
        g_ptr_array_add (events, event);
    }
    return g_steal_pointer (&events);
}

static bool
check_file (const char *path, GError **error)
{
    struct stat status;

    if (stat (path, &status) != 0) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: %s", path,
                     g_strerror (errno));
        return false;
    }
    if (!S_ISREG (status.st_mode)) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: no regular file", path);
        return false;
    }
    if (status.st_size > (off_t)LIMIT_CSV_BYTES) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_LIMIT, "%s: larger than %u bytes", path,
                     LIMIT_CSV_BYTES);
        return false;
    }
    return true;
}

/* Read, not mapped: a file cut short by someone else would end the daemon with SIGBUS. */
GPtrArray *
consent_csv_load (const char *path, GError **error)
{
    g_autoptr (GError) cause = NULL;
    g_autofree char *text = NULL;
    size_t length = 0;

    if (!check_file (path, error))
        return NULL;
    if (!g_file_get_contents (path, &text, &length, &cause)) {
        g_set_error_literal (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, cause->message);
        return NULL;
    }
    return consent_csv_parse (text, length, path, error);
}

static void
append_field (GString *csv, const char *text)
{
    if (!text)
        return;
    if (!strpbrk (text, ",\"\r\n")) {
        g_string_append (csv, text);
        return;
    }
    g_string_append_c (csv, '"');
    for (const char *c = text; *c; c++) {
        if (*c == '"')
            g_string_append_c (csv, '"');
        g_string_append_c (csv, *c);
    }
    g_string_append_c (csv, '"');
}

static void
append_column (GString *csv, const ConsentEvent *event, const Column *column)
{
    const char *member = (const char *)event + column->offset;

    if (!column->time) {
        append_field (csv, *(char *const *)member);
    } else if (*(const int64_t *)member) {
        g_autofree char *time = clock_format (*(const int64_t *)member);
        g_string_append (csv, time);
    }
}

char *
consent_csv_format (const GPtrArray *events)
{
    GString *csv = g_string_new (NULL);

    for (unsigned i = 0; i < G_N_ELEMENTS (columns); i++)
        g_string_append_printf (csv, "%s%s", i ? "," : "", columns[i].name);
    g_string_append (csv, "\n");
    for (unsigned row = 0; row < events->len; row++) {
        for (unsigned i = 0; i < G_N_ELEMENTS (columns); i++) {
            if (i)
                g_string_append_c (csv, ',');
            append_column (csv, g_ptr_array_index (events, row), &columns[i]);
        }
        g_string_append_c (csv, '\n');
    }
    return g_string_free (csv, FALSE);
}
