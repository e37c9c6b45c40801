/* SPDX-License-Identifier: BSD-2-Clause */

/* CSS selectors: what they match, and what is said of those that cannot be read. */

#include <string.h>

#include "licet/error.h"
#include "licet/selector.h"

/* Every element has a letter as its title, by which the rows name it. */
static const char page[] =
    "Subject: x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    "<div id=a title=a class='box Promo wide'>"
    "<p title=b lang=de-AT data-kind=offer>1</p>"
    "<P title=c class=promo-small DATA-KIND='Big Offer'>2"
    "<span title=d class=promo>3</span></P>"
    "<p title=e lang=deutsch>4</p></div>"
    "<table title=f id=offers><tr title=g><td title=h data-x=y>1</td><td title=i>2</td></tr>"
    "<tr title=j><td title=k data-x>3<div title=l><b title=m>4</b></div></td></tr>"
    "<tr title=n><td title=o data-x='&#121;'>5</td></tr></table>"
    "<ul title=p><li title=q>1<li title=r>2<li title=s>3<li title=t>4<li title=u>5</ul>";

typedef struct {
    const char *selector;
    const char *want; /* titles, or "!" and the beginning of the error */
} Row;

static const Row rows[] = {
    { "p", "bce" },
    { "P", "bce" },
    { "*", "abcdefghijklmnopqrstu" },
    { ".promo", "d" },
    { ".Promo", "a" },
    { ".wide.box", "a" },
    { "#offers", "f" },
    { "#Offers", "" },
    { "div.box", "a" },
    { "[lang]", "be" },
    { "[lang|=de]", "b" },
    { "[data-kind=offer]", "b" },
    { "[data-kind~='Offer']", "c" },
    { "[data-kind~=offer i]", "bc" },
    { "[ data-kind ^= \"Big\" ]", "c" },
    { "[data-kind$=fer]", "bc" },
    { "[data-kind*='ig O']", "c" },
    { "[data-kind*='']", "" },
    { "[data-x=y]", "ho" },
    { "[data-x='']", "k" },
    { "td[data-x]", "hko" },
    { "#offers td[data-x=y]", "ho" },
    { "#offers > td", "" },
    { "tr > td", "hiko" },
    { "tr>td>div b", "m" },
    { "table b", "m" },
    { "div b", "m" },
    { "#a b", "" },
    { "table div > b, .promo", "dm" },
    { "tr:first-child", "g" },
    { "tr:last-child", "n" },
    { "tr:nth-child(2)", "j" },
    { "li:nth-child(odd)", "qsu" },
    { "li:nth-child( even )", "rt" },
    { "li:nth-child(3n)", "s" },
    { "li:nth-child(3n+1)", "qt" },
    { "li:nth-child(3n - 1)", "ru" },
    { "li:nth-child(-n+2)", "qr" },
    { "li:nth-child(n + 4)", "tu" },
    { "li:nth-child(0)", "" },
    { "li:nth-last-child(2)", "t" },
    { "*:first-child", "abdghklmoq" },
    { "td:first-child[data-x=y]", "ho" },
    { "#\\61", "a" },
    { "#\\000061 ", "a" },
    { ".b\\6fx", "a" },
    { "  p  ,  b  ", "bcem" },
    { "", "!column 1: here a type" },
    { "p,", "!column 3: here a type" },
    { ", p", "!column 1: here a type" },
    { "p >", "!column 4: here a type" },
    { "> p", "!column 1: here a type" },
    { "p + p", "ce" },
    { "p+p", "ce" },
    { "span + p", "" },
    { "li ~ li", "rstu" },
    { "li:first-child ~ li", "rstu" },
    { "li:nth-child(2) + li", "s" },
    { "li:nth-child(2) ~ li", "stu" },
    { "li + li + li", "stu" },
    { "li ~ li + li", "stu" },
    { "div + table td:first-child ~ td", "i" },
    { "div ~ ul > li:last-child", "u" },
    { "ul + *", "" },
    { "div + table", "f" },
    { "table ~ div", "" },
    { "td > div + b", "" },
    { "p:not(.promo-small)", "be" },
    { "p:not( .promo-small , [lang|=de] )", "e" },
    { "td:not(:first-child)", "i" },
    { "li:not(:nth-child(odd)):not(:last-child)", "rt" },
    { "li:not(:last-child)", "qrst" },
    { "p:not(p)", "" },
    { "p:not(div)", "bce" },
    { "td:not([data-x][data-x=''])", "hio" },
    { "div:not(#a) b", "m" },
    { "li:not(:first-child) + li", "stu" },
    { "#a > :not(p)", "" },
    { "p:NOT(*)", "" },
    { "p ~", "!column 4: here a type" },
    { "p + + p", "!column 5: here a type" },
    { "+ p", "!column 1: here a type" },
    { "p || b", "!column 3: here a type" },
    { "p!b", "!column 2: this sign is not known" },
    { "p:not()", "!column 7: here a type" },
    { "p:not(a b)", "!column 9: here , or ) must stand" },
    { "p:not(a > b)", "!column 9: here , or ) must stand" },
    { "p:not(a,", "!column 9: here a type" },
    { "p:not(a", "!column 8: here , or )" },
    { "p:not(:not(a))", "!column 11: no :not()" },
    { "p:not(:hover)", "!column 8: this pseudo-class" },
    { "p:not", "!column 3: this pseudo-class" },
    { ".", "!column 2: a class without" },
    { "#1", "!column 2: an id without" },
    { "p:hover", "!column 3: this pseudo-class is not known" },
    { "p:first-child(2)", "!column 3: this pseudo-class is not known" },
    { "p::before", "!column 3: " },
    { "p:nth-child(x)", "!column 13: right would be odd" },
    { "p:nth-child(2n+)", "!column 16: here a number" },
    { "p:nth-child(2", "!column 14: here )" },
    { "p:nth-child(99999999)", "!column 20: the number is too large" },
    { "[", "!column 2: here the name" },
    { "[a", "!column 3: here one of" },
    { "[a=]", "!column 4: a value with other signs" },
    { "[a=b", "!column 5: here ]" },
    { "[a='b]", "!column 7: a string without" },
    { "[a=b/c]", "!column 5: here ]" },
    { "é b]", "!column 4: this sign" },
    { "a\\", "!column 3: an escape" },
    { "\xff", "!column 1: it is no UTF-8" },
};

