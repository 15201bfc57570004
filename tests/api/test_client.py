"""`igcrawl.Client`: lists read page by page, broken off and continued, what a caller is told."""

from __future__ import annotations

import asyncio
import os
import pickle
import time
from dataclasses import fields
from pathlib import Path
from statistics import median
from typing import Any

import pytest

import igcrawl
from igcrawl.simulator import Simulator
from tests.conftest import asked
from tests.support.client_program import ClientProgram

#: So many are made in a row; `make torture` makes more.
CLIENTS = int(os.environ.get("CLIENTS", "8"))


def followers_of(simulator: Simulator) -> list[str]:
    return list(simulator.graph.follower_ids(simulator.user_id))


def cursors(simulator: Simulator, operation: str = "followers") -> list[str | None]:
    return [request.cursor for request in simulator.requests if request.operation == operation]


def test_a_list_comes_as_typed_records(client: ClientProgram, simulator: Simulator) -> None:
    async def main(ig):
        follows = ig.followers(user_id=25025320)
        pks = []
        async for follow in follows:
            assert type(follow) is igcrawl.Follow
            assert follow.position == len(pks) + 1
            pks.append(follow.pk)
        return pks, follows.walk.verdict, follows.walk.records

    assert client(main) == [followers_of(simulator), "complete", 200]
    assert asked(simulator)[:2] == ["user_profile", "followers"]


def test_who_stops_reading_stops_the_requests(client: ClientProgram, simulator: Simulator) -> None:
    async def main(ig):
        async for follow in ig.followers(user_id=25025320):
            await asyncio.sleep(0.3)
            if follow.position == 1:
                break

    client(main)
    assert asked(simulator) == ["user_profile", "followers"]


def test_a_loop_that_was_broken_off_continues_and_pays_nothing_twice(
    client: ClientProgram, simulator: Simulator
) -> None:
    async def first(ig):
        async for follow in ig.followers(user_id=25025320):
            if follow.position == 120:
                break

    async def again(ig):
        follows = ig.followers(user_id=25025320)
        async for follow in follows:
            if follow.position == 120:
                break
        return [follow.pk for follow in await follows], follows.walk.verdict

    client(first)
    paid = len(simulator.requests)
    assert client(first) is None
    assert len(simulator.requests) == paid, "what the store holds was asked for again"
    assert client(again) == [followers_of(simulator), "complete"]
    assert len(cursors(simulator)) == len(set(cursors(simulator)))


def test_fresh_asks_for_all_again(client: ClientProgram, simulator: Simulator) -> None:
    async def main(ig):
        first = await ig.followers(user_id=25025320, max_pages=2)
        return len(first), len(await ig.followers(user_id=25025320, max_pages=1, fresh=True))

    first, second = client(main)
    assert first > second > 0
    assert cursors(simulator).count(None) == 2


def test_what_the_command_has_crawled_is_read_without_a_request(
    client: ClientProgram, simulator: Simulator, at_simulator: dict[str, str], tmp_path: Path, scrapy: Any
) -> None:
    async def main(ig):
        return [follow.pk for follow in await ig.followers(user_id=25025320, max_pages=2, crawl="mine")]

    given = ("-a", "user_id=25025320", "-a", "max_pages=2", "-a", "crawl=mine")
    command = scrapy("crawl", "followers", *given, **at_simulator)
    assert command.code == 0, command.err
    paid = len(simulator.requests)
    pks = client(main)
    assert len(simulator.requests) == paid
    assert pks == followers_of(simulator)[: len(pks)] != []


def test_records_that_are_not_in_the_store_are_not_taken_for_none(
    client: ClientProgram, at_simulator: dict[str, str], scrapy: Any
) -> None:
    async def main(ig):
        said = []
        for options in ({"max_pages": 3}, {"max_pages": 1, "crawl": "ended"}):
            try:
                await ig.followers(user_id=25025320, verify=False, **options)
            except igcrawl.BadInput as error:
                said.append(str(error))
        return said, len(await ig.followers(user_id=25025320, verify=False, max_pages=1, fresh=True))

    given = ("-a", "user_id=25025320", "-a", "max_pages=1", "-a", "verify=0", "-s", "IG_KEEP=False")
    assert scrapy("crawl", "followers", *given, "-O", "a.jsonl", **at_simulator).code == 0
    assert scrapy("crawl", "followers", *given, "-O", "b.jsonl", "-a", "crawl=ended", **at_simulator).code == 0
    said, count = client(main)
    assert [each.partition(" (")[0] for each in said] == ["the store does not hold the records of this crawl"] * 2
    assert count > 10


