/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The settings of licet.cfg: one table, its defaults, and one check across settings. The schema
 * for conf_check and the list for the manual's check are derived from the same table.
 */

#include "licet/settings.h"

#include <pwd.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include "licet/address.h"
#include "licet/clock.h"
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
static const char *const tags_words[] = { "keep", "fold", NULL };
static const char *const keep_words[] = { "keep", "omit", NULL };
static const char *const eightbit_words[] = { "encode", "keep", NULL };
static const char *const existing_words[] = { "keep", "remove", "remove-if-broken", NULL };
static const char *const rows_words[] = { "first", "all", NULL };
static const char *const engine_words[] = { "openssl", "libopendkim", NULL };
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
      NULL, "consent store: sqlite:PATH, postgresql://… or FILE.csv" },
    { "consent_timeout_ms", SETTING_NUMBER, "2000", AT (consent_timeout_ms), 50, 60000, NULL,
      "longest time for one question to a PostgreSQL store, connecting included" },
    { "consent_connections", SETTING_NUMBER, "8", AT (consent_connections), 1, 200, NULL,
      "connections to a PostgreSQL store at once" },
    { "address_tags", SETTING_TEXT, "keep", AT (address_tags), 0, 0, tags_words,
      "whether a+b@x is another person than a@x (keep) or not (fold)" },
    { "state", SETTING_TEXT, LICET_STATE_DIR "/state.db", AT (state), 0, 0, NULL,
      "journal of hand-overs and salts of the log's pseudonyms" },
    { "audit_log", SETTING_TEXT, LICET_LOG_DIR "/audit.jsonl", AT (audit_log), 0, 0, NULL,
      "one JSON line per recipient and decision" },
    { "audit_key", SETTING_TEXT, "", AT (audit_key), 0, 0, NULL,
      "Ed25519 key of the log's checkpoints; empty: audit-key.pem beside the state file" },
    { "audit_checkpoints", SETTING_TEXT, "", AT (audit_checkpoints), 0, 0, NULL,
      "file, best on another host, to which checkpoints are appended as well" },
    { "audit_mail_to", SETTING_TEXTS, "", AT (audit_mail_to), 0, 0, NULL,
      "auditors to whom a checkpoint is mailed by the clock; empty: nobody" },
    { "audit_mail_from", SETTING_TEXT, "", AT (audit_mail_from), 0, 0, NULL,
      "sender of that mail, who gets its bounces" },
    { "audit_mail_hours", SETTING_NUMBER, "24", AT (audit_mail_hours), 1, 168, NULL,
      "hours between two such mails, counted from midnight UTC" },
    { "audit_segment", SETTING_NUMBER, "64", AT (audit_segment), 1, 4096, NULL,
      "MiB after which a file of the log is closed; each UTC day closes one too" },
    { "audit_days", SETTING_NUMBER, "0", AT (audit_days), 0, 36500, NULL,
      "days after which closed files of the log are removed; 0 keeps them" },
    { "audit_address_days", SETTING_NUMBER, "0", AT (audit_address_days), 0, 36500, NULL,
      "days without a record after which an address is erased; 0 keeps all" },
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
    { "eightbit", SETTING_TEXT, "encode", AT (eightbit), 0, 0, eightbit_words,
      "8-bit bodies and header fields: encode, so that no hop has to, or keep" },
    { "unsubscribe_keys", SETTING_TEXT, "", AT (unsubscribe_keys), 0, 0, NULL,
      "file of keys for {token} in links to unsubscribe; empty: none" },
    { "unsigned_mail", SETTING_TEXT, "pass", AT (unsigned_mail), 0, 0, unsigned_words,
      "what happens to mail whose From domain has no key: pass or defer" },
    { "existing_signatures", SETTING_TEXT, "remove-if-broken", AT (existing_signatures), 0, 0,
      existing_words, "signatures of others: keep, remove, or remove-if-broken by an edit" },
    { "key_table", SETTING_TEXT, "", AT (key_table), 0, 0, NULL, "OpenDKIM's KeyTable" },
    { "signing_table", SETTING_TEXT, "", AT (signing_table), 0, 0, NULL,
      "OpenDKIM's SigningTable: a file, or refile: and a file" },
    { "signing_rows", SETTING_TEXT, "first", AT (signing_rows), 0, 0, rows_words,
      "which rows of the SigningTable that match sign: the first, or all" },
    { "trusted_hosts", SETTING_TEXT, "", AT (trusted_hosts), 0, 0, NULL,
      "OpenDKIM's InternalHosts: clients whose mail is signed; empty: all" },
    { "signing_engine", SETTING_TEXT, "openssl", AT (signing_engine), 0, 0, engine_words,
      "who makes RSA signatures: openssl or libopendkim" },
    { "verify_signatures", SETTING_NUMBER, "100", AT (verify_signatures), 0, 1000000000, NULL,
      "one in so many signed messages is verified before it leaves; 1: each, 0: none" },
    { "queueing_clients", SETTING_TEXTS, "", AT (queueing_clients), 0, 0, NULL,
      "addresses of clients that keep a message after a 4xx reply" },
    { "message_seconds", SETTING_NUMBER, "20", AT (message_seconds), 1, 240, NULL,
      "longest time for one message before it is deferred" },
    { "message_memory", SETTING_NUMBER, "256", AT (message_memory), 64, 65536, NULL,
      "MiB of messages under way at once; more is deferred" },
    { "lmtp_connections", SETTING_NUMBER, "20", AT (lmtp_connections), 1, 1000, NULL,
      "hand-overs served at once" },
    { "policy_test_seconds", SETTING_NUMBER, "20", AT (policy_test_seconds), 0, 50, NULL,
      "longest time for the policies' own cases at start and reload; 0 to run none" },
    { "resolver", SETTING_TEXT, "", AT (resolver), 0, 0, NULL,
      "DNS server for preflight, HOST:PORT; empty: those of /etc/resolv.conf" },
    { "mx_milliseconds", SETTING_NUMBER, "500", AT (mx_milliseconds), 0, 10000, NULL,
      "longest wait of a message for the MX of its recipients' domains; 0: not asked for" },
    { "egress", SETTING_TEXTS, "", AT (egress), 0, 0, NULL,
      "addresses from which Postfix sends to the world, as receivers see them" },
    { "preflight_domains", SETTING_TEXTS, "", AT (preflight_domains), 0, 0, NULL,
      "domains of From whose DNS is watched; DOMAIN:ENVELOPE where the envelope has another" },
    { "preflight_minutes", SETTING_NUMBER, "60", AT (preflight_minutes), 0, 10080, NULL,
      "minutes between two looks at their DNS; 0: on demand only" },
    { "web_listen", SETTING_TEXT, "127.0.0.1:10028", AT (web_listen), 0, 0, NULL,
      "where licet-web listens for the web server in front of it" },
    { "web_user", SETTING_TEXT, "", AT (web_user), 0, 0, NULL,
      "user that licet-web becomes when root starts it" },
    { "web_name", SETTING_TEXT, "", AT (web_name), 0, 0, NULL,
      "the sender's name on the pages of licet-web" },
    { "web_imprint", SETTING_TEXT, "", AT (web_imprint), 0, 0, NULL,
      "https address of the sender's imprint, for the pages" },
    { "web_auditors", SETTING_TEXT, "", AT (web_auditors), 0, 0, NULL,
      "file of auditors who may read the log's pages; empty: nobody, no pages" },
    { "web_rate", SETTING_NUMBER, "120", AT (web_rate), 1, 1000000, NULL,
      "requests a minute of one client; valid one-clicks do not count" },
    { "web_connections", SETTING_NUMBER, "256", AT (web_connections), 8, 10000, NULL,
      "connections to licet-web at once" },
    { "web_seconds", SETTING_NUMBER, "15", AT (web_seconds), 2, 300, NULL,
      "longest time for one request to licet-web" },
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
    { "senders", CONF_STRINGS, false, 0, 0, NULL },
    { "envelope_senders", CONF_STRINGS, false, 0, 0, NULL },
    { "subdomains", CONF_BOOL, false, 0, 0, NULL },
    { "from", CONF_STRING, false, 0, 0, NULL },
    { "to", CONF_STRING, false, 0, 0, NULL },
    { "expires", CONF_INT, false, 1, 3650, NULL },
    { "identity", CONF_STRING, false, 0, 0, NULL },
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

