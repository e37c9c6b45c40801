/* SPDX-License-Identifier: BSD-2-Clause */

/* Normalise, sign, verify. */

#include "departure.h"

#include <string.h>

#include "licet/digest.h"
#include "licet/limits.h"
#include "licet/normalise.h"
#include "licet/rewrite.h"

static size_t
body_offset (GBytes *bytes)
{
    size_t length = 0;
    const char *data = g_bytes_get_data (bytes, &length);
    const char *empty = memmem (data, length, "\r\n\r\n", 4);

    return empty ? (size_t)(empty - data) + 4 : length;
}

char *
departure_body_hash (GBytes *bytes)
{
    size_t length = 0, offset = body_offset (bytes);
    const unsigned char *data = g_bytes_get_data (bytes, &length);

    return digest_sha256 (data + offset, length - offset);
}

/* Most variants have the body that came in, and hashing is dearer than comparing. */
static char *
hash_variant (const Departure *departure, const Variant *variant)
{
    size_t old_length = 0, length = 0;
    GBytes *original = message_bytes (departure->message);
    const char *old = g_bytes_get_data (original, &old_length);
    const char *data = g_bytes_get_data (variant->bytes, &length);
    size_t old_body = body_offset (original), body = body_offset (variant->bytes);

    if (length - body == old_length - old_body &&
        memcmp (data + body, old + old_body, length - body) == 0)
        return g_strdup (departure->body_hash);
    return departure_body_hash (variant->bytes);
}

static bool
is_ascii (const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80)
            return false;
    return true;
}

/* Whether a server without SMTPUTF8, hence one that may lack 8BITMIME, cannot get the message:
 * Postfix sends what was submitted with SMTPUTF8 to any server when header and addresses turn out
 * to be ASCII. Recipients do not count: it is asked for each on its own. */
static bool
needs_smtputf8 (const Departure *departure)
{
    const EnvelopePath *sender = departure->envelope->sender;
    g_autofree char *asked = sender ? envelope_path_param (sender, "SMTPUTF8") : NULL;
    bool ascii = !sender || is_ascii (sender->address);

    if (!asked)
        return false;
    for (unsigned i = 0; ascii && i < message_field_count (departure->message); i++)
        ascii = is_ascii (message_field (departure->message, i)->value);
    return !ascii;
}

static void
set_bytes (Variant *variant, GBytes *bytes)
{
    g_bytes_unref (variant->bytes);
    variant->bytes = bytes;
}

/* Somebody else's signature is worth more than a form that any server takes: what normalising
 * would break stays, and is said. */
static const char *
foreign_signer (const GPtrArray *existing)
{
    for (unsigned i = 0; i < existing->len; i++) {
        const ExistingSignature *signature = g_ptr_array_index (existing, i);
        if (!signature->ours)
            return *signature->domain ? signature->domain : "a sender that it does not name";
    }
    return NULL;
}

static void
note_left (Variant *variant, const Normalised *normalised, const char *signer)
{
    for (unsigned i = 0; signer && i < normalised->edits->len; i++) {
        const Edit *edit = g_ptr_array_index (normalised->edits, i);
        g_ptr_array_add (
            variant->notes,
            g_strdup_printf ("%s: it would break the signature of %s", edit->where, signer));
    }
    for (unsigned i = 0; i < normalised->left->len; i++)
        g_ptr_array_add (variant->notes, g_strdup (g_ptr_array_index (normalised->left, i)));
}

static void
make_fit (const Departure *departure, Variant *variant)
{
    NormaliseOptions options = {
        .eightbit = strcmp (departure->engine->settings->eightbit, "encode") == 0,
        .utf8 = needs_smtputf8 (departure),
    };
    g_autoptr (Normalised) normalised = normalise (variant->bytes, options);
    g_autoptr (GPtrArray) existing =
        signer_existing (departure->engine->signer, variant->bytes);
    const char *signer = foreign_signer (existing);

    note_left (variant, normalised, signer);
    if (signer)
        return;
    rewrite_adopt (departure->message, variant, normalised->edits);
    set_bytes (variant, g_bytes_ref (normalised->bytes));
}

/* Our own signatures that no longer hold, perhaps since we changed something. Each look hashes the
 * whole body, so of a message that claims many, those past the bound count as wrong. */
static GPtrArray *
list_stale (const Signer *signer, GBytes *bytes)
{
    g_autoptr (GPtrArray) existing = signer_existing (signer, bytes);
    GPtrArray *edits = g_ptr_array_new_with_free_func ((GDestroyNotify)edit_free);
    unsigned seen = 0;

    for (unsigned i = 0; i < existing->len; i++) {
        const ExistingSignature *signature = g_ptr_array_index (existing, i);
        if (!signature->ours)
            continue;
        if (++seen > LIMIT_OWN_SIGNATURES || !signer_holds (signer, bytes, signature->field))
            g_ptr_array_add (edits,
                             edit_header_new (EDIT_HEADER_REMOVE, "own-signature",
                                              signature->field, "DKIM-Signature", NULL, NULL));
    }
    return edits;
}

