/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_PLAN_H
#define LICET_PLAN_H

#include <glib.h>
#include <stdbool.h>

#include "licet/classification.h"
#include "licet/decision.h"
#include "licet/edit.h"
#include "licet/envelope.h"
#include "licet/quota.h"
#include "licet/signer.h"

/*
 * Everything that was decided about one message: the copies to send with their bytes, who is
 * refused and who has to wait. Recipients are numbers into the envelope and into decisions.
 */
typedef enum {
    ROUTE_IN_PLACE, /* every recipient gets the same bytes now */
    ROUTE_SPLIT,    /* different copies, or some refused or waiting: through the LMTP edge */
    ROUTE_REFUSE,   /* every recipient is refused */
    ROUTE_DEFER,    /* every recipient has to wait */
} Route;

typedef struct {
    GArray *recipients;    /* of unsigned */
    GPtrArray *edits;      /* of Edit, signatures included, as last inserted: topmost first */
    GPtrArray *signatures; /* of Signature; empty when no key fits */
    GPtrArray *notes;      /* of char *: what may happen to the copy on its way, for people */
    char *unsigned_why;    /* why there is no signature, or NULL */
    char *unaligned_why;   /* why there is none for From, but for the envelope's sender; or NULL */
    char **signed_for;     /* the envelope's sender and its recipients when it was signed, as given,
                              ended by NULL; NULL: not signed by us */
    GBytes *bytes;         /* final */
    bool held;             /* for Postfix's hold queue */
    char *body_hash;       /* SHA-256 hex of the final body */
} Variant;

/* Where the time of a message goes: reading it; what it is; consent, policy and the copies; signing
 * them with all that comes last. */
typedef enum { PLAN_READ, PLAN_CLASSIFY, PLAN_DECIDE, PLAN_SIGN, PLAN_STAGES } PlanStage;

typedef struct {
    Route route;
    Classification *classification;
    GPtrArray *decisions; /* of Decision, by recipient number */
    GPtrArray *variants;  /* of Variant; empty for ROUTE_REFUSE and ROUTE_DEFER */
    char *message_id;     /* as in the header, or NULL */
    char *body_hash;      /* SHA-256 hex of the body as it came in */
    char *policy_version;
    char *campaign;  /* what the sender calls the mailing (X-Licet-Campaign), or NULL */
    char *template;  /* names the order of elements of the page that is read first; or NULL */
    char *untrusted; /* why mail of this client is not signed, or NULL */
    char *consent_failure; /* why the store did not answer, or NULL */
    QuotaHold *quotas;     /* what was taken for who gets a copy; NULL: nobody counts */
    GPtrArray *limits;     /* of text: the sending limits that the message comes under */
    int64_t microseconds[PLAN_STAGES]; /* spent; for who counts, nothing depends on them */
} Plan;

Variant *variant_new (void);
void variant_free (Variant *variant);
/* Whether it may go out on an envelope, to these of its recipients (numbers, rising): the sender is
 * the one that it was signed for, and each of them too. True for what nobody signed. INTERNAL, and
 * it must not leave, otherwise. */
bool variant_is_for (const Variant *variant, const Envelope *envelope, const GArray *recipients,
                     GError **error);
Plan *plan_new (void);
void plan_free (Plan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Variant, variant_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Plan, plan_free)

const char *route_word (Route route);
const char *plan_stage_word (PlanStage stage);
const Decision *plan_decision (const Plan *plan, unsigned recipient);
/* The variant that a recipient gets, or -1 when refused or waiting. */
int plan_variant_of (const Plan *plan, unsigned recipient);

/* Whether a recipient is one of these (array of unsigned); all are when it is NULL. */
bool plan_is_among (const GArray *only, unsigned recipient);

#endif
