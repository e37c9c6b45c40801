/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_SETTLED_H
#define LICET_CLASSIFY_SETTLED_H

#include "words.h"

/*
 * A text without its few short lines and clauses that name promotion and offer none: what an order was reduced
 * by ("Rabatt", "-5,00 EUR"; "Coupon applied"), how to be spared offers ("Unsubscribe from
 * offers"), and the sender's marks. Linear. Caller frees.
 */
char *settled_remove (const char *text, const Words *words);

/* The same without what an order was reduced by, and with the ways out; NULL when there is nothing
 * of it, as in most mail. */
char *settled_bill (const char *text, const Words *words);

#endif
