-- An edge is found by the list and its account. So the edges of a list stand side by side in the index, and a page of it
-- finds them in blocks that the page before has read, however many other lists there are. What begins with the account
-- reads a block for each edge. No second index of owners is needed.
SET LOCAL maintenance_work_mem = '256MB';
DROP INDEX follows_followers_by_owner;
ALTER TABLE follows_followers DROP CONSTRAINT follows_followers_pkey, ADD PRIMARY KEY (owner_pk, pk);
