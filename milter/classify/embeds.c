/* SPDX-License-Identifier: BSD-2-Clause */

/* Pages, pictures and frames in a page, by its elements. */

#include "embeds.h"

#include <stdlib.h>
#include <string.h>

#include "licet/classification.h"

/* Attributes that style sheets show; a page has none or one. */
enum { MOST_SHOWN = 4, LONGEST_NAME = 40 };

typedef struct {
    const Message *message;
    const Leaf *leaf;
    unsigned number;
    const GPtrArray *blocks; /* of Block, or NULL */
    Embeds *embeds;
    bool pages; /* and nothing else is asked for */
    char *shown[MOST_SHOWN + 1];
} Looker;

static char *
attribute (const Looker *looker, unsigned element, const char *name)
{
    return message_element_attribute (looker->message, looker->number, element, name);
}

static bool
is_remote (const char *address)
{
    address += strspn (address, " \t\r\n\"'");
    return g_ascii_strncasecmp (address, "http", 4) == 0 || g_str_has_prefix (address, "//");
}

/* As browsers do, to whom a percent sign without two digits is one (WHATWG URL 1.3). */
static void
append_unescaped (GString *out, const char *text)
{
    for (; *text; text++) {
        bool escape = *text == '%' && g_ascii_isxdigit (text[1]) && g_ascii_isxdigit (text[2]);
        if (!escape) {
            g_string_append_c (out, *text);
            continue;
        }
        g_string_append_c (
            out, (char)(g_ascii_xdigit_value (text[1]) * 16 + g_ascii_xdigit_value (text[2])));
        text += 2;
    }
}

/* RFC 2397, of pages and drawings; pictures made of points have no text. */
static void
add_data_page (Embeds *embeds, const char *address)
{
    const char *comma = strchr (address, ',');
    gsize length = 0;

    if (!comma || g_ascii_strncasecmp (address, "data:", 5) != 0)
        return;
    g_autofree char *head = g_ascii_strdown (address + 5, comma - address - 5);
    if (*head && !g_str_has_prefix (head, "text/") && !strstr (head, "xml"))
        return;
    g_string_append (embeds->pages, "\n<hr>\n");
    if (g_str_has_suffix (head, ";base64")) {
        g_autofree guchar *page = g_base64_decode (comma + 1, &length);
        g_string_append_len (embeds->pages, (const char *)page, (gssize)length);
        return;
    }
    append_unescaped (embeds->pages, comma + 1);
}

static bool
is_tiny (const char *value)
{
    return value && g_ascii_isdigit (*value) && atoi (value) <= 2 && !strchr (value, '%');
}

/* A picture that only counts whether the page was opened. */
static bool
is_counter (const Looker *looker, unsigned i, const LeafElement *element)
{
    static const char *const names[] = { "style", "width", "height", NULL };
    char *values[G_N_ELEMENTS (names)];

    message_element_attributes (looker->message, looker->number, i, names, values);
    g_autofree char *style = values[0], *width = values[1], *height = values[2];
    return element->hidden || is_tiny (width) || is_tiny (height) ||
           (style && (strstr (style, "width:1px") || strstr (style, "height:1px")));
}

static void
add_picture (Embeds *embeds, const char *address)
{
    embeds->pictures++;
    embeds->remote += is_remote (address);
}

static void
look_at_address (Looker *looker, unsigned i, const LeafElement *element)
{
    static const struct {
        const char *element, *attribute;
        bool frame;
    } rows[] = {
        { "img", "src", false },     { "amp-img", "src", false },
        { "image", "href", false },  { "v:fill", "src", false },
        { "v:image", "src", false }, { "image", "xlink:href", false },
        { "iframe", "src", true },   { "frame", "src", true },
        { "embed", "src", true },    { "amp-iframe", "src", true },
        { "object", "data", true },  { "input", "src", false },
    };

    if (!strchr ("iavfeo", *element->name))
        return;
    for (unsigned k = 0; k < G_N_ELEMENTS (rows); k++) {
        if (*element->name != *rows[k].element || strcmp (element->name, rows[k].element) != 0)
            continue;
        g_autofree char *address = attribute (looker, i, rows[k].attribute);
        if (!address || !*g_strstrip (address))
            continue;
        add_data_page (looker->embeds, address);
        if (looker->pages)
            continue;
        if (rows[k].frame)
            looker->embeds->frame |= is_remote (address);
        else if (!is_counter (looker, i, element))
            add_picture (looker->embeds, address);
    }
}

