/* SPDX-License-Identifier: BSD-2-Clause */

#include "exchange.h"

#include <string.h>

WebReply *
web_reply_new (unsigned status, const char *type, char *body)
{
    WebReply *reply = g_new0 (WebReply, 1);

    reply->status = status;
    reply->type = type;
    reply->body = body;
    return reply;
}

void
web_reply_free (WebReply *reply)
{
    if (!reply)
        return;
    g_free (reply->body);
    g_free (reply);
}

void
form_field_free (FormField *field)
{
    g_free (field->name);
    g_free (field->value);
    g_free (field);
}

bool
form_has (const GPtrArray *fields, const char *name, const char *value)
{
    for (unsigned i = 0; fields && i < fields->len; i++) {
        const FormField *field = g_ptr_array_index (fields, i);
        if (strcmp (field->name, name) == 0 && strcmp (field->value, value) == 0)
            return true;
    }
    return false;
}
