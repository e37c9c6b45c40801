/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_SLIPS_H
#define MESSAGE_SLIPS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What misses a mark by a letter. It would be nothing, and the promotion would go to everybody; so it
 * is told of like a mark without effect. These are for what was found to be no mark.
 */

/* Whether slips may be in a text that does not have the name "licet": it is not searched for them when
 * it has not even "promotional". Linear. */
bool slips_may_be_in (const char *data, size_t length);

/* A comment that begins with "licet", or is ":promotional" behind a word that is nearly that. */
bool slips_is_comment (const char *text, size_t length);
/* The same between brackets in plain text, where "[Licet …" may be Latin: behind the name must come
 * a sign or "promo". */
bool slips_is_line (const char *text, size_t length);
/* A name of an attribute one keystroke from data-licet. */
bool slips_is_attribute (const char *name, size_t length);
/* Classes of which one begins with "licet-". */
bool slips_is_classes (const char *value, size_t length);

#endif
