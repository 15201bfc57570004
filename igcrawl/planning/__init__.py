"""What a crawl would cost."""
