/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DOCTOR_SOCKET_H
#define DOCTOR_SOCKET_H

#include <glib.h>
#include <stdbool.h>

/* An address of a server in one of the spellings of libmilter ("inet:PORT@HOST", "unix:PATH"),
 * Postfix ("inet:HOST:PORT", "{ inet:HOST:PORT, … }", "[HOST]:PORT", "unix:PATH") and licet.cfg
 * ("HOST:PORT"). */
typedef struct {
    char *path; /* or NULL */
    char *host; /* "" when none is said; all names of the host itself are "localhost" */
    char *port;
} Socket;

Socket *socket_parse (const char *text);
void socket_free (Socket *socket);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Socket, socket_free)

/* queue: Postfix's queue directory, to which the paths of a service in a chroot are relative. */
bool socket_equal (const Socket *socket, const Socket *other, const char *queue);

/* As smtpd_milters wants it. Caller frees. */
char *socket_for_postfix (const Socket *socket);

#endif
