"""Every spider that takes targets takes many: one crawl, one output, one verdict a target, each asked once."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader

from igcrawl.arguments import AccountArguments, BadLines, MediaArguments, TargetArguments
from igcrawl.base_spiders.target_spider import TargetSpider
from igcrawl.errors import BadInput
from igcrawl.simulator import Simulator
from igcrawl.simulator.people import People
from igcrawl.simulator.posts import Posts
from spiders.profiles import ProfilesSpider
from tests.arguments.test_targets import code_of
from tests.conftest import Crawl, asked
from tests.support.in_one_process import one_process


@cache
def spiders_of(kind: type[TargetArguments]) -> list[str]:
    """The spiders that take such targets."""
    loader = SpiderLoader.from_settings(Settings({"SPIDER_MODULES": ["spiders"]}))
    spiders = {name: loader.load(name) for name in loader.list()}
    found = [name for name, spider in spiders.items() if issubclass(spider.arguments, kind)]
    assert all(issubclass(spiders[name], TargetSpider) for name in found)
    return found


def walks_of(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [record for record in records if record["type"] == "walk"]


def accounts_of(simulator: Simulator, number: int) -> list[str]:
    """Ids of public accounts."""
    graph = simulator.graph
    found = [graph.id_at(place) for place in range(graph.users)]
    return [str(pk) for pk in found if not graph.is_private(pk)][:number]


def named(simulator: Simulator, pk: str) -> str:
    """The username of an account."""
    return People(simulator.graph).person(int(pk)).username


def posts_of(simulator: Simulator, number: int) -> list[str]:
    """Ids of posts, each of another account."""
    posts, graph = Posts(simulator.graph), simulator.graph
    with_posts = (pk for pk in map(graph.id_at, range(graph.users)) if posts.count(pk))
    return [str(posts.post(pk, 0).pk) for pk in islice(with_posts, number)]


def test_all_that_ask_for_an_account_or_a_post_take_many() -> None:
    named_in_the_docs = {"followers", "following", "suggestions", "feed", "clips", "profiles", "media", "comments"}
    assert {*spiders_of(AccountArguments), *spiders_of(MediaArguments)} >= named_in_the_docs


@pytest.mark.parametrize("spider", spiders_of(AccountArguments))
def test_accounts_of_a_table_are_one_crawl_with_one_verdict_each_in_the_order_of_the_file(
    crawl: Crawl, simulator: Simulator, file: Callable[..., str], spider: str
) -> None:
    first, second, third = accounts_of(simulator, 3)
    rows = ["User Name;pk", f";{first}", f"@{named(simulator, second).upper()};", f";{third}", f";{first}"]
    records = crawl(spider, file(*rows), "max_pages=1", "verify=0")
    assert sorted(walk["target"] for walk in walks_of(records)) == sorted([first, second, third])
    assert re.findall(r"igcrawl\.walk\] INFO: \w+/(\d+): ", crawl.log) == [first, second, third]
    assert {walk["verdict"] for walk in walks_of(records)} <= {"complete", "stopped", "unverified"}
    assert asked(simulator).count("user_lookup") == 1
    assert len(asked(simulator)) == 4
    told = ("(1 of 3 accounts)", f"({named(simulator, second)}; 2 of 3 accounts)", "(3 of 3 accounts)")
    assert [each for each in told if each not in crawl.log] == []


@pytest.mark.parametrize("spider", spiders_of(MediaArguments))
def test_posts_are_asked_by_ids_shortcodes_and_addresses_each_once_without_a_request_for_it(
    crawl: Crawl, simulator: Simulator, spider: str
) -> None:
    first, second, third = posts_of(simulator, 3)
    given = [f"{first}_17", code_of(int(second)), f"https://www.instagram.com/some.one/p/{code_of(int(third))}/", first]
    records = crawl(spider, f"media_ids={','.join(given)}")
    found = [record.get("media_id") or record.get("pk") for record in records if record["type"] != "walk"]
    assert list(dict.fromkeys(found)) == [first, second, third]
    assert len(asked(simulator)) == sum(walk["requests"] for walk in walks_of(records)) <= 3
    assert {walk["verdict"] for walk in walks_of(records)} == {"complete"}


@pytest.mark.parametrize("way", ["user_id={}", "user_ids={}", "username={}", "usernames={}", "file"])
def test_each_way_to_give_accounts_gives_the_same(
    crawl: Crawl, simulator: Simulator, file: Callable[..., str], way: str
) -> None:
    accounts = accounts_of(simulator, 2)
    given = [named(simulator, pk) for pk in accounts] if "name" in way else accounts
    records = crawl("profiles", file(*given) if way == "file" else way.format(",".join(given)))
    assert [record["pk"] for record in records if record["type"] == "profile"] == accounts
    assert [walk["target"] for walk in walks_of(records)] == accounts


def test_the_output_of_one_crawl_is_the_input_of_the_next(crawl: Crawl, simulator: Simulator, tmp_path: Path) -> None:
    target = accounts_of(simulator, 1)[0]
    followers = [record["pk"] for record in crawl("followers", f"user_id={target}") if record["type"] == "follow"]
    (tmp_path / "out.jsonl").rename(tmp_path / "followers.jsonl")
    records = crawl("profiles", f"file={tmp_path / 'followers.jsonl'}")
    # Neither the walk nor the profile that was asked for the count of its list is a target.
    assert [walk["target"] for walk in walks_of(records)] == followers
    assert "have no account" in crawl.log


def test_a_crawl_is_known_by_its_targets_and_goes_on_whatever_the_file_is_called(
    crawl: Crawl, simulator: Simulator, file: Callable[..., str]
) -> None:
    first, second, third = accounts_of(simulator, 3)
    simulator.faults.add(kind="status", status=500, operation="user_profile", target=second, times=1)
    crawl("profiles", file(first, second), code=1, settings=("RETRY_TIMES=0",))
    before = len(asked(simulator))
    records = crawl("profiles", file("pk", f'"{first}.0"', second, name="same.txt"))
    assert asked(simulator)[before:] == ["user_profile"]
    assert [walk["verdict"] for walk in walks_of(records)] == ["complete"] * 2
    records = crawl("profiles", file(first, third))
    assert [walk["target"] for walk in walks_of(records)] == [first, third]


@pytest.mark.parametrize("first_by_id", [True, False])
@pytest.mark.parametrize("spider", ["profiles", "followers", "feed", "suggestions"])
def test_two_targets_that_turn_out_to_be_one_account_are_asked_once(
    crawl: Crawl, simulator: Simulator, file: Callable[..., str], spider: str, first_by_id: bool
) -> None:
    account = accounts_of(simulator, 1)[0]
    name = named(simulator, account)
    given = [account, name] if first_by_id else [name, account]
    records = crawl(spider, file(*given), "max_pages=1", "verify=0")
    walks = walks_of(records)
    assert len(asked(simulator)) == 2
    assert walks[0]["target"] == account
    told = [(walk["target"], walk["verdict"], walk["reason"]) for walk in walks[1:]]
    known = f"{name} is the account {account}, which this crawl asks already"
    assert told == ([(name, "stopped", known)] if first_by_id else [])
    before = len(asked(simulator))
    crawl(spider, file(*given), "max_pages=1", "verify=0", "crawl=named")
    assert len(asked(simulator)) == before + 2


def test_bad_lines_are_refused_before_anything_is_sent_or_passed_over_and_told(
    crawl: Crawl, simulator: Simulator, file: Callable[..., str]
) -> None:
    first, second = accounts_of(simulator, 2)
    given = file("pk,name", f"{first},A", "no id,B", "2.5E+07,C", f"{second},D")
    assert crawl("profiles", given, code=2) == []
    assert "line 3: 'no id': is neither" in crawl.log
    assert "line 4: '2.5E+07': a spreadsheet has shortened this id" in crawl.log
    assert "bad_lines=skip goes on without them" in crawl.log
    assert asked(simulator) == []
    records = crawl("profiles", given, "bad_lines=skip")
    assert [walk["target"] for walk in walks_of(records)] == [first, second]
    assert crawl.log.count("2 of 4 lines were passed over (bad_lines=skip): line 3: ") == 1
    assert [each for each in crawl.outcome["summary"] if "2 of 4 lines were passed over" in each]


def test_the_summary_names_the_first_targets_that_the_operator_should_look_at(
    crawl: Crawl, simulator: Simulator, file: Callable[..., str]
) -> None:
    # In turns: several in a row that are missing would be looked into.
    lines = [each for number, good in enumerate(accounts_of(simulator, 6)) for each in (good, str(900 + number))]
    crawl("profiles", file(*lines))
    [named_line] = [each for each in crawl.outcome["summary"] if "/900" in each]
    assert named_line == (
        f"summary: not_found: {', '.join(f'user_profile/{number}' for number in range(900, 905))} "
        "and 1 more: scrapy walks --crawl 1 --verdict not_found"
    )
    assert crawl.outcome["verdicts"] == {"complete": 6, "not_found": 6}
    told = [each for each in crawl.outcome["summary"] if "scrapy" in each]
    again = "final; scrapy walks --crawl 1 --retry not_found, then the same command, asks again"
    assert told[-2:] == [
        f"summary: 6 walks are not_found: {again}",
        "summary: which account ended how: scrapy export verdicts.csv --crawl 1 --type walk",
    ]


def test_many_targets_that_wait_are_counted_and_the_first_thousand_have_a_record(
    crawl: Crawl, simulator: Simulator, file: Callable[..., str]
) -> None:
    simulator.faults.add(kind="throttle")
    records = crawl("profiles", file(*map(str, range(1, 1502))), code=1)
    assert [walk["target"] for walk in walks_of(records)] == [str(number) for number in range(1, 1002)]
    assert {walk["verdict"] for walk in walks_of(records)} == {"throttled"}
    assert "1,500 more accounts: not asked" in crawl.log
    assert crawl.outcome["verdicts"] == {"throttled": 1501}


def test_a_plan_of_many_says_what_it_knows_and_asks_one_profile_at_most(
    crawl: Crawl, simulator: Simulator, file: Callable[..., str]
) -> None:
    accounts = accounts_of(simulator, 40)
    given = file(*accounts, *accounts)
    crawl("followers", given, "plan=1", "page_size=200")
    assert asked(simulator) == ["user_profile"]
    plan = crawl.outcome["plan"]
    assert "in all: 40 walks, " in plan
    assert len(re.findall(r"^followers_rest/\d+: ", plan, re.MULTILINE)) == 4
    assert "… and 36 more accounts: at least 36 pages, at least 72 requests" in plan
    assert "how long 39 of 40 lists are is not known: a request each would tell, and a plan sends one" in plan


def test_long_files_go_into_the_store_in_flat_memory(
    crawl: Crawl, simulator: Simulator, file: Callable[..., str]
) -> None:
    simulator.faults.add(kind="throttle")
    process = one_process()
    crawl("followers", file("1", "2"), "verify=0", code=1)
    before = process.figures()["resident_mb"]
    crawl("followers", file(*(str(10**8 + number) for number in range(35_000))), "verify=0", code=1)
    assert "34,999 more accounts: not asked" in crawl.log
    assert process.figures()["resident_mb"] - before < 25


def test_a_run_that_is_killed_while_it_sows_is_gone_on_with(
    crawl: Crawl, simulator: Simulator, file: Callable[..., str], tmp_path: Path
) -> None:
    given = file(*(str(900_000 + number) for number in range(20_003)))
    simulator.faults.add(kind="throttle")
    crawl("profiles", given, code=1)
    with closing(sqlite3.connect(tmp_path / ".igcrawl/store.db")) as store:
        # As a kill between two batches leaves it.
        store.execute("DELETE FROM walks WHERE id > 10000")
        store.execute("UPDATE crawls SET sown = 10000")
        store.commit()
        crawl("profiles", given, code=1)
        assert store.execute("SELECT count(*), count(DISTINCT target) FROM walks").fetchone() == (20_003, 20_003)
        assert store.execute("SELECT sown FROM crawls").fetchall() == [(None,)]


def test_the_view_of_a_crawl_says_how_many_are_done(
    crawl: Crawl, simulator: Simulator, file: Callable[..., str]
) -> None:
    simulator.faults.add(operation="user_profile", kind="delay", delay=0.05)
    quick = json.dumps({"igcrawl.console.extension.LiveView": None, "tests.support.quick_live.QuickLiveView": 0})
    crawl("profiles", file(*accounts_of(simulator, 4)), settings=(f"EXTENSIONS={quick}", "IG_LIVE=True"))
    said = re.findall(r"INFO: progress: (\d) of 4 accounts; walks: (\d) open, (\d) done", crawl.log)
    assert all(int(done) + int(left) == 4 and done == walks for done, left, walks in said)
    assert len({done for done, *_ in said}) > 1


@pytest.mark.parametrize("spider", ["profiles", "followers", "feed", "suggestions"])
def test_a_name_whose_look_up_was_cut_off_is_looked_up_again(crawl: Crawl, simulator: Simulator, spider: str) -> None:
    account = accounts_of(simulator, 1)[0]
    name = named(simulator, account)
    simulator.faults.add(operation="user_lookup", kind="status", status=500, times=1)
    [walk] = walks_of(crawl(spider, f"username=@{name}", "max_pages=1", code=1, settings=("RETRY_TIMES=0",)))
    assert (walk["target"], walk["given"], walk["verdict"]) == (name, f"@{name}", "failed")
    [walk] = walks_of(crawl(spider, f"username=@{name}", "max_pages=1"))
    assert (walk["target"], walk["given"]) == (account, f"@{name}")
    assert walk["verdict"] in {"complete", "stopped", "unverified"}


def test_the_records_of_verdicts_join_the_operator_s_table(
    crawl: Crawl, simulator: Simulator, file: Callable[..., str]
) -> None:
    first, second, third = accounts_of(simulator, 3)
    cells = [f"@{named(simulator, first).upper()}", "", second, f" https://instagram.com/{named(simulator, third)}/?x "]
    records = crawl("profiles", file("who;user_name", *(f"x;{cell}" for cell in cells)), "bad_lines=skip")
    told = [(walk["given"], walk["line"], walk["target"]) for walk in walks_of(records)]
    assert told == [(cells[0], 2, first), (second, 4, second), (cells[3].strip(), 5, third)]


def test_a_file_with_doubles_says_how_many_accounts_it_has(
    crawl: Crawl, simulator: Simulator, file: Callable[..., str]
) -> None:
    first, second = accounts_of(simulator, 2)
    crawl("profiles", file(first, second, f"{first}.0", first))
    told = "2 different accounts in 4 lines; line 3 repeats line 1, line 4 repeats line 1"
    assert crawl.log.count(told) == 1
    assert [line for line in crawl.outcome["summary"] if line.endswith(told)]
    crawl("profiles", file(first, second))
    assert "different accounts" not in crawl.log


def test_bad_lines_are_listed_one_by_one_and_nothing_is_crawled(tmp_path: Path) -> None:
    path = tmp_path / "accounts.csv"
    path.write_text("username,mail\na b,x@y.z\nnasa,\n,q@y.z\n")
    given = {"file": str(path), "bad_lines": BadLines.LIST.value}
    first, second = ProfilesSpider.lines_not_asked(given)
    assert first.startswith("2: 'a b': a blank is in no username")
    assert second == "4: no account in it: nothing in username"
    with pytest.raises(BadInput, match="line 2: 'a b'"):
        ProfilesSpider.check(given)
    path.write_text("nasa\nesa\n@NASA\n")
    assert [*ProfilesSpider.lines_not_asked(given)] == ["3: '@NASA': repeats line 1"]
    path.write_text("nasa\n")
    with pytest.raises(BadInput, match="has no bad line, 1 account; leave it out to crawl"):
        ProfilesSpider.check(given)


def test_targets_of_the_command_line_keep_the_words_they_were_given_in() -> None:
    args = AccountArguments.parse({"username": "@NASA, https://www.instagram.com/esa/"})
    assert [(each.target.value, each.text, each.line) for each in args.given_targets] == [
        ("nasa", "@NASA", None),
        ("esa", "https://www.instagram.com/esa/", None),
    ]


def test_a_crawl_that_has_ended_says_what_the_same_command_does_now(
    crawl: Crawl, simulator: Simulator, file: Callable[..., str], tmp_path: Path
) -> None:
    given = file(*accounts_of(simulator, 3))
    crawl("profiles", given)
    crawl("profiles", given)
    kept = "the earlier records are in the store: scrapy export FILE --crawl 1"
    again = "WARNING: this crawl has ended: generation 2 begins and asks for all 3 targets again"
    assert f"{again}; {tmp_path / 'out.jsonl'} is replaced, {kept}" in crawl.log
    crawl("profiles", given, settings=("IG_JSONL_REPLACE=0", f"IG_JSONL={tmp_path / 'more.jsonl'}"))
    assert "asks for all 3 targets again; the earlier records" in crawl.log
    assert " replaced" not in crawl.log
    crawl("profiles", given, "fresh=1")
    assert "this crawl has ended" not in crawl.log
