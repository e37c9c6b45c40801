/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_ENGINE_H
#define LICET_ENGINE_H

#include <glib.h>

#include "licet/authentication.h"
#include "licet/classify.h"
#include "licet/consent.h"
#include "licet/contacts.h"
#include "licet/mail_hosts.h"
#include "licet/policy.h"
#include "licet/quota.h"
#include "licet/settings.h"
#include "licet/signer.h"
#include "licet/token.h"

/*
 * A refcounted snapshot of all that a decision depends on besides the message: settings,
 * policies, words, keys and the consent store. A reload makes a new one and swaps the pointer; a
 * message keeps the snapshot it began with.
 */
typedef struct {
    const Settings *settings;
    PolicySet *policies;
    Words *words;
    Model *model; /* NULL: none is installed */
    Signer *signer;
    Tokens *tokens; /* NULL: there are no keys */
    ConsentStore *store;
    Contacts *contacts; /* the daemon's, borrowed; NULL in tools, where nobody counts */
    const GArray
        *known_contacts; /* of Contact, in the place of them: of a rehearsal, borrowed */
    Quotas *quotas;     /* the daemon's, borrowed; NULL in tools */
    AuthenticationBoard *authentications; /* the daemon's, borrowed; NULL: nobody looks */
    MailHostsBoard *mail_hosts;           /* the daemon's, borrowed; NULL: nobody asks DNS */
} Engine;

/* Takes settings. Fails as its parts do, with all that is wrong with any of them, a line each; nothing
 * is half built. */
Engine *engine_new (Settings *settings, GError **error);
Engine *engine_ref (Engine *engine);
void engine_unref (Engine *engine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Engine, engine_unref)

/* The keys and tables of the settings alone. */
Signer *engine_signer (const Settings *settings, GError **error);

/* Whether there are keys if a sender profile asks for tokens; SETTINGS otherwise. For a daemon. */
bool engine_is_ready (const Engine *engine, GError **error);
/* For tools, before the engine is shared: what is decided does not depend on the keys, so without
 * them it gets some that are forgotten. Whether links of the policies lead nowhere therefore. */
bool engine_rehearse_tokens (Engine *engine);

#endif
