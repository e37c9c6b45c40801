/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The mail server's side of the milter protocol, many times at once and by the clock: messages are due
 * at a fixed rate whether or not the filter has answered the ones before (open loop), and latency counts
 * from the moment a message was due. Prints one line of JSON.
 *
 * usage: milter_load SOCKET CONNECTIONS RATE SECONDS FILE…
 * SOCKET is unix:PATH or inet:PORT; RATE is messages per second of all connections together, 0 for as
 * fast as they are answered. Files have CRLF lines. Each message goes to RECIPIENTS (1) people
 * "personN@domainM.example" of the first PEOPLE (1000000) who have agreed (N no multiple of 5), both from
 * the environment; PER_CONNECTION (0: all) messages go over one connection.
 */

#include <arpa/inet.h>
#include <glib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BODY_CHUNK  65535
#define MOST_ANSWER (1u << 20)
#define ACTIONS     0x1ffu
#define STEPS       0x1fffffu
#define LEAD_SPACE  0x100000u

/* SMFIP_*: what the filter does not want, and what it does not answer; mfdef.h. */
static const struct {
    char command;
    uint32_t unwanted, unanswered;
} steps[] = {
    { 'C', 0x1, 0x1000 },   { 'H', 0x2, 0x2000 },    { 'M', 0x4, 0x4000 },
    { 'R', 0x8, 0x8000 },   { 'T', 0x200, 0x10000 }, { 'L', 0x20, 0x80 },
    { 'N', 0x40, 0x40000 }, { 'B', 0x10, 0x80000 },
};

typedef struct {
    char command;
    GString *data, *stripped; /* stripped: without the blank after the colon of a field */
} Packet;

typedef struct {
    int fd;
    uint32_t steps;
    GByteArray *out; /* what the filter need not answer waits here */
    bool broken;
} Link;

/* What one thread saw. */
typedef struct {
    unsigned number, accepted, signed_, refused, deferred, broken, slow_starts;
    double worst_start;
    GArray *latencies; /* of double, seconds */
} Worker;

static struct {
    struct sockaddr_storage address;
    socklen_t length;
    unsigned connections, recipients, people, per_connection;
    double rate, begin, until;
    GPtrArray *mails; /* of GPtrArray of Packet */
    int ticket;
} load;

static double
now (void)
{
    return (double)g_get_monotonic_time () / 1e6;
}

/* A file's packets after the envelope. */

static void
add_packet (GPtrArray *packets, char command, GString *data, GString *stripped)
{
    Packet *packet = g_new0 (Packet, 1);

    packet->command = command;
    packet->data = data;
    packet->stripped = stripped;
    g_ptr_array_add (packets, packet);
}

static void
add_field (GPtrArray *packets, const char *field, size_t length)
{
    const char *colon = memchr (field, ':', length);
    g_assert_nonnull (colon);
    g_autofree char *raw = g_strndup (colon + 1, length - (size_t)(colon + 1 - field));
    GString *value = g_string_new (raw), *name = g_string_new_len (field, colon - field);

    g_string_replace (value, "\r\n", "\n", 0);
    GString *data = g_string_new_len (name->str, (gssize)name->len + 1);
    GString *stripped = g_string_new_len (name->str, (gssize)name->len + 1);
    g_string_append_len (data, value->str, (gssize)value->len + 1);
    const char *text = value->str + (*value->str == ' ');
    g_string_append_len (stripped, text, (gssize)strlen (text) + 1);
    add_packet (packets, 'L', data, stripped);
    g_string_free (value, TRUE);
    g_string_free (name, TRUE);
}

static GPtrArray *
load_mail (const char *path)
{
    GPtrArray *packets = g_ptr_array_new ();
    g_autofree char *text = NULL;
    size_t length = 0;

    g_assert_true (g_file_get_contents (path, &text, &length, NULL));
    char *end = strstr (text, "\r\n\r\n");
    g_assert_nonnull (end);
    for (char *c = text; c < end + 2;) {
        char *next = c;
        do
            next = strstr (next, "\r\n") + 2;
        while (*next == ' ' || *next == '\t');
        add_field (packets, c, (size_t)(next - 2 - c));
        c = next;
    }
    add_packet (packets, 'N', g_string_new (NULL), NULL);
    for (char *c = end + 4; c < text + length;) {
        size_t chunk = MIN ((size_t)(text + length - c), BODY_CHUNK);
        add_packet (packets, 'B', g_string_new_len (c, (gssize)chunk), NULL);
        c += chunk;
    }
    return packets;
}

