/* SPDX-License-Identifier: BSD-2-Clause */

/* What in a mail tells that it was opened or followed, and what comes in its place. */

#include <string.h>

#include "licet/tracking.h"

static const char *const pixel_hosts[] = { "px.example", ".open.example", NULL };
static const char *const pixel_patterns[] = { "/o/*", "*open.gif?*", NULL };
static const char *const link_hosts[] = { "click.example", ".links.example", NULL };
static const char *const link_parameters[] = { "url", "u", NULL };
static const char *const campaign_parameters[] = { "utm_*", "mc_eid", NULL };

static const TrackingPatterns patterns = {
    .pixel_hosts = (char **)pixel_hosts,
    .pixel_patterns = (char **)pixel_patterns,
    .link_hosts = (char **)link_hosts,
    .link_parameters = (char **)link_parameters,
    .campaign_parameters = (char **)campaign_parameters,
};

typedef struct {
    const char *source; /* of an HTML leaf; of a plain one when it begins with "=" */
    const char *want;   /* "what [source] -> with" of each place, "-" when it has no target */
} Row;

#define A(href) "<a href=\"" href "\">x</a>"

static const Row rows[] = {
    { "<img src='https://px.example/1.gif' width=1>",
      "pixel [<img src='https://px.example/1.gif' width=1>] -> " },
    { "<IMG ALT='' SRC=http://a.b.OPEN.example/x>",
      "pixel [<IMG ALT='' SRC=http://a.b.OPEN.example/x>] -> " },
    { "<img src=\"//open.example\">", "pixel [<img src=\"//open.example\">] -> " },
    { "<img src='http://u@px.example:80/'>",
      "pixel [<img src='http://u@px.example:80/'>] -> " },
    { "<img src='http://px.example./'>", "pixel [<img src='http://px.example./'>] -> " },
    { "<img src='http://px.example.evil/'>", "" },
    { "<img src='http://xpx.example/'>", "" },
    { "<img src='http://a.px.example/'>", "" },
    { "<img src='http://shop.example/o/7f.png'>",
      "pixel [<img src='http://shop.example/o/7f.png'>] -> " },
    { "<img src='http://shop.example/open.gif?id=1'>",
      "pixel [<img src='http://shop.example/open.gif?id=1'>] -> " },
    { "<img src='http://shop.example/logo.gif' width=1 height=1>", "" },
    { "<img src='cid:a@b'>", "" },
    { "<img src='http://p&#120;.example/'>",
      "pixel [<img src='http://p&#120;.example/'>] -> " },
    { "<!-- <img src='http://px.example/'> -->", "" },
    { "<img alt='src=http://px.example/'>", "" },
    { A ("https://click.example/c?url=https%3A%2F%2Fshop.example%2Fa%3Fb%3D1%26c%3D2&id=7"),
      "link [https://click.example/c?url=https%3A%2F%2Fshop.example%2Fa%3Fb%3D1%26c%3D2&id=7] "
      "-> "
      "https://shop.example/a?b=1&amp;c=2" },
    { A ("https://a.links.example/?id=7&amp;u=http://shop.example/"),
      "link [https://a.links.example/?id=7&amp;u=http://shop.example/] -> "
      "http://shop.example/" },
    { A ("https://click.example/c?url=https://s.example/?utm_source=x%26a=1"),
      "link [https://click.example/c?url=https://s.example/?utm_source=x%26a=1] -> "
      "https://s.example/?a=1" },
    { A ("https://click.example/7f3a"), "wrapped [https://click.example/7f3a] -> -" },
    { A ("https://click.example/c?url=javascript:alert(1)"),
      "wrapped [https://click.example/c?url=javascript:alert(1)] -> -" },
    { A ("https://click.example/c?url=%2Fa"),
      "wrapped [https://click.example/c?url=%2Fa] -> -" },
    { A ("https://click.example/c?url=//evil.example"),
      "wrapped [https://click.example/c?url=//evil.example] -> -" },
    { A ("https://click.example/c?url=https%3A%2F%2Fs.example%2F%22%3E%3Cb%0D%0A"),
      "link [https://click.example/c?url=https%3A%2F%2Fs.example%2F%22%3E%3Cb%0D%0A] -> "
      "https://s.example/%22%3E%3Cb%0D%0A" },
    { A ("https://click.example/c?url=https://s.example/&#34;b"),
      "wrapped [https://click.example/c?url=https://s.example/&#34;b] -> -" },
    { A ("https://click.example/c?url=https%3A%2F%2Fs.example%2F%C3%A9%2525"),
      "link [https://click.example/c?url=https%3A%2F%2Fs.example%2F%C3%A9%2525] -> "
      "https://s.example/%C3%A9%25" },
    { A ("https://shop.example/a?utm_source=x&amp;id=7&amp;utm_medium=y#top"),
      "campaign-parameter "
      "[https://shop.example/a?utm_source=x&amp;id=7&amp;utm_medium=y#top] -> "
      "https://shop.example/a?id=7#top" },
    { A ("https://shop.example/a?mc_eid=9"),
      "campaign-parameter [https://shop.example/a?mc_eid=9] -> https://shop.example/a" },
    { A ("https://shop.example/a?id=7"), "" },
    { A ("mailto:a@shop.example?utm_source=x"), "" },
    { A ("/a?utm_source=x"), "" },
    { "<a href=https://shop.example/a?mc_eid=9&id='7'>x</a>",
      "campaign-parameter [https://shop.example/a?mc_eid=9&id='7'] -> "
      "https://shop.example/a?id=&#39;7&#39;" },
    { "<a href='https://shop.example/?q=\xc3\xa9&amp;utm_a=1'>x</a>", "" },
    { "<a href='http://shop.example/' href='https://click.example/x'>x</a>", "" },
    { "<a title=\"https://click.example/x\">x</a>", "" },
    { "<area href='https://click.example/x'>", "wrapped [https://click.example/x] -> -" },
    { "<p>https://click.example/x</p>", "" },
    { "=See https://click.example/c?url=https%3A%2F%2Fshop.example%2Fa%3Fb%3D1%26c. Bye\r\n",
      "link [https://click.example/c?url=https%3A%2F%2Fshop.example%2Fa%3Fb%3D1%26c] -> "
      "https://shop.example/a?b=1&c" },
    { "=See <https://shop.example/?utm_x=1>\r\n",
      "campaign-parameter [https://shop.example/?utm_x=1] -> https://shop.example/" },
    { "=See www.click.example\r\n", "" },
};

