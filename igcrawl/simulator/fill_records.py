"""Puts accounts and posts into recorded objects, keeping every key and every type as recorded."""

import re
from typing import Any

from igcrawl.simulator.people import Person, picture_url
from igcrawl.simulator.posts import Post

_CAROUSEL = 8
_PREFIX = re.compile(r"^1[lf](?=[a-z])")


def put(record: dict[str, Any], **values: object) -> None:
    """Replace the values of keys that the record has, prefixed or not; what was a string stays one, a number too."""
    for name, value in values.items():
        for key in (name, "1l" + name, "1f" + name):
            if key in record:
                record[key] = _as(record[key], value)


def _as(old: object, value: object) -> object:
    if isinstance(old, str):
        return str(value)
    if isinstance(old, int) and not isinstance(old, bool) and isinstance(value, (int, str)):
        return int(value)
    return value


def put_user(record: dict[str, Any], person: Person) -> dict[str, Any]:
    """Make a recorded user object that of this account, and return it."""
    put(
        record,
        strong_id__=person.id,
        pk=person.id,
        pk_id=person.id,
        id=person.id,
        fbid_v2=person.fbid,
        username=person.username,
        full_name=person.full_name,
        is_private=person.is_private,
        is_verified=person.is_verified,
        profile_pic_url=person.profile_pic_url,
        latest_reel_media=person.latest_reel_media,
    )
    if "profile_pic_id" in record:
        record["profile_pic_id"] = person.profile_pic_id
    return record


def put_post(record: dict[str, Any], post: Post, owner: Person) -> dict[str, Any]:
    """Make a recorded media object that of this post, and return it."""
    full_id = f"{post.pk}_{owner.id}"
    put(
        record,
        strong_id__=full_id,
        pk=post.pk,
        id=full_id if "_" in str(record.get("id", "_")) else post.pk,
        code=post.code,
        taken_at=post.taken_at,
        device_timestamp=post.taken_at - 40,
        client_cache_key=post.digest[:30],
        like_count=post.likes,
        comment_count=post.likes // 50,
        play_count=post.likes * 21,
        ig_play_count=post.likes * 21,
        organic_tracking_token=post.digest,
    )
    for key in ("user", "owner"):
        if isinstance(record.get(key), dict):
            put_user(record[key], owner)
    if isinstance(record.get("caption"), dict):
        _put_caption(record["caption"], post, owner)
    if isinstance(record.get("coauthor_producers"), list):
        record["coauthor_producers"] = []
    for pictures in (record.get("image_versions2") or {}).get("candidates", []):
        pictures["url"] = picture_url(post.digest, "e35_s750x1333")
    for video in record.get("video_versions") or []:
        video["url"] = picture_url(post.digest, "v101").replace("_n.jpg", "_n.mp4")
    if not post.is_clip and record.get("media_type") != _CAROUSEL:
        _make_picture(record)
    return record


def _put_caption(caption: dict[str, Any], post: Post, owner: Person) -> None:
    comment_pk = 18_000_000_000_000_000 + post.pk % 460_000_000_000_000
    put(
        caption,
        strong_id__=comment_pk,
        pk=comment_pk,
        media_id=post.pk,
        text=f"№ {post.number} · {post.digest[:8]}\n🌍 привет مرحبا #tag{post.digest[:4]}",
        created_at=post.taken_at + 2,
        created_at_utc=post.taken_at + 2,
        created_at_for_fb_app=post.taken_at + 2,
        user_id=owner.id,
    )
    if isinstance(caption.get("user"), dict):
        put_user(caption["user"], owner)


def _make_picture(record: dict[str, Any]) -> None:
    put(record, media_type=1, product_type="feed", subtype_name_for_REST__="XDTFeedMedia", has_audio=None)
    for key in ("video_versions", "video_duration", "1fvideo_duration", "video_codec", "play_count", "ig_play_count"):
        record.pop(key, None)


def plain_names(value: Any) -> Any:
    """Return a canonical GraphQL value with plain names: no type prefixes, no fulfilment marks."""
    if isinstance(value, dict):
        kept = {key: each for key, each in value.items() if not key.startswith("is_fulfilled__")}
        return {_PREFIX.sub("", key): plain_names(each) for key, each in kept.items()}
    return [plain_names(each) for each in value] if isinstance(value, list) else value
