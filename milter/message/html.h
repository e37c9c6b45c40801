/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_HTML_H
#define MESSAGE_HTML_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * A tokenizer for HTML (WHATWG HTML 13.2.5) that builds nothing: it hands out byte ranges of the
 * source, in one linear pass and constant memory. Every byte belongs to exactly one token.
 */
typedef enum {
    HTML_TEXT,
    HTML_START,
    HTML_END,
    HTML_COMMENT, /* <!-- … --> only */
    HTML_OTHER,   /* doctype, processing instruction, bogus comment, unfinished tag */
} HtmlKind;

typedef struct {
    HtmlKind kind;
    size_t start, end;
    size_t name, name_length; /* of a tag */
    bool literal;             /* text in which nothing is a reference (13.2.5.3, 13.2.5.5) */
} HtmlToken;

typedef struct {
    const char *data;
    size_t length;
    size_t position;
    const char *raw; /* the element whose text is being read undivided, or NULL */
} HtmlScanner;

void html_scanner_init (HtmlScanner *scanner, const char *data, size_t length);
bool html_next (HtmlScanner *scanner, HtmlToken *ret_token);

typedef struct {
    size_t name, name_length;
    size_t value, value_length; /* without quotes; references as written */
} HtmlAttribute;

/* The attribute at or after *position within a start tag that ends at end; *position begins as
 * name + name_length of the tag and moves on. False when there are no more. */
bool html_next_attribute (const char *data, size_t end, size_t *position,
                          HtmlAttribute *ret_attribute);

/* Append UTF-8 text, or the value of an attribute, with its character references resolved. */
void html_append_unescaped (GString *out, const char *text, size_t length);
void html_append_value (GString *out, const char *value, size_t length);

#endif
