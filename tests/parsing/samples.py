"""Answers for the tests of readers, and what reads them."""

from __future__ import annotations

from typing import Any

import orjson

from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.parsing.envelope import read_envelope
from igcrawl.parsing.reader import Reading

ARGS = {
    "user_id": "1",
    "query": "py",
    "search_surface": "popular_serp",
    "media_ids": ["1", "2"],
    "track_id": "9",
    "doc_id": "12345",
    "variables": {"user_id": "77", "id": "78"},
}


def read(name: str, *documents: Any, notes: list[str] | None = None) -> list[Any]:
    envelope = read_envelope(b"\n".join(map(orjson.dumps, documents)), name)
    reading = Reading(name, f"{name}/1", "now", ARGS, notes if notes is not None else [])
    return OPERATIONS[name].reader.read(envelope, reading)


def media(pk: str, **more: Any) -> dict[str, Any]:
    return {"pk": pk, "id": f"{pk}_5", "media_type": 1, **more}


USERS = [{"pk": str(number), "username": f"u{number}", "latest_reel_media": 0} for number in range(1, 201)]


ROOT_OF = {
    "followers": ("data", "xdt_api__v1__friendships__followers"),
    "following": ("data", "xdt_api__v1__friendships__following"),
    "user_lookup": ("data", "xdt_api__v1__fbsearch__non_profiled_serp"),
}


#: Operations that read a list of accounts under `users`.
OF_USERS = (
    "followers",
    "following",
    "followers_rest",
    "user_lookup",
    "chaining",
    "accounts_serp",
    "typeahead_users",
    "serp",
)


def page_of(name: str, users: Any) -> dict[str, Any]:
    page: dict[str, Any] = {"users": users}
    for step in reversed(ROOT_OF.get(name, ())):
        page = {step: page}
    return page


def read_users(name: str, users: Any, notes: list[str] | None = None) -> list[Any]:
    return read(name, page_of(name, users), notes=notes)
