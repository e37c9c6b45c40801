/* SPDX-License-Identifier: BSD-2-Clause */

/* What stands beside licetd in the list of milters, and what Postfix does without it. */

#include <string.h>

#include "checks.h"

/* Beyond the budget of a message: what the daemon needs to say so. */
enum { SPARE_SECONDS = 10 };

static bool
is_ours (const Examination *examination, const char *item)
{
    g_autofree char *queue =
        postfix_value (examination->postfix, NULL, "queue_directory", NULL);
    g_autoptr (Socket) socket = socket_parse (item);

    return socket_equal (examination->milter, socket, queue);
}

static bool
is_signer (const char *item)
{
    return strstr (item, "dkim") || strstr (item, ":8891");
}

/* The line with licetd at the end and without signers. Caller frees. */
static char *
right_line (const Examination *examination, char **list, const char *name, const char *place)
{
    g_autofree char *ours = socket_for_postfix (examination->milter);
    g_autoptr (GString) value = g_string_new (NULL);

    for (unsigned i = 0; list[i]; i++) {
        if (is_ours (examination, list[i])) {
            g_free (ours);
            ours = g_strdup (list[i]);
        } else if (!is_signer (list[i])) {
            g_string_append_printf (value, "%s, ", list[i]);
        }
    }
    g_string_append (value, ours);
    return g_strdup_printf (g_str_has_prefix (place, "master.cf") ? "    -o { %s = %s }"
                                                                  : "%s = %s",
                            name, value->str);
}

/* The last one sees the mail as it leaves. One in front that signs is undone by what we edit. */
static void
check_order (Examination *examination, char **list, const char *name, const char *place)
{
    g_autofree char *right = right_line (examination, list, name, place);
    bool after = false;

    for (unsigned i = 0; list[i]; i++) {
        if (is_ours (examination, list[i]))
            after = true;
        else if (after)
            doctor_find (examination, DOCTOR_PROBLEM, "milter-order", g_strdup (place), right,
                         "%s in %s comes after licetd: what it changes breaks the signature",
                         list[i], name);
        else if (is_signer (list[i]))
            doctor_find (examination, DOCTOR_PROBLEM, "second-signer", g_strdup (place), right,
                         "%s in %s signs before licetd edits: its signature may be broken; "
                         "licetd reads its tables itself (key_table in licet.cfg)",
                         list[i], name);
    }
}

static bool
keeps_mail (const char *action)
{
    return strcmp (action, "tempfail") == 0 || strcmp (action, "shutdown") == 0;
}

/* "{ inet:127.0.0.1:10025, default_action = accept }" */
static void
check_own_action (Examination *examination, const char *item, const char *place)
{
    g_autofree char *inner = g_strndup (item + 1, *item == '{' ? strlen (item) - 2 : 0);
    g_auto (GStrv) words = g_strsplit_set (inner, ",", -1);

    for (unsigned i = 0; *item == '{' && words[i]; i++) {
        g_auto (GStrv) pair = g_strsplit (words[i], "=", 2);
        if (g_strv_length (pair) == 2 && strcmp (g_strstrip (pair[0]), "default_action") == 0 &&
            !keeps_mail (g_strstrip (pair[1])))
            doctor_find (examination, DOCTOR_PROBLEM, "default-action", g_strdup (place),
                         "default_action=tempfail",
                         "when licetd is down, mail gets \"%s\" in place of waiting", pair[1]);
    }
}

static void
check_list (Examination *examination, const PostfixService *service, const char *name)
{
    g_autofree char *place = NULL;
    g_autofree char *value = postfix_value (examination->postfix, service, name, &place);
    g_auto (GStrv) list = postfix_list (value);

    check_order (examination, list, name, place);
    for (unsigned i = 0; list[i]; i++)
        if (is_ours (examination, list[i]))
            check_own_action (examination, list[i], place);
}

static void
check_default_action (Examination *examination, const PostfixService *service)
{
    char *place = NULL;
    g_autofree char *value =
        postfix_value (examination->postfix, service, "milter_default_action", &place);

    if (keeps_mail (value))
        g_free (place);
    else
        doctor_find (examination, DOCTOR_PROBLEM, "default-action", place,
                     "milter_default_action = tempfail",
                     "when licetd is down, mail gets \"%s\" in place of waiting", value);
}

static void
check_time (Examination *examination, const PostfixService *service)
{
    char *place = NULL;
    g_autofree char *value =
        postfix_value (examination->postfix, service, "milter_content_timeout", &place);
    long wanted = (long)examination->settings->message_seconds + SPARE_SECONDS;
    g_autofree char *change =
        g_strdup_printf ("milter_content_timeout = %lds", MAX (wanted, 120));

    if (doctor_seconds (value) >= wanted)
        g_free (place);
    else
        doctor_find (examination, DOCTOR_PROBLEM, "content-timeout", place, change,
                     "Postfix gives up after %s, licetd takes up to %ld s for a message", value,
                     (long)examination->settings->message_seconds);
}

/* Body edits came with version 4, the rest with 6. */
static void
check_protocol (Examination *examination)
{
    char *place = NULL;
    g_autofree char *value =
        postfix_value (examination->postfix, NULL, "milter_protocol", &place);

    if (strcmp (value, "6") == 0)
        g_free (place);
    else
        doctor_find (examination, DOCTOR_PROBLEM, "protocol", place, "milter_protocol = 6",
                     "licetd speaks version 6 of the milter protocol, not %s", value);
}

/* The journal and the log know a message by its queue id. */
static void
check_macros (Examination *examination)
{
    char *place = NULL;
    g_autofree char *value =
        postfix_value (examination->postfix, NULL, "milter_end_of_data_macros", &place);
    g_auto (GStrv) list = postfix_list (value);

    if (g_strv_contains ((const char *const *)list, "i") ||
        g_strv_contains ((const char *const *)list, "{i}"))
        g_free (place);
    else
        doctor_find (examination, DOCTOR_PROBLEM, "macros", place,
                     "milter_end_of_data_macros = i",
                     "licetd is not told the queue id at the end of a message");
}

void
doctor_check_milters (Examination *examination)
{
    const GPtrArray *services = examination->postfix->services;

    for (unsigned i = 0; i < services->len; i++) {
        const PostfixService *service = g_ptr_array_index (services, i);
        bool smtpd = strcmp (service->command, "smtpd") == 0;
        bool cleanup = strcmp (service->command, "cleanup") == 0;
        if ((!smtpd && !cleanup) || service == examination->second)
            continue;
        check_list (examination, service, smtpd ? "smtpd_milters" : "non_smtpd_milters");
        check_default_action (examination, service);
        check_time (examination, service);
    }
    check_protocol (examination);
    check_macros (examination);
}
