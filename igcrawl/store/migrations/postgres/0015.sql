-- As before.
SET LOCAL maintenance_work_mem = '256MB';
CREATE UNIQUE INDEX follows_following_by_list ON follows_following (owner_pk, pk);
ALTER TABLE follows_following DROP CONSTRAINT follows_following_pkey,
    ADD CONSTRAINT follows_following_pkey PRIMARY KEY USING INDEX follows_following_by_list;
DROP INDEX follows_following_by_owner;
