/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Matching selectors, left to right: for every compound its elements are marked from the marks of
 * the compound before it. Each compound so costs one pass over the elements, whatever the
 * combinators are, where trying all ancestors would be quadratic in a deep page.
 */

#include "licet/selector.h"

#include <string.h>

#include <gumbo.h>

#include "outline.h"
#include "selector_page.h"

static const LeafElement *
element_at (const SelectorPage *page, unsigned i)
{
    return &g_array_index (page->part->elements, LeafElement, i);
}

static unsigned *
count_children (const SelectorPage *page)
{
    unsigned *children = g_new0 (unsigned, page->count + 1);

    for (unsigned i = 0; i < page->count; i++) {
        int parent = element_at (page, i)->parent;
        page->position[i] = ++children[parent + 1];
    }
    return children;
}

static void
page_init (SelectorPage *page, const Part *part)
{
    page->part = part;
    page->count = part->elements && !part->nested ? part->elements->len : 0;
    page->position = g_new0 (unsigned, page->count + 1);
    page->siblings = g_new0 (unsigned, page->count + 1);
    g_autofree unsigned *children = count_children (page);
    for (unsigned i = 0; i < page->count; i++)
        page->siblings[i] = children[element_at (page, i)->parent + 1];
}

static void
page_clear (SelectorPage *page)
{
    g_free (page->position);
    g_free (page->siblings);
}

static bool
is_equal (const char *a, const char *b, size_t length, bool fold)
{
    return fold ? g_ascii_strncasecmp (a, b, length) == 0 : strncmp (a, b, length) == 0;
}

static bool
has_word (const char *value, const char *wanted, bool fold)
{
    size_t length = strlen (wanted);

    if (length == 0 || wanted[strcspn (wanted, " \t\n\r\f")])
        return false;
    while (*value) {
        value += strspn (value, " \t\n\r\f");
        size_t word = strcspn (value, " \t\n\r\f");
        if (word == length && is_equal (value, wanted, length, fold))
            return true;
        value += word;
    }
    return false;
}

static bool
has_part (const char *value, const char *wanted, bool fold)
{
    if (!*wanted || !fold)
        return *wanted && strstr (value, wanted);
    g_autofree char *low_value = g_ascii_strdown (value, -1);
    g_autofree char *low_wanted = g_ascii_strdown (wanted, -1);
    return strstr (low_value, low_wanted) != NULL;
}

/* Selectors 4, 6.1 and 6.2. */
static bool
is_value_matched (const SelectorTest *test, const char *value)
{
    size_t length = strlen (test->value ? test->value : ""), have = strlen (value);
    bool fold = test->fold;

    switch (test->match) {
    case MATCH_PRESENT:
        return true;
    case MATCH_EQUAL:
        return have == length && is_equal (value, test->value, length, fold);
    case MATCH_WORD:
        return has_word (value, test->value, fold);
    case MATCH_DASH:
        return have >= length && is_equal (value, test->value, length, fold) &&
               (have == length || value[length] == '-');
    case MATCH_PREFIX:
        return length > 0 && have >= length && is_equal (value, test->value, length, fold);
    case MATCH_SUFFIX:
        return length > 0 && have >= length &&
               is_equal (value + have - length, test->value, length, fold);
    case MATCH_PART:
        return has_part (value, test->value, fold);
    }
    g_assert_not_reached ();
}

/* CSS Syntax 3, 6: whether a*n + b is the position for some n from 0. */
static bool
is_nth (int a, int b, unsigned position)
{
    gint64 rest = (gint64)position - b;

    return a == 0 ? rest == 0 : rest % a == 0 && rest / a >= 0;
}

static bool
meets_none (const GPtrArray *compounds, const SelectorPage *page, unsigned i)
{
    for (unsigned n = 0; n < compounds->len; n++)
        if (selector_is_compound_met (g_ptr_array_index (compounds, n), page, i))
            return false;
    return true;
}

static bool
is_test_met (const SelectorTest *test, const SelectorPage *page, unsigned i)
{
    g_autofree char *value = NULL;

    switch (test->kind) {
    case TEST_TYPE:
        return strcmp (element_at (page, i)->name, test->name) == 0;
    case TEST_ATTRIBUTE:
        value = outline_attribute (page->part, i, test->name);
        return value && is_value_matched (test, value);
    case TEST_NTH:
        return is_nth (test->a, test->b, page->position[i]);
    case TEST_NTH_LAST:
        return page->siblings &&
               is_nth (test->a, test->b, page->siblings[i] - page->position[i] + 1);
    case TEST_NOT:
        return meets_none (test->none, page, i);
    }
    g_assert_not_reached ();
}

bool
selector_is_compound_met (const SelectorCompound *compound, const SelectorPage *page,
                          unsigned i)
{
    for (unsigned n = 0; n < compound->tests->len; n++)
        if (!is_test_met (g_ptr_array_index (compound->tests, n), page, i))
            return false;
    return true;
}