static void
test_selector (const void *data)
{
    const Row *row = data;
    g_autoptr (GError) error = NULL;
    g_autoptr (Selector) selector = selector_parse (row->selector, &error);
    g_autoptr (GString) titles = g_string_new (NULL);

    if (row->want[0] == '!') {
        g_assert_null (selector);
        g_assert_error (error, LICET_ERROR, LICET_ERROR_POLICY);
        g_assert_true (g_str_has_prefix (error ? error->message : "", row->want + 1));
        return;
    }
    g_assert_no_error (error);
    g_autoptr (GBytes) bytes = g_bytes_new_static (page, sizeof page - 1);
    g_autoptr (Message) message = message_parse (bytes, &error);
    g_assert_no_error (error);
    g_autoptr (GArray) numbers = selector_match (selector, message, 0);
    for (unsigned i = 0; i < numbers->len; i++) {
        g_autofree char *title = message_element_attribute (
            message, 0, g_array_index (numbers, unsigned, i), "title");
        g_string_append (titles, title);
    }
    g_assert_cmpstr (titles->str, ==, row->want);
}

/* A page as deep as it may be, and a selector that tries every ancestor for every element. */
static void
test_deep (void)
{
    g_autoptr (GString) mail = g_string_new ("Subject: x\r\nContent-Type: text/html\r\n\r\n");
    g_autoptr (GError) error = NULL;

    for (unsigned i = 0; i < 200; i++)
        g_string_append (mail, "<div>");
    for (unsigned i = 0; i < 15000; i++)
        g_string_append (mail, "<b>x</b>");
    g_autoptr (GBytes) bytes = g_bytes_new (mail->str, mail->len);
    g_autoptr (Message) message = message_parse (bytes, &error);
    g_assert_no_error (error);
    g_autoptr (Selector) selector = selector_parse (
        "div div div div div div div div div div div div div div div b", &error);
    g_assert_no_error (error);
    g_autoptr (GArray) numbers = selector_match (selector, message, 0);
    g_assert_cmpuint (numbers->len, ==, 15000);
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autofree char *path = g_strdup_printf ("/selector/%02u", i);
        g_test_add_data_func (path, &rows[i], test_selector);
    }
    g_test_add_func ("/selector/deep", test_deep);
    return g_test_run ();
}
