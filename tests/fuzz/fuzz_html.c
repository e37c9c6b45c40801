/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as an HTML leaf: the text of its second half, and a cut of its middle third. */

#include <stdint.h>

#include "licet/message.h"

#include "../../milter/message/html.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Every byte is in one token, every attribute in its tag, in order. */
static void
check_tokens (const char *data, size_t size)
{
    HtmlScanner scanner;
    HtmlToken token;
    HtmlAttribute attribute;
    size_t last = 0;

    html_scanner_init (&scanner, data, size);
    for (; html_next (&scanner, &token); last = token.end) {
        g_assert (token.start == last && token.end > token.start && token.end <= size);
        if (token.kind != HTML_START)
            continue;
        size_t position = token.name + token.name_length, before = position;
        for (; html_next_attribute (data, token.end, &position, &attribute); before = position)
            g_assert (attribute.name >= before && attribute.name_length > 0 &&
                      position <= token.end &&
                      attribute.value + attribute.value_length <= position);
    }
    g_assert (last == size);
}

static void
check_readings (const Message *message, size_t size)
{
    g_autoptr (GPtrArray) readings = message_readings (message, 0);

    for (unsigned i = 0; i < readings->len; i++) {
        const Reading *reading = g_ptr_array_index (readings, i);
        g_assert (reading->start <= size && g_utf8_validate (reading->text, -1, NULL));
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    GString *text = g_string_new ("MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n");
    g_autoptr (GPtrArray) edits = g_ptr_array_new_full (1, (GDestroyNotify)edit_free);
    g_autoptr (GBytes) bytes =
        g_string_free_to_bytes (g_string_append_len (text, (const char *)data, (gssize)size));
    g_autoptr (Message) message = message_parse (bytes, NULL);
    g_autofree char *half = message_visible_text (message, 0, size / 2, size);

    check_tokens ((const char *)data, size);
    check_readings (message, size);
    g_assert (g_utf8_validate (half, -1, NULL));
    g_ptr_array_add (edits, edit_cut_new ("", 0, size / 3, size / 3 * 2, "", ""));
    g_autoptr (GBytes) result = message_render (message, edits, NULL);
    return 0;
}
