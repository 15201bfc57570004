"""`make bench`: what the budget and signing cost a request, side by side with a bare SQLite counter.

Figures are user + system CPU of the process. The session has sent 500 requests within the day, so that its log is as
long as the default budget lets it grow.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from igcrawl.budget.gate import Gate
from igcrawl.budget.limits import Budget, WindowLimits
from igcrawl.budget.rules import Rules
from igcrawl.budget.session_states import SessionStates
from igcrawl.calling.signing import Signer
from igcrawl.calling.wire import to_wire
from igcrawl.doc_ids import DocIds
from igcrawl.operations.call import Call
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.sessions.session import Session
from igcrawl.stopping import Stopping
from igcrawl.store import make_store
from igcrawl.times import DAY
from tests.support.session_file import session_settings

#: µs of CPU a request that budget and signing may cost together.
AIM: Final = 150.0
_SENT: Final = 500
_ROUNDS: Final = 20


class Passing(Stopping):
    """A clock by which each request comes when the day has just room for it."""

    def __init__(self) -> None:
        super().__init__()
        self.at = 1_800_000_000.0

    def now(self) -> float:
        self.at += (DAY + 10) / _SENT
        return self.at


async def cost(times: int, step: Callable[[], Awaitable[object]]) -> float:
    """The least CPU a step took in any of twenty rounds, in µs: others use the machine, too."""
    rounds = []
    for _ in range(_ROUNDS):
        began = time.process_time()
        for _ in range(times // _ROUNDS):
            await step()
        rounds.append((time.process_time() - began) / (times // _ROUNDS) * 1e6)
    return min(rounds)


async def budget(folder: Path, times: int) -> float:
    """Ask for a turn and get it."""
    store = make_store(f"sqlite:///{folder / 'store.db'}")
    await store.open()
    rules = Rules(budget=Budget(WindowLimits(_SENT, _SENT), {"relations": WindowLimits(_SENT, _SENT)}))
    states = SessionStates(str(folder / "state"), "bench", store)
    await states.open()
    gate = Gate(states, store.worker, Session(session_settings()), "bench", rules, Passing())
    for _ in range(_SENT):
        await gate.enter("relations")
    figure = await cost(times, lambda: gate.enter("relations"))
    assert len((await gate.state()).sent.times(time.time())) >= _SENT
    await states.close()
    await store.close()
    return figure


async def signing(times: int) -> float:
    """Turn a call into what is sent, signed."""
    signer, doc_ids, operation = Signer(Session(session_settings())), DocIds({}), OPERATIONS["followers"]
    cursors = iter(range(10 * times))

    async def sign() -> None:
        call = Call("followers", {"user_id": "25025320", "rank_token": "r"}, str(next(cursors)))
        doc_id = doc_ids.candidates(operation.name, operation.query_name or "")[0].id
        root = doc_ids.root_field(operation.query_name or "")
        signer.sign(to_wire(operation, call, doc_id, root), 1_800_000_000.0)

    return await cost(times, sign)


async def counter(folder: Path, times: int, synchronous: str) -> float:
    """Count in one transaction of a bare SQLite file."""
    connection = sqlite3.connect(folder / f"bare-{synchronous}.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute("CREATE TABLE counters (name TEXT PRIMARY KEY, count INTEGER)")
    connection.execute("INSERT INTO counters VALUES ('a', 0)")

    async def count() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE counters SET count = count + 1 WHERE name = 'a'")
        connection.execute("COMMIT")

    figure = await cost(times, count)
    connection.close()
    return figure


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=5_000)
    times = parser.parse_args().times
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bare = await counter(folder, times, "NORMAL")
        rows = {
            "a bare counter, synchronous=NORMAL": bare,
            "a bare counter, synchronous=FULL": await counter(folder, times, "FULL"),
            "budget": await budget(folder, times),
            "signing": await signing(times),
        }
    both = rows["budget"] + rows["signing"]
    print(f"{'µs of CPU a request':<38}{'times bare':>18}")
    for name, figure in {**rows, f"budget and signing (aim {AIM:.0f})": both}.items():
        print(f"{name:<38}{figure:>7.0f}{figure / bare:>11.1f}")


if __name__ == "__main__":
    asyncio.run(main())
