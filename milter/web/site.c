/* SPDX-License-Identifier: BSD-2-Clause */

#include "site.h"

#include <string.h>

#include "licet/error.h"

enum { MOST_INSIDE = 2, TURN_SECONDS = 5 };

struct Site {
    char *config;
    Rate *rate;
    GMutex lock; /* what follows */
    SiteState *state;
    ConsentStore *store; /* NULL: to be opened */
    bool opening;        /* by one of those who asked */
    int64_t opened;      /* when that was last tried; monotonic microseconds */
    char *failure;       /* why it did not open */
    unsigned inside;     /* how many use the store */
    GCond left;          /* one of them is done */
    int reading;         /* 1 while somebody reads the log */
    int counters[SITE_COUNT];
};

static SiteState *
state_load (const char *config, GError **error)
{
    g_autoptr (Settings) settings = settings_load (config, error);

    if (!settings)
        return NULL;
    if (!*settings->unsubscribe_keys && !*settings->web_auditors) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                     "%s: there is nothing to serve: unsubscribe_keys is not set (right would "
                     "be: licet key new --unsubscribe FILE), and web_auditors neither (licet "
                     "key new --auditor NAME)",
                     config);
        return NULL;
    }
    g_autoptr (Tokens) tokens = *settings->unsubscribe_keys
                                    ? tokens_load (settings->unsubscribe_keys, 0, error)
                                    : NULL;
    if (*settings->unsubscribe_keys && !tokens)
        return NULL;
    g_autoptr (Auditors) auditors =
        *settings->web_auditors ? auditors_load (settings->web_auditors, error) : NULL;
    if (*settings->web_auditors && !auditors)
        return NULL;
    SiteState *state = g_new0 (SiteState, 1);
    state->auditors = g_steal_pointer (&auditors);
    g_atomic_ref_count_init (&state->references);
    state->settings = g_steal_pointer (&settings);
    state->tokens = g_steal_pointer (&tokens);
    return state;
}

void
site_state_unref (SiteState *state)
{
    if (!state || !g_atomic_ref_count_dec (&state->references))
        return;
    settings_free (state->settings);
    if (state->tokens)
        tokens_unref (state->tokens);
    auditors_free (state->auditors);
    g_free (state);
}

/* licetd makes the file, as its own user and for mail; a second one in another place would take
 * withdrawals that nobody asks for. */
static bool
is_absent (const char *uri)
{
    return g_str_has_prefix (uri, "sqlite:") &&
           !g_file_test (uri + strlen ("sqlite:"), G_FILE_TEST_EXISTS);
}

/* A store that takes no event at all is found out at once. */
static ConsentStore *
open_store (const Settings *settings, GError **error)
{
    g_autoptr (GPtrArray) nothing = g_ptr_array_new ();
    ConsentOptions options = settings_consent_options (settings);
    const char *uri = settings->consent;

    if (is_absent (uri)) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                     "%s: no such store yet; licetd makes it", uri);
        return NULL;
    }
    g_autoptr (ConsentStore) store = consent_open_with (uri, &options, error);
    return store && consent_append (store, nothing, error) ? g_steal_pointer (&store) : NULL;
}

static bool
passes (const GError *error)
{
    return g_error_matches (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
}

/* False for what will not pass; a store that is only down is NULL, and so is one that nobody needs. */
static bool
try_store (const SiteState *state, ConsentStore **ret_store, GError **error)
{
    g_autoptr (GError) cause = NULL;
    ConsentStore *store = state->tokens ? open_store (state->settings, &cause) : NULL;

    if (cause && !passes (cause)) {
        g_propagate_error (error, g_steal_pointer (&cause));
        return false;
    }
    *ret_store = store;
    return true;
}

Site *
site_new (const char *config, GError **error)
{
    g_autoptr (Site) site = g_new0 (Site, 1);

    g_mutex_init (&site->lock);
    g_cond_init (&site->left);
    site->config = g_strdup (config);
    site->rate = rate_new ();
    site->state = state_load (config, error);
    if (!site->state || !try_store (site->state, &site->store, error))
        return NULL;
    return g_steal_pointer (&site);
}

void
site_free (Site *site)
{
    if (!site)
        return;
    site_state_unref (site->state);
    g_clear_pointer (&site->store, consent_unref);
    rate_free (site->rate);
    g_free (site->failure);
    g_free (site->config);
    g_mutex_clear (&site->lock);
    g_cond_clear (&site->left);
    g_free (site);
}

bool
site_reload (Site *site, GError **error)
{
    g_autoptr (SiteState) fresh = state_load (site->config, error);
    ConsentStore *store = NULL;

    if (!fresh || !try_store (fresh, &store, error))
        return false;
    g_mutex_lock (&site->lock);
    SiteState *old = site->state;
    ConsentStore *old_store = site->store;
    site->state = g_steal_pointer (&fresh);
    site->store = store;
    site->opened = 0;
    g_mutex_unlock (&site->lock);
    site_state_unref (old);
    if (old_store)
        consent_unref (old_store);
    return true;
}

SiteState *
site_state (Site *site)
{
    g_mutex_lock (&site->lock);
    SiteState *state = site->state;
    g_atomic_ref_count_inc (&state->references);
    g_mutex_unlock (&site->lock);
    return state;
}

static bool
fail_store (Site *site, GError **error)
{
    g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s",
                 site->failure ? site->failure : "the consent store does not answer");
    return false;
}

