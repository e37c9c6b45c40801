/* SPDX-License-Identifier: BSD-2-Clause */

/* Addresses of the Web (RFC 3986, as far as links in mail go) against the patterns of a policy. */

#include "tracking_link.h"

#include <string.h>

#include "licet/address.h"

/* Pieces of an address, borrowed from it. */
typedef struct {
    const char *host;
    size_t host_length;
    const char *path; /* with query, up to the fragment or the end */
    size_t path_length;
    const char *query; /* after "?", or NULL */
    size_t query_length;
} Address;

/* The length of what stands before the host, 0 when there is none. Browsers take any number of
 * slashes after http: and https:, and a backslash for a slash (WHATWG URL 4.4). */
static size_t
scheme_length (const char *url)
{
    static const char *const schemes[] = { "https:", "http:", "" };
    size_t length = 0;

    for (unsigned i = 0; i < G_N_ELEMENTS (schemes) && length == 0; i++)
        if (g_ascii_strncasecmp (url, schemes[i], strlen (schemes[i])) == 0)
            length = strlen (schemes[i]);
    size_t slashes = strspn (url + length, "/\\");
    return length > 0 || slashes > 1 ? length + slashes : 0;
}

/* RFC 3986 3.2: user and port stand around the host. */
static bool
read_address (const char *url, Address *address)
{
    size_t scheme = scheme_length (url);
    const char *authority = url + scheme;
    size_t length = strcspn (authority, "/\\?#");

    if (scheme == 0)
        return false;
    address->path = authority + length;
    const char *at = memrchr (authority, '@', length);
    address->host = at ? at + 1 : authority;
    address->host_length = length - (size_t)(address->host - authority);
    const char *colon = memchr (address->host, ':', address->host_length);
    if (colon)
        address->host_length = (size_t)(colon - address->host);
    while (address->host_length > 0 && address->host[address->host_length - 1] == '.')
        address->host_length--;
    address->path_length = strcspn (address->path, "#");
    address->query = memchr (address->path, '?', address->path_length);
    if (address->query)
        address->query_length =
            address->path_length - (size_t)(++address->query - address->path);
    return address->host_length > 0;
}

/* ".example" covers what is below example, and example itself. */
static bool
is_below (const char *host, const char *wanted)
{
    bool below = *wanted == '.';
    size_t length = strlen (wanted + below), have = strlen (host);

    if (length == 0 || length > have)
        return false;
    const char *tail = host + have - length;
    return g_ascii_strcasecmp (tail, wanted + below) == 0 &&
           (tail == host || (below && tail[-1] == '.'));
}

/* The policy has hosts as A-labels (RFC 5890); a page may have them in their own letters. */
static bool
is_host (char *const *hosts, const Address *address)
{
    g_autofree char *written = g_strndup (address->host, address->host_length);
    g_autofree char *labels =
        g_str_is_ascii (written) ? NULL : address_domain_ascii (written, NULL);

    for (; hosts && *hosts; hosts++)
        if (is_below (labels ? labels : written, *hosts))
            return true;
    return false;
}

/* A glob of "*" and "?"; linear in the text for each "*". */
static bool
is_glob (const char *glob, const char *text, size_t length)
{
    const char *end = text + length, *star = NULL, *from = NULL;

    while (text < end) {
        if (*glob == '*') {
            star = ++glob;
            from = text;
        } else if (*glob && (*glob == '?' || *glob == *text)) {
            glob++;
            text++;
        } else if (star) {
            glob = star;
            text = ++from;
        } else {
            return false;
        }
    }
    while (*glob == '*')
        glob++;
    return !*glob;
}

/* As browsers read it (WHATWG URL 4.4): tabs and line ends in it do not count. */
static char *
without_line_ends (const char *url)
{
    GString *out = g_string_new (NULL);

    for (; *url; url++)
        if (!strchr ("\t\r\n", *url))
            g_string_append_c (out, *url);
    return g_string_free (out, FALSE);
}

bool
tracking_is_pixel (const TrackingPatterns *patterns, const char *url)
{
    g_autofree char *read = without_line_ends (url);
    Address address = { 0 };

    if (!read_address (read, &address))
        return false;
    if (is_host (patterns->pixel_hosts, &address))
        return true;
    for (char **pattern = patterns->pixel_patterns; pattern && *pattern; pattern++)
        if (is_glob (*pattern, address.path, address.path_length))
            return true;
    return false;
}

typedef struct {
    const char *start;
    size_t length;      /* of "name=value" */
    size_t name_length; /* of name */
    const char *value;  /* NULL without "=" */
    size_t value_length;
} Parameter;

/* WHATWG URL 5.1. */
static bool
next_parameter (const Address *address, size_t *position, Parameter *ret)
{
    if (!address->query || *position > address->query_length)
        return false;
    const char *start = address->query + *position;
    size_t rest = address->query_length - *position, length = 0;
    while (length < rest && start[length] != '&')
        length++;
    const char *equals = memchr (start, '=', length);
    ret->start = start;
    ret->length = length;
    ret->name_length = equals ? (size_t)(equals - start) : length;
    ret->value = equals ? equals + 1 : NULL;
    ret->value_length = equals ? length - ret->name_length - 1 : 0;
    *position += length + 1;
    return true;
}

