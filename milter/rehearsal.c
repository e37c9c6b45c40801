/* SPDX-License-Identifier: BSD-2-Clause */

/* Golden cases through the daemon's own pipeline. */

#include "licet/rehearsal.h"

#include <string.h>

#include "licet/clock.h"
#include "licet/error.h"
#include "licet/pipeline.h"

static void
case_result_free (CaseResult *result)
{
    g_free (result->missed);
    g_free (result->rule);
    g_free (result->reply);
    g_strfreev (result->active);
    g_free (result);
}

static ConsentStore *
open_store (const PolicyCase *policy_case, GError **error)
{
    g_autoptr (ConsentStore) store =
        consent_open (policy_case->events ? "memory:" : "unavailable:", error);

    if (!store || (policy_case->events && !consent_append (store, policy_case->events, error)))
        return NULL;
    return g_steal_pointer (&store);
}

static char *
describe (Outcome outcome, const char *rule, int64_t until)
{
    g_autofree char *time = until ? clock_format (until) : NULL;

    return g_strdup_printf ("%s%s%s%s%s", outcome_word (outcome), rule ? " by " : "",
                            rule ? rule : "", time ? " until " : "", time ? time : "");
}

/* What was found; VERDICT_NOT_APPLICABLE when the rule was not looked at. */
static Verdict
verdict_of (const Decision *decision, const char *id)
{
    for (unsigned i = 0; i < decision->rules->len; i++) {
        const RuleResult *result = g_ptr_array_index (decision->rules, i);
        if (strcmp (result->id, id) == 0)
            return result->verdict;
    }
    return VERDICT_NOT_APPLICABLE;
}

static char *
find_missing_verdict (const PolicyCase *wanted, const Decision *decision)
{
    for (char **id = wanted->violated; *id; id++)
        if (verdict_of (decision, *id) != VERDICT_VIOLATED)
            return g_strdup_printf ("%s should be found violated and is not", *id);
    for (char **id = wanted->judged; *id; id++)
        if (verdict_of (decision, *id) == VERDICT_NOT_APPLICABLE)
            return g_strdup_printf ("%s should apply and does not", *id);
    return NULL;
}

static char *
find_miss (const PolicyCase *wanted, const Decision *decision)
{
    bool same = wanted->outcome == decision->outcome &&
                g_strcmp0 (wanted->rule, decision->rule) == 0 &&
                (!wanted->until || wanted->until == decision->until);

    if (!same) {
        g_autofree char *want = describe (wanted->outcome, wanted->rule, wanted->until);
        g_autofree char *got = describe (decision->outcome, decision->rule, decision->until);
        return g_strdup_printf ("wanted %s, got %s", want, got);
    }
    return find_missing_verdict (wanted, decision);
}

static char **
list_active (const Decision *decision)
{
    g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();

    for (unsigned i = 0; i < decision->rules->len; i++) {
        const RuleResult *result = g_ptr_array_index (decision->rules, i);
        if (result->verdict != VERDICT_NOT_APPLICABLE)
            g_strv_builder_add (ids, result->id);
    }
    return g_strv_builder_end (ids);
}

static void
note_decision (CaseResult *result, const Decision *decision)
{
    result->missed = find_miss (result->policy_case, decision);
    result->outcome = decision->outcome;
    result->rule = g_strdup (decision->rule);
    result->reply = g_strdup (decision->reply);
    result->until = decision->until;
    result->active = list_active (decision);
}

static void
put_mail_hosts (MailHostsBoard *board, const MailHosts *said)
{
    if (said)
        mail_hosts_board_put (
            board,
            mail_hosts_new (said->domain, g_strdupv (said->hosts), said->failure, said->at),
            G_MAXUINT32, clock_moment ());
}

/* Policies as they are tried out: for cases of a law, and for those of the company. */
typedef struct {
    PolicySet *law, *all;
} Stage;

static void
stage_set (Stage *stage, PolicySet *policies, const char *without)
{
    stage->law = policy_set_rehearsed (policies, without, true);
    stage->all = policy_set_rehearsed (policies, without, false);
}

static void
stage_clear (Stage *stage)
{
    policy_set_unref (stage->law);
    policy_set_unref (stage->all);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Stage, stage_clear)

