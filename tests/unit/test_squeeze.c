/* SPDX-License-Identifier: BSD-2-Clause */

#include <glib.h>
#include <string.h>

#include "../milter/message/blocks.h"
#include "../milter/message/enclosed.h"
#include "../milter/message/judge.h"
#include "../milter/message/squeeze.h"

enum { LONG = 100000 };

static const char block[] = "<p>Buy more</p>";

/* A page with two long words around a block; `odd` stands in the middle of the first one. */
static GString *
write_page (char odd)
{
    GString *page = g_string_new ("<div>Order &");
    size_t start = page->len;

    for (unsigned i = 0; i < LONG; i++)
        g_string_append_c (page, 'a');
    page->str[start + LONG / 2] = odd;
    g_string_append_printf (page, ";%s<a title=", block);
    for (unsigned i = 0; i < LONG; i++)
        g_string_append_c (page, 'b');
    g_string_append (page, ">4711</a></div>");
    return page;
}

static GArray *
range_of (const GString *page, size_t more)
{
    GArray *ranges = g_array_new (FALSE, FALSE, sizeof (CutRange));
    const char *found = strstr (page->str, block);
    CutRange range = { (size_t)(found - page->str), 0, NULL };

    range.end = range.start + strlen (block) + more;
    g_array_append_val (ranges, range);
    return ranges;
}

static void
test_pair (void)
{
    g_autoptr (GString) page = write_page ('a');
    g_autoptr (GArray) ranges = range_of (page, 0);
    g_autoptr (GBytes) before = g_bytes_new (page->str, page->len);
    g_autoptr (GBytes) after = cut_decoded (before, ranges);
    g_autoptr (Squeezed) squeezed = squeeze_new (before, ranges, after, SQUEEZE_WORDS);
    const CutRange *moved = &g_array_index (squeezed->ranges, CutRange, 0);
    const char *data = g_bytes_get_data (squeezed->before, NULL);

    g_assert_cmpuint (g_bytes_get_size (squeezed->before), <, LONG / 10);
    g_assert_cmpuint (moved->end - moved->start, ==, strlen (block));
    g_assert_cmpmem (data + moved->start, strlen (block), block, strlen (block));
    g_assert_cmpuint (squeeze_place (squeezed, moved->start), ==,
                      g_array_index (ranges, CutRange, 0).start);
    g_assert_cmpuint (squeeze_place (squeezed, 3), ==, 3);
    g_assert_cmpuint (squeeze_place (squeezed, g_bytes_get_size (squeezed->before)), ==,
                      page->len);
    g_autoptr (GBytes) result = cut_decoded (squeezed->before, squeezed->ranges);
    g_assert_true (g_bytes_equal (result, squeezed->after));
}

/* What differs in the middle alone stays different, and what is equal stays equal. */
static void
test_words (void)
{
    g_autoptr (GArray) none = g_array_new (FALSE, FALSE, sizeof (CutRange));
    g_autoptr (GPtrArray) results =
        g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);

    for (const char *odd = "abb"; *odd; odd++) {
        g_autoptr (GString) page = write_page (*odd);
        g_autoptr (GBytes) bytes = g_bytes_new (page->str, page->len);
        g_autoptr (Squeezed) squeezed = squeeze_new (bytes, none, bytes, SQUEEZE_WORDS);
        g_ptr_array_add (results, g_bytes_ref (squeezed->before));
    }
    g_assert_false (g_bytes_equal (results->pdata[0], results->pdata[1]));
    g_assert_true (g_bytes_equal (results->pdata[1], results->pdata[2]));
}

/* What is not the page without the ranges is not squeezed, so that the judge sees all of it. */
static void
test_other_result (void)
{
    g_autoptr (GString) page = write_page ('a'), other = write_page ('b');
    g_autoptr (GArray) ranges = range_of (page, 0);
    g_autoptr (GBytes) before = g_bytes_new (page->str, page->len);
    g_autoptr (GBytes) wrong = g_bytes_new (other->str, other->len);
    g_autoptr (GBytes) after = cut_decoded (wrong, ranges);
    size_t offset = 0;

    g_autoptr (Squeezed) squeezed = squeeze_new (before, ranges, after, SQUEEZE_WORDS);
    g_assert_true (squeezed->before == before);
    g_assert_false (judge_cut (before, ranges, after, &offset));
}

