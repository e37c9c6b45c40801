/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Packets are a 32-bit length, a letter and data; libmilter's own include/libmilter/mfdef.h is
 * the reference. What the filter changes is recorded, and applied the way Postfix does.
 */

#include "milter_client.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define BODY_CHUNK 65535

struct MilterClient {
    int fd;
};

static void
change_free (MilterChange *change)
{
    g_free (change->name);
    g_free (change->value);
    g_clear_pointer (&change->body, g_bytes_unref);
    g_free (change);
}

void
milter_answer_free (MilterAnswer *answer)
{
    g_free (answer->reply);
    g_ptr_array_unref (answer->changes);
    g_free (answer);
}

MilterClient *
milter_client_new (const char *socket_path)
{
    MilterClient *client = g_new0 (MilterClient, 1);
    struct sockaddr_un name = { .sun_family = AF_UNIX };

    g_assert_cmpuint (strlen (socket_path), <, sizeof name.sun_path);
    strcpy (name.sun_path, socket_path);
    client->fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    /* A filter that does not answer fails the test instead of hanging it. */
    struct timeval patience = { .tv_sec = 30 };
    setsockopt (client->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    g_assert_cmpint (connect (client->fd, (struct sockaddr *)&name, sizeof name), ==, 0);
    return client;
}

static void
send_packet (MilterClient *client, char command, const void *data, size_t length)
{
    g_autoptr (GByteArray) packet = g_byte_array_new ();
    uint32_t size = htonl ((uint32_t)length + 1);

    g_byte_array_append (packet, (const guint8 *)&size, sizeof size);
    g_byte_array_append (packet, (const guint8 *)&command, 1);
    if (length > 0)
        g_byte_array_append (packet, data, (unsigned)length);
    for (size_t sent = 0; sent < packet->len;) {
        ssize_t n = send (client->fd, packet->data + sent, packet->len - sent, MSG_NOSIGNAL);
        if (n <= 0)
            return; /* the filter hung up; reading will tell */
        sent += (size_t)n;
    }
}

void
milter_client_free (MilterClient *client)
{
    send_packet (client, 'Q', NULL, 0);
    close (client->fd);
    g_free (client);
}

static bool
receive (MilterClient *client, void *data, size_t length)
{
    for (size_t got = 0; got < length;) {
        ssize_t n = recv (client->fd, (char *)data + got, length - got, 0);
        if (n <= 0)
            return false;
        got += (size_t)n;
    }
    return true;
}

/* The data of one packet, NUL-terminated; NULL when the filter hung up. */
static GString *
receive_packet (MilterClient *client, char *ret_command)
{
    uint32_t size = 0;

    if (!receive (client, &size, sizeof size) || !receive (client, ret_command, 1))
        return NULL;
    size = ntohl (size);
    g_assert_cmpuint (size, >, 0);
    g_assert_cmpuint (size, <, 1u << 20);
    GString *data = g_string_sized_new (size);
    g_string_set_size (data, size - 1);
    if (!receive (client, data->str, size - 1)) {
        g_string_free (data, TRUE);
        return NULL;
    }
    return data;
}

bool
milter_client_negotiate (MilterClient *client, uint32_t actions, uint32_t steps)
{
    uint32_t offer[] = { htonl (6), htonl (actions), htonl (steps) };
    uint32_t taken[3];
    char command = 0;

    send_packet (client, 'O', offer, sizeof offer);
    GString *data = receive_packet (client, &command);
    if (!data)
        return false;
    g_assert_cmpint (command, ==, 'O');
    g_assert_cmpuint (data->len, >=, sizeof taken);
    memcpy (taken, data->str, sizeof taken);
    g_string_free (data, TRUE);
    /* The client below waits after the connection and at the end of the message only. */
    g_assert_cmphex (ntohl (taken[1]) & ~actions, ==, 0);
    g_assert_cmphex (ntohl (taken[2]) & 0x1cf880u, ==, 0x1ce880u);
    return true;
}

static void
send_strings (MilterClient *client, char command, const GPtrArray *strings)
{
    g_autoptr (GString) data = g_string_new (NULL);

    for (unsigned i = 0; i < strings->len; i++)
        g_string_append_len (data, g_ptr_array_index (strings, i),
                             (gssize)strlen (g_ptr_array_index (strings, i)) + 1);
    send_packet (client, command, data->str, data->len);
}

void
milter_client_connect (MilterClient *client, const char *name, const char *address,
                       unsigned port)
{
    g_autoptr (GString) data = g_string_new (name);
    uint16_t number = htons ((uint16_t)port);

    g_string_append_c (data, '\0');
    g_string_append_c (data, address ? strchr (address, ':') ? '6' : '4' : 'U');
    if (address) {
        g_string_append_len (data, (const char *)&number, sizeof number);
        g_string_append_len (data, address, (gssize)strlen (address) + 1);
    }
    send_packet (client, 'C', data->str, data->len);
    char command = 0;
    g_autoptr (GString) answer = receive_packet (client, &command);
    g_assert_cmpint (command, ==, 'c');
}

void
milter_client_helo (MilterClient *client, const char *helo)
{
    send_packet (client, 'H', helo, strlen (helo) + 1);
}

void
milter_client_macros (MilterClient *client, char command, ...)
{
    g_autoptr (GString) data = g_string_new (NULL);
    va_list args;

    g_string_append_c (data, command);
    va_start (args, command);
    for (const char *text; (text = va_arg (args, const char *));)
        g_string_append_len (data, text, (gssize)strlen (text) + 1);
    va_end (args);
    send_packet (client, 'D', data->str, data->len);
}

static void
send_path (MilterClient *client, char command, const char *path, const char *params)
{
    g_auto (GStrv) words = g_strsplit (params ? params : "", " ", -1);
    g_autoptr (GPtrArray) strings = g_ptr_array_new ();

    g_ptr_array_add (strings, (char *)path);
    for (char **word = words; *word; word++)
        g_ptr_array_add (strings, *word);
    send_strings (client, command, strings);
}

void
milter_client_mail (MilterClient *client, const char *path, const char *params)
{
    send_path (client, 'M', path, params);
}

void
milter_client_rcpt (MilterClient *client, const char *path, const char *params)
{
    send_path (client, 'R', path, params);
}

/* The next field of a header with its CRLF: up to a CRLF that no blank follows. */
static size_t
field_length (const char *header, const char *end)
{
    const char *c = header;

    while ((c = memmem (c, (size_t)(end - c), "\r\n", 2))) {
        c += 2;
        if (c >= end || (*c != ' ' && *c != '\t'))
            return (size_t)(c - header);
    }
    return (size_t)(end - header);
}

static const char *
end_of_header (const char *message, size_t length)
{
    const char *empty = memmem (message, length, "\r\n\r\n", 4);

    g_assert_nonnull (empty);
    return empty + 2;
}

/* Calls take for each field, value as the protocol carries it: after the colon, folds with LF. */
static GPtrArray *
split_fields (const char *message, size_t length)
{
    GPtrArray *fields = g_ptr_array_new_with_free_func ((GDestroyNotify)g_strfreev);
    const char *end = end_of_header (message, length);

    for (const char *c = message; c < end;) {
        size_t size = field_length (c, end);
        const char *colon = memchr (c, ':', size);
        g_assert_nonnull (colon);
        g_autofree char *raw =
            g_strndup (colon + 1, size - (size_t)(colon - c) - strlen (":\r\n"));
        g_auto (GStrv) lines = g_strsplit (raw, "\r\n", -1);
        char **field = g_new0 (char *, 3);
        field[0] = g_strndup (c, (size_t)(colon - c));
        field[1] = g_strjoinv ("\n", lines);
        g_ptr_array_add (fields, field);
        c += size;
    }
    return fields;
}

void
milter_client_message (MilterClient *client, const char *message, size_t length)
{
    g_autoptr (GPtrArray) fields = split_fields (message, length);
    const char *end = message + length;

    for (unsigned i = 0; i < fields->len; i++) {
        char **field = g_ptr_array_index (fields, i);
        g_autoptr (GPtrArray) strings = g_ptr_array_new ();
        g_ptr_array_add (strings, field[0]);
        g_ptr_array_add (strings, field[1]);
        send_strings (client, 'L', strings);
    }
    send_packet (client, 'N', NULL, 0);
    for (const char *c = end_of_header (message, length) + 2; c < end;) {
        size_t chunk = MIN ((size_t)(end - c), BODY_CHUNK);
        send_packet (client, 'B', c, chunk);
        c += chunk;
    }
}

void
milter_client_abort (MilterClient *client)
{
    send_packet (client, 'A', NULL, 0);
}

static MilterChange *
read_change (char kind, const GString *data)
{
    MilterChange *change = g_new0 (MilterChange, 1);
    const char *at = data->str;

    change->kind = kind;
    if (kind == 'b') {
        change->body = g_bytes_new (data->str, data->len);
        return change;
    }
    if (kind == 'q') {
        change->value = g_strdup (data->str);
        return change;
    }
    if (kind != 'h') {
        uint32_t index;
        memcpy (&index, at, sizeof index);
        change->index = ntohl (index);
        at += sizeof index;
    }
    change->name = g_strdup (at);
    change->value = g_strdup (at + strlen (at) + 1);
    return change;
}

MilterAnswer *
milter_client_end (MilterClient *client)
{
    MilterAnswer *answer = g_new0 (MilterAnswer, 1);
    GString *data;
    char command = 0;

    answer->changes = g_ptr_array_new_with_free_func ((GDestroyNotify)change_free);
    send_packet (client, 'E', NULL, 0);
    while (!answer->verdict && (data = receive_packet (client, &command))) {
        if (strchr ("hibmq", command))
            g_ptr_array_add (answer->changes, read_change (command, data));
        else if (command == 'p')
            answer->progress++;
        else
            answer->verdict = command;
        if (command == 'y')
            answer->reply = g_strdup (data->str);
        g_string_free (data, TRUE);
    }
    return answer;
}

/* The index-th field of that name, counted from 1; fields->len when there is none. */
static unsigned
find_field (const GPtrArray *fields, const char *name, unsigned index)
{
    for (unsigned i = 0; i < fields->len; i++)
        if (g_ascii_strcasecmp (((char **)fields->pdata[i])[0], name) == 0 && --index == 0)
            return i;
    return fields->len;
}

static void
apply_change (GPtrArray *fields, GString *body, bool *body_seen, const MilterChange *change)
{
    if (change->kind == 'q')
        return;
    if (change->kind == 'b') {
        size_t length = 0;
        const char *data = g_bytes_get_data (change->body, &length);
        g_string_truncate (body, *body_seen ? body->len : 0);
        g_string_append_len (body, data, (gssize)length);
        *body_seen = true;
        return;
    }
    char **field = g_new0 (char *, 3);
    field[0] = g_strdup (change->name);
    field[1] = g_strdup (change->value);
    if (change->kind == 'i') {
        g_ptr_array_insert (fields, (int)MIN (change->index, fields->len), field);
        return;
    }
    unsigned at = find_field (fields, change->name, change->index);
    g_assert_cmpuint (at, <, fields->len);
    g_ptr_array_remove_index (fields, at);
    if (*change->value)
        g_ptr_array_insert (fields, (int)at, field);
    else
        g_strfreev (field);
}

GString *
milter_answer_apply (const MilterAnswer *answer, const char *message, size_t length)
{
    g_autoptr (GPtrArray) fields = split_fields (message, length);
    const char *start = end_of_header (message, length) + 2;
    g_autoptr (GString) body = g_string_new_len (start, (gssize)(message + length - start));
    GString *result = g_string_new (NULL);
    bool body_seen = false;

    for (unsigned i = 0; i < answer->changes->len; i++)
        apply_change (fields, body, &body_seen, g_ptr_array_index (answer->changes, i));
    for (unsigned i = 0; i < fields->len; i++) {
        char **field = g_ptr_array_index (fields, i);
        g_auto (GStrv) lines = g_strsplit (field[1], "\n", -1);
        g_autofree char *value = g_strjoinv ("\r\n", lines);
        g_string_append_printf (result, "%s:%s\r\n", field[0], value);
    }
    g_string_append (result, "\r\n");
    g_string_append_len (result, body->str, (gssize)body->len);
    return result;
}
