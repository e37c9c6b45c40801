/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The settings of licet.cfg: one table, its defaults, and one check across settings. The schema
 * for conf_check and the list for the manual's check are derived from the same table.
 */

#include "licet/settings.h"

#include <stddef.h>
#include <string.h>

#include "licet/conffile.h"
#include "licet/error.h"

#ifndef LICET_STATE_DIR
#define LICET_STATE_DIR "/var/lib/licet"
#endif
#ifndef LICET_LOG_DIR
#define LICET_LOG_DIR "/var/log/licet"
#endif
#ifndef LICET_RUN_DIR
#define LICET_RUN_DIR "/run/licet"
#endif
#ifndef LICET_CONFIG_DIR
#define LICET_CONFIG_DIR "/etc/licet"
#endif

typedef enum { SETTING_TEXT, SETTING_NUMBER, SETTING_TEXTS, SETTING_KEYS } SettingType;

typedef struct {
    const char *name;
    SettingType type;
    const char *fallback;
    size_t offset;
    int64_t min, max;
    const char *const *words;
    const char *description;
} Setting;

static const char *const log_words[] = { "stderr", "syslog", NULL };
static const char *const keep_words[] = { "keep", "omit", NULL };
static const char *const unsigned_words[] = { "pass", "defer", NULL };
static const char *const yes_words[] = { "yes", "no", NULL };

#define AT(member) offsetof (Settings, member)

static const Setting table[] = {
    { "milter_socket", SETTING_TEXT, "inet:10025@127.0.0.1", AT (milter_socket), 0, 0, NULL,
      "where Postfix's smtpd_milters and non_smtpd_milters point to" },
    { "lmtp_listen", SETTING_TEXT, "127.0.0.1:10026", AT (lmtp_listen), 0, 0, NULL,
      "where Postfix hands over messages that need more than one copy" },
    { "submit_to", SETTING_TEXT, "127.0.0.1:10027", AT (submit_to), 0, 0, NULL,
      "Postfix's second port, which takes the finished copies" },
    { "control_socket", SETTING_TEXT, LICET_RUN_DIR "/control", AT (control_socket), 0, 0, NULL,
      "Unix socket for licet status and licet reload" },
    { "hostname", SETTING_TEXT, "localhost", AT (hostname), 0, 0, NULL,
      "name in greetings and EHLO" },
    { "policies", SETTING_TEXT, LICET_CONFIG_DIR "/policies", AT (policies), 0, 0, NULL,
      "directory with licet-policy.cfg, territories/ and words/" },
    { "consent", SETTING_TEXT, "sqlite:" LICET_STATE_DIR "/consent.db", AT (consent), 0, 0,
      NULL, "consent store: sqlite:PATH or FILE.csv" },
    { "state", SETTING_TEXT, LICET_STATE_DIR "/state.db", AT (state), 0, 0, NULL,
      "journal of hand-overs and salts of the log's pseudonyms" },
    { "audit_log", SETTING_TEXT, LICET_LOG_DIR "/audit.jsonl", AT (audit_log), 0, 0, NULL,
      "one JSON line per recipient and decision" },
    { "audit_key", SETTING_TEXT, "", AT (audit_key), 0, 0, NULL,
      "Ed25519 key of the log's checkpoints; empty: audit-key.pem beside the state file" },
    { "audit_checkpoints", SETTING_TEXT, "", AT (audit_checkpoints), 0, 0, NULL,
      "file, best on another host, to which checkpoints are appended as well" },
    { "audit_segment", SETTING_NUMBER, "64", AT (audit_segment), 1, 4096, NULL,
      "MiB after which a file of the log is closed; each UTC day closes one too" },
    { "audit_days", SETTING_NUMBER, "0", AT (audit_days), 0, 36500, NULL,
      "days after which closed files of the log are removed; 0 keeps them" },
    { "audit_reserve", SETTING_NUMBER, "64", AT (audit_reserve), 0, 1048576, NULL,
      "MiB of free disk below which mail is deferred" },
    { "audit_evidence", SETTING_TEXT, "keep", AT (audit_evidence), 0, 0, keep_words,
      "what the rules found, in the log: keep or omit" },
    { "audit_facts", SETTING_TEXT, "keep", AT (audit_facts), 0, 0, keep_words,
      "what licet audit replay needs, in the log: keep or omit" },
    { "metrics_file", SETTING_TEXT, "", AT (metrics_file), 0, 0, NULL,
      "file for Prometheus's textfile collector, written every minute" },
    { "log", SETTING_TEXT, "stderr", AT (log), 0, 0, log_words, "stderr or syslog" },
    { "tag_header", SETTING_TEXT, "X-Licet-Class", AT (tag_header), 0, 0, NULL,
      "header field that tells the class of what leaves; empty to add none" },
    { "unsigned_mail", SETTING_TEXT, "pass", AT (unsigned_mail), 0, 0, unsigned_words,
      "what happens to mail whose From domain has no key: pass or defer" },
    { "queueing_clients", SETTING_TEXTS, "", AT (queueing_clients), 0, 0, NULL,
      "addresses of clients that keep a message after a 4xx reply" },
    { "message_seconds", SETTING_NUMBER, "20", AT (message_seconds), 1, 240, NULL,
      "longest time for one message before it is deferred" },
    { "lmtp_connections", SETTING_NUMBER, "20", AT (lmtp_connections), 1, 1000, NULL,
      "hand-overs served at once" },
    { "policy_test_seconds", SETTING_NUMBER, "20", AT (policy_test_seconds), 0, 50, NULL,
      "longest time for the policies' own cases at start and reload; 0 to run none" },
    { "resend_in_doubt", SETTING_TEXT, "yes", AT (resend_in_doubt), 0, 0, yes_words,
      "whether a copy that nothing tells about after a crash is sent again: yes or no" },
    { "doubt_seconds", SETTING_NUMBER, "60", AT (doubt_seconds), 1, 3600, NULL,
      "seconds after which Postfix has certainly kept or dropped a copy" },
    { "postfix_queue", SETTING_TEXT, "/var/spool/postfix", AT (postfix_queue), 0, 0, NULL,
      "Postfix's queue_directory, to ask showq(8) about a doubt; empty not to" },
    { "mail_log", SETTING_TEXT, "/var/log/mail.log", AT (mail_log), 0, 0, NULL,
      "Postfix's log, to read about a doubt; empty not to" },
    { "keys", SETTING_KEYS, "", AT (keys), 0, 0, NULL,
      "DKIM keys: ( { domain = \"…\"; selector = \"…\"; file = \"…\"; }, … )" },
};