static void
test_judge (void)
{
    g_autoptr (GString) page = write_page ('a');
    g_autoptr (GBytes) before = g_bytes_new (page->str, page->len);
    g_autoptr (GArray) right = range_of (page, 0), wrong = range_of (page, strlen ("<a tit"));
    g_autoptr (GBytes) cut = cut_decoded (before, right), torn = cut_decoded (before, wrong);
    size_t offset = 0;

    g_assert_true (judge_cut (before, right, cut, &offset));
    g_assert_false (judge_cut (before, wrong, torn, &offset));
    g_assert_cmpuint (offset, >, LONG);
    g_assert_cmpuint (offset, <, 2 * LONG);
}

#define WORDS "many words that nobody needs to read again to see where they are"

/* More than a name of a reference has letters. */
#define DIGITS "0000000000000000000000000000000000000000000000000000000000000000"

/* Pages whose texts, values and blanks are long enough to be squeezed, or only look so. */
static const char *const pages[] = {
    "<p title=\"" WORDS "\">Dear Lea, " WORDS "</p>\n      \n     <div>" WORDS "</div>",
    "<table>\n        <tr>\n        <td>" WORDS "</td>\n        </tr>" WORDS "</table>x",
    "<b class='" WORDS "'><p>" WORDS "</b>" WORDS "</p><i><i><i><i>" WORDS,
    "<p>a &amp" WORDS " &no" WORDS ";<!-- " WORDS " -->" WORDS "<br " WORDS ">",
    "<frameset title=\"" WORDS "\">" WORDS "<frame></frameset>" WORDS,
    "<select><option>" WORDS
    "</select><textarea>\n         </textarea><pre>\n           x</pre>",
    "<script><!-- <script>" WORDS "--></script>" WORDS "</script><style>" WORDS "</style>",
    "<svg><![CDATA[" WORDS "]]></svg><title>" WORDS "</title><p a=\"" WORDS "\" a='" WORDS
    "'>x",
    "<p>&#" DIGITS "65 " WORDS "</p><a href=" WORDS ">\f            </a>",
    "<body class=\"" WORDS "\"><body class=\"b" WORDS "\"></nothing " WORDS ">" WORDS,
    "<p><table a><tr><td>" WORDS "</td><td>x</td></tr></table></p><b><table><tr><td>" WORDS
    "</b></td></tr></table>x",
    "<select><table><tr><td>" WORDS
    "</td></tr></table></select>x<form><table><tr><td><form>" WORDS
    "</form></td></tr></table></form>",
    "<table>y<tr><th>" WORDS "<td>" WORDS "</td></th></tr><tbody></table><svg><td>" WORDS
    "</td></svg><td>" WORDS "</td>",
    "<table><tr><td><table><td>" WORDS "</table></tr></td></table><a><table><td><a>" WORDS
    "</a></td></table>x</a>",
    "<b><b><p><b>" WORDS "</b></p></b></b>x<a><p><a>" WORDS "</a></p></a><i><p></i><p>" WORDS
    "</p>x<table><p>" WORDS "</p></table>",
    "<ul><li>" WORDS "</li><li><div>" WORDS "</div></li></ul><div><div><p>" WORDS
    "</p></div>x</div><select><p>" WORDS "</p></select>",
    "<table><div><table><td>" WORDS "</table></div></select>x<div>" WORDS "</div></table>",
    "<ul><li>" WORDS "</li> <li>x</li></ul><a class='" WORDS "'>x</a> <a>y</a><b>z</b>",
    "<table><a>" WORDS "</a> <a>x</a><tr class='" WORDS "'><td>x</table><p>" WORDS
    "</p><hr><p>y</p>",
};

