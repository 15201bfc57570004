"""The operations the simulator knows: how each is recognised in a request, and who answers it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from igcrawl.simulator import media, profiles, relations, search, streams, suggestions, unrecorded
from igcrawl.simulator.answers import Answer
from igcrawl.simulator.parsed_request import Ask
from igcrawl.simulator.world import World

Handler = Callable[[World, Ask], Answer]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the server.

    GraphQL operations are recognised by `doc_id` (mobile ones also have to carry their `friendly_name`), REST ones by
    method and `path`, a regular expression whose group `target` is who or what is asked about. `target` and `cursor`
    are paths into variables, signed body or query.
    """

    name: str
    surface: str
    answer: Handler
    doc_id: str = ""
    friendly_name: str = ""
    method: str = "POST"
    path: str = ""
    target: tuple[str, ...] = ()
    cursor: tuple[str, ...] = ()


def _website(world: World, ask: Ask) -> Answer:
    """Stand for the website, which the desk asks itself: its pages hold the doc_ids of the moment."""
    raise NotImplementedError(ask.operation)


_FRIENDSHIPS = r"/api/v1/friendships/(?P<target>[^/]+)/"
_USERS = r"/api/v1/users/(?P<target>[^/]+)/"

_TABLE = (
    Operation("followers", "mobile", relations.followers, "284797047911918316998205836755", "FollowersList",
              target=("user_id",), cursor=("max_id",)),
    Operation("following", "mobile", relations.following, "16104639286363954576550227636", "FollowingList",
              target=("user_id",), cursor=("max_id",)),
    Operation("followers_rest", "rest", relations.followers_rest, method="GET",
              path=_FRIENDSHIPS + "followers/", cursor=("max_id",)),
    Operation("following_rest", "rest", relations.following_rest, method="GET",
              path=_FRIENDSHIPS + "following/", cursor=("max_id",)),
    Operation("followers_web", "web", suggestions.followers_web, "37479f2b8209594dde7facb0d904896a", method="GET",
              target=("id",), cursor=("after",)),
    Operation("user_profile", "web", profiles.user_profile, "28036671149327607",
              "PolarisProfilePageContentQuery", target=("id",)),
    Operation("web_doc_id", "web", unrecorded.web_doc_id, "25980296051578533", target=("id",)),
    Operation("user_lookup", "web", profiles.user_lookup, "26347858941511777",
              "PolarisSearchBoxRefetchableQuery", target=("query",)),
    Operation("user_info", "rest", profiles.user_info, method="GET", path=_USERS + "info/"),
    Operation("user_stream", "rest", streams.user_stream, path=_USERS + "info_stream/"),
    Operation("username_stream", "rest", streams.username_stream, path=_USERS + "usernameinfo_stream/"),
    Operation("web_profile_info", "rest", streams.web_profile_info, method="GET",
              path="/api/v1/users/web_profile_info/", target=("username",)),
    Operation("chaining", "rest", suggestions.chaining, method="GET",
              path="/api/v1/discover/chaining/", target=("target_id",)),
    Operation("suggestion_details", "rest", suggestions.suggestion_details, method="GET",
              path="/api/v1/discover/fetch_suggestion_details/", target=("target_id",)),
    Operation("recommended_accounts", "rest", suggestions.recommended_accounts, method="GET",
              path="/api/v1/discover/recommended_accounts_for_category/", target=("target_id",)),
    Operation("related_profiles", "web", suggestions.related_profiles, "ad99dd9d3646cc3c0dda65debcd266a7", method="GET",
              target=("user_id",)),
    Operation("audio_clips", "rest", media.audio_clips, path="/api/v1/clips/stream_clips_pivot_page/",
              target=("music_page", "audio_asset_id"), cursor=("music_page", "max_id")),
    Operation("media_info", "rest", media.media_info, method="GET",
              path="/api/v1/discover/media_metadata/", target=("media_id",)),
    Operation("offensive_comment", "rest", media.offensive_comment,
              path="/api/v1/media/comment/check_offensive_comment/", target=("media_id",)),
    Operation("comment_infos", "rest", media.comment_infos, method="GET",
              path="/api/v1/media/comment_infos/", target=("media_ids",)),
    Operation("user_clips", "mobile", media.user_clips, "209049231614685382737238866578", "ClipsProfileQuery",
              target=("data", "target_user_id"), cursor=("data", "max_id")),
    Operation("user_feed", "rest", media.user_feed, path=r"/api/v1/feed/user_stream/(?P<target>[^/]+)/",
              cursor=("max_id",)),
    Operation("keyword_typeahead", "rest", search.keyword_typeahead, method="GET",
              path="/api/v1/fbsearch/keyword_typeahead/", target=("query",)),
    Operation("typeahead_stream", "rest", search.typeahead_stream, method="GET",
              path="/api/v1/fbsearch/typeahead_stream/", target=("query",)),
    Operation("typeahead_users", "rest", search.typeahead_stream, method="GET", target=("query",)),
    Operation("accounts_serp", "rest", search.accounts_serp, method="GET",
              path="/api/v1/fbsearch/account_serp/", target=("query",), cursor=("page_token",)),
    Operation("reels_serp", "rest", search.reels_serp, method="GET",
              path="/api/v1/fbsearch/reels_serp/", target=("query",), cursor=("reels_max_id",)),
    Operation("top_serp", "rest", search.top_serp, method="GET",
              path="/api/v1/fbsearch/top_serp/", target=("query",), cursor=("next_max_id",)),
    Operation("serp", "rest", search.serp, method="GET",
              path=r"/api/v1/fbsearch/(?P<target>[^/]*serp[^/]*)/", cursor=("reels_max_id",)),
    Operation("inbox_tray", "mobile", unrecorded.inbox_tray, "2035639076042015234490020607",
              "InboxTrayRequestForUserQuery", target=("user_id",)),
    Operation("region_hint", "mobile", unrecorded.region_hint, "52232106018313849661757113193",
              "IGRealtimeRegionHintQuery"),
    Operation("audio_trend_categories", "mobile", unrecorded.audio_trend_categories, "10243243298540497152200027985",
              "GetTopAudioTrendsEligibleCategories"),
    Operation("memories_pog", "mobile", unrecorded.memories_pog, "4160563056814166588457451196", "MemoriesPogQuery"),
    Operation("mark_inbox_seen", "mobile", unrecorded.mark_inbox_seen, "41048505499858972910914091441",
              "UpdateInboxTrayLastSeenTimestamp"),
    Operation("mobile_doc_id", "mobile", unrecorded.mobile_doc_id, "123456789012345678901234567890", "MyCustomQuery",
              target=("some_id",)),
    Operation("home", "page", _website, method="GET", path="/"),
    Operation("resolve", "page", unrecorded.resolve, method="HEAD", path=r"/(?P<target>.*)"),
)  # fmt: skip

