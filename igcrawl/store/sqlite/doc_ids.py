"""The doc_ids in the SQLite store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import orjson

from igcrawl.store.model import DocIdRow
from igcrawl.store.sqlite.database import Database

_WORKED: Final = """
    INSERT INTO doc_ids (doc_id, worked_at) VALUES (?, ?)
    ON CONFLICT (doc_id) DO UPDATE SET worked_at = excluded.worked_at, stale_since = NULL
"""
_STALE: Final = """
    INSERT INTO doc_ids (doc_id, stale_since) VALUES (?, ?)
    ON CONFLICT (doc_id) DO UPDATE SET stale_since = ifnull(stale_since, excluded.stale_since)
"""
_FORGET: Final = """
    UPDATE doc_ids SET stale_since = NULL
    WHERE doc_id IN (SELECT value FROM json_each(?)) AND stale_since IS NOT NULL RETURNING doc_id
"""


class SqliteDocIds:
    """Knowledge of doc_ids in an SQLite file, see `igcrawl.store.base.KnownDocIds`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> dict[str, DocIdRow]:
        """See `KnownDocIds.all`."""
        rows = self._database.rows("SELECT doc_id, worked_at, stale_since FROM doc_ids")
        return {doc_id: DocIdRow(worked_at, stale_since) for doc_id, worked_at, stale_since in rows}

    async def note(self, doc_id: str, now: str, *, works: bool) -> None:
        """See `KnownDocIds.note`."""
        self._database.execute(_WORKED if works else _STALE, (doc_id, now))

    async def forget_staleness(self, doc_ids: Sequence[str]) -> list[str]:
        """See `KnownDocIds.forget_staleness`."""
        rows = self._database.rows(_FORGET, (orjson.dumps(list(doc_ids)).decode(),))
        return [doc_id for [doc_id] in rows]
