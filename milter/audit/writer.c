/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A checkpoint travels in the same write as the records it follows and leaves the house only once
 * both are synced: nothing outside can name what a crash may take back.
 */

#include "writer.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "checkpoint.h"
#include "licet/clock.h"
#include "licet/error.h"
#include "record.h"
#include "segment.h"

enum { CHECKPOINT_RECORDS = 1000, CHECKPOINT_SECONDS = 60, DAY_SECONDS = 24 * 3600 };

struct Writer {
    AuditOptions options;
    char *path, *checkpoints;
    Seal *seal;
    Segment *segment;
    uint64_t checkpoint_size; /* of the chain, the last checkpoint included */
    AuditStatus status;
};

/* What one write is made of. */
typedef struct {
    GString *lines;
    Chain chain;
    GPtrArray *checkpoints; /* char *, to hand outside */
    uint64_t sealed;        /* size of the chain with the last of them */
} Draft;

static void
draft_init (Draft *draft, const Writer *writer)
{
    draft->lines = g_string_new (NULL);
    draft->chain = writer->segment->chain;
    draft->checkpoints = g_ptr_array_new_with_free_func (g_free);
}

static void
draft_clear (Draft *draft)
{
    g_string_free (draft->lines, TRUE);
    g_ptr_array_unref (draft->checkpoints);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Draft, draft_clear)

static bool
add_checkpoint (Writer *writer, Draft *draft, const char *reason, int64_t now, GError **error)
{
    char *json =
        checkpoint_make (writer->seal, writer->segment->log, reason, &draft->chain, now, error);

    if (!json)
        return false;
    chain_append (&draft->chain, json, draft->lines);
    g_ptr_array_add (draft->checkpoints, json);
    draft->sealed = draft->chain.size;
    return true;
}

/* A file that cannot be written must not stop mail: the checkpoint is in the log and the
 * witness has it. */
static void
drop_checkpoint (Writer *writer, const char *json)
{
    g_autofree char *line = g_strconcat (json, "\n", NULL);
    int fd = open (writer->checkpoints, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    bool ok = fd >= 0 && write (fd, line, strlen (line)) == (ssize_t)strlen (line) &&
              fdatasync (fd) == 0;

    if (!ok)
        writer->status.failures++;
    if (fd >= 0)
        close (fd);
}

static void
hand_out (Writer *writer, const Draft *draft, int64_t now)
{
    for (unsigned i = 0; i < draft->checkpoints->len; i++) {
        const char *json = g_ptr_array_index (draft->checkpoints, i);
        if (*writer->checkpoints)
            drop_checkpoint (writer, json);
        if (writer->options.witness)
            writer->options.witness (json, writer->options.witness_data);
        writer->status.checkpoints++;
        writer->status.checkpoint_time = now;
        writer->checkpoint_size = draft->sealed;
    }
}

static bool
write_draft (Writer *writer, const Draft *draft, int64_t now, GError **error)
{
    uint64_t before = writer->segment->chain.size;
    int64_t start = g_get_monotonic_time ();

    if (writer->segment->is_new)
        writer->segment->opened = now;
    if (!segment_append (writer->segment, draft->lines, &draft->chain,
                         !writer->options.without_sync, error)) {
        writer->status.failures++;
        return false;
    }
    writer->status.syncs++;
    writer->status.sync_microseconds += (uint64_t)(g_get_monotonic_time () - start);
    writer->status.records += draft->chain.size - before;
    writer->status.bytes += draft->lines->len;
    hand_out (writer, draft, now);
    return true;
}

/* An empty file wants its checkpoint before all else. */
static bool
begin_file (Writer *writer, Draft *draft, int64_t now, GError **error)
{
    const char *reason = draft->chain.size == 0 ? "begin" : "open";

    return !writer->segment->is_new || add_checkpoint (writer, draft, reason, now, error);
}

static bool
write_checkpoint (Writer *writer, const char *reason, int64_t now, GError **error)
{
    g_auto (Draft) draft = { 0 };

    draft_init (&draft, writer);
    if (!begin_file (writer, &draft, now, error) ||
        (!writer->segment->is_new && !add_checkpoint (writer, &draft, reason, now, error)))
        return false;
    return write_draft (writer, &draft, now, error);
}

static bool
name_log (Segment *segment, GError **error)
{
    unsigned char bytes[16];
    GString *hex = NULL;

    if (segment->log)
        return true;
    if (getrandom (bytes, sizeof bytes, 0) != sizeof bytes) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                     "the system gives no random bytes");
        return false;
    }
    hex = g_string_new (NULL);
    for (unsigned i = 0; i < sizeof bytes; i++)
        g_string_append_printf (hex, "%02x", bytes[i]);
    segment->log = g_string_free (hex, FALSE);
    return true;
}

