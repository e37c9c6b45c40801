/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_TOOL_H
#define LICET_TOOL_H

#include <glib.h>
#include <stdbool.h>
#include <sysexits.h>

#include "licet/clock.h"
#include "licet/engine.h"
#include "licet/json_text.h"

/*
 * What the subcommands of licet(1) share. A subcommand is one file with one entry point that
 * takes its own argument vector (argv[0] is its name) and returns an exit status of sysexits.h.
 */

/* Prints "licet: message" to stderr, a line each, and returns the status for the error's code.
 * Takes error. */
int tool_fail (GError *error);

/* The same for an output that cannot be written; returns EX_CANTCREAT. Takes error. */
int tool_fail_create (GError *error);

/* Prints "licet: message" and where to read more; returns EX_USAGE. */
int tool_usage (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* Parses options strictly; leaves the operands in *argc, *argv. Returns false after having
 * printed what is wrong. Takes entries as GOptionContext does. */
bool tool_options (int *argc, char ***argv, const char *operands, const char *summary,
                   const GOptionEntry *entries);

/* A mail file, "-" for standard input; LF lines become CRLF when there is no CRLF at all.
 * G_FILE_ERROR when it cannot be read, LIMIT past LIMIT_MESSAGE_BYTES. */
GBytes *tool_read_mail (const char *path, GError **error);
/* The same, but of a larger one than `most` the beginning. */
GBytes *tool_read_mail_of (const char *path, unsigned most, GError **error);

/* The options that run, explain and classify share. */
typedef struct {
    char *config, *policies, *consent, *now, *from;
    char **keys, **recipients;
    gboolean json;
} ToolOptions;

void tool_options_clear (ToolOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ToolOptions, tool_options_clear)

/* The engine from the file and the options that override it; without a file from the options
 * alone. *ret_now is --now or the present. */
Engine *tool_engine (const ToolOptions *options, int64_t *ret_now, GError **error);
/* --now, or the present. MALFORMED when it is no time. */
bool tool_now (const ToolOptions *options, int64_t *ret_now, GError **error);

/* The settings named by --config, by LICET_CONFIG, or the installed file; all defaults when none
 * of these exists and none was asked for. */
Settings *tool_settings (const char *config, GError **error);

/* Whether the URI names a CSV file or an SQLite store that is not there: opening the latter would make
 * an empty one, which knows nothing of anyone. */
bool tool_store_is_absent (const char *uri);
/* G_FILE_ERROR when --consent names such a store; NULL is none. */
bool tool_has_store (const char *consent, GError **error);

int cmd_run (int argc, char **argv);
int cmd_explain (int argc, char **argv);
int cmd_classify (int argc, char **argv);
int cmd_train (int argc, char **argv);
int cmd_policy (int argc, char **argv);
int cmd_consent (int argc, char **argv);
int cmd_audit (int argc, char **argv);
int cmd_doctor (int argc, char **argv);
int cmd_feedback (int argc, char **argv);
int cmd_key (int argc, char **argv);
int cmd_settings (int argc, char **argv);
int cmd_status (int argc, char **argv);
int cmd_reload (int argc, char **argv);

#endif
