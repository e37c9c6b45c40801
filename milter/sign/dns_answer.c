/* SPDX-License-Identifier: BSD-2-Clause */

/* Reads DNS messages with the C library's ns_initparse and ns_parserr. Pure. */

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <string.h>

#include "dns.h"

enum { MOST_ALIASES = 16, MOST_RECORDS = 256 };

DnsAnswer *
dns_answer_new (DnsStatus status, const char *why)
{
    DnsAnswer *answer = g_new0 (DnsAnswer, 1);

    answer->status = status;
    answer->records = g_ptr_array_new_with_free_func (g_free);
    answer->preferences = g_array_new (FALSE, FALSE, sizeof (unsigned));
    answer->ttl = UINT32_MAX;
    answer->why = g_strdup (why);
    return answer;
}

void
dns_answer_free (DnsAnswer *answer)
{
    if (!answer)
        return;
    g_ptr_array_unref (answer->records);
    g_array_unref (answer->preferences);
    g_free (answer->alias);
    g_free (answer->why);
    g_free (answer);
}

const char *
dns_type_word (DnsType type)
{
    switch (type) {
    case DNS_A:
        return "A";
    case DNS_PTR:
        return "PTR";
    case DNS_MX:
        return "MX";
    case DNS_TXT:
        return "TXT";
    case DNS_AAAA:
        return "AAAA";
    }
    g_assert_not_reached ();
}

bool
dns_is_name (const char *name)
{
    size_t length = strlen (name), label = 0;

    if (length == 0 || length > 253)
        return false;
    for (const char *c = name; *c; c++) {
        if (*c < ' ' || *c > '~' || *c == '\\' || *c == '"')
            return false;
        label = *c == '.' ? 0 : label + 1;
        if (label > 63 || (*c == '.' && (c == name || c[-1] == '.')))
            return false;
    }
    return true;
}

/* The C library writes odd letters as "\032" and "\$"; a dot within a label stays so. In lower
 * case without the last dot. Caller frees. */
static char *
plain_name (const char *name)
{
    GString *plain = g_string_new (NULL);

    for (const char *c = name; *c; c++) {
        bool coded = *c == '\\' && strspn (c + 1, "0123456789") >= 3;
        int code = coded ? 100 * (c[1] - '0') + 10 * (c[2] - '0') + c[3] - '0' : 0;
        if (code >= ' ' && code <= '~' && code != '.' && code != '\\') {
            g_string_append_c (plain, (char)code);
            c += 3;
        } else {
            if (*c == '\\' && c[1] && c[1] != '.' && !g_ascii_isdigit (c[1]))
                c++;
            g_string_append_c (plain, g_ascii_tolower (*c));
        }
    }
    if (plain->len > 1 && plain->str[plain->len - 1] == '.')
        g_string_truncate (plain, plain->len - 1);
    return g_string_free (plain, FALSE);
}

/* The name in an answer's bytes as dns_is_name has it, or NULL. Caller frees. */
static char *
read_name (const ns_msg *message, const unsigned char *at)
{
    char name[NS_MAXDNAME];

    if (ns_name_uncompress (ns_msg_base (*message), ns_msg_end (*message), at, name,
                            sizeof name) < 0)
        return NULL;
    return plain_name (name);
}

/* The strings of a TXT record as one (RFC 7208 3.3, RFC 6376 3.6.2.2). */
static char *
read_strings (const unsigned char *data, size_t length)
{
    GString *text = g_string_new (NULL);

    for (size_t at = 0; at < length; at += 1u + data[at]) {
        if (at + 1 + data[at] > length) {
            g_string_free (text, TRUE);
            return NULL;
        }
        g_string_append_len (text, (const char *)data + at + 1, data[at]);
    }
    for (size_t i = 0; i < text->len; i++)
        if (text->str[i] == '\0')
            text->str[i] = '?';
    return g_string_free (text, FALSE);
}

static char *
read_address (int family, const unsigned char *data, size_t length)
{
    char text[INET6_ADDRSTRLEN];

    if (length != (family == AF_INET ? 4u : 16u))
        return NULL;
    return g_strdup (inet_ntop (family, data, text, sizeof text));
}

