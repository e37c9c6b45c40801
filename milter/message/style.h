/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_STYLE_H
#define MESSAGE_STYLE_H

#include <stddef.h>

/* Why text is not seen; bits, since children inherit some and can undo others. */
enum {
    HIDDEN_NONE = 0,
    HIDDEN_REMOVED = 1 << 0,   /* display: none and its like: nothing inside is shown */
    HIDDEN_INVISIBLE = 1 << 1, /* visibility: hidden, until a child is visible */
    HIDDEN_TINY = 1 << 2,      /* font-size: 0 or 1px, until a child has a size */
};

/* What is hidden inside an element with this style attribute, given what its parent hides. */
unsigned style_hidden (const char *style, size_t length, unsigned inherited);

#endif
