/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_SITE_H
#define WEB_SITE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "licet/consent.h"
#include "licet/settings.h"
#include "licet/token.h"
#include "auditors.h"
#include "rate.h"

/*
 * What all requests share: settings and keys, which a reload swaps, the store, which is opened
 * again when it has failed, counters, and how often each client has asked. Thread-safe.
 */
typedef struct Site Site;

typedef struct {
    Settings *settings;
    Tokens *tokens;     /* NULL: no unsubscribing, and no store that it needs */
    Auditors *auditors; /* NULL: no pages for them */
    gatomicrefcount references;
} SiteState;

/* SETTINGS when the file is wrong, names neither keys nor auditors, or a store that nobody can write to. A store that
 * does not answer now is no error: it is asked again. */
Site *site_new (const char *config, GError **error);
void site_free (Site *site);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Site, site_free)

/* Reads settings and keys anew and opens the store again; on failure all stays as it was. Where it
 * listens, and its bounds on connections, stay until a restart. */
bool site_reload (Site *site, GError **error);

SiteState *site_state (Site *site);
void site_state_unref (SiteState *state);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SiteState, site_state_unref)

/*
 * The store for a while, opened when it is not. UNAVAILABLE at once while it is being opened, and
 * for a second after that has failed: who waits for a store that hangs must not hold up the rest.
 * At most two use it at a time; others wait for some seconds.
 */
ConsentStore *site_enter (Site *site, GError **error);
/* Gives it back. failed: who asks next gets one that is opened anew. */
void site_leave (Site *site, ConsentStore *store, bool failed);

/* One reads the log at a time, for it is large and mail comes first; false while another does. */
bool site_begin_reading (Site *site);
void site_end_reading (Site *site);

bool site_allows (Site *site, const char *client);

typedef enum {
    SITE_PAGES,
    SITE_ONE_CLICKS,
    SITE_PAGE_WITHDRAWALS,
    SITE_BAD_TOKENS,
    SITE_BAD_REQUESTS,
    SITE_LIMITED,
    SITE_UNAVAILABLE,
    SITE_AUDIT_PAGES,
    SITE_STRANGERS,
    SITE_CUT_OFF,
    SITE_COUNT,
} SiteCounter;
void site_count (Site *site, SiteCounter counter);
/* As Prometheus reads them. Caller frees. */
char *site_metrics (Site *site);

#endif
