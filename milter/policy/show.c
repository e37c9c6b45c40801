/* SPDX-License-Identifier: BSD-2-Clause */

/* One territory in sentences. */

#include <string.h>

#include "house.h"
#include "iso3166.h"
#include "licet/cases.h"
#include "licet/clock.h"
#include "licet/nearest.h"
#include "policy_set.h"
#include "sentences.h"

const char *const policy_languages[] = { "en", "es", NULL };

/* The value of a parameter, of the lines that rule_load made. Caller frees; NULL when absent. */
static char *
parameter_of (const Rule *rule, const char *name)
{
    g_autofree char *begin = g_strdup_printf ("    %s: ", name);
    const char *line = rule->words;

    while (line && !g_str_has_prefix (line, begin)) {
        line = strchr (line, '\n');
        line = line ? line + 1 : NULL;
    }
    return line ? g_strndup (line + strlen (begin), strcspn (line + strlen (begin), "\n"))
                : NULL;
}

/* A kind or parameter that has no sentence is told as it stands in the file. */
static void
append_parameters (GString *text, const Rule *rule, Language language)
{
    const ConfField *field = rule->kind->fields;
    g_autofree char *whole = sentence_of (rule->kind->name, NULL, NULL, language);

    if (whole)
        g_string_append_printf (text, "    %s\n", whole);
    else if (!sentence_knows (rule->kind->name))
        g_string_append_printf (text, "    %s.\n", rule->kind->summary);
    for (; field->name; field++) {
        g_autofree char *value = parameter_of (rule, field->name);
        if (!value || strcmp (value, "false") == 0)
            continue;
        g_autofree char *sentence =
            sentence_of (rule->kind->name, field->name, value, language);
        if (sentence)
            g_string_append_printf (text, "    %s\n", sentence);
        else
            g_string_append_printf (text, "    %s: %s\n", field->name, value);
    }
}

static void
append_date (GString *text, const char *format, int64_t time)
{
    g_autofree char *date = time ? clock_format (time) : NULL;
    g_auto (GStrv) around = g_strsplit (format, "%s", 2);

    if (date)
        g_string_append_printf (text, "    %s%.10s%s\n", around[0], date, around[1]);
}

static void
append_words (GString *text, Phrase which, char **words, Language language)
{
    g_autofree char *list = g_strjoinv (", ", words);

    if (*list)
        g_string_append_printf (text, "    %s %s.\n", phrase (which, language), list);
}

static void
append_scope (GString *text, const Rule *rule, Language language)
{
    append_words (text, PHRASE_ONLY_FOR, rule->only_for, language);
    append_words (text, PHRASE_NOT_FOR, rule->not_for, language);
    append_words (text, PHRASE_CAMPAIGNS, rule->campaigns, language);
    if (rule->volume_above >= 0)
        g_string_append_printf (text, "    %s %" G_GINT64_FORMAT ".\n",
                                phrase (PHRASE_VOLUME, language), rule->volume_above);
}

/* Of a provider's rule, and only where it says less than the rule's own mode. */
static void
append_hosted (GString *text, const Rule *rule, Language language)
{
    if (rule->hosted > rule->mode)
        g_string_append_printf (
            text, "    %s\n",
            phrase (rule->hosted == MODE_SHADOW ? PHRASE_HOSTED_SHADOW : PHRASE_HOSTED_OFF,
                    language));
}

static void
append_rule (GString *text, const Rule *rule, Language language)
{
    bool both = rule->promotional && rule->transactional;

    g_string_append_printf (text, "\n  %s (%s)\n    %s\n", rule->id, rule->kind->name,
                            phrase (both                ? PHRASE_FOR_BOTH
                                    : rule->promotional ? PHRASE_FOR_PROMOTIONAL
                                                        : PHRASE_FOR_TRANSACTIONAL,
                                    language));
    append_scope (text, rule, language);
    append_parameters (text, rule, language);
    g_string_append_printf (text, "    %s %s.", phrase (PHRASE_OTHERWISE, language),
                            sentence_for_action (rule->otherwise, language));
    g_string_append_printf (text, " %s %s.\n", phrase (PHRASE_CANNOT_TELL, language),
                            sentence_for_action (rule->cannot_tell, language));
    if (rule->mixed_otherwise != rule->otherwise)
        g_string_append_printf (text, "    %s %s.\n", phrase (PHRASE_MIXED, language),
                                rule->mixed_otherwise == ACTION_STRIP
                                    ? phrase (PHRASE_MIXED_STRIP, language)
                                    : sentence_for_action (rule->mixed_otherwise, language));
    if (rule->not_set_up != rule->cannot_tell)
        g_string_append_printf (text, "    %s %s.\n", phrase (PHRASE_NOT_SET_UP, language),
                                sentence_for_action (rule->not_set_up, language));
    if (rule->has_fallback)
        g_string_append_printf (text, "    strip_fallback: %s\n",
                                fallback_word (rule->fallback));
    if (rule->mode != MODE_ENFORCE)
        g_string_append_printf (
            text, "    %s\n",
            phrase (rule->mode == MODE_SHADOW ? PHRASE_SHADOW : PHRASE_OFF, language));
    append_hosted (text, rule, language);
    append_date (text, phrase (PHRASE_FROM, language), rule->valid_from);
    append_date (text, phrase (PHRASE_TO, language), rule->valid_to);
    g_string_append_printf (text, "    %s %s\n    %s\n", phrase (PHRASE_SOURCE, language),
                            rule->source, rule->provenance);
}

