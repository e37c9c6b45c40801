/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * An SMTP client of our own, since none of the libraries passes ESMTP parameters on verbatim and
 * tells the reply for each recipient.
 */

#include "submit.h"

#include <string.h>

#include "outcome.h"

#include "licet/address.h"
#include "licet/error.h"
#include "licet/limits.h"

#define CONNECT_SECONDS 10
#define COMMAND_SECONDS 60
#define GUARD_SECONDS   5
/* RFC 5321 4.5.3.2.6 asks for 10 minutes, but Postfix waits that long for us. */
#define FINAL_SECONDS 300

#define MARK_FORMAT GUARD_FIELD ": %s\r\n"

/* Lines of one reply; EHLO has about fifteen. */
#define REPLY_LINES 100
/* Commands on their way at once: their replies fit into any socket buffer. */
#define BATCH 100

enum {
    EXT_PIPELINING = 1 << 0,
    EXT_8BITMIME = 1 << 1,
    EXT_SMTPUTF8 = 1 << 2,
    EXT_DSN = 1 << 3,
    EXT_SIZE = 1 << 4,
};

typedef struct {
    const SubmitJob *job;
    NetStream *stream;
    unsigned extensions;
    char *xforward;   /* attributes offered, " NAME ADDR … "; NULL when none */
    char *mail_reply; /* to MAIL, if it was not 2xx */
    char *data_reply; /* to DATA */
    Submission *result;
} Client;

static void
show_stream (const Client *client, NetStream *stream)
{
    if (client->job->watch)
        client->job->watch (stream, client->job->watch_data);
}

static void
client_free (Client *client)
{
    show_stream (client, NULL);
    g_clear_pointer (&client->stream, net_stream_free);
    g_clear_pointer (&client->result, submission_free);
    g_free (client->xforward);
    g_free (client->mail_reply);
    g_free (client->data_reply);
    g_free (client);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Client, client_free)

void
submission_free (Submission *submission)
{
    if (!submission)
        return;
    g_ptr_array_unref (submission->replies);
    g_free (submission->queue_id);
    g_free (submission);
}

static bool
fail (GError **error, LicetError code, const char *what)
{
    g_set_error (error, LICET_ERROR, code, "second port: %s", what);
    return false;
}

/* Tokens of printable text, or UTF-8, between single blanks. */
static bool
is_safe_params (const char *params)
{
    for (const char *c = params; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            return false;
    return strlen (params) <= LIMIT_COMMAND;
}

static bool
check_path (const EnvelopePath *path, GError **error)
{
    if (address_is_safe (path->address) && is_safe_params (path->params))
        return true;
    return fail (error, LICET_ERROR_MALFORMED, "a path that may not stand in a command");
}

static bool
check_job (const SubmitJob *job, GError **error)
{
    size_t length = 0;
    const char *data = g_bytes_get_data (job->bytes, &length);
    const char *end = data + length;

    if (!check_path (job->envelope->sender, error))
        return false;
    for (unsigned i = 0; i < job->recipients->len; i++) {
        unsigned recipient = g_array_index (job->recipients, unsigned, i);
        if (!check_path (envelope_recipient (job->envelope, recipient), error))
            return false;
    }
    if (memchr (data, '\0', length))
        return fail (error, LICET_ERROR_MALFORMED, "a NUL in the message");
    /* Each CR and each LF has its other half beside it. */
    for (const char *c = data; c < end && (c = memchr (c, '\n', (size_t)(end - c))); c++)
        if (c == data || c[-1] != '\r')
            return fail (error, LICET_ERROR_MALFORMED, "a bare LF in the message");
    for (const char *c = data; c < end && (c = memchr (c, '\r', (size_t)(end - c))); c++)
        if (c + 1 == end || c[1] != '\n')
            return fail (error, LICET_ERROR_MALFORMED, "a bare CR in the message");
    return true;
}

/*
 * One reply as one line, the text of its last line kept whole; continuation lines go to each_line
 * (the EHLO keywords). NULL when the connection is gone or this is no reply.
 */
static char *
read_reply (Client *client, void (*each_line) (Client *client, const char *text),
            GError **error)
{
    for (unsigned lines = 0; lines < REPLY_LINES; lines++) {
        g_autofree char *line = net_read_line (client->stream, LIMIT_COMMAND, error);
        if (!line)
            return NULL;
        bool numbered =
            g_ascii_isdigit (line[0]) && g_ascii_isdigit (line[1]) && g_ascii_isdigit (line[2]);
        if (!numbered || !strchr (" -", line[3])) {
            fail (error, LICET_ERROR_UNAVAILABLE, "no SMTP reply");
            return NULL;
        }
        if (each_line && line[3])
            each_line (client, line + 4);
        if (line[3] != '-')
            return g_steal_pointer (&line);
    }
    fail (error, LICET_ERROR_UNAVAILABLE, "a reply without end");
    return NULL;
}

static bool
expect (Client *client, const char *stage, char class, GError **error)
{
    g_autofree char *reply = read_reply (client, NULL, error);

    if (!reply)
        return false;
    if (reply[0] == class)
        return true;
    g_autofree char *clean = outcome_clean (reply, REPLY_NO_UNDERSTAND);
    g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "second port: %s: %s", stage,
                 clean);
    return false;
}

