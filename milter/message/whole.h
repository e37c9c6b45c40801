/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_WHOLE_H
#define MESSAGE_WHOLE_H

#include "part.h"

/* See message_whole_text. */
char *whole_text (const Part *part, size_t start, size_t end);

#endif
