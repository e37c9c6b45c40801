/* SPDX-License-Identifier: BSD-2-Clause */

/* Whether a start would succeed. */

#include "check.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "licet/edge.h"
#include "licet/rehearsal.h"

typedef struct {
    const char *config;
    Settings *settings;  /* what is right of them */
    GPtrArray *problems; /* of char *, lines */
    char *user;          /* as whom it is looked at */
} Check;

char *
check_describe (const Engine *engine)
{
    unsigned cases =
        engine->settings->policy_test_seconds ? policy_cases (engine->policies)->len : 0;

    return g_strdup_printf ("territories=%u rules=%u policy_version=%.12s cases=%u",
                            policy_set_territory_count (engine->policies),
                            policy_set_rule_count (engine->policies),
                            policy_set_version (engine->policies), cases);
}

/* Takes the error; NULL is none. */
static void
note (Check *check, GError *error)
{
    g_auto (GStrv) lines = g_strsplit (error ? error->message : "", "\n", -1);

    for (char **line = lines; *line; line++)
        if (**line)
            g_ptr_array_add (check->problems, g_strdup (*line));
    g_clear_error (&error);
}

static bool
become (Check *check, const char *asked)
{
    uid_t uid = geteuid () == 0 ? settings_user (check->settings) : geteuid ();
    const struct passwd *user = asked ? getpwnam (asked) : getpwuid (uid);

    /* Containers run as users without a name. */
    if (!user && !asked && uid == geteuid ()) {
        check->user = g_strdup_printf ("%u", uid);
        return true;
    }
    if (!user) {
        fprintf (stderr, "licetd: no such user: %s\n", asked ? asked : "the owner of state");
        return false;
    }
    check->user = g_strdup (user->pw_name);
    if (user->pw_uid == geteuid ())
        return true;
    if (initgroups (user->pw_name, user->pw_gid) == 0 && setgid (user->pw_gid) == 0 &&
        setuid (user->pw_uid) == 0)
        return true;
    fprintf (stderr, "licetd: cannot look as user %s: %s\n", check->user, g_strerror (errno));
    return false;
}

/* What root could read may be closed to the daemon. */
static void
check_settings (Check *check)
{
    if (access (check->config, R_OK) != 0)
        g_ptr_array_add (check->problems,
                         g_strdup_printf ("%s: user %s: %s", check->config, check->user,
                                          g_strerror (errno)));
}

/* /var/log and /srv are others' too, and must not become ours. */
static bool
is_shared (const char *dir)
{
    unsigned depth = 0;

    for (const char *c = dir; *c; c++)
        depth += *c == '/' && c[1];
    return depth <= 2;
}

/* A command that makes it right. Caller frees. */
static char *
right_directory (const Check *check, const char *dir, int cause)
{
    bool below = cause != ENOENT && is_shared (dir);
    g_autofree char *own = below ? g_build_filename (dir, "licet", NULL) : g_strdup (dir);
    g_autofree char *quoted = g_shell_quote (own);

    return g_strdup_printf ("%s %s %s%s",
                            below || cause == ENOENT ? "install -d -m 0750 -o" : "chown",
                            check->user, quoted, below ? ", and the file in there" : "");
}

/* The files themselves are made by the daemon, for its own user. */
static void
check_directories (Check *check)
{
    const struct {
        const char *name, *path;
    } files[] = { { "state", check->settings->state },
                  { "audit_log", check->settings->audit_log },
                  { "audit_checkpoints", check->settings->audit_checkpoints },
                  { "metrics_file", check->settings->metrics_file } };

    for (unsigned i = 0; i < G_N_ELEMENTS (files); i++) {
        g_autofree char *dir = g_path_get_dirname (files[i].path);
        if (!*files[i].path || access (dir, W_OK | X_OK) == 0)
            continue;
        int cause = errno;
        g_autofree char *right = right_directory (check, dir, cause);
        g_ptr_array_add (check->problems,
                         g_strdup_printf ("%s: %s: user %s cannot write there: %s; right would "
                                          "be: %s",
                                          files[i].name, dir, check->user, g_strerror (cause),
                                          right));
    }
}

/* An engine without what has nothing to do with the policies, for their cases; NULL when the policies
 * themselves are wrong. */
static Engine *
bare_engine (const char *policies, int64_t seconds)
{
    Settings *bare = settings_new ();

    g_free (bare->policies);
    bare->policies = g_strdup (policies);
    g_free (bare->consent);
    bare->consent = g_strdup ("memory:");
    bare->policy_test_seconds = seconds;
    return engine_new (bare, NULL);
}

/* Takes the settings. Keys, tables, policies, words and consent; and the policies' own cases, which
 * need an engine whatever is wrong with the rest. */
static Engine *
check_engine (Check *check)
{
    GError *error = NULL;
    int64_t seconds = check->settings->policy_test_seconds;
    g_autofree char *policies = g_strdup (check->settings->policies);
    g_autoptr (Engine) engine = engine_new (g_steal_pointer (&check->settings), &error);

    note (check, g_steal_pointer (&error));
    if (engine && !engine_is_ready (engine, &error))
        note (check, g_steal_pointer (&error));
    g_autoptr (Engine) rehearsal = engine ? engine_ref (engine) : bare_engine (policies, seconds);
    if (rehearsal && !rehearse_engine (rehearsal, &error))
        note (check, error);
    return g_steal_pointer (&engine);
}

static void
print_good (const Check *check, const Engine *engine)
{
    g_autofree char *policies = check_describe (engine);
    const char *table = engine->settings->signing_table;

    printf ("licetd: keys=%u%s%s %s user=%s\n", engine->settings->keys->len,
            *table ? " signing_table=" : "", table, policies, check->user);
}

static int
print_bad (const Check *check)
{
    for (unsigned i = 0; i < check->problems->len; i++)
        fprintf (stderr, "licetd: %s\n", (const char *)g_ptr_array_index (check->problems, i));
    fprintf (stderr, "licetd: %u problem%s, looked at as user %s\n", check->problems->len,
             check->problems->len == 1 ? "" : "s", check->user ? check->user : "root");
    return EX_CONFIG;
}

static void
check_clear (Check *check)
{
    g_clear_pointer (&check->settings, settings_free);
    g_ptr_array_unref (check->problems);
    g_free (check->user);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Check, check_clear)

int
check (const char *config, const char *user)
{
    GError *error = NULL;
    g_auto (Check) check = { .config = config };

    check.problems = g_ptr_array_new_with_free_func (g_free);
    check.settings = settings_read (config, check.problems, &error);
    if (!check.settings) {
        note (&check, error);
        return print_bad (&check);
    }
    if (!become (&check, user))
        return EX_CONFIG;
    check_settings (&check);
    check_directories (&check);
    sockets_check (check.settings, check.problems);
    g_autoptr (Engine) engine = check_engine (&check);
    if (check.problems->len > 0)
        return print_bad (&check);
    print_good (&check, engine);
    return EX_OK;
}
