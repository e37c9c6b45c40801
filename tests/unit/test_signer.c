/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Signs mails of every odd shape with an RSA and an Ed25519 key and has two verifiers read them
 * that share no code with the signer: libopendkim (signer_verify) and dkimpy
 * (tests/check-dkim.py).
 */

#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "licet/error.h"
#include "licet/plan.h"
#include "licet/signer.h"

#define NOW 1700000000

static const SignerCopy shop = { .from = "a@shop.example", .now = NOW };

#define HEAD                                                                                   \
    "From: Shop <news@shop.example>\r\n"                                                       \
    "To: ana@example.com\r\n"                                                                  \
    "Subject: Your order 10042\r\n"                                                            \
    "Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n"                                                \
    "Message-ID: <10042@shop.example>\r\n"

#define PLAIN HEAD "\r\nThank you.\r\n"

/* Made once: an RSA key takes a while. */
static struct {
    char *dir, *keyring;
    Signer *other;  /* the same keys, with libopendkim */
    Signer *signer; /* rsa and ed25519 of shop.example, ed25519 of news.shop.example */
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

static SignerKey *
new_key (const char *domain, const char *selector, const char *algorithm, GString *keyring)
{
    g_autoptr (GError) error = NULL;
    g_autofree char *pem = NULL, *record = NULL;
    g_autofree char *name = g_strdup_printf ("%s.%s.pem", selector, domain);

    g_assert_true (signer_key_new (algorithm, &pem, &record, &error));
    g_assert_no_error (error);
    g_autofree char *path = write_file (name, pem, strlen (pem), 0600);
    g_string_append_printf (keyring, "%s._domainkey.%s %s\n", selector, domain, record);
    g_autofree char *again = signer_key_record (path, &error);
    g_assert_cmpstr (again, ==, record);
    return signer_key_spec_new (domain, selector, path);
}

static GPtrArray *
new_keys (void)
{
    return g_ptr_array_new_with_free_func ((GDestroyNotify)signer_key_spec_free);
}

static void
set_up (void)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (GString) keyring = g_string_new (NULL);
    g_autoptr (GPtrArray) keys = new_keys ();

    all.dir = g_dir_make_tmp ("licet-signer-XXXXXX", &error);
    g_assert_no_error (error);
    g_ptr_array_add (keys, new_key ("shop.example", "rsa", "rsa", keyring));
    g_ptr_array_add (keys, new_key ("shop.example", "ed", "ed25519", keyring));
    g_ptr_array_add (keys, new_key ("news.shop.example", "ed", "ed25519", keyring));
    all.keyring = write_file ("keyring", keyring->str, keyring->len, 0600);
    all.signer = signer_new (keys, &error);
    g_assert_no_error (error);
    all.other = signer_open (&(SignerOptions){ .keys = keys, .libopendkim = true }, &error);
    g_assert_no_error (error);
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
    signer_unref (all.signer);
    signer_unref (all.other);
    g_free (all.keyring);
    g_free (all.dir);
}

static GPtrArray *
sign (const char *mail, size_t length, const char *domain, GError **error)
{
    g_autoptr (GBytes) bytes = g_bytes_new (mail, length);

    return signer_sign (all.signer, bytes, &(SignerCopy){ .from = domain, .now = NOW }, error);
}

/* libopendkim makes the same of it, to the byte. */
static void
check_other_engine (const char *mail, size_t length, const GPtrArray *signatures)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) bytes = g_bytes_new (mail, length);
    g_autoptr (GPtrArray) others = signer_sign (all.other, bytes, &shop, &error);

    g_assert_no_error (error);
    for (unsigned i = 0; others && i < signatures->len; i++)
        g_assert_cmpstr (((Signature *)others->pdata[i])->value, ==,
                         ((Signature *)signatures->pdata[i])->value);
}

static GPtrArray *
sign_knowing (const char *mail, size_t length, const char *sha256, GError **error)
{
    g_autoptr (GBytes) bytes = g_bytes_new (mail, length);
    SignerCopy copy = { .from = "shop.example", .now = NOW, .body_sha256 = sha256 };

    return signer_sign (all.signer, bytes, &copy, error);
}

