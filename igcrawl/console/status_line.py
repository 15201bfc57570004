"""A snapshot in words, for a log and for the rows of a display. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from igcrawl.console.snapshot import Snapshot
from igcrawl.times import moment, span
from igcrawl.wording import counted


def line(snapshot: Snapshot) -> str:
    """Return all that a snapshot tells, in one line."""
    return "; ".join(f"{name}: {told}" for name, told in facts_of(snapshot))


def facts_of(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """Yield what there is to say, each with its name."""
    if snapshot.progress:
        yield "progress", snapshot.progress
    yield "walks", _walks(snapshot)
    if snapshot.current is not None:
        yield "now", _current(snapshot)
    yield "records", _records(snapshot)
    if snapshot.hour is not None and snapshot.day is not None:
        yield (
            "budget",
            f"{snapshot.hour.left:,} of {snapshot.hour.limit:,} left this hour, "
            f"{snapshot.day.left:,} of {snapshot.day.limit:,} today, {_pace(snapshot)}",
        )
    if snapshot.cooling_until > snapshot.at:
        yield "cooling down until", f"{moment(snapshot.cooling_until, snapshot.at)} (the server asked it to slow down)"
    elif snapshot.waits_until > snapshot.at:
        yield "waiting until", f"{moment(snapshot.waits_until, snapshot.at)} ({snapshot.waits_for})"
    if snapshot.requests_left is not None:
        yield "left", _left(snapshot)


def _walks(snapshot: Snapshot) -> str:
    verdicts = ", ".join(f"{count:,} {verdict}" for verdict, count in snapshot.verdicts.items())
    done = f"{snapshot.done:,} done by this run" + (f" ({verdicts})" if verdicts else "")
    return done if snapshot.open is None else f"{snapshot.open:,} open, {done}"


def _current(snapshot: Snapshot) -> str:
    current = snapshot.current
    assert current is not None
    return f"{current.operation}, page {current.pages + 1:,}, {_of(current.records, current.expected)}"


def _records(snapshot: Snapshot) -> str:
    rate = f"{snapshot.records_a_request:,.1f} a request"
    return f"{snapshot.records:,} by {counted(snapshot.requests, 'request')}, {rate}, in {span(snapshot.elapsed)}"


def _pace(snapshot: Snapshot) -> str:
    return "as they come" if snapshot.pace is None else f"one every {span(snapshot.pace)}"


def _left(snapshot: Snapshot) -> str:
    requests = f"about {counted(snapshot.requests_left or 0, 'request')}"
    return requests if snapshot.ends_at is None else f"{requests}, until {moment(snapshot.ends_at, snapshot.at)}"


def _of(records: int, expected: int | None) -> str:
    return counted(records, "record") if expected is None else f"{records:,} of {counted(expected, 'record')}"