static void
append_exception (GString *text, const Exception *exception, Language language)
{
    g_autofree char *until = clock_format (exception->until);
    g_autofree char *senders = g_strjoinv (", ", exception->senders);
    g_autofree char *campaigns = g_strjoinv (", ", exception->campaigns);

    g_string_append_printf (text, "\n  %s %s: %s %.10s.\n    %s: %s\n",
                            phrase (PHRASE_EXCEPTION, language), exception->rule,
                            phrase (PHRASE_UNTIL, language), until, exception->owner,
                            exception->reason);
    if (*senders)
        g_string_append_printf (text, "    From: %s\n", senders);
    if (*campaigns)
        g_string_append_printf (text, "    X-Licet-Campaign: %s\n", campaigns);
}

static unsigned
count_cases (const PolicySet *set, const Territory *territory)
{
    g_autofree char *end = g_strdup_printf ("/%s.cfg", territory->code);
    unsigned count = 0;

    for (unsigned i = 0; i < set->cases->len; i++)
        count += g_str_has_suffix (
            ((const PolicyCase *)g_ptr_array_index (set->cases, i))->file, end);
    return count;
}

static void
append_list (GString *text, Phrase which, char **words, Language language)
{
    g_autofree char *list = words ? g_strjoinv (", ", words) : NULL;

    if (list && *list)
        g_string_append_printf (text, "  %s %s.\n", phrase (which, language), list);
}

/* For whom a provider's rules are: its domains are not in the name of the file, as a country is. */
static void
append_recipients (GString *text, const Territory *territory, Language language)
{
    append_list (text, PHRASE_DOMAINS, territory->domains, language);
    append_list (text, PHRASE_MX, territory->mx, language);
}

char *
policy_nearest (const PolicySet *set, const char *code)
{
    g_autoptr (GPtrArray) words = g_ptr_array_new ();
    const char *right = iso3166_right (code);

    if (right && policy_set_find (set, right))
        return g_strdup (right);
    for (unsigned i = 0; i < set->territories->len; i++)
        g_ptr_array_add (words, ((Territory *)g_ptr_array_index (set->territories, i))->code);
    for (unsigned i = 0; i < set->providers->len; i++)
        g_ptr_array_add (words, ((Territory *)g_ptr_array_index (set->providers, i))->code);
    if (policy_set_house (set))
        g_ptr_array_add (words, policy_set_house (set)->code);
    g_ptr_array_add (words, NULL);
    return g_strdup (nearest_word ((const char *const *)words->pdata, code));
}

char *
policy_show (const PolicySet *set, const char *code, const char *language_word)
{
    const Territory *territory = policy_set_find (set, code);
    Language language = g_strcmp0 (language_word, "es") == 0 ? SPANISH : ENGLISH;

    if (!territory)
        territory = policy_set_provider (set, code);
    if (!territory && strcmp (code, HOUSE) == 0)
        territory = policy_set_house (set);
    if (!territory)
        return NULL;
    GString *text = g_string_new (NULL);
    g_string_append_printf (text, "%s, %s\n\n  %s\n", territory->code, territory->name,
                            territory->mixed_name
                                ? sentence_for_mixed (territory->mixed_name, language)
                                : phrase (PHRASE_HOUSE, language));
    if (territory->inherits)
        g_string_append_printf (text, "  %s %s.\n", phrase (PHRASE_INHERITS, language),
                                territory->inherits);
    append_recipients (text, territory, language);
    g_string_append_printf (text, "  %s %u\n", phrase (PHRASE_CASES, language),
                            count_cases (set, territory));
    for (unsigned i = 0; i < territory->rules->len; i++)
        append_rule (text, g_ptr_array_index (territory->rules, i), language);
    for (unsigned i = 0; i < territory->exceptions->len; i++)
        append_exception (text, g_ptr_array_index (territory->exceptions, i), language);
    return g_string_free (text, FALSE);
}
