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
#include "notes.h"
#include "outline.h"
#include "sheet.h"
#include "tag.h"
#include "text.h"

/* A newsletter has some hundred links. */
#define MOST_LINKS 10000

/* Each costs gumbo as much as an element, of which they may be several. */
#define MOST_ATTRIBUTES (5 * LIMIT_HTML_ELEMENTS)

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
    Sheet sheet;
    unsigned drawings; /* svg and math elements that are open */
    unsigned attributes;
    bool too_many_attributes; /* in one tag */
} Reader;

static void
break_line (Reader *reader)
{
    size_t length = reader->text->len;

    if (length > 0 && reader->text->str[length - 1] != '\n')
        g_string_append_c (reader->text, '\n');
    notes_break (reader->part);
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
open_link (Reader *reader, const HtmlToken *token, Tag *tag, bool visible)
{
    GPtrArray *links = reader->part->leaf.links;

    close_link (reader);
    if (!tag->href || links->len >= MOST_LINKS)
        return;
    Link *link = g_new0 (Link, 1);
    link->target = g_steal_pointer (&tag->href);
    link->start = token->start;
    link->visible = visible;
    g_ptr_array_add (links, link);
    reader->link = link;
    reader->link_depth = reader->stack.depth;
    reader->link_text = reader->text->len;
    g_string_truncate (reader->link_image, 0);
    if (tag_is_named (reader->data, token, "area"))
        close_link (reader);
}

static Look
current_look (const Reader *reader)
{
    const OpenElement *top = elements_top (&reader->stack);

    return top && !reader->stack.exceeded ? top->look
                                          : look_initial (!reader->sheet.backgrounds);
}

static bool
is_drawing (const Reader *reader, const HtmlToken *token)
{
    return tag_is_named (reader->data, token, "svg") ||
           tag_is_named (reader->data, token, "math");
}

static Look
find_look (Reader *reader, const Element *element, const Tag *tag)
{
    Look parent = current_look (reader);
    if (reader->stack.exceeded)
        return parent;
    Look look = tag_look (tag, &parent, &reader->sheet, reader->part);

    if (element->flags & ELEMENT_HIDDEN)
        look.hidden |= HIDDEN_REMOVED;
    if (element->flags & ELEMENT_PROGRAM)
        look.hidden |= HIDDEN_PROGRAM;
    return look;
}

static void
read_tag (Reader *reader, const HtmlToken *token, const Element *element)
{
    g_auto (Tag) tag = { 0 };

    tag_read (&tag, reader->part, reader->data, &reader->decoder, token);
    reader->attributes += tag.count;
    if (tag.count > LIMIT_HTML_ATTRIBUTES)
        reader->too_many_attributes = true;
    reader->drawings += is_drawing (reader, token);
    outline_start (&reader->outline, token, &reader->stack, element);
    Look look = find_look (reader, element, &tag);
    bool visible = look.hidden == HIDDEN_NONE;
    if (tag.anchor)
        open_link (reader, token, &tag, visible);
    else if (reader->link && tag.alt && visible)
        g_string_append (reader->link_image, tag.alt);
    if (!visible)
        outline_hide (&reader->outline, &reader->stack);
    elements_push (&reader->stack, token, element, &look);
}

/* Past the bounds a tag without attributes can only break a line. */
static bool
is_bare (const Reader *reader, const HtmlToken *token)
{
    return token->end == token->name + token->name_length + 1 && !is_drawing (reader, token) &&
           !tag_is_named (reader->data, token, "a") &&
           !tag_is_named (reader->data, token, "area");
}

static void
take_start (Reader *reader, const HtmlToken *token)
{
    const Element *element = element_find (reader->data, token);

    elements_imply (&reader->stack, element);
    if (element->flags & ELEMENT_BLOCK)
        break_line (reader);
    if (!reader->stack.exceeded || !is_bare (reader, token))
        read_tag (reader, token, element);
}

static void
take_end (Reader *reader, const HtmlToken *token)
{
    const Element *element = element_find (reader->data, token);

    EndResult result = elements_end (&reader->stack, token, element);
    outline_end (&reader->outline, token, &reader->stack, result);
    if (reader->drawings > 0 && is_drawing (reader, token))
        reader->drawings--;
    if (reader->link &&
        (reader->stack.depth <= reader->link_depth || tag_is_named (reader->data, token, "a")))
        close_link (reader);
    if (element->flags & ELEMENT_BLOCK)
        break_line (reader);
}

/* Text that is not seen, or not by everybody. */
static void
note_text (Reader *reader, unsigned hidden, size_t start)
{
    const OpenElement *top = elements_top (&reader->stack);
    const char *how = "hidden";

    if (reader->drawings > 0)
        how = "svg";
    else if (hidden & HIDDEN_PROGRAM)
        return;
    else if (top && (top->element->flags & ELEMENT_HIDDEN))
        how = "unread";
    notes_add (reader->part, how, start, reader->scratch->str, reader->scratch->len);
}

static bool
has_letters (const char *text)
{
    return text[strspn (text, " \t\r\n\f")] != '\0';
}

/* Into scratch; most text has no character reference. */
static void
decode_text (Reader *reader, const HtmlToken *token)
{
    const char *text = reader->data + token->start;
    size_t length = token->end - token->start;

    g_string_truncate (reader->scratch, 0);
    if (token->literal || !memchr (text, '&', length)) {
        charset_decode (&reader->decoder, text, length, reader->scratch);
        return;
    }
    g_autoptr (GString) raw = g_string_sized_new (length + 1);
    charset_decode (&reader->decoder, text, length, raw);
    html_append_unescaped (reader->scratch, raw->str, raw->len);
}

static void
take_text (Reader *reader, const HtmlToken *token)
{
    TextRun run = { .start = token->start, .end = token->end };
    unsigned hidden = current_look (reader).hidden;

    decode_text (reader, token);
    if (hidden != HIDDEN_NONE || reader->drawings > 0)
        note_text (reader, hidden, run.start);
    if (hidden != HIDDEN_NONE)
        return;
    if (reader->drawings == 0 && has_letters (reader->scratch->str))
        notes_close (reader->part);
    run.text_start = reader->text->len;
    g_string_append_len (reader->text, reader->scratch->str, (gssize)reader->scratch->len);
    run.text_end = reader->text->len;
    g_array_append_val (reader->part->runs, run);
}

/* Outlook reads what stands in some comments. */
static void
take_comment (Reader *reader, const HtmlToken *token)
{
    size_t length = token->end - token->start;

    if (length < 12 || g_ascii_strncasecmp (reader->data + token->start, "<!--[if", 7) != 0)
        return;
    GString *comment = reader->scratch;
    g_string_truncate (comment, 0);
    charset_decode (&reader->decoder, reader->data + token->start, length, comment);
    notes_add_comment (reader->part, token->start, token->end, comment->str, comment->len);
}

/* In a drawing, and only there, it is text (WHATWG HTML 13.2.5.42). */
static void
take_cdata (Reader *reader, const HtmlToken *token)
{
    size_t start = token->start + strlen ("<![CDATA[");
    size_t end = token->end - 1;

    if (reader->drawings == 0 || start > end ||
        strncmp (reader->data + token->start, "<![CDATA[", strlen ("<![CDATA[")) != 0)
        return;
    g_autoptr (GString) text = g_string_sized_new (end - start);
    charset_decode (&reader->decoder, reader->data + start, end - start, text);
    notes_add (reader->part, "unread", token->start, text->str, text->len);
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
            take_text (reader, &token);
            break;
        case HTML_START:
            take_start (reader, &token);
            break;
        case HTML_END:
            take_end (reader, &token);
            break;
        case HTML_COMMENT:
            take_comment (reader, &token);
            break;
        case HTML_OTHER:
            take_cdata (reader, &token);
            break;
        }
    }
    close_link (reader);
}

