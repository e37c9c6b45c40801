/* SPDX-License-Identifier: BSD-2-Clause */

/* One mail for each row of the table of signals that shows it, and some that nearly do. */

#include <string.h>

#include "licet/classify.h"

#include "../../milter/classify/quoted.h"
#include "../../milter/audit/story_phrases.h"
#include "../../milter/classify/signals.h"

typedef struct {
    const char *signal;
    const char *header; /* From, Subject and others */
    const char *body;   /* HTML when it begins with "<" */
} Row;

#define SHOP   "From: Shop <post@shop.example>\r\nSubject: x\r\n"
#define ANA    "From: Ana Pereira <ana@mail.example>\r\nSubject: x\r\n"
#define TITLE  "From: Shop <post@shop.example>\r\nSubject: "
#define P50    "some plain words about the sea and the long way home again today"
#define P500   P50 P50 P50 P50 P50 P50 P50 P50
#define P3000  P500 P500 P500 P500 P500 P500
#define IMAGES "<img src=\"a.png\"><img src=\"b.png\"><img src=\"c.png\"><img src=\"d.png\">"
#define LINKED                                                                                 \
    "<a href=\"https://a.example/\"><img src=\"a.png\"></a>"                                   \
    "<a href=\"https://b.example/\"><img src=\"b.png\"></a>"                                   \
    "<a href=\"https://c.example/\"><img src=\"c.png\"></a>"                                   \
    "<a href=\"https://d.example/\">d</a>"
#define SERVED                                                                                 \
    "Your order has been dispatched and should reach you on Tuesday. Please keep this email "  \
    "as "                                                                                      \
    "proof of purchase; if anything is missing, call us and we will send it again."
#define SERVED2                                                                                \
    "The amount was refunded to your card. You cancelled your booking and need do nothing."
#define WOOED                                                                                  \
    "Why not treat your friends to an evening in our new restaurant? Our chefs love the "      \
    "season, "                                                                                 \
    "and many guests come back for the wine."
#define WOOED2                                                                                 \
    "Join our club and discover even more: members enjoy the first look at every collection."
#define LINK6                                                                                  \
    "<a href=\"https://a.example/1\">a</a> <a href=\"https://a.example/2\">b</a> "             \
    "<a href=\"https://a.example/3\">c</a> <a href=\"https://a.example/4\">d</a> "             \
    "<a href=\"https://a.example/5\">e</a> <a href=\"https://a.example/6\">f</a> "

