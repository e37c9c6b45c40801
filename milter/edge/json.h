/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_EDGE_JSON_H
#define LICET_EDGE_JSON_H

#include <glib.h>

/* Appends text as a JSON string with its quotes (RFC 8259 section 7); null for NULL. Bytes that
 * are no UTF-8 become U+FFFD. */
void json_append_text (GString *json, const char *text);

#endif
