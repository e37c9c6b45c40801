/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Promotion that nobody marked: how a page is cut into parts, what speaks for and against a part,
 * and which of them become blocks. With the shipped vocabulary.
 */

#include <string.h>

#include "licet/classify.h"
#include "licet/limits.h"

#include "../../milter/classify/detected.h"
#include "../../milter/classify/layout_blocks.h"

#define HEAD(type)                                                                             \
    "From: a@shop.example\nTo: ana@example.com\nSubject: Order 48213\nMIME-Version: 1.0\n"     \
    "Content-Type: text/" type "; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
#define HTML  HEAD ("html")
#define PLAIN HEAD ("plain")
#define ORDER "<p>Order number: 48213</p><p>Total: 54.80 EUR</p>"
#define OFFER                                                                                  \
    "<div><h2>A little something</h2><p>Here is 15% off your next order, until Sunday.</p>"    \
    "<p><a class=\"button\" href=\"https://shop.example/sale\">Shop now</a></p></div>"
#define CARD(name)                                                                             \
    "<td><a href=\"https://shop.example/" name "\"><img src=\"" name ".jpg\"></a>" name        \
    "<br>29.00 EUR</td>"

/* Read once: they are large. */
static const Words *
shipped_words (void)
{
    static Words *words = NULL;
    g_autoptr (GError) error = NULL;

    if (!words)
        words = words_load (g_test_get_filename (G_TEST_DIST, "..", "policies", "words", NULL),
                            &error);
    g_assert_no_error (error);
    return words;
}

static Message *
read_mail (const char *text)
{
    g_autoptr (GString) mail = g_string_new (text);
    g_autoptr (GError) error = NULL;

    g_string_replace (mail, "\n", "\r\n", 0);
    g_autoptr (GBytes) bytes = g_bytes_new (mail->str, mail->len);
    Message *message = message_parse (bytes, &error);
    g_assert_no_error (error);
    return message;
}

typedef struct {
    const char *name, *mail;
    const char *want; /* pieces as "node [text]looks", with their nodes by element */
} LayoutRow;

static const LayoutRow layouts[] = {
    { "paragraphs", HTML "<p>One</p><p>Two <b>bold</b></p>", "p[One] p[Two bold]" },
    { "rows and cells", HTML "<table><tr><td>A</td><td>B</td></tr><tr><td>C</td></tr></table>",
      "td[A] td[B] td[C]" },
    { "text beside blocks", HTML "<div>Before<p>Inside</p>After</div>",
      "div[Before] p[Inside] div[After]" },
    { "spacers are none", HTML "<tr><td>&nbsp;</td></tr><p>A</p><p> </p><hr>", "p[A]" },
    { "pixels are no pictures",
      HTML "<p><img src=\"a.gif\" width=\"1\" height=\"1\"></p><p><img src=\"b.jpg\"></p>",
      "p[]i" },
    { "headings",
      HTML "<h2>A</h2><p><b>B</b></p><p><b>C</b> and more</p>"
           "<div style=\"font-size: 20px\">D</div>",
      "h2[A]h p[B]h p[C and more] div[D]h" },
    { "a long line is no heading",
      HTML
      "<h2>Twelve words that go on and on and on until it is no heading at all any more</h2>",
      "h2[Twelve words that go on and on and on until it is no heading at all any more]" },
    { "buttons",
      HTML
      "<p><a class=\"btn\" href=\"http://s/\">Go</a></p><p><a href=\"http://s/\">To</a></p>",
      "p[Go]bl p[To]l" },
    { "hidden text is none", HTML "<div style=\"display:none\">Hidden</div><p>A</p>", "p[A]" },
    { "comments for Outlook do not change it",
      HTML "<!--[if mso]><table><tr><td><![endif]--><div>A</div><!--[if mso]></td></tr></table>"
           "<![endif]-->",
      "div[A]" },
    { "paragraphs of a text", PLAIN "One\ntwo\n\nTITLE\n----\nThree.\n",
      "[One two] [TITLE]h [Three.]" },
    { "an empty text", PLAIN "\n", "" },
    { "breaks part nothing unasked", HTML "<p>One.<br><br>Two.<br>Three</p>",
      "p[One. Two. Three]" },
};

