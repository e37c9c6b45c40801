/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Signs with OpenSSL: libopendkim parses the key again for every message, canonicalises once
 * per signature, and Debian's leaks on Ed25519. Here the header and the body of a message are
 * canonicalised and hashed once for all its signatures.
 */

#include "licet/signer.h"

#include <inttypes.h>
#include <openssl/rsa.h>
#include <string.h>

#include "canon.h"
#include "fields.h"
#include "keys.h"
#include "licet/address.h"
#include "licet/error.h"

#define FIELD_NAME "DKIM-Signature: "

/* RFC 5322 2.1.1 asks for at most 78; some gateways fold again past 76. */
#define LINE_WIDTH 76

#define HASH_BYTES 32 /* SHA-256 */

typedef struct {
    char *domain, *selector;
    EVP_PKEY *key;
} Key;

struct Signer {
    gatomicrefcount references;
    GPtrArray *keys; /* of Key */
    EVP_MD *sha256;  /* fetched once: a fetch takes a lock */
};

/* What all signatures of one message share. */
typedef struct {
    const GPtrArray *names; /* of h= */
    EVP_MD_CTX *header;     /* has hashed the signed fields */
    char *body_hash;        /* base64 */
    int64_t now;
} Subject;

static void
free_key (void *data)
{
    Key *key = data;

    g_free (key->domain);
    g_free (key->selector);
    EVP_PKEY_free (key->key);
    g_free (key);
}

void
signature_free (Signature *signature)
{
    if (!signature)
        return;
    g_free (signature->domain);
    g_free (signature->selector);
    g_free (signature->value);
    g_free (signature);
}

static bool
has_key (const Signer *signer, const char *domain, const char *selector)
{
    for (unsigned i = 0; i < signer->keys->len; i++) {
        const Key *key = g_ptr_array_index (signer->keys, i);
        if (strcmp (key->domain, domain) == 0 &&
            (!selector || g_ascii_strcasecmp (key->selector, selector) == 0))
            return true;
    }
    return false;
}

static bool
add_key (Signer *signer, const SignerKey *spec, GError **error)
{
    g_autofree char *domain = spec->domain ? address_domain_ascii (spec->domain, NULL) : NULL;

    if (!domain || !signer_is_name (domain) || !spec->selector ||
        !signer_is_name (spec->selector) || !spec->file) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                     "right would be a domain, a selector of letters, digits, \"-\" and \".\", "
                     "and a file");
        return false;
    }
    /* Two records at one name: a verifier may take either (RFC 6376 3.6.2.2). */
    if (has_key (signer, domain, spec->selector)) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                     "%s: another key has the same domain and selector", spec->file);
        return false;
    }
    EVP_PKEY *pkey = keys_load (spec->file, error);
    if (!pkey)
        return false;
    Key *key = g_new0 (Key, 1);
    key->domain = g_steal_pointer (&domain);
    key->selector = g_strdup (spec->selector);
    key->key = pkey;
    g_ptr_array_add (signer->keys, key);
    return true;
}

Signer *
signer_new (const GPtrArray *keys, GError **error)
{
    g_autoptr (Signer) signer = g_new0 (Signer, 1);

    g_atomic_ref_count_init (&signer->references);
    signer->keys = g_ptr_array_new_with_free_func (free_key);
    signer->sha256 = EVP_MD_fetch (NULL, "SHA256", NULL);
    if (!signer->sha256) {
        keys_fail (error, "SHA-256");
        return NULL;
    }
    for (unsigned i = 0; keys && i < keys->len; i++)
        if (!add_key (signer, g_ptr_array_index (keys, i), error)) {
            g_prefix_error (error, "key %u: ", i + 1);
            return NULL;
        }
    return g_steal_pointer (&signer);
}

Signer *
signer_ref (Signer *signer)
{
    g_atomic_ref_count_inc (&signer->references);
    return signer;
}

void
signer_unref (Signer *signer)
{
    if (!signer || !g_atomic_ref_count_dec (&signer->references))
        return;
    g_ptr_array_unref (signer->keys);
    EVP_MD_free (signer->sha256);
    g_free (signer);
}

/* The domain itself or the closest parent that has keys, within from_domain; NULL if none. */
static const char *
signing_domain (const Signer *signer, const char *from_domain)
{
    for (const char *domain = from_domain; domain; domain = strchr (domain, '.')) {
        domain += domain != from_domain; /* past the dot */
        if (has_key (signer, domain, NULL))
            return domain;
    }
    return NULL;
}

