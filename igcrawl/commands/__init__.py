"""Commands of `scrapy …`. Scrapy imports them all at every call, before it opens a log."""

from igcrawl.printable import fill_closed_streams

fill_closed_streams()
