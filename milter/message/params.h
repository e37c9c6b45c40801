/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_PARAMS_H
#define MESSAGE_PARAMS_H

#include <glib.h>

/* A structured field of RFC 2045 5.1 or RFC 2183: a head and named values. */
typedef struct {
    char *head;          /* lower case: "text/plain", "attachment" */
    GPtrArray *names;    /* of char *, lower case */
    GPtrArray *values;   /* of char *, unquoted */
    const char *problem; /* why readers may understand it differently, or NULL */
} Params;

Params *params_parse (const char *value);
void params_free (Params *params);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Params, params_free)

/* The value of a parameter, or NULL. */
const char *params_get (const Params *params, const char *name);

#endif
