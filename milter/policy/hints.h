/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_HINTS_H
#define LICET_POLICY_HINTS_H

#include "licet/hints.h"
#include "rules.h"

/* What one group says of blocks: licet-policy.cfg itself, or a sender. */
typedef struct BlockSelectors {
    GPtrArray *promotional, *protected; /* of Selector */
    bool has_detection;
    BlockDetection detection;
    bool has_marked;
    MarkedTransaction marked;
} BlockSelectors;

/* The words of detect_blocks. */
extern const char *const block_detection_words[];
/* And those of marked_transaction. */
extern const char *const marked_transaction_words[];

BlockSelectors *block_selectors_read (const ConfNode *group, GPtrArray *problems);
void block_selectors_free (BlockSelectors *selectors);

/* The group "tracking" of licet-policy.cfg, or NULL. */
TrackingPatterns *tracking_patterns_read (const ConfNode *root, GPtrArray *problems);
void tracking_patterns_free (TrackingPatterns *patterns);

/* Borrows its arguments; own may be NULL. */
Hints *hints_new (const BlockSelectors *general, const BlockSelectors *own,
                  const TrackingPatterns *tracking);
void hints_free (Hints *hints);

#endif
