/* SPDX-License-Identifier: BSD-2-Clause */

#include "marked.h"

#include <string.h>

unsigned
marked_count (const Squeezed *page, const char *text, SqueezeKind kind)
{
    size_t length = strlen (page->mark);
    unsigned count = 0;

    for (text = strstr (text, page->mark); text; text = strstr (text + length, page->mark))
        count += text[length] == (char)kind;
    return count;
}

SqueezeKind
marked_kind (const Squeezed *page, const GumboNode *node)
{
    const GumboElement *element = &node->v.element;
    size_t length = strlen (page->mark);

    if (element->attributes.length != 1 || element->tag_namespace != GUMBO_NAMESPACE_HTML ||
        !element->original_tag.data)
        return SQUEEZE_NOTHING;
    GumboStringPiece name = ((GumboAttribute *)element->attributes.data[0])->original_name;
    return name.length > length && memcmp (name.data, page->mark, length) == 0
               ? (SqueezeKind)name.data[length]
               : SQUEEZE_NOTHING;
}

/* Whether it has only the letter: no formatting element was opened around it. */
static bool
has_letter_alone (const GumboElement *element)
{
    if (element->children.length != 1)
        return false;
    const GumboNode *text = element->children.data[0];
    return text->type == GUMBO_NODE_TEXT && strcmp (text->v.text.text, SQUEEZE_LETTER) == 0;
}

static bool
is_formatting (GumboTag tag)
{
    static const GumboTag tags[] = {
        GUMBO_TAG_A,    GUMBO_TAG_B,      GUMBO_TAG_BIG,    GUMBO_TAG_CODE, GUMBO_TAG_EM,
        GUMBO_TAG_FONT, GUMBO_TAG_I,      GUMBO_TAG_NOBR,   GUMBO_TAG_S,    GUMBO_TAG_SMALL,
        GUMBO_TAG_TT,   GUMBO_TAG_STRIKE, GUMBO_TAG_STRONG, GUMBO_TAG_U,
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (tags); i++)
        if (tags[i] == tag)
            return true;
    return false;
}

/* Nodes that gumbo moved may not stand around what they stood around. */
static bool
is_moved (const GumboNode *node)
{
    return (node->parse_flags & (GUMBO_INSERTION_ADOPTION_AGENCY_CLONED |
                                 GUMBO_INSERTION_ADOPTION_AGENCY_MOVED)) != 0;
}

/* Whether what stands around a block up to its cell lets it read alike. */
static bool
lets_read_alike (const GumboNode *block, bool formatted)
{
    unsigned formatting = 0;

    for (const GumboNode *node = block; node && node->type != GUMBO_NODE_DOCUMENT;
         node = node->parent) {
        GumboTag tag = node->v.element.tag;
        if (node->v.element.tag_namespace != GUMBO_NAMESPACE_HTML ||
            (formatted && (is_moved (node) || (tag == GUMBO_TAG_A && node != block))))
            return false;
        if (tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH)
            break;
        formatting += node != block && is_formatting (tag);
    }
    return !formatted || formatting <= 2;
}

/* Whether the blank behind several blocks stands there. */
static bool
has_blank_behind (const GumboNode *node)
{
    const GumboVector *all = node->parent->type == GUMBO_NODE_DOCUMENT
                                 ? &node->parent->v.document.children
                                 : &node->parent->v.element.children;

    return node->index_within_parent + 1 < all->length &&
           ((GumboNode *)all->data[node->index_within_parent + 1])->type ==
               GUMBO_NODE_WHITESPACE;
}

bool
marked_stands_free (const GumboNode *node, SqueezeKind kind)
{
    bool formatted = kind == SQUEEZE_FORMATTED || kind == SQUEEZE_FORMATTED_RUN;
    bool run = kind == SQUEEZE_RUN || kind == SQUEEZE_FORMATTED_RUN;

    return has_letter_alone (&node->v.element) && lets_read_alike (node, formatted) &&
           (!run || has_blank_behind (node));
}