/* engine: its policies and its store are set here. */
static CaseResult *
run_case (Engine engine, const Stage *stage, const PolicyCase *policy_case)
{
    CaseResult *result = g_new0 (CaseResult, 1);
    g_autoptr (GError) cause = NULL;
    g_autoptr (ConsentStore) store = open_store (policy_case, &cause);
    g_autoptr (Envelope) envelope = envelope_new ();
    g_autoptr (AuthenticationBoard) authentications = authentication_board_new ();
    g_autoptr (MailHostsBoard) hosts = mail_hosts_board_new ();
    g_autoptr (Plan) plan = NULL;

    result->policy_case = policy_case;
    engine.policies = policy_case->of_law ? stage->law : stage->all;
    engine.store = store;
    engine.contacts = NULL;
    engine.known_contacts = policy_case->contacts;
    engine.quotas = NULL;
    engine.authentications = authentications;
    if (policy_case->authentication)
        authentication_board_put (authentications,
                                  authentication_ref (policy_case->authentication));
    engine.mail_hosts = policy_case->mail_hosts ? hosts : NULL;
    put_mail_hosts (hosts, policy_case->mail_hosts);
    envelope->sender = envelope_path_new (policy_case->sender, "");
    envelope->arrival = policy_case->now;
    g_ptr_array_add (envelope->recipients, envelope_path_new (policy_case->recipient, ""));
    if (store)
        plan = pipeline_run (&engine, envelope, policy_case->mail, policy_case->now, &cause);
    if (plan) {
        note_decision (result, plan_decision (plan, 0));
    } else {
        result->missed = g_strdup (cause->message);
        result->active = g_new0 (char *, 1);
    }
    return result;
}

GPtrArray *
rehearse_cases (const Engine *engine, const GPtrArray *cases, int64_t seconds, GError **error)
{
    g_autoptr (GPtrArray) results =
        g_ptr_array_new_with_free_func ((GDestroyNotify)case_result_free);
    g_auto (Stage) stage = { NULL, NULL };
    int64_t end = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;

    stage_set (&stage, engine->policies, NULL);
    for (unsigned i = 0; i < cases->len; i++) {
        if (seconds && g_get_monotonic_time () > end) {
            g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                         "%u of %u cases of the policies took %" G_GINT64_FORMAT
                         " s; see policy_test_seconds in licet.cfg(5)",
                         i, cases->len, seconds);
            return NULL;
        }
        g_ptr_array_add (results, run_case (*engine, &stage, g_ptr_array_index (cases, i)));
    }
    return g_steal_pointer (&results);
}

/* Cases that a rule decides are the first to notice that it is gone. */
static void
try_mutant (Mutant *mutant, const Engine *engine, const Stage *stage,
            const GPtrArray *results, bool deciding)
{
    for (unsigned i = 0; i < results->len && !mutant->noticed; i++) {
        const CaseResult *before = g_ptr_array_index (results, i);
        bool decides = g_strcmp0 (before->rule, mutant->rule) == 0;
        if (before->missed || decides != deciding ||
            !g_strv_contains ((const char *const *)before->active, mutant->rule))
            continue;
        CaseResult *after = run_case (*engine, stage, before->policy_case);
        mutant->tried++;
        if (after->missed)
            mutant->noticed = before->policy_case;
        case_result_free (after);
    }
}

GPtrArray *
rehearse_mutants (const Engine *engine, const GPtrArray *ids, const GPtrArray *results)
{
    GPtrArray *mutants = g_ptr_array_new_with_free_func (g_free);

    for (unsigned i = 0; i < ids->len; i++) {
        Mutant *mutant = g_new0 (Mutant, 1);
        mutant->rule = g_ptr_array_index (ids, i);
        mutant->where = policy_rule_where (engine->policies, mutant->rule);
        g_auto (Stage) without = { NULL, NULL };
        stage_set (&without, engine->policies, mutant->rule);
        try_mutant (mutant, engine, &without, results, true);
        try_mutant (mutant, engine, &without, results, false);
        g_ptr_array_add (mutants, mutant);
    }
    return mutants;
}

bool
rehearse_engine (const Engine *engine, GError **error)
{
    int64_t seconds = engine->settings->policy_test_seconds;
    g_autoptr (GString) lines = g_string_new (NULL);

    if (!seconds)
        return true;
    g_autoptr (GPtrArray) results =
        rehearse_cases (engine, policy_cases (engine->policies), seconds, error);
    if (!results)
        return false;
    for (unsigned i = 0; i < results->len; i++) {
        const CaseResult *result = g_ptr_array_index (results, i);
        if (result->missed)
            g_string_append_printf (lines, "%s%s: case \"%s\": %s", lines->len ? "\n" : "",
                                    result->policy_case->where, result->policy_case->name,
                                    result->missed);
    }
    if (lines->len)
        g_set_error (error, LICET_ERROR, LICET_ERROR_POLICY, "%s", lines->str);
    return lines->len == 0;
}
