/* SPDX-License-Identifier: BSD-2-Clause */

/* What goes with a marked block: twins in other alternatives, preheaders, pictures. */

#include <string.h>

#include "licet/classify.h"

#define HEAD                                                                                   \
    "From: a@shop.example\nSubject: x\nMIME-Version: 1.0\n"                                    \
    "Content-Type: multipart/alternative; boundary=b\n\n"
#define TEXT "--b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
#define PAGE                                                                                   \
    "\n--b\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
#define AMP        "\n--b\nContent-Type: text/x-amp-html; charset=utf-8\n\n"
#define GIF        "\n--b\nContent-Type: image/gif\nContent-ID: <pic@x>\n\nGIF\n"
#define MARK(text) "<!-- licet:promotional -->" text "<!-- /licet:promotional -->"
#define OFFER                                                                                  \
    MARK ("<div><h2>New boots</h2><p>Save 20% on all winter boots until Sunday. "              \
          "<a href=\"http://s/boots\">Shop now</a></p></div>")

typedef struct {
    const char *name;
    const char *mail;
    const char *want; /* "leaf how [source]" of each companion, orphans, "!" and the problem */
} Row;

static const Row rows[] = {
    { "one line",
      HEAD TEXT "Order 7.\n\nSave 20% on all winter boots until Sunday.\n\nBye\n" PAGE
                "<p>Order 7.</p>" OFFER "\n--b--\n",
      "0 twin [Save 20% on all winter boots until Sunday.\r\n]" },
    { "heading, lines, button and address",
      HEAD TEXT
      "Order 7.\n\nNEW BOOTS\nSave 20% on all winter\nboots until Sunday.\n\nShop now\n"
      "http://s/boots\n\nBye\n" PAGE "<p>Order 7.</p>" OFFER "\n--b--\n",
      "0 twin [NEW BOOTS\r\nSave 20% on all winter\r\nboots until Sunday.\r\n\r\nShop now\r\n"
      "http://s/boots\r\n]" },
    { "the address of the order stays",
      HEAD TEXT "Save 20% on all winter boots until Sunday.\n\nhttp://s/order\n" PAGE
                "<p>Order 7. <a href=\"http://s/order\">See it</a></p>" OFFER "\n--b--\n",
      "0 twin [Save 20% on all winter boots until Sunday.\r\n]" },
    { "what the order says too stays",
      HEAD TEXT
      "Thank you for your order of boots.\n" PAGE
      "<p>Thank you for your order of boots.</p>" MARK (
          "<p>Thank you for your order of boots. More of them are here.</p>") "\n--b--\n",
      "" },
    { "a text that says nothing of it stays",
      HEAD TEXT "Order 7.\n" PAGE "<p>Order 7.</p>" OFFER "\n--b--\n", "" },
    { "in other words, but with its address",
      HEAD TEXT "Order 7.\n\nTake a quarter off: http://s/boots\n" PAGE "<p>Order 7.</p>" OFFER
                "\n--b--\n",
      "!part 1, byte 32: a link of the promotional block stands here in other words" },
    { "its address leads to the order as well",
      HEAD TEXT "Order 7: http://s/boots\n" PAGE
                "<p>Order 7. <a href=\"http://s/boots\">Boots</a></p>" OFFER "\n--b--\n",
      "" },
    { "inside of another sentence it cannot be cut",
      HEAD TEXT "Your order number seven is on its way to you today and please save 20% on all "
                "winter boots until Sunday while it is on its long way to your door.\n" PAGE
                "<p>Order 7.</p>" OFFER "\n--b--\n",
      "!part 2, byte 15: the text of this block stands in another part without a mark" },
    { "a block of two words",
      HEAD TEXT "Order 7.\nNeue Stiefel\n" PAGE
                "<p>Order 7.</p>" MARK ("<p>Neue Stiefel!</p>") "\n--b--\n",
      "0 twin [Neue Stiefel\r\n]" },
    { "a block of three words in two lines",
      HEAD TEXT "Order 7.\nNeue\nStiefel hier\nBye\n" PAGE
                "<p>Order 7.</p>" MARK ("<p>Neue Stiefel hier!</p>") "\n--b--\n",
      "0 twin [Neue\r\nStiefel hier\r\n]" },
    { "an address as a note at the end",
      HEAD TEXT "Save 20% on all winter boots until Sunday [1].\n\nOrder 7, [2]see it.\n\n"
                "[1] http://s/boots\n[2] http://s/order\n" PAGE
                "<p>Order 7, <a href=\"http://s/order\">see it.</a></p>" OFFER "\n--b--\n",
      "0 twin [Save 20% on all winter boots until Sunday [1].\r\n]"
      "0 twin [[1] http://s/boots\r\n]" },
    { "letters without blanks between them",
      HEAD TEXT "ご注文番号七\n冬の靴が日曜日まで二割引です\n" PAGE
                "<p>ご注文番号七</p>" MARK ("<p>冬の靴が日曜日まで二割引です</p>") "\n--b--\n",
      "0 twin [冬の靴が日曜日まで二割引です\r\n]" },
    { "marked in the text, found in the page",
      HEAD TEXT "Order 7.\n[licet:promotional]\nSave 20% on all winter boots until Sunday.\n"
                "[/licet:promotional]\n" PAGE
                "<table><tr><td>Order 7.</td></tr><tr><td><b>Save 20%</b> on all winter boots "
                "until Sunday.</td></tr></table>\n--b--\n",
      "1 twin [<tr><td><b>Save 20%</b> on all winter boots until Sunday.</td></tr>]" },
    { "AMP",
      HEAD TEXT "Order 7.\n" AMP "<p>Order 7.</p><div>Save 20% on all winter boots until "
                "Sunday.</div>" PAGE "<p>Order 7.</p>" OFFER "\n--b--\n",
      "1 twin [<div>Save 20% on all winter boots until Sunday.</div>]" },
    { "the name of a picture, and where it leads",
      HEAD TEXT
      "Order 7.\n\nAll winter boots at half price\nhttp://s/boots\n\nBye\n" PAGE
      "<p>Order 7.</p>" MARK ("<a href=\"http://s/boots\"><img src=\"b.png\" "
                              "alt=\"All winter boots at half price\"></a>") "\n--b--\n",
      "0 twin [All winter boots at half price\r\nhttp://s/boots\r\n]" },
    { "a picture without a name",
      HEAD TEXT "Order 7.\n\nhttp://s/boots\n\nhttp://s/order\n" PAGE
                "<p><a href=\"http://s/order\">Order 7.</a></p>" MARK (
                    "<a href=\"http://s/boots\"><img src=\"b.png\"></a>") "\n--b--\n",
      "0 twin [http://s/boots\r\n]" },
    { "the start page stays",
      HEAD TEXT "Order 7.\n\nhttp://s/\n" PAGE "<p>Order 7.</p>" MARK (
          "<a href=\"http://s/\"><img src=\"b.png\" alt=\"Shoes\"></a>") "\n--b--\n",
      "" },
    { "a name that stands elsewhere too stays",
      HEAD TEXT "Order 7.\n\nGood Shoes Limited\n" PAGE
                "<p>Order 7.</p><p>Good Shoes Limited</p>" MARK (
                    "<img src=\"b.png\" alt=\"Good Shoes Limited\">") "\n--b--\n",
      "" },
    { "marked in the text, a picture in the page",
      HEAD TEXT "Order 7.\n[licet:promotional]\nAll winter boots at half price\n"
                "[/licet:promotional]\n" PAGE "<div><img src=\"o.png\" alt=\"Order 7\">"
                "<p>Order 7.</p></div><a href=\"#\"><img src=\"b.png\" "
                "alt=\"All winter boots at half price\"></a>\n--b--\n",
      "1 twin [<a href=\"#\"><img src=\"b.png\" alt=\"All winter boots at half price\"></a>]" },
    { "a name in another sentence cannot be cut",
      HEAD TEXT "Your order number seven is on its way to you today and please see all winter "
                "boots at half price while it is on its long way to your door.\n" PAGE
                "<p>Order 7.</p>" MARK (
                    "<img src=\"b.png\" alt=\"All winter boots at half price\">") "\n--b--\n",
      "!part 2, byte 15: the text of this block stands in another part without a mark" },
    { "a preheader",
      HEAD TEXT "Order 7.\n" PAGE
                "<div style=\"display:none\">Save 20% on all boots</div><p>Order 7.</p>" OFFER
                "\n--b--\n",
      "1 preheader [<div style=\"display:none\">Save 20% on all boots</div>]" },
    { "a preheader of the order stays",
      HEAD TEXT "Order 7.\n" PAGE
                "<div style=\"display:none\">Order 7 is on its way</div><p>Order 7.</p>" OFFER
                "\n--b--\n",
      "" },
    { "the line at the top says both",
      HEAD TEXT "Order 7.\n" PAGE
                "<div style=\"display:none\">Order 7 is packed. Save 20% on all "
                "winter boots</div><p>Order 7.</p>" OFFER "\n--b--\n",
      "1 preheader [<div style=\"display:none\">Order 7 is packed. Save 20% on all winter "
      "boots</div>]" },
    { "the form for telephones keeps the order",
      HEAD TEXT "Order 7.\n" PAGE "<p>Order 7.</p>" OFFER
                "<div style=\"display:none\"><p>Order 7. Gate B.</p>"
                "<div><p>Save 20% on all winter boots until Sunday.</p></div></div>\n--b--\n",
      "1 twin [<div><p>Save 20% on all winter boots until Sunday.</p></div>]" },
    { "above the block it keeps it too",
      HEAD TEXT "Order 7.\n" PAGE
                "<div style=\"display:none\"><p>Order 7. Gate B.</p><p>Save 20% on all winter "
                "boots until Sunday.</p></div><p>Order 7.</p>" OFFER "\n--b--\n",
      "1 twin [<p>Save 20% on all winter boots until Sunday.</p>]" },
    { "a form for paper in one text cannot be cut",
      HEAD TEXT "Order 7.\n" PAGE "<p>Order 7.</p>" OFFER
                "<div style=\"display:none\">Order 7. Gate B. Save 20% on "
                "all winter boots until Sunday.</div>\n--b--\n",
      "!part 2, byte 184: text of the promotional block is hidden here among other text" },
    { "hidden data of the order with a date of the offer stays",
      HEAD TEXT "Order 7.\n" PAGE "<p>Order 7.</p>" OFFER
                "<div hidden><i>7 Gate B</i> <i>boots "
                "until Sunday</i></div>\n--b--\n",
      "" },
    { "a hidden form of the block alone",
      HEAD TEXT "Order 7.\n" PAGE "<p>Order 7.</p>" OFFER
                "<div hidden>Save 20% on all winter boots "
                "until Sunday.</div>\n--b--\n",
      "1 twin [<div hidden>Save 20% on all winter boots until Sunday.</div>]" },
    { "a form of the block for Outlook",
      HEAD TEXT
      "Order 7.\n" PAGE
      "<p>Order 7.</p><!--[if mso]><p>New boots</p><p>Save 20% on all winter boots until "
      "Sunday.</p><![endif]-->" OFFER "\n--b--\n",
      "1 twin [<!--[if mso]><p>New boots</p><p>Save 20% on all winter boots until "
      "Sunday.</p><![endif]-->]" },
    { "a form of the page for Outlook cannot be cut",
      HEAD TEXT
      "Order 7.\n" PAGE
      "<p>Order 7.</p><!--[if mso]><p>Order 7. Collect it at gate B.</p><p>Save 20% on "
      "all winter boots until Sunday.</p><![endif]-->" OFFER "\n--b--\n",
      "!part 2, byte 15: text of the promotional block is hidden here among other text" },
    { "what Outlook is told of the order stays",
      HEAD TEXT "Order 7.\n" PAGE "<p>Order 7.</p><!--[if mso]><p>Order 7, boots until "
                "Sunday at gate B.</p><![endif]-->" OFFER "\n--b--\n",
      "" },
    { "the address of the invoice stays above",
      HEAD TEXT
      "Your invoice:\nhttp://s/invoice\nSave 20% on all winter boots until Sunday.\n" PAGE
      "<p>Order 7.</p>" OFFER "\n--b--\n",
      "0 twin [Save 20% on all winter boots until Sunday.\r\n]" },
    { "the address of the invoice stays below",
      HEAD TEXT
      "Save 20% on all winter boots until Sunday.\nhttp://s/boots\nhttp://s/invoice\n" PAGE
      "<p>Order 7.</p>" OFFER "\n--b--\n",
      "0 twin [Save 20% on all winter boots until Sunday.\r\nhttp://s/boots\r\n]" },
    { "a button with an address of its own in the text",
      HEAD TEXT "Order 7.\nSave 20% on all winter boots until Sunday.\nShop now: "
                "http://s/boots?t=1\n" PAGE "<p>Order 7.</p>" OFFER "\n--b--\n",
      "0 twin [Save 20% on all winter boots until Sunday.\r\nShop now: "
      "http://s/boots?t=1\r\n]" },
    { "a button with the address of the order",
      HEAD TEXT
      "Order 7.\nSave 20% on all winter boots until Sunday.\nShop now: http://s/order\n" PAGE
      "<p><a href=\"http://s/order\">Order 7.</a></p>" OFFER "\n--b--\n",
      "0 twin [Save 20% on all winter boots until Sunday.\r\n]" },
    { "what was ordered has a word of the block",
      HEAD TEXT "Ordered:\nWinter\nSave 20% on all winter boots until Sunday.\n\nboots\n" PAGE
                "<p>Ordered: <img src=\"o.png\"></p>" OFFER "\n--b--\n",
      "0 twin [Save 20% on all winter boots until Sunday.\r\n]" },
    { "a block that says what the order says stays in the text",
      HEAD TEXT "Order 7.\nThank you\n" PAGE
                "<p>Order 7.</p><p>Thank you</p>" MARK ("<p>Thank you</p>") "\n--b--\n",
      "" },
    { "a picture of the block",
      HEAD TEXT "Order 7.\n" PAGE "<p>Order 7.</p>" MARK ("<img src=\"cid:pic@x\">") GIF
      "--b--\n",
      "orphan 2" },
    { "a picture of both stays",
      HEAD TEXT "Order 7.\n" PAGE "<p>Order 7. <img src='CID:pic%40x'></p>" MARK (
          "<img src=\"cid:pic@x\">") GIF "--b--\n",
      "" },
    { "a picture of neither stays",
      HEAD TEXT "Order 7.\n" PAGE "<p>Order 7.</p>" OFFER GIF "--b--\n", "" },
    { "a picture in a style sheet stays",
      HEAD TEXT "Order 7.\n" PAGE
                "<style>p{background:url(cid:pic@x)}</style><p>Order 7.</p>" MARK (
                    "<img src=\"cid:pic@x\">") GIF "--b--\n",
      "" },
};

