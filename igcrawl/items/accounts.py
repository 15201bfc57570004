"""Records of accounts: profiles, edges of the follower graph, suggestions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from igcrawl.items.record import Record


@dataclass
class Profile(Record):
    """An account's profile. What an operation's answer does not hold is None."""

    TYPE: ClassVar[str] = "profile"
    KEY: ClassVar[tuple[str, ...]] = ("pk",)
    OWNS_PICTURE: ClassVar[bool] = True

    pk: str
    username: str | None = None
    full_name: str | None = None
    biography: str | None = None
    external_url: str | None = None
    bio_links: list[dict[str, str | None]] | None = None
    category: str | None = None
    follower_count: int | None = None
    following_count: int | None = None
    media_count: int | None = None
    is_private: bool | None = None
    is_verified: bool | None = None
    is_business: bool | None = None
    account_type: int | None = None
    profile_pic_url: str | None = None
    pronouns: list[str] | None = None
    hd_profile_pic_url: str | None = None
    latest_reel_media: int | None = None


@dataclass
class Follow(Record):
    """One edge of the follower graph: `pk` follows `owner_pk` (followers), or the other way round (following).

    `position` counts the walk's different accounts from 1, in the server's order.
    """

    TYPE: ClassVar[str] = "follow"
    KEY: ClassVar[tuple[str, ...]] = ("pk",)

    owner_pk: str
    direction: str
    position: int
    pk: str
    username: str | None = None
    full_name: str | None = None
    is_private: bool | None = None
    is_verified: bool | None = None
    profile_pic_url: str | None = None
    latest_reel_media: int | None = None


@dataclass
class NewFollow(Follow):
    """An edge that an update found, and that the last complete list did not hold."""

    new: bool = True


@dataclass
class Suggestion(Record):
    """An account that the server suggests to those who look at `target_pk`.

    `position` counts the walk's different accounts from 1, in the server's order.
    """

    TYPE: ClassVar[str] = "suggestion"
    KEY: ClassVar[tuple[str, ...]] = ("pk",)

    target_pk: str
    position: int
    pk: str
    username: str | None = None
    full_name: str | None = None
    is_private: bool | None = None
    is_verified: bool | None = None
    profile_pic_url: str | None = None
    social_context: str | None = None
    category: str | None = None
    latest_reel_media: int | None = None
