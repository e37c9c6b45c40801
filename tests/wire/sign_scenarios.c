/* SPDX-License-Identifier: BSD-2-Clause */

/* What the daemon signs and for whom, and in which form a message leaves it. */

#include "scenarios.h"

#include <glib/gstdio.h>
#include <string.h>

#include "licet/signer.h"

#define EIGHTBIT                                                                               \
    HEADER "Content-Transfer-Encoding: 8bit\r\n\r\nGr\xc3\xb6\xc3\x9f"                         \
           "e 38.\r\n" ORDER FOOTER

/* A world whose daemon signs mail of trusted hosts, which 192.0.2.7 is not, and looks at each
 * signature. */
static World *
signing_world (void)
{
    World *world = world_new ("");
    g_autofree char *config = world_path (world, "licet.cfg"), *key = world_path (world, "key");
    g_autofree char *hosts = world_path (world, "hosts");
    g_autofree char *text = NULL, *pem = NULL, *record = NULL;

    g_assert_true (signer_key_new ("ed25519", &pem, &record, NULL));
    world_write (world, "key", pem);
    world_write (world, "hosts", "10.0.0.0/8\n");
    g_autofree char *ring = g_strdup_printf ("s1._domainkey.shop.example %s\n", record);
    world_write (world, "keyring", ring);
    g_chmod (key, 0600);
    g_file_get_contents (config, &text, NULL, NULL);
    g_autofree char *with_key = g_strdup_printf (
        "%strusted_hosts = \"%s\";\n"
        "keys = ( { domain = \"shop.example\"; selector = \"s1\"; file = \"%s\"; } );\n",
        text, hosts, key);
    world_write (world, "licet.cfg", with_key);
    g_autofree char *reloaded = world_ask (world, "reload");
    g_assert_cmpstr (reloaded, ==, "{\"ok\":true}");
    return world;
}

/* The message as it leaves, sent by 192.0.2.7. login: NULL for none. */
static GString *
leave (const World *world, const char *login, const char *params, const char *message,
       size_t *ret_changes)
{
    g_autoptr (MilterClient) client = world_milter (world);

    if (login)
        milter_client_macros (client, 'M', "{auth_authen}", login, NULL);
    milter_client_mail (client, "<orders@shop.example>", params);
    milter_client_rcpt (client, "<yes@example.com>", NULL);
    if (ret_changes)
        milter_client_rcpt (client, "<no@example.com>", NULL);
    milter_client_message (client, message, strlen (message));
    milter_client_macros (client, 'E', "i", "4cTESTQUEUEID", NULL);
    g_autoptr (MilterAnswer) answer = milter_client_end (client);
    g_assert_cmpint (answer->verdict, ==, 'a');
    if (ret_changes)
        *ret_changes = answer->changes->len;
    return milter_answer_apply (answer, message, strlen (message));
}

static void
check_verifies (const World *world, const GString *mail)
{
    g_autoptr (GError) error = NULL;
    g_autofree char *keyring = world_path (world, "keyring");
    g_autoptr (GBytes) bytes = g_bytes_new (mail->str, mail->len);

    g_assert_true (signer_verify (bytes, keyring, &error));
    g_assert_no_error (error);
}

static void
test_strangers (void)
{
    World *world = signing_world ();
    g_autoptr (GString) stranger = leave (world, NULL, NULL, TRANSACTION, NULL);
    g_autoptr (GString) friend = leave (world, "shop", NULL, TRANSACTION, NULL);
    g_autofree char *audit = world_audit (world);

    g_assert_null (strstr (stranger->str, "DKIM-Signature"));
    check_verifies (world, friend);
    g_assert_nonnull (strstr (audit, "\"unsigned\":\"the client is not in trusted_hosts"));
    world_free (world);
}

/* The hand-over cannot tell who logged in; the field says so, and does not leave. */
static void
test_strangers_split (void)
{
    World *world = signing_world ();
    size_t stranger_changes = 0, friend_changes = 0;
    g_autoptr (GString) stranger = leave (world, NULL, NULL, MIXED, &stranger_changes);
    g_autoptr (GString) friend = leave (world, "shop", NULL, MIXED, &friend_changes);

    g_assert_cmpuint (stranger_changes, ==, 2);
    g_assert_cmpuint (friend_changes, ==, 1);
    for (unsigned i = 0; i < 2; i++) {
        LmtpClient *client = world_lmtp (world);
        const char *queued = i == 0 ? stranger->str : friend->str;
        g_autoptr (GPtrArray) replies =
            lmtp_deliver (client, i == 0 ? "4cS1" : "4cS2", "yes@example.com", queued);
        check_reply (replies, 0, "250 ");
        g_autoptr (GPtrArray) mails = smtp_sink_take (world->sink);
        const GString *data = ((SinkMail *)g_ptr_array_index (mails, 0))->data;
        g_assert_null (strstr (data->str, "X-Licet-Unsigned"));
        g_assert_cmpint (strstr (data->str, "DKIM-Signature") != NULL, ==, i == 1);
        lmtp_close (client);
    }
    world_free (world);
}

