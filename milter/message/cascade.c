/* SPDX-License-Identifier: BSD-2-Clause */

#include "cascade.h"

#include <string.h>

#include "licet/utf8.h"

#include "selector_page.h"

/* The tests of a newsletter came to 7,000, of one with tags of a kilobyte to 37,000, its looks to
 * 4,000. A test costs as much as the tag is long, here in pieces of TAG_PIECE, and more where a
 * decoder is opened for its letters; a look is one at the names around an element. */
enum {
    MOST_RULES = 4000,
    MOST_TESTS = 120000,
    MOST_LOOKS = 1000000,
    TAG_PIECE = 16,
    DECODER_COST = 8,
    CLASS_LOOKS = 16
};

/* Selectors are no longer (sheet.c). */
enum { LONGEST_NAME = 128 };

typedef struct {
    char *text;         /* of the selector, until it is read; NULL for one that is read */
    Selector *selector; /* NULL when it is not understood */
    const GPtrArray *compounds; /* of it; outermost first */
    unsigned first;             /* the first compound that asks anything of a page */
    unsigned specificity;
    guint64 *names; /* by compound: those that it asks of its element */
    guint64 around; /* those of all: they stand at the element or around it */
    LookRule rule;
} Rule;

static void
rule_free (void *data)
{
    Rule *rule = data;

    selector_free (rule->selector);
    g_free (rule->text);
    g_free (rule->names);
    g_free (rule);
}

void
cascade_clear (Cascade *cascade)
{
    g_clear_pointer (&cascade->rules, g_hash_table_unref);
    g_clear_pointer (&cascade->own, g_array_unref);
    g_clear_pointer (&cascade->names, g_array_unref);
    g_clear_pointer (&cascade->positions, g_array_unref);
    g_clear_pointer (&cascade->children, g_array_unref);
    g_clear_pointer (&cascade->newest, g_array_unref);
    g_clear_pointer (&cascade->before, g_array_unref);
    *cascade = (Cascade){ 0 };
}

/* Two of 64 bits for a name (Bloom 1970): what lacks one of them does not have it. */
static guint64
bits_of (char mark, const char *name, size_t length)
{
    guint32 hash = 2166136261u ^ (unsigned char)mark; /* FNV-1a */

    for (size_t i = 0; i < length; i++)
        hash = (hash * 16777619u) ^ (unsigned char)name[i];
    return G_GUINT64_CONSTANT (1) << (hash & 63) | G_GUINT64_CONSTANT (1)
                                                       << ((hash >> 16) & 63);
}

static bool
is_class (const SelectorTest *test)
{
    return test->kind == TEST_ATTRIBUTE && test->match == MATCH_WORD && !test->fold &&
           strcmp (test->name, "class") == 0;
}

static bool
is_id (const SelectorTest *test)
{
    return test->kind == TEST_ATTRIBUTE && test->match == MATCH_EQUAL && !test->fold &&
           strcmp (test->name, "id") == 0;
}

static const SelectorTest *
test_at (const SelectorCompound *compound, unsigned i)
{
    return g_ptr_array_index (compound->tests, i);
}

static guint64
names_in (const SelectorCompound *compound)
{
    guint64 names = 0;

    for (unsigned i = 0; i < compound->tests->len; i++) {
        const SelectorTest *test = test_at (compound, i);
        if (test->kind == TEST_TYPE)
            names |= bits_of (' ', test->name, strlen (test->name));
        else if (is_class (test) || is_id (test))
            names |= bits_of (is_id (test) ? '#' : '.', test->value, strlen (test->value));
    }
    return names;
}

static unsigned weigh (const SelectorCompound *compound);

/* What is excluded weighs as much as the heaviest of it (Selectors 4, 17). */
static unsigned
weigh_test (const SelectorTest *test)
{
    unsigned most = 0;

    if (test->kind == TEST_TYPE)
        return SPECIFICITY_TYPE;
    if (test->kind != TEST_NOT)
        return test->hash ? SPECIFICITY_ID : SPECIFICITY_CLASS;
    for (unsigned i = 0; i < test->none->len; i++)
        most = MAX (most, weigh (g_ptr_array_index (test->none, i)));
    return most;
}

static unsigned
weigh (const SelectorCompound *compound)
{
    unsigned sum = 0;

    for (unsigned i = 0; i < compound->tests->len; i++)
        sum += weigh_test (test_at (compound, i));
    return sum;
}

/* Whether a selector begins with html, body or both, which every page has, whether or not their tags
 * are written. */
