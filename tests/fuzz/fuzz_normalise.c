/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes made fit for their way: the second time nothing is left to do, and what stays is said. */

#include <glib.h>
#include <stdint.h>

#include "licet/normalise.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check (GBytes *bytes, bool eightbit)
{
    NormaliseOptions options = { .eightbit = eightbit };
    g_autoptr (Normalised) once = normalise (bytes, options);
    g_autoptr (Normalised) twice = normalise (once->bytes, options);

    g_assert_cmpint (once->edits->len == 0, ==, g_bytes_equal (once->bytes, bytes));
    g_assert_cmpuint (twice->edits->len, ==, 0);
    g_assert_true (g_bytes_equal (twice->bytes, once->bytes));
    g_assert_cmpint (twice->left->len > 0, ==, once->left->len > 0);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    g_autoptr (GBytes) bytes = g_bytes_new (data, size);

    check (bytes, true);
    check (bytes, false);
    return 0;
}
