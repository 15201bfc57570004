"""Records as data frames of pandas and Polars, which are imported only here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from importlib import import_module
from typing import TYPE_CHECKING, Any

from igcrawl.errors import BadInput
from igcrawl.items import Record

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl


def to_pandas(records: Sequence[Record], kinds: Iterable[type[Record]]) -> pd.DataFrame:
    """Return records as a pandas frame: a row a record, a column a field.

    Raises:
        BadInput: pandas is not installed.
    """
    pandas: Any = _imported("pandas")
    columns = _columns(records, kinds)
    frame: pd.DataFrame = pandas.DataFrame({name: _values(records, name) for name in columns}, columns=columns)
    return frame


def to_polars(records: Sequence[Record], kinds: Iterable[type[Record]]) -> pl.DataFrame:
    """Return records as a Polars frame: a row a record, a column a field.

    Raises:
        BadInput: Polars is not installed.
    """
    polars: Any = _imported("polars")
    columns = _columns(records, kinds)
    series = [polars.Series(name, _values(records, name), strict=False) for name in columns]
    frame: pl.DataFrame = polars.DataFrame(series)
    return frame


def _columns(records: Sequence[Record], kinds: Iterable[type[Record]]) -> list[str]:
    """Return the fields of the records' types, in their order, whether or not a record has a value there."""
    classes = [*kinds, *dict.fromkeys(map(type, records))]
    return list(dict.fromkeys(each.name for kind in classes for each in fields(kind)))


def _values(records: Sequence[Record], name: str) -> list[Any]:
    return [getattr(record, name, None) for record in records]


def _imported(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise BadInput(f"{name} is not installed: pip install {name}") from None
