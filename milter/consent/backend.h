/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CONSENT_BACKEND_H
#define LICET_CONSENT_BACKEND_H

#include "licet/consent.h"

enum { CONSENT_KEY_BYTES = 32 };

/* Seconds by which a clock, or a local time that calls itself UTC, may be ahead. */
enum { CLOCKS_DIFFER = 86400 };

/*
 * What an engine of the consent store provides. The facade checks, normalises and resolves; an
 * engine stores and finds. All functions may be called from several threads. Events come back
 * owned by the array, numbered, each once, in the order in which they were stored.
 */
typedef struct {
    const char *scheme; /* "sqlite:" */
    /* The whole URI for PostgreSQL, else what follows the scheme. */
    void *(*open) (const char *location, const ConsentOptions *options, GError **error);
    void (*close) (void *store);
    /* Every event of the addresses and of all that are one person with them, however many links
     * lie between. NULL with UNAVAILABLE. */
    GPtrArray *(*find) (void *store, const char *const *addresses, GError **error);
    /* Every event by time, then in the order in which they were stored. */
    bool (*each) (void *store, ConsentVisit visit, void *data, GError **error);
    bool (*append) (void *store, const GPtrArray *events, GError **error);
    bool (*load) (void *store, ConsentSupply supply, void *data, GError **error);
    GPtrArray *(*addresses) (void *store, const char *after, unsigned limit, GError **error);
    /* Deletes the events of the addresses and adds others, together. */
    bool (*erase) (void *store, const char *const *addresses, const GPtrArray *events,
                   GError **error);
    /* The secret of the hashes of erased people, made with the store. NULL: it keeps none. */
    bool (*key) (void *store, unsigned char ret_key[CONSENT_KEY_BYTES], GError **error);
    /* NULL: it is never closed. */
    void (*health) (void *store, ConsentHealth *ret_health);
} ConsentBackend;

extern const ConsentBackend consent_absent, consent_csv, consent_memory, consent_postgres,
    consent_sqlite;

ConsentEvent *consent_event_copy (const ConsentEvent *event);

/* What an engine that writes an event keeps as `arrived`. */
int64_t consent_event_arrival (const ConsentEvent *event);

/* An empty array that frees its events. */
GPtrArray *consent_events_new (void);

/*
 * Pure: one ConsentRecord per address, in order, from events as find gives them. Those later than
 * now are as if they were not there, links included.
 */
GPtrArray *consent_resolve (const char *const *addresses, const GPtrArray *events,
                            Purpose purpose, int64_t now);
ConsentRecord *consent_unavailable (const char *address);

/* Pure: those of the events that are of the person behind the address, links taken back left out.
 * Borrows. */
GPtrArray *consent_of_person (const char *address, const GPtrArray *events);

/* The events of the addresses and of all that are one person with them, and what is kept of them
 * where they were erased, under their own name (consent_own_name). */
GPtrArray *consent_find (ConsentStore *store, const char *const *addresses, GError **error);

/* Under which name the store keeps a normalised address. Caller frees. */
char *consent_own_name (const ConsentStore *store, const char *address);

/* The one record of an address as of now, or NULL with the store's reason. */
ConsentRecord *consent_ask_one (ConsentStore *store, const char *address, Purpose purpose,
                                int64_t now, GError **error);

#endif
