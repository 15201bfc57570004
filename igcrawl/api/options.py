"""Options of the client's methods: the arguments of the spiders, as Python has them.

A test holds each class against the arguments of its spider: neither has a name that the other has not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from os import PathLike
from typing import Any, Final, Literal, TypeAlias, TypedDict

#: One or several texts.
Texts: TypeAlias = str | Sequence[str]
#: One or several ids.
Ids: TypeAlias = str | int | Sequence[str] | Sequence[int]
OnDoubt: TypeAlias = Literal["raise", "warn"]
#: Questions about lists.
Question: TypeAlias = Literal["new", "gone", "kept", "overlap", "mutual"]
ListKind: TypeAlias = Literal["followers", "following", "suggestions"]
#: A crawl by its number or name, or a moment.
When: TypeAlias = str | int | date


class Options(TypedDict, total=False):
    """Options of every method that returns records.

    `on_doubt` is the only one that no spider has: ``"warn"`` warns at the end of a doubtful list instead of raising.
    """

    on_doubt: OnDoubt
    verify: bool
    max_pages: int
    max_users: int
    fresh: bool
    crawl: str


class TargetOptions(Options, total=False):
    """Options of methods that take many targets."""

    file: str | PathLike[str]
    column: str
    bad_lines: Literal["refuse", "skip"]


class AccountOptions(TargetOptions, total=False):
    """Options of methods about accounts."""

    user_id: Ids
    username: Texts
    user_ids: Ids
    usernames: Texts


class ClipsOptions(AccountOptions, total=False):
    """Options of `clips`."""

    stream: bool


class GraphOptions(AccountOptions, total=False):
    """Options of methods that walk a graph."""

    depth: int
    max_walks: int
    only: Literal["public", "verified"]
    skip_over: int


class ListOptions(GraphOptions, total=False):
    """Options of `followers` and `following`."""

    order: Literal["date_followed_latest", "date_followed_earliest"]
    surface: Literal["mobile", "rest"]
    page_size: int
    since: Literal["last"]
    overlap: int


class SuggestionsOptions(GraphOptions, total=False):
    """Options of `suggestions`."""

    expand: bool


class MediaOptions(TargetOptions, total=False):
    """Options of methods about posts."""

    media_id: Ids
    media_ids: Ids


class SearchOptions(Options, total=False):
    """Options of `search`."""

    query: str
    tab: Literal["top", "accounts", "reels", "popular"]


class TypeaheadOptions(Options, total=False):
    """Options of `typeahead`."""

    query: str
    source: Literal["keyword", "stream", "users"]


class AudioOptions(Options, total=False):
    """Options of `audio`."""

    track_id: str | int


class ResolveOptions(Options, total=False):
    """Options of `resolve`."""

    url: str


class DocIdOptions(Options, total=False):
    """Options of `doc_id`."""

    friendly_name: str
    root_field: str
    cursor_in: str
    cursor_out: str
    lsd: bool
    cursor: str
    confirm: bool
    variables: Mapping[str, Any]


#: The names that messages about arguments may use.
ARGUMENTS: Final = frozenset(
    name
    for kind in (
        *(ClipsOptions, ListOptions, SuggestionsOptions, MediaOptions, SearchOptions),
        *(TypeaheadOptions, AudioOptions, ResolveOptions, DocIdOptions),
    )
    for name in kind.__annotations__
)


class CompareOptions(TypedDict, total=False):
    """Options of `compare`, as ``scrapy compare`` has them; `from` is a word of Python's own."""

    from_: When
    """The earlier list: number or name of a crawl, or a date (UTC), the last list until then."""
    to: When
    """The later list, as `from_`."""
    list: ListKind
    """The kind of the accounts' lists; followers without it."""
    any: bool
    """Incomplete lists, too; every answer says so."""
    out: str | PathLike[str]
    """A file that all accounts are written to: .csv, .xlsx, .jsonl or .parquet."""
    limit: int
    """So many accounts are returned at most, the first ones; without it all."""
    on_doubt: OnDoubt
    """``"raise"`` raises where something speaks against the answer; a warning without it."""


class ExportOptions(TypedDict, total=False):
    """Options of `export`."""

    format: str
    """The format; without it the file's suffix says it."""
    purpose: Literal["excel", "gephi"]
    """The program that will open it."""
    crawl: str
    """Name or number of a crawl; without it all."""
    walk: str
    """Operation and target of a walk; without it all."""
    verdict: str
    """Verdict of the walks, or several with commas between them; without it all."""
    type: str
    """Of the records; without it all in JSON lines, and the main one in a table."""
    every_generation: bool
    """Every generation, not the latest of each walk only."""
