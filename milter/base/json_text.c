/* SPDX-License-Identifier: BSD-2-Clause */

/* One string as JSON. */

#include "licet/json_text.h"

void
json_text_append (GString *json, const char *text)
{
    if (!text) {
        g_string_append (json, "null");
        return;
    }
    g_autofree char *valid = g_utf8_make_valid (text, -1);
    g_string_append_c (json, '"');
    for (const char *c = valid; *c; c++) {
        if (*c == '"' || *c == '\\')
            g_string_append_printf (json, "\\%c", *c);
        else if ((unsigned char)*c < 0x20 || *c == 0x7f)
            g_string_append_printf (json, "\\u%04x", (unsigned)*c);
        else
            g_string_append_c (json, *c);
    }
    g_string_append_c (json, '"');
}
