/* SPDX-License-Identifier: BSD-2-Clause */

/* What goes into the store and out of it in large, and what is erased. */

#include "consent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "licet/address.h"
#include "licet/contacts.h"
#include "licet/error.h"
#include "licet/import.h"
#include "tool.h"

enum { MOST_PROBLEMS = 20 };

typedef struct {
    int64_t shown; /* monotonic microseconds, of the last line of progress */
    unsigned problems;
} Watch;

/* On a terminal only, four times a second. */
static void
show_progress (uint64_t done, uint64_t all, void *data)
{
    Watch *watch = data;
    int64_t now = g_get_monotonic_time ();

    if (now - watch->shown < G_USEC_PER_SEC / 4)
        return;
    watch->shown = now;
    fprintf (stderr, "\r%3u %% ", all ? (unsigned)(done * 100 / all) : 100);
}

static void
show_problem (const char *text, void *data)
{
    Watch *watch = data;

    if (watch->problems++ < MOST_PROBLEMS)
        fprintf (stderr, "licet: %s\n", text);
}

static void
print_summary_json (const ImportSummary *summary, bool dry_run)
{
    printf ("{\"dry_run\":%s,\"rows\":%" G_GUINT64_FORMAT ",\"grants\":%" G_GUINT64_FORMAT
            ",\"refusals\":%" G_GUINT64_FORMAT ",\"new\":%" G_GUINT64_FORMAT
            ",\"same\":%" G_GUINT64_FORMAT ",\"changed\":%" G_GUINT64_FORMAT
            ",\"changed_to_granted\":%" G_GUINT64_FORMAT ",\"known\":%" G_GUINT64_FORMAT
            ",\"refused\":%" G_GUINT64_FORMAT ",\"erased\":%" G_GUINT64_FORMAT
            ",\"suppressed\":%" G_GUINT64_FORMAT ",\"silent\":%" G_GUINT64_FORMAT "}\n",
            dry_run ? "true" : "false", summary->rows, summary->grants, summary->refusals,
            summary->fresh, summary->same, summary->changed, summary->to_granted,
            summary->known, summary->refused, summary->passed_over, summary->without_effect,
            summary->silent);
}

static void
print_count (uint64_t count, const char *what)
{
    if (count > 0)
        printf ("%12" G_GUINT64_FORMAT "  %s\n", count, what);
}

static void
print_summary (const char *path, const ImportSummary *summary, bool dry_run)
{
    printf ("%s: %" G_GUINT64_FORMAT " rows %s\n", path, summary->rows,
            dry_run ? "would be imported; nothing was changed" : "are in the store");
    print_count (summary->grants, "agree to something");
    print_count (summary->refusals, "withdraw or suppress");
    print_count (summary->fresh, "about new addresses");
    print_count (summary->same, "in the store already");
    print_count (summary->changed, "known addresses whose state changes");
    print_count (summary->to_granted, "of these to granted");
    print_count (summary->without_effect, "grants without effect: the address is suppressed");
    print_count (summary->passed_over, "passed over: the person was erased");
    print_count (summary->silent, "that state nothing");
    print_count (summary->refused, "refused");
    if (dry_run && summary->changed * 100 > summary->known * IMPORT_MASS_PERCENT)
        printf ("More than %d %% of the %" G_GUINT64_FORMAT
                " known addresses would change: it takes --allow-mass-change.\n",
                IMPORT_MASS_PERCENT, summary->known);
}

/* An import ends at the first row that is wrong, a dry run at none. */
static int
fail_import (GError *error, const ImportSummary *summary)
{
    int status = tool_fail (error);

    if (summary->refused > 0)
        fputs ("licet: licet consent import --dry-run shows all problems\n", stderr);
    return status;
}

int
consent_import_file (ConsentStore *store, char **operands, const ConsentArguments *arguments)
{
    bool terminal = isatty (STDERR_FILENO) && !arguments->json;
    Watch watch = { 0 };
    ImportSummary summary;
    GError *error = NULL;
    ImportOptions options = {
        .path = operands[0],
        .format = arguments->format,
        .list = arguments->list,
        .purpose = arguments->purpose,
        .basis = arguments->basis,
        .dry_run = arguments->dry_run,
        .resume = arguments->resume,
        .allow_mass_change = arguments->allow_mass_change,
        .restore = arguments->restore,
        .progress = terminal ? show_progress : NULL,
        .problem = show_problem,
        .data = &watch,
    };

    if (!arguments->format && (arguments->list || arguments->purpose || arguments->basis))
        return tool_usage (
            "--list, --purpose and --basis are for the rows of a --format that do "
            "not say so themselves");
    if (access (operands[0], R_OK) != 0)
        return tool_fail (g_error_new (G_FILE_ERROR, G_FILE_ERROR_NOENT, "%s: %s", operands[0],
                                       g_strerror (errno)));
    if (!consent_time (arguments, &options.now, &error))
        return tool_fail (error);
    bool ok = consent_import (store, &options, &summary, &error);
    if (watch.shown)
        fputs ("\r      \r", stderr);
    if (!ok)
        return fail_import (error, &summary);
    if (watch.problems > MOST_PROBLEMS)
        fprintf (stderr, "licet: and %u more\n", watch.problems - MOST_PROBLEMS);
    if (arguments->json)
        print_summary_json (&summary, arguments->dry_run);
    else
        print_summary (operands[0], &summary, arguments->dry_run);
    return summary.refused ? EX_DATAERR : EX_OK;
}