static bool
is_always_around (const GPtrArray *compounds, unsigned i)
{
    const SelectorCompound *compound = g_ptr_array_index (compounds, i);
    const SelectorCompound *next = g_ptr_array_index (compounds, i + 1);

    if (next->combinator != BELOW || compound->tests->len != 1 ||
        test_at (compound, 0)->kind != TEST_TYPE)
        return false;
    const char *name = test_at (compound, 0)->name;
    if (i == 0)
        return strcmp (name, "html") == 0 || strcmp (name, "body") == 0;
    const SelectorCompound *before = g_ptr_array_index (compounds, 0);
    return i == 1 && strcmp (name, "body") == 0 &&
           strcmp (test_at (before, 0)->name, "html") == 0;
}

/* The name by which the rule is looked up: an id before a class before a type. Caller frees. */
static char *
key_of (const SelectorCompound *compound)
{
    const char *class = NULL, *type = NULL;

    for (unsigned i = 0; i < compound->tests->len; i++) {
        const SelectorTest *test = test_at (compound, i);
        if (is_id (test))
            return g_strconcat ("#", test->value, NULL);
        if (is_class (test))
            class = test->value;
        if (test->kind == TEST_TYPE)
            type = test->name;
    }
    return class ? g_strconcat (".", class, NULL) : g_strdup (type ? type : "*");
}

static bool
counts_from_end (const SelectorCompound *compound)
{
    for (unsigned i = 0; i < compound->tests->len; i++) {
        const SelectorTest *test = test_at (compound, i);
        if (test->kind == TEST_NTH_LAST)
            return true;
        for (unsigned n = 0; test->none && n < test->none->len; n++)
            if (counts_from_end (g_ptr_array_index (test->none, n)))
                return true;
    }
    return false;
}

static unsigned
count_tests (const SelectorCompound *compound)
{
    unsigned count = compound->tests->len;

    for (unsigned i = 0; i < compound->tests->len; i++) {
        const SelectorTest *test = test_at (compound, i);
        for (unsigned n = 0; test->none && n < test->none->len; n++)
            count += count_tests (g_ptr_array_index (test->none, n));
    }
    return count;
}

/* Whether a compound is for an element beside the next one, not for that or one around it. */
static bool
is_beside (const GPtrArray *compounds, unsigned i)
{
    const SelectorCompound *next =
        i + 1 < compounds->len ? g_ptr_array_index (compounds, i + 1) : NULL;

    return next && (next->combinator == NEXT_SIBLING || next->combinator == LATER_SIBLING);
}

/* The same of a selector that is not read yet, when it is of types, classes, ids and blanks alone. Most
 * rules of a sheet are for elements that the page does not have. */
static char *
key_in (const char *text)
{
    const char *last = text + strlen (text), *class = NULL;

    for (const char *c = text; *c; c++)
        if (!g_ascii_isalnum (*c) && !strchr ("-_.# \t\r\n\f", *c))
            return NULL;
    while (last > text && !g_ascii_isspace (last[-1]))
        last--;
    size_t type = strcspn (last, ".#");
    for (const char *at = last + type; *at; at += 1 + strcspn (at + 1, ".#")) {
        if (*at == '#')
            return g_strndup (at, 1 + strcspn (at + 1, ".#"));
        class = at;
    }
    if (class)
        return g_strndup (class, 1 + strcspn (class + 1, ".#"));
    return type > 0 ? g_ascii_strdown (last, (gssize)type) : NULL;
}

/* Whether the selector of a rule is understood. */
static bool
read_rule (Rule *rule)
{
    g_autofree char *text = g_steal_pointer (&rule->text);
    g_autoptr (Selector) selector = text ? selector_parse (text, NULL) : NULL;

    if (rule->selector || !selector || selector->list->len != 1)
        return rule->selector != NULL;
    rule->compounds = g_ptr_array_index (selector->list, 0);
    rule->names = g_new (guint64, rule->compounds->len);
    for (unsigned i = 0; i < rule->compounds->len; i++) {
        const SelectorCompound *compound = g_ptr_array_index (rule->compounds, i);
        bool last = i + 1 == rule->compounds->len;
        rule->specificity += weigh (compound);
        rule->names[i] = names_in (compound);
        if (counts_from_end (compound))
            return false;
        if (!last && rule->first == i && is_always_around (rule->compounds, i))
            rule->first++;
        else if (!is_beside (rule->compounds, i))
            rule->around |= names_in (compound);
    }
    rule->selector = g_steal_pointer (&selector);
    return true;
}

