/* SPDX-License-Identifier: BSD-2-Clause */

/* Keys and their file are in token_keys.c. */

#include "licet/token.h"

#include <string.h>

#include "keys.h"
#include "token_keys.h"

enum {
    TOKEN_VERSION = 1,
    IV_BYTES = 16,
    HEAD_BYTES = 1 + TOKEN_ID_BYTES,
    BLOCK = 16,
    LONGEST_ADDRESS = 256, /* RFC 5321 4.5.3.1.3; a field with the link must fit a line */
    LONGEST_TOKEN = 512,
    SHORTEST_TOKEN = 40,
    MOST_FOUND = 16,
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_CIPHER_CTX, EVP_CIPHER_CTX_free)

static const char domain[] = "licet unsubscribe";

/* To look an algorithm up by name takes longer than to use it. */
static const EVP_CIPHER *
siv (void)
{
    static EVP_CIPHER *fetched;
    static gsize once = 0;

    if (g_once_init_enter (&once)) {
        fetched = EVP_CIPHER_fetch (NULL, "AES-256-SIV", NULL);
        g_once_init_leave (&once, 1);
    }
    return fetched;
}

static EVP_CIPHER_CTX *
context_new (const TokenKey *key, const unsigned char *head, bool encrypt)
{
    g_autoptr (EVP_CIPHER_CTX) context = EVP_CIPHER_CTX_new ();
    int n = 0;

    if (context && siv () &&
        EVP_CipherInit_ex2 (context, siv (), key->bytes, NULL, encrypt, NULL) == 1 &&
        EVP_CipherUpdate (context, NULL, &n, (const unsigned char *)domain, sizeof domain) ==
            1 &&
        EVP_CipherUpdate (context, NULL, &n, head, HEAD_BYTES) == 1)
        return g_steal_pointer (&context);
    keys_fail (NULL, "token");
    return NULL;
}

/* head, IV and ciphertext of the padded text; false when OpenSSL refuses. */
static bool
encrypt (const TokenKey *key, const GByteArray *text, unsigned char *out)
{
    int n = 0;

    out[0] = TOKEN_VERSION;
    memcpy (out + 1, key->id, TOKEN_ID_BYTES);
    g_autoptr (EVP_CIPHER_CTX) context = context_new (key, out, true);
    if (context &&
        EVP_EncryptUpdate (context, out + HEAD_BYTES + IV_BYTES, &n, text->data,
                           (int)text->len) == 1 &&
        EVP_EncryptFinal_ex (context, out + HEAD_BYTES + IV_BYTES, &n) == 1 &&
        EVP_CIPHER_CTX_ctrl (context, EVP_CTRL_AEAD_GET_TAG, IV_BYTES, out + HEAD_BYTES) == 1)
        return true;
    keys_fail (NULL, "token");
    return false;
}

static GByteArray *
pad (const char *purpose, const char *address)
{
    GByteArray *text = g_byte_array_new ();
    unsigned length = (unsigned)(strlen (purpose) + 1 + strlen (address));
    unsigned padded = (length / BLOCK + 1) * BLOCK; /* at least one NUL ends the address */

    g_byte_array_append (text, (const guint8 *)purpose, (unsigned)strlen (purpose) + 1);
    g_byte_array_append (text, (const guint8 *)address, (unsigned)strlen (address));
    g_byte_array_set_size (text, padded);
    memset (text->data + length, 0, padded - length);
    return text;
}

/* RFC 4648 5, without padding. */
static char *
encode (const unsigned char *bytes, size_t length)
{
    char *text = g_base64_encode (bytes, length);

    g_strdelimit (text, "+", '-');
    g_strdelimit (text, "/", '_');
    text[strcspn (text, "=")] = '\0';
    return text;
}

/* Only the one text that encode would make: GLib's decoder skips what is none of its letters. */
static unsigned char *
decode (const char *text, size_t *ret_length)
{
    size_t given = strnlen (text, LONGEST_TOKEN + 1);

    if (given < SHORTEST_TOKEN || given > LONGEST_TOKEN)
        return NULL;
    g_autoptr (GString) standard = g_string_new_len (text, (gssize)given);
    g_strdelimit (standard->str, "-", '+');
    g_strdelimit (standard->str, "_", '/');
    while (standard->len % 4)
        g_string_append_c (standard, '=');
    g_autofree unsigned char *bytes = g_base64_decode (standard->str, ret_length);
    g_autofree char *again = bytes ? encode (bytes, *ret_length) : NULL;
    return again && strcmp (again, text) == 0 ? g_steal_pointer (&bytes) : NULL;
}

