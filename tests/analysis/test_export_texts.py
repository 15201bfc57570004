"""Every kind of text that a server can send goes through every format, and others' code reads it back."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import random
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from igcrawl.output.json_lines import to_lines
from igcrawl.store import PackedRecords, PageCommit
from igcrawl.store.packed_records import pack_lines
from tests.analysis.histories import crawl_of, exported
from tests.store.samples import NOW, claimed, opened, seed

#: Parts of texts; each is put beside others.
PARTS = [
    *"=+-@'\"\t\r\n,;|<>&]#%_",
    *"\x00\x01\x07\x0b\x0c\x1b\x1f\x7f\x80\x85\x9f\xa0\xad",
    *"\u200b\u200e\u200f\u202a\u202e\u2066\u2069\u2028\u2029\ufeff\ufffd\ufffe\uffff",
    *"＝＋－＠−﹢﹣⁺",
    *("\ud83d", "\udc00", "🙂", "👩‍👩‍👧", "é", "e\u0301", "مرحبا", "日本語", "\U0010ffff"),
    *("]]>", "<!--", "&#0;", "_x0041_", "_x005F_", "\\", "\\N", "NULL", "nan", "inf", "TRUE", "=cmd|' /C calc'!A0"),
    *(
        "12345678901234567",
        "1e5",
        "0x10",
        "007",
        "1/2",
        "mar1",
        "12:30",
        "5%",
        "a",
        "b c",
        " ",
        "xyz",
        "https://x.example",
    ),
]
NUMBERS = [0, 1, -5, 10**15 - 1, 10**15, (1 << 63) - 1, 1 << 63, 10**30, 1.5, -2.25, 1e300]
NESTED = [[], ["a", "=b"], [None], {"k": [1, {"n": 10**30}]}, [["x"], "🙂"], "text", 7, True, None]


def text_of(draw: random.Random) -> str:
    return "".join(draw.choice(PARTS) for _ in range(draw.randint(0, 4)))


def stored(text: str) -> str:
    """What the store keeps of a text: halves of characters are none."""
    return text.encode("utf-8", "replace").decode()


def records_of(draw: random.Random, walk: str) -> list[dict[str, Any]]:
    head = {"operation": "followers", "fetched_at": NOW, "walk": walk}
    records: list[dict[str, Any]] = []
    for number in range(60):
        texts = {"username": text_of(draw), "full_name": draw.choice([text_of(draw), None])}
        edge = {"owner_pk": "25025320", "direction": "followers", "position": number, "pk": str(10**16 + number)}
        records.append({"type": "follow", **head, **edge, **texts, "is_private": draw.choice([True, False, None])})
        counts = {"like_count": draw.choice(NUMBERS), "duration": draw.choice(NUMBERS)}
        records.append({"type": "media", **head, "pk": str(number), "caption": text_of(draw), **counts})
        records.append({"type": "payload", **head, "data": draw.choice([*NESTED, text_of(draw)]), text_of(draw): 1})
    return records


@pytest.fixture(scope="module", params=[1, 2])
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A folder with an export in each format, and the records by their type."""
    print("seed", request.param)
    folder = tmp_path_factory.mktemp("texts")
    url = f"sqlite:///{folder}/s.db"
    records = records_of(random.Random(request.param), "followers/25025320")

    async def export_all() -> None:
        async with opened(url) as store:
            walk = await claimed(store, await crawl_of(store, seed(25025320)))
            packed = PackedRecords(len(records), pack_lines(to_lines(records)))
            await store.walks.commit([PageCommit(walk=walk, records=packed)])
        for name in ("x.jsonl", "x.duckdb", "x.xlsx", "x.gexf", "x.graphml"):
            await exported(url, folder / name)
        for type_ in ("follow", "media", "payload"):
            await exported(url, folder / f"{type_}.csv", type=type_)
            await exported(url, folder / f"{type_}.parquet", type=type_)
            for separator in ("comma", "semicolon", "tab"):
                out = folder / f"{separator}-{type_}.csv"
                await exported(url, out, purpose="excel", type=type_, separator=separator)
        await exported(url, folder / "gephi.csv", purpose="gephi")

    asyncio.run(export_all())
    by_type = {
        name: [clean(each) for each in records if each["type"] == name] for name in ("follow", "media", "payload")
    }
    return folder, by_type


def clean(value: Any) -> Any:
    if isinstance(value, str):
        return stored(value)
    if isinstance(value, dict):
        return {stored(key): clean(entry) for key, entry in value.items()}
    return [clean(entry) for entry in value] if isinstance(value, list) else value


def fit(text: str) -> str:
    """The documented change of XML: what it cannot hold is U+FFFD."""
    kept = {"\t", "\n", "\r"}
    return "".join(
        "\ufffd" if (ord(each) < 32 and each not in kept) or each in "\ufffe\uffff" else each for each in text
    )


def in_cell(text: str) -> str:
    return fit(text.replace("\r\n", "\n").replace("\r", "\n"))


def test_jsonl_is_exact(written: tuple[Path, Any]) -> None:
    folder, records = written
    lines = [json.loads(line) for line in (folder / "x.jsonl").read_bytes().splitlines()]
    for name, own in records.items():
        assert [line for line in lines if line["type"] == name] == own


def test_csv_is_exact(written: tuple[Path, Any]) -> None:
    import pandas as pd

    folder, records = written
    for name, field in (("follow", "username"), ("media", "caption")):
        table = pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)
        rows = list(csv.DictReader(io.StringIO((folder / f"{name}.csv").read_bytes().decode(), newline="")))
        assert [row[field] for row in rows] == [record[field] for record in records[name]]
        assert list(table["pk"]) == [record["pk"] for record in records[name]]
    rows = list(csv.DictReader(io.StringIO((folder / "media.csv").read_bytes().decode(), newline="")))
    assert [row["like_count"] for row in rows] == [str(record["like_count"]) for record in records["media"]]


