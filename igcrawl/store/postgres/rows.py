"""Rows of the Postgres store as values, and what its statements share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any, Final

from igcrawl.store.model import CrawlRow, OperatorLimits, WalkRow
from igcrawl.store.odd_text import from_stored
from igcrawl.store.postgres.worker_locks import lives

WALK: Final = ", ".join(field.name for field in fields(WalkRow))
CRAWL: Final = ", ".join(field.name for field in fields(CrawlRow))

#: Numbers of the latest generation of every crawl.
LATEST: Final = """
    SELECT DISTINCT ON (name, CASE WHEN name IS NULL THEN key END) id FROM crawls
    ORDER BY name, CASE WHEN name IS NULL THEN key END, generation DESC
"""

#: Workers that hold walks of a crawl, but for ourselves, and whether each lives.
HOLDERS: Final = f"""
    SELECT worker, {lives("worker")} AS lives
    FROM (
        SELECT DISTINCT worker FROM walks
        WHERE crawl = %(crawl)s AND worker IS NOT NULL AND worker IS DISTINCT FROM %(me)s
    ) AS holders
"""  # noqa: S608 - a part of a statement

#: Walks that go on when the same command is run again.
REOPENED: Final = """
    crawl = %(crawl)s AND verdict IS NOT NULL AND (
        verdict = ANY(%(verdicts)s)
        OR verdict = 'stopped' AND pages > 0
        AND (%(max_pages)s::bigint IS NULL OR pages < %(max_pages)s)
        AND (%(max_users)s::bigint IS NULL OR records < %(max_users)s)
        OR verdict = 'suspect' AND (state->>'endless_pages')::bigint IS NOT NULL
        AND (%(endless_pages)s::bigint IS NULL OR (state->>'endless_pages')::bigint < %(endless_pages)s)
    )
"""


def limits_of(limits: OperatorLimits) -> dict[str, int | None]:
    """Return limits as parameters."""
    return asdict(limits)


def walk_of(row: Mapping[str, Any]) -> WalkRow:
    """Return a row of `walks`."""
    times = {name: iso(row[name]) for name in ("started_at", "updated_at", "ended_at")}
    return WalkRow(**{**row, **times, "cursor": from_stored(row["cursor"])})


def crawl_of(row: Mapping[str, Any]) -> CrawlRow:
    """Return a row of `crawls`."""
    return CrawlRow(**{**row, "created_at": iso(row["created_at"])})


def iso(moment: datetime | None) -> str | None:
    """Return a time of the database as text."""
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