static void
note_extension (Client *client, const char *text)
{
    static const struct {
        const char *keyword;
        unsigned bit;
    } table[] = {
        { "PIPELINING", EXT_PIPELINING },
        { "8BITMIME", EXT_8BITMIME },
        { "SMTPUTF8", EXT_SMTPUTF8 },
        { "DSN", EXT_DSN },
        { "SIZE", EXT_SIZE },
    };
    g_auto (GStrv) words = g_strsplit (text, " ", 2);

    if (!words[0])
        return;
    for (unsigned i = 0; i < G_N_ELEMENTS (table); i++)
        if (g_ascii_strcasecmp (words[0], table[i].keyword) == 0)
            client->extensions |= table[i].bit;
    if (g_ascii_strcasecmp (words[0], "XFORWARD") == 0 && words[1] && !client->xforward)
        client->xforward = g_strdup_printf (" %s ", words[1]);
}

static bool
greet (Client *client, GError **error)
{
    int fd = net_connect (client->job->to, CONNECT_SECONDS, error);

    if (fd < 0)
        return false;
    client->stream = net_stream_new (fd, COMMAND_SECONDS);
    show_stream (client, client->stream);
    if (!expect (client, "greeting", '2', error))
        return false;
    net_queue (client->stream, "EHLO %s\r\n", client->job->hostname);
    g_autofree char *reply = read_reply (client, note_extension, error);
    if (!reply)
        return false;
    if (!outcome_is_positive (reply))
        return fail (error, LICET_ERROR_UNAVAILABLE, "EHLO was refused");
    return true;
}

/* Mail must not get into a port without guard: it would leave twice after a crash, mark and all.
 * Postfix has told its milters of the connection before it greeted us. */
static bool
check_guard (Client *client, GError **error)
{
    unsigned port = net_local_port (client->stream);

    if (port && guard_await (client->job->guard, port, GUARD_SECONDS))
        return true;
    g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                 "second port: %s is not guarded by this daemon: it needs smtpd_milters and "
                 "milter_macro_daemon_name=" GUARD_NAME " as in contrib/postfix/master.cf; "
                 "licet doctor tells what is missing",
                 client->job->to);
    return false;
}

static bool
offers_attribute (const Client *client, const char *attribute)
{
    size_t length = strcspn (attribute, "=");
    g_autofree char *name = g_ascii_strup (attribute, (gssize)length);
    g_autofree char *word = g_strdup_printf (" %s ", name);

    return strstr (client->xforward, word) != NULL;
}

/* Postfix's XFORWARD_README: whom the log of the second port should name. Lines stay within the
 * 512 octets of a command. */
static bool
send_identity (Client *client, GError **error)
{
    g_autoptr (GString) line = g_string_new ("XFORWARD");
    unsigned lines = 0;

    for (unsigned i = 0; client->xforward && i < client->job->xforward->len; i++) {
        const char *attribute = g_ptr_array_index (client->job->xforward, i);
        if (!offers_attribute (client, attribute) || !is_safe_params (attribute))
            continue;
        if (line->len + strlen (attribute) > LIMIT_REPLY - 3 && line->len > 8) {
            net_queue (client->stream, "%s\r\n", line->str);
            g_string_assign (line, "XFORWARD");
            lines++;
        }
        g_string_append_printf (line, " %s", attribute);
    }
    if (line->len > strlen ("XFORWARD")) {
        net_queue (client->stream, "%s\r\n", line->str);
        lines++;
    }
    while (lines-- > 0)
        if (!expect (client, "XFORWARD", '2', error))
            return false;
    return true;
}

