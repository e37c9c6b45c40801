/* SPDX-License-Identifier: BSD-2-Clause */

#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "licet/error.h"

static void G_GNUC_NORETURN
run (const char *name, ChildServe *serve, int fd, pid_t parent)
{
    sigset_t all;
    int nowhere = open ("/dev/null", O_RDWR);

    prctl (PR_SET_NAME, name);
    prctl (PR_SET_PDEATHSIG, SIGKILL);
    sigfillset (&all);
    sigprocmask (SIG_SETMASK, &all, NULL);
    for (int standard = 0; nowhere >= 0 && standard <= STDERR_FILENO; standard++)
        dup2 (nowhere, standard);
    serve (fd, parent);
    _exit (0);
}

static bool
fail (const char *what, GError **error)
{
    g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: %s", what,
                 g_strerror (errno));
    return false;
}

bool
child_start (const char *name, int type, ChildServe *serve, const char *what,
             Child *ret_child, GError **error)
{
    int ends[2];
    pid_t parent = getpid ();

    if (socketpair (AF_UNIX, type | SOCK_CLOEXEC, 0, ends) < 0)
        return fail (what, error);
    pid_t child = fork ();
    if (child == 0) {
        close (ends[0]);
        run (name, serve, ends[1], parent);
    }
    close (ends[1]);
    if (child < 0) {
        fail (what, error);
        close (ends[0]);
        return false;
    }
    *ret_child = (Child){ ends[0], child };
    return true;
}

void
child_stop (Child *child)
{
    if (child->pid == 0)
        return;
    kill (child->pid, SIGKILL);
    while (waitpid (child->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    child->pid = 0;
}
