/* SPDX-License-Identifier: BSD-2-Clause */

/* What Postfix's queue and log say of a copy that was let in, and what follows from it. */

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../milter/edge/doubt.h"
#include "../milter/edge/guard.h"

static const struct {
    const char *name;
    QueueEvidence queue;
    LogEvidence log;
    int64_t seconds;
    DoubtVerdict want;
} weights[] = {
    { "nothing yet", QUEUE_ABSENT, LOG_SILENT, 59, DOUBT_WAIT },
    { "nothing, ever", QUEUE_ABSENT, LOG_SILENT, 60, DOUBT_OPEN },
    { "nothing can be asked", QUEUE_UNKNOWN, LOG_UNKNOWN, 3600, DOUBT_OPEN },
    { "nothing can be asked yet", QUEUE_UNKNOWN, LOG_UNKNOWN, 0, DOUBT_WAIT },
    { "the queue manager has it", QUEUE_MOVED, LOG_UNKNOWN, 0, DOUBT_THERE },
    { "it had it", QUEUE_ABSENT, LOG_TAKEN, 0, DOUBT_THERE },
    { "incoming is no proof", QUEUE_INCOMING, LOG_SILENT, 0, DOUBT_WAIT },
    { "not even after an hour", QUEUE_INCOMING, LOG_SILENT, 3600, DOUBT_WAIT },
    { "incoming after the log spoke", QUEUE_INCOMING, LOG_TAKEN, 0, DOUBT_THERE },
    { "hold is no proof while young", QUEUE_HELD, LOG_SILENT, 59, DOUBT_WAIT },
    { "and then it is", QUEUE_HELD, LOG_SILENT, 60, DOUBT_THERE },
    { "cleanup did not get the answer", QUEUE_ABSENT, LOG_REJECTED, 0, DOUBT_NOT_THERE },
    { "also where showq is out of reach", QUEUE_UNKNOWN, LOG_REJECTED, 0, DOUBT_NOT_THERE },
    { "what is there was not refused", QUEUE_INCOMING, LOG_REJECTED, 99, DOUBT_WAIT },
    { "a clock set back by a day", QUEUE_ABSENT, LOG_SILENT, -86400, DOUBT_OPEN },
    { "a clock set back by a second", QUEUE_ABSENT, LOG_SILENT, -1, DOUBT_WAIT },
};

static void
test_weights (void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (weights); i++) {
        g_test_message ("%s", weights[i].name);
        g_assert_cmpint (doubt_weigh (weights[i].queue, weights[i].log, weights[i].seconds, 60),
                         ==, weights[i].want);
    }
}

#define AT "Nov 24 09:00:00 mail "

static const struct {
    const char *name, *log, *rotated;
    LogEvidence want;
} logs[] = {
    { "an empty log", "", NULL, LOG_SILENT },
    { "no log", NULL, NULL, LOG_UNKNOWN },
    { "taken", AT "postfix/qmgr[7]: Q1: from=<a@b>, size=1, nrcpt=1 (queue active)\n", NULL,
      LOG_TAKEN },
    { "another instance", AT "postfix-out/qmgr[7]: Q1: removed\n", NULL, LOG_TAKEN },
    { "an ISO date", "2026-11-24T09:00:00.1+00:00 mail postfix/qmgr[7]: Q1: removed\n", NULL,
      LOG_TAKEN },
    { "delivered", AT "postfix/smtp[7]: Q1: to=<a@b>, relay=x, dsn=2.0.0, status=sent (ok)\n",
      NULL, LOG_TAKEN },
    { "by the admin's hand", AT "postfix/postsuper[7]: Q1: removed\n", NULL, LOG_TAKEN },
    { "another one", AT "postfix/qmgr[7]: Q10: removed\n" AT "postfix/qmgr[7]: 1Q1: removed\n",
      NULL, LOG_SILENT },
    { "came in", AT "postfix/licet/smtpd[7]: Q1: client=localhost[127.0.0.1]\n", NULL,
      LOG_SILENT },
    { "an id that comes again",
      AT "postfix/qmgr[7]: Q1: removed\n" AT
         "postfix/licet/smtpd[7]: Q1: client=x[127.0.0.1]\n",
      NULL, LOG_SILENT },
    { "and is refused then",
      AT "postfix/qmgr[7]: Q1: removed\n" AT
         "postfix/licet/smtpd[7]: Q1: client=x[127.0.0.1]\n" AT
         "postfix/cleanup[7]: Q1: milter-reject: END-OF-MESSAGE from x[y]: 4.7.1\n",
      NULL, LOG_REJECTED },
    { "or taken",
      AT "postfix/cleanup[7]: Q1: milter-reject: END-OF-MESSAGE from x[y]: 4.7.1\n" AT
         "postfix/licet/smtpd[7]: Q1: client=x[127.0.0.1]\n" AT
         "postfix/qmgr[7]: Q1: removed\n",
      NULL, LOG_TAKEN },
    { "expired is not taken anew", AT "postfix/qmgr[7]: Q1: skipped, still being delivered\n",
      NULL, LOG_SILENT },
    { "a header that looks like it",
      AT "postfix/cleanup[7]: Q1: info: header Subject: x]: Q1: removed from y\n", NULL,
      LOG_SILENT },
    { "a program that says so", AT "fake[7]: Q1: removed\n", NULL, LOG_SILENT },
    { "rejected", AT "postfix/cleanup[7]: Q1: milter-reject: END-OF-MESSAGE from x[y]: 4.7.1\n",
      NULL, LOG_REJECTED },
    { "another milter's word", AT "postfix/smtpd[7]: Q1: milter-reject: RCPT from x[y]\n", NULL,
      LOG_SILENT },
    { "the log was rotated in between", "", AT "postfix/qmgr[7]: Q1: removed\n", LOG_TAKEN },
    { "no line end", AT "postfix/qmgr[7]: Q1: removed", NULL, LOG_TAKEN },
};

