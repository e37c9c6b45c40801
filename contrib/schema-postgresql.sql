-- SPDX-License-Identifier: BSD-2-Clause
-- The consent store of licet in PostgreSQL 13 or later, as the program itself makes it when it
-- finds none and may create a schema. Who does not give it that right runs this once:
--   psql -1 -f schema-postgresql.sql DATABASE
-- and grants the daemon's role
--   GRANT USAGE ON SCHEMA licet TO licet;
--   GRANT SELECT ON licet.layout TO licet;
--   GRANT SELECT, INSERT, DELETE ON licet.events, licet.contacts TO licet;
--   GRANT EXECUTE ON FUNCTION licet.reserve TO licet;
-- (DELETE on licet.events is for `licet consent erase` alone.)
--
-- One row of events is one statement of a person. The current state is derived: the newest of the
-- rows that name the purpose or '*' wins, over all addresses that share a person; at the same
-- second a withdrawal wins; a pending row changes nothing. A suppressed row (of a bounce or a
-- complaint) beats every grant until a released one; linked and unlinked rows say who is one
-- person.

CREATE SCHEMA licet;

CREATE TABLE licet.layout (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  version integer NOT NULL, -- of these tables
  key bytea NOT NULL -- of the hashes of erased people and of contacts
);
INSERT INTO licet.layout (version, key)
VALUES (1, decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));

CREATE TABLE licet.events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- the log names rows by it
  address text COLLATE "C" NOT NULL, -- normalised: lower case, domain as A-labels
  purpose text COLLATE "C" NOT NULL, -- '*', 'tracking' or a promotional purpose
  state text COLLATE "C" NOT NULL CHECK (state IN ('granted', 'withdrawn', 'pending',
    'suppressed', 'released', 'linked', 'unlinked')),
  basis text, -- express, double-opt-in, …; of a suppression bounce, complaint, …
  at bigint NOT NULL, -- seconds since 1970 in UTC, 0 when not known
  source text, -- where the person said so
  wording text, -- version of the text agreed to
  evidence text, -- where the proof is kept
  country text, -- ISO 3166 in upper case
  subdivision text, -- ISO 3166-2 without the country
  recipient_class text, -- natural, company, role, …
  language text, -- BCP 47
  expires bigint NOT NULL DEFAULT 0, -- 0 when the row does not say
  person text COLLATE "C" -- id that the addresses of one person share
);
-- The same statement twice is one row; a source may be longer than an index entry.
CREATE UNIQUE INDEX events_once
ON licet.events (address, purpose, state, at, hashtextextended(coalesce(source, ''), 0));
-- The way from a person to the addresses.
CREATE INDEX events_person ON licet.events (person, address) WHERE person IS NOT NULL;

-- Rows may go, but never change.
CREATE FUNCTION licet.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'events are added, never changed';
END $$;
CREATE TRIGGER events_stay BEFORE UPDATE ON licet.events
FOR EACH STATEMENT EXECUTE FUNCTION licet.refuse_change();

-- When promotion went to whom, for laws that cap it.
CREATE TABLE licet.contacts (
  who text COLLATE "C" NOT NULL, -- HMAC-SHA-256 (layout.key, person or address)
  message text COLLATE "C" NOT NULL, -- host and queue id
  at bigint NOT NULL,
  PRIMARY KEY (who, message)
);
CREATE INDEX contacts_at ON licet.contacts (at);

-- Counts and reserves as one: two hosts never both take the last place. The lock is the person's
-- and ends with the statement; each statement within sees what was committed before it.
CREATE FUNCTION licet.reserve(person text, mail text, now bigint, since bigint[], most integer[])
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(1818456113, hashtext(person));
  IF EXISTS (SELECT FROM licet.contacts WHERE who = person AND message = mail) THEN
    RETURN true;
  END IF;
  FOR i IN 1 .. coalesce(array_length(since, 1), 0) LOOP
    IF (SELECT count(*) FROM licet.contacts WHERE who = person AND at >= since[i]) >= most[i] THEN
      RETURN false;
    END IF;
  END LOOP;
  INSERT INTO licet.contacts (who, message, at) VALUES (person, mail, now);
  RETURN true;
END $$;
