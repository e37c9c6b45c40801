/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_H
#define LICET_CLASSIFY_H

#include <glib.h>

#include "licet/classification.h"
#include "licet/hints.h"
#include "licet/message.h"

/*
 * What a message is and why: a table of small signals over headers, subject, text, links and
 * the sender's marks and declarations, added up. Pure: no I/O, no clock.
 *
 * Words are the vocabulary by language (policies/words/<lang>.cfg); immutable, refcounted,
 * readable from several threads.
 */
typedef struct Words Words;

/* POLICY with every problem found, a line "file:line: …" each. An absent directory gives an
 * empty vocabulary. */
Words *words_load (const char *dir, GError **error);
Words *words_ref (Words *words);
void words_unref (Words *words);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Words, words_unref)

/*
 * The weights of the signals by class (policies/model/general.cfg), learnt by licet train;
 * immutable, refcounted, readable from several threads. UNAVAILABLE when the file cannot be read,
 * POLICY with every problem found, a line "file:line: …" each.
 */
typedef struct Model Model;

Model *model_load (const char *path, GError **error);
Model *model_ref (Model *model);
void model_unref (Model *model);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Model, model_unref)

/* MALFORMED when X-Licet-Purpose names two promotional purposes: consent is asked for one, and the other
 * would leave unasked. */
bool classify_check_declared (const Message *message, GError **error);

/* Without a model (NULL) the weights of the table of signals decide; hints: NULL for none. */
Classification *classify (const Message *message, const Words *words, const Model *model,
                          const Hints *hints);

/*
 * The class of what is left of a mixed message when its pages are left out and the text/plain
 * alternative stands alone, without its blocks. It gets a problem, on top of those of classify,
 * when the text of a promotional block is still in it, or when it does not say what the message
 * says besides its promotion: most of its words are missing. classification is of the message.
 */
Classification *classify_rest (const Message *message, const Classification *classification,
                               const Message *rest, const Words *words, const Model *model,
                               const Hints *hints);

#endif
