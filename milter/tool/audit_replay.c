/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * licet audit replay: decisions made again from what the log kept. The policies are those of the
 * archive that the log names, consent and recipient those of the record, the time that of the
 * record; the message must come from whoever has it, and is known by its body's hash. The code
 * is the daemon's own pipeline.
 */

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "audit.h"
#include "licet/address.h"
#include "licet/audit.h"
#include "licet/error.h"
#include "licet/message.h"
#include "licet/pipeline.h"

typedef struct {
    const AuditOptionsTool *options;
    GHashTable *mails;   /* path by Message-ID and body hash */
    GHashTable *engines; /* by directory of policies */
    char *dir;           /* of the file of contacts, which goes again */
    Contacts *contacts;
    char *archive;      /* the directory that the log named last */
    const char *wanted; /* number or queue id, or NULL for all */
    unsigned same, different, impossible;
    GError *error;
} Replay;

static char *
mail_key (const char *message_id, const char *body_hash)
{
    g_autofree char *valid = g_utf8_make_valid (message_id ? message_id : "", -1);

    return g_strdup_printf ("%s\n%s", valid, body_hash ? body_hash : "");
}

static void
index_mail (Replay *replay, const char *path)
{
    g_autoptr (GBytes) bytes = tool_read_mail (path, NULL);
    g_autoptr (Message) message = bytes ? message_parse (bytes, NULL) : NULL;

    if (!message)
        return; /* the log has no decision about it either */
    size_t length = 0, body = message_body_offset (message);
    const guchar *data = g_bytes_get_data (bytes, &length);
    g_autofree char *hash =
        g_compute_checksum_for_data (G_CHECKSUM_SHA256, data + body, length - body);
    g_hash_table_insert (replay->mails, mail_key (message_header (message, "Message-ID"), hash),
                         g_strdup (path));
}

static bool
index_mails (Replay *replay, const char *path, GError **error)
{
    if (g_file_test (path, G_FILE_TEST_IS_REGULAR)) {
        index_mail (replay, path);
        return true;
    }
    g_autoptr (GDir) dir = g_dir_open (path, 0, error);
    for (const char *name; dir && (name = g_dir_read_name (dir));) {
        g_autofree char *file = g_build_filename (path, name, NULL);
        index_mail (replay, file);
    }
    return dir != NULL;
}

/* Consent is told to the engine per record, so it begins with none. */
static Engine *
find_engine (Replay *replay, GError **error)
{
    const char *policies =
        replay->options->policies ? replay->options->policies : replay->archive;
    Engine *engine = policies ? g_hash_table_lookup (replay->engines, policies) : NULL;

    if (engine)
        return engine;
    if (!policies) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                     "the policies of this record are not in the archive, or damaged there; "
                     "give --policies");
        return NULL;
    }
    Settings *settings = settings_new ();
    g_free (settings->policies);
    settings->policies = g_strdup (policies);
    g_free (settings->consent);
    settings->consent = g_strdup ("memory:");
    engine = engine_new (settings, error);
    if (!engine)
        return NULL;
    engine_rehearse_tokens (engine);
    g_hash_table_insert (replay->engines, g_strdup (policies), engine);
    return engine;
}

static ConsentEvent *
new_event (const char *address, const char *purpose, const char *state, const char *at)
{
    ConsentEvent *event = g_new0 (ConsentEvent, 1);

    event->address = g_strdup (address);
    event->purpose = g_strdup (purpose);
    event->state = g_strdup (state);
    if (at)
        clock_parse (at, &event->at, NULL);
    return event;
}

static const char *
state_of_event (const char *state, const char *suppression)
{
    return g_strcmp0 (state, "granted") == 0   ? "granted"
           : g_strcmp0 (state, "refused") != 0 ? NULL
           : suppression                       ? "suppressed"
                                               : "withdrawn";
}

/* A request about another purpose says who the person is, and nothing of the consent asked for. */
static ConsentEvent *
person_event (const AuditRow *row, const char *address)
{
    bool survey = g_strcmp0 (row->promo_purpose, "survey") == 0;
    ConsentEvent *event = new_event (address, survey ? "event" : "survey", "pending", NULL);

    if (g_strcmp0 (row->territory_source, "consent-record") == 0 && row->territory)
        event->country = g_strndup (row->territory, 2);
    if (event->country)
        event->subdivision = g_strdup (row->subdivision);
    event->recipient_class = g_strdup (row->recipient_class);
    event->language = g_strdup (row->language);
    return event;
}

