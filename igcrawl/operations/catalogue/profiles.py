"""Profiles: one account each."""

from __future__ import annotations

from typing import Final

from igcrawl.arguments.types import UserId, Username
from igcrawl.items import Media, Profile
from igcrawl.operations.catalogue.shared_fields import MEDIA_FIELDS
from igcrawl.operations.operation import Argument, Continuation, Operation, Surface
from igcrawl.operations.request_templates import Arg
from igcrawl.parsing.combined_readers import AllOf
from igcrawl.parsing.fields import flag, ident, links, number, text, texts
from igcrawl.parsing.reader import Reader

USER_ID: Final = Argument("the account's numeric id", UserId, "25025320", instead="username")
USERNAME: Final = Argument("the account's name, without @", Username, "instagram")

#: Keys are those of recorded profiles on all surfaces; what one surface lacks is null in the record.
PROFILE_FIELDS: Final = {
    "pk": ident(),
    "username": text("username"),
    "full_name": text("full_name"),
    "biography": text("biography"),
    "external_url": text("external_url"),
    "bio_links": links("bio_links"),
    "category": text("category", "category_name"),
    "follower_count": number("follower_count", "edge_followed_by.count"),
    "following_count": number("following_count", "edge_follow.count"),
    "media_count": number("media_count", "edge_owner_to_timeline_media.count"),
    "is_private": flag("is_private"),
    "is_verified": flag("is_verified"),
    "is_business": flag("is_business", "is_business_account"),
    "account_type": number("account_type"),
    "profile_pic_url": text("profile_pic_url"),
    "pronouns": texts("pronouns"),
    "hd_profile_pic_url": text("hd_profile_pic_url_info.url", "profile_pic_url_hd"),
    "latest_reel_media": number("latest_reel_media"),
}

#: What the app says when it opens a profile from the feed.
_FROM_FEED: Final = {"is_prefetch": False, "entry_point": "profile", "from_module": "feed_timeline"}

OPERATIONS: Final = (
    Operation(
        name="user_profile",
        other_names=(
            "user_info_v2_gql",
            "user_info_gql",
            "user_short_gql",
            "user_web_profile_info_gql",
            "username_from_user_id_gql",
        ),
        fallback="user_info",
        about="one account's profile, by id",
        surface=Surface.WEB_GRAPHQL,
        query_name="PolarisProfilePageContentQuery",
        arguments={"user_id": USER_ID},
        variables={
            "enable_integrity_filters": True,
            "id": Arg("user_id"),
            "render_surface": "PROFILE",
            "__relay_internal__pv__PolarisCannesGuardianExperienceEnabledrelayprovider": True,
            "__relay_internal__pv__PolarisCASB976ProfileEnabledrelayprovider": False,
            "__relay_internal__pv__PolarisWebSchoolsEnabledrelayprovider": False,
            "__relay_internal__pv__PolarisRepostsConsumptionEnabledrelayprovider": False,
            "__relay_internal__pv__PolarisShortDramaEnabledrelayprovider": False,
        },
        reader=Reader(at=("data", "user"), single=True, record=Profile, fields=PROFILE_FIELDS),
    ),
    Operation(
        name="user_lookup",
        other_names=("user_info_by_username_v2_gql", "user_info_by_username", "user_id_from_username"),
        fallback="web_profile_info",
        about="one account's profile, by name: a search for the name, then the profile of exactly that one",
        surface=Surface.WEB_GRAPHQL,
        query_name="PolarisSearchBoxRefetchableQuery",
        arguments={"username": USERNAME},
        variables={"hasQuery": True, "query": Arg("username")},
        reader=Reader(
            at=("data", "xdt_api__v1__fbsearch__non_profiled_serp", "users"), record=Profile, fields=PROFILE_FIELDS
        ),
        then=Continuation("user_profile"),
    ),
    Operation(
        name="user_info",
        other_names=("user_info_v1", "username_from_user_id"),
        about="one account's profile, by id, as the app asks for it",
        surface=Surface.REST,
        path="/api/v1/users/{user_id}/info/",
        arguments={"user_id": USER_ID},
        query={
            "is_prefetch": "false",
            "entry_point": "self_profile",
            "from_module": "self_profile",
            "is_app_start": "false",
        },
        reader=Reader(at=("user",), single=True, record=Profile, fields=PROFILE_FIELDS),
    ),
    Operation(
        name="user_stream",
        other_names=("user_stream_by_id_v1", "user_stream_by_id_flat"),
        about="one account's profile, by id, as the app streams it",
        surface=Surface.REST,
        method="POST",
        path="/api/v1/users/{user_id}/info_stream/",
        arguments={"user_id": USER_ID},
        signed_body=_FROM_FEED,
        reader=Reader(at=("user",), single=True, record=Profile, fields=PROFILE_FIELDS),
    ),
    Operation(
        name="username_stream",
        other_names=("user_stream_by_username_v1", "user_stream_by_username_flat", "user_info_by_username_v1"),
        about="one account's profile, by name, as the app streams it",
        surface=Surface.REST,
        method="POST",
        path="/api/v1/users/{username}/usernameinfo_stream/",
        arguments={"username": USERNAME},
        signed_body=_FROM_FEED,
        reader=Reader(at=("user",), single=True, record=Profile, fields=PROFILE_FIELDS),
    ),
    Operation(
        name="web_profile_info",
        other_names=("user_web_profile_info_v1", "user_info_by_username_gql"),
        about="one account's profile, by name, and its first media",
        surface=Surface.REST,
        path="/api/v1/users/web_profile_info/",
        arguments={"username": USERNAME},
        query={"username": Arg("username")},
        reader=AllOf(
            Reader(at=("data", "user"), single=True, record=Profile, fields=PROFILE_FIELDS),
            Reader(
                at=("data", "user", "edge_owner_to_timeline_media", "edges"),
                record=Media,
                unwrap="node",
                beside={"owner": ("data", "user")},
                fields=MEDIA_FIELDS,
            ),
        ),
    ),
)
