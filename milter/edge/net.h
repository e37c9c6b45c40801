/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_EDGE_NET_H
#define LICET_EDGE_NET_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Stream sockets and the line discipline of SMTP and LMTP. An address is "HOST:PORT",
 * "[V6]:PORT" or "unix:PATH". All waits are bounded; all failures of the peer or the network are
 * UNAVAILABLE. A NetStream belongs to one thread; net_stream_wake alone may come from another.
 */
typedef struct NetStream NetStream;

/* A listening socket; a Unix one has mode 0660 and replaces a stale one. -1 on failure. */
int net_listen (const char *address, GError **error);
/* Whether net_listen could, which is tried but for the last step; with ours, what listens there
 * already is a running licetd of ours. */
bool net_can_listen (const char *address, bool ours, GError **error);
/* A connected socket without Nagle's delay, or -1. */
int net_connect (const char *address, int seconds, GError **error);

/* Takes the socket. Each wait for the peer ends after that many seconds. */
NetStream *net_stream_new (int fd, int seconds);
void net_stream_free (NetStream *stream);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NetStream, net_stream_free)
void net_stream_set_timeout (NetStream *stream, int seconds);
/* The port of our end, or 0 when there is none. */
unsigned net_local_port (const NetStream *stream);
/* Ends a read that waits in the stream's thread as if the peer had gone. */
void net_stream_wake (NetStream *stream);

/* Adds to what the next read or net_flush sends: replies to pipelined commands leave together. */
void net_queue (NetStream *stream, const char *format, ...) G_GNUC_PRINTF (2, 3);
bool net_flush (NetStream *stream, GError **error);
bool net_write (NetStream *stream, const void *data, size_t length, GError **error);

/*
 * One line without its CRLF. A line that is too long (LIMIT) or holds a NUL, a bare CR or a bare
 * LF (MALFORMED) is read to its end, so that the peer can be told. Caller frees.
 */
char *net_read_line (NetStream *stream, size_t limit, GError **error);

/* One line that ends in LF, with or without CR before it, for talk among our own programs.
 * Otherwise as net_read_line. */
char *net_read_plain_line (NetStream *stream, size_t limit, GError **error);

/*
 * The text after DATA up to CRLF "." CRLF and nothing else (RFC 5321 4.1.1.4), dots unstuffed.
 * LIMIT past limit, MALFORMED with a bare CR or LF, in both cases after the true end.
 */
GBytes *net_read_data (NetStream *stream, size_t limit, GError **error);

#endif
