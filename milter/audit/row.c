/* SPDX-License-Identifier: BSD-2-Clause */

/* Records read back: one table of texts, and the few members that are no texts. */

#include "row.h"

#include <jansson.h>
#include <string.h>

#include "chain.h"
#include "licet/clock.h"

/* Where a text of the row stands: a member, or one of a member. */
static const struct {
    size_t offset;
    const char *object, *name;
} texts[] = {
#define TEXT(member, object, name)                                                             \
    {                                                                                          \
        offsetof (AuditRow, member), object, name                                              \
    }
    TEXT (record, NULL, "record"),
    TEXT (time, NULL, "time"),
    TEXT (edge, NULL, "edge"),
    TEXT (queue_id, NULL, "queue_id"),
    TEXT (submitted_queue_id, NULL, "submitted_queue_id"),
    TEXT (subject, NULL, "subject"),
    TEXT (recipient_domain, NULL, "recipient_domain"),
    TEXT (sender_domain, NULL, "sender_domain"),
    TEXT (message_id, NULL, "message_id"),
    TEXT (route, NULL, "route"),
    TEXT (policy_version, NULL, "policy_version"),
    TEXT (body_hash, NULL, "body_sha256_in"),
    TEXT (class, "message", "class"),
    TEXT (purpose, "message", "purpose"),
    TEXT (promo_purpose, "message", "promo_purpose"),
    TEXT (outcome, NULL, "outcome"),
    TEXT (rule, NULL, "rule"),
    TEXT (source, NULL, "source"),
    TEXT (reply, NULL, "reply"),
    TEXT (until, NULL, "until"),
    TEXT (territory, NULL, "territory"),
    TEXT (territory_source, NULL, "territory_source"),
    TEXT (legal_class, NULL, "legal_class"),
    TEXT (legal_reason, NULL, "legal_reason"),
    TEXT (consent_state, "consent", "state"),
    TEXT (consent_basis, "consent", "basis"),
    TEXT (consent_at, "consent", "at"),
    TEXT (consent_event, "consent", "event"),
    TEXT (stage, NULL, "stage"),
    TEXT (error, NULL, "error"),
    TEXT (text, NULL, "text"),
    TEXT (campaign, "facts", "campaign"),
    TEXT (template, "facts", "template"),
    TEXT (copy_hash, "copy", "body_sha256"),
    TEXT (files_hash, NULL, "files_sha256"),
    TEXT (subdivision, NULL, "subdivision"),
    TEXT (consent_purpose, "consent", "purpose"),
    TEXT (consent_source, "consent", "source"),
    TEXT (consent_wording, "consent", "wording"),
    TEXT (consent_suppression, "consent", "suppression"),
    TEXT (expires, "facts", "expires"),
    TEXT (recipient_class, "facts", "recipient_class"),
    TEXT (language, "facts", "language"),
    TEXT (fallback, NULL, "fallback"),
    TEXT (obstacle, NULL, "obstacle"),
};

static const char *
text_of (const json_t *object, const char *name)
{
    return json_string_value (json_object_get (object, name));
}

static void
read_rules (AuditRow *row, const json_t *root)
{
    GArray *rules = g_array_new (FALSE, TRUE, sizeof (AuditRule));
    const json_t *rule;
    size_t i;

    json_array_foreach (json_object_get (root, "rules"), i, rule)
    {
        AuditRule read = {
            .id = text_of (rule, "id"),
            .kind = text_of (rule, "kind"),
            .verdict = text_of (rule, "verdict"),
            .action = text_of (rule, "action"),
            .mode = text_of (rule, "mode"),
            .source = text_of (rule, "source"),
            .evidence = text_of (rule, "evidence"),
            .cured_by = text_of (rule, "cured_by"),
        };
        g_array_append_val (rules, read);
    }
    row->rules = rules;
}

static void
read_signs (AuditRow *row, const json_t *evidence)
{
    const json_t *entry;
    unsigned count = 0;
    size_t i;

    json_array_foreach (evidence, i, entry)
    {
        const char *seen = text_of (entry, "seen");
        if (seen && count < AUDIT_SIGNS)
            row->seen[count++] = seen;
    }
}

static void
read_contacts (AuditRow *row, const json_t *times, const json_t *purposes)
{
    const json_t *text;
    size_t i;

    if (!json_is_array (times))
        return;
    GArray *contacts = g_array_new (FALSE, FALSE, sizeof (Contact));
    json_array_foreach (times, i, text)
    {
        Contact contact = { 0, PURPOSE_NONE };
        const char *word = json_string_value (json_array_get (purposes, i));
        if (word)
            purpose_parse (word, &contact.purpose);
        if (json_is_string (text) && clock_parse (json_string_value (text), &contact.at, NULL))
            g_array_append_val (contacts, contact);
    }
    row->contacts = contacts;
}

