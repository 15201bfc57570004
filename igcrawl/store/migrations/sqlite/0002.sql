-- What is known of a session, a JSON object (igcrawl.health.Health); named by the account's id, never by a secret.
DROP TABLE sessions;
CREATE TABLE sessions (
    account TEXT PRIMARY KEY,
    health TEXT NOT NULL
) WITHOUT ROWID;
