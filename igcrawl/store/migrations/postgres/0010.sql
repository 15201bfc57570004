-- An edge is found by its account and the list; a list by its owner alone, since an index of few different values takes
-- seven bytes a row. A primary key that begins with the owner would need a second index of the same size for accounts.
SET LOCAL maintenance_work_mem = '256MB';
ALTER TABLE follows_followers ADD PRIMARY KEY (pk, owner_pk);
CREATE INDEX follows_followers_by_owner ON follows_followers (owner_pk);
