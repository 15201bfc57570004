"""`scrapy replay`: a saved answer, or an archive of them, as records; offline."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import orjson
from scrapy.commands import ScrapyCommand

from igcrawl.cli.command_config import config_of
from igcrawl.cli.replay_answers import Replayed, replay_answer, replay_archive
from igcrawl.commands.crawl import refuse
from igcrawl.errors import AnswerError, BadInput
from igcrawl.operations.catalogue import find_operation
from igcrawl.output.json_lines import to_lines
from igcrawl.output.raw_archive import RawAnswer, is_archive
from igcrawl.printable import say
from igcrawl.times import timestamp
from igcrawl.verdict import ExitCode


class Command(ScrapyCommand):
    """Read saved answers."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Return the synopsis of the command's arguments."""
        return "OPERATION FILE [-a args='{…}'] [-O out.jsonl] | ARCHIVE.jsonl.zst [-O out.jsonl]"

    def short_desc(self) -> str:
        """Return the line for `scrapy -h`."""
        return "Read a saved answer, or an IG_RAW archive, into records, offline; FILE - is standard input"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's options."""
        super().add_options(parser)
        parser.add_argument("-a", dest="given", action="append", default=[], metavar="args={…}", help="the call's args")
        parser.add_argument("-O", dest="output", metavar="FILE", help="JSON lines file (default: standard output)")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read, and write the records."""
        try:
            config_of(self.settings)
            if len(args) == 1 and is_archive(Path(args[0])) and not opts.given:
                self._write(replay_archive(Path(args[0])), opts.output)
            elif len(args) == 2:
                self._write([replay_answer(_answer(args[0], args[1], _args(opts.given)))], opts.output, one=True)
            else:
                refuse("give an operation and a file, or an archive named *.jsonl.zst")
        except BadInput as error:
            refuse(str(error))
        except AnswerError as error:
            say(f"igcrawl: {error}", file=sys.stderr)
            self.exitcode = ExitCode.INCOMPLETE

    def _write(self, answers: Iterable[Replayed], output: str | None, *, one: bool = False) -> None:
        file = _open(output)
        records = problems = number = 0
        try:
            for number, answer in enumerate(answers, start=1):
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
        if one and problems:
            self.exitcode = ExitCode.INCOMPLETE
        say(f"{records} records of {number} answers, {problems} without records", file=sys.stderr)


def _answer(operation: str, name: str, args: dict[str, Any]) -> RawAnswer:
    find_operation(operation)
    try:
        if name == "-":
            body, at = sys.stdin.buffer.read(), datetime.now(UTC).timestamp()
        else:
            body, at = Path(name).read_bytes(), Path(name).stat().st_mtime
    except OSError as error:
        raise BadInput(f"{name}: {error.strerror or error}") from None
    cursor = args.pop("cursor", None)
    return RawAnswer(operation=operation, args=args, cursor=cursor, at=timestamp(at), body=body)


def _args(given: list[str]) -> dict[str, Any]:
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
