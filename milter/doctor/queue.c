/* SPDX-License-Identifier: BSD-2-Clause */

/* Queue ids and added recipients. */

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

void
doctor_check_queue (Examination *examination)
{
    check_ids (examination);
    check_copies (examination);
}