/* Which extension a parameter belongs to; 0 for one that is not passed on. */
static unsigned
extension_of (const char *param)
{
    static const struct {
        const char *keyword;
        unsigned bit;
    } table[] = {
        { "BODY=", EXT_8BITMIME }, { "RET=", EXT_DSN },   { "ENVID=", EXT_DSN },
        { "NOTIFY=", EXT_DSN },    { "ORCPT=", EXT_DSN },
    };

    if (g_ascii_strcasecmp (param, "SMTPUTF8") == 0)
        return EXT_SMTPUTF8;
    for (unsigned i = 0; i < G_N_ELEMENTS (table); i++)
        if (g_ascii_strncasecmp (param, table[i].keyword, strlen (table[i].keyword)) == 0)
            return table[i].bit;
    return 0;
}

/* A message must not silently lose what its sender asked for. */
static bool
append_params (const Client *client, const EnvelopePath *path, GString *command, GError **error)
{
    g_auto (GStrv) params = g_strsplit (path->params, " ", -1);

    for (char **param = params; *param; param++) {
        unsigned bit = extension_of (*param);
        if (bit != 0 && !(client->extensions & bit))
            return fail (error, LICET_ERROR_UNAVAILABLE,
                         "lacks an extension (8BITMIME, SMTPUTF8 or DSN) that a message needs");
        if (bit != 0)
            g_string_append_printf (command, " %s", *param);
    }
    return true;
}

static char *
mail_command (const Client *client, GError **error)
{
    const EnvelopePath *sender = client->job->envelope->sender;
    g_autoptr (GString) command = g_string_new (NULL);

    g_string_printf (command, "MAIL FROM:<%s>", sender->address);
    if (client->extensions & EXT_SIZE)
        g_string_append_printf (command, " SIZE=%zu",
                                g_bytes_get_size (client->job->bytes) + strlen (MARK_FORMAT) -
                                    strlen ("%s") + strlen (client->job->mark));
    if (!append_params (client, sender, command, error))
        return NULL;
    return g_string_free (g_steal_pointer (&command), FALSE);
}

static char *
rcpt_command (const Client *client, unsigned i, GError **error)
{
    unsigned number = g_array_index (client->job->recipients, unsigned, i);
    const EnvelopePath *path = envelope_recipient (client->job->envelope, number);
    g_autoptr (GString) command = g_string_new (NULL);

    g_string_printf (command, "RCPT TO:<%s>", path->address);
    if (!append_params (client, path, command, error))
        return NULL;
    return g_string_free (g_steal_pointer (&command), FALSE);
}

/* MAIL, each RCPT, DATA. */
static GPtrArray *
list_commands (const Client *client, GError **error)
{
    g_autoptr (GPtrArray) commands = g_ptr_array_new_with_free_func (g_free);

    for (unsigned i = 0; i < client->job->recipients->len + 1; i++) {
        char *command =
            i == 0 ? mail_command (client, error) : rcpt_command (client, i - 1, error);
        if (!command)
            return NULL;
        g_ptr_array_add (commands, command);
    }
    g_ptr_array_add (commands, g_strdup ("DATA"));
    return g_steal_pointer (&commands);
}

/* Puts the reply to command number i where it belongs. */
static void
note_reply (Client *client, unsigned i, const char *reply)
{
    unsigned recipients = client->job->recipients->len;

    if (i > recipients)
        client->data_reply = g_strdup (reply);
    else if (i > 0)
        g_ptr_array_add (client->result->replies,
                         outcome_clean (client->mail_reply ? client->mail_reply : reply,
                                        REPLY_NO_UNDERSTAND));
    else if (!outcome_is_positive (reply))
        client->mail_reply = g_strdup (reply);
}

static bool
send_commands (Client *client, const GPtrArray *commands, GError **error)
{
    unsigned batch = client->extensions & EXT_PIPELINING ? BATCH : 1;

    for (unsigned first = 0; first < commands->len; first += batch) {
        unsigned end = MIN (first + batch, commands->len);
        for (unsigned i = first; i < end; i++)
            net_queue (client->stream, "%s\r\n", (char *)g_ptr_array_index (commands, i));
        for (unsigned i = first; i < end; i++) {
            g_autofree char *reply = read_reply (client, NULL, error);
            if (!reply)
                return false;
            note_reply (client, i, reply);
        }
    }
    return true;
}

