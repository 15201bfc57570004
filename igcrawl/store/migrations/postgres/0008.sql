-- Edges in a partition for each direction, and in less space. The rows are moved by the scripts that come next, in
-- pieces. Until then `follows` is a view of those that were moved and those that were not: it can be read, and Postgres
-- refuses to write to it, so that a worker of an earlier version ends in a line and no edge is lost.
CREATE TYPE follow_direction AS ENUM ('followers', 'following');

ALTER TABLE follows RENAME TO follows_before;
ALTER TABLE follows_before RENAME CONSTRAINT follows_pkey TO follows_before_pkey;
ALTER INDEX follows_by_pk RENAME TO follows_before_by_pk;

-- Edges. followers: `pk` follows `owner_pk`; following: `owner_pk` follows `pk`. The columns stand in an order that
-- leaves no gaps between them. A walk's number has four bytes, which is enough for 2,147,483,647 walks.
CREATE TABLE follows_moved (
    owner_pk bigint NOT NULL,
    pk bigint NOT NULL,
    first_seen timestamptz NOT NULL,
    last_seen timestamptz NOT NULL,
    first_walk integer NOT NULL,
    last_walk integer NOT NULL,
    direction follow_direction NOT NULL,
    -- The first complete list since then that did not hold the edge, when it ended, and when the next one did.
    missed_walk integer,
    missing_since timestamptz,
    gone_at timestamptz
) PARTITION BY LIST (direction);
-- A page's rows stand side by side and are updated together. What a commit replaces is free for the next ones once it is
-- vacuumed, so that is done early; space left free in each block would never be enough.
CREATE TABLE follows_followers PARTITION OF follows_moved FOR VALUES IN ('followers')
    WITH (fillfactor = 100, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
CREATE TABLE follows_following PARTITION OF follows_moved FOR VALUES IN ('following')
    WITH (fillfactor = 100, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);

ALTER TABLE complete_lists ALTER COLUMN direction TYPE follow_direction USING direction::follow_direction;

-- The first block of follows_before that is still to be moved.
CREATE TABLE follows_moving AS
    SELECT 0::bigint AS block, pg_relation_size('follows_before') / current_setting('block_size')::bigint AS blocks;

CREATE VIEW follows AS
    SELECT owner_pk, direction::text AS direction, pk, first_seen, last_seen, missing_since, gone_at, first_walk,
        last_walk, missed_walk
    FROM follows_moved
    UNION ALL
    SELECT owner_pk, direction, pk, first_seen, last_seen, missing_since, gone_at, first_walk, last_walk, missed_walk
    FROM follows_before
    WHERE ctid >= (SELECT format('(%s,0)', block)::tid FROM follows_moving);

-- Who may read or write the table may go on so.
DO $$
DECLARE
    granted record;
BEGIN
    FOR granted IN
        SELECT privilege_type, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END AS grantee
        FROM pg_class, aclexplode(relacl) WHERE oid = 'follows_before'::regclass AND grantee <> relowner
    LOOP
        EXECUTE format('GRANT %s ON follows, follows_moved, follows_followers, follows_following TO %s',
            granted.privilege_type, granted.grantee);
    END LOOP;
END
$$;
