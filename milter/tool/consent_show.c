/* SPDX-License-Identifier: BSD-2-Clause */

/* What the store says of one person: the answers, the events behind them, and all of it. */

#include "consent.h"

#include <stdio.h>

#include "licet/address.h"
#include "licet/error.h"
#include "tool.h"

static void
add_member (GString *json, const char *key, const char *value)
{
    g_string_append_printf (json, "%s\"%s\":", json->str[json->len - 1] == '{' ? "" : ",", key);
    json_text_append (json, value);
}

static void
add_time (GString *json, const char *key, int64_t time)
{
    g_autofree char *text = time ? clock_format (time) : NULL;

    add_member (json, key, text);
}

static void
print_event_json (const ConsentEvent *event)
{
    g_autoptr (GString) json = g_string_new ("{");

    g_string_append_printf (json, "\"event\":%" G_GINT64_FORMAT, event->number);
    add_member (json, "address", event->address);
    add_member (json, "purpose", event->purpose);
    add_member (json, "state", event->state);
    add_member (json, "basis", event->basis);
    add_time (json, "at", event->at);
    add_member (json, "source", event->source);
    add_member (json, "wording", event->wording);
    add_member (json, "evidence", event->evidence);
    add_member (json, "country", event->country);
    add_member (json, "subdivision", event->subdivision);
    add_member (json, "recipient_class", event->recipient_class);
    add_member (json, "language", event->language);
    add_time (json, "expires", event->expires);
    add_member (json, "person", event->person);
    add_time (json, "arrived", event->arrived);
    puts (g_string_append_c (json, '}')->str);
}

