/* SPDX-License-Identifier: BSD-2-Clause */

/* Attributes: where a link goes, how an element looks, and what text they hold. */

#include "tag.h"

#include <string.h>

#include "licet/utf8.h"

#include "css.h"
#include "html.h"
#include "notes.h"

/* The attributes that hold text; those of form fields only there. */
static const struct {
    const char *name, *how;
    size_t length;
    bool field;
} texts[] = {
    { "alt", "alt", 3, false },
    { "title", "title", 5, false },
    { "aria-label", "aria-label", 10, false },
    { "aria-description", "aria-label", 16, false },
    { "aria-roledescription", "aria-label", 20, false },
    { "aria-valuetext", "aria-label", 14, false },
    { "label", "title", 5, false },
    { "summary", "title", 7, false },
    { "abbr", "title", 4, false },
    { "content", "title", 7, false },
    { "[text]", "title", 6, false },
    { "placeholder", "placeholder", 11, true },
    { "value", "value", 5, true },
};

/* The attributes that change the look. */
static const struct {
    const char *name;
    size_t length;
    LookProperty property;
} hints[] = {
    { "hidden", 6, LOOK_DISPLAY }, { "bgcolor", 7, LOOK_BACKGROUND }, { "color", 5, LOOK_TEXT },
    { "text", 4, LOOK_TEXT },      { "background", 10, LOOK_IMAGE },
};

typedef struct {
    Tag *tag;
    Part *part;
    const char *data;
    CharsetDecoder *decoder;
    const HtmlToken *token;
    bool field;
} TagReader;

static bool
is_named (const TagReader *reader, const HtmlAttribute *attribute, const char *name,
          size_t length)
{
    const char *given = reader->data + attribute->name;

    return attribute->name_length == length && (*given | 0x20) == (*name | 0x20) &&
           g_ascii_strncasecmp (given, name, length) == 0;
}

static char *
read_value (const TagReader *reader, const HtmlAttribute *attribute)
{
    const char *given = reader->data + attribute->value;
    size_t length = attribute->value_length;

    /* Where ASCII is itself, most values are what they are. */
    if (reader->decoder->ascii && utf8_ascii_length (given, length) == length &&
        !memchr (given, '&', length))
        return g_strndup (given, length);
    g_autoptr (GString) raw = g_string_sized_new (length);
    GString *value = g_string_sized_new (length);

    charset_decode (reader->decoder, reader->data + attribute->value, attribute->value_length,
                    raw);
    html_append_value (value, raw->str, raw->len);
    return g_string_free (value, FALSE);
}

/* Of two attributes of one name the first counts (13.2.5.33). */
static bool
take (const TagReader *reader, const HtmlAttribute *attribute, const char *name, size_t length,
      char **value)
{
    if (!is_named (reader, attribute, name, length))
        return false;
    if (!*value)
        *value = read_value (reader, attribute);
    return true;
}

static void
take_hint (const TagReader *reader, const HtmlAttribute *attribute)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (hints); i++)
        if (is_named (reader, attribute, hints[i].name, hints[i].length)) {
            reader->tag->hinted = true;
            if (!reader->tag->hints.slots[hints[i].property].set)
                look_set (&reader->tag->hints, hints[i].property,
                          reader->data + attribute->value, attribute->value_length);
            return;
        }
}

static void
note_text (const TagReader *reader, const HtmlAttribute *attribute)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++)
        if (is_named (reader, attribute, texts[i].name, texts[i].length) &&
            (reader->field || !texts[i].field)) {
            g_autofree char *value = read_value (reader, attribute);
            notes_close (reader->part);
            notes_add (reader->part, texts[i].how, reader->token->start, value, strlen (value));
            notes_close (reader->part);
            return;
        }
}

static void
read_attribute (const TagReader *reader, const HtmlAttribute *attribute)
{
    Tag *tag = reader->tag;

    if (take (reader, attribute, "style", 5, &tag->style) ||
        take (reader, attribute, "class", 5, &tag->classes) ||
        take (reader, attribute, "id", 2, &tag->id) ||
        (tag->anchor && take (reader, attribute, "href", 4, &tag->href)))
        return;
    (void)take (reader, attribute, "alt", 3, &tag->alt);
    take_hint (reader, attribute);
    note_text (reader, attribute);
}

/* No program shows it today, but standards are free to (CSS Generated Content 3). */
static void
note_content (const Tag *tag, Part *part, size_t start)
{
    if (!tag->style || !strpbrk (tag->style, "\"'"))
        return;
    g_autoptr (GString) text = g_string_new (NULL);
    g_autoptr (GString) clean = css_clean (tag->style, strlen (tag->style));
    css_append_content (text, clean->str, clean->len);
    if (text->len == 0)
        return;
    notes_close (part);
    notes_add (part, "css-content", start, text->str, text->len);
    notes_close (part);
}