/* The wire. */

static void
queue (Link *link, char command, const void *data, size_t length)
{
    uint32_t size = htonl ((uint32_t)length + 1);

    g_byte_array_append (link->out, (const guint8 *)&size, sizeof size);
    g_byte_array_append (link->out, (const guint8 *)&command, 1);
    if (length > 0)
        g_byte_array_append (link->out, data, (unsigned)length);
}

static void
flush (Link *link)
{
    for (size_t sent = 0; sent < link->out->len && !link->broken;) {
        ssize_t n =
            send (link->fd, link->out->data + sent, link->out->len - sent, MSG_NOSIGNAL);
        link->broken = n <= 0;
        sent += (size_t)MAX (n, 0);
    }
    g_byte_array_set_size (link->out, 0);
}

static bool
take (Link *link, void *data, size_t length)
{
    for (size_t got = 0; got < length && !link->broken;) {
        ssize_t n = recv (link->fd, (char *)data + got, length - got, 0);
        link->broken = n <= 0;
        got += (size_t)MAX (n, 0);
    }
    return !link->broken;
}

/* The letter of the next answer, 0 when the filter hung up. */
static char
receive (Link *link, GString *data)
{
    uint32_t size = 0;
    char command = 0;

    flush (link);
    if (!take (link, &size, sizeof size) || !take (link, &command, 1))
        return 0;
    size = ntohl (size);
    if (size == 0 || size > MOST_ANSWER) {
        link->broken = true;
        return 0;
    }
    g_string_set_size (data, size - 1);
    return take (link, data->str, size - 1) ? command : 0;
}

/* Sends one command as Postfix would; the filter's letter, 'c' where it wants or answers nothing. */
static char
say (Link *link, char command, const void *data, size_t length, GString *answer)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (steps); i++) {
        if (steps[i].command != command)
            continue;
        if (link->steps & steps[i].unwanted)
            return 'c';
        queue (link, command, data, length);
        if (link->steps & steps[i].unanswered)
            return 'c';
        return receive (link, answer);
    }
    g_assert_not_reached ();
}

static void
say_macros (Link *link, const char *text, size_t length)
{
    queue (link, 'D', text, length);
}

static void
say_hello (Link *link, GString *answer)
{
    static const char macros[] = "Cj\0mail.shop.example\0{daemon_name}\0mail.shop.example";
    static const char client[] = "app.shop.example\0"
                                 "4"
                                 "\x1f\x90"
                                 "127.0.0.1";
    uint32_t offer[] = { htonl (6), htonl (ACTIONS), htonl (STEPS) }, taken[3];

    queue (link, 'O', offer, sizeof offer);
    if (receive (link, answer) != 'O' || answer->len < sizeof taken) {
        link->broken = true;
        return;
    }
    memcpy (taken, answer->str, sizeof taken);
    link->steps = ntohl (taken[2]);
    say_macros (link, macros, sizeof macros);
    say (link, 'C', client, sizeof client, answer);
    say (link, 'H', "app.shop.example", sizeof "app.shop.example", answer);
}

