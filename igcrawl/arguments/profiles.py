"""Arguments of `profiles`, and the file of targets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar, Self

from pydantic import BaseModel, BeforeValidator, Field, ValidationError, model_validator

from igcrawl.arguments.base import Arguments
from igcrawl.arguments.types import UserId, Username, split
from igcrawl.errors import BadInput


class ProfilesArguments(Arguments):
    """Arguments of `profiles`."""

    #: What stands in the file is what counts.
    RUN_ONLY: ClassVar[frozenset[str]] = Arguments.RUN_ONLY | {"file"}

    user_ids: Annotated[list[UserId] | None, BeforeValidator(split)] = Field(None, description="numeric ids: 1,2,3")
    usernames: Annotated[list[Username] | None, BeforeValidator(split)] = Field(None, description="names: a,b")
    file: Path | None = Field(None, description="a text file, one numeric id or @username a line")

    @model_validator(mode="after")
    def _some_target(self) -> Self:
        given = [name for name in ("user_ids", "usernames", "file") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("give the targets one way: user_ids=1,2,3 or usernames=a,b or file=ids.txt")
        if not getattr(self, given[0]):
            raise ValueError(f"{given[0]} is empty")
        return self


class _Target(BaseModel):
    """One line of a target file."""

    user_id: UserId | None = None
    username: Username | None = None


def read_targets(path: Path) -> list[tuple[str, str]]:
    """Return the targets of a file as pairs of ``user_id`` or ``username`` and value, each once, in its order.

    A line of digits is an id, any other a username; ``@`` before a username of digits tells it apart. Empty lines and
    lines that start with ``#`` are passed over.

    Raises:
        BadInput: the file cannot be read, has no target, or a line is neither; the error names the line.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"file={path}: {getattr(error, 'strerror', None) or 'is not UTF-8 text'}") from None
    targets: dict[tuple[str, str], None] = {}
    for number, line in enumerate(map(str.strip, lines), start=1):
        if not line or line.startswith("#"):
            continue
        kind = "user_id" if line.isascii() and line.isdecimal() else "username"
        try:
            target = _Target.model_validate({kind: line})
        except ValidationError:
            raise BadInput(
                f"file={path}: line {number}: {line[:40]!r} is neither a numeric id nor a username"
            ) from None
        targets[kind, getattr(target, kind)] = None
    if not targets:
        raise BadInput(f"file={path}: no target in it")
    return list(targets)
