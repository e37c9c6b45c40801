/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * licet-web: serves unsubscribing beside the daemon, with fewer rights. It reads its settings and
 * keys, gives up root, and waits for signals while libmicrohttpd's threads serve.
 */

#include <errno.h>
#include <getopt.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "licet/audit_read.h"
#include "licet/error.h"
#include "licet/ledger.h"
#include "licet/log.h"
#include "server.h"
#include "texts.h"

#ifndef LICET_CONFIG_FILE
#define LICET_CONFIG_FILE "/etc/licet/licet.cfg"
#endif

typedef struct {
    const char *config;
    Clock clock;
    bool check, texts;
    int status; /* to exit with at once, or -1 */
} Options;

static void
print_help (void)
{
    printf ("Usage: licet-web [OPTION]...\n"
            "Serves links to unsubscribe and the log's pages, behind a web server.\n\n"
            "  --config FILE  settings (default " LICET_CONFIG_FILE ")\n"
            "  --check        load everything, print the problems, exit 0 or 78\n"
            "  --texts        print what the pages say, with the versions of the texts\n"
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
        fprintf (stderr, "licet-web: --now: %s\n", error->message);
        return EX_USAGE;
    }
    clock->offset = time - clock_now (&(Clock){ 0 });
    return -1;
}

static Options
parse_options (int argc, char *argv[])
{
    static const struct option table[] = {
        { "config", required_argument, NULL, 'c' },
        { "check", no_argument, NULL, 'C' },
        { "texts", no_argument, NULL, 't' },
        { "now", required_argument, NULL, 'n' },
        { "version", no_argument, NULL, 'V' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 },
    };
    Options options = { .config = LICET_CONFIG_FILE, .status = -1 };

    for (int c;
         options.status < 0 && (c = getopt_long (argc, argv, "c:", table, NULL)) != -1;) {
        if (c == 'c')
            options.config = optarg;
        else if (c == 'C')
            options.check = true;
        else if (c == 't')
            options.texts = true;
        else if (c == 'n')
            options.status = shift_clock (&options.clock, optarg);
        else
            options.status = c == 'V' || c == 'h' ? EX_OK : EX_USAGE;
        if (c == 'V')
            printf ("licet-web %s\n", PACKAGE_VERSION);
        if (c == 'h')
            print_help ();
    }
    if (options.status < 0 && optind < argc) {
        fprintf (stderr, "licet-web: unexpected argument: %s\n", argv[optind]);
        options.status = EX_USAGE;
    }
    return options;
}

static int
print_texts (void)
{
    for (const Texts *texts = web_texts; texts->language; texts++) {
        g_autofree char *version = texts_version (texts);
        printf ("%s\n", version);
        for (unsigned i = 0; i < TEXT_COUNT; i++)
            printf ("  %s\n", texts->texts[i]);
    }
    return fflush (stdout) == 0 ? EX_OK : EX_IOERR;
}

/* Keys are in this memory, and nothing here ever starts a program. */
static void
protect_process (void)
{
    struct rlimit none = { 0, 0 };

    setrlimit (RLIMIT_CORE, &none);
    prctl (PR_SET_DUMPABLE, 0);
    prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    umask (027);
}

static bool
fail (GError **error, const char *what, const char *user)
{
    g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS, "web_user: %s: %s", user, what);
    return false;
}

/* Groups first: afterwards there is no right to. */
static bool
become (const char *user, GError **error)
{
    if (geteuid () != 0)
        return true;
    if (!*user)
        return fail (error,
                     "licet-web does not serve as root; right would be a user of its own, such "
                     "as \"licet-web\"",
                     "not set");
    const struct passwd *entry = getpwnam (user);
    if (!entry || entry->pw_uid == 0)
        return fail (error, entry ? "is root" : "no such user", user);
    if (initgroups (user, entry->pw_gid) != 0 || setgid (entry->pw_gid) != 0 ||
        setuid (entry->pw_uid) != 0)
        return fail (error, g_strerror (errno), user);
    return setuid (0) != 0 || fail (error, "root could be had again", user);
}

static int
report (const GError *error)
{
    g_auto (GStrv) lines = g_strsplit (error->message, "\n", -1);

    for (char **line = lines; *line; line++)
        log_error (NULL, "%s", *line);
    return g_error_matches (error, LICET_ERROR, LICET_ERROR_SETTINGS) ? EX_CONFIG : EX_TEMPFAIL;
}

static void
reload (Site *site)
{
    g_autoptr (GError) error = NULL;

    if (site_reload (site, &error))
        log_info (NULL, "reload=done");
    else
        log_error (NULL, "reload=failed text=\"%s\"", error->message);
}

