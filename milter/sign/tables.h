/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIGN_TABLES_H
#define SIGN_TABLES_H

#include <glib.h>
#include <stdbool.h>

/*
 * OpenDKIM's tables as they are (opendkim.conf(5): KeyTable, SigningTable): files with one row per
 * line, "#" for comments, a key and after blanks a value whose parts are parted by colons. Names of
 * tables may begin with "file:" or "refile:". Other kinds of data sets are refused.
 */

/* "name domain:selector:file". */
typedef struct {
    char *name;
    char *domain; /* "%": that of the From field */
    char *selector;
    char *file;  /* or the key itself, in base64 of DER or PEM; "%" as above */
    char *place; /* "file:line" */
} KeyRow;

/* "pattern name[:identity]". */
typedef struct {
    char *pattern;  /* lower case */
    char *name;     /* of a KeyRow; "%": the From domain is the name */
    char *identity; /* i=, "%" as above; or NULL */
    char *place;
} SigningRow;

typedef struct {
    bool patterns;   /* a refile: rows hold wildcards and are tried in order */
    GPtrArray *rows; /* of SigningRow */
} SigningTable;

/* Arrays of rows. UNAVAILABLE when the file cannot be read, SETTINGS with every wrong line. */
GPtrArray *tables_read_keys (const char *setting, GError **error);
SigningTable *tables_read_signing (const char *setting, GError **error);
void tables_free_signing (SigningTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SigningTable, tables_free_signing)

/* The rows for a From address (lower case), the one that decides first; array of SigningRow, to be
 * freed, its rows borrowed. In a refile the order of the file; else user@host, host, user@.parent for
 * each parent, .parent for each, user@*, and *. */
GPtrArray *tables_match (const SigningTable *table, const char *address);

/* The lines of a data set's file that are no comments, as "text" and "place" in turn. */
GPtrArray *tables_read_lines (const char *setting, bool *ret_patterns, GError **error);

/* Whether text is what a pattern says, "*" standing for anything; without case. */
bool tables_glob (const char *pattern, const char *text);

#endif
