-- SPDX-License-Identifier: BSD-2-Clause
-- The consent store in SQLite, as licet makes it (application_id 0x6c636331, user_version 1).
-- Rows are only ever added; the newest one about a person and purpose counts.
CREATE TABLE events (
  id INTEGER PRIMARY KEY,
  address TEXT NOT NULL,
  purpose TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('granted', 'withdrawn', 'pending')),
  basis TEXT,
  at INTEGER NOT NULL,
  source TEXT,
  wording TEXT,
  evidence TEXT,
  country TEXT,
  subdivision TEXT,
  recipient_class TEXT,
  language TEXT,
  expires INTEGER NOT NULL DEFAULT 0,
  person TEXT
);
CREATE UNIQUE INDEX events_once ON events (address, purpose, state, at, ifnull(source, ''));
CREATE INDEX events_person ON events (person) WHERE person IS NOT NULL;
