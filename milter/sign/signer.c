/* SPDX-License-Identifier: BSD-2-Clause */

/* Keys, and the signatures of one message with all that fit. */

#include "licet/signer.h"

#include <string.h>

#include "engine.h"
#include "existing.h"
#include "hosts.h"
#include "keys.h"
#include "licet/error.h"
#include "roster.h"
#include "verify.h"

struct Signer {
    gatomicrefcount references;
    Roster *roster;
    Hosts *trusted; /* NULL: everybody */
    EVP_MD *sha256; /* fetched once: a fetch takes a lock */
    bool libopendkim;
    double rate; /* of signatures that are verified */
    unsigned verified, broken;
};

void
signature_free (Signature *signature)
{
    if (!signature)
        return;
    g_free (signature->domain);
    g_free (signature->selector);
    g_free (signature->value);
    g_free (signature);
}

static bool
load (Signer *signer, const SignerOptions *options, GError **error)
{
    GError *all = NULL, *hosts_error = NULL;

    signer->sha256 = EVP_MD_fetch (NULL, "SHA256", NULL);
    if (!signer->sha256)
        return keys_fail (error, "SHA-256");
    signer->roster = roster_new (options, &all);
    if (options->trusted_hosts && *options->trusted_hosts)
        signer->trusted = hosts_read (options->trusted_hosts, &hosts_error);
    if (g_error_matches (hosts_error, LICET_ERROR, LICET_ERROR_UNAVAILABLE))
        g_prefix_error (&hosts_error, "trusted_hosts: ");
    if (hosts_error)
        licet_error_gather (&all, hosts_error);
    if (all)
        g_propagate_error (error, all);
    return !all;
}

Signer *
signer_open (const SignerOptions *options, GError **error)
{
    g_autoptr (Signer) signer = g_new0 (Signer, 1);

    g_atomic_ref_count_init (&signer->references);
    signer->libopendkim = options->libopendkim;
    signer->rate = options->verify_rate;
    return load (signer, options, error) ? g_steal_pointer (&signer) : NULL;
}

Signer *
signer_new (const GPtrArray *keys, GError **error)
{
    return signer_open (&(SignerOptions){ .keys = keys, .verify_rate = 1 }, error);
}

Signer *
signer_ref (Signer *signer)
{
    g_atomic_ref_count_inc (&signer->references);
    return signer;
}

void
signer_unref (Signer *signer)
{
    if (!signer || !g_atomic_ref_count_dec (&signer->references))
        return;
    g_clear_pointer (&signer->roster, roster_free);
    g_clear_pointer (&signer->trusted, hosts_free);
    EVP_MD_free (signer->sha256);
    g_free (signer);
}

bool
signer_has_key (const Signer *signer, const char *domain, const char *selector)
{
    return roster_find (signer->roster, domain, selector) != NULL;
}

bool
signer_trusts (const Signer *signer, const char *name, const char *address)
{
    return !signer->trusted || hosts_has (signer->trusted, name, address);
}

char *
signer_why_not (const Signer *signer, const SignerCopy *copy)
{
    char *why = NULL;
    g_autoptr (GPtrArray) signings = roster_choose (signer->roster, copy, &why);

    return why;
}

GPtrArray *
signer_keys_for (const Signer *signer, const char *domain, int64_t now)
{
    return roster_keys_for (signer->roster, domain, now);
}

char **
signer_domains (const Signer *signer)
{
    return roster_domains (signer->roster);
}

static Signature *
make_signature (const Signer *signer, Subject *subject, const Signing *signing, GError **error)
{
    bool rsa = EVP_PKEY_is_a (signing->key->pkey, "RSA");
    char *value = signer->libopendkim && rsa ? opendkim_sign (subject, signing, error)
                                             : openssl_sign (subject, signing, error);

    if (!value) {
        g_prefix_error (error, "key %s of %s: ", signing->key->selector, signing->domain);
        return NULL;
    }
    Signature *signature = g_new0 (Signature, 1);
    signature->domain = g_strdup (signing->domain);
    signature->selector = g_strdup (signing->key->selector);
    signature->algorithm = keys_algorithm (signing->key->pkey);
    signature->value = value;
    return signature;
}

