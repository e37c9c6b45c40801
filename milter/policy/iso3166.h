/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_ISO3166_H
#define LICET_POLICY_ISO3166_H

#include <glib.h>

/* The short English name of a country code in capitals; NULL when ISO 3166-1 has none. */
const char *iso3166_name (const char *code);

/* The code that was meant by a common mistake ("UK"), small letters or an English name; NULL when
 * that is not known. */
const char *iso3166_right (const char *given);

#endif
