"""Parts of the records that recorded answers become, read off the files by hand."""

from __future__ import annotations

from typing import Any

USER = {"user_id": "25025320"}
CDN = "https://scontent-xyz1-1.cdn.example/..."
PERSON = {
    "type": "profile",
    "pk": "783763",
    "full_name": "नमस्ते dog the café",
    "biography": "café ❤️ straße こんにちは こんにちは 안녕 naïve the नमस्ते brown brown 🌍 🌍 مرحبا the",
    "following_count": 193,
    "media_count": 31529,
}
MORE_OF_PERSON = {
    "username": "user.8d14abc1d5",
    "category": "",
    "is_private": False,
    "is_verified": True,
    "is_business": True,
    "account_type": 2,
    "pronouns": [],
    "bio_links": [{"title": "", "url": "http://66993f0f.example/3a8ebc"}],
    "latest_reel_media": 1775659002,
    "hd_profile_pic_url": CDN,
}


def follow(position: int, pk: str, username: str, full_name: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "follow",
        "owner_pk": "25025320",
        "direction": "followers",
        "position": position,
        "pk": pk,
        "username": username,
        "full_name": full_name,
        "is_verified": False,
        **more,
    }


def suggestion(position: int, pk: str, username: str, **more: Any) -> dict[str, Any]:
    fixed = {"type": "suggestion", "target_pk": "25025320", "is_private": False}
    return {**fixed, "position": position, "pk": pk, "username": username, **more}


def hit(tab: str, position: int, kind: str, pk: str, **more: Any) -> dict[str, Any]:
    return {"type": "hit", "query": "python", "tab": tab, "position": position, "kind": kind, "pk": pk, **more}


def clip(pk: str, code: str | None, owner: str | None, username: str | None, **more: Any) -> dict[str, Any]:
    return {"type": "media", "pk": pk, "code": code, "owner_pk": owner, "owner_username": username, **more}


REELS_HITS = [
    ("3832180987761623801", "44c2ae5e217", "783763", "user.8d14abc1d5"),
    ("3672387373917229000", "18353c37d01", "783763", "user.8d14abc1d5"),
    ("3801100812431923465", "488c6fe4e14", "510724587", "user.dbd4a47fdb"),
]
GRID = [
    ("3793035502765965817", "517f1a6db14", "783763", "user.8d14abc1d5", 2),
    ("3751760592283862685", "d3a7bfa1e4e", "57940545", "user.662d29996e", 8),
    ("3814937638989617397", "678d4cdd55c", "8254914847", "user.dbc7119948", 1),
    ("3791251509835157677", "a32d3a4d82e", "223573391", "user.a14ee3595e", 8),
    ("3861084054073167193", "c87f15915b3", "783763", "user.8d14abc1d5", 2),
    ("3722457968972394870", "452cc6f7859", "12598807694", "user.cb1f0b6e6d", 8),
    ("3863336137076449051", "74049d1afc4", "783763", "user.8d14abc1d5", 1),
    ("3802727566001764390", "00c30e20f4a", "28995309", "user.6e4b8d83a6", 8),
    ("3801100812431923465", "488c6fe4e14", "510724587", "user.dbd4a47fdb", 2),
    ("3743339878059204862", "569c484f278", "333163171", "user.2e6f8c9936", 1),
    ("3812698634238255720", "cebb636f09a", "1251258166", "user.385025b18e", 8),
    ("3806105846269182998", "049096c3bf9", "2256077003", "user.7dc0e5ba6c", 8),
]
