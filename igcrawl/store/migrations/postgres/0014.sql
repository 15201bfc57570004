-- An edge is found by the list and its account. So the edges of a list stand side by side in the index, and a page of it
-- finds them in blocks that the page before has read, however many other lists there are. What begins with the account
-- reads a block for each edge. No second index of owners is needed. While the index is made, the table can be read.
SET LOCAL maintenance_work_mem = '256MB';
CREATE UNIQUE INDEX follows_followers_by_list ON follows_followers (owner_pk, pk);
ALTER TABLE follows_followers DROP CONSTRAINT follows_followers_pkey,
    ADD CONSTRAINT follows_followers_pkey PRIMARY KEY USING INDEX follows_followers_by_list;
DROP INDEX follows_followers_by_owner;
