"""Readers made of readers: for answers that hold several kinds of records, or one of several shapes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from igcrawl.errors import AnswerError, MalformedAnswer, NotFound
from igcrawl.items import Payload, Record
from igcrawl.parsing.json_paths import Path, keys_of, kind_name, list_at, shown, stands_at, walk_path
from igcrawl.parsing.reader import AnyReader, NoRecord, Places, Reader, Reading
from igcrawl.parsing.values import WrongKind, take_media_id

_MISSING: Final = object()


class _Combined:
    """Base of combined readers."""

    def __init__(self, *readers: AnyReader) -> None:
        self.readers = readers

    @property
    def record(self) -> type[Record]:
        """The first reader's."""
        return self.readers[0].record

    @property
    def parts(self) -> tuple[Reader, ...]:
        """The readers of one kind of record that it is made of."""
        return tuple(part for reader in self.readers for part in reader.parts)

    @property
    def mixed(self) -> bool:
        """True if it may give records of other kinds, too."""
        return len({part.record for part in self.parts}) > 1

    def finds_place(self, envelope: Mapping[str, Any]) -> bool:
        """Return whether an answer has a place that one of the readers reads."""
        return any(reader.finds_place(envelope) for reader in self.readers)

    def _none_of(self, envelope: Mapping[str, Any], operation: str) -> MalformedAnswer:
        places = ", ".join(dict.fromkeys(".".join(part.head) for part in self.parts if part.head))
        return MalformedAnswer(operation, "answer", f"expected {places}; there is {keys_of(envelope)}")


class AllOf(_Combined):
    """Reads with every reader: the first must find its place, the others may."""

    def read(self, envelope: Mapping[str, Any], reading: Reading) -> list[Any]:
        """Return the records, reader by reader. One that fails does not hide what the others read."""
        first, *others = self.readers
        records, failure = [], None
        try:
            records = first.read(envelope, reading)
        except NoRecord as misfit:
            failure = misfit
        for reader in others:
            if reader.finds_place(envelope):
                try:
                    records += reader.read(envelope, reading)
                except (MalformedAnswer, NotFound) as misfit:
                    _note_failure(misfit, reading)
        if failure is not None:
            if not records:
                raise failure
            _note_failure(failure, reading)
        return records


class AnyOf(_Combined):
    """Reads with every reader that finds its place; one must. For answers of which no complete recording exists.

    Args:
        readers: the first one's kind of record is what is asked for.
    """

    def read(self, envelope: Mapping[str, Any], reading: Reading) -> list[Any]:
        """Return the records, reader by reader, and note keys of the answer that hold something nobody reads."""
        known = {part.head[0] for part in self.parts if part.head}
        for key, value in envelope.items():
            if key not in known and value and type(value) in (dict, list):
                reading.note(f"{shown(key)} is not known and was passed over")
        records: list[Any] = []
        failures: list[AnswerError] = []
        found = [reader for reader in self.readers if reader.finds_place(envelope)]
        for reader in found:
            try:
                records += reader.read(envelope, reading)
            except (MalformedAnswer, NotFound) as misfit:
                failures.append(misfit)
        if len(failures) == len(found):
            raise failures[0] if failures else self._none_of(envelope, reading.operation)
        for failure in failures:
            _note_failure(failure, reading)
        return records


class Either(_Combined):
    """Reads with the first reader that finds its place and can read what is there."""

    def read(self, envelope: Mapping[str, Any], reading: Reading) -> list[Any]:
        """Return the records."""
        failure: MalformedAnswer | None = None
        for reader in self.readers:
            if reader.finds_place(envelope):
                try:
                    return reader.read(envelope, reading)
                except MalformedAnswer as misfit:
                    failure = failure or misfit
        raise failure or self._none_of(envelope, reading.operation)


