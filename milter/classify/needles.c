/* SPDX-License-Identifier: BSD-2-Clause */

#include "needles.h"

static void
make_pairs (Needles *needles)
{
    if (!g_once_init_enter (&needles->made))
        return;
    for (unsigned row = 0; needles->rows[row].word; row++) {
        guchar first = (guchar)*needles->rows[row].word;
        g_assert (row < MOST_NEEDLES);
        pairs_add (&needles->pairs, needles->rows[row].word);
        needles->next[row] = needles->first[first];
        needles->first[first] = (guint8)(row + 1);
    }
    g_once_init_leave (&needles->made, 1);
}

static guint32
find_at (const Needles *needles, const char *at)
{
    guint32 found = 0;

    for (unsigned i = needles->first[(guchar)*at]; i > 0; i = needles->next[i - 1]) {
        const Needle *row = &needles->rows[i - 1];
        unsigned equal = 1;
        while (row->word[equal] && row->word[equal] == at[equal])
            equal++;
        if (!row->word[equal])
            found |= (guint32)1 << row->group;
    }
    return found;
}

guint32
needles_find (Needles *needles, const char *text)
{
    guint32 found = 0;

    make_pairs (needles);
    for (const char *at = text; *at; at++)
        if (pairs_have (&needles->pairs, at))
            found |= find_at (needles, at);
    return found;
}
