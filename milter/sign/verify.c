/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Verifies with libopendkim, which shares no code with what signs, not even the reading of
 * header fields: it is given the bytes. Each call has a library handle of its own, so threads
 * share nothing.
 */

#include "licet/signer.h"

#include <dkim.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "licet/error.h"
#include "verify.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DKIM_LIB, dkim_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DKIM, dkim_free)

static bool
fail (GError **error, LicetError code, const char *what)
{
    g_set_error (error, LICET_ERROR, code, "verification: %s", what);
    return false;
}

static DKIM_LIB *
open_library (void)
{
    g_autoptr (DKIM_LIB) library = dkim_init (NULL, NULL);
    /* A mail may be signed as of another time (licet run --now): what is asked here is whether
     * the bytes are right, not whether the clocks are. Ten years: it is subtracted from t=
     * without a sign, so more than the age of the epoch would wrap. */
    uint64_t drift = UINT64_C (10) * 365 * 24 * 3600;

    if (library && dkim_options (library, DKIM_OP_SETOPT, DKIM_OPTS_CLOCKDRIFT, &drift,
                                 sizeof drift) == DKIM_STAT_OK)
        return g_steal_pointer (&library);
    return NULL;
}

static bool
use_keyring (DKIM_LIB *library, const char *keyring)
{
    int method = DKIM_QUERY_FILE;

    return dkim_options (library, DKIM_OP_SETOPT, DKIM_OPTS_QUERYMETHOD, &method,
                         sizeof method) == DKIM_STAT_OK &&
           dkim_options (library, DKIM_OP_SETOPT, DKIM_OPTS_QUERYINFO, (void *)keyring,
                         strlen (keyring)) == DKIM_STAT_OK;
}

static DKIM_STAT
feed (DKIM *dkim, GBytes *message)
{
    unsigned char line_end[] = "\r\n";
    size_t length = 0;
    const char *data = g_bytes_get_data (message, &length);
    DKIM_STAT status = DKIM_STAT_OK;

    if (length > 0) /* it asserts that there is something */
        status = dkim_chunk (dkim, (unsigned char *)data, length);
    /* RFC 6376 3.4.4 adds the CRLF that a body lacks; libopendkim leaves that to SMTP. */
    if (status == DKIM_STAT_OK && (length < 2 || memcmp (data + length - 2, line_end, 2) != 0))
        status = dkim_chunk (dkim, line_end, 2);
    if (status == DKIM_STAT_OK)
        status = dkim_chunk (dkim, NULL, 0);
    return status == DKIM_STAT_OK ? dkim_eom (dkim, NULL) : status;
}

static bool
check_signatures (DKIM *dkim, GError **error)
{
    DKIM_SIGINFO **signatures = NULL;
    int count = 0;

    if (dkim_getsiglist (dkim, &signatures, &count) != DKIM_STAT_OK)
        return true; /* it did not come so far, and its status says why */
    for (int i = 0; i < count; i++) {
        if (DKIM_SIG_CHECK (signatures[i]))
            continue;
        const char *why = dkim_sig_geterrorstr (dkim_sig_geterror (signatures[i]));
        g_set_error (error, LICET_ERROR, LICET_ERROR_MALFORMED,
                     "verification: signature %d of %d: %s", i + 1, count,
                     why ? why : "not valid");
        return false;
    }
    return true;
}

bool
signer_verify (GBytes *message, const char *keyring, GError **error)
{
    DKIM_STAT status = DKIM_STAT_OK;

    if (access (keyring, R_OK) < 0) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: %s", keyring,
                     g_strerror (errno));
        return false;
    }
    g_autoptr (DKIM_LIB) library = open_library ();
    if (!library || !use_keyring (library, keyring))
        return fail (error, LICET_ERROR_INTERNAL, "libopendkim does not start");
    g_autoptr (DKIM) dkim =
        dkim_verify (library, (const unsigned char *)"licet", NULL, &status);
    if (!dkim)
        return fail (error, LICET_ERROR_INTERNAL, dkim_getresultstr (status));
    status = feed (dkim, message);
    if (!check_signatures (dkim, error))
        return false;
    return status == DKIM_STAT_OK ||
           fail (error, LICET_ERROR_MALFORMED, dkim_getresultstr (status));
}

/* What the callback for keys needs. */
typedef struct {
    VerifyRecord record;
    const void *data;
} Known;

static const char *
record_of (DKIM *dkim, DKIM_SIGINFO *signature)
{
    const Known *known = dkim_get_user_context (dkim);
    const char *domain = (const char *)dkim_sig_getdomain (signature);
    const char *selector = (const char *)dkim_sig_getselector (signature);

    return domain && selector ? known->record (domain, selector, known->data) : NULL;
}

static DKIM_CBSTAT
give_record (DKIM *dkim, DKIM_SIGINFO *signature, unsigned char *buffer, size_t size)
{
    const char *record = record_of (dkim, signature);

    return record && g_strlcpy ((char *)buffer, record, size) < size ? DKIM_CBSTAT_CONTINUE
                                                                     : DKIM_CBSTAT_NOTFOUND;
}

/* Counts those with a key that are valid; one that is not is the error. */
static bool
check_known (DKIM *dkim, unsigned *ret_count, GError **error)
{
    DKIM_SIGINFO **signatures = NULL;
    int count = 0;

    *ret_count = 0;
    if (dkim_getsiglist (dkim, &signatures, &count) != DKIM_STAT_OK)
        return true;
    for (int i = 0; i < count; i++) {
        if (!record_of (dkim, signatures[i]))
            continue;
        if (!DKIM_SIG_CHECK (signatures[i])) {
            const char *why = dkim_sig_geterrorstr (dkim_sig_geterror (signatures[i]));
            g_set_error (error, LICET_ERROR, LICET_ERROR_INTERNAL,
                         "the signature of %s with %s does not verify: %s",
                         (const char *)dkim_sig_getdomain (signatures[i]),
                         (const char *)dkim_sig_getselector (signatures[i]),
                         why ? why : "not valid");
            return false;
        }
        ++*ret_count;
    }
    return true;
}

bool
verify_known (GBytes *message, VerifyRecord record, const void *data, unsigned wanted,
              GError **error)
{
    Known known = { record, data };
    DKIM_STAT status = DKIM_STAT_OK;
    unsigned count = 0;

    g_autoptr (DKIM_LIB) library = open_library ();
    if (!library || dkim_set_key_lookup (library, give_record) != DKIM_STAT_OK)
        return fail (error, LICET_ERROR_INTERNAL, "libopendkim does not start");
    g_autoptr (DKIM) dkim =
        dkim_verify (library, (const unsigned char *)"licet", NULL, &status);
    if (!dkim || dkim_set_user_context (dkim, &known) != DKIM_STAT_OK)
        return fail (error, LICET_ERROR_INTERNAL, dkim_getresultstr (status));
    status = feed (dkim, message);
    if (!check_known (dkim, &count, error))
        return false;
    return count >= wanted || fail (error, LICET_ERROR_INTERNAL, dkim_getresultstr (status));
}
