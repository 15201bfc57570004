-- In pieces: run again and again, each time in a transaction of its own, until it returns no row.
WITH piece AS (
    SELECT format('(%s,0)', block)::tid AS first, format('(%s,0)', least(block + 4096, blocks))::tid AS behind
    FROM follows_moving WHERE block < blocks
), moved AS (
    INSERT INTO follows_moved (owner_pk, pk, first_seen, last_seen, first_walk, last_walk, direction, missed_walk,
        missing_since, gone_at)
    SELECT owner_pk, pk, first_seen, last_seen, first_walk, last_walk, direction::follow_direction, missed_walk,
        missing_since, gone_at
    FROM follows_before WHERE ctid >= (SELECT first FROM piece) AND ctid < (SELECT behind FROM piece)
)
UPDATE follows_moving SET block = least(block + 4096, blocks) WHERE block < blocks
RETURNING format('%s of %s blocks of the table follows', block, blocks) AS done;
