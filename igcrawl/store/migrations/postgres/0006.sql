-- Which walks saw an edge first and last, and which missed it first since then: numbers of walks decide who is new,
-- missing and gone. The times beside them are to be shown. What was seen before counts as seen by walk 0, and what was
-- missing as missed by it.
ALTER TABLE follows
    ADD COLUMN first_walk bigint NOT NULL DEFAULT 0,
    ADD COLUMN last_walk bigint NOT NULL DEFAULT 0,
    ADD COLUMN missed_walk bigint;
UPDATE follows SET missed_walk = 0 WHERE missing_since IS NOT NULL;
-- A list that is still being walked has seen what it has seen.
UPDATE follows SET last_walk = open.walk
FROM (
    SELECT follows.owner_pk, follows.direction, follows.pk, max(walks.id) AS walk
    FROM walks JOIN follows ON walks.target = follows.owner_pk::text
        AND walks.operation LIKE follows.direction || '%' AND follows.last_seen >= walks.started_at
    WHERE walks.verdict IS NULL OR walks.verdict NOT IN ('complete', 'updated')
    GROUP BY follows.owner_pk, follows.direction, follows.pk
) AS open
WHERE follows.owner_pk = open.owner_pk AND follows.direction = open.direction AND follows.pk = open.pk
    AND follows.missing_since IS NULL;

-- Walks whose lists tell who is missing from them: complete, and short of what was expected by 1% at most.
CREATE TABLE complete_lists (
    owner_pk bigint NOT NULL,
    direction text NOT NULL,
    walk bigint NOT NULL,
    ended_at timestamptz NOT NULL,
    PRIMARY KEY (owner_pk, direction, walk)
);
