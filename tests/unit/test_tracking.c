/* SPDX-License-Identifier: BSD-2-Clause */

/* What in a mail tells that it was opened or followed, and what comes in its place. */

#include <string.h>

#include "licet/tracking.h"

static const char *const pixel_hosts[] = { "px.example", ".open.example", NULL };
static const char *const pixel_patterns[] = { "/o/*", "*open.gif?*", NULL };
static const char *const link_hosts[] = { "click.example", ".links.example",
                                          "klick.xn--mnchen-3ya.example", NULL };
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
    { "<a href='https://shop.example/?q=\xc3\xa9 x&amp;utm_a=1'>x</a>",
      "campaign-parameter [https://shop.example/?q=\xc3\xa9 x&amp;utm_a=1] -> "
      "https://shop.example/?q=%C3%A9%20x" },
    { "<a href='https://b\xc3\xbc.example/?utm_a=1'>x</a>",
      "campaign-parameter [https://b\xc3\xbc.example/?utm_a=1] -> -" },
    { "<a href='https://shop.example/?q=\xe9&amp;utm_a=1'>x</a>",
      "campaign-parameter [https://shop.example/?q=\xe9&amp;utm_a=1] -> -" },
    /* As browsers read addresses. */
    { "<a href='https:\\\\click.example/x'>x</a>", "wrapped [https:\\\\click.example/x] -> -" },
    { "<a href='https:click.example/x'>x</a>", "wrapped [https:click.example/x] -> -" },
    { "<a href='https://click.\nexample/x'>x</a>", "wrapped [https://click.\nexample/x] -> -" },
    { "<a href='https://klick.m\xc3\xbcnchen.example/x'>x</a>",
      "wrapped [https://klick.m\xc3\xbcnchen.example/x] -> -" },
    { "<a href='https://KLICK.xn--mnchen-3ya.example/x'>x</a>",
      "wrapped [https://KLICK.xn--mnchen-3ya.example/x] -> -" },
    /* A target behind two counting hosts, and one that never comes. */
    { A ("https://click.example/?u=https%3A%2F%2Fa.links.example%2F%3Fu%3Dhttp%253A%252F%252F"
         "s.example%252F"),
      "link [https://click.example/?u=https%3A%2F%2Fa.links.example%2F%3Fu%3Dhttp%253A%252F"
      "%252Fs.example%252F] -> http://s.example/" },
    { A ("https://click.example/?u=https%3A%2F%2Fclick.example%2F7f3a"),
      "wrapped [https://click.example/?u=https%3A%2F%2Fclick.example%2F7f3a] -> -" },
    { A ("https://click.example/?u=https://s.example/a;b=1&amp;id=7"),
      "link [https://click.example/?u=https://s.example/a;b=1&amp;id=7] -> "
      "https://s.example/a;b=1" },
    { A ("https://shop.example/?utm_a=x;y&amp;id=7"),
      "campaign-parameter [https://shop.example/?utm_a=x;y&amp;id=7] -> "
      "https://shop.example/?id=7" },
    { A ("https://click.example/?u=http:evil"),
      "wrapped [https://click.example/?u=http:evil] -> -" },
    /* Other elements that read addresses. */
    { "<image src='http://px.example/'>", "pixel [<image src='http://px.example/'>] -> " },
    { "<td background='http://px.example/1'>", "pixel [http://px.example/1] -> data:," },
    { "<input type=image src=http://px.example/1>", "pixel [http://px.example/1] -> data:," },
    { "<link rel=stylesheet href=//px.example/a.css>", "pixel [//px.example/a.css] -> data:," },
    { "<img src=a.png srcset='b.png 1x, http://px.example/2 2x'>",
      "pixel [b.png 1x, http://px.example/2 2x] -> -" },
    { "<img srcset=http://px.example/2 src=http://px.example/1>",
      "pixel [<img srcset=http://px.example/2 src=http://px.example/1>] -> " },
    { "<p style=\"background:url(&quot;http://px.example/1&quot;)\">x</p>",
      "pixel [background:url(&quot;http://px.example/1&quot;)] -> -" },
    { "<p style=\"background:url(http://shop.example/px.example)\">x</p>", "" },
    { "<style>p{background:url(//px.example/1)}</style>",
      "pixel [p{background:url(//px.example/1)}] -> -" },
    { "<base href='https://click.example/'>", "wrapped [https://click.example/] -> -" },
    { "<form action='https://click.example/?u=https://s.example/'>",
      "link [https://click.example/?u=https://s.example/] -> https://s.example/" },
    { "<amp-img src='http://px.example/' width=1><b>x</b></amp-img><i>y</i>",
      "pixel [<amp-img src='http://px.example/' width=1><b>x</b></amp-img>] -> " },
    { "<amp-img src='http://px.example/'><a href='https://click.example/x'>x</a></amp-img>",
      "pixel [<amp-img src='http://px.example/'><a href='https://click.example/x'>x</a>"
      "</amp-img>] -> " },
    { "<!--[if mso]><v:rect href='https://click.example/?u=https://s.example/'><![endif]-->",
      "link [https://click.example/?u=https://s.example/] -> -" },
    { "<!--[if !mso]><!--><a href='https://click.example/x'>x</a><!--<![endif]-->",
      "wrapped [https://click.example/x] -> -" },
    { "<!--[if-->", "" },
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
    { "=See https://click.example/\xc3\xbc?u=http://s.example/\r\n",
      "link [https://click.example/\xc3\xbc?u=http://s.example/] -> http://s.example/" },
    { "=See https://click.example/\xff?u=http://s.example/\r\n",
      "link [https://click.example/] -> -" },
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

