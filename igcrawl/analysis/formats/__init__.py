"""Formats of files that records are written to, one module each."""
