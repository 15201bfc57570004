"""The spiders: which operations, in which order."""
