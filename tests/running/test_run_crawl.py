"""`run_crawl`: what it refuses, what it returns, and what it leaves alone."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from scrapy import Spider
from scrapy.settings import Settings

from igcrawl.running import Outcome, run_crawl
from igcrawl.verdict import ExitCode
from igcrawl.wording import counted
from spiders.followers import FollowersSpider
from tests.running.conftest import Many
from tests.support.in_one_process import one_process
from tests.support.session_file import write_session

FOLLOWERS = {"user_id": "25025320"}


def outcome(spider: Any, arguments: Any = FOLLOWERS, settings: Any = None) -> Outcome:
    """The outcome of a crawl, without a reactor."""
    return asyncio.run(run_crawl(spider, arguments, {} if settings is None else settings))


class StrangeSpider(Spider):
    name = "strange"


@pytest.mark.parametrize(
    ("spider", "arguments", "settings", "said"),
    [
        ("folowers", FOLLOWERS, {}, "no spider 'folowers'; did you mean followers"),
        (StrangeSpider, FOLLOWERS, {}, "StrangeSpider is no spider of igcrawl"),
        (None, FOLLOWERS, {}, "None is no spider of igcrawl"),
        ("followers", {}, {}, "user_id"),
        ("followers", {"user_idz": "1"}, {}, "unknown argument 'user_idz'"),
        ("followers", {"user_id": 25025320}, {}, "argument user_id: expected text, as -a gives it, got 25025320 (int)"),
        ("followers", {1: "2"}, {}, "argument 1: expected text"),
        ("followers", ["user_id=1"], {}, "arguments: expected a mapping of names to text, got list"),
        ("followers", FOLLOWERS, {"IG_SESION": "x"}, "unknown setting IG_SESION; did you mean IG_SESSION"),
        ("followers", FOLLOWERS, {}, "no session: set IG_SESSION"),
        ("followers", FOLLOWERS, {"IG_STORE": "mysql://x"}, "IG_STORE: expected sqlite:///"),
        ("followers", FOLLOWERS, {"CONCURRENT_REQUESTS": "many"}, "CONCURRENT_REQUESTS: expected a whole number"),
        ("followers", FOLLOWERS, {"ROBOTSTXT_OBEY": True}, "ROBOTSTXT_OBEY must stay False"),
        ("followers", FOLLOWERS, {"LOG_LEVEL": "LOUD"}, "LOG_LEVEL: expected"),
        ("followers", FOLLOWERS, {"FEEDS": {"x.parquet": {"format": "parquet"}}}, "format 'parquet' is not known"),
        ("followers", FOLLOWERS, {"ADDONS": {"no.such.Addon": 1}}, "ADDONS: no.such.Addon: "),
        ("followers", FOLLOWERS, {"SPIDER_MODULES": ["no.such.module"]}, "SPIDER_MODULES: No module named 'no'"),
        ("followers", FOLLOWERS, {1: 2}, "settings: expected names, got 1"),
        ("followers", FOLLOWERS, "IG_SESSION=x", "settings: expected a mapping or Scrapy's Settings, got str"),
    ],
)
def test_bad_input_is_said_in_one_line_and_ends_nothing(
    spider: Any, arguments: Any, settings: Any, said: str, tmp_path: Path
) -> None:
    if isinstance(settings, dict) and "no session" not in said:
        settings = {"IG_SESSION": str(write_session(tmp_path / "session.json")), **settings}
    refused = outcome(spider, arguments, settings)
    assert refused.exit_code is ExitCode.BAD_INPUT
    assert refused.refused is not None
    assert said in refused.refused
    assert "\n" not in refused.refused
    assert (refused.verdicts, refused.summary, refused.finish_reason, refused.stats) == ({}, None, None, {})


def test_the_environment_is_left_to_the_command(monkeypatch: pytest.MonkeyPatch, session_file: Path) -> None:
    monkeypatch.setenv("IG_SESSION", str(session_file))
    refused = outcome("followers").refused
    assert refused is not None
    assert refused.startswith("no session")


def test_settings_that_were_given_stay_as_they_are(session_file: Path) -> None:
    given = Settings({"IG_SESSION": str(session_file), "IG_STORE": "mysql://x"})
    before = given.copy_to_dict()
    assert outcome("followers", FOLLOWERS, given).exit_code is ExitCode.BAD_INPUT
    assert given.copy_to_dict() == before
    given.freeze()
    assert outcome(FollowersSpider, FOLLOWERS, given).exit_code is ExitCode.BAD_INPUT


def test_a_crawl_of_a_class_tells_what_it_did(many: Many) -> None:
    [own] = many.own(1)
    order = many.order(own, "max_pages=1", "verify=0")
    order.spider = "spiders.followers:FollowersSpider"
    [done] = one_process().run([order]).done
    count = len(own.records) - 1
    verdict = own.records[-1]["verdict"]
    assert done.outcome["exit_code"] == 0
    assert done.outcome["refused"] is done.outcome["plan"] is None
    assert done.outcome["verdicts"] == {verdict: 1}
    told = f"summary: this run: 1 {verdict}: {counted(count, 'record')}, 1 request,"
    assert done.outcome["summary"][0].startswith(told)
    assert f"summary: records are in {own.folder / 'out.jsonl'}" in done.outcome["summary"]
    assert done.outcome["finish_reason"] == "finished"
    assert done.outcome["stats"]["igcrawl/requests"] == 1


def test_nobody_is_shown_a_run_who_did_not_ask_for_it(many: Many) -> None:
    quiet, shown = many.own(2)
    orders = [many.order(quiet, "verify=0"), many.order(shown, "verify=0", IG_LIVE=True)]
    [first, second] = one_process().run(orders).done
    assert [line for line in first.lines if "igcrawl.live" in line] == []
    assert [line for line in second.lines if "igcrawl.live" in line and "summary: " in line]
    assert [line for line in [*first.lines, *second.lines] if "[scrapy." in line] == []


def test_a_plan_is_returned_and_not_printed(many: Many) -> None:
    [own] = many.own(1)
    # What is printed would stand in the process's answer.
    [done] = one_process().run([many.order(own, "plan=1")]).done
    assert done.outcome["exit_code"] == 0
    assert f"followers/{own.target}: " in done.outcome["plan"]
    assert done.outcome["plan"].endswith("1 request was sent for this plan")


def test_a_parked_session_is_refused_with_exit_code_3(many: Many) -> None:
    [own] = many.own(1)
    many.simulator.faults.add(operation="followers", nth=1, kind="challenge")
    troubled, refused = one_process().run([many.order(own), many.order(own)]).done
    assert (troubled.outcome["exit_code"], troubled.outcome["finish_reason"]) == (3, "blocked")
    assert refused.outcome["exit_code"] == 3
    assert "parked since" in refused.outcome["refused"]
    assert "igcrawl/requests" not in refused.outcome["stats"]


def test_a_part_that_cannot_be_built_fails_its_own_crawl_only(many: Many) -> None:
    broken, good = many.own(2)
    orders = [many.order(broken, DOWNLOADER="collections.OrderedDict"), many.order(good)]
    failed, done = one_process().run(orders, at_once=2).done
    assert failed.outcome["exit_code"] == 1
    assert failed.outcome["refused"] == "TypeError: 'Crawler' object is not iterable"
    assert "the crawl failed" in failed.log
    assert done.outcome["exit_code"] == 0


def test_a_crawl_that_nobody_waits_for_any_more_stops_with_a_page_written_whole(many: Many) -> None:
    many.simulator.faults.add(operation="followers", nth=2, kind="delay", delay=1.0)
    [own] = many.own(1)
    # A list of twenty pages.
    own.target = many.simulator.user_id
    order = many.order(own)
    order.until = str(own.folder / "out.jsonl")
    [given_up] = one_process().run([order]).done
    assert given_up.outcome == {}
    assert "stopping: waiting for the answer on its way, which is written" in given_up.log
    assert own.records[-1]["verdict"] == "interrupted"
    [done] = one_process().run([many.order(own)]).done
    assert done.outcome["exit_code"] == 0
    followers = list(many.simulator.graph.follower_ids(own.target))
    assert [record["pk"] for record in own.records if record["type"] == "follow"] == followers
    assert [record["verdict"] for record in own.records if record["type"] == "walk"] == ["complete"]


def test_nothing_leads_to_the_store_of_the_embedded_simulator_which_is_gone_with_it(tmp_path: Path) -> None:
    arguments = {"user_id": "25025320", "max_pages": "1"}
    gone = outcome("followers", arguments, {"IG_SIMULATOR": True}).summary
    assert gone is not None
    assert (gone.places, len(gone.advice)) == ([], 2)
    assert "no output was named" in gone.advice[0]
    assert "nothing continues" in gone.advice[1]
    kept = outcome("followers", arguments, {"IG_SIMULATOR": True, "IG_STORE": f"sqlite:///{tmp_path}/x.db"}).summary
    assert kept is not None
    assert "scrapy export" in kept.places[0]
    assert "continues" in kept.advice[0]
