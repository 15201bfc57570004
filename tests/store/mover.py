"""Processes that move the edges of an earlier store, to be killed: ``python -m tests.store.mover URL``.

Each line on standard input, a number, forks one. It says its process id and what it does on standard output, a line
each: that a step begins, and that it is done but for its commit. It stops itself when it has said so many lines.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import Any

from igcrawl.store import schema
from igcrawl.store.postgres import database
from tests.store.earlier_follows import opened_and_closed, small_pieces


def move(url: str, stop_after: int) -> str:
    """Move the edges, and return what is to be said of it."""
    goes_on, said = database._goes_on, 0

    def say_and_stop(what: str) -> None:
        nonlocal said
        say(what)
        said += 1
        if said == stop_after:
            os.kill(os.getpid(), signal.SIGSTOP)

    async def step(connection: Any, script: str) -> bool:
        say_and_stop("begins")
        left = await goes_on(connection, script)
        say_and_stop("commits")
        return left

    database._goes_on = step
    try:
        asyncio.run(opened_and_closed(url))
    except Exception as error:
        return f"fails: {error}"
    return "moved"


def say(what: str) -> None:
    print(os.getpid(), what, flush=True)


def main(url: str) -> None:
    schema.migrations = small_pieces
    # Nobody waits for them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        if os.fork() == 0:
            say(move(url, int(line)))
            os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
