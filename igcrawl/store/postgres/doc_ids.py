"""The doc_ids in the Postgres store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from igcrawl.store.model import DocIdRow
from igcrawl.store.postgres.database import Database
from igcrawl.store.postgres.rows import iso

_WORKED: Final = """
    INSERT INTO doc_ids (doc_id, worked_at) VALUES (%s, %s)
    ON CONFLICT (doc_id) DO UPDATE SET worked_at = excluded.worked_at, stale_since = NULL
"""
_STALE: Final = """
    INSERT INTO doc_ids AS known (doc_id, stale_since) VALUES (%s, %s)
    ON CONFLICT (doc_id) DO UPDATE SET stale_since = coalesce(known.stale_since, excluded.stale_since)
"""
_FORGET: Final = """
    UPDATE doc_ids SET stale_since = NULL
    WHERE doc_id = ANY(%s) AND stale_since IS NOT NULL RETURNING doc_id
"""


class PostgresDocIds:
    """Knowledge of doc_ids in a Postgres database, see `igcrawl.store.base.KnownDocIds`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> dict[str, DocIdRow]:
        """See `KnownDocIds.all`."""
        rows = await self._database.rows("SELECT doc_id, worked_at, stale_since FROM doc_ids")
        return {row["doc_id"]: DocIdRow(iso(row["worked_at"]), iso(row["stale_since"])) for row in rows}

    async def note(self, doc_id: str, now: str, *, works: bool) -> None:
        """See `KnownDocIds.note`."""
        await self._database.rows(_WORKED if works else _STALE, [doc_id, now])

    async def forget_staleness(self, doc_ids: Sequence[str]) -> list[str]:
        """See `KnownDocIds.forget_staleness`."""
        return [row["doc_id"] for row in await self._database.rows(_FORGET, [list(doc_ids)])]
