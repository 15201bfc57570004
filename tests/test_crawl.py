"""What `scrapy crawl` does, from outside: records, verdicts, exit codes, and how often it asks."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import orjson
import pytest

from igcrawl.simulator import ACCOUNTS, Simulator
from tests.conftest import Scrapy, asked, read_jsonl
from tests.support.crawl import Crawl

INSTAGRAM = "25025320"
PRIVATE, MISSING, LIMITED, HOLLOW, SHORT, OVERLAP, GAP, LOOP = (str(100000000 + number) for number in range(1, 9))


@pytest.mark.parametrize(
    ("spider", "arguments", "operation"),
    [
        ("followers", [], "followers"),
        ("followers", ["surface=rest"], "followers_rest"),
        ("followers", ["page_size=50"], "followers_rest"),
        ("following", [], "following"),
        ("following", ["page_size=200"], "following_rest"),
    ],
)
def test_a_list_comes_whole_once_and_in_the_server_s_order(
    crawl: Crawl, simulator: Simulator, spider: str, arguments: list[str], operation: str
) -> None:
    records = crawl(spider, f"user_id={INSTAGRAM}", *arguments)
    graph = simulator._world.graph
    wanted = list(graph.follower_ids(INSTAGRAM) if spider == "followers" else graph.following_ids(INSTAGRAM))
    profile, *follows, walk = records
    assert [record["pk"] for record in follows] == wanted
    assert [record["position"] for record in follows] == list(range(1, len(wanted) + 1))
    assert {(record["type"], record["operation"], record["direction"]) for record in follows} == {
        ("follow", operation, spider)
    }
    assert {record["walk"] for record in records} == {f"{operation}/{INSTAGRAM}"}
    assert (profile["type"], profile["operation"], profile["username"]) == ("profile", "user_profile", "instagram")
    assert (walk["type"], walk["verdict"], walk["records"], walk["expected"]) == (
        "walk",
        "complete",
        len(wanted),
        len(wanted),
    )
    assert walk["requests"] == len(simulator.requests) == walk["pages"] + 1
    for record in records:
        assert list(record)[:4] == ["type", "operation", "fetched_at", "walk"]
        assert record["fetched_at"].endswith("Z")


@pytest.mark.parametrize(
    ("user_id", "verdict", "code"),
    [
        (PRIVATE, "private", 0),
        (MISSING, "not_found", 0),
        (LIMITED, "limited", 1),
        (HOLLOW, "suspect", 1),
        (SHORT, "suspect", 1),
        (OVERLAP, "complete", 0),
        (GAP, "complete", 0),
        (LOOP, "looped", 1),
        ("100000010", "complete", 0),
        ("9007199254740993", "complete", 0),
    ],
)
def test_each_account_ends_with_its_verdict(crawl: Crawl, user_id: str, verdict: str, code: int) -> None:
    records = crawl("followers", f"user_id={user_id}", code=code)
    walks = [record for record in records if record["type"] == "walk"]
    assert [(walk["target"], walk["verdict"]) for walk in walks] == [(user_id, verdict)]
    assert records[-1] is walks[0]
    follows = [record["pk"] for record in records if record["type"] == "follow"]
    assert len(follows) == len(set(follows)) == walks[0]["records"]


def test_accounts_that_come_twice_are_written_once_and_counted(crawl: Crawl) -> None:
    walk = crawl("followers", f"user_id={OVERLAP}")[-1]
    assert walk["records"] == 400
    assert walk["duplicates"] > 0


def test_verify_0_saves_the_profile_call_and_leaves_the_list_unverified(crawl: Crawl, simulator: Simulator) -> None:
    records = crawl("followers", f"user_id={INSTAGRAM}", "verify=0")
    assert set(asked(simulator)) == {"followers"}
    assert {record["type"] for record in records} == {"follow", "walk"}
    assert (records[-1]["verdict"], records[-1]["expected"]) == ("unverified", None)


@pytest.mark.parametrize(("limit", "pages"), [("max_pages=3", 3), ("max_users=60", 2)])
def test_the_operators_limit_stops_after_a_whole_page(
    crawl: Crawl, simulator: Simulator, limit: str, pages: int
) -> None:
    records = crawl("followers", f"user_id={INSTAGRAM}", limit)
    assert records[-1]["verdict"] == "stopped"
    assert records[-1]["pages"] == asked(simulator).count("followers") == pages
    assert records[-1]["records"] == len(records) - 2


def test_the_order_asked_for_is_the_order_of_the_list(crawl: Crawl, simulator: Simulator) -> None:
    records = crawl("followers", f"user_id={INSTAGRAM}", "order=date_followed_earliest", "verify=0")
    wanted = list(simulator._world.graph.follower_ids(INSTAGRAM, oldest_first=True))
    assert [record["pk"] for record in records[:-1]] == wanted


def test_a_username_is_looked_up_first(crawl: Crawl, simulator: Simulator) -> None:
    records = crawl("followers", "username=@Instagram", "max_pages=1")
    assert asked(simulator) == ["user_lookup", "user_profile", "followers"]
    assert records[-1]["walk"] == f"followers/{INSTAGRAM}"
    assert records[-1]["requests"] == 3


def test_a_username_that_only_resembles_others_is_not_found(crawl: Crawl, simulator: Simulator) -> None:
    (walk,) = crawl("followers", "username=instagra")
    assert (walk["verdict"], walk["target"]) == ("not_found", "instagra")
    assert asked(simulator) == ["user_lookup"]


def test_profiles_come_one_each_with_their_verdicts(crawl: Crawl, simulator: Simulator, tmp_path: Path) -> None:
    targets = tmp_path / "ids.txt"
    targets.write_text(f"# mine\n{INSTAGRAM}\n\n@private.account\n{MISSING}\n{INSTAGRAM}\nno.such.name\n")
    records = crawl("profiles", f"file={targets}")
    assert [(record["type"], record["walk"], record.get("verdict")) for record in records] == [
        ("profile", f"user_profile/{INSTAGRAM}", None),
        ("walk", f"user_profile/{INSTAGRAM}", "complete"),
        ("profile", f"user_profile/{PRIVATE}", None),
        ("walk", f"user_profile/{PRIVATE}", "complete"),
        ("walk", f"user_profile/{MISSING}", "not_found"),
        ("walk", "user_profile/no.such.name", "not_found"),
    ]
    assert records[2]["username"] == ACCOUNTS[int(PRIVATE)].username
    assert len(simulator.requests) == 5


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 503},
        {"kind": "cut_connection"},
        {"kind": "cut_body"},
        {"kind": "cut_chunked"},
        {"kind": "broken_gzip"},
        {"kind": "truncated_json"},
    ],
    ids=lambda fault: "_".join(map(str, fault.values())),
)
def test_a_passing_fault_is_asked_again_with_the_same_cursor(
    crawl: Crawl, simulator: Simulator, fault: dict[str, Any]
) -> None:
    simulator.faults.add(operation="followers", nth=3, **fault)
    records = crawl("followers", f"user_id={INSTAGRAM}")
    assert (records[-1]["verdict"], records[-1]["duplicates"]) == ("complete", 0)
    assert [record["pk"] for record in records[1:-1]] == list(simulator._world.graph.follower_ids(INSTAGRAM))
    pages = [request for request in simulator.requests if request.operation == "followers"]
    assert pages[2].cursor == pages[3].cursor is not None
    assert pages[3].method == "POST"
    assert records[-1]["requests"] == records[-1]["pages"] + 2


def test_a_fault_that_stays_is_asked_five_times_and_then_failed(crawl: Crawl, simulator: Simulator) -> None:
    simulator.faults.add(operation="followers", kind="status", status=500)
    records = crawl("followers", f"user_id={INSTAGRAM}", code=1)
    assert records[-1]["verdict"] == "failed"
    assert asked(simulator).count("followers") == 5
    assert [record["type"] for record in records] == ["profile", "walk"]


def test_a_cursor_that_fails_while_page_one_works_begins_the_walk_again_once(
    crawl: Crawl, simulator: Simulator
) -> None:
    simulator.faults.add(operation="followers", after_cursor=True, kind="status", status=500)
    records = crawl("followers", f"user_id={INSTAGRAM}", code=1)
    assert records[-1]["verdict"] == "failed"
    # Page one, five tries of page two, page one again, which is the new beginning, and five tries more.
    assert asked(simulator).count("followers") == 1 + 5 + 1 + 5
    assert len(records) - 2 == records[-1]["records"] > 0
    assert "its cursor had died" in records[-1]["reason"]


@pytest.mark.parametrize("kind", ["prefixed", "byte_order_mark", "wrong_type"])
def test_odd_wrappings_are_read(crawl: Crawl, simulator: Simulator, kind: str) -> None:
    simulator.faults.add(kind=kind)
    assert crawl("followers", f"user_id={INSTAGRAM}")[-1]["verdict"] == "complete"


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "throttle"},
        {"kind": "throttle", "status": 401},
        {"kind": "throttle", "status": 200},
        {"kind": "throttle_graphql"},
        {"kind": "rate_limit_error"},
    ],
    ids=lambda fault: "_".join(map(str, fault.values())),
)
def test_a_throttled_answer_ends_the_walk_with_what_it_has(
    crawl: Crawl, simulator: Simulator, fault: dict[str, Any]
) -> None:
    simulator.faults.add(operation="followers", nth=3, **fault)
    # However slow the machine is, the rest is longer.
    records = crawl("followers", f"user_id={INSTAGRAM}", code=1, settings=("IG_COOLDOWN=60",))
    assert records[-1]["verdict"] == "throttled"
    assert records[-1]["pages"] == 2
    assert asked(simulator).count("followers") == 3


@pytest.mark.parametrize(
    "kind",
    [
        "login_required",
        "login_page",
        "login_redirect",
        "challenge",
        "challenge_redirect",
        "checkpoint",
        "consent",
        "feedback",
        "sentry_block",
        "suspended",
        "suspended_redirect",
        "not_found_text",
    ],
)
def test_trouble_ends_the_crawl_with_no_request_after_it(crawl: Crawl, simulator: Simulator, kind: str) -> None:
    simulator.faults.add(operation="user_profile", nth=2, kind=kind)
    records = crawl("profiles", f"user_ids={INSTAGRAM},{PRIVATE},{OVERLAP}", code=3)
    assert len(simulator.requests) == 2
    assert [(record["target"], record["verdict"]) for record in records if record["type"] == "walk"] == [
        (INSTAGRAM, "complete"),
        (PRIVATE, "blocked"),
        (OVERLAP, "blocked"),
    ]
    assert "no further request was made: " in crawl.log


@pytest.mark.parametrize("fault", [{"kind": "stale_doc_id"}, {"kind": "stale_doc_id", "status": 200}])
def test_a_stale_doc_id_is_named_with_the_way_to_pass_a_fresh_one(
    crawl: Crawl, simulator: Simulator, fault: dict[str, Any]
) -> None:
    simulator.faults.add(operation="memories_pog", **fault)
    (walk,) = crawl("operation", "name=memories_pog", code=1)
    assert walk["verdict"] == "stale_doc_id"
    assert "-s IG_DOC_ID_memories_pog=" in crawl.log


def test_an_answer_no_reader_understands_is_failed_and_names_the_key(crawl: Crawl, simulator: Simulator) -> None:
    body = {"data": {"xdt_api__v1__friendships__followers": {"users": {"pk": "1"}, "next_max_id": None}}}
    simulator.faults.add(operation="followers", kind="raw", body=body)
    simulator.faults.add(operation="followers_rest", kind="raw", body={"users": {"pk": "1"}, "status": "ok"})
    records = crawl("followers", f"user_id={INSTAGRAM}", code=1)
    assert records[-1]["verdict"] == "failed"
    assert "followers: data.xdt_api__v1__friendships__followers.users: expected a list" in records[-1]["reason"]


def test_a_session_that_the_server_refreshes_is_used_at_once_and_saved(
    crawl: Crawl, simulator: Simulator, at_simulator: dict[str, str]
) -> None:
    before = orjson.loads(Path(at_simulator["IG_SESSION"]).read_bytes())
    simulator.faults.add(operation="followers", nth=2, kind="refresh", revoke=True)
    assert crawl("followers", f"user_id={INSTAGRAM}")[-1]["verdict"] == "complete"
    after = orjson.loads(Path(at_simulator["IG_SESSION"]).read_bytes())
    assert after["authorization_data"]["sessionid"] != before["authorization_data"]["sessionid"]
    assert after["ig_www_claim"] != before.get("ig_www_claim")


def test_a_session_that_was_replaced_during_a_run_is_not_overwritten(
    scrapy: Scrapy, simulator: Simulator, at_simulator: dict[str, str]
) -> None:
    path = Path(at_simulator["IG_SESSION"])
    simulator.faults.add(operation="followers", nth=2, kind="refresh")
    crawled = []

    def replace_file(session: Path) -> None:
        settings = orjson.loads(session.read_bytes())
        for part in ("authorization_data", "cookies"):
            settings[part]["sessionid"] = settings[part]["sessionid"][:-4] + "zzzz"
        session.write_bytes(orjson.dumps(settings))

    simulator.faults.add(operation="user_profile", kind="delay", delay=0.5)
    command = ("crawl", "followers", "-a", "user_id=25025320")
    run = threading.Thread(target=lambda: crawled.append(scrapy(*command, **at_simulator)))
    run.start()
    while not simulator.requests:
        time.sleep(0.01)
    replace_file(path)
    run.join()
    assert crawled[0].code == 0, crawled[0].err
    assert orjson.loads(path.read_bytes())["cookies"]["sessionid"].endswith("zzzz")
    assert "was replaced: this run keeps its own until it ends" in crawled[0].err


def test_the_same_answers_give_the_same_bytes_times_aside(crawl: Crawl, tmp_path: Path) -> None:
    def timeless(store: str) -> list[dict[str, Any]]:
        times = ("fetched_at", "started_at", "ended_at")
        records = crawl("followers", f"user_id={OVERLAP}", settings=(f"IG_STORE=sqlite:///{tmp_path / store}",))
        return [{name: value for name, value in record.items() if name not in times} for record in records]

    first, second = timeless("first.db"), timeless("second.db")
    assert [orjson.dumps(record) for record in first] == [orjson.dumps(record) for record in second]


def test_the_embedded_simulator_needs_nothing_else(scrapy: Scrapy, tmp_path: Path) -> None:
    run = scrapy("crawl", "followers", "-a", f"user_id={INSTAGRAM}", "-O", "x.jsonl", IG_SIMULATOR="True")
    assert run.code == 0, run.err
    assert len(read_jsonl(tmp_path / "x.jsonl")) == 1002
