/* SPDX-License-Identifier: BSD-2-Clause */

#include "spf_client.h"

#include <arpa/inet.h>
#include <string.h>

#include "licet/address.h"

enum { MOST_NAMES = 10, NAME_BYTES = 253 };

/* "::ffff:192.0.2.1" is an IPv4 client (RFC 7208 5). */
static bool
read_address (SpfClient *client, const char *text)
{
    static const unsigned char mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

    if (inet_pton (AF_INET, text, client->bytes) == 1)
        return true;
    if (inet_pton (AF_INET6, text, client->bytes) != 1)
        return false;
    client->ipv6 = memcmp (client->bytes, mapped, sizeof mapped) != 0;
    if (!client->ipv6)
        memmove (client->bytes, client->bytes + 12, 4);
    return true;
}

bool
spf_client_init (SpfClient *client, const DnsSource *source, const SpfQuestion *question)
{
    const char *at = strrchr (question->sender, '@');

    client->source = source;
    client->helo = g_strdup (question->helo);
    if (!*question->sender)
        client->sender = g_strdup_printf ("postmaster@%s", question->helo);
    else if (!at || at == question->sender)
        client->sender = g_strdup_printf ("postmaster@%s", at ? at + 1 : question->sender);
    else
        client->sender = g_strdup (question->sender);
    client->domain = address_domain (client->sender);
    return read_address (client, question->address);
}

void
spf_client_clear (SpfClient *client)
{
    g_clear_pointer (&client->sender, g_free);
    g_clear_pointer (&client->helo, g_free);
}

bool
spf_client_has (const SpfClient *client, const char *address, int prefix)
{
    unsigned char bytes[16];
    int most = client->ipv6 ? 128 : 32;
    int bits = prefix < 0 ? most : prefix;

    if (inet_pton (client->ipv6 ? AF_INET6 : AF_INET, address, bytes) != 1)
        return false;
    size_t whole = (size_t)bits / 8;
    unsigned mask = bits % 8 ? 0xffu << (8 - bits % 8) & 0xff : 0;
    return memcmp (bytes, client->bytes, whole) == 0 &&
           (mask == 0 || (bytes[whole] & mask) == (client->bytes[whole] & mask));
}

/* "192.0.2.1", or the 32 digits of an IPv6 address with dots between them. */
static char *
dotted (const SpfClient *client)
{
    GString *text = g_string_new (NULL);
    unsigned length = client->ipv6 ? 16 : 4;

    for (unsigned i = 0; i < length; i++)
        if (client->ipv6)
            g_string_append_printf (text, "%s%x.%x", i ? "." : "", client->bytes[i] >> 4,
                                    client->bytes[i] & 15u);
        else
            g_string_append_printf (text, "%s%u", i ? "." : "", client->bytes[i]);
    return g_string_free (text, FALSE);
}

char *
spf_client_reverse (const SpfClient *client)
{
    g_autofree char *text = dotted (client);
    g_auto (GStrv) labels = g_strsplit (text, ".", -1);
    GString *name = g_string_new (NULL);

    for (unsigned i = g_strv_length (labels); i-- > 0;)
        g_string_append_printf (name, "%s.", labels[i]);
    g_string_append (name, client->ipv6 ? "ip6.arpa" : "in-addr.arpa");
    return g_string_free (name, FALSE);
}

static bool
leads_back (const SpfClient *client, const char *name)
{
    const DnsAnswer *answer =
        dns_lookup (client->source, name, client->ipv6 ? DNS_AAAA : DNS_A);

    for (unsigned i = 0; i < answer->records->len; i++)
        if (spf_client_has (client, g_ptr_array_index (answer->records, i), -1))
            return true;
    return false;
}

GPtrArray *
spf_client_names (const SpfClient *client, bool *ret_found_none)
{
    g_autofree char *reverse = spf_client_reverse (client);
    const DnsAnswer *answer = dns_lookup (client->source, reverse, DNS_PTR);
    GPtrArray *names = g_ptr_array_new_with_free_func (g_free);

    *ret_found_none = answer->status == DNS_NONE;
    for (unsigned i = 0; i < answer->records->len && i < MOST_NAMES; i++)
        if (leads_back (client, g_ptr_array_index (answer->records, i)))
            g_ptr_array_add (names, g_strdup (g_ptr_array_index (answer->records, i)));
    return names;
}

