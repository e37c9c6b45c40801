/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_SIGN_CHILD_H
#define LICET_SIGN_CHILD_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/*
 * A process of ours at the other end of a socket pair, forked before there are threads and keys:
 * it has no standard files, hears no signals (those to the whole group are for the daemon), and
 * dies with the daemon.
 */
typedef struct {
    int fd;    /* the daemon's end */
    pid_t pid; /* 0 when it was stopped */
} Child;

/* What runs in the process until its parent is another; it has no other way out than to return. */
typedef void ChildServe (int fd, pid_t parent);

/* name: of the process, up to 15 bytes; type: of the socket; what: for the error, UNAVAILABLE. */
bool child_start (const char *name, int type, ChildServe *serve, const char *what,
                  Child *ret_child, GError **error);

/* Nothing happens the second time. The descriptor stays open. */
void child_stop (Child *child);

#endif
