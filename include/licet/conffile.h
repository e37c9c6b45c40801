/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CONFFILE_H
#define LICET_CONFFILE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * A file in libconfig's syntax, with what libconfig 1.5 lacks: a schema (unknown, missing and
 * mistyped settings, ranges, word lists) and a check for integers that it would wrap silently.
 * Every problem is one line "file:line: what is wrong; what would be right". Problems are
 * collected, so that an officer sees all of them at once.
 *
 * A ConfNode is borrowed from its Conffile. Reading is thread-safe once loaded.
 */
typedef struct Conffile Conffile;
typedef struct ConfNode ConfNode;

typedef enum {
    CONF_STRING,
    CONF_INT,
    CONF_NUMBER, /* integer or float */
    CONF_BOOL,
    CONF_STRINGS, /* array or list of strings: [ "a", "b" ] */
    CONF_GROUP,   /* { … } */
    CONF_GROUPS,  /* list of groups: ( { … }, { … } ) */
} ConfType;

typedef struct {
    const char *name;
    ConfType type;
    bool required;
    int64_t min, max; /* CONF_INT and CONF_NUMBER; both 0: no bound */
    const char *const
        *words; /* CONF_STRING(S): the words allowed, NULL-terminated; NULL: any */
} ConfField;    /* a table ends with a NULL name */

/* The text of a file: UNAVAILABLE when it cannot be read, LIMIT past LIMIT_CONFFILE_BYTES. Caller
 * frees. */
char *conffile_read (const char *path, GError **error);

/* The same parsed, and SETTINGS when it is no valid file (only the first syntax error is known). */
Conffile *conffile_load (const char *path, GError **error);

/* From memory; name stands for the path in messages. */
Conffile *conffile_parse (const char *text, const char *name, GError **error);

void conffile_free (Conffile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Conffile, conffile_free)

/* Where all settings of the file are described, "licet.cfg(5)", for messages that would list too many
 * of them. Static text. */
void conffile_set_manual (Conffile *file, const char *page);

const ConfNode *conffile_root (const Conffile *file);

/* The paths in dir whose name ends in suffix and begins with no dot, sorted by name, whatever they
 * lead to: a broken link must fail where it is read, not be missing. An error when dir cannot be
 * read. Caller frees the strings with the array. */
GPtrArray *conffile_list (const char *dir, const char *suffix, GError **error);

/* Compares a group with its schema and adds a line (char *) to problems for each deviation.
 * Returns whether there was none. */
bool conf_check (const ConfNode *group, const ConfField fields[], GPtrArray *problems);

/* The same, where more settings may stand in the group than are known. */
bool conf_check_known (const ConfNode *group, const ConfField fields[], GPtrArray *problems);

/* Whether a member, or its absence, is as the field says: what is right of a group with problems can be
 * read nevertheless. */
bool conf_fits (const ConfNode *group, const ConfField *field);

/* Adds one line with the node's place. */
void conf_problem (GPtrArray *problems, const ConfNode *at, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/* Values of a group that passed conf_check; the fallback when the setting is absent.
 * conf_strings gives an owned array, empty when absent. */
const char *conf_string (const ConfNode *group, const char *name, const char *fallback);
int64_t conf_int (const ConfNode *group, const char *name, int64_t fallback);
double conf_number (const ConfNode *group, const char *name, double fallback);
bool conf_bool (const ConfNode *group, const char *name, bool fallback);
char **conf_strings (const ConfNode *group, const char *name);
bool conf_has (const ConfNode *group, const char *name);

/* A child by name (NULL when absent); the members of a list, array or group by position. */
const ConfNode *conf_child (const ConfNode *group, const char *name);
unsigned conf_count (const ConfNode *list);
const ConfNode *conf_item (const ConfNode *list, unsigned i);
const char *conf_name (const ConfNode *node);

/* " (did you mean \"WORD\"?)" with the known word next to the given one, "" when none is near; for
 * the line of a problem. Caller frees. */
char *conf_meant (const char *const words[], const char *given);

/* A setting in words: "express, double-opt-in"; NULL when absent. Caller frees. */
char *conf_text (const ConfNode *group, const char *name);

/* "file:line". Caller frees. */
char *conf_where (const ConfNode *node);

/* All problems as one error, a line each, with the given code; false when there is any. */
bool conf_finish (const GPtrArray *problems, int code, GError **error);

#endif
