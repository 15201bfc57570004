"""Doubts about an answer that builds on lists that are not whole, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final

from igcrawl.analysis.lists.kept_lists import KeptList
from igcrawl.verdict import Verdict


class Change(StrEnum):
    """Changes of accounts between two lists."""

    NEW = "new"
    GONE = "gone"
    KEPT = "kept"


#: What an account in a list does, by the kind of the list.
_DOES: Final = {"followers": "follow", "following": "be followed", "suggestions": "be suggested"}
_BE_THERE: Final = "be in it"
_UNKNOWN: Final = "how much {} lacks is not known"


def doubts_of_change(change: Change, before: KeptList, after: KeptList, accounts: int) -> list[str]:
    """Return why an answer about a change may be wrong, and by how much at most; empty when nothing speaks against it.

    Args:
        change: which.
        before: the earlier list.
        after: the later list.
        accounts: how many the answer holds.
    """
    lists = {"the earlier list": before, "the later list": after}
    earlier, later = lists.items()
    doubts = [doubt for which, kept in lists.items() for doubt in _of_list(which, kept)]
    does = _DOES.get(after.kind, _BE_THERE)
    if change is Change.GONE:
        doubts += _wrong(f"of {accounts:,} gone", accounts, f"still {does}", *later)
        doubts += _more("gone", *earlier)
        doubts += _stale("who has left since may be missing from the answer", *later)
    elif change is Change.NEW:
        doubts += _wrong(f"of {accounts:,} new", accounts, "have been there before", *earlier)
        doubts += _more("new", *later)
        doubts += _stale("who had left and came back may be missing from the answer", *earlier)
    else:
        for which, kept in lists.items():
            doubts += _more("kept", which, kept)
            doubts += _stale(f"of {accounts:,} kept, some may have left", which, kept)
    return doubts


def doubts_of_shared(lists: Iterable[tuple[str, KeptList]]) -> list[str]:
    """Return why an answer about who is in several lists may be wrong.

    Args:
        lists: each with its name.
    """
    doubts: list[str] = []
    for name, kept in lists:
        which = f"the list of {name}"
        doubts += _of_list(which, kept)
        doubts += _more("shared", which, kept)
        doubts += _stale("of those who are counted, some may have left", which, kept)
    return doubts


def _of_list(which: str, kept: KeptList) -> Iterator[str]:
    if kept.doubt is not None:
        yield f"{which} is {kept.doubt}"


def _wrong(who: str, accounts: int, may: str, which: str, kept: KeptList) -> Iterator[str]:
    """Yield that some of the answer's accounts may be in it only because a list lacks them."""
    if not accounts:
        return
    if kept.missing:
        yield f"{who}, up to {min(kept.missing, accounts):,} may {may}: {_short(which, kept)}"
    elif _lacks_unknown(kept):
        yield f"{who}, any may {may}: {_UNKNOWN.format(which)}"


def _more(what: str, which: str, kept: KeptList) -> Iterator[str]:
    """Yield that the answer may lack accounts which a list lacks."""
    if kept.missing:
        yield f"up to {kept.missing:,} more may be {what}: {_short(which, kept)}"
    elif _lacks_unknown(kept):
        yield f"more may be {what}: {_UNKNOWN.format(which)}"


def _stale(may: str, which: str, kept: KeptList) -> Iterator[str]:
    """Yield that a list may hold accounts that had left when it was read to its end."""
    if kept.is_update:
        yield f"{may}: {which} is an update, which does not tell who has left"
    elif kept.began_again:
        yield f"{may}: {which} was read again from its first page"


def _lacks_unknown(kept: KeptList) -> bool:
    return kept.verdict not in {Verdict.COMPLETE, Verdict.UPDATED}


def _short(which: str, kept: KeptList) -> str:
    return f"{which} is {kept.missing or 0:,} short of its expected count"