/* A hash of the body that the caller knows changes nothing. */
static void
check_known_hash (const char *mail, size_t length, const GPtrArray *signatures)
{
    g_autoptr (GError) error = NULL;
    const char *empty = strstr (mail, "\r\n\r\n");
    g_autofree char *sha256 =
        g_compute_checksum_for_string (G_CHECKSUM_SHA256, empty ? empty + 4 : "", -1);
    g_autoptr (GPtrArray) others = sign_knowing (mail, length, sha256, &error);

    g_assert_no_error (error);
    for (unsigned i = 0; others && i < signatures->len; i++)
        g_assert_cmpstr (((Signature *)others->pdata[i])->value, ==,
                         ((Signature *)signatures->pdata[i])->value);
}

/* The signatures on top of the mail. */
static GString *
signed_mail (const char *mail, size_t length, const GPtrArray *signatures)
{
    GString *whole = g_string_new (NULL);

    for (unsigned i = 0; signatures && i < signatures->len; i++)
        g_string_append_printf (whole, "DKIM-Signature: %s\r\n",
                                ((Signature *)signatures->pdata[i])->value);
    return g_string_append_len (whole, mail, (gssize)length);
}

static bool
verify (const GString *mail, GError **error)
{
    g_autoptr (GBytes) bytes = g_bytes_new (mail->str, mail->len);

    return signer_verify (bytes, all.keyring, error);
}

static void
check_lines (const char *value)
{
    g_autofree char *field = g_strconcat ("DKIM-Signature: ", value, NULL);
    g_auto (GStrv) lines = g_strsplit (field, "\r\n", -1);

    for (unsigned i = 0; lines[i]; i++) {
        g_assert_cmpuint (strlen (lines[i]), <=, 76);
        g_assert_cmpuint (strlen (lines[i]), >, 1);
        g_assert_true (i == 0 || lines[i][0] == ' ' || lines[i][0] == '\t');
        g_assert_null (strpbrk (lines[i], "\r\n"));
    }
}

typedef struct {
    const char *name, *mail;
} Shape;

static const Shape shapes[] = {
    { "a plain mail", PLAIN },
    { "an empty body", HEAD "\r\n" },
    { "a header without an empty line after it", HEAD },
    { "a body without final CRLF", HEAD "\r\nThank you." },
    { "a body of empty lines", HEAD "\r\n\r\n\r\n" },
    { "a body of blanks", HEAD "\r\n \t\r\n\r\n" },
    { "empty lines at the end", HEAD "\r\nThank you.\r\n\r\n \r\n\t\r\n" },
    { "empty lines at the start and within", HEAD "\r\n\r\n\r\nThank\r\n\r\n\r\nyou.\r\n" },
    { "blanks of all kinds in the body", HEAD "\r\n  Thank \t you\t \r\n\tAna\r\n" },
    { "8-bit bytes in body and header", HEAD "Comments: caf\xc3\xa9\r\nCc: \"\xc3\x89\" "
                                             "<e@example.com>\r\n\r\nna\xefve \xff\xfe\r\n" },
    { "a body with a line of 2,000 bytes is not folded", NULL },
    { "folded fields",
      "From: Shop\r\n <news@shop.example>\r\nTo: ana@example.com,\r\n\tbruno@example.com,\r\n"
      "   carla@example.com \r\nSubject:\r\n Your order\r\n\r\nThank you.\r\n" },
    { "only a From", "From: news@shop.example\r\n\r\nThank you.\r\n" },
    { "an empty subject", "From: news@shop.example\r\nSubject:\r\nTo: \r\n\r\nThank you.\r\n" },
    { "names in odd case and no blank after the colon",
      "FROM:news@shop.example\r\nsubject:hello\r\nmIme-vErsion:1.0\r\n\r\nThank you.\r\n" },
    { "several fields of one name",
      HEAD "List-Id: <one>\r\nReceived: from a\r\nList-Id: <two>\r\nReceived: from b\r\n"
           "Subject: second\r\nSubject: third\r\n\r\nThank you.\r\n" },
    { "every field that is signed",
      HEAD "Sender: a@shop.example\r\nReply-To: b@shop.example\r\nCc: c@example.com\r\n"
           "In-Reply-To: <1@example.com>\r\nReferences: <0@example.com>\r\n <1@example.com>\r\n"
           "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
           "Content-Transfer-Encoding: 8bit\r\nContent-ID: <x@shop.example>\r\n"
           "Content-Description: a receipt\r\nResent-Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n"
           "Resent-From: d@shop.example\r\nResent-To: e@example.com\r\n"
           "Resent-Cc: f@example.com\r\nList-Id: <news.shop.example>\r\n"
           "List-Help: <mailto:help@shop.example>\r\n"
           "List-Unsubscribe: <https://shop.example/u?t=abc>\r\n"
           "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
           "List-Subscribe: <mailto:s@shop.example>\r\nList-Post: NO\r\n"
           "List-Owner: <mailto:o@shop.example>\r\nList-Archive: <https://shop.example/a>\r\n"
           "Feedback-ID: 1:2:3:shop\r\nCFBL-Address: fbl@shop.example; report=arf\r\n"
           "CFBL-Feedback-ID: 111:222\r\nX-CSA-Complaints: csa@shop.example\r\n"
           "Auto-Submitted: auto-generated\r\n\r\nThank you.\r\n" },
    { "a signature of somebody else's list before ours is left alone",
      "X-DKIM-Signature: v=1; b=abc\r\n" PLAIN },
};