static int64_t
read_time (const ConfNode *key, const char *name, GPtrArray *problems)
{
    g_autoptr (GError) error = NULL;
    int64_t time = 0;

    if (conf_has (key, name) && !clock_parse (conf_string (key, name, NULL), &time, &error))
        conf_problem (problems, conf_child (key, name), "%s: %s", name, error->message);
    return time;
}

static SignerKey *
read_key (const ConfNode *node, GPtrArray *problems)
{
    SignerKey *key = signer_key_spec_new (conf_string (node, "domain", NULL),
                                          conf_string (node, "selector", NULL),
                                          conf_string (node, "file", NULL));

    key->place = conf_where (node);
    if (conf_has (node, "senders"))
        key->senders = conf_strings (node, "senders");
    if (conf_has (node, "envelope_senders"))
        key->envelope_senders = conf_strings (node, "envelope_senders");
    key->subdomains = conf_bool (node, "subdomains", true);
    key->from = read_time (node, "from", problems);
    key->to = read_time (node, "to", problems);
    key->lifetime = conf_int (node, "expires", 0) * 24 * 3600;
    key->identity = g_strdup (conf_string (node, "identity", NULL));
    if (key->from && key->to && key->from >= key->to)
        conf_problem (problems, conf_child (node, "to"),
                      "to: not after from; right would be a later day");
    return key;
}