/* Leaves that are not edited are searched all the same. */
#define TEXT(text) text, sizeof text - 1

typedef struct {
    const char *type;   /* and the rest of its header */
    const char *source; /* may hold NUL */
    size_t length;
    const char *want; /* as above, with the range as numbers */
} LeafRow;

#define SIGNED                                                                                 \
    "multipart/signed; boundary=b; protocol=\"application/pgp-signature\"; micalg=pgp-sha1"
#define PIXEL  "<img src=http://px.example/>"
#define NESTED "Subject: y\r\nContent-Type: text/html\r\n\r\n" PIXEL

static const LeafRow leaf_rows[] = {
    { "text/html; charset=utf-16le",
      TEXT ("<\0i\0m\0g\0 \0s\0r\0c\0=\0/\0/\0p\0x\0.\0e\0x\0a\0m\0p\0l\0e\0>\0"),
      "pixel 0-44 cut" },
    { "text/html; charset=x-unknown", TEXT (PIXEL), "pixel 0-28 cut" },
    { "text/html; charset=utf-8\r\nContent-Disposition: attachment", TEXT (PIXEL), "" },
    { "message/rfc822", TEXT (NESTED), "pixel 0-28 -" },
    { SIGNED,
      TEXT ("--b\r\nContent-Type: text/html\r\n\r\n" PIXEL "\r\n--b\r\n"
            "Content-Type: application/pgp-signature\r\n\r\nx\r\n--b--\r\n"),
      "pixel 0-28 cut" },
};

static void
test_leaf (const void *data)
{
    const LeafRow *row = data;
    GString *text = g_string_new (NULL);
    g_autoptr (GError) error = NULL;
    g_autoptr (GString) found = g_string_new (NULL);

    g_string_printf (text, "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: %s\r\n\r\n",
                     row->type);
    g_string_append_len (text, row->source, (gssize)row->length);
    g_autoptr (GBytes) bytes = g_string_free_to_bytes (text);
    g_autoptr (Message) message = message_parse (bytes, &error);
    g_assert_no_error (error);
    g_autoptr (GPtrArray) places = tracking_find (message, &patterns);
    for (unsigned i = 0; i < places->len; i++) {
        const TrackingPlace *place = g_ptr_array_index (places, i);
        g_string_append_printf (found, "%s %zu-%zu %s", place->what, place->start, place->end,
                                !place->with   ? "-"
                                : *place->with ? place->with
                                               : "cut");
        if (!place->with)
            continue;
        g_autoptr (GPtrArray) edits =
            g_ptr_array_new_with_free_func ((GDestroyNotify)edit_free);
        g_ptr_array_add (edits,
                         edit_cut_new ("t", place->leaf, place->start, place->end, "t", NULL));
        g_assert_null (message_render (message, edits, NULL));
    }
    g_assert_cmpstr (found->str, ==, row->want);
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
    for (unsigned i = 0; i < G_N_ELEMENTS (leaf_rows); i++) {
        g_autofree char *path = g_strdup_printf ("/tracking/leaf/%u", i);
        g_test_add_data_func (path, &leaf_rows[i], test_leaf);
    }
    g_test_add_func ("/tracking/render", test_render);
    return g_test_run ();
}