static char *
mail_of (const Shape *shape)
{
    if (shape->mail)
        return g_strdup (shape->mail);
    g_autofree char *line = g_strnfill (2000, 'x');
    return g_strconcat (HEAD "\r\n", line, " y\r\n", NULL);
}

static void
test_shape (const void *data)
{
    const Shape *shape = data;
    static const char *const algorithms[] = { "rsa-sha256", "ed25519-sha256" };
    static const char *const selectors[] = { "rsa", "ed" };
    g_autoptr (GError) error = NULL;
    g_autofree char *mail = mail_of (shape);
    size_t length = strlen (mail);
    g_autoptr (GPtrArray) signatures = sign (mail, length, "shop.example", &error);
    g_autoptr (GPtrArray) again = sign (mail, length, "shop.example", NULL);

    g_assert_no_error (error);
    if (!signatures || !again)
        return;
    g_assert_cmpuint (signatures->len, ==, 2);
    for (unsigned i = 0; i < signatures->len; i++) {
        const Signature *signature = signatures->pdata[i];
        g_assert_cmpstr (signature->domain, ==, "shop.example");
        g_assert_cmpstr (signature->selector, ==, selectors[i]);
        g_assert_cmpstr (signature->algorithm, ==, algorithms[i]);
        g_assert_cmpstr (signature->value, ==, ((Signature *)again->pdata[i])->value);
        check_lines (signature->value);
    }
    check_other_engine (mail, length, signatures);
    check_known_hash (mail, length, signatures);
    g_autoptr (GString) whole = signed_mail (mail, length, signatures);
    g_assert_true (verify (whole, &error));
    g_assert_no_error (error);
    g_autoptr (GBytes) bytes = g_bytes_new (whole->str, whole->len);
    g_assert_true (signer_check (all.signer, bytes, signatures, &error));
    g_assert_no_error (error);
}

/* What stands in one tag, folds and blanks taken out. */
static char *
tag_of (const char *value, const char *tag)
{
    g_auto (GStrv) tags = g_strsplit (value, ";", -1);

    for (char **t = tags; *t; t++) {
        g_auto (GStrv) words = g_strsplit_set (*t, " \t\r\n", -1);
        g_autofree char *text = g_strjoinv ("", words);
        if (g_str_has_prefix (text, tag) && text[strlen (tag)] == '=')
            return g_strdup (text + strlen (tag) + 1);
    }
    return NULL;
}

static void
test_tags (void)
{
    g_autoptr (GPtrArray) signatures = sign (PLAIN, strlen (PLAIN), "shop.example", NULL);
    const char *value = ((Signature *)signatures->pdata[0])->value;
    g_autofree char *h = tag_of (value, "h"), *t = tag_of (value, "t"),
                    *l = tag_of (value, "l"), *x = tag_of (value, "x");

    g_assert_true (g_str_has_prefix (value, "v=1; a=rsa-sha256; c=relaxed/relaxed;"));
    g_assert_cmpstr (t, ==, "1700000000");
    g_assert_null (l);
    g_assert_null (x);
    g_assert_cmpstr (h, ==,
                     "From:Subject:Date:To:Message-ID:"
                     "From:Sender:Reply-To:Subject:Date:To:Cc:Message-ID:In-Reply-To:"
                     "References:MIME-Version:Content-Type:"
                     "Content-Transfer-Encoding:List-Unsubscribe:List-Unsubscribe-Post:"
                     "Feedback-ID:CFBL-Address");
}

