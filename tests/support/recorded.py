"""Recorded answers of the server, and the records that they become, read off the files by hand."""

from __future__ import annotations

from typing import Any

from tests.conftest import ROOT
from tests.support.recorded_parts import (
    CDN,
    GRID,
    MORE_OF_PERSON,
    PERSON,
    REELS_HITS,
    USER,
    clip,
    follow,
    hit,
    suggestion,
)

PAYLOADS = ROOT / "tests" / "payloads"
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
