"""Records of what else the server answers: search hits, redirects, answers of an unknown shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from igcrawl.items.record import Record


@dataclass
class Hit(Record):
    """One thing that a search found. What a kind of thing does not have is None.

    Args:
        tab: where it was searched: ``top``, ``accounts``, ``reels``, ``popular``, ``typeahead``, …
        position: counts the walk's different hits from 1, over all pages.
        kind: ``user``, ``hashtag``, ``place``, ``keyword`` or ``media``.
        pk: of users, places and media; hashtags and keywords have an `id`, media have both.
        name: of hashtags, places and keywords.
        code: of media, as in its link.
    """

    TYPE: ClassVar[str] = "hit"
    KEY: ClassVar[tuple[str, ...]] = ("kind", "pk", "id", "name")

    query: str
    tab: str
    position: int
    kind: str
    pk: str | None = None
    id: str | None = None
    username: str | None = None
    name: str | None = None
    code: str | None = None
    full_name: str | None = None
    is_private: bool | None = None
    is_verified: bool | None = None
    profile_pic_url: str | None = None
    social_context: str | None = None
    latest_reel_media: int | None = None
    media_count: int | None = None
    owner_pk: str | None = None
    owner_username: str | None = None


@dataclass
class Redirect(Record):
    """The target of a redirect: one step, not followed further. `location` is None without a redirect."""

    TYPE: ClassVar[str] = "redirect"
    KEY: ClassVar[tuple[str, ...]] = ("url", "location")

    url: str
    status: int
    location: str | None = None


@dataclass
class Payload(Record):
    """The answer of an operation whose shape is not known: its plain data."""

    TYPE: ClassVar[str] = "payload"

    data: Any


@dataclass
class CommentCheck(Payload):
    """The server's verdict on whether a comment is offensive, with the rest of its answer."""

    is_offensive: bool | None = None
