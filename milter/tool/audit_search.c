/* SPDX-License-Identifier: BSD-2-Clause */

/* licet audit search, tail and export: records as lines for people, as CSV or as they stand. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit.h"
#include "licet/error.h"
#include "licet/ledger.h"
#include "licet/utf8.h"

typedef struct {
    FILE *out;
    GHashTable *addresses; /* by pseudonym, or NULL */
    void (*print) (FILE *out, const AuditRow *row, const char *who);
    GQueue *kept; /* with tail: the last lines, char * */
    unsigned keep;
    uint64_t shown;
} Printer;

static const char *
or_dash (const char *text)
{
    return text && *text ? text : "-";
}

/* What a record says of what became of the mail. */
static const char *
result_of (const AuditRow *row)
{
    return row->outcome ? row->outcome : row->error ? row->error : row->stage;
}

static void
print_line (FILE *out, const AuditRow *row, const char *who)
{
    g_autofree char *line = g_strdup_printf (
        "%-20s %9" G_GUINT64_FORMAT " %-10s %-12s %-9s %-13s %-3s %-18s %s%s%s",
        or_dash (row->time), row->seq, or_dash (row->record), or_dash (row->queue_id),
        or_dash (result_of (row)), or_dash (row->class), or_dash (row->territory),
        or_dash (row->rule), who ? who : or_dash (row->subject), row->reply ? "  " : "",
        row->reply ? row->reply : "");
    g_autofree char *clean = utf8_without_controls (line);

    fprintf (out, "%s\n", clean);
}

static void
print_json (FILE *out, const AuditRow *row, const char *who G_GNUC_UNUSED)
{
    fwrite (row->line, 1, row->length, out);
    fputc ('\n', out);
}

/* RFC 4180. A cell that a spreadsheet would take for a formula gets an apostrophe, and so becomes
 * text. */
static void
print_cell (FILE *out, const char *value, bool first)
{
    g_autofree char *text = value ? utf8_without_controls (value) : NULL;

    if (!first)
        fputc (',', out);
    fputc ('"', out);
    if (text && *text && strchr ("=+-@\t\r", *text))
        fputc ('\'', out);
    for (const char *c = text ? text : ""; *c; c++) {
        if (*c == '"')
            fputc ('"', out);
        fputc (*c, out);
    }
    fputc ('"', out);
}

static const struct {
    const char *name;
    size_t offset;
} columns[] = {
#define COLUMN(name)                                                                           \
    {                                                                                          \
#name, offsetof(AuditRow, name)                                                        \
    }
    COLUMN (time),
    COLUMN (record),
    COLUMN (edge),
    COLUMN (queue_id),
    COLUMN (submitted_queue_id),
    COLUMN (subject),
    COLUMN (recipient_domain),
    COLUMN (sender_domain),
    COLUMN (message_id),
    COLUMN (class),
    COLUMN (purpose),
    COLUMN (outcome),
    COLUMN (rule),
    COLUMN (source),
    COLUMN (reply),
    COLUMN (until),
    COLUMN (territory),
    COLUMN (territory_source),
    COLUMN (legal_class),
    COLUMN (consent_state),
    COLUMN (consent_basis),
    COLUMN (consent_at),
    COLUMN (consent_event),
    COLUMN (consent_suppression),
    COLUMN (policy_version),
    COLUMN (body_hash),
    COLUMN (copy_hash),
    COLUMN (campaign),
    COLUMN (template),
    COLUMN (stage),
    COLUMN (error),
    COLUMN (text),
};

static void
print_header (FILE *out)
{
    fputs ("\"seq\"", out);
    for (unsigned i = 0; i < G_N_ELEMENTS (columns); i++)
        print_cell (out, columns[i].name, false);
    fputs (",\"promo_share\",\"strips\",\"bytes_removed\",\"address\"\r\n", out);
}

static void
print_csv (FILE *out, const AuditRow *row, const char *who)
{
    g_autofree char *seq = g_strdup_printf ("%" G_GUINT64_FORMAT, row->seq);
    char share[G_ASCII_DTOSTR_BUF_SIZE];

    print_cell (out, seq, true);
    for (unsigned i = 0; i < G_N_ELEMENTS (columns); i++)
        print_cell (out, *(const char *const *)((const char *)row + columns[i].offset), false);
    fprintf (out, ",\"%s\",\"%u\",\"%" G_GUINT64_FORMAT "\"",
             g_ascii_formatd (share, sizeof share, "%.4f", row->promo_share), row->strips,
             row->bytes_removed);
    print_cell (out, who, false);
    fputs ("\r\n", out);
}

static bool
show (const AuditRow *row, void *data)
{
    Printer *printer = data;
    const char *who = printer->addresses && row->subject
                          ? g_hash_table_lookup (printer->addresses, row->subject)
                          : NULL;

    printer->shown++;
    printer->print (printer->out, row, who);
    return !ferror (printer->out);
}

static bool
keep (const AuditRow *row, void *data)
{
    Printer *printer = data;

    g_queue_push_tail (printer->kept, g_strdup_printf ("%.*s\n", (int)row->length, row->line));
    if (g_queue_get_length (printer->kept) > printer->keep)
        g_free (g_queue_pop_head (printer->kept));
    return true;
}

