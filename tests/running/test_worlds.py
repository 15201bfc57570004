"""Whole crawls of worlds whose truth is known: through Scrapy, the middlewares, the store and the outputs.

`make fuzz` crawls 2,000 worlds; the suite crawls 30.
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.calling.test_evidence import TARGETS, furnish
from tests.conftest import read_jsonl
from tests.support.answering_world import OF_SESSION, Truth, World, call_of, draw_world
from tests.support.in_one_process import Order, one_process
from tests.support.recording_server import Recorded, RecordingServer, Reply
from tests.support.session_file import write_session

WORLDS = int(os.environ.get("FUZZ_CRAWLS", "15"))
AT_ONCE = 10
#: A list whose length nothing says is not complete, but whole.
WHOLE = {"complete", "unverified"}


@dataclass
class Crawled:
    """A world, and the folder of its crawl."""

    seed: int
    world: World
    folder: Path

    @property
    def verdicts(self) -> dict[str, str]:
        rows = read_jsonl(self.folder / "x.jsonl")
        return {row["target"]: row["verdict"] for row in rows if row["type"] == "walk"}

    @property
    def stale(self) -> set[str]:
        with sqlite3.connect(self.folder / "store.db") as connection:
            rows = connection.execute("SELECT doc_id FROM doc_ids WHERE stale_since IS NOT NULL").fetchall()
        return {doc_id for (doc_id,) in rows}

    @property
    def parked(self) -> bool:
        with sqlite3.connect(self.folder / "state" / "sessions.db") as connection:
            rows = connection.execute("SELECT state FROM session_states").fetchall()
        return any(json.loads(row).get("parked") for (row,) in rows)


def server_of(world: World) -> RecordingServer:
    def reply(request: Recorded) -> Reply:
        call, doc_id = call_of(request.path, dict(request.query), dict(request.form))
        status, body, location = world.reply(call, doc_id)
        return status, {"Location": location} if location else {}, body

    return RecordingServer(reply)


def crawl_all(folder: Path, seeds: list[int]) -> list[Crawled]:
    """Crawl worlds, several at once."""
    orders, crawled = [], []
    with ExitStack() as servers:
        for seed in seeds:
            world = draw_world(random.Random(seed))
            furnish(world)
            url = servers.enter_context(server_of(world)).url
            own = folder / str(seed)
            own.mkdir()
            settings = {
                "IG_MOBILE_URL": url, "IG_WEB_URL": url, "IG_SESSION": str(write_session(own / "session.json")),
                "IG_STORE": f"sqlite:///{own}/store.db", "IG_JSONL": str(own / "x.jsonl"), "IG_BUDGET": "False",
                "IG_WAIT_MAX": "0", "IG_STATE": str(own / "state"),
            }  # fmt: skip
            arguments = {"operation": world.operation, "user_ids": ",".join(TARGETS)}
            orders.append(Order("tests.support.worlds_spider:WorldSpider", arguments, settings))
            crawled.append(Crawled(seed, world, own))
        for each, done in zip(crawled, one_process().run(orders, at_once=AT_ONCE).done, strict=True):
            (each.folder / "log").write_text(done.log)
    return crawled


def check(crawled: Crawled) -> None:
    world, verdicts = crawled.world, crawled.verdicts
    assert set(verdicts) == set(TARGETS)
    for target, verdict in verdicts.items():
        if verdict == "not_found":
            assert target in world.gone
        elif verdict == "refused":
            assert target in world.refusing or world.truth is Truth.FORBIDDEN
        elif verdict in WHOLE:
            assert target not in world.gone | world.refusing
        else:
            assert verdict in {"failed", "blocked", "throttled", "stale_doc_id"}
    assert crawled.stale <= world.rotated
    assert crawled.parked == (verdicts[TARGETS[-1]] == "blocked")
    if world.truth in OF_SESSION:
        assert verdicts[TARGETS[-1]] in {"blocked", "throttled"}
        assert len(world.requests) <= world.since + 1 + 4
    else:
        assert not crawled.parked
    if world.truth is Truth.FINE:
        assert set(verdicts.values()) <= WHOLE


def test_whole_crawls_judge_no_better_than_the_truth(tmp_path: Path) -> None:
    seeds = [int(os.environ["SEED"])] if "SEED" in os.environ else random.sample(range(1 << 32), WORLDS)
    for start in range(0, len(seeds), 50):
        for crawled in crawl_all(tmp_path, seeds[start : start + 50]):
            print(f"SEED={crawled.seed}: {crawled.world.truth} from request {crawled.world.since} on")
            print(crawled.verdicts, (crawled.folder / "log").read_text())
            check(crawled)
