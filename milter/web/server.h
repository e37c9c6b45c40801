/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_SERVER_H
#define WEB_SERVER_H

#include <glib.h>

#include "licet/clock.h"
#include "site.h"

/*
 * HTTP/1.1 with libmicrohttpd: reads requests within bounds, has web_answer answer them, and sets
 * the fields that every answer has. One request per connection, for which its client has
 * web_seconds whatever it does. For a web server in front; it speaks no TLS.
 */
typedef struct Server Server;

/* Listens; serves from threads of its own. SETTINGS for a bad address, UNAVAILABLE when it cannot
 * listen there. */
Server *server_start (Site *site, const Settings *settings, const Clock *clock, GError **error);
/* To be called every second: ends connections that are too old. */
void server_tick (Server *server);
void server_stop (Server *server);

#endif
