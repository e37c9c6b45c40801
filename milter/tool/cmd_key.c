/* SPDX-License-Identifier: BSD-2-Clause */

/* licet key: make a DKIM key, print its record, verify a mail against records in a file. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "licet/address.h"
#include "licet/error.h"
#include "licet/signer.h"
#include "tool.h"

typedef struct {
    char *algorithm, *out, *keyring;
} KeyOptions;

/* O_EXCL: a key that signs mail now is never written over. */
static bool
write_key (const char *path, const char *pem, GError **error)
{
    int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: %s", path,
                     g_strerror (errno));
        return false;
    }
    size_t length = strlen (pem);
    bool ok = write (fd, pem, length) == (ssize_t)length && fsync (fd) == 0;
    if (close (fd) != 0 || !ok) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: cannot be written",
                     path);
        unlink (path);
        return false;
    }
    return true;
}

static bool
append_keyring (const char *path, const char *domain, const char *selector, const char *record,
                GError **error)
{
    FILE *file = fopen (path, "ae");

    if (file && fprintf (file, "%s._domainkey.%s %s\n", selector, domain, record) > 0 &&
        fclose (file) == 0)
        return true;
    g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: %s", path,
                 g_strerror (errno));
    return false;
}

/* A TXT string holds at most 255 octets (RFC 1035 3.3): a long record is several strings. */
static void
print_zone (const char *domain, const char *selector, const char *record)
{
    printf ("%s._domainkey.%s. 3600 IN TXT (", selector, domain);
    for (size_t i = 0, length = strlen (record); i < length; i += 255)
        printf ("\n    \"%.255s\"", record + i);
    puts (" )");
}

static void
print_new (const char *domain, const char *selector, const char *file, const char *record)
{
    printf ("key written to %s (mode 0600)\n\nfor a zone file:\n\n", file);
    print_zone (domain, selector, record);
    printf ("\nfor a web form, name %s._domainkey.%s, type TXT:\n\n%s\n", selector, domain,
            record);
    printf ("\nfor licet.cfg, once the record is published:\n\n"
            "keys = ( { domain = \"%s\"; selector = \"%s\"; file = \"%s\"; } );\n",
            domain, selector, file);
}

static int
key_new (const char *given_domain, const char *selector, const KeyOptions *options)
{
    GError *error = NULL;
    g_autofree char *domain = address_domain_ascii (given_domain, &error);
    g_autofree char *host = domain ? address_domain_ascii (selector, &error) : NULL;
    char *pem = NULL;
    g_autofree char *record = NULL;

    if (!domain || !host) {
        g_prefix_error (&error, "%s: ", domain ? selector : given_domain);
        return tool_fail (error);
    }
    g_autofree char *file = options->out ? g_strdup (options->out)
                                         : g_strdup_printf ("%s.%s.pem", selector, domain);
    if (!signer_key_new (options->algorithm ? options->algorithm : "rsa", &pem, &record,
                         &error))
        return tool_fail (error);
    bool ok = write_key (file, pem, &error);
    explicit_bzero (pem, strlen (pem));
    g_free (pem);
    if (!ok || (options->keyring &&
                !append_keyring (options->keyring, domain, selector, record, &error)))
        return tool_fail (error);
    print_new (domain, selector, file, record);
    return EX_OK;
}

static int
key_show (const char *file)
{
    GError *error = NULL;
    g_autofree char *record = signer_key_record (file, &error);

    if (!record)
        return tool_fail (error);
    puts (record);
    return EX_OK;
}

static int
key_verify (const char *path, const KeyOptions *options)
{
    GError *error = NULL;
    g_autoptr (GBytes) bytes = tool_read_mail (path, &error);

    if (!options->keyring)
        return tool_usage ("key verify needs --keyring FILE");
    if (!bytes)
        return tool_fail (error);
    if (!signer_verify (bytes, options->keyring, &error)) {
        g_prefix_error (&error, "%s: ", path);
        return tool_fail (error);
    }
    printf ("%s: all signatures verify\n", path);
    return EX_OK;
}

int
cmd_key (int argc, char **argv)
{
    g_autofree char *algorithm = NULL, *out = NULL, *keyring = NULL;
    GOptionEntry entries[] = {
        { "algorithm", 0, 0, G_OPTION_ARG_STRING, &algorithm, "rsa (2048 bits) or ed25519",
          "NAME" },
        { "out", 0, 0, G_OPTION_ARG_FILENAME, &out, "where the key goes; never written over",
          "FILE" },
        { "keyring", 0, 0, G_OPTION_ARG_FILENAME, &keyring,
          "file of key records: new appends, verify reads", "FILE" },
        G_OPTION_ENTRY_NULL,
    };

    if (!tool_options (&argc, &argv, "new DOMAIN SELECTOR | show FILE | verify MAIL",
                       "Makes a DKIM key, prints its DNS record, verifies a mail.", entries))
        return EX_USAGE;
    KeyOptions options = { algorithm, out, keyring };
    if (argc == 4 && strcmp (argv[1], "new") == 0)
        return key_new (argv[2], argv[3], &options);
    if (argc == 3 && strcmp (argv[1], "show") == 0)
        return key_show (argv[2]);
    if (argc == 3 && strcmp (argv[1], "verify") == 0)
        return key_verify (argv[2], &options);
    return tool_usage ("key takes: new DOMAIN SELECTOR, show FILE, or verify MAIL");
}
