/* SPDX-License-Identifier: BSD-2-Clause */

/* licet settings: what licet.cfg may hold, with defaults. */

#include <stdio.h>

#include "licet/settings.h"
#include "tool.h"

int
cmd_settings (int argc, char **argv)
{
    GOptionEntry entries[] = { G_OPTION_ENTRY_NULL };

    if (!tool_options (&argc, &argv, NULL,
                       "Lists the settings of licet.cfg with their defaults.", entries))
        return EX_USAGE;
    if (argc != 1)
        return tool_usage ("settings takes no operand");
    for (const SettingInfo *setting = settings_table (); setting->name; setting++)
        printf ("%-17s %s (%s); default: %s\n", setting->name, setting->description,
                setting->type, *setting->fallback ? setting->fallback : "none");
    return EX_OK;
}
