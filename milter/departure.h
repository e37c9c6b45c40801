/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_DEPARTURE_H
#define LICET_DEPARTURE_H

#include "licet/engine.h"
#include "licet/envelope.h"
#include "licet/message.h"
#include "licet/plan.h"

/*
 * The last step of a copy: made fit for the way, signed, and looked at as a receiver would. It
 * follows the edits, since nothing may change after the signature.
 */
typedef struct {
    const Engine *engine;
    const Envelope *envelope;
    const Message *message; /* as it came in */
    const char *body_hash;  /* of its body */
    const char *untrusted;  /* see departure_distrust */
    int64_t now;
} Departure;

/* Gives the variant, which has the bytes of its edits, its final bytes, its signatures or the
 * reason for none, its notes and the hash of its body. Errors as of signer_sign. */
bool departure_prepare (const Departure *departure, Variant *variant, GError **error);

/* See pipeline_sign_own. */
GBytes *departure_sign_own (const Engine *engine, GBytes *message, const SignerCopy *copy,
                            GError **error);

/* Why mail of this client is not to be signed, whatever keys there are; or NULL. Who logged in, and
 * whom trusted_hosts names, is trusted; so is a tool, which has no client. Caller frees. */
char *departure_distrust (const Engine *engine, const Envelope *envelope,
                          const Message *message);

/* SHA-256 in hex of what follows the first empty line. Caller frees. */
char *departure_body_hash (GBytes *bytes);

#endif
