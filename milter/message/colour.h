/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_COLOUR_H
#define MESSAGE_COLOUR_H

#include <stdbool.h>

/* A colour is 0xrrggbb, or one of these. */
#define COLOUR_UNKNOWN     (-1) /* cannot be told */
#define COLOUR_TRANSPARENT (-2)

/* The colour that a word in lower case means (CSS Color 4: names, hexadecimal, rgb()); false
 * when it is none. */
bool colour_parse (const char *word, int *ret_colour);

/* Whether text of one colour cannot be seen on the other. */
bool colour_blends (int text, int background);

#endif
