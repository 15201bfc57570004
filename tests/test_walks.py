"""`scrapy walks`: what the store holds, what is left of it, and how walks are asked again."""

from __future__ import annotations

from pathlib import Path

import pytest

import igcrawl
from igcrawl.arguments.crawl_key import key_in_words
from igcrawl.budget.limits import Budget
from igcrawl.cli.known_outputs import KnownOutput, output_lines
from igcrawl.output.place import machine
from igcrawl.planning.estimate import Estimate, duration, requests_left
from igcrawl.simulator import Simulator
from igcrawl.store import ENDLESS_PAGES, CrawlRow, OperatorLimits, WalkRow
from tests.conftest import Scrapy, asked
from tests.support.crawl import Crawl

INSTAGRAM, SHORT = "25025320", "100000005"


def row(**known: object) -> WalkRow:
    given = {
        "id": 1,
        "crawl": 1,
        "seed": "a/1",
        "subject": "a/1",
        "operation": "a",
        "target": "1",
        "args": {},
        "depth": 1,
    }
    return WalkRow(**given | known)  # type: ignore[arg-type]


def test_what_is_left_of_a_walk_follows_from_what_its_pages_held() -> None:
    assert requests_left(row(expected=1000, records=200, pages=4)) == 16
    assert requests_left(row(expected=1000, records=1000, pages=4)) == 1
    assert requests_left(row(expected=1000, records=900, pages=4, verdict="complete")) == 0
    assert requests_left(row()) is None
    assert duration(121, Budget()) == "1.0 h"


def test_a_walk_that_the_setting_ended_needs_requests_when_the_setting_is_raised() -> None:
    ended = row(verdict="suspect", records=200, pages=4, state={ENDLESS_PAGES: 4})
    assert [requests_left(ended, OperatorLimits(endless_pages=most)) for most in (None, 4, 5)] == [0, 0, None]
    assert requests_left(row(verdict="suspect"), OperatorLimits(endless_pages=5)) == 0
    assert requests_left(ended) == 0


def test_walks_that_wait_are_taken_to_cost_what_those_that_ended_have_cost() -> None:
    estimate = Estimate()
    estimate.add(row())
    assert estimate.requests is None
    estimate.add(row(verdict="complete", requests=4))
    estimate.add(row(verdict="private", requests=2))
    estimate.add(row(expected=1000, records=200, pages=4))
    assert estimate.requests == 16 + 3


def test_walks_are_listed_with_verdict_counts_and_what_is_left(crawl: Crawl, scrapy: Scrapy) -> None:
    crawl("followers", f"user_id={INSTAGRAM}", "max_pages=4", "crawl=mine")
    crawl("profiles", f"user_ids={INSTAGRAM},{SHORT}")
    listed = scrapy("walks")
    assert listed.code == 0
    assert f"followers/{INSTAGRAM}" in listed.out
    (line,) = (line for line in listed.out.splitlines() if line.startswith(f"followers/{INSTAGRAM}"))
    assert line.split()[1:3] == ["stopped", "4"]
    assert line.split()[4] == "1,000"
    assert "requests" in line
    assert f"2 complete; left: -; by igcrawl {igcrawl.__version__}\n" in listed.out
    only = scrapy("walks", "--crawl", "mine", "--verdict", "stopped", "--limit", "0")
    assert "1 stopped; left: " in only.out
    assert f"followers/{INSTAGRAM}" not in only.out
    assert "user_profile" not in only.out
    unknown = scrapy("walks", "--crawl", "7")
    assert (unknown.code, unknown.err) == (2, "igcrawl: --crawl=7: no such crawl; there is 2, mine\n")