/* Of several names the one nearest to the domain (RFC 7208 7.3). */
static char *
name_near (const SpfClient *client, const char *domain)
{
    bool none = false;
    g_autoptr (GPtrArray) names = spf_client_names (client, &none);
    g_autofree char *below = g_strconcat (".", domain, NULL);
    const char *best = NULL;

    for (unsigned i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index (names, i);
        if (g_ascii_strcasecmp (name, domain) == 0)
            return g_strdup (name);
        if (!best || (g_str_has_suffix (name, below) && !g_str_has_suffix (best, below)))
            best = name;
    }
    return g_strdup (best ? best : "unknown");
}

/* Caller frees. */
static char *
letter_value (const SpfClient *client, char letter, const char *domain)
{
    switch (g_ascii_tolower (letter)) {
    case 's':
        return g_strdup (client->sender);
    case 'l':
        return g_strndup (client->sender, (size_t)(client->domain - client->sender) - 1);
    case 'o':
        return g_strdup (client->domain);
    case 'd':
        return g_strdup (domain);
    case 'i':
        return dotted (client);
    case 'p':
        return name_near (client, domain);
    case 'v':
        return g_strdup (client->ipv6 ? "ip6" : "in-addr");
    default:
        return g_strdup (client->helo);
    }
}

/* Splits at the delimiters, turns the parts round, takes the last `digits`, joins with dots. */
static char *
transform (const char *value, unsigned digits, bool reversed, const char *delimiters)
{
    g_auto (GStrv) parts = g_strsplit_set (value, *delimiters ? delimiters : ".", -1);
    unsigned count = g_strv_length (parts);
    GString *text = g_string_new (NULL);

    for (unsigned i = digits && digits < count ? count - digits : 0; i < count; i++)
        g_string_append_printf (text, "%s%s", text->len ? "." : "",
                                parts[reversed ? count - 1 - i : i]);
    return g_string_free (text, FALSE);
}

/* Appends what the macro stands for; returns where it ends. The syntax has been checked. */
static const char *
expand_macro (const SpfClient *client, const char *macro, const char *domain, GString *text)
{
    static const char *const plain[] = { ['%'] = "%", ['_'] = " ", ['-'] = "%20" };

    if (macro[1] != '{') {
        g_string_append (text, plain[(unsigned char)macro[1]]);
        return macro + 2;
    }
    char *end = NULL;
    g_autofree char *value = letter_value (client, macro[2], domain);
    unsigned digits = (unsigned)MIN (g_ascii_strtoull (macro + 3, &end, 10), 128);
    bool reversed = *end == 'r' || *end == 'R';
    const char *rest = end + reversed;
    size_t length = strspn (rest, ".-+,/_=");
    g_autofree char *delimiters = g_strndup (rest, length);
    g_autofree char *part = transform (value, digits, reversed, delimiters);
    g_autofree char *escaped =
        g_ascii_isupper (macro[2]) ? g_uri_escape_string (part, NULL, FALSE) : NULL;
    g_string_append (text, escaped ? escaped : part);
    return rest + length + 1;
}

char *
spf_client_expand (const SpfClient *client, const char *value, const char *domain)
{
    g_autoptr (GString) text = g_string_new (NULL);

    if (!value)
        return g_strdup (domain);
    for (const char *c = value; *c;) {
        if (*c == '%')
            c = expand_macro (client, c, domain, text);
        else
            g_string_append_c (text, *c++);
    }
    if (text->len > 0 && text->str[text->len - 1] == '.')
        g_string_truncate (text, text->len - 1);
    const char *start = text->str;
    while (strlen (start) > NAME_BYTES && strchr (start, '.'))
        start = strchr (start, '.') + 1;
    return g_strdup (start);
}
