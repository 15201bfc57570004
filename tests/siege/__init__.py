"""Attacks on a session, each with a known truth: `make siege` runs all, the suite a tenth."""
