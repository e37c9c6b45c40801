/* SPDX-License-Identifier: BSD-2-Clause */

/* One rule from its group in a territory file. */

#include <string.h>

#include "licet/clock.h"
#include "rules.h"

static const char *const action_words[] = { "allow", "fix",    "strip", "defer",
                                            "hold",  "refuse", NULL };
const char *const rule_fallback_words[] = { "text-only", "hold", "refuse", NULL };
static const char *const mode_words[] = { "enforce", "shadow", "off", NULL };
static const char *const unfixed_words[] = { "allow", "strip", "hold", "refuse", NULL };
static const char *const class_words[] = { "promotional", "transactional", NULL };

static const char *const recipient_words[] = { "natural",  "company",      "role",
                                               "merchant", "professional", "sole-trader",
                                               "adult",    "minor",        NULL };

static const ConfField common_fields[] = {
    { "kind", CONF_STRING, true, 0, 0, NULL },
    { "id", CONF_STRING, true, 0, 0, NULL },
    { "applies_to", CONF_STRINGS, true, 0, 0, class_words },
    { "otherwise", CONF_STRING, true, 0, 0, action_words },
    { "cannot_tell", CONF_STRING, false, 0, 0, action_words },
    { "mixed_otherwise", CONF_STRING, false, 0, 0, action_words },
    { "strip_fallback", CONF_STRING, false, 0, 0, rule_fallback_words },
    { "mode", CONF_STRING, false, 0, 0, mode_words },
    { "valid_from", CONF_STRING, false, 0, 0, NULL },
    { "valid_to", CONF_STRING, false, 0, 0, NULL },
    { "source", CONF_STRING, true, 0, 0, NULL },
    { "provenance", CONF_STRING, true, 0, 0, NULL },
    { "replaces", CONF_STRING, false, 0, 0, NULL },
    { "reply", CONF_STRING, false, 0, 0, NULL },
    { "campaigns", CONF_STRINGS, false, 0, 0, NULL },
    { "only_for", CONF_STRINGS, false, 0, 0, recipient_words },
    { "not_for", CONF_STRINGS, false, 0, 0, recipient_words },
    { "volume_above", CONF_INT, false, 0, 1000000000, NULL },
    { "hosted", CONF_STRING, false, 0, 0, mode_words },
    { "not_set_up", CONF_STRING, false, 0, 0, action_words },
    { "unfixed", CONF_STRING, false, 0, 0, unfixed_words },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

enum { MOST_FIELDS = 40 };

static unsigned
word_index (const char *const words[], const char *word)
{
    unsigned i = 0;

    while (words[i] && strcmp (words[i], word) != 0)
        i++;
    return i;
}

/* The common settings and those of the kind make one schema. *ret_odd: a setting has no known name, so
 * that one that seems to be missing may be that. */
static bool
check_fields (const ConfNode *node, const RuleKind *kind, GPtrArray *problems, bool *ret_odd)
{
    g_autoptr (GPtrArray) known = g_ptr_array_new_with_free_func (g_free);
    unsigned before = problems->len;
    ConfField fields[MOST_FIELDS] = { 0 };
    unsigned count = G_N_ELEMENTS (common_fields) - 1;

    memcpy (fields, common_fields, sizeof common_fields);
    for (const ConfField *field = kind->fields; field->name; field++) {
        g_assert (count + 1 < MOST_FIELDS);
        fields[count++] = *field;
    }
    bool right = conf_check (node, fields, problems);
    conf_check_known (node, fields, known);
    *ret_odd = problems->len - before > known->len;
    return right;
}

static const RuleKind *
find_kind (const ConfNode *node, GPtrArray *problems)
{
    const ConfNode *child = conf_child (node, "kind");
    const char *name = conf_string (node, "kind", NULL);
    const RuleKind *kind = name ? rule_kind_find (name) : NULL;

    if (kind)
        return kind;
    g_autoptr (GPtrArray) names = g_ptr_array_new ();
    for (const RuleKindInfo *info = policy_kinds (); info->name; info++)
        g_ptr_array_add (names, (char *)info->name);
    g_ptr_array_add (names, NULL);
    g_autofree char *known = g_strjoinv (", ", (char **)names->pdata);
    g_autofree char *meant = conf_meant ((const char *const *)names->pdata, name ? name : "");
    conf_problem (problems, child ? child : node, "%s \"%s\"%s; right would be one of: %s",
                  name ? "unknown kind" : "a rule without a kind", name ? name : "", meant,
                  known);
    return NULL;
}

Fallback
rule_fallback_parse (const char *word)
{
    return (Fallback)word_index (rule_fallback_words, word);
}

int64_t
rule_read_date (const ConfNode *node, const char *name, GPtrArray *problems)
{
    const char *text = conf_string (node, name, NULL);
    g_autoptr (GError) cause = NULL;
    int64_t time = 0;

    if (text && !clock_parse (text, &time, &cause))
        conf_problem (problems, conf_child (node, name), "%s: %s", name, cause->message);
    return time;
}

/* What goes into replies, the log and JSON; what is missing has been told. */
static void
check_texts (const ConfNode *node, GPtrArray *problems)
{
    static const char id_letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    const char *id = conf_string (node, "id", NULL);
    const char *source = conf_string (node, "source", NULL);
    const char *provenance = conf_string (node, "provenance", NULL);

    if (id && (!*id || strspn (id, id_letters) != strlen (id)))
        conf_problem (problems, conf_child (node, "id"),
                      "\"%s\" is no id; right would be letters, digits and hyphens, DE-CONSENT",
                      id);
    if (source && (!g_utf8_validate (source, -1, NULL) || !*source))
        conf_problem (problems, conf_child (node, "source"),
                      "source must name the statute, in UTF-8");
    if (provenance && !g_str_has_prefix (provenance, "verified: ") &&
        !g_str_has_prefix (provenance, "verify: "))
        conf_problem (problems, conf_child (node, "provenance"),
                      "provenance must begin with \"verified: \" and name what was read, or "
                      "with \"verify: \"");
    if (provenance && !g_utf8_validate (provenance, -1, NULL))
        conf_problem (problems, conf_child (node, "provenance"), "provenance is not UTF-8");
    if (!g_str_is_ascii (conf_string (node, "reply", "")))
        conf_problem (problems, conf_child (node, "reply"),
                      "reply must be ASCII (RFC 5321 4.2)");
}

static void
check_across (const Rule *rule, const ConfNode *node, GPtrArray *problems)
{
    if (!rule->promotional && !rule->transactional)
        conf_problem (problems, conf_child (node, "applies_to"),
                      "applies_to is empty; right would be [ \"promotional\" ]");
    if ((rule->otherwise == ACTION_FIX || rule->cannot_tell == ACTION_FIX) && !rule->kind->fix)
        conf_problem (
            problems,
            conf_child (node, rule->otherwise == ACTION_FIX ? "otherwise" : "cannot_tell"),
            "a rule of kind %s cannot fix; right would be strip, defer, hold or "
            "refuse",
            rule->kind->name);
    if (rule->has_fallback && rule->otherwise != ACTION_STRIP)
        conf_problem (problems, conf_child (node, "strip_fallback"),
                      "strip_fallback is for a rule that strips; right would be otherwise = "
                      "\"strip\"");
    if (rule->valid_to && rule->valid_to <= rule->valid_from)
        conf_problem (problems, conf_child (node, "valid_to"),
                      "valid_to is not after valid_from; right would be a later date");
}

static void
read_applies_to (Rule *rule, const ConfNode *node)
{
    g_auto (GStrv) classes = conf_strings (node, "applies_to");

    rule->promotional = g_strv_contains ((const char *const *)classes, "promotional");
    rule->transactional = g_strv_contains ((const char *const *)classes, "transactional");
}

/* Whom it is for, and what happens where the officer has not named what it asks. */
static void
read_scope (Rule *rule, const ConfNode *node)
{
    const char *not_set_up = conf_string (node, "not_set_up", NULL);
    const char *unfixed = conf_string (node, "unfixed", "refuse");

    rule->unfixed = (Action)word_index (action_words, unfixed);
    rule->has_unfixed = conf_child (node, "unfixed") != NULL;
    rule->only_for = conf_strings (node, "only_for");
    rule->not_for = conf_strings (node, "not_for");
    rule->hosted = (RuleMode)word_index (mode_words, conf_string (node, "hosted", "enforce"));
    rule->volume_above = conf_int (node, "volume_above", -1);
    rule->not_set_up =
        not_set_up ? (Action)word_index (action_words, not_set_up) : rule->cannot_tell;
}

static char *
describe_parameters (const RuleKind *kind, const ConfNode *node)
{
    GString *words = g_string_new (NULL);

    for (const ConfField *field = kind->fields; field->name; field++) {
        g_autofree char *text = conf_text (node, field->name);
        if (text)
            g_string_append_printf (words, "    %s: %s\n", field->name, text);
    }
    return g_string_free (words, FALSE);
}

/* An officer who mends one mistake should not have to come back for the next of the same rule. */
static void
check_rest (const ConfNode *node, const RuleKind *kind, bool odd, GPtrArray *problems)
{
    rule_read_date (node, "valid_from", problems);
    rule_read_date (node, "valid_to", problems);
    check_texts (node, problems);
    if (!kind || !kind->load || odd)
        return;
    for (const ConfField *field = kind->fields; field->name; field++)
        if (!conf_fits (node, field))
            return;
    void *parameters = kind->load (node, problems);
    if (kind->free)
        kind->free (parameters);
}

Rule *
rule_load (const ConfNode *node, GPtrArray *problems)
{
    const RuleKind *kind = find_kind (node, problems);
    const char *cannot_tell = conf_string (node, "cannot_tell", NULL);

    bool odd = false;
    /* That there is no kind has been told. */
    bool right = kind ? check_fields (node, kind, problems, &odd)
                      : conf_check_known (node, common_fields + 1, problems);
    if (!kind || !right) {
        check_rest (node, kind, odd, problems);
        return NULL;
    }
    Rule *rule = g_new0 (Rule, 1);
    rule->id = g_strdup (conf_string (node, "id", NULL));
    rule->kind = kind;
    rule->where = conf_where (node);
    read_applies_to (rule, node);
    const char *otherwise = conf_string (node, "otherwise", NULL);
    rule->otherwise = (Action)word_index (action_words, otherwise);
    rule->mixed_otherwise =
        (Action)word_index (action_words, conf_string (node, "mixed_otherwise", otherwise));
    rule->cannot_tell =
        cannot_tell ? (Action)word_index (action_words, cannot_tell) : kind->cannot_tell;
    rule->has_fallback = conf_child (node, "strip_fallback") != NULL;
    rule->fallback = rule_fallback_parse (conf_string (node, "strip_fallback", "refuse"));
    rule->mode = (RuleMode)word_index (mode_words, conf_string (node, "mode", "enforce"));
    rule->valid_from = rule_read_date (node, "valid_from", problems);
    rule->valid_to = rule_read_date (node, "valid_to", problems);
    rule->source = g_strdup (conf_string (node, "source", NULL));
    rule->provenance = g_strdup (conf_string (node, "provenance", NULL));
    rule->reply = g_strdup (conf_string (node, "reply", NULL));
    rule->replaces = g_strdup (conf_string (node, "replaces", NULL));
    rule->campaigns = conf_strings (node, "campaigns");
    read_scope (rule, node);
    rule->parameters = kind->load ? kind->load (node, problems) : NULL;
    check_texts (node, problems);
    rule->words = describe_parameters (kind, node);
    check_across (rule, node, problems);
    return rule;
}

void
rule_free (Rule *rule)
{
    if (!rule)
        return;
    if (rule->kind->free)
        rule->kind->free (rule->parameters);
    g_free (rule->words);
    g_free (rule->where);
    g_free (rule->id);
    g_free (rule->source);
    g_free (rule->provenance);
    g_free (rule->reply);
    g_free (rule->replaces);
    g_strfreev (rule->campaigns);
    g_strfreev (rule->only_for);
    g_strfreev (rule->not_for);
    g_free (rule);
}

void
rule_no_answer (RuleResult *result)
{
    result->verdict = VERDICT_CANNOT_TELL;
    result->passing = true;
    result->evidence = g_strdup ("the consent store did not answer");
    result->remedy = g_strdup ("a store that answers");
}
