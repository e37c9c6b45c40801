/* SPDX-License-Identifier: BSD-2-Clause */

/* Whether Postfix's processes see licetd's Unix sockets and may use them. */

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checks.h"

enum { MOST_GROUPS = 256 };

/* Who Postfix's servers run as. */
typedef struct {
    char *name;
    uid_t uid;
    gid_t groups[MOST_GROUPS];
    int count;
} User;

static void
clear_user (User *user)
{
    g_free (user->name);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (User, clear_user)

/* False when the host has no such user. */
static bool
find_user (const Examination *examination, User *user)
{
    user->name = postfix_value (examination->postfix, NULL, "mail_owner", NULL);
    user->count = MOST_GROUPS;
    const struct passwd *entry = getpwnam (user->name);
    if (!entry)
        return false;
    user->uid = entry->pw_uid;
    return getgrouplist (user->name, entry->pw_gid, user->groups, &user->count) >= 0;
}

static bool
is_member (const User *user, gid_t group)
{
    for (int i = 0; i < user->count; i++)
        if (user->groups[i] == group)
            return true;
    return false;
}

/* bit: S_IWOTH or S_IXOTH. The first class that fits decides (path_resolution(7)). */
static bool
may (const User *user, const struct stat *status, mode_t bit)
{
    if (user->uid == status->st_uid)
        return status->st_mode & bit << 6;
    if (is_member (user, status->st_gid))
        return status->st_mode & bit << 3;
    return status->st_mode & bit;
}

/* How the user gets in through the group. Caller frees. */
static char *
remedy_of (const User *user, const char *place, const struct stat *status, mode_t bit)
{
    const struct group *group = getgrgid (status->st_gid);
    bool open = status->st_mode & bit << 3;
    g_autofree char *mode =
        open ? g_strdup ("")
             : g_strdup_printf ("chmod g+%s %s", bit == S_IWOTH ? "w" : "x", place);
    const char *more = open ? "" : "; ";

    if (is_member (user, status->st_gid))
        return g_steal_pointer (&mode);
    if (group && status->st_gid != 0)
        return g_strdup_printf ("usermod -a -G %s %s%s%s", group->gr_name, user->name, more,
                                mode);
    return g_strdup_printf ("chgrp %u %s%s%s", user->groups[0], place, more, mode);
}

static void
report (Examination *examination, const User *user, const char *place,
        const struct stat *status, mode_t bit)
{
    g_autofree char *join = remedy_of (user, place, status, bit);

    doctor_find (examination, DOCTOR_PROBLEM, "socket-permission", g_strdup (place), join,
                 "Postfix runs as %s, who may not %s (mode %04o), so it does not reach licetd",
                 user->name, bit == S_IWOTH ? "write to this socket" : "enter this directory",
                 status->st_mode & 07777);
}

/* False when a directory on the way is closed, or cannot be looked at. */
static bool
check_way (Examination *examination, const User *user, const char *path)
{
    struct stat status;

    for (const char *slash = strchr (path + 1, '/'); slash; slash = strchr (slash + 1, '/')) {
        g_autofree char *dir = g_strndup (path, (size_t)(slash - path));
        if (stat (dir, &status) < 0)
            return errno == ENOENT;
        if (may (user, &status, S_IXOTH))
            continue;
        report (examination, user, dir, &status, S_IXOTH);
        return false;
    }
    return true;
}

static void
check_permission (Examination *examination, const char *path)
{
    g_auto (User) user = { 0 };
    struct stat status;

    if (!find_user (examination, &user) || !check_way (examination, &user, path))
        return;
    if (stat (path, &status) < 0) {
        if (errno == ENOENT)
            doctor_find (examination, DOCTOR_NOTE, "socket-missing", g_strdup (path), NULL,
                         "licetd's socket is not there: licetd does not run, or by another "
                         "licet.cfg");
    } else if (!S_ISSOCK (status.st_mode)) {
        doctor_find (examination, DOCTOR_PROBLEM, "socket-kind", g_strdup (path), NULL,
                     "it is no socket, so licetd cannot listen there");
    } else if (!may (&user, &status, S_IWOTH)) {
        report (examination, &user, path, &status, S_IWOTH);
    }
}

/* A service in a chroot sees what is below the queue directory alone. */
static void
check_chroot (Examination *examination, const PostfixService *service, const char *path)
{
    g_autofree char *queue =
        postfix_value (examination->postfix, NULL, "queue_directory", NULL);
    size_t length = strlen (queue);

    if (service->chroot && !(g_str_has_prefix (path, queue) && path[length] == '/'))
        doctor_find (examination, DOCTOR_PROBLEM, "chroot",
                     g_strdup_printf ("master.cf:%u", service->line), NULL,
                     "%s runs in a chroot of %s and does not see licetd's socket %s; right "
                     "would be \"n\" in the fifth column, or a socket below that directory",
                     service->name, queue, path);
}

static void
check_services (Examination *examination, const char *path)
{
    const GPtrArray *services = examination->postfix->services;

    for (unsigned i = 0; i < services->len; i++) {
        const PostfixService *service = g_ptr_array_index (services, i);
        if (strcmp (service->command, "smtpd") == 0 ||
            strcmp (service->command, "cleanup") == 0)
            check_chroot (examination, service, path);
    }
}

void
doctor_check_access (Examination *examination)
{
    const char *milter = examination->milter->path, *lmtp = examination->lmtp->path;

    if (milter) {
        check_services (examination, milter);
        check_permission (examination, milter);
    }
    if (lmtp && examination->way)
        check_chroot (examination, examination->way, lmtp);
    if (lmtp)
        check_permission (examination, lmtp);
}
