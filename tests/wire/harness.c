/* SPDX-License-Identifier: BSD-2-Clause */

/* Starts and stops the daemon under test, and speaks to its sockets. */

#include "harness.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "licet/edge.h"

struct LmtpClient {
    FILE *peer;
};

static const char consent[] =
    "address,purpose,state,basis,at,source,wording,evidence,country,subdivision,"
    "recipient_class,language,expires,person\n"
    "yes@example.com,*,granted,double-opt-in,2026-02-03T10:15:00Z,test,v1,e1,ES,,natural,es,,\n"
    "rejected@example.com,*,granted,double-opt-in,2026-02-03T10:15:00Z,test,v1,e2,ES,,natural,"
    "es,,\n"
    "busy@example.com,*,granted,double-opt-in,2026-02-03T10:15:00Z,test,v1,e3,ES,,natural,es,,"
    "\n"
    "no@example.com,*,withdrawn,,2026-02-03T10:15:00Z,test,,,ES,,natural,es,,\n"
    "never@example.com,*,withdrawn,,2026-02-03T10:15:00Z,test,,,DE,,natural,de,,\n"
    "later@example.com,*,withdrawn,,2026-02-03T10:15:00Z,test,,,CO,,natural,es,,\n"
    "held@example.com,*,withdrawn,,2026-02-03T10:15:00Z,test,,,CA,,natural,en,,\n";

static const char base_policy[] = "default_territory = \"ES\";\n"
                                  "unsubscribe_words = [ \"unsubscribe\" ];\n";

/* One rule, four answers. */
static const char territory_format[] =
    "territory = \"%s\";\nname = \"Test\";\nmixed_mail = \"any-promotion\";\n"
    "rules = (\n  { id = \"%s-CONSENT\"; kind = \"consent\"; applies_to = [ \"promotional\" "
    "];\n"
    "    accept = [ \"double-opt-in\" ]; otherwise = \"%s\"; mode = \"enforce\";\n"
    "    source = \"Test Act s. 1\"; provenance = \"verified: test\"; }\n);\n";

char *
world_path (const World *world, const char *name)
{
    return g_build_filename (world->dir, name, NULL);
}

void
world_write (const World *world, const char *name, const char *text)
{
    g_autofree char *path = world_path (world, name);
    g_autofree char *dir = g_path_get_dirname (path);

    g_mkdir_with_parents (dir, 0755);
    g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
write_territory (const World *world, const char *code, const char *action)
{
    g_autofree char *name = g_strdup_printf ("policies/territories/%s.cfg", code);
    g_autofree char *text = g_strdup_printf (territory_format, code, code, action);

    world_write (world, name, text);
}

static const char config[] = "milter_socket = \"unix:@DIR@/milter\";\n"
                             "lmtp_listen = \"unix:@DIR@/lmtp\";\n"
                             "submit_to = \"127.0.0.1:@PORT@\";\n"
                             "control_socket = \"@DIR@/control\";\n"
                             "hostname = \"licet.example\";\n"
                             "policies = \"@DIR@/policies\";\n"
                             "state = \"@DIR@/state.db\";\n"
                             "postfix_queue = \"@DIR@/queue\";\n"
                             "mail_log = \"@DIR@/mail.log\";\n"
                             "doubt_seconds = 4;\n"
                             "audit_log = \"@DIR@/audit.jsonl\";\n"
                             "verify_signatures = 1;\n";

static void
write_config (const World *world, const char *settings)
{
    g_autofree char *port = g_strdup_printf ("%u", smtp_sink_port (world->sink));
    g_autoptr (GString) text = g_string_new (config);

    g_string_append (text, settings);
    if (!strstr (settings, "consent = "))
        g_string_append (text, "consent = \"@DIR@/consent.csv\";\n");
    g_string_replace (text, "@DIR@", world->dir, 0);
    g_string_replace (text, "@PORT@", port, 0);
    world_write (world, "licet.cfg", text->str);
}

static void
write_files (const World *world, const char *settings)
{
    write_config (world, settings);
    world_write (world, "consent.csv", consent);
    world_write (world, "policies/licet-policy.cfg", base_policy);
    write_territory (world, "ES", "strip");
    write_territory (world, "DE", "refuse");
    write_territory (world, "CO", "defer");
    write_territory (world, "CA", "hold");
}

char *
world_ask (const World *world, const char *request)
{
    g_autofree char *path = world_path (world, "control");

    return control_ask (path, request, NULL);
}

const char world_capped_policy[] =
    "territory = \"ES\";\nname = \"Test\";\nmixed_mail = \"any-promotion\";\n"
    "rules = ( { id = \"CAP\"; kind = \"frequency-cap\"; applies_to = [ \"promotional\" ];\n"
    "    most = 1; hours = 24; otherwise = \"defer\";\n"
    "    source = \"Test Act s. 2\"; provenance = \"verified: test\"; } );\n";

void
world_cap (const World *world)
{
    world_write (world, "policies/territories/ES.cfg", world_capped_policy);
    g_autofree char *answer = world_ask (world, "reload");
    g_assert_cmpstr (answer, ==, "{\"ok\":true}");
}

/* A socket's file is there before anybody listens. */
static bool
is_listening (const char *path)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    g_assert_cmpuint (strlen (path), <, sizeof name.sun_path);
    strcpy (name.sun_path, path);
    bool listening = connect (fd, (struct sockaddr *)&name, sizeof name) == 0;
    close (fd);
    return listening;
}

