"""Outputs and stores that cannot be used are refused in one line, before anything is sent."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
from typing import Any

import pytest

from igcrawl.simulator import Simulator
from tests.support import postgres
from tests.support.place import Place

SMALL = "100000011"
CRAWL = ("followers", f"user_id={SMALL}")
BATCHES = ("-s", 'FEEDS={"b-%(batch_id)d.jsonl": {"format": "jsonl", "batch_item_count": 50}}')
PLUGINS = "scrapy.extensions.postprocessing"


def feed(**options: Any) -> list[str]:
    """The words that name an output with these options."""
    return ["-s", f"FEEDS={json.dumps({'a.jsonl': {'format': 'jsonl', **options}})}"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["-O", "a.jsonl", "-O", "folder/../a.jsonl"], "it is the output a.jsonl; name another file"),
        (["-O", "link.jsonl", "-s", "IG_JSONL=linked.jsonl"], "; name another file"),
        (["-O", "socket:jsonl"], "/socket: No such device or address"),
        (["-O", "file://home/me/a.jsonl"], "home would be another machine; a path of this one is file:///home/…"),
        ([*BATCHES, "-O", "b-7.jsonl"], "b-7.jsonl: two outputs would write to it; name another file"),
        (["-O", "a.jsonl", "-o", "a.jsonl"], "output a.jsonl: it is named twice, in different ways"),
        (["-O", "a.jsonl", "-O", "a.jsonl:csv"], "output a.jsonl: it is named twice, in different ways"),
        (feed(overwrite="false"), "output a.jsonl: overwrite: expected true or false, got 'false'"),
        (feed(batch_item_count=True), "batch_item_count: expected a whole number"),
        (feed(fields="pk"), "fields: expected names in a list, or names with their columns, got 'pk'"),
        (feed(item_export_kwargs={"nope": 1}, format="csv"), "output a.jsonl: TypeError: "),
        (feed(postprocessing=[f"{PLUGINS}.GzipPlugin"], gzip_compresslevel=99), "output a.jsonl: ValueError: Invalid"),
        (feed(uri_params="json.loads"), "output a.jsonl: TypeError: "),
        (["-O", ".igcrawl/store.db:jsonl"], "it belongs to the store, IG_STORE; name another file"),
        (["-O", ".igcrawl/store.db-wal:csv"], "it belongs to the store, IG_STORE"),
        (["-O", "session.json"], "it belongs to the session, IG_SESSION; name another file"),
        (["-O", "folder:csv"], "it is a folder; name a file in it"),
        (["-o", "old.json"], "it is no array of JSON"),
        (["-o", "cut.json"], "it is no complete JSON"),
        (["-o", "old.xml"], "it does not end with </items>"),
        (["-o", "cut.xml"], "it is no complete XML"),
        (["-o", "latin.xml"], "it is not written in UTF-8"),
        (["-o", "old.json.gz"], "a file of the format json.gz cannot be appended to"),
        (["-o", "old.csv"], "its columns are 'name,age', those of this crawl 'type,operation,"),
        (["-o", "text.jsonl"], "its first line is no JSON"),
        (["-O", "x.txt.gz"], "output x.txt.gz: its format is not known; allowed: json, jsonlines"),
        (["-O", "session.json/a.jsonl"], "session.json/a.jsonl: there is a file where its folder would be"),
        (["-s", "IG_SYNC_SECONDS=soon"], "IG_SYNC_SECONDS"),
        (["-s", "IG_SYNC_SECONDS=-1"], "IG_SYNC_SECONDS"),
    ],
)
def test_outputs_that_cannot_be_are_refused_in_one_line(place: Place, options: list[str], said: str) -> None:
    (place.folder / "folder").mkdir()
    (place.folder / "link.jsonl").symlink_to("linked.jsonl")
    os.mknod(place.folder / "socket", stat.S_IFSOCK | 0o600)
    olds = {
        "old.json": "{}",
        "cut.json": "[1, 2",
        "old.xml": "<a/>",
        "cut.xml": "<items><item>",
        "latin.xml": "<?xml version='1.0' encoding='iso-8859-1'?><items></items>",
        "old.json.gz": "[]",
        "old.csv": "name,age\n",
        "text.jsonl": "text\n",
    }
    for name, text in olds.items():
        (place.folder / name).write_text(text)
    assert said in place.refused(*CRAWL, *options, output=())
    assert not list(place.folder.glob("[abx].*"))
    assert {name: (place.folder / name).read_text() for name in olds} == olds


def test_a_store_that_cannot_be_used_is_refused_in_one_line(place: Place, simulator: Simulator) -> None:
    (place.folder / "text.db").write_text("no database at all, but long enough to be one" * 50)
    with sqlite3.connect(place.folder / "other.db") as other:
        other.execute("CREATE TABLE mine (a)")
    place.crawl(*CRAWL, "max_pages=1", "-s", "IG_STORE=sqlite:///newer.db", output=())
    with sqlite3.connect(place.folder / "newer.db") as newer:
        newer.execute("PRAGMA user_version = 99")
    for address, said in {
        "sqlite:///text.db": "text.db: file is not a database",
        "sqlite:///other.db": "another program's database",
        "sqlite:///newer.db": "newer",
        "sqlite:///session.json/x.db": "session.json",
        "mysql://x": "expected sqlite:///path/to/store.db or postgresql://…",
        "postgresql://me:secret-word@127.0.0.1:1/none": "127.0.0.1",
    }.items():
        line = place.refused(*CRAWL, "-s", f"IG_STORE={address}", output=("-O", "never.jsonl"))
        assert said in line
        assert "secret-word" not in line
    assert not (place.folder / "never.jsonl").exists()


def test_a_postgres_store_that_refuses_the_password_does_not_repeat_it(place: Place) -> None:
    with postgres.ready_database() as url:
        at, _, rest = url.partition("//")
        locked = f"{at}//{postgres.LOCKED_ROLE}:secret-word@{rest.partition('@')[2]}"
        line = place.refused(*CRAWL, "-s", f"IG_STORE={locked}", output=())
    assert "secret-word" not in line
    assert "password authentication failed" in line
