/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_REPLY_H
#define LICET_POLICY_REPLY_H

#include "docket.h"

/* What the sender is told, in a language of theirs: one line of printable ASCII (RFC 5321 4.2). */

/* reply_url of licet-policy.cfg: a page about the rule; "{rule}" in it becomes its id. */
bool reply_is_url (const char *text);

/* reply_language of a group, one of policy_languages; English when it says nothing. */
Language reply_language_read (const ConfNode *node);

/* Notes in a decision how this sender is answered. */
void reply_prepare (Decision *decision, const PolicySet *set, const Message *message);

/* A phrase of the table in reply.c in the sender's language; the English one when there is none.
 * Borrowed. */
const char *reply_phrase (const Decision *decision, const char *english);

/* What the sender is told of a rule that cannot tell. Borrowed. */
const char *reply_doubt (const Decision *decision, const RuleResult *result);

/* What the sender is told of the rule. Borrowed. */
const char *reply_sentence (const Docket *docket, const Decision *decision,
                            const RuleResult *result);

/* A text as one line, cut where it is too long. Caller frees. */
char *reply_line (const char *text);

/* The whole line: code with its blank, or "". until: 0 for none. reason: more than the sentence,
 * or NULL. Caller frees. */
char *reply_make (const Decision *decision, const char *code, const RuleResult *result,
                  const char *sentence, int64_t until, const char *reason);

#endif
