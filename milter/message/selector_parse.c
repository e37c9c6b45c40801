/* SPDX-License-Identifier: BSD-2-Clause */

/* Reading selectors (Selectors Level 4, 17; CSS Syntax 3 for names, strings and an+b). */

#include "selector_parse.h"

#include <stdlib.h>
#include <string.h>

#include "licet/error.h"
#include "licet/limits.h"

typedef struct {
    const char *text;
    const char *at;
    GError **error;
    bool negated; /* within :not() */
} Reader;

static bool read_compound (Reader *reader, SelectorCompound *compound);

static void
test_free (void *data)
{
    SelectorTest *test = data;

    g_clear_pointer (&test->none, g_ptr_array_unref);
    g_free (test->name);
    g_free (test->value);
    g_free (test);
}

static void
compound_free (void *data)
{
    SelectorCompound *compound = data;

    g_ptr_array_unref (compound->tests);
    g_free (compound);
}

static SelectorCompound *
add_compound (GPtrArray *compounds, Combinator combinator)
{
    SelectorCompound *compound = g_new0 (SelectorCompound, 1);

    compound->combinator = combinator;
    compound->tests = g_ptr_array_new_with_free_func (test_free);
    g_ptr_array_add (compounds, compound);
    return compound;
}

static bool
fail (Reader *reader, const char *what)
{
    long column = g_utf8_pointer_to_offset (reader->text, reader->at) + 1;

    if (*reader->error == NULL)
        g_set_error (reader->error, LICET_ERROR, LICET_ERROR_POLICY, "column %ld: %s", column,
                     what);
    return false;
}

static void
skip_blanks (Reader *reader)
{
    reader->at += strspn (reader->at, " \t\n\r\f");
}

static bool
is_name_byte (char c)
{
    return g_ascii_isalnum (c) || c == '-' || c == '_' || (c & 0x80);
}

/* An escape: up to six hex digits and one blank after them, or the character itself. */
static bool
read_escape (Reader *reader, GString *out)
{
    unsigned digits = 0;
    gunichar letter = 0;

    reader->at++;
    while (digits < 6 && g_ascii_isxdigit (reader->at[digits]))
        letter = letter * 16 + (gunichar)g_ascii_xdigit_value (reader->at[digits++]);
    if (digits > 0) {
        reader->at += digits;
        if (*reader->at && strchr (" \t\n\r\f", *reader->at))
            reader->at++;
        g_string_append_unichar (out, letter && g_unichar_validate (letter) ? letter : 0xfffd);
        return true;
    }
    if (!*reader->at || strchr ("\n\r\f", *reader->at))
        return fail (reader, "an escape without its character");
    g_string_append_unichar (out, g_utf8_get_char (reader->at));
    reader->at = g_utf8_next_char (reader->at);
    return true;
}

/* NULL when no name stands here. Caller frees. */
static char *
read_name (Reader *reader, const char *what)
{
    g_autoptr (GString) name = g_string_new (NULL);
    const char *start = reader->at;

    while (is_name_byte (*reader->at) || *reader->at == '\\') {
        if (*reader->at == '\\') {
            if (!read_escape (reader, name))
                return NULL;
        } else {
            g_string_append_c (name, *reader->at++);
        }
    }
    if (name->len == 0 || g_ascii_isdigit (*start) ||
        (start[0] == '-' && g_ascii_isdigit (start[1]))) {
        reader->at = start;
        fail (reader, what);
        return NULL;
    }
    return g_string_free (g_steal_pointer (&name), FALSE);
}

static char *
read_string (Reader *reader)
{
    g_autoptr (GString) text = g_string_new (NULL);
    char quote = *reader->at++;

    while (*reader->at != quote) {
        if (!*reader->at) {
            fail (reader, "a string without its closing quote");
            return NULL;
        }
        if (*reader->at == '\\') {
            if (!read_escape (reader, text))
                return NULL;
        } else {
            g_string_append_c (text, *reader->at++);
        }
    }
    reader->at++;
    return g_string_free (g_steal_pointer (&text), FALSE);
}

static SelectorTest *
add_test (SelectorCompound *compound, TestKind kind)
{
    SelectorTest *test = g_new0 (SelectorTest, 1);

    test->kind = kind;
    g_ptr_array_add (compound->tests, test);
    return test;
}

static bool
read_type (Reader *reader, SelectorCompound *compound)
{
    if (*reader->at == '*') {
        reader->at++;
        return true;
    }
    g_autofree char *name =
        read_name (reader, "here a type, a class or another test must stand");
    if (!name)
        return false;
    add_test (compound, TEST_TYPE)->name = g_ascii_strdown (name, -1);
    return true;
}

