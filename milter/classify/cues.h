/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_CUES_H
#define LICET_CLASSIFY_CUES_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "licet/conffile.h"

/*
 * The vocabulary for parts of a page (the group "blocks" of policies/words/<lang>.cfg): what a
 * part is for, by its words. All languages are looked for at once, since one mail may speak
 * several; which of them it does speak is told by how often. Compared without case, accents and
 * the kind of apostrophe.
 */
typedef enum {
    CUE_RECOMMENDATION, /* other products */
    CUE_COUPON,
    CUE_OFFER, /* a price or gift to buy for */
    CUE_NEXT,  /* the purchase after this one */
    CUE_REFERRAL,
    CUE_APP,
    CUE_SOCIAL,
    CUE_SURVEY,
    CUE_NEWSLETTER,
    CUE_LOYALTY,
    CUE_WINBACK, /* that the reader has not bought for long, or left something */
    CUE_URGENCY,
    CUE_ACTION, /* buttons that lead to the shop */
    CUE_FIRST_SOFT,
    CUE_MORE = CUE_FIRST_SOFT, /* a larger contract, or something else to buy */
    CUE_TERMS,                 /* what an offer costs, and on which terms */
    CUE_OCCASION,              /* seasons, feasts, seminars */
    CUE_LURE,                  /* asks the reader to want, to try or to win */
    CUE_FIRST_PROTECTED,
    CUE_ORDER = CUE_FIRST_PROTECTED, /* words that a number of the transaction follows */
    CUE_AMOUNT,                      /* words that an amount of the transaction follows */
    CUE_DELIVERY,
    CUE_BOOKING,
    CUE_ACCESS, /* passwords, codes, account data */
    CUE_LEGAL,
    CUE_HELP, /* how to reach the sender */
    CUE_DUTY, /* what the reader must do, may not do, or is owed */
    CUE_KINDS,
} Cue;

/* The languages, as bits, in which a text has a word of each kind. */
typedef struct {
    guint32 found[CUE_KINDS];
    guint32 numbered[CUE_KINDS]; /* with a number of three digits or more right behind it */
    guint32 phrases;             /* that speak of promotion in more than one word */
    guint32 languages;           /* with a word of any kind */
} CueHits;

typedef struct Cues Cues;

Cues *cues_new (void);
void cues_free (Cues *cues);
/* Adds the terms of one language; of more than 32, some share a bit. Problems are added as text,
 * see conffile.h. */
void cues_read (Cues *cues, const ConfNode *root, bool substring, GPtrArray *problems);

/* After the last language, and before anything is looked for. */
void cues_sort (Cues *cues);

/* Linear in the text, which is as fold_open makes it. */
void cues_find (const Cues *cues, const char *folded, CueHits *hits);

/* The languages of a text, as bits, by the hits in all its parts: those that are not much rarer
 * than the most frequent one. A word of another language is a false friend. */
guint32 cues_languages (const CueHits *hits, unsigned count);

#endif
