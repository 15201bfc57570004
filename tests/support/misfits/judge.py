"""Holds what came out of a changed answer against the truth."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import orjson

from igcrawl.errors import MalformedAnswer, NotFound
from igcrawl.items import RECORD_TYPES, Record
from tests.support.misfits.answers import BY_ID, EXACT, ID_KEYS, MISSING, MOST, SINGLE, WHATEVER, Outcome
from tests.support.misfits.changes import ALIKE, EMPTY, NULL, OTHERS

if TYPE_CHECKING:
    from tests.support.misfits.cases import Case


def plain_step(step: Any) -> str:
    return re.sub(r"^1\$(\w+)(\(.*\))?$", r"\1", step) if isinstance(step, str) else str(step)


class Judge:
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
        path = [plain_step(step) for step in steps]
        added = documents[number].get("path")
        if added is not None and steps[0] == "data":
            path[1:1] = map(plain_step, added)
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
        empty = self.operation not in SINGLE | WHATEVER and self.case.change in NULL | lists
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
            return change not in NULL | {"object", "no list"}
        # Comments may also stand under the ids of their media, of which there may be none.
        no_comments = self.operation == "comment_infos" and change == "object"
        lists = {name for name, value in OTHERS.items() if isinstance(value, list)}
        return change not in NULL | lists and not no_comments

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
        if lost and not notes and change not in EMPTY and not streamed:
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
