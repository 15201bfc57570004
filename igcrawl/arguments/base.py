"""Arguments of every spider, and messages for wrong ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from igcrawl.arguments.problems import problem_in
from igcrawl.arguments.targets import shown
from igcrawl.errors import BadInput
from igcrawl.wording import did_you_mean, nearest

#: Scrapyd passes the name of its job; it says nothing about the crawl.
IGNORED: Final = frozenset({"_job"})
#: Arguments that name what is crawled, the usual ones first.
TARGETS: Final = (
    *("username", "usernames", "user_id", "user_ids", "media_id", "media_ids", "code", "codes"),
    *("file", "query", "track_id", "url", "name", "doc_id"),
)
#: What other clients call some of our arguments.
_ELSEWHERE: Final = {
    **dict.fromkeys(("amount", "max_amount", "count", "limit"), "max_users"),
    **dict.fromkeys(("max_id", "next_max_id", "end_cursor"), "cursor"),
}


class Arguments(BaseModel):
    """Arguments of every spider."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    #: Arguments that say how a crawl is run, not what it is: the same crawl may be gone on with under others.
    RUN_ONLY: ClassVar[frozenset[str]] = frozenset(
        {"max_pages", "max_users", "max_walks", "fresh", "crawl", "confirm", "page_size", "plan"}
    )

    verify: bool = Field(
        True,
        description="0 skips the profile request for the expected count, which saves one request per list; "
        "the verdict is then unverified",
    )
    max_pages: int | None = Field(None, ge=1, description="stop each walk after this many pages")
    max_users: int | None = Field(
        None, ge=1, description="stop each walk after this many accounts; its last page is written whole"
    )
    fresh: bool = Field(False, description="1 starts over, even if the crawl is unfinished")
    plan: bool = Field(False, description="1 crawls nothing and says how many requests and days the crawl would take")
    crawl: str | None = Field(
        None, pattern=r"^[A-Za-z0-9._-]{1,80}$", description="a name for the crawl: letters, digits and ._-, at most 80"
    )

    @classmethod
    def parse(cls, given: dict[str, Any]) -> Self:
        """Check the arguments as the command line gives them, or a program of Scrapy's as Python has them.

        Raises:
            BadInput: one is unknown, missing or cannot be used; the error says what is allowed.
        """
        kept = {name: as_text(value) for name, value in given.items() if name not in IGNORED}
        for name, value in kept.items():
            check_text(value, check_text(name, "an argument's name"))
        try:
            return cls.model_validate(kept)
        except ValidationError as errors:
            found = errors.errors()
            # What is missing may be what was mistyped.
            told = [error for error in found if error["type"] == "extra_forbidden"] or found
            raise BadInput("; ".join(dict.fromkeys(map(cls._line, told)))) from None

    def crawl_shape(self) -> dict[str, Any]:
        """Return the arguments that tell a crawl from others: its targets and what shapes its result."""
        return self.model_dump(mode="json", exclude=set(self.RUN_ONLY), exclude_defaults=True)

    @classmethod
    def _line(cls, error: Any) -> str:
        name = str(error["loc"][0]) if error["loc"] else ""
        if error["type"] == "extra_forbidden":
            return unknown_argument(name, cls)
        if not name:
            return problem_in(error, None)
        about = cls.model_fields[name].description if name in cls.model_fields else None
        if error["type"] == "missing":
            return f"give {name}=… ({about})"
        return f"{name}={shown(str(error['input']))}: {problem_in(error, about, name)}"


def as_text(value: Any) -> Any:
    """Return a number, or a list of them or of names, as the command line gives it; anything else stays."""
    if isinstance(value, list | tuple) and all(isinstance(each, str | int) for each in value):
        return ",".join(map(str, value))
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def unknown_argument(name: str, model: type[Arguments], targets: Iterable[str] = ()) -> str:
    """Return the message for an unknown argument: which may have been meant, and which there are, targets first.

    Args:
        name: as it was given.
        model: of the spider.
        targets: the names of the targets, where they are not the model's own.
    """
    targets = list(targets) or [each for each in TARGETS if each in model.model_fields]
    others = [each for each in own_first(model) if each not in targets]
    meant = did_you_mean([_ELSEWHERE[name]] if _ELSEWHERE.get(name) in others else nearest(name, [*targets, *others]))
    given_by = f"targets: {', '.join(targets)}; " if targets else ""
    return f"unknown argument {shown(name)!r}; {meant}{given_by}further arguments: {', '.join(others)}"


def own_first(model: type[Arguments]) -> list[str]:
    """Return the names of a spider's arguments, those that all spiders have last."""
    return sorted(model.model_fields, key=lambda name: name in Arguments.model_fields)


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
