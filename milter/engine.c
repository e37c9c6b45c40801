/* SPDX-License-Identifier: BSD-2-Clause */

/* Builds one snapshot, whole or not at all. */

#include "licet/engine.h"

#include <string.h>

#include "licet/error.h"

typedef struct {
    Engine engine; /* first: an Engine pointer is a pointer to this */
    Settings *settings;
    gatomicrefcount references;
} Snapshot;

Signer *
engine_signer (const Settings *settings, GError **error)
{
    SignerOptions options = {
        .keys = settings->keys,
        .key_table = settings->key_table,
        .signing_table = settings->signing_table,
        .trusted_hosts = settings->trusted_hosts,
        .all_rows = strcmp (settings->signing_rows, "all") == 0,
        .libopendkim = strcmp (settings->signing_engine, "libopendkim") == 0,
        .verify_rate =
            settings->verify_signatures > 0 ? 1.0 / (double)settings->verify_signatures : 0,
        .keeper = settings->keeper,
    };

    return signer_open (&options, error);
}

static void
gather (GError **all, GError **cause)
{
    if (*cause)
        licet_error_gather (all, g_steal_pointer (cause));
}

static void
load_tokens (Engine *engine, GError **error)
{
    const char *file = engine->settings->unsubscribe_keys;

    engine->tokens = *file ? tokens_load (file, engine->settings->keeper, error) : NULL;
    if (*file && !engine->tokens)
        g_prefix_error (error, "unsubscribe_keys: ");
}

/* Words and model stand in the directory of the policies: without one they are not missing too. */
static void
load_policies (Engine *engine, GError **error)
{
    const char *dir = engine->settings->policies;
    g_autofree char *words = g_build_filename (dir, "words", NULL);
    g_autofree char *model = g_build_filename (dir, "model", "general.cfg", NULL);
    GError *all = NULL, *cause = NULL;

    engine->policies = policy_set_load (dir, &cause);
    gather (&all, &cause);
    if (g_file_test (dir, G_FILE_TEST_IS_DIR))
        engine->words = words_load (words, &cause);
    gather (&all, &cause);
    if (g_file_test (model, G_FILE_TEST_EXISTS))
        engine->model = model_load (model, &cause);
    gather (&all, &cause);
    if (all)
        g_propagate_error (error, all);
}

/* Each part is tried whatever became of the others. */
static bool
load_parts (Snapshot *snapshot, GError **error)
{
    Engine *engine = &snapshot->engine;
    ConsentOptions options = settings_consent_options (snapshot->settings);
    GError *all = NULL, *cause = NULL;

    engine->settings = snapshot->settings;
    engine->signer = engine_signer (engine->settings, &cause);
    gather (&all, &cause);
    load_policies (engine, &cause);
    gather (&all, &cause);
    load_tokens (engine, &cause);
    gather (&all, &cause);
    engine->store = consent_open_with (engine->settings->consent, &options, &cause);
    g_prefix_error (&cause, "consent: ");
    gather (&all, &cause);
    if (all)
        g_propagate_error (error, all);
    return !all;
}

static void
snapshot_free (Snapshot *snapshot)
{
    g_clear_pointer (&snapshot->engine.policies, policy_set_unref);
    g_clear_pointer (&snapshot->engine.words, words_unref);
    g_clear_pointer (&snapshot->engine.model, model_unref);
    g_clear_pointer (&snapshot->engine.signer, signer_unref);
    g_clear_pointer (&snapshot->engine.tokens, tokens_unref);
    g_clear_pointer (&snapshot->engine.store, consent_unref);
    settings_free (snapshot->settings);
    g_free (snapshot);
}

Engine *
engine_new (Settings *settings, GError **error)
{
    Snapshot *snapshot = g_new0 (Snapshot, 1);

    g_atomic_ref_count_init (&snapshot->references);
    snapshot->settings = settings;
    if (!load_parts (snapshot, error)) {
        snapshot_free (snapshot);
        return NULL;
    }
    return &snapshot->engine;
}

Engine *
engine_ref (Engine *engine)
{
    g_atomic_ref_count_inc (&((Snapshot *)engine)->references);
    return engine;
}

void
engine_unref (Engine *engine)
{
    if (engine && g_atomic_ref_count_dec (&((Snapshot *)engine)->references))
        snapshot_free ((Snapshot *)engine);
}

bool
engine_is_ready (const Engine *engine, GError **error)
{
    if (engine->tokens || !policy_set_wants_tokens (engine->policies))
        return true;
    g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                 "unsubscribe_keys is not set, and an unsubscribe_url of the policies has "
                 "{token}; right would be: licet key new --unsubscribe FILE");
    return false;
}

bool
engine_rehearse_tokens (Engine *engine)
{
    if (engine->tokens)
        return false;
    engine->tokens = tokens_new_forgotten ();
    return policy_set_wants_tokens (engine->policies);
}
