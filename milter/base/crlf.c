/* SPDX-License-Identifier: BSD-2-Clause */

/* Lines as SMTP has them. */

#include "licet/crlf.h"

#include <string.h>

GBytes *
crlf_lines (GBytes *bytes)
{
    size_t length = 0;
    const char *data = g_bytes_get_data (bytes, &length);

    if (length == 0 || memmem (data, length, "\r\n", 2))
        return g_bytes_ref (bytes);
    GByteArray *wire = g_byte_array_sized_new ((unsigned)(length + length / 16));
    for (const char *line = data, *end = data + length; line < end;) {
        const char *lf = memchr (line, '\n', (size_t)(end - line));
        const char *stop = lf ? lf : end;
        g_byte_array_append (wire, (const guint8 *)line, (unsigned)(stop - line));
        if (lf)
            g_byte_array_append (wire, (const guint8 *)"\r\n", 2);
        line = lf ? lf + 1 : end;
    }
    return g_byte_array_free_to_bytes (wire);
}
