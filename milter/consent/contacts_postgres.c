/* SPDX-License-Identifier: BSD-2-Clause */

/* The contacts of several hosts, beside their consent. Queue ids are a host's own, so a message is
 * known by both names. */

#include <string.h>

#include "contacts_backend.h"
#include "pg.h"

#define EXPIRE_DAYS 93

G_STATIC_ASSERT (EXPIRE_DAYS == CONTACT_DAYS + 1);

typedef enum { RESERVE, RELEASE, LIST, ERASE, EXPIRE, STATEMENTS } Statement;

static const char *const statements[STATEMENTS] = {
    /* One round trip, and atomic on the server: see contrib/schema-postgresql.sql. */
    [RESERVE] = "SELECT licet.reserve($1::text[], $2, $3::bigint, $4, $5::bigint[], "
                "$6::integer[], $7::text[])",
    [RELEASE] = "DELETE FROM licet.contacts WHERE who = $1 AND message = $2",
    [LIST] = "SELECT at, purpose FROM (SELECT DISTINCT ON (message) message, at, purpose "
             "FROM licet.contacts WHERE who = ANY($1::text[]) AND at >= $2::bigint "
             "AND message IS DISTINCT FROM $3 ORDER BY message, at) each_once ORDER BY at",
    [ERASE] = "DELETE FROM licet.contacts WHERE who = $1",
    /* A host whose clock is ahead must not forget what the others need: by the server's clock it is
     * older than the longest cap, and a day more. */
    [EXPIRE] = "DELETE FROM licet.contacts WHERE at < least($1::bigint, "
               "extract(epoch FROM now())::bigint - " G_STRINGIFY (EXPIRE_DAYS) " * 86400)",
};

static void
close_server (void *handle)
{
    pg_pool_free (handle);
}

static void *
open_server (const char *location, const ConsentOptions *options, GError **error)
{
    return pg_pool_new (location, options, statements, STATEMENTS, error);
}

/* Not the very key under which erased addresses stay: the two must not be compared. */
static bool
key_of_server (void *handle, unsigned char ret_key[CONTACTS_KEY_BYTES], GError **error)
{
    unsigned char key[PG_KEY_BYTES];
    size_t length = CONTACTS_KEY_BYTES;

    if (!pg_key (handle, key, error))
        return false;
    GHmac *hmac = g_hmac_new (G_CHECKSUM_SHA256, key, sizeof key);
    g_hmac_update (hmac, (const guchar *)"contacts", strlen ("contacts"));
    g_hmac_get_digest (hmac, ret_key, &length);
    g_hmac_unref (hmac);
    return true;
}

static char *
name_of (const char *queue_id)
{
    return g_strdup_printf ("%s/%s", g_get_host_name (), queue_id);
}

static char *
text_of (int64_t number)
{
    return g_strdup_printf ("%" G_GINT64_FORMAT, number);
}

static bool
reserve_on_server (void *handle, const char *const *who, const char *queue_id,
                   const Contact *contact, const ContactCap *caps, unsigned count,
                   bool *ret_reserved, GError **error)
{
    g_autofree char *message = name_of (queue_id), *time = text_of (contact->at);
    g_autofree char *names = pg_array_of (who);
    GString *since = g_string_new (NULL), *most = g_string_new (NULL);
    GString *purposes = g_string_new (NULL);

    for (unsigned i = 0; i < count; i++) {
        g_autofree char *from = text_of (caps[i].since), *number = text_of (caps[i].most);
        pg_array_add (since, from);
        pg_array_add (most, number);
        pg_array_add (purposes, caps[i].purposes);
    }
    g_autofree char *all_since = pg_array_end (since), *all_most = pg_array_end (most);
    g_autofree char *all_purposes = pg_array_end (purposes);
    const char *const values[] = { names,       message,
                                   time,        contact_purpose_word (contact->purpose),
                                   all_since,   all_most,
                                   all_purposes };
    PgCall call = { RESERVE, G_N_ELEMENTS (values), values };
    g_autoptr (PGresult) result = pg_run (handle, &call, error);
    if (!result)
        return false;
    *ret_reserved = strcmp (PQgetvalue (result, 0, 0), "t") == 0;
    return true;
}

static bool
release_on_server (void *handle, const char *who, const char *queue_id, GError **error)
{
    g_autofree char *message = name_of (queue_id);
    const char *const values[] = { who, message };
    PgCall call = { RELEASE, G_N_ELEMENTS (values), values };
    g_autoptr (PGresult) result = pg_run (handle, &call, error);

    return result != NULL;
}

static GArray *
since_on_server (void *handle, const char *const *who, int64_t since, const char *queue_id,
                 GError **error)
{
    g_autofree char *message = queue_id ? name_of (queue_id) : NULL, *from = text_of (since);
    g_autofree char *names = pg_array_of (who);
    const char *const values[] = { names, from, message };
    PgCall call = { LIST, G_N_ELEMENTS (values), values };
    g_autoptr (PGresult) result = pg_run (handle, &call, error);

    if (!result)
        return NULL;
    GArray *found = g_array_new (FALSE, FALSE, sizeof (Contact));
    for (int i = 0; i < PQntuples (result); i++) {
        Contact contact = { g_ascii_strtoll (PQgetvalue (result, i, 0), NULL, 10),
                            contact_purpose_parse (PQgetvalue (result, i, 1)) };
        g_array_append_val (found, contact);
    }
    return found;
}

static bool
erase_on_server (void *handle, const char *who, unsigned *ret_erased, GError **error)
{
    const char *const values[] = { who };
    PgCall call = { ERASE, G_N_ELEMENTS (values), values };
    g_autoptr (PGresult) result = pg_run (handle, &call, error);

    if (!result)
        return false;
    *ret_erased = (unsigned)g_ascii_strtoull (PQcmdTuples (result), NULL, 10);
    return true;
}

static bool
expire_on_server (void *handle, int64_t before, GError **error)
{
    g_autofree char *text = text_of (before);
    const char *const values[] = { text };
    PgCall call = { EXPIRE, G_N_ELEMENTS (values), values };
    g_autoptr (PGresult) result = pg_run (handle, &call, error);

    return result != NULL;
}

const ContactsBackend contacts_postgres = {
    .open = open_server,
    .close = close_server,
    .key = key_of_server,
    .reserve = reserve_on_server,
    .release = release_on_server,
    .since = since_on_server,
    .erase = erase_on_server,
    .expire = expire_on_server,
};
