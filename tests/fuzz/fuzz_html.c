/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as an HTML leaf: the text of its second half, and a cut of its middle third. */

#include <stdint.h>

#include "licet/message.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    GString *text = g_string_new ("MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n");
    g_autoptr (GPtrArray) edits = g_ptr_array_new_full (1, (GDestroyNotify)edit_free);
    g_autoptr (GBytes) bytes =
        g_string_free_to_bytes (g_string_append_len (text, (const char *)data, (gssize)size));
    g_autoptr (Message) message = message_parse (bytes, NULL);
    g_autofree char *half = message_visible_text (message, 0, size / 2, size);

    g_assert (g_utf8_validate (half, -1, NULL));
    g_ptr_array_add (edits, edit_cut_new ("", 0, size / 3, size / 3 * 2, "", ""));
    g_autoptr (GBytes) result = message_render (message, edits, NULL);
    return 0;
}