/* Clear addresses only when asked for; they come from the state file, never from the log. */
static bool
find_addresses (const AuditOptionsTool *options, Printer *printer, GError **error)
{
    if (!options->addresses)
        return true;
    g_autoptr (Ledger) ledger = ledger_open_read_only (audit_state_path (options), error);
    printer->addresses = ledger ? ledger_addresses (ledger, error) : NULL;
    return printer->addresses != NULL;
}

static int
run_search (AuditOptionsTool *options, Printer *printer)
{
    GError *error = NULL;
    AuditFilter filter;
    int status = EX_OK;
    uint64_t read = 0;

    if (!audit_filter (options, &filter, &status))
        return status;
    g_autoptr (GPtrArray) files = audit_files (audit_log_path (options), &error);
    if (!files || !find_addresses (options, printer, &error) ||
        !audit_scan (files, &filter, show, printer, &read, &error))
        status = tool_fail (error);
    else {
        fprintf (stderr, "licet: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " records\n",
                 printer->shown, read);
        audit_hint (options, files, printer->shown);
    }
    g_clear_pointer (&printer->addresses, g_hash_table_unref);
    return status;
}

int
audit_do_search (AuditOptionsTool *options, const char *operand G_GNUC_UNUSED)
{
    Printer printer = { .out = stdout, .print = options->json ? print_json : print_line };

    return run_search (options, &printer);
}

static int
export_to (AuditOptionsTool *options, FILE *out)
{
    bool csv = !options->json && g_strcmp0 (options->format, "json") != 0;
    Printer printer = { .out = out, .print = csv ? print_csv : print_json };

    if (csv)
        print_header (out);
    return run_search (options, &printer);
}

int
audit_do_export (AuditOptionsTool *options, const char *operand G_GNUC_UNUSED)
{
    if (options->format && strcmp (options->format, "csv") != 0 &&
        strcmp (options->format, "json") != 0)
        return tool_usage ("--format %s: right would be csv or json", options->format);
    if (!options->out)
        return export_to (options, stdout);
    int fd = open (options->out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FILE *out = fd >= 0 ? fdopen (fd, "w") : NULL;
    if (!out) {
        fprintf (stderr, "licet: %s: %s\n", options->out, g_strerror (errno));
        return EX_CANTCREAT;
    }
    int status = export_to (options, out);
    return fclose (out) == 0 ? status : EX_IOERR;
}

/* A file that was closed is read to its end before the next is begun. */
typedef struct {
    int fd;
    ino_t inode;
    GString *text; /* what was read and is not yet a whole line */
} Follower;

static void
read_more (Follower *follower, const AuditFilter *filter, Printer *printer)
{
    char buffer[65536];

    for (ssize_t n;
         follower->fd >= 0 && (n = read (follower->fd, buffer, sizeof buffer)) > 0;) {
        g_string_append_len (follower->text, buffer, n);
        size_t done =
            audit_scan_text (follower->text->str, follower->text->len, filter, show, printer);
        g_string_erase (follower->text, 0, (gssize)done);
    }
    fflush (printer->out);
}

static void
open_again (Follower *follower, const char *path)
{
    struct stat status;

    if (stat (path, &status) != 0 || status.st_ino == follower->inode)
        return;
    if (follower->fd >= 0)
        close (follower->fd);
    follower->fd = open (path, O_RDONLY | O_CLOEXEC);
    follower->inode = status.st_ino;
}

static void
follow (const char *path, const AuditFilter *filter, Printer *printer)
{
    Follower follower = { .fd = -1, .text = g_string_new (NULL) };

    open_again (&follower, path);
    if (follower.fd >= 0)
        lseek (follower.fd, 0, SEEK_END);
    while (!ferror (printer->out)) {
        read_more (&follower, filter, printer);
        open_again (&follower, path);
        g_usleep (G_USEC_PER_SEC / 4);
    }
    g_string_free (follower.text, TRUE);
    close (follower.fd);
}

static void
show_kept (Printer *printer, const AuditFilter *filter)
{
    for (char *line; (line = g_queue_pop_head (printer->kept));) {
        audit_scan_text (line, strlen (line), filter, show, printer);
        g_free (line);
    }
    g_queue_free (printer->kept);
    fflush (printer->out);
}

int
audit_do_tail (AuditOptionsTool *options, const char *operand G_GNUC_UNUSED)
{
    GError *error = NULL;
    AuditFilter filter;
    int status = EX_OK;
    const char *path = audit_log_path (options);

    if (options->lines < 0 || options->lines > 1000000)
        return tool_usage ("--lines %d: right would be 0 to 1000000", options->lines);
    if (!audit_filter (options, &filter, &status))
        return status;
    g_autoptr (GPtrArray) files = audit_files (path, &error);
    Printer printer = { .out = stdout,
                        .print = options->json ? print_json : print_line,
                        .kept = g_queue_new (),
                        .keep = (unsigned)options->lines };
    if (!files || !find_addresses (options, &printer, &error) ||
        !audit_scan (files, &filter, keep, &printer, NULL, &error))
        status = tool_fail (error);
    show_kept (&printer, &filter);
    if (status == EX_OK && options->follow)
        follow (path, &filter, &printer);
    g_clear_pointer (&printer.addresses, g_hash_table_unref);
    return status;
}
