-- As before.
SET LOCAL maintenance_work_mem = '256MB';
ALTER TABLE follows_following ADD PRIMARY KEY (pk, owner_pk);
CREATE INDEX follows_following_by_owner ON follows_following (owner_pk);
