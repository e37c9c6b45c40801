/* SPDX-License-Identifier: BSD-2-Clause */

#include "pg_schema.h"

#include <string.h>

#include "licet/error.h"

enum { LAYOUT_VERSION = 5 };

/* Microseconds; done once in the life of a database. */
#define PATIENT (60 * G_USEC_PER_SEC)

/* Together they make the tables of contrib/schema-postgresql.sql; tests/store compares. */
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

static const char schema_sent[] =
    "-- What counts against the sending limits, by minutes.\n"
    "CREATE TABLE licet.sent (\n"
    "  key text COLLATE \"C\" NOT NULL, -- name of the limit, and the domain or address it "
    "counts for\n"
    "  minute bigint NOT NULL, -- since 1970\n"
    "  n bigint NOT NULL,\n"
    "  PRIMARY KEY (key, minute)\n"
    ");\n"
    "CREATE INDEX sent_minute ON licet.sent (minute);\n"
    "\n"
    "-- Whoever counts under these keys is alone until the statement ends; in one order, so "
    "that nobody\n"
    "-- waits for who waits for him.\n"
    "CREATE FUNCTION licet.lock_sent(keys text[]) RETURNS void LANGUAGE plpgsql AS $$\n"
    "DECLARE\n"
    "  number integer;\n"
    "BEGIN\n"
    "  FOR number IN SELECT DISTINCT hashtext(k) FROM unnest(keys) AS k ORDER BY 1 LOOP\n"
    "    PERFORM pg_advisory_xact_lock(1818456114, number);\n"
    "  END LOOP;\n"
    "END $$;\n"
    "\n"
    "-- One of each limit for as many of the wanted recipients as there is room for; once: the "
    "message\n"
    "-- counts, not its recipients. most: for a minute, an hour and a day of each limit, -1 "
    "for none. When\n"
    "-- not all have a place, which limit is used up and until when: 0 for ever.\n"
    "CREATE FUNCTION licet.take(keys text[], once boolean[], most bigint[], now bigint, wanted "
    "integer,\n"
    "  OUT taken integer, OUT full_limit integer, OUT full_window integer, OUT used bigint,\n"
    "  OUT until bigint)\n"
    "LANGUAGE plpgsql AS $$\n"
    "DECLARE\n"
    "  spans CONSTANT bigint[] := '{1,60,1440}';\n"
    "  cap bigint;\n"
    "  total bigint;\n"
    "  later bigint;\n"
    "BEGIN\n"
    "  PERFORM licet.lock_sent(keys);\n"
    "  taken := wanted;\n"
    "  FOR i IN 1 .. array_length(keys, 1) LOOP\n"
    "    FOR w IN 1 .. 3 LOOP\n"
    "      cap := most[3 * i + w - 3];\n"
    "      CONTINUE WHEN cap < 0;\n"
    "      SELECT coalesce(sum(n), 0) INTO total FROM licet.sent\n"
    "      WHERE key = keys[i] AND minute > now - spans[w];\n"
    "      taken := CASE WHEN NOT once[i] THEN least(taken, greatest(cap - total, 0))\n"
    "        WHEN total >= cap THEN 0 ELSE taken END;\n"
    "    END LOOP;\n"
    "  END LOOP;\n"
    "  IF taken > 0 THEN\n"
    "    INSERT INTO licet.sent AS old (key, minute, n)\n"
    "    SELECT k, now, sum(CASE WHEN o THEN 1 ELSE taken END) FROM unnest(keys, once) AS "
    "new(k, o)\n"
    "    GROUP BY k\n"
    "    ON CONFLICT (key, minute) DO UPDATE SET n = old.n + excluded.n;\n"
    "  END IF;\n"
    "  FOR i IN 1 .. array_length(keys, 1) LOOP\n"
    "    EXIT WHEN taken = wanted OR used IS NOT NULL;\n"
    "    CONTINUE WHEN once[i] AND taken > 0; -- the message itself used it up\n"
    "    FOR w IN 1 .. 3 LOOP\n"
    "      cap := most[3 * i + w - 3];\n"
    "      SELECT coalesce(sum(n), 0) INTO total FROM licet.sent\n"
    "      WHERE key = keys[i] AND minute > now - spans[w];\n"
    "      CONTINUE WHEN cap < 0 OR total < cap;\n"
    "      SELECT (minute + spans[w]) * 60 INTO later FROM (\n"
    "        SELECT minute, sum(n) OVER (ORDER BY minute) AS gone FROM licet.sent\n"
    "        WHERE key = keys[i] AND minute > now - spans[w]) AS old\n"
    "      WHERE cap > 0 AND total - gone < cap ORDER BY minute LIMIT 1;\n"
    "      later := coalesce(later, 0);\n"
    "      -- Of several numbers that are used up, the one that lasts longest says when.\n"
    "      IF used IS NULL OR (until > 0 AND (later = 0 OR later > until)) THEN\n"
    "        full_limit := i - 1;\n"
    "        full_window := w - 1;\n"
    "        used := total;\n"
    "        until := later;\n"
    "      END IF;\n"
    "    END LOOP;\n"
    "  END LOOP;\n"
    "END $$;\n"
    "\n"
    "-- What was taken and not used.\n"
    "CREATE FUNCTION licet.give_back(keys text[], numbers bigint[], at bigint)\n"
    "RETURNS void LANGUAGE plpgsql AS $$\n"
    "BEGIN\n"
    "  PERFORM licet.lock_sent(keys);\n"
    "  UPDATE licet.sent SET n = greatest(n - number, 0)\n"
    "  FROM unnest(keys, numbers) AS unused(what, number) WHERE key = what AND minute = at;\n"
    "END $$;\n"
    "UPDATE licet.layout SET version = 2;\n";

