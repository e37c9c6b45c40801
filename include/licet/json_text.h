/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_JSON_TEXT_H
#define LICET_JSON_TEXT_H

#include <glib.h>

/* For the few lines of JSON that the control socket and the tool write by hand; records of the log
 * are written with a library (milter/audit). Pure. */

/* Appends text as a JSON string with its quotes (RFC 8259 section 7); null for NULL. Bytes that
 * are no UTF-8 become U+FFFD. */
void json_text_append (GString *json, const char *text);

#endif