static void
look_at_background (Looker *looker, unsigned i)
{
    static const char *const names[] = { "background", "style", NULL };
    char *values[G_N_ELEMENTS (names)];

    message_element_attributes (looker->message, looker->number, i, names, values);
    g_autofree char *background = values[0], *style = values[1];
    const char *url = style ? strstr (style, "url(") : NULL;

    if (background && *background)
        add_picture (looker->embeds, background);
    if (url)
        add_picture (looker->embeds, url + strlen ("url("));
}

/* What a block says is known; a title's block is its text alone. */
static bool
is_in_block (const Looker *looker, const LeafElement *element)
{
    for (unsigned i = 0; looker->blocks && i < looker->blocks->len; i++) {
        const Block *block = g_ptr_array_index (looker->blocks, i);
        if (block->leaf == looker->number && block->start <= element->inner_start &&
            element->inner_end <= block->end)
            return true;
    }
    return false;
}

static void
look_at_title (Looker *looker, const LeafElement *element)
{
    g_autofree char *title = message_whole_text (looker->message, looker->number,
                                                 element->inner_start, element->inner_end);

    if (!is_in_block (looker, element))
        g_string_append_printf (looker->embeds->own, "%s\n", title);
}

static void
look_at_script (Looker *looker, const LeafElement *element)
{
    gsize length = 0;
    const char *data = g_bytes_get_data (looker->leaf->content, &length);

    if (element->inner_end <= length && !is_in_block (looker, element))
        g_string_append_len (looker->embeds->scripts, data + element->inner_start,
                             (gssize)(element->inner_end - element->inner_start));
}

static bool
is_named (const LeafElement *element, const char *name)
{
    return *element->name == *name && strcmp (element->name, name) == 0;
}

static void
look_at_pages (Looker *looker, unsigned i, const LeafElement *element)
{
    if (is_named (element, "a") || is_named (element, "area")) {
        g_autofree char *href = attribute (looker, i, "href");
        if (href)
            add_data_page (looker->embeds, g_strstrip (href));
    } else if (is_named (element, "iframe")) {
        g_autofree char *page = attribute (looker, i, "srcdoc");
        if (page)
            g_string_append_printf (looker->embeds->pages, "\n<hr>\n%s", page);
    }
}

static void
look_at_rest (Looker *looker, unsigned i, const LeafElement *element)
{
    if (is_named (element, "meta")) {
        g_autofree char *equiv = attribute (looker, i, "http-equiv");
        g_autofree char *content = attribute (looker, i, "content");
        /* WHATWG HTML 4.2.5.3: without an address it is the same page again. */
        looker->embeds->redirect |= equiv && content &&
                                    g_ascii_strcasecmp (g_strstrip (equiv), "refresh") == 0 &&
                                    strpbrk (content, ";,");
    } else if (is_named (element, "title")) {
        look_at_title (looker, element);
    } else if (is_named (element, "script") && element->inner_end > element->inner_start) {
        look_at_script (looker, element);
    }
}

/* Names in "content: attr(name)". */
static void
find_shown (Looker *looker, const char *data, size_t length)
{
    const char *end = data + length;
    unsigned count = 0;

    for (const char *at = data; at < end && count < MOST_SHOWN; at++) {
        at = memmem (at, (size_t)(end - at), "attr(", 5);
        if (!at)
            return;
        at += 5;
        size_t name = 0;
        while (at + name < end && name < LONGEST_NAME &&
               (g_ascii_isalnum (at[name]) || at[name] == '-'))
            name++;
        if (name > 0)
            looker->shown[count++] = g_ascii_strdown (at, (gssize)name);
    }
}

static void
look_at_shown (Looker *looker, unsigned i)
{
    for (char **name = looker->shown; *name; name++) {
        g_autofree char *value = attribute (looker, i, *name);
        if (value)
            g_string_append_printf (looker->embeds->own, "%s\n", value);
    }
}

static bool
is_word_at (const char *data, size_t length, const char *word)
{
    if (length < 2 || (data[0] | 0x20) != word[0] || (data[1] | 0x20) != word[1])
        return false;
    size_t size = strlen (word);
    return length >= size && g_ascii_strncasecmp (data, word, size) == 0;
}

