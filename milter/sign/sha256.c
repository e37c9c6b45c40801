/* SPDX-License-Identifier: BSD-2-Clause */

#include "sha256.h"

#include <glib.h>

const EVP_MD *
sha256_method (void)
{
    static EVP_MD *fetched;
    static gsize once = 0;

    if (g_once_init_enter (&once)) {
        fetched = EVP_MD_fetch (NULL, "SHA256", NULL);
        g_once_init_leave (&once, 1);
    }
    return fetched;
}
