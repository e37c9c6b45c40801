/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_AUDIT_READ_H
#define LICET_AUDIT_READ_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "licet/authentication.h"
#include "licet/contacts.h"
#include "licet/mail_hosts.h"

/*
 * The log as an auditor reads it: verification, search, figures. Reads files and writes none; a
 * log that is being written may be read, a last line without its newline is not there yet.
 */

/* The files of a log, oldest first (char *): the closed ones beside path, then path itself; path
 * alone when it is a closed file. UNAVAILABLE when there is none. */
GPtrArray *audit_files (const char *path, GError **error);

/* Verification. Feed the files in order, then finish. */
typedef struct AuditVerifier AuditVerifier;

typedef struct {
    GPtrArray
        *problems; /* char *, "FILE:LINE: record N …"; at most 20; none: the log is whole */
    GPtrArray *notes;     /* char *, what is no problem and yet worth knowing */
    uint64_t first, last; /* numbers of the records seen; last < first: none */
    uint64_t checkpoints; /* valid ones among them */
    uint64_t sealed;      /* the last record that a checkpoint in the log covers */
    uint64_t outside;     /* the last record that a given checkpoint covers; 0 for none */
    bool foreign;         /* its only problems: given checkpoints are of another log */
    char *log, *key;      /* as the first checkpoint names them, or NULL */
    char *sealed_at;      /* time of the last checkpoint, or NULL */
} AuditVerdict;

/*
 * keys: base64 public keys that are trusted (char *); empty to trust the first that the log shows
 * and to say so. A problem stops nothing unless stop_at_first.
 */
AuditVerifier *audit_verifier_new (const GPtrArray *keys, bool stop_at_first);
/* Checkpoints that were kept outside, one JSON object per line; text around the object, as a log
 * daemon adds, and lines of other text, as those of a mail, are skipped. A line that is meant as one
 * and is none is a problem, and so is a text without any, unless it is empty. */
void audit_verifier_hold (AuditVerifier *verifier, const char *name, const char *text,
                          size_t length);
/* False when nothing more need be fed. */
bool audit_verifier_feed (AuditVerifier *verifier, const char *name, const char *data,
                          size_t length);
/* Frees the verifier; caller frees the verdict. */
AuditVerdict *audit_verifier_finish (AuditVerifier *verifier);
void audit_verdict_free (AuditVerdict *verdict);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AuditVerdict, audit_verdict_free)

/* The same over files. checkpoints: paths (char *). UNAVAILABLE when one cannot be read. */
AuditVerdict *audit_verify (const GPtrArray *files, const GPtrArray *checkpoints,
                            const GPtrArray *keys, bool stop_at_first, GError **error);

/* One rule of a decision. */
typedef struct {
    const char *id, *kind, *verdict, *action, *mode, *source, *evidence;
    const char *cured_by; /* what of the copy no longer broke the rule: "strip", "text-only"; or NULL */
} AuditRule;

/* One change to the copy. */
typedef struct {
    const char *kind, *where, *rule;
    const char *begins; /* the first words of what went, or NULL */
    uint64_t bytes; /* that went */
} AuditEdit;

enum { AUDIT_SIGNS = 3 };

/* One record, taken apart. Texts are NULL where the record has none; all borrowed. */
typedef struct {
    const char *line; /* as it stands, without newline */
    size_t length;
    uint64_t seq;
    int64_t at; /* seconds; 0 when it has no time */
    const char *record, *time, *edge, *queue_id, *submitted_queue_id, *subject;
    const char *recipient_domain, *sender_domain, *message_id, *route, *policy_version;
    const char *body_hash, *class, *purpose, *promo_purpose, *outcome, *rule, *source, *reply,
        *until;
    const char *territory, *territory_source, *legal_class, *legal_reason;
    const char *consent_state, *consent_basis, *consent_at, *consent_event;
    const char *stage, *error, *text; /* of a failure */
    const char *campaign, *template, *copy_hash;
    const char *files_hash; /* of a policies record */
    /* What replay needs besides. */
    const char *subdivision, *consent_purpose, *consent_source, *consent_wording, *expires;
    const char *recipient_class, *language;
    const char *tracking_state, *tracking_basis, *tracking_at, *tracking_source;
    /* Why mail to the person was suppressed (bounce, complaint, manual, erased); NULL: nobody but they refused. */
    const char *consent_suppression;
    const char *fallback, *obstacle; /* why the promotion could not be cut, and what was done */
    const char *seen[AUDIT_SIGNS];   /* the strongest signs of the class; NULL behind them */
    bool consent_pending, has_facts;
    const GArray *contacts; /* of Contact; NULL when no rule asked */
    /* The sending limit that was used up, with its numbers of licet/quota.h; NULL: none was. */
    const char *limit, *limit_window;
    int64_t limit_used, limit_until;
    const Authentication *authentication; /* NULL when nothing was known of the sender's DNS */
    const MailHosts *mail_hosts;          /* without a domain; NULL when nobody asked */
    double promo_share;
    unsigned strips; /* cuts of promotion in the copy */
    uint64_t bytes_removed;
    const GArray *rules; /* of AuditRule */
    const GArray *edits; /* of AuditEdit */
} AuditRow;

/* What to look for; all that is given must hold. Texts compare without case. */
typedef struct {
    const char *record;   /* "decision", "outcome", "failure", … */
    const char *subject;  /* pseudonym */
    const char *queue_id; /* in or out */
    const char *rule;     /* decided, or was violated */
    const char *territory, *outcome, *sender, *purpose, *class;
    int64_t since, until; /* seconds, until excluded; 0 for open */
} AuditFilter;

/* False to stop. */
typedef bool (*AuditVisit) (const AuditRow *row, void *data);

/* Shows every record that fits, oldest first, and tells how many were read. Lines that are no
 * records of a chain are passed over: whether there are any is for audit_verify. A record that is no JSON
 * comes as one of the kind "unreadable". */
bool audit_scan (const GPtrArray *files, const AuditFilter *filter, AuditVisit visit,
                 void *data, uint64_t *ret_read, GError **error);

/* Whether the log has a record of that time or before it: of who has none since then, one that begins later
 * tells nothing. */
bool audit_reaches (const GPtrArray *files, int64_t since);

/* The pseudonyms of all records from a time on, without reading JSON. Ends early, and returns what it has,
 * once *stop is not 0; stop may be NULL. Caller unrefs. */
GHashTable *audit_subjects_since (const GPtrArray *files, int64_t since, const int *stop,
                                  GError **error);

/* The same over text in memory that begins at a line. Returns how much of it were whole lines. */
size_t audit_scan_text (const char *text, size_t length, const AuditFilter *filter,
                        AuditVisit visit, void *data);

#endif