/* What is found: the letters of ids, of elements that stand in no other that is found. */
static const struct {
    const char *page, *found;
} enclosed[] = {
    { "<table id=a><tr id=b><td id=c>" WORDS "</td></tr></table>", "a" },
    { "<TABLE ID=a><TBODY> <TR ID=b> <!-- x --><TH ID=c>" WORDS "</TH></TR></TBODY></TABLE>",
      "a" },
    { "<table id=a><td id=b>" WORDS "</table>", "a" },
    { "<table id=a><tr id=b><td id=c>" WORDS "</td><td id=d>x</td></tr>y</table>", "b" },
    { "<table id=a>&nbsp;<tr id=b><td id=c><b>" WORDS "</td><b><td id=d>" WORDS
      "</td></tr></table>",
      "cd" },
    { "<table id=a><form><tr id=b><td id=c>" WORDS "</td></tr></form></table>", "b" },
    { "<table id=a><tr id=b><td id=c><form>" WORDS "</td><td id=d>" WORDS "</td></tr></table>",
      "d" },
    { "<table id=a><tr id=b><td id=c><select><td id=d>" WORDS "</td></tr></table>", "d" },
    { "<table id=a><tr id=b><td id=c><object>" WORDS "</td></tr></table>", "" },
    { "<table id=a><tr id=b><td id=c><style>" WORDS "</style></td></tr></table>", "" },
    { "<table id=a><tr id=b><td id=c><svg><p>" WORDS "</svg></td></tr></table>", "" },
    { "<table id=a><tr id=b><td id=c><template>" WORDS "</template></td></tr></table>", "" },
    { "<table id=a><tr id=b><td id=c>" WORDS "<!x></td></tr></table>", "" },
    { "<table id=a><tr id=b><td id=c>" WORDS "</th></td></tr></table>", "" },
    { "<table id=a><tr id=b><td id=c>" WORDS "</tfoot></td></tr></table>", "" },
    { "<table id=a><table id=b><tr id=c><td id=d>" WORDS "</td></tr></table></table>", "b" },
    { "<table id=a><tr id=b><td id=c><table id=d><tr><td>" WORDS "</td></tr></table><col></td>"
      "</tr></table>",
      "d" },
    { "<td id=a>" WORDS "</td><tr id=b>" WORDS "</tr>", "" },
    { "<table id=a><tr id=b><td id=c>" WORDS, "" },
    { "<table id=a><tr id=b><td id=c>" WORDS "</td><td id=d>" WORDS "|</td></tr></table>",
      "c" },
};

/* A "|" is where something is cut. */
static GArray *
cut_at_bar (const char *page)
{
    GArray *ranges = g_array_new (FALSE, FALSE, sizeof (CutRange));
    const char *bar = strchr (page, '|');
    CutRange range = { bar ? (size_t)(bar - page) : 0, bar ? (size_t)(bar - page) + 1 : 0,
                       NULL };

    if (bar)
        g_array_append_val (ranges, range);
    return ranges;
}

static void
test_enclosed (void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (enclosed); i++) {
        const char *page = enclosed[i].page;
        g_autoptr (GArray) ranges = cut_at_bar (page);
        g_autoptr (GArray) found = enclosed_find (page, strlen (page), ranges);
        g_autoptr (GString) names = g_string_new (NULL);
        for (unsigned n = 0; n < found->len; n++) {
            const Enclosed *element = &g_array_index (found, Enclosed, n);
            g_assert_true (page[element->start] == '<');
            g_assert_true (g_str_has_prefix (page + element->inner_end, "</"));
            g_string_append_c (names, page[element->name_end + strlen (" id=")]);
        }
        g_assert_cmpstr (names->str, ==, enclosed[i].found);
    }
}

static void
check_range (GBytes *before, size_t start, size_t end, unsigned *ret_right)
{
    g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (CutRange));
    CutRange range = { start, end, NULL };
    size_t offset = 0, whole = 0;

    g_array_append_val (ranges, range);
    g_autoptr (GBytes) after = cut_decoded (before, ranges);
    bool right = judge_cut (before, ranges, after, &offset);
    g_assert_cmpint (right, ==, judge_cut_whole (before, ranges, after, &whole));
    *ret_right += right;
}

