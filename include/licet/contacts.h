/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CONTACTS_H
#define LICET_CONTACTS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * When promotion went to whom, for laws that cap it: one SQLite file of the daemon's. A row holds a
 * keyed hash of the person (or the address), never the address, and is deleted after
 * CONTACT_DAYS days. One message counts once for a person, however often it is handed over.
 *
 * Every call is synced to disk when it returns; safe from several threads. UNAVAILABLE when the
 * file cannot be read or written.
 */
typedef struct Contacts Contacts;

Contacts *contacts_open (const char *path, GError **error);
void contacts_free (Contacts *contacts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Contacts, contacts_free)

/* who: a person's id or a normalised address. */
bool contacts_add (Contacts *contacts, const char *who, const char *queue_id, int64_t at,
                   GError **error);

/* The times from `since` on, in order: array of int64_t. Caller owns. NULL on failure. */
GArray *contacts_since (Contacts *contacts, const char *who, int64_t since, GError **error);

/* Deletes what is older. */
bool contacts_expire (Contacts *contacts, int64_t before, GError **error);

#endif
