/* SPDX-License-Identifier: BSD-2-Clause */

#include "server.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <fcntl.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define STARTING (30 * G_USEC_PER_SEC)

struct Server {
    char *binaries, *dir, *data, *log;
    char *confined; /* where the small file system is, or NULL */
    unsigned port, megabytes;
    bool syncs;
    uid_t user;
    gid_t group;
    GPid pid;
};

static int
compare_versions (const void *a, const void *b)
{
    return (int)(g_ascii_strtoll (*(char *const *)b, NULL, 10) -
                 g_ascii_strtoll (*(char *const *)a, NULL, 10));
}

/* Debian's place, the newest first; NULL when there is none. */
static char *
find_binaries (void)
{
    static const char top[] = "/usr/lib/postgresql";
    g_autoptr (GDir) dir = g_dir_open (top, 0, NULL);
    g_autoptr (GPtrArray) versions = g_ptr_array_new_with_free_func (g_free);

    for (const char *name; dir && (name = g_dir_read_name (dir));)
        g_ptr_array_add (versions, g_strdup (name));
    g_ptr_array_sort (versions, compare_versions);
    for (unsigned i = 0; i < versions->len; i++) {
        char *path = g_build_filename (top, g_ptr_array_index (versions, i), "bin", NULL);
        g_autofree char *initdb = g_build_filename (path, "initdb", NULL);
        if (g_file_test (initdb, G_FILE_TEST_IS_EXECUTABLE))
            return path;
        g_free (path);
    }
    return NULL;
}

