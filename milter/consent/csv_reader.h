/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CONSENT_CSV_READER_H
#define LICET_CONSENT_CSV_READER_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Rows of RFC 4180, one after the other, from a file of any size in a few kilobytes of memory.
 * CRLF or LF; a byte order mark is passed over; empty lines are nothing. Errors are MALFORMED,
 * "name:line: …", and never tell what a field holds. A row that is wrong in itself (quotes, UTF-8)
 * leaves no way to go on.
 */
typedef struct CsvReader CsvReader;

/* UNAVAILABLE when it cannot be read or is no regular file. */
CsvReader *csv_reader_open (const char *path, GError **error);
/* From memory that outlives the reader; name stands for the path. */
CsvReader *csv_reader_new (const char *text, size_t length, const char *name);
void csv_reader_free (CsvReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsvReader, csv_reader_free)

/* Whether the first line has more semicolons than commas. Before the first row. */
bool csv_reader_has_semicolons (CsvReader *reader);
/* "," unless the first line has more semicolons; for files whose writer is not known. */
void csv_reader_guess_separator (CsvReader *reader);

/* The next row, of char * that are borrowed until the next call; NULL at the end, or with an
 * error. */
const GPtrArray *csv_reader_next (CsvReader *reader, unsigned most_columns, GError **error);

/* Of the row given last. */
unsigned csv_reader_line (const CsvReader *reader);
/* How far into the file, and how long it is (0 from memory). */
uint64_t csv_reader_offset (const CsvReader *reader);
uint64_t csv_reader_size (const CsvReader *reader);

/* Back to the first row. False with UNAVAILABLE when the file is no longer the one it was. */
bool csv_reader_rewind (CsvReader *reader, GError **error);
/* Whether the file has been written to since it was opened. */
bool csv_reader_is_unchanged (const CsvReader *reader, GError **error);

/* An error at the line of the row given last; returns false. */
bool csv_reader_fail (const CsvReader *reader, GError **error, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

#endif
