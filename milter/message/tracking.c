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
    unsigned element; /* the first that does not begin before the tag being read */
    size_t taken;     /* what stands before is cut with its element */
    bool fixed;       /* nothing here can be replaced */
} Finder;

static void
place_free (void *data)
{
    TrackingPlace *place = data;

    g_free (place->with);
    g_free (place);
}

/* Takes `with`. */
static void
add_place (Finder *finder, const char *what, size_t start, size_t end, char *with)
{
    TrackingPlace *place = g_new0 (TrackingPlace, 1);

    place->what = what;
    place->leaf = finder->leaf;
    place->start = start;
    place->end = end;
    place->with = with;
    if (finder->fixed)
        g_clear_pointer (&place->with, g_free);
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
        else if (strchr ("\"'<>`", *c))
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

    if (what)
        add_place (finder, what, start, end,
                   target && escaped ? escape_value (target) : g_strdup (target));
}

/* What an attribute is to a reader. */
typedef enum {
    ROLE_LINK,
    ROLE_PICTURE, /* the element shows it and nothing else */
    ROLE_FETCHED, /* read with the page */
    ROLE_LIST,    /* holds addresses that are read with the page */
} Role;

typedef struct {
    const char *element; /* NULL for any */
    const char *attribute;
    Role role;
} Address;

/* The first that fits counts. */
static const Address addresses[] = {
    { "a", "href", ROLE_LINK },           { "area", "href", ROLE_LINK },
    { "base", "href", ROLE_LINK },        { "link", "href", ROLE_FETCHED },
    { NULL, "href", ROLE_LINK },          { "form", "action", ROLE_LINK },
    { NULL, "formaction", ROLE_LINK },    { "img", "src", ROLE_PICTURE },
    { "image", "src", ROLE_PICTURE },     { "amp-img", "src", ROLE_PICTURE },
    { "amp-pixel", "src", ROLE_PICTURE }, { NULL, "src", ROLE_FETCHED },
    { NULL, "background", ROLE_FETCHED }, { NULL, "poster", ROLE_FETCHED },
    { "object", "data", ROLE_FETCHED },   { NULL, "srcset", ROLE_LIST },
    { NULL, "style", ROLE_LIST },
};

static bool
is_named (const char *data, size_t name, size_t length, const char *wanted)
{
    return length == strlen (wanted) && g_ascii_strncasecmp (data + name, wanted, length) == 0;
}

static const Address *
find_address (const Finder *finder, const HtmlToken *tag, const HtmlAttribute *attribute)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (addresses); i++) {
        const Address *address = &addresses[i];
        if (is_named (finder->data, attribute->name, attribute->name_length,
                      address->attribute) &&
            (!address->element ||
             is_named (finder->data, tag->name, tag->name_length, address->element)))
            return address;
    }
    return NULL;
}

/* amp-img has an end tag, img has none. */
static size_t
find_element_end (Finder *finder, const HtmlToken *tag)
{
    const GArray *elements = finder->part->elements;
    const LeafElement *element = NULL;

    while (elements && finder->element < elements->len) {
        element = &g_array_index (elements, LeafElement, finder->element);
        if (element->start >= tag->start)
            break;
        finder->element++;
        element = NULL;
    }
    return element && element->start == tag->start && element->whole ? element->end : tag->end;
}

/* "data:," is an address of nothing (RFC 2397): what is read with the page needs some address. */
static void
judge_address (Finder *finder, const HtmlToken *tag, const HtmlAttribute *attribute, Role role)
{
    g_autoptr (GString) value = g_string_new (NULL);
    size_t start = attribute->value, end = start + attribute->value_length;

    html_append_value (value, finder->data + start, attribute->value_length);
    const char *url = g_strstrip (value->str);
    switch (role) {
    case ROLE_LINK:
        judge_link (finder, url, start, end, true);
        return;
    case ROLE_PICTURE:
        if (!tracking_is_pixel (finder->patterns, url))
            return;
        finder->taken = find_element_end (finder, tag);
        add_place (finder, "pixel", tag->start, finder->taken, g_strdup (""));
        return;
    case ROLE_FETCHED:
        if (tracking_is_pixel (finder->patterns, url))
            add_place (finder, "pixel", start, end, g_strdup ("data:,"));
        return;
    case ROLE_LIST:
        if (tracking_text_has_pixel (finder->patterns, url))
            add_place (finder, "pixel", start, end, NULL);
        return;
    }
    g_assert_not_reached ();
}

/* The first of several attributes of one name is the one that counts (WHATWG HTML 13.2.5.33); the
 * others do nothing and are left alone. What else is in the tag of a pixel goes with it. */
