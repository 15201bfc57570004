"""Base classes of the spiders."""
