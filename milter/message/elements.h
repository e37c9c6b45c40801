/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_ELEMENTS_H
#define MESSAGE_ELEMENTS_H

#include "licet/limits.h"

#include "html.h"
#include "look.h"

/* What an element means for reading a mail. */
enum {
    ELEMENT_VOID = 1 << 0,    /* has no end tag */
    ELEMENT_BLOCK = 1 << 1,   /* begins and ends a line */
    ELEMENT_HIDDEN = 1 << 2,  /* its text is not for reading */
    ELEMENT_OPEN = 1 << 3,    /* its end tag may be left out */
    ELEMENT_CELL = 1 << 4,    /* end tags of other elements do not reach out of it */
    ELEMENT_TABLE = 1 << 5,   /* part of a table's structure */
    ELEMENT_PROGRAM = 1 << 6, /* its text is for no reader at all */
};

typedef struct {
    const char *name;
    unsigned flags;
    unsigned kind;   /* one bit for elements that others close, see elements.c */
    unsigned closes; /* kinds that its start tag ends by itself (13.1.2.4) */
} Element;

/* Never NULL: unknown elements share one row without flags. */
const Element *element_find (const char *data, const HtmlToken *token);

typedef struct {
    const Element *element;
    size_t name, name_length;
    Look look;
} OpenElement;

/*
 * The elements that are open at a point of the source. It is no tree builder: it bounds the
 * depth that gumbo's tree can have. Elements that end out of order may stay open in gumbo, so
 * they count as depth for ever (slack).
 */
typedef struct {
    const char *data;
    OpenElement open[LIMIT_HTML_DEPTH];
    unsigned depth, slack;
    size_t clones;   /* how many elements gumbo may have to open again */
    size_t searched; /* how many open elements end tags were compared with */
    unsigned count;  /* start tags */
    bool exceeded;   /* a bound is passed; the stack is no longer kept */
} ElementStack;

typedef enum {
    END_IGNORED,   /* nothing of that name can be closed here */
    END_NESTED,    /* in order; the stack's depth is now that of the element's parent */
    END_MISNESTED, /* out of order */
} EndResult;

void elements_init (ElementStack *stack, const char *data);
/* Before a start tag: closes what it ends by itself ("<li>" after "<li>"). */
void elements_imply (ElementStack *stack, const Element *element);
/* Puts an element on the stack unless it is void; the look may be NULL. */
void elements_push (ElementStack *stack, const HtmlToken *token, const Element *element,
                    const Look *look);
EndResult elements_end (ElementStack *stack, const HtmlToken *token, const Element *element);
const OpenElement *elements_top (const ElementStack *stack);

#endif
