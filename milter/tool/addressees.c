/* SPDX-License-Identifier: BSD-2-Clause */

/* Recipients of mail that is tried out: lists, and envelopes that lie beside the mail. */

#include "addressees.h"

#include <string.h>

#include "licet/address.h"
#include "licet/error.h"

/* Puts what one line says into the target. */
typedef bool (*Take) (const char *line, void *target, GError **error);

static bool
read_lines (const char *path, Take take, void *target, GError **error)
{
    g_autofree char *text = NULL;
    size_t length = 0;

    if (!g_file_get_contents (path, &text, &length, error))
        return false;
    if (strlen (text) != length) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_MALFORMED, "%s: it has a NUL byte", path);
        return false;
    }
    g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
    for (unsigned i = 0; lines[i]; i++) {
        const char *line = g_strstrip (lines[i]);
        if (!*line || *line == '#')
            continue;
        if (!take (line, target, error)) {
            g_prefix_error (error, "%s:%u: ", path, i + 1);
            return false;
        }
    }
    return true;
}

static bool
is_address (const char *text, GError **error)
{
    g_autofree char *address = address_normalise (text, error);

    return address != NULL;
}

static bool
take_address (const char *line, void *addresses, GError **error)
{
    if (!is_address (line, error))
        return false;
    g_ptr_array_add (addresses, g_strdup (line));
    return true;
}

bool
addressees_read (const char *path, GPtrArray *addresses, GError **error)
{
    return read_lines (path, take_address, addresses, error);
}

static bool
take_path (const char *line, void *target, GError **error)
{
    Envelope *envelope = target;
    bool from = g_str_has_prefix (line, "from "), rcpt = g_str_has_prefix (line, "rcpt ");
    const char *address = from || rcpt ? line + strlen ("from ") : "";

    if (!from && !rcpt) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_MALFORMED,
                     "\"%s\" is no line of an envelope; right would be rcpt ana@example.com",
                     line);
        return false;
    }
    if (!is_address (address, error))
        return false;
    EnvelopePath *path = envelope_path_new (address, "");
    if (rcpt) {
        g_ptr_array_add (envelope->recipients, path);
        return true;
    }
    envelope_path_free (envelope->sender);
    envelope->sender = path;
    return true;
}

bool
addressees_beside (const char *mail, Envelope **ret_envelope, GError **error)
{
    g_autofree char *stem = g_strndup (mail, strlen (mail) - strlen (".eml"));
    g_autofree char *path = g_strconcat (stem, ".envelope", NULL);

    *ret_envelope = NULL;
    if (!g_file_test (path, G_FILE_TEST_EXISTS))
        return true;
    g_autoptr (Envelope) envelope = envelope_new ();
    if (!read_lines (path, take_path, envelope, error))
        return false;
    if (envelope->recipients->len == 0) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_MALFORMED, "%s: it names no recipient",
                     path);
        return false;
    }
    *ret_envelope = g_steal_pointer (&envelope);
    return true;
}
