/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_TESTS_MILTER_CLIENT_H
#define LICET_TESTS_MILTER_CLIENT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * The mail server's side of the milter protocol, version 6, as Postfix speaks it (with
 * SMFIP_HDR_LEADSPC and without waiting where the filter asked not to answer). For tests: it
 * aborts when the socket cannot be reached.
 */
typedef struct MilterClient MilterClient;

/* One change that the filter asked for: 'i' insert, 'm' change or remove, 'h' add, 'b' body, 'q'
 * quarantine (the reason is in value). */
typedef struct {
    char kind;
    unsigned index;
    char *name, *value; /* value "" removes; for 'b' the chunk is in body */
    GBytes *body;
} MilterChange;

typedef struct {
    char
        verdict; /* 'a' accept, 'c' continue, 'r' reject, 't' tempfail, 'y' reply; 0: hung up */
    char *reply; /* with 'y' */
    GPtrArray *changes; /* of MilterChange */
    unsigned progress;  /* how often it said that it is still at it */
} MilterAnswer;

/* Postfix 3.7 offers these. */
#define MILTER_ACTIONS 0x1ffu
#define MILTER_STEPS   0x1fffffu

MilterClient *milter_client_new (const char *socket_path);
void milter_client_free (MilterClient *client); /* sends QUIT */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MilterClient, milter_client_free)

/* False when the filter hung up. */
bool milter_client_negotiate (MilterClient *client, uint32_t actions, uint32_t steps);
void milter_client_connect (MilterClient *client, const char *name, const char *address,
                            unsigned port);
void milter_client_helo (MilterClient *client, const char *helo);

/* Macros for the next command of that letter: name, value, …, NULL. */
void milter_client_macros (MilterClient *client, char command, ...) G_GNUC_NULL_TERMINATED;
/* argument list: path, ESMTP parameters separated by blanks, or NULL. */
void milter_client_mail (MilterClient *client, const char *path, const char *params);
void milter_client_rcpt (MilterClient *client, const char *path, const char *params);
/* The message has CRLF lines; header fields go one by one, the body in chunks. */
void milter_client_message (MilterClient *client, const char *message, size_t length);
void milter_client_abort (MilterClient *client);
MilterAnswer *milter_client_end (MilterClient *client);

void milter_answer_free (MilterAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MilterAnswer, milter_answer_free)

/* The message with the changes applied as Postfix does. */
GString *milter_answer_apply (const MilterAnswer *answer, const char *message, size_t length);

#endif