static const Row shown[] = {
    { "header-bulk", SHOP "Precedence: bulk\r\n", "x" },
    { "header-bulk", SHOP "List-Unsubscribe: <mailto:u@shop.example>\r\n", "x" },
    { "header-bulk", SHOP "Feedback-ID: 1:2:3\r\n", "x" },
    { "header-automatic", SHOP "Auto-Submitted: auto-generated\r\n", "x" },
    { "header-thread", ANA "In-Reply-To: <1@a.example>\r\n", "x" },
    { "header-mail-client", ANA "User-Agent: Mozilla Thunderbird\r\n", "x" },
    { "header-discussion",
      ANA "List-Post: <mailto:l@a.example>\r\nReferences: <1@a.example>\r\n", "x" },
    { "header-discussion", ANA "To: l@a.example\r\nList-Post: <mailto:l@a.example>\r\n", "x" },
    { "header-discussion",
      "From: bo77@b.example\r\nSubject: x\r\nTo: l@a.example\r\nX-BeenThere: l@a.example\r\n",
      "x" },
    { "subject-reply", "From: a@b.example\r\nSubject: Re: x\r\n", "x" },
    { "subject-reply", "From: a@b.example\r\nSubject: [list] Antw: x\r\n", "x" },
    { "subject-reply", "From: a@b.example\r\nSubject: 回复：x\r\n", "x" },
    { "from-role", "From: Shop <orders@shop.example>\r\nSubject: x\r\n", "x" },
    { "from-no-reply", "From: Shop <no-reply@shop.example>\r\nSubject: x\r\n", "x" },
    { "from-machine", "From: Cron Daemon <root@web.example>\r\nSubject: x\r\n", "x" },
    { "from-person", ANA, "x" },
    { "subject-offer", TITLE "Rabatte für alle\r\n", "x" },
    { "subject-news", TITLE "Our newsletter\r\n", "x" },
    { "subject-call", TITLE "Descubre la playa\r\n", "x" },
    { "subject-business", TITLE "Votre commande\r\n", "x" },
    { "subject-status", TITLE "Il tuo ordine\r\n", "x" },
    { "subject-secret", TITLE "Twoje hasło\r\n", "x" },
    { "subject-reference", TITLE "Factuur 7\r\n", "x" },
    { "subject-loud", TITLE "Now!\r\n", "x" },
    { "subject-picture", TITLE "Sun \xe2\x98\x80\r\n", "x" },
    { "offer", SHOP, "ein Rabatt" },
    { "offers", SHOP, "Rabatt, Gutschein, versandkostenfrei" },
    { "offers-many", SHOP, "discount, coupon, voucher, giveaway, clearance, free shipping" },
    { "promotion-first", SHOP, "indirim" },
    { "coupon", SHOP, "Nutzen Sie den Gutscheincode" },
    { "reduction", SHOP, "20 % Rabatt" },
    { "reduction", SHOP, "descuento del 20%" },
    { "call", SHOP, "Lees meer" },
    { "calls", SHOP, "Lees meer, ontdek het, doe mee" },
    { "news", SHOP, "Nyhetsbrev" },
    { "news-many", SHOP, "Nyhetsbrev, kollektion, evenemang" },
    { "urgency", SHOP, "dernière chance" },
    { "subject-survey", TITLE "Hvordan gik det?\r\n", "x" },
    { "survey", SHOP, "Pedido n. 4711. Deje su opinión: encuesta" },
    { "survey-alone", SHOP, "Wie waren wir?" },
    { "reward", SHOP, "Votre bon de réduction pour votre prochaine commande" },
    { "view-online", SHOP, "View in browser" },
    { "unsubscribe", SHOP, "hier abmelden" },
    { "business", SHOP, "注文番号" },
    { "business-much", SHOP, "invoice, tracking number, boarding pass" },
    { "business-first", SHOP, "Quittung" },
    { "status", SHOP, "ваш заказ" },
    { "states", SHOP, "your order has shipped and will be delivered" },
    { "automatic", SHOP, "Please do not reply" },
    { "reference", SHOP, "Bestellnummer" },
    { "reference-number", SHOP, "Bestellnummer: 4711" },
    { "reference-number", SHOP, "주문번호: 20260513" },
    { "totals", SHOP, "Subtotal, VAT" },
    { "total-amount", SHOP, "Gesamtbetrag: 12,90" },
    { "secret", SHOP, "passcode" },
    { "secret-code", SHOP, "verification code: 482913" },
    { "task", SHOP, "Aktivieren Sie Ihr Konto" },
    { "task", SHOP, "アカウントを有効にしてください" },
    { "lean-business", SHOP, "your order has shipped" },
    { "lean-promotion", SHOP, "discount, coupon, shop now" },
    { "long-promotion", SHOP, "discount " P3000 },
    { "formal", SHOP, "Sehr geehrte Damen und Herren" },
    { "wording-service", SHOP, SERVED },
    { "wording-service-much", SHOP, SERVED "\r\n" SERVED2 },
    { "wording-service-alone", SHOP, SERVED },
    { "wording-promotion", SHOP, WOOED },
    { "wording-promotion-much", SHOP, WOOED "\r\n" WOOED2 },
    { "wording-promotion-alone", SHOP, WOOED },
    { "words-none", ANA, "xyz" },
    { "personal", ANA, "what do you think" },
    { "personal-many", ANA, "ich denke, ich habe, bis bald" },
    { "amount", SHOP, "12,90 EUR" },
    { "amount", SHOP, "$5" },
    { "amounts", SHOP, "1 €, 2 €, 3 €, 4 €, 5 €" },
    { "long-number", SHOP, "123456" },
    { "percentages", SHOP, "10 % 20%" },
    { "labels", SHOP, "Datum: 3. Mai\r\nOrt: Bonn\r\nZeit: abends\r\n" },
    { "lone-code", SHOP, "x\r\n  482913\r\ny" },
    { "exclamations", SHOP, "a! b! c!" },
    { "pictures", SHOP, "\xf0\x9f\x8e\x81" },
    { "text-quoted", ANA, "yes\r\n> no\r\n" },
    { "text-quoted-head", ANA,
      "yes\r\nOn 3 May 2026 at 10:58, Bo <bo@a.example> wrote:\r\nno" },
    { "text-quoted-head", ANA,
      "ja\r\nVon: Bo <bo@a.example>\r\nGesendet: 3. Mai 2026 10:58\r\nAn: Ana\r\n\r\nnein" },
    { "signature", ANA, "yes\r\n-- \r\nAna\r\n" },
    { "text-short", SHOP, "x" },
    { "text-long", SHOP, P3000 },
    { "text-very-long", SHOP, P3000 P3000 P3000 },
    { "images", SHOP, IMAGES },
    { "images-many", SHOP, IMAGES IMAGES IMAGES },
    { "images-linked", SHOP, LINKED },
    { "images-mostly", SHOP, IMAGES },
    { "headings", SHOP, "<h1>a</h1><h2>b</h2><h3>c</h3>" },
    { "struck", SHOP, "<p><del>9</del> 5</p>" },
    { "tables", SHOP, "<table></table><table></table><table></table>" },
    { "links-none", SHOP, "x" },
    { "links", SHOP, LINK6 },
    { "links-many", SHOP, LINK6 LINK6 LINK6 },
    { "links-mostly", SHOP, LINK6 LINK6 },
    { "links-hosts", SHOP, LINKED },
    { "link-campaign", SHOP, "<a href=\"https://a.example/?utm_source=x\">a</a>" },
    { "link-unsubscribe", SHOP, "<a href=\"https://a.example/unsubscribe\">a</a>" },
    { "link-account", SHOP, "<a href=\"https://a.example/account/orders\">a</a>" },
    { "link-token", SHOP, "<a href=\"https://a.example/r/9f8a7c6b5d4e3f2a1b0c\">a</a>" },
    { "links-social", SHOP,
      "<a href=\"https://facebook.com/x\">f</a> <a href=\"https://instagram.com/x\">i</a>" },
    { "simple", SHOP, "x" },
};