/* The first write after opening: what was torn, and where the chain stands now. */
static bool
write_start (Writer *writer, const char *reason, int64_t now, GError **error)
{
    g_auto (Draft) draft = { 0 };

    draft_init (&draft, writer);
    if (!begin_file (writer, &draft, now, error))
        return false;
    if (writer->segment->torn_text) {
        g_autofree char *repair = record_event ("repair", writer->segment->torn_text, now);
        chain_append (&draft.chain, repair, draft.lines);
    }
    if ((!writer->segment->is_new || writer->segment->torn_text) &&
        !add_checkpoint (writer, &draft, reason, now, error))
        return false;
    if (!write_draft (writer, &draft, now, error))
        return false;
    g_clear_pointer (&writer->segment->torn_text, g_free);
    return true;
}

Writer *
writer_open (const AuditOptions *options, int64_t now, GError **error)
{
    g_autoptr (Seal) seal = seal_open (options->key, error);
    g_autoptr (Segment) segment = seal ? segment_open (options->path, NULL, error) : NULL;

    if (!segment || !name_log (segment, error))
        return NULL;
    Writer *writer = g_new0 (Writer, 1);
    writer->options = *options;
    writer->path = g_strdup (options->path);
    writer->checkpoints = g_strdup (options->checkpoints ? options->checkpoints : "");
    writer->seal = g_steal_pointer (&seal);
    writer->segment = g_steal_pointer (&segment);
    if (write_start (writer, "start", now, error))
        return writer;
    writer_close (writer, 0);
    return NULL;
}

bool
writer_reopen (Writer *writer, int64_t now, GError **error)
{
    Segment known = *writer->segment;

    if (segment_is_in_place (writer->segment))
        return true;
    /* The lock goes with the descriptor: the same process may not take it twice. */
    if (known.fd >= 0)
        close (known.fd);
    writer->segment->fd = -1;
    g_autoptr (Segment) segment = segment_open (writer->path, &known, error);
    if (!segment)
        return false;
    segment_free (writer->segment);
    writer->segment = g_steal_pointer (&segment);
    return write_start (writer, "again", now, error);
}

void
writer_close (Writer *writer, int64_t now)
{
    if (now > 0 && writer->segment->chain.size > writer->checkpoint_size)
        write_checkpoint (writer, "stop", now, NULL);
    segment_free (writer->segment);
    seal_free (writer->seal);
    g_free (writer->path);
    g_free (writer->checkpoints);
    g_free (writer);
}

static bool
checkpoint_is_due (const Writer *writer, uint64_t size, int64_t now)
{
    if (size <= writer->checkpoint_size)
        return false;
    /* A clock that was set back must not keep the next one waiting for it. */
    return size - writer->checkpoint_size >= CHECKPOINT_RECORDS ||
           now - writer->status.checkpoint_time >= CHECKPOINT_SECONDS ||
           now < writer->status.checkpoint_time;
}

static bool
file_is_full (const Writer *writer, int64_t now)
{
    const Segment *segment = writer->segment;

    return !segment->is_new && (segment->end >= (int64_t)writer->options.segment_bytes ||
                                now / DAY_SECONDS > segment->opened / DAY_SECONDS);
}

/* The closing checkpoint is the last line of the old file, the opening one says the same in the
 * new. */
