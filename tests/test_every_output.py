"""Ctrl-C and a full disk, with every kind of output at once: the same command makes each whole."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from igcrawl.simulator import Simulator
from tests.output.world import read
from tests.support.place import Place, Running
from tests.test_full_disk import Disk, disk

__all__ = ["disk"]

CRAWL = ("followers", "user_id=100000011", "crawl=mine")
NAMES = ("out.jsonl", "out.jsonl.gz", "out.json", "out.json.zst", "out.csv", "out.csv.gz", "out.xml")


def start(place: Place, folder: Path) -> Running:
    feeds = {
        f"{folder}/part-%(batch_id)d.jsonl": {"format": "jsonl", "batch_item_count": 100, "overwrite": True},
        f"{folder}/at-%(batch_time)s.json": {"format": "json", "batch_item_count": 100, "overwrite": True},
    }
    named = [part for name in NAMES for part in ("-O", f"{folder}/{name}")]
    return place.start(*CRAWL, "-s", f"FEEDS={json.dumps(feeds)}", output=tuple(named))


def check(folder: Path) -> None:
    """Hold that each output has each of 260 follows once."""
    outputs = [[folder / name] for name in NAMES]
    outputs += [sorted(folder.glob("part-*.jsonl")), sorted(folder.glob("at-*.json"))]
    for paths in outputs:
        follows = [row["pk"] for path in paths for row in read(path) if row["type"] == "follow"]
        assert len(follows) == len(set(follows)) == 260, paths
    assert not list(folder.glob(".igcrawl-*.part"))


def test_after_ctrl_c_every_output_is_valid_and_the_same_command_makes_it_whole(
    place: Place, simulator: Simulator
) -> None:
    slow = simulator.faults.add(operation="followers", nth=4, kind="delay", delay=0.5)
    crawl = start(place, place.folder)
    crawl.wait_until(lambda: slow.strikes > 0)
    crawl.process.signal(signal.SIGINT)
    assert crawl.done().code == 1
    for name in NAMES:
        rows = read(place.folder / name)
        assert 0 < sum(row["type"] == "follow" for row in rows) < 260
    assert start(place, place.folder).done().code == 0
    check(place.folder)


@pytest.mark.parametrize("free", [0, 20_000, 200_000])
def test_with_space_the_same_command_makes_every_output_whole(place: Place, disk: Disk, free: int) -> None:
    disk.leave_free(free)
    full = start(place, disk.folder).done()
    assert full.code == 1
    assert "No space left on device" in full.log
    disk.leave_free(3 << 20)
    assert start(place, disk.folder).done().code == 0
    check(disk.folder)