static bool
is_border (const char *page, size_t at)
{
    return at == 0 || !g_ascii_isalpha (page[at]) || !g_ascii_isalpha (page[at - 1]);
}

/* The verdict on a squeezed page is that on the whole one, whatever is cut. */
static void
test_same_verdict (void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (pages); i++) {
        size_t length = strlen (pages[i]);
        g_autoptr (GBytes) before = g_bytes_new_static (pages[i], length);
        unsigned right = 0;
        for (size_t start = 0; start < length; start++)
            for (size_t end = start + 1; is_border (pages[i], start) && end <= length; end++)
                if (is_border (pages[i], end))
                    check_range (before, start, end, &right);
        g_assert_cmpuint (right, >, 0);
    }
}

/* The mark is what tells texts from what only looks like one, so nobody knows it beforehand. */
static void
test_marks (void)
{
    g_autoptr (GArray) none = g_array_new (FALSE, FALSE, sizeof (CutRange));
    g_autoptr (GBytes) page = g_bytes_new_static (pages[0], strlen (pages[0]));
    g_autoptr (Squeezed) squeezed = squeeze_new (page, none, page, SQUEEZE_TEXTS);
    g_autoptr (Squeezed) again = squeeze_new (page, none, page, SQUEEZE_TEXTS);

    g_assert_cmpuint (squeezed->texts, ==, 2);
    g_assert_cmpuint (squeezed->tags, ==, 1);
    g_assert_cmpuint (g_bytes_get_size (squeezed->before), <, strlen (pages[0]) * 3 / 4);
    g_assert_cmpuint (strlen (squeezed->mark), ==, SQUEEZE_MARK_SIZE - 1);
    g_assert_cmpstr (squeezed->mark, !=, again->mark);
}

/* What a sender writes who knows how pages are squeezed. What stands between bars is cut. */
#define CUT "|<p>Buy more</p>|"
#define SVG_TAG                                                                                \
    "<svg><style><a " DIGITS " title=' the rest of a value that is long >x</a></style></svg>"
static const struct {
    const char *page;
    bool right;
} hostile[] = {
    { "<p>qjxz1x " WORDS "</p>" CUT "x", true },
    { "<!-- qjxz1x " WORDS " -->" CUT "x", true },
    { "<p qjxz1x title='qjxz1x'>" WORDS "</p>" CUT "x", true },
    { "<p>&#113;jxz1x " WORDS "</p>" CUT "x", true },
    { "<p>qj</x>xz1x " WORDS "</p>" CUT "x", true },
    /* A text that is a tag to gumbo, and what would be found in its place. */
    { "<p>&#113;jxz1x</p>" SVG_TAG CUT " '>x</p>", false },
    { "<p>qj</x>xz1x</p>" SVG_TAG CUT " '>x</p>", false },
    /* A text that is a comment to gumbo, and a comment that is a text and ends what hides a tag. */
    { "<svg><style><!-- " DIGITS WORDS " --></style><![CDATA[ > <!-- begins ]]></svg>"
      "<p title=' and goes on to here --> ]]></svg>" CUT " '>x</p>",
      false },
    /* A blank, before which a frameset takes the place of the body. */
    { "&#" DIGITS "32;" CUT "<frameset><frame></frameset>x", false },
    { "&#x" DIGITS "20;" CUT "<frameset><frame></frameset>x", false },
    { "<table>&#" DIGITS "32;|<b>x</b>|<tr><td>x</table>", true },
};

static bool
judge_bars (const char *text, bool *ret_whole)
{
    g_auto (GStrv) pieces = g_strsplit (text, "|", 3);
    g_autofree char *page = g_strconcat (pieces[0], pieces[1], pieces[2], NULL);
    g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (CutRange));
    CutRange range = { strlen (pieces[0]), strlen (pieces[0]) + strlen (pieces[1]), NULL };
    size_t offset = 0;

    g_array_append_val (ranges, range);
    g_autoptr (GBytes) before = g_bytes_new_static (page, strlen (page));
    g_autoptr (GBytes) after = cut_decoded (before, ranges);
    *ret_whole = judge_cut_whole (before, ranges, after, &offset);
    return judge_cut (before, ranges, after, &offset);
}