static GPtrArray *
events_of (const AuditRow *row, const char *address)
{
    GPtrArray *events = g_ptr_array_new_with_free_func ((GDestroyNotify)consent_event_free);
    const char *suppression = row->consent_suppression;
    const char *state = row->consent_pending
                            ? "pending"
                            : state_of_event (row->consent_state, suppression);
    const char *tracking = state_of_event (row->tracking_state, NULL);

    g_ptr_array_add (events, person_event (row, address));
    if (state) {
        const char *purpose = row->consent_purpose ? row->consent_purpose : "*";
        ConsentEvent *event = new_event (address, purpose, state, row->consent_at);
        event->basis = g_strdup (suppression ? suppression : row->consent_basis);
        event->source = g_strdup (row->consent_source);
        event->wording = g_strdup (row->consent_wording);
        if (row->expires)
            clock_parse (row->expires, &event->expires, NULL);
        g_ptr_array_add (events, event);
    }
    if (tracking) {
        ConsentEvent *event = new_event (address, "tracking", tracking, row->tracking_at);
        event->basis = g_strdup (row->tracking_basis);
        g_ptr_array_add (events, event);
    }
    return events;
}

static bool
tell_contacts (const Engine *engine, const AuditRow *row, const char *address, GError **error)
{
    for (unsigned i = 0; row->contacts && i < row->contacts->len; i++) {
        g_autofree char *queue_id = g_strdup_printf ("%u", i);
        if (!contacts_add (engine->contacts, address, queue_id,
                           &g_array_index (row->contacts, Contact, i), error))
            return false;
    }
    return true;
}

static Quotas *
recorded_quotas (const AuditRow *row, const SendingLimit *limit)
{
    for (unsigned window = 0; window < QUOTA_WINDOWS; window++)
        if (g_strcmp0 (row->limit_window, quota_window_word (window)) == 0)
            return quotas_recorded (limit->key, window, row->limit_used, row->limit_until,
                                    row->at);
    return NULL;
}

/* The counts as they were. NULL when no limit was used up, or the policies no longer have it. */
static Quotas *
make_quotas (const Engine *engine, const AuditRow *row, GBytes *mail)
{
    g_autoptr (Message) message = row->limit ? message_parse (mail, NULL) : NULL;
    g_autoptr (GPtrArray) limits =
        message ? policy_sending_limits (engine->policies, message, row->at) : NULL;

    for (unsigned i = 0; limits && i < limits->len; i++) {
        const SendingLimit *limit = g_ptr_array_index (limits, i);
        if (strcmp (limit->name, row->limit) == 0)
            return recorded_quotas (row, limit);
    }
    return NULL;
}

static Plan *
decide_again (const Engine *engine, const AuditRow *row, GBytes *mail, GError **error)
{
    g_autofree char *address =
        g_strdup_printf ("record-%" G_GUINT64_FORMAT "@%s", row->seq,
                         row->recipient_domain ? row->recipient_domain : "invalid");
    g_autofree char *sender =
        row->sender_domain ? g_strdup_printf ("sender@%s", row->sender_domain) : g_strdup ("");
    g_autoptr (GPtrArray) events = events_of (row, address);
    g_autoptr (Envelope) envelope = envelope_new ();

    if (!consent_append (engine->store, events, error) ||
        !tell_contacts (engine, row, address, error))
        return NULL;
    envelope->sender = envelope_path_new (sender, "");
    envelope->arrival = row->at;
    g_ptr_array_add (envelope->recipients, envelope_path_new (address, ""));
    return pipeline_run (engine, envelope, mail, row->at, error);
}

static void
add_difference (GString *text, const char *what, const char *then, const char *now)
{
    if (g_strcmp0 (then, now) != 0)
        g_string_append_printf (text, "%s%s was %s, is %s", text->len ? "; " : "", what,
                                then ? then : "none", now ? now : "none");
}

static const RuleResult *
find_rule (const Decision *decision, const char *id)
{
    for (unsigned i = 0; i < decision->rules->len; i++) {
        const RuleResult *rule = g_ptr_array_index (decision->rules, i);
        if (g_strcmp0 (rule->id, id) == 0)
            return rule;
    }
    return NULL;
}