/* Signals are blocked in all threads and taken from here. */
static void
block_signals (sigset_t *ret_set)
{
    sigemptyset (ret_set);
    sigaddset (ret_set, SIGHUP);
    sigaddset (ret_set, SIGTERM);
    sigaddset (ret_set, SIGINT);
    pthread_sigmask (SIG_BLOCK, ret_set, NULL);
    signal (SIGPIPE, SIG_IGN);
    signal (SIGXFSZ, SIG_IGN);
}

static void
serve (Site *site, Server *server, const sigset_t *signals)
{
    const struct timespec second = { 1, 0 };

    for (;;) {
        int number = sigtimedwait (signals, NULL, &second);
        if (number == SIGTERM || number == SIGINT)
            return;
        if (number == SIGHUP)
            reload (site);
        server_tick (server);
    }
}

static void
try_store (Site *site, GError **error)
{
    g_autoptr (GError) cause = NULL;
    ConsentStore *store = site_enter (site, &cause);

    if (store)
        site_leave (site, store, false);
    else
        g_propagate_prefixed_error (error, g_steal_pointer (&cause), "consent: ");
}

/* With the rights of the user that reads them later. */
static void
try_log (const Settings *settings, GError **error)
{
    g_autoptr (GError) cause = NULL;
    g_autoptr (GPtrArray) files = audit_files (settings->audit_log, &cause);

    for (unsigned i = 0; files && i < files->len; i++) {
        const char *file = g_ptr_array_index (files, i);
        if (access (file, R_OK) == 0)
            continue;
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "audit_log: %s: %s", file,
                     g_strerror (errno));
        return;
    }
    if (!files)
        g_propagate_prefixed_error (error, g_steal_pointer (&cause), "audit_log: ");
}

static void
try_salts (const Settings *settings, GError **error)
{
    g_autoptr (GError) cause = NULL;
    g_autoptr (Ledger) ledger = ledger_open_read_only (settings->state, &cause);

    if (!ledger)
        g_propagate_prefixed_error (error, g_steal_pointer (&cause),
                                    "state (a search by address needs it): ");
}

/* What the pages that are served will ask for; says all that does not answer. */
static unsigned
count_problems (Site *site)
{
    g_autoptr (SiteState) state = site_state (site);
    GError *causes[3] = { NULL, NULL, NULL };
    unsigned count = 0;

    if (state->tokens)
        try_store (site, &causes[0]);
    if (state->auditors) {
        try_log (state->settings, &causes[1]);
        try_salts (state->settings, &causes[2]);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS (causes); i++) {
        count += causes[i] != NULL;
        if (causes[i])
            log_warning (NULL, "%s", causes[i]->message);
        g_clear_error (&causes[i]);
    }
    return count;
}

static unsigned
count_keys (const SiteState *state)
{
    return state->tokens ? tokens_count (state->tokens) : 0;
}

static void
note_start (Site *site, const Settings *settings)
{
    g_autoptr (SiteState) state = site_state (site);

    log_info (NULL, "ready version=%s listen=%s keys=%u newest=%s", PACKAGE_VERSION,
              settings->web_listen, count_keys (state),
              state->tokens ? tokens_newest (state->tokens) : "none");
    count_problems (site);
}

static int
run (Site *site, const Options *options)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (SiteState) state = site_state (site);
    sigset_t signals;

    block_signals (&signals);
    Server *server = server_start (site, state->settings, &options->clock, &error);
    if (!server)
        return report (error);
    note_start (site, state->settings);
    serve (site, server, &signals);
    log_info (NULL, "stopping");
    server_stop (server);
    return EX_OK;
}

/* A start waits for what is only not there yet; who asks beforehand wants to know. */
static int
check (Site *site)
{
    g_autoptr (SiteState) state = site_state (site);

    if (count_problems (site) > 0)
        return EX_CONFIG;
    printf ("licet-web: keys=%u auditors=%s listen=%s\n", count_keys (state),
            state->auditors ? "yes" : "no", state->settings->web_listen);
    return EX_OK;
}

/* Everything is read with the user's own rights, as at a reload: what cannot be read then is found
 * out at the start. */
static Site *
load (const char *config, GError **error)
{
    g_autoptr (Settings) settings = settings_load (config, error);

    if (!settings)
        return NULL;
    log_open ("licet-web",
              strcmp (settings->log, "syslog") == 0 ? LOG_TO_SYSLOG : LOG_TO_STDERR);
    return become (settings->web_user, error) ? site_new (config, error) : NULL;
}

int
main (int argc, char *argv[])
{
    g_autoptr (GError) error = NULL;
    Options options = parse_options (argc, argv);

    if (options.status >= 0)
        return options.status;
    if (options.texts)
        return print_texts ();
    log_open ("licet-web", LOG_TO_STDERR);
    protect_process ();
    g_autoptr (Site) site = load (options.config, &error);
    if (!site)
        return options.check ? (report (error), EX_CONFIG) : report (error);
    return options.check ? check (site) : run (site, &options);
}
