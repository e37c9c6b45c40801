/* SPDX-License-Identifier: BSD-2-Clause */

/* The pieces that style sheets and style attributes are made of. */

#include "css.h"

#include <string.h>

static bool
starts_with (const char *text, size_t length, size_t at, const char *prefix)
{
    size_t size = strlen (prefix);

    return length - at >= size && memcmp (text + at, prefix, size) == 0;
}

/* CSS Syntax 4.3.5: a string ends at its quote or, when it is broken, at the end of the line. */
static size_t
string_end (const char *css, size_t length, size_t at)
{
    char quote = css[at++];

    for (; at < length && css[at] != quote && css[at] != '\n'; at++)
        if (css[at] == '\\' && at + 1 < length)
            at++;
    return MIN (at + 1, length);
}

/* CSS Syntax 4.3.7, from after the backslash; returns where it ends. */
static size_t
read_escape (const char *css, size_t length, size_t at, gunichar *ret_code)
{
    unsigned digits = 0;
    gunichar code = 0;

    for (; at < length && digits < 6 && g_ascii_isxdigit (css[at]); at++, digits++)
        code = code * 16 + (gunichar)g_ascii_xdigit_value (css[at]);
    if (digits == 0)
        return at;
    *ret_code =
        code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? code : 0xfffd;
    return at < length && g_ascii_isspace (css[at]) ? at + 1 : at;
}

/* Only letters: a brace that is escaped is none. */
static size_t
clean_escape (const char *css, size_t length, size_t at, GString *out)
{
    gunichar code = 0;
    size_t end = read_escape (css, length, at + 1, &code);

    if (code >= 0x80 || (code > 0 && g_ascii_isalnum ((char)code)) || code == '-')
        g_string_append_unichar (out, code);
    else if (code == 0 && end < length && g_ascii_isalnum (css[end]))
        g_string_append_c (out, css[end++]);
    else
        g_string_append_c (out, '_');
    return end > at + 1 || end >= length ? end : end + 1;
}

static size_t
comment_end (const char *css, size_t length, size_t at)
{
    const char *found = memmem (css + at + 2, length - at - 2, "*/", 2);

    return found ? (size_t)(found - css) + 2 : length;
}

/* How much of a text is what it is. */
static size_t
plain_length (const char *text, size_t length)
{
    size_t at = 0;

    while (at < length && text[at] != '"' && text[at] != '\'' && text[at] != '/' &&
           text[at] != '<' && text[at] != '-' && text[at] != '\\')
        at++;
    return at;
}

GString *
css_clean (const char *text, size_t length)
{
    GString *out = g_string_sized_new (length);

    for (size_t at = 0; at < length;) {
        size_t plain = plain_length (text + at, length - at), end = at + plain + 1;
        g_string_append_len (out, text + at, (gssize)plain);
        at += plain;
        if (at == length)
            break;
        if (text[at] == '"' || text[at] == '\'') {
            end = string_end (text, length, at);
            g_string_append_len (out, text + at, (gssize)(end - at));
        } else if (starts_with (text, length, at, "/*")) {
            end = comment_end (text, length, at);
            g_string_append_c (out, ' ');
        } else if (starts_with (text, length, at, "<!--")) {
            end = at + 4;
        } else if (starts_with (text, length, at, "-->")) {
            end = at + 3;
        } else if (text[at] == '\\') {
            end = clean_escape (text, length, at, out);
        } else {
            g_string_append_c (out, text[at]);
        }
        at = end;
    }
    return out;
}

/* Of two at most. */
static bool
is_stop (char c, const char *stops)
{
    return c != '\0' && (c == stops[0] || c == stops[stops[0] != '\0']);
}

size_t
css_find (const char *css, size_t length, size_t position, const char *stops)
{
    unsigned depth = 0;

    for (size_t at = position; at < length; at++) {
        char c = css[at];
        if (c == '"' || c == '\'')
            at = string_end (css, length, at) - 1;
        else if (depth == 0 && is_stop (c, stops))
            return at;
        else if (c == '(')
            depth++;
        else if (c == ')' && depth > 0)
            depth--;
    }
    return length;
}

size_t
css_block_end (const char *css, size_t length, size_t position)
{
    unsigned depth = 0;

    for (size_t at = position; at < length; at++) {
        if (css[at] == '"' || css[at] == '\'')
            at = string_end (css, length, at) - 1;
        else if (css[at] == '{')
            depth++;
        else if (css[at] == '}' && depth-- == 0)
            return at;
    }
    return length;
}

static void
trim (const char *css, size_t *start, size_t *length)
{
    while (*length > 0 && g_ascii_isspace (css[*start])) {
        (*start)++;
        (*length)--;
    }
    while (*length > 0 && g_ascii_isspace (css[*start + *length - 1]))
        (*length)--;
}

static void
strip_important (const char *css, CssDeclaration *declaration)
{
    const char *value = css + declaration->value;
    const char *mark = memrchr (value, '!', declaration->value_length);

    if (!mark)
        return;
    size_t start = (size_t)(mark + 1 - css);
    size_t length = declaration->value + declaration->value_length - start;
    trim (css, &start, &length);
    /* Else it stands in a string, or the value is none. */
    if (length != 9 || g_ascii_strncasecmp (css + start, "important", 9) != 0)
        return;
    declaration->important = true;
    declaration->value_length = (size_t)(mark - value);
    trim (css, &declaration->value, &declaration->value_length);
}