#define DONE  AT "postfix/qmgr[7]: Q1: removed\n"
#define OTHER AT "postfix/smtp[7]: Q2: to=<a@b>, relay=x, dsn=2.0.0, status=sent (ok)\n"

static char *
make_dir (void)
{
    return g_dir_make_tmp ("licet-doubt.XXXXXX", NULL);
}

static void
test_logs (void)
{
    g_autofree char *dir = make_dir ();
    g_autofree char *path = g_build_filename (dir, "mail.log", NULL);
    g_autofree char *rotated = g_strconcat (path, ".1", NULL);

    for (unsigned i = 0; i < G_N_ELEMENTS (logs); i++) {
        g_test_message ("%s", logs[i].name);
        if (logs[i].log)
            g_file_set_contents (path, logs[i].log, -1, NULL);
        if (logs[i].rotated)
            g_file_set_contents (rotated, logs[i].rotated, -1, NULL);
        g_assert_cmpint (postfix_log_find (path, "Q1"), ==, logs[i].want);
        g_unlink (path);
        g_unlink (rotated);
    }
    g_assert_cmpint (postfix_log_find (dir, "Q1"), ==, LOG_UNKNOWN);
    g_assert_cmpint (g_rmdir (dir), ==, 0);
}

/* first, so many bytes of what others did, last. */
static LogEvidence
find_behind (const char *first, size_t bytes, const char *last)
{
    g_autofree char *dir = make_dir ();
    g_autofree char *path = g_build_filename (dir, "mail.log", NULL);
    g_autoptr (GString) log = g_string_new (first);

    while (log->len < bytes)
        g_string_append (log, OTHER);
    g_string_append (log, last);
    g_assert_true (g_file_set_contents (path, log->str, (gssize)log->len, NULL));
    LogEvidence found = postfix_log_find (path, "Q1");
    g_unlink (path);
    g_assert_cmpint (g_rmdir (dir), ==, 0);
    return found;
}

/* A hand-over may come again after an hour, and others write meanwhile. */
static void
test_long_logs (void)
{
    static const char came[] = AT "postfix/licet/smtpd[7]: Q1: client=localhost[127.0.0.1]\n";
    g_autofree char *endless = g_strnfill (3 << 20, 'x');

    g_assert_cmpint (find_behind (DONE, 80 << 20, ""), ==, LOG_TAKEN);
    g_assert_cmpint (find_behind (DONE, 0, endless), ==, LOG_TAKEN);
    g_assert_cmpint (find_behind (endless, 0, DONE), ==, LOG_TAKEN);
    /* The border between two reads is in each place of the line. */
    for (size_t bytes = 1 << 20; bytes < (1 << 20) + 2 * strlen (OTHER); bytes += 9) {
        g_autofree char *pad = g_strnfill (bytes % strlen (OTHER), 'y');
        g_autofree char *last = g_strconcat (pad, "\n", NULL);
        g_assert_cmpint (find_behind (DONE, bytes, last), ==, LOG_TAKEN);
    }
    /* Before it came there is nothing of it. */
    g_assert_cmpint (find_behind (DONE, 2 << 20, came), ==, LOG_SILENT);
}

/* A list as showq(8) of Postfix 3.7 gives it; "|" stands for NUL. */
#define PROTOCOL "protocol|mail_queue_list_protocol||"
#define MAIL(queue, id)                                                                        \
    "queue_name|" queue "|queue_id|" id "|time|1795665037|size|316|forced_expire|0|"           \
    "sender|a@b|recipient|c@d|reason|connect to 127.0.0.1: refused||"

