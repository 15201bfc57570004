"""Bytes of an answer become records."""