static void
read_keys (GPtrArray *keys, const ConfNode *list, GPtrArray *problems)
{
    for (unsigned i = 0; i < conf_count (list); i++) {
        const ConfNode *key = conf_item (list, i);
        if (conf_check (key, key_fields, problems))
            g_ptr_array_add (keys, read_key (key, problems));
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

/* What is wrong keeps its default. */
static void
read_all (Settings *settings, const ConfNode *root, GPtrArray *problems)
{
    ConfField fields[G_N_ELEMENTS (table) + 1] = { 0 };

    for (unsigned i = 0; i < G_N_ELEMENTS (table); i++)
        fields[i] = (ConfField){ table[i].name, conf_type_of (table[i].type),
                                 false,         table[i].min,
                                 table[i].max,  table[i].words };
    conf_check (root, fields, problems);
    for (unsigned i = 0; i < G_N_ELEMENTS (table); i++)
        if (conf_fits (root, &fields[i]))
            read_setting (settings, &table[i], root, problems);
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

/* An address that goes into a page as it is. */
static bool
is_https (const char *url)
{
    return g_str_has_prefix (url, "https://") && g_str_is_ascii (url) &&
           !strpbrk (url, " \t\r\n<>\"'");
}

static void
check_web (const Settings *settings, const ConfNode *root, GPtrArray *problems)
{
    if (g_str_has_prefix (settings->web_listen, "unix:"))
        conf_problem (problems, conf_child (root, "web_listen"),
                      "web_listen: \"%s\"; right would be 127.0.0.1:10028",
                      settings->web_listen);
    else
        check_endpoint (root, "web_listen", settings->web_listen, problems);
    if (*settings->web_imprint && !is_https (settings->web_imprint))
        conf_problem (problems, conf_child (root, "web_imprint"),
                      "web_imprint: \"%s\"; right would be https://shop.example/imprint",
                      settings->web_imprint);
    if (!g_utf8_validate (settings->web_name, -1, NULL))
        conf_problem (problems, conf_child (root, "web_name"), "web_name is no UTF-8");
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

/* One that may stand in a header field and in SMTP as it is, without quotes and SMTPUTF8. */
static bool
is_plain_mailbox (const char *text)
{
    static const char others[] = "!#$%&'*+-/=?^_`{|}~.@";
    g_autofree char *address = address_normalise (text, NULL);

    for (const char *c = text; *c; c++)
        if (!g_ascii_isalnum (*c) && !strchr (others, *c))
            return false;
    return address != NULL;
}

static void
check_audit_mail (const Settings *settings, const ConfNode *root, GPtrArray *problems)
{
    const char *from = settings->audit_mail_from;

    for (char **to = settings->audit_mail_to; *to; to++) {
        if (!is_plain_mailbox (*to))
            conf_problem (problems, conf_child (root, "audit_mail_to"),
                          "audit_mail_to: \"%s\"; right would be auditor@example.org", *to);
        if (g_strv_contains ((const char *const *)to + 1, *to))
            conf_problem (problems, conf_child (root, "audit_mail_to"),
                          "audit_mail_to: \"%s\" stands there twice", *to);
    }
    if (*from && !is_plain_mailbox (from))
        conf_problem (problems, conf_child (root, "audit_mail_from"),
                      "audit_mail_from: \"%s\"; right would be licet@example.org", from);
    if (*settings->audit_mail_to && !*from)
        conf_problem (problems, conf_child (root, "audit_mail_to"),
                      "audit_mail_to: needs audit_mail_from, the sender of that mail");
}

static bool
is_domain (const char *text)
{
    g_autofree char *ascii = address_domain_ascii (text, NULL);

    return ascii && strchr (ascii, '.');
}

/* "192.0.2.1:53" or "[2001:db8::1]:53": a name would have to be resolved first. */
static bool
is_resolver (const char *text)
{
    const char *colon = strrchr (text, ':');
    bool bracket = *text == '[' && colon && colon > text && colon[-1] == ']';
    g_autofree char *host = !colon    ? NULL
                            : bracket ? g_strndup (text + 1, (size_t)(colon - text) - 2)
                                      : g_strndup (text, (size_t)(colon - text));

    return is_endpoint (text) && host && g_hostname_is_ip_address (host);
}

static void
check_preflight (const Settings *settings, const ConfNode *root, GPtrArray *problems)
{
    if (*settings->resolver && !is_resolver (settings->resolver))
        conf_problem (problems, conf_child (root, "resolver"),
                      "resolver: \"%s\"; right would be 127.0.0.1:53", settings->resolver);
    for (char **address = settings->egress; *address; address++)
        if (!g_hostname_is_ip_address (*address))
            conf_problem (problems, conf_child (root, "egress"),
                          "egress: \"%s\" is no IP address; right would be 192.0.2.1",
                          *address);
    for (char **domains = settings->preflight_domains; *domains; domains++) {
        g_auto (GStrv) parts = g_strsplit (*domains, ":", 2);
        if (!is_domain (parts[0] ? parts[0] : "") ||
            (parts[0] && parts[1] && !is_domain (parts[1])))
            conf_problem (problems, conf_child (root, "preflight_domains"),
                          "preflight_domains: \"%s\"; right would be shop.example or "
                          "shop.example:bounce.shop.example",
                          *domains);
    }
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
    check_audit_mail (settings, root, problems);
    check_preflight (settings, root, problems);
    check_web (settings, root, problems);
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
settings_read (const char *path, GPtrArray *problems, GError **error)
{
    g_autoptr (Conffile) file = conffile_load (path, error);

    if (!file)
        return NULL;
    conffile_set_manual (file, "licet.cfg(5)");
    Settings *settings = settings_new ();
    read_all (settings, conffile_root (file), problems);
    check_across (settings, conffile_root (file), problems);
    return settings;
}

Settings *
settings_load (const char *path, GError **error)
{
    g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
    g_autoptr (Settings) settings = settings_read (path, problems, error);

    if (!settings || !conf_finish (problems, LICET_ERROR_SETTINGS, error))
        return NULL;
    return g_steal_pointer (&settings);
}

uid_t
settings_user (const Settings *settings)
{
    g_autofree char *dir = g_path_get_dirname (settings->state);
    const struct passwd *usual = getpwnam ("licet");
    struct stat status;

    if (stat (dir, &status) == 0)
        return status.st_uid;
    return usual ? usual->pw_uid : 0;
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

ConsentOptions
settings_consent_options (const Settings *settings)
{
    return (ConsentOptions){ .timeout_ms = settings->consent_timeout_ms,
                             .connections = (unsigned)settings->consent_connections,
                             .fold_tags = strcmp (settings->address_tags, "fold") == 0 };
}

char *
settings_counts (const Settings *settings, const char *file)
{
    return g_str_has_prefix (settings->consent, "postgres")
               ? g_strdup (settings->consent)
               : g_strconcat (settings->state, file, NULL);
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
