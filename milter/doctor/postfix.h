/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DOCTOR_POSTFIX_H
#define DOCTOR_POSTFIX_H

#include <glib.h>
#include <stdbool.h>

/* main.cf and master.cf as Postfix reads them (postconf(5), master(5)). */

typedef struct {
    char *name, *value;
    unsigned line;
} PostfixParameter;

typedef struct {
    char *name, *type; /* "127.0.0.1:10027", "inet" */
    char *command;     /* "smtpd" */
    bool chroot;
    GPtrArray *options; /* of PostfixParameter: "-o name=value" */
    unsigned line;
} PostfixService;

typedef struct {
    GHashTable *parameters; /* name -> PostfixParameter of main.cf, the last one */
    GPtrArray *services;    /* of PostfixService that are switched on, in order */
} Postfix;

/* SETTINGS with file and line. */
Postfix *postfix_read (const char *dir, GError **error);
void postfix_free (Postfix *postfix);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Postfix, postfix_free)

/* What a parameter is for a service (NULL: for all): its own option, main.cf, or Postfix's
 * default for the names that are asked for here; with "$name" resolved. *ret_place: where it is
 * said, "main.cf" when nowhere. Both are the caller's; ret_place may be NULL. */
char *postfix_value (const Postfix *postfix, const PostfixService *service, const char *name,
                     char **ret_place);

/* The items of a list, which are separated by blanks and commas; braces hold one together.
 * NULL-terminated, the caller's. */
char **postfix_list (const char *value);

#endif
