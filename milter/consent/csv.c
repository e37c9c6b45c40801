/* SPDX-License-Identifier: BSD-2-Clause */

/* The columns of licet(1). A CSV file is also an engine of the store, read once and read-only. */

#include <stddef.h>
#include <string.h>

#include "backend.h"
#include "csv.h"
#include "licet/clock.h"
#include "licet/error.h"
#include "licet/limits.h"
#include "licet/nearest.h"

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

struct ConsentCsv {
    CsvReader *reader;
    GPtrArray *order; /* of const Column: which each column of the file is */
};

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

/* What other programs call our columns. */
static const struct {
    const char *theirs, *ours;
} usual[] = {
    { "email", "address" },     { "e-mail", "address" },        { "mail", "address" },
    { "recipient", "address" }, { "email address", "address" }, { "date", "at" },
    { "time", "at" },           { "timestamp", "at" },          { "status", "state" },
};

/* The column that was meant, or NULL. */
static const char *
find_meant (const char *name)
{
    const char *names[G_N_ELEMENTS (columns) + 1] = { NULL };

    for (unsigned i = 0; i < G_N_ELEMENTS (usual); i++)
        if (g_ascii_strcasecmp (usual[i].theirs, name) == 0)
            return usual[i].ours;
    for (unsigned i = 0; i < G_N_ELEMENTS (columns); i++)
        names[i] = columns[i].name;
    return nearest_word (names, name);
}

static bool
fail_at_column (const CsvReader *reader, const char *name, GError **error)
{
    const char *meant = find_meant (name);

    if (!meant)
        return csv_reader_fail (reader, error, "unknown column \"%s\"", name);
    return csv_reader_fail (reader, error, "unknown column \"%s\"; did you mean \"%s\"?", name,
                            meant);
}

static bool
fail_at_header (const CsvReader *reader, unsigned number, const char *name, bool is_double,
                GError **error)
{
    if (is_double)
        return csv_reader_fail (reader, error, "double column \"%s\"", name);
    if (csv_reader_offset (reader) == 0)
        return csv_reader_fail (reader, error,
                                "the file is empty; right would be a header row such as "
                                "address,purpose,state");
    if (!*name)
        return csv_reader_fail (reader, error,
                                "unknown column \"\"; is the header row missing?");
    if (is_column_name (name))
        return fail_at_column (reader, name, error);
    return csv_reader_fail (reader, error, "column %u has no name; is the header row missing?",
                            number);
}

/* Which column of the table each column of the file is. */
static GPtrArray *
read_header (CsvReader *reader, GError **error)
{
    g_autoptr (GPtrArray) order = g_ptr_array_new ();

    if (csv_reader_has_semicolons (reader)) {
        csv_reader_fail (reader, error, "separated by ;, right would be commas");
        return NULL;
    }
    const GPtrArray *row = csv_reader_next (reader, G_N_ELEMENTS (columns), error);
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
            csv_reader_fail (reader, error, "column \"%s\" is missing", columns[i].name);
            return NULL;
        }
    return row ? g_steal_pointer (&order) : NULL;
}

static bool
set_field (const CsvReader *reader, ConsentEvent *event, const Column *column, const char *text,
           GError **error)
{
    char *member = (char *)event + column->offset;

    if (!*text)
        return true;
    if (!column->time)
        *(char **)member = g_strdup (text);
    else if (!clock_parse (text, (int64_t *)member, NULL))
        /* Without the text, which in a shifted row is an address. */
        return csv_reader_fail (reader, error,
                                "%s: no RFC 3339 time; right would be 2026-11-25T10:00:00Z",
                                column->name);
    return true;
}

static ConsentEvent *
read_event (const CsvReader *reader, const GPtrArray *order, const GPtrArray *row,
            GError **error)
{
    g_autoptr (ConsentEvent) event = g_new0 (ConsentEvent, 1);
    g_autoptr (GError) cause = NULL;

    if (row->len != order->len) {
        csv_reader_fail (reader, error, "%u columns; the header has %u", row->len, order->len);
        return NULL;
    }
    for (unsigned i = 0; i < row->len; i++)
        if (!set_field (reader, event, g_ptr_array_index (order, i), g_ptr_array_index (row, i),
                        error))
            return NULL;
    if (!consent_event_check (event, &cause)) {
        csv_reader_fail (reader, error, "%s", cause->message);
        return NULL;
    }
    return g_steal_pointer (&event);
}

