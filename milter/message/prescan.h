/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_PRESCAN_H
#define MESSAGE_PRESCAN_H

#include <stdbool.h>
#include <stddef.h>

/* What the bytes hold before anybody interprets them. */
typedef struct {
    const char *oddity; /* bare CR or LF, or NUL: readers split lines differently; or NULL */
    const char *danger; /* why GMime must not see these bytes, or NULL */
} Prescan;

void prescan (const char *data, size_t length, Prescan *ret_prescan);

#endif
