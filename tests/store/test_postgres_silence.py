"""A Postgres that says nothing is given up after some seconds; one that takes long for a statement is not."""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
from psycopg.conninfo import conninfo_to_dict

from igcrawl.errors import BadInput, StoreError
from igcrawl.store.postgres.database import Database
from igcrawl.store.silence import Watched
from tests.support import crawls
from tests.support.postgres import ready_database

SILENCE = 0.9


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A server that takes connections and says nothing."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=50)) as server:
        yield server


class Line:
    """A line to the database that can be cut without a word."""

    def __init__(self, url: str) -> None:
        options = conninfo_to_dict(url)
        self._socket = f"{options['host']}/.s.PGSQL.{options.get('port', 5432)}"
        self._options = options
        self.silent = False
        self.connections = 0
        #: Set when something was said that the other side has not heard.
        self.unheard = asyncio.Event()

    def url(self, port: int) -> str:
        """The database's address by this line."""
        return f"postgresql://{self._options['user']}@127.0.0.1:{port}/{self._options['dbname']}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry a connection."""
        self.connections += 1
        to_read, to_write = await asyncio.open_unix_connection(self._socket)
        await asyncio.gather(self._carry(reader, to_write), self._carry(to_read, writer))

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                if self.silent:
                    self.unheard.set()
                else:
                    writer.write(data)
        except OSError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def lined(silence: float = SILENCE) -> AsyncIterator[tuple[Line, Database]]:
    """A store's database, opened, at the end of a line."""
    with ready_database() as url:
        line = Line(url)
        server = await asyncio.start_server(line.serve, "127.0.0.1", 0)
        store = Database(line.url(server.sockets[0].getsockname()[1]), silence)
        await store.open()
        try:
            yield line, store
        finally:
            await store.close()
            server.close()


def test_a_server_that_says_nothing_at_the_start_is_bad_input(silent: socket.socket) -> None:
    began = time.monotonic()
    with pytest.raises(BadInput) as refused:
        asyncio.run(Database(f"postgresql://user:hunter2@127.0.0.1:{silent.getsockname()[1]}/db", SILENCE).open())
    assert str(refused.value).startswith(f"IG_STORE: the server has not answered for {SILENCE:g} s; expected ")
    assert "hunter2" not in str(refused.value)
    assert time.monotonic() - began < 5 * SILENCE


def test_a_server_that_falls_silent_ends_what_is_asked_in_one_line() -> None:
    async def ask() -> None:
        async with lined() as (line, store):
            await store.rows("SELECT 1")
            line.silent = True

            async def transact(cursor: Any) -> None:
                await cursor.execute("SELECT 1")

            for question in (store.rows("SELECT 1"), store.transact(transact), store.rows("SELECT 1")):
                began = time.monotonic()
                with pytest.raises(StoreError, match=r"^the Postgres store: the server has not answered for 0\.\d+ s"):
                    await question
                assert time.monotonic() - began < 5 * SILENCE
            with store.worker_locks() as locks:
                began = time.monotonic()
                with pytest.raises(Exception, match="has not answered"):
                    await locks.enter(1)
                assert time.monotonic() - began < 5 * SILENCE
            line.silent = False
            async with asyncio.timeout(10):
                # Less is waited for it at first, which a busy machine may be too slow for.
                while (rows := await answered(store)) is None:
                    pass
            assert rows == [{"seven": 7}]

    asyncio.run(ask())


async def answered(store: Database) -> list[dict[str, Any]] | None:
    """What the server answers; None if nothing."""
    try:
        return await store.rows("SELECT 7 AS seven")
    except StoreError:
        return None


def test_a_statement_that_takes_long_is_not_cut() -> None:
    async def ask() -> None:
        async with lined() as (line, store):
            assert await store.rows(f"SELECT pg_sleep({4 * SILENCE})::text, 7 AS seven") == [
                {"pg_sleep": "", "seven": 7}
            ]
            # The server was asked for a sign of life meanwhile.
            assert line.connections > 4
            async with store.session() as connection:
                await asyncio.sleep(2 * SILENCE)
                await connection.execute("SELECT 1")

    asyncio.run(ask())


def test_who_is_cancelled_does_not_wait_for_a_silent_server() -> None:
    async def ask() -> None:
        async with lined() as (line, store):
            await store.rows("SELECT 1")
            line.silent = True
            asking = asyncio.create_task(store.rows("SELECT 1"))
            await line.unheard.wait()
            began = time.monotonic()
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            assert time.monotonic() - began < SILENCE / 2

    asyncio.run(ask())


def test_who_wants_to_stop_does_not_wait_for_what_runs_already() -> None:
    async def ask() -> None:
        async with lined(silence=5.0) as (line, store):
            await store.rows("SELECT 1")
            line.silent = True
            asking = asyncio.create_task(store.rows("SELECT 1"))
            await line.unheard.wait()
            store.hurry()
            with pytest.raises(StoreError, match="has not answered"):
                await asyncio.wait_for(asking, 2)

    asyncio.run(ask())


def test_ctrl_c_ends_a_crawl_at_once_that_waits_for_a_silent_server(
    silent: socket.socket, at_simulator: dict[str, str], tmp_path: Path
) -> None:
    log = tmp_path / "log"
    process = crawls.start(
        *(
            "crawl",
            "followers",
            "-a",
            "user_id=1",
            "-s",
            f"IG_STORE=postgresql://u@127.0.0.1:{silent.getsockname()[1]}/db",
        ),
        folder=tmp_path,
        log=log,
        **at_simulator,
    )
    silent.settimeout(20)
    connection, _ = silent.accept()
    with connection:
        # It has said its first words, and waits.
        assert connection.recv(8)
        began = time.monotonic()
        process.signal(signal.SIGINT)
        assert process.wait(20) == 1, log.read_text()
        assert time.monotonic() - began < 3
    assert "Traceback" not in log.read_text()


def test_waiting_for_a_statement_that_takes_long_costs_no_cpu() -> None:
    async def wait() -> float:
        connection = await Watched.connect(url, autocommit=True)
        async with connection:
            began = time.process_time()
            await connection.execute("SELECT pg_sleep(0.4)")
            return time.process_time() - began

    with ready_database() as url:
        assert asyncio.run(wait()) < 0.1
