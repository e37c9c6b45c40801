/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The first meeting with Postfix: a message with all its recipients, before it is queued. The
 * callbacks only collect; everything is decided in at_end_of_message, where one answer holds for
 * all recipients. libmilter has no pointer for the user of its callbacks, hence the_daemon.
 */

#include "licet/edge.h"

#include <libmilter/mfapi.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admit.h"
#include "apply.h"
#include "guard.h"
#include "net.h"
#include "outcome.h"
#include "session.h"
#include "tally.h"

#include "licet/error.h"
#include "licet/log.h"
#include "licet/pipeline.h"

static Daemon *the_daemon;
static Room *the_room;

/* A message that takes longer says so. */
enum { QUIET_SECONDS = 5 };

#define NEEDED_ACTIONS (SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_CHGBODY | SMFIF_QUARANTINE)

/* No answer is needed before the end of the message: Postfix sends without waiting. But it keeps
 * what needs no answer in its buffer, and the submission client has to know of a connection to the
 * second port at once. */
#define NO_ANSWERS                                                                             \
    (SMFIP_NR_HELO | SMFIP_NR_MAIL | SMFIP_NR_RCPT | SMFIP_NR_HDR | SMFIP_NR_EOH |             \
     SMFIP_NR_BODY)
#define NEEDED_STEPS (NO_ANSWERS | SMFIP_HDR_LEADSPC | SMFIP_RCPT_REJ)

static sfsistat
at_negotiate (SMFICTX *ctx, unsigned long actions, unsigned long steps,
              unsigned long reserved2 G_GNUC_UNUSED, unsigned long reserved3 G_GNUC_UNUSED,
              unsigned long *ret_actions, unsigned long *ret_steps, unsigned long *ret2,
              unsigned long *ret3)
{
    *ret2 = *ret3 = 0;
    if ((actions & NEEDED_ACTIONS) != NEEDED_ACTIONS ||
        (steps & NEEDED_STEPS) != NEEDED_STEPS) {
        log_error (NULL,
                   "milter: the mail server is too old: actions=0x%lx (needs 0x%lx) "
                   "steps=0x%lx (needs 0x%lx); right would be milter_protocol=6, Postfix 2.6",
                   actions, (unsigned long)NEEDED_ACTIONS, steps, (unsigned long)NEEDED_STEPS);
        return SMFIS_REJECT;
    }
    *ret_actions = NEEDED_ACTIONS | (actions & SMFIF_SETSYMLIST);
    *ret_steps = NEEDED_STEPS | (steps & (SMFIP_NOUNKNOWN | SMFIP_NODATA));
    if (actions & SMFIF_SETSYMLIST) {
        smfi_setsymlist (ctx, SMFIM_CONNECT, (char *)"j {daemon_name}");
        smfi_setsymlist (ctx, SMFIM_ENVFROM, (char *)"i {auth_authen}");
        smfi_setsymlist (ctx, SMFIM_ENVRCPT, (char *)"{rcpt_mailer}");
        smfi_setsymlist (ctx, SMFIM_EOM, (char *)"i");
    }
    return SMFIS_CONTINUE;
}

/* NULL before the connection was told of: libmilter goes on after a command out of order. */
static Session *
session_of (SMFICTX *ctx)
{
    void *pointer = smfi_getpriv (ctx);

    return pointer ? session_from (pointer) : NULL;
}

/* The session with a message that was begun, or NULL. */
static Session *
message_of (SMFICTX *ctx)
{
    Session *session = session_of (ctx);

    return session && session->envelope ? session : NULL;
}

/* No mail server does this, and nothing that came so may be believed. */
static sfsistat
refuse_disorder (void)
{
    log_error (NULL, "milter: a command out of order; the client is told to try again");
    return SMFIS_TEMPFAIL;
}

static sfsistat
at_connect (SMFICTX *ctx, char *name, _SOCK_ADDR *address)
{
    if (!room_enter (the_room)) {
        daemon_count (the_daemon, COUNT_CROWDED);
        log_warning (NULL, "milter: too many connections");
        return SMFIS_TEMPFAIL;
    }
    Session *session = session_new (the_room);
    const char *daemon_name = smfi_getsymval (ctx, (char *)"{daemon_name}");

    session_set_client (session, name, (const struct sockaddr *)address);
    session->second = g_strcmp0 (daemon_name, GUARD_NAME) == 0;
    if (smfi_setpriv (ctx, session) != MI_SUCCESS) {
        session_free (session);
        return SMFIS_TEMPFAIL;
    }
    if (session->second)
        guard_enter (daemon_guard (the_daemon), session->client_port);
    return SMFIS_CONTINUE;
}