/* With the paragraphs that breaks make. */
static const LayoutRow parted[] = {
    { "two breaks part any text", HTML "<p>One<br> <br>Two<br>three</p>",
      "p[One] [Two three]" },
    { "one break parts sentences", HTML "<p>One.<br>Two!<br>Three<br>four</p>",
      "p[One.] [Two!] [Three four]" },
    { "breaks at the beginning and the end", HTML "<p><br><br>One.<br><br></p><p>Two</p>",
      "p[One.] p[Two]" },
    { "a blank between breaks is no text", HTML "<p>One<br>&nbsp;<br>Two</p>", "p[One] [Two]" },
    { "what breaks of another element part cannot be cut by itself",
      HTML "<div>One. <span><br><br></span>Two<b>.<br></b>Three</div>",
      "div[One.] div[Two.] div[Three]" },
    { "a table ends a paragraph of breaks",
      HTML "<div>One.<br><br>Two<table><tr><td>A<br><br>B</td></tr></table>Three</div>",
      "div[One.] [Two] td[A] [B] div[Three]" },
};

static void
describe_piece (GString *text, const Message *message, const PageLayout *layout, unsigned i)
{
    const Piece *piece = &g_array_index (layout->pieces, Piece, i);
    int element = g_array_index (layout->nodes, LayoutNode, piece->node).element;

    g_string_append_printf (
        text, "%s%s[%s]%s%s%s%s", text->len ? " " : "",
        element >= 0 ? message_element (message, 0, (unsigned)element)->name : "", piece->text,
        piece->images ? "i" : "", piece->look & PIECE_HEADING ? "h" : "",
        piece->look & PIECE_BUTTON ? "b" : "", piece->look & PIECE_LINKED ? "l" : "");
}

static void
check_layout (const LayoutRow *row, bool parting)
{
    g_autoptr (Message) message = read_mail (row->mail);
    g_autoptr (PageLayout) layout = layout_blocks_new (message, 0, parting);
    g_autoptr (GString) found = g_string_new (NULL);

    for (unsigned i = 0; i < layout->pieces->len; i++)
        describe_piece (found, message, layout, i);
    g_assert_cmpstr (found->str, ==, row->want);
}

static void
test_layout (const void *row)
{
    check_layout (row, false);
}

static void
test_parted (const void *row)
{
    check_layout (row, true);
}

typedef struct {
    const char *name, *mail;
    const char *want; /* what is cut, a bar between; then "!" when there is a problem */
} FindRow;

#define SECTION(heading, text) "<h2>" heading "</h2><p>" text "</p>"

