/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Mail to an address for feedback, under a key that no input can know: whatever it says, nobody's
 * mail is stopped by a token, and by a notice only where notices are trusted.
 */

#include <stdint.h>

#include "licet/crlf.h"
#include "licet/feedback.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check (const Message *message, const Tokens *tokens, bool trusts)
{
    FeedbackOptions options = { NULL, trusts };
    g_autoptr (Feedback) feedback = feedback_read (message, tokens, &options);

    g_assert (feedback->why && *feedback->why);
    g_assert (feedback->bearers->len == 0 || (trusts && feedback->kind == FEEDBACK_BOUNCE));
    for (unsigned i = 0; i < feedback->bearers->len; i++) {
        const TokenBearer *bearer = g_ptr_array_index (feedback->bearers, i);
        g_assert (!bearer->key && bearer->address && bearer->purpose);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    static Tokens *tokens;
    g_autoptr (GBytes) bytes = g_bytes_new (data, size);
    g_autoptr (GBytes) lines = crlf_lines (bytes);
    g_autoptr (Message) message = message_parse (lines, NULL);

    if (!tokens)
        tokens = tokens_new_forgotten ();
    if (!message)
        return 0;
    check (message, tokens, false);
    check (message, tokens, true);
    return 0;
}
