-- Whether the store holds the records of all pages of a crawl, and how many pages of records it holds. Crawls that were
-- begun before records were kept stay without.
ALTER TABLE crawls ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;
ALTER TABLE crawls ADD COLUMN pages INTEGER NOT NULL DEFAULT 0;

-- Records, a row a page: JSON lines, compressed by Zstandard. Places count a crawl's rows from 1, in the order of their
-- commits and without a gap.
CREATE TABLE records (
    id INTEGER PRIMARY KEY,
    crawl INTEGER NOT NULL,
    place INTEGER NOT NULL,
    walk INTEGER NOT NULL,
    count INTEGER NOT NULL,
    lines BLOB NOT NULL
);
CREATE UNIQUE INDEX records_place ON records (crawl, place);
CREATE INDEX records_walk ON records (walk, place, count);

-- Files that hold a crawl's records. The state is a JSON object (igcrawl.output.output_state); that of the version
-- before knew no machine and nothing but a length. The number grows with each opening, whoever opens.
CREATE TABLE views (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    crawl INTEGER NOT NULL,
    machine TEXT NOT NULL,
    path TEXT NOT NULL,
    state TEXT NOT NULL,
    UNIQUE (crawl, machine, path)
);
INSERT INTO views (crawl, machine, path, state)
    SELECT crawl, '', path, json_object('length', length) FROM outputs ORDER BY id;
DROP TABLE outputs;
ALTER TABLE views RENAME TO outputs;
CREATE INDEX outputs_path ON outputs (machine, path);
