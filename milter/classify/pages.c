/* SPDX-License-Identifier: BSD-2-Clause */

#include "pages.h"

/* Two threads may make a page at once; the first one's is kept. */
void *
pages_make (Pages *pages, gunichar letter)
{
    char *page = g_malloc0 (pages->size * PAGE_LETTERS);
    void **place = &pages->pages[letter / PAGE_LETTERS];

    for (unsigned i = 0; i < PAGE_LETTERS; i++)
        pages->fill (letter / PAGE_LETTERS * PAGE_LETTERS + i, page + pages->size * i);
    if (!g_atomic_pointer_compare_and_exchange (place, NULL, page)) {
        g_free (page);
        return g_atomic_pointer_get (place);
    }
    return page;
}
