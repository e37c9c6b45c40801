/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A line counts when it is synced. What a crash left behind the last whole line was never
 * answered for, so it may go; but it is kept in a file of its own and the repair is a record.
 * A whole line behind a broken one is no torn end: then a person must look.
 */

#include "segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "checkpoint.h"
#include "licet/clock.h"
#include "licet/error.h"

/* An opening checkpoint is shorter. */
enum { FIRST_LINE_BYTES = 1024 };

static bool
fail (GError **error, const char *path)
{
    g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: %s", path,
                 g_strerror (errno));
    return false;
}

void
segment_free (Segment *segment)
{
    if (!segment)
        return;
    if (segment->fd >= 0)
        close (segment->fd);
    g_free (segment->path);
    g_free (segment->log);
    g_free (segment->torn_text);
    g_free (segment);
}

static char *
closed_name (const char *path, uint64_t first)
{
    const char *slash = strrchr (path, '/');
    const char *dot = strrchr (slash ? slash : path, '.');
    size_t stem = dot ? (size_t)(dot - path) : strlen (path);

    return g_strdup_printf ("%.*s-%012" G_GUINT64_FORMAT "%s", (int)stem, path, first,
                            path + stem);
}

uint64_t
segment_number (const char *path, const char *file)
{
    g_autofree char *sample = closed_name (path, 0);
    g_autofree char *wanted = g_path_get_basename (sample);
    g_autofree char *found = g_path_get_basename (file);
    const char *digits = strrchr (wanted, '-') + 1;
    size_t before = (size_t)(digits - wanted);

    if (strlen (found) != strlen (wanted) || memcmp (found, wanted, before) != 0 ||
        strcmp (found + before + 12, wanted + before + 12) != 0)
        return 0;
    for (unsigned i = 0; i < 12; i++)
        if (!g_ascii_isdigit (found[before + i]))
            return 0;
    return g_ascii_strtoull (found + before, NULL, 10);
}

static int
compare_names (const void *a, const void *b)
{
    return strcmp (*(const char *const *)a, *(const char *const *)b);
}

GPtrArray *
segment_list (const char *path)
{
    GPtrArray *files = g_ptr_array_new_with_free_func (g_free);
    g_autofree char *dir = g_path_get_dirname (path);
    g_autoptr (GDir) handle = g_dir_open (dir, 0, NULL);

    for (const char *name; handle && (name = g_dir_read_name (handle));)
        if (segment_number (path, name) > 0)
            g_ptr_array_add (files, g_build_filename (dir, name, NULL));
    g_ptr_array_sort (files, compare_names);
    if (g_file_test (path, G_FILE_TEST_EXISTS))
        g_ptr_array_add (files, g_strdup (path));
    return files;
}

static bool
sync_directory (const char *path, GError **error)
{
    g_autofree char *dir = g_path_get_dirname (path);
    int fd = open (dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync (fd) == 0;

    if (!ok)
        fail (error, dir);
    if (fd >= 0)
        close (fd);
    return ok;
}

/* -1 on failure. */
static int
open_file (const char *path, int flags, GError **error)
{
    int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | flags, 0640);

    if (fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    if (fd >= 0 && errno == EWOULDBLOCK)
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                     "%s: another process writes this log", path);
    else
        fail (error, path);
    if (fd >= 0)
        close (fd);
    return -1;
}

static size_t
line_length (const char *text, const char *end)
{
    const char *newline = memchr (text, '\n', (size_t)(end - text));

    return newline ? (size_t)(newline - text) : 0;
}

static bool
is_whole (const char *text, const char *end, ChainLine *ret_line)
{
    size_t length = line_length (text, end);

    return length > 0 && !chain_parse (text, length, ret_line);
}

/* The first line of a file tells log, first number and time. */
static bool
read_first (Segment *segment, const char *data, const char *end, GError **error)
{
    ChainLine line;
    g_autoptr (Checkpoint) first = NULL;

    if (is_whole (data, end, &line) && checkpoint_is_one (&line))
        first = checkpoint_of_line (&line);
    if (!first) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                     "%s: does not begin with a checkpoint; it is no log of licet, or of "
                     "another version: move it away",
                     segment->path);
        return false;
    }
    segment->log = g_strdup (first->log);
    segment->first = line.seq;
    clock_parse (first->time, &segment->opened, NULL);
    return true;
}

