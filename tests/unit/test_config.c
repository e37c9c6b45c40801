/* SPDX-License-Identifier: BSD-2-Clause */

/* Settings files: what is wrong is told with file and line and what would be right. */

#include <glib/gstdio.h>
#include <string.h>

#include "licet/conffile.h"
#include "licet/error.h"
#include "licet/settings.h"

typedef struct {
    const char *name, *given, *want; /* want: a part of the message; NULL: no error */
} Row;

static const Row rows[] = {
    { "an empty file is all defaults", "", NULL },
    { "every kind of value",
      "hostname = \"mx\"; message_seconds = 5; queueing_clients = [ \"192.0.2.1\" ];\n"
      "keys = ( { domain = \"a.example\"; selector = \"s\"; file = \"/k\"; } );",
      NULL },
    { "an unknown setting names its line, the one that is meant and where all are",
      "\n\nhostnam = \"mx\";",
      ":3: unknown setting \"hostnam\" (did you mean \"hostname\"?); all that are known are in "
      "licet.cfg(5)" },
    { "an unknown setting that is near to none names those of its kind",
      "socket_for_postfix = \"mx\";",
      ":1: unknown setting \"socket_for_postfix\"; like it: milter_socket, control_socket, "
      "postfix_queue; all that are known are in licet.cfg(5)" },
    { "an unknown setting like no other names where all are", "xyzzy = 1;",
      ":1: unknown setting \"xyzzy\"; all that are known are in licet.cfg(5)" },
    { "a wrong type", "message_seconds = \"5\";",
      ":1: message_seconds must be a whole number" },
    { "out of range", "message_seconds = 500;",
      ":1: message_seconds is out of range; right would be 1 to 240" },
    { "an unknown word", "log = \"file\";",
      ":1: log: unknown word \"file\"; right would be one of: stderr, syslog" },
    { "a number that libconfig would wrap", "message_seconds = 4294967301;",
      ":1: the number 4294967301 is too large" },
    { "a wrapping number behind a comment and a string",
      "# 99999999999\nhostname = \"99999999999\";\nmessage_seconds = 99999999999L;",
      ":3: the number 99999999999" },
    { "a syntax error", "hostname = \"mx\"\nlog = ;", ":2: syntax error" },
    { "the same setting twice", "log = \"stderr\";\nlog = \"syslog\";",
      ":2: duplicate setting name" },
    { "a byte order mark",
      "\xef\xbb\xbf"
      "log = \"stderr\";",
      ":1: the file begins with a byte order mark" },
    { "a key without a selector", "keys = (\n  { domain = \"a.example\"; file = \"/k\"; }\n);",
      ":2: selector is missing" },
    { "an unknown setting of a key",
      "keys = ( { domain = \"a\"; selector = \"s\"; file = \"/k\";\n size = 5; } );",
      ":2: unknown setting \"size\"" },
    { "a milter socket that libmilter does not know", "milter_socket = \"10025\";",
      "right would be inet:10025@127.0.0.1" },
    { "a loop of our own ports", "lmtp_listen = \"127.0.0.1:1\"; submit_to = \"127.0.0.1:1\";",
      "lmtp_listen and submit_to are the same" },
    { "what preflight asks for",
      "resolver = \"[::1]:53\"; egress = [ \"192.0.2.1\", \"2001:db8::1\" ];\n"
      "preflight_domains = [ \"shop.example\", \"shop.example:b.shop.example\" ];",
      NULL },
    { "a resolver by its name", "resolver = \"dns.example:53\";",
      "right would be 127.0.0.1:53" },
    { "a resolver without a port", "resolver = \"192.0.2.1\";", "right would be 127.0.0.1:53" },
    { "an egress that is no address", "egress = [ \"mail.example\" ];", "is no IP address" },
    { "an envelope that is no domain", "preflight_domains = [ \"a.example:b c\" ];",
      "right would be shop.example" },
    { "nothing before the envelope", "preflight_domains = [ \":b.example\" ];",
      "right would be shop.example" },
    { "a tag that is no field name", "tag_header = \"X Class\";", "is no header field name" },
};

static void
test_row (gconstpointer data)
{
    const Row *row = data;
    g_autofree char *dir = g_dir_make_tmp ("licet-config.XXXXXX", NULL);
    g_autofree char *path = g_build_filename (dir, "licet.cfg", NULL);
    g_autoptr (GError) error = NULL;

    g_assert_true (g_file_set_contents (path, row->given, -1, NULL));
    g_autoptr (Settings) settings = settings_load (path, &error);
    g_assert_cmpint (settings != NULL, ==, row->want == NULL);
    if (row->want) {
        g_assert_true (g_error_matches (error, LICET_ERROR, LICET_ERROR_SETTINGS));
        g_test_message ("%s", error->message);
        g_assert_nonnull (strstr (error->message, row->want));
        g_assert_true (g_str_has_prefix (error->message, path));
    }
    g_unlink (path);
    g_rmdir (dir);
}

static void
test_all_problems (void)
{
    g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
    static const ConfField fields[] = { { "a", CONF_INT, true, 0, 0, NULL },
                                        { NULL, CONF_INT, false, 0, 0, NULL } };
    g_autoptr (Conffile) file = conffile_parse ("b = 1;\nc = 2;\n", "x.cfg", NULL);

    g_assert_false (conf_check (conffile_root (file), fields, problems));
    g_assert_cmpuint (problems->len, ==, 3);
    g_assert_cmpstr (g_ptr_array_index (problems, 1), ==,
                     "x.cfg:2: unknown setting \"c\"; known here: a");
}

static void
test_missing (void)
{
    g_autoptr (GError) error = NULL;

    g_assert_null (settings_load ("/nonexistent/licet.cfg", &error));
    g_assert_true (g_error_matches (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE));
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autofree char *path = g_strdup_printf ("/settings/%s", rows[i].name);
        g_test_add_data_func (path, &rows[i], test_row);
    }
    g_test_add_func ("/conffile/all problems at once", test_all_problems);
    g_test_add_func ("/settings/no such file", test_missing);
    return g_test_run ();
}
