/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Private keys as PEM files, and the DNS records of their public halves. A key that others may
 * read signs for whoever reads it, so such a file is refused rather than warned about.
 */

#include "keys.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "licet/error.h"
#include "licet/signer.h"

/* An RSA key of 16,384 bits is 13 KB of PEM. */
#define KEY_FILE_BYTES 32768

/* RFC 8301 3.2 lets verifiers refuse less than 1,024 and tells signers to use 2,048. */
#define RSA_BITS 2048

/* RFC 8301 3.2: what a verifier must be able to use ends here. */
#define RSA_MOST_BITS 4096

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free)

bool
keys_fail (GError **error, const char *what)
{
    const char *reason = ERR_reason_error_string (ERR_peek_last_error ());

    g_set_error (error, LICET_ERROR, LICET_ERROR_INTERNAL, "%s: %s", what,
                 reason ? reason : "OpenSSL gives no reason");
    ERR_clear_error ();
    return false;
}

/* Caller frees. */
static char *
name_user (uid_t uid)
{
    const struct passwd *user = getpwuid (uid);

    return user ? g_strdup (user->pw_name) : g_strdup_printf ("%u", uid);
}

bool
keys_check_owner (const char *file, int fd, uid_t keeper, mode_t allowed, GError **error)
{
    struct stat status;
    g_autofree char *quoted = g_shell_quote (file);

    if (fstat (fd, &status) < 0) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: %s", file,
                     g_strerror (errno));
        return false;
    }
    if (!S_ISREG (status.st_mode)) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS, "%s: is not a regular file",
                     file);
        return false;
    }
    if (status.st_uid != 0 && status.st_uid != geteuid () && status.st_uid != keeper) {
        uid_t right = keeper ? keeper : geteuid ();
        g_autofree char *owner = name_user (status.st_uid), *user = name_user (right);
        g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                     "%s: belongs to user %s, who is %s%s, as whom licetd runs; "
                     "right would be: chown %s %s",
                     file, owner, right ? "neither root nor " : "not ", user, user, quoted);
        return false;
    }
    if (status.st_mode & (S_IRWXG | S_IRWXO) & ~allowed) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                     "%s: mode %04o lets others than its owner at the key; right would be: "
                     "chmod %04o %s",
                     file, status.st_mode & 07777, 0600 | allowed, quoted);
        return false;
    }
    return true;
}

/* An encrypted key must not make OpenSSL ask for its password on the terminal. */
static int
give_no_password (char *buffer G_GNUC_UNUSED, int size G_GNUC_UNUSED, int writing G_GNUC_UNUSED,
                  void *data G_GNUC_UNUSED)
{
    return -1;
}

static bool
check_kind (const char *file, const EVP_PKEY *key, GError **error)
{
    bool rsa = EVP_PKEY_is_a (key, "RSA");
    int bits = EVP_PKEY_get_bits (key);

    if (!rsa && !EVP_PKEY_is_a (key, "ED25519")) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                     "%s: holds a key of another kind than RSA and Ed25519", file);
        return false;
    }
    if (rsa && (bits < RSA_BITS || bits > RSA_MOST_BITS)) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                     "%s: an RSA key of %d bits; right would be at least %d and at most %d",
                     file, bits, RSA_BITS, RSA_MOST_BITS);
        return false;
    }
    return true;
}

static EVP_PKEY *
parse_pem (const char *file, const char *pem, size_t length, GError **error)
{
    g_autoptr (BIO) bio = BIO_new_mem_buf (pem, (int)length);
    g_autoptr (EVP_PKEY) key = PEM_read_bio_PrivateKey (bio, NULL, give_no_password, NULL);

    ERR_clear_error ();
    if (!key) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                     "%s: holds no private key in PEM, or one with a password", file);
        return NULL;
    }
    return check_kind (file, key, error) ? g_steal_pointer (&key) : NULL;
}

EVP_PKEY *
keys_parse (const char *place, const char *text, GError **error)
{
    const char *begin = g_str_has_prefix (text, "-----") ? strstr (text + 5, "-----") : NULL;
    const char *start = begin ? begin + 5 : text;
    g_autofree char *digits = g_strndup (start, strcspn (start, "-"));
    size_t length = 0;
    g_autofree guchar *der = g_base64_decode (digits, &length);
    const unsigned char *at = der;
    g_autoptr (EVP_PKEY) key = length > 0 ? d2i_AutoPrivateKey (NULL, &at, (long)length) : NULL;

    explicit_bzero (digits, strlen (digits));
    if (der)
        explicit_bzero (der, length);
    ERR_clear_error ();
    if (!key) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                     "%s: the third value is neither a path nor a private key", place);
        return NULL;
    }
    return check_kind (place, key, error) ? g_steal_pointer (&key) : NULL;
}