/* Whether a whole record stands anywhere behind a broken one. */
static bool
has_whole_line (const char *text, const char *end)
{
    ChainLine line;

    while (text < end) {
        size_t length = line_length (text, end);
        if (length == 0 && *text != '\n')
            return false;
        if (length > 0 && is_whole (text, end, &line))
            return true;
        text += length + 1;
    }
    return false;
}

/* Follows the lines to the last whole one; returns where it ends. */
static const char *
walk (Segment *segment, const char *data, const char *end)
{
    ChainLine line;

    is_whole (data, end, &line);
    segment->chain.size = line.seq - 1;
    memcpy (segment->chain.head, line.prev, SEAL_HEX);
    while (data < end && is_whole (data, end, &line)) {
        Chain next = segment->chain;
        if (chain_follow (&next, &line))
            break;
        segment->chain = next;
        data += line_length (data, end) + 1;
    }
    return data;
}

static void
note_torn (Segment *segment, const char *data, size_t length, const char *kept)
{
    char hash[SEAL_HEX];
    g_autofree char *name = kept ? g_path_get_basename (kept) : NULL;

    seal_hash (data, length, hash);
    g_free (segment->torn_text);
    segment->torn_text = g_strdup_printf ("\"bytes\":%zu,\"sha256\":\"%s\",\"kept_in\":\"%s\"",
                                          length, hash, name ? name : "");
}

static bool
cut_off (Segment *segment, const char *good, const char *end, GError **error)
{
    g_autoptr (GError) cause = NULL;
    size_t length = (size_t)(end - good);
    g_autofree char *kept =
        g_strdup_printf ("%s.torn-%" G_GUINT64_FORMAT, segment->path, segment->chain.size + 1);

    if (!g_file_set_contents_full (kept, good, (gssize)length, G_FILE_SET_CONTENTS_DURABLE,
                                   0640, &cause)) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s", cause->message);
        return false;
    }
    /* The file is mapped: what is cut off cannot be read any more. */
    note_torn (segment, good, length, kept);
    if (ftruncate (segment->fd, segment->end) != 0 || fsync (segment->fd) != 0)
        return fail (error, segment->path);
    return true;
}

static bool
find_end (Segment *segment, const char *data, size_t length, GError **error)
{
    const char *end = data + length;

    if (!read_first (segment, data, end, error))
        return false;
    const char *good = walk (segment, data, end);
    segment->end = good - data;
    if (good == end)
        return true;
    if (has_whole_line (good, end)) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                     "%s: is damaged at byte %" G_GINT64_FORMAT
                     " and goes on behind it; see 'licet audit verify', then move it away",
                     segment->path, segment->end);
        return false;
    }
    return cut_off (segment, good, end, error);
}

/* A file that holds no whole line yet is as good as none: its only line was never answered for. */
static bool
is_only_torn (const char *data, size_t length)
{
    return length > 0 && length < FIRST_LINE_BYTES && !memchr (data, '\n', length);
}

static bool
read_end (Segment *segment, GError **error)
{
    g_autoptr (GError) cause = NULL;
    g_autoptr (GMappedFile) file = g_mapped_file_new_from_fd (segment->fd, FALSE, &cause);

    if (!file) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: %s", segment->path,
                     cause->message);
        return false;
    }
    size_t length = g_mapped_file_get_length (file);
    const char *data = g_mapped_file_get_contents (file);
    segment->is_new = length == 0 || is_only_torn (data, length);
    if (!segment->is_new)
        return find_end (segment, data, length, error);
    if (length == 0)
        return true;
    note_torn (segment, data, length, NULL);
    return ftruncate (segment->fd, 0) == 0 || fail (error, segment->path);
}