/* Waits until all sockets listen: the milter's is the last. */
static void
wait_until_ready (const World *world)
{
    g_autofree char *path = world_path (world, "milter");

    for (unsigned i = 0; i < 3000; i++) {
        g_autofree char *answer = world_ask (world, "status");
        if (answer && is_listening (path))
            return;
        g_usleep (20 * 1000);
    }
    g_error ("licetd did not get ready");
}

/* A test that dies takes its daemon with it. */
static void
die_with_parent (void *data G_GNUC_UNUSED)
{
    prctl (PR_SET_PDEATHSIG, SIGKILL);
}

World *
world_new (const char *settings)
{
    World *world = g_new0 (World, 1);
    g_autoptr (GError) error = NULL;
    const char *program = g_getenv ("LICETD");

    world->dir = g_dir_make_tmp ("licet-wire-XXXXXX", NULL);
    world->sink = smtp_sink_new ();
    g_autofree char *milter = world_path (world, "milter");
    smtp_sink_set_guard (world->sink, milter);
    write_files (world, settings);
    g_autofree char *settings_path = world_path (world, "licet.cfg");
    char *argv[] = { (char *)(program ? program : "./licetd"), (char *)"--config",
                     settings_path, NULL };
    g_spawn_async (NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL,
                   die_with_parent, NULL, &world->pid, &error);
    g_assert_no_error (error);
    wait_until_ready (world);
    return world;
}

int
world_stop (World *world)
{
    int status = 0;

    kill (world->pid, SIGTERM);
    waitpid (world->pid, &status, 0);
    world->pid = 0;
    return status;
}

static void
remove_tree (const char *path)
{
    GDir *dir = g_dir_open (path, 0, NULL);

    for (const char *name; dir && (name = g_dir_read_name (dir));) {
        g_autofree char *child = g_build_filename (path, name, NULL);
        remove_tree (child);
    }
    if (dir)
        g_dir_close (dir);
    g_remove (path);
}

void
world_free (World *world)
{
    if (world->pid > 0) {
        kill (world->pid, SIGKILL);
        waitpid (world->pid, NULL, 0);
    }
    smtp_sink_free (world->sink);
    remove_tree (world->dir);
    g_free (world->dir);
    g_free (world);
}

char *
world_audit (const World *world)
{
    g_autofree char *path = world_path (world, "audit.jsonl");
    char *text = NULL;

    g_file_get_contents (path, &text, NULL, NULL);
    return text ? text : g_strdup ("");
}

MilterClient *
world_milter (const World *world)
{
    g_autofree char *path = world_path (world, "milter");
    MilterClient *client = milter_client_new (path);

    g_assert_true (milter_client_negotiate (client, MILTER_ACTIONS, MILTER_STEPS));
    milter_client_connect (client, "client.example", "192.0.2.7", 4711);
    milter_client_helo (client, "client.example");
    return client;
}

