/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_SHEET_H
#define MESSAGE_SHEET_H

#include "cascade.h"

/*
 * The style sheets of a leaf on every screen: rules of one name or two ("*", "td", ".note",
 * "td.note", "#x", "td#x") by look-up, others as far as selectors go that are known here
 * (selector.h). What is hidden by others counts as seen: mail programs differ in them.
 */
typedef struct {
    GHashTable *rules;   /* selector to LookRule; NULL when there is none */
    Cascade cascade;     /* rules of other selectors */
    GArray *found;       /* of CascadeRule, for the element that is looked up */
    LookRule classes[2]; /* what its classes say, and those with its type */
    GString *content;    /* what "content:" adds, or NULL */
    unsigned order;
    bool types;       /* some selector is a type alone, or "*" */
    bool typed;       /* some selector is of a type with a class or id */
    bool backgrounds; /* some selector that is not understood sets one */
    bool exceeded;    /* there are more selectors than are read */
} Sheet;

/* Adds a style sheet of the leaf, UTF-8. Linear in its length. */
void sheet_add (Sheet *sheet, const char *css, size_t length);
void sheet_clear (Sheet *sheet);

/* What the sheets say about the newest element of the part, into rule; has to be called for every
 * element, its name in lower case, classes and id as written in its attributes, NULL for none.
 * Linear in the length of the classes. False when that is nothing. */
bool sheet_find (Sheet *sheet, const Part *part, const char *name, const char *classes,
                 const char *id, LookRule *rule);

#endif
