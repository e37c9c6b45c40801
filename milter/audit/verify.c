/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The chain alone proves that nobody changed it who does not know how to compute SHA-256; the
 * signatures, that the key's owner wrote it; checkpoints kept outside, that it is still the log of
 * then and has not been begun anew or taken back. Each has its own words in a problem.
 */

#include "licet/audit_read.h"

#include <stdarg.h>
#include <string.h>

#include "checkpoint.h"
#include "licet/error.h"
#include "segment.h"

enum { PROBLEMS = 20 };

/* Kept outside, in a line of a file. */
typedef struct {
    Checkpoint *checkpoint;
    char *name;
    unsigned line;
    bool met; /* or told to be of another log */
} Held;

struct AuditVerifier {
    const GPtrArray *keys;
    bool stop_at_first, stopped;
    AuditVerdict *verdict;
    Chain chain;
    bool begun;
    GArray *held; /* of Held, by size */
    unsigned next_held;
    uint64_t removed; /* the last record that retention took, as the log says; 0 for none */
    GPtrArray *blank; /* char *, files that were given for checkpoints and hold none */
};

static void
clear_held (void *data)
{
    Held *held = data;

    checkpoint_free (held->checkpoint);
    g_free (held->name);
}

AuditVerifier *
audit_verifier_new (const GPtrArray *keys, bool stop_at_first)
{
    AuditVerifier *verifier = g_new0 (AuditVerifier, 1);

    verifier->keys = keys;
    verifier->stop_at_first = stop_at_first;
    verifier->verdict = g_new0 (AuditVerdict, 1);
    verifier->verdict->problems = g_ptr_array_new_with_free_func (g_free);
    verifier->verdict->notes = g_ptr_array_new_with_free_func (g_free);
    verifier->chain = chain_empty;
    verifier->blank = g_ptr_array_new_with_free_func (g_free);
    verifier->held = g_array_new (FALSE, TRUE, sizeof (Held));
    g_array_set_clear_func (verifier->held, clear_held);
    return verifier;
}

static void G_GNUC_PRINTF (2, 3) add_problem (AuditVerifier *verifier, const char *format, ...)
{
    va_list args;

    va_start (args, format);
    if (verifier->verdict->problems->len < PROBLEMS)
        g_ptr_array_add (verifier->verdict->problems, g_strdup_vprintf (format, args));
    va_end (args);
    verifier->stopped = verifier->stop_at_first;
}

static int
compare_held (const void *a, const void *b)
{
    uint64_t left = ((const Held *)a)->checkpoint->chain.size;
    uint64_t right = ((const Held *)b)->checkpoint->chain.size;

    return left < right ? -1 : left > right;
}

static bool
is_trusted (const AuditVerifier *verifier, const char *key)
{
    if (!verifier->keys || verifier->keys->len == 0)
        return !verifier->verdict->key || strcmp (verifier->verdict->key, key) == 0;
    for (unsigned i = 0; i < verifier->keys->len; i++)
        if (strcmp (g_ptr_array_index (verifier->keys, i), key) == 0)
            return true;
    return false;
}

/* By either end, so that one that is damaged is still told from the text around it. */
static bool
is_meant_as_checkpoint (const char *line, size_t length)
{
    static const char first[] = "\"checkpoint\"", last[] = "\"signature\"";

    return memmem (line, length, first, strlen (first)) ||
           memmem (line, length, last, strlen (last));
}

static void
hold_line (AuditVerifier *verifier, const char *name, unsigned number, const char *line,
           size_t length)
{
    /* It has no braces within: what stands before may be syslog's, or one that a crash tore. */
    const char *start = memrchr (line, '{', length);
    const char *end = memrchr (line, '}', length);
    Held held = { 0 };

    if (!is_meant_as_checkpoint (line, length))
        return;
    if (start && end && end > start)
        held.checkpoint = checkpoint_parse (start, (size_t)(end - start) + 1);
    if (!held.checkpoint)
        add_problem (verifier, "%s:%u: holds no checkpoint with a valid signature", name,
                     number);
    if (!held.checkpoint)
        return;
    held.name = g_strdup (name);
    held.line = number;
    g_array_append_val (verifier->held, held);
}

