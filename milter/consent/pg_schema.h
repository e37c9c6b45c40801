/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CONSENT_PG_SCHEMA_H
#define LICET_CONSENT_PG_SCHEMA_H

#include "pg_wire.h"

/*
 * The tables of licet in a PostgreSQL database, all in the schema "licet". Made when absent and
 * brought forward when older, by one program at a time; a program without the right to make them
 * finds them made. MALFORMED for newer ones and for a database that does not keep UTF-8.
 */
bool pg_schema_check (PGconn *connection, int64_t deadline, unsigned char ret_key[PG_KEY_BYTES],
                      GError **error);

#endif
