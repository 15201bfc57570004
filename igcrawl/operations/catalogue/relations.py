"""The follower graph: who follows an account, and whom it follows."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from igcrawl.arguments.types import Token
from igcrawl.items import Follow
from igcrawl.operations.call import SessionValue
from igcrawl.operations.catalogue.profiles import USER_ID
from igcrawl.operations.operation import Argument, Operation, Surface
from igcrawl.operations.paging import OneCursor
from igcrawl.operations.request_templates import Arg, Cursor, RankToken
from igcrawl.parsing.fields import flag, ident, number, text
from igcrawl.parsing.json_paths import Path
from igcrawl.parsing.reader import Constant, Reader

ORDER: Final = Argument(
    "date_followed_latest or date_followed_earliest; the server's own order if left out",
    Literal["date_followed_latest", "date_followed_earliest"],
    "date_followed_latest",
    required=False,
)
PAGE_SIZE: Final = Argument(
    "accounts per page, 1 to 200; the server treats it as a hint",
    Annotated[int, Field(ge=1, le=200)],
    200,
    required=False,
)
RANK_TOKEN: Final = Argument("the token of an earlier walk, to continue it", Token, "8a3a7f0e", required=False)

FOLLOW_FIELDS: Final = {
    "pk": ident(),
    "username": text("username"),
    "full_name": text("full_name"),
    "is_private": flag("is_private"),
    "is_verified": flag("is_verified"),
    "profile_pic_url": text("profile_pic_url"),
    "latest_reel_media": number("latest_reel_media"),
}


#: Which count of a profile says how long a list is.
_COUNTED_BY = {"followers": "follower_count", "following": "following_count"}


def _follows(direction: str, at: Path) -> Reader:
    return Reader(
        at=(*at, "users"),
        record=Follow,
        before=("user_id", Constant(direction)),
        position=True,
        fields=FOLLOW_FIELDS,
    )


def _pages(at: Path) -> OneCursor:
    return OneCursor(at, cursor="next_max_id", limited="should_limit_list_of_followers")


def _rest_list(direction: str) -> Operation:
    """REST friendships; a `count` over 200 is answered with 400."""
    return Operation(
        name=f"{direction}_rest",
        other_names=(f"user_{direction}_v1", f"user_{direction}_v1_chunk"),
        same_list_as=direction,
        not_known="whether it holds the same accounts as on mobile, in the same order and as far, was never compared",
        page_sizes=(200, 200),
        counted_by=_COUNTED_BY[direction],
        about=f"{direction} of an account, up to 200 per page",
        surface=Surface.REST,
        path=f"/api/v1/friendships/{{user_id}}/{direction}/",
        arguments={"user_id": USER_ID, "order": ORDER, "page_size": PAGE_SIZE},
        query={
            "count": Arg("page_size", default="200"),
            "rank_token": SessionValue("uuid"),
            "search_surface": "follow_list_page",
            "query": "",
            "enable_groups": "true",
            "max_id": Cursor(),
            "order": Arg("order"),
        },
        reader=_follows(direction, ()),
        paging=_pages(()),
    )


OPERATIONS: Final = (
    Operation(
        name="followers",
        other_names=(
            "private_graphql_followers_list",
            "user_followers",
            "user_followers_private_gql",
            "user_followers_private_gql_chunk",
        ),
        fallback="followers_rest",
        page_sizes=(25, 50),
        counted_by=_COUNTED_BY["followers"],
        about="followers of an account",
        surface=Surface.MOBILE_GRAPHQL,
        query_name="FollowersList",
        headers={"X-FB-RMD": "state=URL_ELIGIBLE"},
        arguments={"user_id": USER_ID, "order": ORDER, "rank_token": RANK_TOKEN},
        variables={
            "user_id": Arg("user_id"),
            "skip_suggested_users": True,
            "skip_more_groups_available": True,
            "skip_friendship_followers_fields": True,
            "request_data": {"rank_token": RankToken(), "enableGroups": True},
            "skip_page_size": True,
            "skip_pending_admins": True,
            "skip_has_more": True,
            "search_surface": "follow_list_page",
            "query": "",
            "skip_big_list": True,
            "include_unseen_count": True,
            "max_id": Cursor(),
            "order": Arg("order"),
        },
        reader=_follows("followers", ("data", "xdt_api__v1__friendships__followers")),
        paging=_pages(("data", "xdt_api__v1__friendships__followers")),
    ),
    Operation(
        name="following",
        other_names=(
            "private_graphql_following_list",
            "user_following",
            "user_following_private_gql",
            "user_following_private_gql_chunk",
            "user_following_gql",
            "user_following_gql_chunk",
        ),
        page_sizes=(25, 50),
        fallback="following_rest",
        counted_by=_COUNTED_BY["following"],
        about="accounts that an account follows",
        surface=Surface.MOBILE_GRAPHQL,
        query_name="FollowingList",
        headers={"X-FB-RMD": "state=URL_ELIGIBLE"},
        arguments={"user_id": USER_ID, "order": ORDER, "rank_token": RANK_TOKEN},
        variables={
            "user_id": Arg("user_id"),
            "skip_use_clickable_see_more": True,
            "skip_preview_hashtags": True,
            "skip_should_limit_list_of_followers": True,
            "skip_pending_admins": True,
            "skip_more_groups_available": True,
            "skip_friendship_followers_fields": False,
            "request_data": {
                "search_surface": "follow_list_page",
                "rank_token": RankToken(),
                "includes_hashtags": True,
            },
            "skip_page_size": True,
            "skip_friend_requests": True,
            "skip_big_list": True,
            "query": "",
            "include_profile_update_info": True,
            "skip_suggested_users": True,
            "include_unseen_count": True,
            "skip_has_more": True,
            "enable_groups": True,
            "skip_hashtag_count": True,
            "max_id": Cursor(),
            "order": Arg("order"),
        },
        reader=_follows("following", ("data", "xdt_api__v1__friendships__following")),
        paging=_pages(("data", "xdt_api__v1__friendships__following")),
    ),
    _rest_list("followers"),
    _rest_list("following"),
    Operation(
        name="followers_web",
        other_names=("user_followers_gql", "user_followers_gql_chunk"),
        same_list_as="followers",
        page_sizes=(12, 12),
        fallback="followers_rest",
        about="followers of an account, as the web asked before 2026; empty since September 2026, never a fallback",
        surface=Surface.WEB_QUERY_HASH,
        query_name="edge_followed_by",
        arguments={"user_id": USER_ID},
        variables={
            "id": Arg("user_id"),
            "include_reel": True,
            "fetch_mutual": False,
            "first": 12,
            "after": Cursor(),
        },
        reader=Reader(
            at=("data", "user", "edge_followed_by", "edges"),
            absent=("data", "user"),
            unwrap="node",
            record=Follow,
            before=("user_id", Constant("followers")),
            position=True,
            fields=FOLLOW_FIELDS,
        ),
        paging=OneCursor(
            ("data", "user", "edge_followed_by", "page_info"),
            cursor="end_cursor",
            more="has_next_page",
            count=("data", "user", "edge_followed_by", "count"),
        ),
    ),
)
