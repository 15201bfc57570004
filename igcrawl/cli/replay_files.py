"""Files of saved answers, read into records: what `scrapy replay` takes and where its records go."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from igcrawl.cli.replay_answers import Replayed, replay_answer, replay_archive
from igcrawl.errors import BadInput
from igcrawl.items.field_choice import FieldChoice
from igcrawl.operations.catalogue import find_operation
from igcrawl.output.json_lines import to_lines
from igcrawl.output.raw_archive import RawAnswer, is_archive
from igcrawl.paths import unreadable
from igcrawl.printable import say
from igcrawl.times import timestamp
from igcrawl.verdict import ExitCode
from igcrawl.wording import counted


def names_archive(words: Sequence[str]) -> bool:
    """Return whether what was given is one archive."""
    return len(words) == 1 and is_archive(Path(words[0]))


def replay_archive_file(name: str, output: str | None, fields: FieldChoice) -> ExitCode:
    """Write the records of an archive.

    Args:
        name: the archive's file.
        output: file for JSON lines, None for standard output.
        fields: what records keep.

    Raises:
        BadInput: a file cannot be used.
    """
    return _write(replay_archive(Path(name)), output, fields)


def replay_answer_file(
    operation: str, name: str, given: Sequence[str], output: str | None, fields: FieldChoice
) -> ExitCode:
    """Write the records of one answer.

    Args:
        operation: its name.
        name: the answer's file; `-` is standard input.
        given: `args={…}` and `cursor=…` of the call.
        output: file for JSON lines, None for standard output.
        fields: what records keep.

    Returns:
        The exit code: `INCOMPLETE` when the answer has no records.

    Raises:
        BadInput: there is no such operation, or an argument or a file cannot be used.
        AnswerError: the answer does not fit the operation.
    """
    return _write([replay_answer(_answer(operation, name, _args(given)))], output, fields, one=True)


def _write(answers: Iterable[Replayed], output: str | None, fields: FieldChoice, *, one: bool = False) -> ExitCode:
    file = _open(output)
    records = problems = number = 0
    try:
        for number, answer in enumerate(answers, start=1):
            fields.apply(answer.records)
            file.write(to_lines(answer.records))
            records += len(answer.records)
            if answer.problem is not None:
                problems += 1
                say(f"igcrawl: answer {number}: {answer.problem}", file=sys.stderr)
            for note in answer.notes:
                say(f"igcrawl: answer {number}: {note}", file=sys.stderr)
            if answer.problem is None and one:
                say(f"next cursor: {answer.cursor or 'none, the list ends here'}", file=sys.stderr)
    finally:
        file.flush()
        if output:
            file.close()
    say(f"{counted(records, 'record')} of {counted(number, 'answer')}, {problems:,} without records", file=sys.stderr)
    return ExitCode.INCOMPLETE if one and problems else ExitCode.OK


def _answer(operation: str, name: str, args: dict[str, Any]) -> RawAnswer:
    find_operation(operation)
    try:
        if name == "-":
            body, at = sys.stdin.buffer.read(), datetime.now(UTC).timestamp()
        else:
            body, at = Path(name).read_bytes(), Path(name).stat().st_mtime
    except OSError as error:
        raise BadInput(f"{name}: {unreadable(name, error)}") from None
    cursor = args.pop("cursor", None)
    return RawAnswer(operation=operation, args=args, cursor=cursor, at=timestamp(at), body=body)


def _args(given: Sequence[str]) -> dict[str, Any]:
    args: dict[str, Any] = {}
    for each in given:
        name, _, value = each.partition("=")
        try:
            parsed = orjson.loads(value) if name == "args" else value
        except orjson.JSONDecodeError:
            raise BadInput('args: expected a JSON object, e.g. -a args=\'{"user_id": "25025320"}\'') from None
        if name == "args" and isinstance(parsed, dict):
            args |= parsed
        elif name == "cursor":
            args["cursor"] = value
        else:
            raise BadInput(f"unknown argument {each[:40]!r}; allowed: args='{{…}}', cursor=…")
    return args


def _open(output: str | None) -> BinaryIO:
    if not output:
        return sys.stdout.buffer
    try:
        return Path(output).open("wb")
    except OSError as error:
        raise BadInput(f"output {output}: {error.strerror or error}") from None
