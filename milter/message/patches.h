/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_PATCHES_H
#define MESSAGE_PATCHES_H

#include <glib.h>

/* Bytes [start, end) that give way to a text. */
typedef struct {
    size_t start, end;
    char *text;
} Patch;

GArray *patches_new (void);

/* Takes text. Patches may come in any order, but must not overlap. */
void patches_add (GArray *patches, size_t start, size_t end, char *text);

/* Sorts them by place; those at one place keep the order in which they were added. */
GBytes *patches_apply (GArray *patches, GBytes *bytes);

#endif