static bool
has_many_references (const Reader *reader)
{
    size_t at = 0;
    unsigned count = 0;

    while (at < reader->length && count <= LIMIT_HTML_REFERENCES) {
        const char *found = memchr (reader->data + at, '&', reader->length - at);
        at = found ? (size_t)(found - reader->data) + 1 : reader->length;
        count += found != NULL;
    }
    return count > LIMIT_HTML_REFERENCES;
}

static void
lock_html (Part *part, const Reader *reader)
{
    const char *reason = NULL;

    if (reader->length > LIMIT_HTML_BYTES)
        reason = "its HTML is too long";
    else if (reader->stack.count > LIMIT_HTML_ELEMENTS)
        reason = "its HTML has too many elements";
    else if (reader->stack.exceeded)
        reason = "its HTML is nested too deep";
    else if (reader->too_many_attributes)
        reason = "a tag of its HTML has too many attributes";
    else if (reader->attributes > MOST_ATTRIBUTES)
        reason = "its HTML has too many attributes";
    else if (has_many_references (reader))
        reason = "its HTML has too many character references";
    else if (reader->sheet.cascade.exceeded)
        reason = "its style sheets have too many rules for its elements";
    else if (reader->sheet.exceeded)
        reason = "its style sheet has too many selectors";
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
    tag_read_sheets (&reader.sheet, part, reader.data, reader.length, &reader.decoder);
    read_tokens (&reader);
    lock_html (part, &reader);
    outline_finish (&reader.outline, &reader.stack, reader.length);
    charset_decoder_clear (&reader.decoder);
    sheet_clear (&reader.sheet);
    g_string_free (reader.scratch, TRUE);
    g_string_free (reader.link_image, TRUE);
    part->leaf.text = g_string_free (reader.text, FALSE);
}