def test_retry_asks_a_final_walk_again_from_its_first_page_and_writes_nothing_twice(
    crawl: Crawl, scrapy: Scrapy, simulator: Simulator
) -> None:
    before = crawl("followers", f"user_id={SHORT}", code=1)
    requests = len(simulator.requests)
    assert "1 suspect walk is open again" in scrapy("walks", "--retry", "limited,suspect").out
    listed = scrapy("walks", "--verdict", "open,complete").out
    assert (f"followers/{SHORT}" in listed, "1 open; left: " in listed) == (True, True)
    after = crawl("followers", f"user_id={SHORT}", code=1)
    assert set(asked(simulator)[requests:]) == {"followers"}
    assert simulator.requests[requests].cursor is None
    follows = [record["pk"] for record in after if record["type"] == "follow"]
    assert follows == [record["pk"] for record in before if record["type"] == "follow"]
    assert after[-1]["verdict"] == "suspect"
    assert "walked again from its first page" in after[-1]["reason"]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--retry", "nope"), "--retry=nope: expected one of"),
        (("--verdict", "nope"), "--verdict=nope: expected one of"),
        (("--verdict", "suspect,opne"), "--verdict=opne: expected one of"),
        (("--limit", "many"), "--limit: expected a whole number"),
        (("mine",), "scrapy walks takes options only"),
    ],
)
def test_what_cannot_be_listed_is_refused_in_one_line(scrapy: Scrapy, options: tuple[str, ...], problem: str) -> None:
    run = scrapy("walks", *options)
    assert run.code == 2
    (line,) = run.err.splitlines()
    assert line.startswith(f"igcrawl: {problem}")


def test_without_a_store_there_is_nothing_to_list_and_none_is_made(scrapy: Scrapy, tmp_path: Path) -> None:
    run = scrapy("walks")
    assert run.code == 0
    assert run.out.startswith("no walks")
    assert not (tmp_path / ".igcrawl").exists()


def test_an_earlier_generation_is_shown_by_its_number_and_not_asked_again(crawl: Crawl, scrapy: Scrapy) -> None:
    for _ in range(2):
        crawl("profiles", f"user_id={SHORT}")
    earlier = scrapy("walks", "--crawl", "1").out
    assert earlier.startswith(f"crawl 1, profiles: user_id={SHORT} (generation 1, begun ")
    assert "; the latest is crawl 2)" in earlier
    refused = scrapy("walks", "--crawl", "1", "--retry", "complete")
    assert (refused.code, "not the latest generation; the latest is crawl 2" in refused.err) == (2, True)


def test_the_outputs_and_the_rest_of_an_earlier_generation_are_its_own(
    crawl: Crawl, scrapy: Scrapy, tmp_path: Path
) -> None:
    crawl("followers", f"user_id={INSTAGRAM}", "max_pages=4")
    crawl("followers", f"user_id={INSTAGRAM}", "max_pages=4", "fresh=1")
    earlier = scrapy("walks", "--crawl", "1").out
    again = "replaced by a later generation; scrapy export FILE --crawl 1 writes it again"
    assert f"  output {tmp_path / 'out.jsonl'}: {again}" in earlier
    assert "1 stopped; left: -" in earlier
    assert "request" not in earlier
    assert "1 stopped; left: " in (latest := scrapy("walks", "--crawl", "2").out)
    assert "requests" in latest


def test_an_output_that_is_being_written_is_not_said_to_be_changed() -> None:
    crawl = CrawlRow(id=1, key="k", name=None, generation=1, spider="s", started=1, created_at="x", kept=True, pages=9)
    outputs = [KnownOutput("x.csv", machine(), 4, "", growing=True), KnownOutput("y.csv", machine(), 9, "missing")]
    assert list(output_lines(crawl, outputs)) == [
        "  output x.csv: being written, 4 of 9 pages",
        "  output y.csv: missing; the same command repairs it",
    ]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ('profiles {"targets":"505 accounts 0123456789abcdef0123456789abcdef"}', "profiles: 505 accounts of a file"),
        ('followers {"depth":2,"username":"nasa"}', "followers: depth=2, username=nasa"),
        ('feed {"user_ids":["1","2","3"],"verify":false}', "feed: user_ids=1,2,3, verify=false"),
        ('feed {"user_ids":["1","2","3… 0123456789abcdef', "feed: user_ids=1,2,3…"),
        ("session_check {}", "session_check"),
    ],
)
def test_a_crawl_is_named_in_words(key: str, words: str) -> None:
    assert key_in_words(key) == words


def test_a_name_of_digits_means_the_crawl_of_that_name_and_no_other(crawl: Crawl, scrapy: Scrapy) -> None:
    crawl("followers", f"user_id={SHORT}", code=1)
    crawl("followers", f"user_id={SHORT}", "crawl=1", code=1)
    assert [line for line in scrapy("walks", "--crawl", "1").out.splitlines() if line.startswith("crawl ")] == [
        line for line in scrapy("walks").out.splitlines() if line.startswith("crawl 2 1, ")
    ]
    assert scrapy("walks", "--crawl", "1", "--retry", "suspect").out.count("is open again") == 1
