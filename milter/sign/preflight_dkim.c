/* SPDX-License-Identifier: BSD-2-Clause */

/* The published DKIM records (RFC 6376 3.6.1, RFC 8463) beside the keys that sign. */

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

#include "licet/address.h"
#include "licet/clock.h"
#include "preflight_parts.h"
#include "tags.h"

enum { SHORT_TTL = 300, LONG_TTL = 7 * 86400, SOON = 2 * 86400 };

typedef struct {
    const Preflight *preflight;
    const SignerKeyUse *key;
    char *name, *place;
} Dkim;

/* NULL when it is not base64. Caller frees. */
static GBytes *
decode (const char *text)
{
    g_autoptr (GString) clean = g_string_new (NULL);

    for (const char *c = text; *c; c++)
        if (!g_ascii_isspace (*c))
            g_string_append_c (clean, *c);
    size_t digits = strspn (clean->str, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                        "0123456789+/");
    if (clean->len == 0 || clean->len % 4 != 0 ||
        digits + strspn (clean->str + digits, "=") != clean->len || clean->len - digits > 2)
        return NULL;
    gsize length = 0;
    guchar *bytes = g_base64_decode (clean->str, &length);
    return g_bytes_new_take (bytes, length);
}

/* 0 when it is no RSA key. */
static unsigned
rsa_bits (GBytes *key)
{
    size_t length = 0;
    const unsigned char *data = g_bytes_get_data (key, &length);
    EVP_PKEY *parsed = d2i_PUBKEY (NULL, &data, (long)length);
    int bits = parsed && EVP_PKEY_is_a (parsed, "RSA") ? EVP_PKEY_get_bits (parsed) : 0;

    EVP_PKEY_free (parsed);
    return bits > 0 ? (unsigned)bits : 0;
}

static void G_GNUC_PRINTF (4, 5)
    find (const Dkim *dkim, PreflightGrade grade, const char *check, const char *format, ...)
{
    va_list args;

    va_start (args, format);
    g_autofree char *text = g_strdup_vprintf (format, args);
    va_end (args);
    preflight_find (dkim->preflight, grade, check, dkim->place,
                    grade == PREFLIGHT_PROBLEM ? preflight_txt (dkim->name, dkim->key->record)
                                               : NULL,
                    "%s", text);
}

static bool
has_word (const char *list, const char *word)
{
    g_auto (GStrv) words = g_strsplit_set (list, ": \t", -1);

    return g_strv_contains ((const char *const *)words, word);
}

static bool
compare_keys (const Dkim *dkim, const char *published, const char *own)
{
    g_autoptr (GBytes) theirs = decode (published);
    g_autoptr (GBytes) ours = decode (own);

    if (!*published) {
        find (dkim, PREFLIGHT_PROBLEM, "dkim-revoked",
              "the published key is empty: it is revoked");
        return false;
    }
    if (!theirs) {
        find (dkim, PREFLIGHT_PROBLEM, "dkim-syntax", "p= is no base64: it was cut or changed");
        return false;
    }
    if (strlen (published) < strlen (own) && g_str_has_prefix (own, published)) {
        find (dkim, PREFLIGHT_PROBLEM, "dkim-syntax", "the key was cut after %zu letters",
              strlen (published));
        return false;
    }
    if (ours && g_bytes_equal (ours, theirs))
        return true;
    unsigned bits = rsa_bits (theirs);
    if (bits > 0)
        find (dkim, PREFLIGHT_PROBLEM, "dkim-differs",
              "the published key (RSA, %u bits) is not the one that signs", bits);
    else
        find (dkim, PREFLIGHT_PROBLEM, "dkim-differs",
              "the published key is not the one that signs");
    return false;
}

