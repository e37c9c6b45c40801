/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_TAG_H
#define MESSAGE_TAG_H

#include <string.h>

#include "charset.h"
#include "elements.h"
#include "look.h"
#include "part.h"
#include "sheet.h"

/* What the attributes of one start tag mean here; strings UTF-8, references resolved, NULL when
 * there is none. */
typedef struct {
    bool anchor; /* <a> or <area> */
    unsigned
        count;   /* attributes, LIMIT_HTML_ATTRIBUTES + 1 when there are more than are read */
    bool hinted; /* hints has something */
    char *href;
    char *alt;
    char *style;
    char *classes;
    char *id;
    LookRule hints; /* what other attributes than style say about the look */
} Tag;

/* Notes the attributes that hold text (notes.h), too. */
void tag_read (Tag *tag, Part *part, const char *data, CharsetDecoder *decoder,
               const HtmlToken *token);
void tag_clear (Tag *tag);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Tag, tag_clear)

/* In the header, so that the length of the name is a constant. */
static inline bool
tag_is_named (const char *data, const HtmlToken *token, const char *name)
{
    return token->name_length == strlen (name) && (data[token->name] | 0x20) == *name &&
           g_ascii_strncasecmp (data + token->name, name, token->name_length) == 0;
}

/* How the newest element of the part looks in its parent, by its attributes and the style sheets. */
Look tag_look (const Tag *tag, const Look *parent, Sheet *sheet, const Part *part);

/* Reads the style sheets of a leaf; what they add as text is noted. */
void tag_read_sheets (Sheet *sheet, Part *part, const char *data, size_t length,
                      CharsetDecoder *decoder);

#endif