/* What is like it, and is not it. */
static const Row absent[] = {
    { "survey-alone", SHOP, "Bestellung 4711 kommt morgen. Wie waren wir?" },
    { "reward", SHOP, "Your next order" },
    { "header-bulk",
      ANA "List-Id: <l.a.example>\r\nPrecedence: list\r\nReferences: <1@a.example>\r\n", "x" },
    { "header-automatic", SHOP "Auto-Submitted: no\r\n", "x" },
    { "header-discussion", SHOP "List-Post: <mailto:l@a.example>\r\n", "x" },
    { "header-discussion",
      "From: bo77@a.example\r\nSubject: x\r\nTo: l@a.example\r\nX-BeenThere: l@a.example\r\n",
      "x" },
    { "header-discussion",
      "From: news@b.example\r\nSubject: x\r\nTo: l@a.example\r\nX-BeenThere: l@a.example\r\n",
      "x" },
    { "from-machine", "From: root@web.example\r\nUser-Agent: Mutt/2.2\r\nSubject: x\r\n", "x" },
    { "from-machine", "From: Rooty <rooty@web.example>\r\nSubject: x\r\n", "x" },
    { "task", SHOP, "activate your discount" },
    { "subject-reply", TITLE "Restaurant: new menu\r\n", "x" },
    { "from-person", "From: Harbour Books <post@books.example>\r\nSubject: x\r\n", "x" },
    { "from-person", "From: Ana Pereira <orders@mail.example>\r\nSubject: x\r\n", "x" },
    { "reduction", SHOP, "19 % VAT" },
    { "reference-number", SHOP, "in order to win" },
    { "offer", ANA "In-Reply-To: <1@a.example>\r\n", "yes\r\n> discount\r\n" },
    { "offer", SHOP, "wholesale prices" },
    { "amount", SHOP, "Kranich 5" },
    { "text-quoted-head", SHOP, "Order: 5\r\nDate: 3 May 2026 10:58\r\n" },
    { "link-account", SHOP, LINK6 "<a href=\"https://a.example/account\">a</a>" },
    { "simple", SHOP, "<table></table>" },
    { "wording-promotion", ANA "In-Reply-To: <1@a.example>\r\n", WOOED },
    { "wording-promotion", SHOP, SERVED },
    { "wording-service", SHOP, WOOED },
};

