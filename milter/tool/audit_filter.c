/* SPDX-License-Identifier: BSD-2-Clause */

/* The filters of licet audit. A word that no record can have is wrong usage: "0 of 33 records" would read
 * as if nothing of the kind had happened. */

#include <stdio.h>
#include <string.h>

#include "audit.h"
#include "licet/address.h"
#include "licet/classification.h"
#include "licet/decision.h"
#include "licet/ledger.h"
#include "licet/nearest.h"

enum { GLANCE_ROWS = 5000 };

static const char *const hand_overs[] = { "submitted", "already-submitted", "held",
                                          "refused",   "deferred",          "in-doubt" };

static const char *const records[] = { "decision",   "outcome",    "failure",
                                       "checkpoint", "repair",     "retention",
                                       "policies",   "unreadable", NULL };

/* A decision and what became of it, in words that are easily taken for each other. */
static const char *const pairs[][2] = {
    { "refuse", "refused" },
    { "defer", "deferred" },
    { "hold", "held" },
};

static bool
knows (const char *const words[], const char *given)
{
    while (*words && g_ascii_strcasecmp (*words, given) != 0)
        words++;
    return *words != NULL;
}

static bool
is_known (const char *option, const char *const words[], const char *given)
{
    if (!given || knows (words, given))
        return true;
    g_autofree char *all = g_strjoinv (", ", (char **)words);
    const char *near = nearest_word (words, given);
    tool_usage ("--%s %s: right would be one of %s%s%s%s", option, given, all,
                near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    return false;
}

static bool
is_outcome (const char *given)
{
    g_autoptr (GPtrArray) words = g_ptr_array_new ();

    for (Outcome outcome = OUTCOME_DELIVER; outcome <= OUTCOME_REFUSE; outcome++)
        g_ptr_array_add (words, (void *)outcome_word (outcome));
    for (unsigned i = 0; i < G_N_ELEMENTS (hand_overs); i++)
        g_ptr_array_add (words, (void *)hand_overs[i]);
    g_ptr_array_add (words, NULL);
    return is_known ("outcome", (const char *const *)words->pdata, given);
}

static bool
is_class (const char *given)
{
    g_autoptr (GPtrArray) words = g_ptr_array_new ();

    for (MessageClass class = CLASS_TRANSACTIONAL; class <= CLASS_PERSONAL; class ++)
        g_ptr_array_add (words, (void *)message_class_word (class));
    g_ptr_array_add (words, NULL);
    return is_known ("class", (const char *const *)words->pdata, given);
}

static bool
is_purpose (const char *given)
{
    g_autoptr (GPtrArray) words = g_ptr_array_new ();

    for (Purpose purpose = PURPOSE_NONE; purpose <= PURPOSE_WELCOME; purpose++)
        g_ptr_array_add (words, (void *)purpose_word (purpose));
    g_ptr_array_add (words, NULL);
    return is_known ("purpose", (const char *const *)words->pdata, given);
}

/* The packs of a past log are not known here, so only the form is looked at: "DE", "US-CA", and "US+DE" for
 * a recipient who may live in either. */
static bool
is_territory (const char *given)
{
    if (!given ||
        g_regex_match_simple ("^[A-Z]{2}(-[A-Z0-9]{1,3})?(\\+[A-Z]{2}(-[A-Z0-9]{1,3})?)*$",
                              given, G_REGEX_CASELESS, 0))
        return true;
    tool_usage ("--territory %s: right would be a code such as DE, US-CA or US+DE", given);
    return false;
}

static bool
is_domain (const char *sender)
{
    const char *at = sender ? strchr (sender, '@') : NULL;

    if (!at)
        return true;
    tool_usage ("--sender %s: the log has domains; right would be %s", sender, at + 1);
    return false;
}

static bool
has_known_words (const AuditOptionsTool *options)
{
    return is_outcome (options->outcome) && is_known ("record", records, options->record) &&
           is_class (options->class) && is_purpose (options->purpose) &&
           is_territory (options->territory) && is_domain (options->sender);
}

/* What the newest records have, for a hint: it must not take longer than the search did. */
typedef struct {
    GHashTable *seen;
    unsigned rows;
    bool all; /* the whole log was read */
} Glance;

static void
glance_clear (Glance *glance)
{
    g_clear_pointer (&glance->seen, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Glance, glance_clear)

static bool
glance_over (Glance *glance, const GPtrArray *files, AuditVisit visit)
{
    const AuditFilter decisions = { .record = "decision" };

    glance->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    for (unsigned i = files->len; i > 0 && glance->rows < GLANCE_ROWS; i--) {
        g_autoptr (GPtrArray) file = g_ptr_array_new ();
        g_ptr_array_add (file, g_ptr_array_index (files, i - 1));
        if (!audit_scan (file, &decisions, visit, glance, NULL, NULL))
            return false;
        glance->all = i == 1;
    }
    return true;
}

static bool
note_rules (const AuditRow *row, void *data)
{
    Glance *glance = data;

    glance->rows++;
    for (unsigned i = 0; i < row->rules->len; i++) {
        const char *id = g_array_index (row->rules, AuditRule, i).id;
        if (id && !g_hash_table_contains (glance->seen, id))
            g_hash_table_add (glance->seen, g_strdup (id));
    }
    return true;
}

/* Nothing found may mean that the rule never spoke, or that there is none of this name. */
static void
hint_at_rule (const char *rule, const GPtrArray *files)
{
    g_auto (Glance) glance = { 0 };

    if (!glance_over (&glance, files, note_rules))
        return;
    g_autofree const char **ids =
        (const char **)g_hash_table_get_keys_as_array (glance.seen, NULL);
    if (knows (ids, rule)) {
        fprintf (
            stderr,
            "licet: rule %s was looked at; no record that was asked for has it violated or "
            "deciding\n",
            rule);
        return;
    }
    const char *near = nearest_word (ids, rule);
    fprintf (stderr, "licet: %s names the rule %s%s%s%s\n",
             glance.all ? "no record" : "none of the newest records", rule,
             near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

static bool
note_territory (const AuditRow *row, void *data)
{
    Glance *glance = data;

    glance->rows++;
    if (row->territory && !g_hash_table_contains (glance->seen, row->territory))
        g_hash_table_add (glance->seen, g_strdup (row->territory));
    return true;
}

/* A territory of the log is a word of few, so they are named. */
static void
hint_at_territory (const GPtrArray *files)
{
    g_auto (Glance) glance = { 0 };

    if (!glance_over (&glance, files, note_territory))
        return;
    g_autoptr (GList) codes =
        g_list_sort (g_hash_table_get_keys (glance.seen), (GCompareFunc)strcmp);
    g_autoptr (GString) list = g_string_new (NULL);
    for (const GList *code = codes; code; code = code->next)
        g_string_append_printf (list, "%s%s", list->len ? ", " : "", (const char *)code->data);
    fprintf (stderr, "licet: the territories of %s are: %s\n",
             glance.all ? "this log" : "the newest records", list->len ? list->str : "none");
}

void
audit_hint (const AuditOptionsTool *options, const GPtrArray *files, uint64_t found)
{
    const char *outcome = options->outcome ? options->outcome : "";

    if (options->rule && found == 0)
        hint_at_rule (options->rule, files);
    if (options->territory && found == 0)
        hint_at_territory (files);
    for (unsigned i = 0; i < G_N_ELEMENTS (pairs); i++) {
        bool decided = g_ascii_strcasecmp (outcome, pairs[i][0]) == 0;
        if (decided || g_ascii_strcasecmp (outcome, pairs[i][1]) == 0)
            fprintf (stderr, "licet: these are %s; --outcome %s finds %s\n",
                     decided ? "decisions" : "hand-overs", pairs[i][decided ? 1 : 0],
                     decided ? "what became of hand-overs" : "decisions");
    }
}

static bool
read_time (const char *text, const char *option, int64_t *ret_time, int *ret_status)
{
    GError *error = NULL;

    if (!text || clock_parse (text, ret_time, &error))
        return true;
    *ret_status = tool_usage ("--%s: %s", option, error->message);
    g_clear_error (&error);
    return false;
}

/* A period without a second in it would read as if nothing had happened. */
static bool
has_period (const AuditOptionsTool *options, const AuditFilter *filter)
{
    if (!filter->since || !filter->until || filter->since < filter->until)
        return true;
    tool_usage ("--since %s is not before --until %s", options->since, options->until);
    return false;
}

/* Without a salt nothing in the log can be that person's. */
static bool
find_subject (AuditOptionsTool *options, int *ret_status)
{
    GError *error = NULL;
    g_autofree char *address = address_normalise (options->address, &error);
    g_autoptr (Ledger) ledger =
        address ? ledger_open_read_only (audit_state_path (options), &error) : NULL;

    if (ledger)
        options->subject = ledger_find_subject (ledger, address, &error);
    if (error) {
        g_prefix_error (&error, "--address %s: ", options->address);
        *ret_status = tool_fail (error);
        return false;
    }
    if (!options->subject) {
        fputs ("licet: no record leads to this address: none was written, or what led to it "
               "was erased\n",
               stderr);
        *ret_status = EX_OK;
    }
    return options->subject != NULL;
}

bool
audit_filter (AuditOptionsTool *options, AuditFilter *ret_filter, int *ret_status)
{
    AuditFilter filter = {
        .record = options->record,
        .queue_id = options->queue_id,
        .rule = options->rule,
        .territory = options->territory,
        .outcome = options->outcome,
        .sender = options->sender,
        .purpose = options->purpose,
        .class = options->class,
    };

    if (!has_known_words (options)) {
        *ret_status = EX_USAGE;
        return false;
    }
    if (!read_time (options->since, "since", &filter.since, ret_status) ||
        !read_time (options->until, "until", &filter.until, ret_status) ||
        (options->address && !find_subject (options, ret_status)))
        return false;
    if (!has_period (options, &filter)) {
        *ret_status = EX_USAGE;
        return false;
    }
    filter.subject = options->subject;
    *ret_filter = filter;
    return true;
}