/* What is known of a body is believed of one that is canonical as it stands, and of no other. */
static void
test_known_hash (void)
{
    static const struct {
        const char *body;
        bool canonical;
    } rows[] = {
        { "a b\r\n\r\nc\r\n", true },
        { "", true },
        { "a  b\r\n", false },
        { "a\tb\r\n", false },
        { "a \r\n", false },
        { "a\r\n\r\n", false },
        { "a", false },
        { " a\r\n", true },
        { "\r\n", false },
        { "a\r\n\r\n\r\nb", false },
        { "\ta\r\n", false },
        { "a\r\n\r\n \r\n", false },
    };
    static const char sha256[] =
        "0000000000000000000000000000000000000000000000000000000000000000";

    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autoptr (GError) error = NULL;
        g_autofree char *mail =
            g_strconcat ("From: a@shop.example\r\n\r\n", rows[i].body, NULL);
        g_autoptr (GPtrArray) told = sign_knowing (mail, strlen (mail), sha256, &error);
        g_assert_no_error (error);
        g_autoptr (GPtrArray) real = sign_knowing (mail, strlen (mail), NULL, &error);
        g_assert_no_error (error);
        g_autofree char *claimed = tag_of (((Signature *)told->pdata[0])->value, "bh");
        g_autofree char *bh = tag_of (((Signature *)real->pdata[0])->value, "bh");
        g_autofree char *zeros = g_base64_encode ((const guchar[32]){ 0 }, 32);
        g_assert_cmpstr (claimed, ==, rows[i].canonical ? zeros : bh);
        g_assert_cmpstr (bh, !=, zeros);
    }
}

static void
test_rfc8463_body_hash (void)
{
    static const char mail[] =
        "From: Joe SixPack <joe@shop.example>\r\n\r\n"
        "Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";
    g_autoptr (GPtrArray) signatures = sign (mail, strlen (mail), "shop.example", NULL);

    for (unsigned i = 0; i < 2; i++) {
        g_autofree char *bh = tag_of (((Signature *)signatures->pdata[i])->value, "bh");
        g_assert_cmpstr (bh, ==, "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=");
    }
}

typedef struct {
    const char *name, *mail, *find, *put;
} Tampering;

static const Tampering tamperings[] = {
    { "one byte of the body", PLAIN, "Thank you", "Thank You" },
    { "a line added at the end", PLAIN, "Thank you.\r\n", "Thank you.\r\nBuy!\r\n" },
    { "a second Subject above", PLAIN, "From: Shop", "Subject: Buy\r\nFrom: Shop" },
    { "a second Subject below", PLAIN, "Message-ID:", "Subject: Buy\r\nMessage-ID:" },
    { "a second From", PLAIN, "To: ana", "From: eve@evil.example\r\nTo: ana" },
    { "no From", PLAIN, "From: Shop <news@shop.example>\r\n", "" },
    { "no Subject", PLAIN, "Subject: Your order 10042\r\n", "" },
    { "another recipient in To", PLAIN, "ana@", "eve@" },
    { "a List-Unsubscribe added", PLAIN, "To: ana",
      "List-Unsubscribe: <https://evil.example/>\r\nTo: ana" },
    { "a Content-Type added", PLAIN, "To: ana", "Content-Type: text/html\r\nTo: ana" },
    { "a Reply-To added", PLAIN, "To: ana", "Reply-To: eve@evil.example\r\nTo: ana" },
    { "another time in t=", PLAIN, "t=1700000000", "t=1700000001" },
    { "another selector", PLAIN, "s=rsa", "s=ed" },
    { "the name of a signed field taken out", PLAIN, ":Cc:", ":" },
    { "two fields of one name swapped",
      "From: news@shop.example\r\nList-Id: <one>\r\nList-Id: <two>\r\n\r\nHi\r\n",
      "List-Id: <one>\r\nList-Id: <two>\r\n", "List-Id: <two>\r\nList-Id: <one>\r\n" },
};

static GString *
tampered_mail (const Tampering *tampering)
{
    g_autoptr (GPtrArray) signatures =
        sign (tampering->mail, strlen (tampering->mail), "shop.example", NULL);
    GString *whole = signed_mail (tampering->mail, strlen (tampering->mail), signatures);

    g_assert_true (verify (whole, NULL));
    g_assert_cmpuint (g_string_replace (whole, tampering->find, tampering->put, 1), ==, 1);
    return whole;
}

