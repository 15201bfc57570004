"""Every output keeps the promise: nothing of ours lost or twice, nothing of others' gone, every file valid."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.output.others import LINKS, OTHERS, doubled, mark, moved_behind_a_link
from tests.output.world import World

WORLDS = int(os.environ.get("OUTPUT_WORLDS", "3"))
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


@pytest.mark.parametrize("uri", ["out.jsonl", "out.jsonl.gz", "out.json", "out.csv"])
@pytest.mark.parametrize("how", ["moved", "copied", "behind a link", "in a renamed folder"])
def test_an_output_that_was_moved_holds_every_record_once_under_its_new_name(
    tmp_path: Path, uri: str, how: str
) -> None:
    asyncio.run(_moved(tmp_path / "old", uri, how))


@pytest.mark.parametrize("uri", ["out.jsonl", "out.jsonl.gz", "out.json", "out.csv", "out.xml"])
@pytest.mark.parametrize("headed", [False, True], ids=["alone", "below others"])
def test_the_end_of_a_run_without_a_page_is_known_in_a_file_that_was_moved(
    tmp_path: Path, uri: str, headed: bool
) -> None:
    for steps in range(1, 40):
        folder = tmp_path / str(steps)
        folder.mkdir()
        print(f"killed at step {steps}")
        asyncio.run(_ended(folder, uri, steps, THEIRS.get(uri, "") if headed else ""))


async def _ended(folder: Path, uri: str, steps: int, theirs: str) -> None:
    options = {"format": FORMATS[uri], "overwrite": False}
    world = World(folder, random.Random(5), {uri: options}, always_ends=True)
    if theirs:
        (folder / uri).write_text(mark(world, theirs))
    await world.run(0, killed_within=steps)
    if (folder / uri).exists():
        moved_behind_a_link(folder / uri, world)
        world.remember_foreign()
    while not await world.run(3):
        # A line that was cut off is refused in a file that is not known.
        pass
    world.check()


async def _moved(folder: Path, uri: str, how: str) -> None:
    folder.mkdir()
    world = World(folder, random.Random(7), {uri: {"format": FORMATS[uri], "overwrite": False}})
    await world.run(3)
    path, other = folder / uri, folder / f"other-{uri}"
    if how == "copied":
        shutil.copy(path, other)
    elif how == "in a renamed folder":
        world.folder = folder.rename(folder.with_name("new"))
        world.url = f"sqlite:///{world.folder}/store.db"
    else:
        path.rename(other)
    if how == "behind a link":
        path.symlink_to(other)
    elif world.folder == folder:
        world.feeds = {other.name: world.feeds[uri]}
    await world.run(3)
    world.check()
    assert not list(world.folder.glob("*.aside*"))


@pytest.mark.parametrize("uri", THEIRS)
def test_what_others_break_in_their_part_makes_no_file_of_ours_invalid(tmp_path: Path, uri: str) -> None:
    for at in range(len(THEIRS[uri])):
        folder = tmp_path / str(at)
        folder.mkdir()
        print(f"byte {at} is changed")
        asyncio.run(_broken(folder, uri, at))


async def _broken(folder: Path, uri: str, at: int) -> None:
    world = World(folder, random.Random(3), {uri: {"format": FORMATS[uri], "overwrite": False}})
    path = folder / uri
    path.write_text(THEIRS[uri])
    await world.run(1)
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)
    await world.run(1)
    world.check()


@pytest.mark.parametrize("uri", ["out.jsonl", "out.csv", "out.json"])
@pytest.mark.parametrize("replaces", [True, False], ids=["replaced", "appended"])
def test_what_a_store_has_forgotten_since_its_backup_does_not_stand_there_twice(
    tmp_path: Path, uri: str, replaces: bool
) -> None:
    asyncio.run(_restored(tmp_path, uri, replaces))


async def _restored(folder: Path, uri: str, replaces: bool) -> None:
    world = World(folder, random.Random(2), {uri: {"format": FORMATS[uri], "overwrite": replaces}})
    await world.run(3)
    backup = {path: path.read_bytes() for path in folder.glob("store.db*") if path.is_file()}
    known = len(world.truth)
    await world.run(3)
    lost = (folder / uri).read_bytes()
    for path in [path for path in folder.glob("store.db*") if path.is_file()]:
        path.unlink()
    for path, content in backup.items():
        path.write_bytes(content)
    del world.truth[known:]
    await world.run(3)
    world.check()
    assert (folder / f"{uri}.aside-1").read_bytes() == lost


@pytest.mark.parametrize("replaces", [True, False], ids=["replaced", "appended"])
def test_a_table_that_others_append_to_a_csv_with_its_header_is_moved_aside(tmp_path: Path, replaces: bool) -> None:
    asyncio.run(_second_header(tmp_path, replaces))


async def _second_header(folder: Path, replaces: bool) -> None:
    world = World(folder, random.Random(2), {"out.csv": {"format": "csv", "overwrite": replaces}})
    await world.run(0)
    doubled(folder / "out.csv", world)
    await world.run(3)
    world.check()
    assert (folder / "out.csv.aside-1").exists()


async def live(folder: Path, uri: str, replaces: bool, chance: random.Random) -> None:
    options: dict[str, Any] = {"format": FORMATS[uri], "overwrite": replaces}
    if "%(" in uri:
        options["batch_item_count"] = 10
    others = [each for each in OTHERS if "%(" not in uri or each not in LINKS]
    world = World(folder, chance, {uri: options})
    if not replaces and uri in THEIRS:
        (folder / uri).write_text(mark(world, THEIRS[uri]))
    for _ in range(chance.randrange(1, 8)):
        pages, life = chance.randrange(5), chance.randrange(1, 40) if chance.random() < 0.7 else None
        print(f"run of {pages} pages, killed within {life} steps")
        await world.run(pages, killed_within=life)
        if chance.random() < 0.5 and (there := world.files()):
            other, path = chance.choice(others), chance.choice(sorted(there))
            print(f"{other.__name__}: {path.name}")
            other(path, world)
            world.remember_foreign()
    while not await world.run(1):
        pass
    world.check()
