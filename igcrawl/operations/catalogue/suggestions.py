"""Suggestions: the accounts that the server shows to those who look at one, "chaining" in its own words."""

from __future__ import annotations

from typing import Final

from igcrawl.arguments.types import Number, UserIds
from igcrawl.items import Suggestion
from igcrawl.operations.catalogue.profiles import USER_ID
from igcrawl.operations.operation import Argument, Need, Operation, Surface
from igcrawl.operations.request_templates import Arg
from igcrawl.parsing.fields import flag, ident, number, text
from igcrawl.parsing.json_paths import ManyPath, Path
from igcrawl.parsing.reader import Reader

CHAINED_IDS: Final = Argument("ids of suggested accounts: 1,2,3", UserIds, "1,2,3")
CATEGORY_ID: Final = Argument(
    "the account's category; looked up in its profile, with one more request, if left out",
    Number,
    "2233",
    required=False,
)

SUGGESTION_FIELDS: Final = {
    "pk": ident(),
    "username": text("username"),
    "full_name": text("full_name"),
    "is_private": flag("is_private"),
    "is_verified": flag("is_verified"),
    "profile_pic_url": text("profile_pic_url"),
    "social_context": text("social_context"),
    "category": text("category"),
    "latest_reel_media": number("latest_reel_media"),
}


def _suggestions(at: ManyPath, unwrap: str | None = None, absent: Path | None = None) -> Reader:
    return Reader(
        at=at,
        unwrap=unwrap,
        absent=absent,
        record=Suggestion,
        before=("user_id",),
        position=True,
        fields=SUGGESTION_FIELDS,
    )


OPERATIONS: Final = (
    Operation(
        name="chaining",
        other_names=("user_suggested_profiles",),
        about="accounts suggested beside an account",
        surface=Surface.REST,
        path="/api/v1/discover/chaining/",
        arguments={"user_id": USER_ID},
        query={
            "module": "profile",
            "target_id": Arg("user_id"),
            "profile_chaining_check": "false",
            "eligible_for_threads_cta": "false",
        },
        reader=_suggestions(("users",)),
    ),
    Operation(
        name="suggestion_details",
        other_names=("fetch_suggestion_details",),
        about="more about accounts that were suggested beside an account",
        surface=Surface.REST,
        path="/api/v1/discover/fetch_suggestion_details/",
        arguments={"user_id": USER_ID, "chained_ids": CHAINED_IDS},
        query={"target_id": Arg("user_id"), "chained_ids": Arg("chained_ids"), "include_social_context": "1"},
        reader=_suggestions(("items",), unwrap="user"),
    ),
    Operation(
        name="recommended_accounts",
        other_names=("discover_recommended_accounts_for_category_v1",),
        about="accounts of the same category as an account",
        surface=Surface.REST,
        path="/api/v1/discover/recommended_accounts_for_category/",
        arguments={"user_id": USER_ID, "category_id": CATEGORY_ID},
        needs=(
            Need(
                operation="user_stream",
                args={"user_id": Arg("user_id")},
                gives="category_id",
                at=("user", "category_id"),
            ),
        ),
        query={"target_id": Arg("user_id"), "category_id": Arg("category_id")},
        reader=_suggestions(("items",), unwrap="user"),
    ),
    Operation(
        name="related_profiles",
        other_names=("user_related_profiles_gql",),
        fallback="chaining",
        about="accounts suggested beside an account, as the web asks",
        surface=Surface.WEB_QUERY_HASH,
        query_name="edge_chaining",
        arguments={"user_id": USER_ID},
        variables={"user_id": Arg("user_id"), "include_chaining": True},
        reader=_suggestions(("data", "user", "edge_chaining", "edges"), unwrap="node", absent=("data", "user")),
    ),
)
