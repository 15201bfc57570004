"""A middleware of somebody's own that retries, and so would send past the session's budget and state."""

from __future__ import annotations

from scrapy.downloadermiddlewares.retry import RetryMiddleware


class Retrying(RetryMiddleware):
    pass
