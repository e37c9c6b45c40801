/* SPDX-License-Identifier: BSD-2-Clause */

/* The fields List-Unsubscribe and List-Unsubscribe-Post. */

#include "list_unsubscribe.h"

#include <string.h>

unsigned
list_unsubscribe_count (const Message *message, const char *name)
{
    unsigned count = 0;

    for (unsigned i = 0; i < message_field_count (message); i++)
        count += g_ascii_strcasecmp (message_field (message, i)->name, name) == 0;
    return count;
}

static unsigned
count_in (const char *text, const char *word)
{
    unsigned count = 0;

    for (const char *at = text; (at = strstr (at, word)); at += strlen (word))
        count++;
    return count;
}

static char *
folded_field (const Message *message)
{
    const char *value = message_header (message, "List-Unsubscribe");

    return g_ascii_strdown (value ? value : "", -1);
}

bool
list_unsubscribe_is_valid (const Message *message)
{
    g_autofree char *folded = folded_field (message);

    return strstr (folded, "<https://") || strstr (folded, "<http://") ||
           strstr (folded, "<mailto:");
}

bool
list_unsubscribe_is_one_click (const Message *message)
{
    const char *post = message_header (message, "List-Unsubscribe-Post");
    g_autofree char *folded = folded_field (message);

    return post && strcmp (post, "List-Unsubscribe=One-Click") == 0 &&
           count_in (folded, "<https://") == 1;
}