static bool
change_file (Writer *writer, int64_t now, GError **error)
{
    return write_checkpoint (writer, "close", now, error) &&
           segment_roll (writer->segment, error) &&
           write_checkpoint (writer, "open", now, error);
}

bool
writer_append (Writer *writer, const GPtrArray *records, int64_t now, GError **error)
{
    g_auto (Draft) draft = { 0 };

    if (writer->segment->fd < 0 && !writer_reopen (writer, now, error))
        return false;
    if (file_is_full (writer, now) && !change_file (writer, now, error))
        return false;
    draft_init (&draft, writer);
    if (!begin_file (writer, &draft, now, error))
        return false;
    for (unsigned i = 0; i < records->len; i++)
        chain_append (&draft.chain, g_ptr_array_index (records, i), draft.lines);
    if (checkpoint_is_due (writer, draft.chain.size, now) &&
        !add_checkpoint (writer, &draft, "due", now, error))
        return false;
    return write_draft (writer, &draft, now, error);
}

/* When the last record of a closed file was written, and its number; 0 when it does not say. */
static int64_t
time_of_end (const char *file, uint64_t *ret_last)
{
    g_autoptr (GMappedFile) mapped = g_mapped_file_new (file, FALSE, NULL);
    size_t length = mapped ? g_mapped_file_get_length (mapped) : 0;
    const char *data = mapped ? g_mapped_file_get_contents (mapped) : NULL;
    const char *newline = length > 1 ? memrchr (data, '\n', length - 1) : NULL;
    const char *last = newline ? newline + 1 : data;
    ChainLine line;
    int64_t time = 0;

    if (length == 0 || chain_parse (last, (size_t)(data + length - 1 - last), &line))
        return 0;
    g_autoptr (Checkpoint) checkpoint = checkpoint_of_line (&line);
    *ret_last = line.seq;
    return checkpoint && clock_parse (checkpoint->time, &time, NULL) ? time : 0;
}

/* What goes is named in the log before it is gone, with both ends: a file that somebody else took
 * must not pass for one of these. */
static bool
remove_file (Writer *writer, const char *file, uint64_t last, int64_t now, GError **error)
{
    g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func (g_free);
    g_autofree char *members =
        g_strdup_printf ("\"first\":%" G_GUINT64_FORMAT ",\"last\":%" G_GUINT64_FORMAT
                         ",\"days\":%u",
                         segment_number (writer->path, file), last, writer->options.days);

    g_ptr_array_add (records, record_event ("retention", members, now));
    if (!writer_append (writer, records, now, error))
        return false;
    if (unlink (file) == 0)
        return true;
    g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: %s", file,
                 g_strerror (errno));
    return false;
}

static bool
apply_retention (Writer *writer, int64_t now, GError **error)
{
    g_autoptr (GPtrArray) files = segment_list (writer->path);
    int64_t oldest = now - (int64_t)writer->options.days * DAY_SECONDS;

    for (unsigned i = 0; writer->options.days > 0 && i < files->len; i++) {
        const char *file = g_ptr_array_index (files, i);
        uint64_t last = 0;
        int64_t time = segment_number (writer->path, file) > 0 ? time_of_end (file, &last) : 0;
        if (time == 0 || time >= oldest)
            return true;
        if (!remove_file (writer, file, last, now, error))
            return false;
    }
    return true;
}

bool
writer_tick (Writer *writer, int64_t now, GError **error)
{
    /* A file or directory that was moved away is noticed without anybody's signal. */
    if (!writer_reopen (writer, now, error))
        return false;
    if (checkpoint_is_due (writer, writer->segment->chain.size, now) &&
        !write_checkpoint (writer, "due", now, error))
        return false;
    return apply_retention (writer, now, error);
}

bool
writer_has_room (const Writer *writer)
{
    return writer->segment->fd < 0 ||
           segment_room (writer->segment) >= writer->options.reserve_bytes;
}

AuditStatus
writer_status (const Writer *writer)
{
    AuditStatus status = writer->status;

    status.size = writer->segment->chain.size;
    status.room = segment_room (writer->segment);
    return status;
}
