"""Spider arguments: small models, the description on the field. What they refuse is refused before anything is sent."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from igcrawl.errors import BadInput

#: Scrapyd passes the name of its job; it says nothing about the crawl.
IGNORED: Final = frozenset({"_job"})
_LONGEST_USERNAME: Final = 30
#: Errors of pydantic that say less than the field's description.
_SHAPES: Final = frozenset({"string_pattern_mismatch", "string_too_short", "string_too_long", "bool_parsing", "enum"})


def _split(value: Any) -> Any:
    """Accept ``a,b`` as the command line gives it."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _without_at(value: Any) -> Any:
    return value.strip().removeprefix("@").lower() if isinstance(value, str) else value


UserId = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,19}$")]
Username = Annotated[
    str, BeforeValidator(_without_at), Field(pattern=r"^[a-z0-9._]+$", min_length=1, max_length=_LONGEST_USERNAME)
]


class Order(StrEnum):
    """Orders of a follower list."""

    LATEST = "date_followed_latest"
    EARLIEST = "date_followed_earliest"


class Surface(StrEnum):
    """Surfaces a follower list can be asked for on."""

    MOBILE = "mobile"
    REST = "rest"


class Arguments(BaseModel):
    """What every spider takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    verify: bool = Field(True, description="0 saves the profile call for the expected count; the verdict is unverified")
    max_pages: int | None = Field(None, ge=1, description="pages a walk at most")
    max_users: int | None = Field(None, ge=1, description="accounts a walk at most; the last page is written whole")

    @classmethod
    def parse(cls, given: dict[str, Any]) -> Self:
        """Check the arguments as the command line gives them.

        Raises:
            BadInput: one is unknown, missing or cannot be used; the error says what is allowed.
        """
        kept = {name: value for name, value in given.items() if name not in IGNORED}
        try:
            return cls.model_validate(kept)
        except ValidationError as errors:
            raise BadInput("; ".join(dict.fromkeys(cls._line(error) for error in errors.errors()))) from None

    @classmethod
    def _line(cls, error: Any) -> str:
        name = str(error["loc"][0]) if error["loc"] else ""
        if error["type"] == "extra_forbidden":
            return f"unknown argument {name!r}; allowed: {', '.join(cls.model_fields)}"
        if not name:
            return str(error["msg"]).removeprefix("Value error, ")
        about = cls.model_fields[name].description if name in cls.model_fields else None
        if about and error["type"] in _SHAPES:
            return f"{name}={str(error['input'])[:60]}: expected {about}"
        problem = str(error["msg"]).removeprefix("Value error, ").removeprefix("Assertion failed, ")
        value = "" if isinstance(error["input"], dict) else f"={str(error['input'])[:60]}"
        return f"{name}{value}: {problem[:1].lower()}{problem[1:]}" + (f" ({about})" if about else "")


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


class ProfilesArguments(Arguments):
    """Arguments of `profiles`."""

    user_ids: Annotated[list[UserId] | None, BeforeValidator(_split)] = Field(None, description="numeric ids: 1,2,3")
    usernames: Annotated[list[Username] | None, BeforeValidator(_split)] = Field(None, description="names: a,b")
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
