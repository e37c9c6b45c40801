/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_SIGNER_H
#define LICET_SIGNER_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * DKIM signatures (RFC 6376, RFC 8463) over final bytes: relaxed/relaxed, SHA-256, no l=, the
 * fields of RFC 6376 5.4.1 plus MIME and List-* fields, From, Subject, To, Date and the like
 * signed once more than they occur so that none can be added. Keys are parsed once. A Signer is immutable
 * but for its counters and may be used from several threads. Key bytes never appear in an error or a
 * log.
 */
typedef struct Signer Signer;

typedef struct {
    char *domain;   /* d= */
    char *selector; /* s= */
    char *file;     /* PEM: RSA of 2048 to 4096 bits, or Ed25519 */
    char **senders; /* From addresses it signs for: "a@b", "@b" or "b" for everybody at b, "@.b"
                         for everybody below, "*" for anything; of any domain. NULL: those of its
                         domain */
    char **envelope_senders; /* senders of the envelope, written alike: mail from them gets its
                                signature beside those for From. NULL: none */
    bool
        subdomains; /* and of subdomains that have no key of their own; true unless it is said */
    int64_t from, to; /* it signs from the first on and before the second; 0: no bound */
    int64_t lifetime; /* seconds from t= to x=; 0: no x= */
    char *identity;   /* i=, "%" standing for the From domain; NULL: none */
    char *place;      /* "file:line" where it was read, for errors; or NULL */
} SignerKey;

typedef struct {
    const GPtrArray *keys; /* of SignerKey, in the order in which signatures are made */
    const char *key_table, *signing_table,
        *trusted_hosts; /* of OpenDKIM; NULL or "" for none */
    bool all_rows; /* every row of the SigningTable that matches signs, not the first alone */
    bool libopendkim;   /* makes the RSA signatures, instead of OpenSSL */
    double verify_rate; /* of signed messages that signer_check looks at, 0 to 1 */
    uid_t keeper; /* may own key files besides root and whom we run as: for a program that root
                     starts, the user of the daemon. 0: nobody else */
} SignerOptions;

typedef struct {
    char *domain, *selector;
    const char *algorithm; /* "rsa-sha256" or "ed25519-sha256" */
    char *value;           /* of the DKIM-Signature field: folded with CRLF and a blank, no CRLF
                              at the end, no leading blank. NULL with kept */
    bool kept;             /* the message has it already */
} Signature;

/* A signature that a message came with. */
typedef struct {
    unsigned field;          /* number of its header field */
    char *domain, *selector; /* lower case, "" where the field does not say */
    bool ours;               /* made with one of our keys, by its name */
} ExistingSignature;

/*
 * SETTINGS when a file holds no fitting key, others than its owner may read it, or a table has wrong
 * rows (each with file and line); UNAVAILABLE when one cannot be read. All that is wrong, a line each.
 */
Signer *signer_open (const SignerOptions *options, GError **error);
/* With keys alone, and every message looked at. */
Signer *signer_new (const GPtrArray *keys, GError **error);
Signer *signer_ref (Signer *signer);
void signer_unref (Signer *signer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Signer, signer_unref)

/*
 * One copy on its way. What is signed is a copy for its recipients, not a message for whoever gets it:
 * copies differ, and only the one who hands a copy over knows its envelope. A signature of RFC 6376 says
 * nothing of the envelope, which is why it can be replayed to anybody; DKIM2 (draft-ietf-dkim-dkim2-spec)
 * signs MAIL FROM as mf= and RCPT TO as rt=, and its d= has to fit the envelope's sender. That is a
 * draft and no such field is made here. Today the sender chooses keys (SignerKey.envelope_senders), a
 * copy for nobody is refused, and who hands over compares what was signed for with what he hands over
 * (variant_is_for in plan.h).
 */
typedef struct {
    const char *from;   /* address, or domain, of the From field */
    const char *sender; /* of the envelope, "" for the null one; NULL: nobody knows */
    const char *const *recipients; /* of the envelope of this copy, ended by NULL; NULL: nobody knows */
    int64_t now;
    const char *body_sha256; /* in hex, of what follows the first empty line, so that a body that is
                                canonical is not hashed anew; NULL: nobody knows */
} SignerCopy;