static sfsistat
at_helo (SMFICTX *ctx, char *helo)
{
    Session *session = session_of (ctx);

    if (!session)
        return refuse_disorder ();
    g_free (session->helo);
    session->helo = g_strdup (helo);
    return SMFIS_NOREPLY;
}

static sfsistat
at_mail (SMFICTX *ctx, char **argv)
{
    Session *session = session_of (ctx);

    if (!session)
        return refuse_disorder ();
    session_begin (session, daemon_engine (the_daemon), argv,
                   smfi_getsymval (ctx, (char *)"{auth_authen}"), daemon_now (the_daemon));
    return SMFIS_NOREPLY;
}

static sfsistat
at_rcpt (SMFICTX *ctx, char **argv)
{
    /* With SMFIP_RCPT_REJ Postfix also tells whom it has refused itself. */
    const char *mailer = smfi_getsymval (ctx, (char *)"{rcpt_mailer}");
    Session *session = message_of (ctx);

    if (!session)
        return refuse_disorder ();
    if (g_strcmp0 (mailer, "error") != 0)
        session_add_recipient (session, argv);
    return SMFIS_NOREPLY;
}

static sfsistat
at_header (SMFICTX *ctx, char *name, char *value)
{
    Session *session = message_of (ctx);

    if (!session)
        return refuse_disorder ();
    session_add_field (session, name, value);
    return SMFIS_NOREPLY;
}

static sfsistat
at_end_of_header (SMFICTX *ctx)
{
    Session *session = message_of (ctx);

    if (!session)
        return refuse_disorder ();
    session_end_header (session);
    return SMFIS_NOREPLY;
}

static sfsistat
at_body (SMFICTX *ctx, unsigned char *data, size_t length)
{
    Session *session = message_of (ctx);

    if (!session)
        return refuse_disorder ();
    session_add_body (session, data, length);
    return SMFIS_NOREPLY;
}

/* Answers with a 4xx or 5xx line. libmilter wants "%" doubled. */
static sfsistat
answer (SMFICTX *ctx, const char *reply)
{
    g_autofree char *code = NULL, *status = NULL, *text = NULL;

    outcome_split (reply, &code, &status, &text);
    g_auto (GStrv) parts = g_strsplit (text, "%", -1);
    g_autofree char *doubled = g_strjoinv ("%%", parts);
    if (smfi_setreply (ctx, code, status, doubled) != MI_SUCCESS)
        return SMFIS_TEMPFAIL;
    return outcome_is_temporary (reply) ? SMFIS_TEMPFAIL : SMFIS_REJECT;
}

/* A refusal without its record is none yet. Returns the reply that may be given. */
static const char *
record_failure (const Session *session, const char *stage, const GError *cause,
                const char *reply)
{
    g_autoptr (GError) error = NULL;
    AuditFailure failure = { .edge = "milter", .stage = stage, .cause = cause, .reply = reply };

    if (audit_failure (daemon_audit (the_daemon), daemon_ledger (the_daemon), session->envelope,
                       &failure, NULL, daemon_now (the_daemon), &error))
        return reply;
    g_autofree char *text = outcome_quoted (error->message);
    /* A log that could not take the decision takes no failure either, which is said once. */
    if (strcmp (stage, "audit") != 0)
        log_error (session->envelope->queue_id, "milter: stage=audit error=%s text=%s",
                   licet_error_word (error), text);
    return outcome_is_temporary (reply) ? reply : outcome_reply (error);
}

static sfsistat
fail (SMFICTX *ctx, const Session *session, const char *stage, const GError *error)
{
    const char *reply = record_failure (session, stage, error, outcome_reply (error));

    daemon_count (the_daemon, COUNT_FAILED);
    g_autofree char *text = outcome_quoted (error->message);
    log_error (session->envelope->queue_id, "milter: stage=%s error=%s text=%s reply=\"%s\"",
               stage, licet_error_word (error), text, reply);
    return answer (ctx, reply);
}

