/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_TESTS_SCENARIOS_H
#define LICET_TESTS_SCENARIOS_H

#include <glib.h>

#include "harness.h"

/* Adds the scenarios of the LMTP edge; they use this world. */
void lmtp_scenarios_add (World *world);

/* Adds the scenarios about signatures; each has a world of its own. */
void sign_scenarios_add (void);

/* Adds the scenarios about waiting; each has a world of its own. */
void slow_scenarios_add (void);

/* Asserts that reply number i (char *) begins so. */
void check_reply (const GPtrArray *replies, unsigned i, const char *prefix);

#define HEADER                                                                                 \
    "Received: from app.shop.example by mail.shop.example; Tue, 24 Nov 2026 09:00:00 "         \
    "+0100\r\n"                                                                                \
    "From: Shop Example <orders@shop.example>\r\n"                                             \
    "To: Customer\r\n <customer@example.com>\r\n"                                              \
    "Subject:Your receipt\r\n"                                                                 \
    "Date: Tue, 24 Nov 2026 09:00:00 +0100\r\n"                                                \
    "Message-ID: <wire-1@shop.example>\r\n"                                                    \
    "MIME-Version: 1.0\r\n"                                                                    \
    "X-Licet-Purpose: receipt\r\n"                                                             \
    "Content-Type: text/plain; charset=us-ascii\r\n"

#define ORDER                                                                                  \
    "Thank you for your order 2026-10042. Total: 94,80 EUR.\r\n"                               \
    ".Paid by card.\r\n\r\n"

#define OFFER                                                                                  \
    "[licet:promotional]\r\n"                                                                  \
    "20 % off rain jackets, only this week.\r\n"                                               \
    "[/licet:promotional]\r\n"

#define FOOTER "Shop Example GmbH, Hauptstrasse 1, 10115 Berlin\r\n"

#define TRANSACTION HEADER "\r\n" ORDER FOOTER
#define MIXED       HEADER "\r\n" ORDER OFFER FOOTER

#endif
