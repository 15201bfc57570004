"""Records in Postgres: what the tables hold after pages were written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import orjson
import pytest
from scrapy.exceptions import NotConfigured
from scrapy.utils.test import get_crawler

from igcrawl.calling.run_context import RunContext
from igcrawl.items import Comment, CommentCheck, Hit, Media, Page, Payload, Record, Redirect
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.parsing.envelope import read_envelope
from igcrawl.parsing.reader import Reading
from pipelines.postgres import PostgresPipeline
from pipelines.postgres_tables import TABLES
from tests.support.recorded import PAYLOADS, RECORDED
from tests.support.records import OWNER, Tables, at, follow, profile, suggestion

EVERYTHING = ("users", "profiles", "follows", "suggestions", "hits", "media", "payloads")
PICTURE = "https://scontent-{host}.cdninstagram.com/v/t51.2885-19/{file}_n.jpg?stp=dst-jpg_s150x150&oh={sign}&oe=67"


def day(number: int) -> datetime:
    return datetime(2026, 11, number, tzinfo=UTC)


def hit(thing: Any, when: str, **fields: Any) -> Hit:
    kind, query = fields.pop("kind", "user"), fields.pop("query", "python")
    return Hit("hit", "topsearch", when, f"topsearch/{query}", query, "top", 1, kind, thing, **fields)


def media(pk: Any, when: str, **fields: Any) -> Media:
    return Media("media", "clips", when, "clips/1", str(pk), **fields)


def comment(pk: str, when: str, text: str) -> Comment:
    return Comment("comment", "media_comments", when, "media_comments/1", "1", pk, text)


def contents(tables: Tables) -> dict[str, list[dict[str, Any]]]:
    rows = {name: tables.rows(f"SELECT * FROM {name}") for name in EVERYTHING}
    for row in rows["payloads"]:
        del row["number"]
    return {name: sorted(found, key=repr) for name, found in rows.items()}


def test_the_database_has_every_column_that_is_written(tables: Tables) -> None:
    there = {
        (row["table_name"], row["column_name"]): row["data_type"].replace("timestamp with time zone", "timestamptz")
        for row in tables.rows("SELECT * FROM information_schema.columns WHERE table_schema = 'public'")
    }
    for table in TABLES:
        for column in table.columns:
            if column.name in table.account or (column.name == "pk" and table.account):
                assert there["users", column.name] == column.type, column
            if column.name in (*table.key, *table.latest):
                assert there[table.name, column.name] == column.type, column


def test_a_row_keeps_its_first_and_latest_time(tables: Tables) -> None:
    tables.save([follow(7, at(2))], [follow(7, at(5))], [follow(7, at(3))], [follow(7, at(1))])
    row = tables.one("SELECT * FROM follows")
    assert (row["owner_pk"], row["direction"], row["pk"]) == (int(OWNER), "followers", 7)
    assert (row["first_seen"], row["last_seen"]) == (day(1), day(5))
    user = tables.one("SELECT * FROM users")
    assert (user["first_seen"], user["last_seen"]) == (day(1), day(5))


def test_users_hold_the_latest_known(tables: Tables) -> None:
    tables.save([profile(at(1), 7, username="old", biography="bio", pronouns=["she"], follower_count=3)])
    tables.save([follow(7, at(3), username="new", is_private=True)])
    late = profile(at(2), 7, username="between", category="Late", is_private=False)
    tables.save([late])
    user = tables.one("SELECT * FROM users")
    known = ("username", "biography", "pronouns", "follower_count", "is_private", "category")
    assert [user[name] for name in known] == ["new", "bio", ["she"], 3, True, "Late"]


def test_suggestions_and_hits_of_users_are_accounts_and_other_hits_are_not(tables: Tables) -> None:
    found = [suggestion(1, 2, at(1), username="two", category="Art"), hit("3", at(1), username="three")]
    tables.save([*found, hit("4", at(1), kind="place", name="Köln"), hit(None, at(1), kind="user", username="five")])
    tables.save([suggestion(1, 2, at(2), position=9, social_context="Followed by x"), suggestion(1, 2, at(3))])
    users = tables.rows("SELECT pk, username, category FROM users ORDER BY pk")
    assert users == [
        {"pk": 2, "username": "two", "category": "Art"},
        {"pk": 3, "username": "three", "category": None},
    ]
    row = tables.one("SELECT position, social_context, last_seen FROM suggestions")
    assert row == {"position": 1, "social_context": "Followed by x", "last_seen": day(3)}


def test_hits_are_known_by_what_they_are(tables: Tables) -> None:
    page = [
        hit("3", at(1), username="three"),
        hit(None, at(1), kind="hashtag", id="17", name="python"),
        hit(None, at(1), kind="keyword", name="python tutorial"),
        hit(None, at(1), kind="media", code="Cx1"),
        hit("3", at(1), kind="place", name="Python, Texas"),
        hit("3", at(1), query="snake " * 1000),
    ]
    tables.save(page, [replace(record, fetched_at=at(2), position=5) for record in page])
    rows = tables.rows("SELECT * FROM hits ORDER BY length(query), kind, thing")
    assert [row["thing"] for row in rows] == ["17", "python tutorial", "Cx1", "3", "3", "3"]
    assert {(row["position"], row["first_seen"], row["last_seen"]) for row in rows} == {(5, day(1), day(2))}


def test_profiles_get_a_row_when_something_changed(tables: Tables) -> None:
    def seen(number: int, **fields: Any) -> Record:
        return profile(at(number), 7, **{"username": "a", "follower_count": 1, "biography": "b", **fields})

    tables.save([seen(1)], [seen(2)], [seen(3, biography=None)], [seen(4, follower_count=2)])
    tables.save([seen(5, follower_count=None, username="c")], [follow(7, at(6), username="d")], [seen(7, username="c")])
    rows = tables.rows("SELECT * FROM profiles ORDER BY fetched_at")
    kept = [(row["fetched_at"].day, row["username"], row["biography"], row["follower_count"]) for row in rows]
    # Day 7 tells the count of day 1 again.
    assert kept == [(1, "a", "b", 1), (4, "a", "b", 2), (5, "c", "b", 2), (7, "c", "b", 1)]


def test_profiles_of_one_commit_follow_each_other(tables: Tables) -> None:
    tables.save([profile(at(n), 7, follower_count=n // 2, biography="b" if n == 2 else None) for n in range(2, 8)])
    rows = tables.rows("SELECT fetched_at, follower_count, biography FROM profiles ORDER BY fetched_at")
    assert [tuple(row.values()) for row in rows] == [(day(2), 1, "b"), (day(4), 2, "b"), (day(6), 3, "b")]


def test_a_picture_changes_with_its_file_not_with_its_signature(tables: Tables) -> None:
    urls = [
        PICTURE.format(host="fra3-1", file="1_2", sign="a"),
        PICTURE.format(host="ham2-1", file="1_2", sign="b"),
        PICTURE.format(host="ham2-1", file="8_9", sign="b"),
    ]
    for number, url in enumerate(urls, start=1):
        tables.save([profile(at(number), 7, profile_pic_url=url, latest_reel_media=number)])
    rows = tables.rows("SELECT fetched_at, picture FROM profiles ORDER BY fetched_at")
    assert [tuple(row.values()) for row in rows] == [(day(1), "1_2_n.jpg"), (day(3), "8_9_n.jpg")]
    user = tables.one("SELECT profile_pic_url, latest_reel_media FROM users")
    assert user == {"profile_pic_url": urls[2], "latest_reel_media": 3}


def test_media_keep_the_latest_known(tables: Tables) -> None:
    parts = [{"pk": "5", "media_type": 1}]
    tables.save([media(4, at(1), like_count=1, caption="c", duration=2, carousel=parts, owner_pk="9")])
    tables.save([media(4, at(2), like_count=7, latitude=50.5)])
    row = tables.one("SELECT * FROM media")
    known = ("like_count", "caption", "duration", "carousel", "owner_pk", "latitude", "first_seen", "last_seen")
    assert [row[name] for name in known] == [7, "c", 2.0, parts, 9, 50.5, day(1), day(2)]


def test_other_records_are_payloads(tables: Tables) -> None:
    walk = ("resolve", at(1), "resolve/x")
    check = CommentCheck("payload", *walk, {"a": [1, 2.5, None]}, True)
    tables.save([Redirect("redirect", *walk, "https://x", 302), Payload("payload", *walk, [1]), check])
    rows = tables.rows("SELECT * FROM payloads ORDER BY number")
    assert [(row["type"], row["operation"], row["walk"], row["fetched_at"]) for row in rows] == [
        ("redirect", "resolve", "resolve/x", day(1)),
        ("payload", "resolve", "resolve/x", day(1)),
        ("payload", "resolve", "resolve/x", day(1)),
    ]
    assert [row["data"] for row in rows] == [
        {"url": "https://x", "status": 302, "location": None},
        {"data": [1]},
        {"data": {"a": [1, 2.5, None]}, "is_offensive": True},
    ]


def test_a_commit_of_many_pages_leaves_what_one_after_the_other_leaves(tables: Tables) -> None:
    random, records = Random(6), []
    for number in range(300):
        pk, when = random.randint(1, 12), at(random.randint(1, 20), f"00:00:{random.randint(0, 2):02}")
        name = random.choice([None, "a", "b"])
        makers = (
            lambda pk=pk, when=when, name=name: follow(pk, when, str(pk % 3), username=name, full_name=name),
            lambda pk=pk, when=when, name=name: suggestion(pk % 3, pk, when, username=name, social_context=name),
            lambda pk=pk, when=when, name=name, n=number: profile(when, pk, biography=name, follower_count=n // 9),
            lambda pk=pk, when=when, name=name: hit(str(pk), when, username=name, kind=("user", "place")[pk % 2]),
            lambda pk=pk, when=when, name=name: media(pk, when, caption=name, owner_pk=str(pk % 4)),
            lambda pk=pk, when=when, name=name: comment(str(pk), when, str(name)),
        )
        records.append(random.choice(makers)())
    # Records of a table keep their order; between tables the order of a commit is that of the tables.
    order = [table.record.TYPE for table in TABLES]
    records.sort(key=lambda record: order.index(record.type) if record.type in order else len(order))
    tables.save(records)
    together = contents(tables)
    assert all(together.values())
    for name in EVERYTHING:
        tables.rows(f"WITH gone AS (DELETE FROM {name}) SELECT 1")
    tables.save(*([record] for record in records))
    assert contents(tables) == together


ODD = ["a\0b", "\0", "a\ud800b", "\udc00\ud83d", "👩‍💻 नमस्ते", "\\u0000", "", "x" * 20_000, '"\\\n\t']


@pytest.mark.parametrize("text", ODD, ids=ascii)
def test_odd_text_does_not_stop_a_crawl(tables: Tables, text: str) -> None:
    kept = text.replace("\0", "\ufffd").replace("\ud800", "\ufffd").replace("\udc00\ud83d", "\ufffd\ufffd")
    walk = ("resolve", at(1), f"resolve/{text}")
    page = [
        follow(1, at(1), username=text, full_name=text),
        follow(2, at(1), username="plain"),
        suggestion(1, 3, at(1), username=text, social_context=text),
        hit(None, at(1), kind="keyword", name=text, query=text),
        profile(at(1), 5, biography=text, bio_links=[{"title": text, "url": None}], profile_pic_url=text),
        media(6, at(1), code=text, caption=text, carousel=[{text: text}]),
        comment("7", at(1), text),
        Payload("payload", *walk, {text: [text]}),
    ]
    tables.save(page)
    assert tables.rows("SELECT username FROM users ORDER BY pk")[:3] == [
        {"username": kept},
        {"username": "plain"},
        {"username": kept},
    ]
    assert tables.one("SELECT query, thing FROM hits") == {"query": kept, "thing": kept}
    assert tables.one("SELECT bio_links FROM profiles")["bio_links"] == [{"title": kept, "url": None}]
    assert tables.one("SELECT carousel FROM media")["carousel"] == [{kept: kept}]
    spoken, plain = tables.rows("SELECT data, walk FROM payloads ORDER BY number")
    assert spoken["data"]["text"] == kept
    assert (plain["walk"], plain["data"]) == (f"resolve/{kept}", {"data": {kept: [kept]}})


@pytest.mark.parametrize("pk", [str(2**63), "9" * 5000, "-1", "abc", "12_3", "١٢", " 7"], ids=lambda pk: ascii(pk)[:12])
def test_an_id_that_is_no_64_bit_number_is_kept_as_a_payload(
    tables: Tables, pk: str, caplog: pytest.LogCaptureFixture
) -> None:
    page = [follow(1, at(1)), follow(pk, at(1), username="odd"), media(3, at(1), owner_pk=pk), follow(2**63 - 1, at(1))]
    tables.save(page, [suggestion(1, pk, at(1))])
    assert [row["pk"] for row in tables.rows("SELECT pk FROM follows ORDER BY pk")] == [1, 2**63 - 1]
    rows = tables.rows("SELECT type, data FROM payloads ORDER BY number")
    assert [row["type"] for row in rows] == ["follow", "media", "suggestion"]
    assert (rows[0]["data"]["pk"], rows[0]["data"]["username"]) == (pk, "odd")
    assert len(caplog.records) == 1


def test_numbers_beyond_64_bits_and_values_of_another_kind_are_kept_as_payloads(tables: Tables) -> None:
    odd: list[Any] = [2**64, -(2**63), "3", 1.5, True]
    tables.save([profile(at(1), 1, follower_count=5), *(profile(at(1), 2, follower_count=value) for value in odd)])
    tables.save([profile(at(1), 3, username=7), profile(at(1), 4, is_private="no"), media(5, at(1), duration="long")])
    assert [row["pk"] for row in tables.rows("SELECT pk FROM users")] == [1]
    rows = tables.rows("SELECT data FROM payloads ORDER BY number")
    assert [row["data"]["follower_count"] for row in rows[:5]] == odd
    assert len(rows) == 8


def test_a_number_that_json_has_no_word_for_is_null(tables: Tables) -> None:
    tables.save([Payload("payload", "o", at(1), "o/1", [float("nan"), float("inf"), 2**70, "\ud800"])])
    assert tables.one("SELECT data FROM payloads")["data"] == {"data": [None, None, 2**70, "\ufffd"]}


def test_every_recorded_answer_goes_in(tables: Tables) -> None:
    pages = []
    for file, name, args, _, _ in RECORDED:
        envelope = read_envelope((PAYLOADS / file).read_bytes(), name)
        checked = OPERATIONS[name].check(args)
        pages.append(OPERATIONS[name].reader.read(envelope, Reading(name, f"{name}/{OWNER}", at(1), checked)))
    tables.save(*pages)
    seen = sum(map(len, pages))
    counts = {name: tables.one(f"SELECT count(*) FROM {name}")["count"] for name in EVERYTHING}
    assert seen > 20
    assert all(counts.values()), counts
    assert tables.rows("SELECT 1 FROM payloads WHERE type IN ('follow', 'profile', 'suggestion', 'hit', 'media')") == []


@pytest.mark.parametrize("store", [None, "", "sqlite:///.igcrawl/store.db"])
def test_it_is_off_without_a_postgres_store(store: str | None) -> None:
    with pytest.raises(NotConfigured):
        PostgresPipeline.from_crawler(get_crawler(settings_dict={"IG_STORE": store}))


def test_it_joins_the_commits_and_passes_every_item_on() -> None:
    crawler = get_crawler(settings_dict={"IG_STORE": "postgresql://nowhere/x"})
    pipeline = PostgresPipeline.from_crawler(crawler)
    pipeline.open_spider()
    assert RunContext.of(crawler).sinks.tables == [pipeline]
    for item in (Page("w", [follow(1, at(1))]), follow(2, at(1)), {"a": "dict"}):
        assert pipeline.process_item(item) is item


def test_a_json_payload_may_be_deep(tables: Tables) -> None:
    deep = orjson.loads("[" * 190 + "]" * 190)
    tables.save([Payload("payload", "o", at(1), "o/1", deep)])
    assert tables.one("SELECT data FROM payloads")["data"] == {"data": deep}
