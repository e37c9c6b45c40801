/* SPDX-License-Identifier: BSD-2-Clause */

/* What the subcommands share: errors to exit statuses, options, mail files, JSON text. */

#include "tool.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "licet/crlf.h"
#include "licet/error.h"
#include "licet/limits.h"

#ifndef LICET_CONFIG_DIR
#define LICET_CONFIG_DIR "/etc/licet"
#endif

static int
status_of (const GError *error)
{
    if (error->domain == G_OPTION_ERROR)
        return EX_USAGE;
    if (error->domain == G_FILE_ERROR)
        return EX_NOINPUT;
    if (error->domain != LICET_ERROR)
        return EX_SOFTWARE;
    switch ((LicetError)error->code) {
    case LICET_ERROR_UNAVAILABLE:
        return EX_TEMPFAIL;
    case LICET_ERROR_MALFORMED:
    case LICET_ERROR_LIMIT:
        return EX_DATAERR;
    case LICET_ERROR_SETTINGS:
    case LICET_ERROR_POLICY:
        return EX_CONFIG;
    case LICET_ERROR_INTERNAL:
        return EX_SOFTWARE;
    }
    return EX_SOFTWARE;
}

int
tool_fail (GError *error)
{
    int status = status_of (error);
    g_auto (GStrv) lines = g_strsplit (error->message, "\n", -1);

    for (char **line = lines; *line; line++)
        fprintf (stderr, "licet: %s\n", *line);
    g_error_free (error);
    return status;
}

int
tool_fail_create (GError *error)
{
    tool_fail (error);
    return EX_CANTCREAT;
}

int
tool_usage (const char *format, ...)
{
    va_list args;

    va_start (args, format);
    g_autofree char *text = g_strdup_vprintf (format, args);
    va_end (args);
    fprintf (stderr, "licet: %s\nlicet: see 'licet help' or licet(1)\n", text);
    return EX_USAGE;
}

/* GLib leaves "--" where it is when an operand behind it begins with "-", as "-ana-@example.org" may. */
static void
drop_separator (int *argc, char **argv)
{
    for (int i = 1; i < *argc; i++) {
        if (strcmp (argv[i], "--") != 0)
            continue;
        memmove (argv + i, argv + i + 1, (size_t)(*argc - i) * sizeof *argv);
        --*argc;
        return;
    }
}

bool
tool_options (int *argc, char ***argv, const char *operands, const char *summary,
              const GOptionEntry *entries)
{
    g_autoptr (GOptionContext) context = g_option_context_new (operands);
    g_autoptr (GError) error = NULL;

    g_option_context_set_summary (context, summary);
    g_option_context_add_main_entries (context, entries, NULL);
    if (g_option_context_parse (context, argc, argv, &error)) {
        drop_separator (argc, *argv);
        return true;
    }
    tool_usage ("%s", error->message);
    return false;
}

/* most: so much of a larger one, which is read to its end; 0: a larger one is an error. */
static GBytes *
read_all (FILE *file, const char *path, unsigned most, GError **error)
{
    g_autoptr (GByteArray) bytes = g_byte_array_new ();
    unsigned char chunk[65536];
    bool full = false;

    for (size_t n; (n = fread (chunk, 1, sizeof chunk, file)) > 0;) {
        full = full || (most && bytes->len + n > most);
        if (full)
            continue;
        if (bytes->len + n > LIMIT_MESSAGE_BYTES) {
            g_set_error (error, LICET_ERROR, LICET_ERROR_LIMIT, "%s: larger than %u bytes",
                         path, LIMIT_MESSAGE_BYTES);
            return NULL;
        }
        g_byte_array_append (bytes, chunk, (unsigned)n);
    }
    if (ferror (file)) {
        g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_IO, "%s: cannot be read", path);
        return NULL;
    }
    return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

/* A message cut out of an mbox file keeps its separator line, which is no header field. */
static GBytes *
without_mbox_line (GBytes *bytes)
{
    size_t length = 0;
    const char *data = g_bytes_get_data (bytes, &length);
    const char *end =
        length >= 5 && memcmp (data, "From ", 5) == 0 ? memchr (data, '\n', length) : NULL;
    size_t offset = end ? (size_t)(end - data) + 1 : 0;

    return g_bytes_new_from_bytes (bytes, offset, length - offset);
}

