"""Sentences of the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import igcrawl
from igcrawl.analysis.report.model import AccountReport, Crawl, ListOverTime, Network, OperationCost, Overlap, Report
from igcrawl.analysis.report.times_shown import Dates
from igcrawl.wording import counted, plural_of

#: So many accounts are named in the summary.
_NAMED: Final = 8
#: What follows a number of accounts of a kind of list.
_NOUNS: Final = {"followers": "follower", "following": "followed account", "suggestions": "suggestion"}


def summary(report: Report, dates: Dates) -> list[str]:
    """Return what a reader should know first: how far the lists can be trusted, and what changed."""
    lists = [each for account in report.accounts for each in account.lists]
    if not lists:
        return []
    said = [_trust(lists, dates)]
    compared = [(account, one) for account in report.accounts for one in account.lists if last_change(one) is not None]
    changed = [(account, one) for account, one in compared if not is_quiet(last_change(one))]
    said += [line for account, one in changed[:_NAMED] if (line := change(account, one, dates))]
    if len(changed) > _NAMED:
        said.append(f"{counted(len(changed) - _NAMED, 'more list')} changed, see below.")
    if len(compared) > len(changed):
        said.append(f"{counted(len(compared) - len(changed), 'list')} stayed as before: nobody is new or gone.")
    if not compared:
        said.append("Each list was walked once: a second crawl will show growth, and who is new and gone.")
    requests = sum(cost.requests for cost in report.costs)
    walks = sum(cost.walks for cost in report.costs)
    said.append(f"All this took {counted(requests, 'request')} in {counted(walks, 'walk')}.")
    return said


def _trust(lists: Sequence[ListOverTime], dates: Dates) -> str:
    whole = sum(each.last.doubt is None for each in lists)
    moments = [each.last.at for each in lists]
    when = f"as of {dates.words(max(moments))}"
    if len(lists) == 1:
        return f"The only list is {'complete' if whole else 'not complete'}, {when}."
    if whole == len(lists):
        return f"All {whole} lists are complete, {when}."
    told = f"{whole} of {len(lists)} lists are complete, {when}"
    return f"{told}; the others are marked, and so is what builds on them."


def change(account: AccountReport, one: ListOverTime, dates: Dates) -> str | None:
    """Return what changed in a list between its last two crawls that can be compared, None without them."""
    crawl = last_change(one)
    if crawl is None or crawl.since is None or crawl.new is None:
        return None
    noun = _NOUNS.get(one.kind, "account")
    gained = f"gained {counted(crawl.new, noun) if crawl.new else f'no {plural_of(noun)}'}"
    lost = f"lost {crawl.gone:,}" if crawl.gone else "lost none"
    between = dates.span(crawl.since, crawl.at)
    doubt = f" This is doubtful: {crawl.change_doubt}." if crawl.change_doubt else ""
    if crawl.gone is None:
        return f"{account.name} {gained} {between}; who left cannot be told.{doubt}"
    return f"{account.name} {gained} and {lost} {between}.{doubt}"


def last_change(one: ListOverTime) -> Crawl | None:
    """Return the latest crawl of a list that was compared with an earlier one, None when there is none."""
    return next((each for each in reversed(one.crawls) if each.since is not None), None)


def is_quiet(crawl: Crawl | None) -> bool:
    """Return whether nobody is known to be new or gone."""
    return crawl is None or (not crawl.new and crawl.gone == 0)


def why_no_change(one: ListOverTime) -> str:
    """Return why a list has no chart of who is new and gone."""
    if len(one.crawls) == 1:
        return "One crawl only: a second one shows growth, and who is new and gone."
    compared = [crawl for crawl in one.crawls if crawl.since is not None]
    if any(crawl.gone is None for crawl in compared):
        return "Nobody was seen to be new; who is gone cannot be told by every one of these crawls."
    if compared:
        return "Nobody was new or gone at any crawl."
    return "No two of these crawls can be compared: see their verdicts."


def growth_in_words(account: AccountReport, one: ListOverTime, dates: Dates) -> str:
    """Return a chart of growth for those who cannot see it."""
    points = [f"{crawl.found:,} on {dates.words(crawl.at)}{_doubtful(crawl.doubt)}" for crawl in one.crawls[-_NAMED:]]
    return f"{one.kind} of {account.name} over time: {'; '.join(points)}"


def change_in_words(account: AccountReport, one: ListOverTime, dates: Dates) -> str:
    """Return a chart of who is new and gone for those who cannot see it."""
    compared = [crawl for crawl in one.crawls if crawl.since is not None][-_NAMED:]
    points = [
        f"{dates.words(crawl.at)}: {_known(crawl.new)} new, {_known(crawl.gone)} gone{_doubtful(crawl.change_doubt)}"
        for crawl in compared
    ]
    return f"New and gone {one.kind} of {account.name}: {'; '.join(points)}"


def overlap_in_words(overlap: Overlap) -> str:
    """Return a heat map for those who cannot see it."""
    pairs = [
        (overlap.jaccard(here, there), overlap.shared[here][there], one.name, overlap.lists[there].name)
        for here, one in enumerate(overlap.lists)
        for there in range(here)
    ]
    closest = sorted(pairs, reverse=True)[:_NAMED]
    told = "; ".join(f"{one} and {other} share {shared:,} ({share:.1%})" for share, shared, one, other in closest)
    return f"Overlap of {counted(len(overlap.lists), 'list')}: {told}"


def spending_in_words(costs: Sequence[OperationCost]) -> str:
    """Return the chart of requests for those who cannot see it."""
    sums: Counter[str] = Counter()
    for cost in costs:
        sums[cost.operation] += cost.requests
    return f"Requests by operation: {', '.join(f'{name} {number:,}' for name, number in sums.most_common(_NAMED))}"


def sources_in_words(network: Network, dates: Dates) -> str:
    """Return the lists that a network was made of, with their dates and verdicts."""
    told = [f"{each.name} ({each.verdict}, {dates.words(each.at)})" for each in network.sources[:_NAMED]]
    more = len(network.sources) - len(told)
    return listed([*told, counted(more, "more list")] if more else told)


def network_in_words(network: Network) -> str:
    """Return a picture of a network for those who cannot see it."""
    top = ", ".join(f"{node.name} ({counted(node.links, 'link')})" for node in network.nodes[:_NAMED])
    return f"{network_size(network)}. Those with the most links: {top}"


def network_size(network: Network) -> str:
    """Return how large a network is, and how much of it is drawn."""
    least = "at least " if network.cut else ""
    size = f"{least}{counted(network.all_nodes, 'account')} and {counted(network.all_edges, 'link')}"
    drawn = len(network.nodes), len(network.edges)
    if drawn == (network.all_nodes, network.all_edges):
        return size
    return f"{size}, of which the {drawn[0]:,} best linked accounts and {drawn[1]:,} links are drawn"


def title(accounts: Sequence[AccountReport], more: int) -> str:
    """Return what the report is about."""
    if not accounts:
        return "Nothing crawled yet"
    names = [account.name for account in accounts]
    shown = names if len(names) + more <= 3 else names[:2]
    left = len(names) + more - len(shown)
    return listed([*shown, counted(left, "more account")] if left else shown)


def made_by(versions: Sequence[str]) -> str:
    """Return which versions of igcrawl have walked the lists, and which one has made the page."""
    page = f"this page was made by igcrawl {igcrawl.__version__}"
    return f"The lists were walked by igcrawl {listed(versions)}; {page}." if versions else f"T{page[1:]}."


def listed(words: Iterable[str]) -> str:
    """Return words as people list them."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _known(number: int | None) -> str:
    return "an unknown number" if number is None else f"{number:,}"


def _doubtful(doubt: str | None) -> str:
    return " (doubtful)" if doubt else ""