static void
hash_bytes (const char *bytes, size_t length, void *data)
{
    EVP_MD_CTX **hash = data;

    /* After a failure the context is gone, and finish_hash says so. */
    if (*hash && EVP_DigestUpdate (*hash, bytes, length) != 1)
        g_clear_pointer (hash, EVP_MD_CTX_free);
}

static EVP_MD_CTX *
begin_hash (const Signer *signer)
{
    EVP_MD_CTX *hash = EVP_MD_CTX_new ();

    if (hash && EVP_DigestInit_ex2 (hash, signer->sha256, NULL) != 1)
        g_clear_pointer (&hash, EVP_MD_CTX_free);
    return hash;
}

static bool
finish_hash (EVP_MD_CTX *hash, unsigned char digest[static HASH_BYTES], GError **error)
{
    if (hash && EVP_DigestFinal_ex (hash, digest, NULL) == 1)
        return true;
    return keys_fail (error, "SHA-256");
}

/* Appends one piece of the field's value and folds before it where it would not fit. */
static void
append_piece (GString *value, const char *piece, const char *separator)
{
    const char *line = strrchr (value->str, '\n');
    size_t used = line ? strlen (line + 1) : strlen (FIELD_NAME) + value->len;

    if (value->len == 0)
        separator = "";
    else if (used + strlen (separator) + strlen (piece) > LINE_WIDTH)
        separator = "\r\n ";
    g_string_append (value, separator);
    g_string_append (value, piece);
}

static void
append_tag (GString *value, const char *tag, const char *content)
{
    g_autofree char *piece = g_strdup_printf ("%s=%s;", tag, content);

    append_piece (value, piece, " ");
}

static void
append_names (GString *value, const GPtrArray *names)
{
    for (unsigned i = 0; i < names->len; i++) {
        g_autofree char *piece =
            g_strdup_printf ("%s%s%s", i == 0 ? "h=" : "", (char *)names->pdata[i],
                             i + 1 == names->len ? ";" : ":");
        append_piece (value, piece, i == 0 ? " " : "");
    }
}

/* Everything but what b= says, which comes last and begins a line. */
static GString *
begin_value (const Key *key, const Subject *subject)
{
    GString *value = g_string_sized_new (1024);
    char now[32];

    g_snprintf (now, sizeof now, "%" PRId64, subject->now);
    append_tag (value, "v", "1");
    append_tag (value, "a", keys_algorithm (key->key));
    append_tag (value, "c", "relaxed/relaxed");
    append_tag (value, "d", key->domain);
    append_tag (value, "s", key->selector);
    append_tag (value, "t", now);
    append_names (value, subject->names);
    append_tag (value, "bh", subject->body_hash);
    g_string_append (value, "\r\n b=");
    return value;
}

/* Base64 may be folded anywhere (RFC 6376 3.5, b=). */
static void
append_folded (GString *value, const char *base64)
{
    size_t room = LINE_WIDTH - strlen (" b=");

    for (size_t left = strlen (base64); left > 0;) {
        size_t n = MIN (left, room);
        g_string_append_len (value, base64, (gssize)n);
        base64 += n;
        left -= n;
        if (left > 0)
            g_string_append (value, "\r\n ");
        room = LINE_WIDTH - strlen (" ");
    }
}

static bool
sign_rsa (const Signer *signer, EVP_PKEY *key, const unsigned char *digest,
          unsigned char *bytes, size_t *length)
{
    g_autoptr (EVP_PKEY_CTX) context = EVP_PKEY_CTX_new_from_pkey (NULL, key, NULL);

    return context && EVP_PKEY_sign_init (context) == 1 &&
           EVP_PKEY_CTX_set_rsa_padding (context, RSA_PKCS1_PADDING) == 1 &&
           EVP_PKEY_CTX_set_signature_md (context, signer->sha256) == 1 &&
           EVP_PKEY_sign (context, bytes, length, digest, HASH_BYTES) == 1;
}

/* RFC 8463 3: PureEdDSA over the SHA-256 hash. */
static bool
sign_ed25519 (EVP_PKEY *key, const unsigned char *digest, unsigned char *bytes, size_t *length)
{
    g_autoptr (EVP_MD_CTX) context = EVP_MD_CTX_new ();

    return context && EVP_DigestSignInit (context, NULL, NULL, NULL, key) == 1 &&
           EVP_DigestSign (context, bytes, length, digest, HASH_BYTES) == 1;
}

