/* SPDX-License-Identifier: BSD-2-Clause */

#include "licet/feedback.h"

#include <string.h>

#include "licet/address.h"
#include "report.h"

const char *
feedback_kind_word (FeedbackKind kind)
{
    switch (kind) {
    case FEEDBACK_REQUEST:
        return "request";
    case FEEDBACK_COMPLAINT:
        return "complaint";
    case FEEDBACK_BOUNCE:
        return "bounce";
    case FEEDBACK_NOTHING:
        return "nothing";
    case FEEDBACK_UNKNOWN:
        return "unknown";
    }
    g_assert_not_reached ();
}

static GPtrArray *
bearers_new (void)
{
    return g_ptr_array_new_with_free_func ((GDestroyNotify)token_bearer_free);
}

void
feedback_free (Feedback *feedback)
{
    if (!feedback)
        return;
    g_free (feedback->why);
    g_ptr_array_unref (feedback->bearers);
    g_free (feedback);
}

/* Takes why and bearers (NULL: none). */
static Feedback *
feedback_new (FeedbackKind kind, char *why, GPtrArray *bearers)
{
    Feedback *feedback = g_new0 (Feedback, 1);

    feedback->kind = kind;
    feedback->why = why;
    feedback->bearers = bearers ? bearers : bearers_new ();
    return feedback;
}

/* Without a bearer it is for a person. Takes both. */
static Feedback *
believe (FeedbackKind kind, char *why, GPtrArray *bearers)
{
    if (bearers->len > 0)
        return feedback_new (kind, why, bearers);
    g_ptr_array_unref (bearers);
    g_autofree char *seen = why;
    return feedback_new (FEEDBACK_UNKNOWN,
                         g_strdup_printf ("%s, and no token of ours says of whom", seen), NULL);
}

/* A person complains of advertising as such, and a mailbox that is gone takes none. */
static GPtrArray *
find_for_all (const Message *message, const Tokens *tokens)
{
    size_t length = 0;
    const char *data = g_bytes_get_data (message_bytes (message), &length);
    GPtrArray *bearers = tokens_find (tokens, data, length);

    for (unsigned i = 0; i < bearers->len; i++) {
        TokenBearer *bearer = g_ptr_array_index (bearers, i);
        g_free (bearer->purpose);
        bearer->purpose = g_strdup ("*");
    }
    return bearers;
}

/* RFC 5965 7.3, and "opt-out", which providers register in its place. */
static Feedback *
read_complaint (const Message *message, const Tokens *tokens, const ReportFields *fields)
{
    const char *type = report_field (fields, "Feedback-Type");
    g_autofree char *word = g_ascii_strdown (type ? type : "", -1);

    if (strcmp (word, "not-spam") == 0 || strcmp (word, "auth-failure") == 0 ||
        strcmp (word, "dmarc") == 0)
        return feedback_new (FEEDBACK_NOTHING, g_strdup_printf ("a report of %s", word), NULL);
    if (strcmp (word, "abuse") != 0 && strcmp (word, "opt-out") != 0)
        return feedback_new (FEEDBACK_UNKNOWN,
                             g_strdup ("a report of neither abuse nor opt-out"), NULL);
    return believe (FEEDBACK_COMPLAINT, g_strdup_printf ("a complaint (%s)", word),
                    find_for_all (message, tokens));
}

/* RFC 3463 3.2: bad mailbox, bad system, bad syntax, moved without a forward; RFC 7505 4.2: no
 * mail there at all. A full mailbox, a policy or a network may be otherwise tomorrow. */
static bool
is_gone (const char *status)
{
    static const char *const gone[] = { "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", NULL };
    g_autofree char *code = g_strndup (status, strcspn (status, " \t("));

    return g_strv_contains (gone, code);
}

/* RFC 6533 3, utf-8-addr-xtext: "\x{F6}" is the letter of that number. Caller frees. */
static char *
decode_utf8_address (const char *text)
{
    GString *plain = g_string_new (NULL);

    while (*text) {
        char *end = NULL;
        gunichar letter = g_str_has_prefix (text, "\\x{")
                              ? (gunichar)g_ascii_strtoull (text + 3, &end, 16)
                              : 0;
        bool coded =
            end && end > text + 3 && *end == '}' && letter && g_unichar_validate (letter);
        if (coded)
            g_string_append_unichar (plain, letter);
        else
            g_string_append_c (plain, *text);
        text = coded ? end + 1 : text + 1;
    }
    return g_string_free (plain, FALSE);
}

