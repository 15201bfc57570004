"""igcrawl from Python: `Client` and `SyncClient`, thin faces of `run_crawl`. What is public is in `igcrawl.__all__`."""
