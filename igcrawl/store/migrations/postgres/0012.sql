DROP VIEW follows;
ALTER TABLE follows_moved RENAME TO follows;
DROP TABLE follows_before, follows_moving;
ANALYZE follows;
