/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Where a queue id is, as showq(8) tells it. It answers every connection to its socket with
 * attributes, each a name and a value that end in NUL, in lists that end in one more NUL: first the
 * name of the protocol, then a list per message, then an empty one. (Postfix 3.0 and later; what
 * else comes is no evidence.)
 */

#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "doubt.h"

enum {
    LIST_SECONDS = 10,    /* a queue that takes longer is no evidence */
    LONGEST_TEXT = 65536, /* the reason of a deferral is the longest */
};

typedef struct {
    const char *queue_id;
    GString *text;  /* the one under way */
    char *name;     /* of the attribute whose value comes next, or NULL */
    char *queue;    /* of the message under way */
    unsigned lists; /* complete ones */
    bool is_list_empty;
    bool is_known; /* the first list was showq's */
    bool is_whole; /* the last list was read */
    QueueEvidence found;
} Reader;

static QueueEvidence
evidence_of (const char *queue)
{
    if (g_strcmp0 (queue, "active") == 0 || g_strcmp0 (queue, "deferred") == 0)
        return QUEUE_MOVED;
    if (g_strcmp0 (queue, "hold") == 0)
        return QUEUE_HELD;
    return QUEUE_INCOMING;
}

static void
take_value (Reader *reader, const char *value)
{
    if (strcmp (reader->name, "protocol") == 0 && reader->lists == 0)
        reader->is_known = strcmp (value, "mail_queue_list_protocol") == 0;
    if (strcmp (reader->name, "queue_name") == 0) {
        g_free (reader->queue);
        reader->queue = g_strdup (value);
    }
    if (strcmp (reader->name, "queue_id") == 0 && strcmp (value, reader->queue_id) == 0)
        reader->found = evidence_of (reader->queue);
    g_clear_pointer (&reader->name, g_free);
}

static void
end_list (Reader *reader)
{
    reader->is_whole = reader->is_list_empty && reader->lists > 0;
    reader->is_list_empty = true;
    reader->lists++;
}

static void
take_text (Reader *reader)
{
    if (reader->name) {
        take_value (reader, reader->text->str);
    } else if (reader->text->len == 0) {
        end_list (reader);
    } else {
        reader->name = g_strdup (reader->text->str);
        reader->is_list_empty = false;
    }
    g_string_truncate (reader->text, 0);
}

/* False when it is enough. */
static bool
take_bytes (Reader *reader, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i])
            g_string_append_c (reader->text, bytes[i]);
        else
            take_text (reader);
        if (reader->is_whole || reader->found != QUEUE_ABSENT ||
            reader->text->len > LONGEST_TEXT)
            return false;
    }
    return true;
}

static void
read_list (Reader *reader, int fd)
{
    int64_t end = g_get_monotonic_time () + LIST_SECONDS * G_USEC_PER_SEC;
    char bytes[65536];
    ssize_t length;

    do
        length = recv (fd, bytes, sizeof bytes, 0);
    while (length > 0 && take_bytes (reader, bytes, (size_t)length) &&
           g_get_monotonic_time () < end);
}

static int
connect_to (const char *directory)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    struct timeval patience = { .tv_sec = LIST_SECONDS };
    g_autofree char *path = g_build_filename (directory, "public", "showq", NULL);

    if (strlen (path) >= sizeof name.sun_path)
        return -1;
    strcpy (name.sun_path, path);
    int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt (fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (connect (fd, (struct sockaddr *)&name, sizeof name) == 0)
        return fd;
    close (fd);
    return -1;
}

QueueEvidence
postfix_queue_find (const char *directory, const char *queue_id)
{
    Reader reader = { .queue_id = queue_id, .is_list_empty = true, .found = QUEUE_ABSENT };
    int fd = connect_to (directory);

    if (fd < 0)
        return QUEUE_UNKNOWN;
    reader.text = g_string_new (NULL);
    read_list (&reader, fd);
    close (fd);
    g_string_free (reader.text, TRUE);
    g_free (reader.name);
    g_free (reader.queue);
    bool is_complete = reader.is_whole || reader.found != QUEUE_ABSENT;
    return reader.is_known && is_complete ? reader.found : QUEUE_UNKNOWN;
}
