/* SPDX-License-Identifier: BSD-2-Clause */

/* What is canonical stays as it is, and canonicalising adds a colon or a line end at most. */
#include "../../milter/sign/canon.h"
int LLVMFuzzerTestOneInput (const char *data, size_t size);

static void
collect (const char *bytes, size_t length, void *text)
{
    g_string_append_len (text, bytes, (gssize)length);
}

int
LLVMFuzzerTestOneInput (const char *data, size_t size)
{
    g_autoptr (GString) once = g_string_new (NULL), twice = g_string_new (NULL);
    canon_body (data, size, collect, once);
    canon_body (once->str, once->len, collect, twice);
    g_assert_true (g_string_equal (once, twice) && once->len <= size + 2);
    canon_header (data, size, g_string_truncate (once, 0));
    canon_header (once->str, once->len, g_string_truncate (twice, 0));
    /* A stray CR may meet a LF when a fold goes; fields_split refuses such a header. */
    g_assert_true (memchr (data, '\r', size) || g_string_equal (once, twice));
    return 0;
}
