/* SPDX-License-Identifier: BSD-2-Clause */

#include "registry.h"

#include <string.h>
#include <sys/stat.h>

#include "licet/address.h"
#include "licet/clock.h"
#include "licet/limits.h"

enum { KEY_BYTES = 16, HASH_HEX = 64 };

typedef struct {
    guint8 bytes[KEY_BYTES];
} Key;

struct Registry {
    char *name, *failure;
    int64_t extracted;
    GArray *keys; /* of Key, sorted */
};

static int
compare_keys (const void *a, const void *b)
{
    return memcmp (a, b, KEY_BYTES);
}

static Key
key_of (const char *text)
{
    Key key;
    guint8 hash[32];
    gsize length = sizeof hash;
    g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

    g_checksum_update (checksum, (const guchar *)text, (gssize)strlen (text));
    g_checksum_get_digest (checksum, hash, &length);
    memcpy (key.bytes, hash, KEY_BYTES);
    return key;
}

static bool
is_hash (const char *text)
{
    return strlen (text) == HASH_HEX && strspn (text, "0123456789abcdefABCDEF") == HASH_HEX;
}

static Key
key_from_hash (const char *hex)
{
    Key key;

    for (unsigned i = 0; i < KEY_BYTES; i++)
        key.bytes[i] = (guint8)(g_ascii_xdigit_value (hex[2 * i]) * 16 +
                                g_ascii_xdigit_value (hex[2 * i + 1]));
    return key;
}

/* False when the entry is neither an address nor a domain nor a hash. */
static bool
add_entry (Registry *registry, const char *entry)
{
    g_autofree char *normal = NULL;

    if (is_hash (entry)) {
        Key key = key_from_hash (entry);
        g_array_append_val (registry->keys, key);
        return true;
    }
    if (*entry == '@') {
        g_autofree char *domain = address_domain_ascii (entry + 1, NULL);
        normal = domain ? g_strconcat ("@", domain, NULL) : NULL;
    } else {
        normal = address_normalise (entry, NULL);
    }
    if (!normal)
        return false;
    Key key = key_of (normal);
    g_array_append_val (registry->keys, key);
    return true;
}

static void
fail (Registry *registry, const char *path, unsigned line, const char *what)
{
    registry->failure = line ? g_strdup_printf ("%s:%u: %s", path, line, what)
                             : g_strdup_printf ("%s: %s", path, what);
}

/* The first line says when; without it nobody knows how old the answers are. */
static bool
read_date (Registry *registry, const char *path, const char *line)
{
    static const char word[] = "extracted,";

    if (g_str_has_prefix (line, word) &&
        clock_parse (line + strlen (word), &registry->extracted, NULL))
        return true;
    fail (registry, path, 1, "no \"extracted,2026-11-20T00:00:00Z\"");
    return false;
}

static void
read_lines (Registry *registry, const char *path, char *text)
{
    unsigned number = 0;

    for (char *line = text; line && *line;) {
        char *next = strchr (line, '\n');
        if (next)
            *next++ = '\0';
        line[strcspn (line, "\r")] = '\0';
        number++;
        if (number == 1) {
            if (!read_date (registry, path, line))
                return;
        } else if (*line && *line != '#') {
            line[strcspn (line, ",;\t")] = '\0';
            if (!add_entry (registry, g_strstrip (line))) {
                fail (registry, path, number, "neither an address nor @domain nor a SHA-256");
                return;
            }
        }
        line = next;
    }
    if (number == 0)
        fail (registry, path, 0, "the file is empty");
}

Registry *
registry_load (const char *name, const char *path)
{
    Registry *registry = g_new0 (Registry, 1);
    g_autoptr (GError) cause = NULL;
    g_autofree char *text = NULL;
    struct stat status;

    registry->name = g_strdup (name);
    registry->keys = g_array_new (FALSE, FALSE, sizeof (Key));
    if (stat (path, &status) == 0 && status.st_size > (off_t)LIMIT_CSV_BYTES)
        fail (registry, path, 0, "the file is too large");
    else if (!g_file_get_contents (path, &text, NULL, &cause))
        fail (registry, path, 0, "the file cannot be read");
    else
        read_lines (registry, path, text);
    g_array_sort (registry->keys, compare_keys);
    return registry;
}

void
registry_free (Registry *registry)
{
    if (!registry)
        return;
    g_free (registry->name);
    g_free (registry->failure);
    g_array_unref (registry->keys);
    g_free (registry);
}

const char *
registry_name (const Registry *registry)
{
    return registry->name;
}

const char *
registry_failure (const Registry *registry)
{
    return registry->failure;
}

int64_t
registry_extracted (const Registry *registry)
{
    return registry->extracted;
}

static bool
has_key (const Registry *registry, const char *text)
{
    Key key = key_of (text);

    return g_array_binary_search (registry->keys, &key, compare_keys, NULL);
}

bool
registry_lists (const Registry *registry, const char *address)
{
    const char *at = strrchr (address, '@');

    return has_key (registry, address) || (at && has_key (registry, at));
}
