/* SPDX-License-Identifier: BSD-2-Clause */

/* What is read out of a leaf: visible text, links and marked blocks. */

#include <string.h>

#include "licet/message.h"

/* A message with one leaf, whose content is given as it stands. */
static Message *
parse (const char *type, const char *content)
{
    g_autofree char *text =
        g_strdup_printf ("Subject: x\r\nContent-Type: %s\r\n\r\n%s", type, content);
    g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
    g_autoptr (GError) error = NULL;
    Message *message = message_parse (bytes, &error);

    g_assert_no_error (error);
    return message;
}

typedef struct {
    const char *name;
    const char *type;
    const char *content;
    const char *want;
} Row;

#define HTML "text/html; charset=utf-8"

static const Row visible_rows[] = {
    { "words in different blocks do not join", HTML, "<p>one<div>two</div>three<br>four",
      "one two three four" },
    { "words in details and figures do not join", HTML,
      "<details><summary>one</summary>two</details><figure>three<figcaption>four</figcaption>",
      "one two three four" },
    { "words in one line join as written", HTML, "<b>un</b>broken <i> x</i>", "unbroken x" },
    { "cells and rows are apart", HTML, "<table><tr><td>a<td>b<tr><td>c</table>d", "a b c d" },
    { "head, title, style and script are not read", HTML,
      "<head><title>t</title><style>p{}</style></head><script>x<p>y</script>z", "z" },
    { "display: none hides all inside", HTML,
      "<div style='color:red; DISPLAY : None'>a<p style='display:block'>b</p></div>c", "c" },
    { "visibility can come back", HTML,
      "<p style='visibility:hidden'>a<span style='visibility:visible'>b</span></p>", "b" },
    { "a size of nothing hides until a child has one", HTML,
      "<td style='font-size:0px'>a<div style='font-size:13px'>b</div></td>", "b" },
    { "a size of one pixel hides", HTML, "<p style='font-size:1px;'>a</p>b", "b" },
    { "a size of ten pixels does not", HTML, "<p style='font-size:10px;'>a</p>b", "a b" },
    { "what only Outlook hides is hidden", HTML, "<p style='mso-hide:all'>a</p>b", "b" },
    { "the hidden attribute hides", HTML, "<p hidden>a</p>b", "b" },
    { "a void element hides nothing after it", HTML, "<img style='display:none'>a", "a" },
    { "comments and conditional comments are not read", HTML,
      "a<!-- b --><!--[if mso]>c<![endif]--><!--[if !mso]><!-->d<!--<![endif]-->", "ad" },
    { "a comment ends at the first arrow", HTML, "<!-- > -- x -->a<!-->b<!--->c", "abc" },
    { "an unfinished comment takes the rest", HTML, "a<!-- b", "a" },
    { "an unfinished tag takes the rest", HTML, "a<p title='b", "a" },
    { "a lone less-than sign is text", HTML, "1 < 2 <3", "1 < 2 <3" },
    { "greater-than signs in quotes are no end", HTML, "<p title=\"a>b\">c", "c" },
    { "references are resolved", HTML, "&lt;a&gt; &euro;5 &#x41;&#66; &eacute &unknown; &amp",
      "<a> €5 AB é &unknown; &" },
    { "windows numbers mean windows letters", HTML, "&#128;&#0;", "€\xef\xbf\xbd" },
    { "Latin-1 is decoded", "text/html; charset=iso-8859-1", "<p>caf\xe9", "café" },
    { "wrong UTF-8 is still read", HTML, "<p>caf\xe9 \xc3\xa9", "café é" },
    { "tags are found in Shift JIS", "text/html; charset=shift_jis", "<p>\x83\x5c</p>x",
      "ソ x" },
    { "tags are found in ISO-2022-JP", "text/html; charset=iso-2022-jp",
      "<p>\x1b$B\x3c!\x1b(B</p>x", "次 x" },
    { "plain text is what it is", "text/plain", "a  <b>\r\n &amp; c\r\n", "a <b> &amp; c" },
    { "end tags out of order do not hide the rest", HTML,
      "<p style='display:none'>a<b></p>b</b>c", "bc" },
    { "the head does not hide what a browser shows", HTML, "<head><p>a</p></head>b", "a b" },
    { "a class of a style sheet hides", HTML,
      "<style>.x{display:none}</style><p class='y x'>a</p>b", "b" },
    { "a sheet that stands below hides", HTML,
      "<p class=x>a</p>b<style>.x{display:none}</style>", "b" },
    { "a type, an id and a list of a sheet hide", HTML,
      "<style>i,#u,td.z{display:none}</style><i>a</i><b id=u>b</b><p class=z>c</p>d", "c d" },
    { "a later rule of the same weight wins", HTML,
      "<style>.x{display:none}.y{display:block}</style><p class='y x'>a</p>", "a" },
    { "the heavier selector wins", HTML,
      "<style>#u{display:block}p{display:none}</style><p id=u>a</p><p>b</p>", "a" },
    { "a style attribute is heavier than a sheet", HTML,
      "<style>.x{display:none}</style><p class=x style='display:block'>a</p>", "a" },
    { "unless the sheet calls itself important", HTML,
      "<style>.x{display:none ! important}</style><p class=x style='display:block'>a</p>b",
      "b" },
    { "a rule for narrow screens does not hide", HTML,
      "<style>@media (max-width:600px){.x{display:none}}.y{color:red}</style><p class=x>a</p>",
      "a" },
    { "a rule for paper does not hide", HTML,
      "<style media=print>.x{display:none}</style><p class=x>a</p>", "a" },
    { "a rule for all screens hides", HTML,
      "<style>@media only screen{.x{display:none}}</style><p class=x>a</p>b", "b" },
    { "comments and escapes in a sheet", HTML,
      "<style><!-- /* } */ .x { dis\\70lay/**/:no\\6e e } --></style><p class=x>a</p>b", "b" },
    { "a brace in a string is none", HTML,
      "<style>.q::after{content:'}'} .x{display:none}</style><p class=x>a</p>b", "b" },
    { "a string that is broken ends with its line", HTML,
      "<style>.q{content:'x\n}.x{display:none}</style><p class=x>a</p>b", "b" },
    { "a selector that is not understood does not hide", HTML,
      "<style>div > .x{display:none}</style><p class=x>a</p>", "a" },
    { "a rule of a descendant", HTML,
      "<style>.o .x{display:none}</style><div class=o><b><p class=x>a</p></b></div><p "
      "class=x>b</p>",
      "b" },
    { "a rule of a child", HTML,
      "<style>.o>p{display:none}</style><div class=o><p>a</p><b><p>b</p></b></div>", "b" },
    { "a rule of a child of a descendant", HTML,
      "<style>.o .m>p{display:none}</style><i class=o><i "
      "class=m><i><p>a</p></i><p>b</p></i></i>",
      "a" },
    { "a rule of several tests", HTML,
      "<style>p.x.y[lang=de]{display:none}</style><p class='y x' lang=de>a</p><p class=x "
      "lang=de>b</p>",
      "b" },
    { "a rule of a position", HTML,
      "<style>td:nth-child(2){display:none}</style><table><tr><td>a<td>b<td>c</table>", "a c" },
    { "a rule of an attribute", HTML,
      "<style>[data-x^=q]{display:none}</style><p data-x=qr>a</p><p data-x=r>b</p>", "b" },
    { "a rule below body, whose tag is left out", HTML,
      "<style>html body .x{display:none}</style><p class=x>a</p>b", "b" },
    { "a heavier rule shows what a later one hides", HTML,
      "<style>.o p.x{display:block}p.x{display:none}</style><div class=o><p "
      "class=x>a</p></div><p class=x>b</p>",
      "a" },
    { "an id weighs more than classes", HTML,
      "<style>#u{display:block}.a.b.c p{display:none}p#u{color:red}</style><i class='a b c'><p "
      "id=u>a</p><p>b</p></i>",
      "a" },
    { "an id as an attribute weighs like a class", HTML,
      "<style>.o [id=u]{display:none}.o .x{display:block}</style><i class=o><p id=u "
      "class=x>a</p></i>",
      "a" },
    { "importance above weight", HTML,
      "<style>.x{display:block!important}#u.x{display:none}</style><p id=u class=x>a</p>",
      "a" },
    { "a list of rules", HTML,
      "<style>.q, .o .x, #z{display:none}</style><div class=o><p class=x>a</p></div><p "
      "id=z>b</p>c",
      "c" },
    { "a selector that is not known hides nothing", HTML,
      "<style>i || .x, .o:hover .x{display:none}</style><i>a</i><p class=x>b</p>", "a b" },
    { "a rule of the next sibling", HTML,
      "<style>i + .x{display:none}</style><div><i>a</i> b <p class=x>c</p><p "
      "class=x>d</p></div>",
      "a b d" },
    { "a rule of later siblings", HTML,
      "<style>i ~ .x{display:none}</style><div><p class=x>a</p><i>b</i><p>c</p><p "
      "class=x>d</p></div><p class=x>e</p>",
      "a b c e" },
    { "a rule of a sibling below another", HTML,
      "<style>.o i + b .x{display:none}</style><div class=o><i>a</i><b><u "
      "class=x>b</u></b></div><i>c</i><b><u class=x>d</u></b>",
      "a cd" },
    { "a rule for mail that a webmail has changed", HTML,
      "<style>u + .body .x{display:none}</style><body class=body><p class=x>a</p>", "a" },
    { "a rule that excludes", HTML,
      "<style>p:not(.x, [lang=de]){display:none}</style><p class=x>a</p><p "
      "lang=de>b</p><p>c</p>",
      "a b" },
    { "what is excluded has its weight", HTML,
      "<style>p:not(b, #q){display:none}.o p.x{display:block}</style><i class=o><p "
      "class=x>a</p></i>b",
      "b" },
    { "a position from the end that is excluded hides nothing", HTML,
      "<style>p:not(:last-child){display:none}</style><div><p>a</p><p>b</p></div>", "a b" },
    { "what stands in the head is no sibling", HTML,
      "<style>style + p, title ~ p{display:none}</style><title>t</title><p>a</p>", "a" },
    { "nor where the page has its tag", HTML,
      "<html><style>style ~ p{display:none}</style><p>a</p>", "a" },
    { "nor does it count", HTML, "<style>p:first-child{display:none}</style><p>a</p><p>b</p>",
      "b" },
    { "in the body it is one", HTML,
      "<body><style>style + p{display:none}</style><p>a</p><p>b</p>", "b" },
    { "a position from the end hides nothing", HTML,
      "<style>.o p:last-child{display:none}</style><div class=o><p>a</p></div>", "a" },
    { "every screen is wider than a pixel", HTML,
      "<style>@media screen and (min-width: 1px){.x{display:none}}</style><p class=x>a</p>b",
      "b" },
    { "every screen is narrower than all", HTML,
      "<style>@media (max-width:99999px){.x{display:none}}</style><p class=x>a</p>b", "b" },
    { "what is not printed", HTML,
      "<style>@media not print{.x{display:none}}</style><p class=x>a</p>b", "b" },
    { "wide screens are not all", HTML,
      "<style>@media screen and (min-width:600px){.x{display:none}}</style><p class=x>a</p>",
      "a" },
    { "a width that is not understood", HTML,
      "<style>@media (min-width:calc(9999px)){.x{display:none}}@media "
      "(min-width:100cm){.x{display:none}}@media (min-width:1px)and(max-width:1px)"
      "{.x{display:none}}</style><p class=x>a</p>",
      "a" },
    { "a body is in no body", HTML,
      "<style>body body .x,body html .x{display:none}</style><p class=x>a</p>", "a" },
    { "a condition that is not known", HTML,
      "<style>@media screen and (orientation:portrait){.x{display:none}}</style><p "
      "class=x>a</p>",
      "a" },
    { "letters of half a point are too small", HTML,
      "<p style='font-size:.5pt'>a</p><p style='font:0/0 a'>b</p>c", "c" },
    { "a hundredth of the size is too small", HTML,
      "<p style='font-size:20px'>a<b style='font-size:5%'>b</b><b "
      "style='font-size:0.9em'>c</b></p>",
      "ac" },
    { "the weight of a font is not its size", HTML, "<p style='font:400 13px/20px a'>a</p>",
      "a" },
    { "white on white", HTML,
      "<p style='color:#fff'>a</p><p style='color:rgb(254, 254,254)'>b</p>c", "c" },
    { "the colour of a cell", HTML,
      "<table bgcolor='#112233'><td><font color='112233'>a</font><td "
      "style='color:white'>b</table>",
      "b" },
    { "the colour of a named background", HTML,
      "<div style='background:navy'><b style='color:#000080'>a</b><i "
      "style='color:#FFF'>b</i></div>",
      "b" },
    { "white on a picture is seen", HTML, "<td style='color:#fff;background:url(x.png)'>a</td>",
      "a" },
    { "white is seen when a background cannot be told", HTML,
      "<style>body .x{background:#000}</style><p class=x style='color:#fff'>a</p>", "a" },
    { "letters without colour", HTML,
      "<p style='color:transparent'>a</p><p style='color:rgba(0,0,0,0)'>b</p>c", "c" },
    { "off the screen", HTML,
      "<p style='position:absolute;left:-9999px;top:0'>a</p><p "
      "style='text-indent:-999px'>b</p>c",
      "c" },
    { "a small indent is on it", HTML, "<p style='text-indent:-20px;margin-left:20px'>a</p>",
      "a" },
    { "no room", HTML,
      "<p style='height:0;overflow:hidden'>a</p><p style='max-height:0px'>b</p><p "
      "style='width:1px;overflow:hidden'>c</p>d",
      "d" },
    { "all the width is room", HTML, "<p style='width:100%;height:100%;overflow:hidden'>a</p>",
      "a" },
    { "clipped to nothing", HTML, "<p style='position:absolute;clip:rect(0 0 0 0)'>a</p>b",
      "b" },
    { "as good as transparent", HTML,
      "<p style='opacity:.01'>a</p><p style='opacity:0.5'>b</p>", "b" },
    { "of two style attributes the first counts", HTML,
      "<p style='color:red' style='display:none'>a</p>", "a" },
    { "a display undoes the hidden attribute", HTML, "<p hidden style='display:block'>a</p>",
      "a" },
    { "a mask in a data address is no end", HTML,
      "<p style='background:url(data:image/png;display:none)'>a</p>", "a" },
    { "the longest name counts", HTML, "&notin;&notit; &NotEqualTilde;", "∉¬it; ≂̸" },
    { "old text shows its references", HTML, "<xmp>&lt;</xmp>", "&lt;" },
};

