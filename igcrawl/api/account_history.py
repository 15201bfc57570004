"""AccountHistory: what the store knows of an account over time, as a program reads it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from igcrawl.analysis.lists.history import COLUMNS, History, SeenProfile, rows_of
from igcrawl.analysis.lists.kept_lists import KeptList
from igcrawl.api.frames import Table, pandas_of, polars_of, table_of
from igcrawl.wording import counted

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl


class AccountHistory:
    """Lists and profiles of an account; iterating yields both, the latest last. See `igcrawl.Client.history`.

    Args:
        history: what the store says.
    """

    def __init__(self, history: History) -> None:
        self._history = history

    def __repr__(self) -> str:
        of = counted(len(self.lists), "list"), counted(len(self.profiles), "profile")
        return f"<igcrawl history of {self._history.account}: {', '.join(of)}>"

    @property
    def pk(self) -> str:
        """The account's id."""
        return self._history.account.pk

    @property
    def username(self) -> str | None:
        """Its name, None where the store does not know it."""
        return self._history.account.username

    @property
    def lists(self) -> list[KeptList]:
        """Its lists, the latest last; each has its `verdict`, and says in `doubt` what speaks against it."""
        return list(self._history.lists)

    @property
    def profiles(self) -> list[SeenProfile]:
        """Its profiles as answers gave them, the latest last, each with what has `changed`."""
        return list(self._history.profiles)

    def __iter__(self) -> Iterator[KeptList | SeenProfile]:
        moments: list[tuple[str, KeptList | SeenProfile]] = [(kept.ended_at or "", kept) for kept in self.lists]
        moments += [(seen.at, seen) for seen in self.profiles]
        return (each for _, each in sorted(moments, key=lambda moment: moment[0]))

    def __len__(self) -> int:
        return len(self.lists) + len(self.profiles)

    def to_pandas(self) -> pd.DataFrame:
        """Return the history as a pandas frame, with the columns of a file that the command writes."""
        return pandas_of(self._table())

    def to_polars(self) -> pl.DataFrame:
        """Return the history as a Polars frame, with the columns of a file that the command writes."""
        return polars_of(self._table())

    def _table(self) -> Table:
        return table_of(COLUMNS, rows_of(self._history))
