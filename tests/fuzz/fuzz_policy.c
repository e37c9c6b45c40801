/* SPDX-License-Identifier: BSD-2-Clause */
/* Any text as a rule; a contact window is then asked for a time. */

#include <stdint.h>

#include "../../milter/policy/rules.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup ((const char *)data, size);
    g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
    g_autoptr (Conffile) file = conffile_parse (text, "fuzz.cfg", NULL);
    Rule *rule = file ? rule_load (conffile_root (file), problems) : NULL;
    g_autoptr (RuleResult) result = rule_result_new ();
    RecipientFacts *facts = g_new0 (RecipientFacts, 1);
    RuleView view = { .facts = facts, .now = (int64_t)size * 3600 * 7 };

    facts->promotion = consent_answer_new (CONSENT_UNKNOWN);
    facts->tracking = consent_answer_new (CONSENT_UNKNOWN);

    if (problems->len == 0 && rule && rule->kind == &kind_contact_window)
        rule->kind->judge (rule->parameters, &view, result);
    rule_free (rule);
    recipient_facts_free (facts);
    return 0;
}
