/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CHECK_H
#define LICET_CHECK_H

#include "licet/engine.h"

/*
 * licetd --check: looks at everything that a start needs, prints all that is wrong and not only what is
 * wrong first, and starts nothing. Root is nobody to ask with: it may read what the daemon may not. So
 * for root the process becomes the daemon's user (user, or NULL for settings_user) before it opens more
 * than the settings. EX_OK or EX_CONFIG.
 */
int check (const char *config, const char *user);

/* "territories=… rules=… …". Caller frees. */
char *check_describe (const Engine *engine);

#endif