void
audit_verifier_hold (AuditVerifier *verifier, const char *name, const char *text, size_t length)
{
    const char *end = text + length;
    unsigned number = 0, before = verifier->held->len;

    while (text < end) {
        const char *newline = memchr (text, '\n', (size_t)(end - text));
        const char *stop = newline ? newline : end;
        hold_line (verifier, name, ++number, text, (size_t)(stop - text));
        text = newline ? newline + 1 : end;
    }
    if (length > 0 && verifier->held->len == before)
        g_ptr_array_add (verifier->blank, g_strdup (name));
    g_array_sort (verifier->held, compare_held);
}

/* Where a line stands, for messages. */
typedef struct {
    const char *name;
    unsigned number;
} Place;

static void
take_first_checkpoint (AuditVerifier *verifier, const Checkpoint *checkpoint)
{
    AuditVerdict *verdict = verifier->verdict;

    if (verdict->log)
        return;
    verdict->log = g_strdup (checkpoint->log);
    verdict->key = g_strdup (checkpoint->key);
}

static void
check_checkpoint (AuditVerifier *verifier, const Place *place, const ChainLine *line)
{
    AuditVerdict *verdict = verifier->verdict;
    g_autoptr (Checkpoint) checkpoint = checkpoint_of_line (line);

    if (!checkpoint) {
        add_problem (verifier,
                     "%s:%u: record %" G_GUINT64_FORMAT
                     ": a checkpoint that is not of its place or not validly signed",
                     place->name, place->number, line->seq);
        return;
    }
    if (!is_trusted (verifier, checkpoint->key))
        add_problem (verifier, "%s:%u: record %" G_GUINT64_FORMAT ": signed by another key, %s",
                     place->name, place->number, line->seq, checkpoint->key);
    take_first_checkpoint (verifier, checkpoint);
    if (strcmp (verdict->log, checkpoint->log) != 0)
        add_problem (verifier,
                     "%s:%u: record %" G_GUINT64_FORMAT ": a checkpoint of another log",
                     place->name, place->number, line->seq);
    verdict->checkpoints++;
    verdict->sealed = checkpoint->chain.size;
    g_free (verdict->sealed_at);
    verdict->sealed_at = g_strdup (checkpoint->time);
}

static bool
is_same (const Checkpoint *checkpoint, const ChainLine *line)
{
    g_autoptr (Checkpoint) found = checkpoint_is_one (line) ? checkpoint_of_line (line) : NULL;

    return found && strcmp (found->signature, checkpoint->signature) == 0 &&
           strcmp (found->log, checkpoint->log) == 0;
}

static bool
is_foreign (const AuditVerifier *verifier, const Held *held)
{
    return verifier->verdict->log &&
           strcmp (held->checkpoint->log, verifier->verdict->log) != 0;
}

/* What was handed outside stands in the log right behind the records that it covers. */
static void
meet_held (AuditVerifier *verifier, const Place *place, const ChainLine *line)
{
    while (verifier->next_held < verifier->held->len) {
        Held *held = &g_array_index (verifier->held, Held, verifier->next_held);
        const Checkpoint *checkpoint = held->checkpoint;
        if (checkpoint->chain.size + 1 > line->seq)
            return;
        verifier->next_held++;
        if (checkpoint->chain.size + 1 < line->seq || is_foreign (verifier, held))
            continue; /* of a file that is gone; or told in the end */
        held->met = true;
        if (is_same (checkpoint, line))
            verifier->verdict->outside = checkpoint->chain.size;
        else
            add_problem (verifier,
                         "%s:%u: record %" G_GUINT64_FORMAT
                         " is not the checkpoint of %s that was kept outside: the log was "
                         "rewritten or is another one",
                         place->name, place->number, line->seq, checkpoint->time);
    }
}