static sfsistat
postpone (SMFICTX *ctx, const Session *session, const char *stage, const char *reply)
{
    daemon_count (the_daemon, COUNT_FAILED);
    log_warning (session->envelope->queue_id, "milter: stage=%s reply=\"%s\"", stage, reply);
    return answer (ctx, record_failure (session, stage, NULL, reply));
}

/* reply: what the client gets; NULL when the message was accepted. */
static void
log_decision (const Session *session, const Plan *plan, const char *reply)
{
    g_autofree char *summary = outcome_summary (plan);
    g_autofree char *unsigned_why = reply ? g_strdup ("") : outcome_unsigned (plan);
    g_autofree char *said = reply ? outcome_quoted (reply) : NULL;

    log_info (session->envelope->queue_id, "milter: class=%s route=%s recipients=%u%s%s%s%s",
              message_class_word (plan->classification->class), route_word (plan->route),
              session->envelope->recipients->len, summary, unsigned_why, said ? " reply=" : "",
              said ? said : "");
    daemon_note_plan (the_daemon, session->envelope->queue_id, "milter", plan);
}

/* The record first: what is not written down does not happen. */
static bool
record (const Session *session, const Plan *plan, GError **error)
{
    if (!audit_decisions (daemon_audit (the_daemon), daemon_ledger (the_daemon),
                          session->envelope, plan, "milter", NULL, daemon_now (the_daemon),
                          error))
        return false;
    tally_add (daemon_tally (the_daemon), plan, NULL);
    return true;
}

/* The reason is for who decides; it names rule and statute. */
static bool
hold_in_place (SMFICTX *ctx, const Plan *plan, GError **error)
{
    g_autofree char *reason = outcome_without_addresses (plan_decision (plan, 0)->reply);

    return apply_hold (ctx, reason, error);
}

/* Nothing else is changed and nothing recorded: the LMTP edge decides when its turn comes. */
static sfsistat
hand_over (SMFICTX *ctx, const Session *session, const Plan *plan)
{
    g_autoptr (GError) error = NULL;

    if (!apply_route (ctx, plan->untrusted, &error))
        return fail (ctx, session, "apply", error);
    daemon_count (the_daemon, COUNT_SPLIT);
    log_info (session->envelope->queue_id, "milter: class=%s route=%s recipients=%u",
              message_class_word (plan->classification->class), route_word (plan->route),
              session->envelope->recipients->len);
    daemon_note_plan (the_daemon, session->envelope->queue_id, "milter", plan);
    return SMFIS_ACCEPT;
}

/* Gives back what the first so many recipients had. A failure leaves the rest taken, which harms
 * nobody's mailbox; each might wait as long for the same. */
static void
release_some (const Session *session, const Plan *plan, unsigned count)
{
    g_autoptr (GError) error = NULL;

    for (unsigned i = 0; i < count && !error; i++)
        daemon_release_contact (the_daemon, plan_decision (plan, i),
                                session->envelope->queue_id, &error);
    if (error)
        log_warning (session->envelope->queue_id, "milter: contacts: %s", error->message);
}

/* Between the stages: Postfix waits milter_content_timeout for each word, and that a message takes long
 * is a word. */
static void
tell_progress (SMFICTX *ctx, const Session *session)
{
    if (g_get_monotonic_time () - session->ended >= QUIET_SECONDS * G_USEC_PER_SEC)
        smfi_progress (ctx);
}

/* A place for each under the caps, or for none. */
static bool
reserve_all (const Session *session, const Plan *plan, bool *ret_reserved, GError **error)
{
    *ret_reserved = true;
    for (unsigned i = 0; i < plan->decisions->len; i++) {
        bool ok = daemon_reserve_contact (the_daemon, plan_decision (plan, i),
                                          session->envelope->queue_id, ret_reserved, error);
        if (!ok || !*ret_reserved) {
            release_some (session, plan, i);
            return ok;
        }
    }
    return true;
}

static sfsistat
fail_reserved (SMFICTX *ctx, const Session *session, const Plan *plan, const char *stage,
               const GError *error)
{
    release_some (session, plan, plan->decisions->len);
    return fail (ctx, session, stage, error);
}

