/* SPDX-License-Identifier: BSD-2-Clause */

/* licet train: a model from folders of labelled mail, and how well it does on unseen sources. */

#include <stdio.h>
#include <string.h>

#include "licet/message.h"
#include "licet/training.h"
#include "tool.h"
#include "train_passages.h"

typedef struct {
    Training *training;
    GHashTable *table; /* end of a path -> char ** of its row, or NULL */
    unsigned count;
} Intake;

/* Columns: path, label, language, kind, source. */
static GHashTable *
read_table (const char *path, GError **error)
{
    g_autofree char *text = NULL;
    GHashTable *table =
        g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_strfreev);

    if (path && !g_file_get_contents (path, &text, NULL, error)) {
        g_hash_table_unref (table);
        return NULL;
    }
    g_auto (GStrv) lines = g_strsplit (text ? text : "", "\n", -1);
    for (char **line = lines; *line; line++) {
        char **row = g_strsplit (*line, "\t", -1);
        if (g_strv_length (row) >= 5)
            g_hash_table_replace (table, g_path_get_basename (row[0]), row);
        else
            g_strfreev (row);
    }
    return table;
}

static bool
add_file (Intake *intake, const char *path, MessageClass class, GError **error)
{
    g_autofree char *base = g_path_get_basename (path);
    char **row = g_hash_table_lookup (intake->table, base);
    g_autoptr (GBytes) bytes = tool_read_mail (path, error);
    if (!bytes)
        return false;
    g_autoptr (GError) cause = NULL;
    g_autoptr (Message) message = message_parse (bytes, &cause);
    if (!message) {
        fprintf (stderr, "licet: note: %s is left out: %s\n", path, cause->message);
        return true;
    }
    /* Without a table every file is a source of its own. */
    training_add (intake->training, message, class, base, row ? row[4] : base,
                  row ? row[2] : "", row ? row[3] : "");
    intake->count++;
    return true;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
    return strcmp (*(char *const *)a, *(char *const *)b);
}

static bool
add_folder (Intake *intake, const char *top, MessageClass class, GError **error)
{
    g_autofree char *dir = g_build_filename (top, message_class_word (class), NULL);
    if (!g_file_test (dir, G_FILE_TEST_IS_DIR))
        return true;
    g_autoptr (GDir) folder = g_dir_open (dir, 0, error);
    g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

    if (!folder)
        return false;
    for (const char *name; (name = g_dir_read_name (folder));)
        g_ptr_array_add (names, g_build_filename (dir, name, NULL));
    g_ptr_array_sort (names, compare_names);
    for (unsigned i = 0; i < names->len; i++)
        if (!add_file (intake, names->pdata[i], class, error))
            return false;
    return true;
}

typedef struct {
    char *policies, *labels, *out, *passages;
    int folds;
    gboolean errors, show;
} TrainOptions;

static void
train_options_clear (TrainOptions *options)
{
    g_free (options->policies);
    g_free (options->labels);
    g_free (options->out);
    g_free (options->passages);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TrainOptions, train_options_clear)

static bool
validate (const Intake *intake, const TrainOptions *options, UnseenGroups unseen,
          GError **error)
{
    g_autoptr (GString) report = g_string_new (NULL);

    if (!training_validate (intake->training, unseen, (unsigned)options->folds, options->errors,
                            report, error))
        return false;
    fputs (report->str, stdout);
    return true;
}

static bool
train_folders (Intake *intake, char **dirs, const TrainOptions *options, GError **error)
{
    for (char **dir = dirs; *dir; dir++)
        for (MessageClass class = CLASS_TRANSACTIONAL; class <= CLASS_PERSONAL; class ++)
            if (!add_folder (intake, *dir, class, error))
                return false;
    if (!validate (intake, options, UNSEEN_FOLD, error))
        return false;
    if (g_hash_table_size (intake->table) > 0 &&
        !(validate (intake, options, UNSEEN_SOURCE, error) &&
          validate (intake, options, UNSEEN_LANGUAGE, error)))
        return false;
    if (options->show) {
        g_autoptr (GString) report = g_string_new (NULL);
        training_show (intake->training, report);
        fputs (report->str, stdout);
    }
    if (!options->out)
        return true;
    g_autofree char *text = training_text (intake->training);
    return g_file_set_contents (options->out, text, -1, error);
}

int
cmd_train (int argc, char **argv)
{
    g_auto (TrainOptions) options = { .folds = 5 };
    GOptionEntry entries[] = {
        { "policies", 0, 0, G_OPTION_ARG_FILENAME, &options.policies, "folder of words/",
          "DIR" },
        { "table", 0, 0, G_OPTION_ARG_FILENAME, &options.labels,
          "language, kind and source of files", "FILE" },
        { "folds", 0, 0, G_OPTION_ARG_INT, &options.folds, "parts to cross-validate in", "N" },
        { "errors", 0, 0, G_OPTION_ARG_NONE, &options.errors,
          "name what is judged wrongly, and why", NULL },
        { "show", 0, 0, G_OPTION_ARG_NONE, &options.show,
          "the strongest signals by class and language", NULL },
        { "out", 0, 0, G_OPTION_ARG_FILENAME, &options.out, "write the model there", "FILE" },
        { "passages", 0, 0, G_OPTION_ARG_FILENAME, &options.passages,
          "learn what words speak for instead", "DIR" },
        G_OPTION_ENTRY_NULL,
    };
    GError *error = NULL;

    if (!tool_options (&argc, &argv, "DIR…", "Trains the model on labelled folders.", entries))
        return EX_USAGE;
    if (options.passages && argc == 1 && options.folds >= 2)
        return train_passages (options.passages, (unsigned)options.folds, options.out, &error)
                   ? EX_OK
                   : tool_fail (error);
    if (argc < 2 || options.folds < 2 || !options.policies || options.passages)
        return tool_usage ("train takes --policies DIR, folders, and two --folds or more; or "
                           "--passages DIR without folders");
    g_autofree char *dir = g_build_filename (options.policies, "words", NULL);
    g_autoptr (Words) words = words_load (dir, &error);
    g_autoptr (GHashTable) table = words ? read_table (options.labels, &error) : NULL;
    if (!table)
        return tool_fail (error);
    g_autoptr (Training) training = training_new (words);
    Intake intake = { .training = training, .table = table };
    if (!train_folders (&intake, argv + 1, &options, &error))
        return tool_fail (error);
    return EX_OK;
}
