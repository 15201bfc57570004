"""The store in an SQLite file: several processes of one machine may share it.

Every transaction is short and blocks its process for as long as it takes; the longest writes the walks that begin a
crawl.
"""

from __future__ import annotations

from pathlib import Path

from igcrawl.store.base import Store
from igcrawl.store.sqlite.crawls import SqliteCrawls
from igcrawl.store.sqlite.database import Database
from igcrawl.store.sqlite.doc_ids import SqliteDocIds
from igcrawl.store.sqlite.earlier_states import SqliteEarlierStates
from igcrawl.store.sqlite.outputs import SqliteOutputs
from igcrawl.store.sqlite.records import SqliteRecords
from igcrawl.store.sqlite.walks import SqliteWalks
from igcrawl.store.sqlite.worker import SqliteWorker
from igcrawl.store.sqlite.worker_locks import WorkerLocks


def sqlite_store(path: Path) -> Store:
    """Return the store in a file, not yet opened.

    Args:
        path: the file; made when it is opened, if it is missing.
    """
    database = Database(path)
    # All processes must look for each other in one folder, by whatever links they came.
    real = path.resolve()
    worker = SqliteWorker(database, WorkerLocks(real.with_name(real.name + "-workers")))
    return Store(
        connection=database,
        worker=worker,
        crawls=SqliteCrawls(database),
        walks=SqliteWalks(database, worker),
        records=SqliteRecords(database),
        outputs=SqliteOutputs(database),
        doc_ids=SqliteDocIds(database),
        earlier_states=SqliteEarlierStates(database),
    )
