"""Log lines know whose they are, and hold no secret of anybody: many crawls share a process and its one factory."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator

import pytest

from igcrawl.sessions.log_guard import LogGuard, LogLines
from igcrawl.sessions.redaction import Redaction

FIRST, SECOND = "first-secret-value", "second-secret-value"


@pytest.fixture
def guard() -> Iterator[LogGuard]:
    """A guard of its own; the process has its factory back afterwards."""
    before = logging.getLogRecordFactory()
    yield LogGuard()
    logging.setLogRecordFactory(before)


@pytest.fixture
def both(guard: LogGuard) -> tuple[LogLines, LogLines]:
    """The lines of two crawls, each with its own secret."""
    lines = LogLines(Redaction([FIRST])), LogLines(Redaction([SECOND]))
    for each in lines:
        guard.begin(each.redaction)
    return lines


def said(logger: str = "tests") -> str:
    """What a line with both secrets says here and now."""
    record = logging.getLogger(logger).makeRecord(logger, 20, "f", 1, "%s and %s", (FIRST, SECOND), None)
    return record.getMessage()


def within(lines: LogLines, logger: str = "tests") -> str:
    """What it says in a task of a crawl, and in those that the task begins."""

    async def crawl() -> str:
        lines.begin()
        return await asyncio.create_task(asyncio.to_thread(said, logger))

    return asyncio.run(crawl())


def test_a_line_is_cleared_of_what_its_own_crawl_knows(both: tuple[LogLines, LogLines]) -> None:
    first, second = both
    assert within(first) == f"[redacted] and {SECOND}"
    assert within(second) == f"{FIRST} and [redacted]"


def test_a_line_that_is_nobody_s_is_cleared_of_what_any_crawl_knows(both: tuple[LogLines, LogLines]) -> None:
    assert said() == "[redacted] and [redacted]"
    # It is written when garbage is collected, whose ever that is and whoever runs then.
    assert within(both[0], "asyncio") == "[redacted] and [redacted]"


def test_a_crawl_s_secrets_are_forgotten_when_it_has_ended_but_not_in_its_own_lines(
    guard: LogGuard, both: tuple[LogLines, LogLines]
) -> None:
    guard.end(both[0].redaction)
    assert said() == f"{FIRST} and [redacted]"
    assert within(both[0]) == f"[redacted] and {SECOND}"


def test_a_thousand_crawls_have_one_factory_between_them(guard: LogGuard) -> None:
    factories = set()
    for number in range(1000):
        redaction = Redaction([f"{FIRST}-{number}"])
        guard.begin(redaction)
        factories.add(logging.getLogRecordFactory())
        guard.end(redaction)
    assert len(factories) == 1


def test_a_factory_that_somebody_sets_meanwhile_is_kept_and_guarded(guard: LogGuard) -> None:
    guard.begin(Redaction(["another-secret"]))
    made = []

    def make(*args: object, **keys: object) -> logging.LogRecord:
        made.append(args)
        return logging.LogRecord(*args, **keys)  # type: ignore[arg-type]

    logging.setLogRecordFactory(make)
    known = Redaction([FIRST])
    guard.begin(known)
    assert said() == f"[redacted] and {SECOND}"
    assert made


def test_a_process_of_one_crawl_owns_the_lines_of_nobody(
    monkeypatch: pytest.MonkeyPatch, both: tuple[LogLines, LogLines]
) -> None:
    monkeypatch.setattr(LogLines, "_nobodys", None)
    both[0].take_nobodys()
    assert said() == f"[redacted] and {SECOND}"
    assert within(both[1]) == f"{FIRST} and [redacted]"
