"""Every output keeps the promise: nothing of ours lost or twice, nothing of others' gone, every file valid."""

from __future__ import annotations

import asyncio
import os
import random
from pathlib import Path
from typing import Any

import pytest

from tests.output.others import OTHERS, mark
from tests.output.world import World

WORLDS = int(os.environ.get("OUTPUT_WORLDS", "6"))
FORMATS = {
    "out.jsonl": "jsonl",
    "out.jsonl.gz": "jsonl",
    "out.jsonl.zst": "jsonl",
    "out.json": "json",
    "out.json.gz": "json",
    "out.csv": "csv",
    "out.csv.zst": "csv",
    "out.xml": "xml",
    "part-%(batch_id)d.jsonl": "jsonl",
    "part-%(batch_id)d.json.gz": "json",
}
#: What stands in a file before the crawl.
THEIRS = {
    "out.jsonl": '{"type":"other","username":"foreign"}\n',
    "out.json": '[{"type":"other","username":"foreign"}\n]\n',
    "out.xml": "<items><item><type>other</type><username>foreign</username></item></items>\n",
}


@pytest.mark.parametrize("uri", FORMATS)
@pytest.mark.parametrize("replaces", [True, False], ids=["replaced", "appended"])
def test_an_output_holds_every_record_once_whatever_happens_to_it(tmp_path: Path, uri: str, replaces: bool) -> None:
    for number in range(WORLDS):
        seed = random.randrange(1 << 32)
        print(f"seed {seed}, {uri}")
        folder = tmp_path / str(number)
        folder.mkdir()
        asyncio.run(live(folder, uri, replaces, random.Random(seed)))


@pytest.mark.parametrize("seed", [17, 34, 31237092])
def test_a_batch_that_two_names_of_a_machine_have_written_is_known_by_its_file(tmp_path: Path, seed: int) -> None:
    asyncio.run(live(tmp_path, "part-%(batch_id)d.jsonl", True, random.Random(seed)))


async def live(folder: Path, uri: str, replaces: bool, chance: random.Random) -> None:
    options: dict[str, Any] = {"format": FORMATS[uri], "overwrite": replaces}
    if "%(" in uri:
        options["batch_item_count"] = 10
    world = World(folder, chance, {uri: options})
    if not replaces and uri in THEIRS:
        (folder / uri).write_text(mark(world, THEIRS[uri]))
    for _ in range(chance.randrange(1, 8)):
        pages, life = chance.randrange(5), chance.randrange(1, 40) if chance.random() < 0.7 else None
        print(f"run of {pages} pages, killed within {life} steps")
        await world.run(pages, killed_within=life)
        if chance.random() < 0.5 and (there := world.files()):
            other, path = chance.choice(OTHERS), chance.choice(sorted(there))
            print(f"{other.__name__}: {path.name}")
            other(path, world)
            world.remember_foreign()
    while not await world.run(1):
        pass
    world.check()
