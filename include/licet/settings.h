/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_SETTINGS_H
#define LICET_SETTINGS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "licet/consent.h"
#include "licet/signer.h"

/*
 * The settings of licet.cfg(5). One table (milter/config/settings.c) holds name, type, default,
 * bounds and description; the reader, the checker, `licet status` and the check of the manual
 * come from it. Immutable once loaded.
 */
typedef struct {
    char *milter_socket;     /* libmilter syntax: "inet:PORT@HOST" or "unix:PATH" */
    char *lmtp_listen;       /* "HOST:PORT" or "unix:PATH" */
    char *submit_to;         /* "HOST:PORT" */
    char *control_socket;    /* path */
    char *policies;          /* directory */
    char *consent;           /* URI of consent_open */
    char *state;             /* path of the ledger */
    char *audit_log;         /* path */
    char *audit_key;         /* path; "" for audit-key.pem beside the ledger */
    char *audit_checkpoints; /* path, or "" */
    char **audit_mail_to;    /* addresses of auditors */
    char *audit_mail_from;   /* address; not "" when there are auditors */
    int64_t audit_mail_hours;
    int64_t audit_segment;   /* MiB */
    int64_t audit_days;      /* 0 keeps all */
    int64_t audit_address_days; /* 0 keeps all addresses */
    int64_t audit_reserve;   /* MiB */
    char *audit_evidence;    /* "keep" or "omit" */
    char *audit_facts;       /* "keep" or "omit" */
    char *metrics_file;      /* path, or "" */
    char *log;               /* "stderr" or "syslog" */
    char *tag_header;
    char *unsubscribe_keys;  /* path, or "" */
    char *eightbit;            /* "encode" or "keep" */
    char *unsigned_mail;       /* "pass" or "defer" */
    char *existing_signatures; /* "keep", "remove" or "remove-if-broken" */
    char *key_table, *signing_table, *trusted_hosts; /* OpenDKIM's; "" for none */
    char *signing_rows;                              /* "first" or "all" */
    char *signing_engine;                            /* "openssl" or "libopendkim" */
    int64_t verify_signatures;                       /* one in so many; 0: none */
    char *hostname;                                  /* for greetings and EHLO */
    char *web_listen;        /* "HOST:PORT" */
    char *web_user;          /* or "" */
    char *web_name;          /* of the sender, for pages; or "" */
    char *web_imprint;       /* URL, or "" */
    char *web_auditors;      /* path, or "" */
    int64_t web_rate;        /* requests per minute of one client */
    int64_t web_connections;
    int64_t web_seconds;     /* longest life of a connection */
    char **queueing_clients; /* addresses of clients that keep mail after a 4xx */
    int64_t message_seconds; /* budget per message */
    int64_t message_memory;  /* MiB of messages being received */
    int64_t lmtp_connections;
    char *resend_in_doubt;       /* "yes" or "no" */
    int64_t doubt_seconds;       /* after which Postfix has kept or dropped a copy */
    char *postfix_queue;         /* directory, or "" */
    char *mail_log;              /* path, or "" */
    int64_t policy_test_seconds; /* budget of the policies' own cases; 0: run none */
    char *resolver;              /* "HOST:PORT", or "" for those of the system */
    int64_t mx_milliseconds;     /* 0: nobody asks */
    char **egress;               /* IP addresses */
    char **preflight_domains;    /* "DOMAIN" or "DOMAIN:ENVELOPE" */
    int64_t preflight_minutes;   /* 0: on demand only */
    GPtrArray *keys;             /* of SignerKey */
    /* For a consent store on another host: of one question, and connections at once. */
    int64_t consent_timeout_ms, consent_connections;
    char *address_tags; /* "keep" or "fold" */
    uid_t keeper;       /* of SignerOptions; no setting of the file, 0 unless somebody sets it */
} Settings;

typedef struct {
    const char *name, *type, *fallback, *description;
} SettingInfo;

/* All defaults. */
Settings *settings_new (void);
/* SETTINGS with every problem found, a line each. */
Settings *settings_load (const char *path, GError **error);
void settings_free (Settings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Settings, settings_free)

/* The same, but what is right of a file with problems (of char *, added to), the rest at its default;
 * NULL when the file cannot be read at all. For who tells all that is wrong. */
Settings *settings_read (const char *path, GPtrArray *problems, GError **error);

/* As whom the daemon runs, for programs that root starts: the owner of the directory of `state`, which
 * is made for that user; before there is one, the user "licet"; else root. */
uid_t settings_user (const Settings *settings);

/* What consent_open_with takes. */
ConsentOptions settings_consent_options (const Settings *settings);
/* Where the daemon counts, with ".contacts" for contacts_open_with and ".sent" for quotas_open_with:
 * where several hosts share the consent, they share the count of what went to whom and how much of
 * it. Caller frees. */
char *settings_counts (const Settings *settings, const char *file);

/* The values of what holds from the daemon's start to its end. Caller frees. */
char **settings_fixed (const Settings *settings);
/* Names of those that are others by now and wait for a restart, "a, b"; NULL for none. Caller frees. */
char *settings_fixed_changes (const char *const *begun, const Settings *settings);

/* The table, ended by a NULL name. */
const SettingInfo *settings_table (void);

#endif
