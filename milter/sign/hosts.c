/* SPDX-License-Identifier: BSD-2-Clause */

/* A list of clients, as names and networks. */

#include "hosts.h"

#include <arpa/inet.h>
#include <string.h>

#include "licet/error.h"
#include "licet/signer.h"
#include "tables.h"

/* IPv4 is kept as the mapped IPv6 address (RFC 4291 2.5.5.2), as clients may come as either. */
typedef struct {
    bool negated;
    char *name; /* NULL for a network; lower case, with a leading dot for a domain */
    unsigned char network[16];
    unsigned bits;
} Host;

struct Hosts {
    GArray *list; /* of Host */
};

static void
clear_host (gpointer data)
{
    g_free (((Host *)data)->name);
}

static bool
read_address (const char *text, unsigned char address[static 16], bool *ret_v4)
{
    static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

    *ret_v4 = false;
    if (inet_pton (AF_INET6, text, address) == 1)
        return true;
    *ret_v4 = inet_pton (AF_INET, text, address + 12) == 1;
    memcpy (address, mapped, sizeof mapped);
    return *ret_v4;
}

/* "192.0.2.0/24", "[2001:db8::1]"; false when it is neither address nor network. */
static bool
read_network (const char *text, Host *host)
{
    g_auto (GStrv) parts = g_strsplit (text, "/", 2);
    char *address = parts[0], *end = NULL;
    size_t length = strlen (address);
    bool v4 = false;

    if (length > 2 && address[0] == '[' && address[length - 1] == ']') {
        address[length - 1] = '\0';
        address++;
    }
    if (!read_address (address, host->network, &v4))
        return false;
    unsigned most = v4 ? 32 : 128;
    uint64_t bits = parts[1] ? g_ascii_strtoull (parts[1], &end, 10) : most;
    if (parts[1] && (!g_ascii_isdigit (*parts[1]) || *end || bits > most))
        return false;
    host->bits = (unsigned)bits + (v4 ? 96 : 0);
    return true;
}

static bool
read_host (const char *line, Host *host)
{
    host->negated = *line == '!';
    line += host->negated;
    if (read_network (line, host))
        return true;
    if (!signer_is_name (line + (*line == '.')) ||
        strspn (line, "0123456789.") == strlen (line))
        return false;
    host->name = g_ascii_strdown (line, -1);
    return true;
}

/* Many set-ups have "*.example.org", which fits nobody in opendkim's plain file. */
static void
describe_problem (GString *problems, const char *line, const char *place)
{
    const char *meant = g_str_has_prefix (line, "*.") ? line + 1 : NULL;

    g_string_append_printf (problems, "%s%s: \"%s\" ", problems->len > 0 ? "\n" : "", place,
                            line);
    if (meant)
        g_string_append_printf (problems,
                                "fits nobody, as with opendkim; right would be \"%s\" for all "
                                "below that domain, or no such line",
                                meant);
    else
        g_string_append (problems,
                         "is no host; right would be a name, .domain, an address or a "
                         "network such as 192.0.2.0/24");
}

Hosts *
hosts_read (const char *setting, GError **error)
{
    bool patterns = false;
    g_autoptr (GPtrArray) lines = tables_read_lines (setting, &patterns, error);
    g_autoptr (Hosts) hosts = g_new0 (Hosts, 1);
    g_autoptr (GString) problems = g_string_new (NULL);

    hosts->list = g_array_new (FALSE, FALSE, sizeof (Host));
    g_array_set_clear_func (hosts->list, clear_host);
    if (!lines)
        return NULL;
    for (unsigned i = 0; i + 1 < lines->len; i += 2) {
        Host host = { 0 };
        if (read_host (g_ptr_array_index (lines, i), &host))
            g_array_append_val (hosts->list, host);
        else
            describe_problem (problems, g_ptr_array_index (lines, i),
                              g_ptr_array_index (lines, i + 1));
    }
    if (problems->len > 0) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS, "%s", problems->str);
        return NULL;
    }
    return g_steal_pointer (&hosts);
}

void
hosts_free (Hosts *hosts)
{
    if (!hosts)
        return;
    g_array_unref (hosts->list);
    g_free (hosts);
}

static bool
is_within (const unsigned char *address, const Host *host)
{
    unsigned bytes = host->bits / 8, rest = host->bits % 8;
    unsigned char mask = (unsigned char)(0xff00u >> rest);

    return memcmp (address, host->network, bytes) == 0 &&
           (rest == 0 || ((address[bytes] ^ host->network[bytes]) & mask) == 0);
}

/* How precisely it names the address; 0 when it does not. */
static unsigned
precision_of_address (const Host *host, const unsigned char *address)
{
    return !host->name && is_within (address, host) ? 1 + host->bits : 0;
}

/* A name of its own is longer than the domain it is in. */
static unsigned
precision_of_name (const Host *host, const char *name)
{
    size_t length = host->name ? strlen (host->name) : 0;
    bool named = host->name && (*host->name == '.' ? strlen (name) > length &&
                                                         g_str_has_suffix (name, host->name)
                                                   : strcmp (name, host->name) == 0);

    return named ? (unsigned)length : 0;
}

/* What the most precise line so far says. */
typedef struct {
    unsigned precision;
    bool has;
} Answer;

static void
hear (Answer *answer, const Host *host, unsigned precision)
{
    if (precision > answer->precision)
        *answer = (Answer){ precision, !host->negated };
}

static bool
has_name (const Hosts *hosts, const char *name)
{
    g_autofree char *lower = g_ascii_strdown (name, -1);
    Answer answer = { 0 };

    for (unsigned i = 0; i < hosts->list->len; i++) {
        const Host *host = &g_array_index (hosts->list, Host, i);
        hear (&answer, host, precision_of_name (host, lower));
    }
    return answer.has;
}

static bool
has_address (const Hosts *hosts, const char *address)
{
    unsigned char bytes[16];
    Answer answer = { 0 };
    bool v4 = false;

    if (!read_address (address, bytes, &v4))
        return false;
    for (unsigned i = 0; i < hosts->list->len; i++) {
        const Host *host = &g_array_index (hosts->list, Host, i);
        hear (&answer, host, precision_of_address (host, bytes));
    }
    return answer.has;
}

bool
hosts_has (const Hosts *hosts, const char *name, const char *address)
{
    return (name && has_name (hosts, name)) || (address && has_address (hosts, address));
}