static bool
write_event (ConsentEvent *event, void *data, GError **error)
{
    g_autoptr (GString) csv = g_string_new (NULL);
    FILE *out = data;

    consent_csv_append (csv, event);
    consent_event_free (event);
    if (fputs (csv->str, out) >= 0)
        return true;
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "cannot be written: %s",
                 g_strerror (errno));
    return false;
}

static bool
write_all (ConsentStore *store, FILE *out, GError **error)
{
    g_autoptr (GString) header = g_string_new (NULL);

    consent_csv_append (header, NULL);
    fputs (header->str, out);
    return consent_each (store, write_event, out, error);
}

/* Beside its place until it is whole. */
static int
export_to (ConsentStore *store, const char *path)
{
    g_autofree char *temporary = g_strconcat (path, ".part", NULL);
    int fd = open (temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    FILE *out = fd >= 0 ? fdopen (fd, "w") : NULL;
    GError *error = NULL;

    if (!out)
        return tool_fail_create (g_error_new (G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s",
                                              temporary, g_strerror (errno)));
    bool read = write_all (store, out, &error);
    bool written = fflush (out) == 0 && fsync (fd) == 0;
    written = fclose (out) == 0 && written;
    if (read && written && rename (temporary, path) == 0)
        return EX_OK;
    if (!error)
        error =
            g_error_new (G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", path, g_strerror (errno));
    unlink (temporary);
    return read ? tool_fail_create (error) : tool_fail (error);
}

int
consent_export (ConsentStore *store, char **operands, const ConsentArguments *arguments)
{
    const char *to = operands[0];
    GError *error = NULL;

    if (strcmp (to, "-") == 0)
        return write_all (store, stdout, &error) ? EX_OK : tool_fail (error);
    if (strchr (to, '@') && !strchr (to, '/') && !g_str_has_suffix (to, ".csv"))
        return consent_export_person (store, to, arguments);
    return export_to (store, to);
}

static unsigned
count_linked (const GPtrArray *events, const char *address)
{
    g_autoptr (GHashTable) others = g_hash_table_new (g_str_hash, g_str_equal);

    for (unsigned i = 0; i < events->len; i++) {
        char *other = ((ConsentEvent *)g_ptr_array_index (events, i))->address;
        if (strcmp (other, address) != 0)
            g_hash_table_add (others, other);
    }
    return g_hash_table_size (others);
}

/* Under which the store keeps it. Caller frees. */
static char *
own_name (const char *address, const ConsentArguments *arguments)
{
    return arguments->options->fold_tags ? address_without_tag (address) : g_strdup (address);
}

/* What the daemon counts for caps: under the address, and what older layouts have under the person
 * when nobody else is it. First, while the store still knows the person: who is stopped in between
 * erases once more. */
static bool
erase_contacts (ConsentStore *store, const char *address, unsigned linked,
                const ConsentArguments *arguments, unsigned *ret_erased, GError **error)
{
    const char *const asked[] = { address, NULL };
    g_autofree char *failure = NULL;
    g_autoptr (GPtrArray) records =
        consent_ask (store, asked, PURPOSE_NEWSLETTER, G_MAXINT64, &failure);
    const ConsentRecord *record = g_ptr_array_index (records, 0);
    g_autofree char *own = own_name (address, arguments);
    const char *const who[] = { address, own, linked == 0 ? record->person : NULL, NULL };

    if (failure) {
        g_set_error_literal (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, failure);
        return false;
    }
    if (!arguments->contacts)
        return true;
    g_autoptr (Contacts) contacts =
        contacts_open_with (arguments->contacts, arguments->options, error);
    return contacts && contacts_erase (contacts, who, ret_erased, error);
}

typedef struct {
    unsigned statements, kept, linked, contacts;
    bool has_contacts;
} Erased;

static void
tell_contacts (const Erased *erased)
{
    if (erased->has_contacts)
        printf ("erased: %u contact%s counted for frequency caps%s\n", erased->contacts,
                erased->contacts == 1 ? "" : "s",
                erased->linked > 0 ? "; those to the linked addresses stay" : "");
    else
        puts ("elsewhere: what the daemon counts for frequency caps, until --config names its "
              "settings");
}

static void
tell_erased (const Erased *all)
{
    unsigned erased = all->statements, kept = all->kept, linked = all->linked;

    printf ("erased: %u statement%s of this address\n", erased, erased == 1 ? "" : "s");
    tell_contacts (all);
    puts (
        "kept: one keyed hash of the address, as a suppression, so that no later import brings "
        "promotion back (GDPR art. 17(3)(b) with 21(3))");
    if (kept > 0)
        printf (
            "kept: %u act%s of agreeing or refusing under the same hash, without who it was, "
            "for the duty to prove consent (art. 17(3)(b) and (e)); licet consent history "
            "finds them for who gives the address\n",
            kept, kept == 1 ? "" : "s");
    if (linked > 0)
        printf ("not touched: %u linked address%s of the same person; erase each\n", linked,
                linked == 1 ? "" : "es");
    puts (
        "elsewhere: the log knows the address by a pseudonym until licet audit erase; backups "
        "until they are overwritten");
}

int
consent_erase_address (ConsentStore *store, char **operands, const ConsentArguments *arguments)
{
    GError *error = NULL;
    int64_t now = 0;
    Erased erased = { .has_contacts = arguments->contacts != NULL };
    g_autofree char *address = address_normalise (operands[0], &error);
    g_autoptr (GPtrArray) before = address ? consent_history (store, address, &error) : NULL;

    if (before) {
        g_autofree char *own = own_name (address, arguments);
        erased.linked = count_linked (before, own);
    }
    if (!before || !consent_time (arguments, &now, &error) ||
        !erase_contacts (store, address, erased.linked, arguments, &erased.contacts, &error) ||
        !consent_erase (store, address, arguments->keep_evidence, now, &erased.statements,
                        &erased.kept, &error))
        return tool_fail (error);
    if (arguments->json)
        printf ("{\"erased\":%u,\"kept_hashes\":1,\"kept_acts\":%u,\"linked\":%u,"
                "\"contacts\":%u}\n",
                erased.statements, erased.kept, erased.linked, erased.contacts);
    else
        tell_erased (&erased);
    return EX_OK;
}

static void
print_counts (const char *purpose, const ConsentCounts *counts, bool json)
{
    printf (json ? "{\"purpose\":\"%s\",\"granted\":%" G_GUINT64_FORMAT
                   ",\"refused\":%" G_GUINT64_FORMAT ",\"pending\":%" G_GUINT64_FORMAT
                   ",\"unknown\":%" G_GUINT64_FORMAT "}\n"
                 : "%-14s %12" G_GUINT64_FORMAT " %12" G_GUINT64_FORMAT " %12" G_GUINT64_FORMAT
                   " %12" G_GUINT64_FORMAT "\n",
            purpose, counts->granted, counts->refused, counts->pending, counts->unknown);
}

static void
print_people (const ConsentStats *stats, bool json)
{
    printf (json ? "{\"addresses\":%" G_GUINT64_FORMAT ",\"linked\":%" G_GUINT64_FORMAT
                   ",\"erased\":%" G_GUINT64_FORMAT ",\"bounced\":%" G_GUINT64_FORMAT
                   ",\"complained\":%" G_GUINT64_FORMAT ",\"manual\":%" G_GUINT64_FORMAT "}\n"
                 : "%" G_GUINT64_FORMAT " addresses, %" G_GUINT64_FORMAT
                   " of them linked; %" G_GUINT64_FORMAT
                   " erased\nsuppressed: %" G_GUINT64_FORMAT " bounced, %" G_GUINT64_FORMAT
                   " complained, %" G_GUINT64_FORMAT " by hand\n",
            stats->addresses, stats->linked, stats->erased, stats->bounced, stats->complained,
            stats->manual);
}

int
consent_print_stats (ConsentStore *store, char **operands G_GNUC_UNUSED,
                     const ConsentArguments *arguments)
{
    ConsentStats stats;
    GError *error = NULL;
    int64_t now = 0;

    if (!consent_time (arguments, &now, &error) || !consent_stats (store, now, &stats, &error))
        return tool_fail (error);
    print_people (&stats, arguments->json);
    if (!arguments->json)
        printf ("\n%-14s %12s %12s %12s %12s\n", "purpose", "granted", "refused", "pending",
                "unknown");
    for (Purpose purpose = PURPOSE_NEWSLETTER; purpose <= PURPOSE_WELCOME; purpose++)
        print_counts (purpose_word (purpose), &stats.purposes[purpose - PURPOSE_NEWSLETTER],
                      arguments->json);
    print_counts ("tracking", &stats.tracking, arguments->json);
    return EX_OK;
}
