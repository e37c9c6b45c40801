/* SPDX-License-Identifier: BSD-2-Clause */

#include "licet/mail_hosts.h"

enum {
    LEAST_SECONDS = 300,
    MOST_SECONDS = 24 * 3600,
    FAILURE_SECONDS = 60,
    STAND_IN_SECONDS = 24 * 3600,
    MOST_KNOWN = 16384,
    SILENT_AFTER = 3,             /* waits in vain */
    ASK_AGAIN = 10 * 1000 * 1000, /* microseconds, for a question whose answer got lost */
};

MailHosts *
mail_hosts_new (const char *domain, char **hosts, const char *failure, int64_t at)
{
    MailHosts *known = g_new0 (MailHosts, 1);

    g_atomic_ref_count_init (&known->references);
    known->domain = g_strdup (domain);
    known->hosts = hosts ? hosts : g_new0 (char *, 1);
    known->failure = g_strdup (failure);
    known->at = at;
    known->until = G_MAXINT64;
    return known;
}

MailHosts *
mail_hosts_ref (const MailHosts *hosts)
{
    MailHosts *mutable = (MailHosts *)hosts;

    g_atomic_ref_count_inc (&mutable->references);
    return mutable;
}

void
mail_hosts_unref (MailHosts *hosts)
{
    if (!hosts || !g_atomic_ref_count_dec (&hosts->references))
        return;
    g_free (hosts->domain);
    g_strfreev (hosts->hosts);
    g_free (hosts->failure);
    g_free (hosts);
}

struct MailHostsBoard {
    GMutex lock;
    GCond answered;
    GHashTable *known; /* domain to MailHosts */
    GHashTable *asked; /* domain to int64_t, monotonic microseconds */
    MailHostsAsk ask;  /* NULL: nobody does */
    void *data;
    unsigned vain_waits; /* in a row */
};

MailHostsBoard *
mail_hosts_board_new (void)
{
    MailHostsBoard *board = g_new0 (MailHostsBoard, 1);

    g_mutex_init (&board->lock);
    g_cond_init (&board->answered);
    board->known =
        g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify)mail_hosts_unref);
    board->asked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
    return board;
}

void
mail_hosts_board_free (MailHostsBoard *board)
{
    if (!board)
        return;
    g_hash_table_unref (board->known);
    g_hash_table_unref (board->asked);
    g_cond_clear (&board->answered);
    g_mutex_clear (&board->lock);
    g_free (board);
}

void
mail_hosts_board_open (MailHostsBoard *board, MailHostsAsk ask, void *data)
{
    g_mutex_lock (&board->lock);
    board->ask = ask;
    board->data = data;
    g_mutex_unlock (&board->lock);
}

void
mail_hosts_board_close (MailHostsBoard *board)
{
    g_mutex_lock (&board->lock);
    board->ask = NULL;
    g_cond_broadcast (&board->answered);
    g_mutex_unlock (&board->lock);
}

static gboolean
is_stale (void *key G_GNUC_UNUSED, void *value, void *moment)
{
    return ((MailHosts *)value)->until <= *(int64_t *)moment;
}

static void
make_room (MailHostsBoard *board, int64_t moment)
{
    if (g_hash_table_size (board->known) < MOST_KNOWN)
        return;
    g_hash_table_foreach_remove (board->known, is_stale, &moment);
    if (g_hash_table_size (board->known) >= MOST_KNOWN)
        g_hash_table_remove_all (board->known);
}

/* What DNS said before stands in where it is silent now. */
static MailHosts *
stand_in (MailHostsBoard *board, MailHosts *failed)
{
    const MailHosts *before = g_hash_table_lookup (board->known, failed->domain);

    if (!before || before->failure || before->heard < failed->heard - STAND_IN_SECONDS)
        return failed;
    MailHosts *again =
        mail_hosts_new (before->domain, g_strdupv (before->hosts), NULL, before->at);
    again->heard = before->heard;
    again->until = failed->until;
    mail_hosts_unref (failed);
    return again;
}

