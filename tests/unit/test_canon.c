/* SPDX-License-Identifier: BSD-2-Clause */

/* Relaxed canonicalisation against the examples of RFC 6376 3.4.5 and RFC 8463 appendix A. */

#include <openssl/evp.h>
#include <string.h>

#include "../../milter/sign/canon.h"

typedef struct {
    const char *name, *given, *want;
} Row;

static const Row bodies[] = {
    { "the example of RFC 6376 3.4.5", " C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n" },
    { "an empty body stays empty", "", "" },
    { "only empty lines are an empty body", "\r\n\r\n\r\n", "" },
    { "lines of blanks are empty lines", " \t\r\n\t\r\n  ", "" },
    { "a missing final CRLF is added", "a", "a\r\n" },
    { "blanks before a missing final CRLF go", "a \t", "a\r\n" },
    { "blanks after the last line go", "a\r\n  ", "a\r\n" },
    { "empty lines within stay", "a\r\n\r\n \r\nb\r\n", "a\r\n\r\n\r\nb\r\n" },
    { "empty lines at the start stay", "\r\n\r\na\r\n", "\r\n\r\na\r\n" },
    { "more empty lines than are handed on at once",
      "a\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\nb\r\n",
      "a\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\nb\r\n" },
    { "indentation becomes one space", "\t\ta\r\n   b\r\n", " a\r\n b\r\n" },
    { "a tab alone becomes a space", "a\tb\r\n", "a b\r\n" },
    { "a space before a tab becomes one space", "a \tb\r\n", "a b\r\n" },
    { "8-bit bytes stay", "caf\xc3\xa9  \xff\r\n", "caf\xc3\xa9 \xff\r\n" },
    { "a bare LF is a byte like others", "a \n b\r\n", "a \n b\r\n" },
    { "a bare CR is a byte like others", "a \r b\r\n", "a \r b\r\n" },
    { "a CR before CRLF is a byte like others", "a\r\r\n", "a\r\r\n" },
    { "a CR at the very end", "a\r", "a\r\r\n" },
    { "form feed is no blank", "a\f\r\n", "a\f\r\n" },
};

static const Row headers[] = {
    { "the first field of RFC 6376 3.4.5", "A: X\r\n", "a:X" },
    { "the second field of RFC 6376 3.4.5", "B : Y\t\r\n\tZ  \r\n", "b:Y Z" },
    { "without a final CRLF", "Subject: hello", "subject:hello" },
    { "only the name becomes lower case", "SUBJECT: Hello A\r\n", "subject:Hello A" },
    { "no blank after the colon", "To:a@b.example\r\n", "to:a@b.example" },
    { "a value may be empty", "Subject:\r\n", "subject:" },
    { "a value of blanks is empty", "Subject: \t \r\n", "subject:" },
    { "a value that begins in the next line", "To:\r\n a\r\n", "to:a" },
    { "a fold of blanks alone", "To: a,\r\n \t\r\n b\r\n", "to:a, b" },
    { "colons in the value stay", "X: a : b:c\r\n", "x:a : b:c" },
    { "8-bit bytes stay", "Subject: caf\xc3\xa9\r\n", "subject:caf\xc3\xa9" },
};

static void
collect (const char *bytes, size_t length, void *text)
{
    g_assert_cmpuint (length, >, 0);
    g_string_append_len (text, bytes, (gssize)length);
}

static char *
canonical_body (const char *body, size_t length)
{
    GString *text = g_string_new (NULL);

    canon_body (body, length, collect, text);
    return g_string_free (text, FALSE);
}

static void
test_body (const void *data)
{
    const Row *row = data;
    g_autofree char *got = canonical_body (row->given, strlen (row->given));

    g_assert_cmpstr (got, ==, row->want);
}

static void
test_header (const void *data)
{
    const Row *row = data;
    g_autoptr (GString) got = g_string_new (NULL);

    canon_header (row->given, strlen (row->given), got);
    g_assert_cmpstr (got->str, ==, row->want);
}

