"""The place at which tortured crawls run: a simulator, a store, and outputs that others touch."""

from __future__ import annotations

import json
import os
import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import psycopg

from igcrawl.simulator import Simulator
from tests import ROOT_OF_TESTS
from tests.output.others import OTHERS
from tests.output.world import contents, read
from tests.support import crawls, postgres
from tests.support.commit_proxy import CommitProxy, Cut, proxy_in_thread
from tests.support.crawls import CrawlProcess

#: The hub has 2,000 followers; the first nineteen, which have 2,000 each, are walked with it.
HUB = "100000040"
#: The options that name an output.
OUTPUTS = {name: ("-O", f"out.{name}") for name in ("jsonl", "jsonl.gz", "jsonl.zst", "json", "csv", "csv.gz", "xml")}
#: Records of a batch; each run may have another size.
_SIZES = (3000, 1000, 170, 40)


def _batches(size: int) -> tuple[str, str]:
    feeds = {"part-%(batch_id)d.jsonl": {"format": "jsonl", "batch_item_count": size, "overwrite": True}}
    return "-s", f"FEEDS={json.dumps(feeds)}"


OUTPUTS["batches"] = _batches(_SIZES[0])
#: Another crawl, which writes into the same file; and its walk.
OTHER = ("following", "-a", "user_id=100000013", "-a", "fresh=1")
_OTHER_WALKS = ("following/100000013",)
#: What differs between two runs: times, numbers that the database gives, who held a walk, a walk's random token.
_TIMES = ("fetched_at", "started_at", "ended_at")
_ROWS = """
    SELECT (to_jsonb(own) - '{{first_seen,last_seen,fetched_at,started_at,ended_at,updated_at,created_at}}'::text[]
        - '{{first_walk,last_walk,missed_walk,pages,place}}'::text[]
        - '{{id,crawl,worker,fence,state,walk,page,started,generation}}'::text[])::text
    FROM {} AS own
"""
_TABLES = ("users", "profiles", "follows", "payloads", "suggestions", "hits", "media", "walks", "crawls", "found")
#: How often a run loses its connection to Postgres around a commit, and after how many others at most.
_CUTS_COME = 0.5
#: One that the server does not see costs a minute.
_CUTS = (Cut.BEFORE, Cut.AT_ONCE, Cut.AFTER)
_LONGEST_PEACE = 6
#: How often others touch an output between two runs.
_OTHERS_COME = 0.4


class BrokenError(AssertionError):
    """A promise did not hold."""


@dataclass
class Ground:
    """Where one crawl runs, however often.

    Args:
        folder: empty at first.
        simulator: what it asks.
        environment: its settings.
        database: the address of its Postgres store, None for an SQLite file.
    """

    folder: Path
    simulator: Simulator
    environment: dict[str, str]
    database: str | None
    outputs: Sequence[str] = ("jsonl",)
    chance: random.Random = field(default_factory=random.Random)
    #: Marks of what others wrote into outputs.
    foreign: list[str] = field(default_factory=list)
    #: Between the crawl and its Postgres store.
    proxy: CommitProxy | None = None
    disturbed: bool = False

    def start(self, command: Sequence[str], *options: str) -> CrawlProcess:
        """Run the crawl, once more."""
        drawn = {**OUTPUTS, "batches": _batches(self.chance.choice(_SIZES))}
        named = [part for output in self.outputs for part in drawn[output]]
        if self.proxy is not None and self.disturbed and self.chance.random() < _CUTS_COME:
            through = [None] * self.chance.randrange(_LONGEST_PEACE)
            self.proxy.cuts.extend([*through, self.chance.choice(_CUTS)])
        return crawls.start("crawl", *command, *(options or named), folder=self.folder, **self.environment)

    def files(self) -> list[Path]:
        """Return the outputs' files that are there."""
        found = (path for output in self.outputs for path in self.folder.glob(_pattern(output)))
        return sorted(path for path in found if path.is_file())

    def let_others_work(self) -> None:
        """Let others touch an output, sometimes."""
        files = self.files()
        if not files or self.chance.random() > _OTHERS_COME:
            return
        path = self.chance.choice(files)
        if self.chance.random() < 0.2:
            link = path.with_name(f"link{self.chance.randrange(10**9)}{''.join(path.suffixes)}")
            link.symlink_to(path.name)
            elsewhere = {**self.environment, "IG_STORE": "sqlite:///other.db"}
            named = ("crawl", *OTHER, "-o", link.name)
            crawls.start(*named, folder=self.folder, **elsewhere).wait(60)
            link.unlink()
        else:
            self.chance.choice(OTHERS)(path, self)
        # What others remove themselves, nobody else has lost.
        there = self._everything()
        self.foreign = [mark for mark in self.foreign if mark.encode() in there]

    def check_foreign(self) -> None:
        """Look for what others wrote.

        Raises:
            BrokenError: something of it is gone.
        """
        there = self._everything()
        gone = [mark for mark in self.foreign if mark.encode() not in there]
        if gone:
            raise BrokenError(f"of what others wrote, {len(gone)} are gone, e.g. {gone[0]}")

    def _everything(self) -> bytes:
        return b"".join(contents(path) for path in self.folder.iterdir() if path.is_file())

    def written(self) -> dict[str, Counter[Any]]:
        """Return every record of each output and every row, without its times, and how often it is there."""
        written: dict[str, Counter[Any]] = {output: self._records(output) for output in self.outputs}
        if self.database is not None:
            with psycopg.connect(self.database) as connection:
                written |= {name: Counter(connection.execute(_ROWS.format(name)).fetchall()) for name in _TABLES}
        return written

    def _records(self, output: str) -> Counter[Any]:
        """Return the crawl's own records in an output, without their times."""
        records = (record for path in self.files() if path.match(_pattern(output)) for record in read(path))
        own = (record for record in records if record.get("walk") not in {None, *_OTHER_WALKS})
        return Counter(
            orjson.dumps({name: value for name, value in record.items() if name not in _TIMES}) for record in own
        )


def _pattern(output: str) -> str:
    return "part-*.jsonl" if output == "batches" else f"out.{output}"


@contextmanager
def ground(
    simulator: Simulator, store: str, outputs: Sequence[str], chance: random.Random, **settings: str
) -> Iterator[Ground]:
    """Give a fresh place to crawl at.

    Args:
        simulator: what is asked.
        store: sqlite or postgres.
        outputs: names of `OUTPUTS`.
        chance: of all that is random.
        settings: of the crawl, beside those that lead it to the simulator.
    """
    with (
        tempfile.TemporaryDirectory(prefix="igcrawl-torture-", dir=os.environ.get(ROOT_OF_TESTS)) as name,
        _store(store) as database,
        proxy_in_thread(database) if database else nullcontext((None, None)) as (proxy, address),
    ):
        # What is known of the session stands beside the folder, and goes with it.
        folder = Path(name) / "project"
        folder.mkdir()
        simulator.write_session(folder / "session.json")
        environment = {
            "IG_MOBILE_URL": simulator.mobile_url,
            "IG_WEB_URL": simulator.web_url,
            "IG_SESSION": "session.json",
            **({"IG_STORE": address} if address else {}),
            # So that each life tells how many pages it has asked again.
            "IG_SYNC_SECONDS": "0",
            **settings,
        }
        yield Ground(folder, simulator, environment, database, outputs, chance, proxy=proxy)


def _store(store: str) -> Any:
    return postgres.database() if store == "postgres" else nullcontext()
