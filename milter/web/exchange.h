/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_EXCHANGE_H
#define WEB_EXCHANGE_H

#include <glib.h>
#include <stdbool.h>

/* A request and its answer as values, so that what is answered can be read, and tested, without the
 * HTTP library. */
typedef struct {
    char *name, *value;
} FormField;

typedef struct {
    const char *method, *path;
    const char *client;          /* IP address of who asks, as text */
    const char *accept_language; /* or NULL */
    const char *authorization;   /* or NULL */
    bool forwarded;              /* a web server passed it on */
    bool too_large;              /* the body was not kept */
    const GPtrArray *fields;     /* of FormField; NULL when the body is no form */
} WebRequest;

typedef struct {
    unsigned status;
    const char *type;     /* media type, static */
    const char *allow;    /* with 405, static */
    const char *language; /* of a page, static; or NULL */
    bool challenge;       /* with 401: asks for an auditor's token */
    unsigned retry_after; /* seconds; 0: not said */
    char *body;
} WebReply;

WebReply *web_reply_new (unsigned status, const char *type, char *body);
void web_reply_free (WebReply *reply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WebReply, web_reply_free)

void form_field_free (FormField *field);
/* Whether a field of that name has that value. */
bool form_has (const GPtrArray *fields, const char *name, const char *value);

#endif
