/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_ENVELOPE_H
#define LICET_ENVELOPE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * What SMTP says about a message outside its bytes (RFC 5321 2.3.1). A plain value: whoever
 * makes it owns it; the stages read it.
 */
typedef struct {
    char *address; /* as given, without angle brackets; "" is the null reverse-path */
    char *params;  /* ESMTP parameters verbatim, separated by one space; "" when none */
} EnvelopePath;

typedef struct {
    char *client_name;
    char *client_address; /* textual IP address, without "IPv6:" */
    char *client_port;
    char *helo;
    char *login;    /* SASL user, NULL when not authenticated */
    char *queue_id; /* Postfix's, NULL when there is none */
    EnvelopePath *sender;
    GPtrArray *recipients; /* of EnvelopePath, in the order given */
    bool handed_over; /* by Postfix for its copies: who the client is was looked at before, and
                         its login is not told again */
    int64_t arrival;
} Envelope;

EnvelopePath *envelope_path_new (const char *address, const char *params);
void envelope_path_free (EnvelopePath *path);

/* An empty envelope: no sender, no recipient; strings NULL. */
Envelope *envelope_new (void);
void envelope_free (Envelope *envelope);

const EnvelopePath *envelope_recipient (const Envelope *envelope, unsigned i);

/* The value of a parameter ("BODY" of "BODY=8BITMIME"), "" for one without value, NULL when
 * absent; keywords compare without case. Caller frees. */
char *envelope_path_param (const EnvelopePath *path, const char *keyword);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Envelope, envelope_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EnvelopePath, envelope_path_free)

#endif
