"""The summary of a run: in plain lines and as a table, what is the run's own and what is the whole crawl's."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from igcrawl.console.display import summary_table
from igcrawl.crawl.run_totals import RunTotals, VerdictTotals
from igcrawl.crawl.walk import Walk
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.output.feed_outputs import public_uri
from igcrawl.running.summary import Summary, advice_of, endings_advice, names_of, summary_lines, whole_crawl
from igcrawl.simulator import Simulator
from igcrawl.store import OperatorLimits, WalkRow
from igcrawl.verdict import Verdict
from tests.conftest import Crawl
from tests.support.terminal import drawn

SUMMARY = Summary(
    {"complete": VerdictTotals(2, 1200, 40, 1300.0), "interrupted": VerdictTotals(1, 7, 2, 30.0)},
    ["/data/out.jsonl"],
    ["1 walk is open: the same command continues"],
)


def test_a_summary_names_verdicts_places_and_what_to_do() -> None:
    assert list(summary_lines(SUMMARY)) == [
        "summary: this run: 2 complete: 1,200 records, 40 requests, 22 min",
        "summary: this run: 1 interrupted: 7 records, 2 requests, 30 s",
        "summary: records are in /data/out.jsonl",
        "summary: 1 walk is open: the same command continues",
    ]
    table = [line.split() for line in drawn(summary_table(SUMMARY)).splitlines()]
    assert ["complete", "2", "1,200", "40", "22", "min"] in table
    assert ["all", "3", "1,207", "42", "22", "min"] in table
    assert ["records:", "/data/out.jsonl"] in table


def test_a_summary_names_the_first_walks_of_each_verdict_that_is_to_be_looked_at() -> None:
    counts = {"complete": 480, "private": 12, "suspect": 8, None: 0}
    first = [f"followers/{number}" for number in range(1, 6)]
    told = names_of(counts, {"private": first, "suspect": first[:1] * 8})
    assert told[0] == f"private: {', '.join(first)} and 7 more: scrapy walks --verdict private"
    assert told[1].startswith("suspect: followers/1, ") and told[1].endswith("followers/1")
    assert names_of(counts, {"private": first}, 6)[0].endswith("scrapy walks --crawl 6 --verdict private")
    assert names_of({"suspect": 1}, {"suspect": ["followers/1"]}) == []
    summary = replace(SUMMARY, named=told)
    assert [each for each in summary_lines(summary) if "private" in each] == [f"summary: {told[0]}"]
    assert "and 7 more: scrapy walks --verdict private" in drawn(summary_table(summary))


@pytest.mark.parametrize(
    ("counts", "limits", "advice"),
    [
        ({"complete": 3, "private": 1}, OperatorLimits(), []),
        ({None: 2, "failed": 1}, OperatorLimits(), ["3 walks are open: the same command continues"]),
        (
            {"blocked": 1, None: 1},
            OperatorLimits(),
            ["2 walks are open: when the session may be used again, the same command continues"],
        ),
        (
            {"stopped": 1},
            OperatorLimits(max_pages=2),
            ["1 walk is stopped at a limit of yours; the same command with a larger one continues"],
        ),
        (
            {"complete": 2, None: 5},
            OperatorLimits(max_walks=2),
            ["5 walks are left beyond max_walks=2; the same command with a larger one continues"],
        ),
        ({"complete": 1, None: 5}, OperatorLimits(max_walks=2), ["5 walks are open: the same command continues"]),
        (
            {"suspect": 1},
            OperatorLimits(),
            ["1 walk is suspect: scrapy walks --retry suspect, then run the same command again"],
        ),
    ],
)
def test_the_summary_says_what_to_do_about_the_rest(
    counts: dict[str | None, int], limits: OperatorLimits, advice: list[str]
) -> None:
    assert advice_of(counts, limits) == advice


def test_advice_names_the_crawl_and_a_limit_only_where_it_can_be_raised() -> None:
    told = advice_of({"limited": 2, "refused": 1, "stopped": 1}, OperatorLimits(), 6, may_raise=False)
    assert told == [
        "2 walks are limited: scrapy walks --crawl 6 --retry limited, then run the same command again",
        "1 walk is refused: final; scrapy walks --crawl 6 --retry refused, then the same command, asks again",
    ]
    assert endings_advice({"complete": 2, "updated": 1}, 6, "account") is None
    assert endings_advice({"complete": 2, None: 1}, 6, "account") is not None


@pytest.mark.parametrize(
    ("uri", "public"),
    [
        ("s3://KEY:SECRET@bucket/x.csv", "s3://bucket/x.csv"),
        ("ftp://me:SECRET@host:21/x.csv?token=SECRET#SECRET", "ftp://host:21/x.csv"),
        ("file:///data/x.csv", "file:///data/x.csv"),
        ("/data/x.csv", "/data/x.csv"),
        ("stdout:", "standard output"),
        ("ftp://me:SECRET@[host/x.csv", "an address that cannot be shown"),
    ],
)
def test_an_output_is_named_without_its_credentials(uri: str, public: str) -> None:
    assert public_uri(uri) == public


def test_the_records_of_a_run_are_those_that_its_walk_records_count() -> None:
    totals, operation = RunTotals(), OPERATIONS["followers"]
    row = WalkRow(id=1, crawl=1, seed="a", subject="a", operation="followers", target="1", args={}, depth=1, records=50)
    walk = Walk(operation=operation, target="1", args={}, records=80, requests=3)
    totals.begin(row)
    assert (totals.records(None), totals.records(walk)) == (0, 30)
    totals.add(row, walk, Verdict.COMPLETE, 1.0)
    assert totals.records(None) == 30


def test_what_a_run_has_done_is_told_apart_from_how_the_whole_crawl_stands() -> None:
    counts = {"complete": 480, "private": 12, None: 8}
    assert whole_crawl(counts, {"complete": 30, "private": 12}) == "480 complete, 12 private, 8 open"
    assert whole_crawl({"complete": 480, None: 0}, {"complete": 30}) == "480 complete"
    # Targets that were not asked have a verdict in the run only.
    assert whole_crawl({"complete": 3, "throttled": 1, None: 4}, {"complete": 3, "throttled": 5}) is None
    summary = replace(SUMMARY, whole="480 complete, 8 open", named=["private: followers/1"])
    told = [line for line in summary_lines(summary) if "crawl" in line or "private" in line]
    assert told[:2] == ["summary: whole crawl: 480 complete, 8 open", "summary: private: followers/1"]
    table = drawn(summary_table(summary))
    assert "verdict (this run)" in table
    assert "whole crawl: 480 complete, 8 open" in table


def test_a_run_goes_on_with_what_the_summary_has_left_open(crawl: Crawl, simulator: Simulator) -> None:
    simulator.faults.add(operation="followers", kind="status", status=500, after_cursor=True)
    targets = "user_id=25025320,900"
    crawl("followers", targets, code=1, settings=("RETRY_TIMES=0",))
    first = crawl.outcome["summary"]
    assert first[0].startswith("summary: this run: ")
    assert not [line for line in first if "whole crawl" in line]
    assert [line for line in first if "open: the same command continues" in line]
    simulator.faults.clear()
    crawl("followers", targets)
    second = crawl.outcome["summary"]
    # What the run itself has brought, not what stands in the file.
    assert re.match(r"summary: this run: 1 complete: 9\d\d records, 2\d requests", second[0])
    assert "summary: whole crawl: 1 complete, 1 not_found" in second
    assert not [line for line in second if "is open" in line]
