"""The doc_ids in the Postgres store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from igcrawl.store.model import DocIdRow
from igcrawl.store.postgres.rows import iso
from igcrawl.store.postgres.sessions import PostgresSessions

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


class PostgresDocIds(PostgresSessions):
    """The part of `PostgresStore` that keeps what is known of doc_ids."""

    async def doc_ids(self) -> dict[str, DocIdRow]:
        """See `Store.doc_ids`."""
        rows = await self._database.rows("SELECT doc_id, worked_at, stale_since FROM doc_ids")
        return {row["doc_id"]: DocIdRow(iso(row["worked_at"]), iso(row["stale_since"])) for row in rows}

    async def note_doc_id(self, doc_id: str, now: str, *, works: bool) -> None:
        """See `Store.note_doc_id`."""
        await self._database.rows(_WORKED if works else _STALE, [doc_id, now])

    async def forget_staleness(self, doc_ids: Sequence[str]) -> list[str]:
        """See `Store.forget_staleness`."""
        return [row["doc_id"] for row in await self._database.rows(_FORGET, [list(doc_ids)])]
