/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The elements of an HTML leaf as ranges of its source. It is what selectors and layout blocks
 * are found in; where a browser would build another tree, the judge refuses the cut.
 */

#include "outline.h"

#include <string.h>

#include "licet/utf8.h"

#include "charset.h"
#include "html.h"
#include "text.h"

void
outline_init (Outline *outline, Part *part, const char *data)
{
    outline->part = part;
    outline->data = data;
    outline->depth = 0;
    part->elements = g_array_new (FALSE, TRUE, sizeof (LeafElement));
    part->names = g_string_chunk_new (256);
}

/* Known names are constants; each other name is kept once. */
static const char *
lower_name (Outline *outline, const HtmlToken *token, const Element *element)
{
    if (*element->name)
        return element->name;
    g_autofree char *name =
        g_ascii_strdown (outline->data + token->name, (gssize)token->name_length);
    return g_string_chunk_insert_const (outline->part->names, name);
}

/* Ends what is open below a depth where something else ended it. */
static void
close_down_to (Outline *outline, unsigned depth, size_t end)
{
    while (outline->depth > depth) {
        unsigned number = outline->open[--outline->depth];
        LeafElement *open = &g_array_index (outline->part->elements, LeafElement, number);
        open->inner_end = open->end = end;
    }
}

void
outline_start (Outline *outline, const HtmlToken *token, const ElementStack *stack,
               const Element *element)
{
    if (stack->exceeded)
        return;
    close_down_to (outline, stack->depth, token->start);
    GArray *elements = outline->part->elements;
    LeafElement added = {
        .name = lower_name (outline, token, element),
        .parent = outline->depth > 0 ? (int)outline->open[outline->depth - 1] : -1,
        .start = token->start,
        .end = token->end,
        .inner_start = token->end,
        .inner_end = token->end,
        .whole = (element->flags & ELEMENT_VOID) != 0,
    };
    if (!added.whole)
        outline->open[outline->depth++] = elements->len;
    g_array_append_val (elements, added);
}

void
outline_hide (Outline *outline, const ElementStack *stack)
{
    GArray *elements = outline->part->elements;

    if (!stack->exceeded)
        g_array_index (elements, LeafElement, elements->len - 1).hidden = true;
}

void
outline_end (Outline *outline, const HtmlToken *token, const ElementStack *stack,
             EndResult result)
{
    if (stack->exceeded || result == END_IGNORED || outline->depth <= stack->depth)
        return;
    close_down_to (outline, stack->depth + 1, token->start);
    unsigned number = outline->open[--outline->depth];
    LeafElement *ended = &g_array_index (outline->part->elements, LeafElement, number);
    ended->inner_end = token->start;
    ended->end = token->end;
    ended->whole = result == END_NESTED;
}

void
outline_finish (Outline *outline, const ElementStack *stack, size_t length)
{
    close_down_to (outline, 0, length);
    if (stack->exceeded)
        g_clear_pointer (&outline->part->elements, g_array_unref);
}

static char *
decode_value (const Part *part, const char *raw, size_t length)
{
    g_auto (CharsetDecoder) decoder = { 0 };

    /* In what has markup at all ASCII is itself; opening a decoder is dear. */
    bool ascii = utf8_ascii_length (raw, length) == length;
    if (ascii && !memchr (raw, '&', length))
        return g_strndup (raw, length);
    g_autoptr (GString) text = g_string_new (NULL);
    GString *value = g_string_sized_new (length);
    if (ascii) {
        html_append_value (value, raw, length);
        return g_string_free (value, FALSE);
    }
    charset_decoder_init (&decoder, text_is_transcoded (part) ? NULL : part->leaf.charset);
    charset_decode (&decoder, raw, length, text);
    html_append_value (value, text->str, text->len);
    return g_string_free (value, FALSE);
}

/* Most differ in the first letter, before a call would pay. */
static bool
is_attribute (const char *data, const HtmlAttribute *attribute, const char *name)
{
    return attribute->name_length > 0 && ((data[attribute->name] ^ *name) & ~0x20) == 0 &&
           attribute->name_length == strlen (name) &&
           g_ascii_strncasecmp (data + attribute->name, name, attribute->name_length) == 0;
}

void
outline_attributes (const Part *part, unsigned element, const char *const *names,
                    char **ret_values)
{
    const LeafElement *found = &g_array_index (part->elements, LeafElement, element);
    const char *data = g_bytes_get_data (part->source, NULL);
    size_t position = found->start + 1 + strlen (found->name);
    HtmlAttribute attribute;

    for (unsigned i = 0; names[i]; i++)
        ret_values[i] = NULL;
    if (found->inner_start <= position + 1) /* "<p>" */
        return;
    while (html_next_attribute (data, found->inner_start, &position, &attribute))
        for (unsigned i = 0; names[i]; i++)
            if (!ret_values[i] && is_attribute (data, &attribute, names[i]))
                ret_values[i] =
                    decode_value (part, data + attribute.value, attribute.value_length);
}

char *
outline_attribute (const Part *part, unsigned element, const char *name)
{
    const char *const names[] = { name, NULL };
    char *value = NULL;

    outline_attributes (part, element, names, &value);
    return value;
}