static EVP_PKEY *
read_key (const char *file, int fd, GError **error)
{
    char pem[KEY_FILE_BYTES];
    size_t length = 0;
    ssize_t n;

    while ((n = read (fd, pem + length, sizeof pem - length)) > 0)
        length += (size_t)n;
    EVP_PKEY *key = NULL;
    if (n < 0)
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: %s", file,
                     g_strerror (errno));
    else if (length == sizeof pem)
        g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS, "%s: too long for a key", file);
    else
        key = parse_pem (file, pem, length, error);
    explicit_bzero (pem, sizeof pem);
    return key;
}

void
keys_fail_open (const char *file, mode_t allowed, GError **error)
{
    int cause = errno;
    g_autofree char *user = name_user (geteuid ()), *quoted = g_shell_quote (file);

    if (cause == EACCES && allowed & S_IRGRP)
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                     "%s: %s for user %s; right would be: chgrp to a group of that user and "
                     "chmod 0640 %s, in directories that let that user in",
                     file, g_strerror (cause), user, quoted);
    else if (cause == EACCES)
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                     "%s: %s for user %s; right would be: chown %s %s, in directories that let "
                     "that user in",
                     file, g_strerror (cause), user, user, quoted);
    else
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: %s", file,
                     g_strerror (cause));
}

EVP_PKEY *
keys_load (const char *file, uid_t keeper, GError **error)
{
    /* Without O_NONBLOCK a FIFO would hang the start. */
    int fd = open (file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0) {
        keys_fail_open (file, 0, error);
        return NULL;
    }
    EVP_PKEY *key =
        keys_check_owner (file, fd, keeper, 0, error) ? read_key (file, fd, error) : NULL;
    close (fd);
    return key;
}

bool
keys_check_file (const char *file, uid_t keeper, GError **error)
{
    int fd = open (file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0) {
        keys_fail_open (file, 0, error);
        return false;
    }
    bool good = keys_check_owner (file, fd, keeper, 0, error);
    close (fd);
    return good;
}

const char *
keys_algorithm (const EVP_PKEY *key)
{
    return EVP_PKEY_is_a (key, "RSA") ? "rsa-sha256" : "ed25519-sha256";
}

/* RSA as SubjectPublicKeyInfo, which is what verifiers read (RFC 6376 erratum 3017); Ed25519 as
 * the bare 32 bytes (RFC 8463 4.2). */
static char *
make_record (EVP_PKEY *key, GError **error)
{
    bool rsa = EVP_PKEY_is_a (key, "RSA");
    unsigned char raw[32], *der = NULL;
    size_t length = sizeof raw;

    if (rsa) {
        int n = i2d_PUBKEY (key, &der);
        length = n > 0 ? (size_t)n : 0;
    } else if (EVP_PKEY_get_raw_public_key (key, raw, &length) != 1) {
        length = 0;
    }
    if (length == 0) {
        keys_fail (error, "public key");
        return NULL;
    }
    g_autofree char *p = g_base64_encode (rsa ? der : raw, length);
    OPENSSL_free (der);
    return g_strdup_printf ("v=DKIM1; k=%s; p=%s", rsa ? "rsa" : "ed25519", p);
}

/* PKCS #8. The buffer of a BIO clears itself when it is freed. */
static char *
make_pem (EVP_PKEY *key, GError **error)
{
    g_autoptr (BIO) bio = BIO_new (BIO_s_mem ());
    char *data = NULL;

    if (!bio || PEM_write_bio_PrivateKey (bio, key, NULL, NULL, 0, NULL, NULL) != 1) {
        keys_fail (error, "private key");
        return NULL;
    }
    long length = BIO_get_mem_data (bio, &data);
    return g_strndup (data, (size_t)length);
}

static void
wipe (void *data)
{
    explicit_bzero (data, strlen (data));
    g_free (data);
}

