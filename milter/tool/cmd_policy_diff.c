/* SPDX-License-Identifier: BSD-2-Clause */

/* licet policy diff: for whom a folder of mail would come out otherwise under new policies. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addressees.h"
#include "licet/address.h"
#include "cmd_policy.h"
#include "licet/conffile.h"
#include "licet/error.h"
#include "licet/limits.h"
#include "licet/message.h"
#include "licet/pipeline.h"
#include "report.h"

typedef struct {
    ToolOptions shared;
    char *dir;
    char **lists; /* files of recipients */
} Options;

/* Of a rule: how often it decided about those whose mail comes out otherwise. */
typedef struct {
    unsigned before, after;
} Turns;

/* Of a territory. */
typedef struct {
    unsigned recipients, outcomes, reasons;
} Share;

/* What changed alike, for how many. */
typedef struct {
    char *before, *after; /* "strip by DE-CONSENT" */
    unsigned recipients, mails;
    const char *file;      /* the first */
    const char *last_file; /* the last that was counted */
    char *address;
} Change;

typedef struct {
    const Options *options;
    Engine *before, *after;
    int64_t now;
    GPtrArray *listed;       /* addresses of --rcpt and of the lists */
    GHashTable *changes;     /* text -> Change */
    GHashTable *rules;       /* id -> Turns */
    GHashTable *territories; /* code -> Share */
    unsigned mails, unread, recipients, outcomes, reasons;
} Diff;

static void
change_free (Change *change)
{
    g_free (change->before);
    g_free (change->after);
    g_free (change->address);
    g_free (change);
}

static char *
describe (const Decision *decision)
{
    const char *copy = decision->copy == COPY_TEXT_ONLY ? " as text alone" : "";

    return g_strdup_printf ("%s%s%s%s", outcome_word (decision->outcome), copy,
                            decision->rule ? " by " : "", decision->rule ? decision->rule : "");
}

static void
print_change_json (const char *file, const char *address, const Decision *before,
                   const Decision *after)
{
    g_autoptr (GString) json = g_string_new ("{\"file\":");

    json_text_append (json, file);
    g_string_append (json, ",\"recipient\":");
    json_text_append (json, address);
    for (unsigned i = 0; i < 2; i++) {
        const Decision *decision = i ? after : before;
        g_autofree char *until = decision->until ? clock_format (decision->until) : NULL;
        g_string_append_printf (json,
                                ",\"%s\":{\"outcome\":\"%s\",\"rule\":", i ? "after" : "before",
                                outcome_word (decision->outcome));
        json_text_append (json, decision->rule);
        g_string_append (json, ",\"until\":");
        json_text_append (json, until);
        g_string_append_c (json, '}');
    }
    puts (g_string_append (json, "}")->str);
}

static void
count_change (Diff *diff, const char *file, const char *address, const char *before,
              const char *after)
{
    g_autofree char *key = g_strconcat (before, "\n", after, NULL);
    Change *change = g_hash_table_lookup (diff->changes, key);

    if (!change) {
        change = g_new0 (Change, 1);
        change->before = g_strdup (before);
        change->after = g_strdup (after);
        change->file = file;
        change->address = g_strdup (address);
        g_hash_table_insert (diff->changes, g_steal_pointer (&key), change);
    }
    change->recipients++;
    change->mails += change->last_file != file;
    change->last_file = file;
}

/* The entry of the table, zeroes when it is new. */
static void *
entry_of (GHashTable *table, const char *name, size_t size)
{
    void *entry = g_hash_table_lookup (table, name);

    if (!entry) {
        entry = g_malloc0 (size);
        g_hash_table_insert (table, g_strdup (name), entry);
    }
    return entry;
}

static void
count_rules (const Diff *diff, const Decision *before, const Decision *after)
{
    if (before->rule)
        ((Turns *)entry_of (diff->rules, before->rule, sizeof (Turns)))->before++;
    if (after->rule)
        ((Turns *)entry_of (diff->rules, after->rule, sizeof (Turns)))->after++;
}

