"""`python -m igcrawl …` is `scrapy …`, for who has no `scrapy` on the path."""

from __future__ import annotations

import sys

from scrapy.cmdline import execute

if __name__ == "__main__":
    execute(["scrapy", *sys.argv[1:]])
