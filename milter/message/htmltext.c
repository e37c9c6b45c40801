/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What a person reads in an HTML leaf: one pass over the tokens that keeps, for every stretch of
 * text, where in the source it came from.
 */

#include "htmltext.h"

#include <string.h>

#include "charset.h"
#include "elements.h"
#include "html.h"
#include "outline.h"
#include "style.h"
#include "text.h"

/* A newsletter has some hundred links. */
#define MOST_LINKS 10000

typedef struct {
    Part *part;
    const char *data;
    size_t length;
    CharsetDecoder decoder;
    GString *text;
    GString *scratch;
    ElementStack stack;
    Outline outline;
    Link *link;          /* the anchor that is open */
    unsigned link_depth; /* of the stack below it */
    size_t link_text;    /* where its text begins */
    GString *link_image; /* the alternative text of images in it */
    bool too_many_attributes;
} Reader;

/* What the attributes of one start tag mean here; strings UTF-8, references resolved. */
typedef struct {
    bool anchor; /* <a> or <area> */
    unsigned hidden;
    char *href;
    char *alt;
} TagFacts;

static bool
is_named (const Reader *reader, size_t name, size_t length, const char *wanted)
{
    return length == strlen (wanted) &&
           g_ascii_strncasecmp (reader->data + name, wanted, length) == 0;
}

static char *
read_value (Reader *reader, const HtmlAttribute *attribute)
{
    GString *value = g_string_new (NULL);

    g_string_truncate (reader->scratch, 0);
    charset_decode (&reader->decoder, reader->data + attribute->value, attribute->value_length,
                    reader->scratch);
    html_append_unescaped (value, reader->scratch->str, reader->scratch->len);
    return g_string_free (value, FALSE);
}

static unsigned
read_style (Reader *reader, const HtmlAttribute *attribute, unsigned hidden)
{
    const char *raw = reader->data + attribute->value;

    if (!memchr (raw, '&', attribute->value_length))
        return style_hidden (raw, attribute->value_length, hidden);
    g_autofree char *style = read_value (reader, attribute);
    return style_hidden (style, strlen (style), hidden);
}

static void
read_attribute (Reader *reader, const HtmlAttribute *attribute, TagFacts *facts)
{
    size_t name = attribute->name, length = attribute->name_length;

    if (is_named (reader, name, length, "style"))
        facts->hidden = read_style (reader, attribute, facts->hidden);
    else if (is_named (reader, name, length, "hidden"))
        facts->hidden |= HIDDEN_REMOVED;
    else if (facts->anchor && !facts->href && is_named (reader, name, length, "href"))
        facts->href = g_strstrip (read_value (reader, attribute));
    else if (reader->link && !facts->alt && is_named (reader, name, length, "alt"))
        facts->alt = read_value (reader, attribute);
}

static void
read_attributes (Reader *reader, const HtmlToken *token, TagFacts *facts)
{
    size_t position = token->name + token->name_length;
    HtmlAttribute attribute;
    unsigned count = 0;

    while (html_next_attribute (reader->data, token->end, &position, &attribute)) {
        if (++count > LIMIT_HTML_ATTRIBUTES) {
            reader->too_many_attributes = true;
            return;
        }
        read_attribute (reader, &attribute, facts);
    }
}

static void
break_line (Reader *reader)
{
    size_t length = reader->text->len;

    if (length > 0 && reader->text->str[length - 1] != '\n')
        g_string_append_c (reader->text, '\n');
}

/* An anchor around an image alone is named by the image's alternative text. */
static void
close_link (Reader *reader)
{
    if (!reader->link)
        return;
    char *text = text_collapse (reader->text->str + MIN (reader->link_text, reader->text->len));
    if (!*text) {
        g_free (text);
        text = text_collapse (reader->link_image->str);
    }
    reader->link->text = text;
    reader->link = NULL;
}

static void
open_link (Reader *reader, const HtmlToken *token, TagFacts *facts)
{
    GPtrArray *links = reader->part->leaf.links;

    close_link (reader);
    if (!facts->href || links->len >= MOST_LINKS)
        return;
    Link *link = g_new0 (Link, 1);
    link->target = g_steal_pointer (&facts->href);
    link->start = token->start;
    link->visible = facts->hidden == HIDDEN_NONE;
    g_ptr_array_add (links, link);
    reader->link = link;
    reader->link_depth = reader->stack.depth;
    reader->link_text = reader->text->len;
    g_string_truncate (reader->link_image, 0);
    if (is_named (reader, token->name, token->name_length, "area"))
        close_link (reader);
}

