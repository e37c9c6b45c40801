/* SPDX-License-Identifier: BSD-2-Clause */

/* The tokenizer. It follows the states of WHATWG HTML 13.2.5 as far as ranges go. */

#include "html.h"

#include <string.h>

/* Elements whose content has no tags (13.2.5.2 to 13.2.5.5). */
static const struct {
    const char *name;
    size_t length;
} raw_elements[] = {
    { "script", 6 }, { "style", 5 },   { "title", 5 },    { "textarea", 8 },  { "xmp", 3 },
    { "iframe", 6 }, { "noembed", 7 }, { "noframes", 8 }, { "plaintext", 9 },
};

void
html_scanner_init (HtmlScanner *scanner, const char *data, size_t length)
{
    *scanner = (HtmlScanner){ .data = data, .length = length };
}

/* What ends the name of a tag or of an attribute: SPACE, and these. */
enum { SPACE = 1, SLASH_OR_END, EQUALS };

static const unsigned char name_ends[256] = {
    [' '] = SPACE,  ['\t'] = SPACE,       ['\n'] = SPACE,       ['\r'] = SPACE,
    ['\f'] = SPACE, ['/'] = SLASH_OR_END, ['>'] = SLASH_OR_END, ['='] = EQUALS,
};

static unsigned char
name_end_at (const char *data, size_t at)
{
    return name_ends[(unsigned char)data[at]];
}

static bool
is_space (char c)
{
    return name_ends[(unsigned char)c] == SPACE;
}

static size_t
find (const HtmlScanner *scanner, size_t from, const char *needle)
{
    if (from >= scanner->length)
        return scanner->length;
    size_t length = strlen (needle);
    const char *found =
        length == 1 ? memchr (scanner->data + from, *needle, scanner->length - from)
                    : memmem (scanner->data + from, scanner->length - from, needle, length);
    return found ? (size_t)(found - scanner->data) : scanner->length;
}

static size_t
skip_found (const HtmlScanner *scanner, size_t found, size_t length)
{
    return MIN (found + length, scanner->length);
}

static bool
starts_with (const HtmlScanner *scanner, size_t at, const char *text)
{
    size_t length = strlen (text);

    return at <= scanner->length && scanner->length - at >= length &&
           memcmp (scanner->data + at, text, length) == 0;
}

/* 13.2.5.43 to 13.2.5.52: "<!-->" and "<!--->" are whole comments, "--!>" ends one too. */
static size_t
comment_end (const HtmlScanner *scanner, size_t start)
{
    size_t text = start + 4;

    if (starts_with (scanner, text, ">"))
        return text + 1;
    if (starts_with (scanner, text, "->"))
        return text + 2;
    for (size_t at = find (scanner, text, "--"); at < scanner->length;
         at = find (scanner, at + 1, "--")) {
        if (starts_with (scanner, at + 2, ">"))
            return at + 3;
        if (starts_with (scanner, at + 2, "!>"))
            return at + 4;
    }
    return scanner->length;
}

/* The end of a tag whose attributes begin at position; quotes hide ">" only as values. */
static size_t
tag_end (const HtmlScanner *scanner, size_t position, bool *ret_finished)
{
    HtmlAttribute attribute;

    while (html_next_attribute (scanner->data, scanner->length, &position, &attribute))
        ;
    *ret_finished = position < scanner->length;
    return *ret_finished ? position + 1 : scanner->length;
}

static size_t
name_end (const HtmlScanner *scanner, size_t position)
{
    while (position < scanner->length && !is_space (scanner->data[position]) &&
           name_end_at (scanner->data, position) != SLASH_OR_END)
        position++;
    return position;
}

/* By its length and first letter; most elements of a mail are told apart by them. */
static bool
may_be_raw (char first, size_t length)
{
    static const unsigned lengths = 1u << 3 | 1u << 5 | 1u << 6 | 1u << 7 | 1u << 8 | 1u << 9;

    if (length > 9 || !(lengths >> length & 1))
        return false;
    switch (first | 0x20) {
    case 's':
    case 't':
    case 'x':
    case 'i':
    case 'n':
    case 'p':
        return true;
    default:
        return false;
    }
}

static void
read_tag (HtmlScanner *scanner, HtmlToken *token)
{
    bool finished = false;

    token->name = token->start + (token->kind == HTML_END ? 2 : 1);
    size_t after = name_end (scanner, token->name);
    token->name_length = after - token->name;
    if (after < scanner->length && scanner->data[after] == '>') {
        finished = true;
        token->end = after + 1;
    } else {
        token->end = tag_end (scanner, after, &finished);
    }
    if (!finished) {
        token->kind = HTML_OTHER; /* 13.2.5.36: end of file in a tag, it is dropped */
        return;
    }
    if (token->kind == HTML_END || !may_be_raw (scanner->data[token->name], token->name_length))
        return;
    for (unsigned i = 0; i < G_N_ELEMENTS (raw_elements); i++)
        if (token->name_length == raw_elements[i].length &&
            g_ascii_strncasecmp (scanner->data + token->name, raw_elements[i].name,
                                 token->name_length) == 0)
            scanner->raw = raw_elements[i].name;
}