static unsigned
free_port (void)
{
    int fd = socket (AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
    socklen_t length = sizeof address;

    g_assert_cmpint (bind (fd, (struct sockaddr *)&address, sizeof address), ==, 0);
    g_assert_cmpint (getsockname (fd, (struct sockaddr *)&address, &length), ==, 0);
    close (fd);
    return ntohs (address.sin_port);
}

/* In the child: the server refuses to run as root. */
static void
become_user (void *data)
{
    const Server *server = data;
    struct rlimit limit = { (rlim_t)server->megabytes << 20, (rlim_t)server->megabytes << 20 };
    const struct rlimit none = { 0, 0 };

    setpgid (0, 0);
    setrlimit (RLIMIT_CORE, &none); /* without room for its log the server aborts */
    if (server->megabytes)
        setrlimit (RLIMIT_FSIZE, &limit);
    if (getuid () == 0 && (setgid (server->group) != 0 || setuid (server->user) != 0))
        _exit (127);
    prctl (PR_SET_PDEATHSIG, SIGQUIT); /* a test that is killed leaves no server behind */
}

static void
make_cluster (Server *server)
{
    g_autofree char *initdb = g_build_filename (server->binaries, "initdb", NULL);
    const char *argv[] = { initdb,  "-D",        server->data,  "-U",
                           "licet", "-A",        "trust",       "-N",
                           "-E",    "UTF8",      "--no-locale", "--wal-segsize=1",
                           "-X",    server->log, NULL };
    g_autoptr (GError) error = NULL;
    g_autofree char *out = NULL, *err = NULL;
    int status = 0;

    g_assert_true (g_spawn_sync ("/", (char **)argv, NULL, 0, become_user, server, &out, &err,
                                 &status, &error));
    g_assert_no_error (error);
    if (status != 0)
        g_error ("initdb: %s", err);
}

static PGconn *
connect_to (const Server *server, const char *database)
{
    g_autofree char *uri = g_strdup_printf ("host=%s port=%u user=licet dbname=%s", server->dir,
                                            server->port, database);

    return PQconnectdb (uri);
}

void
server_start (Server *server)
{
    g_autofree char *postgres = g_build_filename (server->binaries, "postgres", NULL);
    g_autofree char *port = g_strdup_printf ("%u", server->port);
    const char *argv[] = { postgres,
                           "-D",
                           server->data,
                           "-p",
                           port,
                           "-k",
                           server->dir,
                           "-c",
                           "listen_addresses=127.0.0.1",
                           "-c",
                           server->syncs ? "fsync=on" : "fsync=off",
                           "-c",
                           "max_connections=120",
                           "-c",
                           "shared_buffers=64MB",
                           "-c",
                           "autovacuum=off",
                           "-c",
                           "min_wal_size=2MB",
                           "-c",
                           "max_wal_size=8MB",
                           "-c",
                           "log_min_messages=panic",
                           NULL };
    int64_t deadline = g_get_monotonic_time () + STARTING;
    g_autoptr (GError) error = NULL;
    bool up = false;

    g_assert_true (g_spawn_async ("/", (char **)argv, NULL,
                                  G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL |
                                      G_SPAWN_STDERR_TO_DEV_NULL,
                                  become_user, server, &server->pid, &error));
    g_assert_no_error (error);
    while (!up && g_get_monotonic_time () < deadline) {
        PGconn *connection = connect_to (server, "postgres");
        up = PQstatus (connection) == CONNECTION_OK;
        PQfinish (connection);
        if (!up)
            g_usleep (50000);
    }
    if (!up)
        g_error ("the server does not start");
}

static bool
write_text (const char *path, const char *text)
{
    int fd = open (path, O_WRONLY | O_CLOEXEC);
    bool ok = fd >= 0 && write (fd, text, strlen (text)) == (ssize_t)strlen (text);

    if (fd >= 0)
        close (fd);
    return ok;
}

/* Once for the process: mounts of its own, for who is not root as the root of a user namespace. */
static bool
leave_mounts (void)
{
    static bool has_left;
    g_autofree char *users = g_strdup_printf ("%u %u 1", getuid (), getuid ());
    g_autofree char *groups = g_strdup_printf ("%u %u 1", getgid (), getgid ());

    if (has_left)
        return true;
    if (getuid () == 0)
        has_left = unshare (CLONE_NEWNS) == 0;
    else
        has_left = unshare (CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
                   write_text ("/proc/self/setgroups", "deny") &&
                   write_text ("/proc/self/uid_map", users) &&
                   write_text ("/proc/self/gid_map", groups);
    return has_left && mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static bool
confine (Server *server, const char *path, unsigned megabytes)
{
    g_autofree char *options = g_strdup_printf ("size=%um,mode=700,uid=%u,gid=%u", megabytes,
                                                server->user, server->group);

    if (!leave_mounts () || g_mkdir (path, 0700) != 0 ||
        mount ("none", path, "tmpfs", MS_NOSUID | MS_NODEV, options) != 0)
        return false;
    server->confined = g_strdup (path);
    return true;
}

static char *
ballast (const Server *server)
{
    /* initdb wants the directory empty, and the server leaves such a file alone. */
    return g_build_filename (server->confined, "ballast", NULL);
}

void
server_fill (Server *server)
{
    static const char zeros[4096];
    g_autofree char *path = ballast (server);
    int fd = open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    while (write (fd, zeros, sizeof zeros) > 0)
        ;
    close (fd);
}

void
server_make_room (Server *server)
{
    g_autofree char *path = ballast (server);

    g_unlink (path);
}

bool
server_is_running (Server *server)
{
    if (server->pid > 0 && waitpid (server->pid, NULL, WNOHANG) == server->pid)
        server->pid = 0;
    return server->pid > 0;
}

static Server *
make_server (const ServerPart *part, unsigned megabytes, const char **ret_reason)
{
    g_autofree char *binaries = find_binaries ();
    const struct passwd *user = getuid () == 0 ? getpwnam ("nobody") : getpwuid (getuid ());

    if (!binaries || !user) {
        *ret_reason = !binaries ? "no PostgreSQL server in /usr/lib/postgresql"
                                : "no user to run the server";
        return NULL;
    }
    Server *server = g_new0 (Server, 1);
    server->user = user->pw_uid;
    server->group = user->pw_gid;
    server->binaries = g_steal_pointer (&binaries);
    server->dir = g_dir_make_tmp ("licet-pg.XXXXXX", NULL);
    server->data = g_build_filename (server->dir, "data", NULL);
    server->log = g_build_filename (server->dir, "log", NULL);
    server->port = free_port ();
    if (getuid () == 0)
        g_assert_cmpint (chown (server->dir, server->user, server->group), ==, 0);
    if (part &&
        !confine (server, *part == SERVER_DATA ? server->data : server->log, megabytes)) {
        *ret_reason = "nobody may mount a file system here";
        server_free (server);
        return NULL;
    }
    make_cluster (server);
    server_start (server);
    PGconn *connection = connect_to (server, "postgres");
    PQclear (PQexec (connection, "CREATE DATABASE licet"));
    PQfinish (connection);
    return server;
}

Server *
server_new (const char **ret_reason)
{
    return make_server (NULL, 0, ret_reason);
}

Server *
server_new_confined (ServerPart part, unsigned megabytes, const char **ret_reason)
{
    return make_server (&part, megabytes, ret_reason);
}

static void
reap (Server *server)
{
    if (server->pid > 0)
        waitpid (server->pid, NULL, 0);
    server->pid = 0;
}

void
server_kill (Server *server)
{
    if (!server_is_running (server))
        return;
    server_thaw (server);
    kill (server->pid, SIGQUIT); /* immediate shutdown: no checkpoint, recovery at the start */
    reap (server);
}

/* Ids as texts. Caller frees. */
static char **
list_children (const Server *server)
{
    g_autofree char *task =
        g_strdup_printf ("/proc/%d/task/%d/children", server->pid, server->pid);
    g_autofree char *text = NULL;

    g_file_get_contents (task, &text, NULL, NULL);
    return g_strsplit (text ? text : "", " ", -1);
}

double
server_cpu (const Server *server)
{
    g_auto (GStrv) children = list_children (server);
    unsigned long ticks = 0, user = 0, system = 0;

    for (char **child = children; *child; child++) {
        g_autofree char *path = g_strdup_printf ("/proc/%s/stat", *child);
        g_autofree char *text = NULL;
        const char *rest =
            g_file_get_contents (path, &text, NULL, NULL) ? strrchr (text, ')') : NULL;
        if (rest && sscanf (rest, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                            &user, &system) == 2)
            ticks += user + system;
    }
    return (double)ticks / (double)sysconf (_SC_CLK_TCK);
}

/* The children of the postmaster share its process group, or have one of their own. */
static void
signal_all (const Server *server, int number)
{
    g_auto (GStrv) children = list_children (server);

    kill (server->pid, number);
    for (char **child = children; *child; child++)
        if (**child)
            kill ((pid_t)g_ascii_strtoll (*child, NULL, 10), number);
}

void
server_freeze (Server *server)
{
    signal_all (server, SIGSTOP);
}

void
server_thaw (Server *server)
{
    signal_all (server, SIGCONT);
}

void
server_sync (Server *server)
{
    server->syncs = true;
}

void
server_limit_files (Server *server, unsigned megabytes)
{
    server->megabytes = megabytes;
}

static void
remove_tree (const char *path)
{
    const char *argv[] = { "rm", "-rf", path, NULL };

    g_spawn_sync ("/", (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                  NULL);
}

void
server_free (Server *server)
{
    if (!server)
        return;
    server_kill (server);
    if (server->confined)
        umount2 (server->confined, MNT_DETACH);
    remove_tree (server->dir);
    g_free (server->binaries);
    g_free (server->dir);
    g_free (server->data);
    g_free (server->log);
    g_free (server->confined);
    g_free (server);
}

char *
server_uri (const Server *server, bool with_tcp)
{
    g_autofree char *host = g_uri_escape_string (server->dir, NULL, FALSE);

    return g_strdup_printf ("postgresql://licet@%s:%u/licet", with_tcp ? "127.0.0.1" : host,
                            server->port);
}

unsigned
server_port (const Server *server)
{
    return server->port;
}

const char *
server_dir (const Server *server)
{
    return server->dir;
}

PGconn *
server_session (const Server *server, const char *sql)
{
    PGconn *connection = connect_to (server, "licet");
    PGresult *result = PQexec (connection, sql);

    if (PQresultStatus (result) != PGRES_COMMAND_OK &&
        PQresultStatus (result) != PGRES_TUPLES_OK)
        g_error ("%s: %s", sql, PQerrorMessage (connection));
    PQclear (result);
    return connection;
}

void
server_run (const Server *server, const char *sql)
{
    PQfinish (server_session (server, sql));
}

char *
server_value (const Server *server, const char *sql)
{
    PGconn *connection = connect_to (server, "licet");
    PGresult *result = PQexec (connection, sql);
    char *value = PQntuples (result) ? g_strdup (PQgetvalue (result, 0, 0)) : NULL;

    if (PQresultStatus (result) != PGRES_TUPLES_OK)
        g_error ("%s: %s", sql, PQerrorMessage (connection));
    PQclear (result);
    PQfinish (connection);
    return value;
}

void
server_empty (const Server *server)
{
    server_run (server, "SET client_min_messages = error; DROP SCHEMA IF EXISTS licet CASCADE");
}

void
server_truncate (const Server *server)
{
    server_run (
        server,
        "DO $$ BEGIN IF to_regclass('licet.events') IS NOT NULL THEN "
        "TRUNCATE licet.events, licet.contacts, licet.sent RESTART IDENTITY; END IF; END $$");
}

void
server_set_back (const Server *server)
{
    server_run (
        server,
        "DROP TABLE licet.contacts, licet.sent;"
        "ALTER TABLE licet.events DROP COLUMN arrived;"
        "DROP FUNCTION licet.take, licet.give_back, licet.lock_sent, licet.reserve;"
        "CREATE TABLE licet.contacts (who text COLLATE \"C\" NOT NULL,"
        "  message text COLLATE \"C\" NOT NULL, at bigint NOT NULL, PRIMARY KEY (who, "
        "message));"
        "CREATE INDEX contacts_at ON licet.contacts (at);"
        "CREATE FUNCTION licet.reserve(person text, mail text, now bigint, since bigint[],"
        "  most integer[]) RETURNS boolean LANGUAGE sql AS 'SELECT true';"
        "UPDATE licet.layout SET version = 1");
}

static const char *no_server;

static void
skip (void)
{
    g_test_skip (no_server);
}

int
server_test (int argc, char **argv, const char *group, const ServerTest *tests, unsigned count,
             Server **ret_server)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    *ret_server = server_new (&no_server);
    for (unsigned i = 0; i < count; i++) {
        g_autofree char *path = g_strdup_printf ("/%s/%s", group, tests[i].name);
        g_test_add_func (path, *ret_server ? tests[i].run : skip);
    }
    int status = g_test_run ();
    g_clear_pointer (ret_server, server_free);
    return status;
}
