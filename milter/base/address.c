/* SPDX-License-Identifier: BSD-2-Clause */

/* The one place that decides which addresses are the same. */

#include "licet/address.h"

#include <idn2.h>
#include <libpsl.h>
#include <string.h>

#include "licet/error.h"
#include "licet/limits.h"

static void *
fail (GError **error, LicetError code, const char *what)
{
    g_set_error (error, LICET_ERROR, code, "address: %s", what);
    return NULL;
}

static bool
has_control (const char *text)
{
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return true;
    return false;
}

static bool
is_label (const char *label, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!g_ascii_isalnum (label[i]) && label[i] != '-' && label[i] != '_')
            return false;
    return length > 0 && length <= 63 && label[0] != '-' && label[length - 1] != '-';
}

/* RFC 5321 4.1.2 "sub-domain", after the conversion to A-labels, with "_" as seen in practice. */
static bool
is_host_name (const char *domain)
{
    if (strlen (domain) > 253)
        return false;
    for (;;) {
        size_t length = strcspn (domain, ".");
        if (!is_label (domain, length))
            return false;
        if (!domain[length])
            return true;
        domain += length + 1;
    }
}

/* In lower case; NULL for what has no A-labels. Of ASCII IDNA changes A-labels alone, and "_" and
 * hyphens in places 3 and 4 are no labels to it, but are in use. */
static char *
to_ascii (const char *domain)
{
    g_autofree char *lower = g_str_is_ascii (domain) ? g_ascii_strdown (domain, -1) : NULL;
    char *labels = NULL;

    if (lower && !strstr (lower, "xn--"))
        return g_steal_pointer (&lower);
    if (idn2_to_ascii_8z (domain, &labels, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) != IDN2_OK)
        return g_steal_pointer (&lower);
    char *converted = g_ascii_strdown (labels, -1);
    idn2_free (labels);
    return converted;
}

char *
address_domain_ascii (const char *domain, GError **error)
{
    size_t length = strlen (domain);

    if (length > 1 && domain[length - 1] == '.')
        length--;
    g_autofree char *bare = g_strndup (domain, length);
    if (length > LIMIT_ADDRESS)
        return fail (error, LICET_ERROR_LIMIT, "the domain is too long");
    if (bare[0] == '[' && length > 2 && bare[length - 1] == ']' && !has_control (bare))
        return g_ascii_strdown (bare, -1); /* address literal, RFC 5321 4.1.3 */
    if (!g_utf8_validate (bare, -1, NULL) || has_control (bare))
        return fail (error, LICET_ERROR_MALFORMED, "the domain is no valid UTF-8 text");

    g_autofree char *lower = to_ascii (bare);
    if (!lower || !is_host_name (lower))
        return fail (error, LICET_ERROR_MALFORMED, "the domain is no host name");
    return g_steal_pointer (&lower);
}

/* RFC 5321 4.1.2 Dot-string, with UTF-8 as RFC 6531 3.3 allows. */
static bool
is_dot_string (const char *local)
{
    static const char specials[] = "!#$%&'*+-/=?^_`{|}~.";
    size_t length = strlen (local);

    for (const char *c = local; *c; c++)
        if (!g_ascii_isalnum (*c) && !strchr (specials, *c) && (unsigned char)*c < 0x80)
            return false;
    return length > 0 && local[0] != '.' && local[length - 1] != '.' && !strstr (local, "..");
}

/* Takes a quoted string apart: "a\ b"@x and "a b"@x are one mailbox (RFC 5321 4.1.2). */
static char *
unquote (const char *local)
{
    size_t length = strlen (local);
    g_autoptr (GString) plain = g_string_new (NULL);

    if (length < 2 || local[0] != '"' || local[length - 1] != '"')
        return g_strdup (local);
    for (size_t i = 1; i < length - 1; i++) {
        if (local[i] == '\\' && i + 1 < length - 1)
            i++;
        g_string_append_c (plain, local[i]);
    }
    return g_string_free (g_steal_pointer (&plain), FALSE);
}

static char *
quote (const char *local)
{
    g_autoptr (GString) quoted = g_string_new ("\"");

    for (const char *c = local; *c; c++) {
        if (*c == '"' || *c == '\\')
            g_string_append_c (quoted, '\\');
        g_string_append_c (quoted, *c);
    }
    g_string_append_c (quoted, '"');
    return g_string_free (g_steal_pointer (&quoted), FALSE);
}

