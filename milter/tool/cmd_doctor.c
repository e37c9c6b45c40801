/* SPDX-License-Identifier: BSD-2-Clause */

/* licet doctor: what in Postfix's configuration lets mail past licetd or breaks what it signed;
 * what in DNS keeps mail of our domains from being taken. */

#include <stdio.h>

#include "doctor_domain.h"
#include "licet/doctor.h"
#include "licet/edge.h"
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

static int
examine_postfix (const char *dir, const Settings *settings, bool json)
{
    GError *error = NULL;
    g_autoptr (GPtrArray) findings =
        doctor_examine (dir ? dir : "/etc/postfix", settings, &error);
    unsigned problems = 0;

    if (!findings && !dir)
        fputs ("licet: --postfix DIR says where Postfix's main.cf is\n", stderr);
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

/* JSON as it comes, as licet status. */
static int
doctor_ask_daemon (const char *config)
{
    GError *error = NULL;
    g_autoptr (Settings) settings = tool_settings (config, &error);
    g_autofree char *answer =
        settings ? control_ask (settings->control_socket, "preflight", &error) : NULL;

    if (!answer)
        return tool_fail (error);
    puts (answer);
    return EX_OK;
}

int
cmd_doctor (int argc, char **argv)
{
    g_autofree char *config = NULL;
    g_autofree char *dir = NULL;
    g_auto (DomainOptions) domain = { 0 };
    gboolean daemon = FALSE;
    GError *error = NULL;
    GOptionEntry entries[] = {
        DOMAIN_ENTRIES (domain),
        { "policies", 0, 0, G_OPTION_ARG_FILENAME, &domain.policies, "directory of policies",
          "DIR" },
        { "config", 0, 0, G_OPTION_ARG_FILENAME, &config, "licet.cfg to compare with", "FILE" },
        { "postfix", 0, 0, G_OPTION_ARG_FILENAME, &dir, "directory of main.cf", "DIR" },
        { "daemon", 0, 0, G_OPTION_ARG_NONE, &daemon,
          "what the running daemon knows of its domains, and have it look again", NULL },
        G_OPTION_ENTRY_NULL,
    };

    if (!tool_options (&argc, &argv, NULL,
                       "Tells what in Postfix's configuration lets mail past licetd or breaks "
                       "what it signed; with --domain, whether mail of that domain would "
                       "pass at receivers.",
                       entries))
        return EX_USAGE;
    if (argc != 1)
        return tool_usage ("doctor takes no operand");
    if (daemon)
        return doctor_ask_daemon (config);
    if (dir && domain.domains)
        return tool_usage ("doctor takes --postfix or --domain, not both");
    g_autoptr (Settings) settings = tool_settings (config, &error);
    if (!settings)
        return tool_fail (error);
    return domain.domains ? doctor_domains (&domain, settings)
                          : examine_postfix (dir, settings, domain.json);
}
