/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_EDGE_ADMIT_H
#define LICET_EDGE_ADMIT_H

#include <libmilter/mfapi.h>

#include "session.h"

#include "licet/edge.h"

/*
 * The guard's answer at the end of a message on the second port. NULL: let in, with the mark taken
 * off, the queue id in the journal and on disk, and put on hold where the journal says so. Else the
 * 451 reply (static), after a line in the log.
 */
const char *admit_copy (SMFICTX *ctx, Daemon *daemon, const Session *session);

#endif