def test_a_first_argument_is_a_name_even_if_it_has_digits_only(client: ClientProgram, simulator: Simulator) -> None:
    async def main(ig):
        try:
            await ig.profile("25025320", on_doubt="warn")
        except igcrawl.NotFound as error:
            return str(error), (await ig.profile("instagram")).pk

    said, pk = client(main)
    assert "no account is named '25025320'" in said
    assert pk == simulator.user_id


def test_the_other_spiders_give_their_own_records_and_each_list_a_frame(client: ClientProgram) -> None:
    async def main(ig):
        first = await ig.feed(user_id=25025320, max_pages=1)
        lists = [
            first,
            await ig.following("instagram", max_pages=1),
            await ig.suggestions(user_id="25025320"),
            await ig.clips("instagram", max_pages=1),
            await ig.media([post.id for post in first[:2]]),
            await ig.comments(first[0].id),
            await ig.search("py", tab="accounts", max_pages=1),
            await ig.typeahead("py"),
            await ig.audio(564058920086577, max_pages=1),
            await ig.resolve(f"{os.environ['IG_WEB_URL']}/share/abc"),
            await ig.profiles("instagram"),
            await ig.call("user_followers", user_id="25025320", max_pages=1),
            await ig.doc_id(28036671149327607, {"id": "25025320"}),
        ]
        frame = await ig.followers(user_id=25025320, max_pages=1).to_polars()
        return [sorted({type(record).__name__ for record in records}) for records in lists], len(frame), frame.columns

    kinds = "Media Follow Suggestion Media Media Comment Hit Hit Audio,Media Redirect Profile Follow Profile"
    found, count, columns = client(main)
    assert found == [kind.split(",") for kind in kinds.split()]
    # Also what IG_FIELDS leaves out of all records is a column of a frame.
    assert columns == [field.name for field in fields(igcrawl.Follow)]
    assert count > 10


def test_the_store_is_exported_without_a_request(client: ClientProgram, simulator: Simulator, tmp_path: Path) -> None:
    async def main(ig):
        await ig.followers(user_id=25025320, max_pages=1)
        return await ig.export("follows.jsonl", type="follow")

    assert client(main) is True
    assert len((tmp_path / "follows.jsonl").read_bytes().splitlines()) > 10
    assert asked(simulator) == ["user_profile", "followers"]


def test_a_plan_crawls_nothing(client: ClientProgram, simulator: Simulator) -> None:
    async def main(ig):
        return await ig.followers(user_id=25025320).plan()

    assert "5 to 9 requests" in client(main)
    assert asked(simulator) == ["user_profile"]


def test_loops_over_one_list_do_not_wait_for_each_other(client: ClientProgram, simulator: Simulator) -> None:
    async def main(ig):
        follows = ig.followers(user_id=25025320, max_pages=3)
        try:
            async for _ in follows:
                inner = len(await follows)
        except igcrawl.Interrupted as error:
            return inner, str(error)

    inner, said = client(main)
    assert inner > 10
    assert "another loop reads this list" in said
    assert len(cursors(simulator)) == len(set(cursors(simulator)))


def test_a_loop_that_its_error_keeps_alive_gives_way(client: ClientProgram, simulator: Simulator) -> None:
    """As in a notebook, which remembers the traceback of a cell."""

    async def main(ig):
        kept = []
        for _ in range(3):
            try:
                async for follow in ig.followers(user_id=25025320):
                    assert follow.position > 1
            except AssertionError as error:
                kept.append(error)
        return len(kept), len(await ig.followers(user_id=25025320))

    assert client(main) == [3, 200]
    assert len(cursors(simulator)) == len(set(cursors(simulator)))


def test_lists_are_read_side_by_side(client: ClientProgram, simulator: Simulator) -> None:
    async def main(ig):
        async with igcrawl.Client(store="other.db") as other:
            first, second, *profiles = await asyncio.gather(
                ig.followers(user_id=25025320, max_pages=3).all(),
                other.followers(user_id=25025320, max_pages=3).all(),
                *(ig.profile(user_id=25025320) for _ in range(3)),
            )
        return [[follow.pk for follow in first], [follow.pk for follow in second], [each.pk for each in profiles]]

    first, second, profiles = client(main)
    assert first == second == followers_of(simulator)[: len(first)] != []
    assert profiles == [simulator.user_id] * 3


