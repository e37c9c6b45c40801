/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Runs a fuzz target over files without a fuzzer: those named, else its corpus, so that a
 * regression of a parser shows in `make check`. Prints TAP.
 */

#include <glib.h>
#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* tests/fuzz/corpus/<target>/ and the mails of the golden cases. */
static void
replay_tree (const char *dir, unsigned *count)
{
    g_autoptr (GDir) handle = g_dir_open (dir, 0, NULL);

    for (const char *name; handle && (name = g_dir_read_name (handle));) {
        g_autofree char *path = g_build_filename (dir, name, NULL);
        g_autofree char *data = NULL;
        size_t size = 0;
        if (g_file_test (path, G_FILE_TEST_IS_DIR)) {
            replay_tree (path, count);
        } else if (g_file_get_contents (path, &data, &size, NULL)) {
            LLVMFuzzerTestOneInput ((const uint8_t *)data, size);
            (*count)++;
        }
    }
}

int
main (int argc, char **argv)
{
    unsigned count = 0;
    const char *source = g_getenv ("G_TEST_SRCDIR");
    g_autofree char *name = g_path_get_basename (argv[0]);
    g_autofree char *corpus =
        g_build_filename (source ? source : ".", "fuzz", "corpus", name, NULL);
    g_autofree char *cases = g_build_filename (source ? source : ".", "cases", NULL);

    for (int i = 1; i < argc; i++)
        replay_tree (argv[i], &count);
    if (argc == 1) {
        replay_tree (corpus, &count);
        replay_tree (cases, &count);
    }
    LLVMFuzzerTestOneInput ((const uint8_t *)"", 0);
    printf ("1..1\n%sok 1 - %s survives %u inputs\n", count ? "" : "not ", name, count);
    return count ? 0 : 1;
}
