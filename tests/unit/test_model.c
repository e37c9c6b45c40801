/* SPDX-License-Identifier: BSD-2-Clause */

/* The model's file: what is wrong in it is told with its line, and the shipped one can be read. */

#include <glib/gstdio.h>
#include <string.h>

#include "licet/classify.h"
#include "licet/error.h"

static Model *
load_text (const char *text, GError **error)
{
    g_autofree char *path = NULL;
    int handle = g_file_open_tmp ("model-XXXXXX.cfg", &path, NULL);

    g_assert_cmpint (handle, >=, 0);
    g_close (handle, NULL);
    g_assert_true (g_file_set_contents (path, text, -1, NULL));
    Model *model = model_load (path, error);
    g_unlink (path);
    return model;
}

static void
test_shipped (void)
{
    g_autofree char *path =
        g_test_build_filename (G_TEST_DIST, "..", "policies", "model", "general.cfg", NULL);
    g_autoptr (GError) error = NULL;
    g_autoptr (Model) model = model_load (path, &error);

    g_assert_no_error (error);
    g_assert_nonnull (model);
}

static void
test_unknown_signal (void)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (Model) model =
        load_text ("trained = \"by hand\";\n"
                   "transactional = { bias = 0.5;\n  colour = 1.0; };\n"
                   "promotional = { bias = 0.5; };\npersonal = { };\n",
                   &error);

    g_assert_null (model);
    g_assert_error (error, LICET_ERROR, LICET_ERROR_POLICY);
    g_assert_nonnull (strstr (error->message, ".cfg:3: "));
    g_assert_nonnull (strstr (error->message, ".cfg:5: "));
}

static void
test_absent (void)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (Model) model = model_load ("/nonexistent/general.cfg", &error);

    g_assert_null (model);
    g_assert_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_add_func ("/model/shipped", test_shipped);
    g_test_add_func ("/model/unknown-signal", test_unknown_signal);
    g_test_add_func ("/model/absent", test_absent);
    return g_test_run ();
}
