/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * licetd: reads its options, loads everything or refuses to start, and starts and stops the edges
 * in order. The milter runs on a thread of its own, so that the main thread is free for signals:
 * libmilter waits for SIGHUP, SIGTERM and SIGINT and stops at each of them, but the kernel gives a
 * signal to the main thread first when that does not block it.
 */

#include <errno.h>
#include <getopt.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

#include "check.h"
#include "licet/edge.h"
#include "licet/error.h"
#include "licet/log.h"
#include "licet/rehearsal.h"

#ifndef LICET_CONFIG_FILE
#define LICET_CONFIG_FILE "/etc/licet/licet.cfg"
#endif

/* Postfix gives up on a message after maximal_queue_lifetime (5 days); admins raise it. */
#define JOURNAL_SECONDS   (14 * 24 * 3600)
#define TICK_MICROSECONDS (60 * G_USEC_PER_SEC)
#define TICKS_PER_HOUR    60

typedef struct {
    const char *config, *user;
    Clock clock;
    bool check;
    int status; /* to exit with at once, or -1 */
} Options;

static void
print_help (void)
{
    printf ("Usage: licetd [OPTION]...\n"
            "Decides, edits and signs outgoing mail for Postfix.\n\n"
            "  --config FILE  settings (default " LICET_CONFIG_FILE ")\n"
            "  --check        load everything, print all problems, exit 0 or 78\n"
            "  --user NAME    with --check by root: as whom licetd will run (default: the\n"
            "                 owner of the directory of state)\n"
            "  --now TIME     rehearsal: the clock starts there (RFC 3339)\n"
            "  --version      print the version\n"
            "  --help         print this\n");
}

static int
shift_clock (Clock *clock, const char *text)
{
    g_autoptr (GError) error = NULL;
    int64_t time = 0;

    if (!clock_parse (text, &time, &error)) {
        fprintf (stderr, "licetd: --now: %s\n", error->message);
        return EX_USAGE;
    }
    clock->offset = time - clock_now (&(Clock){ 0 });
    return -1;
}

static Options
parse_options (int argc, char *argv[])
{
    static const struct option table[] = {
        { "config", required_argument, NULL, 'c' }, { "check", no_argument, NULL, 'C' },
        { "user", required_argument, NULL, 'u' },   { "now", required_argument, NULL, 'n' },
        { "version", no_argument, NULL, 'V' },
        { "help", no_argument, NULL, 'h' },         { NULL, 0, NULL, 0 },
    };
    Options options = { .config = LICET_CONFIG_FILE, .status = -1 };

    for (int c;
         options.status < 0 && (c = getopt_long (argc, argv, "c:", table, NULL)) != -1;) {
        if (c == 'c')
            options.config = optarg;
        else if (c == 'C')
            options.check = true;
        else if (c == 'u')
            options.user = optarg;
        else if (c == 'n')
            options.status = shift_clock (&options.clock, optarg);
        else if (c == 'V' || c == 'h')
            options.status = EX_OK;
        else
            options.status = EX_USAGE;
        if (c == 'V')
            printf ("licetd %s\n", PACKAGE_VERSION);
        if (c == 'h')
            print_help ();
    }
    if (options.status < 0 && options.user && !options.check) {
        fprintf (stderr, "licetd: --user goes with --check; the daemon runs as who starts it\n");
        options.status = EX_USAGE;
    }
    if (options.status < 0 && optind < argc) {
        fprintf (stderr, "licetd: unexpected argument: %s\n", argv[optind]);
        options.status = EX_USAGE;
    }
    return options;
}