/* One that is there already is named, and not made again. */
static Signature *
find_existing (const GPtrArray *existing, const Signing *signing)
{
    for (unsigned i = 0; i < existing->len; i++) {
        const ExistingSignature *other = g_ptr_array_index (existing, i);
        if (g_ascii_strcasecmp (other->domain, signing->domain) != 0 ||
            g_ascii_strcasecmp (other->selector, signing->key->selector) != 0)
            continue;
        Signature *signature = g_new0 (Signature, 1);
        signature->domain = g_strdup (signing->domain);
        signature->selector = g_strdup (signing->key->selector);
        signature->algorithm = keys_algorithm (signing->key->pkey);
        signature->kept = true;
        return signature;
    }
    return NULL;
}

static GPtrArray *
make_signatures (const Signer *signer, const GPtrArray *signings, const GPtrArray *existing,
                 Subject *subject, GError **error)
{
    g_autoptr (GPtrArray) signatures =
        g_ptr_array_new_with_free_func ((GDestroyNotify)signature_free);

    for (unsigned i = 0; i < signings->len; i++) {
        const Signing *signing = g_ptr_array_index (signings, i);
        Signature *signature = find_existing (existing, signing);
        if (!signature)
            signature = make_signature (signer, subject, signing, error);
        if (!signature)
            return NULL;
        g_ptr_array_add (signatures, signature);
    }
    return g_steal_pointer (&signatures);
}

GPtrArray *
signer_sign (const Signer *signer, GBytes *message, const SignerCopy *copy, GError **error)
{
    size_t length = 0, body = 0;
    const char *data = g_bytes_get_data (message, &length);
    g_autofree char *why = NULL;
    g_autoptr (GPtrArray) signings = roster_choose (signer->roster, copy, &why);

    if (copy->recipients && !*copy->recipients) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_INTERNAL,
                     "a copy without recipients is to be signed");
        return NULL;
    }
    if (signings->len == 0)
        return g_ptr_array_new_with_free_func ((GDestroyNotify)signature_free);
    g_autoptr (GArray) fields = fields_split (data, length, &body, error);
    if (!fields)
        return NULL;
    g_autoptr (Choice) choice = fields_choose (fields, error);
    if (!choice)
        return NULL;
    g_autoptr (GPtrArray) existing = signer_existing (signer, message);
    g_auto (Subject) subject = { .body = data + body,
                                 .body_length = length - body,
                                 .body_sha256 = copy->body_sha256,
                                 .choice = choice,
                                 .now = copy->now,
                                 .sha256 = signer->sha256 };
    return make_signatures (signer, signings, existing, &subject, error);
}

static const char *
own_record (const char *domain, const char *selector, const void *data)
{
    const Key *key = roster_find (((const Signer *)data)->roster, domain, selector);

    return key ? key->record : NULL;
}

bool
signer_holds (const Signer *signer, GBytes *message, unsigned field)
{
    g_autoptr (GBytes) alone = existing_alone (message, field);

    return verify_known (alone, own_record, signer, 1, NULL);
}

/* Which signatures are looked at depends on them alone, so that a message is judged alike wherever
 * it is signed. */
static bool
is_due (const Signer *signer, const GPtrArray *signatures)
{
    const Signature *first = signatures->len > 0 ? g_ptr_array_index (signatures, 0) : NULL;

    return first && first->value && g_str_hash (first->value) < signer->rate * UINT32_MAX;
}

/* Fields of others that libopendkim cannot read would end its reading; ours do not cover them. */
static GBytes *
without_foreign (const Signer *signer, GBytes *message)
{
    g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (unsigned));
    g_autoptr (GPtrArray) existing = signer_existing (signer, message);

    for (unsigned i = 0; i < existing->len; i++) {
        const ExistingSignature *signature = g_ptr_array_index (existing, i);
        if (!signature->ours)
            g_array_append_val (numbers, signature->field);
    }
    return numbers->len > 0 ? signer_without_fields (message, numbers) : g_bytes_ref (message);
}

bool
signer_check (Signer *signer, GBytes *message, const GPtrArray *signatures, GError **error)
{
    if (signer->rate < 1 && !is_due (signer, signatures))
        return true;
    if (signatures->len == 0)
        return true;
    g_autoptr (GBytes) ours = without_foreign (signer, message);
    g_atomic_int_inc (&signer->verified);
    if (verify_known (ours, own_record, signer, signatures->len, error))
        return true;
    g_atomic_int_inc (&signer->broken);
    g_prefix_error (error, "our own signature is wrong: ");
    return false;
}

void
signer_counts (Signer *signer, unsigned *ret_verified, unsigned *ret_broken)
{
    *ret_verified = (unsigned)g_atomic_int_get (&signer->verified);
    *ret_broken = (unsigned)g_atomic_int_get (&signer->broken);
}
