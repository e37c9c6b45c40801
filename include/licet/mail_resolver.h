/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_MAIL_RESOLVER_H
#define LICET_MAIL_RESOLVER_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "licet/mail_hosts.h"

/*
 * Asks DNS for the MX of recipients' domains, many at once, in a process of its own: what strangers'
 * DNS says is read there, with bounded memory and without keys or mail. Questions go in and answers
 * come out in any order; both are one packet each, so neither side waits for the other.
 */
typedef struct MailResolver MailResolver;

/* Forks: before there are threads and before keys are in memory. UNAVAILABLE. */
MailResolver *mail_resolver_start (GError **error);
/* resolver: "HOST:PORT", or "" for those of the system. False when the process is gone or has more
 * questions than it can take. From any thread. */
bool mail_resolver_ask (MailResolver *resolver, const char *dns, const char *domain);
/* Waits for the next answer; NULL when there will be none: the process has ended. For one thread. */
MailHosts *mail_resolver_next (MailResolver *resolver, int64_t (*now) (void *), void *data,
                               uint32_t *ret_seconds);
/* Ends the process; mail_resolver_next then returns NULL. */
void mail_resolver_stop (MailResolver *resolver);
/* After the last call of the others. Stops it where that was not done. */
void mail_resolver_free (MailResolver *resolver);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MailResolver, mail_resolver_free)

#endif
