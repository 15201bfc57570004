"""Answers of the store, for people and other programs: exports, comparisons, histories, the report."""
