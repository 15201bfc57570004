-- As before.
SET LOCAL maintenance_work_mem = '256MB';
DROP INDEX follows_following_by_owner;
ALTER TABLE follows_following DROP CONSTRAINT follows_following_pkey, ADD PRIMARY KEY (owner_pk, pk);
