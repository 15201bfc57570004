"""The add-on: what operators set stands beside ours, and no setting takes away what a promise rests on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from igcrawl import settings as project_settings
from igcrawl.config.config import DEFAULTS
from igcrawl.config.promises import SWITCHES
from igcrawl.simulator import Simulator
from tests.conftest import ROOT, Scrapy, asked, read_jsonl

FOLLOWERS = ("crawl", "followers", "-a", "user_id=25025320", "-a", "max_pages=2", "-O", "x.jsonl")
MINE = """
from itemadapter import ItemAdapter
from scrapy.exporters import BaseItemExporter

class Mw:
    def process_request(self, request): pass

class Ext:
    @classmethod
    def from_crawler(cls, crawler):
        open("extension.txt", "w").close()
        return cls()

class Lines(BaseItemExporter):
    def __init__(self, file, **kwargs):
        super().__init__(dont_fail=True, **kwargs)
        self.file = file
    def export_item(self, item):
        self.file.write((ItemAdapter(item)["type"] + "\\n").encode())
"""


@pytest.fixture
def mine(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(MINE)


@pytest.mark.usefixtures("mine")
@pytest.mark.parametrize(
    "given",
    [
        'DOWNLOADER_MIDDLEWARES={"mine.Mw": 543}',
        'DOWNLOADER_MIDDLEWARES={"igcrawl.middlewares.session.SessionMiddleware": null}',
        'DOWNLOAD_HANDLERS={"s3": null}',
        'EXTENSIONS={"mine.Ext": 1}',
        'FEED_EXPORTERS={"lines": "mine.Lines"}',
        'ITEM_PIPELINES={}',
    ],
)  # fmt: skip
def test_components_of_one_s_own_are_added_to_ours(
    scrapy: Scrapy, simulator: Simulator, at_simulator: dict[str, str], tmp_path: Path, given: str
) -> None:
    budget = ("-s", "IG_BUDGET_HOUR=2", "-s", "IG_PACE=burst")
    run = scrapy(*FOLLOWERS, *budget, "-s", given, **at_simulator)
    assert run.code == 1, run.err
    # The budget holds, so there is a second page to come.
    assert asked(simulator) == ["user_profile", "followers"]
    assert read_jsonl(tmp_path / "x.jsonl")[-1]["verdict"] == "throttled"
    assert ("mine.Ext" in given) == (tmp_path / "extension.txt").exists()


@pytest.mark.usefixtures("mine")
def test_a_middleware_of_one_s_own_lets_nothing_past_a_challenge(
    scrapy: Scrapy, simulator: Simulator, at_simulator: dict[str, str]
) -> None:
    simulator.faults.add(operation="followers", kind="challenge")
    run = scrapy(*FOLLOWERS, "-s", 'DOWNLOADER_MIDDLEWARES={"mine.Mw": 543}', **at_simulator)
    assert run.code == 3, run.err
    assert asked(simulator) == ["user_profile", "followers"]


@pytest.mark.usefixtures("mine")
def test_an_exporter_of_one_s_own_gets_single_records(
    scrapy: Scrapy, at_simulator: dict[str, str], tmp_path: Path
) -> None:
    command = (*FOLLOWERS, "-O", "x.lines:lines", "-s", 'FEED_EXPORTERS={"lines": "mine.Lines"}')
    run = scrapy(*command, **at_simulator)
    assert run.code == 0, run.err
    kinds = (tmp_path / "x.lines").read_text().split()
    assert kinds == [record["type"] for record in read_jsonl(tmp_path / "x.jsonl")]


@pytest.mark.parametrize("name", SWITCHES)
def test_a_switch_against_a_promise_is_refused(
    scrapy: Scrapy, simulator: Simulator, at_simulator: dict[str, str], name: str
) -> None:
    run = scrapy(*FOLLOWERS, "-s", f"{name}={not SWITCHES[name][0]}", **at_simulator)
    assert run.code == 2
    (line,) = run.err.splitlines()
    assert line.startswith(f"igcrawl: {name} must stay {SWITCHES[name][0]}: ")
    assert simulator.requests == []


@pytest.mark.usefixtures("mine")
@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("REQUEST_FINGERPRINTER_CLASS=mine.Mw", "REQUEST_FINGERPRINTER_CLASS must stay igcrawl."),
        ('FEED_EXPORTERS={"jsonl": "mine.Lines"}', "FEED_EXPORTERS: jsonl must stay igcrawl."),
        ('DOWNLOADER_MIDDLEWARES={"mine.Mw": 1001}', "DOWNLOADER_MIDDLEWARES: mine.Mw comes after SessionMiddleware"),
        ('DOWNLOADER_MIDDLEWARES={"scrapy.downloadermiddlewares.retry.RetryMiddleware": 1}', None),
        ("ADDONS={}", "DOWNLOADER_MIDDLEWARES: AnswerMiddleware is missing; install"),
        ('DOWNLOADER_MIDDLEWARES={"tests.support.retrying.Retrying": 560}', "DOWNLOADER_MIDDLEWARES: Retrying cannot"),
    ],
)
def test_a_part_that_a_promise_rests_on_cannot_be_taken_away(
    scrapy: Scrapy, simulator: Simulator, at_simulator: dict[str, str], given: str, problem: str | None
) -> None:
    run = scrapy(*FOLLOWERS, "-s", given, **at_simulator)
    if problem is None:
        assert run.code == 0, run.err
        return
    assert run.code == 2, run.err
    (line,) = [line for line in run.err.splitlines() if line.startswith("igcrawl: ")]
    assert line.startswith(f"igcrawl: {problem}")
    assert "Traceback" not in run.err
    assert simulator.requests == []


def a_project(folder: Path, settings: str) -> dict[str, str]:
    """Make a project with these settings; what leads `scrapy` to it."""
    (folder / "shop" / "spiders").mkdir(parents=True)
    for package in ("shop", "shop/spiders"):
        (folder / package / "__init__.py").touch()
    names = 'BOT_NAME = "shop"\nSPIDER_MODULES = ["shop.spiders"]\nCOMMANDS_MODULE = "igcrawl.commands"\n'
    (folder / "shop" / "settings.py").write_text(names + settings)
    return {"SCRAPY_SETTINGS_MODULE": "shop.settings", "PYTHONPATH": f"{ROOT}{os.pathsep}{folder}"}


ADDED = 'ADDONS = {"igcrawl.addon.IgcrawlAddon": 500}\n'


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("", "followers is a spider of igcrawl, whose add-on this project lacks; its settings need ADDONS = {"),
        ('ADDONS = {"igcrawl.Addon": 500}', "ADDONS: igcrawl.Addon: Module 'igcrawl' doesn't define any object"),
        ('ADDONS = {"igcrawl.addons.IgcrawlAddon": 1}', "ADDONS: igcrawl.addons.IgcrawlAddon: No module named"),
        (ADDED + 'ITEM_PIPELINES = {"shop.pipelines.Shop": 300}', "ITEM_PIPELINES: expected the path of a class"),
    ],
)
def test_a_project_whose_settings_do_not_find_what_they_name_is_told_so_in_one_line(
    scrapy: Scrapy, tmp_path: Path, at_simulator: dict[str, str], simulator: Simulator, settings: str, said: str
) -> None:
    run = scrapy(*FOLLOWERS, **at_simulator, **a_project(tmp_path, settings))
    assert run.code == 2, run.err
    (line,) = run.err.splitlines()
    assert line.startswith(f"igcrawl: {said}")
    assert "igcrawl.addon.IgcrawlAddon" in line or "shop.pipelines.Shop" in line
    assert simulator.requests == []


def test_a_spider_s_custom_settings_may_hold_what_a_crawl_needs(
    scrapy: Scrapy, tmp_path: Path, at_simulator: dict[str, str]
) -> None:
    project = a_project(tmp_path, ADDED)
    given = {name: value for name, value in at_simulator.items() if name.startswith("IG_")}
    own = {**given, "FEEDS": {"own.jsonl": {"format": "jsonlines"}}}
    (tmp_path / "shop" / "spiders" / "mine.py").write_text(
        "from spiders.followers import FollowersSpider\n\n\n"
        f"class Mine(FollowersSpider):\n    name = 'mine'\n    custom_settings = {own!r}\n"
    )
    command = ("crawl", "mine", "-a", "user_id=25025320", "-a", "max_pages=1")
    run = scrapy(*command, **project)
    assert run.code == 0, run.err
    assert read_jsonl(tmp_path / "own.jsonl")[-1]["verdict"] == "stopped"
    (tmp_path / "own.jsonl").unlink()
    assert scrapy(*command, "-a", "plan=1", **project).code == 0
    assert not (tmp_path / "own.jsonl").exists()


def test_the_project_s_settings_show_each_of_ours_with_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = {name: value for name, value in vars(project_settings).items() if name.startswith("IG_")}
    assert shown == DEFAULTS
