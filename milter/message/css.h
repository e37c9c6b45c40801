/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_CSS_H
#define MESSAGE_CSS_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * The grammar of style sheets (CSS Syntax Level 3) as far as rules and declarations go. All
 * functions are linear in what they pass over.
 */

/* Without comments and the arrows of HTML comments, and with the escapes of letters resolved:
 * a name can be written in many ways. Caller frees. */
GString *css_clean (const char *text, size_t length);

typedef struct {
    size_t name, name_length;
    size_t value, value_length; /* without "!important" */
    bool important;
} CssDeclaration;

/* The declaration at or after *position of a cleaned text; false when there are no more. */
bool css_next_declaration (const char *css, size_t length, size_t *position,
                           CssDeclaration *ret_declaration);

/* Where the block ends whose brace stands before position: at its closing brace. */
size_t css_block_end (const char *css, size_t length, size_t position);

/* The first of one or two stops at or after position that is not in quotes or parentheses. */
size_t css_find (const char *css, size_t length, size_t position, const char *stops);

/* Appends the strings of "content" and other declarations whose strings are shown, their escapes
 * resolved. */
void css_append_content (GString *out, const char *css, size_t length);

/* Whether a list of media queries holds on every screen: what only the narrow or only the wide show
 * is not meant. */
bool css_media_holds (const char *media, size_t length);

#endif
