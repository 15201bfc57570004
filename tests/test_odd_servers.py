"""A server that makes things up is ended, and one odd account does not stop the crawl that it stands in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from igcrawl.base_spiders.graph_spider import _expect
from igcrawl.config.config import read_config
from igcrawl.crawl.lookups import _given, exact_match, found_ids
from igcrawl.crawl.walk import Walk
from igcrawl.errors import BadInput, MalformedAnswer, NotFound
from igcrawl.items import Follow, Profile
from igcrawl.operations.call import Call
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.operations.request_templates import fill_path
from igcrawl.simulator import Simulator
from tests.support import postgres
from tests.support.place import Place

ROOT = "xdt_api__v1__friendships__followers"
#: Seven followers; 260 on 8 pages; found by the first one here.
FEW, SMALL = "100000013", "100000011"
PLAIN, NEGATIVE, BEYOND, PRIVATE, NUL = "100000012", "100000014", "100000021", "100000022", "100000023"
LOGOUT = "../../accounts/logout/?x="
NOT_IDS = (LOGOUT, "..", "1/2", str(1 << 63), "1" * 30, "-5", "1e3", "0x1", "", "1\0", "٣")


@pytest.fixture(params=["sqlite", "postgres"])
def on_store(request: pytest.FixtureRequest, place: Place) -> Iterator[str | None]:
    """The address of a Postgres store, None for the SQLite one that a crawl makes."""
    if request.param == "sqlite":
        yield None
        return
    with postgres.ready_database() as url:
        place.environment["IG_STORE"] = url
        yield url


def raw(simulator: Simulator, operation: str, target: str, body: Any, **when: Any) -> None:
    # The standard library writes halves of characters.
    simulator.faults.add(operation=operation, target=target, kind="raw", body=json.dumps(body).encode(), **when)


def listed(users: list[dict[str, Any]], cursor: str | None = None) -> dict[str, Any]:
    return {"data": {ROOT: {"users": users, "next_max_id": cursor}}, "extensions": {"is_final": True}, "status": "ok"}


def profile(pk: str, **fields: Any) -> dict[str, Any]:
    user = {"pk": pk, "id": pk, "username": "odd", "is_private": False, "follower_count": 1, **fields}
    return {"data": {"user": user, "viewer": None}, "extensions": {"is_final": True}, "status": "ok"}


def test_odd_accounts_do_not_stop_the_graph_crawl_they_stand_in(
    place: Place, simulator: Simulator, on_store: str | None
) -> None:
    rows: list[dict[str, Any]] = [
        {"pk": PLAIN, "username": "x" * 1_000_000, "latest_reel_media": -1},
        {"pk": LOGOUT, "username": "a"},
        {"pk": NEGATIVE, "username": "b\0\x1b[2J", "full_name": "\ud83d", "latest_reel_media": (1 << 64) - 1},
        {"pk": str(1 << 63), "username": "c"},
        {"pk": BEYOND, "username": "d"},
        {"pk": "-5", "username": "e"},
        {"pk": PRIVATE, "username": "f"},
        {"pk": NUL, "username": "g"},
    ]
    raw(simulator, "followers", FEW, listed(rows))
    raw(simulator, "user_profile", NEGATIVE, profile(NEGATIVE, follower_count=-5))
    raw(simulator, "user_profile", BEYOND, profile(BEYOND, follower_count=1 << 63))
    raw(simulator, "user_profile", PRIVATE, profile(PRIVATE, follower_count=420, is_private=True))
    raw(simulator, "user_info", BEYOND, {"user": {"pk": BEYOND, "username": "d"}, "status": "ok"})
    raw(simulator, "followers", PRIVATE, listed([]))
    raw(simulator, "user_profile", NUL, profile(NUL, follower_count=2))
    odd_cursor = "a\0b\x1b]0;x\x07\nFAKE line"
    raw(simulator, "followers", NUL, listed([{"pk": "7", "full_name": "\0"}], odd_cursor), nth=1)
    raw(simulator, "followers", NUL, listed([{"pk": "8"}]), after_cursor=True)
    done = place.crawl("followers", f"user_id={FEW}", "depth=2", "-s", "LOG_LEVEL=DEBUG")
    ends = {walk["target"]: walk for walk in done.walks}
    assert {target: walk["verdict"] for target, walk in ends.items()} == {
        FEW: "complete",
        PLAIN: "complete",
        NEGATIVE: "complete",
        BEYOND: "unverified",
        PRIVATE: "private",
        NUL: "complete",
    }
    assert {request.target for request in done.asked} == set(ends)
    assert set(done.operations) == {"user_profile", "user_info", "followers"}
    assert [request.target for request in done.asked if request.operation == "user_info"] == [NEGATIVE, BEYOND]
    assert [request.cursor for request in done.asked if request.target == NUL] == [
        None,
        None,
        odd_cursor.replace("\0", "\N{REPLACEMENT CHARACTER}"),
    ]
    assert "follower_count of user_profile is -5, which is no count" in ends[NEGATIVE]["reason"]
    assert "follower_count of user_info is missing, which is no count" in ends[BEYOND]["reason"]
    assert all(sign not in done.log for sign in ("\x1b", "\0", "\x07", "\nFAKE"))
    if on_store is not None:
        with psycopg.connect(on_store) as connection:
            known = connection.execute("SELECT pk::text FROM users WHERE pk > 9").fetchall()
        assert {pk for (pk,) in known} >= {PLAIN, BEYOND, PRIVATE, NUL}


def test_a_list_of_which_nothing_says_how_long_it_is_goes_on_with_a_larger_setting(place: Place) -> None:
    command = ("followers", f"user_id={SMALL}", "verify=0")

    def crawl(most: int, code: int) -> tuple[int, list[str], list[str]]:
        done = place.crawl(*command, "-s", f"IG_ENDLESS_PAGES={most}", code=code)
        assert len(done.follows) == len(set(done.follows)) == done.walks[-1]["records"]
        return len(done.asked), [walk["verdict"] for walk in done.walks], [str(walk["reason"]) for walk in done.walks]

    asked, verdicts, reasons = crawl(3, 1)
    assert (asked, verdicts) == (3, ["suspect"])
    assert "IG_ENDLESS_PAGES" in reasons[0]
    # Each walk has one record in the end, whatever was found out on the way.
    assert crawl(5, 1)[:2] == (2, ["suspect"])
    assert crawl(9, 0)[:2] == (3, ["unverified"])


# The nets behind the readers


def walk(name: str = "followers", **args: Any) -> Walk:
    return Walk(operation=OPERATIONS[name], target="1", args=args)


@pytest.mark.parametrize("pk", NOT_IDS)
def test_what_is_no_id_becomes_no_target_no_part_of_a_path_and_no_argument(pk: str) -> None:
    found = [Follow("follow", "followers", "", "", "1", "followers", 0, each) for each in ("5", pk, "6")]
    one = walk()
    assert found_ids(one, found) == ["5", "6"]
    (note,) = one.notes
    assert note.isprintable()
    with pytest.raises(MalformedAnswer, match="expected an id"):
        exact_match([Profile("profile", "user_lookup", "", "", pk, "name")], "name")
    need = OPERATIONS["recommended_accounts"].needs[0]
    with pytest.raises(MalformedAnswer, match="expected an id"):
        _given({"user": {"category_id": pk or " "}}, need, walk("recommended_accounts"))


def test_what_is_an_id_becomes_all_of_them() -> None:
    need = OPERATIONS["recommended_accounts"].needs[0]
    assert _given({"user": {"category_id": 2201}}, need, walk("recommended_accounts")) == "2201"
    found = [Profile("profile", "user_lookup", "", "", "7", "Other"), Profile("profile", "x", "", "", "8", "Name")]
    assert exact_match(found, "name") == "8"
    with pytest.raises(NotFound):
        exact_match(found, "nobody")


@pytest.mark.parametrize(
    "part", [LOGOUT, "..", ".", "", "a/b", "a\\b", "a?b", "a#b", "%2e%2e", "a;b", "a\nb", "a\0", "x" * 400]
)
def test_a_path_has_only_steps_of_its_own(part: str) -> None:
    for name, operation in OPERATIONS.items():
        if "{" in operation.path:
            (argument,) = [word for word in operation.used_arguments if f"{{{word}}}" in operation.path]
            with pytest.raises(MalformedAnswer, match="cannot stand in a path"):
                fill_path(operation.path, Call(name, {argument: part}))


@pytest.mark.parametrize(
    ("part", "told"), [("25025320", "25025320"), ("zoe.b_c", "zoe.b_c"), ("été 1", "%C3%A9t%C3%A9%201"), (5, "5")]
)
def test_a_step_of_a_path_is_quoted(part: object, told: str) -> None:
    assert (
        fill_path("/users/{user_id}/info/", Call("user_info", {"user_id": part, "other": "a/b"}))
        == f"/users/{told}/info/"
    )


@pytest.mark.parametrize("private", [False, True])
def test_an_empty_list_of_which_no_profile_says_how_long_it_is_is_no_success(
    place: Place, simulator: Simulator, *, private: bool
) -> None:
    raw(simulator, "user_profile", FEW, profile(FEW, follower_count=None, is_private=private))
    raw(simulator, "user_info", FEW, {"user": {"pk": FEW, "username": "odd"}, "status": "ok"})
    raw(simulator, "followers", FEW, listed([]))
    (end,) = place.crawl("followers", f"user_id={FEW}", code=0 if private else 1).walks
    assert end["verdict"] == ("private" if private else "suspect")
    assert "nothing says how long it should be" in end["reason"]
    assert end["expected"] is None


@pytest.mark.parametrize(("count", "expected"), [(0, 0), (7, 7), (None, None), (-1, None), (1 << 63, None)])
def test_a_count_that_is_none_is_noted_and_the_list_has_none(count: int | None, expected: int | None) -> None:
    one = walk()
    _expect(one, Profile("profile", "user_profile", "", "", "1", follower_count=count), "follower_count")
    assert one.expected == expected
    assert bool(one.notes) == (expected is None)


@pytest.mark.parametrize("value", ["0", "-1", "x", "1.5", "", "9" * 30, True, None])
def test_the_setting_is_a_number_of_pages(value: object) -> None:
    from scrapy.settings import Settings

    with pytest.raises(BadInput, match="IG_ENDLESS_PAGES"):
        read_config(Settings({"IG_ENDLESS_PAGES": value}), OPERATIONS)
    assert read_config(Settings({"IG_ENDLESS_PAGES": "7"}), OPERATIONS).endless_pages == 7
