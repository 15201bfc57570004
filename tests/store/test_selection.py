"""Walks are chosen with their records, and what happens afterwards changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from igcrawl.store import Choice, PackedRecords, PageCommit, Selection, Store, WalkCount, WalkRow
from tests.store.samples import LATER, begun, claimed, opened, seed


async def put(store: Store, walk: WalkRow, *lines: bytes, verdict: str | None = None) -> WalkRow:
    """A page with records for each of the lines."""
    done = replace(walk, verdict=verdict, ended_at=LATER if verdict else None)
    pages = [PageCommit(walk=walk, records=PackedRecords(1, line)) for line in lines]
    await store.walks.commit([*pages, PageCommit(walk=done)])
    return done


async def lines_of(selection: Selection) -> list[bytes]:
    return [page.lines for each in selection.crawls for page in await pages_of(selection, each.crawl.id)]


async def pages_of(selection: Selection, crawl: int) -> Sequence[object]:
    return [page async for page in selection.pages(crawl)]


async def open_targets(selection: Selection) -> list[str]:
    return [walk.target for each in selection.crawls async for walk in selection.open_walks(each.crawl.id)]


async def three_generations(store: Store) -> list[int]:
    """Of targets 1 and 2; the second generation has but the first of them, of the third nobody has begun any."""
    numbers, after = [], 0
    for generation in range(3):
        crawl = await begun(store, [seed(1), seed(2)], after=after)
        after = crawl.generation
        numbers.append(crawl.id)
        for target in range(1, 3 - generation):
            walk = await claimed(store, crawl)
            await put(store, walk, b"%d of %d" % (target, generation), verdict="complete")
    return numbers


async def test_of_each_target_the_walk_with_the_highest_number_of_those_begun_is_the_latest(url: str) -> None:
    async with opened(url) as store:
        first, second, third = await three_generations(store)
        async with store.records.select(Choice()) as selection:
            assert await lines_of(selection) == [b"2 of 0", b"1 of 1"]
            assert [each.crawl.id for each in selection.crawls] == [first, second]
            assert await open_targets(selection) == []
        async with store.records.select(Choice(latest=False)) as selection:
            assert await lines_of(selection) == [b"1 of 0", b"2 of 0", b"1 of 1"]
            assert await open_targets(selection) == ["2", "1", "2"]
        async with store.records.select(Choice(crawls=[first])) as selection:
            assert await lines_of(selection) == [b"1 of 0", b"2 of 0"]
        async with store.records.select(Choice(crawls=[second])) as selection:
            counts = selection.crawls[0].counts
            assert set(counts) == {WalkCount("followers", None, 1), WalkCount("followers", "complete", 1)}
            assert len(counts) == 2
            assert await open_targets(selection) == ["2"]
        async with store.records.select(Choice(crawls=[third])) as selection:
            assert await lines_of(selection) == []
            assert await open_targets(selection) == ["1", "2"]
        assert [crawl.id for crawl in await store.crawls.generations()] == [third, second, first]


async def test_one_walk_is_chosen_by_its_operation_and_target(url: str) -> None:
    async with opened(url) as store:
        first, second, _ = await three_generations(store)
        async with store.records.select(Choice(operation="followers", target="1")) as selection:
            assert await lines_of(selection) == [b"1 of 1"]
            assert [each.crawl.id for each in selection.crawls] == [second]
        async with store.records.select(Choice(operation="followers", target="1", crawls=[first])) as selection:
            assert await lines_of(selection) == [b"1 of 0"]
        for other in (Choice(operation="following", target="1"), Choice(operation="followers", target="3")):
            async with store.records.select(other) as selection:
                assert selection.crawls == []
        async with store.records.select(Choice(crawls=[])) as selection:
            assert selection.crawls == []


async def test_all_walks_of_a_target_in_its_latest_crawl_are_chosen(url: str) -> None:
    """A list of suggestions is expanded by several walks of one operation and target, a part each."""
    async with opened(url) as store:
        after = 0
        for generation in range(2):
            crawl = await begun(store, [seed(5, key="followers/5#1"), seed(5, key="followers/5#2")], after=after)
            after = crawl.generation
            for part in range(2):
                await put(store, await claimed(store, crawl), b"%d %d" % (generation, part), verdict="complete")
        async with store.records.select(Choice()) as selection:
            assert await lines_of(selection) == [b"1 0", b"1 1"]


async def test_pages_come_by_their_places_however_walks_took_turns(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1), seed(2), seed(3)])
        walks = [await claimed(store, crawl) for _ in range(3)]
        for turn in range(151):
            await put(store, walks[turn % 3], b"%d" % turn)
        async with store.records.select(Choice()) as selection:
            assert await lines_of(selection) == [b"%d" % turn for turn in range(151)]
        async with store.records.select(Choice(operation="followers", target="2")) as selection:
            assert await lines_of(selection) == [b"%d" % turn for turn in range(1, 151, 3)]


async def test_what_is_written_after_the_choice_is_not_in_it(url: str) -> None:
    async with opened(url) as store, opened(url) as other:
        crawl = await begun(store, [seed(1), seed(2)])
        walks = [await claimed(store, crawl) for _ in range(2)]
        await put(store, walks[0], b"before")
        async with other.records.select(Choice()) as all_, other.records.select(Choice(target="1")) as one:
            await put(store, walks[0], b"after", verdict="complete")
            await put(store, walks[1], b"after")
            await store.crawls.begin("another", None, "followers", [seed(9)], 0, LATER)
            for selection in (all_, one):
                assert await lines_of(selection) == [b"before"]
                walk = await anext(selection.open_walks(crawl.id))
                assert (walk.target, walk.verdict, walk.args) == ("1", None, {"user_id": "1"})
            assert await open_targets(all_) == ["1", "2"]
            assert await open_targets(one) == ["1"]


async def test_walks_that_may_lack_a_record_are_open_and_those_that_wait_deeper_are_not_chosen(url: str) -> None:
    async with opened(url) as store:
        verdicts = ["complete", "suspect", "throttled", "stopped", "private", None]
        crawl = await begun(store, [*(seed(number) for number in range(6)), seed(6), seed(7, depth=2)])
        for verdict in verdicts:
            await put(store, await claimed(store, crawl), verdict=verdict)
        async with store.records.select(Choice()) as selection:
            assert await open_targets(selection) == ["1", "2", "3", "5", "6"]
            assert sum(count.walks for count in selection.crawls[0].counts) == 7
            nobodys = [page async for page in selection.pages(99)]
            assert nobodys == []
