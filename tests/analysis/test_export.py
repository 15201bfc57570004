"""What the store holds comes out again: which walks, in which order, in which format."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from igcrawl.errors import BadInput
from igcrawl.items import Follow
from igcrawl.output.json_lines import to_lines
from igcrawl.store import ENDLESS_PAGES, PackedRecords, PageCommit
from igcrawl.store.packed_records import pack_lines
from tests.analysis.histories import (
    crawl_of,
    exported,
    follow,
    media,
    new_follow,
    one_list,
    payload,
    profile,
    put,
    read,
    told,
    walk_end,
)
from tests.store.samples import claimed, opened, seed

FOLLOW_COLUMNS = [*(field.name for field in fields(Follow)), "new"]


async def test_json_lines_hold_what_the_crawl_wrote_to_the_byte(url: str, tmp_path: Path) -> None:
    async with opened(url) as store:
        walk = await claimed(store, await crawl_of(store, seed(1)))
        first = [profile(walk, full_name='"É\n', bio_links=[{"a": None}]), follow(walk, 1), follow(walk, 2)]
        last = [follow(walk, 3, full_name="\x1b\x85\u2028"), walk_end(walk)]
        await put(store, walk, *first)
        await put(store, walk, *last, verdict="complete")
    assert await exported(url, tmp_path / "x.jsonl") == 0
    assert (tmp_path / "x.jsonl").read_bytes() == to_lines(first + last)


async def test_the_latest_generation_of_each_walk_is_exported_unless_more_is_wanted(url: str, tmp_path: Path) -> None:
    out = tmp_path / "x.jsonl"
    async with opened(url) as store:
        await one_list(store, 1, target=5)
        await one_list(store, 2, target=6, key="other", name="daily")
        await one_list(store, 3, target=5)
        await one_list(store, 4, target=6, key="other", name="daily")
    everything = {
        (): ["profile", "3", "complete", "profile", "4", "complete"],
        (("every_generation", True),): [x for n in "1234" for x in ("profile", n, "complete")],
        (("crawl", "1"),): ["profile", "1", "complete"],
        (("crawl", "daily"),): ["profile", "4", "complete"],
        (("crawl", "daily"), ("every_generation", True)): ["profile", "2", "complete", "profile", "4", "complete"],
        (("crawl", "3"), ("every_generation", True)): ["profile", "1", "complete", "profile", "3", "complete"],
        (("walk", "followers/5"),): ["profile", "3", "complete"],
        (("walk", "followers/5"), ("crawl", "1")): ["profile", "1", "complete"],
        (("walk", "followers/6"), ("every_generation", True), ("type", "follow")): ["2", "4"],
        (("type", "walk"),): ["complete", "complete"],
    }
    for order, records in everything.items():
        assert await exported(url, out, **dict(order)) == 0
        assert told(read(out)) == records, order


async def test_walks_are_chosen_by_their_verdicts(url: str, tmp_path: Path) -> None:
    out = tmp_path / "x.jsonl"
    async with opened(url) as store:
        await one_list(store, 1, target=5)
        crawl = await crawl_of(store, seed(6), seed(7), seed(8), key="other")
        walks = [await claimed(store, crawl) for _ in range(3)]
        await put(store, walks[0], follow(walks[0], 2), walk_end(walks[0], "limited"), verdict="limited")
        await put(store, walks[1], walk_end(walks[1], "private"), verdict="private")
        await put(store, walks[2], follow(walks[2], 3))
    for verdict, records in {
        "limited,private": ["2", "limited", "private"],
        "open": ["3", "interrupted"],
        "interrupted": ["3", "interrupted"],
        "complete": ["profile", "1", "complete"],
    }.items():
        await exported(url, out, verdict=verdict)
        assert told(read(out)) == records
    with pytest.raises(BadInput, match="--verdict=suspect: no such walk is suspect"):
        await exported(url, out, verdict="suspect")
    with pytest.raises(BadInput, match=r"--verdict=privat: expected one of open, .*; did you mean private"):
        await exported(url, out, verdict="privat")


async def test_a_walk_that_was_asked_again_has_one_row_in_a_table_and_all_its_records_in_json_lines(
    url: str, tmp_path: Path
) -> None:
    async with opened(url) as store:
        crawl = await crawl_of(store, seed(5), seed(6))
        first, other = await claimed(store, crawl), await claimed(store, crawl)
        await put(store, other, follow(other, 1), walk_end(other), verdict="complete")
        await put(store, first, follow(first, 2), walk_end(first, "limited"), verdict="limited")
        await store.crawls.retry("limited", crawl.id)
        await exported(url, tmp_path / "open.csv", type="walk")
        again = await claimed(store, crawl)
        await put(store, again, walk_end(again, "suspect"), verdict="suspect")
    assert sorted(told(read(tmp_path / "open.csv"))) == ["complete", "interrupted"]
    await exported(url, tmp_path / "x.csv", type="walk")
    assert sorted(told(read(tmp_path / "x.csv"))) == ["complete", "suspect"]
    await exported(url, tmp_path / "x.jsonl", type="walk")
    assert told(read(tmp_path / "x.jsonl")) == ["complete", "limited", "suspect"]


async def test_a_name_goes_before_a_number(url: str, tmp_path: Path) -> None:
    async with opened(url) as store:
        await one_list(store, 1, target=5)
        await one_list(store, 2, target=6, key="other", name="1")
    await exported(url, tmp_path / "x.jsonl", crawl="1", type="follow")
    assert told(read(tmp_path / "x.jsonl")) == ["2"]


async def test_walks_that_go_on_have_their_record_behind_the_pages_of_their_crawl(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with opened(url) as store:
        crawl = await crawl_of(store, *(seed(number) for number in range(1, 8)), seed(9, depth=2))
        walks = [await claimed(store, crawl) for _ in range(6)]
        await put(store, walks[0], follow(walks[0], 1), verdict="throttled", reason="told to wait")
        await put(store, walks[1], follow(walks[1], 2), verdict="stopped")
        await put(store, walks[2], follow(walks[2], 3), verdict="suspect", state={ENDLESS_PAGES: 9})
        await put(store, walks[3], follow(walks[3], 4))
        await put(store, walks[4], follow(walks[4], 5), walk_end(walks[4], "suspect"), verdict="suspect")
        await put(store, walks[5], walk_end(walks[5], "private"), verdict="private")
        await one_list(store, 20, target=77, key="other")
    assert await exported(url, tmp_path / "x.jsonl") == 0
    records = read(tmp_path / "x.jsonl")
    pages = ["1", "2", "3", "4", "5", "suspect", "private"]
    ends = ["throttled", "stopped", "suspect", "interrupted", "interrupted"]
    assert told(records) == [*pages, *ends, "profile", "20", "complete"]
    assert [each["target"] for each in records[7:12]] == ["1", "2", "3", "4", "7"]
    assert [each["reason"] for each in records[7:12:3]] == ["told to wait", "not finished: the same command continues"]
    assert capsys.readouterr().err == (
        f"igcrawl: 8 walk records, 6 follow records, 1 profile record written to {tmp_path}/x.jsonl; "
        "not all walks are complete: 1 throttled, 2 interrupted, 2 suspect, 1 stopped of 8\n"
    )


async def test_a_summary_says_what_was_written(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with opened(url) as store:
        await one_list(store, *range(1_234))
    await exported(url, tmp_path / "x.csv")
    assert capsys.readouterr().err == f"igcrawl: 1,234 follow records written to {tmp_path}/x.csv\n"


@pytest.mark.parametrize("suffix", ["csv", "csv.gz", "csv.zst", "parquet"])
async def test_tables_have_the_main_type_in_columns_that_are_always_the_same(
    url: str, tmp_path: Path, suffix: str
) -> None:
    out = tmp_path / f"x.{suffix}"
    async with opened(url) as store:
        walk = await claimed(store, await crawl_of(store, seed(1)))
        edges = [
            follow(walk, 1, full_name='a "quoted", name\r\nof two lines', latest_reel_media=5),
            new_follow(walk, 2),
        ]
        narrow = b'{"type":"follow","operation":"followers","walk":"followers/1","position":3,"pk":"9"}\n'
        await put(store, walk, profile(walk), *edges)
        await store.walks.commit([PageCommit(walk=walk, records=PackedRecords(1, pack_lines(narrow)))])
    await exported(url, out)
    first, second, third = read(out)
    assert list(first) == list(second) == list(third) == FOLLOW_COLUMNS
    assert first["full_name"] == 'a "quoted", name\r\nof two lines'
    assert (first["pk"], first["owner_pk"]) == (str(10**18 + 1), "1")
    if suffix == "parquet":
        five = datetime(1970, 1, 1, 0, 0, 5, tzinfo=UTC)
        assert (first["position"], first["is_private"], first["latest_reel_media"]) == (1, False, five)
        assert (first["new"], second["new"], third["fetched_at"]) == (None, True, None)
    else:
        assert (first["position"], first["is_private"], first["latest_reel_media"]) == ("1", "False", "5")
        assert (first["new"], second["new"], third["fetched_at"]) == ("", "True", "")


async def test_csv_has_one_header_and_rows_as_feeds_write_them(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/s.db"
    async with opened(url) as store:
        walk = await claimed(store, await crawl_of(store, seed(1)))
        for number in range(3):
            await put(store, walk, follow(walk, number))
    await exported(url, tmp_path / "x.csv")
    lines = (tmp_path / "x.csv").read_bytes().split(b"\r\n")
    assert lines[0].decode() == ",".join(FOLLOW_COLUMNS)
    assert lines[1] == b"follow,followers,2026-11-24T08:00:00.000Z,followers/1,1,followers,0,%d,u0,,True,,,," % 10**18
    assert len(lines) == 5
    assert lines[4] == b""


async def test_lists_and_objects_are_json_text_in_tables(tmp_path: Path) -> None:
    url, big = f"sqlite:///{tmp_path}/s.db", 10**30
    links = [{"title": "É", "url": "https://x.example"}]
    async with opened(url) as store:
        walk = await claimed(store, await crawl_of(store, seed(1)))
        await put(store, walk, profile(walk, bio_links=links, pronouns=[], follower_count=2))
        await put(store, walk, payload(walk, "text"), payload(walk, {"id": big, "x": [1.5, None]}), payload(walk, None))
    for name in ("x.csv", "x.parquet"):
        await exported(url, tmp_path / name, type="profile")
        [row] = read(tmp_path / name)
        assert orjson.loads(row["bio_links"]) == links
        assert "É" in row["bio_links"]
        assert row["pronouns"] == ("[]" if name == "x.csv" else [])
        await exported(url, tmp_path / name, type="payload")
        assert [row["data"] or None for row in read(tmp_path / name)] == [
            '"text"',
            f'{{"id":{big},"x":[1.5,null]}}',
            None,
        ]


async def test_what_does_not_fit_a_column_of_parquet_is_null_and_told_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url, out = f"sqlite:///{tmp_path}/s.db", tmp_path / "x.parquet"
    most = (1 << 63) - 1
    async with opened(url) as store:
        walk = await claimed(store, await crawl_of(store, seed(1)))
        odd = [most, -most - 1, most + 1, 10**30, None, 1.5, True, "7"]
        await put(store, walk, *(media(walk, n, like_count=count) for n, count in enumerate(odd)))
        await put(store, walk, media(walk, 8, duration=3, has_audio=1, title=5), media(walk, 9, duration=2.5))
    await exported(url, out, type="media")
    rows = read(out)
    assert [row["like_count"] for row in rows] == [most, -most - 1, None, None, None, None, None, None, None, None]
    assert [row["duration"] for row in rows[8:]] == [3.0, 2.5]
    assert (rows[8]["has_audio"], rows[8]["title"]) == (None, None)
    _, *notes = capsys.readouterr().err.splitlines()
    assert sorted(notes) == [
        "igcrawl: has_audio: 1 value does not fit the column and is null",
        "igcrawl: like_count: 5 values do not fit the column and are null",
        "igcrawl: title: 1 value does not fit the column and is null",
    ]
    await exported(url, tmp_path / "x.csv", type="media")
    csv_counts = [row["like_count"] for row in read(tmp_path / "x.csv")[:8]]
    assert csv_counts == [str(most), str(-most - 1), str(most + 1), str(10**30), "", "1.5", "True", "7"]


async def test_parquet_has_typed_columns_and_groups_of_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow.parquet as pq

    url, out = f"sqlite:///{tmp_path}/s.db", tmp_path / "x.parquet"
    monkeypatch.setattr("igcrawl.analysis.formats.parquet.ROW_GROUP", 100)
    monkeypatch.setattr("igcrawl.analysis.formats.parquet._BATCH", 50)
    async with opened(url) as store:
        await one_list(store, *range(1, 251))
    await exported(url, out)
    file = pq.ParquetFile(out)
    kinds = {field.name: str(field.type) for field in file.schema_arrow}
    assert list(kinds) == FOLLOW_COLUMNS
    assert (kinds["pk"], kinds["position"], kinds["is_private"], kinds["fetched_at"]) == (
        "string",
        "int64",
        "bool",
        "timestamp[us, tz=UTC]",
    )
    assert [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)] == [100, 100, 50]
    assert told(read(out)) == [str(n) for n in range(1, 251)]


async def test_a_table_without_rows_has_its_columns(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/s.db"
    async with opened(url) as store:
        walk = await claimed(store, await crawl_of(store, seed(1)))
        await put(store, walk, walk_end(walk, "private"), verdict="private")
    for name in ("x.csv", "x.parquet"):
        assert await exported(url, tmp_path / name) == 0
        assert read(tmp_path / name) == []
    assert (tmp_path / "x.csv").read_bytes().decode() == ",".join(FOLLOW_COLUMNS) + "\r\n"


async def test_fields_that_are_no_columns_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{tmp_path}/s.db"
    lines = b'{"type":"follow","pk":"1","later":1}\n{"type":"follow","pk":"2","later":[1],"much_later":0}\n'
    async with opened(url) as store:
        walk = await claimed(store, await crawl_of(store, seed(1)))
        await store.walks.commit([PageCommit(walk=walk, records=PackedRecords(2, pack_lines(lines)))])
    for name in ("x.csv", "x.parquet"):
        await exported(url, tmp_path / name)
        assert [row["pk"] for row in read(tmp_path / name)] == ["1", "2"]
        assert "fields that are no columns were left out: later, much_later\n" in capsys.readouterr().err


async def test_crawls_of_several_main_types_want_a_type(url: str, tmp_path: Path) -> None:
    async with opened(url) as store:
        await one_list(store, 1)
        feed = seed(7, operation="user_feed", key="user_feed/7")
        walk = await claimed(store, await crawl_of(store, feed, key="feed", spider="feed"))
        await put(store, walk, media(walk, 3), verdict="failed")
    with pytest.raises(BadInput, match="give --type; the store holds follow, media, profile, walk"):
        await exported(url, tmp_path / "x.csv")
    assert list(tmp_path.glob("*.csv")) == []
    await exported(url, tmp_path / "x.csv", type="media")
    assert [row["pk"] for row in read(tmp_path / "x.csv")] == ["3"]
    await exported(url, tmp_path / "x.csv", crawl="2")
    assert [row["pk"] for row in read(tmp_path / "x.csv")] == ["3"]


async def test_the_main_type_of_an_operation_is_that_of_its_records(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/s.db"
    async with opened(url) as store:
        walk = await claimed(store, await crawl_of(store, seed(1), spider="operation"))
        await put(store, walk, follow(walk, 1))
    await exported(url, tmp_path / "x.csv")
    assert told(read(tmp_path / "x.csv")) == ["1"]
    async with opened(url) as store:
        crawl = await crawl_of(store, seed(1, operation="gone", key="gone/1"), spider="gone", key="gone")
        walk = await claimed(store, crawl)
        await put(store, walk, follow(walk, 2))
    with pytest.raises(BadInput, match="give --type; the store holds follow"):
        await exported(url, tmp_path / "x.csv", crawl="2")


async def test_an_open_walk_of_an_operation_that_is_gone_has_no_record_and_that_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path}/s.db"
    async with opened(url) as store:
        walk = await claimed(store, await crawl_of(store, seed(1, operation="gone", key="gone/1")))
        await put(store, walk, follow(walk, 1))
    assert await exported(url, tmp_path / "x.jsonl") == 0
    assert told(read(tmp_path / "x.jsonl")) == ["1"]
    assert "1 open walk of gone, an operation that is not known here" in capsys.readouterr().err


async def test_a_table_of_walks_that_have_no_pages_yet_has_its_columns(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/s.db"
    async with opened(url) as store:
        await crawl_of(store, seed(1, operation="gone", key="gone/1"))
    for name in ("x.csv", "x.parquet"):
        assert await exported(url, tmp_path / name) == 0
        assert read(tmp_path / name) == []
    assert (tmp_path / "x.csv").read_bytes().decode() == ",".join(FOLLOW_COLUMNS) + "\r\n"


async def test_many_open_walks_have_a_record_each(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/s.db"
    async with opened(url) as store:
        await crawl_of(store, *(seed(number) for number in range(1_201)))
    await exported(url, tmp_path / "x.csv", type="walk")
    assert [row["target"] for row in read(tmp_path / "x.csv")] == [str(number) for number in range(1_201)]


async def test_a_running_crawl_goes_on_while_its_records_are_exported(url: str, tmp_path: Path) -> None:
    async with opened(url) as store:
        walk = await claimed(store, await crawl_of(store, seed(1)))
        walk = await put(store, walk, follow(walk, 1))
        await exported(url, tmp_path / "x.jsonl")
        await put(store, replace(walk), follow(walk, 2), walk_end(walk), verdict="complete")
        assert told(read(tmp_path / "x.jsonl")) == ["1", "interrupted"]
    await exported(url, tmp_path / "x.jsonl")
    assert told(read(tmp_path / "x.jsonl")) == ["1", "2", "complete"]