/* {"record":"retention",…,"first":N,"last":N,…} */
static void
note_event (AuditVerifier *verifier, const ChainLine *line)
{
    static const char retention[] = "\"record\":\"retention\",";
    static const char repair[] = "\"record\":\"repair\",";
    size_t length = line->record_length;

    if (length > sizeof retention &&
        memcmp (line->record, retention, sizeof retention - 1) == 0) {
        const char *last = memmem (line->record, length, "\"last\":", 7);
        if (last)
            verifier->removed = MAX (verifier->removed, g_ascii_strtoull (last + 7, NULL, 10));
    } else if (length > sizeof repair &&
               memcmp (line->record, repair, sizeof repair - 1) == 0) {
        g_ptr_array_add (
            verifier->verdict->notes,
            g_strdup_printf ("record %" G_GUINT64_FORMAT
                             ": the daemon cut off a torn line after a crash: %.*s",
                             line->seq, (int)length, line->record));
    }
}

static void
begin_chain (AuditVerifier *verifier, const Place *place, const ChainLine *line)
{
    verifier->begun = true;
    verifier->verdict->first = line->seq;
    verifier->chain.size = line->seq - 1;
    memcpy (verifier->chain.head, line->prev, SEAL_HEX);
    if (line->seq == 1 && strcmp (line->prev, chain_empty.head) != 0)
        add_problem (verifier, "%s:%u: record 1 names one before it", place->name,
                     place->number);
    if (!checkpoint_is_one (line))
        add_problem (verifier, "%s:%u: does not begin with a checkpoint", place->name,
                     place->number);
}

static void
check_line (AuditVerifier *verifier, const Place *place, const char *text, size_t length)
{
    ChainLine line;
    const char *problem = chain_parse (text, length, &line);

    if (problem) {
        add_problem (verifier, "%s:%u: %s", place->name, place->number, problem);
        return;
    }
    if (!verifier->begun)
        begin_chain (verifier, place, &line);
    problem = chain_follow (&verifier->chain, &line);
    if (problem)
        add_problem (verifier, "%s:%u: record %" G_GUINT64_FORMAT " %s", place->name,
                     place->number, line.seq, problem);
    if (checkpoint_is_one (&line))
        check_checkpoint (verifier, place, &line);
    else
        note_event (verifier, &line);
    meet_held (verifier, place, &line);
}

static bool
begins_with_checkpoint (const char *data, size_t length)
{
    ChainLine line;

    return !chain_parse (data, length, &line) && checkpoint_is_one (&line);
}

/* What a transfer or an editor does to a file, so that a mistake is told from a crime. */
static void
note_transfer (AuditVerifier *verifier, const char *name, const char *data, size_t length)
{
    const char *newline = memchr (data, '\n', length);
    const char *note =
        length > 2 && memcmp (data, "\x1f\x8b", 2) == 0
            ? "is compressed (gzip); what it holds is to be verified"
        : length > 3 && memcmp (data, "\xef\xbb\xbf", 3) == 0
            ? "begins with a byte order mark, as an editor saves it; fetch it again as it is"
        : newline > data && newline && newline[-1] == '\r'
            ? "has lines that end in CRLF, as a transfer in text mode makes them; fetch it "
              "again byte for byte"
            : NULL;

    if (note)
        g_ptr_array_add (verifier->verdict->notes, g_strdup_printf ("%s %s", name, note));
}

