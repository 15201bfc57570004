"""Recorded answers in which one value is changed, and what must come out of each: the truth is known by its making.

What a place of an answer decides is found by changing it to another value of the same kind: that moves these fields of
these records, and nothing else. So whatever stands there instead, all others must come out as they were.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from functools import cache, cached_property
from typing import Any, Final, get_args, get_type_hints

import orjson

from igcrawl.errors import AnswerError, MalformedAnswer, NotFound
from igcrawl.items import RECORD_TYPES, Record
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


def places_in(value: Any, place: Place) -> Iterator[Place]:
    """Yield a value's own place, then all those in it."""
    yield place
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in entries:
        yield from places_in(entry, (*place, key))


class Truth:
    """What each place of an answer decides.

    Args:
        answer: the recorded answer.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.whole = answer.read(answer.documents)
        assert self.whole.error is None, f"{answer.file}: {self.whole.error}"
        self.places = [
            place
            for number, document in enumerate(answer.documents)
            for place in places_in(document, (number,))
            if len(place) > 1
        ]
        self._decided: dict[Place, set[tuple[int, str]]] = {}
        leaves = [
            place for place in self.places if not (value := answer.at(place)) or not isinstance(value, dict | list)
        ]
        for probe in range(_PROBES):
            changes = {leaf: _other(answer.at(leaf), probe) for leaf in leaves}
            self._probe([(leaf, change) for leaf, change in changes.items() if change is not MISSING])

    def _probe(self, changes: list[tuple[Place, Any]]) -> None:
        """Find what each change moves: of a group that moves nothing, no member does."""
        if not changes:
            return
        outcome = self.answer.read(self.answer.changed(dict(changes)))
        moved = self._moved(outcome)
        if not moved:
            return
        if len(changes) > 1:
            middle = len(changes) // 2
            self._probe(changes[:middle])
            self._probe(changes[middle:])
            return
        leaf = changes[0][0]
        for length in range(2, len(leaf) + 1):
            self._decided.setdefault(leaf[:length], set()).update(moved)

    def _moved(self, outcome: Outcome) -> set[tuple[int, str]]:
        """Return which fields of which records are no longer what they were."""
        whole = self.whole.records
        if outcome.error is not None:
            return {(-1, "error")}
        moved = {(-1, "end")} if outcome.end != self.whole.end else set()
        if len(outcome.records) != len(whole):
            # An id in a stream: what belongs together is no longer known to.
            moved.add((-1, "number"))
        for number, record in enumerate(whole):
            if len(outcome.records) != len(whole):
                now = record if record in outcome.records else {}
            else:
                now = outcome.records[number]
            moved |= {(number, name) for name, value in record.items() if now.get(name, MISSING) != value}
        return moved

    def decided(self, place: Place) -> set[tuple[int, str]]:
        """Return what a place decides."""
        return self._decided.get(place, set())


#: What a null or an empty list may have been.
_UNKNOWN: Final = ("x", 7, True, "7", {}, [])
_PROBES: Final = len(_UNKNOWN)


def _other(value: Any, probe: int) -> Any:
    """Return another value of the same kind, of null one of some kind."""
    if value is None or value in ([], {}):
        return _UNKNOWN[probe] if _UNKNOWN[probe] != value else MISSING
    if probe:
        return MISSING
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    found = re.fullmatch(r"([0-9]{1,18})([0-9])(_[0-9]+)?|([0-9])", value)
    if found is None:
        return value + "x"
    # The last digit of the first number is another one.
    first = re.match(r"[0-9]+", value)
    assert first is not None
    return first.group()[:-1] + str((int(first.group()[-1]) + 1) % 10) + value[first.end() :]


def _nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": [value]}
    return value


#: What may stand in a value's place, whatever it was.
OTHERS: Final[dict[str, Any]] = {
    "null": None, "missing": MISSING, "text": "x", "empty text": "", "path": "../../accounts/logout/?x=",
    "number": 7, "zero": 0, "decimal": 0.5, "true": True, "false": False, "negative": -5, "2^63": 2**63,
    "2^64-1": 2**64 - 1, "-2^63": -(2**63), "1e30": 1e30, "long digits": "9" * 25, "other digits": "\u0661\u0662",
    "no list": [], "list of null": [None], "list of lists": [[]], "list of objects": [{}], "list of texts": ["a"],
    "object": {}, "other object": {"a": 1}, "nested": _nested(60), "NUL": "a\0b", "controls": "a\x1b[2J\n\u2028b",
}  # fmt: skip
#: The same, as bytes that no JSON writer makes.
BYTES: Final[dict[str, bytes]] = {
    "half a pair": b'"a\\ud83d"', "half a pair as bytes": b'"a\xed\xa0\xbd"',
    "raw control": b'"a\x01\tb"', "raw NUL": b'"a\x00b"', "NaN": b"NaN", "infinity": b"-Infinity", "1e999": b"1e999",
    "400 digits": b"9" * 400, "30 digits": b"1" * 30,
}  # fmt: skip
#: Numbers that are none, which are null.
_NULL: Final = {"null", "NaN", "infinity", "1e999", "400 digits"}
#: Of the right kind, and nothing in them.
_EMPTY: Final = _NULL | {
    *("missing", "no list", "list of null", "list of objects", "object", "other object", "nested", "empty text")
}


def _as_float(value: Any) -> Any:
    whole = int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,19}", value) else value
    return float(whole) if type(whole) is int else MISSING


def _as_text(value: Any) -> Any:
    if type(value) is bool:
        return "true" if value else "false"
    return str(value) if type(value) in (int, float) else MISSING


def _as_number(value: Any) -> Any:
    if type(value) is bool:
        return int(value)
    return int(value) if isinstance(value, str) and re.fullmatch(r"[1-9][0-9]{0,18}", value) else MISSING


#: The same value, written otherwise.
ALIKE: Final[dict[str, Callable[[Any], Any]]] = {"as float": _as_float, "as text": _as_text, "as number": _as_number}


@dataclass(frozen=True, slots=True)
class Case:
    """One value of a recorded answer, changed.

    Args:
        truth: of the answer.
        place: of the value.
        change: what is done to it: a name in `OTHERS`, `BYTES` or `ALIKE`, or ``named`` and the key it gets.
    """

    truth: Truth
    place: Place
    change: str

    def __str__(self) -> str:
        answer = self.truth.answer
        return f"{answer.operation} of {answer.file}, {'.'.join(map(_plain, self.place))}: {self.change}"

    def outcome(self) -> Outcome:
        """Read the answer."""
        answer, value = self.truth.answer, self.truth.answer.at(self.place)
        if self.change in BYTES:
            return answer.read(answer.changed({self.place: RAW}), BYTES[self.change])
        if self.change.startswith("named "):
            renamed = (*self.place[:-1], self.change.removeprefix("named "))
            return answer.read(answer.changed({self.place: MISSING, renamed: value}))
        changed = OTHERS[self.change] if self.change in OTHERS else ALIKE[self.change](value)
        return answer.read(answer.changed({self.place: changed}))

    def problem(self) -> str | None:
        """Return what is wrong with what comes out, None if nothing is."""
        outcome = self.outcome()
        found = _Judge(self, outcome)
        problem = found.of_error() if outcome.error is not None else found.of_page()
        return None if problem is None else f"{self}: {problem}"


def cases(truth: Truth) -> Iterator[Case]:
    """Yield every case of an answer."""
    for place in truth.places:
        value = truth.answer.at(place)
        # Paths of a stream count the entries of its lists.
        counted = isinstance(place[-1], int) and len(truth.answer.documents) > 1
        yield from (Case(truth, place, change) for change in (*OTHERS, *BYTES) if not (counted and change == "missing"))
        yield from (Case(truth, place, name) for name, change in ALIKE.items() if change(value) is not MISSING)
        if place[-1] in ID_KEYS:
            siblings = truth.answer.at(place[:-1])
            yield from (Case(truth, place, f"named {key}") for key in ID_KEYS if key not in siblings)


def _plain(step: Any) -> str:
    return re.sub(r"^1\$(\w+)(\(.*\))?$", r"\1", step) if isinstance(step, str) else str(step)


class _Judge:
    """Holds what came out of a case against the truth."""

    def __init__(self, case: Case, outcome: Outcome) -> None:
        self.case = case
        self.outcome = outcome
        self.decided = case.truth.decided(case.place)
        self.whole = case.truth.whole
        self.operation = case.truth.answer.operation
        documents = case.truth.answer.documents
        number, *steps = case.place
        root = case.truth.answer.root.split(".")
        path = [_plain(step) for step in steps]
        added = documents[number].get("path")
        if added is not None and steps[0] == "data":
            path[1:1] = map(_plain, added)
        is_first = number == 0 or added is not None
        self.above_root = is_first and path == root[: len(path)] and len(path) < len(root)
        self.is_root = is_first and path == root
        self.one_document = len(documents) == 1
        self.is_path = number > 0 and steps[0] == "path"

    def of_error(self) -> str | None:
        """Judge an answer that gave no page."""
        error = self.outcome.error
        if not isinstance(error, MalformedAnswer | NotFound):
            return f"{type(error).__name__}: {error}"
        if self.above_root or self.is_path or self.decided & {(-1, "end"), (-1, "error")}:
            return None
        lists = {"no list"} if self.case.truth.answer.root == BY_ID else {"no list", "list of null"}
        empty = self.operation not in SINGLE | WHATEVER and self.case.change in _NULL | lists
        if self.is_root and not empty:
            return None
        if self.operation in SINGLE and any(name in {"pk", "is_offensive"} for _, name in self.decided):
            return None
        return f"the page is lost: {error}"

    def of_page(self) -> str | None:
        """Judge a page."""
        if self.one_document and self.operation not in WHATEVER and self._ought_to_fail():
            return "there is a page, though its root is gone"
        return self._of_end() or self._of_sameness() or self._of_records() or self._of_notes()

    def _ought_to_fail(self) -> bool:
        change = self.case.change
        if self.above_root:
            return True
        if not self.is_root or self.operation in SINGLE:
            return self.is_root and self.operation != "offensive_comment"
        if self.case.truth.answer.root == BY_ID:
            return change not in _NULL | {"object", "no list"}
        # Comments may also stand under the ids of their media, of which there may be none.
        no_comments = self.operation == "comment_infos" and change == "object"
        lists = {name for name, value in OTHERS.items() if isinstance(value, list)}
        return change not in _NULL | lists and not no_comments

    def _of_end(self) -> str | None:
        """What does not say how the page ends changes nothing of it; a cursor that is none is not the list's end."""
        whole, value = self.whole.end, self.case.truth.answer.at(self.case.place)
        if (-1, "end") not in self.decided:
            known = self.outcome.end == whole or self.above_root
            return None if known else f"the page ends otherwise: {self.outcome.end}"
        is_cursor = isinstance(value, str) and value in (whole.cursor or "") and self.case.place[-1] != "rank_token"
        other = OTHERS.get(self.case.change)
        if is_cursor and (isinstance(other, bool | list | dict) or self.case.change == "decimal"):
            return f"a cursor that is none is taken for {self.outcome.end}"
        return None

    def _of_sameness(self) -> str | None:
        """A value that is only written otherwise changes nothing."""
        change, records = self.case.change, self.outcome.records
        if change.startswith("named "):
            kept = [{name: value for name, value in record.items() if name != "id"} for record in self.whole.records]
            got = [{name: value for name, value in record.items() if name != "id"} for record in records]
            return None if kept == got or self._is_whatever() else "an id under another name is lost"
        if change not in ALIKE or self._is_whatever():
            return None
        value = self.case.truth.answer.at(self.case.place)
        kinds = {_kind(self.whole.records[number], name) for number, name in self.decided if number >= 0}
        fits = {"id"} if isinstance(value, str) else {"bool"} if isinstance(value, bool) else {"id", "int", "float"}
        exact = change != "as float" or abs(int(value)) <= EXACT
        if kinds <= fits and exact and records != self.whole.records:
            return "a value that is written otherwise is another one"
        pks = {record.get("pk") for record in self.whole.records}
        return None if {record.get("pk") for record in records} <= pks else "an id is another one"

    def _is_whatever(self) -> bool:
        return any(record["type"] == "payload" for record in self.whole.records)

    def _of_records(self) -> str | None:
        left = list(self.outcome.records)
        for record in left:
            problem = _unstorable(record)
            if problem is not None:
                return problem
        plain = self.operation in {"web_doc_id", "mobile_doc_id"} and any(one["type"] == "payload" for one in left)
        if plain or self.is_path or (-1, "error") in self.decided:
            return None
        moved_in = {
            number: {name for each, name in self.decided if each == number} for number in range(len(self.whole.records))
        }
        # Those that must be as they were come first: others may be like them.
        for number in sorted(moved_in, key=lambda number: len(moved_in[number])):
            record, moved = self.whole.records[number], moved_in[number]
            match = next((one for one in left if _agree(one, record, moved)), None)
            if match is not None:
                left.remove(match)
            elif not moved & _ids_of(record) and not _said_by(record) <= moved and not self.is_root:
                return f"record {number} ({record['type']}) is lost, or more of it than {sorted(moved)}"
        if left and not any(name in _ids_of(self.whole.records[number]) | {"number"} for number, name in self.decided):
            return f"{len(left)} records come from nowhere"
        return None

    def _of_notes(self) -> str | None:
        notes, change = self.outcome.notes, self.case.change
        if len(set(notes)) < len(notes) or any(not note.isprintable() for note in notes):
            return f"notes are not to be printed: {notes}"
        lost = len(self.outcome.records) < len(self.whole.records) or any(
            now.get(name) is None and record[name] is not None
            for number, record in enumerate(self.whole.records)
            if (now := self.outcome.records[number])["type"] == record["type"]
            for each, name in self.decided
            if each == number
        )
        # Of two documents of a stream the one counts that holds what is looked for, and another id is another thing.
        place = self.case.place
        streamed = not self.one_document and (
            isinstance(self.case.truth.answer.at(place), dict | list) or place[-1] in ID_KEYS or self.is_path
        )
        if lost and not notes and change not in _EMPTY and not streamed:
            return "something is lost, and nothing is noted"
        return None


