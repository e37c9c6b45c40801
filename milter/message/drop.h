/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_DROP_H
#define MESSAGE_DROP_H

#include "structure.h"

/*
 * The parts to leave out so that these leaves (by number) are gone: each leaf with its header
 * and delimiter line, and a multipart of which nothing would be left (RFC 2046 5.1.1 asks for
 * one part at least) in its own multipart. Array of PartRange in order, apart from each other;
 * NULL when nothing would be left of the message.
 */
GArray *drop_ranges (const Structure *structure, const bool *leaves);

#endif
