/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_EDGE_H
#define LICET_EDGE_H

#include <glib.h>
#include <stdbool.h>

#include "licet/audit.h"
#include "licet/clock.h"
#include "licet/engine.h"
#include "licet/ledger.h"
#include "licet/mail_resolver.h"
#include "licet/preflight.h"

struct Guard;
struct Tally;

/*
 * Where licetd meets Postfix: the milter (RFC-less; Postfix MILTER_README), the LMTP server
 * (RFC 2033), the submission client (RFC 5321) and the control socket. The edges own all
 * threads and all logging. One Daemon per process, made by main.c.
 */
typedef struct Daemon Daemon;

/* Opens ledger and audit log. Takes engine. settings_path is read again at each reload. */
Daemon *daemon_new (Engine *engine, const char *settings_path, const Clock *clock,
                    GError **error);
void daemon_free (Daemon *daemon);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Daemon, daemon_free)

/* The snapshot in force; caller unrefs. */
Engine *daemon_engine (Daemon *daemon);
Ledger *daemon_ledger (Daemon *daemon);
Contacts *daemon_contacts (Daemon *daemon);
Audit *daemon_audit (Daemon *daemon);
/* What preflight knows of our domains. */
AuthenticationBoard *daemon_authentications (Daemon *daemon);
/* What DNS says of recipients' domains. */
MailHostsBoard *daemon_mail_hosts (Daemon *daemon);
/* One JSON object with what preflight knows and its age. Caller frees. */
char *daemon_preflight (Daemon *daemon);
/* wake: an eventfd of who looks, or -1. daemon_look has them look at once, and so does a reload. */
void daemon_watch (Daemon *daemon, int wake);
void daemon_look (Daemon *daemon);
struct Guard *daemon_guard (Daemon *daemon);
/* What was decided, for the metrics (edge/tally.h). */
struct Tally *daemon_tally (Daemon *daemon);
int64_t daemon_now (const Daemon *daemon);
/* To be called every minute: what the log has to do by the clock, and saving what was counted. */
void daemon_tick (Daemon *daemon);
/* What was sent, into its file; a failure is logged. */
void daemon_save_counts (Daemon *daemon);
Quotas *daemon_quotas (Daemon *daemon);

/* Tells whether the consent store answered a message, and when that changes; and which settings rules that
 * decided had missed. */
void daemon_note_plan (Daemon *daemon, const char *queue_id, const char *edge,
                       const Plan *plan);

/* Takes a place under the caps of the rules for a copy with promotion that is to go to a recipient.
 * *ret_reserved is false when messages that were decided at the same time took the last one: the
 * decision no longer holds and must be made again. UNAVAILABLE when it cannot be written down. */
bool daemon_reserve_contact (Daemon *daemon, const Decision *decision, const char *queue_id,
                             bool *ret_reserved, GError **error);
/* Gives the place back: the copy did not leave. */
bool daemon_release_contact (Daemon *daemon, const Decision *decision, const char *queue_id,
                             GError **error);

/* Reads settings, policies, words, keys and store anew and swaps the snapshot, and reopens the
 * log. On failure the old snapshot stays. */
bool daemon_reload (Daemon *daemon, GError **error);

/* Names of the settings that were changed since the start and wait for a restart, "a, b"; or NULL.
 * Caller frees. */
char *daemon_waits_for_restart (Daemon *daemon);

/* One JSON object: uptime, counters, policy version, ledger. Caller frees. */
char *daemon_status (Daemon *daemon);

/* Counters of daemon_status. */
typedef enum {
    COUNT_MESSAGES,
    COUNT_IN_PLACE,
    COUNT_SPLIT,
    COUNT_REFUSED,
    COUNT_DEFERRED,
    COUNT_HELD,
    COUNT_FAILED,
    COUNT_HANDED_OVER,
    COUNT_SUBMITTED,
    COUNT_SETTLED,
    COUNT_SENT_AGAIN,
    COUNT_TURNED_AWAY,
    COUNT_CROWDED, /* connections and messages that found no room */
    COUNT_RELOADS,
    COUNT_RELOADS_FAILED,
    COUNT_AUDIT_MAILS,
    COUNT_AUDIT_MAILS_FAILED,
    COUNT_LAST,
} Counter;
void daemon_count (Daemon *daemon, Counter counter);
unsigned daemon_counter (const Daemon *daemon, Counter counter);
const char *daemon_counter_name (Counter counter);

