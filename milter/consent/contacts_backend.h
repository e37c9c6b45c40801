/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CONSENT_CONTACTS_BACKEND_H
#define LICET_CONSENT_CONTACTS_BACKEND_H

#include "licet/contacts.h"

enum { CONTACTS_KEY_BYTES = 32 };

/* What an engine of the contacts provides; `who` is a hash, or several. As contacts.h, otherwise. */
typedef struct {
    void *(*open) (const char *location, const ConsentOptions *options, GError **error);
    void (*close) (void *store);
    bool (*key) (void *store, unsigned char ret_key[CONTACTS_KEY_BYTES], GError **error);
    bool (*reserve) (void *store, const char *const *who, const char *queue_id,
                     const Contact *contact, const ContactCap *caps, unsigned count,
                     bool *ret_reserved, GError **error);
    bool (*release) (void *store, const char *who, const char *queue_id, GError **error);
    GArray *(*since) (void *store, const char *const *who, int64_t since, const char *queue_id,
                      GError **error);
    bool (*erase) (void *store, const char *who, unsigned *ret_erased, GError **error);
    bool (*expire) (void *store, int64_t before, GError **error);
} ContactsBackend;

/* As a row has it: "" for PURPOSE_NONE. */
const char *contact_purpose_word (Purpose purpose);
Purpose contact_purpose_parse (const char *word);

extern const ContactsBackend contacts_sqlite, contacts_postgres;

#endif