OPERATIONS: dict[str, Operation] = {operation.name: operation for operation in _TABLE}
"""Every operation by its name."""

_BY_PATH = [(re.compile(operation.path), operation) for operation in _TABLE if operation.path]


class DocIds:
    """The doc_ids registered right now, by operation; rotation changes them while the server runs."""

    def __init__(self) -> None:
        self._retired: dict[str, int] = {}
        self._operations = {operation.doc_id: operation for operation in _TABLE if operation.doc_id}

    def rotate(self, operation: str, doc_id: str, *, keep_old: bool = False, old_status: int = 400) -> None:
        """Register a new doc_id for an operation; the ones before it are gone unless `keep_old`.

        Those that are gone answer with `old_status`, see `answers.stale_doc_id`.

        Raises KeyError for an operation without a doc_id.
        """
        known = OPERATIONS[operation]
        if not known.doc_id:
            raise KeyError(operation)
        if not keep_old:
            gone = [key for key, value in self._operations.items() if value.name == operation]
            self._retired |= dict.fromkeys(gone, old_status)
            self._operations = {key: value for key, value in self._operations.items() if value.name != operation}
        self._operations[doc_id] = known

    def current(self, operation: str) -> str:
        """Return the doc_id registered last for an operation."""
        return [doc_id for doc_id, known in self._operations.items() if known.name == operation][-1]

    def stale_status(self, doc_id: str | None) -> int:
        """Return the status that an id answers with which is not registered (any more)."""
        return self._retired.get(doc_id or "", 400)

    def find(self, doc_id: str, surface: str) -> Operation | None:
        """Return the operation a doc_id is registered for on a surface, or None."""
        operation = self._operations.get(doc_id)
        return operation if operation is not None and operation.surface == surface else None


def recognise(ask: Ask, doc_ids: DocIds) -> Operation | None:
    """Find a request's operation and note surface, operation, target and cursor in the ask; None when unknown."""
    found = ""
    if ask.path in ("/graphql/query", "/graphql/query/") and ask.method in ("POST", "GET"):
        operation = _graphql(ask, doc_ids)
    else:
        ask.surface = "rest" if ask.path.startswith("/api/v1/") and ask.method != "HEAD" else "page"
        operation, found = _by_path(ask)
    if operation is not None:
        ask.surface, ask.operation = operation.surface, operation.name
        ask.target = found or _value(ask, operation.target)
        ask.cursor = _value(ask, operation.cursor)
    return operation


def _graphql(ask: Ask, doc_ids: DocIds) -> Operation | None:
    names_app_query = "client_doc_id" in ask.form or (ask.path == "/graphql/query" and "doc_id" not in ask.form)
    ask.surface = "mobile" if names_app_query and ask.method == "POST" else "web"
    if ask.method == "GET":
        sent = ask.query.get("query_hash", "")
    else:
        sent = ask.form.get("client_doc_id" if ask.surface == "mobile" else "doc_id", "")
    operation = doc_ids.find(sent, ask.surface)
    if operation is None or operation.method != ask.method:
        return None
    named = ask.form.get("fb_api_req_friendly_name", operation.friendly_name)
    return operation if named == operation.friendly_name else None


def _by_path(ask: Ask) -> tuple[Operation | None, str]:
    for pattern, operation in _BY_PATH:
        match = pattern.fullmatch(ask.path)
        if match and ask.method == operation.method:
            # Two wire rows share this path; the one that wants users alone sends its time zone.
            users_only = operation.name == "typeahead_stream" and "timezone_offset" in ask.query
            return OPERATIONS["typeahead_users"] if users_only else operation, match.groupdict().get("target") or ""
    return None, ""


def _value(ask: Ask, path: tuple[str, ...]) -> str | None:
    if not path:
        return None
    value = ask.argument(*path)
    if value is None and len(path) == 1:
        value = ask.query.get(path[0])
    return str(value) if value not in (None, "") else None
