"""Outputs: JSON lines, feeds, the raw archive."""
