/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_EDGE_LMTP_SESSION_H
#define LICET_EDGE_LMTP_SESSION_H

#include <stdbool.h>

#include "licet/edge.h"
#include "net.h"

/* Serves one LMTP connection to its end; stream stays the caller's. *stopping, set by another
 * thread, ends it after the transaction under way. */
void lmtp_session_serve (Daemon *daemon, NetStream *stream, const int *stopping);

#endif
