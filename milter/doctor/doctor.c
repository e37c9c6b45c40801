/* SPDX-License-Identifier: BSD-2-Clause */

#include <stdlib.h>
#include <string.h>

#include "checks.h"

void
doctor_finding_free (DoctorFinding *finding)
{
    g_free (finding->place);
    g_free (finding->what);
    g_free (finding->change);
    g_free (finding);
}

bool
doctor_is_yes (const char *value)
{
    return g_ascii_strcasecmp (value, "yes") == 0;
}

long
doctor_seconds (const char *value)
{
    static const struct {
        char unit;
        long seconds;
    } units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 } };
    char *end = NULL;
    long count = strtol (value, &end, 10);

    for (unsigned i = 0; i < G_N_ELEMENTS (units); i++)
        if (*end == units[i].unit)
            return count * units[i].seconds;
    return count;
}

static bool
is_known (const GPtrArray *findings, const DoctorFinding *finding)
{
    for (unsigned i = 0; i < findings->len; i++) {
        const DoctorFinding *known = g_ptr_array_index (findings, i);
        if (strcmp (known->check, finding->check) == 0 &&
            strcmp (known->place, finding->place) == 0 &&
            strcmp (known->what, finding->what) == 0)
            return true;
    }
    return false;
}

/* A line of main.cf is told once, however many services it holds for. */
void
doctor_find (Examination *examination, DoctorGrade grade, const char *check, char *place,
             const char *change, const char *format, ...)
{
    DoctorFinding *finding = g_new0 (DoctorFinding, 1);
    va_list arguments;

    va_start (arguments, format);
    *finding = (DoctorFinding){ grade, check, place, g_strdup_vprintf (format, arguments),
                                g_strdup (change) };
    va_end (arguments);
    if (is_known (examination->findings, finding))
        doctor_finding_free (finding);
    else
        g_ptr_array_add (examination->findings, finding);
}

static const PostfixService *
find_second (const Examination *examination)
{
    const GPtrArray *services = examination->postfix->services;

    for (unsigned i = 0; i < services->len; i++) {
        const PostfixService *service = g_ptr_array_index (services, i);
        g_autoptr (Socket) socket = socket_parse (service->name);
        if (strcmp (service->command, "smtpd") == 0 && strcmp (service->type, "inet") == 0 &&
            socket_equal (examination->submit, socket, ""))
            return service;
    }
    return NULL;
}

/* What stands nowhere comes last in its file. */
static long
line_of (const char *place)
{
    const char *colon = strchr (place, ':');

    return colon ? strtol (colon + 1, NULL, 10) : G_MAXINT;
}

static int
compare (const void *a, const void *b)
{
    const DoctorFinding *one = *(DoctorFinding *const *)a, *other = *(DoctorFinding *const *)b;
    int files = strncmp (one->place, other->place, strcspn (one->place, ":"));
    long lines = line_of (one->place) - line_of (other->place);

    if (one->grade != other->grade)
        return one->grade == DOCTOR_PROBLEM ? -1 : 1;
    if (files != 0)
        return files;
    return lines < 0 ? -1 : lines > 0;
}

GPtrArray *
doctor_examine (const char *dir, const Settings *settings, GError **error)
{
    g_autoptr (Postfix) postfix = postfix_read (dir, error);
    g_autoptr (Socket) milter = socket_parse (settings->milter_socket);
    g_autoptr (Socket) lmtp = socket_parse (settings->lmtp_listen);
    g_autoptr (Socket) submit = socket_parse (settings->submit_to);

    if (!postfix)
        return NULL;
    Examination examination = { .dir = dir,
                                .postfix = postfix,
                                .settings = settings,
                                .milter = milter,
                                .lmtp = lmtp,
                                .submit = submit };
    examination.findings = g_ptr_array_new_with_free_func ((GDestroyNotify)doctor_finding_free);
    examination.second = find_second (&examination);
    doctor_check_entrances (&examination);
    doctor_check_milters (&examination);
    doctor_check_route (&examination);
    doctor_check_second_port (&examination);
    doctor_check_exits (&examination);
    doctor_check_queue (&examination);
    doctor_check_access (&examination);
    g_ptr_array_sort (examination.findings, compare);
    return examination.findings;
}
