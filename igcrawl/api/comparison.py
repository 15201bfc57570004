"""Comparison: the answer to a question about lists of the store, as a program reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, overload

from igcrawl.analysis.lists.compare import ChangeAnswer, ListAnswer, SharedAnswer
from igcrawl.analysis.lists.compare import earlier_name as earlier_name_of
from igcrawl.analysis.lists.kept_lists import KeptList
from igcrawl.analysis.lists.list_engine import Member
from igcrawl.api.frames import Table, pandas_of, polars_of, table_of
from igcrawl.errors import IgcrawlError

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedAccount:
    """An account of a comparison.

    Args:
        pk: its id.
        username, full_name, is_private, is_verified: as the last of its lists has them, None where none does.
        earlier_username: the name that it had in the earlier list; None where it is the same, or none was asked for.
        lists: the lists that it is in, by their names in `Comparison.lists`.
    """

    pk: str
    username: str | None
    full_name: str | None
    is_private: bool | None
    is_verified: bool | None
    earlier_username: str | None
    lists: tuple[str, ...]


class Comparison(Sequence[ComparedAccount]):
    """The accounts that are the answer to a question, in the order of their lists; see `igcrawl.Client.compare`.

    Args:
        question: that was asked.
        answer: what the store says.
    """

    def __init__(self, question: str, answer: ListAnswer) -> None:
        self.question = question
        self._answer = answer
        #: The lists that it builds on: of a change ``earlier`` and ``later``, else by operation and target.
        self.lists: Mapping[str, KeptList] = {
            name if isinstance(answer, ChangeAnswer) else kept.subject: kept for name, kept in answer.lists
        }

    def __repr__(self) -> str:
        doubts = "".join(f"; doubtful: {doubt}" for doubt in self.doubts)
        return f"<igcrawl comparison: {self.total:,} {self.question} of {' and '.join(self._names)}{doubts}>"

    @property
    def total(self) -> int:
        """Number of accounts that are the answer; with ``limit=`` there may be fewer here."""
        return self._answer.accounts

    @property
    def doubts(self) -> list[str]:
        """Reasons why it may be wrong, and by how much, a line each; empty where nothing speaks against it."""
        return list(self._answer.doubts)

    @property
    def notes(self) -> list[str]:
        """Further remarks, a line each."""
        return list(self._answer.notes)

    @property
    def pairs(self) -> list[list[int]]:
        """Numbers of accounts that each two of `lists` share, in their order; of one with itself, those that it holds.

        Empty for a change.
        """
        return [list(row) for row in self._answer.pairs] if isinstance(self._answer, SharedAnswer) else []

    @property
    def at_least(self) -> dict[int, int]:
        """Numbers of accounts that are in two lists at least, in three, and so on; empty for a change."""
        return dict(self._answer.at_least) if isinstance(self._answer, SharedAnswer) else {}

    def __len__(self) -> int:
        return len(self._answer.first)

    @overload
    def __getitem__(self, place: int) -> ComparedAccount: ...

    @overload
    def __getitem__(self, place: slice) -> list[ComparedAccount]: ...

    def __getitem__(self, place: int | slice) -> ComparedAccount | list[ComparedAccount]:
        if isinstance(place, slice):
            return list(map(self._account, self._answer.first[place]))
        return self._account(self._answer.first[place])

    def to_pandas(self) -> pd.DataFrame:
        """Return the accounts as a pandas frame, with the columns of a file that the command writes."""
        return pandas_of(self._table())

    def to_polars(self) -> pl.DataFrame:
        """Return the accounts as a Polars frame, with the columns of a file that the command writes."""
        return polars_of(self._table())

    @property
    def _names(self) -> list[str]:
        if isinstance(self._answer, ChangeAnswer):
            return [f"the {self._answer.name}"]
        return list(self.lists)

    def _account(self, member: Member) -> ComparedAccount:
        return ComparedAccount(
            pk=member.pk,
            username=member.username,
            full_name=member.full_name,
            is_private=member.is_private,
            is_verified=member.is_verified,
            earlier_username=earlier_name_of(member) if self.question == "kept" else None,
            lists=tuple(name for place, name in enumerate(self.lists) if member.lists >> place & 1),
        )

    def _table(self) -> Table:
        return table_of(self._answer.columns, map(self._answer.row, self._answer.first))


class DoubtfulComparison(IgcrawlError):
    """Raised with ``on_doubt="raise"`` where something speaks against a comparison, which is in `comparison`.

    Args:
        message: what speaks against it.
        comparison: the answer.
    """

    def __init__(self, message: str, comparison: Comparison) -> None:
        super().__init__(message)
        self.comparison = comparison

    def __reduce__(self) -> tuple[type[Self], tuple[str, Comparison]]:
        return type(self), (str(self), self.comparison)
