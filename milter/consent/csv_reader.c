/* SPDX-License-Identifier: BSD-2-Clause */

#include "csv_reader.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "licet/error.h"
#include "licet/limits.h"

enum { BUFFER_BYTES = 64 * 1024 };

struct CsvReader {
    char *name;
    FILE *file; /* NULL: all of it is in the buffer */
    struct stat status;
    char *buffer; /* of a file */
    const char *start, *at, *end;
    uint64_t read; /* bytes of the file that have been in the buffer */
    unsigned line; /* where the row under way begins */
    unsigned next; /* line of the next byte */
    char separator;
    GPtrArray *row;
};

bool
csv_reader_fail (const CsvReader *reader, GError **error, const char *format, ...)
{
    va_list args;

    va_start (args, format);
    g_autofree char *text = g_strdup_vprintf (format, args);
    va_end (args);
    g_set_error (error, LICET_ERROR, LICET_ERROR_MALFORMED, "%s:%u: %s", reader->name,
                 reader->line, text);
    return false;
}

CsvReader *
csv_reader_new (const char *text, size_t length, const char *name)
{
    CsvReader *reader = g_new0 (CsvReader, 1);

    reader->name = g_strdup (name);
    reader->start = reader->at = text;
    reader->end = length > 0 ? text + length : text;
    reader->line = reader->next = 1;
    reader->separator = ',';
    reader->row = g_ptr_array_new_with_free_func (g_free);
    return reader;
}

static CsvReader *
fail_file (GError **error, const char *path, const char *problem)
{
    g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: %s", path, problem);
    return NULL;
}

/* Read, not mapped: a file cut short by someone else would end the program with SIGBUS. */
CsvReader *
csv_reader_open (const char *path, GError **error)
{
    FILE *file = fopen (path, "re");

    if (!file)
        return fail_file (error, path, g_strerror (errno));
    g_autoptr (CsvReader) reader = csv_reader_new (NULL, 0, path);
    reader->file = file;
    reader->buffer = g_malloc (BUFFER_BYTES);
    if (fstat (fileno (file), &reader->status) != 0 || !S_ISREG (reader->status.st_mode))
        return fail_file (error, path, "no regular file");
    return g_steal_pointer (&reader);
}

void
csv_reader_free (CsvReader *reader)
{
    if (!reader)
        return;
    if (reader->file)
        fclose (reader->file);
    g_ptr_array_unref (reader->row);
    g_free (reader->buffer);
    g_free (reader->name);
    g_free (reader);
}

static bool
refill (CsvReader *reader)
{
    if (!reader->file)
        return false;
    size_t length = fread (reader->buffer, 1, BUFFER_BYTES, reader->file);
    reader->at = reader->buffer;
    reader->end = reader->buffer + length;
    reader->read += length;
    return length > 0;
}

/* The next byte without taking it, or -1. */
static inline int
peek (CsvReader *reader)
{
    return reader->at < reader->end || refill (reader) ? (unsigned char)*reader->at : -1;
}

static bool
read_quoted (CsvReader *reader, GString *field, GError **error)
{
    int byte;

    for (reader->at++; (byte = peek (reader)) >= 0; reader->at++) {
        if (byte == '"') {
            reader->at++;
            if (peek (reader) != '"')
                return true;
        }
        reader->next += byte == '\n';
        g_string_append_c (field, (char)byte);
        if (field->len > LIMIT_CSV_FIELD)
            return csv_reader_fail (reader, error,
                                    "a field is longer than %d bytes; is a quote missing?",
                                    LIMIT_CSV_FIELD);
    }
    return csv_reader_fail (reader, error, "a quoted field does not end");
}

static bool
read_plain (CsvReader *reader, GString *field, GError **error)
{
    int byte;

    while ((byte = peek (reader)) >= 0 && byte != reader->separator && byte != '\r' &&
           byte != '\n') {
        if (byte == '"')
            return csv_reader_fail (reader, error,
                                    "a quote inside a field that does not begin with one");
        g_string_append_c (field, (char)byte);
        reader->at++;
        if (field->len > LIMIT_CSV_FIELD)
            return csv_reader_fail (reader, error, "a field is longer than %d bytes",
                                    LIMIT_CSV_FIELD);
    }
    return true;
}