static void
test_tampering (const void *data)
{
    g_autoptr (GString) whole = tampered_mail (data);
    g_autoptr (GError) error = NULL;

    g_assert_false (verify (whole, &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_MALFORMED);
}

/* What every one of the signatures must survive, and what only one bad one spoils. */
static void
test_every_signature_counts (void)
{
    g_autoptr (GPtrArray) signatures = sign (PLAIN, strlen (PLAIN), "shop.example", NULL);
    static const char *const bad[] = {
        "DKIM-Signature: nonsense\r\n",
        "DKIM-Signature: v=1; a=rsa-sha256; d=shop.example; s=rsa; h=From; bh=AAAA; b=AAAA\r\n",
        "DKIM-Signature: v=1; a=rsa-sha1; d=shop.example; s=none; h=From; bh=AAAA; b=AAAA\r\n",
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (bad); i++) {
        g_autoptr (GString) above = signed_mail (PLAIN, strlen (PLAIN), signatures);
        g_autoptr (GString) below = signed_mail (PLAIN, strlen (PLAIN), signatures);
        g_string_prepend (above, bad[i]);
        g_string_insert (below, strstr (below->str, "From: Shop") - below->str, bad[i]);
        g_assert_false (verify (above, NULL));
        g_assert_false (verify (below, NULL));
    }
    g_autoptr (GString) none = signed_mail (PLAIN, strlen (PLAIN), NULL);
    g_autoptr (GError) error = NULL;
    g_assert_false (verify (none, &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_MALFORMED);
}

typedef struct {
    const char *name, *from_domain, *want;
    unsigned count;
} Domain;

static const Domain domains[] = {
    { "the exact domain", "shop.example", "shop.example", 2 },
    { "in another case", "Shop.EXAMPLE", "shop.example", 2 },
    { "with the dot of the root", "shop.example.", "shop.example", 2 },
    { "a subdomain has keys of its own", "news.shop.example", "news.shop.example", 1 },
    { "below a subdomain with keys", "a.b.news.shop.example", "news.shop.example", 1 },
    { "a subdomain without keys", "mail.shop.example", "shop.example", 2 },
    { "the end alone is no parent", "myshop.example", NULL, 0 },
    { "another domain", "other.example", NULL, 0 },
    { "a parent is not signed for by its child", "example", NULL, 0 },
    { "an empty domain", "", NULL, 0 },
    { "no host name", "..", NULL, 0 },
    { "an address literal", "[192.0.2.1]", NULL, 0 },
};

static void
test_domain (const void *data)
{
    const Domain *row = data;
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) signatures = sign (PLAIN, strlen (PLAIN), row->from_domain, &error);

    g_assert_no_error (error);
    g_assert_nonnull (signatures);
    g_assert_cmpuint (signatures ? signatures->len : 99, ==, row->count);
    for (unsigned i = 0; signatures && i < signatures->len; i++)
        g_assert_cmpstr (((Signature *)signatures->pdata[i])->domain, ==, row->want);
}

typedef struct {
    const char *name, *mail;
    size_t length; /* 0: up to the NUL */
    int code;
} Broken;

static const Broken broken[] = {
    { "no From", "To: a@example.com\r\n\r\nx\r\n", 0, LICET_ERROR_MALFORMED },
    { "two From", "From: a@shop.example\r\nfrom: b@x.example\r\n\r\nx\r\n", 0,
      LICET_ERROR_MALFORMED },
    { "no header", "\r\nx\r\n", 0, LICET_ERROR_MALFORMED },
    { "nothing at all", "", 0, LICET_ERROR_MALFORMED },
    { "a line that is no field", "From: a@shop.example\r\nnonsense\r\n\r\nx\r\n", 0,
      LICET_ERROR_MALFORMED },
    { "a fold before any field", " x\r\nFrom: a@shop.example\r\n\r\nx\r\n", 0,
      LICET_ERROR_MALFORMED },
    { "a blank before the colon", "From : a@shop.example\r\n\r\nx\r\n", 0,
      LICET_ERROR_MALFORMED },
    { "a bare LF in the header", "From: a@shop.example\nSubject: x\r\n\r\nx\r\n", 0,
      LICET_ERROR_MALFORMED },
    { "a bare CR in the header", "From: a@shop.example\rSubject: x\r\n\r\nx\r\n", 0,
      LICET_ERROR_MALFORMED },
    { "a CR too many", "From: a@shop.example\r\r\n\r\nx\r\n", 0, LICET_ERROR_MALFORMED },
    { "a header that ends within a line", "From: a@shop.example", 0, LICET_ERROR_MALFORMED },
    { "a NUL in the header", "From: a@shop\0.example\r\n\r\nx\r\n", 28, LICET_ERROR_MALFORMED },
};

static void
test_broken (const void *data)
{
    const Broken *row = data;
    size_t length = row->length ? row->length : strlen (row->mail);
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) signatures = sign (row->mail, length, "shop.example", &error);

    g_assert_null (signatures);
    g_assert_error (error, LICET_ERROR, row->code);
}

