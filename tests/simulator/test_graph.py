"""The graph: the same for the same seed, exact in its counts, and never held in memory."""

from __future__ import annotations

import json
import time
import unicodedata

import pytest

from igcrawl.simulator import ACCOUNTS
from igcrawl.simulator.accounts import Quirk, Standing
from igcrawl.simulator.graph import Graph
from igcrawl.simulator.names import id_in_username
from igcrawl.simulator.people import REST_TEMPLATE, People, graphql_template

GRAPH = Graph(1000, 7)


def test_everybody_follows_the_start_account() -> None:
    followers = list(GRAPH.follower_ids(25025320))
    assert len(set(followers)) == 1000
    assert all("25025320" in GRAPH.following_ids(each) for each in followers[:50])
    assert len(list(GRAPH.following_ids(25025320))) == 193


def test_ids_go_back_to_their_numbers_and_names_to_their_ids() -> None:
    for index in (0, 1, 999, 9_999_999):
        user_id = GRAPH.id_at(index)
        assert GRAPH.index_of(user_id) == index
        assert id_in_username(GRAPH.username(user_id)) == user_id
        assert GRAPH.id_of(GRAPH.username(user_id)) == user_id
    assert GRAPH.id_of("instagram") == 25025320
    assert GRAPH.id_of("missing.account") is None
    assert GRAPH.id_of("nobody_at_all") is None


def test_seeds_differ_and_repeat() -> None:
    assert list(GRAPH.follower_ids(25025320)) == list(Graph(1000, 7).follower_ids(25025320))
    assert set(GRAPH.follower_ids(25025320)).isdisjoint(Graph(1000, 8).follower_ids(25025320))


def test_ordinary_lists_hold_what_the_profile_claims_without_repeats_or_the_owner() -> None:
    for user_id in map(int, GRAPH.follower_ids(25025320)):
        for direction in ("followers", "following"):
            follows = GRAPH.follow_list(user_id, direction)
            members = GRAPH.members(follows, 0, follows.listed)
            assert follows.claimed == len(members) == len(set(members))
            assert user_id not in members
            assert all(GRAPH.exists(each) for each in members)


def test_mutual_accounts_agree() -> None:
    mutuals = {"100000021", "100000022", "100000023"}
    for each in mutuals:
        others = mutuals - {each}
        assert others < set(GRAPH.follower_ids(each))
        assert others < set(GRAPH.following_ids(each))


def test_the_torture_hub_and_the_nineteen_it_leads_to_first_hold_forty_thousand_follows() -> None:
    hub = list(GRAPH.follower_ids(100000040))
    lists = [hub, *(list(GRAPH.follower_ids(each)) for each in hub[:19])]
    assert hub[:20] == list(GRAPH.following_ids(100000040))
    assert sum(map(len, lists)) == 40_000
    assert len(set(lists[1]) & set(lists[2])) == 500


def test_ten_million_followers_cost_nothing() -> None:
    started = time.process_time()
    huge = GRAPH.follow_list(100000009, "followers")
    assert huge.claimed == 10_000_000
    assert len(GRAPH.members(huge, 9_999_900, 10_000_000)) == 100
    assert time.process_time() - started < 0.05


def test_newcomers_come_first() -> None:
    graph = Graph(100, 7)
    before = list(graph.follower_ids(25025320))
    graph.gain_followers(25025320, 30)
    after = list(graph.follower_ids(25025320))
    assert after[30:] == before
    assert set(after[:30]).isdisjoint(before)
    assert graph.follow_list(25025320, "followers").claimed == 130
    graph.gain_followers(25025320, 5)
    assert list(graph.follower_ids(25025320))[5:] == after


@pytest.mark.parametrize("users", [1, 2, 3, 17])
def test_small_populations(users: int) -> None:
    graph = Graph(users, 7)
    everybody = set(graph.follower_ids(25025320))
    assert len(everybody) == users
    for each in everybody:
        assert set(graph.follower_ids(each)) <= everybody - {each}


@pytest.mark.parametrize("canonical", [True, False])
@pytest.mark.parametrize("friendship", [True, False])
def test_users_are_as_big_as_real_ones(canonical: bool, friendship: bool) -> None:
    people = People(GRAPH)
    ids = [*map(int, GRAPH.follower_ids(25025320)), *(each for each in ACCOUNTS if GRAPH.exists(each))]
    for template in (
        REST_TEMPLATE,
        graphql_template(canonical=canonical, prefixed=canonical, friendship=friendship),
    ):
        for user_id in ids:
            text = people.as_json([user_id], template)
            assert 700 <= len(text.encode()) <= 1100
            assert json.loads(text)["username"] == GRAPH.username(user_id)


def test_names_come_in_every_script() -> None:
    people = People(GRAPH)
    text = "".join(people.person(int(each)).full_name for each in GRAPH.follower_ids(25025320))
    scripts = {unicodedata.name(letter, "?").split()[0] for letter in text}
    assert scripts > {
        "LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "GEORGIAN", "ARABIC", "HEBREW", "DEVANAGARI", "BENGALI", "TAMIL",
        "THAI", "ETHIOPIC", "HIRAGANA", "KATAKANA", "CJK", "HANGUL", "EMOJI", "ZERO", "HEAVY", "QUOTATION", "REVERSE",
    }  # fmt: skip


def test_the_documented_accounts_show_what_they_say() -> None:
    quirks = {account.followers.quirk for account in ACCOUNTS.values()}
    assert quirks == set(Quirk)
    assert {account.standing for account in ACCOUNTS.values()} == set(Standing)
    assert sum(account.is_verified for account in ACCOUNTS.values()) >= 3
    assert all(int(each) > 2**53 for each in GRAPH.follower_ids(9007199254740993))


def test_a_list_may_be_given_with_its_members_and_with_what_its_profile_claims() -> None:
    graph = Graph(100, 7)
    members = [graph.id_at(number) for number in (5, 3, 9)]
    graph.set_list(100000010, "followers", members, 8, cut=True)
    follows = graph.follow_list(100000010, "followers")
    assert (follows.claimed, follows.quirk) == (8, Quirk.CUT)
    assert list(graph.follower_ids(100000010)) == list(map(str, members))
    assert list(graph.follower_ids(100000010, oldest_first=True)) == list(map(str, reversed(members)))
    assert list(graph.following_ids(100000010)) == []


@pytest.mark.parametrize("user_id", [100000010, Graph(100, 7).id_at(5)])
def test_a_renamed_account_is_found_by_its_new_name_only(user_id: int) -> None:
    graph = Graph(100, 7)
    before = graph.username(user_id)
    graph.rename(user_id, "another.name")
    assert (graph.id_of(before), graph.id_of("another.name")) == (None, user_id)
    assert People(graph).values(user_id)["username"] == "another.name"