/* The newest checkpoint of the log, one line of JSON. Caller frees. */
char *daemon_checkpoint (Daemon *daemon);

/* How the mail to the auditors does, for status and metrics. */
typedef enum { AUDIT_MAIL_OFF, AUDIT_MAIL_DUE, AUDIT_MAIL_SENT, AUDIT_MAIL_FAILING } AuditMailState;
void daemon_note_audit_mail (Daemon *daemon, AuditMailState state);
AuditMailState daemon_audit_mail (const Daemon *daemon);

/* Counters, log and ledger for Prometheus. Caller frees. */
char *daemon_metrics (Daemon *daemon);
/* The same into the file of the settings, if there is one. UNAVAILABLE when it cannot be written. */
bool daemon_write_metrics (Daemon *daemon, GError **error);

/* Runs the milter until milter_edge_stop or a signal that libmilter handles. */
bool milter_edge_open (Daemon *daemon, GError **error);
bool milter_edge_run (Daemon *daemon, GError **error);
void milter_edge_stop (void);
/* Whether no connection is left; libmilter may return from a stop before its last callback. */
bool milter_edge_is_idle (void);

typedef struct LmtpEdge LmtpEdge;
/* Listens and serves on threads of its own. */
LmtpEdge *lmtp_edge_start (Daemon *daemon, GError **error);
/* Stops accepting, lets transactions under way end, joins. */
void lmtp_edge_stop (LmtpEdge *edge);

/* Looks at the DNS of the domains of the settings, by the clock and on demand. helper stays the
 * caller's, who frees it after watch_edge_stop, which ends its process. */
typedef struct WatchEdge WatchEdge;
WatchEdge *watch_edge_start (Daemon *daemon, PreflightHelper *helper);
void watch_edge_stop (WatchEdge *edge);

/* Asks for the MX of recipients' domains. resolver stays the caller's, who frees it after
 * mailbox_edge_stop, which ends its process. */
typedef struct MailboxEdge MailboxEdge;
MailboxEdge *mailbox_edge_start (Daemon *daemon, MailResolver *resolver);
void mailbox_edge_stop (MailboxEdge *edge);

/* Mails a checkpoint to the auditors of the settings, by the clock, on a thread of its own. Needs the
 * milter to run, which guards the second port; stopped, it waits 15 seconds at most. */
typedef struct AuditorEdge AuditorEdge;
AuditorEdge *auditor_edge_start (Daemon *daemon);
void auditor_edge_stop (AuditorEdge *edge);

/* Erases the addresses of who has had no record for long (audit_address_days), once a day, on a thread
 * of its own. */
typedef struct ForgetEdge ForgetEdge;
ForgetEdge *forget_edge_start (Daemon *daemon);
void forget_edge_stop (ForgetEdge *edge);

typedef struct ControlEdge ControlEdge;
/* A Unix socket, mode 0660, one request line ("status", "metrics", "preflight" or "reload"), one JSON
 * answer line; to "metrics" a JSON string. "preflight" answers with what is known and has DNS looked
 * at again. */
ControlEdge *control_edge_start (Daemon *daemon, GError **error);
void control_edge_stop (ControlEdge *edge);

/* Adds a line (char *) for each socket of the settings that a start could not open now; those that a
 * running licetd holds are right. */
void sockets_check (const Settings *settings, GPtrArray *problems);

/* The client's half, for the tool: sends one word, returns the answer line. Caller frees. */
char *control_ask (const char *socket_path, const char *request, GError **error);

#endif
