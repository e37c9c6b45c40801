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
 * them counts for all. An "unlinked" event takes an address's earlier links to its person back, or
 * to all when it names none. What is known of the person is the newest statement that says
 * something, one of the address itself before those of the others; a subdivision goes with its
 * country.
 *
 * A "suppressed" event is not the person's word but what became of mail to them (bounce, complaint,
 * manual, erased: its basis). It beats every grant, older or newer, until a "released" event of the
 * same or a wider purpose; at the same second it stands. A bounce and an erasure are about one
 * address, the others about the person.
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
    CONSENT_REFUSED, /* withdrawn or suppressed */
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
    /* bounce, complaint, manual or erased; NULL: nobody but the person refused */
    char *suppression;
    char *event; /* its number within the store, for the record; says nothing of the person */
    int64_t arrived; /* as of the event's */
} ConsentAnswer;

/* What the store knows of one recipient. */
typedef struct {
    char *address; /* normalised */
    char *person;  /* id that all linked addresses share, or NULL */
    /* Under which the person's contacts stand (contacts.h): the address as the store keeps
     * it, then the others that are one person with it, and ids */
    char **names;
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
    /* When the store took it, by the clock of the host that wrote it: what is recorded late was not known
     * before. 0: not known, as of a CSV and of rows of older versions. Not in the CSV; an append
     * keeps it where it is set. */
    int64_t arrived;
} ConsentEvent;

/* Times are for a store on another host; the embedded ones wait five seconds for a lock. */
typedef struct {
    int64_t timeout_ms;   /* for a question or an append, connecting included; 0: 2000 */
    unsigned connections; /* at most at once; 0: 8 */
    bool fold_tags;       /* "a+b@x" is who "a@x" is, in what is asked and what is stored */
} ConsentOptions;

/*
 * "FILE.csv" (read once into memory; read-only), "sqlite:PATH" (created when absent),
 * "postgresql://…" (libpq's URI; the tables are made when absent), "memory:" (empty, for tests) or
 * "unavailable:" (never answers, for rehearsals). SETTINGS for another scheme or a URI that cannot
 * be read, UNAVAILABLE when it cannot be opened, MALFORMED with file:line for a bad CSV or a
 * database that is not ours or newer.
 *
 * A PostgreSQL server that does not answer is no failure of opening: the daemon must start without
 * it. Questions are UNAVAILABLE until it does. After a failure, or three questions in a row that it
 * did not answer in time, it is asked again at growing intervals, and meanwhile the answer is
 * UNAVAILABLE at once: the store is closed.
 */
ConsentStore *consent_open (const char *uri, GError **error);
ConsentStore *consent_open_with (const char *uri, const ConsentOptions *options,
                                 GError **error);
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

typedef struct {
    bool is_closed;    /* as above */
    int64_t retry_ms;  /* until it is asked again; 0: now */
    uint64_t closings; /* since it was opened */
} ConsentHealth;
void consent_health (ConsentStore *store, ConsentHealth *ret_health);

/* Appends all events or none; synced when it returns true. Each is checked as by
 * consent_event_check. The same event again (address, purpose, state, at, source) is not stored
 * twice. MALFORMED for a bad event, SETTINGS for a store that is read-only by its kind,
 * UNAVAILABLE when it cannot be written. */
bool consent_append (ConsentStore *store, const GPtrArray *events, GError **error);

/* The events of the person behind an address, oldest first; empty when there are none. */
GPtrArray *consent_history (ConsentStore *store, const char *address, GError **error);

/* Every event, oldest first. */
GPtrArray *consent_all (ConsentStore *store, GError **error);

/* Takes the event; false with an error ends the visit. */
typedef bool (*ConsentVisit) (ConsentEvent *event, void *data, GError **error);
/* The same, one event after the other, in memory that does not grow with the store. */
bool consent_each (ConsentStore *store, ConsentVisit visit, void *data, GError **error);

/* The next events (caller owns), NULL at the end, NULL with an error to give all up. */
typedef GPtrArray *(*ConsentSupply) (void *data, GError **error);
/* As consent_append, for any number of events: all or none, also when the process is killed. */
bool consent_load (ConsentStore *store, ConsentSupply supply, void *data, GError **error);

/* At most `limit` different addresses behind `after` ("" for the first), in the order of their
 * bytes. Caller owns; of char *. */
GPtrArray *consent_addresses (ConsentStore *store, const char *after, unsigned limit,
                              GError **error);

/*
 * Erases every event of one address (GDPR art. 17), not of those linked with it. What stays is a
 * "suppressed" event under a keyed hash of the address, so that no later import brings promotion
 * back (art. 17(3)(b), 21(3)); with keep_acts also what was granted, withdrawn and requested, with
 * time, wording, source and evidence, under the same hash, for the duty to prove consent
 * (art. 17(3)(b), (e)). Neither names the person to who does not already know the address. Erasing
 * once more without keep_acts erases the acts as well.
 */
bool consent_erase (ConsentStore *store, const char *address, bool keep_acts, int64_t now,
                    unsigned *ret_erased, unsigned *ret_kept, GError **error);
/* Whether an address, normalised, is such a hash. */
bool consent_is_erased (const char *address);

/* Double opt-in: turns the newest request for the purpose into a grant that holds the evidence of
 * both. MALFORMED when there is none or it was withdrawn since. */
bool consent_confirm (ConsentStore *store, const char *address, const char *purpose,
                      const char *source, const char *evidence, int64_t now, GError **error);
/* Makes two addresses one person. */
bool consent_link (ConsentStore *store, const char *address, const char *other, int64_t now,
                   GError **error);
/* Takes an address out of its person. Refusals that came from the others stay with it. MALFORMED
 * when it is linked with nobody. */
bool consent_unlink (ConsentStore *store, const char *address, int64_t now, GError **error);

/* How many addresses have which answer. */
typedef struct {
    uint64_t granted, refused, pending, unknown;
} ConsentCounts;

typedef struct {
    uint64_t addresses;                   /* with events, without those erased */
    uint64_t linked;                      /* of these: that share a person's id */
    uint64_t erased;                      /* hashes that stay */
    uint64_t bounced, complained, manual; /* suppressed from newsletters */
    ConsentCounts purposes[PURPOSE_WELCOME - PURPOSE_NEWSLETTER + 1];
    ConsentCounts tracking;
} ConsentStats;

/* The store in figures as of now. */
bool consent_stats (ConsentStore *store, int64_t now, ConsentStats *ret_stats, GError **error);

/* The CSV of licet(1): header row, RFC 4180 quoting, CRLF or LF. MALFORMED with file:line and
 * column, never with what the field holds, for the first bad row. Addresses come back normalised.
 * UNAVAILABLE when the file cannot be read, LIMIT past LIMIT_CSV_BYTES. */
GPtrArray *consent_csv_load (const char *path, GError **error);
/* The same from memory; name stands for the path in messages. */
GPtrArray *consent_csv_parse (const char *text, size_t length, const char *name,
                              GError **error);
char *consent_csv_format (const GPtrArray *events);
/* Adds one row, or with NULL the header row. */
void consent_csv_append (GString *csv, const ConsentEvent *event);

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
