/* SPDX-License-Identifier: BSD-2-Clause */

/* The verifier against a signature that is not ours, and against bytes that are no mail. */

#include <glib/gstdio.h>
#include <string.h>

#include "licet/error.h"
#include "licet/signer.h"

/* The key and the mail of RFC 8463 appendix A, with its Ed25519 signature. */
static const char record[] = "brisbane._domainkey.football.example.com v=DKIM1; k=ed25519; "
                             "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n";
static const char rfc8463_mail[] =
    "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
    " d=football.example.com; i=@football.example.com;\r\n"
    " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
    " subject : date : message-id : from : subject : date;\r\n"
    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
    " b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n"
    " Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\r\n"
    "From: Joe SixPack <joe@football.example.com>\r\n"
    "To: Suzie Q <suzie@shopping.example.net>\r\nSubject: Is dinner ready?\r\n"
    "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
    "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n\r\n"
    "Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";

static char *dir, *keyring;

static bool
verify (const char *mail, const char *keys, GError **error)
{
    g_autoptr (GBytes) bytes = g_bytes_new_static (mail, strlen (mail));

    return signer_verify (bytes, keys, error);
}

static void
test_rfc8463 (void)
{
    g_autoptr (GError) error = NULL;

    g_assert_true (verify (rfc8463_mail, keyring, &error));
    g_assert_no_error (error);
}

typedef struct {
    const char *name, *mail;
} Odd;

/* An error each, and none of libopendkim's assertions, which would end the process. */
static const Odd odd_mails[] = {
    { "nothing", "" },
    { "one line end", "\r\n" },
    { "two line ends", "\r\n\r\n" },
    { "one byte", "x" },
    { "a colon", ":" },
    { "a field without a name", ": x\r\n" },
    { "a fold first", " folded\r\n" },
    { "a name without a colon", "From\r\n\r\n" },
    { "line feeds", "\n\n\n" },
    { "carriage returns", "\r\r\r" },
    { "a header cut within its line", "From: a" },
    { "a header cut within its empty line", "From: a\r\n\r" },
    { "a carriage return too many", "From: a\r\r\n" },
    { "a header that ends in a fold", "A:\r\n\t" },
    { "an empty signature", "DKIM-Signature:\r\n\r\n" },
    { "a signature with an empty b=", "DKIM-Signature: v=1; b=;\r\nFrom: a\r\n\r\nx" },
    { "no signature", "From: a@shop.example\r\n\r\nThank you.\r\n" },
};

static void
test_odd (const void *data)
{
    const Odd *row = data;
    g_autoptr (GError) error = NULL;

    g_assert_false (verify (row->mail, keyring, &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_MALFORMED);
}

static void
test_unknown_key (void)
{
    g_autofree char *empty = g_build_filename (dir, "empty", NULL);
    g_autoptr (GError) error = NULL;

    g_assert_true (g_file_set_contents (empty, "", 0, NULL));
    g_assert_false (verify (rfc8463_mail, empty, &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_MALFORMED);
    g_unlink (empty);
}

static void
test_missing_keyring (void)
{
    g_autofree char *missing = g_build_filename (dir, "missing", NULL);
    g_autoptr (GError) error = NULL;

    g_assert_false (verify (rfc8463_mail, missing, &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    dir = g_dir_make_tmp ("licet-verify-XXXXXX", NULL);
    keyring = g_build_filename (dir, "keyring", NULL);
    g_assert_true (g_file_set_contents (keyring, record, -1, NULL));
    for (size_t i = 0; i < G_N_ELEMENTS (odd_mails); i++) {
        g_autofree char *path = g_strdup_printf ("/verify/odd/%s", odd_mails[i].name);
        g_test_add_data_func (path, &odd_mails[i], test_odd);
    }
    g_test_add_func ("/verify/the signature of RFC 8463 A.3", test_rfc8463);
    g_test_add_func ("/verify/a key that the keyring lacks", test_unknown_key);
    g_test_add_func ("/verify/a missing keyring is unavailable", test_missing_keyring);
    int status = g_test_run ();
    g_unlink (keyring);
    g_rmdir (dir);
    g_free (keyring);
    g_free (dir);
    return status;
}
