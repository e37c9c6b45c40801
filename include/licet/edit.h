/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_EDIT_H
#define LICET_EDIT_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * One change to a message, said against the original, never against a half-edited state. The
 * same list is rendered to bytes (message_render) and applied through libmilter
 * (milter/edge/apply.c); both give the same message.
 */
typedef enum {
    EDIT_CUT,     /* remove decoded bytes [start, end) of a leaf */
    EDIT_REPLACE, /* put `value` (ASCII) in their place */
    EDIT_INSERT,  /* put `value` before decoded byte `start`; one in a leaf. ASCII in a page; in
                            text/plain UTF-8, for which the leaf is given room where it has none
                            (message_make_room); lines end in CRLF */
    EDIT_DROP,    /* remove the leaf as a part of its multipart, header and all */
    EDIT_ENCODE, /* the leaf, or the header of a part, was written otherwise for the way and reads
                            the same: made by normalise (normalise.h) after all others */
    EDIT_HEADER_REMOVE,  /* remove header field number `field` */
    EDIT_HEADER_REPLACE, /* give header field number `field` the value `value` */
    EDIT_HEADER_INSERT,  /* put `name`: `value` above all fields; several keep their order */
} EditKind;

typedef struct {
    EditKind kind;
    const char *why; /* a static word for the record: "strip", "unmark", "tracking",
                          "text-only", "token", "control-header", "tag", "label", "footer", "list-unsubscribe",
                          "reply-to", "normalise", "foreign-signature", "own-signature",
                          "signature" */
    unsigned leaf;   /* EDIT_CUT, EDIT_REPLACE, EDIT_INSERT, EDIT_DROP */
    size_t start,
        end;        /* EDIT_CUT, EDIT_REPLACE, EDIT_INSERT (equal); of EDIT_DROP 0 and the bytes
                          that go */
    unsigned field; /* EDIT_HEADER_REMOVE, EDIT_HEADER_REPLACE */
    char *name;     /* of the header field */
    char *value; /* without the leading space; folds are CRLF and a blank; no CRLF at the end */
    char *where; /* for people: "text/html 1.2, marked by comments", "Subject" */
    char *rule;  /* id of the rule that asked for it, or NULL */
    /* SHA-256 hex of the decoded bytes that go, once there is a copy; or NULL */
    char *removed_hash;
    char *begins; /* of a strip: the first visible words of what goes, for people, without names; or NULL */
} Edit;

Edit *edit_cut_new (const char *why, unsigned leaf, size_t start, size_t end, const char *where,
                    const char *rule);
/* `with` is ASCII. */
Edit *edit_replace_new (const char *why, unsigned leaf, size_t start, size_t end,
                        const char *with, const char *where, const char *rule);
Edit *edit_insert_new (const char *why, unsigned leaf, size_t at, const char *text,
                       const char *where, const char *rule);
/* bytes: of the leaf's encoded content, for the record. */
Edit *edit_drop_new (const char *why, unsigned leaf, size_t bytes, const char *where,
                     const char *rule);
Edit *edit_header_new (EditKind kind, const char *why, unsigned field, const char *name,
                       const char *value, const char *rule);
void edit_free (Edit *edit);

/* What people and the log are told of a field: its name, or "a field whose name is no word" where
 * it is not made of letters, digits, "-" and "_" (RFC 5322 2.2 allows any sign but the colon). Static,
 * or the name itself. */
const char *edit_field_words (const char *name);

/* Whether it changes a leaf, and not the header. */
bool edit_is_of_body (const Edit *edit);

#endif