/* t=, s= and h=: what a verifier must obey. */
static bool
check_flags (const Dkim *dkim, const TagList *tags)
{
    const char *flags = tag_list_get (tags, "t");
    const char *services = tag_list_get (tags, "s");
    const char *hashes = tag_list_get (tags, "h");
    bool ok = true;

    if (flags && has_word (flags, "y")) {
        find (dkim, PREFLIGHT_PROBLEM, "dkim-testing",
              "t=y says that the domain only tests, so receivers may treat signed mail as "
              "unsigned");
        ok = false;
    }
    if (flags && has_word (flags, "s"))
        find (dkim, PREFLIGHT_NOTE, "dkim-strict",
              "t=s: mail with i= of a subdomain is not signed by this key");
    if (services && !has_word (services, "*") && !has_word (services, "email")) {
        find (dkim, PREFLIGHT_PROBLEM, "dkim-service", "s=%s: the key is not for mail",
              services);
        ok = false;
    }
    if (hashes && !has_word (hashes, "sha256")) {
        find (dkim, PREFLIGHT_PROBLEM, "dkim-hash", "h=%s does not allow sha256", hashes);
        ok = false;
    }
    return ok;
}

static bool
check_record (const Dkim *dkim, const char *record)
{
    g_autoptr (TagList) tags = tag_list_parse (record);
    g_autoptr (TagList) own = tag_list_parse (dkim->key->record);
    const char *version = tag_list_get (tags, "v"), *key = tag_list_get (tags, "p");
    const char *type = tag_list_get (tags, "k"), *own_type = tag_list_get (own, "k");

    if (tags->problem || !key) {
        find (dkim, PREFLIGHT_PROBLEM, "dkim-syntax", "the record is no key record: %s",
              tags->problem ? tags->problem : "it has no p=");
        return false;
    }
    if (version && (strcmp (version, "DKIM1") != 0 ||
                    strcmp (g_ptr_array_index (tags->names, 0), "v") != 0)) {
        find (dkim, PREFLIGHT_PROBLEM, "dkim-syntax",
              "v= must be DKIM1 and come first (RFC 6376 3.6.1)");
        return false;
    }
    if (strcmp (type ? type : "rsa", own_type ? own_type : "rsa") != 0) {
        find (dkim, PREFLIGHT_PROBLEM, "dkim-type", "k=%s, but the key that signs is %s",
              type ? type : "rsa (the default)", own_type ? own_type : "rsa");
        return false;
    }
    bool usable = check_flags (dkim, tags);
    return compare_keys (dkim, key, tag_list_get (own, "p")) && usable;
}

static void
check_time (const Dkim *dkim, const DnsAnswer *answer)
{
    if (answer->ttl < SHORT_TTL)
        find (dkim, PREFLIGHT_NOTE, "dkim-ttl",
              "a TTL of %u seconds: each receiver asks for every mail; right would be an hour",
              answer->ttl);
    if (answer->ttl > LONG_TTL && answer->ttl != UINT32_MAX)
        find (dkim, PREFLIGHT_NOTE, "dkim-ttl",
              "a TTL of %u days delays the day on which a new key is seen",
              answer->ttl / 86400);
    if (answer->alias)
        find (dkim, PREFLIGHT_NOTE, "dkim-alias",
              "the record is a CNAME to %s: who holds that name can sign for the domain",
              answer->alias);
}

/* Verifiers keep for a while that there is no record, so the last two days are late. */
static void
report_missing_later (const Dkim *dkim)
{
    const SignerKeyUse *key = dkim->key;
    int64_t now = dkim->preflight->report->authentication->at;
    g_autofree char *time = clock_format (key->from);

    preflight_find (dkim->preflight,
                    key->from - now < SOON ? PREFLIGHT_PROBLEM : PREFLIGHT_NOTE, "dkim-next",
                    dkim->place, preflight_txt (dkim->name, key->record),
                    "the key signs from %s and is not published yet", time);
}

static void
report_missing (const Dkim *dkim, const DnsAnswer *answer)
{
    if (dkim->key->use == KEY_USE_LATER)
        report_missing_later (dkim);
    else if (answer->alias)
        find (dkim, PREFLIGHT_PROBLEM, "dkim-missing",
              "the CNAME leads to %s, which has no TXT", answer->alias);
    else
        find (dkim, PREFLIGHT_PROBLEM, "dkim-missing", "the key is not published");
}

