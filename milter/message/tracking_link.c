/* SPDX-License-Identifier: BSD-2-Clause */

/* Addresses of the Web (RFC 3986, as far as links in mail go) against the patterns of a policy. */

#include "tracking_link.h"

#include <string.h>

/* Pieces of an address, borrowed from it. */
typedef struct {
    const char *host;
    size_t host_length;
    const char *path; /* with query, up to the fragment or the end */
    size_t path_length;
    const char *query; /* after "?", or NULL */
    size_t query_length;
} Address;

static size_t
scheme_length (const char *url)
{
    static const char *const schemes[] = { "https://", "http://", "//" };

    for (unsigned i = 0; i < G_N_ELEMENTS (schemes); i++)
        if (g_ascii_strncasecmp (url, schemes[i], strlen (schemes[i])) == 0)
            return strlen (schemes[i]);
    return 0;
}

/* Browsers read a backslash as a slash; RFC 3986 3.2: user and port stand around the host. */
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
is_host (char *const *hosts, const Address *address)
{
    for (; hosts && *hosts; hosts++) {
        bool below = **hosts == '.';
        const char *wanted = *hosts + below;
        size_t length = strlen (wanted);
        if (length > address->host_length || length == 0)
            continue;
        const char *tail = address->host + address->host_length - length;
        if (g_ascii_strncasecmp (tail, wanted, length) == 0 &&
            (tail == address->host || (below && tail[-1] == '.')))
            return true;
    }
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

bool
tracking_is_pixel (const TrackingPatterns *patterns, const char *url)
{
    Address address = { 0 };

    if (!read_address (url, &address))
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

static bool
next_parameter (const Address *address, size_t *position, Parameter *ret)
{
    if (!address->query || *position > address->query_length)
        return false;
    const char *start = address->query + *position;
    size_t rest = address->query_length - *position, length = 0;
    while (length < rest && start[length] != '&' && start[length] != ';')
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

/* A target that leads somewhere by itself, in letters that can stand in any attribute. */
static bool
is_safe_target (const char *target)
{
    Address address = { 0 };

    if (target[0] == '/' || !read_address (target, &address))
        return false;
    for (const char *c = target; *c; c++)
        if (*c <= ' ' || *c >= 0x7f || strchr ("\"'<>`\\^{|}", *c))
            return false;
    return true;
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
        bool plain = c > ' ' && c < 0x7f && !strchr ("\"'<>`\\^{|}", c);
        if (low >= 0 && plain)
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
        before = parameter.start[parameter.length] == ';' ? ';' : '&';
    }
    g_string_append (out, address.path + address.path_length);
    return found ? g_string_free (g_steal_pointer (&out), FALSE) : NULL;
}

static bool
is_ascii_line (const char *text)
{
    for (; *text; text++)
        if (*text <= ' ' || *text >= 0x7f)
            return false;
    return true;
}

const char *
tracking_link (const TrackingPatterns *patterns, const char *url, char **ret_target)
{
    Address address = { 0 };

    *ret_target = NULL;
    if (!read_address (url, &address))
        return NULL;
    bool counting = is_host (patterns->link_hosts, &address);
    g_autofree char *target = counting ? find_target (patterns, &address) : NULL;
    if (counting && !target)
        return "wrapped";
    g_autofree char *bare = without_campaign (patterns, target ? target : url);
    if (!target && !bare)
        return NULL;
    if (!target && !is_ascii_line (bare))
        return NULL;
    *ret_target = bare ? g_steal_pointer (&bare) : g_steal_pointer (&target);
    return counting ? "link" : "campaign-parameter";
}
