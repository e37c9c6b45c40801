/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_JOINS_H
#define LICET_CLASSIFY_JOINS_H

#include <glib.h>

/*
 * Appends to `below`, a line each, the words that a person puts together although they stand in
 * pieces: in short lines right below each other (the cells of a table, boxes side by side), with
 * signs between ("ra-ba-tt"), or with letters drawn out ("saaale"). text: UTF-8. Linear in it, and
 * no more than a fixed number of pieces is looked at.
 */
void joins_append (GString *below, const char *text);

#endif