static void
test_hostile (void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (hostile); i++) {
        bool whole = false;
        g_assert_cmpint (judge_bars (hostile[i].page, &whole), ==, hostile[i].right);
        g_assert_cmpint (whole, ==, hostile[i].right);
    }
}

/* Digits of a reference all count, however long a word they are. */
static void
test_long_number (void)
{
    static const struct {
        const char *begin, *end;
    } numbers[] = { { "&#", "32" }, { "&#x", "20" }, { "&#X", "0a" } };
    g_autofree char *zeros = g_strnfill (LONG, '0');

    for (unsigned i = 0; i < G_N_ELEMENTS (numbers); i++) {
        g_autofree char *page = g_strconcat (numbers[i].begin, zeros, numbers[i].end,
                                             ";" CUT "<frameset><frame></frameset>x", NULL);
        bool whole = true;
        g_assert_false (judge_bars (page, &whole));
        g_assert_false (whole);
    }
}

/* Each of these has one value that is squeezed, and is not judged anew with nothing squeezed. */
static void
test_values (void)
{
    static const char *const tags[] = {
        "<font face=\"" WORDS "\" FACE=\"" WORDS "\">",
        "<b title='a value' class=\"https://shop.example/a/b\">",
        "<input type=\"" WORDS "\" name=\"" WORDS "\">",
        "<annotation-xml Encoding=\"" WORDS "\" name=\"" WORDS "\">",
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (tags); i++) {
        g_autofree char *text = g_strconcat ("<p>x</p>", tags[i], NULL);
        g_autoptr (GArray) none = g_array_new (FALSE, FALSE, sizeof (CutRange));
        g_autoptr (GBytes) page = g_bytes_new_static (text, strlen (text));
        g_autoptr (Squeezed) squeezed = squeeze_new (page, none, page, SQUEEZE_ENCLOSED);
        g_assert_cmpuint (squeezed->values->len, ==, 1);
    }
}

/* Of each of these all attributes together are squeezed, or none. */
static const struct {
    const char *page;
    unsigned tags;
    const char *want; /* begins with; "%" is the mark */
} tags[] = {
    { "<td class='a b' width=100% nowrap>", 1, "<td %a1x>" },
    { "<IMG src=https://shop.example/ alt=x />", 1, "<IMG %a1x/>" },
    { "<A href='a long address' HREF=x title=\"x>y\">", 1, "<A %a1x>" },
    { "<a href='a long address of one'><a href='a long address of one'>", 2,
      "<a %a1x><a %a1x>" },
    { "<p class=a>", 0, "<p class=a>" },
    { "<font color=red face=arial size=2>", 0, "<font color=red face=arial size=2>" },
    { "<b class=a title=x dir=ltr id=xxxx>", 0, "<b class=a title=x dir=ltr id=xxxx>" },
    { "<input type=hidden name=a value=b>", 0, "<input type=hidden name=a value=b>" },
    { "<body bgcolor=white text=black link=red>", 0, "<body bgcolor=white" },
    { "<html xmlns:o=a xmlns:v=b xmlns:w=c>", 0, "<html xmlns" },
    { "<annotation-xml encoding=text/html a=b>", 0, "<annotation-xml enc" },
    { "<x:p class=a title=x dir=ltr id=xxxx>", 0, "<x:p class" },
};

static void
test_tags (void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (tags); i++) {
        g_autoptr (GArray) none = g_array_new (FALSE, FALSE, sizeof (CutRange));
        g_autoptr (GBytes) page = g_bytes_new_static (tags[i].page, strlen (tags[i].page));
        g_autoptr (Squeezed) squeezed = squeeze_new (page, none, page, SQUEEZE_TEXTS);
        g_auto (GStrv) pieces = g_strsplit (tags[i].want, "%", -1);
        g_autofree char *want = g_strjoinv (squeezed->mark, pieces);
        g_assert_cmpuint (squeezed->tags, ==, tags[i].tags);
        g_assert_cmpmem (g_bytes_get_data (squeezed->before, NULL), strlen (want), want,
                         strlen (want));
    }
}

