"""Recorded answers of the server become these records. The values were read off the files, not made by our code."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import orjson
import pytest

from igcrawl.crawl.walk import Walk
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.parsing.envelope import read_envelope
from igcrawl.parsing.reader import Reading
from tests.conftest import ROOT

PAYLOADS = ROOT / "tests" / "payloads"
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

#: File, operation, its arguments, what each record holds (and perhaps more), the next cursor.
RECORDED: list[tuple[str, str, dict[str, Any], list[dict[str, Any]], str | None]] = [
    (
        "followers_list.mobile.json",
        "followers",
        USER,
        [
            follow(1, "42352626423", "user.38231a9554", "", is_private=True, latest_reel_media=0),
            follow(2, "65580799595", "user.ff772c17ac", "naïve", is_private=True, latest_reel_media=0),
            follow(3, "31570587653", "user.6ad03dc935", "lazy 世界 über", is_private=False, profile_pic_url=CDN),
        ],
        None,
    ),
    (
        "followers.web_query_hash.json",
        "followers_web",
        USER,
        [
            follow(
                1, "31607171860", "user.ff9295dcb9", "brown ❤️ straße 🙌 привет", is_private=False, latest_reel_media=0
            ),
            follow(2, "31115669133", "user.c7467ad7cb", "세계 мир", is_private=True, latest_reel_media=None),
            follow(3, "32500710723", "user.815efd9323", "brown", is_private=True),
        ],
        "QVFBcURDVXJ5T0ZyZE1fX2",
    ),
    (
        "profile.web.json",
        "user_profile",
        USER,
        [{**PERSON, **MORE_OF_PERSON, "follower_count": 274988955, "external_url": None}],
        None,
    ),
    (
        "profile_info.rest.json",
        "user_info",
        USER,
        [{**PERSON, **MORE_OF_PERSON, "follower_count": 274988955, "external_url": "http://66993f0f.example/3a8ebc"}],
        None,
    ),
    (
        "user_stream_by_id.rest.ndjson",
        "user_stream",
        USER,
        [{**PERSON, **MORE_OF_PERSON, "follower_count": 274988954, "external_url": "http://66993f0f.example/3a8ebc"}],
        None,
    ),
    (
        "user_stream_by_id.rest.ndjson",
        "username_stream",
        {"username": "instagram"},
        [{**PERSON, **MORE_OF_PERSON, "follower_count": 274988954}],
        None,
    ),
    (
        "web_profile_info.rest.json",
        "web_profile_info",
        {"username": "instagram"},
        [
            {**PERSON, "username": None, "follower_count": 274988953, "is_private": None, "hd_profile_pic_url": CDN},
            clip(
                "3867559022483856929",
                "eb14fd75eed",
                "783763",
                None,
                media_type=2,
                product_type="clips",
                like_count=35897,
                comment_count=236,
                view_count=0,
                duration=60.10100173950195,
                url=CDN,
                thumbnail_url=CDN,
            ),
            clip(
                "3841989349536365245", "9b701137c15", "783763", None, media_type=2, like_count=66087, comment_count=614
            ),
            clip(
                "3871355844751994973",
                "5efd43afc72",
                "783763",
                None,
                media_type=8,
                product_type="carousel_container",
                like_count=43754,
                comment_count=118,
                url=None,
            ),
        ],
        None,
    ),
    (
        "chaining.rest.json",
        "chaining",
        USER,
        [
            suggestion(
                1,
                "310421474",
                "user.39e31291be",
                full_name="مرحبا café привет the",
                is_verified=True,
                social_context="مرحبا café привет the",
            ),
            suggestion(2, "6567276", "user.59113f52ca", full_name="مرحبا lazy ✨", social_context="مرحبا lazy ✨"),
            suggestion(3, "320429053", "user.ce4c4273c5", full_name="dog こんにちは café", profile_pic_url=CDN),
        ],
        None,
    ),
    *(
        (
            "recommended_accounts.rest.json",
            name,
            {**USER, **args},
            [
                suggestion(
                    1, "5144709294", "user.1ff5eb8e16", category="Media/news company", latest_reel_media=1775657053
                ),
                suggestion(2, "42486390112", "user.cedd8710a3", category="Media/news company", is_verified=False),
                suggestion(3, "61764764398", "user.e8935f5e50", category="Publisher"),
            ],
            None,
        )
        for name, args in (("recommended_accounts", {"category_id": "0"}), ("suggestion_details", {"chained_ids": "1"}))
    ),
    (
        "accounts_serp.rest.json",
        "accounts_serp",
        {"query": "python"},
        [
            hit("accounts", 1, "user", "783763", username="user.8d14abc1d5", social_context="274M followers"),
            hit("accounts", 2, "user", "12738882", username="user.3f21bc14d4", social_context="7.3M followers"),
            hit("accounts", 3, "user", "23417213", full_name="안녕 naïve straße مرحبا 🙌 quick", id=None, name=None),
        ],
        "8f9db2901e2ba14a5c0f28b1955b4613",
    ),
    (
        "reels_serp.rest.json",
        "reels_serp",
        {"query": "python"},
        [
            *(
                hit(
                    "reels", number, "media", pk, id=f"{pk}_{owner}", code=code, owner_pk=owner, owner_username=username
                )
                for number, (pk, code, owner, username) in enumerate(REELS_HITS, start=1)
            ),
            clip(*REELS_HITS[0], like_count=222423, comment_count=573, play_count=3314829, taken_at=1771768875),
            clip(*REELS_HITS[1], like_count=231398, comment_count=1389, play_count=6210624, taken_at=1752487849),
            clip(*REELS_HITS[2], like_count=285600, duration=19.20199966430664, media_type=2, product_type="clips"),
        ],
        '{"reels_max_id":"r:80d6f6da6d8246fda9ad58a8e8d3c6c7","rank_token":"475a696b97a476604bdd0da28cb5a7d5475a"}',
    ),
    (
        "top_serp.rest.json",
        "top_serp",
        {"query": "python"},
        [
            hit("top", 1, "user", "783763", username="user.8d14abc1d5", full_name="नमस्ते dog the café"),
            hit("top", 2, "user", "23417213", username="user.cbe2214146", social_context="45.5M followers"),
            *(
                hit("top", number, "media", pk, code=code, owner_pk=owner, owner_username=username, username=None)
                for number, (pk, code, owner, username, _) in enumerate(GRID, start=3)
            ),
            *(clip(pk, code, owner, username, media_type=kind) for pk, code, owner, username, kind in GRID),
        ],
        '{"next_max_id":"28d0b024bdb44d80aeaad25e1ed56b23","reels_max_id":"r:b08243f50aeb4c25b8800bbdd510b26a",'
        '"rank_token":"0381a182c23bfe283a01f7d6391ad2ef0381"}',
    ),
    (
        "clips_profile.mobile.ndjson",
        "user_clips",
        {**USER, "stream": True},
        [
            clip(
                "3876013216636921861",
                "3601203377a",
                "1851325211",
                "user.606d48571c",
                id="3876013216636921861_1851325211",
                taken_at=1775566804,
                like_count=51262,
                comment_count=499,
                play_count=2626281,
                reshare_count=11654,
                duration=60.736000061035156,
                width=1080,
                height=1920,
                has_audio=True,
                url=CDN,
                thumbnail_url=CDN,
            ),
            clip("3861012181190437973", None, None, None, play_count=1496384, duration=55.44499969482422),
            clip("3864543982270886889", None, None, None, play_count=1307812, media_type=2, product_type="clips"),
        ],
        "QVFEX2VqYVdpeWlJd3RRd1FHR2tjUjFnOTRjeWtxN3I3YkRXa21FRGtweTE0WHZmQnp5R21tdV9kVExYOXlIMVR3bFlqbzRuejdkeDZKYWRhOFdo"
        "bFc5aw==",
    ),
    (
        "user_timeline.mobile.ndjson",
        "user_feed",
        USER,
        [
            clip(
                "3867559022483856929", None, "783763", "user.8d14abc1d5", taken_at=1775048403, width=720, media_type=2
            ),
            clip("3841989349536365245", None, "783763", "user.8d14abc1d5", taken_at=1772550004, product_type="clips"),
            clip(
                "3871355844751994973",
                None,
                "783763",
                "user.8d14abc1d5",
                id="3871355844751994973_783763",
                taken_at=1775642401,
                media_type=8,
                carousel_media_count=10,
                width=1439,
            ),
        ],
        "3864543982270886889",
    ),
    (
        "media_info.rest.json",
        "media_info",
        {"media_id": "3772103302310522243"},
        [
            clip(
                "3772103302310522243",
                "5c26da860eb",
                "783763",
                "user.8d14abc1d5",
                id="3772103302310522243_783763",
                taken_at=1764453631,
                like_count=135428,
                comment_count=485,
                play_count=2866123,
                reshare_count=8346,
                duration=22.31399917602539,
                width=720,
                height=1280,
                is_paid_partnership=False,
                location_pk=None,
                carousel=None,
            )
        ],
        None,
    ),
    (
        "track_stream.rest.ndjson",
        "audio_clips",
        {"track_id": "564058920086577"},
        [
            clip(
                "3859716925236533961",
                "b76bc88a1ff",
                "73381931573",
                "user.59fe44ffb3",
                id="3859716925236533961_73381931573",
                like_count=337,
                play_count=7599,
                duration=9.356,
                location_pk="272690483",
                location_name="café café ✨ 안녕 नमस्ते",
                latitude=33.6992,
                longitude=73.0393,
            ),
            clip(
                "3843338544458208392",
                "023fdce506d",
                "72027794934",
                "user.907e237620",
                taken_at=1772892816,
                like_count=3,
            ),
            clip(
                "3862824484873603890",
                "ebd24cc6e18",
                "53924757375",
                "user.0de1b81b8c",
                taken_at=1774871156,
                play_count=3054,
            ),
            {
                "type": "audio",
                "track_id": "564058920086577",
                "id": "756140101381016",
                "cluster_id": "797356140352501",
                "title": "the 🌍 straße",
                "artist": "नमस्ते 🌍 naïve",
                "artist_pk": "128359877",
                "artist_username": "user.8a2328b8e7",
                "duration_ms": 383639,
                "is_explicit": True,
                "is_trending": True,
                "clips_count": 62786,
                "photos_count": 0,
                "cover_url": CDN,
            },
        ],
        "begins with Gsam8OHQvLq47mqgxv3wy9TB5Wr4k",
    ),
    (
        "offensive_comment.rest.json",
        "offensive_comment",
        {"media_id": "1", "comment": "hello"},
        [{"type": "payload", "data": {"is_offensive": False, "text_language": "unknown"}, "is_offensive": False}],
        None,
    ),
    (
        "media_comments.rest.json",
        "comment_infos",
        {"media_ids": ["3691687641492349561_11475698"]},
        [
            {
                "type": "comment",
                "media_id": "3691687641492349561",
                "pk": "18077526805660352",
                "text": "🙌 世界 straße мир café привет dog over dog ❤️ over dog 세계 🌍 über straße",
                "created_at": 1754749758,
                "like_count": 13,
                "user_pk": "4208304886",
                "username": "user.262b950b22",
                "is_pinned": True,
                "parent_pk": None,
            },
            {"type": "comment", "pk": "18024327562025990", "like_count": 2155, "user_pk": "321793959"},
            {"type": "comment", "pk": "17813643990573694", "like_count": 340, "username": "user.08adb0b4f4"},
        ],
        None,
    ),
]


@pytest.mark.parametrize(
    ("file", "name", "args", "wanted", "cursor"), RECORDED, ids=[f"{name}-{file}" for file, name, *_ in RECORDED]
)
def test_a_recorded_answer_becomes_these_records(
    file: str, name: str, args: dict[str, Any], wanted: list[dict[str, Any]], cursor: str | None
) -> None:
    operation = OPERATIONS[name]
    checked = operation.check(args)
    walk = Walk(operation=operation, target="25025320", args=checked)
    envelope = read_envelope((PAYLOADS / file).read_bytes(), name)
    reading = Reading(name, walk.id, "2026-04-08T17:24:10.005Z", checked)
    records = [asdict(record) for record in walk.keep(operation.reader.read(envelope, reading))]

    assert [(record["type"], record.get("pk")) for record in records] == [(w["type"], w.get("pk")) for w in wanted]
    for record, values in zip(records, wanted, strict=True):
        assert {field: record[field] for field in values} == values
        assert list(record)[:4] == ["type", "operation", "fetched_at", "walk"]
        assert (record["operation"], record["walk"]) == (name, f"{name}/25025320")
    assert reading.notes == []
    end = operation.paging.page_end(envelope, name, checked, None) if operation.paging else None
    following = end.cursor if end else None
    if cursor is not None and cursor.startswith("begins with "):
        assert following is not None and following.startswith(cursor.removeprefix("begins with "))
    else:
        assert following == cursor


def test_the_parts_of_a_carousel_come_with_it() -> None:
    operation = OPERATIONS["user_feed"]
    envelope = read_envelope((PAYLOADS / "user_timeline.mobile.ndjson").read_bytes(), "user_feed")
    *_, album = operation.reader.read(envelope, Reading("user_feed", "user_feed/1", "now", USER))
    assert [part["pk"] for part in album.carousel] == [
        "3871169580319431982",
        "3872114701369220289",
        "3872096622191649870",
    ]
    assert album.carousel[0] == {"pk": "3871169580319431982", "media_type": 1, "url": CDN, "thumbnail_url": CDN}


def test_a_list_that_the_server_says_it_cut_ends_limited() -> None:
    operation = OPERATIONS["followers"]
    envelope = read_envelope((PAYLOADS / "followers_list.mobile.json").read_bytes(), "followers")
    assert operation.paging is not None
    assert operation.paging.page_end(envelope, "followers", USER, None).limited


def test_every_recorded_file_is_read() -> None:
    files = {path.name for path in PAYLOADS.iterdir() if path.suffix in {".json", ".ndjson"}} - {"examples.json"}
    assert {file for file, *_ in RECORDED} == files


def test_no_record_holds_what_makes_a_person_reachable() -> None:
    body = (PAYLOADS / "user_stream_by_id.rest.ndjson").read_bytes()
    reachable = body.replace(b'"public_email":""', b'"public_email":"a@b.example"').replace(
        b'"public_phone_number":""', b'"public_phone_number":"5550100"'
    )
    assert reachable != body
    envelope = read_envelope(reachable, "user_stream")
    records = OPERATIONS["user_stream"].reader.read(envelope, Reading("user_stream", "user_stream/1", "now", USER))
    line = orjson.dumps(records[0])
    assert b"a@b.example" not in line and b"5550100" not in line