static void
compare_rules (GString *text, const AuditRow *row, const Decision *decision)
{
    for (unsigned i = 0; i < row->rules->len; i++) {
        const AuditRule *then = &g_array_index (row->rules, AuditRule, i);
        const RuleResult *now = find_rule (decision, then->id);
        add_difference (text, then->id, then->verdict,
                        now ? verdict_word (now->verdict) : NULL);
        if (now)
            add_difference (text, then->id, then->action, action_word (now->action));
    }
    if (decision->rules->len != row->rules->len)
        g_string_append_printf (text, "%s%u rules were looked at, now %u",
                                text->len ? "; " : "", row->rules->len, decision->rules->len);
}

/* Empty when nothing differs. Caller frees. */
static GString *
compare (const AuditRow *row, const Plan *plan)
{
    const Decision *decision = plan_decision (plan, 0);
    GString *text = g_string_new (NULL);
    g_autofree char *until = decision->until ? clock_format (decision->until) : NULL;

    add_difference (text, "outcome", row->outcome, outcome_word (decision->outcome));
    add_difference (text, "rule", row->rule, decision->rule);
    add_difference (text, "class", row->class,
                    message_class_word (plan->classification->class));
    add_difference (text, "legal class", row->legal_class,
                    message_class_word (decision->legal_class));
    add_difference (text, "territory", row->territory, decision->facts->territory);
    add_difference (text, "until", row->until, until);
    compare_rules (text, row, decision);
    return text;
}

static void
print_result (const Replay *replay, const AuditRow *row, const char *result, const char *text)
{
    g_autoptr (GString) json = g_string_new (NULL);

    if (!replay->options->json) {
        if (strcmp (result, "same") != 0 || replay->wanted)
            printf ("record %" G_GUINT64_FORMAT " %s: %s%s%s\n", row->seq,
                    row->queue_id ? row->queue_id : "-", result, *text ? ": " : "", text);
        return;
    }
    g_string_append_printf (json, "{\"seq\":%" G_GUINT64_FORMAT ",\"queue_id\":", row->seq);
    json_text_append (json, row->queue_id);
    g_string_append_printf (json, ",\"result\":\"%s\",\"text\":", result);
    json_text_append (json, text);
    puts (g_string_append_c (json, '}')->str);
}

/* Whether the counts of what had been sent were not to be had. */
static bool
has_unknown_limit (const AuditRow *row)
{
    for (unsigned i = 0; i < row->rules->len; i++) {
        const AuditRule *rule = &g_array_index (row->rules, AuditRule, i);
        if (g_strcmp0 (rule->kind, SENDING_LIMIT_KIND) == 0 &&
            g_strcmp0 (rule->verdict, "cannot-tell") == 0)
            return true;
    }
    return false;
}

/* A record of a version that did not keep how much had been sent. */
static bool
lacks_counts (const AuditRow *row)
{
    return !row->limit && row->rule && g_str_has_prefix (row->rule, SENDING_LIMIT_PREFIX);
}

/* Why a record cannot be decided again, or NULL; a static sentence. */
static const char *
find_obstacle (const AuditRow *row, const char *mail)
{
    if (!row->has_facts)
        return "the log was told to omit the facts (audit_facts)";
    if (g_strcmp0 (row->consent_state, "unavailable") == 0)
        return "the consent store did not answer then";
    if (has_unknown_limit (row))
        return "the counts of the sending limits were not to be had then";
    if (lacks_counts (row))
        return "it waited for a sending limit, and the record does not say how much had been "
               "sent";
    return mail ? NULL : "its message is not among the mails given";
}

/* What DNS said then of the recipient's domain; NULL: it was not asked. */
static MailHostsBoard *
recall_mail_hosts (const AuditRow *row)
{
    const MailHosts *then = row->mail_hosts;
    g_autofree char *domain =
        row->recipient_domain ? address_domain_ascii (row->recipient_domain, NULL) : NULL;

    if (!then || !domain)
        return NULL;
    MailHostsBoard *board = mail_hosts_board_new ();
    mail_hosts_board_put (
        board, mail_hosts_new (domain, g_strdupv (then->hosts), then->failure, row->at),
        G_MAXUINT32, clock_moment ());
    return board;
}

