/* SPDX-License-Identifier: BSD-2-Clause */

#include "licet/audit_mail.h"

#include <string.h>

#include "checkpoint.h"
#include "licet/clock.h"
#include "licet/error.h"

/* An address a line: RFC 5322 2.1.1 bounds lines, not lists. */
static char *
join_addresses (const GPtrArray *to)
{
    GString *list = g_string_new (NULL);

    for (unsigned i = 0; i < to->len; i++)
        g_string_append_printf (list, "%s%s", i ? ",\r\n " : "",
                                (const char *)g_ptr_array_index (to, i));
    return g_string_free (list, FALSE);
}

static void
append_header (GString *text, const AuditMail *mail, const Checkpoint *checkpoint)
{
    g_autofree char *date = clock_format_mail (mail->now);
    g_autofree char *to = join_addresses (mail->to);
    const char *at = strrchr (mail->from, '@');

    g_string_append_printf (text,
                            "From: %s\r\n"
                            "To: %s\r\n"
                            "Subject: Audit log checkpoint: %" G_GUINT64_FORMAT
                            " records, %s\r\n"
                            "Date: %s\r\n"
                            "Message-ID: <checkpoint-%" G_GINT64_FORMAT "-%s@%s>\r\n"
                            "MIME-Version: 1.0\r\n"
                            "Content-Type: text/plain; charset=us-ascii\r\n"
                            "Content-Transfer-Encoding: 7bit\r\n"
                            "Auto-Submitted: auto-generated\r\n"
                            "\r\n",
                            mail->from, to, checkpoint->chain.size, checkpoint->time, date,
                            mail->due, checkpoint->log, at ? at + 1 : mail->hostname);
}

static void
append_words (GString *text, const AuditMail *mail, const Checkpoint *checkpoint)
{
    g_string_append_printf (
        text,
        "This is a signed checkpoint of the log of decisions that licet keeps on\r\n"
        "%s. Please keep this mail as it came.\r\n"
        "\r\n"
        "Log:     %s\r\n"
        "Records: %" G_GUINT64_FORMAT "\r\n"
        "Head:    %s\r\n"
        "Time:    %s\r\n"
        "Key:     %s\r\n"
        "\r\n"
        "No record of that log up to this number can be changed, removed or taken\r\n"
        "back any more without disagreeing with the last line of this mail. To\r\n"
        "compare the log with it, save the mail as a file and run\r\n"
        "\r\n"
        "    licet audit verify --checkpoints MAIL --key %s\r\n"
        "\r\n"
        "or, without any part of licet,\r\n"
        "\r\n"
        "    verify-audit.py --checkpoints MAIL --key %s LOG\r\n"
        "\r\n"
        "Compare the key with the one that you were given when the log began.\r\n"
        "\r\n",
        mail->hostname, checkpoint->log, checkpoint->chain.size, checkpoint->chain.head,
        checkpoint->time, checkpoint->key, checkpoint->key, checkpoint->key);
}

GBytes *
audit_mail_write (const AuditMail *mail, GError **error)
{
    g_autoptr (Checkpoint) checkpoint =
        checkpoint_parse (mail->checkpoint, strlen (mail->checkpoint));

    if (!checkpoint) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_INTERNAL,
                     "what is to be mailed to the auditor is no valid checkpoint");
        return NULL;
    }
    GString *text = g_string_new (NULL);
    append_header (text, mail, checkpoint);
    append_words (text, mail, checkpoint);
    g_string_append_printf (text, "%s\r\n", mail->checkpoint);
    return g_string_free_to_bytes (text);
}
