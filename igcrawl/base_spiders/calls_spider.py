"""Base of spiders that make their arguments calls, and walk each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from igcrawl.base_spiders.operation_spider import OperationSpider
from igcrawl.crawl.walk_rows import seed_of
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.store import Seed


class CallsSpider(OperationSpider):
    """Walks the calls that `calls` names."""

    def calls(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the calls, each as the name of an operation and its arguments."""
        raise NotImplementedError(f"{type(self).__name__} does not say which calls")

    def seeds(self) -> Iterator[Seed]:
        """Yield a walk for each call."""
        for name, args in self.calls():
            yield seed_of(OPERATIONS[name], args)