static void
test_tracking (const void *data)
{
    const Row *row = data;
    bool plain = row->source[0] == '=';
    g_autofree char *text =
        g_strdup_printf ("Subject: x\r\nContent-Type: text/%s; charset=utf-8\r\n\r\n%s",
                         plain ? "plain" : "html", row->source + plain);
    g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
    g_autoptr (GError) error = NULL;
    g_autoptr (Message) message = message_parse (bytes, &error);
    g_autoptr (GString) found = g_string_new (NULL);

    g_assert_no_error (error);
    g_autoptr (GPtrArray) places = tracking_find (message, &patterns);
    for (unsigned i = 0; i < places->len; i++) {
        const TrackingPlace *place = g_ptr_array_index (places, i);
        const char *content =
            g_bytes_get_data (message_leaf (message, place->leaf)->content, NULL);
        g_string_append_printf (found, "%s [%.*s] -> %s", place->what,
                                (int)(place->end - place->start), content + place->start,
                                place->with ? place->with : "-");
    }
    g_assert_cmpstr (found->str, ==, row->want);
}

/* What is found can be put in its place. */
static void
test_render (void)
{
    static const char text[] =
        "Subject: x\r\nContent-Type: text/html\r\n\r\n<p><img src=http://px.example/>"
        "<a href='https://click.example/?u=https://s.example/?a=1%26b'>x</a></p>\r\n";
    g_autoptr (GBytes) bytes = g_bytes_new_static (text, sizeof text - 1);
    g_autoptr (GError) error = NULL;
    g_autoptr (Message) message = message_parse (bytes, &error);
    g_autoptr (GPtrArray) edits = g_ptr_array_new_with_free_func ((GDestroyNotify)edit_free);

    g_autoptr (GPtrArray) places = tracking_find (message, &patterns);
    g_assert_cmpuint (places->len, ==, 2);
    for (unsigned i = 0; i < places->len; i++) {
        const TrackingPlace *place = g_ptr_array_index (places, i);
        g_ptr_array_add (
            edits, *place->with
                       ? edit_replace_new ("t", place->leaf, place->start, place->end,
                                           place->with, "t", NULL)
                       : edit_cut_new ("t", place->leaf, place->start, place->end, "t", NULL));
    }
    g_autoptr (GBytes) result = message_render (message, edits, &error);
    g_assert_no_error (error);
    g_autofree char *got =
        g_strndup (g_bytes_get_data (result, NULL), g_bytes_get_size (result));
    g_assert_cmpstr (got, ==,
                     "Subject: x\r\nContent-Type: text/html\r\n\r\n<p>"
                     "<a href='https://s.example/?a=1&amp;b'>x</a></p>\r\n");
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autofree char *path = g_strdup_printf ("/tracking/%02u", i);
        g_test_add_data_func (path, &rows[i], test_tracking);
    }
    g_test_add_func ("/tracking/render", test_render);
    return g_test_run ();
}
