/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_AUDITORS_H
#define WEB_AUDITORS_H

#include <glib.h>
#include <stdbool.h>

/*
 * Who may read the log's pages: a file of lines "NAME HASH", the SHA-256 of a random token in
 * hexadecimal digits, as `licet key new --auditor` makes it. A token has 256 bits of chance, so that
 * its hash needs no salt and tells nothing. It comes as the password of HTTP's Basic scheme (RFC
 * 7617), over the web server's TLS: no cookie, and no way to guess. Immutable.
 */
typedef struct Auditors Auditors;

/* SETTINGS with file:line, also when others than its owner may write the file; UNAVAILABLE when it
 * cannot be read. */
Auditors *auditors_load (const char *file, GError **error);
void auditors_free (Auditors *auditors);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Auditors, auditors_free)

/* The name of the one whose token the field Authorization (or NULL) has; NULL: nobody's. Takes the
 * same time for every wrong token. Borrowed. */
const char *auditors_find (const Auditors *auditors, const char *authorization);

#endif
