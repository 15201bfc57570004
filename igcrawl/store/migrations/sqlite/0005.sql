-- How many of the operator's targets were taken while the rest is still to come; null when all have their walks.
ALTER TABLE crawls ADD COLUMN sown INTEGER;
