/* SPDX-License-Identifier: BSD-2-Clause */

#include <glib.h>
#include <string.h>

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
    g_autoptr (Squeezed) squeezed = squeeze_new (before, ranges, after);
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
        g_autoptr (Squeezed) squeezed = squeeze_new (bytes, none, bytes);
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

    g_autoptr (Squeezed) squeezed = squeeze_new (before, ranges, after);
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

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_add_func ("/squeeze/pair", test_pair);
    g_test_add_func ("/squeeze/words", test_words);
    g_test_add_func ("/squeeze/other-result", test_other_result);
    g_test_add_func ("/squeeze/judge", test_judge);
    return g_test_run ();
}
