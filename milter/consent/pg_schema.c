/* SPDX-License-Identifier: BSD-2-Clause */

#include "pg_schema.h"

#include <string.h>

#include "licet/error.h"

enum { LAYOUT_VERSION = 1 };

/* Microseconds; done once in the life of a database. */
#define PATIENT (60 * G_USEC_PER_SEC)

/* The statements of contrib/schema-postgresql.sql, to the letter; tests/store compares. */
static const char schema[] =
    "CREATE SCHEMA licet;\n"
    "\n"
    "CREATE TABLE licet.layout (\n"
    "  one boolean PRIMARY KEY DEFAULT true CHECK (one),\n"
    "  version integer NOT NULL, -- of these tables\n"
    "  key bytea NOT NULL -- of the hashes of erased people and of contacts\n"
    ");\n"
    "INSERT INTO licet.layout (version, key)\n"
    "VALUES (1, decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), "
    "'hex'));\n"
    "\n"
    "CREATE TABLE licet.events (\n"
    "  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- the log names rows by it\n"
    "  address text COLLATE \"C\" NOT NULL, -- normalised: lower case, domain as A-labels\n"
    "  purpose text COLLATE \"C\" NOT NULL, -- '*', 'tracking' or a promotional purpose\n"
    "  state text COLLATE \"C\" NOT NULL CHECK (state IN ('granted', 'withdrawn', 'pending',\n"
    "    'suppressed', 'released', 'linked', 'unlinked')),\n"
    "  basis text, -- express, double-opt-in, …; of a suppression bounce, complaint, …\n"
    "  at bigint NOT NULL, -- seconds since 1970 in UTC, 0 when not known\n"
    "  source text, -- where the person said so\n"
    "  wording text, -- version of the text agreed to\n"
    "  evidence text, -- where the proof is kept\n"
    "  country text, -- ISO 3166 in upper case\n"
    "  subdivision text, -- ISO 3166-2 without the country\n"
    "  recipient_class text, -- natural, company, role, …\n"
    "  language text, -- BCP 47\n"
    "  expires bigint NOT NULL DEFAULT 0, -- 0 when the row does not say\n"
    "  person text COLLATE \"C\" -- id that the addresses of one person share\n"
    ");\n"
    "-- The same statement twice is one row; a source may be longer than an index entry.\n"
    "CREATE UNIQUE INDEX events_once\n"
    "ON licet.events (address, purpose, state, at, hashtextextended(coalesce(source, ''), "
    "0));\n"
    "-- The way from a person to the addresses.\n"
    "CREATE INDEX events_person ON licet.events (person, address) WHERE person IS NOT NULL;\n"
    "\n"
    "-- Rows may go, but never change.\n"
    "CREATE FUNCTION licet.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$\n"
    "BEGIN\n"
    "  RAISE EXCEPTION 'events are added, never changed';\n"
    "END $$;\n"
    "CREATE TRIGGER events_stay BEFORE UPDATE ON licet.events\n"
    "FOR EACH STATEMENT EXECUTE FUNCTION licet.refuse_change();\n"
    "\n"
    "-- When promotion went to whom, for laws that cap it.\n"
    "CREATE TABLE licet.contacts (\n"
    "  who text COLLATE \"C\" NOT NULL, -- HMAC-SHA-256 (layout.key, person or address)\n"
    "  message text COLLATE \"C\" NOT NULL, -- host and queue id\n"
    "  at bigint NOT NULL,\n"
    "  PRIMARY KEY (who, message)\n"
    ");\n"
    "CREATE INDEX contacts_at ON licet.contacts (at);\n"
    "\n"
    "-- Counts and reserves as one: two hosts never both take the last place. The lock is the "
    "person's\n"
    "-- and ends with the statement; each statement within sees what was committed before it.\n"
    "CREATE FUNCTION licet.reserve(person text, mail text, now bigint, since bigint[], most "
    "integer[])\n"
    "RETURNS boolean LANGUAGE plpgsql AS $$\n"
    "BEGIN\n"
    "  PERFORM pg_advisory_xact_lock(1818456113, hashtext(person));\n"
    "  IF EXISTS (SELECT FROM licet.contacts WHERE who = person AND message = mail) THEN\n"
    "    RETURN true;\n"
    "  END IF;\n"
    "  FOR i IN 1 .. coalesce(array_length(since, 1), 0) LOOP\n"
    "    IF (SELECT count(*) FROM licet.contacts WHERE who = person AND at >= since[i]) >= "
    "most[i] THEN\n"
    "      RETURN false;\n"
    "    END IF;\n"
    "  END LOOP;\n"
    "  INSERT INTO licet.contacts (who, message, at) VALUES (person, mail, now);\n"
    "  RETURN true;\n"
    "END $$;\n";

