/* SPDX-License-Identifier: BSD-2-Clause */

/* The text of a range with what is hidden in it; programs and style sheets are no text. */

#include "whole.h"

#include "charset.h"
#include "elements.h"
#include "html.h"
#include "text.h"

static void
append_text (CharsetDecoder *decoder, const char *data, const HtmlToken *token, GString *text)
{
    g_autoptr (GString) raw = g_string_new (NULL);

    charset_decode (decoder, data + token->start, token->end - token->start, raw);
    if (token->literal)
        g_string_append_len (text, raw->str, (gssize)raw->len);
    else
        html_append_unescaped (text, raw->str, raw->len);
}

char *
whole_text (const Part *part, size_t start, size_t end)
{
    g_auto (CharsetDecoder) decoder = { 0 };
    g_autoptr (GString) text = g_string_new (NULL);
    HtmlScanner scanner;
    HtmlToken token;
    bool program = false;

    if (part->leaf.kind == LEAF_PLAIN || part->leaf.kind == LEAF_OTHER ||
        text_is_transcoded (part))
        return text_visible (part, start, end);
    const char *data = g_bytes_get_data (part->source, NULL);
    charset_decoder_init (&decoder, part->leaf.charset);
    html_scanner_init (&scanner, data + start, end - start);
    while (html_next (&scanner, &token)) {
        if (token.kind == HTML_TEXT && !program)
            append_text (&decoder, data + start, &token, text);
        if (token.kind == HTML_START || token.kind == HTML_END) {
            unsigned flags = element_find (data + start, &token)->flags;
            program = token.kind == HTML_START && (flags & ELEMENT_PROGRAM);
            if (flags & ELEMENT_BLOCK)
                g_string_append_c (text, '\n');
        }
    }
    return text_collapse (text->str);
}
