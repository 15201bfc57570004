"""The walk: page after page, to a verdict."""
