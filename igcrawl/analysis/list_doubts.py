"""What lists that are not whole do to an answer, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final

from igcrawl.analysis.kept_lists import KeptList


class Change(StrEnum):
    """What became of accounts between two lists."""

    NEW = "new"
    GONE = "gone"
    KEPT = "kept"


#: What an account in a list does, by the kind of the list.
_DOES: Final = {"followers": "follow", "following": "be followed", "suggestions": "be suggested"}
_BE_THERE: Final = "be in it"


def doubts_of_change(change: Change, before: KeptList, after: KeptList, accounts: int) -> list[str]:
    """Return why an answer about a change may be wrong, and by how much at most; empty when nothing speaks against it.

    Args:
        change: which.
        before: the earlier list.
        after: the later list.
        accounts: how many the answer holds.
    """
    doubts = [*_of_list("earlier", before), *_of_list("later", after)]
    does = _DOES.get(after.kind, _BE_THERE)
    if change is Change.GONE:
        doubts += _some_of(accounts, "gone", f"still {does}", "later", after)
        doubts += _more("who was missing from the earlier list may be gone, too", "earlier", before)
        doubts += _stale("who has left since may be missing from the answer", "later", after)
    elif change is Change.NEW:
        doubts += _some_of(accounts, "new", "have been there before", "earlier", before)
        doubts += _more("who is missing from the later list may be new, too", "later", after)
        doubts += _stale("who had left and came back may be missing from the answer", "earlier", before)
    else:
        for which, kept in (("earlier", before), ("later", after)):
            doubts += _more("who is missing from it may have stayed, too", which, kept)
            doubts += _stale(f"of {accounts:,} kept, some may have left", which, kept)
    return doubts


def doubts_of_shared(lists: Sequence[tuple[str, KeptList]]) -> list[str]:
    """Return why an answer about who is in several lists may be wrong.

    Args:
        lists: each with its name.
    """
    doubts: list[str] = []
    for name, kept in lists:
        doubts += _of_list(name, kept)
        doubts += _more("so many more may be in other lists, too", name, kept)
        doubts += _stale("some who are counted may have left", name, kept)
    return doubts


def _of_list(which: str, kept: KeptList) -> Iterator[str]:
    if kept.doubt is not None:
        yield f"the {which} list is {kept.doubt}"


def _some_of(accounts: int, what: str, may: str, which: str, kept: KeptList) -> Iterator[str]:
    """Yield that some of the answer's accounts may be in it only because a list lacks them."""
    if not accounts:
        return
    if kept.missing:
        most = min(kept.missing, accounts)
        yield f"of {accounts:,} {what}, up to {most:,} may {may}: {_short(which, kept)}"
    elif not (kept.is_complete or kept.is_update):
        yield f"of {accounts:,} {what}, any may {may}: how much the {which} list lacks is not known"


def _more(may: str, which: str, kept: KeptList) -> Iterator[str]:
    """Yield that the answer may lack accounts which a list lacks."""
    if kept.missing and not kept.is_update:
        yield f"{may}, up to {kept.missing:,}: {_short(which, kept)}"
    elif not (kept.is_complete or kept.is_update):
        yield f"{may}: how much the {which} list lacks is not known"


def _stale(may: str, which: str, kept: KeptList) -> Iterator[str]:
    """Yield that a list may hold accounts that had left when it was read to its end."""
    if kept.is_update:
        yield f"{may}: the {which} list is an update, which does not tell who has left"
    elif kept.began_again:
        yield f"{may}: the {which} list was read again from its first page"


def _short(which: str, kept: KeptList) -> str:
    return f"the {which} list is {kept.missing or 0:,} short of its expected count"
