/* SPDX-License-Identifier: BSD-2-Clause */

/* The golden cases of a file: each group of "tests" becomes a mail, what the store knows, and what
 * is to come out. */

#include "cases.h"

#include <string.h>

#include "kit.h"
#include "licet/address.h"
#include "licet/clock.h"
#include "licet/consent.h"
#include "licet/crlf.h"
#include "licet/error.h"
#include "licet/limits.h"

/* A Wednesday on which every territory's hours are open. */
static const char usual_time[] = "2026-11-25T15:00:00Z";
static const char usual_recipient[] = "person@recipient.test";

enum { SINCE_DAYS = 30, MOST_OFFERS = 100 };

static const char *const outcomes[] = { "deliver", "strip", "defer", "hold", "refuse", NULL };
static const char *const identities[] = { "name",      "postal_address", "contact", "email",
                                          "telephone", "register",       NULL };
static const char *const consents[] = { "none",      "express",     "double-opt-in", "inferred",
                                        "published", "soft-opt-in", "registry",      "contract",
                                        "withdrawn", "pending",     "unavailable",   NULL };

static const ConfField case_fields[] = {
    { "name", CONF_STRING, true, 0, 0, NULL },
    { "mail", CONF_STRING, true, 0, 0, NULL },
    { "sender", CONF_STRING, false, 0, 0, NULL },
    { "subject", CONF_STRING, false, 0, 0, NULL },
    { "headers", CONF_STRINGS, false, 0, 0, NULL },
    { "text", CONF_STRINGS, false, 0, 0, NULL },
    { "unsubscribe", CONF_STRINGS, false, 0, 0, kit_ways },
    { "identity", CONF_STRINGS, false, 0, 0, identities },
    { "offers", CONF_INT, false, 1, MOST_OFFERS, NULL },
    { "offers_first", CONF_BOOL, false, 0, 0, NULL },
    { "tracked", CONF_BOOL, false, 0, 0, NULL },
    { "recipient", CONF_GROUP, false, 0, 0, NULL },
    { "authentication", CONF_STRINGS, false, 0, 0, NULL },
    { "at", CONF_STRING, false, 0, 0, NULL },
    { "expect", CONF_STRING, true, 0, 0, outcomes },
    { "rule", CONF_STRING, false, 0, 0, NULL },
    { "until", CONF_STRING, false, 0, 0, NULL },
    { "violated", CONF_STRINGS, false, 0, 0, NULL },
    { "judged", CONF_STRINGS, false, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

/* What is of a mail of the kit alone. */
static const char *const kit_fields[] = { "sender",   "subject", "headers",      "text",
                                          "identity", "offers",  "offers_first", "unsubscribe",
                                          "tracked",  NULL };

static const ConfField recipient_fields[] = {
    { "address", CONF_STRING, false, 0, 0, NULL },
    { "mx", CONF_STRINGS, false, 0, 0, NULL },
    { "country", CONF_STRING, false, 0, 0, NULL },
    { "subdivision", CONF_STRING, false, 0, 0, NULL },
    { "class", CONF_STRING, false, 0, 0, NULL },
    { "language", CONF_STRING, false, 0, 0, NULL },
    { "consent", CONF_STRING, false, 0, 0, consents },
    { "purpose", CONF_STRING, false, 0, 0, NULL },
    { "since", CONF_STRING, false, 0, 0, NULL },
    { "expires", CONF_STRING, false, 0, 0, NULL },
    { "tracking", CONF_BOOL, false, 0, 0, NULL },
    { "contacts", CONF_STRINGS, false, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

/* One case on its way. */
typedef struct {
    const ConfNode *node;      /* of the case */
    const ConfNode *recipient; /* NULL: it says nothing */
    const char *path, *territory;
    PolicyCase *policy_case;
    GPtrArray *problems;
} Reader;

void
policy_case_free (PolicyCase *policy_case)
{
    if (!policy_case)
        return;
    g_free (policy_case->name);
    g_free (policy_case->where);
    g_free (policy_case->file);
    g_clear_pointer (&policy_case->mail, g_bytes_unref);
    g_free (policy_case->sender);
    g_free (policy_case->recipient);
    g_clear_pointer (&policy_case->events, g_ptr_array_unref);
    g_clear_pointer (&policy_case->contacts, g_array_unref);
    authentication_unref (policy_case->authentication);
    mail_hosts_unref (policy_case->mail_hosts);
    g_free (policy_case->rule);
    g_strfreev (policy_case->violated);
    g_strfreev (policy_case->judged);
    g_free (policy_case);
}

static const char *
recipient_text (const Reader *reader, const char *name)
{
    return reader->recipient ? conf_string (reader->recipient, name, NULL) : NULL;
}

static int64_t
read_time (const Reader *reader, const ConfNode *group, const char *name, int64_t fallback)
{
    const char *text = group ? conf_string (group, name, NULL) : NULL;
    g_autoptr (GError) cause = NULL;
    int64_t time = fallback;

    if (text && !clock_parse (text, &time, &cause))
        conf_problem (reader->problems, conf_child (group, name), "%s: %s", name,
                      cause->message);
    return time;
}

static void
check_place (const Reader *reader)
{
    if (!reader->territory && !recipient_text (reader, "country") &&
        !recipient_text (reader, "address"))
        conf_problem (reader->problems, reader->node,
                      "nothing says where the recipient is; right would be recipient = "
                      "{ country = \"DE\"; }");
}

/* The country of the recipient: as said, else that of the file, unless an address is to say it. */
static char **
read_country (const Reader *reader)
{
    const char *country = recipient_text (reader, "country");
    const char *subdivision = recipient_text (reader, "subdivision");
    g_autofree char *code = NULL;

    if (country)
        code = g_strconcat (country, subdivision ? "-" : NULL, subdivision, NULL);
    else if (!recipient_text (reader, "address"))
        code = g_strdup (reader->territory);
    return g_strsplit (code ? code : "", "-", 2);
}

static void
add_event (const Reader *reader, const char *purpose, const char *state, const char *basis,
           int64_t at)
{
    g_auto (GStrv) country = read_country (reader);
    ConsentEvent *event = g_new0 (ConsentEvent, 1);
    g_autoptr (GError) cause = NULL;

    event->address = g_strdup (reader->policy_case->recipient);
    event->purpose = g_strdup (purpose);
    event->state = g_strdup (state);
    event->basis = g_strdup (basis);
    event->source = g_strdup ("case");
    event->at = at;
    event->country = g_strdup (country[0]);
    event->subdivision = g_strdup (country[0] ? country[1] : NULL);
    event->recipient_class = g_strdup (recipient_text (reader, "class"));
    event->language = g_strdup (recipient_text (reader, "language"));
    event->expires = read_time (reader, reader->recipient, "expires", 0);
    if (consent_event_check (event, &cause)) {
        g_ptr_array_add (reader->policy_case->events, event);
        return;
    }
    conf_problem (reader->problems, reader->recipient ? reader->recipient : reader->node, "%s",
                  cause->message);
    consent_event_free (event);
}

/* A request for tracking that nobody confirmed tells who the recipient is and no consent. */
static void
read_recipient (const Reader *reader)
{
    const char *consent = recipient_text (reader, "consent");
    const char *address = recipient_text (reader, "address");
    const char *purpose = recipient_text (reader, "purpose");
    PolicyCase *policy_case = reader->policy_case;
    int64_t usual = policy_case->now - SINCE_DAYS * 86400;
    int64_t since = read_time (reader, reader->recipient, "since", usual);
    bool tracking = reader->recipient && conf_bool (reader->recipient, "tracking", false);

    policy_case->recipient = g_strdup (address ? address : usual_recipient);
    if (g_strcmp0 (consent, "unavailable") == 0)
        return;
    policy_case->events = g_ptr_array_new_with_free_func ((GDestroyNotify)consent_event_free);
    add_event (reader, "tracking", tracking ? "granted" : "pending",
               tracking ? "express" : "none", usual);
    if (!consent || strcmp (consent, "none") == 0)
        return;
    bool state = strcmp (consent, "withdrawn") == 0 || strcmp (consent, "pending") == 0;
    add_event (reader, purpose ? purpose : "*", state ? consent : "granted",
               state ? "none" : consent, since);
}

static bool
is_field (const char *text)
{
    size_t name = strcspn (text, ": \t");

    return name > 0 && text[name] == ':' && !strpbrk (text, "\r\n");
}

static char **
strings_or (const ConfNode *node, const char *name, const char *const usual[])
{
    return conf_has (node, name) ? conf_strings (node, name) : g_strdupv ((char **)usual);
}

static int
compare_contacts (const void *a, const void *b)
{
    const Contact *first = a, *second = b;

    return (first->at > second->at) - (first->at < second->at);
}

/* "2026-11-24T10:00:00Z survey" */
static void
read_contacts (const Reader *reader)
{
    g_auto (GStrv) given =
        reader->recipient ? conf_strings (reader->recipient, "contacts") : NULL;
    GArray *contacts = g_array_new (FALSE, FALSE, sizeof (Contact));

    for (char **text = given; text && *text; text++) {
        g_auto (GStrv) words = g_strsplit (*text, " ", 2);
        Contact contact = { 0, PURPOSE_NONE };
        bool sound = *words && clock_parse (*words, &contact.at, NULL) && words[1] &&
                     purpose_parse (words[1], &contact.purpose) &&
                     purpose_is_promotional (contact.purpose) &&
                     contact.at > reader->policy_case->now - CONTACT_DAYS * 86400;
        if (sound)
            g_array_append_val (contacts, contact);
        else
            conf_problem (reader->problems, conf_child (reader->recipient, "contacts"),
                          "\"%s\" is no contact of the last %d days; right would be "
                          "\"2026-11-24T10:00:00Z offer\"",
                          *text, CONTACT_DAYS);
    }
    g_array_sort (contacts, compare_contacts);
    reader->policy_case->contacts = contacts;
}

/* The store that does not answer cannot say where the recipient is; a field of the mail can. */
static char **
read_headers (const Reader *reader)
{
    g_auto (GStrv) given = conf_strings (reader->node, "headers");
    g_auto (GStrv) country = read_country (reader);
    g_autofree char *code = g_strjoinv ("-", country);
    g_autoptr (GStrvBuilder) headers = g_strv_builder_new ();

    for (char **header = given; *header; header++)
        if (is_field (*header))
            g_strv_builder_add (headers, *header);
        else
            conf_problem (reader->problems, conf_child (reader->node, "headers"),
                          "\"%s\" is no header field; right would be \"Name: value\"", *header);
    if (!reader->policy_case->events && *code) {
        g_autofree char *field = g_strconcat ("X-Licet-Territory: ", code, NULL);
        g_strv_builder_add (headers, field);
    }
    return g_strv_builder_end (headers);
}

static GBytes *
make_kit_mail (const Reader *reader, const char *mail)
{
    static const char *const nothing[] = { NULL };
    const ConfNode *node = reader->node;
    bool footer = kit_has_footer (mail);
    g_auto (GStrv) headers = read_headers (reader);
    g_auto (GStrv) text = conf_strings (node, "text");
    g_auto (GStrv) ways = strings_or (node, "unsubscribe", footer ? kit_ways : nothing);
    g_auto (GStrv) identity = strings_or (node, "identity", footer ? identities : nothing);
    const char *subject = conf_string (node, "subject", NULL);
    KitOrder order = { .mail = mail,
                       .sender = conf_string (node, "sender", NULL),
                       .subject = subject,
                       .headers = headers,
                       .text = text,
                       .unsubscribe = ways,
                       .identity = identity,
                       .offers = conf_int (node, "offers", 1),
                       .offers_first = conf_bool (node, "offers_first", false),
                       .tracked = conf_bool (node, "tracked", false) };

    if (subject && (strpbrk (subject, "\r\n") || !g_utf8_validate (subject, -1, NULL)))
        conf_problem (reader->problems, conf_child (node, "subject"),
                      "a subject is one line of UTF-8");
    return kit_make (&order);
}

static GBytes *
load_mail (const Reader *reader, const char *mail)
{
    g_autofree char *dir = g_path_get_dirname (reader->path);
    g_autofree char *path =
        g_path_is_absolute (mail) ? g_strdup (mail) : g_build_filename (dir, mail, NULL);
    const ConfNode *place = conf_child (reader->node, "mail");
    g_autoptr (GError) cause = NULL;
    g_autofree char *text = NULL;
    size_t length = 0;

    for (const char *const *field = kit_fields; *field; field++)
        if (conf_has (reader->node, *field) && strcmp (*field, "sender") != 0)
            conf_problem (reader->problems, conf_child (reader->node, *field),
                          "%s is for a mail of the kit; %s says it itself", *field, mail);
    if (!g_file_test (path, G_FILE_TEST_IS_REGULAR) ||
        !g_file_get_contents (path, &text, &length, &cause)) {
        conf_problem (reader->problems, place, "mail: %s: %s", path,
                      cause ? cause->message : "no such regular file");
        return NULL;
    }
    if (length > LIMIT_CASE_BYTES) {
        conf_problem (reader->problems, place, "mail: %s: larger than %u bytes", path,
                      LIMIT_CASE_BYTES);
        return NULL;
    }
    g_autoptr (GBytes) bytes = g_bytes_new_take (g_steal_pointer (&text), length);
    return crlf_lines (bytes);
}

static void
read_mail (const Reader *reader)
{
    const char *mail = conf_string (reader->node, "mail", "");
    const char *sender = conf_string (reader->node, "sender", kit_sender);

    reader->policy_case->sender = g_strdup (sender);
    if (!strchr (sender, '@') || strpbrk (sender, " <>\r\n"))
        conf_problem (reader->problems, conf_child (reader->node, "sender"),
                      "\"%s\" is no address; right would be news@shop.example", sender);
    if (g_strv_contains (kit_mails, mail)) {
        reader->policy_case->mail = make_kit_mail (reader, mail);
    } else if (g_str_has_suffix (mail, ".eml")) {
        reader->policy_case->mail = load_mail (reader, mail);
    } else {
        g_autofree char *known = g_strjoinv (", ", (char **)kit_mails);
        g_autofree char *meant = conf_meant (kit_mails, mail);
        conf_problem (reader->problems, conf_child (reader->node, "mail"),
                      "unknown mail \"%s\"%s; right would be one of: %s, or a file that ends "
                      "in .eml",
                      mail, meant, known);
    }
}

/* The facts that hold; all others do not, unless "?" says that DNS did not answer for them. */
static void
read_authentication (const Reader *reader)
{
    g_auto (GStrv) facts = conf_strings (reader->node, "authentication");
    PolicyCase *policy_case = reader->policy_case;
    const char *domain = address_domain (policy_case->sender);
    bool unsure = g_strv_contains ((const char *const *)facts, "?");

    if (!conf_has (reader->node, "authentication"))
        return;
    policy_case->authentication = authentication_new (domain, domain, policy_case->now);
    for (AuthFact fact = 0; fact < AUTH_FACTS; fact++) {
        bool holds = g_strv_contains ((const char *const *)facts, auth_fact_word (fact));
        authentication_settle (policy_case->authentication, fact,
                               holds    ? AUTH_YES
                               : unsure ? AUTH_UNKNOWN
                                        : AUTH_NO,
                               NULL);
    }
    for (char **fact = facts; *fact; fact++)
        if (strcmp (*fact, "?") != 0 && auth_fact_parse (*fact) == AUTH_FACTS)
            conf_problem (reader->problems, conf_child (reader->node, "authentication"),
                          "unknown fact \"%s\"; right would be spf, dkim, dmarc, aligned, ptr "
                          "and the like",
                          *fact);
}

/* The hosts of best preference; "?" says that DNS did not answer. */
static void
read_mail_hosts (const Reader *reader)
{
    PolicyCase *policy_case = reader->policy_case;

    if (!reader->recipient || !conf_has (reader->recipient, "mx"))
        return;
    char **hosts = conf_strings (reader->recipient, "mx");
    bool unsure = g_strcmp0 (hosts[0], "?") == 0;
    policy_case->mail_hosts =
        mail_hosts_new (address_domain (policy_case->recipient), unsure ? NULL : hosts,
                        unsure ? "DNS did not answer" : NULL, policy_case->now);
    if (unsure)
        g_strfreev (hosts);
}

static void
read_expectation (const Reader *reader)
{
    PolicyCase *policy_case = reader->policy_case;
    const ConfNode *node = reader->node;
    const char *word = conf_string (node, "expect", "");

    while (strcmp (outcome_word (policy_case->outcome), word) != 0)
        policy_case->outcome++;
    policy_case->rule = g_strdup (conf_string (node, "rule", NULL));
    policy_case->violated = conf_strings (node, "violated");
    policy_case->judged = conf_strings (node, "judged");
    policy_case->until = read_time (reader, node, "until", 0);
    if (policy_case->until && policy_case->outcome != OUTCOME_DEFER)
        conf_problem (reader->problems, conf_child (node, "until"),
                      "until is for expect = \"defer\"");
}

static PolicyCase *
read_case (const ConfNode *node, const char *path, const char *territory, GPtrArray *problems)
{
    unsigned before = problems->len;
    const ConfNode *recipient = conf_child (node, "recipient");
    int64_t usual = 0;

    if (!conf_check (node, case_fields, problems) ||
        (recipient && !conf_check (recipient, recipient_fields, problems)))
        return NULL;
    PolicyCase *policy_case = g_new0 (PolicyCase, 1);
    Reader reader = { node, recipient, path, territory, policy_case, problems };
    clock_parse (usual_time, &usual, NULL);
    policy_case->name = g_strdup (conf_string (node, "name", NULL));
    policy_case->where = conf_where (node);
    policy_case->file = g_strdup (path);
    policy_case->now = read_time (&reader, node, "at", usual);
    check_place (&reader);
    read_recipient (&reader);
    read_contacts (&reader);
    read_mail (&reader);
    read_authentication (&reader);
    read_mail_hosts (&reader);
    read_expectation (&reader);
    if (problems->len == before)
        return policy_case;
    policy_case_free (policy_case);
    return NULL;
}

void
cases_read (const ConfNode *root, const char *path, const char *territory, GPtrArray *cases,
            GArray *places, GPtrArray *problems)
{
    const ConfNode *list = conf_child (root, "tests");
    g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
    bool of_law = conf_has (root, "rules") &&
                  (conf_has (root, "territory") || conf_has (root, "provider"));

    if (conf_count (list) > LIMIT_CASES) {
        conf_problem (problems, list, "more than %u cases in one file", LIMIT_CASES);
        return;
    }
    for (unsigned i = 0; i < conf_count (list); i++) {
        const ConfNode *node = conf_item (list, i);
        PolicyCase *policy_case = read_case (node, path, territory, problems);
        if (!policy_case)
            continue;
        policy_case->of_law = of_law;
        if (!g_hash_table_add (names, policy_case->name))
            conf_problem (problems, conf_child (node, "name"),
                          "a second case with the name \"%s\"", policy_case->name);
        CasePlace place = { policy_case, node };
        g_ptr_array_add (cases, policy_case);
        g_array_append_val (places, place);
    }
}

static void
check_rule (const ConfNode *node, const char *setting, const char *id, const char *const ids[],
            GPtrArray *problems)
{
    if (!id || g_strv_contains (ids, id))
        return;
    g_autofree char *meant = conf_meant (ids, id);
    conf_problem (problems, conf_child (node, setting), "%s: there is no rule %s%s", setting,
                  id, meant);
}

void
cases_check_rules (const GArray *places, const char *const ids[], GPtrArray *problems)
{
    for (unsigned i = 0; i < places->len; i++) {
        const CasePlace *place = &g_array_index (places, CasePlace, i);
        check_rule (place->node, "rule", place->policy_case->rule, ids, problems);
        for (char **id = place->policy_case->violated; *id; id++)
            check_rule (place->node, "violated", *id, ids, problems);
        for (char **id = place->policy_case->judged; *id; id++)
            check_rule (place->node, "judged", *id, ids, problems);
    }
}

static const ConfField file_fields[] = {
    { "territory", CONF_STRING, false, 0, 0, NULL },
    { "tests", CONF_GROUPS, true, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

GPtrArray *
policy_cases_load (const PolicySet *set, const char *path, GError **error)
{
    g_autoptr (Conffile) file = conffile_load (path, error);
    g_autoptr (GPtrArray) cases =
        g_ptr_array_new_with_free_func ((GDestroyNotify)policy_case_free);
    g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
    g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (CasePlace));
    g_autoptr (GPtrArray) ids = policy_rule_ids (set);

    if (!file)
        return NULL;
    conffile_set_manual (file, "licet-policy(5)");
    const ConfNode *root = conffile_root (file);
    /* A territory's file was checked with the set. */
    if (conf_has (root, "rules") || conf_check (root, file_fields, problems))
        cases_read (root, path, conf_string (root, "territory", NULL), cases, places, problems);
    g_ptr_array_add (ids, NULL);
    cases_check_rules (places, (const char *const *)ids->pdata, problems);
    return conf_finish (problems, LICET_ERROR_POLICY, error) ? g_steal_pointer (&cases) : NULL;
}