bool
audit_verifier_feed (AuditVerifier *verifier, const char *name, const char *data, size_t length)
{
    Place place = { name, 0 };
    const char *end = data + length;

    if (length > 0)
        note_transfer (verifier, name, data, length);

    while (data < end && !verifier->stopped) {
        const char *newline = memchr (data, '\n', (size_t)(end - data));
        place.number++;
        if (!newline) {
            g_ptr_array_add (verifier->verdict->notes,
                             g_strdup_printf ("%s:%u: the last line has no end: it is being "
                                              "written, or a crash tore it",
                                              name, place.number));
            break;
        }
        size_t line = (size_t)(newline - data);
        if (place.number == 1 && verifier->begun && !begins_with_checkpoint (data, line))
            add_problem (verifier, "%s:1: does not begin with a checkpoint", name);
        check_line (verifier, &place, data, line);
        data = newline + 1;
    }
    return !verifier->stopped;
}

/* Said once: mostly all of a file are by one key. */
static void
check_keys (AuditVerifier *verifier)
{
    const Held *found = NULL;
    unsigned count = 0;

    for (unsigned i = 0; i < verifier->held->len && verifier->keys->len > 0; i++) {
        const Held *held = &g_array_index (verifier->held, Held, i);
        if (is_foreign (verifier, held) || is_trusted (verifier, held->checkpoint->key))
            continue;
        found = found ? found : held;
        count++;
    }
    if (found)
        add_problem (verifier, "%s:%u: a checkpoint by another key, %s (%u of them)",
                     found->name, found->line, found->checkpoint->key, count);
}

/* Of the file and the log that a checkpoint names. */
static unsigned
meet_foreign (AuditVerifier *verifier, const Held *first)
{
    unsigned count = 0;

    for (unsigned i = 0; i < verifier->held->len; i++) {
        Held *held = &g_array_index (verifier->held, Held, i);
        if (strcmp (held->name, first->name) != 0 ||
            strcmp (held->checkpoint->log, first->checkpoint->log) != 0)
            continue;
        held->met = true;
        count++;
    }
    return count;
}

/* The mistakes that say nothing of the records: a file that was fetched from another host, or is none of
 * checkpoints. */
static void
check_foreign (AuditVerifier *verifier)
{
    AuditVerdict *verdict = verifier->verdict;
    bool whole = verdict->problems->len == 0;

    for (unsigned i = 0; i < verifier->blank->len; i++) {
        add_problem (verifier, "%s: holds no checkpoint",
                     (const char *)g_ptr_array_index (verifier->blank, i));
        verdict->foreign = whole;
    }
    for (unsigned i = 0; i < verifier->held->len && verdict->problems->len < PROBLEMS; i++) {
        const Held *held = &g_array_index (verifier->held, Held, i);
        if (held->met || !is_foreign (verifier, held))
            continue;
        unsigned count = meet_foreign (verifier, held);
        add_problem (verifier,
                     "%s: checkpoints of the log %s in it: %u, but this log is %s: the file "
                     "is of another log, or this log was begun anew",
                     held->name, held->checkpoint->log, count, verdict->log);
        verdict->foreign = whole;
    }
}

static void
check_missing (AuditVerifier *verifier)
{
    AuditVerdict *verdict = verifier->verdict;

    if (!verifier->begun) {
        add_problem (verifier, "the log is empty");
        return;
    }
    for (unsigned i = 0; i < verifier->held->len; i++) {
        const Held *held = &g_array_index (verifier->held, Held, i);
        if (!held->met && !is_foreign (verifier, held) &&
            held->checkpoint->chain.size + 1 > verdict->last)
            add_problem (
                verifier,
                "the log ends with record %" G_GUINT64_FORMAT ", but the checkpoint of %s "
                "that was kept outside says %" G_GUINT64_FORMAT
                ": its end was cut off or it was taken back",
                verdict->last, held->checkpoint->time, held->checkpoint->chain.size + 1);
    }
    if (verdict->first > verifier->removed + 1)
        add_problem (verifier,
                     "records %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT
                     " are missing, and the log does not say that retention took them",
                     verifier->removed + 1, verdict->first - 1);
    else if (verdict->first > 1)
        g_ptr_array_add (verdict->notes,
                         g_strdup_printf ("records 1 to %" G_GUINT64_FORMAT
                                          " are gone by retention, as the log says",
                                          verdict->first - 1));
    check_keys (verifier);
    check_foreign (verifier);
}

