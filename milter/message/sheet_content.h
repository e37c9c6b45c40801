/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_SHEET_CONTENT_H
#define MESSAGE_SHEET_CONTENT_H

#include <glib.h>

/* Appends the strings that a style sheet (UTF-8) sets as `content` of what it puts into a page,
 * escapes resolved, a line for each declaration. Linear. */
void sheet_append_content (GString *out, const char *sheet, size_t length);

#endif
