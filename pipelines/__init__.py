"""Item pipelines: each record exactly once, in a JSON lines file or in Postgres."""
