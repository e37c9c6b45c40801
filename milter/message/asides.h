/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_ASIDES_H
#define MESSAGE_ASIDES_H

#include "licet/message.h"
#include "part.h"

/* See message_asides. */
GPtrArray *asides_of_leaf (const Part *part);

/* See message_page_text. */
char *asides_page_text (const char *data, size_t length);

#endif
