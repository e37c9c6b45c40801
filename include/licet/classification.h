/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFICATION_H
#define LICET_CLASSIFICATION_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * What a message is, as a value: made by classify(), read by all later stages. It is about the
 * message; what the law of one recipient's territory makes of it is decided in policy.
 */
typedef enum {
    CLASS_TRANSACTIONAL,
    CLASS_PROMOTIONAL,
    CLASS_MIXED,    /* transactional and promotional content */
    CLASS_PERSONAL, /* ordinary correspondence between people: signed, never edited */
} MessageClass;

typedef enum {
    PURPOSE_NONE,
    /* transactional */
    PURPOSE_RECEIPT,
    PURPOSE_SHIPPING,
    PURPOSE_BOOKING,
    PURPOSE_ACCOUNT,
    PURPOSE_SECURITY,
    PURPOSE_SUPPORT,
    PURPOSE_BILLING,
    PURPOSE_LEGAL,
    /* promotional */
    PURPOSE_NEWSLETTER,
    PURPOSE_OFFER,
    PURPOSE_CROSS_SELL,
    PURPOSE_REACTIVATION,
    PURPOSE_CART_REMINDER,
    PURPOSE_SURVEY,
    PURPOSE_EVENT,
    PURPOSE_REFERRAL,
    PURPOSE_WELCOME,
} Purpose;

typedef enum {
    ORDER_NONE, /* not mixed */
    ORDER_TRANSACTION_FIRST,
    ORDER_PROMOTION_FIRST,
} ContentOrder;

typedef struct {
    char *signal;  /* name of the row in the table of signals */
    double weight; /* above 0 speaks for promotion, below 0 for transaction; 0 is a note */
    double letter; /* above 0: how much more it speaks for correspondence than for either */
    char *where;   /* header field, leaf and offset, or the matched words */
    const char *meaning; /* of the signal, in words; static; NULL where `where` says it all */
} Evidence;

/* How much it speaks for what it speaks for, as people are told: for correspondence, else either way. */
double evidence_strength (const Evidence *evidence);
/* Of pointers to Evidence in an array: the strongest first, whichever way it speaks. For a stable
 * sort, so that what weighs the same stays in the order of the table. */
int evidence_compare_strength (const void *a, const void *b);
/* What it is and what of it was seen: "a word of offers: 3 terms, first …". */
char *evidence_words (const Evidence *evidence);

/* How much of the evidence the log and licet explain tell. */
enum { EVIDENCE_TOLD = 8 };

typedef struct {
    unsigned leaf;
    size_t start, end;             /* decoded range within the leaf */
    size_t inner_start, inner_end; /* without the marks */
    MessageClass class;
    const char *how;  /* "marked", "selected", "detected"; or found through one of these: "twin"
                         (its text in another alternative or a hidden form of the page),
                         "preheader" (that quotes it) */
    const char *mark; /* for a marked one: "comment", "attribute", "text-lines"; else NULL */
    char *why;        /* of a detected one: its points and their reasons, as the evidence has them; else
                         NULL */
} Block;

typedef struct {
    MessageClass class;
    Purpose purpose;       /* of the transactional part, or of the promotion when that is all */
    Purpose promo_purpose; /* the consent to ask for; PURPOSE_NONE without promotion */
    double promo_share;    /* 0..1, promotional part of the visible text of the main leaf */
    ContentOrder order;
    MessageClass subject_class; /* CLASS_TRANSACTIONAL or CLASS_PROMOTIONAL */
    double confidence;          /* 0..1 */
    char *declared;      /* what the sender declared, known words only; NULL when nothing */
    char *problem;       /* marks that do not pair, or other reason not to edit; or NULL */
    GPtrArray *blocks;   /* of Block, by leaf and offset */
    GArray *orphans;     /* of unsigned: leaves that only promotional blocks refer to (cid:) */
    GPtrArray *tracking; /* of TrackingPlace (tracking.h), by leaf and offset */
    GPtrArray *evidence; /* of Evidence, in the order of the table of signals */
} Classification;

Classification *classification_new (void);
void classification_free (Classification *classification);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Classification, classification_free)

/* The strongest evidence, at most so much of it; borrowed, in an array that is yours. */
GPtrArray *classification_strongest (const Classification *classification, unsigned most);
/* How it came to be one, for people: "marked by comments", "read as promotion". */
const char *block_words (const Block *block);
/* Takes NULL too. */
void block_free (Block *block);
/* Puts blocks in order, by leaf and offset. */
void classification_sort_blocks (GPtrArray *blocks);
/* Adds to the evidence. Takes where. */
void classification_note (Classification *classification, const char *signal, double weight,
                          char *where);

/* Words as in settings, headers and JSON. *_parse: false when the word is unknown. */
const char *message_class_word (MessageClass class);
bool message_class_parse (const char *word, MessageClass *ret_class);
const char *purpose_word (Purpose purpose); /* "none" for PURPOSE_NONE */
bool purpose_parse (const char *word, Purpose *ret_purpose);
bool purpose_is_promotional (Purpose purpose);
const char *content_order_word (ContentOrder order);

#endif
