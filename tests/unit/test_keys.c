/* SPDX-License-Identifier: BSD-2-Clause */

/* Which key files and which names the signer takes, and what it says about the others. */

#include <glib/gstdio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>
#include <unistd.h>

#include "licet/error.h"
#include "licet/signer.h"

static struct {
    char *dir, *key; /* a directory of our own, and a good key in it */
} all;

static char *
path_of (const char *name)
{
    return g_build_filename (all.dir, name, NULL);
}

static char *
write_file (const char *name, const char *text, size_t length, int mode)
{
    char *path = path_of (name);

    g_assert_true (g_file_set_contents (path, text, (gssize)length, NULL));
    g_assert_cmpint (g_chmod (path, mode), ==, 0);
    return path;
}

static void
set_up (void)
{
    g_autoptr (GError) error = NULL;
    g_autofree char *pem = NULL, *record = NULL;

    all.dir = g_dir_make_tmp ("licet-keys-XXXXXX", &error);
    g_assert_no_error (error);
    g_assert_true (signer_key_new ("ed25519", &pem, &record, &error));
    g_assert_no_error (error);
    all.key = write_file ("good.pem", pem, strlen (pem), 0600);
    g_autofree char *again = signer_key_record (all.key, &error);
    g_assert_cmpstr (again, ==, record);
}

static void
tear_down (void)
{
    g_autoptr (GDir) dir = g_dir_open (all.dir, 0, NULL);

    for (const char *name; (name = g_dir_read_name (dir));) {
        g_autofree char *path = path_of (name);
        g_unlink (path);
    }
    g_rmdir (all.dir);
    g_free (all.key);
    g_free (all.dir);
}

static GPtrArray *
new_keys (void)
{
    return g_ptr_array_new_with_free_func ((GDestroyNotify)signer_key_spec_free);
}

typedef struct {
    const char *name;
    char *(*make) (void); /* the path */
    int code;
    const char *says;
} KeyFile;

static char *
copy_of_key (int mode)
{
    g_autofree char *pem = NULL;
    size_t length = 0;

    g_assert_true (g_file_get_contents (all.key, &pem, &length, NULL));
    return write_file ("copy.pem", pem, length, mode);
}

static char *
make_group_readable (void)
{
    return copy_of_key (0640);
}

static char *
make_world_readable (void)
{
    return copy_of_key (0604);
}

static char *
make_foreign (void)
{
    char *path = copy_of_key (0600);

    if (geteuid () == 0)
        g_assert_cmpint (chown (path, 65534, 65534), ==, 0);
    else
        g_assert_cmpint (g_chmod (path, 0644), ==, 0); /* only root can give files away */
    return path;
}

static char *
make_directory (void)
{
    return g_strdup (all.dir);
}

static char *
make_nothing (void)
{
    return path_of ("missing.pem");
}

static char *
make_garbage (void)
{
    return write_file ("garbage.pem", "no key\n", 7, 0600);
}

static char *
make_long (void)
{
    g_autofree char *text = g_strnfill (40000, 'x');

    return write_file ("long.pem", text, 40000, 0600);
}

static char *
write_key (EVP_PKEY *key, bool encrypted)
{
    BIO *bio = BIO_new (BIO_s_mem ());
    char *pem = NULL;

    PEM_write_bio_PrivateKey (bio, key, encrypted ? EVP_aes_128_cbc () : NULL,
                              (const unsigned char *)"word", encrypted ? 4 : 0, NULL, NULL);
    long length = BIO_get_mem_data (bio, &pem);
    char *path = write_file ("other.pem", pem, (size_t)length, 0600);
    BIO_free (bio);
    EVP_PKEY_free (key);
    return path;
}

static char *
make_encrypted (void)
{
    return write_key (EVP_PKEY_Q_keygen (NULL, NULL, "ED25519"), true);
}

static char *
make_short_rsa (void)
{
    return write_key (EVP_PKEY_Q_keygen (NULL, NULL, "RSA", (size_t)1024), false);
}

static char *
make_elliptic (void)
{
    return write_key (EVP_PKEY_Q_keygen (NULL, NULL, "EC", "P-256"), false);
}

static const KeyFile key_files[] = {
    { "readable by the group", make_group_readable, LICET_ERROR_SETTINGS, "chmod 0600 " },
    { "readable by all, with its mode", make_world_readable, LICET_ERROR_SETTINGS,
      "mode 0604" },
    { "owned by somebody else", make_foreign, LICET_ERROR_SETTINGS, "right would be: ch" },
    { "a directory", make_directory, LICET_ERROR_SETTINGS, "regular file" },
    { "missing", make_nothing, LICET_ERROR_UNAVAILABLE, "missing.pem" },
    { "no PEM", make_garbage, LICET_ERROR_SETTINGS, "garbage.pem" },
    { "far too long", make_long, LICET_ERROR_SETTINGS, "too long" },
    { "behind a password, which is not asked for", make_encrypted, LICET_ERROR_SETTINGS,
      "password" },
    { "an RSA key of 1024 bits", make_short_rsa, LICET_ERROR_SETTINGS, "1024 bits" },
    { "an elliptic curve of another kind", make_elliptic, LICET_ERROR_SETTINGS,
      "another kind" },
};

