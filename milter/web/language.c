/* SPDX-License-Identifier: BSD-2-Clause */

/* Which language a page is in, and the version of what it says. */

#include <string.h>

#include "licet/classification.h"
#include "texts.h"

enum { LONGEST_FIELD = 512, VERSION_DIGITS = 8 };

/* By the primary subtag: "pt" for "pt-BR". */
static const Texts *
find (const char *tag, size_t length)
{
    size_t primary = strcspn (tag, "-_;");

    primary = MIN (primary, length);
    for (const Texts *texts = web_texts; texts->language; texts++)
        if (strlen (texts->language) == primary &&
            g_ascii_strncasecmp (texts->language, tag, primary) == 0)
            return texts;
    return NULL;
}

/* "de;q=0.8" is 0.8, "de" is 1. */
static double
quality_of (const char *range)
{
    const char *q = strstr (range, "q=");

    return q ? g_ascii_strtod (q + 2, NULL) : 1;
}

static const Texts *
best_of (const char *field)
{
    g_autofree char *bounded = g_strndup (field, LONGEST_FIELD);
    g_auto (GStrv) ranges = g_strsplit (bounded, ",", -1);
    const Texts *best = NULL;
    double quality = 0;

    for (char **range = ranges; *range; range++) {
        const char *tag = g_strstrip (*range);
        const Texts *texts = find (tag, strcspn (tag, " \t"));
        double own = texts ? quality_of (tag) : 0;
        if (own > quality) {
            best = texts;
            quality = own;
        }
    }
    return best;
}

const Texts *
texts_choose (const char *language, const char *accept_language)
{
    const Texts *texts = language ? find (language, strlen (language)) : NULL;

    if (!texts && accept_language)
        texts = best_of (accept_language);
    return texts ? texts : web_texts;
}

char *
texts_version (const Texts *texts)
{
    g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

    for (unsigned i = 0; i < TEXT_COUNT; i++)
        g_checksum_update (checksum, (const guchar *)texts->texts[i],
                           (gssize)strlen (texts->texts[i]) + 1);
    return g_strdup_printf ("licet-web %s %.*s", texts->language, VERSION_DIGITS,
                            g_checksum_get_string (checksum));
}

const char *
texts_purpose (const Texts *texts, const char *purpose)
{
    Purpose known = PURPOSE_NONE;

    if (strcmp (purpose, "tracking") == 0)
        return texts->texts[TEXT_TRACKING];
    if (purpose_parse (purpose, &known) && purpose_is_promotional (known))
        return texts->texts[TEXT_NEWSLETTER + (known - PURPOSE_NEWSLETTER)];
    return texts->texts[TEXT_ALL];
}
