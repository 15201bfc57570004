"""Recorded answers of the server become the records that `tests/support/recorded.py` lists."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import orjson
import pytest

from igcrawl.crawl.walk import Walk
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.parsing.envelope import read_envelope
from igcrawl.parsing.reader import Reading
from tests.support.recorded import PAYLOADS, RECORDED
from tests.support.recorded_parts import (
    CDN,
    USER,
)


@pytest.mark.parametrize(
    ("file", "name", "args", "wanted", "cursor"), RECORDED, ids=[f"{name}-{file}" for file, name, *_ in RECORDED]
)
def test_a_recorded_answer_becomes_these_records(
    file: str, name: str, args: dict[str, Any], wanted: list[dict[str, Any]], cursor: str | None
) -> None:
    operation = OPERATIONS[name]
    checked = operation.check(args)
    walk = Walk(operation=operation, target="25025320", args=checked)
    envelope = read_envelope((PAYLOADS / file).read_bytes(), name)
    reading = Reading(name, walk.id, "2026-04-08T17:24:10.005Z", checked)
    records = [asdict(record) for record in walk.keep(operation.reader.read(envelope, reading))]

    assert [(record["type"], record.get("pk")) for record in records] == [(w["type"], w.get("pk")) for w in wanted]
    for record, values in zip(records, wanted, strict=True):
        assert {field: record[field] for field in values} == values
        assert list(record)[:4] == ["type", "operation", "fetched_at", "walk"]
        assert (record["operation"], record["walk"]) == (name, f"{name}/25025320")
    assert reading.notes == []
    end = operation.paging.page_end(envelope, name, checked, None) if operation.paging else None
    following = end.cursor if end else None
    if cursor is not None and cursor.startswith("begins with "):
        assert following is not None and following.startswith(cursor.removeprefix("begins with "))
    else:
        assert following == cursor


def test_the_parts_of_a_carousel_come_with_it() -> None:
    operation = OPERATIONS["user_feed"]
    envelope = read_envelope((PAYLOADS / "user_timeline.mobile.ndjson").read_bytes(), "user_feed")
    *_, album = operation.reader.read(envelope, Reading("user_feed", "user_feed/1", "now", USER))
    assert [part["pk"] for part in album.carousel] == [
        "3871169580319431982",
        "3872114701369220289",
        "3872096622191649870",
    ]
    assert album.carousel[0] == {"pk": "3871169580319431982", "media_type": 1, "url": CDN, "thumbnail_url": CDN}


def test_a_list_that_the_server_says_it_cut_ends_limited() -> None:
    operation = OPERATIONS["followers"]
    envelope = read_envelope((PAYLOADS / "followers_list.mobile.json").read_bytes(), "followers")
    assert operation.paging is not None
    assert operation.paging.page_end(envelope, "followers", USER, None).limited


def test_every_recorded_file_is_read() -> None:
    files = {path.name for path in PAYLOADS.iterdir() if path.suffix in {".json", ".ndjson"}} - {"examples.json"}
    assert {file for file, *_ in RECORDED} == files


def test_no_record_holds_what_makes_a_person_reachable() -> None:
    body = (PAYLOADS / "user_stream_by_id.rest.ndjson").read_bytes()
    reachable = body.replace(b'"public_email":""', b'"public_email":"a@b.example"').replace(
        b'"public_phone_number":""', b'"public_phone_number":"5550100"'
    )
    assert reachable != body
    envelope = read_envelope(reachable, "user_stream")
    records = OPERATIONS["user_stream"].reader.read(envelope, Reading("user_stream", "user_stream/1", "now", USER))
    line = orjson.dumps(records[0])
    assert b"a@b.example" not in line and b"5550100" not in line
