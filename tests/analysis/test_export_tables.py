"""Spreadsheets and databases: what they hold, and what is said where they cannot hold it."""

from __future__ import annotations

import codecs
import csv
import io
import warnings
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from igcrawl.analysis.formats.excel_cells import CellText
from igcrawl.errors import StoreError
from igcrawl.store import PackedRecords, PageCommit
from igcrawl.store.packed_records import pack_lines
from tests.analysis.histories import (
    crawl_of,
    exported,
    follow,
    media,
    one_list,
    payload,
    profile,
    put,
    told,
    walk_end,
)
from tests.analysis.test_export_refusals import content_of, refused
from tests.store.samples import claimed, opened, seed

LONG = 12345678901234567


def reader(name: str) -> Any:
    """A package that reads what was exported: to import them takes as long as to collect half of the tests."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return import_module(name)


@pytest.fixture
def file_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/kept/s.db"


async def filled(url: str, *records: Any, **crawl: Any) -> None:
    """A complete list of these records."""
    async with opened(url) as store:
        walk = await claimed(store, await crawl_of(store, seed(LONG), **crawl))
        own = [make(walk) for make in records]
        await put(store, walk, *own, walk_end(walk), verdict="complete")


def rows_of(path: Path, separator: str = ",") -> list[dict[str, str]]:
    data = path.read_bytes()
    assert data.startswith(codecs.BOM_UTF8)
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=separator))


# CSV for spreadsheets


async def test_csv_for_excel_is_a_file_for_each_type_whose_name_says_it(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with opened(url) as store:
        await one_list(store, 1, 2, target=LONG)
    assert await exported(url, tmp_path / "x.csv", purpose="excel") == 0
    names = [f"x-{type_}.csv" for type_ in ("profile", "follow", "walk")]
    assert sorted(path.name for path in tmp_path.glob("*.csv")) == sorted(names)
    places = ", ".join(f"{tmp_path}/{name}" for name in names)
    assert (
        capsys.readouterr().err == f"igcrawl: 2 follow records, 1 profile record, 1 walk record written to {places}\n"
    )
    assert [row["username"] for row in rows_of(tmp_path / "x-follow.csv")] == ["u1", "u2"]
    assert [row["verdict"] for row in rows_of(tmp_path / "x-walk.csv")] == ["complete"]


async def test_csv_for_excel_of_one_type_is_the_file_that_was_named(file_url: str, tmp_path: Path) -> None:
    await filled(file_url, lambda walk: follow(walk, 1))
    await exported(file_url, tmp_path / "x.csv", purpose="excel", type="follow")
    assert [path.name for path in tmp_path.glob("*.csv")] == ["x.csv"]


async def test_ids_come_out_of_a_spreadsheet_whole(file_url: str, tmp_path: Path) -> None:
    await filled(file_url, lambda walk: follow(walk, 1))
    await exported(file_url, tmp_path / "x.csv", purpose="excel", type="follow")
    # Its columns are what they look like, as in a spreadsheet.
    [row] = reader("pandas").read_csv(tmp_path / "x.csv").to_dict("records")
    assert (row["owner_pk"], row["pk"]) == (f"'{LONG}", f"'{10**18 + 1}")
    assert (row["position"], row["is_private"]) == (1, False)


async def test_a_semicolon_between_cells_goes_with_a_comma_in_numbers(file_url: str, tmp_path: Path) -> None:
    await filled(file_url, lambda walk: media(walk, 1, duration=2.5, caption="a,b;c"))
    for name, separator, duration in (("comma", ",", "2.5"), ("semicolon", ";", "2,5"), ("tab", "\t", "2.5")):
        await exported(file_url, tmp_path / "x.csv", purpose="excel", type="media", separator=name)
        [row] = rows_of(tmp_path / "x.csv", separator)
        assert (row["duration"], row["caption"]) == (duration, "a,b;c")


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+49 170", "'+49 170"),
        ("-x", "'-x"),
        ("@brand", "'@brand"),
        ("\t=1", "' =1"),
        ("\r\n=1", "'⏎=1"),
        ("  \u200b=1", "'  \u200b=1"),
        ("＝1", "'＝1"),
        ("＋1", "'＋1"),
        ("－a", "'－a"),
        ("＠a", "'＠a"),
        ("−a", "'−a"),
        ("12345678901234567", "'12345678901234567"),
        ("1e5", "'1e5"),
        ("1/2", "'1/2"),
        ("12:30 PM", "'12:30 PM"),
        ("mar1", "'mar1"),
        ("5. März 2020", "'5. März 2020"),
        ("5 %", "'5 %"),
        ("١٢٣", "'١٢٣"),
        ("TRUE", "'TRUE"),
        ("'quoted", "''quoted"),
        ("a;=1", "a;'=1"),
        ("a; @b", "a; '@b"),
        ("a\nb", "a⏎b"),
        ("a\rb\r\nc", "a⏎b⏎c"),
        ("a\x00\x1b\ufffe", "a\ufffd\ufffd\ufffd"),
        ("anna12", "anna12"),
        ("a = b", "a = b"),
        ("marie 5", "marie 5"),
        ("x, @y", "x, @y"),
        ("Größe ✨", "Größe ✨"),
        ("\u202eabc", "\u202eabc"),
    ],
)
def test_a_text_that_a_spreadsheet_takes_for_something_else_has_a_mark_before_it(text: str, cell: str) -> None:
    assert CellText(",").cell(text) == cell


# XLSX


async def test_xlsx_has_a_sheet_for_each_type_with_texts_numbers_flags_and_dates(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    links = [{"title": "É", "url": "https://x.example"}]
    text = '=HYPERLINK("https://x.example")\nof _x0041_ <&>'
    await filled(
        url,
        lambda walk: profile(walk, bio_links=links, pronouns=["she"], follower_count=10**15, following_count=5),
        lambda walk: follow(walk, 1, full_name=text, latest_reel_media=1_700_000_000),
        lambda walk: follow(walk, 2, full_name="https://x.example", latest_reel_media=0),
    )
    assert await exported(url, tmp_path / "x.xlsx") == 0
    assert f"written to {tmp_path}/x.xlsx" in capsys.readouterr().err
    book = reader("openpyxl").load_workbook(tmp_path / "x.xlsx")
    assert book.sheetnames == ["profile", "follow", "walk"]
    assert book["follow"].freeze_panes == "A2"
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert [cell for cell in cells if cell.data_type == "f" or cell.hyperlink] == []
    one, two = sheet_rows(book["follow"])
    assert (one["pk"], one["position"], one["is_private"], one["new"]) == (str(10**18 + 1), 1, False, None)
    assert one["fetched_at"] == datetime(2026, 11, 24, 8)
    assert (one["latest_reel_media"], two["latest_reel_media"]) == (datetime(2023, 11, 14, 22, 13, 20), None)
    # A spreadsheet reads _x005F_ as an underline.
    assert (one["full_name"], two["full_name"]) == (text.replace("_x", "_x005F_x"), "https://x.example")
    [own] = sheet_rows(book["profile"])
    assert (own["bio_links"], own["pronouns"]) == ('[{"title":"É","url":"https://x.example"}]', '["she"]')
    assert (own["follower_count"], own["following_count"]) == (str(10**15), 5)


def sheet_rows(sheet: Any) -> list[dict[str, Any]]:
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


async def test_the_same_records_give_the_same_xlsx_and_pandas_reads_it(file_url: str, tmp_path: Path) -> None:
    await filled(file_url, *(lambda walk, n=number: follow(walk, n) for number in range(30)))
    for name in ("x.xlsx", "y.xlsx"):
        await exported(file_url, tmp_path / name)
    assert (tmp_path / "x.xlsx").read_bytes() == (tmp_path / "y.xlsx").read_bytes()
    table = reader("pandas").read_excel(tmp_path / "x.xlsx", sheet_name="follow", dtype={"pk": str})
    assert list(table["pk"]) == [str(10**18 + number) for number in range(30)]


@pytest.mark.parametrize(("name", "order"), [("x.xlsx", {}), ("x.csv", {"purpose": "excel", "type": "follow"})])
async def test_a_sheet_that_is_too_small_is_told_and_the_old_file_stays(
    file_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, order: dict[str, str]
) -> None:
    await filled(file_url, *(lambda walk, n=number: follow(walk, n) for number in range(30)))
    (tmp_path / name).write_text("old")
    monkeypatch.setattr("igcrawl.analysis.formats.cells.SHEET_ROWS", 31)
    assert await exported(file_url, tmp_path / name, **order) == 0
    (tmp_path / name).write_text("old")
    monkeypatch.setattr("igcrawl.analysis.formats.cells.SHEET_ROWS", 30)
    said = await refused(file_url, tmp_path / name, **order)
    assert said.startswith("follow: there are more than the 29 records that a sheet holds; write csv")
    assert content_of(tmp_path) == {name: b"old"}
    monkeypatch.setattr("igcrawl.analysis.formats.cells.SHEET_COLUMNS", 10)
    assert "columns, a sheet 10; write csv" in await refused(file_url, tmp_path / name, **order)
    assert content_of(tmp_path) == {name: b"old"}


@pytest.mark.parametrize(("name", "order"), [("x.xlsx", {}), ("x.csv", {"purpose": "excel", "type": "profile"})])
async def test_a_text_that_is_too_long_for_a_cell_is_cut_and_that_is_told(
    file_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, order: dict[str, str]
) -> None:
    await filled(
        file_url,
        lambda walk: profile(walk, biography="a" * 32_767, full_name="b" + "✨" * 32_766, category="a" * 32_766 + "🙂"),
    )
    await exported(file_url, tmp_path / name, **order)
    rows = (
        rows_of(tmp_path / name) if order else sheet_rows(reader("openpyxl").load_workbook(tmp_path / name)["profile"])
    )
    assert rows[0]["biography"] == "a" * 32_767
    assert rows[0]["full_name"] == "b" + "✨" * 32_766
    # A cell counts the smile as two.
    assert rows[0]["category"] == "a" * 32_766 + "…"
    err = capsys.readouterr().err
    assert "igcrawl: profile: category: 1 text was longer than a cell and is cut\n" in err
    assert err.count("cut") == 1


# DuckDB and Parquet


async def test_a_duckdb_file_has_typed_tables_and_views(url: str, tmp_path: Path) -> None:
    await filled(
        url,
        lambda walk: profile(walk, username="owner", bio_links=[{"a": None}], pronouns=["she"], follower_count=3),
        lambda walk: follow(walk, 1, latest_reel_media=1_700_000_000),
        lambda walk: follow(walk, 2),
        lambda walk: payload(walk, {"id": 10**30}),
    )
    assert await exported(url, tmp_path / "x.duckdb") == 0
    assert [path.name for path in tmp_path.glob("*x.duckdb*")] == ["x.duckdb"]
    with reader("duckdb").connect(str(tmp_path / "x.duckdb"), read_only=True) as base:

        def asked(query: str) -> list[tuple[Any, ...]]:
            return list(base.execute(query).fetchall())

        assert asked("SELECT typeof(pk), typeof(position), typeof(is_private), typeof(fetched_at) FROM follow")[0] == (
            ("VARCHAR", "BIGINT", "BOOLEAN", "TIMESTAMP WITH TIME ZONE")
        )
        assert asked("SELECT epoch(latest_reel_media) FROM follow ORDER BY pk") == [(1_700_000_000,), (None,)]
        assert asked("SELECT bio_links->>'$[0].a', pronouns[1] FROM profile") == [(None, "she")]
        assert asked("SELECT data->>'id' FROM payload") == [(str(10**30),)]
        ends = [(str(10**18 + 1), str(LONG), "follow"), (str(10**18 + 2), str(LONG), "follow")]
        assert asked("SELECT source, target, kind FROM edges ORDER BY source") == ends
        accounts = [("owner", 3), ("u1", None), ("u2", None)]
        assert asked("SELECT username, follower_count FROM accounts ORDER BY username") == accounts
        assert asked("SELECT target, verdict, is_complete FROM lists") == [(str(LONG), "complete", True)]
        assert asked("SELECT count(*) FROM comment") == [(0,)]


async def test_parquet_has_times_that_are_times_and_lists_of_texts_that_are_lists(
    file_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (
        b'{"type":"profile","fetched_at":"2026-11-24T09:00:00+01:00","pk":"1","latest_reel_media":1700000000}\n'
        b'{"type":"profile","fetched_at":"yesterday","pk":"2","pronouns":["a","\xc3\x89"],"latest_reel_media":0}\n'
        b'{"type":"profile","fetched_at":"2026-11-24T08:00:00","pk":"3","pronouns":[1],"latest_reel_media":99999999999999}\n'
    )
    async with opened(file_url) as store:
        walk = await claimed(store, await crawl_of(store, seed(1)))
        await store.walks.commit([PageCommit(walk=walk, records=PackedRecords(3, pack_lines(lines)))])
    await exported(file_url, tmp_path / "x.parquet", type="profile")
    table = reader("pandas").read_parquet(tmp_path / "x.parquet")
    assert str(table["fetched_at"].dtype).startswith("datetime64")
    assert table["fetched_at"][0] == reader("pandas").Timestamp("2026-11-24T08:00Z")
    assert table["latest_reel_media"][0] == reader("pandas").Timestamp(1_700_000_000, unit="s", tz="UTC")
    assert [reader("pandas").isna(value) for value in table["fetched_at"]] == [False, True, True]
    assert [reader("pandas").isna(value) for value in table["latest_reel_media"]] == [False, True, True]
    assert list(table["pronouns"][1]) == ["a", "É"]
    assert sorted(capsys.readouterr().err.splitlines()[1:]) == [
        "igcrawl: fetched_at: 2 values do not fit the column and are null",
        "igcrawl: latest_reel_media: 1 value does not fit the column and is null",
        "igcrawl: pronouns: 1 value does not fit the column and is null",
    ]


# All of them


@pytest.mark.parametrize("name", ["x.xlsx", "x.duckdb", "x.csv"])
async def test_a_type_alone_is_a_table_alone(file_url: str, tmp_path: Path, name: str) -> None:
    await filled(file_url, lambda walk: follow(walk, 1), lambda walk: media(walk, 2))
    await exported(file_url, tmp_path / name, type="media", **({"purpose": "excel"} if name == "x.csv" else {}))
    if name == "x.xlsx":
        assert reader("openpyxl").load_workbook(tmp_path / name).sheetnames == ["media"]
    elif name == "x.csv":
        assert [row["pk"] for row in rows_of(tmp_path / name)] == ["'2"]
    else:
        with reader("duckdb").connect(str(tmp_path / name), read_only=True) as base:
            assert base.execute("SELECT (SELECT count(*) FROM media), (SELECT count(*) FROM follow)").fetchall() == [
                (1, 0)
            ]


@pytest.mark.parametrize("name", ["x.xlsx", "x.duckdb", "x.csv"])
async def test_records_of_a_type_that_is_not_known_are_left_out_and_told(
    file_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    lines = b'{"type":"later","pk":"1"}\n{"type":"follow","pk":"2","even_later":1}\n'
    async with opened(file_url) as store:
        walk = await claimed(store, await crawl_of(store, seed(1)))
        await store.walks.commit([PageCommit(walk=walk, records=PackedRecords(2, pack_lines(lines)))])
    await exported(file_url, tmp_path / name, **({"purpose": "excel"} if name == "x.csv" else {}))
    assert capsys.readouterr().err.splitlines()[1:] == [
        "igcrawl: follow: fields that are no columns were left out: even_later",
        "igcrawl: 1 record of later, a type that is not known here, left out",
    ]


async def test_files_of_one_export_take_their_places_together_or_not_at_all(
    file_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(file_url, profile, lambda walk: follow(walk, 1))
    for name in ("x-follow.csv", "x-walk.csv"):
        (tmp_path / name).write_text("old")
    before = content_of(tmp_path)
    replace = Path.replace

    def fails_at_the_last(self: Path, target: Path) -> Path:
        if Path(target).name == "x-walk.csv":
            raise OSError(5, "Input/output error")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fails_at_the_last)
    with pytest.raises(StoreError, match="Input/output error; they are as they were before"):
        await exported(file_url, tmp_path / "x.csv", purpose="excel")
    assert content_of(tmp_path) == before
    monkeypatch.undo()
    await exported(file_url, tmp_path / "x.csv", purpose="excel")
    assert told(rows_of(tmp_path / "x-walk.csv")) == ["complete"]
    assert len(content_of(tmp_path)) == 3


async def test_no_file_of_several_is_written_over_the_store(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/x-nodes.csv"
    await filled(url, lambda walk: follow(walk, 1))
    before = (tmp_path / "x-nodes.csv").read_bytes()
    assert "belongs to the store" in await refused(url, tmp_path / "x.csv", purpose="gephi")
    assert (tmp_path / "x-nodes.csv").read_bytes() == before