def _agree(one: dict[str, Any], record: dict[str, Any], moved: set[str]) -> bool:
    return all(one.get(name, MISSING) == value for name, value in record.items() if name not in moved)


def _said_by(record: dict[str, Any]) -> set[str]:
    """Return the fields that the answer itself says."""
    known = {*get_type_hints(Record), "track_id", "query", "tab", "position", "target_pk", "direction"}
    return {name for name, value in record.items() if value is not None and name not in known}


def _ids_of(record: dict[str, Any]) -> set[str]:
    return {"pk", "id"} if record["type"] == "hit" else {"pk"}


def _kind(record: dict[str, Any], name: str) -> str:
    return _kind_of(record["type"], name)


@cache
def _kind_of(record_type: str, name: str) -> str:
    if name in {"pk", "id", "media_id", "cluster_id"} or name.endswith("_pk"):
        return "id"
    hints = get_type_hints(RECORD_TYPES[record_type])
    for kind in (bool, int, float):
        if kind in get_args(hints.get(name)):
            return kind.__name__
    return "other"


def _unstorable(record: dict[str, Any]) -> str | None:
    """Return what of a record no output can hold, or what is of another kind than its field."""
    for name, value in record.items():
        # What the server calls a keyword is only shown.
        kind = "other" if record.get("kind") == "keyword" and name == "id" else _kind(record, name)
        if value is None:
            continue
        if kind == "id":
            form = r"[0-9]{1,19}(_[0-9]{1,19})?" if name in {"id", "media_id"} else r"[0-9]{1,19}"
            fits = re.fullmatch(form, value) and all(int(part) <= MOST for part in value.split("_"))
        else:
            fits = kind == "other" or type(value).__name__ == kind or (kind == "float" and type(value) is int)
        if not fits or (type(value) is int and abs(value) > MOST and name != "data"):
            return f"{name} is {value!r}"
    text = orjson.dumps(record).decode()
    return "NUL is not storable" if "\\u0000" in text else None