static void
note_trust (AuditVerifier *verifier)
{
    AuditVerdict *verdict = verifier->verdict;

    if (verifier->keys->len == 0 && verdict->key)
        g_ptr_array_add (verdict->notes,
                         g_strdup_printf ("the key %s is the log's own word; give the one you "
                                          "know with --key",
                                          verdict->key));
    if (verifier->held->len == 0)
        g_ptr_array_add (verdict->notes,
                         g_strdup ("no checkpoint from outside was given: whoever has the key "
                                   "could have written the log anew"));
    if (verdict->last > verdict->sealed + 1)
        g_ptr_array_add (verdict->notes, g_strdup_printf ("records after %" G_GUINT64_FORMAT
                                                          " are not under a checkpoint yet",
                                                          verdict->sealed + 1));
}

AuditVerdict *
audit_verifier_finish (AuditVerifier *verifier)
{
    AuditVerdict *verdict = verifier->verdict;

    verdict->last = verifier->begun ? verifier->chain.size : 0;
    if (!verifier->begun)
        verdict->first = 1;
    if (!verifier->stopped)
        check_missing (verifier);
    note_trust (verifier);
    g_array_unref (verifier->held);
    g_ptr_array_unref (verifier->blank);
    g_free (verifier);
    return verdict;
}

void
audit_verdict_free (AuditVerdict *verdict)
{
    if (!verdict)
        return;
    g_ptr_array_unref (verdict->problems);
    g_ptr_array_unref (verdict->notes);
    g_free (verdict->log);
    g_free (verdict->key);
    g_free (verdict->sealed_at);
    g_free (verdict);
}

GPtrArray *
audit_files (const char *path, GError **error)
{
    g_autoptr (GPtrArray) files = segment_list (path);

    if (files->len > 0)
        return g_steal_pointer (&files);
    g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: there is no log", path);
    return NULL;
}

static GMappedFile *
map_file (const char *path, GError **error)
{
    g_autoptr (GError) cause = NULL;
    bool directory = g_file_test (path, G_FILE_TEST_IS_DIR);
    GMappedFile *file = directory ? NULL : g_mapped_file_new (path, FALSE, &cause);

    if (directory)
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                     "%s: is a directory; right would be a file such as %s/audit.jsonl", path,
                     path);
    else if (!file)
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s", cause->message);
    return file;
}

static bool
feed_files (AuditVerifier *verifier, const GPtrArray *files, const GPtrArray *checkpoints,
            GError **error)
{
    for (unsigned i = 0; i < checkpoints->len; i++) {
        const char *path = g_ptr_array_index (checkpoints, i);
        g_autoptr (GMappedFile) file = map_file (path, error);
        if (!file)
            return false;
        audit_verifier_hold (verifier, path, g_mapped_file_get_contents (file),
                             g_mapped_file_get_length (file));
    }
    for (unsigned i = 0; i < files->len; i++) {
        const char *path = g_ptr_array_index (files, i);
        g_autoptr (GMappedFile) file = map_file (path, error);
        if (!file)
            return false;
        if (!audit_verifier_feed (verifier, path, g_mapped_file_get_contents (file),
                                  g_mapped_file_get_length (file)))
            return true;
    }
    return true;
}

AuditVerdict *
audit_verify (const GPtrArray *files, const GPtrArray *checkpoints, const GPtrArray *keys,
              bool stop_at_first, GError **error)
{
    AuditVerifier *verifier = audit_verifier_new (keys, stop_at_first);
    bool ok = feed_files (verifier, files, checkpoints, error);
    g_autoptr (AuditVerdict) verdict = audit_verifier_finish (verifier);

    return ok ? g_steal_pointer (&verdict) : NULL;
}
