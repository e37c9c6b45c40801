/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CONSENT_H
#define LICET_CONSENT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "licet/classification.h"

/*
 * Who agreed to what, as append-only events; the current state is derived. Among the events of
 * a person that name the purpose asked for or "*" (all promotional purposes), the newest wins;
 * at the same second a withdrawal beats a grant. A pending event is a request that nobody has
 * confirmed: it changes neither a grant nor a withdrawal, older or newer. "tracking" stands
 * alone; "*" does not cover it.
 *
 * Addresses with the same person are one person, through any number of links: an event of any of
 * them counts for all. What is known of the person is the newest statement that says something,
 * one of the address itself before those of the others; a subdivision goes with its country.
 *
 * Four answers, never fewer: UNAVAILABLE (the store did not answer) is not UNKNOWN (it answered
 * that it knows nothing), and neither is ever consent.
 *
 * A store may be used from several threads. It is refcounted, so that a message under way keeps
 * the store of the settings it began with.
 */
typedef struct ConsentStore ConsentStore;

typedef enum {
    CONSENT_UNKNOWN, /* no event, or one still pending confirmation */
    CONSENT_GRANTED,
    CONSENT_REFUSED, /* withdrawn */
    CONSENT_UNAVAILABLE,
} ConsentState;

typedef struct {
    ConsentState state;
    bool pending;    /* state is UNKNOWN because a confirmation is missing */
    char *basis;     /* express, double-opt-in, soft-opt-in, inferred, published, registry,
                        contract, none; NULL without an event */
    int64_t at;      /* of the event; 0 without one */
    int64_t expires; /* as the row says; 0 when it says nothing. Expiry by law is for policy. */
    char *purpose;   /* of the event: the purpose or "*" */
    char *source, *wording, *evidence; /* as recorded, or NULL */
    char *event; /* its number within the store, for the record; says nothing of the person */
} ConsentAnswer;

/* What the store knows of one recipient. */
typedef struct {
    char *address;               /* normalised */
    char *person;                /* id that linked addresses share, or NULL */
    char *country, *subdivision; /* ISO 3166, upper case, "US" and "CA"; or NULL */
    char *recipient_class;       /* natural, company, role, sole-trader, …; or NULL */
    char *language;              /* BCP 47, or NULL */
    ConsentAnswer *promotion;    /* never NULL */
    ConsentAnswer *tracking;     /* never NULL */
} ConsentRecord;

/* One row of the history, and of the CSV: optional strings are NULL, optional times 0. Without
 * `at` an event is older than any that has one. */
typedef struct {
    int64_t number; /* within its store, from 1; 0 when not stored. Not in the CSV. */
    char *address, *purpose, *state, *basis;
    int64_t at;
    char *source, *wording, *evidence, *country, *subdivision, *recipient_class, *language;
    int64_t expires;
    char *person;
} ConsentEvent;

/*
 * "FILE.csv" (read once into memory; read-only), "sqlite:PATH" (created when absent) or
 * "memory:" (empty, for tests), "unavailable:" (never answers, for rehearsals). SETTINGS for another scheme, UNAVAILABLE when it cannot be
 * opened, MALFORMED with file:line for a bad CSV or a database that is not ours or newer.
 */
ConsentStore *consent_open (const char *uri, GError **error);
ConsentStore *consent_ref (ConsentStore *store);
void consent_unref (ConsentStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConsentStore, consent_unref)

/*
 * One record per address, in the order asked, in one query. Events later than `now` do not
 * count. Never fails: when the store does not answer, every record says UNAVAILABLE and
 * *ret_failure (may be NULL) tells why; otherwise *ret_failure is NULL. Caller owns both.
 */
GPtrArray *consent_ask (ConsentStore *store, const char *const *addresses, Purpose purpose,
                        int64_t now, char **ret_failure);

/* Appends all events or none; synced when it returns true. Each is checked as by
 * consent_event_check. The same event again (address, purpose, state, at, source) is not stored
 * twice. MALFORMED for a bad event, SETTINGS for a store that is read-only by its kind,
 * UNAVAILABLE when it cannot be written. */
bool consent_append (ConsentStore *store, const GPtrArray *events, GError **error);

/* The events of the person behind an address, oldest first; empty when there are none. */
GPtrArray *consent_history (ConsentStore *store, const char *address, GError **error);

/* Every event, oldest first. */
GPtrArray *consent_all (ConsentStore *store, GError **error);

/* The CSV of licet(1): header row, RFC 4180 quoting, CRLF or LF. MALFORMED with file:line and
 * column, never with what the field holds, for the first bad row. Addresses come back normalised.
 * UNAVAILABLE when the file cannot be read, LIMIT past LIMIT_CSV_BYTES. */
GPtrArray *consent_csv_load (const char *path, GError **error);
/* The same from memory; name stands for the path in messages. */
GPtrArray *consent_csv_parse (const char *text, size_t length, const char *name,
                              GError **error);
char *consent_csv_format (const GPtrArray *events);

/* Checks one event as a CSV row is checked and brings it to its one form: normalised address,
 * purpose in lower case, codes in upper case, NULL for empty text. MALFORMED with the name of the
 * field. */
bool consent_event_check (ConsentEvent *event, GError **error);

const char *consent_state_word (ConsentState state);

ConsentAnswer *consent_answer_new (ConsentState state);
void consent_answer_free (ConsentAnswer *answer);
ConsentAnswer *consent_answer_copy (const ConsentAnswer *answer);
void consent_record_free (ConsentRecord *record);
void consent_event_free (ConsentEvent *event);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConsentEvent, consent_event_free)

#endif
