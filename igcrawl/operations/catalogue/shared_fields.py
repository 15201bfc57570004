"""Shapes of objects that several families read. Keys are those of recorded answers."""

from __future__ import annotations

from typing import Final

from igcrawl.parsing.fields import coded, decimal, flag, ids, media_id, media_pk, number, parts, reference, text

_FILE: Final = ("video_versions.0.url", "video_url", "image_versions2.candidates.0.url", "display_url")
_PICTURE: Final = ("image_versions2.candidates.0.url", "thumbnail_url", "display_url")
_KIND: Final = coded({"GraphImage": 1, "GraphVideo": 2, "GraphSidecar": 8}, "media_type", "__typename")

#: A media object, on all surfaces; what one surface lacks is null in the record.
MEDIA_FIELDS: Final = {
    "pk": media_pk(),
    "id": media_id("id", "strong_id__", "pk", "pk_id"),
    "code": text("code", "shortcode"),
    "media_type": _KIND,
    "product_type": text("product_type"),
    "taken_at": number("taken_at", "taken_at_timestamp"),
    "owner_pk": reference(*ids("user", "owner")),
    "owner_username": text("user.username", "owner.username"),
    "caption": text("caption.text", "edge_media_to_caption.edges.0.node.text"),
    "like_count": number("like_count", "edge_media_preview_like.count", "edge_liked_by.count"),
    "comment_count": number("comment_count", "edge_media_to_comment.count"),
    "play_count": number("play_count", "ig_play_count"),
    "url": text(*_FILE),
    "thumbnail_url": text(*_PICTURE),
    "duration": decimal("video_duration"),
    "title": text("title"),
    "view_count": number("view_count", "video_view_count"),
    "reshare_count": number("reshare_count"),
    "width": number("original_width"),
    "height": number("original_height"),
    "has_audio": flag("has_audio"),
    "is_paid_partnership": flag("is_paid_partnership"),
    "accessibility_caption": text("accessibility_caption"),
    "location_pk": reference(*ids("location")),
    "location_name": text("location.name"),
    "latitude": decimal("lat", "location.lat"),
    "longitude": decimal("lng", "location.lng"),
    "carousel_media_count": number("carousel_media_count"),
    "carousel": parts(
        {
            "pk": media_pk(),
            "media_type": _KIND,
            "url": text(*_FILE),
            "thumbnail_url": text(*_PICTURE),
        },
        "carousel_media",
        "edge_sidecar_to_children.edges",
    ),
}
