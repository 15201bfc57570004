"""Cost estimates for a crawl."""
