/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CONTACTS_H
#define LICET_CONTACTS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "licet/classification.h"
#include "licet/consent.h"

/*
 * When promotion went to whom and for which purpose, for laws and house rules that cap it: a SQLite
 * file of the daemon's, or for several hosts the PostgreSQL database of the consent. A row holds a
 * keyed hash of the address, never the address, and is deleted after CONTACT_DAYS days.
 *
 * A cap protects a person, so what went to any of their addresses counts, as the addresses belong
 * together when it is asked: with a link also what went out before it, and who is taken out of a
 * person has what went to their own address and nobody else's. Therefore rows stand under addresses,
 * and who asks names all that are the person (ConsentRecord's names; the ids among them are for rows
 * of older layouts, which stood under persons). One message counts once for a person, to however many of
 * their addresses and however often it is handed over.
 *
 * Counting and adding are one step: of many messages at once, on any number of hosts, no more than
 * the cap allows get a place. Who has one and does not use it gives it back; a daemon that dies in
 * between leaves it taken, since the mail may have left.
 *
 * Every call is synced to disk when it returns; safe from several threads. UNAVAILABLE when the
 * file or server cannot be read or written.
 */
typedef struct Contacts Contacts;

enum { CONTACT_DAYS = 92 }; /* the longest period of a frequency cap */

typedef struct {
    int64_t at;
    Purpose purpose; /* of the promotion; PURPOSE_NONE when it was not kept */
} Contact;

/* At most so many from that time on, this one included. */
typedef struct {
    int64_t since;
    unsigned most;
    const char *purposes; /* " survey event ": only these count; NULL: all */
} ContactCap;

/* A path, or "postgresql://…", where a server that is down is no failure of opening. */
Contacts *contacts_open (const char *location, GError **error);
Contacts *contacts_open_with (const char *location, const ConsentOptions *options,
                              GError **error);
void contacts_free (Contacts *contacts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Contacts, contacts_free)

/* names: of one person, ended by NULL; the first is the address that the message goes to. Takes a place
 * for it, or tells in *ret_reserved that the caps leave none; a message that has one keeps it, and
 * needs none for another address of the person. */
bool contacts_reserve (Contacts *contacts, const char *const *names, const char *queue_id,
                       const Contact *contact, const ContactCap *caps, unsigned count,
                       bool *ret_reserved, GError **error);
/* The message did not leave for this address. */
bool contacts_release (Contacts *contacts, const char *who, const char *queue_id,
                       GError **error);
/* Adds without asking for caps. */
bool contacts_add (Contacts *contacts, const char *who, const char *queue_id,
                   const Contact *contact, GError **error);

/* Those from `since` on, in the order of time: array of Contact, one for each message. Without that of
 * the message itself, when queue_id is not NULL. Caller owns. NULL on failure. */
GArray *contacts_since (Contacts *contacts, const char *const *names, int64_t since,
                        const char *queue_id, GError **error);

/* Deletes all that is known of these (NULL-terminated), on disk as well (GDPR art. 17). */
bool contacts_erase (Contacts *contacts, const char *const *who, unsigned *ret_erased,
                     GError **error);

/* Deletes what is older. */
bool contacts_expire (Contacts *contacts, int64_t before, GError **error);

#endif
