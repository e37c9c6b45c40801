/* SPDX-License-Identifier: BSD-2-Clause */

/* The contacts as the rest of licet sees them: whoever stores them sees hashes only. */

#include "licet/contacts.h"

#include <string.h>

#include "contacts_backend.h"

struct Contacts {
    const ContactsBackend *backend;
    void *handle;
};

Contacts *
contacts_open_with (const char *location, const ConsentOptions *options, GError **error)
{
    bool is_shared =
        g_str_has_prefix (location, "postgresql:") || g_str_has_prefix (location, "postgres:");
    const ContactsBackend *backend = is_shared ? &contacts_postgres : &contacts_sqlite;
    void *handle = backend->open (location, options, error);

    if (!handle)
        return NULL;
    Contacts *contacts = g_new0 (Contacts, 1);
    contacts->backend = backend;
    contacts->handle = handle;
    return contacts;
}

Contacts *
contacts_open (const char *location, GError **error)
{
    static const ConsentOptions defaults = { 0 };

    return contacts_open_with (location, &defaults, error);
}

void
contacts_free (Contacts *contacts)
{
    if (!contacts)
        return;
    contacts->backend->close (contacts->handle);
    g_free (contacts);
}

/* Caller frees; NULL on failure. */
static char *
hash_of (Contacts *contacts, const char *who, GError **error)
{
    unsigned char key[CONTACTS_KEY_BYTES];

    if (!contacts->backend->key (contacts->handle, key, error))
        return NULL;
    return g_compute_hmac_for_data (G_CHECKSUM_SHA256, key, sizeof key, (const guchar *)who,
                                    strlen (who));
}

/* The same of each. Caller frees. */
static char **
hashes_of (Contacts *contacts, const char *const *names, GError **error)
{
    unsigned count = g_strv_length ((char **)names);
    g_auto (GStrv) hashes = g_new0 (char *, count + 1);

    for (unsigned i = 0; i < count; i++)
        if (!(hashes[i] = hash_of (contacts, names[i], error)))
            return NULL;
    return g_steal_pointer (&hashes);
}

/* A message without a queue id is not known again. Caller frees. */
static char *
name_of (const char *queue_id)
{
    return queue_id && *queue_id ? g_strdup (queue_id) : g_uuid_string_random ();
}

const char *
contact_purpose_word (Purpose purpose)
{
    return purpose == PURPOSE_NONE ? "" : purpose_word (purpose);
}

Purpose
contact_purpose_parse (const char *word)
{
    Purpose purpose = PURPOSE_NONE;

    return purpose_parse (word, &purpose) ? purpose : PURPOSE_NONE;
}

bool
contacts_reserve (Contacts *contacts, const char *const *names, const char *queue_id,
                  const Contact *contact, const ContactCap *caps, unsigned count,
                  bool *ret_reserved, GError **error)
{
    g_auto (GStrv) hashes = hashes_of (contacts, names, error);
    g_autofree char *name = name_of (queue_id);
    bool reserved = false;

    if (!hashes || !contacts->backend->reserve (contacts->handle, (const char *const *)hashes,
                                                name, contact, caps, count, &reserved, error))
        return false;
    *ret_reserved = reserved;
    return true;
}

bool
contacts_release (Contacts *contacts, const char *who, const char *queue_id, GError **error)
{
    g_autofree char *hash = hash_of (contacts, who, error);

    return hash &&
           contacts->backend->release (contacts->handle, hash, queue_id ? queue_id : "", error);
}

bool
contacts_add (Contacts *contacts, const char *who, const char *queue_id, const Contact *contact,
              GError **error)
{
    const char *const names[] = { who, NULL };
    bool reserved = false;

    return contacts_reserve (contacts, names, queue_id, contact, NULL, 0, &reserved, error);
}

GArray *
contacts_since (Contacts *contacts, const char *const *names, int64_t since,
                const char *queue_id, GError **error)
{
    g_auto (GStrv) hashes = hashes_of (contacts, names, error);

    return hashes ? contacts->backend->since (contacts->handle, (const char *const *)hashes,
                                              since, queue_id, error)
                  : NULL;
}

bool
contacts_erase (Contacts *contacts, const char *const *who, unsigned *ret_erased,
                GError **error)
{
    unsigned all = 0;

    for (; *who; who++) {
        g_autofree char *hash = hash_of (contacts, *who, error);
        unsigned erased = 0;
        if (!hash || !contacts->backend->erase (contacts->handle, hash, &erased, error))
            return false;
        all += erased;
    }
    *ret_erased = all;
    return true;
}

bool
contacts_expire (Contacts *contacts, int64_t before, GError **error)
{
    return contacts->backend->expire (contacts->handle, before, error);
}
