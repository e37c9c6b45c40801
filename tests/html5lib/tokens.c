/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What the HTML scanner reads, for run.py. Each line of input is the element whose raw text the
 * source begins in, or "-", a blank, and the source in hexadecimal; each line of output has its
 * tokens, every text in hexadecimal.
 */

#include <stdio.h>
#include <string.h>

#include "message/html.h"

static void
put_hex (const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        printf ("%02x", (unsigned)(unsigned char)text[i]);
}

static void
put_lower (const char *text, size_t length)
{
    g_autofree char *lower = g_ascii_strdown (text, (gssize)length);

    put_hex (lower, length);
}

static void
put_tag (const char *data, const HtmlToken *token)
{
    size_t position = token->name + token->name_length;
    HtmlAttribute attribute;

    put_lower (data + token->name, token->name_length);
    while (html_next_attribute (data, token->end, &position, &attribute)) {
        g_autoptr (GString) value = g_string_new (NULL);
        html_append_value (value, data + attribute.value, attribute.value_length);
        putchar (',');
        put_lower (data + attribute.name, attribute.name_length);
        putchar ('=');
        put_hex (value->str, value->len);
    }
}

static void
put_text (const char *data, const HtmlToken *token)
{
    g_autoptr (GString) text = g_string_new (NULL);

    if (token->literal)
        g_string_append_len (text, data + token->start, (gssize)(token->end - token->start));
    else
        html_append_unescaped (text, data + token->start, token->end - token->start);
    put_hex (text->str, text->len);
}

static void
put_tokens (const char *raw, const char *data, size_t length)
{
    static const char letters[] = { [HTML_TEXT] = 'T',
                                    [HTML_START] = 'S',
                                    [HTML_END] = 'E',
                                    [HTML_COMMENT] = 'C',
                                    [HTML_OTHER] = 'O' };
    HtmlScanner scanner;
    HtmlToken token;
    size_t last = 0;

    html_scanner_init (&scanner, data, length);
    scanner.raw = strcmp (raw, "-") == 0 ? NULL : raw;
    while (html_next (&scanner, &token)) {
        g_assert (token.start == last && token.end > token.start && token.end <= length);
        last = token.end;
        printf ("%c:", letters[token.kind]);
        if (token.kind == HTML_START || token.kind == HTML_END)
            put_tag (data, &token);
        else if (token.kind == HTML_TEXT)
            put_text (data, &token);
        else
            put_hex (data + token.start, token.end - token.start);
        putchar (' ');
    }
    g_assert (last == length);
    putchar ('\n');
}

int
main (void)
{
    char *line = NULL;
    size_t room = 0;

    while (getline (&line, &room, stdin) > 0) {
        g_auto (GStrv) words = g_strsplit (g_strchomp (line), " ", 2);
        size_t length = words[1] ? strlen (words[1]) / 2 : 0;
        g_autofree char *data = g_malloc (length + 1);
        for (size_t i = 0; i < length; i++)
            data[i] = (char)(g_ascii_xdigit_value (words[1][2 * i]) * 16 +
                             g_ascii_xdigit_value (words[1][2 * i + 1]));
        put_tokens (words[0], data, length);
    }
    g_free (line);
    return 0;
}
