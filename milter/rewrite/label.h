/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef REWRITE_LABEL_H
#define REWRITE_LABEL_H

/*
 * The value of a Subject with a label (UTF-8, its blank at the end) in front. The old value (folds
 * as written; NULL for none) stays as it is, byte for byte. The label becomes encoded words
 * (RFC 2047) unless it is short plain ASCII. Lines with encoded words have at most 76 characters,
 * others 78, unless the old value has longer ones. Caller frees.
 */
char *label_put (const char *label, const char *value);

#endif
