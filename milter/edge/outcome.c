/* SPDX-License-Identifier: BSD-2-Clause */

/* The one table from errors to SMTP replies, and the form that all replies have. */

#include "outcome.h"

#include <string.h>

#include "licet/error.h"
#include "licet/limits.h"

enum { LOGGED_RULES = 4 };

/* Only what the sender can cure is permanent. */
static const char *const replies[] = {
    [LICET_ERROR_UNAVAILABLE] = "451 4.3.0 licet: a service it needs does not answer",
    [LICET_ERROR_MALFORMED] = "550 5.6.0 licet: the message cannot be read in one way only",
    [LICET_ERROR_LIMIT] = "552 5.3.4 licet: the message exceeds a fixed limit",
    [LICET_ERROR_SETTINGS] = "451 4.3.5 licet: its settings are wrong",
    [LICET_ERROR_POLICY] = "451 4.3.5 licet: its policies are wrong",
    [LICET_ERROR_INTERNAL] = "451 4.3.0 licet: internal error",
};

const char *
outcome_reply (const GError *error)
{
    bool known = error && error->domain == LICET_ERROR && error->code >= 0 &&
                 error->code < (int)G_N_ELEMENTS (replies);

    return replies[known ? error->code : LICET_ERROR_INTERNAL];
}

static bool
is_reply (const char *reply)
{
    return reply && strchr ("245", reply[0]) && reply[0] && g_ascii_isdigit (reply[1]) &&
           g_ascii_isdigit (reply[2]) && (reply[3] == ' ' || reply[3] == '\0');
}

char *
outcome_clean (const char *reply, const char *fallback)
{
    g_autofree char *clean = g_strndup (is_reply (reply) ? reply : fallback, LIMIT_REPLY - 2);

    for (char *c = clean; *c; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
    return g_steal_pointer (&clean);
}

char *
outcome_reply_for_all (const Plan *plan, Outcome outcome)
{
    const char *fallback = outcome == OUTCOME_REFUSE ? "550 5.7.1 licet: refused by policy"
                                                     : "450 4.7.1 licet: deferred by policy";
    g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
    const char *first = NULL;

    for (unsigned i = 0; i < plan->decisions->len; i++) {
        const Decision *decision = plan_decision (plan, i);
        if (decision->outcome != outcome || !decision->reply)
            continue;
        first = first ? first : decision->reply;
        g_hash_table_add (seen, decision->reply);
    }
    unsigned different = g_hash_table_size (seen);
    if (different <= 1)
        return outcome_clean (first, fallback);
    /* The count must survive the cut to the length of a reply. */
    g_autofree char *text = g_strdup_printf ("%.400s (first of %u reasons)", first, different);
    return outcome_clean (text, fallback);
}

/* The end of what may be one address: the ">" of a path, else of the word. */
static size_t
address_length (const char *text)
{
    const char *close = *text == '<' ? strchr (text, '>') : NULL;

    return close ? (size_t)(close - text) + 1 : strcspn (text, " ");
}

char *
outcome_without_addresses (const char *reply)
{
    g_autoptr (GString) masked = g_string_new (NULL);

    for (const char *c = reply; *c;) {
        bool starts = c == reply || c[-1] == ' ' || *c == '<';
        size_t length = starts && *c != ' ' ? address_length (c) : 1;
        if (length > 1 && memchr (c, '@', length))
            g_string_append (masked, "<address>");
        else
            g_string_append_len (masked, c, (gssize)length);
        c += length;
    }
    return g_string_free (g_steal_pointer (&masked), FALSE);
}

char *
outcome_quoted (const char *text)
{
    g_autofree char *clean = outcome_without_addresses (text);

    g_strdelimit (clean, "\"", '\'');
    return g_strdup_printf ("\"%s\"", clean);
}

bool
outcome_is_temporary (const char *reply)
{
    return reply[0] == '4';
}

bool
outcome_is_positive (const char *reply)
{
    return reply[0] == '2';
}

/* RFC 3463 section 2, and of the same class as the code (RFC 2034 section 4). */
static size_t
status_length (const char *text, char class)
{
    unsigned dots = 0;
    size_t i = 1;

    if (text[0] != class || text[1] != '.')
        return 0;
    for (; g_ascii_isdigit (text[i]) || text[i] == '.'; i++)
        dots += text[i] == '.';
    return dots == 2 && g_ascii_isdigit (text[i - 1]) && (text[i] == ' ' || !text[i]) ? i : 0;
}

void
outcome_split (const char *reply, char **ret_code, char **ret_status, char **ret_text)
{
    const char *rest = reply + MIN (strlen (reply), 3);

    rest += *rest == ' ';
    size_t length = status_length (rest, reply[0]);
    *ret_code = g_strndup (reply, 3);
    *ret_status = length > 0 ? g_strndup (rest, length) : g_strdup_printf ("%c.0.0", reply[0]);
    rest += length;
    *ret_text = g_strdup (rest + (*rest == ' '));
}

char *
outcome_unsigned (const Plan *plan)
{
    const char *why = NULL;

    for (unsigned i = 0; i < plan->variants->len; i++) {
        const Variant *variant = g_ptr_array_index (plan->variants, i);
        if (!why && variant->signatures->len == 0)
            why = variant->unsigned_why;
    }
    g_autofree char *quoted = why ? outcome_quoted (why) : NULL;
    return g_strconcat (why ? " unsigned=" : "", quoted, NULL);
}

/* The rules that decided, each once, in the order of the recipients; the rest as "+3". */
static void
add_rules (GString *text, const Plan *plan)
{
    g_autoptr (GPtrArray) rules = g_ptr_array_new ();

    for (unsigned i = 0; i < plan->decisions->len; i++) {
        const char *rule = plan_decision (plan, i)->rule;
        if (rule && !g_ptr_array_find_with_equal_func (rules, rule, g_str_equal, NULL))
            g_ptr_array_add (rules, (void *)rule);
    }
    for (unsigned i = 0; i < rules->len && i < LOGGED_RULES; i++)
        g_string_append_printf (text, "%s%s", i == 0 ? " rules=" : ",",
                                (const char *)g_ptr_array_index (rules, i));
    if (rules->len > LOGGED_RULES)
        g_string_append_printf (text, ",+%u", rules->len - LOGGED_RULES);
}

char *
outcome_summary (const Plan *plan)
{
    GString *text = g_string_new (NULL);
    unsigned counts[OUTCOME_REFUSE + 1] = { 0 };

    for (unsigned i = 0; i < plan->decisions->len; i++)
        counts[plan_decision (plan, i)->outcome]++;
    for (Outcome outcome = OUTCOME_DELIVER; outcome <= OUTCOME_REFUSE; outcome++)
        if (counts[outcome] > 0)
            g_string_append_printf (text, " %s=%u", outcome_word (outcome), counts[outcome]);
    add_rules (text, plan);
    return g_string_free (text, FALSE);
}