/*
 * One signature per key for the From address (or domain), over a message with CRLF lines. The first
 * that has a key within its dates decides: keys whose senders name the address, rows of the
 * SigningTable, keys of the domain, else of its closest parent within the same organisational
 * domain. Then those of the keys whose envelope_senders name the envelope's. A key whose signature
 * stands in the message already makes none: see signer_existing.
 * An empty array when no key fits: signer_why_not tells why, the caller what that means.
 * INTERNAL when the library refuses or the copy has no recipient, MALFORMED when there is no single
 * From field or the header can be read in two ways, LIMIT past LIMIT_HEADER_*.
 */
GPtrArray *signer_sign (const Signer *signer, GBytes *message, const SignerCopy *copy,
                        GError **error);

/* Why no key signs for a copy, or NULL when one does; without the sender, why none signs for its From
 * address. Caller frees. */
char *signer_why_not (const Signer *signer, const SignerCopy *copy);

/* What a key has to do with mail of a domain. */
typedef enum {
    KEY_USE_ALL, /* signs it now, whoever the sender there is */
    KEY_USE_SOME, /* signs for senders there that are named, or for others in the domain's name */
    KEY_USE_LATER, /* will, from its first day on */
} KeyUse;

typedef struct {
    char *domain, *selector;
    char *record; /* of its public half, as it is to be published */
    KeyUse use;
    int64_t from; /* with KEY_USE_LATER */
} SignerKeyUse;
void signer_key_use_free (SignerKeyUse *use);

/* The keys of a domain at a time by the very choice that signer_sign makes; without those whose last
 * day is over. Caller owns: of SignerKeyUse. */
GPtrArray *signer_keys_for (const Signer *signer, const char *domain, int64_t now);
/* The d= of all keys, each once; without "%". Caller frees. */
char **signer_domains (const Signer *signer);

/* Whether mail of this client is to be signed: all is, unless there are trusted hosts. */
bool signer_trusts (const Signer *signer, const char *name, const char *address);

bool signer_has_key (const Signer *signer, const char *domain, const char *selector);

/* The signatures in a message, array of ExistingSignature; empty when its header cannot be read. */
GPtrArray *signer_existing (const Signer *signer, GBytes *message);
void existing_signature_free (ExistingSignature *signature);
/* Whether one of ours is valid, by libopendkim and our own key. */
bool signer_holds (const Signer *signer, GBytes *message, unsigned field);
/* Whether what a signature of a message covers is the same in another form of the message; asks for
 * no key. A body of other bytes is another body, whatever l= and c= may say. */
bool signer_survives (GBytes *before, unsigned field, GBytes *after);
/* The message without some of its header fields, by their numbers (of unsigned). */
GBytes *signer_without_fields (GBytes *message, const GArray *numbers);

/* Looks at the configured share of messages as a receiver would, with libopendkim and the public
 * halves of our keys, never with DNS; signatures: what signer_sign gave. INTERNAL when one of them
 * is not valid: such a message must not leave. */
bool signer_check (Signer *signer, GBytes *message, const GPtrArray *signatures,
                   GError **error);
/* Messages looked at so far, and those among them with a wrong signature. */
void signer_counts (Signer *signer, unsigned *ret_verified, unsigned *ret_broken);

/*
 * Verifies every DKIM-Signature of a message with libopendkim against key records read from
 * keyring, a file of lines "selector._domainkey.domain v=DKIM1; …". Independent of the code that
 * signs. True when there is at least one signature and all are valid; else MALFORMED, or
 * UNAVAILABLE when the keyring cannot be read.
 */
bool signer_verify (GBytes *message, const char *keyring, GError **error);

/* A new private key as PEM, "rsa" (2048 bits) or "ed25519"; and its DNS TXT record
 * ("v=DKIM1; k=…; p=…"). Caller frees; *ret_pem should be cleared with g_free after
 * explicit_bzero. */
bool signer_key_new (const char *algorithm, char **ret_pem, char **ret_record, GError **error);
/* The TXT record of an existing private key file. Caller frees. Errors as of signer_new. */
char *signer_key_record (const char *file, GError **error);
/* Whether text may stand in s= and d= as it is: labels (RFC 6376 3.1, and "_" as seen in
 * practice) with dots between them. */
bool signer_is_name (const char *text);

SignerKey *signer_key_spec_new (const char *domain, const char *selector, const char *file);
void signer_key_spec_free (SignerKey *key);
void signature_free (Signature *signature);

#endif