/* ".a" is [class~=a], "#a" is [id=a]. */
static bool
read_shorthand (Reader *reader, SelectorCompound *compound)
{
    bool class = *reader->at++ == '.';
    char *value =
        read_name (reader, class ? "a class without its name" : "an id without its name");

    if (!value)
        return false;
    SelectorTest *test = add_test (compound, TEST_ATTRIBUTE);
    test->name = g_strdup (class ? "class" : "id");
    test->match = class ? MATCH_WORD : MATCH_EQUAL;
    test->hash = !class;
    test->value = value;
    return true;
}

static bool
read_match (Reader *reader, SelectorTest *test)
{
    static const struct {
        const char *text;
        ValueMatch match;
    } matches[] = {
        { "=", MATCH_EQUAL },   { "~=", MATCH_WORD },   { "|=", MATCH_DASH },
        { "^=", MATCH_PREFIX }, { "$=", MATCH_SUFFIX }, { "*=", MATCH_PART },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (matches); i++) {
        if (!g_str_has_prefix (reader->at, matches[i].text))
            continue;
        test->match = matches[i].match;
        reader->at += strlen (matches[i].text);
        return true;
    }
    return fail (reader, "here one of ] = ~= |= ^= $= *= must stand");
}

static bool
read_flag (Reader *reader, SelectorTest *test)
{
    if (*reader->at == 'i' || *reader->at == 'I')
        test->fold = true;
    else if (*reader->at != 's' && *reader->at != 'S')
        return true;
    reader->at++;
    skip_blanks (reader);
    return true;
}

static bool
read_attribute (Reader *reader, SelectorCompound *compound)
{
    SelectorTest *test = add_test (compound, TEST_ATTRIBUTE);

    reader->at++;
    skip_blanks (reader);
    g_autofree char *name = read_name (reader, "here the name of an attribute must stand");
    if (!name)
        return false;
    test->name = g_ascii_strdown (name, -1);
    skip_blanks (reader);
    if (*reader->at != ']') {
        if (!read_match (reader, test))
            return false;
        skip_blanks (reader);
        test->value =
            *reader->at == '"' || *reader->at == '\''
                ? read_string (reader)
                : read_name (reader, "a value with other signs than letters needs quotes");
        if (!test->value)
            return false;
        skip_blanks (reader);
        read_flag (reader, test);
    }
    if (*reader->at != ']')
        return fail (reader, "here ] must stand");
    reader->at++;
    return true;
}

/* A whole number with its sign; its absence is 1 before "n". */
static bool
read_number (Reader *reader, int *ret_number, bool *ret_digits)
{
    int sign = *reader->at == '-' ? -1 : 1;
    int number = 0;

    reader->at += *reader->at == '-' || *reader->at == '+';
    *ret_digits = g_ascii_isdigit (*reader->at);
    while (g_ascii_isdigit (*reader->at)) {
        number = number * 10 + (*reader->at++ - '0');
        if (number > 1000000)
            return fail (reader, "the number is too large");
    }
    *ret_number = sign * (*ret_digits ? number : 1);
    return true;
}

static bool
read_nth (Reader *reader, SelectorTest *test)
{
    bool digits = false;

    skip_blanks (reader);
    if (g_ascii_strncasecmp (reader->at, "odd", 3) == 0 ||
        g_ascii_strncasecmp (reader->at, "even", 4) == 0) {
        bool odd = g_ascii_tolower (*reader->at) == 'o';
        test->a = 2;
        test->b = odd;
        reader->at += odd ? 3 : 4;
    } else if (!read_number (reader, &test->b, &digits)) {
        return false;
    } else if (*reader->at == 'n' || *reader->at == 'N') {
        test->a = test->b;
        test->b = 0;
        reader->at++;
        skip_blanks (reader);
        if (*reader->at == '+' || *reader->at == '-') {
            int sign = *reader->at++ == '-' ? -1 : 1;
            skip_blanks (reader);
            if (!g_ascii_isdigit (*reader->at))
                return fail (reader, "here a number must stand");
            if (!read_number (reader, &test->b, &digits))
                return false;
            test->b *= sign;
        }
    } else if (!digits) {
        return fail (reader, "right would be odd, even or a form like 2n+1");
    }
    skip_blanks (reader);
    if (*reader->at != ')')
        return fail (reader, "here ) must stand");
    reader->at++;
    return true;
}

/* From behind ":not(" to behind the ")" of it. Compounds with combinators are no part of it here. */
static bool
read_none (Reader *reader, SelectorTest *test)
{
    if (reader->negated)
        return fail (reader, "no :not() can stand in :not()");
    reader->negated = true;
    test->none = g_ptr_array_new_with_free_func (compound_free);
    do {
        reader->at++;
        skip_blanks (reader);
        if (test->none->len == LIMIT_SELECTOR_PARTS)
            return fail (reader, "the list is too long");
        if (!read_compound (reader, add_compound (test->none, BELOW)))
            return false;
        skip_blanks (reader);
    } while (*reader->at == ',');
    if (*reader->at != ')')
        return fail (reader, "here , or ) must stand; elements are not combined in :not()");
    reader->at++;
    reader->negated = false;
    return true;
}

