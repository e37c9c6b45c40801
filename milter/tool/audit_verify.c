/* SPDX-License-Identifier: BSD-2-Clause */

/* licet audit verify and erase. */

#include <stdio.h>
#include <string.h>

#include "audit.h"
#include "licet/address.h"
#include "licet/error.h"
#include "licet/ledger.h"

static void
add_list (GString *json, const char *name, const GPtrArray *list)
{
    g_string_append_printf (json, ",\"%s\":[", name);
    for (unsigned i = 0; i < list->len; i++) {
        g_string_append (json, i ? "," : "");
        json_text_append (json, g_ptr_array_index (list, i));
    }
    g_string_append_c (json, ']');
}

static void
print_json (const AuditVerdict *verdict)
{
    g_autoptr (GString) json = g_string_new (NULL);

    g_string_append_printf (
        json,
        "{\"whole\":%s,\"first\":%" G_GUINT64_FORMAT ",\"last\":%" G_GUINT64_FORMAT
        ",\"checkpoints\":%" G_GUINT64_FORMAT ",\"sealed\":%" G_GUINT64_FORMAT
        ",\"outside\":%" G_GUINT64_FORMAT ",\"sealed_at\":",
        verdict->problems->len == 0 ? "true" : "false", verdict->first, verdict->last,
        verdict->checkpoints, verdict->sealed, verdict->outside);
    json_text_append (json, verdict->sealed_at);
    g_string_append (json, ",\"log\":");
    json_text_append (json, verdict->log);
    g_string_append (json, ",\"key\":");
    json_text_append (json, verdict->key);
    add_list (json, "problems", verdict->problems);
    add_list (json, "notes", verdict->notes);
    puts (g_string_append_c (json, '}')->str);
}

static void
print_text (const AuditVerdict *verdict)
{
    for (unsigned i = 0; i < verdict->problems->len; i++)
        printf ("problem: %s\n", (char *)g_ptr_array_index (verdict->problems, i));
    for (unsigned i = 0; i < verdict->notes->len; i++)
        printf ("note: %s\n", (char *)g_ptr_array_index (verdict->notes, i));
    printf ("records %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT
            " checkpoints, the last of %s\n%s\n",
            verdict->first, verdict->last, verdict->checkpoints,
            verdict->sealed_at ? verdict->sealed_at : "never",
            verdict->problems->len == 0 ? "whole"
            : verdict->foreign          ? "NOT CONFIRMED: whole in itself, but the checkpoints "
                                          "do not speak of it"
                                        : "NOT WHOLE");
}

/* Borrows the texts. */
static GPtrArray *
list_of (char **texts)
{
    GPtrArray *list = g_ptr_array_new ();

    for (char **text = texts; text && *text; text++)
        g_ptr_array_add (list, *text);
    return list;
}

AuditVerdict *
audit_verdict (const AuditOptionsTool *options, GError **error)
{
    g_autoptr (GPtrArray) files = audit_files (audit_log_path (options), error);
    g_autoptr (GPtrArray) checkpoints = list_of (options->checkpoints);
    g_autoptr (GPtrArray) keys = list_of (options->keys);

    return files ? audit_verify (files, checkpoints, keys, options->first, error) : NULL;
}

int
audit_do_verify (AuditOptionsTool *options, const char *operand G_GNUC_UNUSED)
{
    GError *error = NULL;
    g_autoptr (AuditVerdict) verdict = audit_verdict (options, &error);

    if (!verdict)
        return tool_fail (error);
    if (options->json)
        print_json (verdict);
    else
        print_text (verdict);
    return verdict->problems->len == 0 ? EX_OK : EX_DATAERR;
}

/* Who has a hand-over under way is left for the next time. */
static int
erase_unused (const AuditOptionsTool *options)
{
    GError *error = NULL;
    int64_t since = clock_now (&(Clock){ 0 }) - (int64_t)options->unused * 24 * 3600;
    g_autoptr (GPtrArray) files = audit_files (audit_log_path (options), &error);
    if (files && !audit_reaches (files, since)) {
        g_set_error (&error, LICET_ERROR, LICET_ERROR_MALFORMED,
                     "the log begins later than %d days ago: who has no record in it may have "
                     "had one before; nobody was erased",
                     options->unused);
        return tool_fail (error);
    }
    g_autoptr (GHashTable) used =
        files ? audit_subjects_since (files, since, NULL, &error) : NULL;
    g_autoptr (Ledger) ledger = used ? ledger_open (audit_state_path (options), &error) : NULL;
    g_autoptr (GHashTable) known = ledger ? ledger_addresses (ledger, &error) : NULL;
    GHashTableIter iter;
    void *subject, *address;
    unsigned erased = 0;

    if (!known)
        return tool_fail (error);
    g_hash_table_iter_init (&iter, known);
    while (!error && g_hash_table_iter_next (&iter, &subject, &address)) {
        bool there = false;
        if (!g_hash_table_contains (used, subject) &&
            ledger_erase_unasked (ledger, address, &there, &error) && there)
            erased++;
    }
    if (error) {
        g_prefix_error (&error, "after %u people were erased: ", erased);
        return tool_fail (error);
    }
    printf ("erased: %u of %u people, who have no record in the last %d days\n", erased,
            g_hash_table_size (known), options->unused);
    return EX_OK;
}

/* The log stays as it is; what goes is the way from it to the person. */
int
audit_do_erase (AuditOptionsTool *options, const char *operand)
{
    GError *error = NULL;
    bool known = false;

    if (options->unused > 0 && strcmp (operand, "unused") == 0)
        return erase_unused (options);
    g_autofree char *address = address_normalise (operand, &error);
    g_autoptr (Ledger) ledger =
        address ? ledger_open (audit_state_path (options), &error) : NULL;

    if (!ledger || !ledger_erase (ledger, address, &known, &error))
        return tool_fail (error);
    puts (known ? "erased: no record that the log has so far leads to this address any more"
                : "no record of this address");
    puts ("from here on: a mail to it that still waits in a queue, or a new one, gets a record "
          "under a "
          "new pseudonym, which leads to the address again\n"
          "elsewhere: the consent store knows the address until licet consent erase");
    return EX_OK;
}