static char *
normalise_local (const char *local)
{
    g_autofree char *plain = unquote (local);
    bool ascii = g_str_is_ascii (plain);
    g_autofree char *lower = ascii ? g_ascii_strdown (plain, -1) : g_utf8_strdown (plain, -1);
    g_autofree char *composed =
        ascii ? g_steal_pointer (&lower) : g_utf8_normalize (lower, -1, G_NORMALIZE_NFC);

    return is_dot_string (composed) ? g_steal_pointer (&composed) : quote (composed);
}

char *
address_normalise (const char *mailbox, GError **error)
{
    size_t length = strlen (mailbox);

    if (length > LIMIT_ADDRESS)
        return fail (error, LICET_ERROR_LIMIT, "longer than 512 octets");
    if (!g_utf8_validate (mailbox, -1, NULL) || has_control (mailbox))
        return fail (error, LICET_ERROR_MALFORMED, "not UTF-8, or with a control character");

    g_autofree char *bare = g_strstrip (g_strdup (mailbox));
    length = strlen (bare);
    if (length > 2 && bare[0] == '<' && bare[length - 1] == '>') {
        memmove (bare, bare + 1, length - 2);
        bare[length - 2] = '\0';
    }
    char *at = strrchr (bare, '@');
    if (!at || at == bare || !at[1])
        return fail (error, LICET_ERROR_MALFORMED,
                     "no local part or no domain; right would be name@example.org");
    if (*bare != '"' && strpbrk (bare, " <>,;"))
        return fail (error, LICET_ERROR_MALFORMED, "more than one mailbox, or a blank in it");
    g_autofree char *domain = address_domain_ascii (at + 1, error);
    if (!domain)
        return NULL;
    *at = '\0';
    g_autofree char *local = normalise_local (bare);
    return g_strconcat (local, "@", domain, NULL);
}

char *
address_without_tag (const char *address)
{
    const char *at = strrchr (address, '@');
    const char *plus = strchr (address, '+');

    /* In a quoted local part a plus may mean anything. */
    if (*address == '"' || !at || !plus || plus > at || plus == address)
        return g_strdup (address);
    return g_strdup_printf ("%.*s%s", (int)(plus - address), address, at);
}

char *
address_key (const char *path)
{
    char *address = address_normalise (path, NULL);

    return address ? address : g_utf8_make_valid (path, -1);
}

const char *
address_domain (const char *address)
{
    const char *at = strrchr (address, '@');

    return at ? at + 1 : "";
}

char *
address_organisational_domain (const char *domain)
{
    const char *registrable = psl_registrable_domain (psl_builtin (), domain);

    return g_strdup (registrable ? registrable : domain);
}

const char *
address_country (const char *address)
{
    /* Country codes sold as generic names say nothing about where a person lives. */
    static const char *const generic[] = { "ac", "ai", "cc", "co", "eu", "fm", "gg",
                                           "io", "la", "me", "nu", "sh", "so", "su",
                                           "tk", "to", "tv", "vc", "ws" };
    const char *domain = address_domain (address);
    const char *dot = strrchr (domain, '.');
    const char *top = dot ? dot + 1 : domain;

    if (strlen (top) != 2 || !g_ascii_isalpha (top[0]) || !g_ascii_isalpha (top[1]))
        return NULL;
    /* .com.co and the like are registered in the country. */
    for (unsigned i = 0; i < G_N_ELEMENTS (generic); i++)
        if (g_ascii_strcasecmp (top, generic[i]) == 0)
            return g_str_has_suffix (domain, ".com.co") ? "CO" : NULL;
    if (g_ascii_strcasecmp (top, "uk") == 0)
        return "GB";
    g_autofree char *upper = g_ascii_strup (top, 2);
    return g_intern_string (upper);
}

char *
address_masked (const char *address)
{
    const char *domain = address_domain (address);

    if (!*address)
        return g_strdup ("<>");
    if (g_utf8_validate (address, -1, NULL))
        return g_strdup_printf ("%.*s***@%s", (int)(g_utf8_next_char (address) - address),
                                address, domain);
    return g_strdup_printf ("***@%s", domain);
}

bool
address_is_safe (const char *address)
{
    bool quoted = false;

    if (strlen (address) > LIMIT_ADDRESS || has_control (address))
        return false;
    for (const char *c = address; *c; c++) {
        if (quoted && *c == '\\' && c[1])
            c++;
        else if (*c == '"')
            quoted = !quoted;
        else if (!quoted && strchr (" <>", *c))
            return false;
    }
    return !quoted;
}