static void
compare_decisions (Diff *diff, const char *file, const char *address, const Decision *before,
                   const Decision *after)
{
    g_autofree char *old = describe (before), *new = describe (after);
    bool outcome = before->outcome != after->outcome, same = strcmp (old, new) == 0;
    Share *share = entry_of (diff->territories, after->facts->territory, sizeof (Share));

    share->recipients++;
    if (same && before->until == after->until)
        return;
    diff->outcomes += outcome;
    diff->reasons += !outcome;
    share->outcomes += outcome;
    share->reasons += !outcome;
    count_rules (diff, before, after);
    if (diff->options->shared.json)
        print_change_json (file, address, before, after);
    g_autofree char *after_text = g_strconcat (new, same ? ", at another time" : NULL, NULL);
    count_change (diff, file, address, old, after_text);
}

static void
add_recipients (Envelope *envelope, char **addresses)
{
    for (char **address = addresses; *address; address++)
        g_ptr_array_add (envelope->recipients, envelope_path_new (*address, ""));
}

/* Those of --rcpt and --to; else those of the envelope beside the mail; else those that it names. */
static Envelope *
make_envelope (const Diff *diff, const char *file, GBytes *bytes, GError **error)
{
    g_autoptr (Envelope) envelope = NULL;

    if (diff->listed->len > 1) {
        envelope = envelope_new ();
        add_recipients (envelope, (char **)diff->listed->pdata);
        return g_steal_pointer (&envelope);
    }
    if (!addressees_beside (file, &envelope, error) || envelope)
        return g_steal_pointer (&envelope);
    g_autoptr (Message) message = message_parse (bytes, error);
    if (!message)
        return NULL;
    envelope = envelope_new ();
    g_auto (GStrv) addresses = message_recipients (message);
    add_recipients (envelope, addresses);
    return g_steal_pointer (&envelope);
}

/* Who stands there twice gets the mail once. */
static void
drop_repeated (Envelope *envelope)
{
    g_autoptr (GHashTable) once = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    GPtrArray *kept = g_ptr_array_new_with_free_func ((GDestroyNotify)envelope_path_free);

    for (unsigned i = 0; i < envelope->recipients->len; i++) {
        const char *given = envelope_recipient (envelope, i)->address;
        char *address = address_normalise (given, NULL);
        if (g_hash_table_add (once, address ? address : g_strdup (given)))
            g_ptr_array_add (kept, envelope_path_new (given, ""));
    }
    g_ptr_array_unref (envelope->recipients);
    envelope->recipients = kept;
}

/* So many recipients as one message may have, from the first on. */
static Envelope *
make_part (const Diff *diff, const Envelope *whole, unsigned first)
{
    Envelope *part = report_envelope (&diff->options->shared, diff->now);
    unsigned end = MIN (whole->recipients->len, first + LIMIT_RECIPIENTS);

    g_ptr_array_set_size (part->recipients, 0);
    for (unsigned i = first; i < end; i++)
        g_ptr_array_add (part->recipients,
                         envelope_path_new (envelope_recipient (whole, i)->address, ""));
    if (whole->sender && !diff->options->shared.from) {
        envelope_path_free (part->sender);
        part->sender = envelope_path_new (whole->sender->address, "");
    }
    return part;
}

static bool
compare_part (Diff *diff, const char *file, GBytes *bytes, const Envelope *envelope,
              GError **error)
{
    g_autoptr (Plan) before = pipeline_run (diff->before, envelope, bytes, diff->now, error);
    g_autoptr (Plan) after =
        before ? pipeline_run (diff->after, envelope, bytes, diff->now, error) : NULL;

    if (!after)
        return false;
    for (unsigned i = 0; i < envelope->recipients->len; i++)
        compare_decisions (diff, file, envelope_recipient (envelope, i)->address,
                           plan_decision (before, i), plan_decision (after, i));
    diff->recipients += envelope->recipients->len;
    return true;
}