/* Read once: they are large. */
static const Words *
shipped_words (void)
{
    static Words *words = NULL;
    g_autofree char *dir = g_test_build_filename (G_TEST_DIST, "..", "policies", "words", NULL);
    g_autoptr (GError) error = NULL;

    if (!words)
        words = words_load (dir, &error);
    g_assert_no_error (error);
    return words;
}

static bool
shows (const Row *row)
{
    g_autofree char *text = g_strdup_printf (
        "%sMIME-Version: 1.0\r\nContent-Type: text/%s; charset=utf-8\r\n\r\n%s", row->header,
        *row->body == '<' ? "html" : "plain", row->body);
    g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
    g_autoptr (GError) error = NULL;
    g_autoptr (Message) message = message_parse (bytes, &error);

    g_assert_no_error (error);
    g_autoptr (Classification) classification = classify (message, shipped_words (), NULL, NULL);
    for (unsigned i = 0; i < classification->evidence->len; i++)
        if (strcmp (((const Evidence *)classification->evidence->pdata[i])->signal,
                    row->signal) == 0)
            return true;
    return false;
}

static void
test_shown (const void *row)
{
    g_assert_true (shows (row));
}

static void
test_absent (const void *row)
{
    g_assert_cmpint (signals_find (((const Row *)row)->signal), >=, 0);
    g_assert_false (shows (row));
}

static void
test_complete (void)
{
    for (unsigned i = 0; i < signals_count (); i++) {
        bool found = false;
        for (unsigned j = 0; j < G_N_ELEMENTS (shown); j++)
            found = found || strcmp (shown[j].signal, signals_name (i)) == 0;
        if (!found)
            g_test_message ("%s has no mail", signals_name (i));
        g_assert_true (found);
        g_assert_cmpint (signals_find (signals_name (i)), ==, (int)i);
        g_assert_true (story_knows (signals_meaning (i)));
    }
    g_assert_cmpint (signals_find ("colour"), ==, -1);
}

/* What its author wrote stays, wherever the program put it. */
static void
test_own (void)
{
    g_auto (Quoted) quoted = quoted_take ("> a\nmine\n> b\nmine too\n-- \nAna\n");

    g_assert_cmpstr (quoted.own, ==, "mine\nmine too\n");
    g_assert_cmpuint (quoted.lines, ==, 2);
    g_assert_true (quoted.signature);
    g_assert_false (quoted.head);
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    for (unsigned i = 0; i < G_N_ELEMENTS (shown); i++) {
        g_autofree char *path = g_strdup_printf ("/signals/%s/%u", shown[i].signal, i);
        g_test_add_data_func (path, &shown[i], test_shown);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS (absent); i++) {
        g_autofree char *path = g_strdup_printf ("/absent/%s/%u", absent[i].signal, i);
        g_test_add_data_func (path, &absent[i], test_absent);
    }
    g_test_add_func ("/signals/complete", test_complete);
    g_test_add_func ("/quoted/own", test_own);
    return g_test_run ();
}
