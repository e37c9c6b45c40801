/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_PLAIN_H
#define MESSAGE_PLAIN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether the header of an entity, with the empty line that ends it, is written in the narrow form in which
 * all readers agree: a few fields, none of them twice, in printable ASCII, their names of letters, digits and
 * hyphens, with folds that hold something; and of those that say what the body is only what everybody
 * knows, as tokens and quoted strings without comments, escapes, encoded words and the forms of RFC 2231
 * (RFC 2045 5.1).
 */
bool plain_header (const char *data, size_t start, size_t end);

#endif