static bool
compare_file (Diff *diff, const char *file, GError **error)
{
    g_autoptr (GBytes) bytes = tool_read_mail (file, error);
    g_autoptr (Envelope) whole = bytes ? make_envelope (diff, file, bytes, error) : NULL;

    if (whole)
        drop_repeated (whole);
    for (unsigned first = 0; whole && first < whole->recipients->len;
         first += LIMIT_RECIPIENTS) {
        g_autoptr (Envelope) part = make_part (diff, whole, first);
        if (!compare_part (diff, file, bytes, part, error))
            return false;
    }
    return whole != NULL;
}

static void
compare_folder (Diff *diff, const GPtrArray *files)
{
    for (unsigned i = 0; i < files->len; i++) {
        g_autoptr (GError) cause = NULL;
        const char *file = g_ptr_array_index (files, i);
        diff->mails++;
        if (compare_file (diff, file, &cause))
            continue;
        diff->unread++;
        fprintf (stderr, "licet: %s: %s\n", file, cause->message);
    }
}

static int
compare_changes (const void *a, const void *b)
{
    const Change *first = *(Change *const *)a, *second = *(Change *const *)b;

    if (first->recipients != second->recipients)
        return first->recipients < second->recipients ? 1 : -1;
    int order = strcmp (first->before, second->before);
    return order ? order : strcmp (first->after, second->after);
}

static void
print_table (const Diff *diff)
{
    g_autoptr (GPtrArray) changes = g_ptr_array_new ();
    GHashTableIter iter;
    void *change = NULL;

    g_hash_table_iter_init (&iter, diff->changes);
    while (g_hash_table_iter_next (&iter, NULL, &change))
        g_ptr_array_add (changes, change);
    g_ptr_array_sort (changes, compare_changes);
    if (changes->len)
        printf ("%10s  %5s  %-30s  %-30s  %s\n", "recipients", "mails", "before", "after",
                "the first");
    for (unsigned i = 0; i < changes->len; i++) {
        const Change *row = g_ptr_array_index (changes, i);
        printf ("%10u  %5u  %-30s  %-30s  %s to %s\n", row->recipients, row->mails, row->before,
                row->after, row->file, row->address);
    }
}

/* In the order of the names. Borrowed; caller frees the list. */
static GList *
names_of (GHashTable *table)
{
    return g_list_sort (g_hash_table_get_keys (table), (GCompareFunc)strcmp);
}

static void
print_rules (const Diff *diff)
{
    g_autoptr (GList) names = names_of (diff->rules);

    if (names)
        printf ("\n%10s  %5s  by rule\n", "before", "after");
    for (GList *name = names; name; name = name->next) {
        const Turns *turns = g_hash_table_lookup (diff->rules, name->data);
        printf ("%10u  %5u  %s\n", turns->before, turns->after, (char *)name->data);
    }
}

static void
print_territories (const Diff *diff)
{
    g_autoptr (GList) names = names_of (diff->territories);

    printf ("\n%10s  %9s  %6s  by territory\n", "recipients", "otherwise", "reason");
    for (GList *name = names; name; name = name->next) {
        const Share *share = g_hash_table_lookup (diff->territories, name->data);
        printf ("%10u  %9u  %6u  %s\n", share->recipients, share->outcomes, share->reasons,
                (char *)name->data);
    }
    putchar ('\n');
}

static void
print_sums_json (const Diff *diff)
{
    g_autoptr (GList) rules = names_of (diff->rules), codes = names_of (diff->territories);
    g_autoptr (GString) json = g_string_new (NULL);

    g_string_append_printf (
        json, "{\"mails\":%u,\"unread\":%u,\"recipients\":%u,\"outcomes\":%u,\"reasons\":%u",
        diff->mails, diff->unread, diff->recipients, diff->outcomes, diff->reasons);
    g_string_append (json, ",\"rules\":{");
    for (GList *name = rules; name; name = name->next) {
        const Turns *turns = g_hash_table_lookup (diff->rules, name->data);
        json_text_append (json, name->data);
        g_string_append_printf (json, ":{\"before\":%u,\"after\":%u}%s", turns->before,
                                turns->after, name->next ? "," : "");
    }
    g_string_append (json, "},\"territories\":{");
    for (GList *name = codes; name; name = name->next) {
        const Share *share = g_hash_table_lookup (diff->territories, name->data);
        json_text_append (json, name->data);
        g_string_append_printf (json, ":{\"recipients\":%u,\"outcomes\":%u,\"reasons\":%u}%s",
                                share->recipients, share->outcomes, share->reasons,
                                name->next ? "," : "");
    }
    puts (g_string_append (json, "}}")->str);
}

