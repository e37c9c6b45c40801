/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_TOKEN_H
#define LICET_TOKEN_H

#include <glib.h>
#include <stdbool.h>

/*
 * What stands in a link to unsubscribe in the place of a name: who, and from what. A token is all
 * there is, no row is kept per mail, and it reads back under the key that made it.
 *
 *   base64url( version 0x01 | key id, 4 bytes | synthetic IV, 16 bytes | ciphertext )
 *
 * AES-256-SIV (RFC 5297) over purpose and address, with what stands before it as associated data.
 * An HMAC beside the address would show the address to every proxy and log that a link passes;
 * of the encryptions SIV needs no nonce, so that the same recipient and purpose have the same
 * link, a message judged again has the same bytes, and no state or random source stands in the
 * way; GCM-SIV is not in OpenSSL 3.0. The synthetic IV is the proof: a forgery passes once in
 * 2^128 tries, and OpenSSL compares it in constant time. The text is padded to 16 bytes, so that
 * the length tells little.
 *
 * It does not expire: a link in an old mail must work (CAN-SPAM asks for 30 days, Canada for 60).
 * It says nothing of consent; whoever holds it can withdraw and nothing else.
 *
 * A file of keys has one key of 64 random bytes in base64 in each line, "#" begins a comment. The
 * first makes tokens, all read them. A key's id is the beginning of its SHA-256. Key bytes never
 * appear in an error. Tokens are immutable, refcounted, and may be used from several threads.
 */
typedef struct Tokens Tokens;

typedef struct {
    char *address; /* normalised */
    char *purpose; /* a promotional purpose, "*" or "tracking" */
    char *key;     /* id in hexadecimal digits, for the record */
} TokenBearer;

/* SETTINGS with file:line when a line holds no key, when there is none, or when others may read
 * the file: beside root, ourselves or the keeper (see SignerOptions) its group may, since licetd and
 * licet-web are two users. UNAVAILABLE when it cannot be read. */
Tokens *tokens_load (const char *file, uid_t keeper, GError **error);
/* With one key that is forgotten: for rehearsals of what would be decided. NULL when the system
 * gives no random bytes. */
Tokens *tokens_new_forgotten (void);
Tokens *tokens_ref (Tokens *tokens);
void tokens_unref (Tokens *tokens);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Tokens, tokens_unref)

unsigned tokens_count (const Tokens *tokens);
/* The id of the key that makes tokens, in hexadecimal digits. Borrowed. */
const char *tokens_newest (const Tokens *tokens);

/* Letters, digits, "-" and "_". Caller frees. NULL for an address of more than 256 bytes,
 * which no SMTP path can hold, and when OpenSSL refuses. */
char *tokens_make (const Tokens *tokens, const char *address, const char *purpose);

/* Whose token it is; NULL for what none of the keys has made, whatever is wrong with it. Caller
 * frees. */
TokenBearer *tokens_read (const Tokens *tokens, const char *text);
void token_bearer_free (TokenBearer *bearer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TokenBearer, token_bearer_free)

/* The tokens anywhere in a text (a subject, a URL, a whole mail), each bearer and purpose once, at
 * most sixteen; array of TokenBearer. Caller frees. */
GPtrArray *tokens_find (const Tokens *tokens, const char *text, size_t length);

/* Puts a new key first in a file, which is made (mode 0600) when there is none; what is in it
 * stays. *ret_id: hexadecimal digits, caller frees. Errors as of tokens_load. */
bool tokens_add_key (const char *file, char **ret_id, GError **error);

#endif