MilterAnswer *
world_send (MilterClient *client, const char *recipients, const char *message, size_t length)
{
    g_auto (GStrv) list = g_strsplit (recipients, " ", -1);

    milter_client_macros (client, 'M', "{auth_authen}", "shop", NULL);
    milter_client_mail (client, "<orders@shop.example>", "BODY=8BITMIME");
    for (char **recipient = list; *recipient; recipient++) {
        g_autofree char *path = g_strdup_printf ("<%s>", *recipient);
        milter_client_rcpt (client, path, NULL);
    }
    milter_client_message (client, message, length);
    /* Each message has a queue id of its own, as from Postfix. */
    static int number;
    g_autofree char *queue_id = g_strdup_printf ("4cTEST%06d", g_atomic_int_add (&number, 1));
    milter_client_macros (client, 'E', "i", queue_id, NULL);
    return milter_client_end (client);
}

LmtpClient *
world_lmtp (const World *world)
{
    LmtpClient *client = g_new0 (LmtpClient, 1);
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    g_autofree char *path = world_path (world, "lmtp");
    int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    struct timeval patience = { .tv_sec = 30 };
    setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    strcpy (name.sun_path, path);
    g_assert_cmpint (connect (fd, (struct sockaddr *)&name, sizeof name), ==, 0);
    client->peer = fdopen (fd, "r+");
    setvbuf (client->peer, NULL, _IONBF, 0);
    lmtp_expect (client, "220 licet.example LMTP");
    lmtp_say (client, "LHLO mta.example\r\n");
    lmtp_expect (client, "250-licet.example\n250-PIPELINING\n");
    return client;
}

void
lmtp_close (LmtpClient *client)
{
    fclose (client->peer);
    g_free (client);
}

void
lmtp_send (LmtpClient *client, const char *data, size_t length)
{
    g_assert_cmpuint (fwrite (data, 1, length, client->peer), ==, length);
}

void
lmtp_say (LmtpClient *client, const char *format, ...)
{
    va_list args;

    va_start (args, format);
    g_autofree char *text = g_strdup_vprintf (format, args);
    va_end (args);
    lmtp_send (client, text, strlen (text));
}

char *
lmtp_reply (LmtpClient *client)
{
    g_autoptr (GString) reply = g_string_new (NULL);
    char line[1024];

    while (fgets (line, sizeof line, client->peer)) {
        bool more = strlen (line) > 3 && line[3] == '-';
        g_string_append_printf (reply, "%s%s", g_strchomp (line), more ? "\n" : "");
        if (!more)
            break;
    }
    return g_string_free (g_steal_pointer (&reply), FALSE);
}

void
lmtp_expect (LmtpClient *client, const char *prefix)
{
    g_autofree char *reply = lmtp_reply (client);

    if (!g_str_has_prefix (reply, prefix))
        g_assert_cmpstr (reply, ==, prefix);
}

static unsigned
say_envelope (LmtpClient *client, const char *queue_id, char *const recipients[])
{
    unsigned count = 0;

    if (queue_id)
        lmtp_say (client,
                  "XFORWARD NAME=client.example ADDR=192.0.2.7 PORT=4711\r\n"
                  "XFORWARD PROTO=ESMTP HELO=client.example IDENT=%s SOURCE=REMOTE\r\n",
                  queue_id);
    lmtp_say (client, "MAIL FROM:<orders@shop.example> BODY=8BITMIME\r\n");
    for (; recipients[count]; count++)
        lmtp_say (client, "RCPT TO:<%s> ORCPT=rfc822;%s\r\n", recipients[count],
                  recipients[count]);
    lmtp_say (client, "DATA\r\n");
    for (unsigned i = 0; i < count + (queue_id ? 3 : 1); i++)
        lmtp_expect (client, "250 2.");
    lmtp_expect (client, "354");
    return count;
}

GPtrArray *
lmtp_deliver (LmtpClient *client, const char *queue_id, const char *recipients,
              const char *message)
{
    g_auto (GStrv) list = g_strsplit (recipients, " ", -1);
    g_auto (GStrv) lines = g_strsplit (message, "\r\n.", -1);
    g_autofree char *stuffed = g_strjoinv ("\r\n..", lines);
    GPtrArray *replies = g_ptr_array_new_with_free_func (g_free);
    unsigned count = say_envelope (client, queue_id, list);

    lmtp_say (client, "%s.\r\n", stuffed);
    for (unsigned i = 0; i < count; i++)
        g_ptr_array_add (replies, lmtp_reply (client));
    return replies;
}
