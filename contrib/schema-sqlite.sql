-- SPDX-License-Identifier: BSD-2-Clause
-- The consent store of licet in SQLite 3.38 or later, as the program itself makes it. A file
-- made by `sqlite3 consent.db < schema-sqlite.sql` is one that licet opens; keep it readable for
-- the daemon's user alone.
--
-- One row is one statement of a person. The current state is derived: the newest of the rows
-- that name the purpose or '*' wins, over all addresses that share a person; at the same second
-- a withdrawal wins; a pending row changes nothing. A suppressed row (of a bounce or a complaint)
-- beats every grant until a released one; linked and unlinked rows say who is one person.
--
-- The first two lines tell the file from other databases ("lcc1") and its layout from later ones.
PRAGMA application_id = 1818452785;
PRAGMA user_version = 3;

CREATE TABLE events (
  id INTEGER PRIMARY KEY, -- the order of arrival; the log names rows by it
  address TEXT NOT NULL, -- normalised: lower case, domain as A-labels
  purpose TEXT NOT NULL, -- '*', 'tracking' or a promotional purpose
  state TEXT NOT NULL CHECK (state IN ('granted', 'withdrawn', 'pending', 'suppressed',
    'released', 'linked', 'unlinked')),
  basis TEXT, -- express, double-opt-in, …; of a suppression bounce, complaint, …
  at INTEGER NOT NULL, -- seconds since 1970 in UTC, 0 when not known
  source TEXT, -- where the person said so
  wording TEXT, -- version of the text agreed to
  evidence TEXT, -- where the proof is kept
  country TEXT, -- ISO 3166 in upper case
  subdivision TEXT, -- ISO 3166-2 without the country
  recipient_class TEXT, -- natural, company, role, …
  language TEXT, -- BCP 47
  expires INTEGER NOT NULL DEFAULT 0, -- 0 when the row does not say
  person TEXT, -- id that the addresses of one person share
  arrived INTEGER NOT NULL DEFAULT 0 -- when it was stored, 0 when not known
);

CREATE UNIQUE INDEX events_once -- the same statement twice is one row
ON events (address, purpose, state, at, ifnull(source, ''));

CREATE INDEX events_person -- the way from a person to the addresses
ON events (person, address) WHERE person IS NOT NULL;

CREATE TRIGGER events_stay -- rows may go, but never change
BEFORE UPDATE ON events BEGIN
  SELECT RAISE (ABORT, 'events are added, never changed');
END;

CREATE TABLE secret ( -- of the hashes that stay of erased people
  id INTEGER PRIMARY KEY CHECK (id = 1),
  key BLOB NOT NULL
);
INSERT INTO secret VALUES (1, randomblob(32));
