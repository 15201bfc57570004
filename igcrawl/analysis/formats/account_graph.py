"""The graph of accounts that follow or are suggested beside each other, out of records, in flat memory.

Records wait in a temporary SQLite database: what a graph needs of them, whatever their number, is sorted there.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple

from igcrawl.analysis.formats.table_values import INT64, read_lines
from igcrawl.items import Follow, Profile, Suggestion, WalkEnd
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.verdict import BAD, Verdict
from igcrawl.wording import counted

#: Types of records whose edges a graph has, and those that say more of its accounts.
EDGE_TYPES: Final = (Follow.TYPE, Suggestion.TYPE)
BESIDE: Final = (Profile.TYPE, WalkEnd.TYPE)
#: Fields of records that are attributes of a node, with the type of each.
NODE_FIELDS: Final[Mapping[str, type]] = {
    "username": str,
    "full_name": str,
    "is_private": bool,
    "is_verified": bool,
    "follower_count": int,
    "following_count": int,
    "media_count": int,
}
#: All attributes of a node, and of an edge.
NODE_ATTRIBUTES: Final[Mapping[str, type]] = {
    **NODE_FIELDS,
    "is_start": bool,
    "is_walked": bool,
    "verdict": str,
    "lists": str,
    "edge_count": int,
}
EDGE_ATTRIBUTES: Final[Mapping[str, type]] = {"kind": str, "seen_in": str, "fetched_at": str}
_FLAGS: Final = [name for name, kind in NODE_FIELDS.items() if kind is bool]
#: Verdicts of lists, the worst first.
_WORST_FIRST: Final = (*BAD, *(verdict for verdict in Verdict if verdict not in BAD and verdict != Verdict.COMPLETE))

_TABLES: Final = f"""
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    PRAGMA cache_size = -65536;
    CREATE TABLE seen (pk TEXT, fetched_at TEXT, {", ".join(NODE_FIELDS)});
    CREATE TABLE found (source TEXT, target TEXT, kind TEXT, list TEXT, fetched_at TEXT);
    CREATE TABLE lists (pk TEXT, list TEXT, verdict TEXT, fetched_at TEXT, is_begun INTEGER);
    CREATE TABLE starts (pk TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_SEE: Final = f"INSERT INTO seen VALUES (?, ?, {', '.join('?' * len(NODE_FIELDS))})"  # noqa: S608 - numbers of marks
_GRAPH: Final = """
    CREATE TABLE listed AS SELECT pk, max(is_begun) AS is_walked FROM lists GROUP BY pk;
    CREATE UNIQUE INDEX listed_pk ON listed (pk);
    CREATE INDEX lists_pk ON lists (pk);
    CREATE TABLE walked AS SELECT pk FROM listed WHERE is_walked;
    CREATE TABLE edges AS
        SELECT source, target, kind, group_concat(DISTINCT list) AS lists, max(fetched_at) AS fetched_at
        FROM found
        WHERE NOT :walked_only OR (source IN (SELECT pk FROM walked) AND target IN (SELECT pk FROM walked))
        GROUP BY source, target, kind;
    DROP TABLE found;
    CREATE TABLE nodes AS
        SELECT pk, sum(edges) AS degree FROM (
            SELECT source AS pk, count(*) AS edges FROM edges GROUP BY source
            UNION ALL SELECT target, count(*) FROM edges GROUP BY target
            UNION ALL SELECT pk, 0 FROM listed WHERE is_walked OR NOT :walked_only
        )
        GROUP BY pk HAVING sum(edges) >= :least;
"""
#: Leaves the edges of which an end was left out.
_CUT: Final = """
    CREATE UNIQUE INDEX nodes_pk ON nodes (pk);
    DELETE FROM edges WHERE source NOT IN (SELECT pk FROM nodes) OR target NOT IN (SELECT pk FROM nodes);
"""
_NODES: Final = """
    SELECT nodes.pk, nodes.degree, starts.pk IS NOT NULL, listed.is_walked
    FROM nodes LEFT JOIN starts ON starts.pk = nodes.pk LEFT JOIN listed ON listed.pk = nodes.pk
    ORDER BY nodes.pk
"""
_SEEN: Final = "SELECT * FROM seen WHERE pk IS NOT NULL ORDER BY pk, fetched_at, rowid"
_EDGES: Final = "SELECT source, target, kind, lists, fetched_at FROM edges ORDER BY rowid"
_LISTS: Final = "SELECT list, verdict FROM lists WHERE pk = ? ORDER BY list, fetched_at, rowid"


class NodeChoice(StrEnum):
    """Accounts that a graph has: those that were walked, or all."""

    ALL = "all"
    WALKED = "walked"


@dataclass(frozen=True, slots=True)
class GraphOrder:
    """The operator's order.

    Args:
        nodes: which accounts.
        least_degree: how many edges, in and out together, an account must have in the graph of those accounts.
    """

    nodes: NodeChoice = NodeChoice.ALL
    least_degree: int = 0


class Node(NamedTuple):
    """An account: its id, and its `NODE_ATTRIBUTES` in their order; None is not known."""

    pk: str
    attributes: dict[str, Any]

    @property
    def label(self) -> str:
        """Its username, or its id where that is not known."""
        return str(self.attributes["username"] or self.pk)


class Edge(NamedTuple):
    """An edge: from who follows to who is followed, or from an account to one that is suggested beside it.

    Behind its ends stand its `EDGE_ATTRIBUTES`, in their order.
    """

    source: str
    target: str
    kind: str
    seen_in: str
    fetched_at: str | None


class AccountGraph:
    """Collects records, and gives the graph.

    Raises:
        OSError: from every method: the temporary database could not be written.
    """

    def __init__(self) -> None:
        # Without a name it is a file that goes when it is closed.
        self._database = sqlite3.connect("")
        self._database.executescript(_TABLES)
        self._without_end = 0

    @property
    def notes(self) -> list[str]:
        """Remarks about what the graph has no place for, a line each."""
        count = self._without_end
        verb = ("names one account only and is no edge", "name one account only and are no edges")
        return [counted(count, "record", verb)] if count else []

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def add(self, type_: str, lines: Sequence[bytes], *, edges: bool) -> None:
        """Take what a graph needs of records.

        Args:
            type_: of `EDGE_TYPES` or `BESIDE`.
            lines: their JSON lines.
            edges: whether their edges are wanted, or their accounts only.
        """
        records = [record for record, _ in read_lines(lines)]
        with _told_as_os_error():
            if type_ == WalkEnd.TYPE:
                rows = [row for record in records if (row := _list_in(record)) is not None]
                self._database.executemany("INSERT INTO lists VALUES (?, ?, ?, ?, ?)", rows)
                return
            self._database.executemany(_SEE, map(_seen_in, records))
            if edges and type_ != Profile.TYPE:
                found = [each for each in map(_edge_of, records) if None not in each[:2]]
                self._without_end += len(records) - len(found)
                self._database.executemany("INSERT INTO found VALUES (?, ?, ?, ?, ?)", found)

    def add_starts(self, pks: Iterable[str]) -> None:
        """Take accounts that the operator gave."""
        with _told_as_os_error():
            self._database.executemany("INSERT OR IGNORE INTO starts VALUES (?)", ([pk] for pk in pks))

    def arrange(self, order: GraphOrder) -> tuple[int, int]:
        """Make the graph, once, and return how many nodes and edges it has."""
        # A script takes no parameters.
        named = {":walked_only": str(int(order.nodes is NodeChoice.WALKED)), ":least": str(order.least_degree)}
        script = _GRAPH
        for name, value in named.items():
            script = script.replace(name, value)
        with _told_as_os_error():
            self._database.executescript(script + _CUT if order.least_degree else script)
            [nodes] = self._database.execute("SELECT count(*) FROM nodes").fetchone()
            [edges] = self._database.execute("SELECT count(*) FROM edges").fetchone()
        return nodes, edges

    def nodes(self) -> Iterator[Node]:
        """Yield the accounts by their ids, in the order of texts."""
        with _told_as_os_error():
            # Both are in the order of the ids.
            seen = self._database.execute(_SEEN)
            row = seen.fetchone()
            for pk, degree, start, walked in self._database.execute(_NODES):
                known = dict.fromkeys(NODE_FIELDS)
                while row is not None and row[0] <= pk:
                    if row[0] == pk:
                        # Later rows are of later answers.
                        known.update([each for each in zip(NODE_FIELDS, row[2:], strict=True) if each[1] is not None])
                    row = seen.fetchone()
                yield Node(pk, self._attributes(pk, known, degree, bool(start), walked))

    def edges(self) -> Iterator[Edge]:
        """Yield the edges by the ids of their nodes, in the order of texts."""
        with _told_as_os_error():
            for source, target, kind, lists, at in self._database.execute(_EDGES):
                seen_in = ",".join(sorted(lists.split(","))) if "," in lists else lists
                yield Edge(source, target, kind, seen_in, at)

    def _attributes(
        self, pk: str, known: dict[str, Any], degree: int, is_start: bool, is_walked: int | None
    ) -> dict[str, Any]:
        for name in _FLAGS:
            if known[name] is not None:
                known[name] = bool(known[name])
        verdict, lists = (None, None) if is_walked is None else self._lists_of(pk)
        return {
            **known,
            "is_start": is_start,
            "is_walked": bool(is_walked),
            "verdict": verdict,
            "lists": lists,
            "edge_count": degree,
        }

    def _lists_of(self, pk: str) -> tuple[str, str]:
        """Return the worst verdict of an account's lists, and that of each."""
        verdicts: dict[str, str] = dict(self._database.execute(_LISTS, [pk]))
        worst = next((verdict for verdict in _WORST_FIRST if verdict in verdicts.values()), Verdict.COMPLETE)
        return str(worst), ", ".join(f"{name} {verdict}" for name, verdict in verdicts.items())


def _list_in(end: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """Return the list of a walk's last record; None where the walk reads no edges of an account."""
    name = _list_of(end["operation"])
    if name is None or not end["target"].isdecimal():
        return None
    # Without a request it waits for its first page.
    is_begun = end["verdict"] != Verdict.INTERRUPTED or bool(end.get("requests"))
    return end["target"], name, end["verdict"], end["fetched_at"], is_begun


def _list_of(operation: str) -> str | None:
    """Return the name of the list that an operation reads; None where it reads no edges."""
    known = OPERATIONS.get(operation)
    return known.list_name if known is not None and known.record_type in EDGE_TYPES else None


def _edge_of(record: Mapping[str, Any]) -> tuple[Any, ...]:
    if record["type"] == Suggestion.TYPE:
        operation = record.get("operation", "")
        name = _list_of(operation) or operation
        return record.get("target_pk"), record.get("pk"), Suggestion.TYPE, name, record.get("fetched_at")
    ends = (record.get("pk"), record.get("owner_pk"))
    direction = record.get("direction", "followers")
    return *(ends[::-1] if direction == "following" else ends), Follow.TYPE, direction, record.get("fetched_at")


def _seen_in(record: Mapping[str, Any]) -> list[Any]:
    fields = [_known(record.get(name), kind) for name, kind in NODE_FIELDS.items()]
    return [record.get("pk"), record.get("fetched_at"), *fields]


def _known(value: Any, kind: type) -> Any:
    """Return a value of a field, None where it is none of its type."""
    return value if type(value) is kind and (kind is not int or value in INT64) else None


@contextmanager
def _told_as_os_error() -> Iterator[None]:
    """Raise what SQLite says of a full disk as other writers do."""
    try:
        yield
    except sqlite3.Error as error:
        raise OSError(f"its temporary file: {error}") from None