static void
read_authentication (AuditRow *row, const json_t *object)
{
    const char *domain = text_of (object, "domain"), *envelope = text_of (object, "envelope");
    const char *time = text_of (object, "at");
    int64_t at = 0;

    if (!domain || !envelope)
        return;
    if (time)
        clock_parse (time, &at, NULL);
    Authentication *known = authentication_new (domain, envelope, at);
    for (AuthFact fact = 0; fact < AUTH_FACTS; fact++) {
        const char *word = text_of (object, auth_fact_word (fact));
        authentication_settle (known, fact,
                               g_strcmp0 (word, "yes") == 0  ? AUTH_YES
                               : g_strcmp0 (word, "no") == 0 ? AUTH_NO
                                                             : AUTH_UNKNOWN,
                               NULL);
    }
    row->authentication = known;
}

static void
read_limit (AuditRow *row, const json_t *object)
{
    const char *until = text_of (object, "until");

    row->limit = text_of (object, "name");
    row->limit_window = text_of (object, "window");
    row->limit_used = json_integer_value (json_object_get (object, "used"));
    if (until)
        clock_parse (until, &row->limit_until, NULL);
}

static void
read_mail_hosts (AuditRow *row, const json_t *object)
{
    const json_t *list = json_object_get (object, "hosts"), *host;
    g_autoptr (GStrvBuilder) hosts = g_strv_builder_new ();
    const char *time = text_of (object, "at");
    int64_t at = 0;
    size_t i;

    if (!json_is_array (list))
        return;
    if (time)
        clock_parse (time, &at, NULL);
    json_array_foreach (list, i, host)
    {
        if (json_is_string (host))
            g_strv_builder_add (hosts, json_string_value (host));
    }
    row->mail_hosts =
        mail_hosts_new ("", g_strv_builder_end (hosts), text_of (object, "failure"), at);
}

static void
read_facts (AuditRow *row, const json_t *root)
{
    const json_t *facts = json_object_get (root, "facts");
    const json_t *tracking = json_object_get (facts, "tracking");

    row->has_facts = facts != NULL;
    read_contacts (row, json_object_get (facts, "contacts"),
                   json_object_get (facts, "contact_purposes"));
    read_authentication (row, json_object_get (facts, "authentication"));
    read_limit (row, json_object_get (facts, "limit"));
    read_mail_hosts (row, json_object_get (facts, "mail_hosts"));
    row->tracking_state = text_of (tracking, "state");
    row->tracking_basis = text_of (tracking, "basis");
    row->tracking_at = text_of (tracking, "at");
    row->tracking_source = text_of (tracking, "source");
    row->consent_pending =
        json_is_true (json_object_get (json_object_get (root, "consent"), "pending"));
}

static void
read_edits (AuditRow *row, const json_t *copy)
{
    GArray *edits = g_array_new (FALSE, TRUE, sizeof (AuditEdit));
    const json_t *edit;
    size_t i;

    json_array_foreach (json_object_get (copy, "edits"), i, edit)
    {
        AuditEdit read = {
            .kind = text_of (edit, "kind"),
            .where = text_of (edit, "where"),
            .rule = text_of (edit, "rule"),
            .begins = text_of (edit, "begins"),
            .bytes = (uint64_t)json_integer_value (json_object_get (edit, "bytes_removed")),
        };
        row->strips += g_strcmp0 (read.kind, "strip") == 0;
        row->bytes_removed += read.bytes;
        g_array_append_val (edits, read);
    }
    row->edits = edits;
}

bool
row_parse (ParsedRow *parsed, const char *line, size_t length)
{
    AuditRow *row = &parsed->row;
    json_t *root = json_loadb (line, length, 0, NULL);

    if (!json_is_object (root)) {
        json_decref (root);
        return false;
    }
    *parsed = (ParsedRow){ .row = { .line = line, .length = length }, .json = root };
    for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++) {
        const json_t *object = texts[i].object ? json_object_get (root, texts[i].object) : root;
        *(const char **)((char *)row + texts[i].offset) = text_of (object, texts[i].name);
    }
    row->seq = (uint64_t)json_integer_value (json_object_get (root, "seq"));
    row->promo_share =
        json_number_value (json_object_get (json_object_get (root, "message"), "promo_share"));
    if (row->time)
        clock_parse (row->time, &row->at, NULL);
    read_signs (row, json_object_get (json_object_get (root, "message"), "evidence"));
    read_facts (row, root);
    read_rules (row, root);
    read_edits (row, json_object_get (root, "copy"));
    return true;
}

bool
row_of_unreadable (ParsedRow *parsed, const char *line, size_t length)
{
    g_autoptr (GString) stand_in = g_string_new (NULL);
    ChainLine record;

    if (chain_parse (line, length, &record))
        return false;
    g_string_printf (stand_in, "{\"seq\":%" G_GUINT64_FORMAT ",\"record\":\"unreadable\"}",
                     record.seq);
    bool ok = row_parse (parsed, stand_in->str, stand_in->len);
    parsed->row.line = line;
    parsed->row.length = length;
    return ok;
}

void
row_clear (ParsedRow *parsed)
{
    g_array_unref ((GArray *)parsed->row.rules);
    g_array_unref ((GArray *)parsed->row.edits);
    if (parsed->row.contacts)
        g_array_unref ((GArray *)parsed->row.contacts);
    authentication_unref ((Authentication *)parsed->row.authentication);
    mail_hosts_unref ((MailHosts *)parsed->row.mail_hosts);
    json_decref (parsed->json);
}
