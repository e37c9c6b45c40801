/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CONSENT_BACKEND_H
#define LICET_CONSENT_BACKEND_H

#include "licet/consent.h"

/*
 * What an engine of the consent store provides. The facade checks and normalises; an engine
 * stores and finds. All functions may be called from several threads.
 */
typedef struct {
    const char *scheme; /* "sqlite:" */
    void *(*open) (const char *location, GError **error);
    void (*close) (void *store);
    /* For each address, in order, a GPtrArray of ConsentEvent: every event of every address that
     * shares a person with it, in the order they were stored. NULL with UNAVAILABLE. */
    GPtrArray *(*find) (void *store, const char *const *addresses, GError **error);
    GPtrArray *(*all) (void *store, GError **error);
    bool (*append) (void *store, const GPtrArray *events, GError **error);
} ConsentBackend;

extern const ConsentBackend consent_memory, consent_csv, consent_sqlite;

ConsentEvent *consent_event_copy (const ConsentEvent *event);

/* Answers from the events of one person: pure. */
ConsentRecord *consent_resolve (const char *address, const GPtrArray *events, Purpose purpose,
                                int64_t now);
ConsentRecord *consent_unavailable (const char *address);

#endif