static void
judge_tag (Finder *finder, const HtmlToken *tag)
{
    size_t position = tag->name + tag->name_length;
    unsigned before = finder->places->len, seen = 0;
    HtmlAttribute attribute;

    if (tag->start < finder->taken)
        return;
    while (html_next_attribute (finder->data, tag->end, &position, &attribute)) {
        const Address *address = find_address (finder, tag, &attribute);
        unsigned bit = address ? 1u << (unsigned)(address - addresses) : 0;
        if (!address || (seen & bit))
            continue;
        seen |= bit;
        judge_address (finder, tag, &attribute, address->role);
        if (tag->start < finder->taken) {
            g_ptr_array_remove_range (finder->places, before, finder->places->len - before - 1);
            return;
        }
    }
}

static void
judge_style (Finder *finder, const HtmlToken *text)
{
    g_autofree char *style = g_strndup (finder->data + text->start, text->end - text->start);

    if (tracking_text_has_pixel (finder->patterns, style))
        add_place (finder, "pixel", text->start, text->end, NULL);
}

static void find_between (Finder *finder, size_t start, size_t end);

/* Outlook reads what stands in <!--[if mso]> … <![endif]-->; to all others, and to the judge of
 * cuts, it is a comment. */
static void
judge_comment (Finder *finder, const HtmlToken *comment)
{
    static const char open[] = "<!--[if", close[] = "-->";

    if (finder->fixed || comment->end - comment->start < strlen (open) + strlen (close) ||
        g_ascii_strncasecmp (finder->data + comment->start, open, strlen (open)) != 0)
        return;
    finder->fixed = true;
    find_between (finder, comment->start + strlen (open), comment->end - strlen (close));
    finder->fixed = false;
}

static void
find_between (Finder *finder, size_t start, size_t end)
{
    HtmlScanner scanner;
    HtmlToken token;

    html_scanner_init (&scanner, finder->data, end);
    scanner.position = start;
    while (true) {
        bool style = g_strcmp0 (scanner.raw, "style") == 0;
        if (!html_next (&scanner, &token))
            return;
        if (token.kind == HTML_START)
            judge_tag (finder, &token);
        else if (token.kind == HTML_COMMENT && token.start >= finder->taken)
            judge_comment (finder, &token);
        else if (token.kind == HTML_TEXT && style)
            judge_style (finder, &token);
    }
}

/* The targets of links in plain text are as they stand there, but for letters that are not ASCII in
 * another character set: of such a link the beginning is named. */
static void
find_in_text (Finder *finder)
{
    const Leaf *leaf = &finder->part->leaf;
    size_t length = g_bytes_get_size (finder->part->source);

    for (unsigned i = 0; i < leaf->links->len; i++) {
        const Link *link = g_ptr_array_index (leaf->links, i);
        size_t same = 0;
        while (link->target[same] && link->start + same < length &&
               link->target[same] == finder->data[link->start + same])
            same++;
        bool fixed = finder->fixed;
        finder->fixed = fixed || link->target[same];
        judge_link (finder, link->target, link->start, link->start + same, false);
        finder->fixed = fixed;
    }
}

/* Places in another character set are not known in the bytes of the leaf: one stands for all. It
 * cannot be edited (its leaf is locked), which is said when somebody tries. */
static void
join_places (Finder *finder, unsigned first)
{
    bool fixed = true;

    if (finder->places->len == first)
        return;
    for (unsigned i = first; i < finder->places->len; i++)
        fixed = fixed && !((TrackingPlace *)g_ptr_array_index (finder->places, i))->with;
    TrackingPlace *place = g_ptr_array_index (finder->places, first);
    g_ptr_array_remove_range (finder->places, first + 1, finder->places->len - first - 1);
    g_free (place->with);
    place->with = fixed || !finder->part->leaf.locked ? NULL : g_strdup ("");
    place->start = 0;
    place->end = g_bytes_get_size (finder->part->leaf.content);
}

GPtrArray *
tracking_find (const Message *message, const TrackingPatterns *patterns)
{
    GPtrArray *places = g_ptr_array_new_with_free_func (place_free);

    for (unsigned i = 0; i < message_leaf_count (message); i++) {
        const Part *part = (const Part *)message_leaf (message, i);
        Finder finder = { patterns, part, i, NULL, places, 0, 0, part->nested };
        unsigned first = places->len;
        size_t length = 0;
        if (part->leaf.kind == LEAF_OTHER)
            continue;
        finder.data = g_bytes_get_data (part->source, &length);
        if (part->leaf.kind == LEAF_PLAIN)
            find_in_text (&finder);
        else
            find_between (&finder, 0, length);
        if (text_is_transcoded (part))
            join_places (&finder, first);
    }
    return places;
}
