/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CONSENT_BACKEND_H
#define LICET_CONSENT_BACKEND_H

#include "licet/consent.h"

/*
 * What an engine of the consent store provides. The facade checks, normalises and resolves; an
 * engine stores and finds. All functions may be called from several threads. Events come back
 * owned by the array, numbered, each once, in the order in which they were stored.
 */
typedef struct {
    const char *scheme; /* "sqlite:" */
    void *(*open) (const char *location, GError **error);
    void (*close) (void *store);
    /* Every event of the addresses and of all that are one person with them, however many links
     * lie between. NULL with UNAVAILABLE. */
    GPtrArray *(*find) (void *store, const char *const *addresses, GError **error);
    GPtrArray *(*all) (void *store, GError **error);
    bool (*append) (void *store, const GPtrArray *events, GError **error);
} ConsentBackend;

extern const ConsentBackend consent_absent, consent_csv, consent_memory, consent_sqlite;

ConsentEvent *consent_event_copy (const ConsentEvent *event);

/* An empty array that frees its events. */
GPtrArray *consent_events_new (void);

/*
 * Pure: one ConsentRecord per address, in order, from events as find gives them. Those later than
 * now are as if they were not there, links included.
 */
GPtrArray *consent_resolve (const char *const *addresses, const GPtrArray *events,
                            Purpose purpose, int64_t now);
ConsentRecord *consent_unavailable (const char *address);

#endif
