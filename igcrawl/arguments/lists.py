"""Arguments of `followers` and `following`."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Self

from pydantic import Field, model_validator

from igcrawl.arguments.graph import GraphArguments


class Order(StrEnum):
    """Orders of a follower list."""

    LATEST = "date_followed_latest"
    EARLIEST = "date_followed_earliest"


class ListSurface(StrEnum):
    """Surfaces a follower list can be asked for on."""

    MOBILE = "mobile"
    REST = "rest"


class Since(StrEnum):
    """From where an update goes on."""

    LAST = "last"


class ListArguments(GraphArguments):
    """Arguments of `followers` and `following`."""

    order: Order | None = Field(None, description="date_followed_latest or date_followed_earliest")
    surface: ListSurface | None = Field(None, description="mobile or rest; mobile unless page_size is given")
    page_size: int | None = Field(None, ge=1, le=200, description="accounts per page, 1 to 200; implies surface=rest")
    since: Since | None = Field(None, description="last: only accounts that are new since the last complete list")
    overlap: int = Field(1, ge=1, le=1000, description="with since=last: stop after this many pages of known accounts")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.since is not None and self.order is Order.EARLIEST:
            raise ValueError("since=last needs order=date_followed_latest: new accounts come first in that order")
        if self.since is not None and self.depth > 1:
            raise ValueError("since=last updates the given lists, so depth must be 1")
        if self.page_size is not None and self.surface is ListSurface.MOBILE:
            raise ValueError("page_size needs surface=rest: mobile lists choose their own size")
        return self

    @property
    def uses_rest(self) -> bool:
        """True if the list is asked for on REST."""
        return self.surface is ListSurface.REST or self.page_size is not None

    def crawl_shape(self) -> dict[str, Any]:
        """Return what makes the crawl this one; a page size is only a way to ask on REST."""
        shape = super().crawl_shape()
        return shape | {"surface": ListSurface.REST.value} if self.uses_rest else shape