static bool
replay_decision (Replay *replay, const AuditRow *row)
{
    g_autofree char *key = mail_key (row->message_id, row->body_hash);
    const char *path = g_hash_table_lookup (replay->mails, key);
    const char *obstacle = find_obstacle (row, path);

    if (obstacle) {
        replay->impossible++;
        print_result (replay, row, "impossible", obstacle);
        return true;
    }
    Engine *engine = find_engine (replay, &replay->error);
    g_autoptr (GBytes) mail = engine ? tool_read_mail (path, &replay->error) : NULL;
    /* What the daemon could not ask then is not to be had now either. */
    if (engine)
        engine->contacts = row->contacts ? replay->contacts : NULL;
    g_autoptr (AuthenticationBoard) board = authentication_board_new ();
    if (row->authentication)
        authentication_board_put (board, authentication_ref (row->authentication));
    if (engine)
        engine->authentications = board;
    g_autoptr (Quotas) quotas = mail ? make_quotas (engine, row, mail) : NULL;
    g_autoptr (MailHostsBoard) hosts = recall_mail_hosts (row);
    if (engine) {
        engine->quotas = quotas;
        engine->mail_hosts = hosts;
    }
    g_autoptr (Plan) plan = mail ? decide_again (engine, row, mail, &replay->error) : NULL;
    if (engine) {
        engine->authentications = NULL;
        engine->quotas = NULL;
        engine->mail_hosts = NULL;
    }
    if (!plan)
        return false;
    GString *text = compare (row, plan);
    if (text->len)
        replay->different++;
    else
        replay->same++;
    print_result (replay, row, text->len ? "different" : "same", text->str);
    g_string_free (text, TRUE);
    return true;
}

static bool
is_wanted (const Replay *replay, const AuditRow *row)
{
    g_autofree char *seq = g_strdup_printf ("%" G_GUINT64_FORMAT, row->seq);

    return !replay->wanted || strcmp (replay->wanted, seq) == 0 ||
           g_strcmp0 (replay->wanted, row->queue_id) == 0;
}

static bool
visit (const AuditRow *row, void *data)
{
    Replay *replay = data;

    if (g_strcmp0 (row->record, "policies") == 0 && row->files_hash) {
        g_free (replay->archive);
        replay->archive =
            audit_archive_path (audit_log_path (replay->options), row->files_hash);
    }
    if (g_strcmp0 (row->record, "decision") != 0 || !is_wanted (replay, row))
        return true;
    return replay_decision (replay, row);
}

static int
finish (Replay *replay)
{
    unsigned all = replay->same + replay->different + replay->impossible;

    fprintf (stderr, "licet: %u the same, %u different, %u impossible\n", replay->same,
             replay->different, replay->impossible);
    if (replay->error)
        return tool_fail (g_steal_pointer (&replay->error));
    if (all == 0 && replay->wanted)
        fprintf (stderr,
                 "licet: no such record: no decision in the log has the number or queue id %s; "
                 "all replays every one\n",
                 replay->wanted);
    return all == 0 || replay->impossible ? EX_NOINPUT : replay->different ? EX_DATAERR : EX_OK;
}

static bool
open_contacts (Replay *replay, GError **error)
{
    replay->dir = g_dir_make_tmp ("licet-replay.XXXXXX", error);
    g_autofree char *path =
        replay->dir ? g_build_filename (replay->dir, "contacts", NULL) : NULL;

    replay->contacts = path ? contacts_open (path, error) : NULL;
    return replay->contacts != NULL;
}

static void
clear_replay (Replay *replay)
{
    g_hash_table_unref (replay->mails);
    g_hash_table_unref (replay->engines);
    g_clear_pointer (&replay->contacts, contacts_free);
    if (replay->dir) {
        g_autofree char *path = g_build_filename (replay->dir, "contacts", NULL);
        g_unlink (path);
        g_rmdir (replay->dir);
    }
    g_free (replay->dir);
    g_free (replay->archive);
}

int
audit_do_replay (AuditOptionsTool *options, const char *operand)
{
    GError *error = NULL;
    const AuditFilter all = { 0 };
    Replay replay = {
        .options = options,
        .wanted = strcmp (operand, "all") == 0 ? NULL : operand,
        .mails = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free),
        .engines = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                          (GDestroyNotify)engine_unref),
    };
    g_autoptr (GPtrArray) files = NULL;
    int status = EX_OK;

    if (!options->mails)
        status = tool_usage ("replay needs --mails: the message, or a directory that has it");
    else if (!open_contacts (&replay, &error) ||
             !index_mails (&replay, options->mails, &error) ||
             !(files = audit_files (audit_log_path (options), &error)) ||
             !audit_scan (files, &all, visit, &replay, NULL, &error))
        status = tool_fail (error);
    else
        status = finish (&replay);
    clear_replay (&replay);
    return status;
}