static void
test_key_file (const void *data)
{
    const KeyFile *row = data;
    g_autoptr (GError) error = NULL, record_error = NULL;
    g_autofree char *path = row->make ();
    g_autoptr (GPtrArray) keys = new_keys ();

    g_ptr_array_add (keys, signer_key_spec_new ("shop.example", "s", path));
    g_autoptr (Signer) signer = signer_new (keys, &error);
    g_assert_null (signer);
    g_assert_error (error, LICET_ERROR, row->code);
    g_assert_nonnull (error ? strstr (error->message, row->says) : NULL);
    g_assert_nonnull (error ? strstr (error->message, path) : NULL);
    g_autofree char *record = signer_key_record (path, &record_error);
    g_assert_null (record);
    g_assert_error (record_error, LICET_ERROR, row->code);
}

typedef struct {
    const char *name, *domain, *selector, *file;
} Spec;

static const Spec bad_specs[] = {
    { "no domain", NULL, "s", "good.pem" },
    { "no selector", "shop.example", NULL, "good.pem" },
    { "an empty selector", "shop.example", "", "good.pem" },
    { "a line end in the selector", "shop.example", "a\r\nBcc: x", "good.pem" },
    { "a semicolon in the selector", "shop.example", "a;l=0", "good.pem" },
    { "an empty label in the selector", "shop.example", "a..b", "good.pem" },
    { "a dot at the end of the selector", "shop.example", "a.", "good.pem" },
    { "an address literal", "[192.0.2.1]", "s", "good.pem" },
    { "a line end in the domain", "shop.example\r\nBcc: x", "s", "good.pem" },
    { "a semicolon in the domain", "shop.example; l=0", "s", "good.pem" },
    { "no file", "shop.example", "s", NULL },
    { "the domain and selector of another key", "SHOP.example", "RSA", "good.pem" },
};

static void
test_bad_spec (const void *data)
{
    const Spec *row = data;
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) keys = new_keys ();
    g_autofree char *file = row->file ? path_of (row->file) : NULL;

    g_ptr_array_add (keys, signer_key_spec_new ("shop.example", "rsa", all.key));
    g_ptr_array_add (keys, signer_key_spec_new (row->domain, row->selector, file));
    g_autoptr (Signer) signer = signer_new (keys, &error);
    g_assert_null (signer);
    g_assert_error (error, LICET_ERROR, LICET_ERROR_SETTINGS);
    g_assert_true (error && g_str_has_prefix (error->message, "key 2: "));
}

static void
test_key_forms (void)
{
    g_autoptr (GError) error = NULL;
    g_autofree char *pem = NULL, *record = NULL, *odd_pem = NULL, *odd_record = NULL;

    g_assert_true (signer_key_new ("rsa", &pem, &record, &error));
    g_assert_true (g_str_has_prefix (pem, "-----BEGIN PRIVATE KEY-----\n"));
    g_assert_true (g_str_has_prefix (record, "v=DKIM1; k=rsa; p=MII"));
    g_assert_cmpuint (strlen (record), ==, strlen ("v=DKIM1; k=rsa; p=") + 392);
    g_assert_false (signer_key_new ("dsa", &odd_pem, &odd_record, &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_SETTINGS);
    g_assert_null (odd_pem);
}

typedef struct {
    const char *name, *text;
    bool want;
} Name;

static const Name names[] = {
    { "one label", "s2026", true },
    { "labels with dots between them", "a.b-c.d_e", true },
    { "upper case", "S1", true },
    { "nothing", "", false },
    { "a dot at the start", ".a", false },
    { "a dot at the end", "a.", false },
    { "two dots", "a..b", false },
    { "a blank", "a b", false },
    { "a byte above ASCII", "caf\xc3\xa9", false },
    { "a label of 64", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      false },
};

static void
test_name (const void *data)
{
    const Name *row = data;

    g_assert_true (signer_is_name (row->text) == row->want);
}

#define ADD_ROWS(prefix, rows, test)                                                           \
    for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {                                         \
        g_autofree char *path = g_strdup_printf ("/keys/%s/%s", prefix, rows[i].name);         \
        g_test_add_data_func (path, &rows[i], test);                                           \
    }

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    set_up ();
    ADD_ROWS ("file", key_files, test_key_file)
    ADD_ROWS ("spec", bad_specs, test_bad_spec)
    ADD_ROWS ("name", names, test_name)
    g_test_add_func ("/keys/forms of new keys", test_key_forms);
    int status = g_test_run ();
    tear_down ();
    return status;
}