/* By element: whether it has an ancestor, or for a child combinator a parent, that is marked. */
static bool *
mark_below (const SelectorPage *page, const bool *marked, bool child)
{
    bool *below = g_new0 (bool, page->count + 1);

    for (unsigned i = 0; i < page->count; i++) {
        int parent = element_at (page, i)->parent;
        below[i] = parent >= 0 && (marked[parent] || (!child && below[parent]));
    }
    return below;
}

/* By element: whether one before it of the same parent, or for "+" the last of those, is marked. */
static bool *
mark_behind (const SelectorPage *page, const bool *marked, bool next)
{
    bool *behind = g_new0 (bool, page->count + 1);
    g_autofree bool *before = g_new0 (bool, page->count + 1); /* by parent, from -1 */

    for (unsigned i = 0; i < page->count; i++) {
        bool *seen = &before[element_at (page, i)->parent + 1];
        behind[i] = *seen;
        *seen = marked[i] || (!next && *seen);
    }
    return behind;
}

static bool *
mark_by (const SelectorPage *page, const bool *marked, Combinator combinator)
{
    switch (combinator) {
    case BELOW:
    case CHILD:
        return mark_below (page, marked, combinator == CHILD);
    case NEXT_SIBLING:
    case LATER_SIBLING:
        return mark_behind (page, marked, combinator == NEXT_SIBLING);
    }
    g_assert_not_reached ();
}

/* Adds to `matched` what one selector of the list means. */
static void
match_complex (const GPtrArray *compounds, const SelectorPage *page, bool *matched)
{
    g_autofree bool *marked = NULL;

    for (unsigned c = 0; c < compounds->len; c++) {
        const SelectorCompound *compound = g_ptr_array_index (compounds, c);
        g_autofree bool *may = c > 0 ? mark_by (page, marked, compound->combinator) : NULL;
        bool *now = g_new0 (bool, page->count + 1);
        for (unsigned i = 0; i < page->count; i++)
            now[i] = (!may || may[i]) && selector_is_compound_met (compound, page, i);
        g_free (marked);
        marked = now;
    }
    for (unsigned i = 0; i < page->count; i++)
        matched[i] = matched[i] || marked[i];
}

GArray *
selector_match (const Selector *selector, const Message *message, unsigned leaf)
{
    const Part *part = (const Part *)message_leaf (message, leaf);
    SelectorPage page = { 0 };

    if (!part->elements && !part->nested &&
        (part->leaf.kind == LEAF_HTML || part->leaf.kind == LEAF_AMP))
        return NULL;
    GArray *numbers = g_array_new (FALSE, FALSE, sizeof (unsigned));
    page_init (&page, part);
    g_autofree bool *matched = g_new0 (bool, page.count + 1);
    for (unsigned i = 0; i < selector->list->len; i++)
        match_complex (g_ptr_array_index (selector->list, i), &page, matched);
    for (unsigned i = 0; i < page.count; i++)
        if (matched[i])
            g_array_append_val (numbers, i);
    page_clear (&page);
    return numbers;
}

/* Names with a dash or a colon are custom elements and those of Office. */
static bool
is_odd_type (const SelectorTest *test)
{
    return test->kind == TEST_TYPE && !strpbrk (test->name, "-:") &&
           gumbo_tag_enum (test->name) == GUMBO_TAG_UNKNOWN;
}

static bool
excludes_only (const SelectorCompound *compound)
{
    for (unsigned i = 0; i < compound->tests->len; i++)
        if (((SelectorTest *)g_ptr_array_index (compound->tests, i))->kind != TEST_NOT)
            return false;
    return true;
}

static char *find_odd_type (const GPtrArray *compounds);

static char *
find_doubt (const SelectorCompound *compound)
{
    for (unsigned i = 0; i < compound->tests->len; i++) {
        const SelectorTest *test = g_ptr_array_index (compound->tests, i);
        if (is_odd_type (test))
            return g_strdup_printf ("HTML has no element \"%s\"; right would be \".%s\" for a "
                                    "class or \"#%s\" for an id",
                                    test->name, test->name, test->name);
        char *doubt = test->none ? find_odd_type (test->none) : NULL;
        if (doubt)
            return doubt;
    }
    return NULL;
}

static char *
find_odd_type (const GPtrArray *compounds)
{
    char *doubt = NULL;

    for (unsigned i = 0; i < compounds->len && !doubt; i++)
        doubt = find_doubt (g_ptr_array_index (compounds, i));
    return doubt;
}

char *
selector_doubt (const Selector *selector)
{
    for (unsigned i = 0; i < selector->list->len; i++) {
        const GPtrArray *compounds = g_ptr_array_index (selector->list, i);
        const SelectorCompound *first = g_ptr_array_index (compounds, 0);
        if (compounds->len == 1 && excludes_only (first))
            return g_strdup_printf ("%s takes the whole page",
                                    first->tests->len == 0 ? "\"*\"" : ":not() alone");
        char *doubt = find_odd_type (compounds);
        if (doubt)
            return doubt;
    }
    return NULL;
}
