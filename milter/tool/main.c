/* SPDX-License-Identifier: BSD-2-Clause */

/* licet: one table of subcommands, each in a file of its own. */

#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "tool.h"

typedef struct {
    const char *name;
    int (*run) (int argc, char **argv);
    const char *summary;
} Command;

static const Command commands[] = {
    { "run", cmd_run, "the daemon's own pipeline on one message" },
    { "explain", cmd_explain, "every rule that was looked at for a recipient, and why" },
    { "classify", cmd_classify, "the class of messages and the evidence" },
    { "train", cmd_train, "a model from folders of labelled mail" },
    { "policy", cmd_policy, "check, test, diff, show, new, kinds: the policy files" },
    { "consent", cmd_consent,
      "grant, withdraw, show, import, export, erase, …: who agreed to what" },
    { "audit", cmd_audit,
      "verify, search, show, tail, export, report, replay, find, erase: the log" },
    { "doctor", cmd_doctor,
      "what in Postfix's files lets mail past licetd or breaks signatures" },
    { "feedback", cmd_feedback, "obeys a request to unsubscribe, a complaint or a bounce" },
    { "key", cmd_key, "new, show, check, verify: DKIM keys" },
    { "settings", cmd_settings, "what licet.cfg may hold" },
    { "status", cmd_status, "counters of the running daemon" },
    { "reload", cmd_reload, "read settings, policies and keys anew" },
};

static void
print_help (FILE *out)
{
    fputs ("usage: licet COMMAND [OPTION...] [OPERAND...]\n\n", out);
    for (unsigned i = 0; i < G_N_ELEMENTS (commands); i++)
        fprintf (out, "  %-9s %s\n", commands[i].name, commands[i].summary);
    fputs ("\nlicet COMMAND --help tells its options; licet(1) is the manual.\n", out);
}

int
main (int argc, char **argv)
{
    setlocale (LC_CTYPE, "C.UTF-8");
    if (argc < 2) {
        print_help (stderr);
        return EX_USAGE;
    }
    if (strcmp (argv[1], "help") == 0 || strcmp (argv[1], "--help") == 0) {
        print_help (stdout);
        return EX_OK;
    }
    if (strcmp (argv[1], "--version") == 0) {
        puts ("licet " PACKAGE_VERSION);
        return EX_OK;
    }
    for (unsigned i = 0; i < G_N_ELEMENTS (commands); i++)
        if (strcmp (argv[1], commands[i].name) == 0)
            return commands[i].run (argc - 1, argv + 1);
    return tool_usage ("no command \"%s\"", argv[1]);
}
