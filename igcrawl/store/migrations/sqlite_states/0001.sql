-- "igcr": tells our file from another program's database.
PRAGMA application_id = 1768383346;

-- What a session may do (igcrawl.budget.session_state), a JSON object for each account and server.
CREATE TABLE session_states (
    account TEXT NOT NULL,
    server TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (account, server)
) WITHOUT ROWID;
