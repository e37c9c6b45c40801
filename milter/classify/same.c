/* SPDX-License-Identifier: BSD-2-Clause */

#include "same.h"

#include <string.h>

#include "licet/utf8.h"

/* Others that a text is compared with: somebody may write many of one hash. */
enum { MOST_COMPARED = 8 };

unsigned *
same_first (const char *const texts[], unsigned count)
{
    unsigned *first = g_new (unsigned, (gsize)count + 1);
    unsigned size = 16;

    while (size / 2 < count)
        size *= 2;
    g_autofree unsigned *slots = g_new0 (unsigned, size); /* one more than a number, or 0 */
    for (unsigned i = 0; i < count; i++) {
        unsigned at = texts[i] ? utf8_hash (texts[i]) % size : 0, compared = 0;
        first[i] = i;
        while (texts[i] && slots[at] != 0 && compared < MOST_COMPARED &&
               strcmp (texts[slots[at] - 1], texts[i]) != 0) {
            at = (at + 1) % size;
            compared++;
        }
        if (!texts[i] || compared == MOST_COMPARED)
            continue;
        slots[at] = slots[at] ? slots[at] : i + 1;
        first[i] = slots[at] - 1;
    }
    return first;
}
