"""Outputs in a world with a known truth: runs that are killed anywhere, and others who touch the files in between.

Nothing is crawled: pages of records go into a real store, and the outputs follow it, as in a run.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import random
import sqlite3
import xml.etree.ElementTree as ET
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest import mock

import orjson
import zstandard
from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.settings import Settings
from scrapy.utils.conf import feed_complete_default_values_from_settings

from igcrawl.config.promises import hold_promises
from igcrawl.errors import BadInput
from igcrawl.output.feed_outputs import output_of
from igcrawl.output.output import Output, OutputCrawl
from igcrawl.output.place import machine
from igcrawl.store import OperatorLimits, PackedRecords, PageCommit, Seed, Store, make_store
from igcrawl.store.packed_records import pack_lines

NOW = "2026-01-01T00:00:00.000Z"


class Killed(BaseException):
    """The process is no more."""


class _Followers(Spider):
    name = "followers"
    main_record = "follow"


class Death:
    """Kills at the so-maniest step: a write, a rename, a commit, half-way through a write, too."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._left = -1

    def within(self, steps: int) -> None:
        """Die after so many steps."""
        self._left = steps

    def step(self, half: Callable[[], None] = lambda: None) -> None:
        """One step further."""
        self._left -= 1
        if self._left == 0:
            if self._chance.random() < 0.5:
                half()
            raise Killed

    @contextmanager
    def armed(self) -> Iterator[None]:
        """Let the steps of the operating system count."""
        real_write, real_cut, real_sync, real_rename = os.write, os.ftruncate, os.fsync, Path.rename

        def write(file: int, data: Any) -> int:
            self.step(lambda: _ignored(real_write(file, bytes(data)[: self._chance.randrange(len(data) + 1)])))
            return real_write(file, data)

        def cut(file: int, length: int) -> None:
            self.step(lambda: real_cut(file, length))
            real_cut(file, length)

        def sync(file: int) -> None:
            self.step()
            real_sync(file)

        def rename(path: Path, target: Path) -> Path:
            self.step(lambda: _ignored(real_rename(path, target)))
            return real_rename(path, target)

        os.write, os.ftruncate, os.fsync = write, cut, sync  # type: ignore[assignment]
        Path.rename = rename  # type: ignore[method-assign, assignment]
        try:
            yield
        finally:
            os.write, os.ftruncate, os.fsync = real_write, real_cut, real_sync
            Path.rename = real_rename  # type: ignore[method-assign]
            self._left = -1


def _ignored(_: object) -> None:
    pass