static const struct {
    const char *name, *list;
    QueueEvidence want;
} lists[] = {
    { "an empty queue", PROTOCOL "|", QUEUE_ABSENT },
    { "others alone", PROTOCOL MAIL ("active", "Q2") MAIL ("hold", "Q11") "|", QUEUE_ABSENT },
    { "active", PROTOCOL MAIL ("deferred", "Q2") MAIL ("active", "Q1") "|", QUEUE_MOVED },
    { "deferred", PROTOCOL MAIL ("deferred", "Q1") "|", QUEUE_MOVED },
    { "incoming", PROTOCOL MAIL ("incoming", "Q1") "|", QUEUE_INCOMING },
    { "hold", PROTOCOL MAIL ("hold", "Q1") "|", QUEUE_HELD },
    { "a list that ends too early", PROTOCOL MAIL ("active", "Q2"), QUEUE_UNKNOWN },
    { "nothing", "", QUEUE_UNKNOWN },
    { "another protocol", "protocol|mail_queue_list_2||" MAIL ("active", "Q1") "|",
      QUEUE_UNKNOWN },
    { "an old Postfix", "-Queue ID- --Size-- ----Arrival Time----\nQ1 1 Tue\n", QUEUE_UNKNOWN },
    { "a reason that looks like it",
      PROTOCOL "queue_name|active|queue_id|Q2|recipient|queue_id|reason|Q1||"
               "|",
      QUEUE_ABSENT },
    { "a mail whose sender is empty",
      PROTOCOL
      "queue_name|active|queue_id|Q2|sender||recipient|c@d||" MAIL ("active", "Q1") "|",
      QUEUE_MOVED },
};

typedef struct {
    int listener;
    const char *list;
} Showq;

static void *
answer (void *data)
{
    const Showq *showq = data;
    int fd = accept (showq->listener, NULL, NULL);
    g_autofree char *bytes = g_strdelimit (g_strdup (showq->list), "|", '\0');

    g_assert_cmpint (send (fd, bytes, strlen (showq->list), MSG_NOSIGNAL), ==,
                     (ssize_t)strlen (showq->list));
    close (fd);
    return NULL;
}

static int
listen_at (const char *path)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    int fd = socket (AF_UNIX, SOCK_STREAM, 0);

    strcpy (name.sun_path, path);
    g_assert_cmpint (bind (fd, (struct sockaddr *)&name, sizeof name), ==, 0);
    g_assert_cmpint (listen (fd, 5), ==, 0);
    return fd;
}

static void
test_queues (void)
{
    g_autofree char *dir = make_dir ();
    g_autofree char *public = g_build_filename (dir, "public", NULL);
    g_autofree char *path = g_build_filename (public, "showq", NULL);

    g_assert_cmpint (postfix_queue_find (dir, "Q1"), ==, QUEUE_UNKNOWN);
    g_mkdir (public, 0755);
    Showq showq = { .listener = listen_at (path) };
    for (unsigned i = 0; i < G_N_ELEMENTS (lists); i++) {
        g_test_message ("%s", lists[i].name);
        showq.list = lists[i].list;
        GThread *thread = g_thread_new ("showq", answer, &showq);
        g_assert_cmpint (postfix_queue_find (dir, "Q1"), ==, lists[i].want);
        g_thread_join (thread);
    }
    close (showq.listener);
    g_unlink (path);
    g_rmdir (public);
    g_assert_cmpint (g_rmdir (dir), ==, 0);
}

static void
test_marks (void)
{
    Guard *guard = guard_new (NULL), *other = guard_new (NULL);
    g_autofree char *mark = guard_mark (guard, 4711);
    int64_t attempt = 0;

    g_assert_true (guard_read (guard, mark, &attempt));
    g_assert_cmpint (attempt, ==, 4711);
    g_assert_false (guard_read (other, mark, &attempt));
    for (unsigned i = 0; mark[i]; i++) {
        g_autofree char *changed = g_strdup (mark);
        changed[i] = changed[i] == '1' ? '2' : '1';
        g_assert_false (guard_read (guard, changed, &attempt));
        changed[i] = '\0';
        g_assert_false (guard_read (guard, changed, &attempt));
    }
    g_autofree char *padded = g_strconcat ("0", mark, NULL);
    g_assert_false (guard_read (guard, padded, &attempt));
    guard_free (guard);
    guard_free (other);
}

static void *
come_in (void *guard)
{
    g_usleep (20 * 1000);
    guard_enter (guard, 2525);
    return NULL;
}

static void
test_connections (void)
{
    Guard *guard = guard_new (NULL);

    g_assert_false (guard_await (guard, 2525, 0));
    GThread *thread = g_thread_new ("guard", come_in, guard);
    g_assert_true (guard_await (guard, 2525, 30));
    g_assert_false (guard_await (guard, 2526, 0));
    g_thread_join (thread);
    guard_leave (guard, 2525);
    g_assert_false (guard_await (guard, 2525, 0));
    guard_free (guard);
}

int
main (int argc, char *argv[])
{
    g_test_init (&argc, &argv, NULL);
    g_test_add_func ("/doubt/what the evidence weighs", test_weights);
    g_test_add_func ("/doubt/what the log says", test_logs);
    g_test_add_func ("/doubt/what a long log says", test_long_logs);
    g_test_add_func ("/doubt/what showq says", test_queues);
    g_test_add_func ("/guard/a mark is good for its number and its daemon", test_marks);
    g_test_add_func ("/guard/which connections it watches", test_connections);
    return g_test_run ();
}