/* "rfc822;ana@example.com" (RFC 3464 2.1.2), "utf-8;…" (RFC 6533 3), normalised; or NULL. */
static char *
address_of (const char *field)
{
    const char *semicolon = field ? strchr (field, ';') : NULL;

    if (!semicolon)
        return NULL;
    bool is_utf8 = g_ascii_strncasecmp (field, "utf-8", 5) == 0;
    g_autofree char *address =
        is_utf8 ? decode_utf8_address (semicolon + 1) : g_strdup (semicolon + 1);
    return address_normalise (address, NULL);
}

static void
add_named (const ReportFields *fields, GPtrArray *bearers)
{
    char *address = address_of (report_field (fields, "Original-Recipient"));

    if (!address)
        address = address_of (report_field (fields, "Final-Recipient"));
    if (!address)
        return;
    TokenBearer *bearer = g_new0 (TokenBearer, 1);
    bearer->address = address;
    bearer->purpose = g_strdup ("*");
    g_ptr_array_add (bearers, bearer);
}

static bool
has_failed (const ReportFields *fields)
{
    const char *action = report_field (fields, "Action");
    const char *status = report_field (fields, "Status");

    return action && status && g_ascii_strncasecmp (action, "failed", 6) == 0 &&
           is_gone (status);
}

/* One token is for one recipient: a notice about several would blame one for another. */
static Feedback *
read_notice (const Message *message, const Tokens *tokens, const FeedbackOptions *options,
             const GPtrArray *groups)
{
    g_autoptr (GPtrArray) named = bearers_new ();
    const char *status = NULL;
    unsigned recipients = 0, gone = 0;

    for (unsigned i = 0; i < groups->len; i++) {
        const ReportFields *fields = g_ptr_array_index (groups, i);
        recipients += report_field (fields, "Final-Recipient") != NULL;
        if (!has_failed (fields))
            continue;
        gone++;
        status = report_field (fields, "Status");
        add_named (fields, named);
    }
    if (gone == 0)
        return feedback_new (FEEDBACK_NOTHING,
                             g_strdup ("a notice of no mailbox that is gone for good"), NULL);
    char *why =
        g_strdup_printf ("a notice (%.*s)", (int)strspn (status, "0123456789."), status);
    if (options->trusts_notices)
        return believe (FEEDBACK_BOUNCE, why, g_steal_pointer (&named));
    return believe (FEEDBACK_BOUNCE, why,
                    recipients == 1 ? find_for_all (message, tokens) : bearers_new ());
}

/* RFC 3834: an absence note to whatever we sent is no request. */
static bool
is_auto_reply (const Message *message)
{
    const char *field = message_header (message, "Auto-Submitted");

    return field && g_ascii_strncasecmp (field, "auto-replied", 12) == 0;
}

static Feedback *
read_request (const Message *message, const Tokens *tokens, const FeedbackOptions *options)
{
    g_autofree char *places =
        g_strjoin (" ", message_subject (message), options->extension, NULL);

    if (is_auto_reply (message))
        return feedback_new (FEEDBACK_NOTHING, g_strdup ("an automatic reply"), NULL);
    return believe (FEEDBACK_REQUEST, g_strdup ("a mail"),
                    tokens_find (tokens, places, strlen (places)));
}

Feedback *
feedback_read (const Message *message, const Tokens *tokens, const FeedbackOptions *options)
{
    g_autoptr (GPtrArray) complaint = report_groups (message, "message/feedback-report", NULL);
    /* RFC 6533: of mail that needs SMTPUTF8. */
    g_autoptr (GPtrArray) notice =
        report_groups (message, "message/delivery-status", "message/global-delivery-status");

    if (complaint->len > 0)
        return read_complaint (message, tokens, g_ptr_array_index (complaint, 0));
    if (notice->len > 0)
        return read_notice (message, tokens, options, notice);
    return read_request (message, tokens, options);
}
