/* SPDX-License-Identifier: BSD-2-Clause */

/* licet key: makes DKIM keys, shows their DNS records, verifies signatures without DNS, and
 * compares keys with what DNS publishes. */

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "doctor_domain.h"
#include "licet/address.h"
#include "licet/digest.h"
#include "licet/error.h"
#include "licet/signer.h"
#include "licet/token.h"
#include "tool.h"

/* RFC 1035 3.3: one string of a TXT record. */
#define TXT_STRING 255

typedef struct {
    char *domain;
    const char *selector, *file;
} NewKey;

static bool
fail_file (const char *path, GError **error)
{
    g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: %s", path,
                 g_strerror (errno));
    return false;
}

static bool
write_all (int fd, const char *text)
{
    for (size_t left = strlen (text); left > 0;) {
        ssize_t n = write (fd, text, left);
        if (n < 0)
            return false;
        text += n;
        left -= (size_t)n;
    }
    return fsync (fd) == 0;
}

/* A key that signs mail today must not be lost to a command given twice: never overwrites. */
static bool
write_pem (const char *path, const char *pem, GError **error)
{
    int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd < 0 && errno == EEXIST) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                     "%s: exists, and keys are never overwritten; right would be another --out",
                     path);
        return false;
    }
    if (fd < 0)
        return fail_file (path, error);
    bool written = write_all (fd, pem);
    if (close (fd) == 0 && written)
        return true;
    fail_file (path, error);
    unlink (path);
    return false;
}

static bool
append_keyring (const char *path, const NewKey *key, const char *record, GError **error)
{
    g_autofree char *line =
        g_strdup_printf ("%s._domainkey.%s %s\n", key->selector, key->domain, record);
    int fd = open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

    if (fd < 0)
        return fail_file (path, error);
    bool written = write_all (fd, line);
    if (close (fd) == 0 && written)
        return true;
    return fail_file (path, error);
}

static void
print_zone (const NewKey *key, const char *record)
{
    printf ("%s._domainkey.%s. IN TXT (", key->selector, key->domain);
    for (size_t left = strlen (record); left > 0;) {
        size_t n = MIN (left, TXT_STRING);
        printf ("\n    \"%.*s\"", (int)n, record);
        record += n;
        left -= n;
    }
    puts (" )");
}

static void
print_settings (const NewKey *key)
{
    g_autofree char *path = g_canonicalize_filename (key->file, NULL);
    g_autoptr (GString) text = g_string_new ("keys = ( { domain = ");

    json_text_append (text, key->domain);
    g_string_append (text, "; selector = ");
    json_text_append (text, key->selector);
    g_string_append (text, "; file = ");
    json_text_append (text, path);
    printf ("%s; } );\n", text->str);
}

/* Who runs this as root makes a file that the daemon's user cannot read. */
static void
print_owner (const char *file)
{
    g_autoptr (Settings) settings = geteuid () == 0 ? tool_settings (NULL, NULL) : NULL;
    const struct passwd *user =
        settings && settings->keeper ? getpwuid (settings->keeper) : NULL;
    g_autofree char *quoted = g_shell_quote (file);

    if (user)
        printf ("licetd runs as user %s: chown %s: %s\n", user->pw_name, user->pw_name, quoted);
}

static void
print_new_key (const NewKey *key, const char *record)
{
    printf ("The private key is in %s.\n", key->file);
    print_owner (key->file);
    puts ("\nDNS record for a zone file:\n");
    print_zone (key, record);
    puts ("\nFor a web form:\n");
    printf ("name   %s._domainkey.%s\ntype   TXT\nvalue  %s\n", key->selector, key->domain,
            record);
    puts ("\nFor licet.cfg:\n");
    print_settings (key);
}

static bool
make_key (const NewKey *key, const char *algorithm, const char *keyring, GError **error)
{
    char *pem = NULL;
    g_autofree char *record = NULL;

    if (!signer_key_new (algorithm, &pem, &record, error))
        return false;
    bool written = write_pem (key->file, pem, error);
    explicit_bzero (pem, strlen (pem));
    g_free (pem);
    if (!written || (keyring && !append_keyring (keyring, key, record, error)))
        return false;
    print_new_key (key, record);
    return true;
}

