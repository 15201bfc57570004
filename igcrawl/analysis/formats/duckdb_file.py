"""Writer of a DuckDB database, a table for each type of record, by duckdb: the extra `igcrawl[analysis]`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from igcrawl.analysis.formats.arrow_columns import ArrowColumns
from igcrawl.analysis.formats.table_values import read_lines
from igcrawl.items.columns import Column, ColumnKind

_BATCH: Final = 20_000
_MEMORY: Final = "400MB"
#: Views over the tables of the types that they name.
_VIEWS: Final = {
    "edges": (
        {"follow", "suggestion"},
        """
        CREATE VIEW edges AS
        SELECT if(direction = 'followers', pk, owner_pk) AS source, if(direction = 'followers', owner_pk, pk) AS target,
               'follow' AS kind, max(fetched_at) AS fetched_at
        FROM follow GROUP BY ALL
        UNION ALL
        SELECT target_pk, pk, 'suggestion', max(fetched_at) FROM suggestion GROUP BY ALL
        """,
    ),
    "accounts": (
        {"follow", "suggestion", "profile"},
        """
        CREATE VIEW accounts AS
        SELECT pk, arg_max(username, fetched_at) AS username, arg_max(full_name, fetched_at) AS full_name,
               arg_max(is_private, fetched_at) AS is_private, arg_max(is_verified, fetched_at) AS is_verified,
               arg_max(follower_count, fetched_at) AS follower_count,
               arg_max(following_count, fetched_at) AS following_count,
               arg_max(media_count, fetched_at) AS media_count, max(fetched_at) AS fetched_at
        FROM (
            SELECT pk, username, full_name, is_private, is_verified, follower_count, following_count, media_count,
                   fetched_at FROM profile
            UNION ALL
            SELECT pk, username, full_name, is_private, is_verified, NULL, NULL, NULL, fetched_at FROM follow
            UNION ALL
            SELECT pk, username, full_name, is_private, is_verified, NULL, NULL, NULL, fetched_at FROM suggestion
        )
        GROUP BY pk
        """,
    ),
    "lists": (
        {"walk"},
        """
        CREATE VIEW lists AS
        SELECT operation, target, verdict, verdict = 'complete' AS is_complete, records, expected,
               started_at, ended_at, reason
        FROM walk
        """,
    ),
}


class DuckDbFile:
    """A database. Every known type has its table, so that the views and a query find what they name.

    Args:
        path: of the file, which is not there yet.
        tables: columns by type.
    """

    def __init__(self, path: Path, tables: Mapping[str, Sequence[Column]]) -> None:
        import duckdb  # noqa: PLC0415 - an extra

        settings: dict[str, Any] = {
            "memory_limit": _MEMORY,
            "threads": 2,
            "temp_directory": f"{path}.tmp",
            # Nothing is asked for in the network.
            "autoinstall_known_extensions": False,
        }
        self._tables = tables
        with _told_as_os_error():
            self._engine: Any = duckdb.connect(str(path), config=settings)
            for type_, columns in tables.items():
                self._engine.execute(f"CREATE TABLE {_name(type_)} ({', '.join(map(_declared, columns))})")
            for name, (types, view) in _VIEWS.items():
                if types <= tables.keys() and name not in tables:
                    self._engine.execute(view)

    def table(self, type_: str) -> DuckDbTable:
        """Return the writer of a table."""
        return DuckDbTable(self._engine, type_, self._tables[type_])

    def close(self) -> None:
        """Write the file."""
        with _told_as_os_error():
            self._engine.execute("CHECKPOINT")
            self._engine.close()

    def abandon(self) -> None:
        """Let go of the file."""
        self._engine.close()


class DuckDbTable:
    """Writes the records of a type to a table of their own.

    Args:
        engine: a connection to the database.
        type_: of the records.
        columns: of this type.
    """

    def __init__(self, engine: Any, type_: str, columns: Sequence[Column]) -> None:
        self._engine = engine
        self._table = _name(type_)
        self._columns = ArrowColumns(columns)
        self._records: list[dict[str, Any]] = []

    def write(self, lines: Sequence[bytes]) -> None:
        """See `RecordWriter.write`."""
        self._records += [record for record, _ in read_lines(lines)]
        if len(self._records) >= _BATCH:
            self._insert()

    def close(self) -> None:
        """See `RecordWriter.close`."""
        if self._records:
            self._insert()

    def abandon(self) -> None:
        """See `RecordWriter.abandon`."""

    @property
    def notes(self) -> list[str]:
        """See `RecordWriter.notes`."""
        return self._columns.notes

    def _insert(self) -> None:
        self._engine.register("batch", self._columns.table(self._records))
        with _told_as_os_error():
            self._engine.execute(f"INSERT INTO {self._table} SELECT * FROM batch")  # noqa: S608 - a quoted name
        self._engine.unregister("batch")
        self._records = []


@contextmanager
def _told_as_os_error() -> Iterator[None]:
    """Raise what DuckDB says of a full disk, or of a path that it cannot take, as other writers do."""
    import duckdb  # noqa: PLC0415 - an extra

    try:
        yield
    except (duckdb.Error, RuntimeError) as error:
        raise OSError(str(error)) from None


def _name(name: str) -> str:
    quoted = name.replace('"', '""')
    return f'"{quoted}"'


def _declared(column: Column) -> str:
    types = {
        ColumnKind.TEXT: "VARCHAR",
        ColumnKind.COUNT: "BIGINT",
        ColumnKind.NUMBER: "DOUBLE",
        ColumnKind.FLAG: "BOOLEAN",
        ColumnKind.TEXTS: "VARCHAR[]",
        ColumnKind.JSON: "JSON",
    }
    return f"{_name(column.name)} {'TIMESTAMPTZ' if column.is_time else types[column.kind]}"