void
tag_read (Tag *tag, Part *part, const char *data, CharsetDecoder *decoder,
          const HtmlToken *token)
{
    TagReader reader = {
        .tag = tag, .part = part, .data = data, .decoder = decoder, .token = token
    };
    size_t position = token->name + token->name_length;
    HtmlAttribute attribute;

    tag->anchor = tag_is_named (data, token, "a") || tag_is_named (data, token, "area");
    if (token->end == position + 1)
        return;
    reader.field = tag_is_named (data, token, "input") ||
                   tag_is_named (data, token, "textarea") ||
                   tag_is_named (data, token, "option");
    while (tag->count <= LIMIT_HTML_ATTRIBUTES &&
           html_next_attribute (data, token->end, &position, &attribute))
        if (++tag->count <= LIMIT_HTML_ATTRIBUTES && attribute.name_length > 1)
            read_attribute (&reader, &attribute);
    if (tag->href)
        g_strstrip (tag->href);
    note_content (tag, part, token->start);
}

void
tag_clear (Tag *tag)
{
    g_free (tag->href);
    g_free (tag->alt);
    g_free (tag->style);
    g_free (tag->classes);
    g_free (tag->id);
}

Look
tag_look (const Tag *tag, const Look *parent, Sheet *sheet, const Part *part)
{
    if (!sheet->rules && !tag->style && !tag->hinted)
        return *parent;
    LookRule rule = tag->hints;
    bool found = false;
    if (sheet->rules) {
        const GArray *elements = part->elements;
        const char *name = g_array_index (elements, LeafElement, elements->len - 1).name;
        found = sheet_find (sheet, part, name, tag->classes, tag->id, &rule);
    }
    if (!found && !tag->style && !tag->hinted)
        return *parent;
    if (tag->style) {
        LookRule own = { 0 };
        g_autoptr (GString) clean = css_clean (tag->style, strlen (tag->style));
        if (look_read (&own, clean->str, clean->len, 0))
            look_merge (&rule, &own, false);
    }
    return look_apply (parent, &rule);
}

/* Whether a style element is for every screen. */
static bool
is_for_screens (const char *data, const HtmlToken *token)
{
    size_t position = token->name + token->name_length;
    HtmlAttribute attribute;

    while (html_next_attribute (data, token->end, &position, &attribute))
        if (attribute.name_length == 5 &&
            g_ascii_strncasecmp (data + attribute.name, "media", 5) == 0)
            return css_media_holds (data + attribute.value, attribute.value_length);
    return true;
}

static void
add_sheet (Sheet *sheet, Part *part, const char *data, const HtmlToken *token,
           CharsetDecoder *decoder)
{
    g_autoptr (GString) css = g_string_sized_new (token->end - token->start);

    charset_decode (decoder, data + token->start, token->end - token->start, css);
    size_t known = sheet->content ? sheet->content->len : 0;
    sheet_add (sheet, css->str, css->len);
    notes_add (part, "css-content", token->start, sheet->content->str + known,
               sheet->content->len - known);
    notes_close (part);
}

/* The first tag at or after a place that may be of a style element; the length when there is none. */
static size_t
next_style (const char *data, size_t length, size_t from)
{
    const char *end = data + length;

    for (const char *at = memchr (data + from, '<', length - from); at;
         at = memchr (at + 1, '<', (size_t)(end - at - 1)))
        if (end - at > 6 && (at[1] | 0x20) == 's' && (at[2] | 0x20) == 't' &&
            g_ascii_strncasecmp (at + 1, "style", 5) == 0)
            return (size_t)(at - data);
    return length;
}

/* No sheet begins behind the last tag of a style element. */
void
tag_read_sheets (Sheet *sheet, Part *part, const char *data, size_t length,
                 CharsetDecoder *decoder)
{
    HtmlScanner scanner;
    HtmlToken token;
    size_t next = length > 0 ? next_style (data, length, 0) : 0;
    bool style = false;

    html_scanner_init (&scanner, data, length);
    while ((style || next < length) && html_next (&scanner, &token)) {
        if (style && token.kind == HTML_TEXT)
            add_sheet (sheet, part, data, &token, decoder);
        style = token.kind == HTML_START && tag_is_named (data, &token, "style") &&
                is_for_screens (data, &token);
        if (token.end > next)
            next = next_style (data, length, token.end);
    }
}
