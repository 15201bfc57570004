"""A crawl as a function: `run_crawl`, with the checks before it and the exit code after it."""

from igcrawl.running.in_process import run_crawl
from igcrawl.running.outcome import Outcome

__all__ = ["Outcome", "run_crawl"]
