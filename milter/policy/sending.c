/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * How much may be sent, in the admins' words: for which From domains or addresses and classes, how
 * many messages or recipients in a minute, an hour and a day, and how a new domain or address is
 * warmed up.
 */

#include "sending.h"

#include <string.h>

#include "licet/address.h"
#include "licet/clock.h"
#include "policy_set.h"
#include "reply.h"

typedef enum { EACH_NONE, EACH_DOMAIN, EACH_SENDER } Each;

typedef struct {
    int64_t from;
    int64_t most[QUOTA_WINDOWS]; /* -1: as before */
} Step;

struct SendingRule {
    char *name, *where;
    char **domains, **senders;
    bool promotional, transactional, personal;
    bool per_message;
    Each each;
    int64_t most[QUOTA_WINDOWS];
    GArray *steps; /* of Step, in their order */
};

enum { MOST = 1000000000 };

static const char *const count_words[] = { "recipients", "messages", NULL };
static const char *const each_words[] = { "all", "domain", "sender", NULL };
static const char *const class_words[] = { "promotional", "transactional", "personal", NULL };
static const char *const window_names[] = { "per_minute", "per_hour", "per_day" };

static const ConfField root_fields[] = {
    { "limits", CONF_GROUPS, true, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static const ConfField rule_fields[] = {
    { "name", CONF_STRING, true, 0, 0, NULL },
    { "domains", CONF_STRINGS, false, 0, 0, NULL },
    { "senders", CONF_STRINGS, false, 0, 0, NULL },
    { "applies_to", CONF_STRINGS, false, 0, 0, class_words },
    { "count", CONF_STRING, false, 0, 0, count_words },
    { "each", CONF_STRING, false, 0, 0, each_words },
    { "per_minute", CONF_INT, false, 0, MOST, NULL },
    { "per_hour", CONF_INT, false, 0, MOST, NULL },
    { "per_day", CONF_INT, false, 0, MOST, NULL },
    { "warm_up", CONF_GROUPS, false, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static const ConfField step_fields[] = {
    { "from", CONF_STRING, true, 0, 0, NULL },
    { "per_minute", CONF_INT, false, 0, MOST, NULL },
    { "per_hour", CONF_INT, false, 0, MOST, NULL },
    { "per_day", CONF_INT, false, 0, MOST, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

void
sending_rule_free (SendingRule *rule)
{
    g_free (rule->name);
    g_free (rule->where);
    g_strfreev (rule->domains);
    g_strfreev (rule->senders);
    g_array_unref (rule->steps);
    g_free (rule);
}

/* Whether there is a number at all. */
static bool
read_numbers (const ConfNode *node, int64_t most[])
{
    bool any = false;

    for (unsigned window = 0; window < QUOTA_WINDOWS; window++) {
        most[window] = conf_int (node, window_names[window], -1);
        any = any || most[window] >= 0;
    }
    return any;
}

static void
read_steps (SendingRule *rule, const ConfNode *list, GPtrArray *problems)
{
    int64_t last = INT64_MIN;

    for (unsigned i = 0; i < conf_count (list); i++) {
        const ConfNode *node = conf_item (list, i);
        g_autoptr (GError) cause = NULL;
        Step step = { 0 };
        if (!conf_check (node, step_fields, problems))
            continue;
        read_numbers (node, step.most);
        if (!clock_parse (conf_string (node, "from", ""), &step.from, &cause))
            conf_problem (problems, conf_child (node, "from"), "from: %s", cause->message);
        else if (step.from <= last)
            conf_problem (problems, conf_child (node, "from"),
                          "the steps of a plan go from one date to a later one");
        last = MAX (last, step.from);
        g_array_append_val (rule->steps, step);
    }
}

static void
normalise (char **texts, char *(*make) (const char *text, GError **error),
           const ConfNode *place, GPtrArray *problems)
{
    for (char **text = texts; *text; text++) {
        g_autoptr (GError) cause = NULL;
        char *made = make (*text, &cause);
        if (!made) {
            conf_problem (problems, place, "\"%s\": %s", *text, cause->message);
            continue;
        }
        g_free (*text);
        *text = made;
    }
}

static void
read_scope (SendingRule *rule, const ConfNode *node, GPtrArray *problems)
{
    g_auto (GStrv) classes = conf_strings (node, "applies_to");
    const char *const *words = (const char *const *)classes;
    const char *each = conf_string (node, "each", "all");

    rule->promotional = !*classes || g_strv_contains (words, "promotional");
    rule->transactional = !*classes || g_strv_contains (words, "transactional");
    rule->personal = !*classes || g_strv_contains (words, "personal");
    rule->domains = conf_strings (node, "domains");
    rule->senders = conf_strings (node, "senders");
    normalise (rule->domains, address_domain_ascii, conf_child (node, "domains"), problems);
    normalise (rule->senders, address_normalise, conf_child (node, "senders"), problems);
    while (strcmp (each_words[rule->each], each) != 0)
        rule->each++;
}

/* The name goes into replies and keys. */
static bool
is_name (const char *name)
{
    return *name && strlen (name) <= 60 &&
           strspn (name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
               strlen (name);
}

static SendingRule *
read_rule (const ConfNode *node, const GPtrArray *before, GPtrArray *problems)
{
    if (!conf_check (node, rule_fields, problems))
        return NULL;
    SendingRule *rule = g_new0 (SendingRule, 1);
    rule->name = g_strdup (conf_string (node, "name", NULL));
    rule->where = conf_where (node);
    rule->per_message = strcmp (conf_string (node, "count", "recipients"), "messages") == 0;
    rule->steps = g_array_new (FALSE, FALSE, sizeof (Step));
    bool numbers = read_numbers (node, rule->most);
    read_scope (rule, node, problems);
    read_steps (rule, conf_child (node, "warm_up"), problems);
    if (!is_name (rule->name))
        conf_problem (problems, conf_child (node, "name"),
                      "\"%s\" is no name; right would be letters, digits, \"-\" and \"_\"",
                      rule->name);
    if (!numbers && rule->steps->len == 0)
        conf_problem (problems, node, "nothing is limited; right would be per_hour = 1000");
    for (unsigned i = 0; i < before->len; i++)
        if (strcmp (((SendingRule *)g_ptr_array_index (before, i))->name, rule->name) == 0)
            conf_problem (problems, conf_child (node, "name"), "a second limit with this name");
    return rule;
}

void
sending_read (const ConfNode *root, GPtrArray *rules, GPtrArray *problems)
{
    if (!conf_check (root, root_fields, problems))
        return;
    const ConfNode *list = conf_child (root, "limits");
    for (unsigned i = 0; i < conf_count (list); i++) {
        SendingRule *rule = read_rule (conf_item (list, i), rules, problems);
        if (rule)
            g_ptr_array_add (rules, rule);
    }
}

static bool
is_within (const char *domain, char **parents)
{
    for (char **parent = parents; *parent; parent++) {
        size_t length = strlen (domain), least = strlen (*parent);
        if (length >= least && g_ascii_strcasecmp (domain + length - least, *parent) == 0 &&
            (length == least || domain[length - least - 1] == '.'))
            return true;
    }
    return false;
}

static bool
is_for (const SendingRule *rule, const char *from)
{
    if (!rule->domains[0] && !rule->senders[0])
        return true;
    return is_within (address_domain (from), rule->domains) ||
           g_strv_contains ((const char *const *)rule->senders, from);
}

static void
sending_limit_free (SendingLimit *limit)
{
    g_free (limit->key);
    g_free (limit->where);
    g_free (limit->name);
    g_free (limit);
}

static char *
key_of (const SendingRule *rule, const char *from)
{
    switch (rule->each) {
    case EACH_NONE:
        return g_strdup (rule->name);
    case EACH_DOMAIN:
        return g_strdup_printf ("%s/%s", rule->name, address_domain (from));
    case EACH_SENDER:
        return g_strdup_printf ("%s/%s", rule->name, from);
    }
    g_assert_not_reached ();
}

/* The numbers of the day: those of the last step whose date has come, else the rule's own. */
static SendingLimit *
limit_of (const SendingRule *rule, const char *from, int64_t now)
{
    SendingLimit *limit = g_new0 (SendingLimit, 1);

    limit->name = g_strdup (rule->name);
    limit->where = g_strdup (rule->where);
    limit->key = key_of (rule, from);
    limit->per_message = rule->per_message;
    limit->promotional = rule->promotional;
    limit->transactional = rule->transactional;
    limit->personal = rule->personal;
    memcpy (limit->most, rule->most, sizeof limit->most);
    for (unsigned i = 0; i < rule->steps->len; i++) {
        const Step *step = &g_array_index (rule->steps, Step, i);
        if (step->from > now) {
            limit->next_step = step->from;
            break;
        }
        for (unsigned window = 0; window < QUOTA_WINDOWS; window++)
            limit->most[window] =
                step->most[window] >= 0 ? step->most[window] : rule->most[window];
    }
    return limit;
}

GPtrArray *
policy_sending_limits (const PolicySet *set, const Message *message, int64_t now)
{
    GPtrArray *limits = g_ptr_array_new_with_free_func ((GDestroyNotify)sending_limit_free);
    const char *given = message_from (message);
    g_autofree char *from = given ? address_normalise (given, NULL) : NULL;

    for (unsigned i = 0; i < set->sending->len; i++) {
        const SendingRule *rule = g_ptr_array_index (set->sending, i);
        if (is_for (rule, from ? from : ""))
            g_ptr_array_add (limits, limit_of (rule, from ? from : "", now));
    }
    return limits;
}

bool
sending_limit_counts (const SendingLimit *limit, MessageClass class)
{
    switch (class) {
    case CLASS_PERSONAL:
        return limit->personal;
    case CLASS_PROMOTIONAL:
    case CLASS_MIXED:
        return limit->promotional;
    case CLASS_TRANSACTIONAL:
        return limit->transactional;
    }
    g_assert_not_reached ();
}

/* "3000 recipients in an hour". */
static char *
describe (const SendingLimit *limit, unsigned window)
{
    return g_strdup_printf ("%" G_GINT64_FORMAT " %s in %s %s", limit->most[window],
                            limit->per_message ? "messages" : "recipients",
                            window == QUOTA_HOUR ? "an" : "a", quota_window_word (window));
}

char *
sending_limit_describe (const SendingLimit *limit)
{
    GString *text = g_string_new (limit->key);

    for (unsigned window = 0; window < QUOTA_WINDOWS; window++) {
        g_autofree char *number = limit->most[window] >= 0 ? describe (limit, window) : NULL;
        if (number)
            g_string_append_printf (text, "%s %s", text->len == strlen (limit->key) ? ":" : ",",
                                    number);
    }
    return g_string_free (text, FALSE);
}

static RuleResult *
make_result (const SendingLimit *limit, Verdict verdict, Action action)
{
    RuleResult *result = rule_result_new ();

    result->id = g_strconcat (SENDING_LIMIT_PREFIX, limit->name, NULL);
    result->kind = g_strdup (SENDING_LIMIT_KIND);
    result->verdict = verdict;
    result->action = action;
    result->mode = MODE_ENFORCE;
    result->source = g_path_get_basename (limit->where);
    return result;
}

static void
defer (Decision *decision, const RuleResult *result, const char *code, const char *sentence)
{
    decision->outcome = OUTCOME_DEFER;
    decision->until = result->until;
    g_free (decision->rule);
    g_free (decision->source);
    g_free (decision->reply);
    decision->rule = g_strdup (result->id);
    decision->source = g_strdup (result->source);
    decision->reply = reply_make (decision, code, result, sentence, result->until, NULL);
}

static void
note_limit (RecipientFacts *facts, const SendingLimit *limit, const QuotaAnswer *full)
{
    g_free (facts->limit);
    facts->limit = g_strdup (limit->name);
    facts->limit_window = quota_window_word (full->window);
    facts->limit_used = full->used;
    facts->limit_until = full->until;
}

void
policy_limit_reached (Decision *decision, const SendingLimit *limit, const QuotaAnswer *full)
{
    RuleResult *result = make_result (limit, VERDICT_VIOLATED, ACTION_DEFER);
    g_autofree char *number = describe (limit, full->window);
    g_autofree char *sentence = g_strdup_printf (
        "%s %s", reply_phrase (decision, "this much has been sent already:"), number);
    int64_t until = full->until ? full->until : limit->next_step;

    result->evidence =
        g_strdup_printf ("%s: %" G_GINT64_FORMAT " sent of %s", limit->key, full->used, number);
    result->until = until;
    result->remedy = until ? clock_format (until) : g_strdup ("another limit");
    note_limit (decision->facts, limit, full);
    defer (decision, result, "451 4.7.1 ", sentence);
    g_ptr_array_add (decision->rules, result);
}

void
policy_limit_unknown (Decision *decision, const SendingLimit *limit, MessageClass class,
                      const char *why)
{
    bool waits = class == CLASS_PROMOTIONAL || class == CLASS_MIXED;
    RuleResult *result =
        make_result (limit, VERDICT_CANNOT_TELL, waits ? ACTION_DEFER : ACTION_ALLOW);

    result->evidence = g_strdup_printf ("%s: %s", limit->key, why);
    result->remedy = g_strdup ("the counts of the store");
    if (waits)
        defer (decision, result, "451 4.3.0 ",
               reply_phrase (decision, "it cannot be told now whether the mail may be sent"));
    g_ptr_array_add (decision->rules, result);
}
