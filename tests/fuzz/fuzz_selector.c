/* SPDX-License-Identifier: BSD-2-Clause */
/* A selector in the first line, and a page for it in the rest. */

#include <stdint.h>
#include <string.h>

#include "licet/selector.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    static const char head[] = "Subject: x\r\nContent-Type: text/html\r\n\r\n";
    const uint8_t *newline = memchr (data, '\n', size);
    size_t length = newline ? (size_t)(newline - data) : size;
    g_autofree char *text = g_strndup ((const char *)data, length);
    g_autoptr (Selector) selector = selector_parse (text, NULL);

    if (!selector || !newline)
        return 0;
    GString *mail = g_string_new (head);
    g_string_append_len (mail, (const char *)newline + 1, (gssize)(size - length - 1));
    g_autoptr (GBytes) bytes = g_string_free_to_bytes (mail);
    g_autoptr (Message) message = message_parse (bytes, NULL);
    if (!message)
        return 0;
    g_autoptr (GArray) numbers = selector_match (selector, message, 0);
    for (unsigned i = 0; numbers && i < numbers->len; i++)
        g_assert_cmpuint (g_array_index (numbers, unsigned, i), <,
                          message_element_count (message, 0));
    return 0;
}
