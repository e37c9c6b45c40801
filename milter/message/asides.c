/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What a page says beside its visible text: one more pass over the tokens. A reader without style
 * sheets or pictures, one that reads aloud, or one program of many shows it instead.
 */

#include "asides.h"

#include <string.h>

#include "licet/limits.h"

#include "charset.h"
#include "elements.h"
#include "html.h"
#include "sheet_content.h"
#include "text.h"

/* Pages in pages, conditional comments in them, and so on. */
enum { DEEPEST = 3 };

/* Past this number no reading is promised, and the leaf is locked. */
enum { MOST_ATTRIBUTES = LIMIT_HTML_ATTRIBUTES };

typedef struct {
    const char *data;
    size_t length;
    CharsetDecoder *decoder;
    const GArray *runs; /* what is visible; NULL: everything is taken */
    unsigned run;
    GPtrArray *asides;
    unsigned depth;
    bool style, script; /* inside such an element */
    GString *hidden;    /* text of an aside that goes on */
    AsideKind kind;
    size_t start;
    bool broken; /* a block began or ended since the last text */
} Collector;

typedef struct {
    const char *element; /* NULL for any */
    const char *attribute;
    AsideKind kind;
} AttributeRow;

static const AttributeRow rows[] = {
    { "img", "alt", ASIDE_IMAGE },         { "area", "alt", ASIDE_IMAGE },
    { "input", "alt", ASIDE_IMAGE },       { "amp-img", "alt", ASIDE_IMAGE },
    { "img", "src", ASIDE_PICTURE },       { "amp-img", "src", ASIDE_PICTURE },
    { "image", "href", ASIDE_PICTURE },    { "image", "xlink:href", ASIDE_PICTURE },
    { "v:fill", "src", ASIDE_PICTURE },    { "v:image", "src", ASIDE_PICTURE },
    { NULL, "background", ASIDE_PICTURE }, { NULL, "title", ASIDE_TITLE },
    { NULL, "aria-label", ASIDE_TITLE },   { NULL, "placeholder", ASIDE_TITLE },
    { NULL, "label", ASIDE_TITLE },        { NULL, "summary", ASIDE_TITLE },
    { NULL, "alt", ASIDE_TITLE },          { "input", "value", ASIDE_TITLE },
    { "button", "value", ASIDE_TITLE },    { NULL, "srcdoc", ASIDE_PAGE },
    { "iframe", "src", ASIDE_FETCHED },    { "frame", "src", ASIDE_FETCHED },
    { "embed", "src", ASIDE_FETCHED },     { "object", "data", ASIDE_FETCHED },
};

static void
aside_free (Aside *aside)
{
    g_free (aside->text);
    g_free (aside);
}

static void collect (Collector *collector);

static void
add (Collector *collector, AsideKind kind, size_t start, char *text)
{
    Aside *aside = g_new0 (Aside, 1);

    aside->kind = kind;
    aside->start = start;
    aside->text = text;
    g_ptr_array_add (collector->asides, aside);
}

static void
flush (Collector *collector)
{
    if (!collector->hidden)
        return;
    add (collector, collector->kind, collector->start,
         g_string_free (g_steal_pointer (&collector->hidden), FALSE));
}

/* Text goes on through tags, so that none can hide between two letters. */
static void
append (Collector *collector, AsideKind kind, size_t start, const char *text)
{
    if (collector->hidden && collector->kind != kind)
        flush (collector);
    if (!collector->hidden) {
        collector->hidden = g_string_new (NULL);
        collector->kind = kind;
        collector->start = start;
    }
    if (collector->broken)
        g_string_append_c (collector->hidden, '\n');
    collector->broken = false;
    g_string_append (collector->hidden, text);
}

static char *
decode (Collector *collector, size_t start, size_t end, bool references)
{
    g_autoptr (GString) raw = g_string_new (NULL);
    g_autoptr (GString) text = g_string_new (NULL);

    charset_decode (collector->decoder, collector->data + start, end - start, raw);
    if (!references)
        return g_string_free (g_steal_pointer (&raw), FALSE);
    html_append_unescaped (text, raw->str, raw->len);
    return g_string_free (g_steal_pointer (&text), FALSE);
}

static GPtrArray *
new_asides (void)
{
    return g_ptr_array_new_with_free_func ((GDestroyNotify)aside_free);
}

/* Of whatever kind, but not where pictures and pages come from. */
static char *
join (const GPtrArray *asides)
{
    GString *text = g_string_new (NULL);

    for (unsigned i = 0; i < asides->len; i++) {
        const Aside *aside = g_ptr_array_index (asides, i);
        if (aside->kind == ASIDE_HIDDEN)
            g_string_append (text, aside->text);
        else if (aside->kind != ASIDE_PICTURE && aside->kind != ASIDE_FETCHED)
            g_string_append_printf (text, "\n%s\n", aside->text);
    }
    return g_string_free (text, FALSE);
}

