"""DuckDB over the accounts of kept lists: who is in which of them. Its database is a file that goes with it."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from array import array
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, NamedTuple

from igcrawl.analysis.installing import HOW_TO_INSTALL
from igcrawl.analysis.lists.kept_lists import KeptList
from igcrawl.analysis.lists.list_records import ACCOUNT_TYPES, pages_of, pages_with, walks_of
from igcrawl.errors import BadInput, StoreError
from igcrawl.store import Store, WalkRow
from igcrawl.store.packed_ids import number_of

#: Lists that are held against each other at once: each is a bit of a number.
MOST_LISTS: Final = 60
_SETTINGS: Final[dict[str, Any]] = {
    "memory_limit": "600MB",
    "threads": 2,
    "preserve_insertion_order": False,
}
#: So many bytes of packed ids are handed over at once.
_BYTES: Final = 8 << 20
#: So many rows of an answer are fetched at once.
_ROWS: Final = 10_000
#: For more accounts than these DuckDB reads all records of their lists, for fewer only the pages that have them.
_FEW: Final = 50_000

_NAMES: Final = "pk UBIGINT, id VARCHAR, username VARCHAR, full_name VARCHAR, is_private BOOLEAN, is_verified BOOLEAN"
_BEGIN: Final = f"""
    SET enable_progress_bar = false;
    CREATE TABLE members (list UTINYINT, pk UBIGINT, place UBIGINT);
    CREATE TABLE handed ({_NAMES});
    CREATE TABLE names ({_NAMES});
    CREATE TABLE first_names (pk UBIGINT, first_username VARCHAR)
"""
_LOAD: Final = "INSERT INTO members SELECT $list, pk, place FROM packed"
#: Who is in which lists, and at which place of the first of them.
_PLACES: Final = """
    CREATE TABLE places AS
    SELECT pk, bit_or(1::UBIGINT << list::UBIGINT) AS lists, min(place) AS place FROM members GROUP BY pk;
    DROP TABLE members;
    CREATE TABLE masks AS SELECT lists, count(*) AS accounts FROM places GROUP BY lists
"""
_PAIRS: Final = """
    SELECT a.range, b.range, sum(accounts)::BIGINT
    FROM masks, range($lists) AS a, range($lists) AS b
    WHERE lists >> a.range::UBIGINT & 1 = 1 AND lists >> b.range::UBIGINT & 1 = 1
    GROUP BY ALL
"""
_WANTED: Final = "FROM places WHERE bit_count(lists) >= $least AND lists & $mask = $lists"
#: Pages as the store compresses them, one behind the other. The number of an id that is none is not known yet.
_READ: Final = f"""
    INSERT INTO handed
    SELECT if(regexp_full_match(pk, '[1-9][0-9]{{0,18}}'), pk::UBIGINT, NULL), pk, username, full_name, is_private,
        is_verified
    FROM read_json($file, format='newline_delimited', compression='zstd', ignore_errors=true, columns={{
        type: 'VARCHAR', pk: 'VARCHAR', username: 'VARCHAR', full_name: 'VARCHAR', is_private: 'BOOLEAN',
        is_verified: 'BOOLEAN'
    }})
    WHERE type IN ({", ".join(f"'{name}'" for name in sorted(ACCOUNT_TYPES))})
"""  # noqa: S608 - names of ours
#: An account has its name from the last of its lists, and there from the latest record.
_NAME: Final = f"""
    INSERT INTO names SELECT DISTINCT ON (pk) handed.*
    FROM handed SEMI JOIN (SELECT pk {_WANTED} AND lists >> $list::UBIGINT = 1) USING (pk) ANTI JOIN names USING (pk)
"""  # noqa: S608 - as above
_NAME_FIRST: Final = f"""
    INSERT INTO first_names SELECT DISTINCT ON (pk) pk, username
    FROM handed SEMI JOIN (SELECT pk {_WANTED} AND lists & 1 = 1) USING (pk) ANTI JOIN first_names USING (pk)
"""  # noqa: S608 - as above
#: What no record names is known by its number.
_MEMBERS: Final = f"""
    SELECT coalesce(id, pk::VARCHAR) AS pk, lists, username, full_name, is_private, is_verified, first_username
    FROM (SELECT * {_WANTED}) LEFT JOIN names USING (pk) LEFT JOIN first_names USING (pk)
    ORDER BY place
