"""Arguments of every spider, and messages for wrong ones."""

from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from igcrawl.arguments.targets import NotATarget, shown
from igcrawl.errors import BadInput

#: Scrapyd passes the name of its job; it says nothing about the crawl.
IGNORED: Final = frozenset({"_job"})
#: Errors of pydantic that say less than the field's description.
_SHAPES: Final = frozenset(
    {"string_pattern_mismatch", "string_too_short", "string_too_long", "too_short", "dict_type", "enum"}
)


class Arguments(BaseModel):
    """Arguments of every spider."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    #: Arguments that say how a crawl is run, not what it is: the same crawl may be gone on with under others.
    RUN_ONLY: ClassVar[frozenset[str]] = frozenset(
        {"max_pages", "max_users", "max_walks", "fresh", "crawl", "confirm", "page_size", "plan"}
    )

    verify: bool = Field(True, description="0 saves the profile call for the expected count; the verdict is unverified")
    max_pages: int | None = Field(None, ge=1, description="pages a walk at most")
    max_users: int | None = Field(None, ge=1, description="accounts a walk at most; the last page is written whole")
    fresh: bool = Field(False, description="1 starts over, also when the crawl is unfinished")
    plan: bool = Field(False, description="1 crawls nothing: says how many requests and days the crawl would take")
    crawl: str | None = Field(
        None, pattern=r"^[A-Za-z0-9._-]{1,80}$", description="the crawl's name: letters, digits and ._- (80 at most)"
    )

    @classmethod
    def parse(cls, given: dict[str, Any]) -> Self:
        """Check the arguments as the command line gives them.

        Raises:
            BadInput: one is unknown, missing or cannot be used; the error says what is allowed.
        """
        kept = {name: value for name, value in given.items() if name not in IGNORED}
        for name, value in kept.items():
            check_text(value, check_text(name, "an argument's name"))
        try:
            return cls.model_validate(kept)
        except ValidationError as errors:
            raise BadInput("; ".join(dict.fromkeys(cls._line(error) for error in errors.errors()))) from None

    def crawl_shape(self) -> dict[str, Any]:
        """Return what makes a crawl this one: its targets and what shapes its result, but for defaults."""
        return self.model_dump(mode="json", exclude=set(self.RUN_ONLY), exclude_defaults=True)

    @classmethod
    def _line(cls, error: Any) -> str:
        name = str(error["loc"][0]) if error["loc"] else ""
        if error["type"] == "extra_forbidden":
            return f"unknown argument {name!r}; allowed: {', '.join(cls.model_fields)}"
        if not name:
            return str(error["msg"]).removeprefix("Value error, ")
        if isinstance(problem := error.get("ctx", {}).get("error"), NotATarget):
            return f"{name}={shown(str(error['input']))}: {problem.said_to(name)}"
        about = cls.model_fields[name].description if name in cls.model_fields else None
        if about and error["type"] in _SHAPES:
            return f"{name}={shown(str(error['input']))}: expected {about}"
        if error["type"] == "bool_parsing":
            return f"{name}={shown(str(error['input']))}: expected 0 or 1 ({about})"
        value = "" if isinstance(error["input"], dict) else f"={shown(str(error['input']))}"
        return f"{name}{value}: {_problem(error)}" + (f" ({about})" if about else "")


def check_text(value: Any, what: str) -> str:
    """Return a value as text; what the command line gives that is no UTF-8 has halves of characters.

    Args:
        value: whatever was given.
        what: it is, for the message.

    Raises:
        BadInput: it holds what is no text.
    """
    text = str(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadInput(f"{what}: {shown(text)}: expected text in UTF-8") from None
    return text


def problem_of(errors: ValidationError, about: str) -> str:
    """Return what is wrong with one value, in a line.

    Args:
        errors: pydantic's.
        about: what the value is, for the operator.
    """
    found = errors.errors()
    if any(error["type"] == "string_pattern_mismatch" for error in found):
        return f"expected {about}"
    if isinstance(problem := found[0].get("ctx", {}).get("error"), NotATarget):
        return str(problem)
    return "; ".join(dict.fromkeys(map(_problem, found))) + f" ({about})"


def _problem(error: Any) -> str:
    problem = str(error["msg"]).removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return f"{problem[:1].lower()}{problem[1:]}"