@dataclass
class World:
    """A crawl, its outputs, and what they must hold.

    Args:
        folder: where the outputs are.
        chance: of all that is random.
        feeds: address and options of each output.
        always_ends: whether each run leaves a record of an open walk.
    """

    folder: Path
    chance: random.Random
    feeds: dict[str, dict[str, Any]]
    always_ends: bool = False
    #: What the crawl has brought.
    truth: list[dict[str, Any]] = field(default_factory=list)
    #: Records of open walks, which stand at the end.
    tail: list[dict[str, Any]] = field(default_factory=list)
    #: What others wrote, and nobody may lose.
    foreign: list[str] = field(default_factory=list)
    host: str = "box"

    def __post_init__(self) -> None:
        self.death = Death(self.chance)
        self.url = f"sqlite:///{self.folder}/store.db"

    def outputs(self) -> list[Output]:
        """The outputs as a run opens them."""
        own = Settings({"FEED_EXPORT_ENCODING": "utf-8", "LOG_ENABLED": False})
        hold_promises(own)
        crawler = Crawler(_Followers, own)
        # It says which columns a CSV has.
        crawler.spider = spider = _Followers()
        outputs = []
        for uri, options in self.feeds.items():
            complete = feed_complete_default_values_from_settings(options, own, uri)
            output = output_of(crawler, spider, str(self.folder / uri), complete, keeps=True)
            assert output is not None
            outputs.append(output)
        return outputs

    async def run(self, pages: int, *, killed_within: int | None = None) -> bool:
        """Run once: go on with the crawl for so many pages, and end, or be killed; False if it was refused."""
        if self.chance.random() < 0.2:
            # A container has another name at each start.
            self.host = f"box{self.chance.randrange(1000)}"
        machine.cache_clear()
        store = make_store(self.url)
        outputs: list[Output] = []
        try:
            with self.death.armed(), mock.patch("socket.gethostname", lambda: self.host):
                if killed_within is not None:
                    self.death.within(killed_within)
                await self._run(store, outputs, pages)
        except Killed:
            pass
        except BadInput:
            # What the operator does then: the file goes out of the way.
            for path in self.files():
                path.rename(path.with_name(f"given-up-{self.chance.randrange(10**9)}"))
            return False
        finally:
            for output in outputs:
                output.close()
            await store.close()
        return True

    async def _run(self, store: Store, outputs: list[Output], pages: int) -> None:
        await store.open()
        outputs += self.outputs()
        crawl = await store.crawls.find("key") or await store.crawls.begin("key", None, "followers", [seed(1)], 0, NOW)
        for output in outputs:
            output.take()
        of_crawl = OutputCrawl(store, crawl.id, kept=True, begun=bool(self.truth))
        for output in outputs:
            await output.check(of_crawl)
        for output in outputs:
            await output.begin(of_crawl)
        walk = await store.walks.claim(crawl.id, OperatorLimits(), NOW)
        assert walk is not None
        for _ in range(pages):
            records = self._page()
            lines = b"".join(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE) for record in records)
            commit = PageCommit(walk=replace(walk, cursor="c"), records=PackedRecords(len(records), pack_lines(lines)))
            self.death.step()
            changed = [row for row in (output.changed() for output in outputs) if row is not None]
            last = await store.walks.commit([commit], changed)
            self.truth += records
            self.death.step()
            for output in outputs:
                await output.grow(lines, last, last)
        ends = self.always_ends or self.chance.random() < 0.5
        self.tail = [walk_record(len(self.truth) + self.chance.randrange(1000))] if ends else []
        tail = b"".join(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE) for record in self.tail)
        for output in outputs:
            await output.finish(tail)

    def _page(self) -> list[dict[str, Any]]:
        count = self.chance.choice([1, 1, 3, 7])
        return [self._record(len(self.truth) + number) for number in range(count)]

    def _record(self, number: int) -> dict[str, Any]:
        if self.chance.random() < 0.1:
            return walk_record(number)
        return {
            "type": "follow",
            "operation": "followers",
            "fetched_at": NOW,
            "walk": "followers/1",
            "owner_pk": "1",
            "direction": "followers",
            "position": number,
            "pk": str(10**9 + number),
            "username": f"user{number}",
            "full_name": self.chance.choice(["Zoë", 'a "quoted", name', "\U0001f600", "x" * 300, "two\nlines"]),
            "is_private": self.chance.random() < 0.5,
        }

    def files(self) -> list[Path]:
        """The files of the outputs that are there."""
        named = [path for uri in self.feeds for path in self.folder.glob(uri.replace("%(batch_id)d", "*"))]
        return [path for path in named if path.exists()]

    def remember_foreign(self) -> None:
        """Forget what others have removed themselves."""
        everything = self._everything()
        with closing(sqlite3.connect(self.folder / "store.db")) as store:
            begun = bool(store.execute("SELECT 1 FROM outputs").fetchall())
        # What stood there before the crawl is replaced where that was asked for.
        replaced = not begun and any(options["overwrite"] for options in self.feeds.values())
        self.foreign = [mark for mark in self.foreign if mark.encode() in everything and not replaced]

    def _everything(self) -> bytes:
        return b"".join(contents(path) for path in sorted(self.folder.rglob("*")) if path.is_file())

    def check(self) -> None:
        """Hold every output against the truth, and look for what others wrote."""
        for uri in self.feeds:
            if "%(" in uri:
                paths = sorted(self.folder.glob(uri.replace("%(batch_id)d", "*")), key=_number)
                paths = [path for path in paths if ".aside" not in path.name]
                size = self.feeds[uri]["batch_item_count"]
                parts = [self._ours(path, read(path)) for path in paths]
                assert all(len(part) == size for part in parts[:-1]) or self.tail, [len(part) for part in parts]
                found = [record for part in parts for record in part]
            else:
                found = self._ours(self.folder / uri, read(self.folder / uri))
            wanted = self.truth + self.tail
            if ".csv" in uri:
                wanted = [record for record in wanted if record["type"] == "follow"]
            assert [key(record) for record in found] == [key(record) for record in wanted], uri
        everything = self._everything()
        for mark in self.foreign:
            assert mark.encode() in everything, mark

    def _ours(self, path: Path, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        ours = [record for record in records if record.get("type") in {"follow", "walk"}]
        first = next((at for at, record in enumerate(records) if record in ours), len(records))
        assert all(record in ours for record in records[first:]), f"{path}: something stands below"
        return ours


def seed(number: int) -> Seed:
    return Seed(
        key=f"followers/{number}", subject=f"followers/{number}", operation="followers", target=str(number), args={}
    )


def walk_record(number: int) -> dict[str, Any]:
    return {"type": "walk", "operation": "followers", "fetched_at": NOW, "walk": f"w{number}", "target": str(number)}


def key(record: dict[str, Any]) -> tuple[str, str]:
    return record["type"], str(record.get("pk") or record.get("walk"))


def _number(path: Path) -> int:
    return int("".join(filter(str.isdecimal, path.name.partition(".")[0])) or 0)


def contents(path: Path) -> bytes:
    """A file's bytes, without compression."""
    data = path.read_bytes()
    try:
        if data.startswith(b"\x1f\x8b"):
            return gzip.decompress(data)
        if data.startswith(b"\x28\xb5\x2f\xfd"):
            return zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data), read_across_frames=True).read()
    except (OSError, EOFError, zlib.error, zstandard.ZstdError):
        pass
    return data


def read(path: Path) -> list[dict[str, Any]]:
    """The records of a file, which must be a valid one of its format."""
    data, name = contents(path), path.name.removesuffix(".gz").removesuffix(".zst")
    if name.endswith(".jsonl"):
        assert not data or data.endswith(b"\n")
        return [orjson.loads(line) for line in data.splitlines()]
    if name.endswith(".json"):
        return list(json.loads(data))
    if name.endswith(".xml"):
        return [{child.tag: child.text for child in item} for item in ET.fromstring(data).findall("item")]
    rows = list(csv.reader(io.StringIO(data.decode(), newline="")))
    assert all(len(row) == len(rows[0]) for row in rows)
    assert [row for row in rows if row == rows[0]] == rows[:1], "one header"
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
