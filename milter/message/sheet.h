/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_SHEET_H
#define MESSAGE_SHEET_H

#include "look.h"

/*
 * The style sheets of a leaf, as far as simple selectors go: "*", "td", ".note", "td.note", "#x",
 * "td#x" and lists of them, on every screen. What other selectors hide counts as seen: mail
 * programs differ in them.
 */
typedef struct {
    GHashTable *rules; /* selector to LookRule; NULL when there is none */
    GString *content;  /* what "content:" adds, or NULL */
    unsigned order;
    bool typed;       /* some selector is of a type with a class or id */
    bool backgrounds; /* some selector that is not understood sets one */
    bool exceeded;    /* there are more selectors than are read */
} Sheet;

/* Adds a style sheet of the leaf, UTF-8. Linear in its length. */
void sheet_add (Sheet *sheet, const char *css, size_t length);
void sheet_clear (Sheet *sheet);

/* What the sheets say about an element, into rule; the name in lower case, classes and id as
 * written in its attributes, NULL for none. Linear in the length of the classes. */
void sheet_find (const Sheet *sheet, const char *name, const char *classes, const char *id,
                 LookRule *rule);

#endif
