/* SPDX-License-Identifier: BSD-2-Clause */

/* Checkpoints have one spelling: what is read is written again and compared. */

#include "checkpoint.h"

#include <jansson.h>
#include <string.h>

#include "licet/clock.h"

#define START "\"record\":\"checkpoint\","

static char *
text_to_sign (const Checkpoint *checkpoint)
{
    return g_strdup_printf ("licet-audit-checkpoint\n%s\n%" G_GUINT64_FORMAT "\n%s\n%s\n%s\n",
                            checkpoint->log, checkpoint->chain.size, checkpoint->chain.head,
                            checkpoint->time, checkpoint->reason);
}

/* No member can hold what JSON would escape: is_plain sees to it. */
static char *
format_json (const Checkpoint *checkpoint)
{
    return g_strdup_printf ("{" START "\"time\":\"%s\",\"log\":\"%s\",\"reason\":\"%s\","
                            "\"size\":%" G_GUINT64_FORMAT ",\"head\":\"%s\",\"key\":\"%s\","
                            "\"signature\":\"%s\"}",
                            checkpoint->time, checkpoint->log, checkpoint->reason,
                            checkpoint->chain.size, checkpoint->chain.head, checkpoint->key,
                            checkpoint->signature);
}

char *
checkpoint_make (const Seal *seal, const char *log, const char *reason, const Chain *chain,
                 int64_t now, GError **error)
{
    g_autofree char *time = clock_format (now);
    Checkpoint checkpoint = {
        .log = (char *)log,
        .reason = (char *)reason,
        .time = time,
        .chain = *chain,
        .key = (char *)seal_public (seal),
    };
    g_autofree char *text = text_to_sign (&checkpoint);
    g_autofree char *signature = seal_sign (seal, text, error);

    checkpoint.signature = signature;
    return signature ? format_json (&checkpoint) : NULL;
}

static bool
is_plain (const char *text)
{
    for (const char *c = text; *c; c++)
        if (!g_ascii_isalnum (*c) && !strchr ("+/=:.-", *c))
            return false;
    return true;
}

static char *
read_text (const json_t *object, const char *name, bool *ok)
{
    const char *text = json_string_value (json_object_get (object, name));

    *ok = *ok && text && is_plain (text);
    return g_strdup (text ? text : "");
}

static Checkpoint *
read_members (const json_t *object)
{
    g_autoptr (Checkpoint) checkpoint = g_new0 (Checkpoint, 1);
    json_int_t size = json_integer_value (json_object_get (object, "size"));
    bool ok = size >= 0;

    checkpoint->log = read_text (object, "log", &ok);
    checkpoint->reason = read_text (object, "reason", &ok);
    checkpoint->time = read_text (object, "time", &ok);
    checkpoint->key = read_text (object, "key", &ok);
    checkpoint->signature = read_text (object, "signature", &ok);
    g_autofree char *head = read_text (object, "head", &ok);
    checkpoint->chain.size = (uint64_t)size;
    ok = ok && g_strlcpy (checkpoint->chain.head, head, SEAL_HEX) == SEAL_HEX - 1;
    return ok ? g_steal_pointer (&checkpoint) : NULL;
}

Checkpoint *
checkpoint_parse (const char *json, size_t length)
{
    json_t *object = json_loadb (json, length, 0, NULL);
    g_autoptr (Checkpoint) checkpoint = object ? read_members (object) : NULL;

    json_decref (object);
    if (!checkpoint)
        return NULL;
    g_autofree char *again = format_json (checkpoint);
    g_autofree char *text = text_to_sign (checkpoint);
    bool valid = strlen (again) == length && memcmp (again, json, length) == 0 &&
                 seal_verify (checkpoint->key, text, checkpoint->signature);
    return valid ? g_steal_pointer (&checkpoint) : NULL;
}

void
checkpoint_free (Checkpoint *checkpoint)
{
    if (!checkpoint)
        return;
    g_free (checkpoint->log);
    g_free (checkpoint->reason);
    g_free (checkpoint->time);
    g_free (checkpoint->key);
    g_free (checkpoint->signature);
    g_free (checkpoint);
}

bool
checkpoint_is_one (const ChainLine *line)
{
    return line->record_length > strlen (START) &&
           memcmp (line->record, START, strlen (START)) == 0;
}

Checkpoint *
checkpoint_of_line (const ChainLine *line)
{
    g_autofree char *json = g_strdup_printf ("{%.*s}", (int)line->record_length, line->record);
    g_autoptr (Checkpoint) checkpoint = checkpoint_parse (json, strlen (json));

    if (!checkpoint || checkpoint->chain.size != line->seq - 1 ||
        strcmp (checkpoint->chain.head, line->prev) != 0)
        return NULL;
    return g_steal_pointer (&checkpoint);
}
