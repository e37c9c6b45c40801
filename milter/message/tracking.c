/* SPDX-License-Identifier: BSD-2-Clause */

/* Counting pixels and tracked links in the leaves of a message, as places to replace. */

#include "licet/tracking.h"

#include <string.h>

#include "html.h"
#include "part.h"
#include "text.h"
#include "tracking_link.h"

typedef struct {
    const TrackingPatterns *patterns;
    const Part *part;
    unsigned leaf;
    const char *data;
    GPtrArray *places;
} Finder;

static void
place_free (void *data)
{
    TrackingPlace *place = data;

    g_free (place->with);
    g_free (place);
}

static void
add_place (Finder *finder, const char *what, size_t start, size_t end, char *with)
{
    TrackingPlace *place = g_new0 (TrackingPlace, 1);

    place->what = what;
    place->leaf = finder->leaf;
    place->start = start;
    place->end = end;
    place->with = with;
    g_ptr_array_add (finder->places, place);
}

/* Character references for what would end a value or begin a reference, in any kind of quotes. */
static char *
escape_value (const char *url)
{
    GString *out = g_string_new (NULL);

    for (const char *c = url; *c; c++) {
        if (*c == '&')
            g_string_append (out, "&amp;");
        else if (strchr ("\"'<>`=", *c) && *c != '=')
            g_string_append_printf (out, "&#%d;", *c);
        else
            g_string_append_c (out, *c);
    }
    return g_string_free (out, FALSE);
}

/* A link that goes through a counting host, or carries parameters that name a campaign. */
static void
judge_link (Finder *finder, const char *url, size_t start, size_t end, bool escaped)
{
    g_autofree char *target = NULL;
    const char *what = tracking_link (finder->patterns, url, &target);

    if (!what)
        return;
    char *with = target && escaped ? escape_value (target) : g_strdup (target);
    add_place (finder, what, start, end, with);
}

typedef struct {
    const char *element, *attribute;
} LinkAttribute;

static const LinkAttribute link_attributes[] = {
    { "a", "href" },
    { "area", "href" },
    { "form", "action" },
};

static bool
is_named (const char *data, size_t name, size_t length, const char *wanted)
{
    return length == strlen (wanted) && g_ascii_strncasecmp (data + name, wanted, length) == 0;
}

static bool
is_link (const Finder *finder, const HtmlToken *tag, const HtmlAttribute *attribute)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (link_attributes); i++)
        if (is_named (finder->data, tag->name, tag->name_length, link_attributes[i].element) &&
            is_named (finder->data, attribute->name, attribute->name_length,
                      link_attributes[i].attribute))
            return true;
    return false;
}

static bool
is_picture (const Finder *finder, const HtmlToken *tag)
{
    return is_named (finder->data, tag->name, tag->name_length, "img") ||
           is_named (finder->data, tag->name, tag->name_length, "amp-img") ||
           is_named (finder->data, tag->name, tag->name_length, "amp-pixel");
}

/* The first of several attributes of one name is the one that counts (WHATWG HTML 13.2.5.33); the
 * others do nothing and are left alone. */
static void
judge_tag (Finder *finder, const HtmlToken *tag)
{
    size_t position = tag->name + tag->name_length;
    HtmlAttribute attribute;
    bool picture = is_picture (finder, tag), seen = false;

    while (!seen && html_next_attribute (finder->data, tag->end, &position, &attribute)) {
        bool source =
            picture && is_named (finder->data, attribute.name, attribute.name_length, "src");
        if (!source && !is_link (finder, tag, &attribute))
            continue;
        g_autoptr (GString) value = g_string_new (NULL);
        html_append_value (value, finder->data + attribute.value, attribute.value_length);
        seen = true;
        if (!source)
            judge_link (finder, g_strstrip (value->str), attribute.value,
                        attribute.value + attribute.value_length, true);
        else if (tracking_is_pixel (finder->patterns, g_strstrip (value->str)))
            add_place (finder, "pixel", tag->start, tag->end, g_strdup (""));
    }
}

static void
find_in_page (Finder *finder)
{
    HtmlScanner scanner;
    HtmlToken token;
    size_t length = 0;

    finder->data = g_bytes_get_data (finder->part->leaf.content, &length);
    html_scanner_init (&scanner, finder->data, length);
    while (html_next (&scanner, &token))
        if (token.kind == HTML_START)
            judge_tag (finder, &token);
}

/* The targets of links in plain text are as they stand there, in ASCII at least. */
static void
find_in_text (Finder *finder)
{
    const Leaf *leaf = &finder->part->leaf;

    for (unsigned i = 0; i < leaf->links->len; i++) {
        const Link *link = g_ptr_array_index (leaf->links, i);
        size_t length = strlen (link->target);
        if (g_str_is_ascii (link->target))
            judge_link (finder, link->target, link->start, link->start + length, false);
    }
}

GPtrArray *
tracking_find (const Message *message, const TrackingPatterns *patterns)
{
    GPtrArray *places = g_ptr_array_new_with_free_func (place_free);

    for (unsigned i = 0; i < message_leaf_count (message); i++) {
        const Part *part = (const Part *)message_leaf (message, i);
        Finder finder = { .patterns = patterns, .part = part, .leaf = i, .places = places };
        if (part->leaf.kind == LEAF_OTHER || part->foreign || text_is_transcoded (part))
            continue;
        if (part->leaf.kind == LEAF_PLAIN)
            find_in_text (&finder);
        else
            find_in_page (&finder);
    }
    return places;
}