static void
test_visible (const void *data)
{
    const Row *row = data;
    g_autoptr (Message) message = parse (row->type, row->content);
    size_t length = g_bytes_get_size (message_leaf (message, 0)->content);
    g_autofree char *text = message_visible_text (message, 0, 0, length);

    g_assert_cmpstr (text, ==, row->want);
}

/* Wanted: "offset visible target|text" lines. */
static const Row link_rows[] = {
    { "an anchor has its words", HTML,
      "x<a class=b href='http://a.example/?x=1&amp;y'>the <b>shop</b></a>",
      "1 1 http://a.example/?x=1&y|the shop\n" },
    { "an anchor without a target is none", HTML, "<a name=x>y</a>", "" },
    { "an anchor around an image is named by it", HTML, "<a href=u><img alt='Unsubscribe'></a>",
      "0 1 u|Unsubscribe\n" },
    { "a new anchor ends the one before", HTML, "<a href=u>one<a href=v>two</a>three",
      "0 1 u|one\n13 1 v|two\n" },
    { "a cell ends an anchor that nobody closed", HTML,
      "<table><tr><td><a href=u>one</td><td>two</td></tr></table>", "15 1 u|one\n" },
    { "a hidden anchor is said to be hidden", HTML,
      "<div style='display:none'><a href=u>x</a></div>", "26 0 u|\n" },
    { "an area is an anchor", HTML, "<map><area href=u></map>x", "5 1 u|\n" },
    { "addresses in plain text come with their lines", "text/plain",
      "To unsubscribe:\r\n<https://a.example/u?i=1>, please.\r\nmailto:x@a.example\r\n",
      "18 1 https://a.example/u?i=1|To unsubscribe: <https://a.example/u?i=1>, please.\n"
      "53 1 mailto:x@a.example|<https://a.example/u?i=1>, please. mailto:x@a.example\n" },
    { "a bare host name counts", "text/plain", "see (www.a.example).\r\n",
      "5 1 www.a.example|see (www.a.example).\n" },
    { "a scheme alone is no link", "text/plain", "http:// and nowww.x\r\n", "" },
};