static void
print_sums (const Diff *diff)
{
    if (diff->options->shared.json) {
        print_sums_json (diff);
        return;
    }
    print_table (diff);
    print_rules (diff);
    if (diff->outcomes + diff->reasons)
        print_territories (diff);
    printf ("%u mails, %u recipients: %u come out otherwise, %u for another reason\n",
            diff->mails - diff->unread, diff->recipients, diff->outcomes, diff->reasons);
    if (diff->unread)
        printf ("%u mails could not be read\n", diff->unread);
}

/* Ended by NULL, as make_envelope counts on. */
static bool
read_lists (Diff *diff, GError **error)
{
    const Options *options = diff->options;

    for (char **address = options->shared.recipients; address && *address; address++)
        g_ptr_array_add (diff->listed, g_strdup (*address));
    for (char **list = options->lists; list && *list; list++)
        if (!addressees_read (*list, diff->listed, error))
            return false;
    g_ptr_array_add (diff->listed, NULL);
    return true;
}

static int
run (Diff *diff, const char *before, const char *after)
{
    const ToolOptions *options = &diff->options->shared;
    g_autoptr (GPtrArray) files = NULL;
    GError *error = NULL;

    diff->now = clock_now (&(Clock){ .offset = 0 });
    if (options->now && !clock_parse (options->now, &diff->now, &error)) {
        g_prefix_error (&error, "--now: ");
        return tool_fail (error);
    }
    if (!read_lists (diff, &error))
        return tool_fail (error);
    diff->before = cmd_policy_engine (options->config, before, options->consent, &error);
    if (diff->before)
        diff->after = cmd_policy_engine (options->config, after, options->consent, &error);
    if (diff->after)
        files = conffile_list (diff->options->dir, ".eml", &error);
    if (!files)
        return cmd_policy_fail (error, options->json);
    if (!files->len)
        return tool_fail (g_error_new (LICET_ERROR, LICET_ERROR_MALFORMED,
                                       "%s: no file that ends in .eml", diff->options->dir));
    compare_folder (diff, files);
    print_sums (diff);
    return diff->unread ? EX_DATAERR : EX_OK;
}

static void
options_clear (Options *options)
{
    tool_options_clear (&options->shared);
    g_free (options->dir);
    g_strfreev (options->lists);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

int
cmd_policy_diff (int argc, char **argv)
{
    g_auto (Options) options = { 0 };
    GOptionEntry entries[] = {
        { "on", 0, 0, G_OPTION_ARG_FILENAME, &options.dir, "folder of mail", "DIR" },
        { "to", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.lists,
          "recipients of each mail, one address a line (repeatable)", "FILE" },
        TOOL_COMMON_ENTRIES (options.shared),
        G_OPTION_ENTRY_NULL,
    };

    if (!tool_options (&argc, &argv, "OLD NEW",
                       "Tells for whom mail comes out otherwise under other policies.",
                       entries))
        return EX_USAGE;
    if (argc != 3 || !options.dir)
        return tool_usage ("policy diff takes two directories of policies, and --on DIR");
    if (options.shared.policies || options.shared.keys)
        return tool_usage ("policy diff takes neither --policies nor --key");
    g_autoptr (GHashTable) changes =
        g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)change_free);
    g_autoptr (GHashTable) rules =
        g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
    g_autoptr (GHashTable) territories =
        g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
    g_autoptr (GPtrArray) listed = g_ptr_array_new_with_free_func (g_free);
    Diff diff = { .options = &options,
                  .listed = listed,
                  .changes = changes,
                  .rules = rules,
                  .territories = territories };
    int status = run (&diff, argv[1], argv[2]);
    engine_unref (diff.before);
    engine_unref (diff.after);
    return status;
}