static void
remove_stale (const Departure *departure, Variant *variant)
{
    const Signer *signer = departure->engine->signer;
    g_autoptr (GPtrArray) edits = list_stale (signer, variant->bytes);
    g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (unsigned));

    if (edits->len == 0)
        return;
    for (unsigned i = 0; i < edits->len; i++)
        g_array_append_val (numbers, ((Edit *)g_ptr_array_index (edits, i))->field);
    rewrite_adopt (departure->message, variant, edits);
    set_bytes (variant, signer_without_fields (variant->bytes, numbers));
}

static GBytes *
prepend_signatures (GBytes *bytes, const GPtrArray *signatures)
{
    size_t length = 0;
    const void *data = g_bytes_get_data (bytes, &length);
    GByteArray *whole = g_byte_array_sized_new ((unsigned)length + 2048);

    for (unsigned i = 0; i < signatures->len; i++) {
        const Signature *signature = g_ptr_array_index (signatures, i);
        if (signature->kept)
            continue;
        g_autofree char *field = g_strdup_printf ("DKIM-Signature: %s\r\n", signature->value);
        g_byte_array_append (whole, (const guint8 *)field, (unsigned)strlen (field));
    }
    g_byte_array_append (whole, data, (unsigned)length);
    return g_byte_array_free_to_bytes (whole);
}

static void
add_signatures (Variant *variant, GPtrArray *signatures)
{
    int top = 0;

    g_ptr_array_unref (variant->signatures);
    variant->signatures = signatures;
    set_bytes (variant, prepend_signatures (variant->bytes, signatures));
    for (unsigned i = 0; i < signatures->len; i++) {
        const Signature *signature = g_ptr_array_index (signatures, i);
        if (!signature->kept)
            g_ptr_array_insert (variant->edits, top++,
                                edit_header_new (EDIT_HEADER_INSERT, "signature", 0,
                                                 "DKIM-Signature", signature->value, NULL));
    }
}

char *
departure_distrust (const Engine *engine, const Envelope *envelope, const Message *message)
{
    const char *said = message_header (message, "X-Licet-Unsigned");

    if (said)
        return g_strdup (*said ? said : "X-Licet-Unsigned says so");
    if (envelope->handed_over || envelope->login || !envelope->client_address ||
        signer_trusts (engine->signer, envelope->client_name, envelope->client_address))
        return NULL;
    return g_strdup ("the client is not in trusted_hosts and has not logged in");
}

/* The sender, then the recipients. Caller frees. */
static char **
list_envelope (const Envelope *envelope, const Variant *variant)
{
    char **list = g_new0 (char *, variant->recipients->len + 2);

    list[0] = g_strdup (envelope->sender ? envelope->sender->address : "");
    for (unsigned i = 0; i < variant->recipients->len; i++) {
        unsigned recipient = g_array_index (variant->recipients, unsigned, i);
        list[i + 1] = g_strdup (envelope_recipient (envelope, recipient)->address);
    }
    return list;
}

static bool
sign (const Departure *departure, Variant *variant, GError **error)
{
    Signer *signer = departure->engine->signer;
    const char *from = message_from (departure->message);

    variant->unsigned_why =
        from ? g_strdup (departure->untrusted) : g_strdup ("no From field that can be read");
    if (variant->unsigned_why)
        return true;
    remove_stale (departure, variant);
    variant->signed_for = list_envelope (departure->envelope, variant);
    SignerCopy copy = { from, variant->signed_for[0],
                        (const char *const *)variant->signed_for + 1, departure->now,
                        variant->body_hash };
    GPtrArray *signatures = signer_sign (signer, variant->bytes, &copy, error);
    if (!signatures)
        return false;
    add_signatures (variant, signatures);
    SignerCopy author = { .from = from, .now = departure->now };
    char **why = signatures->len == 0 ? &variant->unsigned_why : &variant->unaligned_why;
    *why = signer_why_not (signer, &author);
    return signer_check (signer, variant->bytes, signatures, error);
}

GBytes *
departure_sign_own (const Engine *engine, GBytes *message, const SignerCopy *copy,
                    GError **error)
{
    g_autoptr (GPtrArray) signatures = signer_sign (engine->signer, message, copy, error);

    if (!signatures)
        return NULL;
    g_autoptr (GBytes) whole = prepend_signatures (message, signatures);
    return signer_check (engine->signer, whole, signatures, error) ? g_steal_pointer (&whole)
                                                                   : NULL;
}

bool
departure_prepare (const Departure *departure, Variant *variant, GError **error)
{
    make_fit (departure, variant);
    variant->body_hash = hash_variant (departure, variant);
    return sign (departure, variant, error);
}
