/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_PREFLIGHT_H
#define LICET_PREFLIGHT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "licet/authentication.h"
#include "licet/signer.h"

/*
 * Would mail of one of our own domains pass at a receiver? Asks DNS as a receiver would (SPF for
 * our egress addresses, the DKIM records of our keys, DMARC with both alignments, MX, PTR, TLS-RPT,
 * MTA-STS) and says what to publish. Never about a domain that a message names: all of it runs in
 * a child process with limits, on domains of the configuration. DNS that does not answer is
 * "cannot tell". It does not fetch MTA-STS policies and knows no blocklist.
 */
typedef struct {
    char *domain;   /* of From, A-labels */
    char *envelope; /* domain of the envelope's sender, A-labels */
    char *helo;
    char *resolver;  /* "HOST:PORT", or "" for those of the system */
    char **egress;   /* IP addresses from which Postfix sends; may be empty */
    GPtrArray *keys; /* of SignerKeyUse: of domain */
    char *no_key;    /* why none signs whatever is sent from domain, or NULL */
    bool keys_only;  /* look at nothing else */
} PreflightRequest;

typedef enum {
    PREFLIGHT_NOTE,    /* works; could be better */
    PREFLIGHT_UNKNOWN, /* DNS did not say */
    PREFLIGHT_PROBLEM, /* some or all receivers will not take it */
} PreflightGrade;

typedef struct {
    PreflightGrade grade;
    const char *check; /* an interned word: "spf-lookups" */
    char *place;       /* "shop.example TXT" */
    char *what;        /* one sentence; printable ASCII */
    char *publish;     /* the record as a line of a zone file, or what else to do; or NULL */
} PreflightFinding;

typedef struct {
    Authentication *authentication; /* with keys_only only DKIM is settled */
    GPtrArray *findings;            /* of PreflightFinding */
} PreflightReport;

/* With the keys that the signer has for domain at that time. SETTINGS for what is no domain. Caller
 * frees. */
PreflightRequest *preflight_request_new (const char *domain, const char *envelope,
                                         const Signer *signer, int64_t now, GError **error);
void preflight_request_free (PreflightRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PreflightRequest, preflight_request_free)

void preflight_report_free (PreflightReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PreflightReport, preflight_report_free)
const char *preflight_grade_word (PreflightGrade grade); /* "note", "cannot-tell", "problem" */
/* How many findings are of the grade. */
unsigned preflight_count (const PreflightReport *report, PreflightGrade grade);

/* Asks now, in a child process of at most 40 seconds; only for a process with one thread. Fails
 * when the child does (UNAVAILABLE, INTERNAL) or resolver is wrong (SETTINGS). */
PreflightReport *preflight_run (const PreflightRequest *request, int64_t now, GError **error);

/*
 * The same for a process with threads: a helper process, forked before the threads and before keys
 * are in memory, forks for each question. It ends when this process does.
 */
typedef struct PreflightHelper PreflightHelper;
PreflightHelper *preflight_helper_start (GError **error);
/* One question at a time; safe from several threads. Errors as of preflight_run. */
PreflightReport *preflight_helper_ask (PreflightHelper *helper, const PreflightRequest *request,
                                       int64_t now, GError **error);
/* Ends the process; whoever asks it then gets UNAVAILABLE. */
void preflight_helper_stop (PreflightHelper *helper);
/* After the last question. Stops it where that was not done. */
void preflight_helper_free (PreflightHelper *helper);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PreflightHelper, preflight_helper_free)

#endif
