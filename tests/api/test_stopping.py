"""A caller who is stopped, by Ctrl-C or the end of its loop: a page is written whole, and the list continues."""

from __future__ import annotations

import asyncio
import signal

import pytest

from igcrawl.simulator import Simulator
from tests.support import crawls
from tests.support.client_program import ClientProgram

READS = """
async def main():
    async with igcrawl.Client() as ig:
        async for follow in ig.followers(user_id=25025320):
            print(follow.pk)
try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("interrupted")
"""
READS_WITHOUT_A_LOOP = """
try:
    with igcrawl.SyncClient() as ig:
        for follow in ig.followers(user_id=25025320):
            print(follow.pk)
except KeyboardInterrupt:
    print("interrupted")
"""


async def the_rest(ig):
    return [follow.pk for follow in await ig.followers(user_id=25025320)]


def check_whole(client: ClientProgram, simulator: Simulator) -> None:
    """The list continues to its end, and no page is asked for twice."""
    assert client(the_rest) == list(simulator.graph.follower_ids(simulator.user_id))
    cursors = [request.cursor for request in simulator.requests if request.operation == "followers"]
    assert len(cursors) == len(set(cursors))


@pytest.mark.parametrize("program", [READS, READS_WITHOUT_A_LOOP], ids=["async", "sync"])
def test_ctrl_c_waits_for_the_page_on_its_way(client: ClientProgram, simulator: Simulator, program: str) -> None:
    simulator.faults.add(operation="followers", nth=3, kind="delay", delay=0.8)
    process = client.begin(program)
    crawls.until(lambda: len(simulator.requests) >= 4)
    process.signal(signal.SIGINT)
    assert process.wait() == 0
    assert process.log.splitlines()[-1] == "interrupted"
    assert "Traceback" not in process.log
    assert len(simulator.requests) == 4
    check_whole(client, simulator)


def test_a_cancelled_task_ends_with_its_page_written_whole(client: ClientProgram, simulator: Simulator) -> None:
    simulator.faults.add(operation="followers", nth=3, kind="delay", delay=0.4)

    async def main(ig):
        async def read():
            async for follow in ig.followers(user_id=25025320):
                assert follow.pk

        try:
            await asyncio.wait_for(read(), 0.35)
        except TimeoutError:
            return True

    assert client(main) is True
    check_whole(client, simulator)


def test_a_program_that_closes_nothing_ends_quietly(client: ClientProgram, simulator: Simulator) -> None:
    client.program(
        """
async def main():
    ig = igcrawl.Client()
    async for follow in ig.followers(user_id=25025320):
        break
asyncio.run(main())
for follow in igcrawl.SyncClient().followers(user_id=25025320):
    break
kept = iter(igcrawl.SyncClient().followers(user_id=25025320))
next(kept)
print("result", 1)
"""
    )
    assert client.err == ""
    assert len(simulator.requests) == 2
    check_whole(client, simulator)


def test_a_twisted_program_with_an_asyncio_reactor_uses_it(client: ClientProgram) -> None:
    result = client.program(
        """
from twisted.internet import asyncioreactor
asyncioreactor.install()
from twisted.internet import reactor, task
from twisted.internet.defer import Deferred

async def read():
    async with igcrawl.Client() as ig:
        follows = await ig.followers(user_id=25025320, max_pages=2)
    try:
        igcrawl.SyncClient().profile(user_id=25025320)
    except igcrawl.BadInput as error:
        print("result", json.dumps([len(follows), str(error)]))

task.react(lambda _: Deferred.fromFuture(asyncio.ensure_future(read())))
"""
    )
    assert result[0] > 10
    assert result[1].startswith("this process has a Twisted reactor, and another loop than the reactor's runs here")
