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
    };

    return signer_open (&options, error);
}

static bool
load_tokens (Engine *engine, GError **error)
{
    const char *file = engine->settings->unsubscribe_keys;

    engine->tokens = *file ? tokens_load (file, error) : NULL;
    return engine->tokens || !*file;
}

static bool
load_parts (Snapshot *snapshot, GError **error)
{
    const Settings *settings = snapshot->settings;
    Engine *engine = &snapshot->engine;
    ConsentOptions options = settings_consent_options (settings);
    g_autofree char *words = g_build_filename (settings->policies, "words", NULL);
    g_autofree char *model =
        g_build_filename (settings->policies, "model", "general.cfg", NULL);

    engine->settings = settings;
    engine->policies = policy_set_load (settings->policies, error);
    if (!engine->policies)
        return false;
    engine->words = words_load (words, error);
    if (!engine->words)
        return false;
    if (g_file_test (model, G_FILE_TEST_EXISTS) && !(engine->model = model_load (model, error)))
        return false;
    engine->signer = engine_signer (settings, error);
    if (!engine->signer || !load_tokens (engine, error))
        return false;
    engine->store = consent_open_with (settings->consent, &options, error);
    return engine->store != NULL;
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