/* With the lock, which is let go while it opens. */
static bool
open_again (Site *site, GError **error)
{
    int64_t now = g_get_monotonic_time ();
    g_autoptr (GError) cause = NULL;

    if (site->opening || now - site->opened < G_USEC_PER_SEC)
        return fail_store (site, error);
    SiteState *state = site->state;
    site->opening = true;
    g_atomic_ref_count_inc (&state->references);
    g_mutex_unlock (&site->lock);
    ConsentStore *store = open_store (state->settings, &cause);
    g_mutex_lock (&site->lock);
    site->opening = false;
    bool is_old = site->state != state; /* a reload meanwhile may have named another store */
    site_state_unref (state);
    if (is_old) {
        g_clear_pointer (&store, consent_unref);
        return site->store || fail_store (site, error);
    }
    site->opened = g_get_monotonic_time ();
    site->store = store;
    g_free (site->failure);
    site->failure = cause ? g_strdup (cause->message) : NULL;
    return store || fail_store (site, error);
}

/* With the lock. */
static bool
wait_for_turn (Site *site, GError **error)
{
    int64_t end = g_get_monotonic_time () + TURN_SECONDS * G_USEC_PER_SEC;

    while (site->store && site->inside >= MOST_INSIDE)
        if (!g_cond_wait_until (&site->left, &site->lock, end))
            return fail_store (site, error);
    return true;
}

ConsentStore *
site_enter (Site *site, GError **error)
{
    ConsentStore *store = NULL;

    g_mutex_lock (&site->lock);
    if (wait_for_turn (site, error) && (site->store || open_again (site, error))) {
        store = consent_ref (site->store);
        site->inside++;
    }
    g_mutex_unlock (&site->lock);
    return store;
}

void
site_leave (Site *site, ConsentStore *store, bool failed)
{
    g_mutex_lock (&site->lock);
    ConsentStore *old = failed && site->store == store ? g_steal_pointer (&site->store) : NULL;
    site->inside--;
    g_cond_broadcast (&site->left);
    g_mutex_unlock (&site->lock);
    if (old)
        consent_unref (old);
    consent_unref (store);
}

bool
site_begin_reading (Site *site)
{
    return g_atomic_int_compare_and_exchange (&site->reading, 0, 1);
}

void
site_end_reading (Site *site)
{
    g_atomic_int_set (&site->reading, 0);
}

bool
site_allows (Site *site, const char *client)
{
    g_autoptr (SiteState) state = site_state (site);

    return rate_allows (site->rate, client, state->settings->web_rate, g_get_monotonic_time ());
}

void
site_count (Site *site, SiteCounter counter)
{
    g_atomic_int_inc (&site->counters[counter]);
}

static const struct {
    const char *name, *help;
} counter_texts[] = {
    [SITE_PAGES] = { "pages", "Pages shown; none of them changed anything." },
    [SITE_ONE_CLICKS] = { "one_clicks", "One-click withdrawals (RFC 8058) in force." },
    [SITE_PAGE_WITHDRAWALS] = { "page_withdrawals", "Withdrawals by button in force." },
    [SITE_BAD_TOKENS] = { "bad_tokens", "Requests with a token that no key has made." },
    [SITE_BAD_REQUESTS] = { "bad_requests", "Requests that asked for nothing that is known." },
    [SITE_LIMITED] = { "limited", "Requests turned away: too many, or too large." },
    [SITE_UNAVAILABLE] = { "unavailable", "Requests that found no store (503)." },
    [SITE_AUDIT_PAGES] = { "audit_pages", "Pages of the log shown to auditors." },
    [SITE_STRANGERS] = { "strangers", "Requests for them without an auditor's token." },
    [SITE_CUT_OFF] = { "cut_off", "Connections ended for being too slow." },
};

char *
site_metrics (Site *site)
{
    ConsentStore *store = site_enter (site, NULL);
    GString *text = g_string_new (NULL);

    for (unsigned i = 0; i < SITE_COUNT; i++)
        g_string_append_printf (
            text,
            "# HELP licet_web_%s_total %s\n# TYPE licet_web_%s_total counter\n"
            "licet_web_%s_total %d\n",
            counter_texts[i].name, counter_texts[i].help, counter_texts[i].name,
            counter_texts[i].name, g_atomic_int_get (&site->counters[i]));
    g_string_append_printf (text,
                            "# HELP licet_web_store_up Whether the consent store is open.\n"
                            "# TYPE licet_web_store_up gauge\nlicet_web_store_up %d\n",
                            store != NULL);
    if (store)
        site_leave (site, store, false);
    return g_string_free (text, FALSE);
}
