"""The table of formats: what each is called, what it holds and what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from importlib.util import find_spec
from typing import Final

from igcrawl.analysis.installing import HOW_TO_INSTALL
from igcrawl.errors import BadInput


class Holds(Enum):
    """The part of the chosen records that a file of a format holds."""

    RECORDS = "all of them, in their order"
    TABLE = "those of one type"
    TABLES = "a table of each type"
    GRAPH = "accounts, and the edges between them"


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format.

    Args:
        name: as `--format` and the suffix of a file name it.
        holds: what of the records.
        purposes: those of `--for` that it serves.
        plain: whether it is written without `--for`, too.
        compressible: whether its file may be compressed.
        streams: whether standard output may take it.
        packages: what is imported to write it, beyond what igcrawl always needs.
    """

    name: str
    holds: Holds
    purposes: tuple[str, ...] = ()
    plain: bool = True
    compressible: bool = False
    streams: bool = False
    packages: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name if self.plain else f"{self.name} for {self.purposes[0]}"


JSON_LINES: Final = Format(name="jsonl", holds=Holds.RECORDS, compressible=True, streams=True)
CSV: Final = Format(name="csv", holds=Holds.TABLE, compressible=True, streams=True)
PARQUET: Final = Format(name="parquet", holds=Holds.TABLE, packages=("pyarrow",))
XLSX: Final = Format(name="xlsx", holds=Holds.TABLES, purposes=("excel",))
DUCKDB: Final = Format(name="duckdb", holds=Holds.TABLES, packages=("duckdb", "pyarrow"))
GEXF: Final = Format(name="gexf", holds=Holds.GRAPH, purposes=("gephi",), compressible=True, streams=True)
GRAPHML: Final = Format(name="graphml", holds=Holds.GRAPH, purposes=("gephi",), compressible=True, streams=True)
EXCEL_CSV: Final = Format(name="csv", holds=Holds.TABLES, purposes=("excel",), plain=False)
GEPHI_CSV: Final = Format(name="csv", holds=Holds.GRAPH, purposes=("gephi",), plain=False)

#: All formats; those that every igcrawl can write come first.
FORMATS: Final = (JSON_LINES, CSV, PARQUET, XLSX, DUCKDB, GEXF, GRAPHML, EXCEL_CSV, GEPHI_CSV)


def names_of(formats: tuple[Format, ...]) -> list[str]:
    """Return the names of formats, each once."""
    return list(dict.fromkeys(each.name for each in formats))


def check_installed(format_: Format) -> None:
    """Check that what a format needs is installed.

    Raises:
        BadInput: it is not.
    """
    missing = [package for package in format_.packages if find_spec(package) is None]
    if missing:
        raise BadInput(f"{format_.name} needs {' and '.join(missing)}: {HOW_TO_INSTALL}; or write jsonl or csv")