void
mail_hosts_board_put (MailHostsBoard *board, MailHosts *hosts, uint32_t seconds, int64_t moment)
{
    g_mutex_lock (&board->lock);
    make_room (board, moment);
    hosts->heard = moment;
    if (hosts->failure) {
        hosts->until = moment + FAILURE_SECONDS;
        hosts = stand_in (board, hosts);
    } else {
        hosts->until = moment + CLAMP ((int64_t)seconds, LEAST_SECONDS, MOST_SECONDS);
        board->vain_waits = 0;
    }
    g_hash_table_remove (board->asked, hosts->domain);
    g_hash_table_replace (board->known, hosts->domain, hosts);
    g_cond_broadcast (&board->answered);
    g_mutex_unlock (&board->lock);
}

static MailHosts *
find_fresh (const MailHostsBoard *board, const char *domain, int64_t moment)
{
    MailHosts *known = g_hash_table_lookup (board->known, domain);

    return known && known->until > moment ? known : NULL;
}

static void
ask_for (MailHostsBoard *board, const char *domain)
{
    int64_t moment = g_get_monotonic_time ();
    const int64_t *before = g_hash_table_lookup (board->asked, domain);

    if (!board->ask || (before && *before > moment - ASK_AGAIN))
        return;
    if (g_hash_table_size (board->asked) >= MOST_KNOWN)
        g_hash_table_remove_all (board->asked);
    if (board->ask (board->data, domain))
        g_hash_table_replace (board->asked, g_strdup (domain),
                              g_memdup2 (&moment, sizeof moment));
    else
        g_hash_table_remove (board->asked, domain);
}

/* One whose own servers are dead is no reason to wait again, nor to take all DNS for silent. */
static bool
has_failed (const MailHostsBoard *board, const char *domain)
{
    const MailHosts *known = g_hash_table_lookup (board->known, domain);

    return known && known->failure;
}

/* How many of the domains an answer is awaited for. */
static unsigned
count_awaited (const MailHostsBoard *board, const char *const *domains, unsigned count,
               int64_t moment)
{
    unsigned awaited = 0;

    for (unsigned i = 0; i < count; i++)
        awaited += domains[i] && !find_fresh (board, domains[i], moment) &&
                   !has_failed (board, domains[i]) &&
                   g_hash_table_contains (board->asked, domains[i]);
    return awaited;
}

static void
wait_for_answers (MailHostsBoard *board, const char *const *domains, unsigned count,
                  unsigned milliseconds, int64_t moment)
{
    int64_t deadline = g_get_monotonic_time () + (int64_t)milliseconds * 1000;

    if (board->vain_waits >= SILENT_AFTER)
        return;
    while (board->ask && count_awaited (board, domains, count, moment) > 0) {
        if (g_cond_wait_until (&board->answered, &board->lock, deadline))
            continue;
        board->vain_waits++;
        return;
    }
}

GPtrArray *
mail_hosts_board_find (MailHostsBoard *board, const char *const *domains, unsigned count,
                       unsigned milliseconds, int64_t moment, int64_t now)
{
    GPtrArray *found = g_ptr_array_new_with_free_func ((GDestroyNotify)mail_hosts_unref);

    g_mutex_lock (&board->lock);
    for (unsigned i = 0; i < count; i++)
        if (domains[i] && !find_fresh (board, domains[i], moment))
            ask_for (board, domains[i]);
    wait_for_answers (board, domains, count, milliseconds, moment);
    for (unsigned i = 0; i < count; i++) {
        const MailHosts *fresh = domains[i] ? find_fresh (board, domains[i], moment) : NULL;
        g_ptr_array_add (
            found, fresh ? mail_hosts_ref (fresh)
                   : domains[i]
                       ? mail_hosts_new (domains[i], NULL, "DNS did not answer in time", now)
                       : NULL);
    }
    g_mutex_unlock (&board->lock);
    return found;
}
