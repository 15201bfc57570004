"""Media: posts, reels, sounds and comments, one by one and in the lists of an account."""

from __future__ import annotations

from typing import Final

from igcrawl.arguments.types import MediaId, MediaIds, MediaPk, Number, Words
from igcrawl.items import Audio, Comment, CommentCheck, Media
from igcrawl.operations.call import SessionValue
from igcrawl.operations.catalogue.profiles import USER_ID
from igcrawl.operations.catalogue.shared_fields import MEDIA_FIELDS
from igcrawl.operations.cursors import Chunk
from igcrawl.operations.operation import Argument, Operation, Surface
from igcrawl.operations.paging import ChunkPages, OneCursor
from igcrawl.operations.request_templates import Arg, ChunkOf, Cursor
from igcrawl.parsing.combined_readers import AllOf, ById, Either
from igcrawl.parsing.fields import WITHOUT_STATUS, flag, ident, ids, media_id, number, reference, text, truth
from igcrawl.parsing.json_paths import ManyPath
from igcrawl.parsing.reader import Reader

STREAM: Final = Argument("1 asks for a streamed answer, as the app does; 0 if left out", bool, True, required=False)

AUDIO_FIELDS: Final = {
    "id": reference(
        "metadata.music_info.music_asset_info.audio_asset_id",
        "metadata.original_sound_info.audio_asset_id",
        "audio_page_reporting_id",
    ),
    "cluster_id": reference("metadata.music_info.music_asset_info.audio_cluster_id", "music_canonical_id"),
    "title": text("metadata.music_info.music_asset_info.title", "metadata.original_sound_info.original_audio_title"),
    "artist": text(
        "metadata.music_info.music_asset_info.display_artist",
        "metadata.music_info.music_consumption_info.ig_artist.full_name",
        "metadata.original_sound_info.ig_artist.full_name",
    ),
    "artist_pk": reference(
        *ids("metadata.music_info.music_consumption_info.ig_artist", "metadata.original_sound_info.ig_artist")
    ),
    "artist_username": text(
        "metadata.music_info.music_consumption_info.ig_artist.username",
        "metadata.original_sound_info.ig_artist.username",
        "metadata.music_info.music_asset_info.ig_username",
    ),
    "duration_ms": number(
        "metadata.music_info.music_asset_info.duration_in_ms", "metadata.original_sound_info.duration_in_ms"
    ),
    "is_explicit": flag("metadata.music_info.music_asset_info.is_explicit", "metadata.original_sound_info.is_explicit"),
    "is_trending": flag("metadata.music_info.music_consumption_info.is_trending_in_clips"),
    "clips_count": number("media_count.clips_count"),
    "photos_count": number("media_count.photos_count"),
    "cover_url": text("metadata.music_info.music_asset_info.cover_artwork_uri"),
}
COMMENT_FIELDS: Final = {
    "media_id": media_id("media_id", "asked_media_id"),
    "pk": ident(),
    "text": text("text"),
    "created_at": number("created_at", "created_at_utc"),
    "like_count": number("like_count", "comment_like_count"),
    "user_pk": reference(*ids("user"), "user_id"),
    "username": text("user.username"),
    "full_name": text("user.full_name"),
    "is_verified": flag("user.is_verified"),
    "profile_pic_url": text("user.profile_pic_url"),
    "parent_pk": reference("parent_comment_id", "replied_to_comment_id"),
    "reply_count": number("child_comment_count"),
    "is_pinned": flag("is_pinned"),
}
_COMMENTS_A_CALL: Final = Chunk("media_ids", 50)


def _media(at: ManyPath, *, merged: bool = False, unwrap: str | None = "media") -> Reader:
    return Reader(at=at, unwrap=unwrap, merged=merged, record=Media, fields=MEDIA_FIELDS)


