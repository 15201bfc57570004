"""Recorded answers whose values are to be changed, and what comes out of each."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cache, cached_property
from typing import Any, Final

import orjson

from igcrawl.errors import AnswerError
from igcrawl.items import Record
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.parsing.envelope import read_envelope
from igcrawl.parsing.reader import Reading
from tests.conftest import ROOT
from tests.support.mutations import ARGS, RECORDED

ID_KEYS: Final = ("pk", "pk_id", "id", "strong_id__")
MOST: Final = 2**63 - 1
#: Greater whole numbers are not all to be told apart as floats.
EXACT: Final = 2**53
MISSING: Final = object()
#: Stands for bytes that no JSON writer makes.
RAW: Final = "@@raw@@"
#: A place in an answer: the document, then keys and numbers.
Place = tuple[Any, ...]
#: What a place decides: fields of records, by the records' number; a number of -1 is the page's end.
Decided = frozenset[tuple[int, str]]
#: Where the records of an operation stand, without which there is no page.
ROOTS: Final[dict[str, str]] = {
    "followers": "data.xdt_api__v1__friendships__followers.users",
    "followers_web": "data.user.edge_followed_by.edges",
    "user_profile": "data.user",
    "user_info": "user",
    "user_stream": "user",
    "username_stream": "user",
    "web_profile_info": "data.user",
    "chaining": "users",
    "recommended_accounts": "items",
    "suggestion_details": "items",
    "accounts_serp": "users",
    "typeahead_users": "users",
    "reels_serp": "reels_serp_modules",
    "user_clips": "data.xdt_user_clips_graphql.items",
    "user_feed": "data.xdt_api__v1__profile_timeline.profile_grid_items",
    "media_info": "media_or_ad",
    "audio_clips": "items",
    "offensive_comment": "is_offensive",
    "comment_infos": "comments",
    "web_doc_id": "data",
    "mobile_doc_id": "data.xdt_api__v1__profile_timeline.profile_grid_items",
}
#: Operations whose answer is one object, or has one at its root.
SINGLE: Final = {
    name for name, root in ROOTS.items() if root.rpartition(".")[2] in {"user", "media_or_ad", "is_offensive"}
}
#: Operations whose root is an object of lists, by the ids of what they belong to.
BY_ID: Final = "comment_infos"
#: Operations that read an answer of whatever shape, or in parts of which each may be missing.
WHATEVER: Final = {"web_doc_id", "mobile_doc_id", "top_serp", "serp"}


def _account(number: int, **more: Any) -> dict[str, Any]:
    return {"pk": str(number), "username": f"user.{number}", "full_name": "é", "is_private": False, **more}


def _media(number: int, **more: Any) -> dict[str, Any]:
    known = {
        "pk": number,
        "id": f"{number}_5",
        "media_type": 1,
        "user": _account(5),
        "like_count": 7,
        "has_audio": True,
    }
    return {**known, "caption": {"text": "a"}, "lat": 1.5, "location": {"pk": 9, "name": "b"}, **more}


_WEB_PART: Final = {"__typename": "XDTGraphImage", "id": "31", "display_url": "u"}
_WEB_MEDIA: Final = {
    "__typename": "GraphSidecar", "id": "30", "shortcode": "c", "display_url": "u",
    "owner": {"id": "5", "username": "a"}, "edge_media_preview_like": {"count": 3},
    "edge_sidecar_to_children": {"edges": [{"node": _WEB_PART}, {"node": {**_WEB_PART, "id": "32"}}]},
}  # fmt: skip
_ALBUM: Final = {
    "carousel_media": [
        {"pk": number, "media_type": 1, "image_versions2": {"candidates": [{"url": "u"}]}} for number in (21, 22)
    ]
}
#: Answers of which nobody has a recording, made by hand of what is known: operation, root, document.
MADE: Final[list[tuple[str, str, dict[str, Any]]]] = [
    (
        "user_lookup",
        "data.xdt_api__v1__fbsearch__non_profiled_serp.users",
        {"data": {"xdt_api__v1__fbsearch__non_profiled_serp": {"users": [_account(1, follower_count=3), _account(2)]}}},
    ),
    (
        "related_profiles",
        "data.user.edge_chaining.edges",
        {
            "data": {
                "user": {"edge_chaining": {"edges": [{"node": {"id": "1", "username": "a"}}, {"node": {"id": "2"}}]}}
            }
        },
    ),
    (
        "followers_rest",
        "users",
        {"users": [_account(1), _account(2)], "next_max_id": "c", "big_list": True, "has_more": True, "status": "ok"},
    ),
    (
        "user_feed",
        "items",
        {"items": [_media(1), {"media": _media(2, **_ALBUM)}], "more_available": True, "next_max_id": "2_5"},
    ),
    (
        "keyword_typeahead",
        "list",
        {
            "list": [
                {"position": 0, "user": _account(1)},
                {"position": 1, "hashtag": {"id": 2, "name": "b", "media_count": 3}},
                {"position": 2, "place": {"title": "c", "location": {"pk": 3, "name": "c"}}},
                {"position": 3, "keyword": {"id": "4", "name": "d"}},
            ]
        },
    ),
    (
        "web_profile_info",
        "data.user",
        {
            "data": {
                "user": {
                    "id": "5",
                    "username": "a",
                    "edge_owner_to_timeline_media": {"count": 2, "edges": [{"node": _WEB_MEDIA}]},
                    "bio_links": [{"title": "t", "url": "u"}, {"title": "v", "url": "w"}],
                    "pronouns": ["a", "b"],
                }
            }
        },
    ),
    (
        "comment_infos",
        "comment_infos",
        {
            "comment_infos": {
                "11_5": {"comments": [{"pk": 1, "text": "a", "user": _account(6)}, {"pk": 2, "created_at": 5}]},
                "12_5": {"preview_comments": [{"pk": 3, "is_pinned": True}]},
            }
        },
    ),
]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an answer: records as their values by name, and the page's end, or an error."""

    records: list[dict[str, Any]] = field(default_factory=list)
    end: Any = None
    notes: list[str] = field(default_factory=list)
    error: AnswerError | None = None


