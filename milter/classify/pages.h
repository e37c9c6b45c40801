/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_PAGES_H
#define LICET_CLASSIFY_PAGES_H

#include <glib.h>

/*
 * What is known of each letter (of the planes that mail is written in), made when a letter of its
 * page is first asked for and kept: Unicode's tables are too dear to be asked for every letter of
 * a text. Lives as long as the process; may be asked from several threads.
 */
enum { PAGE_LETTERS = 16, PAGED_LETTERS = 0x20000 };

typedef struct {
    size_t size; /* of what is known of one letter */
    void (*fill) (gunichar letter, void *row);
    void *pages[PAGED_LETTERS / PAGE_LETTERS];
} Pages;

void *pages_make (Pages *pages, gunichar letter);

/* NULL for letters beyond PAGED_LETTERS. */
static inline const void *
pages_find (Pages *pages, gunichar letter)
{
    if (letter >= PAGED_LETTERS)
        return NULL;
    char *page = g_atomic_pointer_get (&pages->pages[letter / PAGE_LETTERS]);
    if (!page)
        page = pages_make (pages, letter);
    return page + pages->size * (letter % PAGE_LETTERS);
}

#endif
