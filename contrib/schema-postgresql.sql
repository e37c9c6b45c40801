-- SPDX-License-Identifier: BSD-2-Clause
-- The consent store of licet in PostgreSQL 13 or later, as the program itself makes it when it
-- finds none and may create a schema. Who does not give it that right runs this once:
--   psql -1 -f schema-postgresql.sql DATABASE
-- and grants the daemon's role
--   GRANT USAGE ON SCHEMA licet TO licet;
--   GRANT SELECT ON licet.layout TO licet;
--   GRANT SELECT, INSERT, DELETE ON licet.events, licet.contacts TO licet;
--   GRANT SELECT, INSERT, UPDATE, DELETE ON licet.sent TO licet;
--   GRANT EXECUTE ON FUNCTION licet.reserve, licet.lock_sent, licet.take, licet.give_back TO licet;
-- Tables of version 1 of the layout lack what stands from licet.sent on, those of versions 1 and 2
--   ALTER TABLE licet.contacts ADD COLUMN purpose text COLLATE "C" NOT NULL DEFAULT '';
-- and all before version 4 the function reserve as it stands here, with its GRANT:
--   DROP FUNCTION licet.reserve;
-- After that,
--   UPDATE licet.layout SET version = 4;
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
VALUES (5, decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));

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
  person text COLLATE "C", -- id that the addresses of one person share
  arrived bigint NOT NULL DEFAULT 0 -- when it was stored, 0 when not known
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

-- When promotion went to whom, for laws and house rules that cap it.
CREATE TABLE licet.contacts (
  who text COLLATE "C" NOT NULL, -- HMAC-SHA-256 (layout.key, address)
  message text COLLATE "C" NOT NULL, -- host and queue id
  at bigint NOT NULL,
  purpose text COLLATE "C" NOT NULL DEFAULT '', -- '' when it was not kept
  PRIMARY KEY (who, message)
);
CREATE INDEX contacts_at ON licet.contacts (at);

-- Counts and reserves as one: two hosts never both take the last place. names: of one person, the
-- first the address that the mail goes to; whoever has one of them waits until the statement ends, and
-- each statement within sees what was committed before it. A message counts once. A cap with kinds
-- (' survey event ') counts these purposes, one without counts all.
CREATE FUNCTION licet.reserve(names text[], mail text, now bigint, kind text, since bigint[],
  most integer[], kinds text[])
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  number integer;
BEGIN
  FOR number IN SELECT DISTINCT hashtext(n) FROM unnest(names) AS n ORDER BY 1 LOOP
    PERFORM pg_advisory_xact_lock(1818456113, number);
  END LOOP;
  IF NOT EXISTS (SELECT FROM licet.contacts WHERE who = ANY(names) AND message = mail) THEN
    FOR i IN 1 .. coalesce(array_length(since, 1), 0) LOOP
      IF (SELECT count(DISTINCT message) FROM licet.contacts
          WHERE who = ANY(names) AND at >= since[i]
          AND (kinds[i] IS NULL OR position(' ' || purpose || ' ' IN kinds[i]) > 0)) >= most[i] THEN
        RETURN false;
      END IF;
    END LOOP;
  END IF;
  INSERT INTO licet.contacts (who, message, at, purpose) VALUES (names[1], mail, now, kind)
  ON CONFLICT DO NOTHING;
  RETURN true;
END $$;

-- What counts against the sending limits, by minutes.
CREATE TABLE licet.sent (
  key text COLLATE "C" NOT NULL, -- name of the limit, and the domain or address it counts for
  minute bigint NOT NULL, -- since 1970
  n bigint NOT NULL,
  PRIMARY KEY (key, minute)
);
CREATE INDEX sent_minute ON licet.sent (minute);

-- Whoever counts under these keys is alone until the statement ends; in one order, so that nobody
-- waits for who waits for him.
CREATE FUNCTION licet.lock_sent(keys text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  number integer;
BEGIN
  FOR number IN SELECT DISTINCT hashtext(k) FROM unnest(keys) AS k ORDER BY 1 LOOP
    PERFORM pg_advisory_xact_lock(1818456114, number);
  END LOOP;
END $$;

-- One of each limit for as many of the wanted recipients as there is room for; once: the message
-- counts, not its recipients. most: for a minute, an hour and a day of each limit, -1 for none. When
-- not all have a place, which limit is used up and until when: 0 for ever.
CREATE FUNCTION licet.take(keys text[], once boolean[], most bigint[], now bigint, wanted integer,
  OUT taken integer, OUT full_limit integer, OUT full_window integer, OUT used bigint,
  OUT until bigint)
LANGUAGE plpgsql AS $$
DECLARE
  spans CONSTANT bigint[] := '{1,60,1440}';
  cap bigint;
  total bigint;
  later bigint;
BEGIN
  PERFORM licet.lock_sent(keys);
  taken := wanted;
  FOR i IN 1 .. array_length(keys, 1) LOOP
    FOR w IN 1 .. 3 LOOP
      cap := most[3 * i + w - 3];
      CONTINUE WHEN cap < 0;
      SELECT coalesce(sum(n), 0) INTO total FROM licet.sent
      WHERE key = keys[i] AND minute > now - spans[w];
      taken := CASE WHEN NOT once[i] THEN least(taken, greatest(cap - total, 0))
        WHEN total >= cap THEN 0 ELSE taken END;
    END LOOP;
  END LOOP;
  IF taken > 0 THEN
    INSERT INTO licet.sent AS old (key, minute, n)
    SELECT k, now, sum(CASE WHEN o THEN 1 ELSE taken END) FROM unnest(keys, once) AS new(k, o)
    GROUP BY k
    ON CONFLICT (key, minute) DO UPDATE SET n = old.n + excluded.n;
  END IF;
  FOR i IN 1 .. array_length(keys, 1) LOOP
    EXIT WHEN taken = wanted OR used IS NOT NULL;
    CONTINUE WHEN once[i] AND taken > 0; -- the message itself used it up
    FOR w IN 1 .. 3 LOOP
      cap := most[3 * i + w - 3];
      SELECT coalesce(sum(n), 0) INTO total FROM licet.sent
      WHERE key = keys[i] AND minute > now - spans[w];
      CONTINUE WHEN cap < 0 OR total < cap;
      SELECT (minute + spans[w]) * 60 INTO later FROM (
        SELECT minute, sum(n) OVER (ORDER BY minute) AS gone FROM licet.sent
        WHERE key = keys[i] AND minute > now - spans[w]) AS old
      WHERE cap > 0 AND total - gone < cap ORDER BY minute LIMIT 1;
      later := coalesce(later, 0);
      -- Of several numbers that are used up, the one that lasts longest says when.
      IF used IS NULL OR (until > 0 AND (later = 0 OR later > until)) THEN
        full_limit := i - 1;
        full_window := w - 1;
        used := total;
        until := later;
      END IF;
    END LOOP;
  END LOOP;
END $$;

-- What was taken and not used.
CREATE FUNCTION licet.give_back(keys text[], numbers bigint[], at bigint)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM licet.lock_sent(keys);
  UPDATE licet.sent SET n = greatest(n - number, 0)
  FROM unnest(keys, numbers) AS unused(what, number) WHERE key = what AND minute = at;
END $$;
