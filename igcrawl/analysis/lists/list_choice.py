"""The lists that the operator means: by account or walk, and by crawl or date."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from igcrawl.analysis.lists.accounts import Account, find_accounts, owner_name
from igcrawl.analysis.lists.kept_lists import KeptList, list_kinds, read_kept_lists
from igcrawl.errors import BadInput
from igcrawl.store import Store
from igcrawl.wording import counted, did_you_mean, nearest

#: A date, perhaps with a time: the beginning of the texts that the store has.
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?)?Z?")
#: So many lists are told in a line.
_TOLD: Final = 4


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists of one kind that the store holds of an account.

    Args:
        account: whose they are.
        kind: as `KeptList.kind`.
        all: the lists, the latest last.
        incomplete: whether those that are not complete may be taken.
    """

    account: Account
    kind: str
    all: Sequence[KeptList]
    incomplete: bool = False

    @property
    def name(self) -> str:
        """Their name in messages."""
        return f"{self.kind} of {self.account}"

    def latest(self, asked: str | None = None, option: str = "--to") -> KeptList:
        """Return the latest list, or that of a crawl, or the latest by a date.

        Args:
            asked: the crawl's number or name, or the date; None for the latest of all.
            option: that gives it.

        Raises:
            BadInput: there is none.
        """
        among = self._among(asked, option)
        usable = [kept for kept in among if self._may_take(kept)]
        if usable:
            return usable[-1]
        if among and any(kept.holds_something for kept in among):
            raise BadInput(f"{self._said(asked, option)}: {among[-1].name}; --any takes it, and says what that does")
        raise BadInput(f"{self._said(asked, option)}; {self.told}; {self._advice}")

    def pair(self, earlier: str | None, later: str | None) -> tuple[KeptList, KeptList]:
        """Return two lists: the last two, or those of two crawls or dates.

        Args:
            earlier: the crawl's number or name, or the date; None for the list before the later one.
            later: as `earlier`; None for the latest.

        Raises:
            BadInput: there are no two such lists.
        """
        after = self.latest(later, "--to")
        if earlier is not None:
            before = self.latest(earlier, "--from")
            if before.moment >= after.moment:
                what = "the same list" if before == after else "later"
                raise BadInput(f"--from is {what}: {before.name}, and --to is {after.name}; {self.told}")
            return before, after
        older = [kept for kept in self.all if self._may_take(kept) and kept.moment < after.moment]
        if not older:
            more = "--any compares incomplete ones" if self._may_take_more(after) else self._advice
            raise BadInput(f"{self.name}: one list alone cannot be compared; {self.told}; {more}")
        return older[-1], after

    def _may_take(self, kept: KeptList) -> bool:
        return kept.is_complete or (self.incomplete and kept.holds_something)

    def _may_take_more(self, after: KeptList) -> bool:
        return any(kept.holds_something and kept.moment < after.moment for kept in self.all) and not self.incomplete

    def _among(self, asked: str | None, option: str) -> list[KeptList]:
        if asked is None:
            return list(self.all)
        named = [kept for kept in self.all if asked == kept.crawl_name]
        named = named or [kept for kept in self.all if asked == str(kept.crawl)]
        if named or asked.isdecimal():
            return named
        if not _DATE.fullmatch(asked):
            near = did_you_mean(nearest(asked, {kept.crawl_name for kept in self.all if kept.crawl_name}))
            expected = f"expected a crawl that has {self.name}, or a date such as 2026-11-28"
            raise BadInput(f"{option}={asked}: {expected}; {near}{self.told}")
        until = asked.rstrip("Z").replace(" ", "T")
        try:
            datetime.fromisoformat(until)
        except ValueError:
            raise BadInput(f"{option}={asked}: there is no such date or time; {self.told}") from None
        # A day, a minute, a second is over when the next one begins.
        return [kept for kept in self.all if (kept.ended_at or "")[: len(until)] <= until]

    def _said(self, asked: str | None, option: str) -> str:
        return f"no complete {self.name}" + ("" if asked is None else f" for {option}={asked}")

    @property
    def told(self) -> str:
        """The lists that there are, for a message."""
        names = [kept.name for kept in self.all[-_TOLD:]]
        before = len(self.all) - len(names)
        more = f", and {counted(before, 'older list')}" if before else ""
        return f"there is {'; '.join(reversed(names)) or 'none'}{more}"

    @property
    def _advice(self) -> str:
        spider = self.all[-1].operation if self.all else self.kind
        return f"`scrapy crawl {spider} -a user_id={self.account.pk}` makes another"


async def choose_lists(store: Store, texts: Sequence[str], kind: str, *, incomplete: bool = False) -> list[Lists]:
    """Return the lists that the operator means.

    Args:
        store: an open store.
        texts: each an account as `find_accounts` takes it, or a walk: ``followers/25025320``.
        kind: which of an account's lists.
        incomplete: whether those that are not complete may be taken.

    Raises:
        BadInput: there is no such account, or no list of it.
    """
    given = [operation_of(text) for text in texts]
    accounts = await find_accounts(store, [text for _, text in given])
    targets = {account.pk for account in accounts}
    found = [kept async for kept in read_kept_lists(store, lambda row: row.target in targets)]
    chosen = []
    for account, (operation, _) in zip(accounts, given, strict=True):
        own = sorted((kept for kept in found if kept.target == account.pk), key=lambda kept: kept.moment)
        lists = _lists_of(account, own, kind, operation)
        name = account.username or await owner_name(store, lists)
        chosen.append(Lists(Account(account.pk, name), lists[0].kind, lists, incomplete))
    return chosen


def operation_of(text: str) -> tuple[str | None, str]:
    """Return the operation and the account in the name of a walk; the operation is None for an account alone."""
    operation, slash, account = text.partition("/")
    return (operation, account) if slash and operation in list_kinds() else (None, text)


def _lists_of(account: Account, own: Sequence[KeptList], kind: str, operation: str | None) -> list[KeptList]:
    """Return an account's lists of one kind, or of one operation, or refuse."""
    kind = kind if operation is None else list_kinds()[operation]
    of_kind = [kept for kept in own if kept.kind == kind]
    if operation is not None:
        subjects = {kept.subject for kept in of_kind if kept.operation == operation}
        of_kind = [kept for kept in of_kind if kept.subject in subjects]
    if not of_kind:
        raise BadInput(_no_list(account, kind, own, operation))
    return _one_subject(of_kind)


def _one_subject(lists: Sequence[KeptList]) -> list[KeptList]:
    """Return the lists of the subject that has most: another operation's suggestions are another subject."""
    counts: dict[str, int] = {}
    for kept in lists:
        counts[kept.subject] = counts.get(kept.subject, 0) + 1
    most = max(counts, key=lambda subject: counts[subject])
    return [kept for kept in lists if kept.subject == most]


def _no_list(account: Account, kind: str, found: Sequence[KeptList], operation: str | None) -> str:
    read_by = sorted({kept.operation for kept in found if kept.kind == kind})
    if operation is not None and read_by:
        given = " or ".join(f"{name}/{account.pk}" for name in read_by)
        return f"{operation}/{account.pk}: there is no such walk; give {given}, which has its {kind}"
    others = sorted({kept.kind for kept in found})
    told = f"the store has its {' and '.join(others)} (--list)" if others else "the store has no list of it"
    if account.former:
        told += f"; {account.former[0]} had this name before: give the id if you mean that one"
    return f"no {kind} of {account}: {told}; `scrapy crawl {kind} -a user_id={account.pk}` makes one"