static void
open_link (Link *link, Worker *worker, GString *answer)
{
    double start = now ();

    memset (link, 0, sizeof *link);
    link->out = g_byte_array_new ();
    link->fd = socket (load.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    link->broken = connect (link->fd, (const struct sockaddr *)&load.address, load.length) != 0;
    if (!link->broken)
        say_hello (link, answer);
    worker->worst_start = MAX (worker->worst_start, now () - start);
    worker->slow_starts += now () - start > 0.2;
}

static void
close_link (Link *link)
{
    if (!link->broken) {
        queue (link, 'Q', NULL, 0);
        flush (link);
    }
    close (link->fd);
    g_byte_array_unref (link->out);
}

/* One message. */

static char
say_envelope (Link *link, unsigned ticket, GRand *chance, GString *answer)
{
    static const char sender[] = "<orders@shop.example>";
    g_autoptr (GString) macros = g_string_new (NULL);
    char verdict = 'c';

    g_string_printf (macros, "Mi%c4Bench%010u%c{auth_authen}%capp%c", 0, ticket, 0, 0, 0);
    say_macros (link, macros->str, macros->len);
    verdict = say (link, 'M', sender, sizeof sender, answer);
    for (unsigned i = 0; i < load.recipients && verdict == 'c'; i++) {
        unsigned person = (unsigned)g_rand_int_range (chance, 0, (int)load.people / 5) * 5 + 1;
        g_autofree char *path =
            g_strdup_printf ("<person%u@domain%u.example>", person, person % 1000);
        verdict = say (link, 'R', path, strlen (path) + 1, answer);
    }
    return verdict == 'c' ? say (link, 'T', NULL, 0, answer) : verdict;
}

static char
say_mail (Link *link, const GPtrArray *packets, GString *answer)
{
    bool skips = false;

    for (unsigned i = 0; i < packets->len; i++) {
        const Packet *packet = g_ptr_array_index (packets, i);
        const GString *data =
            packet->stripped && !(link->steps & LEAD_SPACE) ? packet->stripped : packet->data;
        if (skips && packet->command == 'B')
            continue;
        char verdict = say (link, packet->command, data->str, data->len, answer);
        skips = verdict == 's';
        if (verdict != 'c' && verdict != 's')
            return verdict;
    }
    return 'c';
}

static bool
is_signature (char letter, const GString *data)
{
    size_t offset = letter == 'i' ? sizeof (uint32_t) : 0;

    return (letter == 'i' || letter == 'h') && data->len > offset &&
           g_ascii_strcasecmp (data->str + offset, "DKIM-Signature") == 0;
}

static char
say_end (Link *link, unsigned ticket, bool *ret_signed, GString *answer)
{
    g_autofree char *macros = g_strdup_printf ("Ei%c4Bench%010u", 0, ticket);

    say_macros (link, macros, sizeof "Ei" + strlen ("4Bench0000000000") + 1);
    queue (link, 'E', NULL, 0);
    for (;;) {
        char letter = receive (link, answer);
        if (!letter || !strchr ("hibmqp+-e", letter))
            return letter;
        *ret_signed = *ret_signed || is_signature (letter, answer);
    }
}

static void
count_verdict (Worker *worker, char verdict, bool is_signed, const GString *answer)
{
    bool late = verdict == 't' || (verdict == 'y' && *answer->str == '4');

    worker->accepted += verdict == 'a' || verdict == 'c';
    worker->signed_ += is_signed;
    worker->deferred += late;
    worker->refused += verdict == 'r' || verdict == 'd' || (verdict == 'y' && !late);
    worker->broken += verdict == 0;
}

static void
send_one (Link *link, Worker *worker, unsigned ticket, double due, GRand *chance,
          GString *answer)
{
    const GPtrArray *mail = g_ptr_array_index (load.mails, ticket % load.mails->len);
    bool is_signed = false;
    char verdict = say_envelope (link, ticket, chance, answer);

    if (verdict == 'c')
        verdict = say_mail (link, mail, answer);
    if (verdict == 'c')
        verdict = say_end (link, ticket, &is_signed, answer);
    double latency = now () - due;
    g_array_append_val (worker->latencies, latency);
    count_verdict (worker, verdict, is_signed, answer);
    queue (link, 'A', NULL, 0);
}

static void *
work (void *data)
{
    Worker *worker = data;
    GRand *chance = g_rand_new_with_seed (worker->number + 1);
    GString *answer = g_string_new (NULL);
    Link link;
    unsigned sent = 0;

    open_link (&link, worker, answer);
    while (!link.broken) {
        unsigned ticket = (unsigned)g_atomic_int_add (&load.ticket, 1);
        double due = load.rate > 0 ? load.begin + ticket / load.rate : MAX (now (), load.begin);
        if (due >= load.until)
            break;
        if (due > now ())
            g_usleep ((gulong)((due - now ()) * 1e6));
        send_one (&link, worker, ticket, due, chance, answer);
        if (load.per_connection > 0 && ++sent % load.per_connection == 0) {
            close_link (&link);
            open_link (&link, worker, answer);
        }
    }
    close_link (&link);
    g_string_free (answer, TRUE);
    g_rand_free (chance);
    return NULL;
}

/* The whole. */

static int
compare (const void *a, const void *b)
{
    double first = *(const double *)a, second = *(const double *)b;

    return first < second ? -1 : first > second;
}

static double
quantile (const GArray *sorted, double share)
{
    if (sorted->len == 0)
        return 0;
    return 1e3 * g_array_index (sorted, double,
                                MIN (sorted->len - 1, (unsigned)(share * sorted->len)));
}

static void
print_sum (const Worker *workers)
{
    g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (double));
    Worker sum = { 0 };

    for (unsigned i = 0; i < load.connections; i++) {
        const Worker *one = &workers[i];
        g_array_append_vals (all, one->latencies->data, one->latencies->len);
        sum.accepted += one->accepted;
        sum.signed_ += one->signed_;
        sum.refused += one->refused;
        sum.deferred += one->deferred;
        sum.broken += one->broken;
        sum.slow_starts += one->slow_starts;
        sum.worst_start = MAX (sum.worst_start, one->worst_start);
    }
    g_array_sort (all, compare);
    printf ("{\"messages\":%u,\"accepted\":%u,\"signed\":%u,\"refused\":%u,\"deferred\":%u,"
            "\"broken\":%u,\"seconds\":%.3f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f,"
            "\"slow_starts\":%u,\"worst_start_ms\":%.1f}\n",
            all->len, sum.accepted, sum.signed_, sum.refused, sum.deferred, sum.broken,
            now () - load.begin, quantile (all, 0.5), quantile (all, 0.99), quantile (all, 1),
            sum.slow_starts, 1e3 * sum.worst_start);
}