static const char schema_purposes[] =
    "-- A cap may be of some purposes.\n"
    "ALTER TABLE licet.contacts\n"
    "  ADD COLUMN purpose text COLLATE \"C\" NOT NULL DEFAULT '';\n"
    "DROP FUNCTION licet.reserve(text, text, bigint, bigint[], integer[]);\n"
    "-- Counts and reserves as one: two hosts never both take the last place. The lock is "
    "the person's\n"
    "-- and ends with the statement; each statement within sees what was committed before "
    "it. A cap with\n"
    "-- kinds (' survey event ') counts these purposes, one without counts all.\n"
    "CREATE FUNCTION licet.reserve(person text, mail text, now bigint, kind text, since "
    "bigint[], most integer[],\n"
    "  kinds text[])\n"
    "RETURNS boolean LANGUAGE plpgsql AS $$\n"
    "BEGIN\n"
    "  PERFORM pg_advisory_xact_lock(1818456113, hashtext(person));\n"
    "  IF EXISTS (SELECT FROM licet.contacts WHERE who = person AND message = mail) THEN\n"
    "    RETURN true;\n"
    "  END IF;\n"
    "  FOR i IN 1 .. coalesce(array_length(since, 1), 0) LOOP\n"
    "    IF (SELECT count(*) FROM licet.contacts WHERE who = person AND at >= since[i]\n"
    "        AND (kinds[i] IS NULL OR position(' ' || purpose || ' ' IN kinds[i]) > 0)) >= "
    "most[i] THEN\n"
    "      RETURN false;\n"
    "    END IF;\n"
    "  END LOOP;\n"
    "  INSERT INTO licet.contacts (who, message, at, purpose) VALUES (person, mail, now, "
    "kind);\n"
    "  RETURN true;\n"
    "END $$;\n"
    "UPDATE licet.layout SET version = 3;\n";

static const char schema_persons[] =
    "DROP FUNCTION licet.reserve(text, text, bigint, text, bigint[], integer[], text[]);\n"
    "UPDATE licet.layout SET version = 4;\n";

/* A bound on the names to lock would let two hosts whose names differ lock none in common. */
static const char schema_arrived[] =
    "ALTER TABLE licet.events ADD COLUMN arrived bigint NOT NULL DEFAULT 0;\n"
    "-- Counts and reserves as one: two hosts never both take the last place. names: of one "
    "person, the\n"
    "-- first the address that the mail goes to; whoever has one of them waits until the "
    "statement ends, and\n"
    "-- each statement within sees what was committed before it. A message counts once. A cap "
    "with kinds\n"
    "-- (' survey event ') counts these purposes, one without counts all.\n"
    "CREATE OR REPLACE FUNCTION licet.reserve(names text[], mail text, now bigint, kind text, since "
    "bigint[],\n"
    "  most integer[], kinds text[])\n"
    "RETURNS boolean LANGUAGE plpgsql AS $$\n"
    "DECLARE\n"
    "  number integer;\n"
    "BEGIN\n"
    "  FOR number IN SELECT DISTINCT hashtext(n) FROM unnest(names) AS n ORDER BY 1 LOOP\n"
    "    PERFORM pg_advisory_xact_lock(1818456113, number);\n"
    "  END LOOP;\n"
    "  IF NOT EXISTS (SELECT FROM licet.contacts WHERE who = ANY(names) AND message = mail) "
    "THEN\n"
    "    FOR i IN 1 .. coalesce(array_length(since, 1), 0) LOOP\n"
    "      IF (SELECT count(DISTINCT message) FROM licet.contacts\n"
    "          WHERE who = ANY(names) AND at >= since[i]\n"
    "          AND (kinds[i] IS NULL OR position(' ' || purpose || ' ' IN kinds[i]) > 0)) >= "
    "most[i] THEN\n"
    "        RETURN false;\n"
    "      END IF;\n"
    "    END LOOP;\n"
    "  END IF;\n"
    "  INSERT INTO licet.contacts (who, message, at, purpose) VALUES (names[1], mail, now, "
    "kind)\n"
    "  ON CONFLICT DO NOTHING;\n"
    "  RETURN true;\n"
    "END $$;\n"
    "UPDATE licet.layout SET version = 5;\n";

/* [i] brings version i to the next. */
static const char *const steps[LAYOUT_VERSION] = { schema, schema_sent, schema_purposes,
                                                   schema_persons, schema_arrived };

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