static AuthAnswer
check_key (const Preflight *preflight, const SignerKeyUse *key)
{
    g_autofree char *name = g_strdup_printf ("%s._domainkey.%s", key->selector, key->domain);
    g_autofree char *place = g_strdup_printf ("%s TXT", name);
    Dkim dkim = { preflight, key, name, place };
    const DnsAnswer *answer = preflight_ask (preflight, "dkim-dns", name, DNS_TXT);

    if (!answer)
        return AUTH_UNKNOWN;
    if (answer->status == DNS_NONE) {
        report_missing (&dkim, answer);
        return AUTH_NO;
    }
    check_time (&dkim, answer);
    if (answer->records->len > 1) {
        find (&dkim, PREFLIGHT_PROBLEM, "dkim-multiple",
              "there are %u TXT records, and which of them a receiver takes is not said",
              answer->records->len);
        return AUTH_NO;
    }
    return check_record (&dkim, g_ptr_array_index (answer->records, 0)) ? AUTH_YES : AUTH_NO;
}

static void
settle_alignment (const Preflight *preflight, const GPtrArray *keys)
{
    bool aligned = false;

    for (unsigned i = 0; i < keys->len; i++) {
        const SignerKeyUse *key = g_ptr_array_index (keys, i);
        g_autofree char *organisation = address_organisational_domain (key->domain);
        aligned = aligned || (preflight_counts (preflight, key) &&
                              strcmp (organisation, preflight->organisation) == 0);
    }
    preflight_settle (preflight, AUTH_DKIM_ALIGNED, aligned ? AUTH_YES : AUTH_NO,
                      aligned ? "d= is of the same organisation as From"
                              : "no key is of the organisation of From");
}

static void
settle_keys (const Preflight *preflight, unsigned all, unsigned good, unsigned unsure)
{
    if (good > 0)
        preflight_settle (preflight, AUTH_DKIM, AUTH_YES, "%u of %u keys %s published", good,
                          all, all == 1 ? "is" : "are");
    else if (unsure > 0)
        preflight_settle (preflight, AUTH_DKIM, AUTH_UNKNOWN, "DNS did not say");
    else if (all > 0)
        preflight_settle (preflight, AUTH_DKIM, AUTH_NO,
                          "none of %u keys is published as it signs", all);
    else
        preflight_settle (preflight, AUTH_DKIM, AUTH_NO, "%s", preflight->request->no_key);
}

static void
report_unsigned (const Preflight *preflight, unsigned all)
{
    const PreflightRequest *request = preflight->request;

    if (request->no_key && all == 0)
        preflight_find (preflight, PREFLIGHT_PROBLEM, "dkim-none", request->domain,
                        g_strdup ("a key: licet key new DOMAIN SELECTOR"),
                        "its mail leaves unsigned: %s", request->no_key);
    else if (request->no_key)
        preflight_find (preflight, PREFLIGHT_NOTE, "dkim-some", request->domain, NULL,
                        "only mail of named senders is signed; of others: %s", request->no_key);
}

/* One signature that passes is enough for a receiver; what is wrong with others is a finding. */
void
preflight_dkim (const Preflight *preflight)
{
    const GPtrArray *keys = preflight->request->keys;
    unsigned all = 0, good = 0, unsure = 0;

    settle_alignment (preflight, keys);
    for (unsigned i = 0; i < keys->len; i++) {
        const SignerKeyUse *key = g_ptr_array_index (keys, i);
        AuthAnswer answer = check_key (preflight, key);
        if (!preflight_counts (preflight, key))
            continue;
        all++;
        good += answer == AUTH_YES;
        unsure += answer == AUTH_UNKNOWN;
    }
    report_unsigned (preflight, all);
    settle_keys (preflight, all, good, unsure);
}
