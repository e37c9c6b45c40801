/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_MARKS_H
#define MESSAGE_MARKS_H

#include "part.h"

/* Appends the marked blocks of one leaf by offset, overlapping ones joined. Returns what is
 * wrong with the marks ("part 1.2, byte 345: …"), or NULL. Caller frees. */
char *marks_find (const Part *part, unsigned leaf, GArray *blocks);

#endif
