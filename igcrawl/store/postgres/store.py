"""The store in a Postgres database: workers on several machines may share it, and records go there, too."""

from __future__ import annotations

from igcrawl.store.base import Store
from igcrawl.store.postgres.crawls import PostgresCrawls
from igcrawl.store.postgres.database import Database
from igcrawl.store.postgres.doc_ids import PostgresDocIds
from igcrawl.store.postgres.earlier_states import PostgresEarlierStates
from igcrawl.store.postgres.outputs import PostgresOutputs
from igcrawl.store.postgres.records import PostgresRecords
from igcrawl.store.postgres.session_states import PostgresSessionStates
from igcrawl.store.postgres.walks import PostgresWalks
from igcrawl.store.postgres.worker import PostgresWorker


def postgres_store(url: str, setting: str = "IG_STORE") -> Store:
    """Return the store in a Postgres database (14 or later), not yet opened.

    Args:
        url: its address; a connection pooler in between must keep a session for each client.
        setting: that gives it.
    """
    database = Database(url, setting=setting)
    worker = PostgresWorker(database)
    return Store(
        connection=database,
        worker=worker,
        crawls=PostgresCrawls(database),
        walks=PostgresWalks(database, worker),
        records=PostgresRecords(database),
        outputs=PostgresOutputs(database),
        doc_ids=PostgresDocIds(database),
        earlier_states=PostgresEarlierStates(database),
        session_states=PostgresSessionStates(database),
    )
