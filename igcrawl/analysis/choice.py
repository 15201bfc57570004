"""The walks that an operator means, by the names of crawls and walks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from igcrawl.errors import BadInput
from igcrawl.store import Choice, CrawlRow, Store
from igcrawl.wording import did_you_mean, nearest

#: So many names are compared with one that does not exist, and so many are named.
_COMPARED: Final = 10_000
_NAMED: Final = 20


async def read_choice(
    store: Store, crawl: str | None, walk: str | None, *, every: bool, verdicts: Sequence[str] = ()
) -> Choice:
    """Return the choice of walks that the operator means.

    Args:
        store: an open store.
        crawl: name or number of a crawl, None for all. A name means its latest generation.
        walk: operation and target, None for all.
        every: every generation, not the latest only.
        verdicts: of the walks, `open` for those without one; none for all.

    Raises:
        BadInput: there is no such crawl, or the walk's name cannot be one.
    """
    numbers = None
    if crawl is not None:
        crawls = await store.crawls.generations()
        found = find_crawl(crawls, crawl)
        numbers = [each.id for each in crawls if are_generations(each, found)] if every else [found.id]
    operation, slash, target = (walk or "").partition("/")
    if walk is not None and not (operation and slash and target):
        raise BadInput(f"--walk={walk}: expected operation and target, e.g. followers/25025320")
    return Choice(
        crawls=numbers,
        operation=operation or None,
        target=target or None,
        latest=not every,
        verdicts=verdicts or None,
    )


def find_crawl(crawls: Sequence[CrawlRow], wanted: str) -> CrawlRow:
    """Return the crawl that the operator means: the latest generation of a name, else the crawl of a number.

    Args:
        crawls: all generations, the latest first.
        wanted: name or number.

    Raises:
        BadInput: there is none.
    """
    found = next((crawl for crawl in crawls if crawl.name == wanted), None)
    found = found or next((crawl for crawl in crawls if str(crawl.id) == wanted), None)
    if found is None:
        raise BadInput(f"--crawl={wanted}: no such crawl; {_crawls_there_are(crawls, wanted)}")
    return found


def are_generations(one: CrawlRow, other: CrawlRow) -> bool:
    """Return whether two crawls are generations of one."""
    return one.name == other.name and (one.name is not None or one.key == other.key)


def _crawls_there_are(crawls: Sequence[CrawlRow], wanted: str) -> str:
    names = list(dict.fromkeys(crawl.name or str(crawl.id) for crawl in crawls))
    meant = did_you_mean(nearest(wanted, names))
    if meant:
        return f"{meant}allowed: a name or number of `scrapy walks`"
    more = ", …" if len(names) > _NAMED else ""
    return f"there is {', '.join(names[:_NAMED]) or 'none'}{more}"


async def no_such_walk(store: Store, walk: str) -> BadInput:
    """Return the error for a walk that no crawl has."""
    names: dict[str, None] = {}
    async for row in store.walks.all():
        if row.fence or row.depth == 1:
            names[f"{row.operation}/{row.target}"] = None
        if len(names) >= _COMPARED:
            break
    meant = did_you_mean(nearest(walk, names))
    return BadInput(f"--walk={walk}: no such walk; {meant}allowed: operation/target as `scrapy walks` lists them")