static bool
is_parameter (char *const *names, const Parameter *parameter)
{
    for (; names && *names; names++)
        if (is_glob (*names, parameter->start, parameter->name_length))
            return true;
    return false;
}

/* Signs that have no place in an address, or would end the value that it stands in. */
static bool
is_plain (char c)
{
    return c > ' ' && c < 0x7f && !strchr ("\"'<>`\\^{|}", c);
}

/* A target that leads somewhere by itself. */
static bool
is_safe_target (const char *target)
{
    static const char *const schemes[] = { "https://", "http://" };
    Address address = { 0 };

    for (const char *c = target; *c; c++)
        if (!is_plain (*c))
            return false;
    for (unsigned i = 0; i < G_N_ELEMENTS (schemes); i++)
        if (g_ascii_strncasecmp (target, schemes[i], strlen (schemes[i])) == 0)
            return target[strlen (schemes[i])] != '/' && read_address (target, &address);
    return false;
}

/* RFC 3986 2.1. What is not ASCII or has no place in an address stays encoded. */
static char *
decode_target (const char *value, size_t length)
{
    g_autoptr (GString) out = g_string_new (NULL);

    for (size_t i = 0; i < length; i++) {
        int high = value[i] == '%' && i + 2 < length ? g_ascii_xdigit_value (value[i + 1]) : -1;
        int low = high >= 0 ? g_ascii_xdigit_value (value[i + 2]) : -1;
        char c = low >= 0 ? (char)(high * 16 + low) : value[i];
        if (low >= 0 && is_plain (c))
            g_string_append_c (out, c);
        else
            g_string_append_len (out, value + i, low >= 0 ? 3 : 1);
        i += low >= 0 ? 2 : 0;
    }
    return g_string_free (g_steal_pointer (&out), FALSE);
}

static char *
find_target (const TrackingPatterns *patterns, const Address *address)
{
    Parameter parameter;
    size_t position = 0;

    while (next_parameter (address, &position, &parameter)) {
        if (!parameter.value || !is_parameter (patterns->link_parameters, &parameter))
            continue;
        g_autofree char *target = decode_target (parameter.value, parameter.value_length);
        if (is_safe_target (target))
            return g_steal_pointer (&target);
    }
    return NULL;
}

/* The address without the parameters of a campaign, or NULL when it has none. */
static char *
without_campaign (const TrackingPatterns *patterns, const char *url)
{
    Address address = { 0 };
    Parameter parameter;
    size_t position = 0;
    bool found = false;

    if (!read_address (url, &address) || !address.query)
        return NULL;
    g_autoptr (GString) out = g_string_new_len (url, address.query - url - 1);
    char before = '?';
    while (next_parameter (&address, &position, &parameter)) {
        if (is_parameter (patterns->campaign_parameters, &parameter)) {
            found = true;
            continue;
        }
        g_string_append_c (out, before);
        g_string_append_len (out, parameter.start, (gssize)parameter.length);
        before = '&';
    }
    g_string_append (out, address.path + address.path_length);
    return found ? g_string_free (g_steal_pointer (&out), FALSE) : NULL;
}

/* RFC 3987 3.1: what is not ASCII, and blanks, as bytes of UTF-8. NULL where it would stand in
 * the host or is no UTF-8. */
static char *
encode_address (const char *url)
{
    Address address = { 0 };

    if (!g_utf8_validate (url, -1, NULL) || !read_address (url, &address))
        return NULL;
    g_autoptr (GString) out = g_string_new (NULL);
    for (const char *c = url; *c; c++) {
        if (*c > ' ' && *c < 0x7f)
            g_string_append_c (out, *c);
        else if (c < address.path)
            return NULL;
        else
            g_string_append_printf (out, "%%%02X", (unsigned char)*c);
    }
    return g_string_free (g_steal_pointer (&out), FALSE);
}

/* A target may go through a counting host again; past this it is not looked for. */
enum { MOST_WRAPS = 8 };

const char *
tracking_link (const TrackingPatterns *patterns, const char *url, char **ret_target)
{
    g_autofree char *at = without_line_ends (url);
    Address address = { 0 };
    unsigned wraps = 0;

    *ret_target = NULL;
    while (read_address (at, &address) && is_host (patterns->link_hosts, &address)) {
        char *target = wraps++ < MOST_WRAPS ? find_target (patterns, &address) : NULL;
        if (!target)
            return "wrapped";
        g_free (at);
        at = target;
    }
    g_autofree char *bare = without_campaign (patterns, at);
    if (wraps == 0 && !bare)
        return NULL;
    *ret_target = encode_address (bare ? bare : at);
    return wraps > 0 ? "link" : "campaign-parameter";
}

bool
tracking_text_has_pixel (const TrackingPatterns *patterns, const char *text)
{
    for (const char *found = strstr (text, "//"); found; found = strstr (found, "//")) {
        bool secure = found - text >= 6 && g_ascii_strncasecmp (found - 6, "https:", 6) == 0;
        bool plain = found - text >= 5 && g_ascii_strncasecmp (found - 5, "http:", 5) == 0;
        const char *start = found - (secure ? 6 : plain ? 5 : 0);
        size_t length = strcspn (found, " \t\r\n\f\"'(),;<>");
        g_autofree char *url = g_strndup (start, (size_t)(found - start) + length);
        if (tracking_is_pixel (patterns, url))
            return true;
        found += MAX (length, 2);
    }
    return false;
}