bool
cascade_add (Cascade *cascade, const char *selector, const LookRule *look)
{
    if (cascade->count == MOST_RULES) {
        cascade->exceeded = true;
        return false;
    }
    Rule *rule = g_new0 (Rule, 1);
    rule->text = g_strdup (selector);
    rule->rule = *look;
    char *key = look->slots[LOOK_BACKGROUND].set ? NULL : key_in (selector);
    if (!key && !read_rule (rule)) {
        rule_free (rule);
        return false;
    }
    if (!key)
        key = key_of (g_ptr_array_index (rule->compounds, rule->compounds->len - 1));
    if (!cascade->rules) {
        unsigned none = 0;
        int nothing = -1;
        cascade->rules = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                                (GDestroyNotify)g_ptr_array_unref);
        cascade->own = g_array_new (FALSE, FALSE, sizeof (guint64));
        cascade->names = g_array_new (FALSE, FALSE, sizeof (guint64));
        cascade->positions = g_array_new (FALSE, FALSE, sizeof (unsigned));
        cascade->children = g_array_new (FALSE, FALSE, sizeof (unsigned));
        g_array_append_val (cascade->children, none);
        cascade->newest = g_array_new (FALSE, FALSE, sizeof (int));
        cascade->before = g_array_new (FALSE, FALSE, sizeof (int));
        g_array_append_val (cascade->newest, nothing);
    }
    GPtrArray *rules = g_hash_table_lookup (cascade->rules, key);
    if (rules) {
        g_free (key);
    } else {
        rules = g_ptr_array_new_with_free_func (rule_free);
        g_hash_table_insert (cascade->rules, key, rules);
    }
    g_ptr_array_add (rules, rule);
    cascade->count++;
    return true;
}

static size_t
class_length (const char *text)
{
    return strcspn (text, " \t\r\n\f");
}

/* Whether an element begins the body where its tag is left out: what stands before it stands in the
 * head of the page (WHATWG HTML 13.2.6.4.3 to 13.2.6.4.6), and is no sibling of it. */
static bool
begins_body (Cascade *cascade, const Part *part, const char *name, int parent)
{
    static const char *const heads[] = { "html",     "head",     "title",    "meta",  "link",
                                         "base",     "basefont", "bgsound",  "style", "script",
                                         "noframes", "noscript", "template", NULL };

    if (cascade->body ||
        (parent >= 0 &&
         strcmp (g_array_index (part->elements, LeafElement, parent).name, "html") != 0) ||
        g_strv_contains (heads, name))
        return false;
    cascade->body = true;
    return strcmp (name, "body") != 0;
}

/* The names of the newest element and those around it; its place among its siblings. */
static void
enter (Cascade *cascade, const Part *part, const char *name, const char *classes,
       const char *id)
{
    unsigned number = part->elements->len - 1, none = 0;
    int parent = g_array_index (part->elements, LeafElement, number).parent, nothing = -1;
    guint64 names = bits_of (' ', name, strlen (name));

    if (id)
        names |= bits_of ('#', id, strlen (id));
    for (const char *at = classes; at && *at;) {
        size_t length = class_length (at);
        names |= length > 0 ? bits_of ('.', at, length) : 0;
        at += length + (at[length] != '\0');
    }
    if (begins_body (cascade, part, name, parent)) {
        g_array_index (cascade->children, unsigned, parent + 1) = 0;
        g_array_index (cascade->newest, int, parent + 1) = nothing;
    }
    unsigned position = ++g_array_index (cascade->children, unsigned, parent + 1);
    g_array_append_val (cascade->own, names);
    if (parent >= 0)
        names |= g_array_index (cascade->names, guint64, parent);
    g_array_append_val (cascade->names, names);
    g_array_append_val (cascade->positions, position);
    g_array_append_val (cascade->children, none);
    int *newest = &g_array_index (cascade->newest, int, parent + 1);
    g_array_append_val (cascade->before, *newest);
    *newest = (int)number;
    g_array_append_val (cascade->newest, nothing);
}

/* Whether there is time for the tests of a compound. */
static bool
may_test (Cascade *cascade, const Part *part, const SelectorCompound *compound, int number)
{
    const LeafElement *element = &g_array_index (part->elements, LeafElement, number);
    const char *tag = (const char *)g_bytes_get_data (part->source, NULL) + element->start;
    size_t length = element->inner_start - element->start;
    unsigned cost = 1 + (unsigned)(length / TAG_PIECE);

    if (utf8_ascii_length (tag, length) < length)
        cost += DECODER_COST;
    cascade->tests += cost * MAX (1, count_tests (compound));
    cascade->exceeded = cascade->exceeded || cascade->tests > MOST_TESTS;
    return !cascade->exceeded;
}