/* A table that is not cut is one tag to the judge, and one that is has one tag for a cell. */
static void
test_tables (void)
{
    const char *table = "<table><tr><td>" WORDS "</td><td>|<b>" WORDS "</b></td></tr></table>";
    g_autofree char *text = g_strconcat (table, "<table a=b><tr><td>" WORDS "</table>", NULL);
    g_autoptr (GArray) ranges = cut_at_bar (text);
    g_autoptr (GBytes) page = g_bytes_new_static (text, strlen (text));
    g_autoptr (GBytes) after = cut_decoded (page, ranges);
    g_autoptr (Squeezed) squeezed = squeeze_new (page, ranges, after, SQUEEZE_ENCLOSED);
    g_autofree char *want =
        g_strdup_printf ("<table><tr><td %se1x></td><td>|<b>m%st2xe</b></td></tr></table>"
                         "<table %se3x></table>",
                         squeezed->mark, squeezed->mark, squeezed->mark);

    g_assert_cmpuint (squeezed->enclosed, ==, 2);
    g_assert_cmpmem (g_bytes_get_data (squeezed->before, NULL),
                     g_bytes_get_size (squeezed->before), want, strlen (want));
}

/* The letters of ids of what is found, those of blocks with formatting elements in upper case, and a
 * plus behind those that others have joined. */
static const struct {
    const char *page, *found;
} blocks[] = {
    { "<p id=a>" WORDS "</p><UL id=b><li>" WORDS "</LI></ul><h1 id=C><b>" WORDS "</b><br></h1>",
      "a+C" },
    { "<div id=A><div id=b><p id=C><a href=x>" WORDS "</a></p><hr></div></div>", "A" },
    { "<div id=A><div id=B><p id=C><a id=e>" WORDS "</a>|</p><p id=d>" WORDS "</p></div></div>",
      "ed" },
    { "<div id=a><o:p>" WORDS "</o:p><o:p><p id=b>" WORDS "</p></x:p></div>", "b" },
    { "<p id=a>" WORDS "<p id=b>" WORDS "</p>", "b" },
    { "<p id=a>" WORDS "<div id=b>" WORDS "</div></p>", "b" },
    { "<p id=a>" WORDS "<hr></p><div id=b><p>" WORDS "</p><hr></div>", "b" },
    { "<li id=a>" WORDS "<div id=b><li id=c>" WORDS "</li></div></li>", "c" },
    { "<h1 id=a><h2 id=b>" WORDS "</h2></h1><div id=c><h1>" WORDS "</h1></div>", "bc" },
    { "<p id=a><b>" WORDS "</p><p id=b><b><i>" WORDS "</b></i></p>", "" },
    { "<p id=a><b><b>" WORDS "</b></b></p><a><p id=b><a id=c>" WORDS "</a></p></a>", "c" },
    { "<p id=a><input>" WORDS "</p><p id=b><nobr>" WORDS "</nobr></p>", "" },
    { "<div id=a><table><td>" WORDS "</table></div><div id=b>" WORDS "<!x></div>", "" },
    { "<p id=a title=\"" WORDS "\"> &#32; </p><p id=b title=\"" WORDS "\"><img></p>", "b" },
    { "<div id=a>" WORDS "</div></div><p id=b>x</p>", "a" },
    /* Several that follow each other. */
    { "<p id=a>x</p> y <br><!-- x --><p>&nbsp;</p><img src=x><div>" WORDS "</div>&nbsp;",
      "a+" },
    { "<a id=a href=x>x</a>, <a>" WORDS "</a><br> <span>x</span><a>x</a>", "a+" },
    { "<span id=a>" WORDS "</span> <a id=b href=x>" WORDS "</a><b>x</b><a id=c>" WORDS "</a>",
      "abc" },
    { "<a id=a>" WORDS "</a><p id=B>" WORDS "</p><a>x</a>", "aB+" },
    { "<p id=A>" WORDS "</p><a>x</a><div>x</div><i>x</i>", "A+" },
    { "<a id=a>" WORDS "</a><hr><a id=b>" WORDS "</a>", "ab" },
    { "<p id=a>" WORDS "</p><hr><p>x</p>", "a+" },
    { "<a id=a>" WORDS "</a><a><b>" WORDS "</b></a><a id=b>" WORDS "</a>", "ab" },
    { "<p id=a>" WORDS "</p><h2 id=b>" WORDS "</h2>", "ab" },
    { "<div><p id=a>" WORDS "</p><h2>" WORDS "</h2><!x></div>", "a+" },
    { "<div id=a>" WORDS "</div><li id=b>" WORDS "</li>", "ab" },
    { "<ul><li id=a>" WORDS "</li><li>" WORDS "</li><!x></ul>", "a+" },
    { "<p id=a>" WORDS "</p>|<p id=b>" WORDS "</p><p>x</p>", "ab+" },
    { "<p id=a>" WORDS "</p><p>x<p id=b>" WORDS "</p>", "ab" },
    { "<p id=a>" WORDS "</p><input><p id=b>" WORDS "</p>", "ab" },
    { "<p id=a>" WORDS "</p></div><p id=b>" WORDS "</p>", "ab" },
    { "<a id=a>x<div id=b>" WORDS "</div></a><span id=c>" WORDS "<hr></span>", "b" },
    { "<a id=a>" WORDS "</a><span><b><div id=b>" WORDS "</div></b></span>", "ab" },
    { "<p id=A>" WORDS "</p><span><b><div>" WORDS "</div></b></span>", "A+" },
    { "<p id=a>x</p><p id=b>x</p>", "" },
    { "<o:p>" WORDS "</o:p><b>" WORDS "</b>", "" },
};

