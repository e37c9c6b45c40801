/* SPDX-License-Identifier: BSD-2-Clause */

/* The classification value and the words for its members. */

#include "licet/classification.h"

#include <string.h>

static const char *const class_words[] = {
    [CLASS_TRANSACTIONAL] = "transactional",
    [CLASS_PROMOTIONAL] = "promotional",
    [CLASS_MIXED] = "mixed",
    [CLASS_PERSONAL] = "personal",
};

static const char *const purpose_words[] = {
    [PURPOSE_NONE] = "none",
    [PURPOSE_RECEIPT] = "receipt",
    [PURPOSE_SHIPPING] = "shipping",
    [PURPOSE_BOOKING] = "booking",
    [PURPOSE_ACCOUNT] = "account",
    [PURPOSE_SECURITY] = "security",
    [PURPOSE_SUPPORT] = "support",
    [PURPOSE_BILLING] = "billing",
    [PURPOSE_LEGAL] = "legal",
    [PURPOSE_NEWSLETTER] = "newsletter",
    [PURPOSE_OFFER] = "offer",
    [PURPOSE_CROSS_SELL] = "cross-sell",
    [PURPOSE_REACTIVATION] = "reactivation",
    [PURPOSE_CART_REMINDER] = "cart-reminder",
    [PURPOSE_SURVEY] = "survey",
    [PURPOSE_EVENT] = "event",
    [PURPOSE_REFERRAL] = "referral",
    [PURPOSE_WELCOME] = "welcome",
};

void
block_free (Block *block)
{
    if (!block)
        return;
    g_free (block->why);
    g_free (block);
}

static void
evidence_free (Evidence *evidence)
{
    g_free (evidence->signal);
    g_free (evidence->where);
    g_free (evidence);
}

Classification *
classification_new (void)
{
    Classification *classification = g_new0 (Classification, 1);

    classification->orphans = g_array_new (FALSE, FALSE, sizeof (unsigned));
    classification->blocks = g_ptr_array_new_with_free_func ((GDestroyNotify)block_free);
    classification->tracking = g_ptr_array_new ();
    classification->evidence = g_ptr_array_new_with_free_func ((GDestroyNotify)evidence_free);
    return classification;
}

void
classification_free (Classification *classification)
{
    if (!classification)
        return;
    g_free (classification->declared);
    g_free (classification->problem);
    g_ptr_array_unref (classification->blocks);
    g_array_unref (classification->orphans);
    g_ptr_array_unref (classification->tracking);
    g_ptr_array_unref (classification->evidence);
    g_free (classification);
}

static int
compare_blocks (const void *a, const void *b)
{
    const Block *first = *(const Block *const *)a, *second = *(const Block *const *)b;

    if (first->leaf != second->leaf)
        return first->leaf < second->leaf ? -1 : 1;
    return first->start < second->start ? -1 : first->start > second->start;
}

void
classification_sort_blocks (GPtrArray *blocks)
{
    g_ptr_array_sort (blocks, compare_blocks);
}

const char *
block_words (const Block *block)
{
    static const struct {
        const char *word, *words;
    } rows[] = {
        { "comment", "marked by comments" },
        { "attribute", "marked by an attribute" },
        { "text-lines", "marked by lines of the text" },
        { "selected", "selected by the policies" },
        { "detected", "read as promotion" },
        { "twin", "the same in another form" },
        { "preheader", "the preview line that quotes it" },
    };
    const char *word = block->mark ? block->mark : block->how;

    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++)
        if (strcmp (rows[i].word, word) == 0)
            return rows[i].words;
    return word;
}

static int
find_word (const char *const words[], unsigned count, const char *word)
{
    for (unsigned i = 0; i < count; i++)
        if (g_ascii_strcasecmp (words[i], word) == 0)
            return (int)i;
    return -1;
}

const char *
message_class_word (MessageClass class)
{
    return class_words[class];
}

bool
message_class_parse (const char *word, MessageClass *ret_class)
{
    int i = find_word (class_words, G_N_ELEMENTS (class_words), word);

    if (i < 0)
        return false;
    *ret_class = (MessageClass)i;
    return true;
}

const char *
purpose_word (Purpose purpose)
{
    return purpose_words[purpose];
}

bool
purpose_parse (const char *word, Purpose *ret_purpose)
{
    int i = find_word (purpose_words, G_N_ELEMENTS (purpose_words), word);

    if (i <= (int)PURPOSE_NONE)
        return false;
    *ret_purpose = (Purpose)i;
    return true;
}

bool
purpose_is_promotional (Purpose purpose)
{
    return purpose >= PURPOSE_NEWSLETTER;
}

const char *
content_order_word (ContentOrder order)
{
    switch (order) {
    case ORDER_NONE:
        return "none";
    case ORDER_TRANSACTION_FIRST:
        return "transaction-first";
    case ORDER_PROMOTION_FIRST:
        return "promotion-first";
    }
    g_assert_not_reached ();
}

void
classification_note (Classification *classification, const char *signal, double weight,
                     char *where)
{
    static const struct {
        const char *signal, *meaning;
    } notes[] = {
        { "block-detected", "a part that reads as promotion" },
        { "block-doubt", "a part that may be promotion" },
        { "block-locked", "a part that reads as promotion and must not be changed" },
        { "ambiguous", "two readers could understand it differently" },
        { "cannot-tell", "it could not be told apart" },
        { "declared-class", "what the sender declared" },
        { "declared-purpose", "what the sender declared" },
        { "declared-contradicted", "the text contradicts what the sender declared" },
        { "stream-contradicted", "the text contradicts what the sender's settings say" },
        { "disguise-letters", "words in disguise" },
    };
    Evidence *entry = g_new0 (Evidence, 1);

    entry->signal = g_strdup (signal);
    entry->weight = weight;
    entry->where = where;
    for (unsigned i = 0; i < G_N_ELEMENTS (notes); i++)
        if (strcmp (notes[i].signal, signal) == 0)
            entry->meaning = notes[i].meaning;
    g_ptr_array_add (classification->evidence, entry);
}

double
evidence_strength (const Evidence *evidence)
{
    return evidence->letter > 0 ? evidence->letter : ABS (evidence->weight);
}

int
evidence_compare_strength (const void *a, const void *b)
{
    double first = evidence_strength (*(const Evidence *const *)a);
    double second = evidence_strength (*(const Evidence *const *)b);

    return (first < second) - (first > second);
}

char *
evidence_words (const Evidence *evidence)
{
    bool more = evidence->meaning && strcmp (evidence->meaning, evidence->where) != 0;

    return more ? g_strdup_printf ("%s: %s", evidence->meaning, evidence->where)
                : g_strdup (evidence->where);
}

GPtrArray *
classification_strongest (const Classification *classification, unsigned most)
{
    GPtrArray *strongest = g_ptr_array_new ();

    for (unsigned i = 0; i < classification->evidence->len; i++)
        g_ptr_array_add (strongest, g_ptr_array_index (classification->evidence, i));
    g_ptr_array_sort (strongest, evidence_compare_strength);
    g_ptr_array_set_size (strongest, (int)MIN (strongest->len, most));
    return strongest;
}
