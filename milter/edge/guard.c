/* SPDX-License-Identifier: BSD-2-Clause */

#include "guard.h"

#include <string.h>
#include <sys/random.h>

#include "licet/error.h"

enum { KEY_BYTES = 32 };

struct Guard {
    unsigned char key[KEY_BYTES];
    GMutex lock; /* ports */
    GCond changed;
    GHashTable *ports; /* of the clients that are in */
};

Guard *
guard_new (GError **error)
{
    Guard *guard = g_new0 (Guard, 1);

    if (getrandom (guard->key, KEY_BYTES, 0) != KEY_BYTES) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                     "the system gives no random bytes");
        g_free (guard);
        return NULL;
    }
    g_mutex_init (&guard->lock);
    g_cond_init (&guard->changed);
    guard->ports = g_hash_table_new (NULL, NULL);
    return guard;
}

void
guard_free (Guard *guard)
{
    if (!guard)
        return;
    explicit_bzero (guard->key, KEY_BYTES);
    g_hash_table_unref (guard->ports);
    g_mutex_clear (&guard->lock);
    g_cond_clear (&guard->changed);
    g_free (guard);
}

char *
guard_mark (const Guard *guard, int64_t attempt)
{
    g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, attempt);
    g_autofree char *code =
        g_compute_hmac_for_string (G_CHECKSUM_SHA256, guard->key, KEY_BYTES, number, -1);

    return g_strdup_printf ("%s.%s", number, code);
}

/* Takes the same time wherever they differ. */
static bool
is_same (const char *a, const char *b)
{
    size_t length = strlen (a);
    unsigned char difference = 0;

    if (strlen (b) != length)
        return false;
    for (size_t i = 0; i < length; i++)
        difference |= (unsigned char)(a[i] ^ b[i]);
    return difference == 0;
}

bool
guard_read (const Guard *guard, const char *mark, int64_t *ret_attempt)
{
    int64_t attempt = g_ascii_strtoll (mark, NULL, 10);
    g_autofree char *ours = guard_mark (guard, attempt);

    if (!is_same (mark, ours))
        return false;
    *ret_attempt = attempt;
    return true;
}

void
guard_enter (Guard *guard, unsigned port)
{
    g_mutex_lock (&guard->lock);
    g_hash_table_add (guard->ports, GUINT_TO_POINTER (port));
    g_cond_broadcast (&guard->changed);
    g_mutex_unlock (&guard->lock);
}

void
guard_leave (Guard *guard, unsigned port)
{
    g_mutex_lock (&guard->lock);
    g_hash_table_remove (guard->ports, GUINT_TO_POINTER (port));
    g_mutex_unlock (&guard->lock);
}

bool
guard_await (Guard *guard, unsigned port, int seconds)
{
    int64_t end = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;
    bool waits = true;

    g_mutex_lock (&guard->lock);
    while (waits && !g_hash_table_contains (guard->ports, GUINT_TO_POINTER (port)))
        waits = g_cond_wait_until (&guard->changed, &guard->lock, end);
    g_mutex_unlock (&guard->lock);
    return waits;
}