static void
check_limit (const GString *mail)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) signatures = sign (mail->str, mail->len, "shop.example", &error);

    g_assert_null (signatures);
    g_assert_error (error, LICET_ERROR, LICET_ERROR_LIMIT);
}

static void
test_limits (void)
{
    g_autoptr (GString) fields = g_string_new (HEAD), name = g_string_new (HEAD),
                        value = g_string_new (HEAD);

    for (unsigned i = 0; i < 1000; i++)
        g_string_append (fields, "X: y\r\n");
    check_limit (fields);
    for (unsigned i = 0; i < 300; i++)
        g_string_append_c (name, 'X');
    check_limit (g_string_append (name, ": y\r\n\r\n"));
    g_string_append (value, "X: y\r\n");
    for (unsigned i = 0; i < 300000; i++)
        g_string_append (value, " y\r\n");
    check_limit (value);
}

static void
test_no_keys (void)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) keys = new_keys ();
    g_autoptr (Signer) signer = signer_new (keys, &error);
    g_autoptr (GBytes) bytes = g_bytes_new_static (PLAIN, strlen (PLAIN));

    g_assert_no_error (error);
    g_autoptr (GPtrArray) signatures = signer_sign (signer, bytes, &shop, &error);
    g_assert_no_error (error);
    g_assert_cmpuint (signatures->len, ==, 0);
}

/* The look at our own signatures. */

static GBytes *
signed_bytes (const GPtrArray *signatures, const char *before, const char *after)
{
    g_autoptr (GString) whole = signed_mail (PLAIN, strlen (PLAIN), signatures);

    g_string_prepend (whole, before);
    g_string_append (whole, after);
    return g_bytes_new (whole->str, whole->len);
}

static Signer *
signer_at_rate (double rate)
{
    g_autofree char *rsa = path_of ("rsa.shop.example.pem"),
                    *ed = path_of ("ed.shop.example.pem");
    g_autoptr (GPtrArray) keys = new_keys ();

    g_ptr_array_add (keys, signer_key_spec_new ("shop.example", "rsa", rsa));
    g_ptr_array_add (keys, signer_key_spec_new ("shop.example", "ed", ed));
    return signer_open (&(SignerOptions){ .keys = keys, .verify_rate = rate }, NULL);
}

static void
test_check (void)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (Signer) signer = signer_at_rate (1);
    g_autoptr (GPtrArray) signatures = sign (PLAIN, strlen (PLAIN), "shop.example", NULL);
    g_autoptr (GBytes) good = signed_bytes (signatures, "", "");
    g_autoptr (GBytes) foreign =
        signed_bytes (signatures, "DKIM-Signature: v=1; d=x.example; nonsense\r\n", "");
    g_autoptr (GBytes) bad = signed_bytes (signatures, "", "More.\r\n");
    unsigned verified = 0, wrong = 0;

    g_assert_true (signer_check (signer, good, signatures, &error));
    g_assert_true (signer_check (signer, foreign, signatures, &error));
    g_assert_no_error (error);
    g_assert_false (signer_check (signer, bad, signatures, &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_INTERNAL);
    signer_counts (signer, &verified, &wrong);
    g_assert_cmpuint (verified, ==, 3);
    g_assert_cmpuint (wrong, ==, 1);
}

/* Of a thousand mails about a tenth, and always the same. */
static void
test_check_rate (void)
{
    g_autoptr (Signer) never = signer_at_rate (0), tenth = signer_at_rate (0.1);
    unsigned verified = 0, wrong = 0, before = 0;

    for (unsigned i = 0; i < 1000; i++) {
        g_autoptr (GPtrArray) signatures = g_ptr_array_new ();
        g_autofree char *text = g_strdup_printf ("v=1; b=%u", i);
        g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
        Signature signature = { .value = hash };
        g_autoptr (GBytes) bytes = g_bytes_new_static (PLAIN, strlen (PLAIN));
        g_ptr_array_add (signatures, &signature);
        g_assert_true (signer_check (never, bytes, signatures, NULL));
        signer_counts (tenth, &before, &wrong);
        bool good = signer_check (tenth, bytes, signatures, NULL);
        signer_counts (tenth, &verified, &wrong);
        g_assert_cmpint (good, ==, verified == before);
    }
    g_assert_cmpuint (verified, >, 60);
    g_assert_cmpuint (verified, <, 150);
    g_assert_cmpuint (wrong, ==, verified);
}

