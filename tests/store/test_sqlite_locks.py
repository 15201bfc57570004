"""SQLite's locks hold however many stores a process has open, and the stores of a process share what they can."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import pytest

from igcrawl.errors import StoreError
from igcrawl.store import Store
from igcrawl.store.sqlite.worker_locks import WorkerLocks
from tests.store.samples import begun, claimed, ended, kept, opened, seed

#: Opens a store as another program does, prints which walks have ended, and closes it.
_LOOK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
for [target] in connection.execute("SELECT target FROM walks WHERE verdict IS NOT NULL ORDER BY id"):
    print(target)
connection.close()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that is not there yet."""
    return tmp_path / "store.db"


@pytest.fixture
def few_descriptors(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Lets a process keep no more files open than this."""
    monkeypatch.setattr("igcrawl.store.sqlite.connection.resource.getrlimit", lambda _: (90, 90))
    return 10


def seen_by_another_process(path: Path) -> list[str]:
    return subprocess.run(
        [sys.executable, "-I", "-c", _LOOK, str(path)], capture_output=True, text=True, check=True
    ).stdout.split()


def descriptors(folder: Path) -> int:
    """How many files of a folder this process has open."""
    count = 0
    for descriptor in Path("/proc/self/fd").iterdir():
        # The listing's own is gone again.
        with suppress(OSError):
            count += descriptor.readlink().is_relative_to(folder)
    return count


async def end_next(store: Store) -> None:
    """Claim a walk and end it."""
    crawl = await store.crawls.find("key")
    assert crawl is not None
    await ended(store, await claimed(store, crawl), "complete")


@pytest.mark.parametrize("thread", ["the same thread", "another thread"])
async def test_a_second_store_of_a_file_does_not_let_another_process_delete_the_log(path: Path, thread: str) -> None:
    url, log = f"sqlite:///{path}", path.with_name("store.db-wal")

    async def second() -> None:
        async with opened(url) as two:
            assert seen_by_another_process(path) == ["1"]
            assert log.exists()
            await end_next(two)
            assert seen_by_another_process(path) == ["1", "2"]

    async with opened(url) as one:
        await begun(one, [seed(number) for number in (1, 2, 3)])
        await end_next(one)
        await (second() if thread == "the same thread" else asyncio.to_thread(asyncio.run, second()))
        assert seen_by_another_process(path) == ["1", "2"]
        assert log.exists()
        await end_next(one)
        assert seen_by_another_process(path) == ["1", "2", "3"]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="descriptors are counted in /proc")
async def test_stores_of_one_file_have_four_descriptors_together(path: Path) -> None:
    async with AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(opened(f"sqlite:///{path}")) for _ in range(20)]
        assert len({await store.worker.join() for store in stores}) == 20
        assert descriptors(path.parent) == 4
    assert descriptors(path.parent) == 0


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="descriptors are counted in /proc")
async def test_a_process_with_many_files_keeps_few_open_and_loses_nothing(tmp_path: Path, few_descriptors: int) -> None:
    paths = [tmp_path / str(number) / "store.db" for number in range(few_descriptors + 5)]
    async with AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(opened(f"sqlite:///{path}")) for path in paths]
        for _ in range(2):
            for store in stores:
                await begun(store, [seed(1), seed(2)])
                await end_next(store)
        # Three for each file that is open, and each store's worker has a lock.
        assert descriptors(tmp_path) == 3 * few_descriptors + len(stores)
        assert [seen_by_another_process(path) for path in paths[:2]] == [["1", "2"]] * 2


async def test_a_file_that_was_closed_meanwhile_and_is_gone_is_not_made_again(
    tmp_path: Path, few_descriptors: int
) -> None:
    paths = [tmp_path / str(number) / "store.db" for number in range(few_descriptors + 1)]
    async with AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(opened(f"sqlite:///{path}")) for path in paths]
        paths[0].unlink()
        with pytest.raises(StoreError, match="the file is gone") as caught:
            await stores[0].crawls.all()
        assert "\n" not in str(caught.value)
        assert not paths[0].exists()
        async with opened(f"sqlite:///{paths[0]}") as another:
            assert await another.crawls.all() == []


async def test_a_worker_that_leaves_lets_go_of_its_own_walks_only(path: Path) -> None:
    async with opened(f"sqlite:///{path}") as looking:
        crawl = await begun(looking, [seed(1), seed(2)])
        async with AsyncExitStack() as stack:
            two = await stack.enter_async_context(opened(f"sqlite:///{path}"))
            async with opened(f"sqlite:///{path}") as one:
                first, second = await claimed(one, crawl), await claimed(two, crawl)
            assert (await kept(looking, first.id)).worker is None
            assert (await kept(looking, second.id)).worker == second.worker
            assert await looking.walks.busy(crawl.id)
        assert not await looking.walks.busy(crawl.id)


@pytest.mark.parametrize("links", [True, False])
def test_workers_of_a_process_share_a_lock_where_the_disk_has_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:
        monkeypatch.setattr("os.link", lambda *_: (_ for _ in ()).throw(OSError("no links here")))
    workers = [WorkerLocks(tmp_path / "workers") for _ in range(3)]
    for number, worker in enumerate(workers):
        worker.enter(number)
    assert len({file.stat().st_ino for file in (tmp_path / "workers").iterdir()}) == (1 if links else 3)
    for number, worker in enumerate(workers):
        assert [workers[0].alive(each) for each in range(3)] == [each >= number for each in range(3)]
        worker.leave()
    assert list((tmp_path / "workers").iterdir()) == []