def test_the_embedded_simulator_keeps_a_store_of_its_own(client: ClientProgram, tmp_path: Path) -> None:
    def main(ig):
        return len(ig.followers("instagram", max_pages=1).all())

    before = set(tmp_path.rglob("*.db"))
    assert client(main, 'settings={"IG_SIMULATOR": True}') > 10
    assert set(tmp_path.rglob("*.db")) == before


def test_tasks_that_read_one_pass_share_its_records(client: ClientProgram, simulator: Simulator) -> None:
    async def main(ig):
        one_pass, read = aiter(ig.followers(user_id=25025320)), []

        async def reader():
            async for follow in one_pass:
                read.append(follow.pk)
                await asyncio.sleep(0)

        await asyncio.gather(reader(), reader(), reader())
        return read

    read = client(main)
    assert sorted(read) == sorted(followers_of(simulator))


def test_a_forked_process_is_told_that_the_client_is_its_parent_s(client: ClientProgram) -> None:
    def main(ig):
        pk = ig.profile(user_id=25025320).pk
        out, into = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                ig.profile(user_id=25025320)
            except igcrawl.BadInput as error:
                ig.close()
                os.write(into, str(error).encode())
            finally:
                os._exit(0)
        os.close(into)
        said = os.read(out, 1000).decode()
        os.waitpid(child, 0)
        return said, ig.profile(user_id=pk).pk == pk

    assert client(main) == [
        "this client belongs to the process that this one was forked from; make one in each process",
        True,
    ]


def test_what_a_client_returns_can_be_pickled_and_the_client_says_that_it_cannot(
    at_simulator: dict[str, str], tmp_path: Path
) -> None:
    end = igcrawl.WalkEnd("walk", "followers", "", "followers/1", "1", "limited", 1, 1, 0, None, 1, "", "", "cut")
    for kind in (igcrawl.DoubtfulResult, igcrawl.NotFound):
        error = kind("why", [end])
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), str(again), again.walk, again.walks) == (kind, "why", end, [end])
    ig = igcrawl.Client(at_simulator["IG_SESSION"], tmp_path / "store.db")
    with igcrawl.SyncClient(at_simulator["IG_SESSION"], tmp_path / "store.db") as without_a_loop:
        for each in (ig, ig.followers("x"), without_a_loop, without_a_loop.followers("x")):
            with pytest.raises(TypeError, match="stay in their process; records can be pickled"):
                pickle.dumps(each)


def test_many_clients_in_a_row_leave_nothing_behind(client: ClientProgram) -> None:
    def main(ig):
        import gc
        import threading

        clients, figures, cpu, resident = int(os.environ.get("CLIENTS", "8")), [], [], []
        for number in range(clients):
            before = time.process_time()
            with igcrawl.SyncClient() as each:
                for _ in each.followers(user_id=25025320, fresh=True, verify=False):
                    break
            cpu.append(time.process_time() - before)
            resident.append(int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE"))
            if number in {clients // 2 - 1, clients - 1}:
                gc.collect()
                crawlers = sum(type(one).__name__ in {"Crawler", "Reading", "HandOut"} for one in gc.get_objects())
                figures.append([len(list(Path("/proc/self/fd").iterdir())), threading.active_count(), crawlers])
        return figures, cpu, resident

    (first, last), cpu, resident = client(main, timeout=60 + CLIENTS)
    assert first == last
    if CLIENTS >= 200:
        # The first ones load modules, and a heap takes a while to find its size.
        assert median(cpu[-100:]) <= 1.2 * median(cpu[20:120])
        assert resident[-1] <= 1.05 * resident[CLIENTS // 2]


def test_a_closed_client_says_so(at_simulator: dict[str, str], tmp_path: Path) -> None:
    ig = igcrawl.Client(at_simulator["IG_SESSION"], tmp_path / "store.db")
    asyncio.run(ig.close())
    with pytest.raises(igcrawl.BadInput, match="was closed"):
        aiter(ig.followers("instagram"))
    for question in (
        ig.followers("x").plan(),
        ig.compare("new", 1),
        ig.history(1),
        ig.report("x.html"),
        ig.export("x.csv"),
    ):
        with pytest.raises(igcrawl.BadInput, match="was closed"):
            asyncio.run(question)
    without_a_loop = igcrawl.SyncClient(at_simulator["IG_SESSION"], tmp_path / "store.db")
    without_a_loop.close()
    with pytest.raises(igcrawl.BadInput, match="was closed"):
        without_a_loop.profile("instagram")
