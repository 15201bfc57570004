-- What is known of a doc_id: when it was answered last, and since when it is not any more.
CREATE TABLE doc_ids (
    doc_id TEXT PRIMARY KEY,
    worked_at TEXT,
    stale_since TEXT
) WITHOUT ROWID;
