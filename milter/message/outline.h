/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_OUTLINE_H
#define MESSAGE_OUTLINE_H

#include "elements.h"
#include "part.h"

/* Builds the LeafElements of a leaf while its tokens are read, next to an ElementStack. */
typedef struct {
    Part *part;
    const char *data;
    unsigned open[LIMIT_HTML_DEPTH + 1]; /* numbers of the elements that are open, by depth */
    unsigned depth;
} Outline;

void outline_init (Outline *outline, Part *part, const char *data);
/* A start tag, when the stack has closed what it ends and has not got the element yet. */
void outline_start (Outline *outline, const HtmlToken *token, const ElementStack *stack,
                    const Element *element);
/* It is not seen. */
void outline_hide (Outline *outline, const ElementStack *stack);
/* An end tag, with what the stack made of it. */
void outline_end (Outline *outline, const HtmlToken *token, const ElementStack *stack,
                  EndResult result);
/* The end of the leaf; drops everything when a bound was passed. */
void outline_finish (Outline *outline, const ElementStack *stack, size_t length);

/* See message_element_attribute. */
char *outline_attribute (const Part *part, unsigned element, const char *name);
/* See message_element_attributes. */
void outline_attributes (const Part *part, unsigned element, const char *const *names,
                         char **ret_values);

#endif
