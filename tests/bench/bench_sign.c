/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Signatures per second and CPU per message: both engines, and the program opendkim where it is
 * installed, in turns over the same mails so that a busy machine slows all alike. opendkim runs in
 * its test mode, without the milter protocol; its start is measured alone and taken off.
 *
 * usage: bench_sign [ROUNDS]
 */

#include <glib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "licet/signer.h"

static const size_t sizes[] = { 3 * 1024, 60 * 1024, 1024 * 1024 };
static const unsigned messages[] = { 200, 100, 20 };

typedef struct {
    const char *name;
    Signer *signer; /* NULL: the program opendkim */
    double cpu[3], wall[3];
} Row;

static struct {
    char *dir, *rsa, *ed, *config, *mail;
} all;

static char *
path_of (const char *name)
{
    return g_build_filename (all.dir, name, NULL);
}

static char *
new_key (const char *algorithm)
{
    char *pem = NULL, *record = NULL, *path = path_of (algorithm);

    g_assert_true (signer_key_new (algorithm, &pem, &record, NULL));
    g_assert_true (g_file_set_contents (path, pem, -1, NULL));
    g_chmod (path, 0600);
    g_free (pem);
    g_free (record);
    return path;
}

static Signer *
new_signer (bool libopendkim, bool both)
{
    g_autoptr (GPtrArray) keys =
        g_ptr_array_new_with_free_func ((GDestroyNotify)signer_key_spec_free);
    g_autoptr (GError) error = NULL;

    g_ptr_array_add (keys, signer_key_spec_new ("shop.example", "rsa", all.rsa));
    if (both)
        g_ptr_array_add (keys, signer_key_spec_new ("shop.example", "ed", all.ed));
    Signer *signer =
        signer_open (&(SignerOptions){ .keys = keys, .libopendkim = libopendkim }, &error);
    g_assert_no_error (error);
    return signer;
}

