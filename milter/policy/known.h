/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_KNOWN_H
#define LICET_POLICY_KNOWN_H

#include "rules.h"

/* One group of "known_mail"; NULL when there is a problem. */
KnownMail *known_read (const ConfNode *node, GPtrArray *problems);
void known_free (KnownMail *known);

#endif
