/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_AUTHENTICATION_H
#define LICET_AUTHENTICATION_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Whether mail of one of our domains would be authenticated at a receiver: what preflight found
 * out and rules of the kind `authentication` ask. A value; refcounted, immutable once shared.
 * UNKNOWN (no answer from DNS, not looked at yet, not configured) is never a no.
 */
typedef enum {
    AUTH_SPF,          /* SPF passes for the envelope's domain from all our egress addresses */
    AUTH_SPF_ALIGNED,  /* the envelope's domain is aligned with From (RFC 7489 3.1.2) */
    AUTH_DKIM,         /* a key that signs is published as it is */
    AUTH_DKIM_ALIGNED, /* d= is aligned with From */
    AUTH_DMARC,        /* there is one valid DMARC record */
    AUTH_ALIGNED,      /* DMARC passes: SPF or DKIM passes and is aligned */
    AUTH_PTR,          /* every egress address has a name that leads back to it */
    AUTH_MX,           /* the domain of From takes mail */
    AUTH_TLS_RPT,      /* RFC 8460 */
    AUTH_MTA_STS,      /* RFC 8461; the record, not the policy behind it */
    AUTH_FACTS,
} AuthFact;

typedef enum { AUTH_UNKNOWN, AUTH_NO, AUTH_YES } AuthAnswer;

typedef struct {
    gatomicrefcount references;
    char *domain;   /* of From, A-labels */
    char *envelope; /* domain of the envelope's sender */
    int64_t at;     /* when DNS was asked */
    AuthAnswer answers[AUTH_FACTS];
    char *reasons[AUTH_FACTS]; /* one sentence each; NULL: nobody has looked */
    int64_t times[AUTH_FACTS]; /* when DNS last told */
    unsigned problems;         /* findings of that grade */
} Authentication;

/* All UNKNOWN. */
Authentication *authentication_new (const char *domain, const char *envelope, int64_t at);
Authentication *authentication_ref (const Authentication *authentication);
void authentication_unref (Authentication *authentication);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Authentication, authentication_unref)

/* A copy for a mail whose envelope has another domain, of which SPF is not known. Caller unrefs. */
Authentication *authentication_for_envelope (const Authentication *authentication,
                                             const char *envelope);

/*
 * What is known of our domains now: who finds out puts it there, who decides about mail takes it.
 * Safe from several threads.
 */
typedef struct AuthenticationBoard AuthenticationBoard;
AuthenticationBoard *authentication_board_new (void);
void authentication_board_free (AuthenticationBoard *board);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AuthenticationBoard, authentication_board_free)
/* In the place of what was known of the same two domains. Takes authentication. */
void authentication_board_put (AuthenticationBoard *board, Authentication *authentication);
/* Of mail with this domain in From and this one in the envelope's sender (NULL or "": the null
 * sender): NULL when From is none of ours. Caller unrefs. */
Authentication *authentication_board_find (AuthenticationBoard *board, const char *domain,
                                           const char *envelope);
/* All, in the order in which they came. Caller owns: of Authentication, references. */
GPtrArray *authentication_board_list (AuthenticationBoard *board);

/* Forgets what is no longer watched. */
void authentication_board_remove (AuthenticationBoard *board, const Authentication *known);

/* Where DNS did not answer now, what it said before stands, when that is no older than `seconds`. */
void authentication_recall (Authentication *authentication, const Authentication *before,
                            int64_t seconds);

void authentication_settle (Authentication *authentication, AuthFact fact, AuthAnswer answer,
                            const char *reason);
/* "spf", "spf-aligned", … */
const char *auth_fact_word (AuthFact fact);
/* AUTH_FACTS when there is no such fact. */
AuthFact auth_fact_parse (const char *word);
const char *auth_answer_word (AuthAnswer answer); /* "yes", "no", "cannot-tell" */

#endif
