/* SPDX-License-Identifier: BSD-2-Clause */

/* What the journal of systemd gets: level, queue id, and a field for each plain word. */

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "licet/log.h"

#include "../../milter/base/journal.h"

#define HEAD(message, priority)                                                                \
    "MESSAGE=" message "\nPRIORITY=" priority "\nSYSLOG_IDENTIFIER=licetd\nSYSLOG_FACILITY="   \
    "2\n"

static const struct {
    int priority;
    const char *queue_id, *text, *want;
} rows[] = {
    { LOG_INFO, "4cD00007", "milter: class=mixed route=split recipients=4",
      HEAD ("4cD00007: milter: class=mixed route=split recipients=4",
            "6") "LICET_QUEUE_ID=4cD00007\nLICET_EDGE=milter\nLICET_CLASS=mixed\nLICET_ROUTE="
                 "split\n"
                 "LICET_RECIPIENTS=4\n" },
    { LOG_INFO, "4cD00007", "milter: class=mixed strip=2 rules=DE-CONSENT,XX-CONSENT,+3",
      HEAD ("4cD00007: milter: class=mixed strip=2 rules=DE-CONSENT,XX-CONSENT,+3",
            "6") "LICET_QUEUE_ID=4cD00007\nLICET_EDGE=milter\nLICET_CLASS=mixed\nLICET_STRIP="
                 "2\n"
                 "LICET_RULES=DE-CONSENT,XX-CONSENT,+3\n" },
    { LOG_ERR, "4cD00007", "milter: stage=audit error=limit text=\"a class=forged b\" reply=x",
      HEAD ("4cD00007: milter: stage=audit error=limit text=\"a class=forged b\" reply=x",
            "3") "LICET_QUEUE_ID=4cD00007\nLICET_EDGE=milter\nLICET_STAGE=audit\nLICET_ERROR="
                 "limit\n" },
    { LOG_WARNING, NULL, "audit: the disk is nearly full: free=3",
      HEAD ("audit: the disk is nearly full: free=3", "4") },
    { LOG_ERR, NULL, "milter: stage=audit text=\"\xff\"",
      HEAD ("milter: stage=audit text=\"\xff\"",
            "3") "LICET_EDGE=milter\nLICET_STAGE=audit\n" },
    { LOG_INFO, NULL, "reload=done", HEAD ("reload=done", "6") },
};

static void
test_entries (void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autofree char *entry =
            journal_entry (rows[i].priority, "licetd", rows[i].queue_id, rows[i].text);
        g_assert_cmpstr (entry, ==, rows[i].want);
    }
}

static void
test_socket (void)
{
    g_autofree char *dir = g_dir_make_tmp ("licet-journal.XXXXXX", NULL);
    g_autofree char *path = g_build_filename (dir, "socket", NULL);
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    char got[16] = "";
    int server = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    g_assert_cmpint (journal_connect (path), ==, -1);
    g_strlcpy (name.sun_path, path, sizeof name.sun_path);
    g_assert_cmpint (bind (server, (struct sockaddr *)&name, sizeof name), ==, 0);
    int client = journal_connect (path);
    g_assert_cmpint (client, >=, 0);
    g_assert_true (journal_send (client, "MESSAGE=a\n"));
    g_assert_cmpint (recv (server, got, sizeof got - 1, 0), ==, 10);
    g_assert_cmpstr (got, ==, "MESSAGE=a\n");
    close (server);
    g_assert_false (journal_send (client, "MESSAGE=b\n"));
    close (client);
    g_unlink (path);
    g_rmdir (dir);
}

static void
test_stream (void)
{
    struct stat status;

    g_assert_cmpint (fstat (STDERR_FILENO, &status), ==, 0);
    g_autofree char *own = g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT,
                                            (guint64)status.st_dev, (guint64)status.st_ino);
    g_assert_true (journal_has (STDERR_FILENO, own));
    g_assert_false (journal_has (STDERR_FILENO, "1:1"));
    g_assert_false (journal_has (STDERR_FILENO, NULL));
}

/* Whoever speaks milter to us names the queue id. */
static void
test_lines (void)
{
    if (g_test_subprocess ()) {
        g_unsetenv ("JOURNAL_STREAM");
        log_open ("licetd", LOG_TO_STDERR);
        log_info ("Q1\nPRIORITY=0", "milter: a\nb");
        return;
    }
    g_test_trap_subprocess (NULL, 0, 0);
    g_test_trap_assert_passed ();
    g_test_trap_assert_stderr ("licetd: Q1 PRIORITY=0: milter: a b\n");
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_add_func ("/journal/entries", test_entries);
    g_test_add_func ("/journal/socket", test_socket);
    g_test_add_func ("/journal/stream", test_stream);
    g_test_add_func ("/journal/lines", test_lines);
    return g_test_run ();
}
