/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_PASSAGES_H
#define LICET_PASSAGES_H

#include <glib.h>
#include <stdbool.h>

/*
 * Learns what the words of one language speak for, from passages of which that is known. A text of
 * lines: "== TRADE" begins the passages of a trade, "- " one that serves the reader's own business,
 * "+ " one that promotes; "#" begins a comment. Terms are those of two passages or more; weights are
 * rounded, and what rounds to nothing is left out. Deterministic; not thread-safe (liblinear).
 */
typedef struct Passages Passages;

/* name stands for the text in messages. MALFORMED "name:line: …" for a line that is none of these,
 * or when one of the kinds is missing. */
Passages *passages_parse (const char *text, const char *name, GError **error);
void passages_free (Passages *passages);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Passages, passages_free)

/* How well passages are told whose trades were not learnt from: all, told rightly, and of those with
 * log-odds beyond a bound, on the side of promotion and of service, how many there are and are wrong. */
typedef struct {
    unsigned all, right;
    unsigned promotion, promotion_wrong, service, service_wrong;
} PassagesTrial;

/* In so many parts, all passages of a trade in the same one; two parts or more. */
PassagesTrial passages_validate (const Passages *passages, unsigned folds, double bound);

/* The text of a file for policies/words/passages. Caller frees. */
char *passages_learn (const Passages *passages, const char *language);

#endif
