/* SPDX-License-Identifier: BSD-2-Clause */

/* Ways into the queue that go past licetd. */

#include <string.h>

#include "checks.h"

/* Port 25, or what postscreen hands on: where mail from outside comes in. */
static bool
is_public (const PostfixService *service)
{
    g_autoptr (Socket) socket = socket_parse (service->name);

    return strcmp (service->type, "pass") == 0 || strcmp (socket->port, "smtp") == 0 ||
           strcmp (socket->port, "25") == 0;
}

static bool
has_ours (const Examination *examination, const char *milters, const char *queue)
{
    g_auto (GStrv) list = postfix_list (milters);

    for (unsigned i = 0; list[i]; i++) {
        g_autoptr (Socket) socket = socket_parse (list[i]);
        if (socket_equal (examination->milter, socket, queue))
            return true;
    }
    return false;
}

static bool
passes_us (const Examination *examination, const PostfixService *service, const char *parameter)
{
    g_autofree char *milters = postfix_value (examination->postfix, service, parameter, NULL);
    g_autofree char *queue =
        postfix_value (examination->postfix, NULL, "queue_directory", NULL);

    return has_ours (examination, milters, queue);
}

static char *
place_of (const PostfixService *service)
{
    return g_strdup_printf ("master.cf:%u", service->line);
}

static void
check_override (Examination *examination, const PostfixService *service)
{
    char *place = NULL;
    g_autofree char *value =
        postfix_value (examination->postfix, service, "receive_override_options", &place);

    if (strstr (value, "no_milters"))
        doctor_find (examination, DOCTOR_PROBLEM, "no-milters", place, NULL,
                     "receive_override_options has no_milters: mail from %s is not judged",
                     service->name);
    else
        g_free (place);
}

static void
check_filters (Examination *examination, const PostfixService *service)
{
    static const struct {
        const char *name, *check, *what;
    } rows[] = {
        { "content_filter", "content-filter",
          "content_filter gets mail after licetd signed it, and what it changes breaks the "
          "signature" },
        { "smtpd_proxy_filter", "proxy-filter",
          "with smtpd_proxy_filter no milter sees the message (MILTER_README)" },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        char *place = NULL;
        g_autofree char *value =
            postfix_value (examination->postfix, service, rows[i].name, &place);
        g_autofree char *change = g_strdup_printf ("%s =", rows[i].name);
        if (*value)
            doctor_find (examination, DOCTOR_PROBLEM, rows[i].check, place, change, "%s",
                         rows[i].what);
        else
            g_free (place);
    }
}

static void
check_maps (Examination *examination, const PostfixService *service)
{
    char *place = NULL;
    g_autofree char *value =
        postfix_value (examination->postfix, service, "smtpd_milter_maps", &place);

    if (*value)
        doctor_find (examination, DOCTOR_NOTE, "milter-maps", place, NULL,
                     "smtpd_milter_maps can switch licetd off for some clients");
    else
        g_free (place);
}

static bool
is_entrance (const Examination *examination, const PostfixService *service)
{
    return strcmp (service->command, "smtpd") == 0 && service != examination->second;
}

/* A port for mail from outside may go without; but somewhere mail of our own must come in. */
static void
check_smtpd (Examination *examination)
{
    const GPtrArray *services = examination->postfix->services;
    g_autofree char *milter = socket_for_postfix (examination->milter);
    g_autofree char *change = g_strdup_printf ("    -o smtpd_milters=%s", milter);
    unsigned judged = 0;

    for (unsigned i = 0; i < services->len; i++)
        judged += is_entrance (examination, g_ptr_array_index (services, i)) &&
                  passes_us (examination, g_ptr_array_index (services, i), "smtpd_milters");
    for (unsigned i = 0; i < services->len; i++) {
        const PostfixService *service = g_ptr_array_index (services, i);
        if (!is_entrance (examination, service))
            continue;
        if (!passes_us (examination, service, "smtpd_milters")) {
            bool outside = is_public (service) && judged > 0;
            doctor_find (examination, outside ? DOCTOR_NOTE : DOCTOR_PROBLEM, "no-milter",
                         place_of (service), change, "mail that comes in by %s is not judged%s",
                         service->name,
                         outside ? "; right when only mail from outside comes that way" : "");
            continue;
        }
        check_override (examination, service);
        check_filters (examination, service);
        check_maps (examination, service);
    }
}

/* sendmail(1): pickup and cleanup. */
static void
check_sendmail (Examination *examination)
{
    const GPtrArray *services = examination->postfix->services;
    g_autofree char *milter = socket_for_postfix (examination->milter);
    char *place = NULL;

    for (unsigned i = 0; i < services->len; i++) {
        const PostfixService *service = g_ptr_array_index (services, i);
        bool shared = passes_us (examination, service, "smtpd_milters");
        g_autofree char *change = g_strdup_printf ("non_smtpd_milters = %s",
                                                   shared ? "$smtpd_milters" : milter);
        if (strcmp (service->command, "pickup") == 0) {
            check_override (examination, service);
            check_filters (examination, service);
        }
        if (strcmp (service->command, "cleanup") != 0 ||
            passes_us (examination, service, "non_smtpd_milters"))
            continue;
        g_free (postfix_value (examination->postfix, service, "non_smtpd_milters", &place));
        doctor_find (examination, DOCTOR_PROBLEM, "sendmail", place, change,
                     "mail that programs of this host send by sendmail(1) is not judged");
    }
}

void
doctor_check_entrances (Examination *examination)
{
    check_smtpd (examination);
    check_sendmail (examination);
}
