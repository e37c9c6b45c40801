/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Normalises mails for normalise.py: reads lines "IN OUT" from standard input, writes the result
 * and prints for each mail "edits N" and "left N", then what is left, a line each.
 */

#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "licet/normalise.h"

static void
treat (const char *in, const char *out)
{
    g_autofree char *data = NULL;
    size_t length = 0;

    if (!g_file_get_contents (in, &data, &length, NULL))
        g_error ("%s: cannot be read", in);
    g_autoptr (GBytes) bytes = g_bytes_new (data, length);
    g_autoptr (Normalised) normalised =
        normalise (bytes, (NormaliseOptions){ .eightbit = true });
    const char *result = g_bytes_get_data (normalised->bytes, &length);
    if (!g_file_set_contents (out, result, (gssize)length, NULL))
        g_error ("%s: cannot be written", out);
    printf ("edits %u\nleft %u\n", normalised->edits->len, normalised->left->len);
    for (unsigned i = 0; i < normalised->left->len; i++)
        printf ("%s\n", (char *)g_ptr_array_index (normalised->left, i));
    fflush (stdout);
}

int
main (void)
{
    char line[8192];

    while (fgets (line, sizeof line, stdin)) {
        char *space = strchr (line, ' ');
        line[strcspn (line, "\n")] = '\0';
        if (!space)
            return 64;
        *space = '\0';
        treat (line, space + 1);
    }
    return 0;
}
