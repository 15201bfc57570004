-- What is known of a session, a JSON object (igcrawl.health.Health); named by the account's id, never by a secret.
-- Text, not jsonb: it is read and written as a whole with every request.
DROP TABLE sessions;
CREATE TABLE sessions (
    account text PRIMARY KEY,
    health text NOT NULL
);
