/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_TERMS_H
#define LICET_CLASSIFY_TERMS_H

#include <glib.h>
#include <stdbool.h>

/*
 * The terms that a passage is known by: each word, the beginnings of four to six letters of longer
 * ones ("deliv*"), and each two words that follow each other, the first after "^"; where words are put
 * together of parts (Hangul, Arabic, Hebrew) also each two and three letters within ("*abc*"), and in
 * scripts that put no blanks between words each one to three letters instead. Any number is "#", of
 * signs only those that say something are words, and addresses of pages and of mail are left out.
 */

/* What may stand around a term in its word, which a "*" stands for in its spelling. */
typedef enum {
    TERM_WHOLE,
    TERM_BEGINNING,
    TERM_WITHIN,
} TermPlace;

/* A stretch of text, and the word before it where the term is of two. */
typedef struct {
    const char *before, *at;
    size_t before_length, length; /* before_length 0: of one word */
    TermPlace place;
    guint64 hash; /* of its spelling; two terms that anybody writes do not share one */
} PassageTerm;

/* Calls seen for each term in their order, for one that stands there twice each time. Linear in the
 * text, which is UTF-8. */
void passage_terms_each (const char *text, void (*seen) (const PassageTerm *, gpointer data),
                         gpointer data);

/* As it is written in a file. Caller frees. */
char *passage_term_spell (const PassageTerm *term);
/* The hash of a term from its spelling. */
guint64 passage_term_hash (const char *spelling, size_t length);

#endif
