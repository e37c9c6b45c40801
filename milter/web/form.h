/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_FORM_H
#define WEB_FORM_H

#include <glib.h>
#include <stddef.h>

/*
 * The fields of a form: application/x-www-form-urlencoded (as well without any type) or
 * multipart/form-data (RFC 7578). Read here and not by the HTTP library, whose reader wants a
 * boundary without parameters after it and names in quotes, which mailbox providers need not send.
 *
 * Array of FormField (exchange.h), at most 64; NULL when the body is empty or no form. Texts end at a NUL.
 * Pure; linear.
 */
GPtrArray *form_read (const char *content_type, const char *body, size_t length);

#endif
