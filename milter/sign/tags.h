/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_SIGN_TAGS_H
#define LICET_SIGN_TAGS_H

#include <glib.h>

/* A list "name=value; name=value" (RFC 6376 3.2), as DKIM, DMARC, TLS-RPT and MTA-STS have it. */
typedef struct {
    GPtrArray *names, *values; /* of char *, blanks around them dropped */
    char *problem;             /* why it is none, or NULL */
} TagList;

TagList *tag_list_parse (const char *text);
void tag_list_free (TagList *list);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TagList, tag_list_free)

/* NULL when it is not there. Borrowed. */
const char *tag_list_get (const TagList *list, const char *name);

#endif
