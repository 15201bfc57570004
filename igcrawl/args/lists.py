"""Arguments of `followers` and `following`."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import Field, field_validator, model_validator

from igcrawl.args.base import Arguments
from igcrawl.args.kinds import UserId, Username


class Order(StrEnum):
    """Orders of a follower list."""

    LATEST = "date_followed_latest"
    EARLIEST = "date_followed_earliest"


class Surface(StrEnum):
    """Surfaces a follower list can be asked for on."""

    MOBILE = "mobile"
    REST = "rest"


class ListArguments(Arguments):
    """Arguments of `followers` and `following`."""

    user_id: UserId | None = Field(None, description="the account's numeric id")
    username: Username | None = Field(None, description="the account's name, in place of user_id")
    depth: int = Field(1, ge=1, description="1: the account's list; more levels come with the store")
    order: Order | None = Field(None, description="date_followed_latest or date_followed_earliest")
    surface: Surface | None = Field(None, description="mobile or rest; mobile unless page_size is given")
    page_size: int | None = Field(None, ge=1, le=200, description="accounts a page, 1 to 200; means surface=rest")

    @field_validator("depth")
    @classmethod
    def _only_one_level(cls, depth: int) -> int:
        if depth > 1:
            raise ValueError("this version walks one level; only depth=1 is allowed")
        return depth

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        if (self.user_id is None) == (self.username is None):
            raise ValueError("give one target: user_id=… or username=…")
        if self.page_size is not None and self.surface is Surface.MOBILE:
            raise ValueError("page_size needs surface=rest: mobile lists choose their own")
        return self

    @property
    def rest(self) -> bool:
        """Whether the list is asked for on REST."""
        return self.surface is Surface.REST or self.page_size is not None
