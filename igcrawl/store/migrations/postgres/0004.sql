-- What is known of a doc_id: when it was answered last, and since when it is not any more.
CREATE TABLE doc_ids (
    doc_id text PRIMARY KEY,
    worked_at timestamptz,
    stale_since timestamptz
);
