/* SPDX-License-Identifier: BSD-2-Clause */

/* licet train --passages: what the words of each language speak for, and how well that is told. */

#include "train_passages.h"

#include <stdio.h>
#include <string.h>

#include "licet/conffile.h"
#include "licet/error.h"
#include "licet/passages.h"
#include "tool.h"

/* Log-odds from which on a verdict is called sure, in the table that is printed. */
static const double SURE = 2;

static void
print_trial (const char *language, PassagesTrial trial)
{
    printf ("%-8s %5u passages, %.3f told rightly; sure of promotion %u, %u wrong; sure of "
            "service %u, %u wrong\n",
            language, trial.all, (double)trial.right / trial.all, trial.promotion,
            trial.promotion_wrong, trial.service, trial.service_wrong);
}

/* The language is what the file is called: "de.txt". */
static bool
train_file (const char *path, unsigned folds, const char *out, GError **error)
{
    g_autofree char *text = conffile_read (path, error);
    g_autoptr (Passages) passages = text ? passages_parse (text, path, error) : NULL;
    if (!passages)
        return false;
    g_autofree char *language = g_path_get_basename (path);

    language[strcspn (language, ".")] = '\0';
    print_trial (language, passages_validate (passages, folds, SURE));
    if (!out)
        return true;
    g_autofree char *name = g_strdup_printf ("%s.cfg", language);
    g_autofree char *to = g_build_filename (out, name, NULL);
    g_autofree char *learnt = passages_learn (passages, language);
    return g_file_set_contents (to, learnt, -1, error);
}

bool
train_passages (const char *dir, unsigned folds, const char *out, GError **error)
{
    g_autoptr (GPtrArray) paths = conffile_list (dir, ".txt", error);
    if (!paths)
        return false;
    if (paths->len == 0) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_MALFORMED,
                     "%s: there is no LANGUAGE.txt in it", dir);
        return false;
    }
    for (unsigned i = 0; i < paths->len; i++)
        if (!train_file (paths->pdata[i], folds, out, error))
            return false;
    return true;
}
