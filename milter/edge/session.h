/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_EDGE_SESSION_H
#define LICET_EDGE_SESSION_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "licet/engine.h"
#include "licet/envelope.h"

#include "room.h"

/*
 * What the milter callbacks remember. libmilter runs the callbacks of one connection on changing
 * threads, one at a time, so all of it hangs on the connection and nothing on a thread.
 */
typedef struct {
    unsigned magic;

    /* The connection: from connect to close. */
    char *client_name, *client_address, *helo;
    unsigned client_port; /* 0 when unknown */
    bool second;          /* it came in by the second port */
    Room *room;           /* that it shares with all */

    /* The message: from MAIL to the end of message, abort or close. */
    Engine *engine;     /* the snapshot taken at MAIL */
    Envelope *envelope; /* NULL between messages */
    GPtrArray *names;   /* char *, names of the header fields in order */
    GString *bytes;     /* with CRLF */
    size_t body_offset;
    char *mark;          /* on the second port: the value of the first GUARD_FIELD, which is not
                          * among the bytes; or NULL */
    const char *problem; /* why the message will be refused: past which bound; or NULL */
    size_t taken;        /* bytes of the room */
    int64_t ended;       /* when all of it was here, on the monotonic clock */
    bool crowded;        /* there was no room for all of it: it must come again */
} Session;

/* In a place of the room that was entered; freed, it is left. */
Session *session_new (Room *room);
void session_free (Session *session);

/* The session behind a pointer that libmilter kept; aborts when it is something else. */
Session *session_from (void *pointer);

/* address is NULL when Postfix does not know it. */
void session_set_client (Session *session, const char *name, const struct sockaddr *address);

/* Takes engine. argv as libmilter gives it: "<address>", then ESMTP parameters. */
void session_begin (Session *session, Engine *engine, char *const argv[], const char *login,
                    int64_t now);
void session_add_recipient (Session *session, char *const argv[]);
/* value begins after the colon, folds are LF. */
void session_add_field (Session *session, const char *name, const char *value);
void session_end_header (Session *session);
void session_add_body (Session *session, const void *data, size_t length);
/* Forgets the message; nothing happens when there is none. */
void session_end (Session *session);

#endif
