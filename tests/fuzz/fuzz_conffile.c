/* SPDX-License-Identifier: BSD-2-Clause */

/* Settings and policy files: any text is read or refused, never a crash. */

#include <stdint.h>

#include "licet/conffile.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    static const ConfField fields[] = { { "rules", CONF_GROUPS, true, 0, 0, NULL },
                                        { NULL, CONF_STRING, false, 0, 0, NULL } };
    g_autofree char *text = g_strndup ((const char *)data, size);
    g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
    g_autoptr (Conffile) file = conffile_parse (text, "fuzz.cfg", NULL);

    if (file)
        conf_check (conffile_root (file), fields, problems);
    return 0;
}