/* An end and an identity, from both engines. */
static void
test_optional_tags (void)
{
    g_autofree char *rsa = path_of ("rsa.shop.example.pem");
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) keys = new_keys ();
    g_autoptr (GBytes) bytes = g_bytes_new_static (PLAIN, strlen (PLAIN));
    SignerKey *key = signer_key_spec_new ("shop.example", "rsa", rsa);
    char *values[2] = { NULL, NULL };

    key->lifetime = 7 * 24 * 3600;
    key->identity = g_strdup ("news@mail.%");
    g_ptr_array_add (keys, key);
    for (unsigned i = 0; i < 2; i++) {
        g_autoptr (Signer) signer = signer_open (
            &(SignerOptions){ .keys = keys, .libopendkim = i == 1, .verify_rate = 1 }, &error);
        g_assert_no_error (error);
        g_autoptr (GPtrArray) signatures = signer_sign (signer, bytes, &shop, &error);
        g_assert_no_error (error);
        values[i] = g_strdup (((Signature *)signatures->pdata[0])->value);
    }
    g_autofree char *x = tag_of (values[0], "x"), *i = tag_of (values[0], "i");
    g_assert_cmpstr (x, ==, "1700604800");
    g_assert_cmpstr (i, ==, "news@mail.shop.example");
    g_assert_cmpstr (values[0], ==, values[1]);
    g_free (values[0]);
    g_free (values[1]);
}

/* Threads. */

static void *
sign_often (void *wanted)
{
    const GPtrArray *want = wanted;
    unsigned same = 0;

    for (unsigned i = 0; i < 20; i++) {
        g_autoptr (GPtrArray) got = sign (PLAIN, strlen (PLAIN), "shop.example", NULL);
        for (unsigned k = 0; got && k < got->len; k++)
            same += strcmp (((Signature *)got->pdata[k])->value,
                            ((Signature *)want->pdata[k])->value) == 0;
    }
    return GUINT_TO_POINTER (same);
}

static void
test_threads (void)
{
    g_autoptr (GPtrArray) want = sign (PLAIN, strlen (PLAIN), "shop.example", NULL);
    GThread *threads[8];

    for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("sign", sign_often, want);
    for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++)
        g_assert_cmpuint (GPOINTER_TO_UINT (g_thread_join (threads[i])), ==, 40);
}

/* The second verifier. Returns its exit status, 77 when there is none. */
static int
run_dkimpy (const GPtrArray *mails, char **ret_output)
{
    g_autofree char *script = g_test_build_filename (G_TEST_DIST, "check-dkim.py", NULL);
    g_autoptr (GPtrArray) argv = g_ptr_array_new ();
    int status = 0;

    g_ptr_array_add (argv, (gpointer) "/usr/bin/python3");
    g_ptr_array_add (argv, script);
    g_ptr_array_add (argv, all.keyring);
    for (unsigned i = 0; i < mails->len; i++)
        g_ptr_array_add (argv, mails->pdata[i]);
    g_ptr_array_add (argv, NULL);
    if (!g_spawn_sync (NULL, (char **)argv->pdata, NULL, 0, NULL, NULL, ret_output, NULL,
                       &status, NULL))
        return 77;
    return WIFEXITED (status) ? WEXITSTATUS (status) : -1;
}

static GPtrArray *
write_shapes (void)
{
    GPtrArray *mails = g_ptr_array_new_with_free_func (g_free);

    for (unsigned i = 0; i < G_N_ELEMENTS (shapes); i++) {
        g_autofree char *mail = mail_of (&shapes[i]);
        g_autofree char *name = g_strdup_printf ("%u.eml", i);
        g_autoptr (GPtrArray) signatures = sign (mail, strlen (mail), "shop.example", NULL);
        g_autoptr (GString) whole = signed_mail (mail, strlen (mail), signatures);
        g_ptr_array_add (mails, write_file (name, whole->str, whole->len, 0600));
    }
    return mails;
}

static void
test_dkimpy (void)
{
    g_autofree char *output = NULL;
    g_autoptr (GPtrArray) mails = write_shapes ();
    int status = run_dkimpy (mails, &output);

    if (status == 77) {
        g_test_skip ("no /usr/bin/python3 with dkimpy and PyNaCl");
        return;
    }
    g_test_message ("%s", output);
    g_assert_cmpint (status, ==, 0);
    g_auto (GStrv) passes = g_strsplit (output, "pass d=shop.example s=", -1);
    g_assert_cmpuint (g_strv_length (passes) - 1, ==, 2 * mails->len);
}

