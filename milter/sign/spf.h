/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_SIGN_SPF_H
#define LICET_SIGN_SPF_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "dns.h"

/*
 * SPF (RFC 7208) of our own domains, seen as a receiver would. Three readings: spf_check follows
 * the RFC; spf_evaluate asks libspf2, which many receivers run and which differs from the RFC
 * here and there, in a process of its own; spf_walk reads all of a record and tells what it costs
 * whichever term matches.
 */
typedef enum {
    SPF_ANSWER_NONE,
    SPF_ANSWER_NEUTRAL,
    SPF_ANSWER_PASS,
    SPF_ANSWER_FAIL,
    SPF_ANSWER_SOFTFAIL,
    SPF_ANSWER_TEMPERROR,
    SPF_ANSWER_PERMERROR,
    SPF_ANSWER_UNKNOWN, /* libspf2 crashed or hung */
} SpfAnswer;

const char *spf_answer_word (SpfAnswer answer); /* "softfail" */

typedef struct {
    const char *address; /* of the client */
    const char *helo;
    const char *sender; /* an address, or "" for the null sender, which falls back to helo */
} SpfQuestion;

/* Our own reading (RFC 7208 4 to 7), with its limits. UNKNOWN when the address is none. */
SpfAnswer spf_check (const DnsSource *source, const SpfQuestion *question);

/* What libspf2 says, which Exim and others ask: see tests/preflight/spf_suite.py for where it
 * differs from the RFC. *ret_why: with UNKNOWN, for people; caller frees. */
SpfAnswer spf_evaluate (const DnsSource *source, const SpfQuestion *question, char **ret_why);

typedef struct {
    char qualifier;       /* "+", "-", "~" or "?"; "=" of a modifier */
    const char *name;     /* lower case, interned: "include", "redirect" */
    char *value;          /* after ":" or "=", without a prefix length; or NULL */
    bool slashed;         /* no ":" came before the "/" */
    int prefix4, prefix6; /* -1: none given */
} SpfTerm;

typedef struct {
    GPtrArray *terms; /* of SpfTerm */
    char *problem;    /* the syntax error that a receiver would see, or NULL */
} SpfRecord;

/* Whether a TXT record is an SPF record (RFC 7208 4.5). */
bool spf_is_record (const char *text);
SpfRecord *spf_record_parse (const char *text);
void spf_record_free (SpfRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpfRecord, spf_record_free)

/* What the record of a domain costs and hides (RFC 7208 4.6.4) when this question is asked. */
typedef struct {
    unsigned lookups;    /* of at most 10; counted on to SPF_MOST_WALKED */
    unsigned voids;      /* of at most 2 */
    bool incomplete;     /* an answer was missing: the counts are the least */
    char *missing;       /* "TXT spf.example.net: the resolver does not answer", or NULL */
    GPtrArray *problems; /* of char *: what makes it a permanent error or never match */
    GPtrArray *remarks;  /* of char *: what is not wise */
    char *all;           /* the "all" that decides, with its qualifier: "-all"; or NULL */
} SpfWalk;

enum { SPF_MOST_LOOKUPS = 10, SPF_MOST_VOIDS = 2, SPF_MOST_WALKED = 40 };

SpfWalk *spf_walk (const DnsSource *source, const SpfQuestion *question);
void spf_walk_free (SpfWalk *walk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpfWalk, spf_walk_free)

#endif