static const FindRow finds[] = {
    { "a box", HTML ORDER OFFER "<p>Bye</p>", OFFER },
    { "rows below a heading",
      HTML
      "<table><tr><td>Order number: 48213</td></tr><tr><td><b>A present</b></td></tr>"
      "<tr><td>15% off your next order.</td></tr><tr><td>Valid for a limited time.</td></tr>"
      "<tr><td>Bye</td></tr></table>",
      "<tr><td><b>A present</b></td></tr><tr><td>15% off your next order.</td></tr>"
      "<tr><td>Valid for a limited time.</td></tr>" },
    { "products below their heading",
      HTML ORDER "<h3>You may also like</h3><table><tr>" CARD ("boots")
          CARD ("socks") "</tr></table><p>Bye</p>",
      "<h3>You may also like</h3><table><tr>" CARD ("boots") CARD ("socks") "</tr></table>" },
    { "paragraphs of a text",
      PLAIN "Order number: 48213\nTotal: 54.80 EUR\n\nA present\n\n15% off your next order: "
            "https://shop.example/sale\n\nBye.\n",
      "A present\r\n\r\n15% off your next order: https://shop.example/sale\r\n" },
    { "promotion above the transaction",
      HTML "<p>Save up to 30% today only: 10% off your next order with code SAVE10.</p>" ORDER,
      "<p>Save up to 30% today only: 10% off your next order with code SAVE10.</p>" },
    { "one reason is not enough", HTML ORDER "<p>We have new arrivals.</p>", "" },
    { "without a transaction nothing is found", HTML "<p>Hello</p>" OFFER, "" },
    { "an order number stays",
      HTML ORDER SECTION ("A present",
                          "15% off your next order with code SPRING, today only. Your "
                          "order number: 48214."),
      "!" },
    { "a price of the order stays",
      HTML ORDER "<h2>You save</h2><p>Discount with code SPRING15</p><p>7.50 EUR</p>", "" },
    { "items of the order stay",
      HTML "<p>Order number: 48213</p><table><tr>" CARD ("boots")
          CARD ("socks") "</tr></table><p>Total 58.00 EUR</p>",
      "" },
    { "a line of the order stays",
      HTML ORDER "<table><tr><td>Discount (promo code SPRING15, 15% off)</td>"
                 "<td>-7.50 EUR</td></tr></table>",
      "" },
    { "a refund stays",
      HTML ORDER SECTION ("Your voucher", "For the returned items we give you a voucher. Use "
                                          "the code CS-0099123 on your next order."),
      "" },
    { "a soft offer in a section of its own",
      HTML ORDER
      "<h2>Want more room?</h2><p>The larger basket costs just 3 EUR a month more.</p>"
      "<p><a href=\"https://shop.example/baskets\">See baskets</a></p>"
      "<p>Kind regards</p>",
      "<h2>Want more room?</h2><p>The larger basket costs just 3 EUR a month more.</p>"
      "<p><a href=\"https://shop.example/baskets\">See baskets</a></p>" },
    { "the same without a heading stays",
      HTML ORDER "<p>Want more room?</p><p>The larger basket costs just 3 EUR a month more.</p>"
                 "<p><a href=\"https://shop.example/baskets\">See baskets</a></p>",
      "" },
    { "one plain sentence behind the transaction, by its wording",
      HTML ORDER
      "<p>Many of our customers treat themselves to a guided tour and stay for dinner in "
      "our new restaurant by the harbour.</p>",
      "<p>Many of our customers treat themselves to a guided tour and stay for dinner in "
      "our new restaurant by the harbour.</p>" },
    { "the same behind two breaks",
      HTML "<div>Order number: 48213, total 54.80 EUR<br>paid by card<br><br>"
           "Many of our customers treat themselves to a <i>guided</i> tour and stay for dinner "
           "in our new restaurant by the <b>harbour.</b><br><br>Kind regards</div>",
      "<br><br>Many of our customers treat themselves to a <i>guided</i> tour and stay for "
      "dinner in our new restaurant by the <b>harbour.</b>" },
    { "the same behind one break that ends a sentence",
      HTML "<div>Order number: 48213, total 54.80 EUR, is on its way.<br>"
           "Many of our customers treat themselves to a guided tour and stay for dinner in "
           "our new restaurant by the harbour.</div>",
      "<br>Many of our customers treat themselves to a guided tour and stay for dinner in our "
      "new restaurant by the harbour." },
    { "not with what an element parts off behind it",
      HTML
      "<div>Order number: 48213, total 54.80 EUR, is on its way.<br><br>"
      "<span>Many of our customers treat themselves to a guided tour and stay for dinner in "
      "our new restaurant by the harbour.<br><br>The door is at the back</span></div>",
      "" },
    { "a loud paragraph that a cut by breaks would leave loud is doubted",
      HTML
      "<p>Order number: 48213, total 54.80 EUR<br><br>Discover our summer sale: 20% off your "
      "next order.<br><br>Delivery address: 1 Street<br><br>Voucher code SPRING20, 20% off "
      "your next order in our shop, for order 48213.</p>",
      "<br><br>Discover our summer sale: 20% off your next order.!" },
    { "the same behind a break within a line",
      HTML "<div>Order number: 48213, total 54.80 EUR, is on its way<br>"
           "Many of our customers treat themselves to a guided tour and stay for dinner in "
           "our new restaurant by the harbour.</div>",
      "" },
    { "the same before the transaction is a greeting",
      HTML "<p>Many of our customers treat themselves to a guided tour and stay for dinner in "
           "our new restaurant by the harbour.</p>" ORDER,
      "" },
    { "a closing and an address are no sentence",
      PLAIN
      "Order number: 48213\r\nTotal: 54.80 EUR\r\n\r\nYour coat will be sent tomorrow.\r\n"
      "\r\nMit freundlichen Gruessen\r\nMoebelhaus Tann, Ringstr. 4, Gera\r\n",
      "" },
    { "a label with an amount is no heading of an offer",
      PLAIN "Order number: 48213\r\n\r\nYour coat will be sent tomorrow.\r\n\r\nAmount: EUR "
            "60.00\r\n\r\nKind regards\r\nTann Furniture, 4 Ring Road, Leeds\r\n",
      "" },
    { "a paragraph with a sentence of business stays whole",
      HTML ORDER
      "<p>The engineer comes on 2 December between eight and ten. Many of our customers "
      "treat themselves to a guided tour and stay for dinner in our new restaurant. "
      "Please keep the passage clear and call us if you need to move the visit.</p>",
      "" },
    { "what serves stays though it speaks of what is free",
      HTML ORDER
      "<p>You can cancel free of charge until 24 hours before; please bring this email "
      "and your card with you.</p>",
      "" },
    { "the same before the transaction stays",
      HTML "<h2>Want more room?</h2><p>The larger basket costs just 3 EUR a month more.</p>"
           "<p><a href=\"https://shop.example/baskets\">See baskets</a></p>" ORDER,
      "" },
    { "the same beside a number of the order stays",
      HTML ORDER "<h2>Want more room?</h2><p>Your order number 48213 costs just 3 EUR a month "
                 "more.</p><p><a href=\"https://shop.example/baskets\">See baskets</a></p>",
      "" },
    { "what to do next stays",
      HTML ORDER "<h2>Before it comes</h2><p>Clear the hall and keep the door open.</p>"
                 "<p><a href=\"https://shop.example/hall\">How to prepare</a></p>",
      "" },
    { "the button above a section is of the transaction",
      HTML ORDER
      "<p><a href=\"https://shop.example/w/1\">Where it is</a></p>"
      "<h2>You may also like</h2><p><a href=\"https://shop.example/new\">Shop now</a></p>",
      "<h2>You may also like</h2><p><a href=\"https://shop.example/new\">Shop now</a></p>" },
    { "rows with names and prices go with what recommends them",
      HTML ORDER
      "<table><tr><td><h2>You may also like</h2></td></tr>"
      "<tr><td><table><tr><td>Kettle</td><td>19.99 EUR</td></tr></table></td></tr>"
      "<tr><td><a href=\"https://shop.example/new\">See them all</a></td></tr></table>",
      "<table><tr><td><h2>You may also like</h2></td></tr>"
      "<tr><td><table><tr><td>Kettle</td><td>19.99 EUR</td></tr></table></td></tr>"
      "<tr><td><a href=\"https://shop.example/new\">See them all</a></td></tr></table>" },
    { "a ticket in an app stays",
      HTML "<p>Booking reference: XK1234</p>" SECTION (
          "Your boarding pass", "Download our app to show your boarding pass. "
                                "<a href=\"https://apps.apple.com/x\">Get it</a>"),
      "" },
    { "what must be said by law stays",
      HTML ORDER SECTION ("A present", "15% off your next order with code SPRING, today only. "
                                       "You can unsubscribe at any time "
                                       "and find our terms and conditions here."),
      "!" },
    { "a word of another language is a false friend",
      HTML "<p>Numéro de commande : 48213</p><p>Merci pour votre achat, votre commande est "
           "partie.</p><p>Vous pouvez dès à présent suivre votre commande. Gratis.</p>",
      "" },
    { "a heading alone stays", HTML ORDER "<h2>You may also like</h2><p>Bye</p>", "" },
    { "an open element cannot be cut",
      HTML ORDER "<div><p>15% off your next order, valid for a "
                 "limited time</p>",
      "<p>15% off your next order, valid for a limited time</p>" },
    { "Outlook comments around it stay",
      HTML ORDER "<!--[if mso]><table><tr><td><![endif]-->" OFFER
                 "<!--[if mso]></td></tr></table><![endif]-->",
      OFFER },
    { "in a text, one short line is its heading and wishes above it are not",
      PLAIN "Order number: 48213\nTotal: 54.80 EUR\n\nSee you soon, and happy holidays!\n\n"
            "Reception\n\nA little something? Here is 15% off your next order, until "
            "Sunday.\n",
      "Reception\r\n\r\nA little something? Here is 15% off your next order, until "
      "Sunday.\r\n" },
    { "what was paid less, in a currency whose name is bent",
      HTML "<p>رقم الطلب: 48213</p><table><tr><td>تمر</td><td>225.00 ريالاً</td></tr>"
           "<tr><td>خصم رمضان 15%</td><td>\xe2\x88\x92"
           "33.75 ريالاً</td></tr></table>",
      "" },
    { "what was paid less, in one that is not known",
      HTML "<p>Order number: 48213</p><table><tr><td>Spring discount 15%</td>"
           "<td>\xe2\x88\x92"
           "33.75 DT</td></tr></table>",
      "" },
    { "two of them", HTML ORDER OFFER "<p>Delivery address: Hill Road 12</p>" OFFER,
      OFFER "|" OFFER },
    { "Spanish",
      HTML "<p>Número de pedido: 48213</p>" SECTION (
          "Un detalle", "Llévate un 15 % de descuento en tu próxima compra."),
      SECTION ("Un detalle", "Llévate un 15 % de descuento en tu próxima compra.") },
    { "Japanese",
      HTML "<p>注文番号：48213</p>" SECTION ("贈り物",
                                             "次回のお買い物で使える15%オフクーポンです。"),
      SECTION ("贈り物", "次回のお買い物で使える15%オフクーポンです。") },
};

