/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_TESTS_HARNESS_H
#define LICET_TESTS_HARNESS_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

#include "milter_client.h"
#include "smtp_sink.h"

/*
 * The real licetd (environment LICETD, else ./licetd) in a directory of its own, with a second
 * port to submit to. Policies and consent of the directory: yes@ gets everything, no@ is
 * stripped, never@ is refused (mixed mail at all), later@ waits, held@ is held; all at
 * example.com.
 */
typedef struct {
    char *dir;
    GPid pid;
    SmtpSink *sink;
} World;

/* settings: lines added to licet.cfg; @DIR@ stands for the directory. */
World *world_new (const char *settings);
void world_free (World *world); /* kills the daemon when it still runs */

char *world_path (const World *world, const char *name);
void world_write (const World *world, const char *name, const char *text);
/* The log of decisions and outcomes so far. */
char *world_audit (const World *world);
/* Lets a recipient in Spain have one promotional mail a day, by the rule CAP, and reloads. */
void world_cap (const World *world);
extern const char world_capped_policy[];
/* What the control socket answers. */
char *world_ask (const World *world, const char *request);
/* After SIGTERM; the wait status. */
int world_stop (World *world);

/* A milter connection after HELO from 192.0.2.7, client.example. */
MilterClient *world_milter (const World *world);
/* One message through it. recipients: addresses separated by blanks. */
MilterAnswer *world_send (MilterClient *client, const char *recipients, const char *message,
                          size_t length);

/* An LMTP connection after LHLO. */
typedef struct LmtpClient LmtpClient;
LmtpClient *world_lmtp (const World *world);
void lmtp_close (LmtpClient *client);
void lmtp_send (LmtpClient *client, const char *data, size_t length);
/* Sends lines, each with its CRLF. */
void lmtp_say (LmtpClient *client, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* The next reply, lines joined with "\n"; "" when the server hung up. Caller frees. */
char *lmtp_reply (LmtpClient *client);
/* Asserts that the next reply begins so. */
void lmtp_expect (LmtpClient *client, const char *prefix);
/* MAIL, RCPT, DATA and the dot-stuffed message; one reply per recipient (char *). */
GPtrArray *lmtp_deliver (LmtpClient *client, const char *queue_id, const char *recipients,
                         const char *message);

#endif
