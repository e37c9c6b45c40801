/* SPDX-License-Identifier: BSD-2-Clause */

/* licet doctor: what in Postfix's configuration lets mail past licetd or breaks what it signed. */

#include <stdio.h>

#include "licet/doctor.h"
#include "tool.h"

static void
print_text (const GPtrArray *findings, unsigned problems)
{
    for (unsigned i = 0; i < findings->len; i++) {
        const DoctorFinding *finding = g_ptr_array_index (findings, i);
        printf ("%s: %s: %s [%s]\n", finding->place,
                finding->grade == DOCTOR_PROBLEM ? "problem" : "note", finding->what,
                finding->check);
        if (finding->change)
            printf ("  write: %s\n", finding->change);
    }
    printf ("%u problem%s, %u note%s\n", problems, problems == 1 ? "" : "s",
            findings->len - problems, findings->len - problems == 1 ? "" : "s");
}

static void
append_member (GString *text, const char *name, const char *value)
{
    g_string_append_printf (text, "%s\"%s\":", text->len > 1 ? "," : "", name);
    json_text_append (text, value);
}

static void
print_json (const GPtrArray *findings)
{
    for (unsigned i = 0; i < findings->len; i++) {
        const DoctorFinding *finding = g_ptr_array_index (findings, i);
        g_autoptr (GString) text = g_string_new ("{");
        append_member (text, "place", finding->place);
        append_member (text, "grade", finding->grade == DOCTOR_PROBLEM ? "problem" : "note");
        append_member (text, "check", finding->check);
        append_member (text, "what", finding->what);
        append_member (text, "change", finding->change);
        g_string_append_c (text, '}');
        puts (text->str);
    }
}

int
cmd_doctor (int argc, char **argv)
{
    g_autofree char *config = NULL;
    g_autofree char *dir = NULL;
    gboolean json = FALSE;
    GError *error = NULL;
    GOptionEntry entries[] = {
        { "config", 0, 0, G_OPTION_ARG_FILENAME, &config, "licet.cfg to compare with", "FILE" },
        { "postfix", 0, 0, G_OPTION_ARG_FILENAME, &dir, "directory of main.cf", "DIR" },
        { "json", 0, 0, G_OPTION_ARG_NONE, &json, "one JSON object per finding", NULL },
        G_OPTION_ENTRY_NULL,
    };
    unsigned problems = 0;

    if (!tool_options (&argc, &argv, NULL,
                       "Tells what in Postfix's configuration lets mail past licetd or breaks "
                       "what it signed.",
                       entries))
        return EX_USAGE;
    if (argc != 1)
        return tool_usage ("doctor takes no operand");
    g_autoptr (Settings) settings = tool_settings (config, &error);
    g_autoptr (GPtrArray) findings =
        settings ? doctor_examine (dir ? dir : "/etc/postfix", settings, &error) : NULL;
    if (!findings)
        return tool_fail (error);
    for (unsigned i = 0; i < findings->len; i++)
        problems += ((DoctorFinding *)g_ptr_array_index (findings, i))->grade == DOCTOR_PROBLEM;
    if (json)
        print_json (findings);
    else
        print_text (findings, problems);
    return problems > 0 ? EX_CONFIG : EX_OK;
}
