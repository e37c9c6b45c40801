/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Policies as they were: each set of files once, in a directory that is named by the hash over
 * their names and contents. It is made beside its place and renamed, so that a name means a whole
 * set.
 */

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "licet/audit.h"
#include "licet/error.h"

enum { DEPTH = 4 };

static bool
fail (GError **error, const char *path)
{
    g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: %s", path,
                 g_strerror (errno));
    return false;
}

/* Relative names of the .cfg files below. */
static void
list_files (const char *root, const char *below, unsigned depth, GPtrArray *names)
{
    g_autofree char *dir = g_build_filename (root, below, NULL);
    g_autoptr (GDir) handle = g_dir_open (dir, 0, NULL);

    for (const char *name; handle && (name = g_dir_read_name (handle));) {
        g_autofree char *relative =
            *below ? g_build_filename (below, name, NULL) : g_strdup (name);
        g_autofree char *path = g_build_filename (root, relative, NULL);
        if (g_file_test (path, G_FILE_TEST_IS_DIR)) {
            if (depth < DEPTH)
                list_files (root, relative, depth + 1, names);
        } else if (g_str_has_suffix (name, ".cfg")) {
            g_ptr_array_add (names, g_steal_pointer (&relative));
        }
    }
}

static int
compare_names (const void *a, const void *b)
{
    return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* The files' bytes in the order of names, and the hash over both. NULL on failure. */
static GPtrArray *
read_files (const char *root, const GPtrArray *names, char **ret_hash, GError **error)
{
    g_autoptr (GPtrArray) contents =
        g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
    g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

    for (unsigned i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index (names, i);
        g_autofree char *path = g_build_filename (root, name, NULL);
        g_autoptr (GError) cause = NULL;
        char *data = NULL;
        size_t length = 0;
        if (!g_file_get_contents (path, &data, &length, &cause)) {
            g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s", cause->message);
            return NULL;
        }
        g_autofree char *frame = g_strdup_printf ("%s\n%zu\n", name, length);
        g_checksum_update (checksum, (guchar *)frame, (gssize)strlen (frame));
        g_checksum_update (checksum, (guchar *)data, (gssize)length);
        g_ptr_array_add (contents, g_bytes_new_take (data, length));
    }
    *ret_hash = g_strdup (g_checksum_get_string (checksum));
    return g_steal_pointer (&contents);
}

static bool
write_file (const char *root, const char *name, GBytes *bytes, GError **error)
{
    g_autofree char *path = g_build_filename (root, name, NULL);
    g_autofree char *dir = g_path_get_dirname (path);
    g_autoptr (GError) cause = NULL;
    size_t length = 0;
    const char *data = g_bytes_get_data (bytes, &length);

    if (g_mkdir_with_parents (dir, 0750) != 0)
        return fail (error, dir);
    if (g_file_set_contents_full (path, data, (gssize)length, G_FILE_SET_CONTENTS_DURABLE, 0640,
                                  &cause))
        return true;
    g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s", cause->message);
    return false;
}

static bool
write_set (const char *place, const GPtrArray *names, const GPtrArray *contents, GError **error)
{
    g_autofree char *fresh = g_strdup_printf ("%s.new-%d", place, (int)getpid ());

    if (g_mkdir_with_parents (fresh, 0750) != 0)
        return fail (error, fresh);
    for (unsigned i = 0; i < names->len; i++)
        if (!write_file (fresh, g_ptr_array_index (names, i), g_ptr_array_index (contents, i),
                         error))
            return false;
    if (g_rename (fresh, place) == 0 || errno == EEXIST || errno == ENOTEMPTY)
        return true;
    return fail (error, place);
}

char *
audit_archive_path (const char *log, const char *hash)
{
    g_autofree char *dir = g_path_get_dirname (log);

    return g_build_filename (dir, "policies", hash, NULL);
}

char *
audit_archive (const char *log, const char *policies, GError **error)
{
    g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
    g_autofree char *hash = NULL;

    list_files (policies, "", 0, names);
    g_ptr_array_sort (names, compare_names);
    g_autoptr (GPtrArray) contents = read_files (policies, names, &hash, error);
    if (!contents)
        return NULL;
    g_autofree char *place = audit_archive_path (log, hash);
    if (!g_file_test (place, G_FILE_TEST_IS_DIR) && !write_set (place, names, contents, error))
        return NULL;
    return g_steal_pointer (&hash);
}