@dataclass(frozen=True)
class Answer:
    """A recorded answer as one operation reads it.

    Args:
        file: its name.
        operation: who reads it.
        root: where its records stand, without which there is no page; empty when each of its parts may be missing.
        documents: of its body; lists are cut to their first entries.
    """

    file: str
    operation: str
    root: str
    documents: list[Any]

    @cached_property
    def _written(self) -> bytes:
        return orjson.dumps(self.documents)

    def read(self, documents: list[Any], raw: bytes = b"") -> Outcome:
        """Read documents as a crawl does."""
        operation = OPERATIONS[self.operation]
        args = {"user_id": "1", "query": "q", **ARGS.get(self.operation, {})}
        body = b"\n".join(map(orjson.dumps, documents)).replace(b'"%s"' % RAW.encode(), raw)
        reading = Reading(self.operation, "walk", "time", args)
        try:
            envelope = read_envelope(body, self.operation)
            records = operation.reader.read(envelope, reading)
            end = operation.paging.page_end(envelope, self.operation, args, None) if operation.paging else None
        except AnswerError as error:
            return Outcome(error=error, notes=reading.notes)
        return Outcome([_values(record) for record in records], end, reading.notes)

    def changed(self, changes: dict[Place, Any]) -> list[Any]:
        """Return the documents with other values at some places."""
        # A fifth of the time of a deep copy.
        documents = orjson.loads(self._written)
        for place, value in changes.items():
            container: Any = documents
            for step in place[:-1]:
                container = container[step]
            if value is MISSING:
                del container[place[-1]]
            else:
                container[place[-1]] = value
        return documents

    def at(self, place: Place) -> Any:
        """Return what stands at a place."""
        value: Any = self.documents
        for step in place:
            value = value[step]
        return value


def _values(record: Record) -> dict[str, Any]:
    return {each.name: getattr(record, each.name) for each in fields(record)}


def answers(longest: int) -> list[Answer]:
    """Return all recorded answers, once for each operation that reads them.

    Args:
        longest: so many entries are left of each list.
    """
    recorded = [
        Answer(file, operation, ROOTS.get(operation, ""), [_cut(document, longest) for document in _documents(file)])
        for file, operations in RECORDED.items()
        for operation in operations
    ]
    return [*recorded, *(Answer("made", operation, root, [document]) for operation, root, document in MADE)]


@cache
def _documents(file: str) -> list[Any]:
    body = (ROOT / "tests" / "payloads" / file).read_bytes()
    return list(map(orjson.loads, body.splitlines() if file.endswith("ndjson") else [body]))


def _cut(value: Any, longest: int) -> Any:
    if isinstance(value, dict):
        # A path leads into lists: it stays as it is.
        return {key: entry if key == "path" else _cut(entry, longest) for key, entry in value.items()}
    return [_cut(entry, longest) for entry in value[:longest]] if isinstance(value, list) else value