static void
test_links (const void *data)
{
    const Row *row = data;
    g_autoptr (Message) message = parse (row->type, row->content);
    const GPtrArray *links = message_leaf (message, 0)->links;
    g_autoptr (GString) text = g_string_new (NULL);

    for (unsigned i = 0; i < links->len; i++) {
        const Link *link = g_ptr_array_index (links, i);
        g_string_append_printf (text, "%zu %d %s|%s\n", link->start, link->visible,
                                link->target, link->text);
    }
    g_assert_cmpstr (text->str, ==, row->want);
}

/* Wanted: "how:text of the block:text inside the marks" for each. */
static const Row mark_rows[] = {
    { "a pair of comments", HTML,
      "a<!-- licet:promotional --><p>b</p><!-- /licet:promotional -->c",
      "comment:<!-- licet:promotional --><p>b</p><!-- /licet:promotional -->:<p>b</p>;" },
    { "blanks and case in a comment do not count", HTML,
      "<!--Licet:PROMOTIONAL-->b<!-- / licet:promotional\n-->",
      "comment:<!--Licet:PROMOTIONAL-->b<!-- / licet:promotional\n-->:b;" },
    { "marks inside marks are one block", HTML,
      "<!--licet:promotional-->a<!--licet:promotional-->b<!--/licet:promotional-->c"
      "<!--/licet:promotional-->",
      "comment:<!--licet:promotional-->a<!--licet:promotional-->b<!--/licet:promotional-->c"
      "<!--/licet:promotional-->:a<!--licet:promotional-->b<!--/licet:promotional-->c;" },
    { "an attribute marks its element", HTML,
      "x<div data-licet=\"promotional\"><div>a</div></div>y",
      "attribute:<div data-licet=\"promotional\"><div>a</div></div>:"
      "<div data-licet=\"promotional\"><div>a</div></div>;" },
    { "an attribute on an image", HTML, "x<img data-licet=promotional src=y>z",
      "attribute:<img data-licet=promotional src=y>:<img data-licet=promotional src=y>;" },
    { "left-out end tags inside do not matter", HTML,
      "<ul data-licet=promotional><li>a<li>b</ul>c",
      "attribute:<ul data-licet=promotional><li>a<li>b</ul>:"
      "<ul data-licet=promotional><li>a<li>b</ul>;" },
    { "an element inside a pair is part of it", HTML,
      "<!--licet:promotional--><b data-licet=promotional>x</b><!--/licet:promotional-->",
      "comment:<!--licet:promotional--><b data-licet=promotional>x</b>"
      "<!--/licet:promotional-->:<b data-licet=promotional>x</b>;" },
    { "text lines", "text/plain",
      "a\r\n[licet:promotional]\r\nb\r\n [/Licet:promotional] \r\nc\r\n",
      "text-lines:[licet:promotional]\r\nb\r\n [/Licet:promotional] \r\n:b\r\n;" },
    { "text lines up to the end", "text/plain",
      "a\r\n[licet:promotional]\r\n[/licet:promotional]",
      "text-lines:[licet:promotional]\r\n[/licet:promotional]:;" },
    { "a comment of somebody else", HTML, "<!-- promotional --><!-- deliciet: x -->", "" },
    { "a comment that speaks of licet", HTML,
      "<!-- see licet --><!-- for licet.promotional -->", "" },
    { "attributes of somebody else", HTML,
      "<p data-ticket=promotional data-licence=x class='not-licet-x licet'>licet "
      "promotional</p>",
      "" },
    { "Latin in brackets", "text/plain", "[Licet mihi]\r\n[it is licet:]\r\npromotional\r\n",
      "" },
};

