/* SPDX-License-Identifier: BSD-2-Clause */

/* Damerau's distance (optimal string alignment) between short words. */

#include "licet/nearest.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

enum { MOST = 40, LEAST_PREFIX = 4, LEAST_PART = 4 };

static unsigned
distance (const char *a, const char *b)
{
    unsigned rows[3][MOST + 1];
    unsigned length_a = (unsigned)strlen (a), length_b = (unsigned)strlen (b);

    for (unsigned j = 0; j <= length_b; j++)
        rows[0][j] = j;
    for (unsigned i = 1; i <= length_a; i++) {
        unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        row[0] = i;
        for (unsigned j = 1; j <= length_b; j++) {
            char x = g_ascii_tolower (a[i - 1]), y = g_ascii_tolower (b[j - 1]);
            row[j] = MIN (MIN (above[j], row[j - 1]) + 1, above[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == g_ascii_tolower (b[j - 2]) &&
                y == g_ascii_tolower (a[i - 2]))
                row[j] = MIN (row[j], before[j - 2] + 1);
        }
    }
    return rows[length_a % 3][length_b];
}

/* What somebody shortened. */
static const char *
find_longer (const char *const words[], const char *given)
{
    for (unsigned i = 0; strlen (given) >= LEAST_PREFIX && words[i]; i++)
        if (g_ascii_strncasecmp (words[i], given, strlen (given)) == 0)
            return words[i];
    return NULL;
}

const char *
nearest_word (const char *const words[], const char *given)
{
    const char *best = NULL;
    unsigned length = (unsigned)strlen (given);
    unsigned least = length < 3 ? 1 : length < 6 ? 2 : (length + 2) / 3 + 1;

    if (length > MOST)
        return NULL;
    for (unsigned i = 0; words[i]; i++) {
        unsigned wrong = strlen (words[i]) > MOST ? MOST : distance (words[i], given);
        if (wrong < least) {
            least = wrong;
            best = words[i];
        }
    }
    return best ? best : find_longer (words, given);
}

static bool
shares_part (char **parts, const char *word)
{
    g_auto (GStrv) own = g_strsplit (word, "_", -1);

    for (char **part = parts; *part; part++)
        if (strlen (*part) >= LEAST_PART && g_strv_contains ((const char *const *)own, *part))
            return true;
    return false;
}

const char **
nearest_alike (const char *const words[], const char *given, unsigned most)
{
    g_auto (GStrv) parts = g_strsplit (given, "_", -1);
    const char **found = g_new0 (const char *, most + 1);
    unsigned count = 0;

    for (unsigned i = 0; words[i] && count < most; i++)
        if (shares_part (parts, words[i]))
            found[count++] = words[i];
    return found;
}
