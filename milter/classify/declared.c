/* SPDX-License-Identifier: BSD-2-Clause */

/* What the sending application says a message is for. */

#include "declared.h"

#include "licet/classify.h"
#include "licet/error.h"

char **
declared_words (const Message *message)
{
    g_autoptr (GString) all = g_string_new (NULL);

    for (unsigned i = 0; i < message_field_count (message); i++)
        if (g_ascii_strcasecmp (message_field (message, i)->name, "X-Licet-Purpose") == 0)
            g_string_append_printf (all, "%s,", message_field (message, i)->value);
    return g_strsplit_set (all->str, ", \t\r\n", -1);
}

bool
classify_check_declared (const Message *message, GError **error)
{
    g_auto (GStrv) words = declared_words (message);
    Purpose first = PURPOSE_NONE, purpose = PURPOSE_NONE;

    for (char **word = words; *word; word++) {
        if (!purpose_parse (*word, &purpose) || !purpose_is_promotional (purpose))
            continue;
        if (first != PURPOSE_NONE && first != purpose) {
            g_set_error (error, LICET_ERROR, LICET_ERROR_MALFORMED,
                         "X-Licet-Purpose names two promotional purposes, %s and %s; it takes one",
                         purpose_word (first), purpose_word (purpose));
            return false;
        }
        first = purpose;
    }
    return true;
}