static void
test_blocks (void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (blocks); i++) {
        const char *page = blocks[i].page;
        g_autoptr (GArray) ranges = cut_at_bar (page);
        g_autoptr (GArray) found = blocks_find (page, strlen (page), ranges);
        g_autoptr (GString) names = g_string_new (NULL);
        for (unsigned n = 0; n < found->len; n++) {
            const Block *row = &g_array_index (found, Block, n);
            char id = page[row->name_end + strlen (" id=")];
            g_assert_true (row->joined ? page[row->end - 1] == '>' : page[row->end] == '<');
            g_assert_cmpint (g_ascii_isupper (id) != 0, ==, row->formats);
            g_string_append_c (names, id);
            if (row->joined)
                g_string_append_c (names, '+');
        }
        g_test_message ("%s", page);
        g_assert_cmpstr (names->str, ==, blocks[i].found);
    }
}

/* What stands around blocks decides whether their tags say enough: the last is cut. */
static const struct {
    const char *page;
    JudgeVerdict verdict;
} around[] = {
    { "<b><u><p><i>" WORDS "</i></p></u></b>" CUT, JUDGE_RIGHT },
    { "<b><u><s><p>" WORDS "</p></s></u></b>" CUT, JUDGE_RIGHT },
    { "<b><u><s><p><i>" WORDS "</i></p></s></u></b>" CUT, JUDGE_UNSURE },
    { "<a><p>" WORDS "</p></a>" CUT, JUDGE_RIGHT },
    { "<a><div><u></div><p><a>" WORDS "</a></p>" CUT, JUDGE_UNSURE },
    { "<div><u>x</div><p>" WORDS "</p>" CUT, JUDGE_UNSURE },
    { "<table><td><b><p>x</b>y<td><p><b>" WORDS "</b></p></table>" CUT, JUDGE_RIGHT },
    { "<b><div>x</b><p>" WORDS "</p></div>" CUT, JUDGE_RIGHT },
    { "<svg><p>" WORDS "</p></svg>" CUT, JUDGE_RIGHT },
    { "<svg><desc><p>" WORDS "</p></desc></svg>" CUT, JUDGE_UNSURE },
    { "<select><p>" WORDS "</p></select>" CUT, JUDGE_UNSURE },
    { "<b><div>x</b><p><b>" WORDS "</b></p></div>" CUT, JUDGE_UNSURE },
    { "<b><div>x</b><a>" WORDS "</a></div>" CUT, JUDGE_RIGHT },
    { "<b><u><s><a>" WORDS "</a> <a>x</a></s></u></b>" CUT, JUDGE_RIGHT },
    { "<a><b></a><p>" WORDS "</p> <a>x</a>" CUT, JUDGE_UNSURE },
    { "<div><u>x</div><a>" WORDS "</a> <a>x</a>" CUT, JUDGE_RIGHT },
    { "<div><u>x</div><span>" WORDS "</span>" CUT, JUDGE_RIGHT },
    /* A paragraph around a link is ended by what the link holds. */
    { "<p>x<nobr><a><span></span><div></div><span>" WORDS "</span></a>|<div><span>|",
      JUDGE_RIGHT },
    /* In a table, what of them is a blank stays there. */
    { "<table><a>" WORDS "</a> <a>x</a></table>" CUT, JUDGE_UNSURE },
    { "<table><div><a>" WORDS "</a> <a>x</a></div></table>" CUT, JUDGE_RIGHT },
    { "<div>|<table>|<a>" WORDS "</a> <a>x</a>", JUDGE_UNSURE },
    { "<select><a>" WORDS "</a> <a>x</a></select>" CUT, JUDGE_UNSURE },
    { "<svg><desc><a>" WORDS "</a> <a>x</a></desc></svg>" CUT, JUDGE_UNSURE },
    { "<td class='" WORDS "'>x" CUT, JUDGE_UNSURE },
    { "<svg><a class='" WORDS "'>x" CUT, JUDGE_UNSURE },
    { "<p><a class='" WORDS "'>x</p>y" CUT, JUDGE_RIGHT },
    { "<p>x</p>|<b>|<p>" WORDS "</p>", JUDGE_UNSURE },
    { "<div>x|</div>|<p>" WORDS "</p>", JUDGE_WRONG },
};

