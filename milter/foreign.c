/* SPDX-License-Identifier: BSD-2-Clause */

/* Keeps, removes, or says that a copy cannot be made. */

#include "foreign.h"

#include <string.h>

static bool
is_foreign (const ExistingSignature *signature)
{
    return !signature->ours;
}

GPtrArray *
foreign_list (const Engine *engine, const Message *message)
{
    GPtrArray *signatures = signer_existing (engine->signer, message_bytes (message));

    for (unsigned i = signatures->len; i-- > 0;)
        if (!is_foreign (g_ptr_array_index (signatures, i)))
            g_ptr_array_remove_index (signatures, i);
    return signatures;
}

static bool
is_removed (const Variant *variant, unsigned field)
{
    for (unsigned i = 0; i < variant->edits->len; i++) {
        const Edit *edit = g_ptr_array_index (variant->edits, i);
        if (edit->kind == EDIT_HEADER_REMOVE && edit->field == field)
            return true;
    }
    return false;
}

static bool
survives (const Message *message, const ExistingSignature *signature, const Variant *variant)
{
    return variant->bytes == message_bytes (message) ||
           signer_survives (message_bytes (message), signature->field, variant->bytes);
}

static void
remove_signature (Variant *variant, const ExistingSignature *signature)
{
    g_ptr_array_add (variant->edits,
                     edit_header_new (EDIT_HEADER_REMOVE, "foreign-signature", signature->field,
                                      "DKIM-Signature", NULL, NULL));
}

ForeignVerdict
foreign_settle (const Engine *engine, const Message *message, const GPtrArray *signatures,
                bool resigned, Variant *variant, char **ret_reason)
{
    const char *rule = engine->settings->existing_signatures;
    bool all = strcmp (rule, "remove") == 0 && resigned, keep = strcmp (rule, "keep") == 0;
    ForeignVerdict verdict = FOREIGN_FINE;

    for (unsigned i = 0; i < signatures->len; i++) {
        const ExistingSignature *signature = g_ptr_array_index (signatures, i);
        if (is_removed (variant, signature->field) ||
            (!all && survives (message, signature, variant)))
            continue;
        if (keep) {
            *ret_reason = g_strdup_printf (
                "it is signed by %s, which the change would break",
                *signature->domain ? signature->domain : "somebody that it does not name");
            return FOREIGN_REFUSED;
        }
        remove_signature (variant, signature);
        verdict = FOREIGN_REMOVED;
    }
    return verdict;
}