ConsentCsv *
consent_csv_new (CsvReader *reader, GError **error)
{
    GPtrArray *order = read_header (reader, error);

    if (!order)
        return NULL;
    ConsentCsv *csv = g_new0 (ConsentCsv, 1);
    csv->reader = reader;
    csv->order = order;
    return csv;
}

void
consent_csv_free (ConsentCsv *csv)
{
    if (!csv)
        return;
    g_ptr_array_unref (csv->order);
    g_free (csv);
}

ConsentEvent *
consent_csv_event (ConsentCsv *csv, const GPtrArray *row, GError **error)
{
    return read_event (csv->reader, csv->order, row, error);
}

unsigned
consent_csv_columns (void)
{
    return G_N_ELEMENTS (columns);
}

static GPtrArray *
read_all (CsvReader *reader, GError **error)
{
    g_autoptr (ConsentCsv) csv = consent_csv_new (reader, error);
    g_autoptr (GPtrArray) events = consent_events_new ();
    g_autoptr (GError) cause = NULL;
    const GPtrArray *row;

    if (!csv)
        return NULL;
    while ((row = csv_reader_next (reader, G_N_ELEMENTS (columns), &cause))) {
        ConsentEvent *event = consent_csv_event (csv, row, error);
        if (!event)
            return NULL;
        g_ptr_array_add (events, event);
    }
    if (!cause)
        return g_steal_pointer (&events);
    g_propagate_error (error, g_steal_pointer (&cause));
    return NULL;
}

GPtrArray *
consent_csv_parse (const char *text, size_t length, const char *name, GError **error)
{
    g_autoptr (CsvReader) reader = csv_reader_new (text, length, name);

    return read_all (reader, error);
}

GPtrArray *
consent_csv_load (const char *path, GError **error)
{
    g_autoptr (CsvReader) reader = csv_reader_open (path, error);

    if (!reader)
        return NULL;
    if (csv_reader_size (reader) > LIMIT_CSV_BYTES) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_LIMIT,
                     "%s: larger than %u bytes, too much for a store in memory", path,
                     LIMIT_CSV_BYTES);
        return NULL;
    }
    return read_all (reader, error);
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

static void
append_header (GString *csv)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (columns); i++)
        g_string_append_printf (csv, "%s%s", i ? "," : "", columns[i].name);
    g_string_append_c (csv, '\n');
}

/* An address may begin as a formula does ("=cmd|'/C'!A1@example.org" is one), and a spreadsheet
 * would run it. With its local part as a quoted string it is the same mailbox (RFC 5321 4.1.2). */
static void
append_address (GString *csv, const char *address)
{
    const char *at = strrchr (address, '@');

    if (!strchr ("=+-@", *address) || !at) {
        append_field (csv, address);
        return;
    }
    g_autofree char *quoted =
        g_strdup_printf ("\"%.*s\"%s", (int)(at - address), address, at);
    append_field (csv, quoted);
}

void
consent_csv_append (GString *csv, const ConsentEvent *event)
{
    if (!event) {
        append_header (csv);
        return;
    }
    for (unsigned i = 0; i < G_N_ELEMENTS (columns); i++) {
        if (i)
            g_string_append_c (csv, ',');
        if (columns[i].offset == offsetof (ConsentEvent, address))
            append_address (csv, event->address);
        else
            append_column (csv, event, &columns[i]);
    }
    g_string_append_c (csv, '\n');
}

char *
consent_csv_format (const GPtrArray *events)
{
    GString *csv = g_string_new (NULL);

    consent_csv_append (csv, NULL);
    for (unsigned row = 0; row < events->len; row++)
        consent_csv_append (csv, g_ptr_array_index (events, row));
    return g_string_free (csv, FALSE);
}
