/* SPDX-License-Identifier: BSD-2-Clause */

#include "journal.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

bool
journal_has (int fd, const char *stream)
{
    struct stat status;

    if (!stream || fstat (fd, &status) != 0)
        return false;
    g_autofree char *own = g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT,
                                            (guint64)status.st_dev, (guint64)status.st_ino);
    return strcmp (own, stream) == 0;
}

int
journal_connect (const char *path)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    int fd = strlen (path) < sizeof name.sun_path
                 ? socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)
                 : -1;

    if (fd < 0)
        return -1;
    strcpy (name.sun_path, path);
    if (connect (fd, (const struct sockaddr *)&name, sizeof name) == 0)
        return fd;
    close (fd);
    return -1;
}

static void
add_field (GString *entry, const char *name, const char *value)
{
    g_autofree char *upper = g_ascii_strup (name, -1);

    g_string_append_printf (entry, "LICET_%s=%s\n", upper, value);
}

/* The length of "name=value" without signs at the beginning of a text; 0 when there is none. */
static size_t
word_length (const char *text)
{
    size_t name = strspn (text, "abcdefghijklmnopqrstuvwxyz_");
    const char *value = text + name + 1;
    size_t length = 0;

    if (name == 0 || text[name] != '=')
        return 0;
    while (g_ascii_isalnum (value[length]) || (value[length] && strchr ("_.-,+", value[length])))
        length++;
    bool whole = length > 0 && (!value[length] || value[length] == ' ');
    return whole ? name + 1 + length : 0;
}

/* Only the words that stand first and are plain: what follows may quote a stranger, and need not be UTF-8. */
static void
add_fields (GString *entry, const char *text)
{
    size_t edge = strspn (text, "abcdefghijklmnopqrstuvwxyz");
    bool named = edge > 0 && g_str_has_prefix (text + edge, ": ");
    const char *word = named ? text + edge + strlen (": ") : "";
    size_t length = word_length (word);

    if (length == 0)
        return;
    g_autofree char *name = g_strndup (text, edge);
    add_field (entry, "edge", name);
    for (; length > 0; length = word_length (word)) {
        g_autofree char *field = g_strndup (word, length);
        char *value = strchr (field, '=');
        *value++ = '\0';
        add_field (entry, field, value);
        word += length + (word[length] == ' ');
    }
}

char *
journal_entry (int priority, const char *ident, const char *queue_id, const char *text)
{
    GString *entry = g_string_new (NULL);

    g_string_append_printf (entry,
                            "MESSAGE=%s%s%s\nPRIORITY=%d\nSYSLOG_IDENTIFIER=%s\n"
                            "SYSLOG_FACILITY=%d\n",
                            queue_id ? queue_id : "", queue_id ? ": " : "", text, priority,
                            ident, LOG_MAIL >> 3);
    if (queue_id)
        add_field (entry, "queue_id", queue_id);
    add_fields (entry, text);
    return g_string_free (entry, FALSE);
}

bool
journal_send (int fd, const char *entry)
{
    return send (fd, entry, strlen (entry), MSG_NOSIGNAL) >= 0;
}
