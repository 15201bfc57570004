"""Stores whose history is known, and exports of them read back."""

from __future__ import annotations

import csv
import gzip
import io
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import orjson
import zstandard
from scrapy.settings import Settings

from igcrawl.analysis.export import export
from igcrawl.analysis.export_order import ExportOrder
from igcrawl.cli.command_config import config_of
from igcrawl.items import Follow, Media, NewFollow, Payload, Profile, WalkEnd
from igcrawl.output.json_lines import to_lines
from igcrawl.store import CrawlRow, PackedRecords, PageCommit, Seed, Store, WalkRow
from igcrawl.store.packed_records import pack_lines
from igcrawl.verdict import ExitCode
from tests.store.samples import LATER, NOW, claimed, opened, seed


async def crawl_of(
    store: Store, *seeds: Seed, name: str | None = None, key: str = "key", spider: str = "followers", keeps: bool = True
) -> CrawlRow:
    """The next generation of a crawl."""
    latest = await store.crawls.find(key, name)
    after = latest.generation if latest else 0
    return await store.crawls.begin(key, name, spider, seeds, after, NOW, keeps=keeps)


async def put(store: Store, walk: WalkRow, *records: Any, verdict: str | None = None, **changes: Any) -> WalkRow:
    """A page with records; with a verdict it is the last."""
    done = replace(walk, verdict=verdict, ended_at=LATER if verdict else None, **changes)
    packed = PackedRecords(len(records), pack_lines(to_lines(records))) if records else None
    await store.walks.commit([PageCommit(walk=done, records=packed)])
    return done


def walk_end(walk: WalkRow, verdict: str = "complete") -> WalkEnd:
    """The last record of a walk that has ended for good."""
    end = WalkEnd("walk", walk.operation, LATER, name_of(walk), walk.target, verdict, 1, 1, 0, None, 1, NOW, LATER)
    return replace(end, reason=f"of {walk.id}")


def name_of(walk: WalkRow) -> str:
    return f"{walk.operation}/{walk.target}"


def follow(walk: WalkRow, number: int, **changes: Any) -> Follow:
    """A follower, by a number that no other has."""
    edge = Follow("follow", walk.operation, NOW, name_of(walk), walk.target, "followers", number, str(10**18 + number))
    return replace(edge, username=f"u{number}", is_private=number % 2 == 0, **changes)


def new_follow(walk: WalkRow, number: int) -> NewFollow:
    return NewFollow(**asdict(follow(walk, number)))


def profile(walk: WalkRow, **changes: Any) -> Profile:
    return Profile("profile", "user_profile", NOW, name_of(walk), walk.target, **changes)


def media(walk: WalkRow, number: int, **changes: Any) -> Media:
    return Media("media", walk.operation, NOW, name_of(walk), str(number), **changes)


def payload(walk: WalkRow, data: Any) -> Payload:
    return Payload("payload", walk.operation, NOW, name_of(walk), data)


async def one_list(store: Store, *numbers: int, target: int = 25025320, **crawl: Any) -> WalkRow:
    """A list that was walked to its end in a crawl of its own."""
    walk = await claimed(store, await crawl_of(store, seed(target), **crawl))
    records = [follow(walk, number) for number in numbers]
    return await put(store, walk, profile(walk), *records, walk_end(walk), verdict="complete")


async def filled(url: str) -> None:
    """Fill a store with a list of two follows, of a crawl that is named daily."""
    async with opened(url) as store:
        await one_list(store, 1, 2, name="daily")


def settings_for(url: str) -> Settings:
    settings = Settings()
    settings.setmodule("igcrawl.settings")
    settings.set("IG_STORE", url, "cmdline")
    return settings


async def exported(url: str, out: Path | str, **order: Any) -> ExitCode:
    """Export in this process."""
    settings = settings_for(url)
    return await export(config_of(settings), settings, ExportOrder(out=str(out), **order))


def read(path: Path) -> list[dict[str, Any]]:
    """The records of a file, whatever its format; in CSV and Parquet as they stand there."""
    data = path.read_bytes()
    if path.suffix == ".gz":
        data, path = gzip.decompress(data), path.with_suffix("")
    if path.suffix == ".zst":
        data, path = zstandard.ZstdDecompressor().decompressobj().decompress(data), path.with_suffix("")
    if path.suffix == ".csv":
        return list(csv.DictReader(io.StringIO(data.decode(), newline="")))
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        return list(pq.read_table(io.BytesIO(data)).to_pylist())
    return [orjson.loads(line) for line in data.splitlines()]


def told(records: list[dict[str, Any]]) -> list[str]:
    """What tells records apart: the number of a follow, the verdict of a walk, the type of others."""
    return [str(each.get("position") or each.get("verdict") or each["type"]) for each in records]