GBytes *
tool_read_mail_of (const char *path, unsigned most, GError **error)
{
    bool standard = strcmp (path, "-") == 0;
    FILE *file = standard ? stdin : fopen (path, "rb");

    if (!file) {
        g_set_error (error, G_FILE_ERROR, (int)g_file_error_from_errno (errno), "%s: %s", path,
                     g_strerror (errno));
        return NULL;
    }
    g_autoptr (GBytes) bytes = read_all (file, path, most, error);
    if (!standard)
        fclose (file);
    if (!bytes)
        return NULL;
    g_autoptr (GBytes) mail = without_mbox_line (bytes);
    return crlf_lines (mail);
}

GBytes *
tool_read_mail (const char *path, GError **error)
{
    return tool_read_mail_of (path, 0, error);
}

void
tool_options_clear (ToolOptions *options)
{
    g_free (options->config);
    g_free (options->policies);
    g_free (options->consent);
    g_free (options->now);
    g_free (options->from);
    g_strfreev (options->keys);
    g_strfreev (options->recipients);
}

static Settings *
load_settings (const char *config, GError **error)
{
    const char *asked = config ? config : g_getenv ("LICET_CONFIG");

    if (asked)
        return settings_load (asked, error);
    if (g_file_test (LICET_CONFIG_DIR "/licet.cfg", G_FILE_TEST_EXISTS))
        return settings_load (LICET_CONFIG_DIR "/licet.cfg", error);
    Settings *settings = settings_new ();
    g_free (settings->consent);
    settings->consent = g_strdup ("memory:");
    return settings;
}

Settings *
tool_settings (const char *config, GError **error)
{
    Settings *settings = load_settings (config, error);

    /* The daemon's user keeps the keys, and root may look. */
    if (settings && geteuid () == 0)
        settings->keeper = settings_user (settings);
    return settings;
}

/* "DOMAIN:SELECTOR:FILE". */
static bool
add_keys (Settings *settings, char **keys, GError **error)
{
    if (keys && *keys)
        g_ptr_array_set_size (settings->keys, 0);
    for (char **key = keys; key && *key; key++) {
        g_auto (GStrv) parts = g_strsplit (*key, ":", 3);
        if (g_strv_length (parts) != 3) {
            g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                         "--key %s: right would be DOMAIN:SELECTOR:FILE", *key);
            return false;
        }
        g_ptr_array_add (settings->keys, signer_key_spec_new (parts[0], parts[1], parts[2]));
    }
    return true;
}

static void
override (char **setting, const char *option)
{
    if (!option)
        return;
    g_free (*setting);
    *setting = g_strdup (option);
}

bool
tool_now (const ToolOptions *options, int64_t *ret_now, GError **error)
{
    Clock clock = { 0 };
    int64_t now = clock_now (&clock);

    if (options->now && !clock_parse (options->now, &now, error)) {
        g_prefix_error (error, "--now: ");
        return false;
    }
    *ret_now = now;
    return true;
}

bool
tool_has_store (const char *consent, GError **error)
{
    if (!consent || !tool_store_is_absent (consent))
        return true;
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "%s: no such store", consent);
    return false;
}

Engine *
tool_engine (const ToolOptions *options, int64_t *ret_now, GError **error)
{
    int64_t now = 0;

    if (!tool_now (options, &now, error) || !tool_has_store (options->consent, error))
        return NULL;
    g_autoptr (Settings) settings = tool_settings (options->config, error);
    if (!settings || !add_keys (settings, options->keys, error))
        return NULL;
    override (&settings->policies, options->policies);
    override (&settings->consent, options->consent);
    Engine *engine = engine_new (g_steal_pointer (&settings), error);
    if (engine)
        *ret_now = now;
    if (engine && engine_rehearse_tokens (engine))
        fputs ("licet: unsubscribe_keys is not set: the copies' links to unsubscribe lead "
               "nowhere\n",
               stderr);
    return engine;
}

bool
tool_store_is_absent (const char *uri)
{
    bool sqlite = g_str_has_prefix (uri, "sqlite:");

    if (!sqlite && !g_str_has_suffix (uri, ".csv"))
        return false;
    return !g_file_test (sqlite ? uri + strlen ("sqlite:") : uri, G_FILE_TEST_EXISTS);
}