/* In place everybody gets the copy, whoever it was signed for. */
static bool
is_for_all (const Session *session, const Variant *variant, GError **error)
{
    g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (unsigned));

    for (unsigned i = 0; i < session->envelope->recipients->len; i++)
        g_array_append_val (all, i);
    return variant_is_for (variant, session->envelope, all, error);
}

static sfsistat
change_in_place (SMFICTX *ctx, const Session *session, GBytes *original, const Plan *plan)
{
    g_autoptr (GError) error = NULL;
    const Variant *variant = g_ptr_array_index (plan->variants, 0);
    bool reserved = false;
    bool defer_unsigned = strcmp (session->engine->settings->unsigned_mail, "defer") == 0;

    if (defer_unsigned && variant->signatures->len == 0)
        return postpone (ctx, session, "sign", REPLY_UNSIGNED);
    if (!reserve_all (session, plan, &reserved, &error))
        return fail (ctx, session, "contacts", error);
    tell_progress (ctx, session);
    /* Some must wait now and some need not: that takes the other road. */
    if (!reserved)
        return hand_over (ctx, session, plan);
    if (!record (session, plan, &error))
        return fail_reserved (ctx, session, plan, "audit", error);
    if (!is_for_all (session, variant, &error) ||
        !apply_variant (ctx, session, original, variant, &error) ||
        (variant->held && !hold_in_place (ctx, plan, &error)))
        return fail_reserved (ctx, session, plan, "apply", error);
    for (unsigned recipient = 0; recipient < plan->decisions->len; recipient++)
        quota_hold_commit (plan->quotas, recipient);
    daemon_count (the_daemon, variant->held ? COUNT_HELD : COUNT_IN_PLACE);
    log_decision (session, plan, NULL);
    return SMFIS_ACCEPT;
}

static sfsistat
turn_away (SMFICTX *ctx, const Session *session, const Plan *plan, Outcome outcome)
{
    g_autoptr (GError) error = NULL;
    g_autofree char *reply = outcome_reply_for_all (plan, outcome);

    if (!record (session, plan, &error))
        return fail (ctx, session, "audit", error);
    daemon_count (the_daemon, outcome == OUTCOME_REFUSE ? COUNT_REFUSED : COUNT_DEFERRED);
    log_decision (session, plan, reply);
    return answer (ctx, reply);
}

/* Only a client with a queue of its own comes back after a 4xx; for all others our Postfix has
 * to keep the message. */
static bool
client_queues (const Session *session)
{
    const char *const *clients =
        (const char *const *)session->engine->settings->queueing_clients;

    return session->client_address && g_strv_contains (clients, session->client_address);
}

static sfsistat
carry_out (SMFICTX *ctx, const Session *session, GBytes *original, const Plan *plan)
{
    switch (plan->route) {
    case ROUTE_IN_PLACE:
        return change_in_place (ctx, session, original, plan);
    case ROUTE_SPLIT:
        return hand_over (ctx, session, plan);
    case ROUTE_REFUSE:
        return turn_away (ctx, session, plan, OUTCOME_REFUSE);
    case ROUTE_DEFER:
        if (client_queues (session))
            return turn_away (ctx, session, plan, OUTCOME_DEFER);
        return hand_over (ctx, session, plan);
    }
    g_assert_not_reached ();
}

static sfsistat
refuse_oversize (SMFICTX *ctx, const Session *session)
{
    g_autoptr (GError) error =
        g_error_new (LICET_ERROR, LICET_ERROR_LIMIT, "too many %s", session->problem);

    return fail (ctx, session, "receive", error);
}

static sfsistat
judge (SMFICTX *ctx, Session *session)
{
    g_autoptr (GError) error = NULL;
    session->ended = g_get_monotonic_time ();
    int64_t deadline =
        session->ended + session->engine->settings->message_seconds * G_USEC_PER_SEC;

    session->envelope->queue_id = g_strdup (smfi_getsymval (ctx, (char *)"i"));
    daemon_count (the_daemon, COUNT_MESSAGES);
    if (session->problem)
        return refuse_oversize (ctx, session);
    if (session->crowded) {
        daemon_count (the_daemon, COUNT_CROWDED);
        return postpone (ctx, session, "receive", REPLY_CROWDED);
    }
    if (session->envelope->recipients->len == 0)
        return SMFIS_ACCEPT; /* nobody to protect and nobody to send to */

    g_autoptr (GBytes) original = g_string_free_to_bytes (g_steal_pointer (&session->bytes));
    g_autoptr (Plan) plan = pipeline_run (session->engine, session->envelope, original,
                                          daemon_now (the_daemon), &error);
    if (!plan)
        return fail (ctx, session, "pipeline", error);
    tell_progress (ctx, session);
    if (g_get_monotonic_time () > deadline)
        return postpone (ctx, session, "deadline", REPLY_TOO_LATE);
    return carry_out (ctx, session, original, plan);
}