/* To look up what it takes and to set it costs ten times what a duplicate does. NULL with an error. */
static EVP_PKEY_CTX *
make_ready (EVP_PKEY *key, GError **error)
{
    g_autoptr (EVP_PKEY_CTX) context = EVP_PKEY_CTX_new_from_pkey (NULL, key, NULL);

    if (context && EVP_PKEY_sign_init (context) == 1 &&
        EVP_PKEY_CTX_set_rsa_padding (context, RSA_PKCS1_PADDING) == 1 &&
        EVP_PKEY_CTX_set_signature_md (context, EVP_sha256 ()) == 1)
        return g_steal_pointer (&context);
    keys_fail (error, "private key");
    return NULL;
}

Key *
keys_new (EVP_PKEY *pkey, const char *domain, const char *selector, bool with_pem,
          GError **error)
{
    g_autoptr (Key) key = g_new0 (Key, 1);

    key->pkey = pkey;
    key->domain = g_strdup (domain);
    key->selector = g_strdup (selector);
    key->subdomains = true;
    if (EVP_PKEY_is_a (pkey, "RSA")) {
        key->ready = make_ready (pkey, error);
        if (!key->ready)
            return NULL;
    }
    key->record = make_record (pkey, error);
    char *pem = key->record && with_pem ? make_pem (pkey, error) : NULL;
    if (pem)
        key->pem = g_bytes_new_with_free_func (pem, strlen (pem) + 1, wipe, pem);
    return key->record && (pem || !with_pem) ? g_steal_pointer (&key) : NULL;
}

void
keys_free (Key *key)
{
    if (!key)
        return;
    g_free (key->domain);
    g_free (key->selector);
    EVP_PKEY_CTX_free (key->ready);
    EVP_PKEY_free (key->pkey);
    g_clear_pointer (&key->pem, g_bytes_unref);
    g_free (key->record);
    g_free (key->identity);
    g_strfreev (key->senders);
    g_strfreev (key->envelope_senders);
    g_free (key->name);
    g_free (key->only);
    g_free (key);
}

static EVP_PKEY *
generate (const char *algorithm, GError **error)
{
    EVP_PKEY *key = NULL;

    if (strcmp (algorithm, "rsa") == 0)
        key = EVP_PKEY_Q_keygen (NULL, NULL, "RSA", (size_t)RSA_BITS);
    else if (strcmp (algorithm, "ed25519") == 0)
        key = EVP_PKEY_Q_keygen (NULL, NULL, "ED25519");
    else {
        g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                     "algorithm \"%s\"; right would be rsa or ed25519", algorithm);
        return NULL;
    }
    if (!key)
        keys_fail (error, "new key");
    return key;
}

bool
signer_key_new (const char *algorithm, char **ret_pem, char **ret_record, GError **error)
{
    g_autoptr (EVP_PKEY) key = generate (algorithm, error);

    if (!key)
        return false;
    g_autofree char *record = make_record (key, error);
    char *pem = record ? make_pem (key, error) : NULL;
    if (!pem)
        return false;
    *ret_pem = pem;
    *ret_record = g_steal_pointer (&record);
    return true;
}

char *
signer_key_record (const char *file, GError **error)
{
    g_autoptr (EVP_PKEY) key = keys_load (file, 0, error);

    return key ? make_record (key, error) : NULL;
}

bool
signer_is_name (const char *text)
{
    size_t label = 0;

    for (const char *c = text; *c; c++) {
        if (*c == '.' ? label == 0 : !g_ascii_isalnum (*c) && *c != '-' && *c != '_')
            return false;
        label = *c == '.' ? 0 : label + 1;
        if (label > 63)
            return false;
    }
    return label > 0 && strlen (text) <= 253;
}

SignerKey *
signer_key_spec_new (const char *domain, const char *selector, const char *file)
{
    SignerKey *key = g_new0 (SignerKey, 1);

    key->domain = g_strdup (domain);
    key->selector = g_strdup (selector);
    key->file = g_strdup (file);
    key->subdomains = true;
    return key;
}

void
signer_key_spec_free (SignerKey *key)
{
    if (!key)
        return;
    g_free (key->domain);
    g_free (key->selector);
    g_free (key->file);
    g_free (key->identity);
    g_strfreev (key->senders);
    g_strfreev (key->envelope_senders);
    g_free (key->place);
    g_free (key);
}
