/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_WORDS_H
#define LICET_CLASSIFY_WORDS_H

#include "licet/classify.h"

#include "cues.h"
#include "wording.h"

/* What a term of the vocabulary speaks of; each is a list of a file of policies/words. */
typedef enum {
    GROUP_PROMOTIONAL, /* offers */
    GROUP_COUPON,      /* a code to redeem */
    GROUP_CALLS,       /* calls to act: shop, discover, join, give */
    GROUP_NEWS,        /* newsletters, novelties, events */
    GROUP_URGENCY,     /* now or never */
    GROUP_TRANSACTIONAL,
    GROUP_STATUS,    /* what became of the reader's order, account or request */
    GROUP_AUTOMATIC, /* written by a program, do not answer, why you get this */
    GROUP_REFERENCE, /* what a number is of: order, invoice, ticket */
    GROUP_TOTAL,     /* what an amount is of: total, tax, shipping */
    GROUP_SECRET,    /* codes and passwords */
    GROUP_TASK,      /* what only the reader can finish: activate an account, confirm an address */
    GROUP_FORMAL,    /* how firms address customers and name themselves */
    GROUP_PERSONAL,  /* how people greet, answer and take leave */
    GROUP_VIEW,      /* to be read in a browser */
    GROUP_UNSUBSCRIBE,
    GROUP_SURVEY,  /* asks for an opinion, a rating or answers */
    GROUP_REWARD,  /* what comes of buying again, of friends, of loyalty or of coming back */
    GROUP_SETTLED, /* of a voucher or the like that was used; says nothing of the language */
    GROUP_COUNT,
} WordGroup;

/* How many different terms of the best-fitting language a text holds. */
typedef struct {
    const char *language; /* borrowed from the vocabulary; NULL when no term was found */
    unsigned count[GROUP_COUNT];
    unsigned opening[GROUP_COUNT];  /* of these, in the first lines */
    const char *first[GROUP_COUNT]; /* the first found of each, as written, or NULL */
    unsigned numbered[GROUP_COUNT]; /* places where a number of three digits or more follows a
                                       reference, an amount a total, a code a secret */
    unsigned reductions;            /* percentages beside a term for offers */
    unsigned by_purpose[PURPOSE_WELCOME + 1];
} WordCount;

/* Linear in the text; text is UTF-8. */
WordCount words_count (const Words *words, const char *text);

/* The number of different promotional terms of the language that has most of them, and the first
 * of these: text of another language around it must not outvote an offer. */
unsigned words_promotional (const Words *words, const char *text, const char **ret_term);

/* The vocabulary for parts of a page. */
const Cues *words_cues (const Words *words);

/* What its passages taught. */
const Wording *words_wording (const Words *words);

/* Whether a line says in some language that a voucher or the like was used, or how to be spared
 * offers. */
bool words_settled (const Words *words, const char *text);

/* The first of the two. */
bool words_spent (const Words *words, const char *text);

#endif
