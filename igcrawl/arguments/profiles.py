"""Arguments of `profiles`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar, Self

from pydantic import BeforeValidator, Field, model_validator

from igcrawl.arguments.base import Arguments
from igcrawl.arguments.types import UserId, Username, split


class ProfilesArguments(Arguments):
    """Arguments of `profiles`."""

    #: What stands in the file is what counts.
    RUN_ONLY: ClassVar[frozenset[str]] = Arguments.RUN_ONLY | {"file"}

    user_ids: Annotated[list[UserId] | None, BeforeValidator(split)] = Field(None, description="numeric ids: 1,2,3")
    usernames: Annotated[list[Username] | None, BeforeValidator(split)] = Field(
        None, description="names, or addresses of profiles: a,b"
    )
    file: Path | None = Field(None, description="a text file, one id, name or profile address per line")

    @model_validator(mode="after")
    def _some_target(self) -> Self:
        given = [name for name in ("user_ids", "usernames", "file") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("give the targets one way: user_ids=1,2,3 or usernames=a,b or file=ids.txt")
        if not getattr(self, given[0]):
            raise ValueError(f"{given[0]} is empty")
        return self
