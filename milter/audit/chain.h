/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_AUDIT_CHAIN_H
#define LICET_AUDIT_CHAIN_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "licet/seal.h"

/*
 * The form of a line: {"seq":N,"prev":"H",…,"hash":"H"}. seq counts from 1 without a gap, hash is
 * SHA-256 over all bytes of the line before `,"hash"`, prev is the hash of the line before,
 * 64 zeros for the first. Pure.
 */

/* How many records there are, and the hash of the last. */
typedef struct {
    uint64_t size;
    char head[SEAL_HEX];
} Chain;

extern const Chain chain_empty;

/* Appends a record (one JSON object without newline) to lines as the next of the chain. */
void chain_append (Chain *chain, const char *record, GString *lines);

typedef struct {
    uint64_t seq;
    char prev[SEAL_HEX], hash[SEAL_HEX];
    const char *record; /* the members between prev and hash, without braces; within the line */
    size_t record_length;
} ChainLine;

/* Reads a line without its newline; what is wrong with it as a static sentence, or NULL. Whether
 * it follows the line before is chain_follow's to say. */
const char *chain_parse (const char *line, size_t length, ChainLine *ret_line);

/* Moves on to this line, and says what is wrong with that; NULL when it is the next one. */
const char *chain_follow (Chain *chain, const ChainLine *line);

#endif