/* Caller frees; NULL when the record is broken. */
static char *
read_record (const ns_msg *message, const ns_rr *record, DnsType type, unsigned *ret_preference)
{
    const unsigned char *data = ns_rr_rdata (*record);
    size_t length = ns_rr_rdlen (*record);

    switch (type) {
    case DNS_A:
        return read_address (AF_INET, data, length);
    case DNS_AAAA:
        return read_address (AF_INET6, data, length);
    case DNS_PTR:
        return read_name (message, data);
    case DNS_TXT:
        return read_strings (data, length);
    case DNS_MX:
        if (length < 3)
            return NULL;
        *ret_preference = (unsigned)data[0] << 8 | data[1];
        return read_name (message, data + 2);
    }
    g_assert_not_reached ();
}

static bool
is_owner (const ns_rr *record, const char *name)
{
    g_autofree char *owner = plain_name (ns_rr_name (*record));

    return strcmp (owner, name) == 0;
}

/* Where the alias of that name leads, NULL without one. Caller frees. */
static char *
find_alias (ns_msg *message, const char *name, DnsAnswer *answer)
{
    ns_rr record;

    for (int i = 0; i < ns_msg_count (*message, ns_s_an); i++)
        if (ns_parserr (message, ns_s_an, i, &record) == 0 &&
            ns_rr_type (record) == ns_t_cname && is_owner (&record, name)) {
            answer->ttl = MIN (answer->ttl, ns_rr_ttl (record));
            return read_name (message, ns_rr_rdata (record));
        }
    return NULL;
}

static DnsAnswer *
make_malformed (const char *why)
{
    return dns_answer_new (DNS_MALFORMED, why);
}

/* False when one is broken. */
static bool
add_records (ns_msg *message, const char *name, DnsType type, DnsAnswer *answer)
{
    ns_rr record;

    for (int i = 0; i < ns_msg_count (*message, ns_s_an); i++) {
        unsigned preference = 0;
        if (ns_parserr (message, ns_s_an, i, &record) != 0)
            return false;
        if ((DnsType)ns_rr_type (record) != type || !is_owner (&record, name) ||
            answer->records->len >= MOST_RECORDS)
            continue;
        char *text = read_record (message, &record, type, &preference);
        if (!text)
            return false;
        g_ptr_array_add (answer->records, text);
        g_array_append_val (answer->preferences, preference);
        answer->ttl = MIN (answer->ttl, ns_rr_ttl (record));
    }
    return true;
}

static DnsAnswer *
read_answers (ns_msg *message, const char *question, DnsType type)
{
    g_autoptr (DnsAnswer) answer = dns_answer_new (DNS_NONE, NULL);
    g_autofree char *name = g_ascii_strdown (question, -1);
    unsigned hops = 0;

    if (strlen (name) > 1 && name[strlen (name) - 1] == '.')
        name[strlen (name) - 1] = '\0';
    for (char *next; (next = find_alias (message, name, answer)); hops++) {
        g_free (name);
        name = next;
        if (hops == MOST_ALIASES)
            return make_malformed ("a loop of CNAME records");
    }
    if (!add_records (message, name, type, answer))
        return make_malformed ("a record that cannot be read");
    answer->alias = hops ? g_strdup (name) : NULL;
    if (answer->records->len > 0)
        answer->status = DNS_FOUND;
    return g_steal_pointer (&answer);
}

DnsAnswer *
dns_answer_read (const unsigned char *data, size_t length, const char *name, DnsType type)
{
    ns_msg message;

    if (length > INT16_MAX * 2 + 1 || ns_initparse (data, (int)length, &message) != 0)
        return make_malformed ("an answer that cannot be read");
    unsigned code = (unsigned)ns_msg_getflag (message, ns_f_rcode);
    if (code != ns_r_noerror && code != ns_r_nxdomain) {
        g_autofree char *why = g_strdup_printf ("the server answered with code %u%s", code,
                                                code == ns_r_servfail  ? " (SERVFAIL)"
                                                : code == ns_r_refused ? " (REFUSED)"
                                                                       : "");
        return dns_answer_new (DNS_TEMPORARY, why);
    }
    if (ns_msg_getflag (message, ns_f_tc))
        return make_malformed ("an answer that was cut short");
    DnsAnswer *answer = read_answers (&message, name, type);
    if (answer->status == DNS_NONE)
        answer->no_name = code == ns_r_nxdomain;
    return answer;
}

const DnsAnswer *
dns_lookup (const DnsSource *source, const char *name, DnsType type)
{
    return source->lookup (source->data, name, type);
}