class ByKind(_Combined):
    """Reads a list of things of several kinds, each wrapped under the name of its kind; an unknown kind is noted.

    Args:
        at: path to the list.
        kinds: a reader a kind; where each reads is this list.
    """

    def __init__(self, at: Path, kinds: Mapping[str, Reader]) -> None:
        super().__init__(*(replace(reader, at=at) for reader in kinds.values()))
        self.at = at
        self.kinds = kinds

    def read(self, envelope: Mapping[str, Any], reading: Reading) -> list[Any]:
        """Return the records in the list's order."""
        records: list[Any] = []
        for index, row in enumerate(list_at(envelope, self.at, reading.operation)):
            where = f"{'.'.join(self.at)}[{index}]"
            if type(row) is not dict:
                reading.pass_over(where, f"expected an object, got {kind_name(row)}")
                continue
            there = [kind for kind in self.kinds if row.get(kind) is not None]
            if not there:
                reading.pass_over(where, f"none of {', '.join(self.kinds)} but {keys_of(row)}")
                continue
            kind = next((kind for kind in there if type(row[kind]) is dict), there[0])
            records += self.kinds[kind].records([row[kind]], Places([f"{where}.{kind}"]), reading)
        return records


@dataclass(frozen=True, slots=True)
class ById:
    """Reads lists that stand under the ids of what they belong to, e.g. comments by media id.

    Args:
        at: paths to the object whose keys are ids, the first that is there counts.
        lists: keys under which an id's object holds its rows; the rows may also stand there themselves.
        id_key: key under which each row gets the id.
        reader: reads the rows; its own path is not used.
    """

    at: tuple[Path, ...]
    lists: tuple[str, ...]
    id_key: str
    reader: Reader

    @property
    def record(self) -> type[Record]:
        """The rows' kind of record."""
        return self.reader.record

    @property
    def parts(self) -> tuple[Reader, ...]:
        """The rows' reader."""
        return (self.reader,)

    @property
    def mixed(self) -> bool:
        """False: it gives one kind of record."""
        return False

    def finds_place(self, envelope: Mapping[str, Any]) -> bool:
        """Return whether an answer has an object whose keys are ids."""
        return any(True for _ in self._places(envelope))

    def _places(self, envelope: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for path in self.at:
            holder: Any = envelope
            for step in path:
                holder = holder.get(step, _MISSING) if type(holder) is dict else _MISSING
            if path and (holder is None or holder in ({}, [])):
                yield ".".join(path), []
                return
            found = holder if type(holder) is dict else {}
            by_id = [(".".join((*path, key)), held) for key, held in found.items() if _is_id(key)]
            if by_id:
                yield from by_id
                return

    def read(self, envelope: Mapping[str, Any], reading: Reading) -> list[Any]:
        """Return the records, id by id."""
        if not self.finds_place(envelope):
            raise MalformedAnswer(reading.operation, "answer", f"expected ids; there is {keys_of(envelope)}")
        records: list[Any] = []
        for place, held in self._places(envelope):
            where, rows = place, held
            if type(held) is dict:
                key = next((key for key in self.lists if key in held), None)
                if key is None:
                    reading.pass_over(place, f"none of {', '.join(self.lists)} but {keys_of(held)}")
                    continue
                where, rows = f"{place}.{key}", held[key]
            if type(rows) is not list:
                if rows is not None:
                    reading.pass_over(where, f"expected a list, got {kind_name(rows)}")
                continue
            owner = place.rpartition(".")[2]
            rows = [{self.id_key: owner, **row} if type(row) is dict else row for row in rows]
            records += self.reader.records(rows, Places(where), reading)
        return records

    def by_id(self, envelope: Mapping[str, Any]) -> dict[str, dict[str, Any]] | None:
        """Return, for each id that an answer speaks of, an answer that speaks of this one only.

        None for an answer that has no object whose keys are ids; it may be there and hold none.
        """
        found: dict[str, dict[str, Any]] = {}
        for place, held in self._places(envelope):
            *path, key = place.split(".")
            if _is_id(key):
                part: dict[str, Any] = {key: held}
                for step in reversed(path):
                    part = {step: part}
                found[key] = part
        there = (walk_path(envelope, path, "") for path in self.at if path and stands_at(envelope, path))
        return found if found or {} in there else None


def parts_by_id(reader: AnyReader, envelope: Mapping[str, Any]) -> dict[str, dict[str, Any]] | None:
    """Return, for each id that an answer speaks of, an answer that speaks of this one only.

    None for an answer, or a reader, whose rows do not stand under ids.
    """
    readers = reader.readers if isinstance(reader, _Combined) else (reader,)
    return next((each.by_id(envelope) for each in readers if isinstance(each, ById)), None)


def _is_id(key: str) -> bool:
    try:
        return take_media_id(key) is not None
    except WrongKind:
        return False


def _note_failure(failure: AnswerError, reading: Reading) -> None:
    """Note a part of an answer that gives nothing beside others that do."""
    if isinstance(failure, MalformedAnswer):
        reading.pass_over(failure.place, failure.problem)
    else:
        reading.note(str(failure).removeprefix(f"{reading.operation}: ").removesuffix(": no such target"))


class KnownRoots:
    """Reads the answer of any registered query: as records when a reader knows its shape, else as plain data.

    Args:
        readers: of the catalogue; of those that find their place, the one that reads deepest is taken.
        plain: reads what none of them knows.
    """

    def __init__(self, readers: tuple[Reader, ...], plain: Reader) -> None:
        self.readers = readers
        self.plain = plain

    @property
    def record(self) -> type[Record]:
        """The record used when the shape is unknown."""
        return Payload

    @property
    def parts(self) -> tuple[Reader, ...]:
        """The reader of plain data; the others are checked with their own operations."""
        return self.plain.parts

    @property
    def mixed(self) -> bool:
        """True: only the answer tells which kind of record it holds."""
        return True

    def finds_place(self, envelope: Mapping[str, Any]) -> bool:
        """Return whether there is an answer."""
        return self.plain.finds_place(envelope)

    def read(self, envelope: Mapping[str, Any], reading: Reading) -> list[Any]:
        """Return the records, or one payload."""
        known = [reader for reader in self.readers if reader.finds_place(envelope) and _fits(reader, envelope, reading)]
        nearest = max(known, key=lambda reader: len(reader.head), default=None)
        if nearest is not None:
            attempt = replace(reading, args=_named_alike(reading.args), notes=[], passed_over=[])
            try:
                records = nearest.read(envelope, attempt)
                if records or not attempt.passed_over:
                    reading.notes.extend(attempt.notes)
                    reading.passed_over.extend(attempt.passed_over)
                    return records
                problem = "; ".join(attempt.notes)
            except (MalformedAnswer, NotFound) as misfit:
                problem = str(misfit)
            reading.note(f"not read as {nearest.record.TYPE}: {problem}")
        return self.plain.read(envelope, reading)


def _fits(reader: Reader, envelope: Mapping[str, Any], reading: Reading) -> bool:
    """Return whether a reader of one object fits: the object is an account with its name, and holds no list."""
    if not reader.single:
        return True
    if reading.args.get("cursor_out") is not None:
        return False
    found = walk_path(envelope, reader.head, reading.operation)
    return isinstance(found, dict) and "username" in found


def _named_alike(args: Mapping[str, Any]) -> dict[str, Any]:
    """The variables of a query under the names that arguments have in the catalogue."""
    variables = args.get("variables") or {}
    flat = {**variables, **{k: v for inner in variables.values() if isinstance(inner, dict) for k, v in inner.items()}}
    user_id = next((flat[key] for key in ("user_id", "target_user_id", "id") if flat.get(key) is not None), None)
    return {**flat, "user_id": None if user_id is None else str(user_id)}
