/* SPDX-License-Identifier: BSD-2-Clause */

/* The hand-over of a message that needs several copies to licetd's LMTP port. */

#include <string.h>

#include "checks.h"

#define FIELD "X-Licet-Route"

/* RFC 5321 4.5.3.2.6 asks clients to wait ten minutes after the dot. */
enum { SPARE_SECONDS = 60 };

/* "regexp:/etc/postfix/licet_header_checks": its text, or NULL with a finding. */
static char *
read_map (Examination *examination, const char *map, const char *place)
{
    const char *colon = strchr (map, ':');
    char *text = NULL;

    if (g_str_has_prefix (map, "inline:"))
        return g_strdup (map);
    if (!colon || (!g_str_has_prefix (map, "regexp:") && !g_str_has_prefix (map, "pcre:")))
        return NULL;
    if (!g_file_get_contents (colon + 1, &text, NULL, NULL))
        doctor_find (examination, DOCTOR_PROBLEM, "route-file", g_strdup (place), NULL,
                     "milter_header_checks: %s cannot be read", colon + 1);
    return text;
}

/* The "TRANSPORT:NEXTHOP" that a line of the map gives to our field, or NULL. */
static char *
find_target (const char *text)
{
    g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

    for (unsigned i = 0; lines[i]; i++) {
        const char *filter = strstr (lines[i], "FILTER");
        if (*g_strchug (lines[i]) == '#' || !strcasestr (lines[i], FIELD) || !filter)
            continue;
        filter += strlen ("FILTER");
        filter += strspn (filter, " \t");
        return g_strndup (filter, strcspn (filter, " \t\r}"));
    }
    return NULL;
}

static const PostfixService *
find_transport (const Examination *examination, const char *name)
{
    const GPtrArray *services = examination->postfix->services;

    for (unsigned i = 0; i < services->len; i++) {
        const PostfixService *service = g_ptr_array_index (services, i);
        if (strcmp (service->name, name) == 0 && strcmp (service->type, "unix") == 0)
            return service;
    }
    return NULL;
}

static void
check_target (Examination *examination, const char *target, const char *place)
{
    const char *colon = strchr (target, ':');
    g_autofree char *transport = g_strndup (target, colon ? (gsize)(colon - target) : 0);
    g_autoptr (Socket) hop = socket_parse (colon ? colon + 1 : target);
    g_autofree char *queue =
        postfix_value (examination->postfix, NULL, "queue_directory", NULL);

    if (!socket_equal (examination->lmtp, hop, queue))
        doctor_find (examination, DOCTOR_PROBLEM, "route-target", g_strdup (place), NULL,
                     "messages are handed over to %s, but licetd listens on %s", target,
                     examination->settings->lmtp_listen);
    examination->way = find_transport (examination, transport);
    if (!examination->way || strcmp (examination->way->command, "lmtp") != 0)
        doctor_find (examination, DOCTOR_PROBLEM, "route-transport", g_strdup ("master.cf"),
                     "licet     unix  -       -       n       -       20      lmtp",
                     "the transport \"%s\" is no lmtp service of master.cf", transport);
}

static void
check_map (Examination *examination, const PostfixService *cleanup)
{
    g_autofree char *place = NULL;
    g_autofree char *value =
        postfix_value (examination->postfix, cleanup, "milter_header_checks", &place);
    g_auto (GStrv) maps = postfix_list (value);
    bool known = true;

    for (unsigned i = 0; maps[i]; i++) {
        unsigned found = examination->findings->len;
        g_autofree char *text = read_map (examination, maps[i], place);
        g_autofree char *target = text ? find_target (text) : NULL;
        known = known && examination->findings->len == found;
        if (target) {
            check_target (examination, target, place);
            return;
        }
    }
    if (known)
        doctor_find (examination, DOCTOR_PROBLEM, "route", g_strdup (place),
                     "milter_header_checks = regexp:/etc/postfix/licet_header_checks",
                     "no line of milter_header_checks hands \"" FIELD
                     ": split\" over to licetd: "
                     "such mail would leave unstripped");
}

/* Where an option of the transport stands or would have to. Takes place. */
static char *
place_in_way (const Examination *examination, char *place)
{
    if (strchr (place, ':'))
        return place;
    g_free (place);
    return g_strdup_printf ("master.cf:%u", examination->way->line);
}

static void
want (Examination *examination, const char *name, const char *wanted, const char *why)
{
    char *place = NULL;
    g_autofree char *value =
        postfix_value (examination->postfix, examination->way, name, &place);
    g_autofree char *change = g_strdup_printf ("    -o %s=%s", name, wanted);

    if (strcmp (value, wanted) == 0)
        g_free (place);
    else
        doctor_find (examination, DOCTOR_PROBLEM, "hand-over",
                     place_in_way (examination, place), change, "%s of the transport %s: %s",
                     name, examination->way->name, why);
}

static void
check_way (Examination *examination)
{
    char *place = NULL;
    long least = (long)examination->settings->message_seconds + SPARE_SECONDS;

    want (examination, "lmtp_send_xforward_command", "yes",
          "licetd is not told the queue id, by which it knows a message again");
    want (examination, "disable_mime_output_conversion", "yes",
          "Postfix changes what licetd is to sign");
    want (examination, "lmtp_line_length_limit", "0", "Postfix folds long lines");
    want (examination, "lmtp_tls_security_level", "none", "licetd's port speaks no TLS");
    g_autofree char *time = postfix_value (examination->postfix, examination->way,
                                           "lmtp_data_done_timeout", &place);
    if (doctor_seconds (time) >= least)
        g_free (place);
    else
        doctor_find (examination, DOCTOR_PROBLEM, "hand-over", place,
                     "    -o lmtp_data_done_timeout=600s",
                     "Postfix gives up after %s, before licetd has answered", time);
}

void
doctor_check_route (Examination *examination)
{
    const GPtrArray *services = examination->postfix->services;

    for (unsigned i = 0; i < services->len; i++) {
        const PostfixService *service = g_ptr_array_index (services, i);
        if (strcmp (service->command, "cleanup") == 0)
            check_map (examination, service);
    }
    if (examination->way)
        check_way (examination);
}
