"""Worlds: servers that answer in ways that nobody has listed, each with a truth that the test knows.

A world is drawn from a seed. It says what is true (the session, the ids, the endpoint, the targets, one cursor), and
answers each call by that truth in words, numbers and shapes that stand on no list.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import orjson

from igcrawl.calling.diagnosis import Answer, check_root, open_answer
from igcrawl.operations.call import Call
from igcrawl.operations.catalogue import OPERATIONS
from tests.support.session_file import ACCOUNT

OWN: Final = ACCOUNT
PAGES: Final = 3

_WORDS: Final = (
    "Etwas ist schiefgelaufen", "nie teraz", "execution error", "invalid request", "そのリクエストは無効です", "blip",
    "unsupported", "field not permitted", "Aguarde alguns minutos antes de tentar novamente.", "null pointer", "E17",
)  # fmt: skip
_PASSING_WORDS: Final = ("transient hiccup", "shard offline", "nochmal", "もう一度", "tilfeldig")
_PLACES: Final = ("/auth_platform/recaptcha/", "/coig_restricted/", "/privacy/checks/", "/x/y/", "/web/unsupported/")


class Truth(StrEnum):
    """Truths of a world, beside passing faults."""

    FINE = "fine"
    LED_ELSEWHERE = "the session is led to a page"
    DENIED = "the session is denied without a word"
    ASKED_TO_WAIT = "the session is denied in words"
    ROTATED = "ids are rotated"
    FORBIDDEN = "one endpoint is forbidden"
    CLOSED = "the session may see nobody but itself"
    GONE = "targets are gone"
    NOBODY = "the server finds nobody at all"
    REFUSING = "targets are refused"
    DEAD_CURSOR = "a cursor has died"


#: Truths in which nothing is answered from some request on.
OF_SESSION: Final = frozenset({Truth.LED_ELSEWHERE, Truth.DENIED, Truth.ASKED_TO_WAIT})
_Reply = tuple[int, bytes, str]


def json_reply(status: int, body: Any) -> _Reply:
    """An answer in JSON."""
    return status, orjson.dumps(body), ""


#: Without a cursor it would say that there is no such target.
_NO_SUCH_PAGE: Final = ((404, b"<html>404</html>", ""), json_reply(404, {"status": "fail"}), (410, b"", ""))


@dataclass
class World:
    """A server with a truth.

    Args:
        chance: draws everything.
        truth: what is true.
        operation: what is crawled.
    """

    chance: random.Random
    truth: Truth
    operation: str
    since: int = 0
    passing: float = 0.0
    rotated: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    refusing: set[str] = field(default_factory=set)
    requests: list[Call] = field(default_factory=list)
    _fault_at: int = -5
    _own_refusal: dict[bool, _Reply] = field(default_factory=dict)
    _of_targets: list[_Reply] = field(default_factory=list)

    def answer(self, call: Call, doc_id: str | None) -> dict[str, Any]:
        """Answer a call as the middlewares would hand it on: an envelope, or an error."""
        operation = OPERATIONS[call.operation]
        status, body, location = self.reply(call, doc_id)
        envelope = open_answer(
            Answer(call.operation, operation.surface.is_graphql, status, body, location, may_be_bare=False)
        )
        check_root(operation, envelope)
        return envelope

    def reply(self, call: Call, doc_id: str | None) -> _Reply:
        """Return status, body and Location of the answer to a call, and remember it."""
        self.requests.append(call)
        return self._reply(call, doc_id, graphql=OPERATIONS[call.operation].surface.is_graphql)

    def _reply(self, call: Call, doc_id: str | None, *, graphql: bool) -> _Reply:
        number = len(self.requests)
        begun = number > self.since
        target = str(call.args.get("user_id", call.args.get("media_id", "")))
        if begun and self.truth in OF_SESSION:
            return self._of_session()
        if begun and doc_id in self.rotated:
            return self._refusal_of_truth(graphql=graphql)
        if begun and self.truth is Truth.FORBIDDEN and call.operation == self.operation:
            return self._denial_without_words()
        if begun and self.truth is Truth.CLOSED and target != OWN:
            return self._denial_without_words()
        if begun and self.truth is Truth.DEAD_CURSOR and call.cursor == "c2" and call.operation == self.operation:
            return self._refusal_of_cursor(graphql=graphql)
        if target in self.gone or self.truth is Truth.NOBODY:
            return self._absent(call)
        if target in self.refusing:
            return self._refusal_of_target()
        if self.passing and number - self._fault_at > 4 and self.chance.random() < self.passing:
            self._fault_at = number
            return self._passing_fault(graphql=graphql, cursor=call.cursor)
        return good(call)

    def _of_session(self) -> _Reply:
        draw = self.chance
        if self.truth is Truth.LED_ELSEWHERE:
            place = draw.choice(_PLACES)
            return draw.choice(
                [
                    (302, b"", f"https://www.instagram.com{place}?next=/"),
                    (307, b"", place),
                    (200, b"<!DOCTYPE html><html><body>Hi</body></html>", ""),
                    json_reply(200, {"redirect": place, "status": "ok"}),
                    json_reply(400, {"redirect_url": place, "status": "fail"}),
                ]
            )
        status = draw.choice([401, 403])
        if self.truth is Truth.DENIED:
            return draw.choice([(status, b"", ""), json_reply(status, {"status": "fail"})])
        words = draw.choice(_WORDS)
        return json_reply(status, {"message": words, "require_login": draw.random() < 0.5, "status": "fail"})

    def _denial_without_words(self) -> _Reply:
        return self.chance.choice([(403, b"", ""), (401, b"{}", ""), (403, b"<html>no</html>", "")])

    def _refusal_of_target(self) -> _Reply:
        """A server refuses its targets in one way, whatever is asked about them."""
        words, draw = {"message": "this one cannot be shown", "status": "fail"}, self.chance
        replies = [
            json_reply(400, words),
            json_reply(draw.choice([401, 403]), words),
            (draw.choice([401, 403]), b"", ""),
            json_reply(400, {"message": "Your account cannot see this", "status": "fail"}),
            (302, b"", draw.choice(_PLACES)),
            (200, b"<!DOCTYPE html><html><body>Nobody may see this</body></html>", ""),
        ]
        if not self._of_targets:
            self._of_targets.append(draw.choice(replies))
        return self._of_targets[0]

    def _refusal_of_cursor(self, *, graphql: bool) -> _Reply:
        if graphql not in self._own_refusal and self.chance.random() < 0.3:
            self._own_refusal[graphql] = self.chance.choice(_NO_SUCH_PAGE)
        return self._refusal_of_truth(graphql=graphql)

    def _refusal_of_truth(self, *, graphql: bool) -> _Reply:
        """A server has one way of refusing the same thing."""
        return self._own_refusal.setdefault(graphql, self._refusal(graphql=graphql))

    def _refusal(self, *, graphql: bool) -> _Reply:
        words, draw = self.chance.choice(_WORDS), self.chance
        replies = [
            (400, b"", ""),
            json_reply(400, {"message": words, "status": "fail"}),
            json_reply(200, {"message": words, "status": "fail"}),
            json_reply(200, {"status": "ok"}),
            json_reply(200, {"something": {"else": 1}, "status": "ok"}),
            json_reply(400, {"errors": [draw.randrange(10**6)], "status": "fail"}),
        ]
        if graphql:
            replies += [
                json_reply(200, {"errors": [{"message": words, "severity": "CRITICAL"}], "data": None}),
                json_reply(200, {"data": None, "status": "ok"}),
                (200, b'for (;;);{"__ar":1,"error":%d,"payload":null}' % draw.randrange(1680000, 1690000), ""),
            ]
        return draw.choice(replies)

    def _passing_fault(self, *, graphql: bool, cursor: str | None) -> _Reply:
        """A fault that no truth of the world is answered as: what looks the same cannot be told apart."""
        words = self.chance.choice(_PASSING_WORDS)
        replies = [json_reply(400, {"message": words}), json_reply(200, {"message": words, "status": "fail"})]
        if graphql:
            replies.append(json_reply(200, {"errors": [{"message": words}], "data": None}))
        if cursor is not None:
            replies += _NO_SUCH_PAGE
        return self.chance.choice(replies)

    def _absent(self, call: Call) -> _Reply:
        head = OPERATIONS[call.operation].reader.parts[0]
        null = _at(list(head.head), None)
        if head.single and self.chance.random() < 0.5:
            return json_reply(200, {**null, "status": "ok"})
        return self.chance.choice([(404, b"<html>404</html>", ""), json_reply(404, {"status": "fail"})])


def call_of(path: str, query: Mapping[str, str], form: Mapping[str, str]) -> tuple[Call, str | None]:
    """Return the call that a request asks, and its doc_id."""
    rest = re.fullmatch(r"/api/v1/(users|friendships)/(\d+)/(?:info|followers)/", path)
    if rest is not None:
        name = "user_info" if rest[1] == "users" else "followers_rest"
        return Call(name, {"user_id": rest[2]}, query.get("max_id")), None
    target = re.search(r'"(?:user_id|id)":"(\d+)"', form["variables"])
    cursor = re.search(r'"max_id":"(c\d+)"', form["variables"])
    assert target is not None, form
    name = "user_profile" if "doc_id" in form else "followers"
    found = Call(name, {"user_id": target[1]}, cursor[1] if cursor else None)
    return found, form.get("doc_id") or form.get("client_doc_id")


def good(call: Call) -> _Reply:
    """The answer to a call when all is well: one record, or one of a list of three pages."""
    reader = OPERATIONS[call.operation].reader.parts[0]
    target = str(call.args.get("user_id", call.args.get("media_id", "1")))
    page = int(call.cursor[1:]) if call.cursor else 1
    if reader.single:
        body = _at(list(reader.head), {"pk": target, "username": f"u{target}"})
    else:
        body = _at(list(reader.head), [{"pk": f"{target}{page}", "username": f"u{page}"}])
        holder = body
        for step in reader.head[:-1]:
            holder = holder[step]
        holder["next_max_id"] = f"c{page + 1}" if page < PAGES else None
    return json_reply(200, {**body, "status": "ok"})


def _at(path: list[str], value: Any) -> dict[str, Any]:
    for step in reversed(path):
        value = {step: value}
    return dict(value)


def draw_world(chance: random.Random) -> World:
    """Draw a world: its truth, and how much of it there is."""
    truth = chance.choice(list(Truth))
    operation = chance.choice(["followers", "followers_rest", "user_profile", "user_info"])
    world = World(chance, truth, operation, since=chance.choice([0, 0, 1, 3, 6]))
    if truth not in OF_SESSION:
        world.passing = chance.choice([0.0, 0.0, 0.1])
    return world