def test_parquet_and_duckdb_are_exact_where_a_value_fits_its_column(written: tuple[Path, Any]) -> None:
    import duckdb
    import pandas as pd

    folder, records = written
    int64 = range(-(1 << 63), 1 << 63)
    names = [record["username"] for record in records["follow"]]
    counts = [n if isinstance(n := record["like_count"], int) and n in int64 else None for record in records["media"]]
    assert list(pd.read_parquet(folder / "follow.parquet")["username"]) == names
    with duckdb.connect(str(folder / "x.duckdb"), read_only=True) as base:
        assert base.execute("SELECT username FROM follow ORDER BY position").fetchall() == [(name,) for name in names]
        for source in (f"'{folder}/media.parquet'", "media"):
            found = base.execute(f"SELECT pk, like_count, duration, caption FROM {source}").fetchall()
            assert [row[1] for row in found] == counts
            assert [row[2] for row in found] == [fraction(record["duration"]) for record in records["media"]]
            assert [row[3] for row in found] == [record["caption"] for record in records["media"]]
        for source in (f"'{folder}/payload.parquet'", "payload"):
            data = [text for (text,) in base.execute(f"SELECT data FROM {source}").fetchall()]
            assert [None if text is None else json.loads(text) for text in data] == [
                record["data"] for record in records["payload"]
            ]


def fraction(number: float) -> float | None:
    return float(number) if isinstance(number, float) or abs(number) <= 1 << 53 else None


def test_gexf_and_graphml_change_only_what_xml_cannot_hold(written: tuple[Path, Any]) -> None:
    import networkx as nx

    folder, records = written
    for graph in (nx.read_gexf(folder / "x.gexf"), nx.read_graphml(folder / "x.graphml")):
        for record in records["follow"]:
            node = graph.nodes[record["pk"]]
            # An element without text is read as None.
            assert (node["username"] or "") == fit(record["username"])
            assert node["label"] == fit(record["username"] or record["pk"])
            if record["full_name"]:
                assert node["full_name"] == fit(record["full_name"])
            assert graph.has_edge(record["pk"], "25025320")


def test_csv_for_gephi_is_exact(written: tuple[Path, Any]) -> None:
    folder, records = written
    text = (folder / "gephi-nodes.csv").read_bytes().decode()
    rows = {row["Id"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}
    for record in records["follow"]:
        row = rows[record["pk"]]
        assert (row["username"], row["Label"]) == (record["username"], record["username"] or record["pk"])


def test_xlsx_has_no_formula_and_changes_only_what_a_cell_cannot_hold(written: tuple[Path, Any]) -> None:
    import openpyxl

    folder, records = written
    book = openpyxl.load_workbook(folder / "x.xlsx")
    for name, field in (("follow", "username"), ("follow", "full_name"), ("media", "caption")):
        head, *rows = book[name].iter_rows()
        place = [cell.value for cell in head].index(field)
        for row, record in zip(rows, records[name], strict=True):
            cell = row[place]
            assert (cell.data_type in {"s", "n", "inlineStr"}, cell.hyperlink) == (True, None)
            assert as_excel_reads(cell.value or "") == in_cell(record[field] or "")
    head, *rows = book["media"].iter_rows(values_only=True)
    for row, record in zip(rows, records["media"], strict=True):
        count = dict(zip(head, row, strict=True))["like_count"]
        exact = isinstance(record["like_count"], float) or abs(record["like_count"]) < 10**15
        assert count == (record["like_count"] if exact else str(record["like_count"]))


def as_excel_reads(text: str) -> str:
    """A text of a cell, which openpyxl leaves as it stands in the file."""
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)


SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}


@pytest.mark.parametrize("name", SEPARATORS)
def test_csv_for_excel_changes_only_what_it_says(written: tuple[Path, Any], name: str) -> None:
    folder, records = written
    for type_, field in (("follow", "username"), ("media", "caption")):
        text = (folder / f"{name}-{type_}.csv").read_bytes().decode("utf-8-sig")
        rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=SEPARATORS[name])
        for row, record in zip(rows, records[type_], strict=True):
            expected = in_cell(record[field]).replace("\n", "⏎").replace("\t", " ")
            cell = row[field]
            # Marks are added, nothing else.
            assert cell.replace("'", "") == expected.replace("'", "")
            assert cell in {expected, "'" + expected} or ("," in expected or ";" in expected)
            assert row["pk"] == "'" + record["pk"]


@pytest.mark.parametrize("name", SEPARATORS)
def test_no_cell_of_csv_for_excel_is_a_formula_whatever_separator_a_spreadsheet_takes(
    written: tuple[Path, Any], name: str
) -> None:
    folder, _ = written
    for type_ in ("follow", "media", "payload"):
        text = (folder / f"{name}-{type_}.csv").read_bytes().decode("utf-8-sig")
        for separator in ",;\t":
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
                assert [cell for cell in row if is_formula(cell, SEPARATORS[name])] == []


def is_formula(cell: str, separator: str) -> bool:
    """Whether a cell begins as a formula; a number may, also where another separator is taken."""
    seen = "".join(each for each in cell if not each.isspace() and unicodedata.category(each) != "Cf")
    first = unicodedata.normalize("NFKC", seen[:1]).replace("−", "-")
    if first not in {"=", "+", "-", "@"}:
        return False
    try:
        float(cell.strip().split(separator)[0].replace(",", "."))
    except ValueError:
        return True
    return False
