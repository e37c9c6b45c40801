/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_EDGE_APPLY_H
#define LICET_EDGE_APPLY_H

#include <glib.h>
#include <libmilter/mfapi.h>
#include <stdbool.h>

#include "licet/plan.h"
#include "session.h"

/*
 * The only place that changes a message through libmilter, and only at its end. SMFIP_HDR_LEADSPC
 * is in force: values carry their leading blank themselves.
 */

/* Makes Postfix's copy equal to variant->bytes. INTERNAL when libmilter refuses; Postfix must
 * not keep the message then. */
bool apply_variant (SMFICTX *ctx, const Session *session, GBytes *original,
                    const Variant *variant, GError **error);

/* Has Postfix put the message into its hold queue. INTERNAL as above. */
bool apply_hold (SMFICTX *ctx, const char *reason, GError **error);

/* Adds the field that Postfix's milter_header_checks turns into a hand-over, and with `why` one that
 * tells the LMTP edge not to sign. A client that forges the latter harms itself. */
bool apply_route (SMFICTX *ctx, const char *why, GError **error);

/* Takes the mark of the second port off a copy. */
bool apply_unmark (SMFICTX *ctx, GError **error);

#endif
