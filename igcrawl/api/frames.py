"""Records as data frames of pandas and Polars, which are imported only here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

from igcrawl.errors import BadInput
from igcrawl.items import Record
from igcrawl.items.columns import Column

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl


#: Columns by their names, each with a value for every row.
Table: TypeAlias = Mapping[str, Sequence[Any]]


def to_pandas(records: Sequence[Record], kinds: Iterable[type[Record]]) -> pd.DataFrame:
    """Return records as a pandas frame: a row a record, a column a field; see `pandas_of`."""
    return pandas_of(_table(records, kinds))


def to_polars(records: Sequence[Record], kinds: Iterable[type[Record]]) -> pl.DataFrame:
    """Return records as a Polars frame: a row a record, a column a field; see `polars_of`."""
    return polars_of(_table(records, kinds))


def table_of(columns: Iterable[Column], rows: Iterable[Mapping[str, Any]]) -> Table:
    """Return rows that have a value for each column as a table."""
    each = list(rows)
    return {column.name: [row[column.name] for row in each] for column in columns}


def pandas_of(table: Table) -> pd.DataFrame:
    """Return a table as a pandas frame.

    Raises:
        BadInput: pandas is not installed.
    """
    pandas: Any = _imported("pandas")
    frame: pd.DataFrame = pandas.DataFrame(dict(table), columns=list(table))
    return frame


def polars_of(table: Table) -> pl.DataFrame:
    """Return a table as a Polars frame.

    Raises:
        BadInput: Polars is not installed.
    """
    polars: Any = _imported("polars")
    frame: pl.DataFrame = polars.DataFrame([polars.Series(name, table[name], strict=False) for name in table])
    return frame


def _table(records: Sequence[Record], kinds: Iterable[type[Record]]) -> Table:
    """Return records with the fields of their types, in their order, whether or not a record has a value there."""
    classes = [*kinds, *dict.fromkeys(map(type, records))]
    names = dict.fromkeys(each.name for kind in classes for each in fields(kind))
    return {name: [getattr(record, name, None) for record in records] for name in names}


def _imported(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise BadInput(f"{name} is not installed: pip install {name}") from None
