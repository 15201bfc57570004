"""Checks before a crawl: what cannot be used is refused before anything is sent."""
