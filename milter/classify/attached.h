/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_ATTACHED_H
#define LICET_CLASSIFY_ATTACHED_H

#include "licet/message.h"

/* What an attachment is, for those who look into it. Pure. */

/* Whether its text is to be read: it says so, or begins like text. */
bool attached_is_text (const Message *message, unsigned number);

/* Whether a reader opens it as a mail. */
bool attached_is_message (const Leaf *leaf);

/* As such one, from its decoded bytes. NULL when it cannot be parsed. Caller frees. */
Message *attached_message (const Leaf *leaf, GBytes *content);

#endif
