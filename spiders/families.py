"""What the spiders of one family each share: a line of arguments becomes one walk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from igcrawl.catalogue import OPERATIONS
from igcrawl.spider import OperationSpider
from igcrawl.walk import Walk


class FamilySpider(OperationSpider):
    """Walks what `calls` names."""

    def calls(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Give names of operations and their arguments."""
        raise NotImplementedError(f"{type(self).__name__} does not say which calls")

    def walks(self) -> Iterator[Walk]:
        """Give a walk a call."""
        for name, args in self.calls():
            operation = OPERATIONS[name]
            yield Walk(operation=operation, target=operation.target_of(args), args=args, limits=self.limits)
