/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_HTMLTEXT_H
#define MESSAGE_HTMLTEXT_H

#include "part.h"

/* Fills text, links and runs of an HTML leaf from its content; past the bounds of limits.h the
 * leaf becomes locked. Linear in the content. */
void htmltext_read (Part *part);

#endif