/* The field that begins here, quoted or not, added to the row. */
static bool
read_field (CsvReader *reader, GError **error)
{
    g_autoptr (GString) field = g_string_new (NULL);
    bool quoted = peek (reader) == '"';

    if (!(quoted ? read_quoted (reader, field, error) : read_plain (reader, field, error)))
        return false;
    /* Bytes of value 0 are not valid here either. */
    if (!g_utf8_validate_len (field->str, field->len, NULL))
        return csv_reader_fail (reader, error, "column %u is no valid UTF-8",
                                reader->row->len + 1);
    g_ptr_array_add (reader->row, g_string_free (g_steal_pointer (&field), FALSE));
    return true;
}

typedef enum { GOES_ON, ENDS, BROKEN } After;

/* What comes after a field: another one, the end of the row (CRLF, LF or that of the file). */
static After
after_field (CsvReader *reader, GError **error)
{
    int byte = peek (reader);

    if (byte == reader->separator) {
        reader->at++;
        return GOES_ON;
    }
    if (byte == '\r') {
        reader->at++;
        if (peek (reader) != '\n') {
            csv_reader_fail (reader, error, "a CR without LF after column %u",
                             reader->row->len);
            return BROKEN;
        }
        byte = '\n';
    }
    if (byte >= 0 && byte != '\n') {
        csv_reader_fail (reader, error, "text after the closing quote of column %u",
                         reader->row->len);
        return BROKEN;
    }
    reader->at += byte == '\n';
    reader->next += byte == '\n';
    return ENDS;
}

static bool
read_row (CsvReader *reader, unsigned most_columns, GError **error)
{
    g_ptr_array_set_size (reader->row, 0);
    reader->line = reader->next;
    while (reader->row->len <= most_columns) {
        if (!read_field (reader, error))
            return false;
        After after = after_field (reader, error);
        if (after != GOES_ON)
            return after == ENDS;
    }
    return csv_reader_fail (reader, error, "more columns than the %u that there are",
                            most_columns);
}

static void
skip_mark (CsvReader *reader)
{
    bool first = reader->at == reader->start || (reader->file && reader->read == 0);

    if (first && peek (reader) == 0xef && reader->end - reader->at >= 3 &&
        memcmp (reader->at, "\xef\xbb\xbf", 3) == 0)
        reader->at += 3;
}

const GPtrArray *
csv_reader_next (CsvReader *reader, unsigned most_columns, GError **error)
{
    bool is_header = reader->next == 1;

    skip_mark (reader);
    while (is_header || peek (reader) >= 0) {
        if (!read_row (reader, most_columns, error))
            return NULL;
        if (is_header || reader->row->len > 1 || *(char *)g_ptr_array_index (reader->row, 0))
            return reader->row;
    }
    if (reader->file && ferror (reader->file))
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: cannot be read",
                     reader->name);
    return NULL;
}

bool
csv_reader_has_semicolons (CsvReader *reader)
{
    unsigned commas = 0, semicolons = 0;

    skip_mark (reader);
    peek (reader);
    for (const char *c = reader->at; c < reader->end && *c != '\n'; c++) {
        commas += *c == ',';
        semicolons += *c == ';';
    }
    return semicolons > commas;
}

void
csv_reader_guess_separator (CsvReader *reader)
{
    reader->separator = csv_reader_has_semicolons (reader) ? ';' : ',';
}

unsigned
csv_reader_line (const CsvReader *reader)
{
    return reader->line;
}

uint64_t
csv_reader_offset (const CsvReader *reader)
{
    return reader->file ? reader->read - (uint64_t)(reader->end - reader->at)
                        : (uint64_t)(reader->at - reader->start);
}

uint64_t
csv_reader_size (const CsvReader *reader)
{
    return reader->file ? (uint64_t)reader->status.st_size : 0;
}

bool
csv_reader_is_unchanged (const CsvReader *reader, GError **error)
{
    struct stat now;

    if (!reader->file ||
        (fstat (fileno (reader->file), &now) == 0 && now.st_size == reader->status.st_size &&
         now.st_mtim.tv_sec == reader->status.st_mtim.tv_sec &&
         now.st_mtim.tv_nsec == reader->status.st_mtim.tv_nsec))
        return true;
    fail_file (error, reader->name, "was changed while it was read");
    return false;
}

bool
csv_reader_rewind (CsvReader *reader, GError **error)
{
    reader->line = reader->next = 1;
    reader->at = reader->start;
    if (!reader->file)
        return true;
    rewind (reader->file);
    reader->at = reader->end = NULL;
    reader->read = 0;
    return csv_reader_is_unchanged (reader, error);
}
