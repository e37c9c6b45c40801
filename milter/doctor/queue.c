/* SPDX-License-Identifier: BSD-2-Clause */

/* Queue ids, added recipients, and sockets that a service cannot see. */

#include <string.h>

#include "checks.h"

static void
check_ids (Examination *examination)
{
    char *place = NULL;
    g_autofree char *value =
        postfix_value (examination->postfix, NULL, "enable_long_queue_ids", &place);

    if (doctor_is_yes (value))
        g_free (place);
    else
        doctor_find (examination, DOCTOR_PROBLEM, "queue-ids", place,
                     "enable_long_queue_ids = yes",
                     "short queue ids are used again, and licetd's journal takes the new "
                     "message for the old");
}

static void
check_copies (Examination *examination)
{
    static const char *const names[] = { "always_bcc", "sender_bcc_maps",
                                         "recipient_bcc_maps" };

    for (unsigned i = 0; i < G_N_ELEMENTS (names); i++) {
        char *place = NULL;
        g_autofree char *value = postfix_value (examination->postfix, NULL, names[i], &place);
        if (*value)
            doctor_find (examination, DOCTOR_NOTE, "added-recipients", place, NULL,
                         "recipients of %s are not shown to licetd: they get what all others "
                         "get",
                         names[i]);
        else
            g_free (place);
    }
}

static void
check_chroot (Examination *examination)
{
    const GPtrArray *services = examination->postfix->services;
    const char *path = examination->milter->path;
    g_autofree char *queue =
        postfix_value (examination->postfix, NULL, "queue_directory", NULL);

    for (unsigned i = 0; path && i < services->len; i++) {
        const PostfixService *service = g_ptr_array_index (services, i);
        bool uses = strcmp (service->command, "smtpd") == 0 ||
                    strcmp (service->command, "cleanup") == 0;
        if (uses && service != examination->second && service->chroot &&
            !g_str_has_prefix (path, queue))
            doctor_find (examination, DOCTOR_PROBLEM, "chroot",
                         g_strdup_printf ("master.cf:%u", service->line), NULL,
                         "%s runs in a chroot of %s and does not see licetd's socket %s",
                         service->name, queue, path);
    }
}

void
doctor_check_queue (Examination *examination)
{
    check_ids (examination);
    check_copies (examination);
    check_chroot (examination);
}