/* Where an address that begins at `at` ends: at what it is quoted with. */
static size_t
address_end (const char *data, size_t length, size_t at)
{
    char quote = at > 0 ? data[at - 1] : '\0';
    const char *until = quote == '"'    ? "\""
                        : quote == '\'' ? "'"
                        : quote == '('  ? ")"
                                        : " \t\r\n>";

    while (at < length && !strchr (until, data[at]))
        at++;
    return at;
}

/* Style sheets, sets of pictures and posters have addresses too: wherever one that is a page or a
 * drawing stands, somebody shows it. */
static void
find_data_pages (Embeds *embeds, const char *data, size_t length)
{
    static const char *const kinds[] = { "text/", "image/svg", "application/xhtml" };

    for (size_t from = 0; from + 16 < length;) {
        bool found = false;
        const char *colon = memchr (data + from, ':', length - from);
        size_t at = colon ? (size_t)(colon - data) : length;
        if (at < from + 4 || at + 12 >= length ||
            g_ascii_strncasecmp (data + at - 4, "data", 4) != 0) {
            from = MAX (at, from + 4) - 3;
            continue;
        }
        for (unsigned i = 0; i < G_N_ELEMENTS (kinds); i++)
            found =
                found || g_ascii_strncasecmp (data + at + 1, kinds[i], strlen (kinds[i])) == 0;
        from = at - 3;
        if (!found)
            continue;
        size_t end = address_end (data, length, at - 4);
        g_autofree char *address = g_strndup (data + at - 4, end - (at - 4));
        add_data_page (embeds, address);
        from = end + 1;
    }
}

/* Where elements are not listed, their names in the source must do. */
static bool
has_any (const char *data, size_t length)
{
    static const char *const words[] = { "iframe", "srcdoc", "refresh", "<object",
                                         "data:text" };

    for (size_t at = 0; at < length; at++) {
        char first = data[at] | 0x20;
        if (first != 'i' && first != 's' && first != 'r' && first != 'd' && first != '<')
            continue;
        for (unsigned i = 0; i < G_N_ELEMENTS (words); i++)
            if (is_word_at (data + at, length - at, words[i]))
                return true;
    }
    return false;
}

static Embeds *
look_at_leaf (const Message *message, unsigned leaf, const GPtrArray *blocks, bool pages)
{
    Embeds *embeds = g_new0 (Embeds, 1);
    Looker looker = { .message = message,
                      .leaf = message_leaf (message, leaf),
                      .number = leaf,
                      .blocks = blocks,
                      .embeds = embeds,
                      .pages = pages };
    unsigned count = message_element_count (message, leaf);
    gsize length = 0;

    embeds->pages = g_string_new (NULL);
    embeds->scripts = g_string_new (NULL);
    embeds->own = g_string_new (NULL);
    if (looker.leaf->kind != LEAF_HTML && looker.leaf->kind != LEAF_AMP)
        return embeds;
    const char *data = g_bytes_get_data (looker.leaf->content, &length);
    if (length > 0 && !looker.pages)
        find_shown (&looker, data, length);
    if (length > 0)
        find_data_pages (embeds, data, length);
    embeds->unknown =
        count == 0 && looker.leaf->locked && length > 0 && has_any (data, length);
    for (unsigned i = 0; i < count; i++) {
        const LeafElement *element = message_element (message, leaf, i);
        look_at_address (&looker, i, element);
        look_at_pages (&looker, i, element);
        if (looker.pages)
            continue;
        look_at_background (&looker, i);
        look_at_rest (&looker, i, element);
        look_at_shown (&looker, i);
    }
    for (char **name = looker.shown; *name; name++)
        g_free (*name);
    return embeds;
}

Embeds *
embeds_new (const Message *message, unsigned leaf, const GPtrArray *blocks)
{
    return look_at_leaf (message, leaf, blocks, false);
}

Embeds *
embeds_pages (const Message *message, unsigned leaf)
{
    return look_at_leaf (message, leaf, NULL, true);
}

GPtrArray *
embeds_all (const Message *message, const GPtrArray *blocks)
{
    GPtrArray *all = g_ptr_array_new_with_free_func ((GDestroyNotify)embeds_free);

    for (unsigned i = 0; i < message_leaf_count (message); i++)
        g_ptr_array_add (all, embeds_new (message, i, blocks));
    return all;
}

void
embeds_free (Embeds *embeds)
{
    g_string_free (embeds->pages, TRUE);
    g_string_free (embeds->scripts, TRUE);
    g_string_free (embeds->own, TRUE);
    g_free (embeds);
}
