/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIGN_TOKEN_KEYS_H
#define SIGN_TOKEN_KEYS_H

#include "licet/token.h"

enum { TOKEN_KEY_BYTES = 64, TOKEN_ID_BYTES = 4 };

typedef struct {
    unsigned char bytes[TOKEN_KEY_BYTES]; /* AES-256-SIV takes two keys of 32 bytes as one */
    unsigned char id[TOKEN_ID_BYTES];
    char name[2 * TOKEN_ID_BYTES + 1]; /* the id for people */
} TokenKey;

const TokenKey *token_keys_first (const Tokens *tokens);
const TokenKey *token_keys_find (const Tokens *tokens, const unsigned char id[TOKEN_ID_BYTES]);

#endif
