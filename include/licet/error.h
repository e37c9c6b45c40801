/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_ERROR_H
#define LICET_ERROR_H

#include <glib.h>

/*
 * The one error domain. A code says what kind of outcome the failure asks for, not where it
 * happened; the message says that, beginning with the place (file:line, or part and offset).
 * The edge alone turns a code into an SMTP reply (milter/edge/outcome.c), the tool alone into
 * an exit status. An expected "no" (no consent, no rule, no key) is a value, never an error.
 *
 *   UNAVAILABLE  a store, file or peer does not answer now; asking again may help
 *   MALFORMED    the input cannot be read in one way only
 *   LIMIT        a bound of limits.h is passed
 *   SETTINGS     a settings file is wrong
 *   POLICY       a policy file is wrong
 *   INTERNAL     a library refused what it should accept, or our own bug
 */
typedef enum {
    LICET_ERROR_UNAVAILABLE,
    LICET_ERROR_MALFORMED,
    LICET_ERROR_LIMIT,
    LICET_ERROR_SETTINGS,
    LICET_ERROR_POLICY,
    LICET_ERROR_INTERNAL,
} LicetError;

#define LICET_ERROR (licet_error_quark ())

GQuark licet_error_quark (void);

/* The code as one lower-case word for logs and JSON; "internal" for errors of other domains. */
const char *licet_error_word (const GError *error);

/*
 * Takes one error and adds it to what is in *all, a line each: who mends one problem should not have to
 * come back for the next. The code is that of the first that blames a file (SETTINGS, POLICY), else of
 * the first.
 */
void licet_error_gather (GError **all, GError *one);

#endif
