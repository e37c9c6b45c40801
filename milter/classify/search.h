/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_SEARCH_H
#define LICET_CLASSIFY_SEARCH_H

#include "licet/classify.h"

/* What a message of that class counts as once it is searched for hidden promotion and for what can
 * be read in two ways. */
MessageClass search_class (const Message *message, const Words *words, MessageClass class);

#endif