"""  # noqa: S608 - as above


class Member(NamedTuple):
    """An account of an answer.

    Args:
        pk: its id.
        lists: bit n is set when it is in the list that was loaded as number n.
        username, full_name, is_private, is_verified: as the last loaded of its lists has them, None where none does.
        first_username: as the list that was loaded first has it, where `ListEngine.name` was asked for it.
    """

    pk: str
    lists: int
    username: str | None
    full_name: str | None
    is_private: bool | None
    is_verified: bool | None
    first_username: str | None


class Wanted(NamedTuple):
    """The accounts that are wanted, by the lists they are in.

    Args:
        lists: bits of lists that they are in.
        mask: bits of lists that count; those that `lists` lacks they are not in.
        least: how many lists they are in at least.
    """

    lists: int = 0
    mask: int = 0
    least: int = 1


class ListEngine:
    """Holds lists against each other; numbers them from 0, as they are loaded.

    Args:
        store: an open store.
        connection: to a DuckDB of its own.
        folder: where it may write.
    """

    def __init__(self, store: Store, connection: Any, folder: Path) -> None:
        self._store, self._connection = store, connection
        self._records = folder / "records.jsonl.zst"
        self.lists: list[KeptList] = []
        self._places = 0
        self._loaded = False

    async def load(self, kept: KeptList) -> int:
        """Take the accounts of a list, and return its number; every list is loaded before anything is asked."""
        assert not self._loaded and len(self.lists) < MOST_LISTS
        self.lists.append(kept)
        waiting = bytearray()
        for walk in await walks_of(self._store, kept):
            async for page in self._store.walks.found(walk.id):
                waiting += page.ids
                if len(waiting) >= _BYTES:
                    self._take(bytes(waiting))
                    waiting.clear()
                    # Ctrl-C is heard here: a file's database never waits.
                    await asyncio.sleep(0)
        self._take(bytes(waiting))
        return len(self.lists) - 1

    def _take(self, packed: bytes) -> None:
        import pyarrow as pa  # noqa: PLC0415 - an extra

        size = len(packed) // 8
        places = array("Q", range(self._places, self._places + size))
        self._places += size
        columns = [pa.Array.from_buffers(pa.uint64(), size, [None, pa.py_buffer(each)]) for each in (packed, places)]
        self._connection.register("packed", pa.table(columns, names=["pk", "place"]))
        self._execute(_LOAD, {"list": len(self.lists) - 1})
        self._connection.unregister("packed")

    def sizes(self) -> list[int]:
        """Return how many different accounts each list holds."""
        return [row[number] for number, row in enumerate(self.pairs())]

    def pairs(self) -> list[list[int]]:
        """Return how many accounts each two lists share; of a list with itself, how many it holds."""
        matrix = [[0] * len(self.lists) for _ in self.lists]
        for one, other, accounts in self._rows(_PAIRS, {"lists": len(self.lists)}):
            matrix[one][other] = accounts
        return matrix

    def at_least(self) -> dict[int, int]:
        """Return how many accounts are in two lists at least, in three, and so on up to all."""
        exactly = list(self._rows("SELECT bit_count(lists), sum(accounts)::BIGINT FROM masks GROUP BY ALL"))
        numbers = range(2, len(self.lists) + 1)
        return {number: sum(accounts for lists, accounts in exactly if lists >= number) for number in numbers}

    def count(self, wanted: Wanted) -> int:
        """Return how many accounts are wanted."""
        [[accounts]] = self._rows(f"SELECT count(*) {_WANTED}", wanted._asdict())
        return int(accounts)

    async def name(self, wanted: Wanted, most: int | None = None, *, earlier: bool = False) -> None:
        """Look up the names of those that are wanted, once.

        Args:
            wanted: who.
            most: only of the first ones, so many.
            earlier: also the names that they had in the list that was loaded first.
        """
        count = self.count(wanted)
        few = count if most is None else min(count, most)
        asked = {**wanted._asdict(), "most": few}
        first = f"SELECT pk, lists {_WANTED} ORDER BY place LIMIT $most"
        chosen = list(self._rows(first, asked)) if few <= _FEW else None
        for number, kept in enumerate(self.lists):
            also_first = earlier and number == 0
            if not (also_first or self._is_last(wanted, number)):
                continue
            missing = None
            if chosen is not None:
                missing = {pk for pk, lists in chosen if also_first or lists >> number == 1}
            for walk in await walks_of(self._store, kept, named=True):
                if missing != set() and await self._write_records(walk, missing):
                    self._read_records()
                    self._execute(_NAME, {**wanted._asdict(), "list": number})
                    if also_first:
                        self._execute(_NAME_FIRST, wanted._asdict())
                    self._execute("DELETE FROM handed")

    def _is_last(self, wanted: Wanted, number: int) -> bool:
        """Return whether a list is the last one of an account that is wanted."""
        last = f"SELECT 1 {_WANTED} AND lists >> $list::UBIGINT = 1 LIMIT 1"
        return bool(list(self._rows(last, {**wanted._asdict(), "list": number})))

    async def _write_records(self, walk: WalkRow, missing: set[int] | None) -> int:
        """Write a walk's pages to the file that DuckDB reads, as they are compressed in the store; return its size.

        Args:
            walk: the walk.
            missing: accounts of which the records are missing: only pages with them are written; None for all pages.
        """
        pages = pages_of(self._store, walk) if missing is None else pages_with(self._store, walk, missing)
        with self._records.open("wb") as file:
            async for page in pages:
                file.write(page)
            return file.tell()

    def _read_records(self) -> None:
        """Let DuckDB read the file; it cannot know the numbers of ids that are none."""
        self._execute(_READ, {"file": str(self._records)})
        for (odd,) in list(self._rows("SELECT DISTINCT id FROM handed WHERE pk IS NULL AND id IS NOT NULL")):
            self._execute("UPDATE handed SET pk = $pk WHERE id = $id", {"pk": number_of(odd), "id": odd})

    def members(self, wanted: Wanted, most: int | None = None) -> Iterator[Member]:
        """Yield the accounts that are wanted, in the order of the lists.

        Args:
            wanted: who.
            most: only the first ones, so many.
        """
        sql = _MEMBERS if most is None else f"{_MEMBERS} LIMIT {min(most, sys.maxsize)}"
        yield from map(Member._make, self._rows(sql, wanted._asdict()))

    def _execute(self, sql: str, asked: Mapping[str, Any] | None = None) -> None:
        # DuckDB takes nothing else before a result is fetched to its end.
        self._connection.execute(sql, asked).fetchall()

    def _rows(self, sql: str, asked: Mapping[str, Any] | None = None) -> Iterator[Sequence[Any]]:
        if not self._loaded:
            self._loaded = True
            self._execute(_PLACES)
        # A cursor of its own: another question may come before all its rows are taken.
        rows = self._connection.cursor().execute(sql, asked)
        while batch := rows.fetchmany(_ROWS):
            yield from batch


@asynccontextmanager
async def list_engine(store: Store) -> AsyncIterator[ListEngine]:
    """Give an engine; its files are removed when the context ends.

    Args:
        store: an open store.

    Raises:
        BadInput: DuckDB is not installed.
        StoreError: it failed.
    """
    check_duckdb()
    import duckdb  # noqa: PLC0415 - an extra

    try:
        with tempfile.TemporaryDirectory(prefix="igcrawl-") as name:
            folder = Path(name)
            with duckdb.connect(folder / "lists.duckdb", config={**_SETTINGS, "temp_directory": name}) as connection:
                connection.execute(_BEGIN).fetchall()
                yield ListEngine(store, connection, folder)
    except (duckdb.Error, OSError) as error:
        if isinstance(error, BrokenPipeError):
            raise
        reason = str(error).partition("\n")[0]
        place = f"{tempfile.gettempdir()} (TMPDIR names another place)"
        raise StoreError(f"DuckDB failed in {place}: {reason}") from None


def check_duckdb() -> None:
    """Check that DuckDB is installed, and what hands it its rows.

    Raises:
        BadInput: it is not.
    """
    missing = [name for name in ("duckdb", "pyarrow") if find_spec(name) is None]
    if missing:
        raise BadInput(f"this needs {' and '.join(missing)}: {HOW_TO_INSTALL}")
