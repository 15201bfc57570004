"""Records of what accounts publish: media, comments, sounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from igcrawl.items.record import Record


@dataclass
class Media(Record):
    """A post, reel or story.

    Args:
        pk: the media's own number; `id` also names its owner (``pk_owner``), where the server gives it.
        media_type: 1 photo, 2 video, 8 carousel.
        taken_at: seconds since 1970.
        url: the file: the video's best version, or the picture.
        duration: seconds.
        carousel: the parts of a carousel: pk, media_type, url, thumbnail_url each.
    """

    TYPE: ClassVar[str] = "media"
    KEY: ClassVar[tuple[str, ...]] = ("pk",)

    pk: str
    id: str | None = None
    code: str | None = None
    media_type: int | None = None
    product_type: str | None = None
    taken_at: int | None = None
    owner_pk: str | None = None
    owner_username: str | None = None
    caption: str | None = None
    like_count: int | None = None
    comment_count: int | None = None
    play_count: int | None = None
    url: str | None = None
    thumbnail_url: str | None = None
    duration: float | None = None
    title: str | None = None
    view_count: int | None = None
    reshare_count: int | None = None
    width: int | None = None
    height: int | None = None
    has_audio: bool | None = None
    is_paid_partnership: bool | None = None
    accessibility_caption: str | None = None
    location_pk: str | None = None
    location_name: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    carousel_media_count: int | None = None
    carousel: list[dict[str, Any]] | None = None


@dataclass
class Comment(Record):
    """A comment on a media item. `created_at` is in seconds since 1970; `parent_pk` is the comment it replies to."""

    TYPE: ClassVar[str] = "comment"
    KEY: ClassVar[tuple[str, ...]] = ("media_id", "pk")

    media_id: str | None
    pk: str
    text: str | None = None
    created_at: int | None = None
    like_count: int | None = None
    user_pk: str | None = None
    username: str | None = None
    full_name: str | None = None
    is_verified: bool | None = None
    profile_pic_url: str | None = None
    parent_pk: str | None = None
    reply_count: int | None = None
    is_pinned: bool | None = None


@dataclass
class Audio(Record):
    """A track or an original sound. `track_id` is the id asked for; `clips_count` says how many reels use it."""

    TYPE: ClassVar[str] = "audio"
    KEY: ClassVar[tuple[str, ...]] = ("track_id",)

    track_id: str
    id: str | None = None
    cluster_id: str | None = None
    title: str | None = None
    artist: str | None = None
    artist_pk: str | None = None
    artist_username: str | None = None
    duration_ms: int | None = None
    is_explicit: bool | None = None
    is_trending: bool | None = None
    clips_count: int | None = None
    photos_count: int | None = None
    cover_url: str | None = None