static void
test_marks (const void *data)
{
    const Row *row = data;
    g_autoptr (Message) message = parse (row->type, row->content);
    const GArray *blocks = message_marked_blocks (message);
    g_autoptr (GString) text = g_string_new (NULL);

    for (unsigned i = 0; i < blocks->len; i++) {
        const MarkedBlock *block = &g_array_index (blocks, MarkedBlock, i);
        g_string_append_printf (text, "%s:%.*s:%.*s;", block->how,
                                (int)(block->end - block->start), row->content + block->start,
                                (int)(block->inner_end - block->inner_start),
                                row->content + block->inner_start);
    }
    g_assert_cmpstr (text->str, ==, row->want);
    g_assert_cmpstr (message_mark_problem (message), ==, NULL);
}

static const Row problem_rows[] = {
    { "a mark in the middle of a line", "text/plain", "x [licet:promotional]\r\n",
      "part 1, byte 3: a mark where it has no effect" },
    { "a mark inside a conditional comment", HTML,
      "<!--[if mso]> licet:promotional <![endif]-->",
      "part 1, byte 14: a mark where it has no effect" },
    { "a mark inside a style sheet", HTML, "<style><!-- licet:promotional --></style>",
      "part 1, byte 12: a mark where it has no effect" },
    { "a comment with one dash too many", HTML, "<!--- licet:promotional --->x",
      "part 1, byte 6: a mark where it has no effect" },
    { "the attribute inside a conditional comment", HTML,
      "<!--[if mso]><div data-licet=\"promotional\">x</div><![endif]-->",
      "part 1, byte 18: a mark where it has no effect" },
    { "comments in plain text", "text/plain", "<!-- licet:promotional -->",
      "part 1, byte 5: a mark where it has no effect" },
    { "a mark in another kind of text", "text/markdown", "<!-- licet:promotional -->",
      "part 1, byte 5: a mark where it has no effect: it is no text, HTML or AMP of the mail "
      "itself" },
    { "a begin without an end", HTML, "ab<!-- licet:promotional -->c",
      "part 1, byte 2: a marked block without its end" },
    { "an end without a begin", HTML, "ab<!-- /licet:promotional -->c",
      "part 1, byte 2: the end of a marked block that does not begin" },
    { "two begins and one end", HTML,
      "<!--licet:promotional--><!--licet:promotional--><!--/licet:promotional-->",
      "part 1, byte 0: a marked block without its end" },
    { "a begin that a conditional comment swallowed", HTML,
      "<!--[if mso]><!-- licet:promotional -->x<!-- /licet:promotional --><![endif]-->",
      "part 1, byte 40: the end of a marked block that does not begin" },
    { "a mark with a slip of the pen", HTML, "<!-- licet:promotionnal -->x",
      "part 1, byte 0: a mark that is not known" },
    { "a comment with another sign", HTML, "a<!-- /licet.promotional -->x",
      "part 1, byte 1: a mark that is not known" },
    { "a comment with two words", HTML, "a<!-- Licet promotional -->x",
      "part 1, byte 1: a mark that is not known" },
    { "a comment with another name", HTML, "a<!-- Licit:promotional -->x",
      "part 1, byte 1: a mark that is not known" },
    { "a line with another sign", "text/plain", "a\r\n[licet-promotional]\r\nb\r\n",
      "part 1, byte 3: a mark that is not known; in a text it stands alone on its line" },
    { "a line with two letters swapped", "text/plain", "a\r\n[ilcet:promotional]\r\nb\r\n",
      "part 1, byte 3: a mark that is not known; in a text it stands alone on its line" },
    { "an attribute with another sign", HTML, "a<p data_licet=promotional>x</p>",
      "part 1, byte 1: an attribute that is nearly data-licet" },
    { "an attribute with another letter", HTML, "a<p data-Licit='promotional'>x</p>",
      "part 1, byte 1: an attribute that is nearly data-licet" },
    { "an attribute with a letter too many", HTML, "a<p data-licett='promotional'>x</p>",
      "part 1, byte 1: an attribute that is nearly data-licet" },
    { "an attribute with a letter too few", HTML, "a<p data-liet='promotional'>x</p>",
      "part 1, byte 1: an attribute that is nearly data-licet" },
    { "a class", HTML, "a<p class='x licet-promotional'>x</p>",
      "part 1, byte 1: a class that begins with licet-, which marks nothing: the mark is "
      "data-licet" },
    { "an attribute with a slip of the pen", HTML, "<p data-licet=promo>x</p>",
      "part 1, byte 0: a data-licet attribute that is not known" },
    { "an element without its end tag", HTML, "a<div data-licet=promotional>x",
      "part 1, byte 1: a marked element without its end tag" },
    { "an element that its parent ends", HTML, "<ul><li data-licet=promotional>x</ul>",
      "part 1, byte 4: a marked element without its end tag" },
    { "an element that the next one ends", HTML,
      "<ul><li data-licet=promotional>x<li>y</li></ul>",
      "part 1, byte 4: a marked element without its end tag" },
    { "an element that ends out of order", HTML, "<b data-licet=promotional><i>x</b></i>",
      "part 1, byte 0: a marked element without its end tag" },
    { "an element that shows nothing", HTML, "a<br data-licet=promotional>x",
      "part 1, byte 1: a marked element that shows nothing" },
    { "a column", HTML, "<table><col data-licet=promotional><td>x</td></table>",
      "part 1, byte 7: a marked element that shows nothing" },
    { "text lines without an end", "text/plain", "a\r\n[licet:promotional]\r\nb\r\n",
      "part 1, byte 3: a marked block without its end" },
    { "marks where nothing can be cut", "text/plain; charset=x-unknown",
      "[licet:promotional]\r\n[/licet:promotional]\r\n",
      "part 1, byte 0: it has marks but cannot be edited: its character set is not known" },
};

