"""A crawl as a function: checks before, exit code after."""
