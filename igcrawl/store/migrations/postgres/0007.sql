-- What a session may do (igcrawl.budget.session_state), a JSON object for each account and server. What the table
-- sessions holds is from before, and does not say of which server; it is taken over from there.
CREATE TABLE session_states (
    account text NOT NULL,
    server text NOT NULL,
    state text NOT NULL,
    PRIMARY KEY (account, server)
);
