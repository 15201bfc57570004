"""SyncRecords: a list that is asked for while one reads it, for programs without a loop."""

from __future__ import annotations

from collections.abc import Coroutine, Iterator
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Protocol, TypeVar

from igcrawl.api.frames import to_pandas, to_polars
from igcrawl.api.reading import R
from igcrawl.api.records import UNPICKLED, Records
from igcrawl.items import WalkEnd

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

T = TypeVar("T")


class Runner(Protocol):
    """Runs coroutines for a caller who has no loop."""

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine and return its result."""


class SyncRecords(Generic[R]):
    """A list of records, asked for while one reads it; `igcrawl.Records` without ``async``.

    Args:
        records: the list.
        runner: the client.
    """

    def __init__(self, records: Records[R], runner: Runner) -> None:
        self._records, self._runner = records, runner

    def __repr__(self) -> str:
        return repr(self._records)

    def __reduce__(self) -> NoReturn:
        raise TypeError(UNPICKLED)

    @property
    def walks(self) -> list[WalkEnd]:
        """See `Records.walks`."""
        return self._records.walks

    @property
    def walk(self) -> WalkEnd | None:
        """See `Records.walk`."""
        return self._records.walk

    def __iter__(self) -> Iterator[R]:
        return self._each()

    def all(self) -> list[R]:
        """See `Records.all`."""
        return self._runner.run(self._records.all())

    def to_pandas(self) -> pd.DataFrame:
        """See `Records.to_pandas`."""
        return to_pandas(self.all(), self._records.kinds)

    def to_polars(self) -> pl.DataFrame:
        """See `Records.to_polars`."""
        return to_polars(self.all(), self._records.kinds)

    def plan(self) -> str:
        """See `Records.plan`."""
        return self._runner.run(self._records.plan())

    def _each(self) -> Iterator[R]:
        reading = self._runner.run(self._records.begin_reading())
        try:
            while records := self._runner.run(reading.next()):
                for record in records:
                    yield record
                    if reading.is_stopped:
                        break
        finally:
            if not reading.has_ended:
                # After `break`, and where the loop's body has raised.
                self._runner.run(reading.stop())