static char *
read_page (const char *page, size_t length, unsigned depth)
{
    g_auto (CharsetDecoder) decoder = { 0 };
    g_autoptr (GPtrArray) found = new_asides ();
    Collector inner = { .data = page, .length = length, .decoder = &decoder, .asides = found };

    charset_decoder_init (&decoder, NULL);
    inner.depth = depth;
    collect (&inner);
    return join (found);
}

/* A page within the page. */
static void
add_page (Collector *collector, AsideKind kind, size_t start, const char *page, size_t length)
{
    if (collector->depth < DEEPEST)
        add (collector, kind, start, read_page (page, length, collector->depth + 1));
}

/* RFC 2397. Pictures made of points have no text. */
static bool
add_data_page (Collector *collector, size_t start, const char *target)
{
    const char *comma = strchr (target, ',');

    if (g_ascii_strncasecmp (target, "data:", 5) != 0)
        return false;
    if (!comma ||
        (g_ascii_strncasecmp (target + 5, "text/", 5) != 0 && !strstr (target, "xml")))
        return comma != NULL && g_ascii_strncasecmp (target + 5, "image/", 6) == 0;
    g_autofree char *head = g_ascii_strdown (target, comma - target);
    gsize length = 0;
    g_autofree char *page = NULL;
    if (g_str_has_suffix (head, ";base64")) {
        page = (char *)g_base64_decode (comma + 1, &length);
    } else {
        g_autoptr (GBytes) bytes = g_uri_unescape_bytes (comma + 1, -1, NULL, NULL);
        page = bytes ? g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes))
                     : g_strdup (comma + 1);
        length = strlen (page);
    }
    add_page (collector, ASIDE_PAGE, start, page, length);
    return true;
}

static bool
is_named (const Collector *collector, size_t name, size_t length, const char *wanted)
{
    return length == strlen (wanted) &&
           g_ascii_strncasecmp (collector->data + name, wanted, length) == 0;
}

static const AttributeRow *
find_row (const Collector *collector, const HtmlToken *token, const HtmlAttribute *attribute)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++)
        if (is_named (collector, attribute->name, attribute->name_length, rows[i].attribute) &&
            (!rows[i].element ||
             is_named (collector, token->name, token->name_length, rows[i].element)))
            return &rows[i];
    return NULL;
}

/* The author's own attribute; one that holds a sentence is there to be shown by attr(). */
static bool
is_own_attribute (const Collector *collector, const HtmlAttribute *attribute)
{
    return attribute->name_length > 5 &&
           g_ascii_strncasecmp (collector->data + attribute->name, "data-", 5) == 0;
}

static bool
is_sentence (const char *value)
{
    return strchr (value, ' ') && !strpbrk (value, "{};");
}

/* url(…) of a declaration. */
static void
take_style (Collector *collector, size_t start, const char *style)
{
    g_autoptr (GString) content = g_string_new (NULL);
    const char *url = strstr (style, "url(");

    sheet_append_content (content, style, strlen (style));
    if (content->len > 0)
        add (collector, ASIDE_STYLE, start, g_strdup (content->str));
    if (url)
        add (collector, ASIDE_PICTURE, start, g_strndup (url + 4, strcspn (url + 4, ")")));
}

/* Where an address may stand, and so a page in one. */
static bool
holds_address (const Collector *collector, const HtmlAttribute *attribute)
{
    static const char *const names[] = { "href", "src", "data", "action", "xlink:href" };

    for (unsigned i = 0; i < G_N_ELEMENTS (names); i++)
        if (is_named (collector, attribute->name, attribute->name_length, names[i]))
            return true;
    return false;
}

static void
take_attribute (Collector *collector, const HtmlToken *token, const HtmlAttribute *attribute)
{
    const AttributeRow *row = find_row (collector, token, attribute);
    bool style = is_named (collector, attribute->name, attribute->name_length, "style");
    bool own = is_own_attribute (collector, attribute);

    if (!row && !style && !own && !holds_address (collector, attribute))
        return;
    g_autofree char *value =
        decode (collector, attribute->value, attribute->value + attribute->value_length, true);
    if (style)
        take_style (collector, token->start, value);
    else if (row && row->kind == ASIDE_PAGE)
        add_page (collector, ASIDE_PAGE, token->start, value, strlen (value));
    else if (add_data_page (collector, token->start, g_strchug (value)))
        return;
    else if ((row || (own && is_sentence (value))) && *value)
        add (collector, row ? row->kind : ASIDE_TITLE, token->start, g_steal_pointer (&value));
}