static sfsistat
guard (SMFICTX *ctx, Session *session)
{
    session->envelope->queue_id = g_strdup (smfi_getsymval (ctx, (char *)"i"));
    const char *reply =
        session->crowded ? REPLY_CROWDED : admit_copy (ctx, the_daemon, session);

    return reply ? answer (ctx, reply) : SMFIS_ACCEPT;
}

static sfsistat
at_end_of_message (SMFICTX *ctx)
{
    Session *session = message_of (ctx);

    if (!session)
        return refuse_disorder ();
    sfsistat status = session->second ? guard (ctx, session) : judge (ctx, session);
    session_end (session);
    return status;
}

static sfsistat
at_abort (SMFICTX *ctx)
{
    Session *session = session_of (ctx);

    if (session)
        session_end (session);
    return SMFIS_CONTINUE;
}

static sfsistat
at_close (SMFICTX *ctx)
{
    Session *session = session_of (ctx);

    if (session) { /* none when the negotiation failed */
        if (session->second)
            guard_leave (daemon_guard (the_daemon), session->client_port);
        session_free (session);
        smfi_setpriv (ctx, NULL);
    }
    return SMFIS_CONTINUE;
}

static struct smfiDesc description = {
    .xxfi_name = (char *)"licet",
    .xxfi_version = SMFI_VERSION,
    .xxfi_flags = NEEDED_ACTIONS | SMFIF_SETSYMLIST,
    .xxfi_connect = at_connect,
    .xxfi_helo = at_helo,
    .xxfi_envfrom = at_mail,
    .xxfi_envrcpt = at_rcpt,
    .xxfi_header = at_header,
    .xxfi_eoh = at_end_of_header,
    .xxfi_body = at_body,
    .xxfi_eom = at_end_of_message,
    .xxfi_abort = at_abort,
    .xxfi_close = at_close,
    .xxfi_negotiate = at_negotiate,
};

static const char *
unix_path (const char *socket)
{
    return g_str_has_prefix (socket, "unix:") ? socket + strlen ("unix:") : NULL;
}

bool
milter_edge_open (Daemon *daemon, GError **error)
{
    g_autoptr (Engine) engine = daemon_engine (daemon);
    const char *socket = engine->settings->milter_socket;
    const char *path = unix_path (socket);

    the_daemon = daemon;
    the_room = room_new ((size_t)engine->settings->message_memory << 20);
    if (smfi_register (description) == MI_SUCCESS &&
        smfi_setconn ((char *)socket) == MI_SUCCESS && smfi_setbacklog (256) == MI_SUCCESS &&
        smfi_opensocket (true) == MI_SUCCESS &&
        /* Postfix gets at it through the group; libmilter leaves the mode to the umask. */
        (!path || chmod (path, 0660) == 0))
        return true;
    g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "milter: cannot listen on %s",
                 socket);
    return false;
}

/* libmilter has a thread that waits for SIGHUP, SIGTERM and SIGINT, and stops the daemon at each. They belong
 * to the main thread, which reloads at the first, and the kernel may give a signal to whoever takes it. This
 * stands before libc's sigwait(3), for libmilter too: its thread waits for nothing. */
__attribute__ ((visibility ("default"))) int
sigwait (const sigset_t *set G_GNUC_UNUSED, int *ret_signal G_GNUC_UNUSED)
{
    while (true)
        pause ();
}

bool
milter_edge_run (Daemon *daemon, GError **error)
{
    g_assert (daemon == the_daemon);
    if (smfi_main () == MI_SUCCESS)
        return true;
    g_set_error (error, LICET_ERROR, LICET_ERROR_INTERNAL, "milter: libmilter gave up");
    return false;
}

void
milter_edge_stop (void)
{
    smfi_stop ();
}

bool
milter_edge_is_idle (void)
{
    return !the_room || room_is_empty (the_room);
}
