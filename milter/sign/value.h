/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIGN_VALUE_H
#define SIGN_VALUE_H

#include <glib.h>
#include <stdint.h>

#define VALUE_FIELD "DKIM-Signature: "

/* What a DKIM-Signature field says but for the signature. */
typedef struct {
    const char *algorithm, *domain, *selector;
    const char *identity;   /* i=, or NULL */
    int64_t now, lifetime;  /* t=; x= is the sum, 0: none */
    const char *body_hash;  /* base64 */
    const GPtrArray *names; /* of h= */
} ValueTags;

/*
 * The field's value up to "b=", in lines. Order of the tags and places of the folds are those of
 * libopendkim (dkim_getsighdr_d), since a fold within h= is part of what is signed even in the
 * relaxed form: so both engines sign the same text.
 */
GString *value_begin (const ValueTags *tags);

/* Appends the signature, folded. */
void value_finish (GString *value, const char *base64);

#endif
