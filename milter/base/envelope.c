/* SPDX-License-Identifier: BSD-2-Clause */

/* The envelope value. */

#include "licet/envelope.h"

#include <string.h>

EnvelopePath *
envelope_path_new (const char *address, const char *params)
{
    EnvelopePath *path = g_new0 (EnvelopePath, 1);

    path->address = g_strdup (address);
    path->params = g_strdup (params ? params : "");
    return path;
}

void
envelope_path_free (EnvelopePath *path)
{
    if (!path)
        return;
    g_free (path->address);
    g_free (path->params);
    g_free (path);
}

Envelope *
envelope_new (void)
{
    Envelope *envelope = g_new0 (Envelope, 1);

    envelope->recipients = g_ptr_array_new_with_free_func ((GDestroyNotify)envelope_path_free);
    return envelope;
}

void
envelope_free (Envelope *envelope)
{
    if (!envelope)
        return;
    g_free (envelope->client_name);
    g_free (envelope->client_address);
    g_free (envelope->client_port);
    g_free (envelope->helo);
    g_free (envelope->login);
    g_free (envelope->queue_id);
    envelope_path_free (envelope->sender);
    g_ptr_array_unref (envelope->recipients);
    g_free (envelope);
}

const EnvelopePath *
envelope_recipient (const Envelope *envelope, unsigned i)
{
    return g_ptr_array_index (envelope->recipients, i);
}

char *
envelope_path_param (const EnvelopePath *path, const char *keyword)
{
    size_t length = strlen (keyword);
    g_auto (GStrv) params = g_strsplit (path->params, " ", -1);

    for (char **param = params; *param; param++) {
        if (g_ascii_strncasecmp (*param, keyword, length) != 0)
            continue;
        if ((*param)[length] == '\0')
            return g_strdup ("");
        if ((*param)[length] == '=')
            return g_strdup (*param + length + 1);
    }
    return NULL;
}