static void
test_dkimpy_tampering (void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (tamperings); i++) {
        g_autofree char *output = NULL;
        g_autoptr (GString) whole = tampered_mail (&tamperings[i]);
        g_autoptr (GPtrArray) mails = g_ptr_array_new_with_free_func (g_free);
        g_ptr_array_add (mails, write_file ("tampered.eml", whole->str, whole->len, 0600));
        int status = run_dkimpy (mails, &output);
        if (status == 77) {
            g_test_skip ("no /usr/bin/python3 with dkimpy and PyNaCl");
            return;
        }
        if (status != 1)
            g_test_message ("%s: %s", tamperings[i].name, output);
        g_assert_cmpint (status, ==, 1);
    }
}

#define ADD_ROWS(prefix, rows, test)                                                           \
    for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {                                         \
        g_autofree char *path = g_strdup_printf ("/signer/%s/%s", prefix, rows[i].name);       \
        g_test_add_data_func (path, &rows[i], test);                                           \
    }

static const char *const nobody[] = { NULL };

static void
test_copy_for_nobody (void)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) bytes = g_bytes_new_static (PLAIN, strlen (PLAIN));
    SignerCopy copy = { "a@shop.example", "a@shop.example", nobody, NOW, NULL };

    g_assert_null (signer_sign (all.signer, bytes, &copy, &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_INTERNAL);
}

/* Signed for the sender s and the recipients a, b, b, c. */
typedef struct {
    const char *name, *sender, *recipients;
    bool fits;
} EnvelopeRow;

static const EnvelopeRow envelope_rows[] = {
    { "all", "s", "a b b c", true },
    { "some, as after a hand-over in part", "s", "b c", true },
    { "one twice that was there twice", "s", "b b", true },
    { "nobody", "s", "", true },
    { "somebody else", "s", "a d", false },
    { "one twice that was there once", "s", "a a", false },
    { "another sender", "t", "a b b c", false },
    { "no sender", "", "a", false },
    { "another spelling is another mailbox", "s", "A", false },
};

static void
test_other_envelope (void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (envelope_rows); i++) {
        const EnvelopeRow *row = &envelope_rows[i];
        g_autoptr (GError) error = NULL;
        g_autoptr (Variant) variant = variant_new ();
        g_autoptr (Envelope) envelope = envelope_new ();
        g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (unsigned));
        g_auto (GStrv) recipients = g_strsplit (row->recipients, " ", -1);

        variant->signed_for = g_strsplit ("s a b b c", " ", -1);
        envelope->sender = envelope_path_new (row->sender, "");
        for (unsigned r = 0; recipients[r]; r++) {
            g_ptr_array_add (envelope->recipients, envelope_path_new (recipients[r], ""));
            g_array_append_val (numbers, r);
        }
        g_test_message ("%s", row->name);
        g_assert_cmpint (variant_is_for (variant, envelope, numbers, &error), ==, row->fits);
        g_assert_cmpint (g_error_matches (error, LICET_ERROR, LICET_ERROR_INTERNAL), ==,
                         !row->fits);
    }
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    set_up ();
    ADD_ROWS ("shape", shapes, test_shape)
    ADD_ROWS ("tampering", tamperings, test_tampering)
    ADD_ROWS ("domain", domains, test_domain)
    ADD_ROWS ("broken", broken, test_broken)
    g_test_add_func ("/signer/a wrong signature of ours is seen", test_check);
    g_test_add_func ("/signer/an end and an identity", test_optional_tags);
    g_test_add_func ("/signer/one in so many is looked at", test_check_rate);
    g_test_add_func ("/signer/which fields are signed, and no l= or x=", test_tags);
    g_test_add_func ("/signer/both share the body hash of RFC 8463 A.3",
                     test_rfc8463_body_hash);
    g_test_add_func ("/signer/one bad signature spoils all", test_every_signature_counts);
    g_test_add_func ("/signer/limits of the header", test_limits);
    g_test_add_func ("/signer/without keys nothing is signed", test_no_keys);
    g_test_add_func ("/signer/a copy for nobody", test_copy_for_nobody);
    g_test_add_func ("/signer/a hash of the body that is known", test_known_hash);
    g_test_add_func ("/signer/another envelope than it was signed for", test_other_envelope);
    g_test_add_func ("/signer/eight threads share a signer", test_threads);
    g_test_add_func ("/signer/dkimpy verifies all shapes", test_dkimpy);
    g_test_add_func ("/signer/dkimpy sees all tampering", test_dkimpy_tampering);
    int status = g_test_run ();
    tear_down ();
    return status;
}
