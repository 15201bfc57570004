"""Saved answers through envelope and reader, offline: for debugging, for captures, for re-reading an archive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from igcrawl.calling.diagnosis import Answer, open_answer
from igcrawl.crawl.lookups import exact_match
from igcrawl.crawl.walk import Walk
from igcrawl.errors import AnswerError, BadInput
from igcrawl.operations.call import AnswerKind
from igcrawl.operations.catalogue import OPERATIONS, find_operation
from igcrawl.operations.operation import Operation
from igcrawl.operations.paging import PageEnd
from igcrawl.output.raw_archive import RawAnswer, read_archive
from igcrawl.parsing.reader import Reading


@dataclass(slots=True)
class Replayed:
    """Contents of a saved answer.

    Args:
        records: those that are new in their walk, in the answer's order.
        cursor: where the list goes on, None at its end.
        problem: why the answer has no records, None when it has.
        notes: what was passed over.
    """

    records: list[Any] = field(default_factory=list)
    cursor: str | None = None
    problem: str | None = None
    notes: list[str] = field(default_factory=list)


def replay_answer(answer: RawAnswer) -> Replayed:
    """Read one answer.

    Raises:
        BadInput: there is no such operation.
        AnswerError: the answer does not fit the operation; the error names the key.
    """
    operation = find_operation(answer.operation)
    if operation.surface.answer_kind is not AnswerKind.JSON:
        raise BadInput(f"{operation.name}: what it reads is no body, so there is nothing to replay")
    operation.check_given(answer.args)
    walk = Walk(operation=operation, target=_target(operation, answer), args=dict(answer.args), cursor=answer.cursor)
    return _read(operation, answer, walk)


def replay_archive(path: Path) -> Iterator[Replayed]:
    """Read the answers of an archive, each walk's records once and with their positions.

    Answers that were no page (errors, lookups) give no records; they say why.

    Raises:
        BadInput: the file cannot be read, or is no archive.
    """
    walks: dict[tuple[str, str, str], Walk] = {}
    for answer in read_archive(path):
        operation = OPERATIONS.get(answer.operation)
        if operation is None:
            yield Replayed(problem=f"no operation {answer.operation!r}")
            continue
        # A profile asked for on behalf of a list is no part of the list.
        asker = OPERATIONS.get(answer.walk.partition("/")[0])
        if asker is not None and operation.name in {need.operation for need in asker.needs}:
            continue
        substitutes = asker is not None and asker.fallback == operation.name
        own = asker if asker is not None and substitutes else operation
        key = (answer.walk, answer.run, own.name)
        walk = walks.get(key)
        if walk is None:
            target = answer.walk.partition("/")[2] or _target(operation, answer)
            walk = walks[key] = Walk(operation=own, target=target, args={})
        walk.substitute = operation if substitutes else None
        walk.args = dict(answer.args)
        try:
            yield _read(operation, answer, walk)
        except AnswerError as error:
            yield Replayed(problem=str(error))


def _read(operation: Operation, answer: RawAnswer, walk: Walk) -> Replayed:
    envelope = open_answer(
        Answer(
            operation=operation.name,
            graphql=operation.surface.is_graphql,
            status=answer.status,
            body=answer.body,
            location=answer.location,
            kind=operation.surface.answer_kind,
            url=str(answer.args.get("url", "")),
        )
    )
    reading = Reading(operation.name, answer.walk or walk.id, answer.at, answer.args)
    records = operation.reader.read(envelope, reading)
    paging = operation.paging
    end = paging.page_end(envelope, operation.name, answer.args, answer.cursor) if paging is not None else PageEnd(None)
    if operation.then is not None and answer.walk:
        exact_match(records, str(answer.args.get("username", "")), reading.passed_over)
        return Replayed(cursor=end.cursor)
    if reading.notes and not records:
        return Replayed(problem="; ".join(reading.notes))
    return Replayed(walk.keep(walk.only_own_kind(records)), end.cursor, notes=reading.notes)


def _target(operation: Operation, answer: RawAnswer) -> str:
    try:
        return operation.target_of(answer.args) if answer.args else "replay"
    except (KeyError, TypeError, AttributeError):
        raise BadInput(f"{operation.name}: args do not name a target; allowed: {operation.allowed}") from None
