/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_TOOL_ADDRESSEES_H
#define LICET_TOOL_ADDRESSEES_H

#include <glib.h>
#include <stdbool.h>

#include "licet/envelope.h"

/* Who gets the mail of a folder, from files. A line that is no address is MALFORMED and names file and
 * line; G_FILE_ERROR when a file cannot be read. Blank lines and lines that begin with "#" say
 * nothing. */

/* Adds the addresses of a file, one a line, to a list of texts. */
bool addressees_read (const char *path, GPtrArray *addresses, GError **error);

/* The file beside a mail, NAME.envelope beside NAME.eml: lines "from ADDRESS" and "rcpt ADDRESS". False
 * when it is wrong; *ret_envelope is NULL when there is none. */
bool addressees_beside (const char *mail, Envelope **ret_envelope, GError **error);

#endif
