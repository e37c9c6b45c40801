/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A milter that does nothing, on libmilter as licetd and opendkim are: what the protocol alone costs. With
 * a key it makes one RSA signature for each message, of nothing, and adds it: the least that a filter which
 * signs can cost.
 * usage: null_milter unix:PATH|inet:PORT@127.0.0.1 [KEY.pem]
 */

#include <libmilter/mfapi.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>

#define HASH_BYTES 32

static EVP_PKEY_CTX *ready; /* to sign; NULL without a key */

static sfsistat
at_end_of_message (SMFICTX *ctx)
{
    unsigned char hash[HASH_BYTES] = { 0 }, signature[512];
    char text[2 * sizeof signature + 16];
    size_t length = sizeof signature;
    EVP_PKEY_CTX *context = ready ? EVP_PKEY_CTX_dup (ready) : NULL;

    if (!ready)
        return SMFIS_ACCEPT;
    int done = context && EVP_PKEY_sign (context, signature, &length, hash, sizeof hash) == 1;
    EVP_PKEY_CTX_free (context);
    if (!done)
        return SMFIS_TEMPFAIL;
    int start = snprintf (text, sizeof text, "b=");
    EVP_EncodeBlock ((unsigned char *)text + start, signature, (int)length);
    smfi_insheader (ctx, 0, (char *)"DKIM-Signature", text);
    return SMFIS_ACCEPT;
}

static sfsistat
at_body (SMFICTX *ctx, unsigned char *data, size_t length)
{
    (void)ctx;
    (void)data;
    (void)length;
    return SMFIS_CONTINUE;
}

static EVP_PKEY_CTX *
make_ready (const char *path)
{
    FILE *file = fopen (path, "r");
    EVP_PKEY *key = file ? PEM_read_PrivateKey (file, NULL, NULL, NULL) : NULL;
    EVP_PKEY_CTX *context = key ? EVP_PKEY_CTX_new_from_pkey (NULL, key, NULL) : NULL;

    if (file)
        fclose (file);
    if (context && EVP_PKEY_sign_init (context) == 1 &&
        EVP_PKEY_CTX_set_rsa_padding (context, RSA_PKCS1_PADDING) == 1 &&
        EVP_PKEY_CTX_set_signature_md (context, EVP_sha256 ()) == 1)
        return context;
    return NULL;
}

int
main (int argc, char **argv)
{
    struct smfiDesc description = {
        .xxfi_name = (char *)"null",
        .xxfi_version = SMFI_VERSION,
        .xxfi_flags = SMFIF_ADDHDRS,
        .xxfi_eom = at_end_of_message,
        .xxfi_body = at_body,
    };

    if (argc < 2 || argc > 3 || smfi_register (description) != MI_SUCCESS ||
        smfi_setconn (argv[1]) != MI_SUCCESS)
        return 64;
    if (argc == 3 && !(ready = make_ready (argv[2])))
        return 66;
    return smfi_main () == MI_SUCCESS ? 0 : 75;
}
