"""Where records go: JSON lines, feeds, the raw archive."""