char *
tokens_make (const Tokens *tokens, const char *address, const char *purpose)
{
    if (strlen (address) > LONGEST_ADDRESS)
        return NULL;
    g_autoptr (GByteArray) text = pad (purpose, address);
    size_t length = HEAD_BYTES + IV_BYTES + text->len;
    g_autofree unsigned char *bytes = g_malloc0 (length);

    return encrypt (token_keys_first (tokens), text, bytes) ? encode (bytes, length) : NULL;
}

/* The text under the proof, or NULL. One NUL more than its length stands behind it. */
static char *
decrypt (const TokenKey *key, unsigned char *bytes, size_t length)
{
    size_t rest = length - HEAD_BYTES - IV_BYTES;
    g_autofree unsigned char *text = g_malloc0 (rest + 1);
    g_autoptr (EVP_CIPHER_CTX) context = context_new (key, bytes, false);
    int n = 0;

    if (context &&
        EVP_CIPHER_CTX_ctrl (context, EVP_CTRL_AEAD_SET_TAG, IV_BYTES, bytes + HEAD_BYTES) ==
            1 &&
        EVP_DecryptUpdate (context, text, &n, bytes + HEAD_BYTES + IV_BYTES, (int)rest) == 1 &&
        n == (int)rest)
        return (char *)g_steal_pointer (&text);
    keys_fail (NULL, "token");
    return NULL;
}

TokenBearer *
tokens_read (const Tokens *tokens, const char *text)
{
    size_t length = 0;
    g_autofree unsigned char *bytes = decode (text, &length);

    if (!bytes || length < HEAD_BYTES + IV_BYTES + BLOCK || bytes[0] != TOKEN_VERSION)
        return NULL;
    const TokenKey *key = token_keys_find (tokens, bytes + 1);
    g_autofree char *plain = key ? decrypt (key, bytes, length) : NULL;
    if (!plain || strlen (plain) + 1 >= length - HEAD_BYTES - IV_BYTES)
        return NULL;
    TokenBearer *bearer = g_new0 (TokenBearer, 1);
    bearer->purpose = g_strdup (plain);
    bearer->address = g_strdup (plain + strlen (plain) + 1);
    bearer->key = g_strdup (key->name);
    return bearer;
}

void
token_bearer_free (TokenBearer *bearer)
{
    if (!bearer)
        return;
    g_free (bearer->address);
    g_free (bearer->purpose);
    g_free (bearer->key);
    g_free (bearer);
}

static bool
is_letter (char c)
{
    return g_ascii_isalnum (c) || c == '-' || c == '_';
}

static bool
is_known (const GPtrArray *bearers, const TokenBearer *bearer)
{
    for (unsigned i = 0; i < bearers->len; i++) {
        const TokenBearer *other = g_ptr_array_index (bearers, i);
        if (strcmp (other->address, bearer->address) == 0 &&
            strcmp (other->purpose, bearer->purpose) == 0)
            return true;
    }
    return false;
}

/* What is no run of the right length, or under no key of ours, costs no decryption. */
static void
take_run (const Tokens *tokens, const char *run, size_t length, GPtrArray *bearers)
{
    if (length < SHORTEST_TOKEN || length > LONGEST_TOKEN || bearers->len == MOST_FOUND)
        return;
    g_autofree char *text = g_strndup (run, length);
    g_autoptr (TokenBearer) bearer = tokens_read (tokens, text);
    if (bearer && !is_known (bearers, bearer))
        g_ptr_array_add (bearers, g_steal_pointer (&bearer));
}

GPtrArray *
tokens_find (const Tokens *tokens, const char *text, size_t length)
{
    GPtrArray *bearers = g_ptr_array_new_with_free_func ((GDestroyNotify)token_bearer_free);

    for (size_t at = 0; at < length;) {
        size_t end = at;
        while (end < length && is_letter (text[end]))
            end++;
        take_run (tokens, text + at, end - at, bearers);
        at = end + 1;
    }
    return bearers;
}