/* Keys and mail are in this memory. */
static void
protect_process (void)
{
    struct rlimit none = { 0, 0 }, files;

    setrlimit (RLIMIT_CORE, &none);
    prctl (PR_SET_DUMPABLE, 0);
    umask (027);
    /* libmilter has no bound of its own but the number of descriptors. */
    if (getrlimit (RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit (RLIMIT_NOFILE, &files);
    }
}

/* Arenas of the allocator, and what each may keep of freed memory. */
enum { MOST_ARENAS = 4, KEPT_BYTES = 8 << 20, MAPPED_BYTES = 4 << 20 };

/* What a message has freed serves the next one: giving it back to the kernel, page by page, took a
 * fifth of the time of a message of 1 MB. What is kept is bounded by the few arenas. */
static void
keep_memory (void)
{
    mallopt (M_ARENA_MAX, (int)MIN (g_get_num_processors (), MOST_ARENAS));
    mallopt (M_TRIM_THRESHOLD, KEPT_BYTES);
    mallopt (M_MMAP_THRESHOLD, MAPPED_BYTES);
}

static int
exit_status_of (const GError *error)
{
    bool wrong = g_error_matches (error, LICET_ERROR, LICET_ERROR_SETTINGS) ||
                 g_error_matches (error, LICET_ERROR, LICET_ERROR_POLICY);

    return wrong ? EX_CONFIG : EX_TEMPFAIL;
}

static int
report (const GError *error)
{
    g_auto (GStrv) lines = g_strsplit (error->message, "\n", -1);

    for (char **line = lines; *line; line++)
        if (**line)
            log_error (NULL, "%s", *line);
    return exit_status_of (error);
}

static Engine *
load_engine (const char *config, GError **error)
{
    Settings *settings = settings_load (config, error);
    g_autoptr (Engine) engine = settings ? engine_new (settings, error) : NULL;

    return engine && engine_is_ready (engine, error) && rehearse_engine (engine, error)
               ? g_steal_pointer (&engine)
               : NULL;
}

/* sd_notify(3) without its library. */
static void
notify (const char *state)
{
    const char *path = g_getenv ("NOTIFY_SOCKET");
    struct sockaddr_un name = { .sun_family = AF_UNIX };

    if (!path || strlen (path) >= sizeof name.sun_path)
        return;
    strcpy (name.sun_path, path);
    size_t length = offsetof (struct sockaddr_un, sun_path) + strlen (path);
    if (*path == '@')
        name.sun_path[0] = '\0';
    int fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    sendto (fd, state, strlen (state), MSG_NOSIGNAL, (struct sockaddr *)&name,
            (socklen_t)length);
    close (fd);
}

/* What the handler tells the main thread. */
static int reload_wanted, stop_wanted;
static int wake = -1;

static void
on_signal (int number)
{
    int saved = errno;
    const uint64_t one = 1;

    if (number == SIGHUP) {
        signal (SIGHUP, SIG_IGN); /* one is enough until the reload begins */
        g_atomic_int_set (&reload_wanted, 1);
    } else {
        g_atomic_int_set (&stop_wanted, 1);
    }
    if (write (wake, &one, sizeof one) < 0)
        g_atomic_int_set (&stop_wanted, 1); /* an eventfd takes 2^64 - 2 of them */
    errno = saved;
}

static void
mask_signals (int how)
{
    sigset_t set;

    sigemptyset (&set);
    sigaddset (&set, SIGHUP);
    sigaddset (&set, SIGTERM);
    sigaddset (&set, SIGINT);
    pthread_sigmask (how, &set, NULL);
}

static void
handle_hangup (void)
{
    struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

    sigaction (SIGHUP, &action, NULL);
}

static void
handle_signals (void)
{
    struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

    wake = eventfd (0, EFD_CLOEXEC);
    handle_hangup ();
    sigaction (SIGTERM, &action, NULL);
    sigaction (SIGINT, &action, NULL);
    signal (SIGPIPE, SIG_IGN);
    signal (SIGXFSZ, SIG_IGN); /* a log that may not grow is an error, not the end */
}

static void *
run_milter (void *data)
{
    g_autoptr (GError) error = NULL;
    const uint64_t one = 1;

    mask_signals (SIG_BLOCK);
    if (!milter_edge_run (data, &error))
        log_error (NULL, "%s", error->message);
    g_atomic_int_set (&stop_wanted, 1);
    if (write (wake, &one, sizeof one) < 0)
        log_error (NULL, "cannot wake the main thread");
    return NULL;
}

/* Mail is classified without a model too, but by other weights. */
static void
note_policies (Daemon *daemon)
{
    g_autoptr (Engine) engine = daemon_engine (daemon);
    g_autofree char *policies = check_describe (engine);

    log_info (NULL, "%s", policies);
    g_autoptr (GPtrArray) warnings =
        policy_set_warnings (engine->policies, daemon_now (daemon));
    for (unsigned i = 0; i < warnings->len; i++)
        log_warning (NULL, "%s", (const char *)g_ptr_array_index (warnings, i));
    if (!engine->model)
        log_warning (NULL,
                     "there is no model/general.cfg in %s: signals have their first weights",
                     engine->settings->policies);
}

static void
reload (Daemon *daemon)
{
    g_autoptr (GError) error = NULL;

    if (daemon_reload (daemon, &error)) {
        g_autofree char *waits = daemon_waits_for_restart (daemon);
        log_info (NULL, "reload=done%s%s", waits ? " restart_needed_for=" : "",
                  waits ? waits : "");
        note_policies (daemon);
    } else
        log_error (NULL, "reload=failed text=\"%s\"", error->message);
}

static void
expire_journal (Daemon *daemon)
{
    g_autoptr (GError) error = NULL;

    int64_t before = daemon_now (daemon) - (CONTACT_DAYS + 1) * 86400;

    if (!ledger_expire (daemon_ledger (daemon), JOURNAL_SECONDS, &error))
        log_error (NULL, "journal: %s", error->message);
    g_clear_error (&error);
    if (!contacts_expire (daemon_contacts (daemon), before, &error))
        log_error (NULL, "contacts: %s", error->message);
}

static void
wait_for_stop (Daemon *daemon)
{
    struct pollfd item = { .fd = wake, .events = POLLIN };
    uint64_t count;
    int64_t next = g_get_monotonic_time () + TICK_MICROSECONDS;

    for (unsigned ticks = 0; !g_atomic_int_get (&stop_wanted);) {
        int64_t left = MAX (0, next - g_get_monotonic_time ());
        int ready = poll (&item, 1, (int)((left + 999) / 1000));
        if (ready > 0 && read (wake, &count, sizeof count) < 0)
            return;
        if (ready == 0 || g_get_monotonic_time () >= next) {
            next = g_get_monotonic_time () + TICK_MICROSECONDS;
            daemon_tick (daemon);
            if (++ticks % TICKS_PER_HOUR == 0)
                expire_journal (daemon);
        }
        if (g_atomic_int_compare_and_exchange (&reload_wanted, 1, 0)) {
            handle_hangup ();
            reload (daemon);
        }
    }
}

static void
serve (Daemon *daemon, LmtpEdge *lmtp)
{
    /* Threads of its kind leave signals to this one. */
    AuditorEdge *auditor = auditor_edge_start (daemon);
    ForgetEdge *forget = forget_edge_start (daemon);
    mask_signals (SIG_UNBLOCK);
    GThread *milter = g_thread_new ("milter", run_milter, daemon);
    log_info (NULL, "ready version=%s", PACKAGE_VERSION);
    note_policies (daemon);
    notify ("READY=1");
    wait_for_stop (daemon);
    notify ("STOPPING=1");
    log_info (NULL, "stopping");
    auditor_edge_stop (auditor);
    forget_edge_stop (forget);
    /* Copies under way still need the guard. */
    lmtp_edge_stop (lmtp);
    milter_edge_stop ();
    g_thread_join (milter);
}

/* Sockets open last first: when Postfix reaches the milter, everything behind it listens. */
static int
run (Daemon *daemon, PreflightHelper *helper, MailResolver *resolver)
{
    g_autoptr (GError) error = NULL;

    expire_journal (daemon);
    LmtpEdge *lmtp = lmtp_edge_start (daemon, &error);
    if (!lmtp)
        return report (error);
    ControlEdge *control = control_edge_start (daemon, &error);
    bool open = control && milter_edge_open (daemon, &error);
    if (open) {
        WatchEdge *watch = watch_edge_start (daemon, helper);
        MailboxEdge *mailboxes = mailbox_edge_start (daemon, resolver);
        serve (daemon, lmtp);
        mailbox_edge_stop (mailboxes);
        watch_edge_stop (watch);
    } else {
        lmtp_edge_stop (lmtp);
    }
    if (control)
        control_edge_stop (control);
    daemon_save_counts (daemon);
    return open ? EX_OK : report (error);
}

static Daemon *
load (const Options *options, GError **error)
{
    Engine *engine = load_engine (options->config, error);

    if (!engine)
        return NULL;
    log_open ("licetd",
              strcmp (engine->settings->log, "syslog") == 0 ? LOG_TO_SYSLOG : LOG_TO_STDERR);
    return daemon_new (engine, options->config, &options->clock, error);
}

int
main (int argc, char *argv[])
{
    g_autoptr (GError) error = NULL;
    Options options = parse_options (argc, argv);

    if (options.status >= 0)
        return options.status;
    protect_process ();
    keep_memory ();
    if (options.check)
        return check (options.config, options.user);
    mask_signals (SIG_BLOCK);
    /* Before keys are in memory and before there are threads. */
    g_autoptr (PreflightHelper) helper = preflight_helper_start (&error);
    g_autoptr (MailResolver) resolver = helper ? mail_resolver_start (&error) : NULL;
    if (!resolver)
        return report (error);
    handle_signals ();
    Daemon *daemon = load (&options, &error);
    if (!daemon)
        return report (error);
    int status = run (daemon, helper, resolver);
    /* A callback that libmilter did not wait for may still need the daemon, and exit(3) would take
     * OpenSSL away from under it. Its client sees the connection break, and comes again. */
    if (!milter_edge_is_idle ())
        _exit (status);
    daemon_free (daemon);
    return status;
}