bool
css_next_declaration (const char *css, size_t length, size_t *position,
                      CssDeclaration *ret_declaration)
{
    while (*position < length) {
        size_t start = *position;
        size_t end = css_find (css, length, start, ";");
        const char *colon = memchr (css + start, ':', end - start);
        *position = end + 1;
        if (!colon)
            continue;
        CssDeclaration found = { .name = start };
        found.name_length = (size_t)(colon - css) - start;
        found.value = (size_t)(colon - css) + 1;
        found.value_length = end - found.value;
        trim (css, &found.name, &found.name_length);
        trim (css, &found.value, &found.value_length);
        strip_important (css, &found);
        *ret_declaration = found;
        return true;
    }
    return false;
}

static void
append_string (GString *out, const char *text, size_t length)
{
    for (size_t at = 0; at < length;) {
        gunichar code = 0;
        if (text[at] != '\\') {
            g_string_append_c (out, text[at++]);
            continue;
        }
        at = read_escape (text, length, at + 1, &code);
        if (code > 0)
            g_string_append_unichar (out, code);
        else if (at < length)
            g_string_append_c (out, text[at++]);
    }
}

static void
append_strings (GString *out, const char *value, size_t length)
{
    for (size_t at = 0; at < length; at++) {
        if (value[at] != '"' && value[at] != '\'')
            continue;
        size_t end = string_end (value, length, at);
        bool closed = end > at + 1 && value[end - 1] == value[at];
        append_string (out, value + at + 1, end - at - 1 - closed);
        at = end - 1;
    }
}

/* Custom properties too: content may be a var() of one. */
static bool
shows_strings (const char *name, size_t length)
{
    static const char *const names[] = { "content", "list-style",    "list-style-type",
                                         "quotes",  "symbols",       "prefix",
                                         "suffix",  "initial-value", "text-overflow" };

    for (unsigned i = 0; i < G_N_ELEMENTS (names); i++)
        if (strlen (names[i]) == length && g_ascii_strncasecmp (name, names[i], length) == 0)
            return true;
    return starts_with (name, length, 0, "--");
}

void
css_append_content (GString *out, const char *css, size_t length)
{
    CssDeclaration found;
    size_t position = 0;

    while (css_next_declaration (css, length, &position, &found))
        if (shows_strings (css + found.name, found.name_length)) {
            append_strings (out, css + found.value, found.value_length);
            g_string_append_c (out, ' ');
        }
}

/* Every screen is at least so wide, and none is wider (CSS pixels). */
enum { NARROWEST = 240, WIDEST = 2560 };

/* A feature in parentheses that holds on every screen: "(min-width:1px)". */
static bool
feature_holds (const char *feature)
{
    bool least = g_str_has_prefix (feature, "(min-width:");

    if (!least && !g_str_has_prefix (feature, "(max-width:"))
        return false;
    const char *number = feature + strlen ("(min-width:");
    const char *unit = number + strspn (number, "0123456789.");
    bool letters = strcmp (unit, "em)") == 0 || strcmp (unit, "rem)") == 0;
    if (unit == number || (!letters && strcmp (unit, "px)") != 0))
        return false;
    double pixels = (letters ? 16 : 1) * g_ascii_strtod (number, NULL);
    return least ? pixels <= NARROWEST : pixels >= WIDEST;
}

/* Of a query with "not" only types are known, of those that are no screen. */
static bool
query_holds (const char *query, size_t length)
{
    static const char *const others[] = { "print",   "speech",     "tty",
                                          "tv",      "projection", "handheld",
                                          "braille", "embossed",   "aural" };
    g_autofree char *text = g_ascii_strdown (query, (gssize)length);
    g_auto (GStrv) words = NULL;
    g_autoptr (GString) tight = g_string_new (NULL);
    unsigned depth = 0;

    for (const char *c = text; *c; c++) {
        depth += *c == '(';
        depth -= *c == ')' && depth > 0;
        if (depth == 0 || !g_ascii_isspace (*c))
            g_string_append_c (tight, g_ascii_isspace (*c) ? ' ' : *c);
    }
    words = g_strsplit (g_strstrip (tight->str), " ", -1);
    if (g_strcmp0 (words[0], "not") == 0) {
        for (unsigned i = 0; words[1] && !words[2] && i < G_N_ELEMENTS (others); i++)
            if (strcmp (words[1], others[i]) == 0)
                return true;
        return false;
    }
    for (unsigned i = 0; words[i]; i++) {
        const char *word = words[i];
        bool plain = *word == '\0' || strcmp (word, "only") == 0 || strcmp (word, "and") == 0 ||
                     strcmp (word, "all") == 0 || strcmp (word, "screen") == 0;
        if (!plain && !feature_holds (word))
            return false;
    }
    return true;
}

bool
css_media_holds (const char *media, size_t length)
{
    for (size_t at = 0; at <= length;) {
        size_t end = css_find (media, length, at, ",");
        if (query_holds (media + at, end - at))
            return true;
        at = end + 1;
    }
    return false;
}
