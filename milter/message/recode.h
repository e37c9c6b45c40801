/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_RECODE_H
#define MESSAGE_RECODE_H

#include "cut.h"
#include "part_header.h"

/* What becomes of a plain leaf so that a text can stand in it; all zero: nothing. */
typedef struct {
    const char *charset; /* the new one, "utf-8"; NULL when its own stays */
    bool converts;       /* its letters have other bytes there */
    bool quoted;         /* seven bits as they stand become quoted-printable */
} Recode;

/*
 * The least that has to change for a text: nothing for ASCII; its own character set when all
 * letters are in it; UTF-8 (RFC 3629) for US-ASCII and for sets of one byte a letter, when its
 * present text is the same there and back. False, with why, for a page, for text that does not
 * fit its character set, and for sets where two readers may see different letters.
 */
bool recode_plan (const Leaf *leaf, const char *text, Recode *ret_recode, const char **ret_why);

/* A text (UTF-8) as it stands in the content afterwards, and bytes of the present content.
 * Caller frees. */
char *recode_text (const Leaf *leaf, const Recode *recode, const char *text);
char *recode_held (const Leaf *leaf, const Recode *recode, const char *bytes, size_t length);

/* Like cut_decoded and cut_encoded, in the new form. */
GBytes *recode_decoded (const Leaf *leaf, const GArray *ranges, const Recode *recode);
GBytes *recode_encoded (const Part *part, GBytes *message, const GArray *ranges,
                        GBytes *decoded, const Recode *recode, GError **error);

/* What the header must say then: edits (array of Edit) whose field numbers are of that header.
 * NULL when its Content-Type cannot be changed in one way. Caller frees. */
GPtrArray *recode_fields (const PartHeader *header, const Recode *recode, const char *why,
                          const char *rule);

#endif