static unsigned
current_hidden (const Reader *reader)
{
    const OpenElement *top = elements_top (&reader->stack);

    return top && !reader->stack.exceeded ? top->hidden : HIDDEN_NONE;
}

static void
take_start (Reader *reader, const HtmlToken *token)
{
    const Element *element = element_find (reader->data, token);

    elements_imply (&reader->stack, element);
    if (element->flags & ELEMENT_BLOCK)
        break_line (reader);
    TagFacts facts = { .hidden = current_hidden (reader) };
    facts.anchor = is_named (reader, token->name, token->name_length, "a") ||
                   is_named (reader, token->name, token->name_length, "area");
    read_attributes (reader, token, &facts);
    if (element->flags & ELEMENT_HIDDEN)
        facts.hidden |= HIDDEN_REMOVED;
    if (facts.anchor)
        open_link (reader, token, &facts);
    else if (reader->link && facts.alt && facts.hidden == HIDDEN_NONE)
        g_string_append (reader->link_image, facts.alt);
    outline_start (&reader->outline, token, &reader->stack, element,
                   facts.hidden != HIDDEN_NONE);
    elements_push (&reader->stack, token, element, facts.hidden);
    g_free (facts.href);
    g_free (facts.alt);
}

static void
take_end (Reader *reader, const HtmlToken *token)
{
    const Element *element = element_find (reader->data, token);

    EndResult result = elements_end (&reader->stack, token, element);
    outline_end (&reader->outline, token, &reader->stack, result);
    if (reader->link && (reader->stack.depth <= reader->link_depth ||
                         is_named (reader, token->name, token->name_length, "a")))
        close_link (reader);
    if (element->flags & ELEMENT_BLOCK)
        break_line (reader);
}

static void
take_text (Reader *reader, size_t start, size_t end)
{
    TextRun run = { .start = start, .end = end, .text_start = reader->text->len };

    if (current_hidden (reader) != HIDDEN_NONE)
        return;
    g_string_truncate (reader->scratch, 0);
    charset_decode (&reader->decoder, reader->data + start, end - start, reader->scratch);
    html_append_unescaped (reader->text, reader->scratch->str, reader->scratch->len);
    run.text_end = reader->text->len;
    g_array_append_val (reader->part->runs, run);
}

static void
read_tokens (Reader *reader)
{
    HtmlScanner scanner;
    HtmlToken token;

    html_scanner_init (&scanner, reader->data, reader->length);
    while (html_next (&scanner, &token)) {
        switch (token.kind) {
        case HTML_TEXT:
            take_text (reader, token.start, token.end);
            break;
        case HTML_START:
            take_start (reader, &token);
            break;
        case HTML_END:
            take_end (reader, &token);
            break;
        case HTML_COMMENT:
        case HTML_OTHER:
            break;
        }
    }
    close_link (reader);
}

static void
lock_html (Part *part, const Reader *reader)
{
    const char *reason = NULL;

    if (reader->length > LIMIT_HTML_BYTES)
        reason = "its HTML is too long";
    else if (reader->stack.exceeded)
        reason = "its HTML is nested too deep";
    else if (reader->too_many_attributes)
        reason = "a tag of its HTML has too many attributes";
    if (reason && !part->leaf.locked)
        part->leaf.locked = g_strdup (reason);
}

void
htmltext_read (Part *part)
{
    Reader reader = { .part = part };

    part->source = text_source (part);
    reader.data = g_bytes_get_data (part->source, &reader.length);
    charset_decoder_init (&reader.decoder,
                          text_is_transcoded (part) ? NULL : part->leaf.charset);
    elements_init (&reader.stack, reader.data);
    outline_init (&reader.outline, part, reader.data);
    reader.text = g_string_sized_new (reader.length / 4 + 1);
    reader.scratch = g_string_new (NULL);
    reader.link_image = g_string_new (NULL);
    read_tokens (&reader);
    lock_html (part, &reader);
    outline_finish (&reader.outline, &reader.stack, reader.length);
    charset_decoder_clear (&reader.decoder);
    g_string_free (reader.scratch, TRUE);
    g_string_free (reader.link_image, TRUE);
    part->leaf.text = g_string_free (reader.text, FALSE);
}
