/* SPDX-License-Identifier: BSD-2-Clause */

#include "leaning.h"

#include <string.h>

#include "licet/utf8.h"

#include "prose.h"

/* Log-odds of a passage that is promotion beyond doubt, plainly, that leans to it, and that is plainly
 * service. */
static const double LOUD = 4, PLAIN_PROMOTION = 3.5, LEANS = 1.5, PLAIN_SERVICE = -2,
                    SERVES_IN_PART = -1;

/* Letters that a passage has, that one has which serves, since a few words do so by chance, and bytes of
 * the shortest that is sentences (prose.h). */
enum { PASSAGE_LETTERS = 25, SERVICE_LETTERS = 40, LEAST_BYTES = 46 };

size_t
leaning_letters (const char *text)
{
    size_t length = strlen (text), count = utf8_count_letters (text, length);

    if (count == length)
        return count;
    /* No byte within a letter is as great as the first one of a wide letter. */
    for (const char *at = text; *at; at++)
        if ((guchar)*at >= 0xe1)
            count += g_unichar_iswide (g_utf8_get_char (at));
    return count;
}

/* A sentence of the reader's business among them makes a paragraph one of business. */
static bool
serves_in_part (const Words *words, const char *text)
{
    g_auto (GStrv) sentences = prose_sentences (text);
    unsigned count = g_strv_length (sentences);
    g_autofree double *odds =
        count > 1 ? wording_weigh (words_wording (words), (const char *const *)sentences, count)
                  : NULL;

    for (unsigned i = 0; odds && i < count; i++)
        if (odds[i] <= SERVES_IN_PART)
            return true;
    return false;
}

Leaning
leaning_judge (const Words *words, const char *text, double odds)
{
    size_t letters = leaning_letters (text);

    if (letters < PASSAGE_LETTERS)
        return LEANING_NONE;
    if (odds <= PLAIN_SERVICE)
        return letters >= SERVICE_LETTERS ? LEANING_SERVICE : LEANING_NONE;
    if (odds < LEANS || !prose_is (text) || serves_in_part (words, text))
        return LEANING_NONE;
    return odds >= PLAIN_PROMOTION ? LEANING_PROMOTION : LEANING_TONE;
}

static bool
promotes (const Words *words, const char *text, double least)
{
    if (strlen (text) < LEAST_BYTES)
        return false;
    g_autofree double *odds = wording_weigh (words_wording (words), &text, 1);
    return odds && *odds >= least && leaning_judge (words, text, *odds) == LEANING_PROMOTION;
}

bool
leaning_promotes (const Words *words, const char *text)
{
    return promotes (words, text, PLAIN_PROMOTION);
}

/* Sentences that follow each other, of which each promotes, as one text. */
static bool
is_loud_in_part (const Words *words, const char *text)
{
    g_auto (GStrv) sentences = prose_sentences (text);
    unsigned count = g_strv_length (sentences);
    g_autofree double *odds =
        wording_weigh (words_wording (words), (const char *const *)sentences, count);
    g_autoptr (GString) part = g_string_new (NULL);
    double sum = 0;

    for (unsigned i = 0; odds && i < count; i++) {
        g_string_append (part, odds[i] > 0 ? sentences[i] : "");
        sum += MAX (odds[i], 0);
        bool ends = i + 1 == count || odds[i + 1] <= 0;
        if (ends && sum >= LOUD && promotes (words, part->str, LOUD))
            return true;
        if (ends) {
            g_string_truncate (part, 0);
            sum = 0;
        }
    }
    return false;
}

bool
leaning_may_be_loud (const char *text)
{
    return strlen (text) >= LEAST_BYTES;
}

bool
leaning_is_loud (const Words *words, const char *text)
{
    return leaning_may_be_loud (text) &&
           (promotes (words, text, LOUD) || is_loud_in_part (words, text));
}
