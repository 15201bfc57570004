"""Gathers the summary of a run that has ended."""

from __future__ import annotations

from collections.abc import Iterator

from scrapy.settings import BaseSettings
from scrapy.utils.misc import load_object

from igcrawl.base_spiders.operation_spider import OperationSpider
from igcrawl.config.packages import top_package
from igcrawl.crawl.records_place import records_place
from igcrawl.crawl.run_totals import VerdictTotals
from igcrawl.output.feed_outputs import public_uri
from igcrawl.output.feeds import RecordFeedExporter
from igcrawl.running.summary import Summary, advice_of, endings_advice, names_of, whole_crawl
from igcrawl.store import describe


def summary_of(spider: OperationSpider) -> Summary | None:
    """Return what a run has done, and how the crawl stands; None when no walk of it has ended."""
    crawler, run = spider.crawler, spider.run
    # What other workers have ended counts: the exit code follows from it, too.
    ended = spider.verdicts or (run is not None and run.verdicts.keys() - {None})
    if spider.refused is not None or spider.planned is not None or not ended:
        return None
    totals = {}
    for verdict, walks in spider.verdicts.items():
        known = spider.run_totals.by_verdict.get(verdict, VerdictTotals())
        # Those that were not asked have a verdict as well.
        totals[verdict.value] = VerdictTotals(walks, known.records, known.requests, known.seconds)
    counts: dict[str | None, int] = dict(run.verdicts if run is not None else {})
    # Without an answer of the store, this run's own are what is known.
    own: dict[str | None, int] = {verdict.value: walks for verdict, walks in spider.verdicts.items()}
    known_counts = counts or own
    clear = spider.context.redaction.text
    places, advice = [clear(place) for place in _places(spider)], _advice(spider, known_counts)
    keeps = run is not None and run.crawl.kept and not spider.context.store_goes
    has_feed = bool(crawler.settings.getdict("FEEDS"))
    if run is not None and keeps and not (has_feed and places):
        places.append(clear(records_place(spider.config.store, spider.name, run.crawl.id)))
    if not places and not has_feed and not _has_own_pipeline(crawler.settings):
        advice.insert(0, f"no record was kept, since no output was named: -O {spider.name}.jsonl")
    named = [clear(each) for each in names_of(counts, run.named if run is not None else {}, _number(spider))]
    whole = whole_crawl(known_counts, own)
    return Summary(totals, places, [*advice, *spider.remarks], spider.run_totals.shares, named, whole)


def _number(spider: OperationSpider) -> int | None:
    return spider.run.crawl.id if spider.run is not None else None


def _advice(spider: OperationSpider, counts: dict[str | None, int]) -> list[str]:
    run = spider.run
    if run is None:
        return advice_of(counts, spider.limits)
    advice = advice_of(counts, spider.limits, run.crawl.id, may_raise=run.may_raise)
    if run.progress.all > 1 and run.crawl.kept:
        endings = endings_advice(counts, run.crawl.id, spider.thing)
        advice += [endings] if endings is not None else []
    if advice and spider.context.store_goes:
        return ["nothing continues: the simulator's own store is gone; IG_STORE names one that stays"]
    return advice


def _has_own_pipeline(settings: BaseSettings) -> bool:
    """Return whether the project has a pipeline beside ours, whose places are not known here."""
    ours = f"{top_package('pipelines')}."
    places = settings.getdict("ITEM_PIPELINES").items()
    return any(place is not None and not load_object(path).__module__.startswith(ours) for path, place in places)


def _places(spider: OperationSpider) -> Iterator[str]:
    """Yield what was written: a pattern of the operator's by the name that it came to, and nothing that failed."""
    yield from spider.context.sinks.written
    exporter = spider.crawler.get_extension(RecordFeedExporter)
    yield from map(public_uri, exporter.stored if exporter is not None else ())
    tables = sorted({name for sink in spider.context.sinks.tables for name in sink.names})
    if tables:
        yield f"Postgres, {describe(spider.config.store)}: {', '.join(tables)}"
