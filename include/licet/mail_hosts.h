/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_MAIL_HOSTS_H
#define LICET_MAIL_HOSTS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Who takes the mail of a recipient's domain, as DNS says (RFC 5321 5.1): the fact by which a mailbox
 * provider is known that hosts the domains of others. A value; refcounted, immutable once shared.
 * DNS that does not answer is "nobody knows", never "nobody".
 */
typedef struct {
    gatomicrefcount references;
    char *domain;  /* A-labels, lower case */
    char **hosts;  /* the MX of best preference, or the domain itself where there is none; lower
                      case; empty: it takes no mail, or nobody knows */
    char *failure; /* why nobody knows; NULL: the hosts are as DNS says */
    int64_t at;    /* when DNS was asked */
    int64_t heard, until; /* moments: when it was put on the board, and from when on it is no longer
                             to be trusted */
} MailHosts;

/* Takes hosts; NULL with failure. The moments are left to who keeps it. */
MailHosts *mail_hosts_new (const char *domain, char **hosts, const char *failure, int64_t at);
MailHosts *mail_hosts_ref (const MailHosts *hosts);
void mail_hosts_unref (MailHosts *hosts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MailHosts, mail_hosts_unref)

/*
 * What DNS said lately, for as long as it said (300 seconds to a day). A domain of which it does not
 * answer is asked about again after a minute, without a wait, and what was known of it stands in for a
 * day. Ages go by moments (clock_moment), so that a clock that is set makes nothing old or young. Safe from
 * several threads; bounded in memory.
 */
typedef struct MailHostsBoard MailHostsBoard;

/* Sends the question on its way without waiting; false when it cannot. */
typedef bool (*MailHostsAsk) (void *data, const char *domain);

/* Nobody asks yet: only what was put there is known. */
MailHostsBoard *mail_hosts_board_new (void);
void mail_hosts_board_free (MailHostsBoard *board);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MailHostsBoard, mail_hosts_board_free)

/* From now on ask is called, with the board's lock held; after close no more. */
void mail_hosts_board_open (MailHostsBoard *board, MailHostsAsk ask, void *data);
void mail_hosts_board_close (MailHostsBoard *board);

/* An answer. Takes hosts, which nobody else may have; seconds: how long DNS says that it holds. */
void mail_hosts_board_put (MailHostsBoard *board, MailHosts *hosts, uint32_t seconds,
                           int64_t moment);

/*
 * What is known of the domains (A-labels; some may be NULL), in their order and NULL where they are.
 * Waits for all of them together at most so many milliseconds, and not at all while DNS is silent,
 * which it is after three waits in a row for domains of which nothing was heard before. now is the
 * time of what nobody knows. Caller owns: of MailHosts, references.
 */
GPtrArray *mail_hosts_board_find (MailHostsBoard *board, const char *const *domains,
                                  unsigned count, unsigned milliseconds, int64_t moment,
                                  int64_t now);

#endif