/* Text that someone else may have written, without what would steer a terminal. Caller frees. */
static char *
plain (const char *text)
{
    char *copy = g_strdup (text ? text : "");

    for (char *c = copy; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = ' ';
    return copy;
}

/* An act is written a moment after it happened; what came later was not known before. NULL when there is
 * nothing to tell. Caller frees. */
static char *
late_arrival (int64_t at, int64_t arrived)
{
    enum { MOMENT = 60 };

    return arrived > at + MOMENT ? clock_format (arrived) : NULL;
}

static void
print_event (const ConsentEvent *event)
{
    g_autofree char *late = late_arrival (event->at, event->arrived);
    g_autofree char *at = event->at ? clock_format (event->at) : g_strdup ("-");
    g_autofree char *source = plain (event->source);

    printf ("%-20s  %-10s  %-13s  %s%s%s%s%s  event %" G_GINT64_FORMAT "%s%s\n", at,
            event->state, event->purpose, event->address, event->basis ? "  basis " : "",
            event->basis ? event->basis : "", *source ? "  source " : "", source,
            event->number, late ? ", entered " : "", late ? late : "");
}

int
consent_history_of (ConsentStore *store, char **operands, const ConsentArguments *arguments)
{
    GError *error = NULL;
    g_autofree char *address = address_normalise (operands[0], &error);
    g_autoptr (GPtrArray) events = address ? consent_history (store, address, &error) : NULL;

    if (!events)
        return tool_fail (error);
    for (unsigned i = 0; i < events->len; i++) {
        if (arguments->json)
            print_event_json (g_ptr_array_index (events, i));
        else
            print_event (g_ptr_array_index (events, i));
    }
    return EX_OK;
}

static void
print_answer_json (const ConsentRecord *record, const char *purpose,
                   const ConsentAnswer *answer)
{
    g_autoptr (GString) json = g_string_new ("{");

    add_member (json, "address", record->address);
    add_member (json, "person", record->person);
    add_member (json, "country", record->country);
    add_member (json, "subdivision", record->subdivision);
    add_member (json, "recipient_class", record->recipient_class);
    add_member (json, "language", record->language);
    add_member (json, "purpose", purpose);
    add_member (json, "state", consent_state_word (answer->state));
    g_string_append_printf (json, ",\"pending\":%s", answer->pending ? "true" : "false");
    add_member (json, "basis", answer->basis);
    add_time (json, "at", answer->at);
    add_time (json, "expires", answer->expires);
    add_member (json, "source", answer->source);
    add_member (json, "wording", answer->wording);
    add_member (json, "evidence", answer->evidence);
    add_member (json, "suppression", answer->suppression);
    add_member (json, "event", answer->event);
    add_time (json, "arrived", answer->arrived);
    puts (g_string_append_c (json, '}')->str);
}

static void
print_answer (const ConsentRecord *record, const char *purpose, const ConsentAnswer *answer,
              bool json)
{
    g_autofree char *at = answer->at ? clock_format (answer->at) : NULL;
    g_autofree char *source = plain (answer->source);
    g_autofree char *late = late_arrival (answer->at, answer->arrived);

    if (json)
        print_answer_json (record, purpose, answer);
    else
        printf ("  %-14s %s%s%s%s%s%s%s%s%s%s%s%s%s%s\n", purpose, consent_state_word (answer->state),
                answer->pending ? " (pending)" : "",
                answer->suppression ? ", suppressed: " : "",
                answer->suppression ? answer->suppression : "", answer->basis ? ", basis " : "",
                answer->basis ? answer->basis : "", at ? ", " : "", at ? at : "",
                *source ? ", source " : "", source, answer->event ? ", event " : "",
                answer->event ? answer->event : "", late ? ", entered " : "", late ? late : "");
}

static void
print_person (const ConsentRecord *record)
{
    g_autofree char *person = plain (record->person), *class = plain (record->recipient_class);

    printf ("%s%s%s\n  lives in %s%s%s, class %s, language %s\n", record->address,
            *person ? ", person " : "", person,
            record->country ? record->country : "(not known)", record->subdivision ? "-" : "",
            record->subdivision ? record->subdivision : "", *class ? class : "(not known)",
            record->language ? record->language : "(not known)");
}

/* The record of one address, or NULL with the store's reason. */
static ConsentRecord *
ask_one (ConsentStore *store, const char *address, Purpose purpose, int64_t now, GError **error)
{
    const char *const addresses[] = { address, NULL };
    g_autofree char *failure = NULL;
    g_autoptr (GPtrArray) records = consent_ask (store, addresses, purpose, now, &failure);

    if (!failure)
        return g_ptr_array_steal_index (records, 0);
    g_set_error_literal (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, failure);
    return NULL;
}

static bool
print_answers (ConsentStore *store, const char *address, int64_t now, bool json, GError **error)
{
    for (Purpose purpose = PURPOSE_NEWSLETTER; purpose <= PURPOSE_WELCOME; purpose++) {
        ConsentRecord *record = ask_one (store, address, purpose, now, error);
        if (!record)
            return false;
        if (purpose == PURPOSE_NEWSLETTER && !json)
            print_person (record);
        print_answer (record, purpose_word (purpose), record->promotion, json);
        if (purpose == PURPOSE_WELCOME)
            print_answer (record, "tracking", record->tracking, json);
        consent_record_free (record);
    }
    return true;
}

int
consent_show (ConsentStore *store, char **operands, const ConsentArguments *arguments)
{
    GError *error = NULL;
    int64_t now = 0;
    g_autofree char *address = address_normalise (operands[0], &error);

    if (!address || !consent_time (arguments, &now, &error) ||
        !print_answers (store, address, now, arguments->json, &error))
        return tool_fail (error);
    return EX_OK;
}

/* All fields that say something, a line each. */
static void
print_event_whole (const ConsentEvent *event)
{
    g_autofree char *at = event->at ? clock_format (event->at) : g_strdup ("not recorded");
    g_autofree char *expires = event->expires ? clock_format (event->expires) : NULL;
    g_autofree char *arrived = event->arrived ? clock_format (event->arrived) : NULL;
    g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, event->number);
    const struct {
        const char *name, *value;
    } fields[] = {
        { "address", event->address },
        { "purpose", event->purpose },
        { "basis", event->basis },
        { "source", event->source },
        { "wording", event->wording },
        { "evidence", event->evidence },
        { "country", event->country },
        { "subdivision", event->subdivision },
        { "recipient class", event->recipient_class },
        { "language", event->language },
        { "expires", expires },
        { "person", event->person },
        { "entered", arrived },
        { "event", number },
    };

    printf ("\n%s  %s\n", at, event->state);
    for (unsigned i = 0; i < G_N_ELEMENTS (fields); i++) {
        g_autofree char *value = plain (fields[i].value);
        if (fields[i].value)
            printf ("  %-16s %s\n", fields[i].name, value);
    }
}

int
consent_export_person (ConsentStore *store, const char *address,
                       const ConsentArguments *arguments)
{
    GError *error = NULL;
    int64_t now = 0;
    g_autofree char *normal = address_normalise (address, &error);
    g_autoptr (GPtrArray) events = NULL;

    if (!normal || !consent_time (arguments, &now, &error))
        return tool_fail (error);
    g_autofree char *time = clock_format (now);
    if (!arguments->json)
        printf ("What the consent store holds about this person as of %s\n\n", time);
    if (!print_answers (store, normal, now, arguments->json, &error) ||
        !(events = consent_history (store, normal, &error)))
        return tool_fail (error);
    for (unsigned i = 0; i < events->len; i++) {
        if (arguments->json)
            print_event_json (g_ptr_array_index (events, i));
        else
            print_event_whole (g_ptr_array_index (events, i));
    }
    if (!arguments->json)
        printf ("\n%u statements. What was decided about mails to this address is in the log: "
                "licet audit find\n",
                events->len);
    return EX_OK;
}
