-- Whether the store holds the records of all pages of a crawl, and how many pages of records it holds. Crawls that were
-- begun before records were kept stay without.
ALTER TABLE crawls ADD COLUMN kept boolean NOT NULL DEFAULT false;
ALTER TABLE crawls ADD COLUMN pages bigint NOT NULL DEFAULT 0;

-- Records, a row a page: JSON lines, compressed by Zstandard. Places count a crawl's rows from 1, in the order of their
-- commits and without a gap.
CREATE TABLE records (
    crawl bigint NOT NULL,
    place bigint NOT NULL,
    walk bigint NOT NULL,
    count integer NOT NULL,
    lines bytea NOT NULL,
    PRIMARY KEY (crawl, place)
);
ALTER TABLE records ALTER COLUMN lines SET STORAGE EXTERNAL;
CREATE INDEX records_walk ON records (walk, place) INCLUDE (count);

-- Files that hold a crawl's records. The state is a JSON object (igcrawl.output.output_state); that of the version
-- before knew no machine and nothing but a length. The number grows with each opening, whoever opens.
ALTER TABLE outputs RENAME TO outputs_before;
CREATE TABLE outputs (
    crawl bigint NOT NULL,
    machine text NOT NULL,
    path text NOT NULL,
    state text NOT NULL,
    opened bigint NOT NULL,
    PRIMARY KEY (crawl, machine, path)
);
INSERT INTO outputs
    SELECT crawl, '', path, json_build_object('length', length)::text, opened FROM outputs_before;
DROP TABLE outputs_before;
CREATE INDEX outputs_path ON outputs (machine, path);
