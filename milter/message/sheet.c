/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Rules by selector. Rules of the same selector become one, so that an element costs a look-up for
 * each of its classes and not for each rule.
 */

#include "sheet.h"

#include <string.h>

#include "css.h"

/* A newsletter has some hundred; a rule takes about 300 bytes. */
#define MOST_SELECTORS 20000

/* No selector of interest is longer. */
#define LONGEST_SELECTOR 128

void
sheet_clear (Sheet *sheet)
{
    g_clear_pointer (&sheet->rules, g_hash_table_unref);
    g_clear_pointer (&sheet->found, g_array_unref);
    cascade_clear (&sheet->cascade);
    if (sheet->content)
        g_string_free (sheet->content, TRUE);
    *sheet = (Sheet){ 0 };
}

static bool
is_name_byte (char c)
{
    return g_ascii_isalnum (c) || c == '-' || c == '_' || (unsigned char)c >= 0x80;
}

static size_t
name_length (const char *text)
{
    size_t length = 0;

    while (is_name_byte (text[length]))
        length++;
    return length;
}

/* Whether a selector is a type, a class or id, or one of each; its type becomes lower case. */
static bool
is_simple (char *selector)
{
    size_t type = *selector == '*' ? 1 : name_length (selector);

    for (size_t i = 0; i < type; i++)
        selector[i] = g_ascii_tolower (selector[i]);
    if (selector[type] == '\0')
        return type > 0;
    if (*selector == '*') {
        memmove (selector, selector + 1, strlen (selector));
        type = 0;
    }
    if (selector[type] != '.' && selector[type] != '#')
        return false;
    size_t rest = name_length (selector + type + 1);
    return rest > 0 && selector[type + 1 + rest] == '\0';
}

static void
add_rule (Sheet *sheet, const char *text, size_t length, const LookRule *rule)
{
    char selector[LONGEST_SELECTOR + 1];

    bool fits = length <= LONGEST_SELECTOR;
    memcpy (selector, text, fits ? length : 0);
    selector[fits ? length : 0] = '\0';
    g_strstrip (selector);
    if (!fits || !is_simple (selector)) {
        bool known = fits && cascade_add (&sheet->cascade, selector, rule);
        sheet->exceeded = sheet->exceeded || sheet->cascade.exceeded;
        sheet->backgrounds = sheet->backgrounds || (!known && rule->slots[LOOK_BACKGROUND].set);
        return;
    }
    LookRule *old = g_hash_table_lookup (sheet->rules, selector);
    if (old)
        look_merge (old, rule, true);
    else if (g_hash_table_size (sheet->rules) >= MOST_SELECTORS)
        sheet->exceeded = true;
    else
        g_hash_table_insert (sheet->rules, g_strdup (selector), g_memdup2 (rule, sizeof *rule));
    bool alone = !strpbrk (selector, ".#");
    sheet->types = sheet->types || alone;
    sheet->typed = sheet->typed || (is_name_byte (*selector) && !alone);
}

static bool
has_strings (const char *css, size_t length)
{
    return memchr (css, '"', length) || memchr (css, '\'', length);
}

static void
read_rule (Sheet *sheet, const char *css, size_t start, size_t brace, size_t end)
{
    LookRule rule = { 0 };

    if (has_strings (css + brace + 1, end - brace - 1))
        css_append_content (sheet->content, css + brace + 1, end - brace - 1);
    if (!look_read (&rule, css + brace + 1, end - brace - 1, ++sheet->order))
        return;
    for (size_t at = start; at < brace && !sheet->exceeded;) {
        size_t comma = css_find (css, brace, at, ",");
        add_rule (sheet, css + at, comma - at, &rule);
        at = comma + 1;
    }
}

/* Whether the rules in a block apply: those of a media query that always holds. */
static bool
is_media (const char *css, size_t start, size_t brace)
{
    return brace - start > 6 && g_ascii_strncasecmp (css + start, "@media", 6) == 0 &&
           css_media_holds (css + start + 6, brace - start - 6);
}

/* What stands in other blocks may show strings, too, if no other text. */
static size_t
read_at_rule (Sheet *sheet, const char *css, size_t length, size_t start)
{
    size_t brace = css_find (css, length, start, "{;");

    if (brace >= length || css[brace] == ';' || is_media (css, start, brace))
        return brace + 1;
    size_t end = css_block_end (css, length, brace + 1);
    for (size_t at = brace + 1; at < end;) {
        size_t inner = css_find (css, end, at, "{}");
        size_t close = inner < end ? css_find (css, end, inner + 1, "{}") : end;
        if (inner < end && css[inner] == '{')
            css_append_content (sheet->content, css + inner + 1, close - inner - 1);
        at = inner + 1;
    }
    return end + 1;
}

