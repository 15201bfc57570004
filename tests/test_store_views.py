"""What the operator sees of kept records: `scrapy walks`, the demo's store, an archive that vanishes."""

from __future__ import annotations

import re

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
    assert f"output {out}: missing; the same command repairs it" in told
    assert re.search(r"262 +0 of 2", told)


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
