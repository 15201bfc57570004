"""The bench measures what it says: slopes, medians, aims, whole lists, and the CPU of a child alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from igcrawl.simulator import Simulator
from tests.bench.long_list import Crawl, Look
from tests.bench.measuring import Usage, measure
from tests.bench.table import Runs, header, markdown, rows, text
from tests.bench.ways import BARE, DEFAULTS, SCRAPY, TARGET, Way, one_page, ways
from tests.conftest import read_jsonl


def runs(*each: float, start: float = 1.0, peak_mb: float = 100.0) -> Runs:
    """Rounds in which a follower took so many µs, and the start so many seconds."""
    few, many = 20_000, 100_000

    def usages(users: int) -> list[Usage]:
        return [Usage(start + each_one * users / 1e6, peak_mb) for each_one in each]

    return Runs(usages(few), usages(many), (few, many))


def test_a_follower_costs_the_slope_without_the_start_in_the_median_round() -> None:
    assert runs(9, 30, 10, start=3.0).each == pytest.approx(10)


def test_the_table_has_ratios_and_aims() -> None:
    measured = {50: {BARE: runs(4), DEFAULTS: runs(20), "aiograpi": runs(50)}}
    bare, ours, peer = rows(measured)
    assert bare[2:5] == ["4.0", "1.0", "12.5"]
    assert ours[2:5] == ["20.0", "5.0", "2.5"]
    assert ours[-1] == "≤ 5.5 × bare: met; aiograpi ≥ 2 ×: met; ≤ 110 MB: met"
    assert peer[4] == ""
    [_, slow, *_] = rows({200: {BARE: runs(4), DEFAULTS: runs(16, peak_mb=120), "aiograpi": runs(50)}})
    assert slow[-1] == "≤ 3.5 × bare: missed; aiograpi ≥ 3.5 ×: missed; ≤ 110 MB: missed"


def test_the_table_is_the_same_in_columns_and_in_markdown() -> None:
    lines = [header(), *rows({50: {BARE: runs(4), DEFAULTS: runs(20)}})]
    names = [line.split(" | ")[1] for line in markdown(lines).splitlines()[2:]]
    assert names == [BARE, DEFAULTS]
    assert [line.split()[0] for line in text(lines).splitlines()[1:]] == ["50", "50"]


def test_a_childs_cpu_is_measured_and_not_ours() -> None:
    burn = "import time\nwhile time.process_time() < 0.15: pass"
    assert 0.14 < measure([sys.executable, "-I", "-S", "-c", burn], os.environ).cpu < 0.6
    assert measure(["sleep", "0.1"], os.environ).cpu < 0.05


def test_what_fails_ends_the_bench_with_its_last_words() -> None:
    with pytest.raises(SystemExit, match="no such way"):
        measure([sys.executable, "-c", "raise SystemExit('no such way')"], os.environ)


def test_a_run_that_lacks_a_follower_is_worth_nothing(tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").write_text("{}\n" * 9)
    Way("igcrawl", (), further=2).check(tmp_path, 7)
    with pytest.raises(SystemExit, match="9 lines of 10"):
        Way("igcrawl", (), further=2).check(tmp_path, 8)


@pytest.mark.parametrize(("name", "page_size"), [(BARE, 50), (BARE, 200), (SCRAPY, 50)])
def test_a_way_that_is_ours_gets_the_whole_list(name: str, page_size: int, tmp_path: Path) -> None:
    assert _got(_way(name), page_size, tmp_path) == 10


def test_a_start_asks_for_one_page(tmp_path: Path) -> None:
    assert _got(one_page(_way(SCRAPY)), 50, tmp_path) == 1


def _way(name: str) -> Way:
    return next(way for way in ways([name]) if way.name == name)


def _got(way: Way, page_size: int, folder: Path) -> int:
    """Run a way against a list of ten pages, check what it wrote, and return how many pages it asked for."""
    with Simulator(users=10 * page_size, page_size=page_size, compress=False) as simulator:
        simulator.write_session(folder / "session.json")
        session = str(folder / "session.json")
        server = {"url": simulator.mobile_url, "web": simulator.web_url, "session": session}
        with way.ready(server, page_size, folder) as (command, environment):
            subprocess.run(command, env=environment, check=True, timeout=30)
        pages = len(simulator.requests)
        got = [record["id"] for record in read_jsonl(folder / "out.jsonl")]
        assert got == list(simulator.graph.follower_ids(int(TARGET)))[: pages * page_size]
        return pages


def test_what_a_follower_of_a_long_list_costs_is_taken_between_two_looks() -> None:
    looks = [Look(followers, 2 + followers * 3e-5, 100, 110) for followers in range(0, 1001, 90)]
    crawl = Crawl(looks, store_bytes=0)
    assert crawl.each(100, 500) == pytest.approx(30)
    assert (crawl.at(100).followers, crawl.at(2000)) == (180, looks[-1])
