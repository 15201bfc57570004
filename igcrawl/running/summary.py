"""Summary of a run as plain values and in words: verdicts, places of the records, and advice about the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from igcrawl.budget.share import Share
from igcrawl.crawl.run_totals import VerdictTotals
from igcrawl.printable import printable
from igcrawl.store import OperatorLimits
from igcrawl.times import span
from igcrawl.verdict import GOOD, OPEN, REOPENED, RESUMABLE, Verdict
from igcrawl.wording import counted

#: Stands before what is the run's own, since earlier runs and other workers may have done more of the crawl.
THIS_RUN: Final = "this run"
#: Verdicts that stay, and that the operator may still doubt.
_FINAL: Final = (Verdict.NOT_FOUND, Verdict.REFUSED)
#: Verdicts that say that a list is not what it should be.
_DOUBTFUL: Final = tuple(verdict for verdict in Verdict if verdict not in GOOD | RESUMABLE)


@dataclass(frozen=True, slots=True)
class Summary:
    """Summary of a run, and of the crawl that it has worked on.

    Args:
        totals: of the run, by verdict.
        places: where the records are.
        advice: what the operator does now, a sentence each.
        shares: of the possible, by list and size of its pages; the run's.
        named: for each verdict that the operator should look at, the first walks of the crawl that have it.
        whole: how the walks of the whole crawl stand; None where this run has ended them all.
    """

    totals: Mapping[str, VerdictTotals]
    places: Sequence[str]
    advice: Sequence[str]
    shares: Sequence[Share] = ()
    named: Sequence[str] = ()
    whole: str | None = None

    @property
    def of_run(self) -> list[str]:
        """Remarks about the run beside its rows, a sentence each."""
        return [f"{THIS_RUN}: {share.told}" for share in self.shares]

    @property
    def of_crawl(self) -> list[str]:
        """Remarks about the whole crawl, a sentence each."""
        return [*([f"whole crawl: {self.whole}"] if self.whole else []), *self.named]

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """Verdict, walks, records, requests and time."""
        return [_row(verdict, totals) for verdict, totals in self.totals.items()]

    @property
    def total(self) -> tuple[str, ...]:
        """The sum of the rows."""
        total = VerdictTotals()
        for each in self.totals.values():
            total.walks += each.walks
            total.records += each.records
            total.requests += each.requests
            total.seconds += each.seconds
        return _row("all", total)


def _row(name: str, totals: VerdictTotals) -> tuple[str, ...]:
    return name, f"{totals.walks:,}", f"{totals.records:,}", f"{totals.requests:,}", span(totals.seconds)


def summary_lines(summary: Summary) -> Iterator[str]:
    """Give a summary for a log."""
    for verdict, totals in summary.totals.items():
        walks, records, requests, time = _told(totals)
        yield f"summary: {THIS_RUN}: {walks} {verdict}: {records}, {requests}, {time}"
    yield from (f"summary: {sentence}" for sentence in (*summary.of_run, *summary.of_crawl))
    yield from (f"summary: records are in {place}" for place in summary.places)
    yield from (f"summary: {sentence}" for sentence in summary.advice)


def advice_of(
    counts: Mapping[str | None, int], limits: OperatorLimits, crawl: int | None = None, *, may_raise: bool = True
) -> list[str]:
    """Return what the operator may do about walks that have not come to their end.

    Args:
        counts: how many walks of the crawl have each verdict, None is those that have none.
        limits: the operator's own.
        crawl: its number, None where it is not known.
        may_raise: whether a larger limit lets any walk go on.
    """
    chosen = _chosen(crawl)
    advice = []
    waiting, ended = counts.get(None, 0), sum(count for verdict, count in counts.items() if verdict is not None)
    most = limits.max_walks
    if waiting and most is not None and ended >= most:
        advice.append(f"{_walks(waiting)} left beyond max_walks={most}; the same command with a larger one continues")
        waiting = 0
    still_open = waiting + sum(counts.get(verdict, 0) for verdict in REOPENED)
    if still_open:
        first = "when the session may be used again, " if counts.get(Verdict.BLOCKED) else ""
        advice.append(f"{_walks(still_open)} open: {first}the same command continues")
    if may_raise and (stopped := counts.get(Verdict.STOPPED, 0)):
        advice.append(f"{_walks(stopped)} stopped at a limit of yours; the same command with a larger one continues")
    doubtful = [(verdict, counts[verdict]) for verdict in _DOUBTFUL if counts.get(verdict)]
    final = [(verdict, counts[verdict]) for verdict in _FINAL if counts.get(verdict)]
    advice += [
        f"{_walks(count)} {verdict}: scrapy walks{chosen} --retry {verdict}, then run the same command again"
        for verdict, count in doubtful
    ]
    return advice + [
        f"{_walks(count)} {verdict}: final; scrapy walks{chosen} --retry {verdict}, then the same command, asks again"
        for verdict, count in final
    ]


def _chosen(crawl: int | None) -> str:
    return "" if crawl is None else f" --crawl {crawl}"


def endings_advice(counts: Mapping[str | None, int], crawl: int, thing: str) -> str | None:
    """Return how the operator learns the verdict of each of several targets; None where all are complete.

    Args:
        counts: how many walks of the crawl have each verdict.
        crawl: its number.
        thing: what one of its targets is called.
    """
    if set(counts) <= {Verdict.COMPLETE, Verdict.UPDATED}:
        return None
    return f"which {thing} ended how: scrapy export verdicts.csv --crawl {crawl} --type walk"


def whole_crawl(counts: Mapping[str | None, int], own: Mapping[str | None, int]) -> str | None:
    """Return how the walks of a crawl stand; None where one run has ended them all.

    Args:
        counts: how many walks of the crawl have each verdict, None is those that have none.
        own: likewise of the run.
    """
    ended = {verdict: walks for verdict, walks in counts.items() if verdict is not None and walks}
    if all(walks <= own.get(verdict, 0) for verdict, walks in ended.items()):
        return None
    waiting = {OPEN: counts[None]} if counts.get(None) else {}
    return ", ".join(f"{walks:,} {state}" for state, walks in (ended | waiting).items())


def names_of(
    counts: Mapping[str | None, int], named: Mapping[str, Sequence[str]], crawl: int | None = None
) -> list[str]:
    """Return the names of the walks that the operator should look at, a sentence a verdict.

    Args:
        counts: how many walks of the crawl have each verdict.
        named: by verdict, the first walks that have it.
        crawl: its number, None where it is not known.
    """
    if sum(counts.values()) < 2:
        # Its verdict has just been told.
        return []
    sentences = []
    for verdict, names in named.items():
        more = counts.get(verdict, 0) - len(names)
        rest = f" and {more:,} more: scrapy walks{_chosen(crawl)} --verdict {verdict}" if more > 0 else ""
        sentences.append(f"{verdict}: {', '.join(map(printable, names))}{rest}")
    return sentences


def _told(totals: VerdictTotals) -> tuple[str, str, str, str]:
    records, requests = counted(totals.records, "record"), counted(totals.requests, "request")
    return f"{totals.walks:,}", records, requests, span(totals.seconds)


def _walks(count: int) -> str:
    return counted(count, "walk", ("is", "are"))
