/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CONSENT_QUOTA_BACKEND_H
#define LICET_CONSENT_QUOTA_BACKEND_H

#include "licet/quota.h"

enum { QUOTA_KEPT_MINUTES = 2 * 24 * 60 };

/* In minutes. */
extern const int64_t quota_spans[QUOTA_WINDOWS];

/* Places for recipients under limits that are all asked of each. */
typedef struct {
    int64_t minute; /* since 1970; afterwards that under which it was counted */
    const QuotaLimit *limits;
    unsigned count, recipients;
} QuotaWish;

/* What an engine of the counts provides. As quota.h, otherwise. */
typedef struct {
    void *(*open) (const char *location, const ConsentOptions *options, int64_t now,
                   GError **error);
    void (*close) (void *store);
    bool (*save) (void *store, GError **error);
    GPtrArray *(*list) (void *store, int64_t minute, GError **error);
    bool (*take) (void *store, QuotaWish *wish, QuotaAnswer *ret_answer, GError **error);
    /* A message is done; unused: how much of each key it had taken in that minute and did not use. */
    void (*settle) (void *store, int64_t minute, GHashTable *unused);
} QuotaBackend;

extern const QuotaBackend quota_sqlite, quota_postgres;

/* A use for the list. */
QuotaUse *quota_use_new (const char *key);
void quota_use_free (QuotaUse *use);

/* For quotas_recorded: counts without a file, and one more of them. */
void *quota_sqlite_open_memory (void);
void quota_sqlite_put (void *store, const char *key, int64_t minute, int64_t n);

#endif
