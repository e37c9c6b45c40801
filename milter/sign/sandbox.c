/* SPDX-License-Identifier: BSD-2-Clause */

#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "licet/error.h"

static void
bound (int resource, rlim_t most)
{
    setrlimit (resource, &(struct rlimit){ most, most });
}

static void
set_bounds (const SandboxLimits *limits)
{
    bound (RLIMIT_CORE, 0);
    bound (RLIMIT_FSIZE, 0);
    /* At the hard limit it would be killed without a word of why. */
    setrlimit (RLIMIT_CPU, &(struct rlimit){ limits->seconds, limits->seconds + 1 });
    bound (RLIMIT_NOFILE, 64);
#ifndef __SANITIZE_ADDRESS__ /* which takes terabytes of addresses */
    bound (RLIMIT_AS, limits->memory);
#endif
}

/* A sanitizer must not look for leaks of a process that ends where it stands. */
static void G_GNUC_NORETURN
serve (SandboxFunction function, const void *data, const SandboxLimits *limits, int out,
       pid_t parent)
{
    sigset_t bound_signal;

    prctl (PR_SET_PDEATHSIG, SIGKILL);
    if (getppid () != parent)
        _exit (1);
    set_bounds (limits);
    sigemptyset (&bound_signal);
    sigaddset (&bound_signal, SIGXCPU); /* a daemon's child may have it blocked */
    sigprocmask (SIG_UNBLOCK, &bound_signal, NULL);
    g_autoptr (GBytes) answer = function (data);
    size_t length = 0;
    const char *bytes = g_bytes_get_data (answer, &length);
    while (length > 0) {
        ssize_t n = write (out, bytes, length);
        if (n < 0)
            _exit (1);
        bytes += n;
        length -= (size_t)n;
    }
    _exit (0);
}

/* Until the child closes its end. False with an error at the deadline or past the bound. */
static bool
read_answer (int in, const SandboxLimits *limits, GByteArray *bytes, GError **error)
{
    int64_t deadline = g_get_monotonic_time () + (int64_t)limits->milliseconds * 1000;
    unsigned char chunk[16384];

    for (;;) {
        int64_t left = deadline - g_get_monotonic_time ();
        struct pollfd item = { .fd = in, .events = POLLIN };
        int ready = left > 0 ? poll (&item, 1, (int)(left / 1000) + 1) : 0;
        if (ready == 0) {
            g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                         "no answer within %u seconds", limits->milliseconds / 1000);
            return false;
        }
        ssize_t n = ready > 0 ? read (in, chunk, sizeof chunk) : -1;
        if (n == 0)
            return true;
        if (n < 0 && errno != EINTR)
            return true; /* what is missing shows in the child's status */
        if (n > 0 && bytes->len + (size_t)n > limits->answer) {
            g_set_error (error, LICET_ERROR, LICET_ERROR_LIMIT, "an answer that is too long");
            return false;
        }
        if (n > 0)
            g_byte_array_append (bytes, chunk, (unsigned)n);
    }
}

static bool
check_end (int status, GError **error)
{
    if (WIFEXITED (status) && WEXITSTATUS (status) == 0)
        return true;
    if (WIFSIGNALED (status) && WTERMSIG (status) == SIGXCPU)
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                     "it took too much processor time");
    else if (WIFSIGNALED (status))
        g_set_error (error, LICET_ERROR, LICET_ERROR_INTERNAL, "it ended with signal %d",
                     WTERMSIG (status));
    else
        g_set_error (error, LICET_ERROR, LICET_ERROR_INTERNAL, "it ended with status %d",
                     WEXITSTATUS (status));
    return false;
}

static bool
fail_start (GError **error)
{
    g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "no process can be started: %s",
                 g_strerror (errno));
    return false;
}

static bool
start (SandboxFunction function, const void *data, const SandboxLimits *limits, int *ret_in,
       pid_t *ret_child, GError **error)
{
    int ends[2];
    pid_t parent = getpid ();

    if (pipe2 (ends, O_CLOEXEC) < 0)
        return fail_start (error);
    pid_t child = fork ();
    if (child == 0) {
        close (ends[0]);
        serve (function, data, limits, ends[1], parent);
    }
    close (ends[1]);
    if (child < 0) {
        close (ends[0]);
        return fail_start (error);
    }
    *ret_in = ends[0];
    *ret_child = child;
    return true;
}

GBytes *
sandbox_run (SandboxFunction function, const void *data, const SandboxLimits *limits,
             GError **error)
{
    g_autoptr (GByteArray) bytes = g_byte_array_new ();
    int in = -1, status = 0;
    pid_t child = 0;

    if (!start (function, data, limits, &in, &child, error))
        return NULL;
    bool whole = read_answer (in, limits, bytes, error);
    close (in);
    if (!whole)
        kill (child, SIGKILL);
    while (waitpid (child, &status, 0) < 0 && errno == EINTR)
        ;
    if (!whole || !check_end (status, error))
        return NULL;
    return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}
