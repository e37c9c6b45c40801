/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_CUT_CHARSET_H
#define MESSAGE_CUT_CHARSET_H

#include "cut.h"

/* Whether the ranges begin and end between characters, and what stays makes no new ones where it
 * meets: the text of the rest is then the rest of the text. Linear in the content. */
bool cut_keeps_characters (const Part *part, const GArray *ranges);

#endif