static void
test_problems (const void *data)
{
    const Row *row = data;
    g_autoptr (Message) message = parse (row->type, row->content);

    g_assert_cmpstr (message_mark_problem (message), ==, row->want);
}

/* Every part of a leaf on its own, as the classifier asks for it. */
static void
test_ranges (void)
{
    const char *content = "<p>caf\xe9 &amp; <b>bar</b></p><p>two</p>";
    g_autoptr (Message) message = parse ("text/html; charset=iso-8859-1", content);
    size_t bold = (size_t)(strstr (content, "<b>") - content);
    size_t second = (size_t)(strstr (content, "<p>two") - content);
    g_autofree char *first = message_visible_text (message, 0, 0, bold);
    g_autofree char *middle = message_visible_text (message, 0, bold, second);
    g_autofree char *inside = message_visible_text (message, 0, 4, 8);
    g_autofree char *both = message_visible_text (message, 0, bold, strlen (content));
    g_autofree char *none = message_visible_text (message, 0, second, second);

    g_assert_cmpstr (first, ==, "café &");
    g_assert_cmpstr (middle, ==, "bar");
    g_assert_cmpstr (inside, ==, "afé");
    g_assert_cmpstr (both, ==, "bar two");
    g_assert_cmpstr (none, ==, "");
}

