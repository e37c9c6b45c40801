/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_LISTEN_H
#define WEB_LISTEN_H

#include <glib.h>
#include <stdbool.h>
#include <sys/socket.h>

/* A listening socket on "HOST:PORT", HOST as an IP address or "localhost". -1 with UNAVAILABLE or
 * SETTINGS. */
int listen_on (const char *address, GError **error);

/* The peer's IP address as text; "" when it has none. Caller frees. */
char *peer_text (const struct sockaddr *peer);
bool peer_is_local (const struct sockaddr *peer);

#endif
