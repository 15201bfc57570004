"""The operator's sessions: files, formats, trusted hosts, and what keeps their secrets out of all that is written."""