/* What stands at a "<": a tag, a comment, or something that is dropped. False when it is text. */
static bool
read_markup (HtmlScanner *scanner, HtmlToken *token)
{
    const char *data = scanner->data;
    size_t next = token->start + 1;
    char c = next < scanner->length ? data[next] : '\0';
    char after = next + 1 < scanner->length ? data[next + 1] : '\0';

    if (g_ascii_isalpha (c) || (c == '/' && g_ascii_isalpha (after))) {
        token->kind = c == '/' ? HTML_END : HTML_START;
        read_tag (scanner, token);
        return true;
    }
    if (starts_with (scanner, next, "!--")) {
        token->kind = HTML_COMMENT;
        token->end = comment_end (scanner, token->start);
        return true;
    }
    if (c == '!' || c == '?' || (c == '/' && next + 1 < scanner->length)) {
        token->kind = HTML_OTHER;
        token->end = skip_found (scanner, find (scanner, next, ">"), 1);
        return true;
    }
    return false;
}

/* Whether a name stands at a place and ends there (13.2.5.12: by a blank, "/" or ">"). */
static bool
has_name (const HtmlScanner *scanner, size_t at, const char *name)
{
    size_t after = at + strlen (name);

    return after < scanner->length &&
           g_ascii_strncasecmp (scanner->data + at, name, after - at) == 0 &&
           (is_space (scanner->data[after]) || scanner->data[after] == '/' ||
            scanner->data[after] == '>');
}

/* 13.2.5.20 to 13.2.5.31: inside "<!-- -->" a script may hold another one with its end tag. */
static size_t
script_end (const HtmlScanner *scanner)
{
    bool escaped = false, twice = false;

    for (size_t at = scanner->position; at < scanner->length; at++) {
        char c = scanner->data[at];
        if (c == '-' && escaped && starts_with (scanner, at, "-->")) {
            escaped = twice = false;
        } else if (c != '<') {
            continue;
        } else if (!escaped && starts_with (scanner, at, "<!--")) {
            escaped = true;
            at++; /* "<!-->" and "<!--->" end it at once */
        } else if (starts_with (scanner, at, "</") && has_name (scanner, at + 2, "script")) {
            if (!twice)
                return at;
            twice = false;
        } else if (escaped && has_name (scanner, at + 1, "script")) {
            twice = true;
        }
    }
    return scanner->length;
}

/* The end of raw text: where its end tag begins. */
static size_t
raw_end (const HtmlScanner *scanner)
{
    size_t at = scanner->position;

    if (strcmp (scanner->raw, "plaintext") == 0)
        return scanner->length;
    if (strcmp (scanner->raw, "script") == 0)
        return script_end (scanner);
    for (at = find (scanner, at, "</"); at < scanner->length; at = find (scanner, at + 2, "</"))
        if (has_name (scanner, at + 2, scanner->raw))
            return at;
    return scanner->length;
}

/* The content of title and textarea has references, that of the others has not. */
static bool
is_literal (const char *raw)
{
    return strcmp (raw, "title") != 0 && strcmp (raw, "textarea") != 0;
}

bool
html_next (HtmlScanner *scanner, HtmlToken *ret_token)
{
    HtmlToken token = { .kind = HTML_TEXT, .start = scanner->position };

    if (scanner->position >= scanner->length)
        return false;
    if (scanner->raw) {
        token.end = raw_end (scanner);
        token.literal = token.end > token.start && is_literal (scanner->raw);
        scanner->raw = NULL;
    }
    if (token.end <= token.start &&
        (scanner->data[token.start] != '<' || !read_markup (scanner, &token)))
        token.end = find (scanner, token.start + 1, "<");
    scanner->position = token.end;
    *ret_token = token;
    return true;
}

/* 13.2.5.37 to 13.2.5.39, from the first byte of a value; returns where it stops. */
static size_t
read_value (const char *data, size_t end, size_t position, HtmlAttribute *attribute)
{
    char quote = position < end ? data[position] : '\0';

    if (quote == '"' || quote == '\'') {
        attribute->value = position + 1;
        const char *found = memchr (data + position + 1, quote, end - position - 1);
        size_t stop = found ? (size_t)(found - data) : end;
        attribute->value_length = stop - attribute->value;
        return MIN (stop + 1, end);
    }
    attribute->value = position;
    while (position < end && !is_space (data[position]) && data[position] != '>')
        position++;
    attribute->value_length = position - attribute->value;
    return position;
}

bool
html_next_attribute (const char *data, size_t end, size_t *position,
                     HtmlAttribute *ret_attribute)
{
    size_t at = *position;

    while (at < end && (is_space (data[at]) || data[at] == '/'))
        at++;
    *position = at;
    if (at >= end || data[at] == '>')
        return false;

    HtmlAttribute attribute = { .name = at };
    do /* an "=" in the first place is part of the name (13.2.5.32) */
        at++;
    while (at < end && name_end_at (data, at) == 0);
    attribute.name_length = at - attribute.name;
    size_t equals = at;
    while (equals < end && is_space (data[equals]))
        equals++;
    if (equals < end && data[equals] == '=') {
        at = equals + 1;
        while (at < end && is_space (data[at]))
            at++;
        at = read_value (data, end, at, &attribute);
    }
    *position = at;
    *ret_attribute = attribute;
    return true;
}
