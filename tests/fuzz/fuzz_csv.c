/* SPDX-License-Identifier: BSD-2-Clause */

/* The consent CSV: what is read is written as something that is read again as the same. */

#include <stdint.h>
#include <string.h>

#include "licet/consent.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    g_autoptr (GPtrArray) events =
        consent_csv_parse ((const char *)data, size, "fuzz.csv", NULL);
    g_autofree char *text = events ? consent_csv_format (events) : g_strdup ("");
    g_autoptr (GPtrArray) again =
        events ? consent_csv_parse (text, strlen (text), "again.csv", NULL) : NULL;

    g_assert (!events || (again && again->len == events->len));
    return 0;
}