static bool
anybody_accepted (const Client *client)
{
    const GPtrArray *replies = client->result->replies;

    for (unsigned i = 0; i < replies->len; i++)
        if (outcome_is_positive (g_ptr_array_index (replies, i)))
            return true;
    return false;
}

/* Gives this reply to all whom RCPT accepted. */
static void
settle (Client *client, const char *reply)
{
    GPtrArray *replies = client->result->replies;

    for (unsigned i = 0; i < replies->len; i++) {
        if (!outcome_is_positive (g_ptr_array_index (replies, i)))
            continue;
        g_free (replies->pdata[i]);
        replies->pdata[i] = g_strdup (reply);
    }
}

/* The copy behind its mark, dots stuffed (RFC 5321 4.5.2). */
static GString *
write_data (const SubmitJob *job)
{
    size_t length = 0;
    const char *at = g_bytes_get_data (job->bytes, &length), *end = at + length;
    GString *text = g_string_sized_new (length + length / 64 + 256);

    g_string_append_printf (text, MARK_FORMAT, job->mark);

    while (at < end) {
        const char *newline = memchr (at, '\n', (size_t)(end - at));
        const char *next = newline ? newline + 1 : end;
        if (*at == '.')
            g_string_append_c (text, '.');
        g_string_append_len (text, at, next - at);
        at = next;
    }
    if (text->len < 2 || text->str[text->len - 1] != '\n')
        g_string_append (text, "\r\n");
    return text;
}

/* "250 2.0.0 Ok: queued as X" */
static char *
parse_queue_id (const char *reply)
{
    const char *found = strstr (reply, "queued as ");
    const char *start = found ? found + strlen ("queued as ") : "";
    size_t length = 0;

    while (g_ascii_isalnum (start[length]))
        length++;
    return length > 0 ? g_strndup (start, length) : g_strdup ("unknown");
}

/* From here on a lost connection leaves it open whether the copy is there. */
static void
end_message (Client *client)
{
    g_autofree char *reply = NULL;

    net_stream_set_timeout (client->stream, FINAL_SECONDS);
    if (net_write (client->stream, ".\r\n", 3, NULL))
        reply = read_reply (client, NULL, NULL);
    if (!reply) {
        client->result->in_doubt = true;
        settle (client, REPLY_IN_DOUBT);
        return;
    }
    g_autofree char *clean = outcome_clean (reply, REPLY_NO_UNDERSTAND);
    if (outcome_is_positive (clean))
        client->result->queue_id = parse_queue_id (clean);
    settle (client, clean);
}

static void
end_empty_message (Client *client)
{
    if (net_write (client->stream, ".\r\n", 3, NULL))
        g_free (read_reply (client, NULL, NULL));
}

static bool
send_message (Client *client, GError **error)
{
    bool open = client->data_reply[0] == '3';

    if (!anybody_accepted (client)) {
        /* A pipelined DATA may have been accepted all the same (RFC 2920 3.1): an empty
         * message for nobody. */
        if (open)
            end_empty_message (client);
        return true;
    }
    if (!open) {
        g_autofree char *clean = outcome_clean (client->data_reply, REPLY_NO_UNDERSTAND);
        settle (client, outcome_is_positive (clean) ? REPLY_NO_UNDERSTAND : clean);
        return true;
    }
    GString *text = write_data (client->job);
    bool sent = net_write (client->stream, text->str, text->len, error);
    g_string_free (text, TRUE);
    if (sent)
        end_message (client);
    return sent;
}

Submission *
submit_copy (const SubmitJob *job, GError **error)
{
    g_autoptr (Client) client = g_new0 (Client, 1);

    client->job = job;
    client->result = g_new0 (Submission, 1);
    client->result->replies = g_ptr_array_new_with_free_func (g_free);
    if (!check_job (job, error) || !greet (client, error) || !check_guard (client, error) ||
        !send_identity (client, error))
        return NULL;
    g_autoptr (GPtrArray) commands = list_commands (client, error);
    if (!commands || !send_commands (client, commands, error) || !send_message (client, error))
        return NULL;

    net_queue (client->stream, "QUIT\r\n");
    net_flush (client->stream, NULL);
    return g_steal_pointer (&client->result);
}
