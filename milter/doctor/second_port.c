/* SPDX-License-Identifier: BSD-2-Clause */

/* The second port: licetd guards it, so that it takes finished copies from licetd only, and nothing
 * changes them. */

#include <string.h>

#include "checks.h"

static void
find_here (Examination *examination, DoctorGrade grade, const char *check, const char *change,
           const char *what)
{
    doctor_find (examination, grade, check,
                 g_strdup_printf ("master.cf:%u", examination->second->line), change, "%s",
                 what);
}

static char *
value_of (const Examination *examination, const char *name)
{
    return postfix_value (examination->postfix, examination->second, name, NULL);
}

/* licetd and nothing else: what another milter changes would not get in. */
static bool
is_guarded (const Examination *examination)
{
    g_autofree char *milters = value_of (examination, "smtpd_milters");
    g_autofree char *queue = value_of (examination, "queue_directory");
    g_auto (GStrv) list = postfix_list (milters);
    g_autoptr (Socket) socket = socket_parse (list[0] ? list[0] : "");

    return g_strv_length (list) == 1 && socket_equal (examination->milter, socket, queue);
}

static void
check_guard (Examination *examination)
{
    g_autofree char *name = value_of (examination, "milter_macro_daemon_name");
    g_autofree char *maps = value_of (examination, "smtpd_milter_maps");
    g_autofree char *override = value_of (examination, "receive_override_options");
    g_autofree char *action = value_of (examination, "milter_default_action");
    g_autofree char *ours = socket_for_postfix (examination->milter);
    g_autofree char *line = g_strdup_printf ("    -o smtpd_milters=%s", ours);

    if (!is_guarded (examination))
        find_here (examination, DOCTOR_PROBLEM, "second-guard", line,
                   "licetd is not the one milter of the second port: it hands over no copies "
                   "to a port that it does not guard");
    if (strcmp (name, "licet-guard") != 0)
        find_here (examination, DOCTOR_PROBLEM, "second-name",
                   "    -o milter_macro_daemon_name=licet-guard",
                   "licetd knows its second port by the name licet-guard only: copies wait");
    if (strcmp (action, "tempfail") != 0 && strcmp (action, "shutdown") != 0)
        find_here (examination, DOCTOR_PROBLEM, "second-action",
                   "    -o milter_default_action=tempfail",
                   "when licetd is down, the second port is open to all of this host");
    if (*maps || strstr (override, "no_milters"))
        find_here (examination, DOCTOR_PROBLEM, "second-bypass",
                   *maps ? "    -o smtpd_milter_maps=" : NULL,
                   "the guard of the second port is switched off, for some clients or for all");
}

static void
check_changes (Examination *examination)
{
    static const char *const overrides[] = { "no_address_mappings", "no_header_body_checks" };
    g_autofree char *override = value_of (examination, "receive_override_options");
    g_autofree char *filter = value_of (examination, "content_filter");
    g_autofree char *proxy = value_of (examination, "smtpd_proxy_filter");

    for (unsigned i = 0; i < G_N_ELEMENTS (overrides); i++) {
        g_autofree char *what =
            g_strdup_printf ("the second port lacks %s in receive_override_options: finished "
                             "copies may be changed, and then the guard lets none in",
                             overrides[i]);
        if (!strstr (override, overrides[i]))
            find_here (examination, DOCTOR_PROBLEM, "second-override", NULL, what);
    }
    if (*filter || *proxy)
        find_here (examination, DOCTOR_PROBLEM, "second-filter",
                   *filter ? "    -o content_filter=" : "    -o smtpd_proxy_filter=",
                   "the second port has a filter: finished copies may be changed");
}

/* Loopback networks only. */
static bool
is_own_network (const char *networks)
{
    g_auto (GStrv) list = postfix_list (networks);

    for (unsigned i = 0; list[i]; i++)
        if (!g_str_has_prefix (list[i], "127.") && !g_str_has_prefix (list[i], "[::1]"))
            return false;
    return list[0] != NULL;
}

static bool
listens_outside (const Examination *examination)
{
    g_autoptr (Socket) socket = socket_parse (examination->second->name);
    g_autofree char *interfaces = value_of (examination, "inet_interfaces");

    if (*socket->host)
        return strcmp (socket->host, "localhost") != 0;
    return strcmp (interfaces, "loopback-only") != 0 && strcmp (interfaces, "localhost") != 0 &&
           strcmp (interfaces, "127.0.0.1") != 0;
}

static void
check_clients (Examination *examination)
{
    g_autofree char *restrictions = value_of (examination, "smtpd_client_restrictions");
    g_autofree char *networks = value_of (examination, "mynetworks");
    g_autofree char *forwards = value_of (examination, "smtpd_authorized_xforward_hosts");
    g_auto (GStrv) list = postfix_list (restrictions);
    bool closed = g_strv_contains ((const char *const *)list, "permit_mynetworks") &&
                  g_strv_contains ((const char *const *)list, "reject") &&
                  is_own_network (networks);

    if (!closed)
        find_here (examination, DOCTOR_PROBLEM, "second-open",
                   "    -o mynetworks=127.0.0.0/8\n"
                   "    -o smtpd_client_restrictions=permit_mynetworks,reject",
                   "the second port talks to others than this host: they need not reach it");
    if (listens_outside (examination))
        find_here (examination, DOCTOR_PROBLEM, "second-address", NULL,
                   "the second port listens on addresses that others can reach");
    if (!strstr (forwards, "127.") && !strstr (forwards, "localhost"))
        find_here (examination, DOCTOR_PROBLEM, "second-xforward",
                   "    -o smtpd_authorized_xforward_hosts=127.0.0.0/8",
                   "licetd may not tell the second port which client a copy came from");
}

static void
check_rest (Examination *examination)
{
    g_autofree char *tls = value_of (examination, "smtpd_tls_security_level");
    g_autofree char *errors = value_of (examination, "smtpd_hard_error_limit");

    if (strcmp (tls, "encrypt") == 0)
        find_here (examination, DOCTOR_PROBLEM, "second-tls",
                   "    -o smtpd_tls_security_level=none", "licetd speaks no TLS to this host");
    if (*errors && doctor_seconds (errors) < 1001)
        find_here (examination, DOCTOR_NOTE, "second-errors",
                   "    -o smtpd_hard_error_limit=1001",
                   "after some refused recipients Postfix hangs up, and the others wait");
}

void
doctor_check_second_port (Examination *examination)
{
    if (!examination->second) {
        doctor_find (examination, DOCTOR_PROBLEM, "second-port", g_strdup ("master.cf"), NULL,
                     "no smtpd service listens on %s (submit_to), where licetd submits its "
                     "copies",
                     examination->settings->submit_to);
        return;
    }
    check_guard (examination);
    check_changes (examination);
    check_clients (examination);
    check_rest (examination);
}
