/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_TOOL_TRAIN_PASSAGES_H
#define LICET_TOOL_TRAIN_PASSAGES_H

#include <glib.h>
#include <stdbool.h>

/* Learns from each <language>.txt of a directory (see licet/passages.h), prints how well passages are
 * told in so many parts, and writes <language>.cfg into out, unless that is NULL. */
bool train_passages (const char *dir, unsigned folds, const char *out, GError **error);

#endif