/* A newsletter's header and a page of that size. */
static GString *
make_mail (size_t size)
{
    GString *mail = g_string_new (
        "From: Shop Example <news@shop.example>\r\nTo: ana@example.com\r\n"
        "Subject: Your receipt and our news\r\nDate: Tue, 24 Nov 2026 09:00:00 +0100\r\n"
        "Message-ID: <bench@shop.example>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n"
        "List-Unsubscribe: <https://shop.example/u?t=abc>\r\n"
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\r\n");

    while (mail->len < size)
        g_string_append (mail, "  <td class=\"offer\"><a href=\"https://shop.example/j\">Rain "
                               "jackets</a>  20 % off</td>\r\n");
    return mail;
}

static void
write_config (void)
{
    g_autofree char *text = g_strdup_printf (
        "Domain shop.example\nSelector rsa\nKeyFile %s\nCanonicalization relaxed/relaxed\n"
        "Mode s\nInternalHosts 0.0.0.0/0\nRequireSafeKeys no\nSyslog no\n"
        "OversignHeaders From,Subject,Date,To\n",
        all.rsa);

    g_assert_true (g_file_set_contents (all.config, text, -1, NULL));
}

/* Signs the mail file that often; false when there is no such program. */
static bool
run_opendkim (unsigned count)
{
    g_autoptr (GString) files = g_string_new (all.mail);
    int status = 0;

    for (unsigned i = 1; i < count; i++)
        g_string_append_printf (files, ",%s", all.mail);
    pid_t child = fork ();
    if (child == 0) {
        if (!freopen ("/dev/null", "w", stdout))
            _exit (127);
        execlp ("opendkim", "opendkim", "-x", all.config, "-t", files->str, NULL);
        execl ("/usr/sbin/opendkim", "opendkim", "-x", all.config, "-t", files->str, NULL);
        _exit (127);
    }
    waitpid (child, &status, 0);
    return WIFEXITED (status) && WEXITSTATUS (status) == 0;
}

/* User and system time of the children that ended, in seconds. */
static double
cpu_of_children (void)
{
    struct rusage usage;

    getrusage (RUSAGE_CHILDREN, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static double
now (clockid_t clock)
{
    struct timespec time;

    clock_gettime (clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void
run_signer (const Signer *signer, unsigned count, const GString *mail)
{
    g_autoptr (GBytes) bytes = g_bytes_new_static (mail->str, mail->len);

    for (unsigned i = 0; i < count; i++) {
        SignerCopy copy = { .from = "shop.example", .now = 1700000000 + i };
        g_autoptr (GPtrArray) signatures = signer_sign (signer, bytes, &copy, NULL);
        g_assert_cmpuint (signatures->len, >, 0);
    }
}

static void
measure_opendkim (Row *row, unsigned size, const GString *mail)
{
    double cpu = cpu_of_children (), wall = now (CLOCK_MONOTONIC);

    g_assert_true (g_file_set_contents (all.mail, mail->str, (gssize)mail->len, NULL));
    run_opendkim (1);
    double start_cpu = cpu_of_children () - cpu, start_wall = now (CLOCK_MONOTONIC) - wall;
    cpu = cpu_of_children ();
    wall = now (CLOCK_MONOTONIC);
    run_opendkim (messages[size] + 1);
    row->cpu[size] += cpu_of_children () - cpu - start_cpu;
    row->wall[size] += now (CLOCK_MONOTONIC) - wall - start_wall;
}

static void
measure (Row *row, unsigned size, const GString *mail)
{
    if (!row->signer) {
        measure_opendkim (row, size, mail);
        return;
    }
    double cpu = now (CLOCK_PROCESS_CPUTIME_ID), wall = now (CLOCK_MONOTONIC);
    run_signer (row->signer, messages[size], mail);
    row->cpu[size] += now (CLOCK_PROCESS_CPUTIME_ID) - cpu;
    row->wall[size] += now (CLOCK_MONOTONIC) - wall;
}

static void
print_rows (const Row *rows, unsigned count, unsigned rounds)
{
    printf ("%-28s %10s %12s %14s %10s\n", "", "bytes", "messages/s", "CPU us/message",
            "times");
    for (unsigned size = 0; size < G_N_ELEMENTS (sizes); size++)
        for (unsigned i = 0; i < count; i++) {
            double n = (double)messages[size] * rounds;
            printf ("%-28s %10zu %12.0f %14.0f %10.2f\n", rows[i].name, sizes[size],
                    n / rows[i].wall[size], rows[i].cpu[size] / n * 1e6,
                    rows[i].cpu[size] / rows[0].cpu[size]);
        }
}

static void
remove_all (void)
{
    g_autoptr (GDir) dir = g_dir_open (all.dir, 0, NULL);

    for (const char *name; (name = g_dir_read_name (dir));) {
        g_autofree char *path = path_of (name);
        g_unlink (path);
    }
    g_rmdir (all.dir);
}

int
main (int argc, char **argv)
{
    unsigned rounds = argc > 1 ? (unsigned)atoi (argv[1]) : 10;

    all.dir = g_dir_make_tmp ("licet-bench-XXXXXX", NULL);
    all.config = path_of ("opendkim.conf");
    all.mail = path_of ("mail.eml");
    all.rsa = new_key ("rsa");
    all.ed = new_key ("ed25519");
    Row rows[] = {
        { .name = "openssl, RSA", .signer = new_signer (false, false) },
        { .name = "openssl, RSA and Ed25519", .signer = new_signer (false, true) },
        { .name = "libopendkim, RSA", .signer = new_signer (true, false) },
        { .name = "opendkim, RSA" },
    };

    write_config ();
    g_assert_true (
        g_file_set_contents (all.mail, "From: a@shop.example\r\n\r\nx\r\n", -1, NULL));
    unsigned count = G_N_ELEMENTS (rows) - !run_opendkim (1);
    for (unsigned round = 0; round < rounds; round++)
        for (unsigned size = 0; size < G_N_ELEMENTS (sizes); size++) {
            GString *mail = make_mail (sizes[size]);
            for (unsigned i = 0; i < count; i++)
                measure (&rows[i], size, mail);
            g_string_free (mail, TRUE);
        }
    print_rows (rows, count, rounds);
    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++)
        signer_unref (rows[i].signer);
    remove_all ();
    return 0;
}
