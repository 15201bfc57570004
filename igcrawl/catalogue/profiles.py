"""Profiles: one account each."""

from __future__ import annotations

from igcrawl.fields import flag, ident, links, number, text, texts
from igcrawl.items import Profile
from igcrawl.operation import Arg, Argument, Operation, Surface
from igcrawl.reader import Reader

USER_ID = Argument("the account's numeric id")
USERNAME = Argument("the account's name, without @")

#: Keys are those of recorded profiles on all surfaces; what one surface lacks is null in the record.
PROFILE_FIELDS = {
    "pk": ident("pk", "id"),
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

OPERATIONS = (
    Operation(
        name="user_profile",
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
        seed="user_info_v2_gql",
    ),
    Operation(
        name="user_lookup",
        about="accounts whose name is like the one asked for; the exact one leads to its id",
        surface=Surface.WEB_GRAPHQL,
        query_name="PolarisSearchBoxRefetchableQuery",
        arguments={"username": USERNAME},
        variables={"hasQuery": True, "query": Arg("username")},
        reader=Reader(
            at=("data", "xdt_api__v1__fbsearch__non_profiled_serp", "users"), record=Profile, fields=PROFILE_FIELDS
        ),
        seed="user_info_by_username_v2_gql",
    ),
    Operation(
        name="user_info",
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
        seed="user_info_v1",
    ),
)