/* The message of RFC 8463 A.3, and its fields in the order of h=. */
static const char rfc8463_body[] =
    "Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";
static const char *const rfc8463_fields[] = {
    "From: Joe SixPack <joe@football.example.com>\r\n",
    "To: Suzie Q <suzie@shopping.example.net>\r\n",
    "Subject: Is dinner ready?\r\n",
    "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n",
    "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n",
};
static const char rfc8463_signature[] =
    "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
    " d=football.example.com; i=@football.example.com;\r\n"
    " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
    " subject : date : message-id : from : subject : date;\r\n"
    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
    " b=";

static void
sha256 (const char *text, size_t length, unsigned char digest[32])
{
    g_assert_cmpint (EVP_Digest (text, length, digest, NULL, EVP_sha256 (), NULL), ==, 1);
}

static void
test_rfc8463_body_hash (void)
{
    unsigned char digest[32];
    g_autofree char *body = canonical_body (rfc8463_body, strlen (rfc8463_body));

    sha256 (body, strlen (body), digest);
    g_autofree char *hash = g_base64_encode (digest, sizeof digest);
    g_assert_cmpstr (hash, ==, "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=");
}

/* Ed25519 is deterministic: one wrong byte of the canonical header gives another signature. */
static void
test_rfc8463_signature (void)
{
    unsigned char digest[32], signature[64];
    size_t length = 0, signature_length = sizeof signature;
    g_autoptr (GString) header = g_string_new (NULL);
    g_autofree unsigned char *seed =
        g_base64_decode ("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=", &length);
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key (EVP_PKEY_ED25519, NULL, seed, length);
    EVP_MD_CTX *context = EVP_MD_CTX_new ();

    for (unsigned i = 0; i < G_N_ELEMENTS (rfc8463_fields); i++) {
        canon_header (rfc8463_fields[i], strlen (rfc8463_fields[i]), header);
        g_string_append (header, "\r\n");
    }
    canon_header (rfc8463_signature, strlen (rfc8463_signature), header);
    sha256 (header->str, header->len, digest);
    g_assert_cmpint (EVP_DigestSignInit (context, NULL, NULL, NULL, key), ==, 1);
    g_assert_cmpint (EVP_DigestSign (context, signature, &signature_length, digest, 32), ==, 1);
    g_autofree char *b = g_base64_encode (signature, signature_length);
    g_assert_cmpstr (b, ==,
                     "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus"
                     "Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==");
    EVP_MD_CTX_free (context);
    EVP_PKEY_free (key);
}

/* What the sink gets from a body that is canonical but for its end is the body itself. */
static void
count_pieces (const char *bytes G_GNUC_UNUSED, size_t length G_GNUC_UNUSED, void *count)
{
    ++*(unsigned *)count;
}

static void
test_long_runs (void)
{
    static const char line[] = "A line of words as most mails have them.\r\n";
    g_autoptr (GString) body = g_string_new (NULL);
    unsigned pieces = 0;

    for (unsigned i = 0; i < 1000; i++)
        g_string_append (body, line);
    canon_body (body->str, body->len, count_pieces, &pieces);
    g_assert_cmpuint (pieces, ==, 2);
}

static void
add_rows (const char *prefix, const Row *rows, size_t count, GTestDataFunc test)
{
    for (size_t i = 0; i < count; i++) {
        g_autofree char *path = g_strdup_printf ("/canon/%s/%s", prefix, rows[i].name);
        g_test_add_data_func (path, &rows[i], test);
    }
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    add_rows ("body", bodies, G_N_ELEMENTS (bodies), test_body);
    add_rows ("header", headers, G_N_ELEMENTS (headers), test_header);
    g_test_add_func ("/canon/the body hash of RFC 8463 A.3", test_rfc8463_body_hash);
    g_test_add_func ("/canon/the Ed25519 signature of RFC 8463 A.3", test_rfc8463_signature);
    g_test_add_func ("/canon/a body of plain lines is handed on whole", test_long_runs);
    return g_test_run ();
}
