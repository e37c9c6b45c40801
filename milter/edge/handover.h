/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_EDGE_HANDOVER_H
#define LICET_EDGE_HANDOVER_H

#include <glib.h>

#include "licet/edge.h"
#include "licet/envelope.h"

/*
 * One message that Postfix's queue hands over: decided anew for each recipient, the copies
 * submitted to the second port, each at most once per queue id. Gives one reply per recipient
 * (char *), in their order; never fails otherwise. envelope->queue_id is not NULL. xforward: the
 * client's identity as received ("NAME=value"), passed on.
 */
GPtrArray *handover_run (Daemon *daemon, const Envelope *envelope, const GPtrArray *xforward,
                         GBytes *bytes);

/* The one reply for a message that cannot even be read, with its record. Static. */
const char *handover_refuse (Daemon *daemon, const Envelope *envelope, const GError *cause);

#endif
