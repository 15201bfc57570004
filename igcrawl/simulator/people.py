"""User objects as JSON text, in the shapes of the different surfaces.

The text comes from templates and not from a serialiser: a page of 200 users has to cost well under 3 ms. Keys, their
order and their types are those of the recorded answers (ids are strings in GraphQL and numbers in REST).
"""

import json
from dataclasses import dataclass

from igcrawl.simulator.accounts import ACCOUNTS, Account
from igcrawl.simulator.graph import Graph, digest_is_private
from igcrawl.simulator.names import full_name_json

PICTURE_HOST = "scontent-xyz1-1.cdn.example"
NEWEST_STORY = 1775669050
_OLDEST_PICTURE = 1510000000000000000
_PICTURES = 2360000000000000000
_SMALL = "s150x150"

_GRAPHQL = (
    '{"__typename":"XDTUserDict","strong_id__":"%(id)s","id":"%(id)s",{{fulfilled}}"allowed_commenter_type":null,'
    '"fbid_v2":"%(fbid)s","full_name":%(name)s,"has_anonymous_profile_picture":%(anonymous)s,'
    '"interop_messaging_user_fbid":null,"is_private":%(private)s,"is_verified":%(verified)s,'
    '"{{long}}latest_reel_media":%(story)s,"liked_clips_count":null,"account_badges":[],"social_context":null,'
    '{{friendship}}"pk":"%(id)s","profile_pic_id":%(pic_id)s,"profile_pic_url":"%(pic)s","reel_auto_archive":null,'
    '"username":"%(username)s","all_media_count":null}'
)
_FULFILLED = '"is_fulfilled__(name:\\"XDTUserDict\\")":true,'
_FRIENDSHIP = (
    '"friendship_status":{"following":false,"incoming_request":false,"is_bestie":false,"is_feed_favorite":false,'
    '"is_private":%(private)s,"is_restricted":false,"outgoing_request":false},'
)
REST_TEMPLATE = (
    '{"strong_id__":"%(id)s","pk":%(id)s,"pk_id":"%(id)s","id":"%(id)s","fbid_v2":%(fbid)s,'
    '"full_name":%(name)s,"is_private":%(private)s,"is_verified":%(verified)s,"third_party_downloads_enabled":1,'
    '"profile_pic_id":%(pic_id)s,"profile_pic_url":"%(pic)s","username":"%(username)s",'
    '"has_anonymous_profile_picture":%(anonymous)s,"account_badges":[],"is_ring_creator":false,'
    '"show_ring_award":false,"latest_reel_media":%(story)s,"is_favorite":false,"should_show_category":false}'
)
"""A user of the REST friendship lists; no recording exists, so its keys are those of the recorded REST users."""


def graphql_template(*, canonical: bool, prefixed: bool, friendship: bool) -> str:
    """Return the template of a mobile GraphQL user.

    `canonical` adds the fulfilment marks, `prefixed` the type prefix of scalars, as the request's two naming switches
    do; `friendship` adds the viewer's relation, which a request skips by `skip_friendship_followers_fields`.
    """
    return (
        _GRAPHQL.replace("{{fulfilled}}", _FULFILLED if canonical else "")
        .replace("{{long}}", "1l" if prefixed else "")
        .replace("{{friendship}}", _FRIENDSHIP if friendship else "")
    )


@dataclass(frozen=True, slots=True)
class Person:
    """Everything known about one account, as Python values."""

    id: int
    username: str
    full_name: str
    is_private: bool
    is_verified: bool
    profile_pic_url: str
    profile_pic_id: str | None
    latest_reel_media: int
    fbid: int
    digest: str


class People:
    """Everything about an account that a user object shows, made from its id."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def values(self, user_id: int) -> dict[str, object]:
        """Return what the templates are filled with; strings among it are already JSON text where they need to be."""
        digest = self.graph.digest(user_id)
        number = int(digest[40:56], 16)
        account = ACCOUNTS.get(user_id)
        if account is not None:
            return self._documented(account, digest, number)
        anonymous = number % 12 == 5
        return {
            "id": user_id,
            "fbid": 17800000000000000 + number % 99999999999999,
            "name": full_name_json(number),
            "anonymous": "true" if anonymous else "false",
            "private": "true" if digest_is_private(digest) else "false",
            "verified": "true" if number % 97 == 0 else "false",
            "story": NEWEST_STORY - number % 86400 if number % 4 == 0 else 0,
            "pic_id": "null" if anonymous else f'"{_OLDEST_PICTURE + number % _PICTURES}_{user_id}"',
            "pic": _NO_PICTURE if anonymous else picture_url(digest, _SMALL),
            "username": self.graph.username(user_id),
        }

    def _documented(self, account: Account, digest: str, number: int) -> dict[str, object]:
        return {
            "id": account.id,
            "fbid": 17800000000000000 + number % 99999999999999,
            "name": json.dumps(account.full_name, ensure_ascii=False),
            "anonymous": "false",
            "private": "true" if self.graph.is_private(account.id) else "false",
            "verified": "true" if account.is_verified else "false",
            "story": NEWEST_STORY - number % 86400,
            "pic_id": f'"{_OLDEST_PICTURE + number % _PICTURES}_{account.id}"',
            "pic": picture_url(digest, _SMALL),
            "username": self.graph.username(account.id),
        }

    def as_json(self, user_ids: list[int], template: str) -> str:
        """Return the user objects, comma separated, without the brackets of the list."""
        return ",".join([template % self.values(user_id) for user_id in user_ids])

    def person(self, user_id: int) -> Person:
        """Return an account's values as a profile or a search hit needs them."""
        values = self.values(user_id)
        user = json.loads(REST_TEMPLATE % values)
        return Person(
            user_id, user["username"], user["full_name"], user["is_private"], user["is_verified"],
            user["profile_pic_url"], user["profile_pic_id"], user["latest_reel_media"], user["fbid_v2"],
            self.graph.digest(user_id),
        )  # fmt: skip


def picture_url(digest: str, size: str) -> str:
    """Return a picture URL as long and as signed as the real ones, on a host that does not exist."""
    return (
        f"https://{PICTURE_HOST}/v/t51.2885-19/{int(digest[:7], 16)}_{int(digest[7:20], 16)}_{int(digest[20:35], 16)}"
        f"_n.jpg?stp=dst-jpg_{size}_tt6&_nc_ht={PICTURE_HOST}&_nc_cat=1&_nc_oc=Q6cZ2Q{digest[:20]}&_nc_ohc={digest[32:43]}"
        f"&ccb=7-5&oh=00_Af{digest[43:61]}&oe=69{digest[58:64]}&_nc_sid=8b3546"
    )


_NO_PICTURE = picture_url("0" * 64, _SMALL)
