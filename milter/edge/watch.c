/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Looks at the DNS of our domains by the clock and on demand, on a thread of its own, through the
 * helper process. Decisions read what is on the board and never wait for DNS.
 */

#include "licet/edge.h"

#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "licet/address.h"
#include "licet/error.h"
#include "licet/log.h"

/* What was seen once stands in for a DNS that does not answer, for a day. */
#define KEEP_SECONDS (24 * 3600)

struct WatchEdge {
    Daemon *daemon;
    PreflightHelper *helper;
    int wake;
    int stopping;
    GThread *thread;
};

/* "shop.example:bounce.shop.example" as two domains; the settings have been checked. */
typedef struct {
    char *domain, *envelope;
} Pair;

static Pair
read_pair (const char *domains)
{
    g_auto (GStrv) parts = g_strsplit (domains, ":", 2);
    char *domain = address_domain_ascii (parts[0], NULL);
    char *envelope = address_domain_ascii (parts[1] ? parts[1] : parts[0], NULL);

    return (Pair){ domain, envelope };
}

static void
pair_clear (Pair *pair)
{
    g_free (pair->domain);
    g_free (pair->envelope);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pair, pair_clear)

static char *
helo_of (const Settings *settings, const char *domain)
{
    return strcmp (settings->hostname, "localhost") == 0 ? g_strdup_printf ("mail.%s", domain)
                                                         : g_strdup (settings->hostname);
}

static PreflightRequest *
make_request (const Engine *engine, const Pair *pair, int64_t now, GError **error)
{
    const Settings *settings = engine->settings;
    g_autoptr (PreflightRequest) request =
        preflight_request_new (pair->domain, pair->envelope, engine->signer, now, error);

    if (!request)
        return NULL;
    g_free (request->helo);
    request->helo = helo_of (settings, request->domain);
    g_free (request->resolver);
    request->resolver = g_strdup (settings->resolver);
    g_strfreev (request->egress);
    request->egress = g_strdupv (settings->egress);
    return g_steal_pointer (&request);
}

static void
log_changes (const Authentication *before, const Authentication *now)
{
    for (AuthFact fact = 0; fact < AUTH_FACTS; fact++) {
        AuthAnswer was = before ? before->answers[fact] : AUTH_UNKNOWN;
        AuthAnswer is = now->answers[fact];
        if (was == is || (!before && is == AUTH_YES))
            continue;
        g_autofree char *text = g_strdup_printf (
            "preflight: domain=%s fact=%s was=%s is=%s text=\"%s\"", now->domain,
            auth_fact_word (fact), auth_answer_word (was), auth_answer_word (is),
            now->reasons[fact] ? now->reasons[fact] : "");
        if (is == AUTH_NO)
            log_warning (NULL, "%s", text);
        else
            log_info (NULL, "%s", text);
    }
}

static void
put (const WatchEdge *edge, Authentication *seen)
{
    AuthenticationBoard *board = daemon_authentications (edge->daemon);
    g_autoptr (Authentication) before =
        authentication_board_find (board, seen->domain, seen->envelope);

    if (before)
        authentication_recall (seen, before, KEEP_SECONDS);
    log_changes (before, seen);
    authentication_board_put (board, seen);
}

/* Nothing was found out, and that is what is known. */
static void
put_failure (const WatchEdge *edge, const Pair *pair, const GError *cause)
{
    Authentication *seen =
        authentication_new (pair->domain, pair->envelope, daemon_now (edge->daemon));

    log_error (NULL, "preflight: domain=%s error=%s text=\"%s\"", pair->domain,
               licet_error_word (cause), cause->message);
    for (AuthFact fact = 0; fact < AUTH_FACTS; fact++)
        authentication_settle (seen, fact, AUTH_UNKNOWN, cause->message);
    put (edge, seen);
}

static void
look_at (const WatchEdge *edge, const Engine *engine, const char *domains)
{
    g_autoptr (GError) error = NULL;
    g_auto (Pair) pair = read_pair (domains);
    int64_t now = daemon_now (edge->daemon);
    g_autoptr (PreflightRequest) request = make_request (engine, &pair, now, &error);
    g_autoptr (PreflightReport) report =
        request ? preflight_helper_ask (edge->helper, request, now, &error) : NULL;

    if (g_atomic_int_get (&edge->stopping))
        return;
    if (!report) {
        put_failure (edge, &pair, error);
        return;
    }
    report->authentication->problems = preflight_count (report, PREFLIGHT_PROBLEM);
    put (edge, authentication_ref (report->authentication));
}

static bool
is_watched (char **watched, const Authentication *known)
{
    for (char **domains = watched; *domains; domains++) {
        g_auto (Pair) pair = read_pair (*domains);
        if (g_strcmp0 (pair.domain, known->domain) == 0 &&
            g_strcmp0 (pair.envelope, known->envelope) == 0)
            return true;
    }
    return false;
}

/* A domain that left the settings is no longer ours. */
static void
forget_others (const WatchEdge *edge, char **watched)
{
    AuthenticationBoard *board = daemon_authentications (edge->daemon);
    g_autoptr (GPtrArray) list = authentication_board_list (board);

    for (unsigned i = 0; i < list->len; i++) {
        const Authentication *known = g_ptr_array_index (list, i);
        if (!is_watched (watched, known))
            authentication_board_remove (board, known);
    }
}

static int64_t
look (const WatchEdge *edge)
{
    g_autoptr (Engine) engine = daemon_engine (edge->daemon);
    const Settings *settings = engine->settings;

    forget_others (edge, settings->preflight_domains);
    for (char **domains = settings->preflight_domains;
         *domains && !g_atomic_int_get (&edge->stopping); domains++)
        look_at (edge, engine, *domains);
    return settings->preflight_minutes;
}

static void *
run (void *data)
{
    WatchEdge *edge = data;
    struct pollfd item = { .fd = edge->wake, .events = POLLIN };
    uint64_t count;

    while (!g_atomic_int_get (&edge->stopping)) {
        int64_t minutes = look (edge);
        int ready = poll (&item, 1, minutes > 0 ? (int)minutes * 60 * 1000 : -1);
        if (ready > 0 && read (edge->wake, &count, sizeof count) < 0)
            break;
    }
    return NULL;
}

WatchEdge *
watch_edge_start (Daemon *daemon, PreflightHelper *helper)
{
    WatchEdge *edge = g_new0 (WatchEdge, 1);

    edge->daemon = daemon;
    edge->helper = helper;
    edge->wake = eventfd (0, EFD_CLOEXEC);
    daemon_watch (daemon, edge->wake);
    edge->thread = g_thread_new ("preflight", run, edge);
    return edge;
}

void
watch_edge_stop (WatchEdge *edge)
{
    g_atomic_int_set (&edge->stopping, 1);
    eventfd_write (edge->wake, 1);
    preflight_helper_stop (edge->helper);
    g_thread_join (edge->thread);
    daemon_watch (edge->daemon, -1);
    close (edge->wake);
    g_free (edge);
}