/* Wanted: "how@offset:text;" for each. */
static const Row reading_rows[] = {
    { "nothing is hidden", HTML, "<title>t</title><p>a</p>", "" },
    { "hidden text in one piece", HTML,
      "<div style='display:none'><p>one</p><p>t<b>w</b>o</p></div>a<p hidden>three</p>",
      "hidden@29:one two;hidden@70:three;" },
    { "attributes", HTML, "<img alt='a &amp; b' title=c><a href=u aria-label=d>e</a>",
      "alt@0:a & b;title@0:c;aria-label@29:d;" },
    { "fields of a form", HTML, "<input value=a placeholder=b><li value=3>",
      "value@0:a;placeholder@0:b;" },
    { "what a sheet adds", HTML,
      "<p>a</p><style>.x::after{content:'50% off' ' \\26 more'}"
      "@media (min-width:1px){.y{content:\"z\"}}</style>",
      "css-content@15:50% off &more z;" },
    { "what a style attribute would add", HTML, "<p style='content:\"a\"'>b</p>",
      "css-content@0:a;" },
    { "for Outlook", HTML, "x<!--[if gte mso 9]><p>a<b>b</b> &amp;</p><![endif]-->",
      "conditional-comment@1:a b &;" },
    { "for all but Outlook", HTML, "<!--[if !mso]><!-->a<!--<![endif]-->", "" },
    { "drawings", HTML, "<svg><text>a</text><style><p>b</p></style></svg>",
      "svg@11:a<p>b</p>;" },
    { "what nobody reads today", HTML,
      "<noembed>a</noembed><template>b<i hidden>c</i></template>", "unread@9:ab;hidden@41:c;" },
    { "plain text has none", "text/plain", "a\r\n", "" },
};

