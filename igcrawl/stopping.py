"""Stopping: one flag a crawl, and waits that end when it is set."""

from __future__ import annotations

import asyncio
import logging
import time

from igcrawl.errors import Interrupted

logger = logging.getLogger(__name__)


class Stopping:
    """The stop flag of a run. Check it before waiting or sending."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self.reason = "the run was stopped; run the same command again"
        self.failed = False

    @property
    def begun(self) -> bool:
        """True if the run is being stopped."""
        return self._event.is_set()

    def begin(self, failure: str | None = None) -> None:
        """Stop the run and wake everyone who waits.

        Args:
            failure: what went wrong on this side; None when the operator stopped the run.
        """
        if failure is not None and not self.failed:
            self.failed, self.reason = True, failure
            logger.error("%s; the crawl stops", failure)
        self._event.set()

    def now(self) -> float:
        """Return the time by which is waited, in seconds since 1970."""
        return time.time()

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
            raise Interrupted(self.reason)