static const ConfField key_fields[] = {
    { "domain", CONF_STRING, true, 0, 0, NULL },
    { "selector", CONF_STRING, true, 0, 0, NULL },
    { "file", CONF_STRING, true, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static void *
member_of (Settings *settings, const Setting *setting)
{
    return (char *)settings + setting->offset;
}

static void
set_default (Settings *settings, const Setting *setting)
{
    switch (setting->type) {
    case SETTING_TEXT:
        *(char **)member_of (settings, setting) = g_strdup (setting->fallback);
        return;
    case SETTING_NUMBER:
        *(int64_t *)member_of (settings, setting) =
            g_ascii_strtoll (setting->fallback, NULL, 10);
        return;
    case SETTING_TEXTS:
        *(char ***)member_of (settings, setting) = g_new0 (char *, 1);
        return;
    case SETTING_KEYS:
        *(GPtrArray **)member_of (settings, setting) =
            g_ptr_array_new_with_free_func ((GDestroyNotify)signer_key_spec_free);
        return;
    }
    g_assert_not_reached ();
}

static void
read_keys (GPtrArray *keys, const ConfNode *list, GPtrArray *problems)
{
    for (unsigned i = 0; i < conf_count (list); i++) {
        const ConfNode *key = conf_item (list, i);
        if (conf_check (key, key_fields, problems))
            g_ptr_array_add (keys, signer_key_spec_new (conf_string (key, "domain", NULL),
                                                        conf_string (key, "selector", NULL),
                                                        conf_string (key, "file", NULL)));
    }
}

static void
read_setting (Settings *settings, const Setting *setting, const ConfNode *root,
              GPtrArray *problems)
{
    if (!conf_has (root, setting->name))
        return;
    switch (setting->type) {
    case SETTING_TEXT: {
        char **text = member_of (settings, setting);
        g_free (*text);
        *text = g_strdup (conf_string (root, setting->name, NULL));
        return;
    }
    case SETTING_NUMBER:
        *(int64_t *)member_of (settings, setting) = conf_int (root, setting->name, 0);
        return;
    case SETTING_TEXTS: {
        char ***texts = member_of (settings, setting);
        g_strfreev (*texts);
        *texts = conf_strings (root, setting->name);
        return;
    }
    case SETTING_KEYS:
        read_keys (settings->keys, conf_child (root, setting->name), problems);
        return;
    }
    g_assert_not_reached ();
}

static ConfType
conf_type_of (SettingType type)
{
    switch (type) {
    case SETTING_TEXT:
        return CONF_STRING;
    case SETTING_NUMBER:
        return CONF_INT;
    case SETTING_TEXTS:
        return CONF_STRINGS;
    case SETTING_KEYS:
        return CONF_GROUPS;
    }
    g_assert_not_reached ();
}

static bool
check_schema (const ConfNode *root, GPtrArray *problems)
{
    ConfField fields[G_N_ELEMENTS (table) + 1] = { 0 };

    for (unsigned i = 0; i < G_N_ELEMENTS (table); i++)
        fields[i] = (ConfField){ table[i].name, conf_type_of (table[i].type),
                                 false,         table[i].min,
                                 table[i].max,  table[i].words };
    return conf_check (root, fields, problems);
}

/* RFC 5322 3.6.8: printable US-ASCII but the colon. */
static bool
is_field_name (const char *name)
{
    for (const char *c = name; *c; c++)
        if (*c <= ' ' || *c == ':' || (unsigned char)*c > 126)
            return false;
    return true;
}

/* "HOST:PORT" or "unix:/PATH". */
static bool
is_endpoint (const char *text)
{
    const char *colon = strrchr (text, ':');
    char *end = NULL;

    if (g_str_has_prefix (text, "unix:"))
        return text[5] == '/';
    uint64_t port = colon ? g_ascii_strtoull (colon + 1, &end, 10) : 0;
    return colon && colon > text && end && !*end && port >= 1 && port <= 65535;
}

static void
check_endpoint (const ConfNode *root, const char *name, const char *value, GPtrArray *problems)
{
    if (conf_has (root, name) && !is_endpoint (value))
        conf_problem (problems, conf_child (root, name),
                      "%s: \"%s\"; right would be 127.0.0.1:10026 or unix:/path", name, value);
}

static void
check_names (const Settings *settings, const ConfNode *root, GPtrArray *problems)
{
    if (!*settings->hostname || strpbrk (settings->hostname, " \t\r\n<>@"))
        conf_problem (problems, conf_child (root, "hostname"),
                      "hostname: \"%s\"; right would be mail.example.org", settings->hostname);
    for (char **client = settings->queueing_clients; *client; client++)
        if (!g_hostname_is_ip_address (*client))
            conf_problem (problems, conf_child (root, "queueing_clients"),
                          "queueing_clients: \"%s\" is no IP address", *client);
}

static void
check_across (const Settings *settings, const ConfNode *root, GPtrArray *problems)
{
    if (!g_str_has_prefix (settings->milter_socket, "inet:") &&
        !g_str_has_prefix (settings->milter_socket, "unix:"))
        conf_problem (
            problems, conf_child (root, "milter_socket"),
            "milter_socket: \"%s\"; right would be inet:10025@127.0.0.1 or unix:/path",
            settings->milter_socket);
    check_endpoint (root, "lmtp_listen", settings->lmtp_listen, problems);
    check_endpoint (root, "submit_to", settings->submit_to, problems);
    check_names (settings, root, problems);
    if (!is_field_name (settings->tag_header))
        conf_problem (problems, conf_child (root, "tag_header"),
                      "tag_header: \"%s\" is no header field name", settings->tag_header);
    if (strcmp (settings->lmtp_listen, settings->submit_to) == 0)
        conf_problem (
            problems, root,
            "lmtp_listen and submit_to are the same; submit_to is Postfix's second port");
}

Settings *
settings_new (void)
{
    Settings *settings = g_new0 (Settings, 1);

    for (unsigned i = 0; i < G_N_ELEMENTS (table); i++)
        set_default (settings, &table[i]);
    return settings;
}

Settings *
settings_load (const char *path, GError **error)
{
    g_autoptr (Conffile) file = conffile_load (path, error);
    g_autoptr (Settings) settings = settings_new ();
    g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);

    if (!file)
        return NULL;
    const ConfNode *root = conffile_root (file);
    if (check_schema (root, problems)) {
        for (unsigned i = 0; i < G_N_ELEMENTS (table); i++)
            read_setting (settings, &table[i], root, problems);
        check_across (settings, root, problems);
    }
    if (!conf_finish (problems, LICET_ERROR_SETTINGS, error))
        return NULL;
    return g_steal_pointer (&settings);
}

void
settings_free (Settings *settings)
{
    if (!settings)
        return;
    for (unsigned i = 0; i < G_N_ELEMENTS (table); i++) {
        if (table[i].type == SETTING_TEXT)
            g_free (*(char **)member_of (settings, &table[i]));
        if (table[i].type == SETTING_TEXTS)
            g_strfreev (*(char ***)member_of (settings, &table[i]));
    }
    g_ptr_array_unref (settings->keys);
    g_free (settings);
}

const SettingInfo *
settings_table (void)
{
    static const char *const type_words[] = { "text", "number", "list of texts",
                                              "list of groups" };
    static SettingInfo info[G_N_ELEMENTS (table) + 1];
    static gsize once = 0;

    if (g_once_init_enter (&once)) {
        for (unsigned i = 0; i < G_N_ELEMENTS (table); i++)
            info[i] = (SettingInfo){ table[i].name, type_words[table[i].type],
                                     table[i].fallback, table[i].description };
        g_once_init_leave (&once, 1);
    }
    return info;
}