OPERATIONS: Final = (
    Operation(
        name="media_info",
        other_names=("media_info_v2", "media_info_v1", "media_info_gql", "explore_page_media_info"),
        about="one post or reel",
        surface=Surface.REST,
        path="/api/v1/discover/media_metadata/",
        arguments={
            "media_id": Argument("the media's id; an owner's id after it is cut off", MediaPk, "3776832898280228145")
        },
        query={"media_id": Arg("media_id")},
        reader=Reader(at=("media_or_ad",), single=True, record=Media, fields=MEDIA_FIELDS),
    ),
    Operation(
        name="user_clips",
        other_names=(
            "private_graphql_clips_profile",
            "user_clips_v1",
            "user_clips_chunk_v1",
            "user_clips_paginated_v1",
        ),
        planned_by="media_count",
        # Reels are a part of what is counted.
        planned_at_most=True,
        page_sizes=(12, 12),
        fallback="user_feed",
        only={"product_type": "clips"},
        about="an account's reels",
        surface=Surface.MOBILE_GRAPHQL,
        query_name="ClipsProfileQuery",
        arguments={"user_id": USER_ID, "stream": STREAM},
        variables={
            "use_stream": Arg("stream", default=False),
            "use_defer": Arg("stream", default=False),
            "enable_video_versions_in_light_media": True,
            "exclude_caption_user_field": False,
            "enable_thumbnails_in_light_media": False,
            "enable_audience_in_light_media": False,
            "enable_clips_metadata_in_light_media": False,
            "exclude_main_user_field": False,
            "enable_likers_in_full_media": False,
            "data": {
                "target_user_id": Arg("user_id"),
                "should_stream_response": Arg("stream", default=False),
                "sort_by_views": False,
                "max_id": Cursor(null=True),
                "include_feed_video": True,
                "audience": None,
                "page_size": 12,
                "no_of_medias_in_each_chunk": 6,
            },
            "stream_use_customized_batch": False,
            "initial_stream_count": 6,
        },
        reader=_media(("data", "xdt_user_clips_graphql", "items"), merged=True),
        paging=OneCursor(("data", "xdt_user_clips_graphql", "paging_info"), cursor="max_id", more="more_available"),
    ),
    Operation(
        name="user_feed",
        other_names=(
            "feed_user_stream_item",
            "user_medias",
            "user_medias_v1",
            "user_medias_gql",
            "user_medias_chunk",
            "user_medias_chunk_v1",
            "user_medias_chunk_gql",
            "user_medias_paginated",
            "user_medias_paginated_v1",
            "user_medias_paginated_gql",
        ),
        planned_by="media_count",
        page_sizes=(12, 12),
        about="what an account has posted, newest first",
        surface=Surface.REST,
        method="POST",
        path="/api/v1/feed/user_stream/{user_id}/",
        arguments={"user_id": USER_ID},
        signed_body={"_uuid": SessionValue("uuid"), "max_id": Cursor()},
        reader=Either(
            _media(("items",), merged=True),
            _media(("data", "xdt_api__v1__profile_timeline", "profile_grid_items"), merged=True),
        ),
        paging=OneCursor(("data", "xdt_api__v1__profile_timeline"), (), cursor="next_max_id", more="more_available"),
    ),
    Operation(
        name="audio_clips",
        other_names=("track_stream_info_by_id", "track_info_by_id"),
        about="a sound, and the reels that use it",
        surface=Surface.REST,
        method="POST",
        path="/api/v1/clips/stream_clips_pivot_page/",
        arguments={"track_id": Argument("the sound's numeric id", Number, "564058920086577")},
        signed_body={
            "pivot_page_type": "audio",
            "music_page": {
                "tab_type": "clips",
                "audio_asset_id": Arg("track_id"),
                "audio_cluster_id": Arg("track_id"),
                "max_id": Cursor(),
            },
            "_uuid": SessionValue("uuid"),
        },
        reader=AllOf(
            _media(("items",), merged=True),
            Reader(at=("music_page_response",), single=True, record=Audio, before=("track_id",), fields=AUDIO_FIELDS),
        ),
        paging=OneCursor(
            ("paging_info",), ("music_page_response", "paging_info"), cursor="max_id", more="more_available"
        ),
    ),
    Operation(
        name="comment_infos",
        other_names=("media_comment_infos", "media_comments"),
        about="the comments that the app shows below posts, 50 posts per request",
        surface=Surface.REST,
        path="/api/v1/media/comment_infos/",
        arguments={
            "media_ids": Argument(
                "ids of media: 1_2,3_4; long lists take several requests",
                MediaIds,
                "3391854975572247874_56502266920",
            ),
        },
        query={"can_support_carousel_mentions": "false", "media_ids": ChunkOf(_COMMENTS_A_CALL)},
        reader=Either(
            Reader(at=("comments",), record=Comment, fields=COMMENT_FIELDS),
            ById(
                at=(("comment_infos",), ("comment_infos_by_media_id",), ("comments",), ()),
                lists=("comments", "preview_comments"),
                id_key="asked_media_id",
                reader=Reader(at=(), record=Comment, fields=COMMENT_FIELDS),
            ),
        ),
        paging=ChunkPages(_COMMENTS_A_CALL),
    ),
    Operation(
        name="offensive_comment",
        other_names=("media_check_offensive_comment_v2", "media_check_offensive_comment"),
        about="whether the server would consider a comment offensive; nothing is posted",
        surface=Surface.REST,
        method="POST",
        path="/api/v1/media/comment/check_offensive_comment/",
        arguments={
            "media_id": Argument("the media that the comment would be on", MediaId, "3776832898280228145_787132"),
            "comment": Argument("the comment's text", Words, "hello"),
        },
        signed_body={"comment_text": Arg("comment"), "media_id": Arg("media_id"), "_uuid": SessionValue("uuid")},
        reader=Reader(
            at=(),
            single=True,
            record=CommentCheck,
            fields={"data": WITHOUT_STATUS, "is_offensive": truth("is_offensive")},
        ),
    ),
)