static void
append_block (GString *text, const Message *message, const Block *block)
{
    const char *data = g_bytes_get_data (message_leaf (message, block->leaf)->content, NULL);

    if (strcmp (block->how, "marked") == 0)
        return;
    g_string_append_printf (text, "%u %s [%.*s]", block->leaf, block->how,
                            (int)(block->end - block->start), data + block->start);
}

static void
test_companions (const void *data)
{
    const Row *row = data;
    g_autoptr (GString) mail = g_string_new (row->mail);
    g_autoptr (GString) found = g_string_new (NULL);
    g_autoptr (GError) error = NULL;

    g_string_replace (mail, "\n", "\r\n", 0);
    g_autoptr (GBytes) bytes = g_bytes_new (mail->str, mail->len);
    g_autoptr (Message) message = message_parse (bytes, &error);
    g_assert_no_error (error);
    g_autoptr (Words) words = words_load ("/nonexistent", &error);
    g_assert_no_error (error);
    g_autoptr (Classification) classification = classify (message, words, NULL, NULL);
    for (unsigned i = 0; i < classification->blocks->len; i++)
        append_block (found, message, g_ptr_array_index (classification->blocks, i));
    for (unsigned i = 0; i < classification->orphans->len; i++)
        g_string_append_printf (found, "orphan %u",
                                g_array_index (classification->orphans, unsigned, i));
    if (classification->problem)
        g_string_append_printf (found, "!%s", classification->problem);
    g_assert_cmpstr (found->str, ==, row->want);
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autofree char *path = g_strconcat ("/companions/", rows[i].name, NULL);
        g_test_add_data_func (path, &rows[i], test_companions);
    }
    return g_test_run ();
}
