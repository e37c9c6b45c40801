/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_TOOL_CMD_POLICY_H
#define LICET_TOOL_CMD_POLICY_H

#include "tool.h"

/* The subcommands of licet policy; argv[0] is the name of each. */
int cmd_policy_test (int argc, char **argv);

/* An engine with the policies of dir and nothing else: no key, an empty consent store. dir NULL:
 * those of the settings. */
Engine *cmd_policy_engine (const char *config, const char *dir, GError **error);

/* Prints {"ok":false,"problems":[…]} and, to stderr, the lines. Takes error. */
int cmd_policy_fail (GError *error, bool json);

#endif