/* From behind the parenthesis. */
static bool
read_argument (Reader *reader, SelectorTest *test)
{
    if (test->kind == TEST_NOT)
        return read_none (reader, test);
    reader->at++;
    return read_nth (reader, test);
}

static bool
read_pseudo (Reader *reader, SelectorCompound *compound)
{
    static const struct {
        const char *name;
        TestKind kind;
        bool argument;
    } known[] = {
        { "first-child", TEST_NTH, false }, { "last-child", TEST_NTH_LAST, false },
        { "nth-child", TEST_NTH, true },    { "nth-last-child", TEST_NTH_LAST, true },
        { "not", TEST_NOT, true },
    };
    const char *start = ++reader->at;
    g_autofree char *name = read_name (reader, "here the name of a pseudo-class must stand");

    for (unsigned i = 0; name && i < G_N_ELEMENTS (known); i++) {
        if (g_ascii_strcasecmp (name, known[i].name) != 0 ||
            known[i].argument != (*reader->at == '('))
            continue;
        SelectorTest *test = add_test (compound, known[i].kind);
        test->b = 1;
        return !known[i].argument || read_argument (reader, test);
    }
    reader->at = start;
    return fail (reader,
                 "this pseudo-class is not known; right would be first-child, last-child, "
                 "nth-child(…), nth-last-child(…) or not(…)");
}

static bool
read_compound (Reader *reader, SelectorCompound *compound)
{
    bool any = false;

    if (*reader->at == '*' || is_name_byte (*reader->at) || *reader->at == '\\') {
        if (!read_type (reader, compound))
            return false;
        any = true;
    }
    for (;; any = true) {
        bool good = true;
        if (*reader->at == '.' || *reader->at == '#')
            good = read_shorthand (reader, compound);
        else if (*reader->at == '[')
            good = read_attribute (reader, compound);
        else if (*reader->at == ':')
            good = read_pseudo (reader, compound);
        else
            return any || fail (reader, "here a type, a class or another test must stand");
        if (!good)
            return false;
    }
}

/* Of a sign before the next compound; false when none is written. */
static bool
read_combinator (Reader *reader, Combinator *ret_combinator)
{
    static const char signs[] = ">+~";
    static const Combinator combinators[] = { CHILD, NEXT_SIBLING, LATER_SIBLING };
    const char *sign = *reader->at ? strchr (signs, *reader->at) : NULL;

    *ret_combinator = sign ? combinators[sign - signs] : BELOW;
    if (!sign)
        return false;
    reader->at++;
    skip_blanks (reader);
    return true;
}

/* Compounds with their combinators, up to a comma or the end. */
static bool
read_complex (Reader *reader, GPtrArray *compounds)
{
    Combinator combinator = BELOW;

    for (;;) {
        if (!read_compound (reader, add_compound (compounds, combinator)))
            return false;
        const char *end = reader->at;
        skip_blanks (reader);
        if (*reader->at == ',' || !*reader->at)
            return true;
        if (!read_combinator (reader, &combinator) && reader->at == end)
            return fail (reader,
                         "this sign is not known here; elements are combined with a blank, "
                         "with >, + or ~");
        if (compounds->len == LIMIT_SELECTOR_PARTS)
            return fail (reader, "the selector is too long");
    }
}

static bool
read_list (Reader *reader, Selector *selector)
{
    for (;;) {
        GPtrArray *compounds = g_ptr_array_new_with_free_func (compound_free);
        g_ptr_array_add (selector->list, compounds);
        skip_blanks (reader);
        if (!read_complex (reader, compounds))
            return false;
        if (!*reader->at)
            return true;
        if (selector->list->len == LIMIT_SELECTOR_PARTS)
            return fail (reader, "the list is too long");
        reader->at++;
    }
}

Selector *
selector_parse (const char *text, GError **error)
{
    g_autoptr (Selector) selector = g_new0 (Selector, 1);
    GError *cause = NULL;
    Reader reader = { .text = text, .at = text, .error = &cause };

    selector->list = g_ptr_array_new_with_free_func ((GDestroyNotify)g_ptr_array_unref);
    bool good = g_utf8_validate (text, -1, NULL) ? read_list (&reader, selector)
                                                 : fail (&reader, "it is no UTF-8");
    if (!good) {
        g_propagate_error (error, cause);
        return NULL;
    }
    return g_steal_pointer (&selector);
}

void
selector_free (Selector *selector)
{
    if (!selector)
        return;
    g_ptr_array_unref (selector->list);
    g_free (selector);
}
