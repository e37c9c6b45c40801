/* SPDX-License-Identifier: BSD-2-Clause */

#include "licet/authentication.h"

#include <string.h>

static const char *const fact_words[] = {
    [AUTH_SPF] = "spf",         [AUTH_SPF_ALIGNED] = "spf-aligned",
    [AUTH_DKIM] = "dkim",       [AUTH_DKIM_ALIGNED] = "dkim-aligned",
    [AUTH_DMARC] = "dmarc",     [AUTH_ALIGNED] = "aligned",
    [AUTH_PTR] = "ptr",         [AUTH_MX] = "mx",
    [AUTH_TLS_RPT] = "tls-rpt", [AUTH_MTA_STS] = "mta-sts",
};

Authentication *
authentication_new (const char *domain, const char *envelope, int64_t at)
{
    Authentication *authentication = g_new0 (Authentication, 1);

    g_atomic_ref_count_init (&authentication->references);
    authentication->domain = g_strdup (domain);
    authentication->envelope = g_strdup (envelope);
    authentication->at = at;
    return authentication;
}

Authentication *
authentication_ref (const Authentication *authentication)
{
    Authentication *shared = (Authentication *)authentication;

    g_atomic_ref_count_inc (&shared->references);
    return shared;
}

void
authentication_unref (Authentication *authentication)
{
    if (!authentication || !g_atomic_ref_count_dec (&authentication->references))
        return;
    for (unsigned i = 0; i < AUTH_FACTS; i++)
        g_free (authentication->reasons[i]);
    g_free (authentication->domain);
    g_free (authentication->envelope);
    g_free (authentication);
}

Authentication *
authentication_for_envelope (const Authentication *authentication, const char *envelope)
{
    Authentication *copy =
        authentication_new (authentication->domain, envelope, authentication->at);
    bool same = g_strcmp0 (authentication->envelope, envelope) == 0;
    bool dkim = authentication->answers[AUTH_DKIM] == AUTH_YES &&
                authentication->answers[AUTH_DKIM_ALIGNED] == AUTH_YES;

    for (unsigned i = 0; i < AUTH_FACTS; i++) {
        bool other = i == AUTH_SPF || i == AUTH_SPF_ALIGNED || (i == AUTH_ALIGNED && !dkim);
        if (other && !same)
            authentication_settle (copy, i, AUTH_UNKNOWN,
                                   "the domain of the envelope's sender is not configured");
        else
            authentication_settle (copy, i, authentication->answers[i],
                                   authentication->reasons[i]);
        copy->times[i] = authentication->times[i];
    }
    return copy;
}

void
authentication_settle (Authentication *authentication, AuthFact fact, AuthAnswer answer,
                       const char *reason)
{
    authentication->answers[fact] = answer;
    g_free (authentication->reasons[fact]);
    authentication->reasons[fact] = g_strdup (reason);
    authentication->times[fact] = authentication->at;
}

void
authentication_recall (Authentication *authentication, const Authentication *before,
                       int64_t seconds)
{
    for (AuthFact fact = 0; fact < AUTH_FACTS; fact++) {
        if (authentication->answers[fact] != AUTH_UNKNOWN ||
            before->answers[fact] == AUTH_UNKNOWN ||
            before->times[fact] < authentication->at - seconds)
            continue;
        authentication_settle (authentication, fact, before->answers[fact],
                               before->reasons[fact]);
        authentication->times[fact] = before->times[fact];
    }
}

const char *
auth_fact_word (AuthFact fact)
{
    return fact_words[fact];
}

AuthFact
auth_fact_parse (const char *word)
{
    AuthFact fact = 0;

    while (fact < AUTH_FACTS && strcmp (fact_words[fact], word) != 0)
        fact++;
    return fact;
}

const char *
auth_answer_word (AuthAnswer answer)
{
    switch (answer) {
    case AUTH_YES:
        return "yes";
    case AUTH_NO:
        return "no";
    case AUTH_UNKNOWN:
        return "cannot-tell";
    }
    g_assert_not_reached ();
}

struct AuthenticationBoard {
    GMutex lock;
    GPtrArray *known; /* of Authentication */
};

AuthenticationBoard *
authentication_board_new (void)
{
    AuthenticationBoard *board = g_new0 (AuthenticationBoard, 1);

    g_mutex_init (&board->lock);
    board->known = g_ptr_array_new_with_free_func ((GDestroyNotify)authentication_unref);
    return board;
}

void
authentication_board_free (AuthenticationBoard *board)
{
    if (!board)
        return;
    g_ptr_array_unref (board->known);
    g_mutex_clear (&board->lock);
    g_free (board);
}

void
authentication_board_put (AuthenticationBoard *board, Authentication *authentication)
{
    g_mutex_lock (&board->lock);
    for (unsigned i = board->known->len; i-- > 0;) {
        const Authentication *old = g_ptr_array_index (board->known, i);
        if (g_ascii_strcasecmp (old->domain, authentication->domain) == 0 &&
            g_ascii_strcasecmp (old->envelope, authentication->envelope) == 0)
            g_ptr_array_remove_index (board->known, i);
    }
    g_ptr_array_add (board->known, authentication);
    g_mutex_unlock (&board->lock);
}

void
authentication_board_remove (AuthenticationBoard *board, const Authentication *known)
{
    g_mutex_lock (&board->lock);
    g_ptr_array_remove (board->known, (void *)known);
    g_mutex_unlock (&board->lock);
}

/* The one with the same envelope, else any of the domain. */
static const Authentication *
find_nearest (const GPtrArray *known, const char *domain, const char *envelope)
{
    const Authentication *found = NULL;

    for (unsigned i = 0; i < known->len; i++) {
        const Authentication *one = g_ptr_array_index (known, i);
        if (g_ascii_strcasecmp (one->domain, domain) != 0)
            continue;
        if (envelope && g_ascii_strcasecmp (one->envelope, envelope) == 0)
            return one;
        found = one;
    }
    return found;
}

Authentication *
authentication_board_find (AuthenticationBoard *board, const char *domain, const char *envelope)
{
    Authentication *found = NULL;

    g_mutex_lock (&board->lock);
    const Authentication *nearest = find_nearest (board->known, domain, envelope);
    if (nearest && envelope && g_ascii_strcasecmp (nearest->envelope, envelope) == 0)
        found = authentication_ref (nearest);
    else if (nearest)
        found = authentication_for_envelope (nearest, envelope ? envelope : "");
    g_mutex_unlock (&board->lock);
    return found;
}

GPtrArray *
authentication_board_list (AuthenticationBoard *board)
{
    GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify)authentication_unref);

    g_mutex_lock (&board->lock);
    for (unsigned i = 0; i < board->known->len; i++)
        g_ptr_array_add (list, authentication_ref (g_ptr_array_index (board->known, i)));
    g_mutex_unlock (&board->lock);
    return list;
}
