/* SPDX-License-Identifier: BSD-2-Clause */

#include <glib.h>
#include <string.h>

#include "licet/message.h"

/* Elements as "name:parent:source of the element", "~" before one that is not whole and "!"
 * before one that is hidden. */
typedef struct {
    const char *name;
    const char *html;
    const char *outline;
} OutlineRow;

static const OutlineRow rows[] = {
    { "no element", "just text", "" },
    { "siblings and a child", "<div>a<b>x</b></div><P>y</P>",
      "div:-1:<div>a<b>x</b></div> b:0:<b>x</b> p:-1:<P>y</P>" },
    { "void elements are whole", "<p>a<br>b<img src=x></p>",
      "p:-1:<p>a<br>b<img src=x></p> br:0:<br> img:0:<img src=x>" },
    { "an item is ended by the next one", "<ul><li>a<li>b</ul>",
      "ul:-1:<ul><li>a<li>b</ul> ~li:0:<li>a ~li:0:<li>b" },
    { "cells and rows may leave their end tags out", "<table><tr><td>a<td>b<tr><td>c</table>",
      "table:-1:<table><tr><td>a<td>b<tr><td>c</table> ~tr:0:<tr><td>a<td>b ~td:1:<td>a "
      "~td:1:<td>b ~tr:0:<tr><td>c ~td:4:<td>c" },
    { "what is never ended reaches to the end", "<div>a<span>b",
      "~div:-1:<div>a<span>b ~span:0:<span>b" },
    { "out of order is not whole", "<b>a<i>b</b>c</i>d", "~b:-1:<b>a<i>b</b> ~i:0:<i>b" },
    { "an end tag without a start", "</div><p>a</p></p>", "p:-1:<p>a</p>" },
    { "hidden elements and what is in them", "<div style='display:none'><b>a</b></div><i>b</i>",
      "!div:-1:<div style='display:none'><b>a</b></div> !b:0:<b>a</b> i:-1:<i>b</i>" },
    { "a tag in a comment is none", "<!-- <div> --><p>a</p>", "p:-1:<p>a</p>" },
    { "a tag in a script is none", "<script>'<div>'</script>",
      "!script:-1:<script>'<div>'</script>" },
    { "names of no known element", "<x-promo>a</X-PROMO>", "x-promo:-1:<x-promo>a</X-PROMO>" },
};

static Message *
parse_html (const char *html)
{
    g_autofree char *text = g_strdup_printf ("From: a@shop.example\r\nMIME-Version: 1.0\r\n"
                                             "Content-Type: text/html\r\n\r\n%s",
                                             html);
    g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
    Message *message = message_parse (bytes, NULL);

    g_assert_nonnull (message);
    return message;
}

static char *
format_outline (const Message *message)
{
    GString *out = g_string_new (NULL);
    const char *data = g_bytes_get_data (message_leaf (message, 0)->content, NULL);

    for (unsigned i = 0; i < message_element_count (message, 0); i++) {
        const LeafElement *element = message_element (message, 0, i);
        g_assert_cmpuint (element->start, <, element->inner_start);
        g_assert_cmpuint (element->inner_start, <=, element->inner_end);
        g_assert_cmpuint (element->inner_end, <=, element->end);
        g_string_append_printf (out, "%s%s%s%s:%d:%.*s", out->len ? " " : "",
                                element->whole ? "" : "~", element->hidden ? "!" : "",
                                element->name, element->parent,
                                (int)(element->end - element->start), data + element->start);
    }
    return g_string_free (out, FALSE);
}

static void
test_outline (gconstpointer data)
{
    const OutlineRow *row = data;
    g_autoptr (Message) message = parse_html (row->html);
    g_autofree char *outline = format_outline (message);

    g_assert_cmpstr (outline, ==, row->outline);
}

typedef struct {
    const char *name;
    const char *html; /* the first element is asked */
    const char *attribute;
    const char *value; /* NULL when there is none */
} AttributeRow;

