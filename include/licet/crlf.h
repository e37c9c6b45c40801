/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CRLF_H
#define LICET_CRLF_H

#include <glib.h>

/* A mail kept in a file with LF lines is the same mail on the wire: the bytes with CRLF for LF, or
 * as they are when they have a CRLF anywhere. Caller owns the result. */
GBytes *crlf_lines (GBytes *bytes);

#endif
