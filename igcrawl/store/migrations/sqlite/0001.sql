-- "igcr": tells a store from another program's database.
PRAGMA application_id = 1768383346;

CREATE TABLE crawls (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    name TEXT,
    generation INTEGER NOT NULL,
    spider TEXT NOT NULL,
    started INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL
);
CREATE UNIQUE INDEX crawls_named ON crawls (name, generation) WHERE name IS NOT NULL;
CREATE UNIQUE INDEX crawls_unnamed ON crawls (key, generation) WHERE name IS NULL;

-- The columns are the fields of igcrawl.store.model.WalkRow; args and state are JSON.
CREATE TABLE walks (
    id INTEGER PRIMARY KEY,
    crawl INTEGER NOT NULL,
    seed TEXT NOT NULL,
    subject TEXT NOT NULL,
    operation TEXT NOT NULL,
    target TEXT NOT NULL,
    args TEXT NOT NULL,
    depth INTEGER NOT NULL,
    cursor TEXT,
    pages INTEGER NOT NULL DEFAULT 0,
    records INTEGER NOT NULL DEFAULT 0,
    duplicates INTEGER NOT NULL DEFAULT 0,
    requests INTEGER NOT NULL DEFAULT 0,
    expected INTEGER,
    state TEXT NOT NULL DEFAULT '{}',
    verdict TEXT,
    reason TEXT,
    started_at TEXT,
    updated_at TEXT,
    ended_at TEXT,
    worker INTEGER,
    fence INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX walks_seed ON walks (crawl, seed);
CREATE INDEX walks_order ON walks (crawl, id, depth);
-- A claim takes the first: those begun before, then by depth, then by id.
CREATE INDEX walks_waiting ON walks (crawl, fence = 0, depth, id) WHERE verdict IS NULL AND worker IS NULL;
CREATE INDEX walks_held ON walks (worker, crawl) WHERE worker IS NOT NULL;
-- Pages and records tell without the row whether a limit that stopped a walk was raised.
CREATE INDEX walks_ended ON walks (crawl, verdict, pages, records) WHERE verdict IS NOT NULL;
CREATE INDEX walks_subject ON walks (subject, id) WHERE verdict IN ('complete', 'updated');

CREATE TABLE found (
    id INTEGER PRIMARY KEY,
    walk INTEGER NOT NULL,
    ids BLOB NOT NULL,
    turned INTEGER
);
CREATE INDEX found_walk ON found (walk, id);

-- The number grows with each opening, whoever opens.
CREATE TABLE outputs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    crawl INTEGER NOT NULL,
    path TEXT NOT NULL,
    length INTEGER NOT NULL,
    UNIQUE (path, crawl)
);

-- A worker's number is never given twice: what a dead one held would seem to be held by its namesake.
CREATE TABLE workers (latest INTEGER NOT NULL);
INSERT INTO workers VALUES (0);

CREATE TABLE sessions (
    session TEXT PRIMARY KEY,
    next_at REAL NOT NULL
) WITHOUT ROWID;