/* [i] brings version i to the next. */
static const char *const steps[LAYOUT_VERSION] = { schema };

/* No schema, no table, or one that is not ours. */
static bool
is_absent (const char *state)
{
    return strcmp (state, "3F000") == 0 || strcmp (state, "42P01") == 0;
}

static bool
read_layout (PGconn *connection, int64_t deadline, int *ret_version,
             unsigned char ret_key[PG_KEY_BYTES], GError **error)
{
    static const char sql[] = "SELECT version, encode(key, 'hex') FROM licet.layout";
    g_autoptr (GError) cause = NULL;
    char state[6] = "";
    g_autoptr (PGresult) result = pg_query (connection, sql, deadline, state, &cause);

    if (!result && is_absent (state)) {
        *ret_version = 0;
        return true;
    }
    if (!result) {
        g_propagate_error (error, g_steal_pointer (&cause));
        return false;
    }
    if (PQntuples (result) != 1 || PQgetlength (result, 0, 1) != 2 * PG_KEY_BYTES) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_MALFORMED,
                     "its table licet.layout is damaged");
        return false;
    }
    *ret_version = (int)g_ascii_strtoll (PQgetvalue (result, 0, 0), NULL, 10);
    const char *hex = PQgetvalue (result, 0, 1);
    for (unsigned i = 0; i < PG_KEY_BYTES; i++)
        ret_key[i] = (unsigned char)(g_ascii_xdigit_value (hex[2 * i]) << 4 |
                                     g_ascii_xdigit_value (hex[2 * i + 1]));
    return true;
}

static bool
is_known (int version, GError **error)
{
    if (version > LAYOUT_VERSION)
        g_set_error (
            error, LICET_ERROR, LICET_ERROR_MALFORMED,
            "schema version %d is newer than this program knows (%d); right would be a "
            "newer licet",
            version, LAYOUT_VERSION);
    return version <= LAYOUT_VERSION;
}

static bool
run (PGconn *connection, const char *sql, int64_t deadline, GError **error)
{
    g_autoptr (PGresult) result = pg_query (connection, sql, deadline, NULL, error);

    return result != NULL;
}

/* All steps in one transaction, under a lock: who comes second finds them done. */
static bool
bring_forward (PGconn *connection, int64_t deadline, GError **error)
{
    unsigned char key[PG_KEY_BYTES];
    int version = 0;

    deadline = MAX (deadline, g_get_monotonic_time () + PATIENT);
    if (!run (connection,
              "BEGIN; SET LOCAL statement_timeout = 0; "
              "SELECT pg_advisory_xact_lock(1818456113, 0)",
              deadline, error) ||
        /* A failed statement ends the transaction, so absence is asked for otherwise. */
        !run (connection, "SAVEPOINT look", deadline, error) ||
        !read_layout (connection, deadline, &version, key, error) ||
        !run (connection, "ROLLBACK TO look", deadline, error) || !is_known (version, error))
        return false;
    for (; version < LAYOUT_VERSION; version++)
        if (!run (connection, steps[version], deadline, error))
            return false;
    return run (connection, "COMMIT", deadline, error);
}

static bool
is_utf8 (PGconn *connection, GError **error)
{
    const char *encoding = PQparameterStatus (connection, "server_encoding");

    if (g_strcmp0 (encoding, "UTF8") == 0)
        return true;
    g_set_error (error, LICET_ERROR, LICET_ERROR_MALFORMED,
                 "the database keeps text as %s; right would be one made with ENCODING 'UTF8'",
                 encoding ? encoding : "something unknown");
    return false;
}

bool
pg_schema_check (PGconn *connection, int64_t deadline, unsigned char ret_key[PG_KEY_BYTES],
                 GError **error)
{
    g_autoptr (GError) cause = NULL;
    int version = 0;

    if (!is_utf8 (connection, error) ||
        !read_layout (connection, deadline, &version, ret_key, error) ||
        !is_known (version, error))
        return false;
    if (version == LAYOUT_VERSION)
        return true;
    if (!bring_forward (connection, deadline, &cause)) {
        run (connection, "ROLLBACK", deadline, NULL);
        g_propagate_error (error, g_steal_pointer (&cause));
        return false;
    }
    return read_layout (connection, deadline, &version, ret_key, error);
}
