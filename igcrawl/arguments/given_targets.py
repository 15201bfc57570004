"""Arguments of spiders that walk given targets: one or many accounts, or posts, by ids, names, addresses or a file."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Final, Self

from pydantic import Field, PrivateAttr, model_validator

from igcrawl.arguments.base import Arguments, as_text
from igcrawl.arguments.media_targets import read_media
from igcrawl.arguments.target_fields import ACCOUNTS, MEDIA, TargetKind
from igcrawl.arguments.targets import GivenTarget, Kind, Target, read_user_id, read_username
from igcrawl.arguments.types import MediaIds, UserIds, Usernames, split

_VALUE_IN: Final[dict[Kind, Callable[[str], str]]] = {
    "user_id": read_user_id,
    "username": read_username,
    "media_id": lambda text: read_media(text).value,
}


class BadLines(StrEnum):
    """Choices for the lines of a file that are no target."""

    REFUSE = "refuse"
    SKIP = "skip"
    LIST = "list"


class TargetArguments(Arguments):
    """Arguments of spiders that walk given targets.

    A subclass says what they are, and has a field for each way to write them.
    """

    #: What stands in the file is what counts.
    RUN_ONLY: ClassVar[frozenset[str]] = Arguments.RUN_ONLY | {"file", "column", "bad_lines"}
    #: What the targets are.
    KIND: ClassVar[TargetKind]
    #: The fields that hold targets, and of which kind they are.
    WAYS: ClassVar[dict[str, Kind]]
    #: How the targets may be given, for the operator.
    EXAMPLE: ClassVar[str]

    file: Path | None = Field(
        None,
        description="a file of targets: one a line, CSV or TSV with a head, JSON lines or igcrawl's own output; "
        "- is standard input",
    )
    column: str | None = Field(
        None,
        min_length=1,
        description="the column or field of the file that holds the targets, where its name does not tell",
    )
    bad_lines: BadLines = Field(
        BadLines.REFUSE,
        description="refuse, skip or list: what becomes of the lines of the file that are no target; list only "
        "prints each of them, and those that repeat another",
    )
    #: The texts that the arguments' targets were read from, by their values.
    _texts: dict[str, str] = PrivateAttr(default_factory=dict)

    @classmethod
    def parse(cls, given: dict[str, Any]) -> Self:
        """Check the arguments, and remember how the targets were written."""
        args = super().parse(given)
        for name, kind in cls.WAYS.items():
            for text in map(str, split(as_text(given.get(name))) or ()):
                args._texts.setdefault(_VALUE_IN[kind](text), text)
        return args

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = [name for name in (*self.WAYS, "file") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"give the {self.KIND.several} one way: {self.EXAMPLE}")
        beside = [name for name in ("column", "bad_lines") if name in self.model_fields_set]
        if beside and self.file is None:
            raise ValueError(f"{beside[0]} goes with file=…")
        return self

    @property
    def targets(self) -> list[Target]:
        """The targets that the arguments name, each once; those of a file are not among them."""
        return [Target(kind, value) for name, kind in self.WAYS.items() for value in getattr(self, name) or ()]

    @property
    def given_targets(self) -> list[GivenTarget]:
        """The same with the texts that they were read from."""
        return [GivenTarget(target, self._texts.get(target.value, target.value)) for target in self.targets]

    def crawl_shape(self) -> dict[str, Any]:
        """Return what makes the crawl this one; by which argument the targets were given does not count."""
        shape = {name: value for name, value in super().crawl_shape().items() if name not in self.WAYS}
        targets = self.targets
        if len(targets) == 1:
            return {targets[0].kind: targets[0].value} | shape
        return ({f"{targets[0].kind}s": [target.value for target in targets]} if targets else {}) | shape


class AccountArguments(TargetArguments):
    """Accounts, by their ids or their names."""

    KIND: ClassVar[TargetKind] = ACCOUNTS
    WAYS: ClassVar[dict[str, Kind]] = {
        "user_id": "user_id",
        "username": "username",
        "user_ids": "user_id",
        "usernames": "username",
    }
    EXAMPLE: ClassVar[str] = "user_id=1,2 or username=a,b or file=accounts.csv"

    user_id: UserIds | None = Field(None, description="the account's numeric id, or several: 1,2,3")
    username: Usernames | None = Field(
        None, description="its name, or the address of its profile; or several: a,b; costs one request more than the id"
    )
    user_ids: UserIds | None = Field(None, description="the same as user_id")
    usernames: Usernames | None = Field(None, description="the same as username")


class MediaArguments(TargetArguments):
    """Posts and reels, by ids, shortcodes or addresses."""

    KIND: ClassVar[TargetKind] = MEDIA
    WAYS: ClassVar[dict[str, Kind]] = {"media_id": "media_id", "media_ids": "media_id"}
    EXAMPLE: ClassVar[str] = "media_ids=1,2_3 or shortcodes or addresses in their place, or file=posts.csv"

    media_id: MediaIds | None = Field(
        None, description="a post's id, shortcode or address, or several: 1,2_3,DRqA2ZrjXIy"
    )
    media_ids: MediaIds | None = Field(None, description="the same as media_id")