static void
test_around (void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (around); i++) {
        g_auto (GStrv) pieces = g_strsplit (around[i].page, "|", 3);
        g_autofree char *text = g_strconcat (pieces[0], pieces[1], pieces[2], NULL);
        g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (CutRange));
        CutRange range = { strlen (pieces[0]), strlen (pieces[0]) + strlen (pieces[1]), NULL };
        size_t offset = 0;
        g_array_append_val (ranges, range);
        g_autoptr (GBytes) page = g_bytes_new_static (text, strlen (text));
        g_autoptr (GBytes) after = cut_decoded (page, ranges);
        g_test_message ("%s", around[i].page);
        g_assert_cmpint (judge_cut_at (page, ranges, after, SQUEEZE_BLOCKS, &offset), ==,
                         around[i].verdict);
    }
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_add_func ("/squeeze/pair", test_pair);
    g_test_add_func ("/squeeze/words", test_words);
    g_test_add_func ("/squeeze/other-result", test_other_result);
    g_test_add_func ("/squeeze/judge", test_judge);
    g_test_add_func ("/squeeze/same-verdict", test_same_verdict);
    g_test_add_func ("/squeeze/marks", test_marks);
    g_test_add_func ("/squeeze/hostile", test_hostile);
    g_test_add_func ("/squeeze/long-number", test_long_number);
    g_test_add_func ("/squeeze/enclosed", test_enclosed);
    g_test_add_func ("/squeeze/tables", test_tables);
    g_test_add_func ("/squeeze/values", test_values);
    g_test_add_func ("/squeeze/tags", test_tags);
    g_test_add_func ("/squeeze/blocks", test_blocks);
    g_test_add_func ("/squeeze/around", test_around);
    return g_test_run ();
}
