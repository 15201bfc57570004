"""Between a walk in memory and its row in the store."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import igcrawl
from igcrawl.arguments import GivenTarget
from igcrawl.crawl.endless import Endless
from igcrawl.crawl.walk import Ending, Walk
from igcrawl.items import WalkEnd
from igcrawl.operations.catalogue import find_operation
from igcrawl.operations.operation import Operation
from igcrawl.printable import fitted
from igcrawl.store import ENDLESS_PAGES, OperatorLimits, Seed, WalkRow
from igcrawl.times import timestamp
from igcrawl.verdict import FINAL, Verdict

#: Name of the spider of `scrapy session check`, whose crawls write no records.
SESSION_CHECK: Final = "session_check"
#: Keys in a row's `state` of the target as the operator gave it, and of its line in the file.
GIVEN: Final = "given"
LINE: Final = "line"
#: Likewise of the versions of igcrawl that have worked on the walk, in their order.
VERSIONS: Final = "versions"
_LONGEST_GIVEN: Final = 200
#: What a row's `state` holds: fields of the walk by these names.
_STATE: Final = (
    "rank_token",
    "notes",
    "passed",
    "known_pages",
    "loops_from",
    "begun_with",
    "ready",
    "private",
    "uncounted",
    GIVEN,
    LINE,
    VERSIONS,
)
_NOT_FINISHED: Final = "not finished: the same command continues"


def seed_of(
    operation: Operation,
    args: Mapping[str, Any],
    depth: int = 1,
    *,
    target: str | None = None,
    part: str = "",
    cursor: str | None = None,
) -> Seed:
    """Return the seed of a walk.

    Args:
        operation: what is asked.
        args: arguments of its calls.
        depth: 1 for what the operator gave.
        target: where it is not what the operation says: a username that is still to be resolved.
        part: tells walks of one operation and target in one crawl apart.
        cursor: where it begins; None for its first page.
    """
    named = target or operation.target_of(args)
    return Seed(
        key=f"{operation.name}/{named}{part}",
        subject=subject_of(operation, named),
        operation=operation.name,
        target=named,
        args=args,
        depth=depth,
        cursor=cursor,
    )


def as_given(seed: Seed, given: GivenTarget) -> Seed:
    """Return a seed that remembers how the operator gave its target."""
    state = {GIVEN: fitted(given.text.strip(), _LONGEST_GIVEN)} | ({LINE: given.line} if given.line else {})
    return replace(seed, state=state)


def subject_of(operation: Operation, target: str) -> str:
    """Return the name of the list that an operation reads of a target, whatever the surface."""
    return f"{operation.list_name}/{target}"


def walk_of(row: WalkRow, limits: OperatorLimits) -> Walk:
    """Return a row's walk, as it was after its last commit, but for what it has seen."""
    known: dict[str, Any] = {name: row.state[name] for name in _STATE if name in row.state}
    if row.state.get("stand_in"):
        known["substitute"] = find_operation(row.state["stand_in"])
    known["hides_cursor"] = bool(row.state.get("hides_cursor"))
    if "notes" in known:
        known["notes"] = list(known["notes"])
    known[VERSIONS] = list(dict.fromkeys([*row.state.get(VERSIONS, ()), igcrawl.__version__]))
    known["endless"] = Endless.read(row.state.get("endless"))
    return Walk(
        operation=find_operation(row.operation),
        target=row.target,
        args=dict(row.args),
        limits=limits,
        started_at=row.started_at or "",
        expected=row.expected,
        cursor=row.cursor,
        pages=row.pages,
        records=row.records,
        duplicates=row.duplicates,
        requests=row.requests,
        depth=row.depth,
        **known,
    )


def row_after(row: WalkRow, walk: Walk, now: str, ending: Ending | None = None) -> WalkRow:
    """Return the row as it is to be now.

    Args:
        row: as it was.
        walk: as it is.
        now: UTC, ISO 8601.
        ending: how the walk ended, None when it goes on.
    """
    named = walk.target != row.target
    return replace(
        row,
        seed=f"{walk.operation.name}/{walk.target}" if named else row.seed,
        subject=subject_of(walk.operation, walk.target) if named else row.subject,
        target=walk.target,
        args=dict(walk.args),
        cursor=None if walk.hides_cursor else walk.cursor,
        pages=walk.pages,
        records=walk.records,
        duplicates=walk.duplicates,
        requests=walk.requests,
        expected=walk.expected,
        state={name: getattr(walk, name) for name in _STATE} | _beside(walk, ending),
        updated_at=now,
        verdict=ending.verdict.value if ending else None,
        reason=ending.reason if ending else None,
        ended_at=now if ending else None,
    )


def _beside(walk: Walk, ending: Ending | None) -> dict[str, Any]:
    beside: dict[str, Any] = {"notes": list(walk.notes), "endless": walk.endless.kept()}
    if walk.hides_cursor:
        beside["hides_cursor"] = True
    if walk.substitute is not None:
        beside["stand_in"] = walk.substitute.name
    if ending is not None and ending.endless_pages is not None:
        beside[ENDLESS_PAGES] = ending.endless_pages
    return beside


def open_end_record(row: WalkRow) -> WalkEnd | None:
    """Return the record of a walk that the same command continues with, as the walk stands now.

    None for a walk that has ended for good, since its record is among its last page's, and for one that another walk
    has found and that nobody has asked yet.
    """
    if row.verdict is None:
        if row.fence == 0 and row.depth > 1:
            return None
        at = row.updated_at or row.started_at or timestamp(time.time())
        return walk_of(row, OperatorLimits()).end_record(Ending(Verdict.INTERRUPTED, _NOT_FINISHED), at)
    if row.verdict in FINAL and ENDLESS_PAGES not in row.state:
        return None
    ending = Ending(Verdict(row.verdict), row.reason, row.state.get(ENDLESS_PAGES))
    return walk_of(row, OperatorLimits()).end_record(ending, row.ended_at or "")
