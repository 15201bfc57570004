"""Stopping: one flag a crawl, and waits that end when it is set."""

from __future__ import annotations

import asyncio
from typing import ClassVar
from weakref import WeakKeyDictionary

from scrapy.crawler import Crawler

from igcrawl.errors import Interrupted


class Stopping:
    """Whether a run is being stopped. Whoever would wait or send asks here first."""

    _by_crawler: ClassVar[WeakKeyDictionary[Crawler, Stopping]] = WeakKeyDictionary()

    def __init__(self) -> None:
        self._event = asyncio.Event()

    @classmethod
    def of(cls, crawler: Crawler) -> Stopping:
        """Return the crawler's own."""
        return cls._by_crawler.setdefault(crawler, cls())

    @property
    def begun(self) -> bool:
        """Whether the run is being stopped."""
        return self._event.is_set()

    def begin(self) -> None:
        """Wake everyone who waits."""
        self._event.set()

    async def sleep(self, seconds: float) -> None:
        """Wait.

        Args:
            seconds: at least this long, unless the run is stopped.

        Raises:
            Interrupted: the run is being stopped.
        """
        if seconds > 0:
            try:
                await asyncio.wait_for(self._event.wait(), seconds)
            except TimeoutError:
                return
        if self.begun:
            raise Interrupted
