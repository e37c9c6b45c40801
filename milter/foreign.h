/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_FOREIGN_H
#define LICET_FOREIGN_H

#include "licet/engine.h"
#include "licet/message.h"
#include "licet/plan.h"

/*
 * Signatures of others in a message (RFC 6376 6.1 lets there be several) and what an edit does to
 * them, by the setting existing_signatures. Only what they cover counts: a field added that they do
 * not cover is no harm. Our own are departure.h's; ARC and Authentication-Results are nobody's to
 * touch.
 */
typedef enum {
    FOREIGN_FINE,    /* nothing to do */
    FOREIGN_REMOVED, /* the variant got edits that remove them, and needs its bytes anew */
    FOREIGN_REFUSED, /* the copy would break one that is to be kept */
} ForeignVerdict;

/* The signatures of others in the message as it came. Array of ExistingSignature. */
GPtrArray *foreign_list (const Engine *engine, const Message *message);

/* Looks at a variant that has its bytes. resigned: our own signature would take their place.
 * *ret_reason is set, to be freed, with FOREIGN_REFUSED. */
ForeignVerdict foreign_settle (const Engine *engine, const Message *message,
                               const GPtrArray *signatures, bool resigned, Variant *variant,
                               char **ret_reason);

#endif
