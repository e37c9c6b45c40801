/* SPDX-License-Identifier: BSD-2-Clause */

#include "rate.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/random.h>

enum { PLACES = 16384, KEY_WORDS = 8, BYTES_OF_A_64 = 8 };

typedef struct {
    double level; /* requests that have not leaked out yet */
    int64_t at;
} Bucket;

struct Rate {
    GMutex lock;
    uint32_t key[KEY_WORDS];
    Bucket buckets[PLACES];
};

Rate *
rate_new (void)
{
    Rate *rate = g_new0 (Rate, 1);

    g_mutex_init (&rate->lock);
    for (unsigned i = 0; i < KEY_WORDS; i++)
        rate->key[i] = g_random_int (); /* seeded by the system */
    return rate;
}

void
rate_free (Rate *rate)
{
    if (!rate)
        return;
    g_mutex_clear (&rate->lock);
    g_free (rate);
}

static size_t
place_of (const Rate *rate, const char *client)
{
    struct in6_addr six;
    bool is_six = inet_pton (AF_INET6, client, &six) == 1;
    const guchar *data = is_six ? six.s6_addr : (const guchar *)client;
    size_t length = is_six ? BYTES_OF_A_64 : strlen (client);
    g_autofree char *hash = g_compute_hmac_for_data (
        G_CHECKSUM_SHA256, (const guchar *)rate->key, sizeof rate->key, data, length);

    hash[8] = '\0';
    return g_ascii_strtoull (hash, NULL, 16) % PLACES;
}

bool
rate_allows (Rate *rate, const char *client, int64_t per_minute, int64_t now)
{
    Bucket *bucket = &rate->buckets[place_of (rate, client)];

    g_mutex_lock (&rate->lock);
    double leaked = (double)(now - bucket->at) * (double)per_minute / (60.0 * G_USEC_PER_SEC);
    bucket->level = MAX (bucket->level - leaked, 0);
    bucket->at = now;
    bool allowed = bucket->level + 1 <= (double)per_minute;
    if (allowed)
        bucket->level += 1;
    g_mutex_unlock (&rate->lock);
    return allowed;
}
