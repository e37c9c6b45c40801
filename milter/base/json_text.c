/* SPDX-License-Identifier: BSD-2-Clause */

/* One string as JSON. */

#include "licet/json_text.h"

#include "licet/utf8.h"

void
json_text_append (GString *json, const char *text)
{
    if (!text) {
        g_string_append (json, "null");
        return;
    }
    g_autofree char *valid = g_utf8_make_valid (text, -1);
    g_string_append_c (json, '"');
    for (const char *c = valid; *c; c = g_utf8_next_char (c)) {
        gunichar letter = (unsigned char)*c < 0x80 ? (gunichar)*c : g_utf8_get_char (c);
        if (*c == '"' || *c == '\\')
            g_string_append_printf (json, "\\%c", *c);
        else if (utf8_is_control (letter))
            g_string_append_printf (json, "\\u%04x", letter);
        else
            g_string_append_len (json, c, g_utf8_next_char (c) - c);
    }
    g_string_append_c (json, '"');
}