static void
test_eightbit (void)
{
    World *world = signing_world ();
    g_autoptr (GString) mail = leave (world, "shop", "BODY=8BITMIME", EIGHTBIT, NULL);

    check_verifies (world, mail);
    g_assert_nonnull (strstr (mail->str, "Gr=C3=B6=C3=9Fe"));
    g_assert_nonnull (strstr (mail->str, "Content-Transfer-Encoding: quoted-printable\r\n"));
    g_assert_null (strstr (mail->str, "8bit\r\n"));
    world_free (world);
}

static void
test_smtputf8 (void)
{
    World *world = signing_world ();
    g_autofree char *message = g_strconcat ("Comments: \xc3\xbc\r\n", EIGHTBIT, NULL);
    g_autoptr (GString) mail = leave (world, "shop", "BODY=8BITMIME SMTPUTF8", message, NULL);
    g_autoptr (GString) ascii = leave (world, "shop", "BODY=8BITMIME SMTPUTF8", EIGHTBIT, NULL);

    check_verifies (world, mail);
    g_assert_nonnull (strstr (mail->str, "Comments: \xc3\xbc\r\n"));
    g_assert_nonnull (strstr (mail->str, "Gr\xc3\xb6\xc3\x9f"
                                         "e 38."));
    g_assert_nonnull (strstr (ascii->str, "Gr=C3=B6=C3=9Fe 38."));
    world_free (world);
}

/* Every metric that the dashboard asks for is one that the daemon has. */
static void
check_dashboard (const char *metrics)
{
    g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "contrib", "grafana",
                                                   "licet.json", NULL);
    g_autofree char *text = NULL;
    unsigned found = 0;

    g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
    for (const char *c = text; (c = strstr (c, "licet_")); found++) {
        size_t length = strspn (c, "abcdefghijklmnopqrstuvwxyz_");
        g_autofree char *help = g_strdup_printf ("# HELP %.*s ", (int)length, c);
        if (!strstr (metrics, help))
            g_error ("the dashboard asks for %.*s", (int)length, c);
        c += length;
    }
    g_assert_cmpuint (found, >, 20);
}

/* A mail that comes back through us, changed on its way: of four signature fields two are removed by
 * their number among fields of one name. */
static void
test_again (void)
{
    World *world = signing_world ();
    g_autoptr (GString) once = leave (world, "shop", NULL, TRANSACTION, NULL);
    g_autoptr (GString) again = leave (world, "shop", NULL, once->str, NULL);
    g_autofree char *changed =
        g_strconcat ("DKIM-Signature: v=1; d=other.example; s=x; h=From; bh=x; b=x\r\n",
                     once->str, "More.\r\n", NULL);
    g_autoptr (GString) anew = leave (world, "shop", NULL, changed, NULL);

    check_verifies (world, again);
    g_auto (GStrv) fields = g_strsplit (again->str, "DKIM-Signature:", -1);
    g_assert_cmpuint (g_strv_length (fields), ==, 2);
    g_auto (GStrv) renewed = g_strsplit (anew->str, "DKIM-Signature:", -1);
    g_assert_cmpuint (g_strv_length (renewed), ==, 3);
    g_assert_nonnull (strstr (anew->str, "d=other.example"));
    g_autofree char *metrics = world_ask (world, "metrics");
    check_dashboard (metrics);
    g_assert_nonnull (strstr (metrics, "licet_signatures_verified_total 3"));
    g_assert_nonnull (strstr (metrics, "licet_signatures_wrong_total 0"));
    g_assert_nonnull (strstr (metrics, "licet_decisions_total{class=\\\""));
    g_assert_nonnull (strstr (metrics, "licet_territory_decisions_total{territory=\\\""));
    g_assert_nonnull (strstr (metrics, "licet_decided_messages_total 3"));
    g_assert_nonnull (strstr (metrics, "licet_consent_store_up 1"));
    g_assert_nonnull (strstr (metrics, "licet_stage_seconds_total{stage=\\\"sign\\\"} 0."));
    g_assert_null (strstr (metrics, "stage=\\\"sign\\\"} 0.000000"));
    world_free (world);
}

void
sign_scenarios_add (void)
{
    g_test_add_func ("/wire/sign/mail of strangers is not signed", test_strangers);
    g_test_add_func ("/wire/sign/nor after a hand-over", test_strangers_split);
    g_test_add_func ("/wire/sign/8-bit bodies are encoded in place", test_eightbit);
    g_test_add_func ("/wire/sign/SMTPUTF8 mail stays as far as it needs it", test_smtputf8);
    g_test_add_func ("/wire/sign/a second time, unchanged and changed", test_again);
}
