/* SPDX-License-Identifier: BSD-2-Clause */

#include "auditors.h"

#include <string.h>
#include <sys/stat.h>

#include "licet/digest.h"
#include "licet/error.h"

enum { HASH_DIGITS = 64, LONGEST_FIELD = 512 };

typedef struct {
    char *name;
    char hash[HASH_DIGITS + 1];
} Auditor;

struct Auditors {
    GPtrArray *list; /* of Auditor */
};

static void
auditor_free (void *data)
{
    Auditor *auditor = data;

    g_free (auditor->name);
    g_free (auditor);
}

void
auditors_free (Auditors *auditors)
{
    if (!auditors)
        return;
    g_ptr_array_unref (auditors->list);
    g_free (auditors);
}

/* The name goes into the log. */
static bool
is_name (const char *text)
{
    for (const char *c = text; *c; c++)
        if (!g_ascii_isalnum (*c) && !strchr ("._-", *c))
            return false;
    return *text && strlen (text) <= 64;
}

static Auditor *
parse_line (const char *line)
{
    g_auto (GStrv) parts = g_strsplit (line, " ", 2);
    bool sound = g_strv_length (parts) == 2 && is_name (parts[0]) &&
                 strlen (parts[1]) == HASH_DIGITS &&
                 strspn (parts[1], "0123456789abcdef") == HASH_DIGITS;

    if (!sound)
        return NULL;
    Auditor *auditor = g_new0 (Auditor, 1);
    auditor->name = g_strdup (parts[0]);
    g_strlcpy (auditor->hash, parts[1], sizeof auditor->hash);
    return auditor;
}

static bool
check_mode (const char *file, GError **error)
{
    struct stat status;

    if (stat (file, &status) == 0 && (status.st_mode & (S_IWGRP | S_IWOTH))) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                     "%s: others than its owner may write it; right would be: chmod 0640",
                     file);
        return false;
    }
    return true;
}

Auditors *
auditors_load (const char *file, GError **error)
{
    g_autoptr (Auditors) auditors = g_new0 (Auditors, 1);
    g_autoptr (GError) cause = NULL;
    g_autofree char *text = NULL;

    auditors->list = g_ptr_array_new_with_free_func (auditor_free);
    if (!g_file_get_contents (file, &text, NULL, &cause)) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s", cause->message);
        return NULL;
    }
    if (!check_mode (file, error))
        return NULL;
    g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
    for (unsigned i = 0; lines[i]; i++) {
        Auditor *auditor = *lines[i] && *lines[i] != '#' ? parse_line (lines[i]) : NULL;
        if (auditor)
            g_ptr_array_add (auditors->list, auditor);
        if (auditor || !*lines[i] || *lines[i] == '#')
            continue;
        g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                     "%s:%u: no auditor; right would be a line that licet key new --auditor "
                     "makes",
                     file, i + 1);
        return NULL;
    }
    return g_steal_pointer (&auditors);
}

/* Without a branch that depends on the digits. */
static bool
is_same (const char *a, const char *b)
{
    unsigned char differs = 0;

    for (unsigned i = 0; i < HASH_DIGITS; i++)
        differs |= (unsigned char)(a[i] ^ b[i]);
    return differs == 0;
}

/* "Basic base64(name:token)"; the token, or NULL. Caller frees. */
static char *
read_token (const char *authorization)
{
    size_t length = 0;

    if (!authorization || strlen (authorization) > LONGEST_FIELD ||
        g_ascii_strncasecmp (authorization, "Basic ", 6) != 0)
        return NULL;
    g_autofree guchar *bytes = g_base64_decode (authorization + 6, &length);
    g_autofree char *text = g_strndup ((const char *)bytes, length);
    const char *colon = strchr (text, ':');
    return colon ? g_strdup (colon + 1) : NULL;
}

const char *
auditors_find (const Auditors *auditors, const char *authorization)
{
    g_autofree char *token = read_token (authorization);
    const char *found = NULL;

    if (!token)
        return NULL;
    g_autofree char *hash = digest_sha256 (token, strlen (token));
    for (unsigned i = 0; i < auditors->list->len; i++) {
        const Auditor *auditor = g_ptr_array_index (auditors->list, i);
        if (is_same (auditor->hash, hash))
            found = auditor->name;
    }
    return found;
}
