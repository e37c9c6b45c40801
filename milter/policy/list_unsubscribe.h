/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_LIST_UNSUBSCRIBE_H
#define LICET_POLICY_LIST_UNSUBSCRIBE_H

#include "licet/message.h"

/* How often a field of that name stands in the header. */
unsigned list_unsubscribe_count (const Message *message, const char *name);
/* RFC 2369 3: an address in angle brackets. */
bool list_unsubscribe_is_valid (const Message *message);
/* RFC 8058 3.1: one https address, others may follow; and the other field word by word. */
bool list_unsubscribe_is_one_click (const Message *message);

#endif
