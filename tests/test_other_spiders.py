"""What the spiders beside the lists do, from outside: records, positions, verdicts, and what they ask."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from igcrawl.simulator import Simulator
from tests.conftest import asked
from tests.support.crawl import Crawl

INSTAGRAM = "25025320"
SHY = "100000014"


def of_type(records: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [record for record in records if record["type"] == kind]


def test_suggestions_walk_breadth_first_and_each_account_once(crawl: Crawl, simulator: Simulator) -> None:
    records = crawl("suggestions", f"user_id={INSTAGRAM}", "depth=2")
    walks = of_type(records, "walk")
    first = [record["pk"] for record in of_type(records, "suggestion") if record["target_pk"] == INSTAGRAM]
    assert [walk["target"] for walk in walks] == [INSTAGRAM, *(pk for pk in first if pk != INSTAGRAM)]
    assert {walk["verdict"] for walk in walks} <= {"complete", "refused", "private"}
    assert [record["position"] for record in records[: len(first)]] == list(range(1, len(first) + 1))
    assert asked(simulator) == ["chaining"] * len(walks)


def test_expanding_asks_for_the_details_of_those_that_were_found(crawl: Crawl, simulator: Simulator) -> None:
    records = crawl("suggestions", "username=instagram", "expand=1")
    assert asked(simulator) == ["user_lookup", "chaining", "suggestion_details"]
    suggested, detailed = (
        [record["pk"] for record in of_type(records, "suggestion") if record["operation"] == name]
        for name in ("chaining", "suggestion_details")
    )
    assert sorted(detailed) == sorted(suggested)
    assert [walk["walk"] for walk in of_type(records, "walk")] == [
        f"chaining/{INSTAGRAM}",
        f"suggestion_details/{INSTAGRAM}",
    ]


def test_a_target_that_refuses_chaining_ends_refused_and_the_crawl_is_good(crawl: Crawl) -> None:
    (walk,) = crawl("suggestions", f"user_id={SHY}", "expand=1")
    assert (walk["verdict"], walk["records"]) == ("refused", 0)


@pytest.mark.parametrize(
    ("tab", "operation", "kinds"),
    [
        ("top", "top_serp", {"user", "media"}),
        ("accounts", "accounts_serp", {"user"}),
        ("reels", "reels_serp", {"media"}),
        ("popular", "serp", {"user", "media"}),
    ],
)
def test_a_search_counts_its_hits_over_all_pages(
    crawl: Crawl, simulator: Simulator, tab: str, operation: str, kinds: set[str]
) -> None:
    *records, walk = crawl("search", "query=python", f"tab={tab}")
    hits = of_type(records, "hit")
    assert [hit["position"] for hit in hits] == list(range(1, len(hits) + 1))
    assert ({hit["kind"] for hit in hits}, {hit["tab"] for hit in hits}) == (kinds, {tab})
    assert [hit["pk"] for hit in hits if hit["kind"] == "media"] == [
        item["pk"] for item in of_type(records, "media")
    ] or (tab in {"top", "popular"})
    assert {hit["pk"] for hit in hits if hit["kind"] == "media"} == {item["pk"] for item in of_type(records, "media")}
    assert (walk["verdict"], walk["records"], walk["pages"]) == ("unverified", len(hits), 3)
    assert asked(simulator) == [operation] * 3


def test_a_search_goes_on_from_the_cursor_of_an_earlier_page(crawl: Crawl, simulator: Simulator) -> None:
    every = of_type(crawl("search", "query=python", "tab=reels"), "hit")
    cursor = {"reels_max_id": simulator.requests[-1].cursor, "rank_token": "ranked"}
    name, args = "name=reels_serp", 'args={"query":"python"}'
    later = of_type(crawl("operation", name, args, f"cursor={orjson.dumps(cursor).decode()}"), "hit")
    assert [hit["pk"] for hit in later] == [hit["pk"] for hit in every][-len(later) :]
    assert later[0]["position"] == 1


@pytest.mark.parametrize(
    ("spider", "arguments", "asks", "kind", "verdict"),
    [
        ("clips", [f"user_id={INSTAGRAM}"], ["user_clips"], "media", "unverified"),
        ("clips", ["username=instagram", "stream=1", "max_pages=1"], ["user_lookup", "user_clips"], "media", "stopped"),
        ("feed", [f"user_id={INSTAGRAM}"], ["user_feed"], "media", "unverified"),
        ("audio", ["track_id=564058920086577"], ["audio_clips"], "media", "unverified"),
        ("typeahead", ["query=py"], ["keyword_typeahead"], "hit", "complete"),
        ("typeahead", ["query=py", "source=users"], ["typeahead_users"], "hit", "complete"),
    ],
)
def test_each_family_has_its_spider(
    crawl: Crawl, simulator: Simulator, spider: str, arguments: list[str], asks: list[str], kind: str, verdict: str
) -> None:
    *records, walk = crawl(spider, *arguments)
    assert walk["verdict"] == verdict
    assert len(of_type(records, kind)) == walk["records"] > 0
    assert list(dict.fromkeys(asked(simulator))) == asks
    assert len(asked(simulator)) == walk["requests"]


def test_fifty_one_media_take_two_calls_and_a_walk_each(crawl: Crawl, simulator: Simulator) -> None:
    ids = ",".join(f"{number}_1" for number in range(1001, 1052))
    records = crawl("comments", f"media_ids={ids}")
    assert asked(simulator) == ["comment_infos"] * 2
    comments, walks = of_type(records, "comment"), of_type(records, "walk")
    assert {comment["media_id"] for comment in comments} == {walk["target"] for walk in walks}
    assert len(walks) == 51
    assert {walk["verdict"] for walk in walks} == {"complete"}
    assert sum(walk["records"] for walk in walks) == len(comments)


def test_fifty_one_media_of_the_operation_itself_are_one_walk(crawl: Crawl, simulator: Simulator) -> None:
    ids = ",".join(f"{number}_1" for number in range(1001, 1052))
    *comments, walk = crawl("operation", "name=comment_infos", f"media_ids={ids}")
    assert asked(simulator) == ["comment_infos"] * 2
    assert (walk["verdict"], walk["records"], walk["pages"]) == ("complete", len(comments), 2)


def test_an_account_s_profile_by_name_is_a_search_and_a_profile(crawl: Crawl, simulator: Simulator) -> None:
    profile, walk = crawl("operation", "name=user_lookup", 'args={"username":"@Instagram"}')
    assert asked(simulator) == ["user_lookup", "user_profile"]
    assert (profile["type"], profile["pk"], profile["follower_count"]) == ("profile", INSTAGRAM, 1000)
    assert (walk["walk"], walk["verdict"], walk["requests"]) == ("user_lookup/instagram", "complete", 2)


def test_recommended_accounts_learn_the_category_unless_it_is_given(crawl: Crawl, simulator: Simulator) -> None:
    crawl("operation", "name=recommended_accounts", f'args={{"user_id":{INSTAGRAM}}}')
    assert asked(simulator) == ["user_stream", "recommended_accounts"]
    crawl("operation", "name=recommended_accounts", f'args={{"user_id":{INSTAGRAM},"category_id":"2233"}}')
    assert asked(simulator)[2:] == ["recommended_accounts"]


def test_the_old_web_list_says_how_many_there_are_and_is_never_trusted(crawl: Crawl) -> None:
    (walk,) = crawl("operation", "name=followers_web", f'args={{"user_id":{INSTAGRAM}}}', code=1)
    assert (walk["verdict"], walk["expected"], walk["records"]) == ("suspect", 1000, 0)


def test_what_changes_the_server_is_asked_only_when_it_is_meant(crawl: Crawl, simulator: Simulator) -> None:
    assert crawl("operation", "name=mark_inbox_seen", code=2) == []
    assert asked(simulator) == []
    payload, walk = crawl("operation", "name=mark_inbox_seen", "confirm=1")
    assert (payload["type"], walk["verdict"]) == ("payload", "complete")


def test_any_query_is_paged_when_it_is_said_how(crawl: Crawl, simulator: Simulator) -> None:
    root = "xdt_api__v1__friendships__followers"
    *follows, walk = crawl(
        "operation",
        "doc_id=284797047911918316998205836755",
        "friendly_name=FollowersList",
        f"root_field={root}",
        f'variables={{"user_id":"{INSTAGRAM}","request_data":{{"rank_token":"x"}}}}',
        "cursor_in=max_id",
        f"cursor_out={root}.next_max_id",
    )
    assert [follow["position"] for follow in follows] == list(range(1, 1001))
    assert {(follow["owner_pk"], follow["direction"]) for follow in follows} == {(INSTAGRAM, "followers")}
    assert (walk["verdict"], walk["records"]) == ("unverified", 1000)
    assert len(simulator.requests) == walk["pages"]


def test_any_query_of_the_web_takes_a_token_along_when_asked(crawl: Crawl) -> None:
    profile, walk = crawl("operation", "doc_id=28036671149327607", f'variables={{"id":"{INSTAGRAM}"}}', "lsd=1")
    assert (profile["type"], profile["pk"], walk["requests"]) == ("profile", INSTAGRAM, 2)


def test_a_doc_id_that_is_not_registered_ends_stale_and_says_how_to_pass_another(
    crawl: Crawl, simulator: Simulator
) -> None:
    (walk,) = crawl("operation", "doc_id=123456", "variables={}", code=1)
    assert walk["verdict"] == "stale_doc_id"
    assert "pass a fresh doc_id" in walk["reason"]
    simulator.rotations.now("memories_pog")
    (walk,) = crawl("operation", "name=memories_pog", code=1)
    assert walk["verdict"] == "stale_doc_id"
    assert "-s IG_DOC_ID_memories_pog=" in walk["reason"]


def test_the_stale_id_that_is_named_is_that_of_the_query_that_was_asked(crawl: Crawl) -> None:
    *_, walk = crawl("clips", "username=instagram", settings=("IG_DOC_ID_user_lookup=123456",))
    assert (walk["operation"], walk["verdict"]) == ("user_clips", "unverified")
    assert "user_lookup: its doc_id 123456 was rotated; going on with" in crawl.log
