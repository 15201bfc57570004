"""What a choice of fields leaves in the files of a crawl, and in those of a replay."""

from __future__ import annotations

import csv
from pathlib import Path

import orjson
import pytest

from tests.conftest import ROOT, Scrapy, read_jsonl

SHARED = ["type", "operation", "fetched_at", "walk", "owner_pk", "direction", "position", "pk"]
ALL = [*SHARED, "username", "full_name", "is_private", "is_verified", "profile_pic_url", "latest_reel_media"]
#: The fields of a follow under each choice.
CHOICES = {
    "minimal": [name for name in ALL if name not in {"full_name", "profile_pic_url"}],
    "standard": [name for name in ALL if name != "profile_pic_url"],
    "all": ALL,
    '{"follow": ["is_private"]}': [*SHARED, "is_private"],
}
CHAINING = ROOT / "tests" / "payloads" / "chaining.rest.json"


@pytest.mark.parametrize("choice", CHOICES)
def test_a_crawl_writes_what_was_chosen(
    scrapy: Scrapy, at_simulator: dict[str, str], tmp_path: Path, choice: str
) -> None:
    given = (
        "-a",
        "user_id=100000011",
        "-a",
        "max_users=60",
        "-O",
        "x.jsonl",
        "-O",
        "x.csv",
        "-s",
        f"IG_FIELDS={choice}",
    )
    run = scrapy("crawl", "followers", *given, **at_simulator)
    assert run.code == 0, run.err
    records = read_jsonl(tmp_path / "x.jsonl")
    follows = [record for record in records if record["type"] == "follow"]
    assert len(follows) >= 60
    assert [list(record) for record in follows] == [CHOICES[choice]] * len(follows)
    (profile,) = (record for record in records if record["type"] == "profile")
    assert ("profile_pic_url" in profile) == (choice != "minimal")
    assert records[-1]["verdict"] == "stopped"
    with (tmp_path / "x.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [*ALL, "new"]
    for row, record in zip(rows, follows, strict=True):
        assert row == {name: "" if record.get(name) is None else str(record[name]) for name in rows[0]}


@pytest.mark.parametrize("choice", ["minimal", "standard", "all", '{"suggestion": ["full_name"]}'])
def test_a_replay_writes_what_was_chosen_without_contact_data(scrapy: Scrapy, tmp_path: Path, choice: str) -> None:
    answer = orjson.loads(CHAINING.read_bytes())
    for user in answer["users"]:
        user["full_name"] = "Joe, joe@example.com, +49 170 1234567"
    (tmp_path / "answer.json").write_bytes(orjson.dumps(answer))
    args = ("-a", 'args={"user_id": "5"}', "-s", f"IG_FIELDS={choice}")
    run = scrapy("replay", "chaining", "answer.json", *args, "-O", "x.jsonl")
    assert run.code == 0, run.err
    records = read_jsonl(tmp_path / "x.jsonl")
    names = [record.get("full_name") for record in records]
    assert names == [None if choice == "minimal" else "Joe, [e-mail], [phone]"] * 3
    assert ["profile_pic_url" in record for record in records] == [choice == "all"] * 3
    assert ["username" in record for record in records] == [not choice.startswith("{")] * 3


def test_an_archive_beside_records_without_pictures_is_told_of_once(
    scrapy: Scrapy, at_simulator: dict[str, str]
) -> None:
    given = ("-a", "user_id=100000011", "-a", "max_users=60", "-O", "x.csv", "-s", "IG_RAW=raw.jsonl.zst")
    told = {
        choice: scrapy("crawl", "followers", *given, "-s", f"IG_FIELDS={choice}", **at_simulator).err.count(
            "holds whole answers: more than the records keep"
        )
        for choice in ("standard", "all")
    }
    assert told == {"standard": 1, "all": 0}