static char *
sign_digest (const Signer *signer, EVP_PKEY *key, const unsigned char *digest, GError **error)
{
    size_t length = (size_t)EVP_PKEY_get_size (key);
    g_autofree unsigned char *bytes = g_malloc (length);
    bool done = EVP_PKEY_is_a (key, "RSA") ? sign_rsa (signer, key, digest, bytes, &length)
                                           : sign_ed25519 (key, digest, bytes, &length);

    if (!done) {
        keys_fail (error, "signature");
        return NULL;
    }
    return g_base64_encode (bytes, length);
}

/* RFC 6376 3.7: the signed fields, then the signature's own field with an empty b= and without
 * a final CRLF. */
static bool
hash_header (const Subject *subject, const char *value, unsigned char digest[static HASH_BYTES],
             GError **error)
{
    g_autofree char *field = g_strconcat (FIELD_NAME, value, NULL);
    g_autoptr (GString) canonical = g_string_sized_new (strlen (field));
    EVP_MD_CTX *hash = EVP_MD_CTX_new ();

    if (hash && EVP_MD_CTX_copy_ex (hash, subject->header) != 1)
        g_clear_pointer (&hash, EVP_MD_CTX_free);
    canon_header (field, strlen (field), canonical);
    hash_bytes (canonical->str, canonical->len, &hash);
    bool done = finish_hash (hash, digest, error);
    EVP_MD_CTX_free (hash);
    return done;
}

static Signature *
make_signature (const Signer *signer, const Key *key, const Subject *subject, GError **error)
{
    g_autoptr (GString) value = begin_value (key, subject);
    unsigned char digest[HASH_BYTES];

    if (!hash_header (subject, value->str, digest, error))
        return NULL;
    g_autofree char *b = sign_digest (signer, key->key, digest, error);
    if (!b)
        return NULL;
    append_folded (value, b);

    Signature *signature = g_new0 (Signature, 1);
    signature->domain = g_strdup (key->domain);
    signature->selector = g_strdup (key->selector);
    signature->algorithm = keys_algorithm (key->key);
    signature->value = g_string_free (g_steal_pointer (&value), FALSE);
    return signature;
}

static GPtrArray *
make_signatures (const Signer *signer, const char *domain, const Subject *subject,
                 GError **error)
{
    g_autoptr (GPtrArray) signatures =
        g_ptr_array_new_with_free_func ((GDestroyNotify)signature_free);

    for (unsigned i = 0; i < signer->keys->len; i++) {
        const Key *key = g_ptr_array_index (signer->keys, i);
        if (strcmp (key->domain, domain) != 0)
            continue;
        Signature *signature = make_signature (signer, key, subject, error);
        if (!signature) {
            g_prefix_error (error, "key %u: ", i + 1);
            return NULL;
        }
        g_ptr_array_add (signatures, signature);
    }
    return g_steal_pointer (&signatures);
}

static char *
hash_body (const Signer *signer, const char *body, size_t length, GError **error)
{
    unsigned char digest[HASH_BYTES];
    EVP_MD_CTX *hash = begin_hash (signer);

    canon_body (body, length, hash_bytes, &hash);
    bool done = finish_hash (hash, digest, error);
    EVP_MD_CTX_free (hash);
    return done ? g_base64_encode (digest, sizeof digest) : NULL;
}

static GPtrArray *
sign_message (const Signer *signer, GBytes *message, const char *domain, int64_t now,
              GError **error)
{
    size_t length = 0, body = 0;
    const char *data = g_bytes_get_data (message, &length);

    g_autoptr (GArray) fields = fields_split (data, length, &body, error);
    if (!fields)
        return NULL;
    g_autoptr (GString) canonical = g_string_sized_new (body);
    g_autoptr (GPtrArray) names = fields_choose (fields, canonical, error);
    if (!names)
        return NULL;
    g_autofree char *body_hash = hash_body (signer, data + body, length - body, error);
    if (!body_hash)
        return NULL;
    g_autoptr (EVP_MD_CTX) header = begin_hash (signer);
    hash_bytes (canonical->str, canonical->len, &header);
    if (!header) {
        keys_fail (error, "SHA-256");
        return NULL;
    }
    Subject subject = { names, header, body_hash, now };
    return make_signatures (signer, domain, &subject, error);
}

GPtrArray *
signer_sign (const Signer *signer, GBytes *message, const char *from_domain, int64_t now,
             GError **error)
{
    g_autofree char *from = from_domain ? address_domain_ascii (from_domain, NULL) : NULL;
    const char *domain = from ? signing_domain (signer, from) : NULL;

    if (!domain)
        return g_ptr_array_new_with_free_func ((GDestroyNotify)signature_free);
    return sign_message (signer, message, domain, now, error);
}