static int
add_unsubscribe_key (const char *file)
{
    g_autofree char *id = NULL, *path = g_canonicalize_filename (file, NULL);
    g_autoptr (GString) setting = g_string_new ("unsubscribe_keys = ");
    GError *error = NULL;

    if (!tokens_add_key (file, &id, &error))
        return tool_fail_create (error);
    json_text_append (setting, path);
    printf (
        "Key %s is the first in %s and makes the links of new mails; what was there is still "
        "known.\n\nFor licet.cfg:\n\n%s;\n\nFor an entry of senders in licet-policy.cfg:\n\n"
        "unsubscribe_url = \"https://YOUR-HOST/u/{token}\";\n",
        id, file, setting->str);
    return EX_OK;
}

/* The token is shown once; the file keeps its hash. */
static int
add_auditor (const char *name, const char *file)
{
    unsigned char bytes[32];
    GError *error = NULL;

    for (const char *c = name; *c; c++)
        if (!g_ascii_isalnum (*c) && !strchr ("._-", *c))
            return tool_usage ("--auditor %s: right would be letters, digits, \".\", \"_\", "
                               "\"-\"",
                               name);
    if (getrandom (bytes, sizeof bytes, 0) != sizeof bytes)
        return tool_fail (g_error_new (LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                                       "the system gives no random bytes"));
    g_autofree char *token = g_base64_encode (bytes, sizeof bytes);
    g_autofree char *hash = digest_sha256 (token, strlen (token));
    g_autofree char *line = g_strdup_printf ("%s %s\n", name, hash);
    int fd = open (file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    bool written = fd >= 0 && write_all (fd, line);
    if ((fd >= 0 && close (fd) != 0) || !written) {
        fail_file (file, &error);
        return tool_fail_create (error);
    }
    printf ("%s may read the log's pages with this token, which is shown only now:\n\n%s\n",
            name, token);
    return EX_OK;
}

static int
key_new (int argc, char **argv)
{
    g_autofree char *algorithm = NULL, *out = NULL, *keyring = NULL, *unsubscribe = NULL,
                    *auditor = NULL;
    GOptionEntry entries[] = {
        { "algorithm", 0, 0, G_OPTION_ARG_STRING, &algorithm, "rsa (2048 bits) or ed25519",
          "NAME" },
        { "out", 0, 0, G_OPTION_ARG_FILENAME, &out,
          "file to write, SELECTOR.DOMAIN.pem if not given; never overwritten", "FILE" },
        { "keyring", 0, 0, G_OPTION_ARG_FILENAME, &keyring,
          "file to append the record to, for verify", "FILE" },
        { "unsubscribe", 0, 0, G_OPTION_ARG_FILENAME, &unsubscribe,
          "a key for links to unsubscribe instead: put first in the file", "FILE" },
        { "auditor", 0, 0, G_OPTION_ARG_STRING, &auditor,
          "a token for an auditor instead: its hash goes into --out", "NAME" },
        G_OPTION_ENTRY_NULL,
    };
    GError *error = NULL;

    if (!tool_options (&argc, &argv, "DOMAIN SELECTOR", "Makes a DKIM key.", entries))
        return EX_USAGE;
    if (unsubscribe && (argc > 1 || algorithm || out || keyring))
        return tool_usage ("key new --unsubscribe FILE takes nothing else");
    if (unsubscribe)
        return add_unsubscribe_key (unsubscribe);
    if (auditor && (argc > 1 || !out))
        return tool_usage ("key new --auditor NAME takes --out FILE and nothing else");
    if (auditor)
        return add_auditor (auditor, out);
    if (argc != 3)
        return tool_usage ("key new takes: DOMAIN SELECTOR");
    if (algorithm && strcmp (algorithm, "rsa") != 0 && strcmp (algorithm, "ed25519") != 0)
        return tool_usage ("--algorithm %s: right would be rsa or ed25519", algorithm);
    g_autofree char *domain = address_domain_ascii (argv[1], NULL);
    if (!domain || !signer_is_name (domain) || !signer_is_name (argv[2]))
        return tool_usage ("key new %s %s: right would be a domain and a selector of letters, "
                           "digits, \"-\" and \".\"",
                           argv[1], argv[2]);
    g_autofree char *file =
        out ? g_strdup (out) : g_strdup_printf ("%s.%s.pem", argv[2], domain);
    NewKey key = { domain, argv[2], file };
    return make_key (&key, algorithm ? algorithm : "rsa", keyring, &error)
               ? EX_OK
               : tool_fail_create (error);
}

static int
key_show (int argc, char **argv)
{
    GOptionEntry entries[] = { G_OPTION_ENTRY_NULL };
    GError *error = NULL;

    if (!tool_options (&argc, &argv, "FILE", "Prints the DNS record of a key.", entries))
        return EX_USAGE;
    if (argc != 2)
        return tool_usage ("key show takes: FILE");
    g_autofree char *record = signer_key_record (argv[1], &error);
    if (!record)
        return tool_fail (error);
    puts (record);
    return EX_OK;
}

static int
key_verify (int argc, char **argv)
{
    g_autofree char *keyring = NULL;
    GOptionEntry entries[] = {
        { "keyring", 0, 0, G_OPTION_ARG_FILENAME, &keyring,
          "lines \"selector._domainkey.domain v=DKIM1; ...\"", "FILE" },
        G_OPTION_ENTRY_NULL,
    };
    GError *error = NULL;

    if (!tool_options (&argc, &argv, "MAIL.eml", "Verifies all DKIM signatures without DNS.",
                       entries))
        return EX_USAGE;
    if (argc != 2 || !keyring)
        return tool_usage ("key verify takes: --keyring FILE MAIL.eml");
    g_autoptr (GBytes) mail = tool_read_mail (argv[1], &error);
    if (!mail)
        return tool_fail (error);
    if (!signer_verify (mail, keyring, &error)) {
        g_prefix_error (&error, "%s: ", argv[1]);
        return tool_fail (error);
    }
    printf ("%s: all signatures are valid\n", argv[1]);
    return EX_OK;
}

static int
key_check (int argc, char **argv)
{
    g_autofree char *config = NULL;
    g_auto (DomainOptions) domain = { 0 };
    GError *error = NULL;
    GOptionEntry entries[] = {
        DOMAIN_ENTRIES (domain),
        { "config", 0, 0, G_OPTION_ARG_FILENAME, &config, "settings file", "FILE" },
        G_OPTION_ENTRY_NULL,
    };

    if (!tool_options (&argc, &argv, NULL, "Compares each key with what DNS publishes.",
                       entries))
        return EX_USAGE;
    if (argc != 1)
        return tool_usage ("key check takes no operand; right would be --domain DOMAIN");
    g_autoptr (Settings) settings = tool_settings (config, &error);
    return settings ? doctor_keys (&domain, settings) : tool_fail (error);
}

int
cmd_key (int argc, char **argv)
{
    GOptionEntry entries[] = { G_OPTION_ENTRY_NULL };

    if (argc > 1 && strcmp (argv[1], "new") == 0)
        return key_new (argc - 1, argv + 1);
    if (argc > 1 && strcmp (argv[1], "show") == 0)
        return key_show (argc - 1, argv + 1);
    if (argc > 1 && strcmp (argv[1], "verify") == 0)
        return key_verify (argc - 1, argv + 1);
    if (argc > 1 && strcmp (argv[1], "check") == 0)
        return key_check (argc - 1, argv + 1);
    if (!tool_options (&argc, &argv, "new|show|verify|check [OPTION...] OPERAND...",
                       "Makes, shows and checks DKIM keys, verifies signatures.", entries))
        return EX_USAGE;
    return tool_usage ("key takes: new, show, verify or check");
}
