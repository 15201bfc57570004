"""What the operator sees of kept records: `scrapy walks`, the demo's store, an archive that vanishes."""

from __future__ import annotations

import re

import pytest

from igcrawl.simulator import Simulator
from tests.conftest import Scrapy
from tests.support.place import Place
from tests.test_outputs import CRAWL


def test_walks_show_what_is_kept_and_which_outputs_have_it(place: Place, scrapy: Scrapy) -> None:
    place.crawl(*CRAWL, "max_pages=2", output=("-O", "first.csv"))
    place.crawl(*CRAWL, output=("-O", "out.jsonl"))
    out = place.folder / "out.jsonl"
    told = scrapy("walks").out
    assert f"output {place.folder}/first.csv: 3 of 9 pages" in told
    assert f"output {out}: all of it" in told
    assert re.search(r"262 +1 of 2", told)
    out.unlink()
    told = scrapy("walks").out
    # It has ended: the same command would ask for all of it again.
    assert f"output {out}: missing; scrapy export FILE --crawl 1 writes it again" in told
    assert re.search(r"262 +0 of 2", told)


@pytest.mark.parametrize(
    ("limit", "advice"),
    [
        (("max_pages=2",), "scrapy export FILE --crawl 1 writes it again"),
        (("max_pages=2", "crawl=named"), "the same command repairs it"),
        (("fresh=0", "-s", "CLOSESPIDER_PAGECOUNT=2"), "the same command repairs it"),
    ],
)
def test_an_output_that_is_missing_comes_back_by_the_way_that_is_told(
    place: Place, scrapy: Scrapy, limit: tuple[str, ...], advice: str
) -> None:
    code = int("-s" in limit)
    place.crawl(*CRAWL, *limit, code=code)
    out = place.folder / "out.jsonl"
    kept = out.read_bytes()
    out.unlink()
    assert f"output {out}: missing; {advice}" in scrapy("walks").out
    if "export" in advice:
        assert scrapy("export", "out.jsonl", "--crawl", "1").code == 0
    else:
        place.crawl(*CRAWL, *limit, code=code)
    assert out.read_bytes().splitlines()[:30] == kept.splitlines()[:30]


def test_the_demo_s_store_is_shown_while_there_is_none_of_one_s_own(place: Place, scrapy: Scrapy) -> None:
    place.crawl(*CRAWL, "-s", "IG_STORE=sqlite:///.igcrawl/simulator.db", output=())
    shown = scrapy("walks")
    assert "no crawl of your own yet; this is the demo's" in shown.err
    assert "complete" in shown.out
    assert scrapy("export", "x.csv").code == 0
    place.crawl(*CRAWL, "max_pages=1", output=())
    assert "stopped" in scrapy("walks").out


def test_an_archive_that_vanishes_ends_the_run(place: Place, simulator: Simulator) -> None:
    slow = simulator.faults.add(operation="followers", nth=3, kind="delay", delay=1)
    crawl = place.start(*CRAWL, "-s", "IG_RAW=raw.jsonl.zst")
    crawl.wait_until(lambda: slow.strikes > 0)
    (place.folder / "raw.jsonl.zst").unlink()
    done = crawl.done()
    assert done.code == 1
    assert (
        "the raw archive cannot be written: it was moved or removed while it was written; the crawl stops" in done.log
    )
    assert len(done.asked) <= 5


def test_a_run_that_finds_all_of_its_crawl_done_says_how_it_stands_and_why_it_exits_so(place: Place) -> None:
    hollow = ("followers", "user_id=100000004", "crawl=named")
    place.crawl(*hollow, code=1)
    log = place.crawl(*hollow, code=1).log
    assert "crawl named has ended; only -a fresh=1 runs it again" in log
    assert "summary: whole crawl: 1 suspect" in log
    assert f"summary: records are in {place.folder / 'out.jsonl'}" in log
    assert "summary: 1 walk is suspect: scrapy walks --crawl 1 --retry suspect, then run the same command again" in log
    assert "this run" not in log
