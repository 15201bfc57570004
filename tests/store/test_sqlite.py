"""What is special about a store that is a file: whose it is, what it must not be, and a disk that fails."""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from igcrawl.errors import BadInput, StoreError
from igcrawl.store import FoundPage, PageCommit, WalkRow, make_store
from igcrawl.store.schema import migrations
from igcrawl.store.sqlite.database import Database
from tests.store.samples import begun, claimed, opened, page, seed, targets
from tests.store.walker import FORKS, open_and_join

MEGABYTE = 1 << 20


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that is not there yet."""
    return tmp_path / ".igcrawl" / "store.db"


def address(path: Path) -> str:
    return f"sqlite:///{path}"


async def refusal(path: Path) -> str:
    with pytest.raises(BadInput) as caught:
        await make_store(address(path)).open()
    return str(caught.value)


async def test_what_it_makes_is_the_owners_only(path: Path) -> None:
    async with opened(address(path)) as store:
        await claimed(store, await begun(store, [seed(1)]))
        modes = {file.name: file.stat().st_mode & 0o777 for file in [path.parent, *path.parent.rglob("*")]}
        assert modes == {
            ".igcrawl": 0o700,
            "store.db": 0o600,
            "store.db-wal": 0o600,
            "store.db-shm": 0o600,
            "store.db-workers": 0o700,
            "1": 0o600,
        }


async def test_a_folder_that_was_there_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    async with opened(address(tmp_path / "store.db")):
        assert tmp_path.stat().st_mode & 0o777 == 0o755


async def test_a_page_survives_power_loss(path: Path) -> None:
    database = Database(path)
    await database.open()
    [[journal]] = database.rows("PRAGMA journal_mode")
    [[synchronous]] = database.rows("PRAGMA synchronous")
    assert (journal, synchronous) == ("wal", 2)
    await database.close()


async def test_the_columns_of_a_walk_are_its_fields(path: Path) -> None:
    database = Database(path)
    await database.open()
    assert [row["name"] for row in database.rows("PRAGMA table_info(walks)")] == [f.name for f in fields(WalkRow)]
    await database.close()


async def test_a_store_newer_than_the_program_is_refused(path: Path) -> None:
    async with opened(address(path)) as store:
        await begun(store, [seed(1)])
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 1000")
    connection.close()
    said = await refusal(path)
    assert said.startswith(f"IG_STORE: {path} was written by a newer igcrawl (schema 1000, this one knows ")
    assert said.endswith("; update igcrawl, or name another place")
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {migrations('sqlite')[-1][0]}")
    connection.close()
    async with opened(address(path)) as store:
        assert await targets(store) == ["1"]


async def test_what_is_no_store_is_refused_in_one_line(tmp_path: Path) -> None:
    text = tmp_path / "text.db"
    text.write_text("no database\n" * 1000)
    strange = tmp_path / "cookies.sqlite"
    connection = sqlite3.connect(strange)
    connection.execute("CREATE TABLE moz_cookies (id INTEGER)")
    connection.close()
    places = [text, strange, tmp_path, text / "store.db", Path("/proc/store.db"), Path("/dev/null/store.db")]
    for place in places:
        said = await refusal(place)
        assert said.startswith(f"IG_STORE: {place}")
        assert "\n" not in said
    assert text.read_text() == "no database\n" * 1000
    connection = sqlite3.connect(strange)
    assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("moz_cookies",)]
    connection.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
async def test_a_file_that_may_not_be_written_is_refused(path: Path) -> None:
    async with opened(address(path)):
        pass
    path.chmod(0o400)
    assert "ermission" in await refusal(path)


async def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    (tmp_path / "store.db").touch()
    async with opened(address(tmp_path / "store.db")) as store:
        assert await store.crawls.all() == []


def test_processes_that_open_a_new_store_at_once_all_get_it(tmp_path: Path) -> None:
    with FORKS.Pool(6) as pool:
        urls = [address(tmp_path / str(number // 6) / "store.db") for number in range(60)]
        pool.map(open_and_join, urls, chunksize=1)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes, where the tests may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("may not mount a disk")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


async def pages_until_it_fails(url: str) -> int:
    """Commit pages until the disk is full, and return how many were committed."""
    async with opened(url) as store:
        crawl = await begun(store, [seed(1)])
        walk = await claimed(store, crawl)
        with pytest.raises(StoreError) as caught:
            for _ in range(3_000):
                walk.pages += 1
                walk.cursor = str(walk.pages)
                await store.walks.commit([PageCommit(walk=walk, found=FoundPage(b"12345678" * 200, walk.pages))], {})
        said = str(caught.value)
        assert said.startswith(url.removeprefix("sqlite:///"))
        assert "the same command continues" in said
        return walk.pages - 1


async def assert_it_goes_on(url: str, committed: int) -> None:
    async with opened(url) as store:
        crawl = await store.crawls.find("key")
        assert crawl is not None
        walk = await claimed(store, crawl)
        assert (walk.pages, walk.cursor) == (committed, str(committed))
        assert [found.turned async for found in store.walks.found(walk.id)] == list(range(1, committed + 1))
        await store.walks.commit([PageCommit(walk=walk, found=page(1))], {})


async def test_a_full_disk_ends_the_crawl_in_one_line_and_it_goes_on_when_there_is_space(small_disk: Path) -> None:
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * (MEGABYTE // 2))
    url = address(small_disk / ".igcrawl" / "store.db")
    committed = await pages_until_it_fails(url)
    assert committed > 20
    filler.unlink()
    await assert_it_goes_on(url, committed)


async def test_a_file_that_cannot_grow_ends_the_crawl_in_one_line(path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MEGABYTE, limits[1]))
    try:
        committed = await pages_until_it_fails(address(path))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert committed > 20
    await assert_it_goes_on(address(path), committed)


async def test_a_store_that_another_program_keeps_locked_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("igcrawl.store.sqlite.connection.PATIENCE", 0.1)
    async with opened(address(path)) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another process has kept it locked"):
            await begun(store, [seed(1)])
        other.close()
        assert await targets(store) == []
        await begun(store, [seed(1)])