static const AttributeRow attributes[] = {
    { "a quoted value", "<td class=\"a b\">", "class", "a b" },
    { "references are resolved", "<a href='?a=1&amp;b=&#50;'>", "href", "?a=1&b=2" },
    { "no value", "<td nowrap>", "nowrap", "" },
    { "not there", "<td class=a>", "id", NULL },
    { "case does not count", "<TD CLASS=a>", "class", "a" },
    { "the first of two", "<td class=a class=b>", "class", "a" },
    { "a name within a name", "<td data-class=a>", "class", NULL },
    { "an attribute of the next tag", "<td><p class=a>", "class", NULL },
};

static void
test_attribute (gconstpointer data)
{
    const AttributeRow *row = data;
    g_autoptr (Message) message = parse_html (row->html);
    g_autofree char *value = message_element_attribute (message, 0, 0, row->attribute);

    g_assert_cmpstr (value, ==, row->value);
}

static void
test_attributes (void)
{
    static const char *const names[] = { "_b", "class", "id", NULL };
    static const char *const values[] = { "1", "a b", NULL };
    g_autoptr (Message) message = parse_html ("<td CLASS='a b' _b=1 class=c>");
    char *got[G_N_ELEMENTS (names)];

    message_element_attributes (message, 0, 0, names, got);
    for (unsigned i = 0; names[i]; i++) {
        g_assert_cmpstr (got[i], ==, values[i]);
        g_free (got[i]);
    }
}

static void
test_bounds (void)
{
    g_autoptr (GString) html = g_string_new (NULL);

    for (unsigned i = 0; i < 300; i++)
        g_string_append (html, "<div>");
    g_autoptr (Message) message = parse_html (html->str);
    g_assert_nonnull (message_leaf (message, 0)->locked);
    g_assert_cmpuint (message_element_count (message, 0), ==, 0);
}

/* Pages, and whether they are of one template. */
static const struct {
    const char *name, *one, *other;
    bool same;
} templates[] = {
    { "texts and attributes", "<p class=a>x</p><i>y</i>", "<p>other</p><i id=b>z</i>", true },
    { "another number of rows", "<table><tr><td>a</table>",
      "<table><tr><td>a<tr><td>b<tr><td>c</table>", true },
    { "rows in another order", "<div><p>a</p><b>c</b></div>", "<div><b>c</b><p>a</p></div>",
      true },
    { "an element more", "<div><p>a</p></div>", "<div><p>a</p><b>c</b></div>", false },
    { "an element elsewhere", "<div><p>a</p></div><b>c</b>", "<div><p>a</p><b>c</b></div>",
      false },
    { "an element within", "<div><p>a</p></div>", "<div><p>a<b>c</b></p></div>", false },
    { "another name", "<div><p>a</p></div>", "<div><q>a</q></div>", false },
    { "a row of another kind", "<table><tr><td>a</table>", "<table><tr><td>a<tr><th>b</table>",
      false },
};

static void
test_templates (void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (templates); i++) {
        g_autoptr (Message) one = parse_html (templates[i].one);
        g_autoptr (Message) other = parse_html (templates[i].other);
        g_autofree char *first = message_template (one), *second = message_template (other);
        g_assert_cmpuint (strlen (first), ==, 16);
        if ((strcmp (first, second) == 0) != templates[i].same)
            g_error ("%s", templates[i].name);
    }
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autofree char *path = g_strdup_printf ("/outline/%s", rows[i].name);
        g_test_add_data_func (path, &rows[i], test_outline);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS (attributes); i++) {
        g_autofree char *path = g_strdup_printf ("/attribute/%s", attributes[i].name);
        g_test_add_data_func (path, &attributes[i], test_attribute);
    }
    g_test_add_func ("/outline/templates", test_templates);
    g_test_add_func ("/outline/several attributes", test_attributes);
    g_test_add_func ("/outline/nested too deep", test_bounds);
    return g_test_run ();
}