static bool
read_address (const char *text)
{
    struct sockaddr_un *local = (struct sockaddr_un *)&load.address;
    struct sockaddr_in *inet = (struct sockaddr_in *)&load.address;

    if (g_str_has_prefix (text, "inet:")) {
        *inet = (struct sockaddr_in){ .sin_family = AF_INET,
                                      .sin_port = htons ((uint16_t)atoi (text + 5)),
                                      .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
        load.length = sizeof *inet;
        return true;
    }
    if (!g_str_has_prefix (text, "unix:") || strlen (text + 5) >= sizeof local->sun_path)
        return false;
    local->sun_family = AF_UNIX;
    strcpy (local->sun_path, text + 5);
    load.length = sizeof *local;
    return true;
}

static unsigned
from_environment (const char *name, unsigned otherwise)
{
    const char *text = g_getenv (name);

    return text ? (unsigned)atoi (text) : otherwise;
}

int
main (int argc, char **argv)
{
    if (argc < 6 || !read_address (argv[1])) {
        fprintf (stderr,
                 "usage: milter_load unix:PATH|inet:PORT CONNECTIONS RATE SECONDS FILE...\n");
        return 64;
    }
    load.connections = (unsigned)atoi (argv[2]);
    load.rate = g_ascii_strtod (argv[3], NULL);
    load.recipients = from_environment ("RECIPIENTS", 1);
    load.people = from_environment ("PEOPLE", 1000000);
    load.per_connection = from_environment ("PER_CONNECTION", 0);
    load.mails = g_ptr_array_new ();
    for (int i = 5; i < argc; i++)
        g_ptr_array_add (load.mails, load_mail (argv[i]));
    Worker *workers = g_new0 (Worker, load.connections);
    GThread **threads = g_new0 (GThread *, load.connections);
    load.begin = now () + 0.2; /* all connections are open then */
    load.until = load.begin + g_ascii_strtod (argv[4], NULL);
    for (unsigned i = 0; i < load.connections; i++) {
        workers[i].number = i;
        workers[i].latencies = g_array_new (FALSE, FALSE, sizeof (double));
        threads[i] = g_thread_new ("link", work, &workers[i]);
    }
    for (unsigned i = 0; i < load.connections; i++)
        g_thread_join (threads[i]);
    print_sum (workers);
    return 0;
}
