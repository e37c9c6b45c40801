/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_TESTS_SMTP_SINK_H
#define LICET_TESTS_SMTP_SINK_H

#include <glib.h>
#include <stdbool.h>

/* Postfix's second port, for tests: takes mail on a loopback port and remembers every byte. */
typedef struct SmtpSink SmtpSink;

typedef struct {
    GPtrArray *commands; /* char *: EHLO, XFORWARD, MAIL, RCPT and RSET lines as received */
    GString *data;       /* dots unstuffed and the guard's changes made; empty when nobody was
                          * accepted */
    GString *wire;       /* as received */
    unsigned accepted;   /* recipients */
    bool held;           /* the guard has put it on hold */
} SinkMail;

typedef enum {
    SINK_OK,
    SINK_DROPS_AFTER_DATA, /* takes the message and hangs up without a reply */
    SINK_REFUSES_DATA,     /* 451 after the final dot */
    SINK_SAYS_NONSENSE,    /* instead of a greeting */
    SINK_UNGUARDED,        /* has no milter */
    SINK_CHANGES_DATA,     /* before the guard sees it */
} SinkMode;

SmtpSink *smtp_sink_new (void);
void smtp_sink_free (SmtpSink *sink);
unsigned smtp_sink_port (const SmtpSink *sink);

/* The guard's socket, from now on. */
void smtp_sink_set_guard (SmtpSink *sink, const char *path);
/* RCPT of an address that begins with "rejected" gets 550, with "busy" 450, always. */
void smtp_sink_set_mode (SmtpSink *sink, SinkMode mode);
/* Closes the port, or opens the same one again. */
void smtp_sink_set_open (SmtpSink *sink, bool open);
/* What came in since the last call, oldest first. Array of SinkMail. */
GPtrArray *smtp_sink_take (SmtpSink *sink);

#endif