void
sheet_add (Sheet *sheet, const char *text, size_t text_length)
{
    g_autoptr (GString) clean = css_clean (text, text_length);
    const char *css = clean->str;
    size_t length = clean->len;

    if (!sheet->rules) {
        sheet->rules = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
        sheet->found = g_array_new (FALSE, FALSE, sizeof (CascadeRule));
        sheet->content = g_string_new (NULL);
    }
    for (size_t at = 0; at < length;) {
        if (g_ascii_isspace (css[at]) || css[at] == '}' || css[at] == ';') {
            at++;
        } else if (css[at] == '@') {
            at = read_at_rule (sheet, css, length, at);
        } else {
            size_t brace = css_find (css, length, at, "{}");
            if (brace < length && css[brace] == '{') {
                size_t end = css_block_end (css, length, brace + 1);
                read_rule (sheet, css, at, brace, end);
                brace = end;
            }
            at = brace + 1;
        }
    }
}

/* Neither the type nor the name is longer than a selector. */
static const LookRule *
find_rule (const Sheet *sheet, const char *type, char mark, const char *name, size_t length)
{
    char key[2 * LONGEST_SELECTOR + 2];
    size_t used = strlen (type);

    memcpy (key, type, used);
    if (mark != '\0')
        key[used++] = mark;
    memcpy (key + used, name, length);
    key[used + length] = '\0';
    return g_hash_table_lookup (sheet->rules, key);
}

static void
add_found (Sheet *sheet, unsigned specificity, const char *type, char mark, const char *name,
           size_t length)
{
    CascadeRule row = { specificity, find_rule (sheet, type, mark, name, length) };

    if (row.rule)
        g_array_append_val (sheet->found, row);
}

static size_t
class_length (const char *text)
{
    size_t length = 0;

    while (text[length] && !strchr (" \t\r\n\f", text[length]))
        length++;
    return length;
}

/* All classes have the same weight, so the later rule wins, not the later class, and a class that is
 * given again changes nothing: an element may have hundreds of thousands. */
static void
find_classes (Sheet *sheet, const char *type, const char *classes)
{
    LookRule *merged = &sheet->classes[*type != '\0'];
    CascadeRule row = { SPECIFICITY_CLASS + (*type ? SPECIFICITY_TYPE : 0), merged };
    const LookRule *last = NULL;

    *merged = (LookRule){ 0 };
    for (const char *at = classes; *at;) {
        size_t length = class_length (at);
        const LookRule *class = length > 0 && length <= LONGEST_SELECTOR
                                    ? find_rule (sheet, type, '.', at, length)
                                    : NULL;
        if (class && class != last)
            look_merge (merged, class, true);
        last = class ? class : last;
        at += length + (at[length] != '\0');
    }
    if (last)
        g_array_append_val (sheet->found, row);
}

bool
sheet_find (Sheet *sheet, const Part *part, const char *name, const char *classes,
            const char *id, LookRule *rule)
{
    if (!sheet->rules)
        return false;
    g_array_set_size (sheet->found, 0);
    cascade_find (&sheet->cascade, part, name, classes, id, sheet->found);
    sheet->exceeded = sheet->exceeded || sheet->cascade.exceeded;
    if (sheet->types && strlen (name) <= LONGEST_SELECTOR) {
        add_found (sheet, 0, "*", '\0', "", 0);
        add_found (sheet, SPECIFICITY_TYPE, name, '\0', "", 0);
    }
    if (classes && strlen (name) <= LONGEST_SELECTOR) {
        find_classes (sheet, "", classes);
        if (sheet->typed)
            find_classes (sheet, name, classes);
    }
    if (id && strlen (name) <= LONGEST_SELECTOR && strlen (id) <= LONGEST_SELECTOR) {
        add_found (sheet, SPECIFICITY_ID, "", '#', id, strlen (id));
        if (sheet->typed)
            add_found (sheet, SPECIFICITY_ID + SPECIFICITY_TYPE, name, '#', id, strlen (id));
    }
    cascade_lay (sheet->found, rule);
    return sheet->found->len > 0;
}
