"""Recorded answers, spoilt: the same number gives the same operation and body."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from typing import Any

import orjson

from tests.conftest import ROOT

#: Which operations read which recorded file.
RECORDED: dict[str, tuple[str, ...]] = {
    "followers_list.mobile.json": ("followers",),
    "followers.web_query_hash.json": ("followers_web",),
    "profile.web.json": ("user_profile", "web_doc_id"),
    "profile_info.rest.json": ("user_info",),
    "user_stream_by_id.rest.ndjson": ("user_stream", "username_stream"),
    "web_profile_info.rest.json": ("web_profile_info",),
    "chaining.rest.json": ("chaining",),
    "recommended_accounts.rest.json": ("recommended_accounts", "suggestion_details"),
    "accounts_serp.rest.json": ("accounts_serp", "typeahead_users"),
    "reels_serp.rest.json": ("reels_serp",),
    "top_serp.rest.json": ("top_serp", "serp"),
    "clips_profile.mobile.ndjson": ("user_clips",),
    "user_timeline.mobile.ndjson": ("user_feed", "mobile_doc_id"),
    "media_info.rest.json": ("media_info",),
    "track_stream.rest.ndjson": ("audio_clips",),
    "offensive_comment.rest.json": ("offensive_comment",),
    "media_comments.rest.json": ("comment_infos",),
}
#: Arguments that readers repeat in their records.
ARGS: dict[str, dict[str, Any]] = {"comment_infos": {"media_ids": ["1"]}, "user_lookup": {"username": "a"}}
ODD_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**53 + 1, 2**63, -(2**63), 1e308, 0.5, "", "0", "null", "\u0000", "x" * 5000, "😀" * 50,
    [], {}, [None], [[]], [{}], {"": ""}, {"pk": None}, [1, "a", None, {}], "challenge_required", "1$root(a:$a)",
)  # fmt: skip
#: Lists and objects inside each other so often.
DEEPEST = 1500

Spoil = Callable[[random.Random, list[Any]], list[Any]]


def _documents(name: str) -> list[Any]:
    body = (ROOT / "tests" / "payloads" / name).read_bytes()
    return (
        [orjson.loads(line) for line in body.splitlines() if line] if name.endswith("ndjson") else [orjson.loads(body)]
    )


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a document, as the container and the key in it."""
    places: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        container = waiting.pop()
        for key, entry in list(container.items() if isinstance(container, dict) else enumerate(container)):
            places.append((container, key))
            if isinstance(entry, dict | list):
                waiting.append(entry)
    return places


def _change_values(chance: random.Random, documents: list[Any]) -> list[Any]:
    for _ in range(chance.randint(1, 4)):
        container, key = chance.choice(_places(chance.choice(documents)) or [({}, "")])
        container[key] = copy.deepcopy(chance.choice(ODD_VALUES))
    return documents


def _lose_keys(chance: random.Random, documents: list[Any]) -> list[Any]:
    for _ in range(chance.randint(1, 3)):
        container, key = chance.choice(_places(chance.choice(documents)) or [({"": 0}, "")])
        if isinstance(container, dict):
            container.pop(key, None)
        elif key < len(container):
            del container[key]
    return documents


def _duplicate_and_reorder(chance: random.Random, documents: list[Any]) -> list[Any]:
    documents = documents + [copy.deepcopy(chance.choice(documents)) for _ in range(chance.randint(1, 3))]
    chance.shuffle(documents)
    return documents


def _add_rows(chance: random.Random, documents: list[Any]) -> list[Any]:
    steps: list[Any] = ["data", "items", "user", "users", 0, 1, 7, -1, 2**40, None, "1$x(a:$b)", {}]
    for _ in range(chance.randint(1, 3)):
        path = [chance.choice(steps) for _ in range(chance.randint(0, 4))]
        documents.append({"path": path, "data": copy.deepcopy(chance.choice(ODD_VALUES)), "label": "x"})
    return documents


SHAPES: tuple[Spoil, ...] = (_change_values, _lose_keys, _duplicate_and_reorder, _add_rows)


def _nest(chance: random.Random, body: bytes) -> bytes:
    opening, closing = chance.choice([(b"[", b"]"), (b'{"a":', b"}"), (b'{"data":', b"}")])
    depth = chance.randint(1, DEEPEST)
    at = body.find(b":", chance.randrange(len(body))) + 1
    end = body.find(b",", at)
    return body[:at] + opening * depth + b"1" + closing * depth + body[end if end > 0 else len(body) :]


def _break_bytes(chance: random.Random, body: bytes) -> bytes:
    spoilt = bytearray(body)
    for _ in range(chance.randint(1, 8)):
        spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
    return bytes(spoilt)


def _cut(chance: random.Random, body: bytes) -> bytes:
    start, end = sorted((chance.randrange(len(body) + 1), chance.randrange(len(body) + 1)))
    return chance.choice([body[:end], body[start:], body[:start] + body[end:]])


def _insert(chance: random.Random, body: bytes) -> bytes:
    at = chance.randrange(len(body) + 1)
    piece = chance.choice(
        [b"\xff\xfe", b"\n", b"\r\n\n", b"for (;;);", b"9" * 400, b'"1l', b'\\"1$', b"\x00", body[:100]]
    )
    return body[:at] + piece + body[at:]


BYTES = (_break_bytes, _cut, _insert, _nest)
_BODIES = {name: _documents(name) for name in RECORDED}


def spoilt_answer(number: int) -> tuple[str, int, bytes]:
    """Return operation, status and body of a case."""
    chance = random.Random(number)
    name = chance.choice(list(RECORDED))
    operation = chance.choice(RECORDED[name] if chance.random() < 0.9 else sum(RECORDED.values(), ()))
    documents = copy.deepcopy(_BODIES[name])
    for _ in range(chance.choice((0, 1, 1, 2))):
        documents = chance.choice(SHAPES)(chance, documents)
    body = b"\n".join(orjson.dumps(document, option=orjson.OPT_NON_STR_KEYS) for document in documents) or b" "
    if chance.random() < 0.5:
        body = chance.choice(BYTES)(chance, body)
    return operation, chance.choice((200, 200, 200, 200, 400, 401, 404)), body
