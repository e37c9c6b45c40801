/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIGN_HOSTS_H
#define SIGN_HOSTS_H

#include <glib.h>
#include <stdbool.h>

/*
 * OpenDKIM's TrustedHosts, InternalHosts by its settings (opendkim.conf(5), PeerList): host names,
 * domains with a leading dot, addresses and networks, "!" before those that are not meant.
 */
typedef struct Hosts Hosts;

/* UNAVAILABLE when it cannot be read, SETTINGS with every wrong line. */
Hosts *hosts_read (const char *setting, GError **error);
void hosts_free (Hosts *hosts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Hosts, hosts_free)

/* As opendkim (dkimf_checkhost, dkimf_checkip): by its name or by its address, for each of which the most
 * precise line decides; a "!" of the one does not take back what the other gives. Either may be NULL. */
bool hosts_has (const Hosts *hosts, const char *name, const char *address);

#endif
