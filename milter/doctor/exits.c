/* SPDX-License-Identifier: BSD-2-Clause */

/* What changes a message after it was signed (RFC 6376 3.3 "simple" aside, any of it breaks). */

#include <string.h>

#include "checks.h"

static void
check_maps (Examination *examination, const PostfixService *service)
{
    static const char *const names[] = { "smtp_generic_maps", "smtp_header_checks",
                                         "smtp_mime_header_checks", "smtp_nested_header_checks",
                                         "smtp_body_checks" };

    for (unsigned i = 0; i < G_N_ELEMENTS (names); i++) {
        char *place = NULL;
        g_autofree char *value =
            postfix_value (examination->postfix, service, names[i], &place);
        g_autofree char *change = g_strdup_printf ("%s =", names[i]);
        if (*value)
            doctor_find (examination, DOCTOR_PROBLEM, "after-signing", place, change,
                         "%s changes mail after it was signed", names[i]);
        else
            g_free (place);
    }
}

static void
check_conversion (Examination *examination, const PostfixService *service)
{
    char *place = NULL, *length_place = NULL;
    g_autofree char *keeps =
        postfix_value (examination->postfix, service, "disable_mime_output_conversion", &place);
    g_autofree char *length =
        postfix_value (examination->postfix, service, "smtp_line_length_limit", &length_place);

    if (doctor_is_yes (keeps))
        g_free (place);
    else
        doctor_find (examination, DOCTOR_PROBLEM, "conversion", place,
                     "disable_mime_output_conversion = yes",
                     "Postfix turns 8-bit mail into 7 bits for servers without 8BITMIME, after "
                     "it was signed");
    if (strcmp (length, "0") == 0)
        g_free (length_place);
    else
        doctor_find (examination, DOCTOR_PROBLEM, "line-length", length_place,
                     "smtp_line_length_limit = 0",
                     "Postfix breaks lines of more than %s bytes after they were signed",
                     length);
}

void
doctor_check_exits (Examination *examination)
{
    const GPtrArray *services = examination->postfix->services;

    for (unsigned i = 0; i < services->len; i++) {
        const PostfixService *service = g_ptr_array_index (services, i);
        if (strcmp (service->command, "smtp") != 0)
            continue;
        check_maps (examination, service);
        check_conversion (examination, service);
    }
}
