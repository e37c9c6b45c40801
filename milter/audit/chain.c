/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The hash is over bytes, not over a value: an auditor needs no JSON library to recompute it, and
 * no two spellings of a record are the same.
 */

#include "chain.h"

#include <string.h>

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define PREV  ",\"prev\":\""
#define HASH  ",\"hash\":\""

enum { HEX = SEAL_HEX - 1 };

const Chain chain_empty = { 0, ZEROS };

void
chain_append (Chain *chain, const char *record, GString *lines)
{
    size_t start = lines->len, length = strlen (record);

    g_assert (length > 2 && record[0] == '{' && record[length - 1] == '}');
    g_string_append_printf (lines, "{\"seq\":%" G_GUINT64_FORMAT PREV "%s\",", ++chain->size,
                            chain->head);
    g_string_append_len (lines, record + 1, (gssize)length - 2);
    seal_hash (lines->str + start, lines->len - start, chain->head);
    g_string_append_printf (lines, HASH "%s\"}\n", chain->head);
}

static bool
skip (const char **c, const char *end, const char *word)
{
    size_t length = strlen (word);

    if ((size_t)(end - *c) < length || memcmp (*c, word, length) != 0)
        return false;
    *c += length;
    return true;
}

/* Without a leading zero, so that a number has one spelling. */
static bool
read_number (const char **c, const char *end, uint64_t *ret_number)
{
    uint64_t number = 0;
    const char *start = *c;

    for (; *c < end && g_ascii_isdigit (**c) && *c - start < 18; (*c)++)
        number = number * 10 + (uint64_t)(**c - '0');
    *ret_number = number;
    return *c > start && *start != '0';
}

static bool
read_hex (const char **c, const char *end, char ret_hex[SEAL_HEX])
{
    if (end - *c < HEX)
        return false;
    for (unsigned i = 0; i < HEX; i++)
        if (!g_ascii_isdigit ((*c)[i]) && !((*c)[i] >= 'a' && (*c)[i] <= 'f'))
            return false;
    memcpy (ret_hex, *c, HEX);
    ret_hex[HEX] = '\0';
    *c += HEX;
    return true;
}

static bool
read_frame (const char *line, size_t length, ChainLine *ret_line, const char **ret_tail)
{
    size_t tail_length = strlen (HASH) + HEX + 2;
    const char *c = line, *end = line + length;

    if (length < tail_length)
        return false;
    const char *tail = end - tail_length;
    *ret_tail = tail;
    if (!skip (&c, tail, "{\"seq\":") || !read_number (&c, tail, &ret_line->seq) ||
        !skip (&c, tail, PREV) || !read_hex (&c, tail, ret_line->prev) ||
        !skip (&c, tail, "\","))
        return false;
    ret_line->record = c;
    ret_line->record_length = (size_t)(tail - c);
    return skip (&tail, end, HASH) && read_hex (&tail, end, ret_line->hash) &&
           skip (&tail, end, "\"}");
}

const char *
chain_parse (const char *line, size_t length, ChainLine *ret_line)
{
    const char *tail = NULL;
    char hash[SEAL_HEX];

    if (!read_frame (line, length, ret_line, &tail))
        return "is no record of a chain";
    if (memchr (line, '\0', length))
        return "holds a NUL byte";
    seal_hash (line, (size_t)(tail - line), hash);
    return strcmp (hash, ret_line->hash) == 0 ? NULL : "does not have the hash that it names";
}

const char *
chain_follow (Chain *chain, const ChainLine *line)
{
    const char *problem = line->seq != chain->size + 1 ? "is not the next number"
                          : strcmp (line->prev, chain->head) != 0
                              ? "does not follow the record before it"
                              : NULL;

    chain->size = line->seq;
    memcpy (chain->head, line->hash, SEAL_HEX);
    return problem;
}