static void
test_readings (const void *data)
{
    const Row *row = data;
    g_autoptr (Message) message = parse (row->type, row->content);
    g_autoptr (GPtrArray) readings = message_readings (message, 0);
    g_autoptr (GString) text = g_string_new (NULL);

    for (unsigned i = 0; i < readings->len; i++) {
        const Reading *reading = g_ptr_array_index (readings, i);
        g_string_append_printf (text, "%s@%zu:%s;", reading->how, reading->start,
                                reading->text);
    }
    g_assert_cmpstr (text->str, ==, row->want);
}

/* A range in the middle leaves a Reading of what stands around it, one at its beginning moves it. */
static void
test_readings_without (void)
{
    static const struct {
        LeafRange range;
        const char *want;
    } ranges[] = {
        { { 28, 40 }, "hidden@15:one three;" },
        { { 0, 27 }, "hidden@31:two three;" },
        { { 10, 60 }, "" },
        { { 60, 70 }, "hidden@15:one two three;" },
    };
    g_autoptr (Message) message =
        parse (HTML, "<div hidden><p>one</p>      <p>two</p><p>three</p></div><p>four</p>");

    for (unsigned i = 0; i < G_N_ELEMENTS (ranges); i++) {
        g_autoptr (GArray) without = g_array_new (FALSE, FALSE, sizeof (LeafRange));
        g_array_append_val (without, ranges[i].range);
        g_autoptr (GPtrArray) readings = message_readings_without (message, 0, without);
        g_autoptr (GString) text = g_string_new (NULL);
        for (unsigned n = 0; n < readings->len; n++) {
            const Reading *reading = g_ptr_array_index (readings, n);
            g_string_append_printf (text, "%s@%zu:%s;", reading->how, reading->start,
                                    reading->text);
        }
        g_assert_cmpstr (text->str, ==, ranges[i].want);
    }
    g_autoptr (GPtrArray) pieces = message_hidden_pieces (message, 0);
    g_assert_cmpuint (pieces->len, ==, 3);
}