/* Whether an element may have names. */
static bool
has_names (Cascade *cascade, guint64 names, int element)
{
    cascade->looks++;
    cascade->exceeded = cascade->exceeded || cascade->looks > MOST_LOOKS;
    return !cascade->exceeded &&
           (g_array_index (cascade->own, guint64, element) & names) == names;
}

/* The next element to try for the compound before one that is met; -1 when there is none. */
static int
element_before (const Cascade *cascade, const Part *part, Combinator combinator, int element)
{
    return combinator == BELOW || combinator == CHILD
               ? g_array_index (part->elements, LeafElement, element).parent
               : g_array_index (cascade->before, int, element);
}

/* Whether the compounds up to one of them are met at an element and around or before it. */
static bool
is_met (Cascade *cascade, const Rule *rule, const SelectorPage *page, unsigned compound,
        int element)
{
    const SelectorCompound *tests = g_ptr_array_index (rule->compounds, compound);
    Combinator combinator = tests->combinator;

    if (!has_names (cascade, rule->names[compound], element) ||
        !may_test (cascade, page->part, tests, element) ||
        !selector_is_compound_met (tests, page, (unsigned)element))
        return false;
    if (compound == rule->first)
        return true;
    do {
        element = element_before (cascade, page->part, combinator, element);
        if (element >= 0 && is_met (cascade, rule, page, compound - 1, element))
            return true;
    } while (element >= 0 && (combinator == BELOW || combinator == LATER_SIBLING));
    return false;
}

static void
find_by (Cascade *cascade, const SelectorPage *page, const char *key, GArray *found)
{
    const GPtrArray *rules = g_hash_table_lookup (cascade->rules, key);
    unsigned number = page->count - 1;
    guint64 around = g_array_index (cascade->names, guint64, number);

    cascade->looks += rules ? rules->len : 0;
    cascade->exceeded = cascade->exceeded || cascade->looks > MOST_LOOKS;
    for (unsigned i = 0; rules && i < rules->len && !cascade->exceeded; i++) {
        Rule *rule = g_ptr_array_index (rules, i);
        if (!read_rule (rule))
            continue;
        CascadeRule row = { rule->specificity, &rule->rule };
        if ((around & rule->around) == rule->around &&
            is_met (cascade, rule, page, rule->compounds->len - 1, (int)number))
            g_array_append_val (found, row);
    }
}

void
cascade_find (Cascade *cascade, const Part *part, const char *name, const char *classes,
              const char *id, GArray *found)
{
    SelectorPage page = { .part = part };
    char key[LONGEST_NAME + 2] = ".";

    if (!cascade->rules || cascade->exceeded)
        return;
    enter (cascade, part, name, classes, id);
    page.count = part->elements->len;
    page.position = (unsigned *)(void *)cascade->positions->data;
    find_by (cascade, &page, "*", found);
    find_by (cascade, &page, name, found);
    for (const char *at = classes; at && *at && !cascade->exceeded;) {
        size_t length = class_length (at);
        cascade->looks += CLASS_LOOKS;
        if (length > 0 && length <= LONGEST_NAME) {
            memcpy (key + 1, at, length);
            key[length + 1] = '\0';
            find_by (cascade, &page, key, found);
        }
        at += length + (at[length] != '\0');
    }
    if (id) {
        g_autofree char *name_of_id = g_strconcat ("#", id, NULL);
        find_by (cascade, &page, name_of_id, found);
    }
}

static int
compare_rules (const void *a, const void *b)
{
    const CascadeRule *first = a, *second = b;

    if (first->specificity != second->specificity)
        return first->specificity < second->specificity ? -1 : 1;
    return 0;
}

void
cascade_lay (GArray *found, LookRule *rule)
{
    if (found->len > 1)
        g_array_sort (found, compare_rules);
    for (unsigned i = 0; i < found->len;) {
        unsigned weight = g_array_index (found, CascadeRule, i).specificity;
        LookRule equals = { 0 };
        for (; i < found->len && g_array_index (found, CascadeRule, i).specificity == weight;
             i++)
            look_merge (&equals, g_array_index (found, CascadeRule, i).rule, true);
        look_merge (rule, &equals, false);
    }
}
