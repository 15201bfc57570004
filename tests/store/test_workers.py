"""Which processes of one machine live is told by their locked files, beside a store in SQLite."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from igcrawl.errors import StoreError
from igcrawl.store.sqlite.worker_locks import WorkerLocks
from tests.store.samples import begun, claimed, kept, opened, seed


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that is not there yet."""
    return tmp_path / ".igcrawl" / "store.db"


async def test_processes_that_come_by_different_links_know_each_other(path: Path, tmp_path: Path) -> None:
    async with opened(f"sqlite:///{path}") as store:
        crawl = await begun(store, [seed(1)])
        await claimed(store, crawl)
        (tmp_path / "link.db").symlink_to(path)
        async with opened(f"sqlite:///{tmp_path}/link.db") as other:
            assert await other.walks.busy(crawl.id)


async def test_a_worker_that_dies_without_a_word_leaves_nothing_held(path: Path) -> None:
    """As kill -9 leaves it: the lock is gone, the file is not."""
    async with opened(f"sqlite:///{path}") as store:
        crawl = await begun(store, [seed(1)])
        dead = await claimed(store, crawl)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE walks SET worker = ?", (dead.worker,))
    connection.commit()
    connection.close()
    left = path.with_name("store.db-workers") / str(dead.worker)
    left.touch()
    async with opened(f"sqlite:///{path}") as store:
        assert not await store.walks.busy(crawl.id)
        walk = await claimed(store, crawl)
        assert (walk.id, walk.fence, walk.worker) == (dead.id, 2, (dead.worker or 0) + 1)
        assert not left.exists()
        assert (await kept(store, walk.id)).worker == walk.worker


def test_workers_live_until_they_leave(tmp_path: Path) -> None:
    one, two = WorkerLocks(tmp_path / "workers"), WorkerLocks(tmp_path / "workers")
    assert not one.alive(1)
    one.enter(1)
    two.enter(2)
    assert (one.alive(1), two.alive(1), one.alive(2), two.alive(3)) == (True, True, True, False)
    one.leave()
    one.leave()
    assert (two.alive(1), two.alive(2)) == (False, True)
    two.leave()
    assert list((tmp_path / "workers").iterdir()) == []


def test_a_folder_of_workers_that_cannot_be_made_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="when that is fixed, the same command continues"):
        WorkerLocks(tmp_path / "file" / "workers").enter(1)