/* Elements that are hidden are those whose text is not seen, and it can still be read. */
static void
test_hidden_elements (void)
{
    const char *content = "<style>.x{color:#fff}</style><p class=x>a<b>b</b></p><p>c</p>";
    g_autoptr (Message) message = parse (HTML, content);
    g_autofree char *all = message_whole_text (message, 0, 0, strlen (content));

    g_assert_cmpuint (message_element_count (message, 0), ==, 4);
    for (unsigned i = 1; i < 4; i++)
        g_assert_cmpint (message_element (message, 0, i)->hidden, ==, i < 3);
    g_assert_cmpstr (all, ==, "ab c");
}

#define ADD_ROWS(prefix, rows, function)                                                       \
    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {                                       \
        g_autofree char *path = g_strconcat ("/html/" prefix "/", rows[i].name, NULL);         \
        g_test_add_data_func (path, &rows[i], function);                                       \
    }

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    ADD_ROWS ("visible", visible_rows, test_visible)
    ADD_ROWS ("readings", reading_rows, test_readings)
    g_test_add_func ("/html/readings without a range", test_readings_without);
    g_test_add_func ("/html/elements that are hidden", test_hidden_elements);
    ADD_ROWS ("links", link_rows, test_links)
    ADD_ROWS ("marks", mark_rows, test_marks)
    ADD_ROWS ("problems", problem_rows, test_problems)
    g_test_add_func ("/html/visible text of ranges", test_ranges);
    return g_test_run ();
}
