/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_PIPELINE_H
#define LICET_PIPELINE_H

#include <glib.h>
#include <stdint.h>

#include "licet/engine.h"
#include "licet/envelope.h"
#include "licet/plan.h"

/*
 * The whole road of one message as one function: parse, classify, ask for consent, decide,
 * rewrite, render, sign. No side effect but the question to the store and what is taken of sending
 * limits, which goes back with the plan unless it is committed; so the daemon, the tool and the
 * tests call the same thing. bytes have CRLF lines.
 *
 * Fails with the error of the stage that could not go on; no recipient may get anything then.
 * Caller owns the plan. Thread-safe.
 */
Plan *pipeline_run (const Engine *engine, const Envelope *envelope, GBytes *bytes, int64_t now,
                    GError **error);

/* A message that the daemon itself wrote, signed as copies are: with one signature per key that fits the
 * From address, and as it is when none does. Errors as of signer_sign and signer_check. */
GBytes *pipeline_sign_own (const Engine *engine, GBytes *message, const SignerCopy *copy,
                           GError **error);

#endif
