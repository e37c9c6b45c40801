/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_WITHDRAWAL_H
#define LICET_WITHDRAWAL_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "licet/consent.h"

/*
 * A person says no: by one-click, on a page, by mail, or through a complaint. All of these come
 * here, so that "it is done" always means the same: the events are synced, and the store, asked
 * anew, says that the withdrawal is in force. Nothing here ever grants.
 *
 * A purpose is a promotional one, "*" for all of them, or "tracking". Thread-safe as the store is.
 */
typedef struct {
    const char *source;   /* "one-click", "unsubscribe-page", "mailto", "complaint", … */
    const char *wording;  /* version of the text that the person saw, or NULL */
    const char *evidence; /* how it is known to be theirs, or NULL; never a token */
    const char *suppression; /* "bounce" or "complaint": it is recorded as suppressed on that basis,
                                which no import and no grant lifts; NULL: as withdrawn */
} WithdrawalProof;

/* What the store knows of the one behind an address. */
typedef struct {
    char *language;                    /* BCP 47, or NULL */
    bool stopped[PURPOSE_WELCOME + 1]; /* by promotional purpose; false when not asked for */
    bool tracking_stopped;
    bool suppressed; /* mail to them was stopped by somebody else than the person */
} Standing;

/* Of these purposes (NULL-terminated); of "*" all. UNAVAILABLE when the store does not answer. Caller
 * frees. */
Standing *standing_ask (ConsentStore *store, const char *address, const char *const *purposes,
                        int64_t now, GError **error);
void standing_free (Standing *standing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Standing, standing_free)

/* Whether it has stopped already: of "*" every promotional purpose. */
bool standing_has_stopped (const Standing *standing, const char *purpose);

/*
 * Withdraws the purposes (NULL-terminated) that are not withdrawn yet, all or none, and asks the
 * store again. A suppression is recorded beside an earlier withdrawal, and a withdrawal beside an
 * earlier suppression, but each once. False: it is not done, and nobody may be told that it is.
 * Errors of consent_append; UNAVAILABLE as well when the store does not confirm. Again is no error
 * and stores nothing.
 */
bool withdrawal_record (ConsentStore *store, const char *address, const char *const *purposes,
                        const WithdrawalProof *proof, int64_t now, GError **error);

#endif