/* WHATWG HTML 4.2.5.3: http-equiv=refresh with an address shows another page. */
static void
take_meta (Collector *collector, const HtmlToken *token)
{
    size_t position = token->name + token->name_length;
    HtmlAttribute attribute;
    g_autofree char *content = NULL;
    bool refresh = false;

    for (unsigned i = 0;
         i < MOST_ATTRIBUTES &&
         html_next_attribute (collector->data, token->end, &position, &attribute);
         i++) {
        bool equiv = is_named (collector, attribute.name, attribute.name_length, "http-equiv");
        if (!equiv && !is_named (collector, attribute.name, attribute.name_length, "content"))
            continue;
        char *value =
            decode (collector, attribute.value, attribute.value + attribute.value_length, true);
        if (equiv) {
            refresh = g_ascii_strcasecmp (g_strstrip (value), "refresh") == 0;
            g_free (value);
        } else {
            g_free (content);
            content = value;
        }
    }
    if (refresh && content && strpbrk (content, ";,"))
        add (collector, ASIDE_REDIRECT, token->start, g_steal_pointer (&content));
}

static void
take_start (Collector *collector, const HtmlToken *token)
{
    size_t position = token->name + token->name_length;
    HtmlAttribute attribute;

    collector->style = is_named (collector, token->name, token->name_length, "style");
    collector->script = is_named (collector, token->name, token->name_length, "script");
    if (is_named (collector, token->name, token->name_length, "meta"))
        take_meta (collector, token);
    for (unsigned i = 0;
         i < MOST_ATTRIBUTES &&
         html_next_attribute (collector->data, token->end, &position, &attribute);
         i++)
        take_attribute (collector, token, &attribute);
}

static bool
is_visible (Collector *collector, const HtmlToken *token)
{
    const GArray *runs = collector->runs;

    while (runs && collector->run < runs->len &&
           g_array_index (runs, TextRun, collector->run).start < token->start)
        collector->run++;
    return runs && collector->run < runs->len &&
           g_array_index (runs, TextRun, collector->run).start == token->start;
}

static void
take_text (Collector *collector, const HtmlToken *token)
{
    if (is_visible (collector, token)) {
        flush (collector);
        return;
    }
    g_autofree char *text =
        decode (collector, token->start, token->end, !collector->style && !collector->script);
    if (collector->style)
        take_style (collector, token->start, text);
    else
        append (collector, collector->script ? ASIDE_SCRIPT : ASIDE_HIDDEN, token->start, text);
}

/* [if …]> … <![endif], and what browsers take for the end of a comment but we might not. */
static void
take_comment (Collector *collector, const HtmlToken *token)
{
    const char *data = collector->data + token->start;
    size_t length = token->end - token->start;
    const char *open = length > 4 ? memchr (data, '[', MIN (length, 16)) : NULL;
    const char *close = open ? memchr (open, '>', length - (size_t)(open - data)) : NULL;

    if (!close || length < (size_t)(close - data) + 1 ||
        g_ascii_strncasecmp (open, "[if", MIN (length - (size_t)(open - data), 3)) != 0)
        return;
    size_t from = (size_t)(close + 1 - data);
    size_t to = length >= from + 3 ? length - 3 : length;
    g_autofree char *page = decode (collector, token->start + from, token->start + to, false);
    add_page (collector, ASIDE_CONDITIONAL, token->start, page, strlen (page));
}

static void
take (Collector *collector, const HtmlToken *token)
{
    switch (token->kind) {
    case HTML_TEXT:
        take_text (collector, token);
        return;
    case HTML_START:
        take_start (collector, token);
        break;
    case HTML_END:
        collector->style = collector->script = false;
        break;
    case HTML_COMMENT:
        flush (collector);
        take_comment (collector, token);
        return;
    case HTML_OTHER:
        return;
    }
    if (element_find (collector->data, token)->flags & ELEMENT_BLOCK)
        collector->broken = true;
}

static void
collect (Collector *collector)
{
    HtmlScanner scanner;
    HtmlToken token;

    html_scanner_init (&scanner, collector->data, collector->length);
    while (html_next (&scanner, &token))
        take (collector, &token);
    flush (collector);
}

GPtrArray *
asides_of_leaf (const Part *part)
{
    g_auto (CharsetDecoder) decoder = { 0 };
    GPtrArray *asides = new_asides ();
    Collector collector = { .decoder = &decoder, .runs = part->runs, .asides = asides };

    if (part->leaf.kind != LEAF_HTML && part->leaf.kind != LEAF_AMP)
        return asides;
    collector.data = g_bytes_get_data (part->source, &collector.length);
    charset_decoder_init (&decoder, text_is_transcoded (part) ? NULL : part->leaf.charset);
    collect (&collector);
    return asides;
}

char *
asides_page_text (const char *data, size_t length)
{
    return read_page (data, length, 0);
}
