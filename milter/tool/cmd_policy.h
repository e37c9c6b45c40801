/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_TOOL_CMD_POLICY_H
#define LICET_TOOL_CMD_POLICY_H

#include "tool.h"

/* The subcommands of licet policy; argv[0] is the name of each. */
int cmd_policy_diff (int argc, char **argv);
int cmd_policy_new (int argc, char **argv);
int cmd_policy_test (int argc, char **argv);

/* An engine without keys, with the policies of dir and the consent store of this URI; NULL for one
 * of them: that of the settings. */
Engine *cmd_policy_engine (const char *config, const char *dir, const char *consent,
                           GError **error);

/* Prints {"ok":false,"problems":[…]} and, to stderr, the lines. Takes error. */
int cmd_policy_fail (GError *error, bool json);

#endif