/* An empty file goes on from the newest closed one: a crash came between closing and opening. */
static bool
go_on_from_closed (Segment *segment, GError **error)
{
    g_autoptr (GPtrArray) files = segment_list (segment->path);
    g_autofree char *last = NULL;

    for (unsigned i = 0; i < files->len; i++)
        if (segment_number (segment->path, g_ptr_array_index (files, i)) > 0) {
            g_free (last);
            last = g_strdup (g_ptr_array_index (files, i));
        }
    if (!last)
        return true;
    g_autoptr (Segment) closed = g_new0 (Segment, 1);
    closed->path = g_strdup (last);
    closed->fd = open_file (last, 0, error);
    if (closed->fd < 0 || !read_end (closed, error))
        return false;
    segment->chain = closed->chain;
    segment->log = g_steal_pointer (&closed->log);
    if (closed->torn_text) {
        g_free (segment->torn_text);
        segment->torn_text = g_steal_pointer (&closed->torn_text);
    }
    return true;
}

static bool
go_on_from_known (Segment *segment, const Segment *known, GError **error)
{
    if (segment->is_new) {
        g_free (segment->log);
        segment->log = g_strdup (known->log);
        segment->chain = known->chain;
        return true;
    }
    if (segment->chain.size == known->chain.size &&
        strcmp (segment->chain.head, known->chain.head) == 0)
        return true;
    g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                 "%s: does not end as this process left it; see 'licet audit verify'",
                 segment->path);
    return false;
}

Segment *
segment_open (const char *path, const Segment *known, GError **error)
{
    g_autoptr (Segment) segment = g_new0 (Segment, 1);

    segment->path = g_strdup (path);
    segment->chain = chain_empty;
    segment->fd = open_file (path, 0, error);
    if (segment->fd < 0 || !read_end (segment, error))
        return NULL;
    if (known ? !go_on_from_known (segment, known, error)
              : segment->is_new && !go_on_from_closed (segment, error))
        return NULL;
    if (segment->is_new)
        segment->first = segment->chain.size + 1;
    return sync_directory (path, error) ? g_steal_pointer (&segment) : NULL;
}

static bool
write_all (int fd, const char *text, size_t length, int64_t offset)
{
    while (length > 0) {
        ssize_t written = pwrite (fd, text, length, offset);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        text += written;
        offset += written;
        length -= (size_t)written;
    }
    return true;
}

bool
segment_append (Segment *segment, const GString *lines, const Chain *chain, bool sync,
                GError **error)
{
    /* What a shorter line does not cover would stand behind it. */
    if (segment->has_rest && ftruncate (segment->fd, segment->end) != 0)
        return fail (error, segment->path);
    segment->has_rest = false;
    if (!write_all (segment->fd, lines->str, lines->len, segment->end) ||
        (sync && fdatasync (segment->fd) != 0)) {
        fail (error, segment->path);
        /* The pages of a failed sync count as clean: cutting them off and writing them anew is
         * what makes the next sync tell the truth. */
        segment->has_rest = ftruncate (segment->fd, segment->end) != 0;
        return false;
    }
    segment->end += (int64_t)lines->len;
    segment->chain = *chain;
    segment->is_new = false;
    return true;
}

bool
segment_is_in_place (const Segment *segment)
{
    struct stat ours, there;

    return segment->fd >= 0 && fstat (segment->fd, &ours) == 0 &&
           stat (segment->path, &there) == 0 && ours.st_ino == there.st_ino &&
           ours.st_dev == there.st_dev;
}

bool
segment_roll (Segment *segment, GError **error)
{
    g_autofree char *closed = closed_name (segment->path, segment->first);
    g_autofree char *fresh = g_strconcat (segment->path, ".new", NULL);

    if (g_file_test (closed, G_FILE_TEST_EXISTS)) {
        errno = EEXIST;
        return fail (error, closed);
    }
    int fd = open_file (fresh, O_TRUNC, error);
    if (fd < 0)
        return false;
    if (rename (segment->path, closed) != 0 || rename (fresh, segment->path) != 0) {
        fail (error, closed);
        if (access (segment->path, F_OK) != 0 && rename (closed, segment->path) != 0)
            g_prefix_error (error, "and it cannot be renamed back: ");
        close (fd);
        return false;
    }
    close (segment->fd);
    segment->fd = fd;
    segment->end = 0;
    segment->first = segment->chain.size + 1;
    segment->is_new = true;
    return sync_directory (segment->path, error);
}

uint64_t
segment_room (const Segment *segment)
{
    struct statvfs room;

    return fstatvfs (segment->fd, &room) == 0 ? (uint64_t)room.f_bavail * room.f_frsize : 0;
}
