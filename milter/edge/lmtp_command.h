/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_EDGE_LMTP_COMMAND_H
#define LICET_EDGE_LMTP_COMMAND_H

#include <glib.h>
#include <stdbool.h>

#include "licet/envelope.h"

/*
 * Arguments of LMTP commands. Pure. A problem is returned as the reply to give, NULL means that
 * there is none.
 */

/* "FROM:<a@b> KEY=value …" after the verb; keyword is "FROM:" or "TO:". Parameters outside
 * `known` (NULL-terminated) are refused; those accepted are kept as written. */
const char *lmtp_parse_path (const char *args, const char *keyword, const char *const *known,
                             EnvelopePath **ret_path);

/* "NAME=value" of XFORWARD, the value decoded from xtext (RFC 3461 section 4). False when it is
 * no attribute or its value holds a control character. Caller frees both. */
bool lmtp_parse_attribute (const char *attribute, char **ret_name, char **ret_value);

#endif