static char *
describe_found (const Message *message, const Classification *classification)
{
    g_autoptr (GString) text = g_string_new (NULL);
    const char *data = g_bytes_get_data (message_leaf (message, 0)->content, NULL);

    for (unsigned i = 0; i < classification->blocks->len; i++) {
        const Block *block = g_ptr_array_index (classification->blocks, i);
        g_assert_cmpstr (block->how, ==, "detected");
        g_string_append_printf (text, "%s%.*s", i > 0 ? "|" : "",
                                (int)(block->end - block->start), data + block->start);
    }
    if (classification->problem)
        g_string_append_c (text, '!');
    return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_find (const void *data)
{
    const FindRow *row = data;
    g_autoptr (Message) message = read_mail (row->mail);
    const Words *words = shipped_words ();
    g_autoptr (Classification) classification = classification_new ();

    bool found = detected_find (classification, message, words, NULL);
    g_autofree char *text = describe_found (message, classification);
    g_assert_cmpstr (text, ==, row->want);
    g_assert_cmpint (found, ==, *row->want != '\0');
    g_assert_cmpuint (classification->evidence->len > 0, ==, *row->want != '\0');
}

typedef struct {
    const char *name;
    BlockDetection detection;
    const char *protected; /* a selector, or NULL */
    const char *want;
} HintRow;

static const HintRow hint_rows[] = {
    { "cut", DETECT_CUT, NULL, OFFER },
    { "tag", DETECT_TAG, NULL, OFFER "!" },
    { "off", DETECT_OFF, NULL, "" },
    { "protected as a whole", DETECT_CUT, "div", "" },
    { "protected in it", DETECT_CUT, "a.button",
      "<h2>A little something</h2><p>Here is 15% off your next order, until Sunday.</p>" },
    { "protected elsewhere", DETECT_CUT, "p.total", OFFER },
};

static void
test_hints (const void *data)
{
    const HintRow *row = data;
    g_autoptr (Message) message = read_mail (HTML ORDER OFFER "<p class=\"total\">Bye</p>");
    g_autoptr (GError) error = NULL;
    const Words *words = shipped_words ();
    g_autoptr (Classification) classification = classification_new ();
    g_autoptr (GPtrArray) promotional = g_ptr_array_new ();
    g_autoptr (GPtrArray) protected =
        g_ptr_array_new_with_free_func ((GDestroyNotify)selector_free);
    Hints hints = { .promotional = promotional,
                    .protected = protected,
                    .detection = row->detection };

    if (row->protected)
        g_ptr_array_add (protected, selector_parse (row->protected, &error));
    g_assert_no_error (error);
    detected_find (classification, message, words, &hints);
    g_autofree char *text = describe_found (message, classification);
    g_assert_cmpstr (text, ==, row->want);
}

typedef struct {
    const char *name, *marked; /* what stands within the mark */
    MarkedTransaction setting;
    const char *want; /* what the finding says last; NULL for none */
} MarkedRow;

static const MarkedRow marked_rows[] = {
    { "an offer", OFFER, MARKED_TAG, NULL },
    { "an offer with a number", "<p>Code 20251130: 20% off your next order 4711!</p>",
      MARKED_TAG, NULL },
    { "one total", "<p>Kettle 39.90 EUR</p><p>incl. VAT</p>", MARKED_TAG, NULL },
    { "an order", ORDER OFFER, MARKED_CUT, "the number of an order or the like" },
    { "an order that is doubted", ORDER OFFER, MARKED_TAG,
      "the number of an order or the like" },
    { "a code", "<p>Your password is 48213</p>", MARKED_TAG, "a code or password" },
    { "totals", "<p>Subtotal: 50.00 EUR</p><p>Total: 54.80 EUR</p>", MARKED_TAG, "totals" },
    { "words", "<p>Your order has been shipped. Your invoice is ready: see your account.</p>",
      MARKED_TAG, "words of business and none of offers" },
};

static const char *
finding_of (const Classification *classification)
{
    for (unsigned i = 0; i < classification->evidence->len; i++) {
        const Evidence *evidence = g_ptr_array_index (classification->evidence, i);
        if (strcmp (evidence->signal, "marked-transaction") == 0)
            return evidence->where;
    }
    return NULL;
}

static void
test_marked (const void *data)
{
    const MarkedRow *row = data;
    g_autofree char *mail = g_strdup_printf (
        HTML "<p>Thank you for shopping with us, see you soon.</p><!-- licet:promotional -->%s"
             "<!-- /licet:promotional --><p>Bye</p>",
        row->marked);
    g_autoptr (Message) message = read_mail (mail);
    const Words *words = shipped_words ();
    g_autoptr (GPtrArray) none = g_ptr_array_new ();
    Hints hints = { .promotional = none, .protected = none, .marked = row->setting };

    g_autoptr (Classification) classification = classify (message, words, NULL, &hints);
    const char *finding = finding_of (classification);
    g_assert_cmpint (finding != NULL, ==, row->want != NULL);
    if (row->want && finding)
        g_assert_true (g_str_has_suffix (finding, row->want));
    g_assert_cmpint (classification->problem != NULL, ==,
                     row->want && row->setting == MARKED_TAG);
}

/* What the sender marked goes with the mark, however loud it is and whatever number stands in it. */
static void
test_marked_paragraph (void)
{
    g_autoptr (Message) message = read_mail (
        HTML ORDER
        "<!-- licet:promotional --><p>Get 20% off your next order until Sunday, with the "
        "voucher code SPRING20.<br><br>This is for order number: 48213.<br><br>Shop our "
        "summer sale now and save 20% on your next order.</p>"
        "<!-- /licet:promotional --><p>Bye</p>");
    g_autoptr (Classification) classification =
        classify (message, shipped_words (), NULL, NULL);

    g_assert_cmpuint (classification->blocks->len, ==, 1);
    g_assert_cmpstr (classification->problem, ==, NULL);
}

/* More than any page has are left alone, and no part of the search is more than linear. */
static void
test_bounds (void)
{
    g_autoptr (GString) mail = g_string_new (HTML ORDER);
    const Words *words = shipped_words ();

    for (unsigned i = 0; i < 4000; i++)
        g_string_append (mail, i % 40 == 0 ? OFFER "<p>Delivery address: A</p>"
                                           : "<p><img src=\"a.jpg\"></p>");
    g_autoptr (Message) message = read_mail (mail->str);
    g_autoptr (Classification) classification = classification_new ();
    g_assert_true (detected_find (classification, message, words, NULL));
    g_assert_cmpuint (classification->blocks->len, ==, LIMIT_DETECTED);
    g_assert_nonnull (classification->problem);
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    for (unsigned i = 0; i < G_N_ELEMENTS (layouts); i++) {
        g_autofree char *path = g_strconcat ("/detected/layout/", layouts[i].name, NULL);
        g_test_add_data_func (path, &layouts[i], test_layout);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS (parted); i++) {
        g_autofree char *path = g_strconcat ("/detected/parted/", parted[i].name, NULL);
        g_test_add_data_func (path, &parted[i], test_parted);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS (finds); i++) {
        g_autofree char *path = g_strconcat ("/detected/find/", finds[i].name, NULL);
        g_test_add_data_func (path, &finds[i], test_find);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS (hint_rows); i++) {
        g_autofree char *path = g_strconcat ("/detected/hints/", hint_rows[i].name, NULL);
        g_test_add_data_func (path, &hint_rows[i], test_hints);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS (marked_rows); i++) {
        g_autofree char *path = g_strconcat ("/detected/marked/", marked_rows[i].name, NULL);
        g_test_add_data_func (path, &marked_rows[i], test_marked);
    }
    g_test_add_func ("/detected/marked paragraph", test_marked_paragraph);
    g_test_add_func ("/detected/bounds", test_bounds);
    return g_test_run ();
}
